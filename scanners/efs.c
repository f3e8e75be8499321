/* Amazon EFS: file systems, how they are reached and who may use them. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "DescribeFileSystems", .items = "FileSystems" },
	{
		.name = "DescribeFileSystemPolicy",
		.parent = "DescribeFileSystems",
		.bind = "FileSystemId=FileSystemId",
		.absent = "PolicyNotFound",
	},
	{
		.name = "DescribeBackupPolicy",
		.parent = "DescribeFileSystems",
		.bind = "FileSystemId=FileSystemId",
		.absent = "PolicyNotFound",
	},
	{
		.name = "DescribeMountTargets",
		.parent = "DescribeFileSystems",
		.bind = "FileSystemId=FileSystemId",
		.items = "MountTargets",
	},
};

static const struct column file_system[] = {
	{ "arn", TEXT, NULL, "FileSystemArn" },
	{ "name", TEXT, NULL, "Name|FileSystemId" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "file_system_id", TEXT, NULL, "FileSystemId" },
	{ "is_encrypted", BOOL, NULL, "Encrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "state", TEXT, NULL, "LifeCycleState" },
	{ "performance_mode", TEXT, NULL, "PerformanceMode" },
	{ "throughput_mode", TEXT, NULL, "ThroughputMode" },
	{ "zone", TEXT, NULL, "AvailabilityZoneName" },
	{ "size_bytes", INTEGER, NULL, "SizeInBytes.Value" },
	{ "mount_target_count", INTEGER, NULL, "NumberOfMountTargets" },
	{ "created_at", TIME, NULL, "CreationTime :epoch" },
	{ "policy", JSON, "DescribeFileSystemPolicy", "Policy :json" },
	{ "backup_status", TEXT, "DescribeBackupPolicy", "BackupPolicy.Status" },
};

static const struct column mount_target[] = {
	{ "mount_target_id", TEXT, NULL, "MountTargetId" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "ip", TEXT, NULL, "IpAddress" },
	{ "state", TEXT, NULL, "LifeCycleState" },
};

static const struct table tables[] = {
	{
		.name = "efs_file_system",
		.type = "AWS::EFS::FileSystem",
		.operation = "DescribeFileSystems",
		COLUMNS(file_system),
	},
	{
		.name = "efs_mount_target",
		.operation = "DescribeMountTargets",
		.of = "efs_file_system",
		.path = "MountTargets",
		COLUMNS(mount_target),
	},
};

static const struct arm policies[] = {
	{ "efs_file_system", "type='efs_file_system'", "policy IS NOT NULL" },
};
static const struct arm stores[] = {
	{ "efs_file_system", "type='efs_file_system'", NULL },
};
static const struct arm protectable[] = {
	{ "efs_file_system", "type='efs_file_system'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
	{ "backup_protectable_resource", PROTECTABLE_COLUMNS, protectable,
	  COUNT(protectable) },
};

const struct scanner scanner_efs = {
	.service = "efs",
	.iam = "elasticfilesystem",
	OPERATIONS,
	TABLES,
	VIEWS,
};
