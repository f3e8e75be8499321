/* AWS Organizations: the organization that the account belongs to, and the service control policies that hold for it.
 * Only the management account and delegated administrators may ask for more than DescribeOrganization. */

#include "scanners/collect.h"

#define NO_ORGANIZATION .absent = "AWSOrganizationsNotInUseException"

static const struct operation operations[] = {
	{ .name = "DescribeOrganization", NO_ORGANIZATION },
	/* One call in place of ListParents up to the root. */
	{
		.name = "DescribeAccount",
		.items = "Levels",
		.bind = "AccountId=$account",
		.shape = account_levels,
		NO_ORGANIZATION,
	},
	{
		.name = "ListPoliciesForTarget",
		.items = "Policies",
		.parent = "DescribeAccount",
		.bind = "TargetId=Id Filter='SERVICE_CONTROL_POLICY'",
	},
	{
		.name = "DescribePolicy",
		.parent = "ListPoliciesForTarget",
		.bind = "PolicyId=Id",
	},
};

static const struct column account[] = {
	{ "organization_id", TEXT, "DescribeOrganization", "Organization.Id" },
	{ "organization_arn", TEXT, "DescribeOrganization", "Organization.Arn" },
	{ "organization_features", TEXT, "DescribeOrganization",
	  "Organization.FeatureSet" },
	{ "organization_master_id", TEXT, "DescribeOrganization",
	  "Organization.MasterAccountId" },
};

/* The root, each organizational unit on the way, and the account itself. */
static const struct column level[] = {
	{ "name", TEXT, NULL, "Id" },
	{ "level_id", TEXT, NULL, "Id" },
	{ "level_type", TEXT, NULL, "Type" },
	{ "depth", INTEGER, NULL, "Depth" },
};

/* One row for each attachment: a policy may be attached at several levels. */
static const struct column control_policy[] = {
	{ "name", TEXT, NULL, "Name" },
	{ "level_id", TEXT, NULL, "$request.TargetId" },
	{ "policy_id", TEXT, NULL, "Id" },
	{ "policy_arn", TEXT, NULL, "Arn" },
	{ "is_aws_managed", BOOL, NULL, "AwsManaged" },
	{ "document", JSON, "DescribePolicy", "Policy.Content :json" },
};

/* Neither is a resource of the account, so neither has a type. */
static const struct table tables[] = {
	{ .extends = "account", COLUMNS(account) },
	{
		.name = "organizations_level",
		.operation = "DescribeAccount",
		.arn = "arn:{partition}:organizations:::level/{level_id}",
		COLUMNS(level),
	},
	{
		.name = "organizations_service_control_policy",
		.operation = "ListPoliciesForTarget",
		.arn = "arn:{partition}:organizations:::level/{level_id}/{policy_id}",
		COLUMNS(control_policy),
	},
};

const struct scanner scanner_organizations = {
	.service = "organizations",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
