/* AWS WAF: web ACLs of a region, what they guard and whether they log. */

#include "scanners/scanners.h"

/* Load balancers come first: an operation that is asked for no type answers for them alone. */
static const struct operation operations[] = {
	{ .name = "ListWebACLs", .items = "WebACLs", .bind = "Scope='REGIONAL'" },
	{
		.name = "GetWebACL",
		.parent = "ListWebACLs",
		.bind = "Name=Name Id=Id Scope='REGIONAL'",
	},
	{
		.name = "ListResourcesForWebACL",
		.parent = "ListWebACLs",
		.bind = "WebACLArn=ARN ResourceType='APPLICATION_LOAD_BALANCER'|'API_GATEWAY'|"
			"'APPSYNC'|'COGNITO_USER_POOL'",
	},
	{
		.name = "GetLoggingConfiguration",
		.parent = "ListWebACLs",
		.bind = "ResourceArn=ARN",
		.absent = "WAFNonexistentItemException",
	},
	{
		.name = "ListTagsForResource",
		.parent = "ListWebACLs",
		.bind = "ResourceARN=ARN",
	},
};

static const struct column web_acl[] = {
	{ "arn", TEXT, NULL, "ARN" },
	{ "name", TEXT, NULL, "Name" },
	{ "tags", TAGS, "ListTagsForResource", "TagInfoForResource.TagList" },
	{ "acl_id", TEXT, NULL, "Id" },
	{ "scope", TEXT, NULL, "$request.Scope" },
	{ "description", TEXT, NULL, "Description" },
	{ "allows_by_default", BOOL, "GetWebACL", "WebACL.DefaultAction.Allow :present" },
	{ "rule_count", INTEGER, "GetWebACL", "WebACL.Rules :count" },
	{ "rule_names", JSON, "GetWebACL", "WebACL.Rules[].Name" },
	{ "capacity", INTEGER, "GetWebACL", "WebACL.Capacity" },
	{ "metrics_enabled", BOOL, "GetWebACL",
	  "WebACL.VisibilityConfig.CloudWatchMetricsEnabled" },
	{ "log_destinations", JSON, "GetLoggingConfiguration",
	  "LoggingConfiguration.LogDestinationConfigs" },
};

static const struct column resource[] = {
	{ "resource_arn", TEXT, NULL, "." },
	{ "resource_type", TEXT, NULL, "$request.ResourceType" },
};

static const struct table tables[] = {
	{
		.name = "wafv2_web_acl",
		.type = "AWS::WAFv2::WebACL",
		.operation = "ListWebACLs",
		COLUMNS(web_acl),
	},
	{
		.name = "wafv2_web_acl_resource",
		.operation = "ListResourcesForWebACL",
		.of = "wafv2_web_acl",
		.path = "ResourceArns",
		COLUMNS(resource),
	},
};

const struct scanner scanner_wafv2 = { .service = "wafv2", OPERATIONS, TABLES };
