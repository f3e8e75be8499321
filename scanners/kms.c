/* AWS KMS: the keys, what each is, and who may use it. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListKeys", .items = "Keys" },
	{
		.name = "DescribeKey",
		.parent = "ListKeys",
		.bind = "KeyId=KeyId",
		.items = "KeyMetadata",
	},
	{
		.name = "GetKeyPolicy",
		.parent = "ListKeys",
		.bind = "KeyId=KeyId PolicyName='default'",
	},
	/* Only these keys can rotate by themselves; others refuse the question (KMS API
	 * Reference, GetKeyRotationStatus). */
	{
		.name = "GetKeyRotationStatus",
		.parent = "DescribeKey",
		.only = "KeyManager=CUSTOMER KeySpec=SYMMETRIC_DEFAULT Origin=AWS_KMS",
		.bind = "KeyId=KeyId",
		.absent = "UnsupportedOperationException",
	},
	{
		.name = "ListResourceTags",
		.parent = "DescribeKey",
		.only = "KeyManager=CUSTOMER",
		.bind = "KeyId=KeyId",
	},
	{ .name = "ListAliases", .items = "Aliases" },
};

static const struct column key[] = {
	{ "arn", TEXT, NULL, "KeyArn" },
	{ "name", TEXT, NULL, "KeyId" },
	{ "tags", TAGS, "ListResourceTags", "Tags" },
	{ "key_id", TEXT, NULL, "KeyId" },
	{ "manager", TEXT, "DescribeKey", "KeyMetadata.KeyManager" },
	{ "spec", TEXT, "DescribeKey", "KeyMetadata.KeySpec" },
	{ "origin", TEXT, "DescribeKey", "KeyMetadata.Origin" },
	{ "state", TEXT, "DescribeKey", "KeyMetadata.KeyState" },
	{ "usage", TEXT, "DescribeKey", "KeyMetadata.KeyUsage" },
	{ "is_enabled", BOOL, "DescribeKey", "KeyMetadata.Enabled" },
	{ "is_multi_region", BOOL, "DescribeKey", "KeyMetadata.MultiRegion" },
	{ "multi_region_type", TEXT, "DescribeKey",
	  "KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType" },
	{ "primary_key_arn", TEXT, "DescribeKey",
	  "KeyMetadata.MultiRegionConfiguration.PrimaryKey.Arn" },
	{ "description", TEXT, "DescribeKey", "KeyMetadata.Description" },
	{ "created_at", TIME, "DescribeKey", "KeyMetadata.CreationDate :epoch" },
	{ "deletion_at", TIME, "DescribeKey", "KeyMetadata.DeletionDate :epoch" },
	{ "expires_at", TIME, "DescribeKey", "KeyMetadata.ValidTo :epoch" },
	{ "custom_key_store_id", TEXT, "DescribeKey", "KeyMetadata.CustomKeyStoreId" },
	{ "rotation_enabled", BOOL, "GetKeyRotationStatus", "KeyRotationEnabled" },
	{ "rotation_days", INTEGER, "GetKeyRotationStatus", "RotationPeriodInDays" },
	{ "policy", JSON, "GetKeyPolicy", "Policy :json" },
};

static const struct column alias[] = {
	{ "arn", TEXT, NULL, "AliasArn" },
	{ "name", TEXT, NULL, "AliasName" },
	{ "key_id", TEXT, NULL, "TargetKeyId" },
};

static const struct table tables[] = {
	{
		.name = "kms_key",
		.type = "AWS::KMS::Key",
		.operation = "ListKeys",
		COLUMNS(key),
	},
	{
		.name = "kms_alias",
		.type = "AWS::KMS::Alias",
		.operation = "ListAliases",
		COLUMNS(alias),
	},
};

static const struct arm policies[] = {
	{ "kms_key", "type='kms_key'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_kms = { .service = "kms", OPERATIONS, TABLES, VIEWS };
