/* AWS Security Hub: whether it is on in a region, and the standards it checks there. */

#include "scanners/scanners.h"

/* The same code says that the caller lacks a permission; the message tells which (Security
 * Hub API Reference, DescribeHub, Errors). */
#define NOT_SUBSCRIBED "InvalidAccessException/not_subscribed"

static const struct operation operations[] = {
	{
		.name = "DescribeHub",
		.absent = "ResourceNotFoundException",
		.unsubscribed = NOT_SUBSCRIBED,
	},
	{
		.name = "GetEnabledStandards",
		.items = "StandardsSubscriptions",
		.unsubscribed = NOT_SUBSCRIBED,
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
