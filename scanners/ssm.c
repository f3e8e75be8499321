/* AWS Systems Manager: nodes it manages, whether they are patched, and parameters. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{ .name = "DescribeInstanceInformation", .items = "InstanceInformationList" },
	{
		.name = "ListResourceComplianceSummaries",
		.items = "ResourceComplianceSummaryItems",
	},
	{ .name = "DescribeParameters", .items = "Parameters" },
	{
		.name = "ListTagsForResource",
		.parent = "DescribeParameters",
		.bind = "ResourceType='Parameter' ResourceId=Name",
	},
};

static const struct column node[] = {
	{ "name", TEXT, NULL, "ComputerName|Name|InstanceId" },
	{ "instance_id", TEXT, NULL, "InstanceId" },
	{ "ping_status", TEXT, NULL, "PingStatus" },
	{ "last_ping_at", TIME, NULL, "LastPingDateTime :epoch" },
	{ "agent_version", TEXT, NULL, "AgentVersion" },
	{ "is_latest_agent", BOOL, NULL, "IsLatestVersion" },
	{ "platform_type", TEXT, NULL, "PlatformType" },
	{ "platform_name", TEXT, NULL, "PlatformName" },
	{ "platform_version", TEXT, NULL, "PlatformVersion" },
	{ "resource_type", TEXT, NULL, "ResourceType" },
	{ "source_id", TEXT, NULL, "SourceId" },
	{ "role", TEXT, NULL, "IamRole" },
	{ "registered_at", TIME, NULL, "RegistrationDate :epoch" },
};

/* A node has a row for each kind of compliance: Patch, Association, and custom ones. */
static const struct column compliance[] = {
	{ "name", TEXT, NULL, "ResourceId" },
	{ "instance_id", TEXT, NULL, "ResourceId" },
	{ "resource_type", TEXT, NULL, "ResourceType" },
	{ "kind", TEXT, NULL, "ComplianceType" },
	{ "status", TEXT, NULL, "Status" },
	{ "severity", TEXT, NULL, "OverallSeverity" },
	{ "executed_at", TIME, NULL, "ExecutionSummary.ExecutionTime :epoch" },
	{ "compliant_count", INTEGER, NULL, "CompliantSummary.CompliantCount" },
	{ "missing_count", INTEGER, NULL, "NonCompliantSummary.NonCompliantCount" },
	{ "critical_count", INTEGER, NULL,
	  "NonCompliantSummary.SeveritySummary.CriticalCount" },
	{ "high_count", INTEGER, NULL, "NonCompliantSummary.SeveritySummary.HighCount" },
};

static const struct column parameter[] = {
	{ "arn", TEXT, NULL, "ARN" },
	{ "name", TEXT, NULL, "Name" },
	{ "tags", TAGS, "ListTagsForResource", "TagList" },
	{ "type", TEXT, NULL, "Type" },
	{ "kms_key_id", TEXT, NULL, "KeyId" },
	{ "tier", TEXT, NULL, "Tier" },
	{ "data_type", TEXT, NULL, "DataType" },
	{ "version", INTEGER, NULL, "Version" },
	{ "description", TEXT, NULL, "Description" },
	{ "updated_at", TIME, NULL, "LastModifiedDate :epoch" },
	{ "updated_by", TEXT, NULL, "LastModifiedUser" },
};

static const struct table tables[] = {
	{
		.name = "ssm_managed_instance",
		.type = "AWS::SSM::ManagedInstance",
		.operation = "DescribeInstanceInformation",
		.arn = "arn:{partition}:ssm:{region}:{account_id}:managed-instance/"
		       "{instance_id}",
		COLUMNS(node),
	},
	{
		.name = "ssm_compliance",
		.operation = "ListResourceComplianceSummaries",
		.arn = "arn:{partition}:ssm:{region}:{account_id}:managed-instance/"
		       "{instance_id}/compliance/{kind}",
		COLUMNS(compliance),
	},
	/* The template serves emulators, whose answers lack the ARN. */
	{
		.name = "ssm_parameter",
		.type = "AWS::SSM::Parameter",
		.operation = "DescribeParameters",
		.arn = "arn:{partition}:ssm:{region}:{account_id}:parameter/{name}",
		COLUMNS(parameter),
	},
};

const struct scanner scanner_ssm = { .service = "ssm", OPERATIONS, TABLES };
