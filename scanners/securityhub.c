/* AWS Security Hub: whether it is on in a region, and the standards it checks there. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeHub",
		.absent = "ResourceNotFoundException",
		.unsubscribed = "InvalidAccessException",
	},
	{
		.name = "GetEnabledStandards",
		.items = "StandardsSubscriptions",
		.unsubscribed = "InvalidAccessException",
	},
};

static const struct column region[] = {
	{ "securityhub_arn", TEXT, "DescribeHub", "HubArn" },
	{ "securityhub_subscribed_at", TIME, "DescribeHub", "SubscribedAt" },
	{ "securityhub_auto_enables_controls", BOOL, "DescribeHub", "AutoEnableControls" },
};

static const struct column standard[] = {
	{ "arn", TEXT, NULL, "StandardsSubscriptionArn" },
	{ "name", TEXT, NULL, "StandardsArn" },
	{ "standard_arn", TEXT, NULL, "StandardsArn" },
	{ "status", TEXT, NULL, "StandardsStatus" },
	{ "status_reason", TEXT, NULL, "StandardsStatusReason.StatusReasonCode" },
};

static const struct table tables[] = {
	{ .extends = "region", COLUMNS(region) },
	{
		.name = "securityhub_standard",
		.type = "AWS::SecurityHub::Standard",
		.operation = "GetEnabledStandards",
		COLUMNS(standard),
	},
};

const struct scanner scanner_securityhub = { .service = "securityhub", OPERATIONS, TABLES };
