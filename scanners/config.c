/* AWS Config: what records changes, where it sends them, and which rules judge them. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{ .name = "DescribeConfigurationRecorders", .items = "ConfigurationRecorders" },
	{
		.name = "DescribeConfigurationRecorderStatus",
		.items = "ConfigurationRecordersStatus",
	},
	{ .name = "DescribeDeliveryChannels", .items = "DeliveryChannels" },
	{ .name = "DescribeConfigRules", .items = "ConfigRules" },
	{ .name = "DescribeConformancePacks", .items = "ConformancePackDetails" },
};

#define STATUS(column, type, key) \
	{ column, type, "DescribeConfigurationRecorderStatus", \
	  "ConfigurationRecordersStatus[name={name}]." key }

static const struct column recorder[] = {
	{ "name", TEXT, NULL, "name" },
	{ "role_arn", TEXT, NULL, "roleARN" },
	{ "all_supported", BOOL, NULL, "recordingGroup.allSupported" },
	{ "include_global", BOOL, NULL, "recordingGroup.includeGlobalResourceTypes" },
	{ "resource_types", JSON, NULL, "recordingGroup.resourceTypes" },
	{ "excluded_types", JSON, NULL,
	  "recordingGroup.exclusionByResourceTypes.resourceTypes" },
	{ "strategy", TEXT, NULL, "recordingGroup.recordingStrategy.useOnly" },
	{ "frequency", TEXT, NULL, "recordingMode.recordingFrequency" },
	{ "scope", TEXT, NULL, "recordingScope" },
	{ "service_principal", TEXT, NULL, "servicePrincipal" },
	STATUS("is_recording", BOOL, "recording"),
	STATUS("last_status", TEXT, "lastStatus"),
	STATUS("last_error", TEXT, "lastErrorCode"),
	STATUS("last_error_message", TEXT, "lastErrorMessage"),
	STATUS("started_at", TIME, "lastStartTime :epoch"),
	STATUS("stopped_at", TIME, "lastStopTime :epoch"),
};

static const struct column channel[] = {
	{ "name", TEXT, NULL, "name" },
	{ "bucket", TEXT, NULL, "s3BucketName" },
	{ "prefix", TEXT, NULL, "s3KeyPrefix" },
	{ "kms_key_id", TEXT, NULL, "s3KmsKeyArn" },
	{ "topic_arn", TEXT, NULL, "snsTopicARN" },
	{ "frequency", TEXT, NULL, "configSnapshotDeliveryProperties.deliveryFrequency" },
};

static const struct column rule[] = {
	{ "arn", TEXT, NULL, "ConfigRuleArn" },
	{ "name", TEXT, NULL, "ConfigRuleName" },
	{ "rule_id", TEXT, NULL, "ConfigRuleId" },
	{ "state", TEXT, NULL, "ConfigRuleState" },
	{ "owner", TEXT, NULL, "Source.Owner" },
	{ "source", TEXT, NULL, "Source.SourceIdentifier" },
	{ "created_by", TEXT, NULL, "CreatedBy" },
};

static const struct column pack[] = {
	{ "arn", TEXT, NULL, "ConformancePackArn" },
	{ "name", TEXT, NULL, "ConformancePackName" },
	{ "pack_id", TEXT, NULL, "ConformancePackId" },
	{ "created_by", TEXT, NULL, "CreatedBy" },
	{ "updated_at", TIME, NULL, "LastUpdateRequestedTime :epoch" },
};

#define CONFIG_ARN "arn:{partition}:config:{region}:{account_id}:"

static const struct table tables[] = {
	{
		.name = "config_recorder",
		.type = "AWS::Config::ConfigurationRecorder",
		.operation = "DescribeConfigurationRecorders",
		.arn = CONFIG_ARN "configuration-recorder/{name}",
		COLUMNS(recorder),
	},
	{
		.name = "config_delivery_channel",
		.type = "AWS::Config::DeliveryChannel",
		.operation = "DescribeDeliveryChannels",
		.arn = CONFIG_ARN "delivery-channel/{name}",
		COLUMNS(channel),
	},
	{
		.name = "config_rule",
		.type = "AWS::Config::ConfigRule",
		.operation = "DescribeConfigRules",
		COLUMNS(rule),
	},
	{
		.name = "config_conformance_pack",
		.type = "AWS::Config::ConformancePack",
		.operation = "DescribeConformancePacks",
		COLUMNS(pack),
	},
};

const struct scanner scanner_config = { .service = "config", OPERATIONS, TABLES };
