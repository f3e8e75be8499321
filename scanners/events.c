/* Amazon EventBridge: buses, the rules of each and where they send events. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListEventBuses", .items = "EventBuses" },
	{
		.name = "ListRules",
		.parent = "ListEventBuses",
		.bind = "EventBusName=Name",
		.items = "Rules",
	},
	{
		.name = "ListTargetsByRule",
		.parent = "ListRules",
		.bind = "Rule=Name EventBusName=EventBusName",
		.secrets = "Targets[].Input Targets[].InputTransformer.InputTemplate "
			   "Targets[].HttpParameters",
	},
	{
		.name = "ListTagsForResource",
		.parent = "ListRules",
		.bind = "ResourceARN=Arn",
	},
};

static const struct column bus[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "Name" },
	{ "policy", JSON, NULL, "Policy :json" },
	{ "created_at", TIME, NULL, "CreationTime :epoch" },
};

static const struct column rule[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "Name" },
	{ "tags", TAGS, "ListTagsForResource", "Tags" },
	{ "bus", TEXT, NULL, "EventBusName" },
	{ "state", TEXT, NULL, "State" },
	{ "pattern", JSON, NULL, "EventPattern :json" },
	{ "schedule", TEXT, NULL, "ScheduleExpression" },
	{ "description", TEXT, NULL, "Description" },
	{ "managed_by", TEXT, NULL, "ManagedBy" },
	{ "role_arn", TEXT, NULL, "RoleArn" },
};

static const struct column target[] = {
	{ "name", TEXT, NULL, "Id" },
	{ "target_id", TEXT, NULL, "Id" },
	{ "target_arn", TEXT, NULL, "Arn" },
	{ "role_arn", TEXT, NULL, "RoleArn" },
	{ "dead_letter_arn", TEXT, NULL, "DeadLetterConfig.Arn" },
};

static const struct table tables[] = {
	{
		.name = "events_bus",
		.type = "AWS::Events::EventBus",
		.operation = "ListEventBuses",
		COLUMNS(bus),
	},
	{
		.name = "events_rule",
		.type = "AWS::Events::Rule",
		.operation = "ListRules",
		COLUMNS(rule),
	},
	{
		.name = "events_rule_target",
		.operation = "ListTargetsByRule",
		.of = "events_rule",
		.path = "Targets",
		COLUMNS(target),
	},
};

static const struct arm policies[] = {
	{ "events_bus", "type='events_bus'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_events = { .service = "events", OPERATIONS, TABLES, VIEWS };
