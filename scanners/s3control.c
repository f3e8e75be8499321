/* Amazon S3 Control: what the account as a whole forbids its buckets. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "GetPublicAccessBlock",
		.action = "s3:GetAccountPublicAccessBlock",
		.bind = "AccountId=$account",
		.absent = "NoSuchPublicAccessBlockConfiguration",
	},
};

#define ACCESS_BLOCK "PublicAccessBlockConfiguration"

static const struct column account[] = {
	{ "s3_block_public_acls", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".BlockPublicAcls" },
	{ "s3_ignore_public_acls", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".IgnorePublicAcls" },
	{ "s3_block_public_policy", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".BlockPublicPolicy" },
	{ "s3_restrict_public_buckets", BOOL, "GetPublicAccessBlock",
	  ACCESS_BLOCK ".RestrictPublicBuckets" },
};

static const struct table tables[] = {
	{ .extends = "account", COLUMNS(account) },
};

const struct scanner scanner_s3control = {
	.service = "s3control",
	.iam = "s3",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
