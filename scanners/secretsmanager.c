/* AWS Secrets Manager: what is known about secrets, never what they hold. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListSecrets", .items = "SecretList" },
	{
		.name = "GetResourcePolicy",
		.parent = "ListSecrets",
		.bind = "SecretId=ARN",
	},
};

static const struct column secret[] = {
	{ "arn", TEXT, NULL, "ARN" },
	{ "name", TEXT, NULL, "Name" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "description", TEXT, NULL, "Description" },
	{ "rotation_enabled", BOOL, NULL, "RotationEnabled" },
	{ "rotation_days", INTEGER, NULL, "RotationRules.AutomaticallyAfterDays" },
	{ "rotation_schedule", TEXT, NULL, "RotationRules.ScheduleExpression" },
	{ "rotation_function_arn", TEXT, NULL, "RotationLambdaARN" },
	{ "rotated_at", TIME, NULL, "LastRotatedDate :epoch" },
	{ "next_rotation_at", TIME, NULL, "NextRotationDate :epoch" },
	{ "changed_at", TIME, NULL, "LastChangedDate :epoch" },
	{ "accessed_at", TIME, NULL, "LastAccessedDate :epoch" },
	{ "deleted_at", TIME, NULL, "DeletedDate :epoch" },
	{ "created_at", TIME, NULL, "CreatedDate :epoch" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "owning_service", TEXT, NULL, "OwningService" },
	{ "primary_region", TEXT, NULL, "PrimaryRegion" },
	{ "policy", JSON, "GetResourcePolicy", "ResourcePolicy :json" },
};

static const struct table tables[] = {
	{
		.name = "secretsmanager_secret",
		.type = "AWS::SecretsManager::Secret",
		.operation = "ListSecrets",
		COLUMNS(secret),
	},
};

static const struct arm policies[] = {
	{ "secretsmanager_secret", "type='secretsmanager_secret'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_secretsmanager = {
	.service = "secretsmanager",
	OPERATIONS,
	TABLES,
	VIEWS,
};
