/* Amazon RDS: database instances, clusters, and the snapshots of both. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "DescribeDBInstances", .items = "DBInstances" },
	{ .name = "DescribeDBClusters", .items = "DBClusters" },
	{ .name = "DescribeDBSnapshots", .items = "DBSnapshots" },
	{ .name = "DescribeDBClusterSnapshots", .items = "DBClusterSnapshots" },
	/* What AWS made by itself cannot be shared. */
	{
		.name = "DescribeDBSnapshotAttributes",
		.parent = "DescribeDBSnapshots",
		.only = "SnapshotType!=automated",
		.bind = "DBSnapshotIdentifier=DBSnapshotIdentifier",
	},
	{
		.name = "DescribeDBClusterSnapshotAttributes",
		.parent = "DescribeDBClusterSnapshots",
		.only = "SnapshotType!=automated",
		.bind = "DBClusterSnapshotIdentifier=DBClusterSnapshotIdentifier",
	},
};

static const struct column instance[] = {
	{ "arn", TEXT, NULL, "DBInstanceArn" },
	{ "name", TEXT, NULL, "DBInstanceIdentifier" },
	{ "tags", TAGS, NULL, "TagList" },
	{ "status", TEXT, NULL, "DBInstanceStatus" },
	{ "engine", TEXT, NULL, "Engine" },
	{ "engine_version", TEXT, NULL, "EngineVersion" },
	{ "instance_class", TEXT, NULL, "DBInstanceClass" },
	{ "cluster_name", TEXT, NULL, "DBClusterIdentifier" },
	{ "replica_of", TEXT, NULL,
	  "ReadReplicaSourceDBInstanceIdentifier|ReadReplicaSourceDBClusterIdentifier" },
	{ "is_encrypted", BOOL, NULL, "StorageEncrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "is_public", BOOL, NULL, "PubliclyAccessible" },
	{ "is_multi_az", BOOL, NULL, "MultiAZ" },
	{ "deletion_protection", BOOL, NULL, "DeletionProtection" },
	{ "auto_minor_upgrade", BOOL, NULL, "AutoMinorVersionUpgrade" },
	{ "backup_retention_days", INTEGER, NULL, "BackupRetentionPeriod" },
	{ "copies_tags_to_snapshots", BOOL, NULL, "CopyTagsToSnapshot" },
	{ "iam_authentication", BOOL, NULL, "IAMDatabaseAuthenticationEnabled" },
	{ "log_exports", JSON, NULL, "EnabledCloudwatchLogsExports" },
	{ "monitoring_interval", INTEGER, NULL, "MonitoringInterval" },
	{ "endpoint", TEXT, NULL, "Endpoint.Address" },
	{ "port", INTEGER, NULL, "Endpoint.Port|DbInstancePort" },
	{ "master_user", TEXT, NULL, "MasterUsername" },
	{ "master_secret_arn", TEXT, NULL, "MasterUserSecret.SecretArn" },
	{ "ca_certificate", TEXT, NULL, "CACertificateIdentifier" },
	{ "vpc_id", TEXT, NULL, "DBSubnetGroup.VpcId" },
	{ "subnet_ids", JSON, NULL, "DBSubnetGroup.Subnets[].SubnetIdentifier" },
	{ "security_group_ids", JSON, NULL, "VpcSecurityGroups[].VpcSecurityGroupId" },
	{ "parameter_groups", JSON, NULL, "DBParameterGroups[].DBParameterGroupName" },
	{ "created_at", TIME, NULL, "InstanceCreateTime" },
};

static const struct column cluster[] = {
	{ "arn", TEXT, NULL, "DBClusterArn" },
	{ "name", TEXT, NULL, "DBClusterIdentifier" },
	{ "tags", TAGS, NULL, "TagList" },
	{ "status", TEXT, NULL, "Status" },
	{ "engine", TEXT, NULL, "Engine" },
	{ "engine_version", TEXT, NULL, "EngineVersion" },
	{ "engine_mode", TEXT, NULL, "EngineMode" },
	{ "is_encrypted", BOOL, NULL, "StorageEncrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "is_multi_az", BOOL, NULL, "MultiAZ" },
	{ "deletion_protection", BOOL, NULL, "DeletionProtection" },
	{ "auto_minor_upgrade", BOOL, NULL, "AutoMinorVersionUpgrade" },
	{ "backup_retention_days", INTEGER, NULL, "BackupRetentionPeriod" },
	{ "copies_tags_to_snapshots", BOOL, NULL, "CopyTagsToSnapshot" },
	{ "iam_authentication", BOOL, NULL, "IAMDatabaseAuthenticationEnabled" },
	{ "log_exports", JSON, NULL, "EnabledCloudwatchLogsExports" },
	{ "endpoint", TEXT, NULL, "Endpoint" },
	{ "port", INTEGER, NULL, "Port" },
	{ "master_user", TEXT, NULL, "MasterUsername" },
	{ "master_secret_arn", TEXT, NULL, "MasterUserSecret.SecretArn" },
	{ "members", JSON, NULL, "DBClusterMembers[].DBInstanceIdentifier" },
	{ "security_group_ids", JSON, NULL, "VpcSecurityGroups[].VpcSecurityGroupId" },
	{ "created_at", TIME, NULL, "ClusterCreateTime" },
};

#define RESTORE(answer, list) \
	answer "." list "[AttributeName=restore].AttributeValues"

static const struct column instance_snapshot[] = {
	{ "arn", TEXT, NULL, "DBSnapshotArn" },
	{ "name", TEXT, NULL, "DBSnapshotIdentifier" },
	{ "tags", TAGS, NULL, "TagList" },
	{ "source", TEXT, NULL, "DBInstanceIdentifier" },
	{ "snapshot_type", TEXT, NULL, "SnapshotType" },
	{ "status", TEXT, NULL, "Status" },
	{ "engine", TEXT, NULL, "Engine" },
	{ "is_encrypted", BOOL, NULL, "Encrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "size_gib", INTEGER, NULL, "AllocatedStorage" },
	{ "created_at", TIME, NULL, "SnapshotCreateTime" },
	{ "restore_accounts", JSON, "DescribeDBSnapshotAttributes",
	  RESTORE("DBSnapshotAttributesResult", "DBSnapshotAttributes") },
};

static const struct column cluster_snapshot[] = {
	{ "arn", TEXT, NULL, "DBClusterSnapshotArn" },
	{ "name", TEXT, NULL, "DBClusterSnapshotIdentifier" },
	{ "tags", TAGS, NULL, "TagList" },
	{ "source", TEXT, NULL, "DBClusterIdentifier" },
	{ "snapshot_type", TEXT, NULL, "SnapshotType" },
	{ "status", TEXT, NULL, "Status" },
	{ "engine", TEXT, NULL, "Engine" },
	{ "is_encrypted", BOOL, NULL, "StorageEncrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "size_gib", INTEGER, NULL, "AllocatedStorage" },
	{ "created_at", TIME, NULL, "SnapshotCreateTime" },
	{ "restore_accounts", JSON, "DescribeDBClusterSnapshotAttributes",
	  RESTORE("DBClusterSnapshotAttributesResult", "DBClusterSnapshotAttributes") },
};

/* The same address answers for DocumentDB and Neptune, which are services of their own. */
#define NOT_OTHERS "Engine!=docdb Engine!=neptune"

static const struct table tables[] = {
	{
		.name = "rds_instance",
		.type = "AWS::RDS::DBInstance",
		.operation = "DescribeDBInstances",
		.only = NOT_OTHERS,
		COLUMNS(instance),
	},
	{
		.name = "rds_cluster",
		.type = "AWS::RDS::DBCluster",
		.operation = "DescribeDBClusters",
		.only = NOT_OTHERS,
		COLUMNS(cluster),
	},
	{
		.name = "rds_instance_snapshot",
		.type = "AWS::RDS::DBSnapshot",
		.operation = "DescribeDBSnapshots",
		.only = NOT_OTHERS,
		COLUMNS(instance_snapshot),
	},
	{
		.name = "rds_cluster_snapshot",
		.type = "AWS::RDS::DBClusterSnapshot",
		.operation = "DescribeDBClusterSnapshots",
		.only = NOT_OTHERS,
		COLUMNS(cluster_snapshot),
	},
};

static const struct arm snapshots[] = {
	{ "rds_instance_snapshot", "type='rds_instance_snapshot'", NULL },
	{ "rds_cluster_snapshot", "type='rds_cluster_snapshot'", NULL },
};
/* An instance of a cluster keeps nothing itself. */
static const struct arm stores[] = {
	{ "rds_instance", "type='rds_instance'", "cluster_name IS NULL" },
	{ "rds_cluster", "type='rds_cluster'", NULL },
	{ "rds_instance_snapshot", "type='rds_instance_snapshot'", NULL },
	{ "rds_cluster_snapshot", "type='rds_cluster_snapshot'", NULL },
};
static const struct arm protectable[] = {
	{ "rds_instance", "type='rds_instance'", "cluster_name IS NULL" },
	{ "rds_cluster", "type='rds_cluster'", NULL },
};

static const struct view views[] = {
	{ "rds_snapshot",
	  "type source snapshot_type status engine is_encrypted kms_key_id vpc_id size_gib "
	  "created_at restore_accounts",
	  snapshots, COUNT(snapshots) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
	{ "backup_protectable_resource", PROTECTABLE_COLUMNS, protectable,
	  COUNT(protectable) },
};

const struct scanner scanner_rds = { .service = "rds", OPERATIONS, TABLES, VIEWS };
