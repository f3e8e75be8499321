/* Amazon ECS: task definitions, their containers and what their environment holds. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "ListTaskDefinitions",
		.items = "taskDefinitionArns",
		.bind = "status='ACTIVE'",
	},
	{
		.name = "DescribeTaskDefinition",
		.parent = "ListTaskDefinitions",
		.bind = "taskDefinition=. include=:[\"TAGS\"]",
		.secrets = "taskDefinition.containerDefinitions[].environment[].value "
			   "taskDefinition.containerDefinitions[].command "
			   "taskDefinition.containerDefinitions[].entryPoint",
	},
	{ .name = "ListClusters", .items = "clusterArns" },
	{
		.name = "DescribeClusters",
		.parent = "ListClusters",
		.bind = "clusters=. include=:[\"TAGS\",\"SETTINGS\",\"CONFIGURATIONS\"]",
		.batch = 100,
	},
};

#define DEFINITION(column, type, key) \
	{ column, type, "DescribeTaskDefinition", "taskDefinition." key }
#define CLUSTER(column, type, key) \
	{ column, type, "DescribeClusters", "clusters[clusterArn={arn}]." key }

static const struct column definition[] = {
	{ "arn", TEXT, NULL, "." },
	{ "name", TEXT, NULL, "." },
	{ "tags", TAGS, "DescribeTaskDefinition", "tags" },
	DEFINITION("family", TEXT, "family"),
	DEFINITION("revision", INTEGER, "revision"),
	DEFINITION("status", TEXT, "status"),
	DEFINITION("network_mode", TEXT, "networkMode"),
	DEFINITION("pid_mode", TEXT, "pidMode"),
	DEFINITION("ipc_mode", TEXT, "ipcMode"),
	DEFINITION("task_role_arn", TEXT, "taskRoleArn"),
	DEFINITION("execution_role_arn", TEXT, "executionRoleArn"),
	DEFINITION("compatibilities", JSON, "requiresCompatibilities"),
	DEFINITION("registered_at", TIME, "registeredAt :epoch"),
	DEFINITION("registered_by", TEXT, "registeredBy"),
};

static const struct column container[] = {
	{ "name", TEXT, NULL, "name" },
	{ "image", TEXT, NULL, "image" },
	{ "user", TEXT, NULL, "user" },
	{ "is_privileged", BOOL, NULL, "privileged" },
	{ "read_only_root", BOOL, NULL, "readonlyRootFilesystem" },
	{ "is_essential", BOOL, NULL, "essential" },
	{ "log_driver", TEXT, NULL, "logConfiguration.logDriver" },
	{ "command", JSON, NULL, "command" },
	{ "environment", JSON, NULL, "environment" },
	{ "secret_names", JSON, NULL, "secrets[].name" },
};

static const struct column variable[] = {
	{ "name", TEXT, NULL, "name" },
	{ "container", TEXT, NULL, "^name" },
	{ "value", TEXT, NULL, "value" },
};

static const struct column cluster[] = {
	{ "arn", TEXT, NULL, "." },
	CLUSTER("name", TEXT, "clusterName"),
	CLUSTER("tags", TAGS, "tags"),
	CLUSTER("status", TEXT, "status"),
	CLUSTER("container_insights", TEXT, "settings[name=containerInsights].value"),
	CLUSTER("running_tasks", INTEGER, "runningTasksCount"),
	CLUSTER("active_services", INTEGER, "activeServicesCount"),
	CLUSTER("capacity_providers", JSON, "capacityProviders"),
	CLUSTER("exec_logging", TEXT, "configuration.executeCommandConfiguration.logging"),
};

static const struct table tables[] = {
	{
		.name = "ecs_task_definition",
		.type = "AWS::ECS::TaskDefinition",
		.operation = "ListTaskDefinitions",
		COLUMNS(definition),
	},
	{
		.name = "ecs_task_definition_container",
		.operation = "DescribeTaskDefinition",
		.of = "ecs_task_definition",
		.path = "taskDefinition.containerDefinitions",
		COLUMNS(container),
	},
	{
		.name = "ecs_task_definition_variable",
		.operation = "DescribeTaskDefinition",
		.of = "ecs_task_definition",
		.path = "taskDefinition.containerDefinitions[].environment[]",
		COLUMNS(variable),
	},
	{
		.name = "ecs_cluster",
		.type = "AWS::ECS::Cluster",
		.operation = "ListClusters",
		COLUMNS(cluster),
	},
};

const struct scanner scanner_ecs = { .service = "ecs", OPERATIONS, TABLES };
