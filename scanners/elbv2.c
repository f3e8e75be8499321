/* Elastic Load Balancing v2: load balancers, what they listen for and what they do with it. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{ .name = "DescribeLoadBalancers", .items = "LoadBalancers" },
	{
		.name = "DescribeLoadBalancerAttributes",
		.parent = "DescribeLoadBalancers",
		.bind = "LoadBalancerArn=LoadBalancerArn",
	},
	{
		.name = "DescribeListeners",
		.parent = "DescribeLoadBalancers",
		.bind = "LoadBalancerArn=LoadBalancerArn",
		.items = "Listeners",
	},
	/* Only an application load balancer's listeners have rules. */
	{
		.name = "DescribeRules",
		.parent = "DescribeListeners",
		.only = "Protocol Protocol!=TCP Protocol!=UDP Protocol!=TCP_UDP Protocol!=TLS "
			"Protocol!=GENEVE Protocol!=QUIC Protocol!=TCP_QUIC",
		.bind = "ListenerArn=ListenerArn",
		.items = "Rules",
	},
	{
		.name = "DescribeTags",
		.parent = "DescribeLoadBalancers",
		.bind = "ResourceArns=LoadBalancerArn",
		.batch = 20,
	},
};

#define ATTRIBUTE(column, type, key) \
	{ column, type, "DescribeLoadBalancerAttributes", "Attributes[Key=" key "].Value" }

static const struct column balancer[] = {
	{ "arn", TEXT, NULL, "LoadBalancerArn" },
	{ "name", TEXT, NULL, "LoadBalancerName" },
	{ "tags", TAGS, "DescribeTags", "TagDescriptions[ResourceArn={arn}].Tags" },
	{ "type", TEXT, NULL, "Type" },
	{ "scheme", TEXT, NULL, "Scheme" },
	{ "state", TEXT, NULL, "State.Code" },
	{ "dns_name", TEXT, NULL, "DNSName" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "zones", JSON, NULL, "AvailabilityZones[].ZoneName" },
	{ "subnet_ids", JSON, NULL, "AvailabilityZones[].SubnetId" },
	{ "security_group_ids", JSON, NULL, "SecurityGroups" },
	{ "created_at", TIME, NULL, "CreatedTime" },
	ATTRIBUTE("deletion_protection", BOOL, "deletion_protection.enabled"),
	ATTRIBUTE("access_logs_enabled", BOOL, "access_logs.s3.enabled"),
	ATTRIBUTE("access_logs_bucket", TEXT, "access_logs.s3.bucket"),
	ATTRIBUTE("connection_logs_enabled", BOOL, "connection_logs.s3.enabled"),
	ATTRIBUTE("drops_invalid_headers", BOOL,
		  "routing.http.drop_invalid_header_fields.enabled"),
	ATTRIBUTE("desync_mode", TEXT, "routing.http.desync_mitigation_mode"),
	ATTRIBUTE("cross_zone", TEXT, "load_balancing.cross_zone.enabled"),
	ATTRIBUTE("waf_fail_open", BOOL, "waf.fail_open.enabled"),
};

static const struct column listener[] = {
	{ "arn", TEXT, NULL, "ListenerArn" },
	{ "name", TEXT, NULL, "ListenerArn" },
	{ "load_balancer_arn", TEXT, NULL, "LoadBalancerArn" },
	{ "protocol", TEXT, NULL, "Protocol" },
	{ "port", INTEGER, NULL, "Port" },
	{ "ssl_policy", TEXT, NULL, "SslPolicy" },
	{ "certificate_arn", TEXT, NULL, "Certificates[0].CertificateArn" },
	{ "mutual_authentication", TEXT, NULL, "MutualAuthentication.Mode" },
};

static const struct column action[] = {
	{ "type", TEXT, NULL, "Type" },
	{ "priority", INTEGER, NULL, "Order" },
	{ "target_group_arn", TEXT, NULL,
	  "TargetGroupArn|ForwardConfig.TargetGroups[0].TargetGroupArn" },
	{ "redirect_protocol", TEXT, NULL, "RedirectConfig.Protocol" },
	{ "redirect_port", TEXT, NULL, "RedirectConfig.Port" },
	{ "redirect_host", TEXT, NULL, "RedirectConfig.Host" },
	{ "redirect_status", TEXT, NULL, "RedirectConfig.StatusCode" },
	{ "fixed_status", TEXT, NULL, "FixedResponseConfig.StatusCode" },
};

static const struct column rule[] = {
	{ "arn", TEXT, NULL, "RuleArn" },
	{ "name", TEXT, NULL, "RuleArn" },
	{ "listener_arn", TEXT, NULL, "$request.ListenerArn" },
	{ "priority", TEXT, NULL, "Priority" },
	{ "is_default", BOOL, NULL, "IsDefault" },
	{ "conditions", JSON, NULL, "Conditions" },
	{ "action_types", JSON, NULL, "Actions[].Type" },
};

static const struct table tables[] = {
	{
		.name = "elbv2_load_balancer",
		.type = "AWS::ElasticLoadBalancingV2::LoadBalancer",
		.operation = "DescribeLoadBalancers",
		COLUMNS(balancer),
	},
	{
		.name = "elbv2_listener",
		.type = "AWS::ElasticLoadBalancingV2::Listener",
		.operation = "DescribeListeners",
		COLUMNS(listener),
	},
	{
		.name = "elbv2_listener_action",
		.operation = "DescribeListeners",
		.of = "elbv2_listener",
		.path = "DefaultActions",
		COLUMNS(action),
	},
	{
		.name = "elbv2_rule",
		.type = "AWS::ElasticLoadBalancingV2::ListenerRule",
		.operation = "DescribeRules",
		COLUMNS(rule),
	},
	{
		.name = "elbv2_rule_action",
		.operation = "DescribeRules",
		.of = "elbv2_rule",
		.path = "Actions",
		COLUMNS(action),
	},
};

const struct scanner scanner_elbv2 = {
	.service = "elbv2",
	.iam = "elasticloadbalancing",
	OPERATIONS,
	TABLES,
};
