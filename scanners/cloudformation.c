/* AWS CloudFormation: stacks, and what their outputs and parameters show. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeStacks",
		.items = "Stacks",
		.secrets = "Stacks[].Outputs[].OutputValue Stacks[].Parameters[].ParameterValue",
	},
};

static const struct column stack[] = {
	{ "arn", TEXT, NULL, "StackId" },
	{ "name", TEXT, NULL, "StackName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "status", TEXT, NULL, "StackStatus" },
	{ "parent_id", TEXT, NULL, "ParentId" },
	{ "root_id", TEXT, NULL, "RootId" },
	{ "termination_protection", BOOL, NULL, "EnableTerminationProtection" },
	{ "role_arn", TEXT, NULL, "RoleARN" },
	{ "drift_status", TEXT, NULL, "DriftInformation.StackDriftStatus" },
	{ "notification_arns", JSON, NULL, "NotificationARNs" },
	{ "output_count", INTEGER, NULL, "Outputs :count" },
	{ "created_at", TIME, NULL, "CreationTime" },
	{ "updated_at", TIME, NULL, "LastUpdatedTime" },
};

static const struct column output[] = {
	{ "key", TEXT, NULL, "OutputKey" },
	{ "value", TEXT, NULL, "OutputValue" },
	{ "description", TEXT, NULL, "Description" },
	{ "export_name", TEXT, NULL, "ExportName" },
};

static const struct column parameter[] = {
	{ "key", TEXT, NULL, "ParameterKey" },
	{ "value", TEXT, NULL, "ParameterValue" },
};

static const struct table tables[] = {
	{
		.name = "cloudformation_stack",
		.type = "AWS::CloudFormation::Stack",
		.operation = "DescribeStacks",
		COLUMNS(stack),
	},
	{
		.name = "cloudformation_stack_output",
		.operation = "DescribeStacks",
		.of = "cloudformation_stack",
		.path = "Outputs",
		COLUMNS(output),
	},
	{
		.name = "cloudformation_stack_parameter",
		.operation = "DescribeStacks",
		.of = "cloudformation_stack",
		.path = "Parameters",
		COLUMNS(parameter),
	},
};

const struct scanner scanner_cloudformation = {
	.service = "cloudformation",
	OPERATIONS,
	TABLES,
};
