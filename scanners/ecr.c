/* Amazon ECR: repositories, and how the registry scans what is pushed to them. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "DescribeRepositories", .items = "repositories" },
	{ .name = "GetRegistryScanningConfiguration" },
	{
		.name = "BatchGetRepositoryScanningConfiguration",
		.parent = "DescribeRepositories",
		.bind = "repositoryNames=repositoryName",
		.batch = 25,
	},
	{
		.name = "GetRepositoryPolicy",
		.parent = "DescribeRepositories",
		.bind = "repositoryName=repositoryName",
		.absent = "RepositoryPolicyNotFoundException",
	},
	{
		.name = "GetLifecyclePolicy",
		.parent = "DescribeRepositories",
		.bind = "repositoryName=repositoryName",
		.absent = "LifecyclePolicyNotFoundException",
	},
	{
		.name = "ListTagsForResource",
		.parent = "DescribeRepositories",
		.bind = "resourceArn=repositoryArn",
	},
};

static const struct column region[] = {
	{ "ecr_scan_type", TEXT, "GetRegistryScanningConfiguration",
	  "scanningConfiguration.scanType" },
	{ "ecr_scan_rules", JSON, "GetRegistryScanningConfiguration",
	  "scanningConfiguration.rules" },
};

static const struct column repository[] = {
	{ "arn", TEXT, NULL, "repositoryArn" },
	{ "name", TEXT, NULL, "repositoryName" },
	{ "tags", TAGS, "ListTagsForResource", "tags" },
	{ "uri", TEXT, NULL, "repositoryUri" },
	{ "scan_on_push", BOOL, NULL, "imageScanningConfiguration.scanOnPush" },
	{ "tag_mutability", TEXT, NULL, "imageTagMutability" },
	{ "encryption_type", TEXT, NULL, "encryptionConfiguration.encryptionType" },
	{ "kms_key_id", TEXT, NULL, "encryptionConfiguration.kmsKey" },
	{ "created_at", TIME, NULL, "createdAt :epoch" },
	{ "scan_frequency", TEXT, "BatchGetRepositoryScanningConfiguration",
	  "scanningConfigurations[repositoryName={name}].scanFrequency" },
	{ "policy", JSON, "GetRepositoryPolicy", "policyText :json" },
	{ "lifecycle_policy", JSON, "GetLifecyclePolicy", "lifecyclePolicyText :json" },
};

static const struct table tables[] = {
	{ .extends = "region", COLUMNS(region) },
	{
		.name = "ecr_repository",
		.type = "AWS::ECR::Repository",
		.operation = "DescribeRepositories",
		COLUMNS(repository),
	},
};

static const struct arm policies[] = {
	{ "ecr_repository", "type='ecr_repository'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_ecr = { .service = "ecr", OPERATIONS, TABLES, VIEWS };
