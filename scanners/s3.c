/* Amazon S3: list the buckets once, then ask each bucket about itself. */

#include "scanners/collect.h"

/* A bucket answers only in its own region. */
#define OF_BUCKET .parent = "ListBuckets", .bind = "Bucket=Name", .region = "BucketRegion"

static const struct operation operations[] = {
	/* BucketRegion is answered only to a request that limits its page (S3 API
	 * Reference, ListBuckets). */
	{
		.name = "ListBuckets",
		.action = "s3:ListAllMyBuckets",
		.items = "Buckets",
		.bind = "MaxBuckets=#1000",
	},
	{
		.name = "GetBucketEncryption",
		.action = "s3:GetEncryptionConfiguration",
		.absent = "ServerSideEncryptionConfigurationNotFoundError",
		OF_BUCKET,
	},
	{
		.name = "GetPublicAccessBlock",
		.action = "s3:GetBucketPublicAccessBlock",
		.absent = "NoSuchPublicAccessBlockConfiguration",
		OF_BUCKET,
	},
	{ .name = "GetBucketPolicy", .absent = "NoSuchBucketPolicy", OF_BUCKET },
	{ .name = "GetBucketPolicyStatus", .absent = "NoSuchBucketPolicy", OF_BUCKET },
	{ .name = "GetBucketAcl", OF_BUCKET },
	{ .name = "GetBucketVersioning", OF_BUCKET },
	{ .name = "GetBucketLogging", OF_BUCKET },
	{
		.name = "GetBucketOwnershipControls",
		.absent = "OwnershipControlsNotFoundError",
		OF_BUCKET,
	},
	{ .name = "GetBucketTagging", .absent = "NoSuchTagSet", OF_BUCKET },
	{
		.name = "GetBucketLifecycleConfiguration",
		.action = "s3:GetLifecycleConfiguration",
		.absent = "NoSuchLifecycleConfiguration",
		OF_BUCKET,
	},
	{
		.name = "GetBucketReplication",
		.action = "s3:GetReplicationConfiguration",
		.absent = "ReplicationConfigurationNotFoundError",
		OF_BUCKET,
	},
	{
		.name = "GetObjectLockConfiguration",
		.action = "s3:GetBucketObjectLockConfiguration",
		.absent = "ObjectLockConfigurationNotFoundError",
		OF_BUCKET,
	},
	{
		.name = "GetBucketWebsite",
		.absent = "NoSuchWebsiteConfiguration",
		OF_BUCKET,
	},
};

#define DEFAULT_ENCRYPTION "ServerSideEncryptionConfiguration.Rules[0]"
#define ACCESS_BLOCK "PublicAccessBlockConfiguration"

static const struct column bucket[] = {
	{ "name", TEXT, NULL, "Name" },
	{ "region", TEXT, NULL, "BucketRegion" },
	{ "tags", TAGS, "GetBucketTagging", "TagSet" },
	{ "created_at", TIME, NULL, "CreationDate" },
	{ "sse_algorithm", TEXT, "GetBucketEncryption",
	  DEFAULT_ENCRYPTION ".ApplyServerSideEncryptionByDefault.SSEAlgorithm" },
	{ "kms_key_id", TEXT, "GetBucketEncryption",
	  DEFAULT_ENCRYPTION ".ApplyServerSideEncryptionByDefault.KMSMasterKeyID" },
	{ "bucket_key_enabled", BOOL, "GetBucketEncryption",
	  DEFAULT_ENCRYPTION ".BucketKeyEnabled" },
	{ "block_public_acls", BOOL, "GetPublicAccessBlock", ACCESS_BLOCK ".BlockPublicAcls" },
	{ "ignore_public_acls", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".IgnorePublicAcls" },
	{ "block_public_policy", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".BlockPublicPolicy" },
	{ "restrict_public_buckets", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".RestrictPublicBuckets" },
	{ "policy", JSON, "GetBucketPolicy", "Policy :json" },
	{ "policy_is_public", BOOL, "GetBucketPolicyStatus", "PolicyStatus.IsPublic" },
	{ "owner_id", TEXT, "GetBucketAcl", "Owner.ID" },
	{ "versioning", TEXT, "GetBucketVersioning", "Status" },
	{ "mfa_delete", TEXT, "GetBucketVersioning", "MFADelete" },
	{ "log_bucket", TEXT, "GetBucketLogging", "LoggingEnabled.TargetBucket" },
	{ "log_prefix", TEXT, "GetBucketLogging", "LoggingEnabled.TargetPrefix" },
	{ "object_ownership", TEXT, "GetBucketOwnershipControls",
	  "OwnershipControls.Rules[0].ObjectOwnership" },
	{ "lifecycle_rules", JSON, "GetBucketLifecycleConfiguration", "Rules" },
	{ "replication_role_arn", TEXT, "GetBucketReplication",
	  "ReplicationConfiguration.Role" },
	{ "replication_rules", JSON, "GetBucketReplication",
	  "ReplicationConfiguration.Rules" },
	{ "object_lock", TEXT, "GetObjectLockConfiguration",
	  "ObjectLockConfiguration.ObjectLockEnabled" },
	{ "object_lock_mode", TEXT, "GetObjectLockConfiguration",
	  "ObjectLockConfiguration.Rule.DefaultRetention.Mode" },
	{ "website_index", TEXT, "GetBucketWebsite", "IndexDocument.Suffix" },
};

static const struct column grant[] = {
	{ "grantee", TEXT, NULL, "Grantee.URI|Grantee.ID|Grantee.EmailAddress" },
	{ "grantee_type", TEXT, NULL, "Grantee.Type" },
	{ "permission", TEXT, NULL, "Permission" },
};

static const struct table tables[] = {
	{
		.name = "s3_bucket",
		.type = "AWS::S3::Bucket",
		.operation = "ListBuckets",
		.arn = "arn:{partition}:s3:::{name}",
		COLUMNS(bucket),
	},
	{
		.name = "s3_bucket_grant",
		.operation = "GetBucketAcl",
		.of = "s3_bucket",
		.path = "Grants",
		COLUMNS(grant),
	},
};

static const struct arm policies[] = {
	{ "s3_bucket", "type='s3_bucket'", "policy IS NOT NULL" },
};
static const struct arm stores[] = {
	{ "s3_bucket", "type='s3_bucket', is_encrypted=1", NULL },
};
static const struct arm protectable[] = {
	{ "s3_bucket", "type='s3_bucket'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
	{ "backup_protectable_resource", PROTECTABLE_COLUMNS, protectable,
	  COUNT(protectable) },
};

const struct scanner scanner_s3 = {
	.service = "s3",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
	VIEWS,
};
