/* AWS Backup: plans, what each selects, vaults, and what was saved. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListBackupPlans", .items = "BackupPlansList" },
	{
		.name = "GetBackupPlan",
		.parent = "ListBackupPlans",
		.bind = "BackupPlanId=BackupPlanId",
	},
	{
		.name = "ListBackupSelections",
		.parent = "ListBackupPlans",
		.bind = "BackupPlanId=BackupPlanId",
		.items = "BackupSelectionsList",
	},
	{
		.name = "GetBackupSelection",
		.parent = "ListBackupSelections",
		.bind = "BackupPlanId=BackupPlanId SelectionId=SelectionId",
	},
	{ .name = "ListBackupVaults", .items = "BackupVaultList" },
	{
		.name = "GetBackupVaultAccessPolicy",
		.parent = "ListBackupVaults",
		.bind = "BackupVaultName=BackupVaultName",
		.absent = "ResourceNotFoundException",
	},
	{
		.name = "ListTags",
		.parent = "ListBackupVaults",
		.bind = "ResourceArn=BackupVaultArn",
	},
	{
		.name = "ListRecoveryPointsByBackupVault",
		.parent = "ListBackupVaults",
		.bind = "BackupVaultName=BackupVaultName",
		.items = "RecoveryPoints",
	},
	{ .name = "ListProtectedResources", .items = "Results" },
};

static const struct column plan[] = {
	{ "arn", TEXT, NULL, "BackupPlanArn" },
	{ "name", TEXT, NULL, "BackupPlanName" },
	{ "plan_id", TEXT, NULL, "BackupPlanId" },
	{ "version_id", TEXT, NULL, "VersionId" },
	{ "created_at", TIME, NULL, "CreationDate :epoch" },
	{ "last_run_at", TIME, NULL, "LastExecutionDate :epoch" },
	{ "advanced_settings", JSON, NULL, "AdvancedBackupSettings" },
	{ "rule_count", INTEGER, "GetBackupPlan", "BackupPlan.Rules :count" },
};

static const struct column plan_rule[] = {
	{ "name", TEXT, NULL, "RuleName" },
	{ "rule_id", TEXT, NULL, "RuleId" },
	{ "vault", TEXT, NULL, "TargetBackupVaultName" },
	{ "schedule", TEXT, NULL, "ScheduleExpression" },
	{ "delete_after_days", INTEGER, NULL, "Lifecycle.DeleteAfterDays" },
	{ "cold_after_days", INTEGER, NULL, "Lifecycle.MoveToColdStorageAfterDays" },
	{ "is_continuous", BOOL, NULL, "EnableContinuousBackup" },
	{ "copy_vault_arns", JSON, NULL, "CopyActions[].DestinationBackupVaultArn" },
};

static const struct column selection[] = {
	{ "name", TEXT, NULL, "SelectionName" },
	{ "selection_id", TEXT, NULL, "SelectionId" },
	{ "plan_id", TEXT, NULL, "BackupPlanId" },
	{ "role_arn", TEXT, NULL, "IamRoleArn" },
	{ "created_at", TIME, NULL, "CreationDate :epoch" },
	{ "resource_count", INTEGER, "GetBackupSelection",
	  "BackupSelection.Resources :count" },
	{ "excluded_count", INTEGER, "GetBackupSelection",
	  "BackupSelection.NotResources :count" },
	{ "tag_count", INTEGER, "GetBackupSelection", "BackupSelection.ListOfTags :count" },
	{ "conditions", JSON, "GetBackupSelection", "BackupSelection.Conditions" },
};

static const struct column pattern[] = {
	{ "pattern", TEXT, NULL, "." },
};

/* One such tag is enough. */
static const struct column selection_tag[] = {
	{ "key", TEXT, NULL, "ConditionKey" },
	{ "value", TEXT, NULL, "ConditionValue" },
	{ "operator", TEXT, NULL, "ConditionType" },
};

/* All conditions must hold. Their key begins with "aws:ResourceTag/". */
static const struct column selection_condition[] = {
	{ "key", TEXT, NULL, "ConditionKey" },
	{ "value", TEXT, NULL, "ConditionValue" },
};

static const struct column vault[] = {
	{ "arn", TEXT, NULL, "BackupVaultArn" },
	{ "name", TEXT, NULL, "BackupVaultName" },
	{ "tags", TAGS, "ListTags", "Tags" },
	{ "vault_type", TEXT, NULL, "VaultType" },
	{ "state", TEXT, NULL, "VaultState" },
	{ "kms_key_id", TEXT, NULL, "EncryptionKeyArn" },
	{ "is_locked", BOOL, NULL, "Locked" },
	{ "lock_date", TIME, NULL, "LockDate :epoch" },
	{ "min_retention_days", INTEGER, NULL, "MinRetentionDays" },
	{ "max_retention_days", INTEGER, NULL, "MaxRetentionDays" },
	{ "recovery_point_count", INTEGER, NULL, "NumberOfRecoveryPoints" },
	{ "created_at", TIME, NULL, "CreationDate :epoch" },
	{ "policy", JSON, "GetBackupVaultAccessPolicy", "Policy :json" },
};

