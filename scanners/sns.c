/* Amazon SNS: topics, who may use them, and who hears of them. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "ListTopics", .items = "Topics" },
	{
		.name = "GetTopicAttributes",
		.parent = "ListTopics",
		.bind = "TopicArn=TopicArn",
	},
	{
		.name = "ListSubscriptionsByTopic",
		.parent = "ListTopics",
		.bind = "TopicArn=TopicArn",
		.secrets = "Subscriptions[].Endpoint",
	},
	{
		.name = "ListTagsForResource",
		.parent = "ListTopics",
		.bind = "ResourceArn=TopicArn",
	},
};

static const struct column topic[] = {
	{ "arn", TEXT, NULL, "TopicArn" },
	{ "name", TEXT, NULL, "TopicArn" },
	{ "tags", TAGS, "ListTagsForResource", "Tags" },
	{ "kms_key_id", TEXT, "GetTopicAttributes", "Attributes.KmsMasterKeyId" },
	{ "policy", JSON, "GetTopicAttributes", "Attributes.Policy :json" },
	{ "owner_id", TEXT, "GetTopicAttributes", "Attributes.Owner" },
	{ "display_name", TEXT, "GetTopicAttributes", "Attributes.DisplayName" },
	{ "subscriptions_confirmed", INTEGER, "GetTopicAttributes",
	  "Attributes.SubscriptionsConfirmed" },
	{ "subscriptions_pending", INTEGER, "GetTopicAttributes",
	  "Attributes.SubscriptionsPending" },
	{ "is_fifo", BOOL, "GetTopicAttributes", "Attributes.FifoTopic" },
};

/* An unconfirmed subscription has a word in place of its ARN. */
static const struct column subscription[] = {
	{ "subscription_arn", TEXT, NULL, "SubscriptionArn" },
	{ "topic_arn", TEXT, NULL, "TopicArn" },
	{ "protocol", TEXT, NULL, "Protocol" },
	{ "endpoint", TEXT, NULL, "Endpoint" },
	{ "owner_id", TEXT, NULL, "Owner" },
};

static const struct table tables[] = {
	{
		.name = "sns_topic",
		.type = "AWS::SNS::Topic",
		.operation = "ListTopics",
		COLUMNS(topic),
	},
	{
		.name = "sns_subscription",
		.operation = "ListSubscriptionsByTopic",
		.of = "sns_topic",
		.path = "Subscriptions",
		COLUMNS(subscription),
	},
};

static const struct arm policies[] = {
	{ "sns_topic", "type='sns_topic'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_sns = { .service = "sns", OPERATIONS, TABLES, VIEWS };
