/* AWS CloudTrail: the trails as each region answers them, copies of other regions' included. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeTrails",
		.items = "trailList",
		.bind = "includeShadowTrails=:true",
	},
	/* Asked in every region: whether a copy records there is a question of its own. */
	{
		.name = "GetTrailStatus",
		.parent = "DescribeTrails",
		.bind = "Name=TrailARN",
	},
	{
		.name = "GetEventSelectors",
		.parent = "DescribeTrails",
		.bind = "TrailName=TrailARN",
	},
	{
		.name = "GetInsightSelectors",
		.parent = "DescribeTrails",
		.bind = "TrailName=TrailARN",
		.absent = "InsightNotEnabledException",
	},
	/* Tags are answered in the trail's own region alone. */
	{
		.name = "ListTags",
		.parent = "DescribeTrails",
		.bind = "ResourceIdList=TrailARN",
		.batch = 1,
		.only = "HomeRegion=$region",
	},
};

#define TRAIL_COLUMNS \
	{ "name", TEXT, NULL, "Name" }, \
	{ "home_region", TEXT, NULL, "HomeRegion" }, \
	{ "is_multi_region", BOOL, NULL, "IsMultiRegionTrail" }, \
	{ "is_organization", BOOL, NULL, "IsOrganizationTrail" }, \
	{ "includes_global_events", BOOL, NULL, "IncludeGlobalServiceEvents" }, \
	{ "validation_enabled", BOOL, NULL, "LogFileValidationEnabled" }, \
	{ "bucket", TEXT, NULL, "S3BucketName" }, \
	{ "prefix", TEXT, NULL, "S3KeyPrefix" }, \
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" }, \
	{ "log_group_arn", TEXT, NULL, "CloudWatchLogsLogGroupArn" }, \
	{ "log_role_arn", TEXT, NULL, "CloudWatchLogsRoleArn" }, \
	{ "topic_arn", TEXT, NULL, "SnsTopicARN" }, \
	{ "is_logging", BOOL, "GetTrailStatus", "IsLogging" }, \
	{ "logs_delivered_at", TIME, "GetTrailStatus", \
	  "LatestCloudWatchLogsDeliveryTime :epoch" }, \
	{ "logs_delivery_error", TEXT, "GetTrailStatus", \
	  "LatestCloudWatchLogsDeliveryError" }, \
	{ "delivered_at", TIME, "GetTrailStatus", "LatestDeliveryTime :epoch" }, \
	{ "delivery_error", TEXT, "GetTrailStatus", "LatestDeliveryError" }, \
	{ "started_at", TIME, "GetTrailStatus", "StartLoggingTime :epoch" }, \
	{ "stopped_at", TIME, "GetTrailStatus", "StopLoggingTime :epoch" }, \
	{ "event_selectors", JSON, "GetEventSelectors", "EventSelectors" }, \
	{ "advanced_event_selectors", JSON, "GetEventSelectors", "AdvancedEventSelectors" }, \
	{ "insight_selectors", JSON, "GetInsightSelectors", "InsightSelectors" }

static const struct column trail[] = {
	{ "arn", TEXT, NULL, "TrailARN" },
	{ "tags", TAGS, "ListTags", "ResourceTagList[ResourceId={arn}].TagsList" },
	TRAIL_COLUMNS,
};

static const struct column region_trail[] = {
	{ "trail_arn", TEXT, NULL, "TrailARN" },
	TRAIL_COLUMNS,
};

static const struct column selector[] = {
	{ "trail_arn", TEXT, NULL, "^TrailARN" },
	{ "read_write", TEXT, NULL, "ReadWriteType" },
	{ "management_events", BOOL, NULL, "IncludeManagementEvents" },
	{ "data_resources", JSON, NULL, "DataResources" },
	{ "excluded_sources", JSON, NULL, "ExcludeManagementEventSources" },
};

static const struct column advanced_selector[] = {
	{ "trail_arn", TEXT, NULL, "^TrailARN" },
	{ "name", TEXT, NULL, "Name" },
	{ "fields", JSON, NULL, "FieldSelectors" },
	{ "category", TEXT, NULL, "FieldSelectors[Field=eventCategory].Equals[0]" },
	{ "resource_type", TEXT, NULL, "FieldSelectors[Field=resources.type].Equals[0]" },
	{ "read_only", TEXT, NULL, "FieldSelectors[Field=readOnly].Equals[0]" },
};

static const struct table tables[] = {
	{
		.name = "cloudtrail_trail",
		.type = "AWS::CloudTrail::Trail",
		.operation = "DescribeTrails",
		.home = "home_region",
		COLUMNS(trail),
	},
	/* No resources of their own: one row for each region that knows the trail. */
	{
		.name = "cloudtrail_region_trail",
		.operation = "DescribeTrails",
		.arn = "{trail_arn}@{region}",
		COLUMNS(region_trail),
	},
	{
		.name = "cloudtrail_event_selector",
		.operation = "GetEventSelectors",
		.of = "cloudtrail_region_trail",
		.path = "EventSelectors",
		COLUMNS(selector),
	},
	{
		.name = "cloudtrail_advanced_event_selector",
		.operation = "GetEventSelectors",
		.of = "cloudtrail_region_trail",
		.path = "AdvancedEventSelectors",
		COLUMNS(advanced_selector),
	},
};

const struct scanner scanner_cloudtrail = { .service = "cloudtrail", OPERATIONS, TABLES };