static const struct column point[] = {
	{ "arn", TEXT, NULL, "RecoveryPointArn" },
	{ "name", TEXT, NULL, "ResourceName|RecoveryPointArn" },
	{ "vault", TEXT, NULL, "BackupVaultName" },
	{ "vault_arn", TEXT, NULL, "BackupVaultArn" },
	{ "resource_arn", TEXT, NULL, "ResourceArn" },
	{ "resource_type", TEXT, NULL, "ResourceType" },
	{ "status", TEXT, NULL, "Status" },
	{ "is_encrypted", BOOL, NULL, "IsEncrypted" },
	{ "kms_key_id", TEXT, NULL, "EncryptionKeyArn" },
	{ "plan_id", TEXT, NULL, "CreatedBy.BackupPlanId" },
	{ "size_bytes", INTEGER, NULL, "BackupSizeInBytes" },
	{ "created_at", TIME, NULL, "CreationDate :epoch" },
	{ "completed_at", TIME, NULL, "CompletionDate :epoch" },
	{ "deletion_at", TIME, NULL, "CalculatedLifecycle.DeleteAt :epoch" },
	{ "is_parent", BOOL, NULL, "IsParent" },
};

static const struct column protected_resource[] = {
	{ "name", TEXT, NULL, "ResourceName|ResourceArn" },
	{ "resource_arn", TEXT, NULL, "ResourceArn" },
	{ "resource_type", TEXT, NULL, "ResourceType" },
	{ "last_backup_at", TIME, NULL, "LastBackupTime :epoch" },
	{ "last_vault_arn", TEXT, NULL, "LastBackupVaultArn" },
	{ "last_point_arn", TEXT, NULL, "LastRecoveryPointArn" },
};

#define BACKUP_ARN "arn:{partition}:backup:{region}:{account_id}:"
#define OF_SELECTION .operation = "GetBackupSelection", .of = "backup_selection"

static const struct table tables[] = {
	{
		.name = "backup_plan",
		.type = "AWS::Backup::BackupPlan",
		.operation = "ListBackupPlans",
		COLUMNS(plan),
	},
	{
		.name = "backup_plan_rule",
		.operation = "GetBackupPlan",
		.of = "backup_plan",
		.path = "BackupPlan.Rules",
		COLUMNS(plan_rule),
	},
	{
		.name = "backup_selection",
		.type = "AWS::Backup::BackupSelection",
		.operation = "ListBackupSelections",
		.arn = BACKUP_ARN "backup-plan:{plan_id}/selection/{selection_id}",
		COLUMNS(selection),
	},
	{
		.name = "backup_selection_resource",
		.path = "BackupSelection.Resources",
		OF_SELECTION,
		COLUMNS(pattern),
	},
	{
		.name = "backup_selection_excluded",
		.path = "BackupSelection.NotResources",
		OF_SELECTION,
		COLUMNS(pattern),
	},
	{
		.name = "backup_selection_tag",
		.path = "BackupSelection.ListOfTags",
		OF_SELECTION,
		COLUMNS(selection_tag),
	},
	{
		.name = "backup_selection_tag_equals",
		.path = "BackupSelection.Conditions.StringEquals",
		OF_SELECTION,
		COLUMNS(selection_condition),
	},
	{
		.name = "backup_selection_tag_not_equals",
		.path = "BackupSelection.Conditions.StringNotEquals",
		OF_SELECTION,
		COLUMNS(selection_condition),
	},
	{
		.name = "backup_selection_tag_like",
		.path = "BackupSelection.Conditions.StringLike",
		OF_SELECTION,
		COLUMNS(selection_condition),
	},
	{
		.name = "backup_selection_tag_not_like",
		.path = "BackupSelection.Conditions.StringNotLike",
		OF_SELECTION,
		COLUMNS(selection_condition),
	},
	{
		.name = "backup_vault",
		.type = "AWS::Backup::BackupVault",
		.operation = "ListBackupVaults",
		COLUMNS(vault),
	},
	{
		.name = "backup_recovery_point",
		.type = "AWS::Backup::RecoveryPoint",
		.operation = "ListRecoveryPointsByBackupVault",
		COLUMNS(point),
	},
	{
		.name = "backup_protected_resource",
		.type = "AWS::Backup::ProtectedResource",
		.operation = "ListProtectedResources",
		.arn = BACKUP_ARN "protected-resource:{resource_arn}",
		COLUMNS(protected_resource),
	},
};

static const struct arm policies[] = {
	{ "backup_vault", "type='backup_vault'", "policy IS NOT NULL" },
};
static const struct arm stores[] = {
	{ "backup_recovery_point", "type='backup_recovery_point'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
};

const struct scanner scanner_backup = { .service = "backup", OPERATIONS, TABLES, VIEWS };
