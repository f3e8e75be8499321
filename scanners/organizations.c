/* AWS Organizations: the organization that the account belongs to. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeOrganization",
		.absent = "AWSOrganizationsNotInUseException",
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

static const struct table tables[] = {
	{ .extends = "account", COLUMNS(account) },
};

const struct scanner scanner_organizations = {
	.service = "organizations",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
