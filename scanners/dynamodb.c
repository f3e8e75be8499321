/* Amazon DynamoDB: tables, one question each for what listing does not tell. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListTables", .items = "TableNames" },
	{ .name = "DescribeTable", .parent = "ListTables", .bind = "TableName=." },
	{
		.name = "DescribeContinuousBackups",
		.parent = "ListTables",
		.bind = "TableName=.",
	},
	{
		.name = "ListTagsOfResource",
		.parent = "ListTables",
		.bind = "ResourceArn=$arn",
	},
	{
		.name = "GetResourcePolicy",
		.parent = "ListTables",
		.bind = "ResourceArn=$arn",
		.absent = "PolicyNotFoundException",
	},
};

static const struct column columns[] = {
	{ "name", TEXT, NULL, "." },
	{ "tags", TAGS, "ListTagsOfResource", "Tags" },
	{ "status", TEXT, "DescribeTable", "Table.TableStatus" },
	{ "sse_type", TEXT, "DescribeTable", "Table.SSEDescription.SSEType" },
	{ "sse_status", TEXT, "DescribeTable", "Table.SSEDescription.Status" },
	{ "kms_key_id", TEXT, "DescribeTable", "Table.SSEDescription.KMSMasterKeyArn" },
	{ "deletion_protection", BOOL, "DescribeTable", "Table.DeletionProtectionEnabled" },
	{ "billing_mode", TEXT, "DescribeTable", "Table.BillingModeSummary.BillingMode" },
	{ "read_units", INTEGER, "DescribeTable",
	  "Table.ProvisionedThroughput.ReadCapacityUnits" },
	{ "write_units", INTEGER, "DescribeTable",
	  "Table.ProvisionedThroughput.WriteCapacityUnits" },
	{ "item_count", INTEGER, "DescribeTable", "Table.ItemCount" },
	{ "size_bytes", INTEGER, "DescribeTable", "Table.TableSizeBytes" },
	{ "replica_regions", JSON, "DescribeTable", "Table.Replicas[].RegionName" },
	{ "stream_enabled", BOOL, "DescribeTable",
	  "Table.StreamSpecification.StreamEnabled" },
	{ "created_at", TIME, "DescribeTable", "Table.CreationDateTime :epoch" },
	{ "pitr_status", TEXT, "DescribeContinuousBackups",
	  "ContinuousBackupsDescription.PointInTimeRecoveryDescription."
	  "PointInTimeRecoveryStatus" },
	{ "pitr_days", INTEGER, "DescribeContinuousBackups",
	  "ContinuousBackupsDescription.PointInTimeRecoveryDescription."
	  "RecoveryPeriodInDays" },
	{ "policy", JSON, "GetResourcePolicy", "Policy :json" },
};

static const struct table tables[] = {
	{
		.name = "dynamodb_table",
		.type = "AWS::DynamoDB::Table",
		.operation = "ListTables",
		.arn = "arn:{partition}:dynamodb:{region}:{account_id}:table/{name}",
		COLUMNS(columns),
	},
};

static const struct arm policies[] = {
	{ "dynamodb_table", "type='dynamodb_table'", "policy IS NOT NULL" },
};
static const struct arm stores[] = {
	{ "dynamodb_table", "type='dynamodb_table', is_encrypted=1", NULL },
};
static const struct arm protectable[] = {
	{ "dynamodb_table", "type='dynamodb_table'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
	{ "backup_protectable_resource", PROTECTABLE_COLUMNS, protectable,
	  COUNT(protectable) },
};

const struct scanner scanner_dynamodb = { .service = "dynamodb", OPERATIONS, TABLES, VIEWS };
