/* Amazon CloudWatch Logs: log groups, metric filters, and where services deliver logs. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "DescribeLogGroups", .items = "logGroups" },
	{
		.name = "ListTagsForResource",
		.parent = "DescribeLogGroups",
		.bind = "resourceArn=$arn",
	},
	{ .name = "DescribeMetricFilters", .items = "metricFilters" },
	{ .name = "DescribeDeliverySources", .items = "deliverySources" },
	{ .name = "DescribeDeliveries", .items = "deliveries" },
	{ .name = "DescribeResourcePolicies", .items = "resourcePolicies" },
};

/* `arn` in the answer ends in ":*"; logGroupArn does not. */
static const struct column group[] = {
	{ "name", TEXT, NULL, "logGroupName" },
	{ "tags", TAGS, "ListTagsForResource", "tags" },
	{ "retention_days", INTEGER, NULL, "retentionInDays" },
	{ "kms_key_id", TEXT, NULL, "kmsKeyId" },
	{ "class", TEXT, NULL, "logGroupClass" },
	{ "created_at", TIME, NULL, "creationTime :epoch" },
	{ "stored_bytes", INTEGER, NULL, "storedBytes" },
	{ "metric_filter_count", INTEGER, NULL, "metricFilterCount" },
	{ "data_protection", TEXT, NULL, "dataProtectionStatus" },
};

/* A filter has exactly one transformation (CloudWatch Logs API Reference, MetricFilter). */
static const struct column filter[] = {
	{ "name", TEXT, NULL, "filterName" },
	{ "log_group_name", TEXT, NULL, "logGroupName" },
	{ "pattern", TEXT, NULL, "filterPattern" },
	{ "metric_name", TEXT, NULL, "metricTransformations[0].metricName" },
	{ "metric_namespace", TEXT, NULL, "metricTransformations[0].metricNamespace" },
	{ "metric_value", TEXT, NULL, "metricTransformations[0].metricValue" },
	{ "default_value", REAL, NULL, "metricTransformations[0].defaultValue" },
	{ "dimensions", JSON, NULL, "metricTransformations[0].dimensions" },
	{ "applies_on_transformed", BOOL, NULL, "applyOnTransformedLogs" },
	{ "created_at", TIME, NULL, "creationTime :epoch" },
};

static const struct column source[] = {
	{ "arn", TEXT, NULL, "arn" },
	{ "name", TEXT, NULL, "name" },
	{ "tags", TAGS, NULL, "tags" },
	{ "resource_arns", JSON, NULL, "resourceArns" },
	{ "resource_arn", TEXT, NULL, "resourceArns[0]" },
	{ "service", TEXT, NULL, "service" },
	{ "log_type", TEXT, NULL, "logType" },
};

static const struct column delivery[] = {
	{ "arn", TEXT, NULL, "arn" },
	{ "name", TEXT, NULL, "id" },
	{ "tags", TAGS, NULL, "tags" },
	{ "source_name", TEXT, NULL, "deliverySourceName" },
	{ "destination_arn", TEXT, NULL, "deliveryDestinationArn" },
	{ "destination_type", TEXT, NULL, "deliveryDestinationType" },
};

static const struct column policy[] = {
	{ "name", TEXT, NULL, "policyName" },
	{ "policy", JSON, NULL, "policyDocument :json" },
	{ "updated_at", TIME, NULL, "lastUpdatedTime :epoch" },
};

#define LOGS_ARN "arn:{partition}:logs:{region}:{account_id}:"

static const struct table tables[] = {
	{
		.name = "logs_log_group",
		.type = "AWS::Logs::LogGroup",
		.operation = "DescribeLogGroups",
		.arn = LOGS_ARN "log-group:{name}",
		COLUMNS(group),
	},
	{
		.name = "logs_metric_filter",
		.type = "AWS::Logs::MetricFilter",
		.operation = "DescribeMetricFilters",
		.arn = LOGS_ARN "log-group:{log_group_name}:metric-filter:{name}",
		COLUMNS(filter),
	},
	{
		.name = "logs_delivery_source",
		.type = "AWS::Logs::DeliverySource",
		.operation = "DescribeDeliverySources",
		COLUMNS(source),
	},
	{
		.name = "logs_delivery",
		.type = "AWS::Logs::Delivery",
		.operation = "DescribeDeliveries",
		COLUMNS(delivery),
	},
	{
		.name = "logs_resource_policy",
		.type = "AWS::Logs::ResourcePolicy",
		.operation = "DescribeResourcePolicies",
		.arn = LOGS_ARN "resource-policy:{name}",
		COLUMNS(policy),
	},
};

static const struct arm policies[] = {
	{ "logs_resource_policy", "type='logs_resource_policy'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_logs = { .service = "logs", OPERATIONS, TABLES, VIEWS };
