/* Amazon CloudWatch: alarms on metrics, and what each does when it changes state. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeAlarms",
		.items = "MetricAlarms",
		.bind = "AlarmTypes=:[\"MetricAlarm\"]",
	},
	{
		.name = "ListTagsForResource",
		.parent = "DescribeAlarms",
		.bind = "ResourceARN=AlarmArn",
	},
};

static const struct column alarm[] = {
	{ "arn", TEXT, NULL, "AlarmArn" },
	{ "name", TEXT, NULL, "AlarmName" },
	{ "tags", TAGS, "ListTagsForResource", "Tags" },
	{ "metric_name", TEXT, NULL, "MetricName" },
	{ "namespace", TEXT, NULL, "Namespace" },
	{ "actions_enabled", BOOL, NULL, "ActionsEnabled" },
	{ "alarm_actions", JSON, NULL, "AlarmActions" },
	{ "ok_actions", JSON, NULL, "OKActions" },
	{ "insufficient_data_actions", JSON, NULL, "InsufficientDataActions" },
	{ "state", TEXT, NULL, "StateValue" },
	{ "state_updated_at", TIME, NULL, "StateUpdatedTimestamp" },
	{ "statistic", TEXT, NULL, "Statistic|ExtendedStatistic" },
	{ "comparison", TEXT, NULL, "ComparisonOperator" },
	{ "threshold", REAL, NULL, "Threshold" },
	{ "period", INTEGER, NULL, "Period" },
	{ "evaluation_periods", INTEGER, NULL, "EvaluationPeriods" },
	{ "datapoints_to_alarm", INTEGER, NULL, "DatapointsToAlarm" },
	{ "missing_data", TEXT, NULL, "TreatMissingData" },
	{ "dimensions", JSON, NULL, "Dimensions" },
	{ "metrics", JSON, NULL, "Metrics" },
};

static const struct column action[] = {
	{ "action", TEXT, NULL, "." },
};

#define PART_OF_ALARM .operation = "DescribeAlarms", .of = "cloudwatch_alarm"

static const struct table tables[] = {
	{
		.name = "cloudwatch_alarm",
		.type = "AWS::CloudWatch::Alarm",
		.operation = "DescribeAlarms",
		COLUMNS(alarm),
	},
	/* What happens when it goes off. */
	{
		.name = "cloudwatch_alarm_action",
		.path = "AlarmActions",
		PART_OF_ALARM,
		COLUMNS(action),
	},
	{
		.name = "cloudwatch_alarm_ok_action",
		.path = "OKActions",
		PART_OF_ALARM,
		COLUMNS(action),
	},
	{
		.name = "cloudwatch_alarm_insufficient_data_action",
		.path = "InsufficientDataActions",
		PART_OF_ALARM,
		COLUMNS(action),
	},
};

const struct scanner scanner_cloudwatch = { .service = "cloudwatch", OPERATIONS, TABLES };
