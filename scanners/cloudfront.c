/* Amazon CloudFront: distributions, their origins and what they ask of viewers. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	/* Headers that are sent to an origin are often the password to it. */
	{
		.name = "ListDistributions",
		.items = "DistributionList.Items",
		.drop = "DistributionList.Items[].Origins.Items[].CustomHeaders",
	},
	{
		.name = "GetDistributionConfig",
		.parent = "ListDistributions",
		.bind = "Id=Id",
		.drop = "DistributionConfig.Origins.Items[].CustomHeaders",
	},
	{
		.name = "ListTagsForResource",
		.parent = "ListDistributions",
		.bind = "Resource=ARN",
	},
};

#define CONFIG(column, type, key) \
	{ column, type, "GetDistributionConfig", "DistributionConfig." key }

static const struct column distribution[] = {
	{ "arn", TEXT, NULL, "ARN" },
	{ "name", TEXT, NULL, "Id" },
	{ "tags", TAGS, "ListTagsForResource", "Tags.Items" },
	{ "distribution_id", TEXT, NULL, "Id" },
	{ "domain", TEXT, NULL, "DomainName" },
	{ "aliases", JSON, NULL, "Aliases.Items" },
	{ "status", TEXT, NULL, "Status" },
	{ "is_enabled", BOOL, NULL, "Enabled" },
	{ "comment", TEXT, NULL, "Comment" },
	{ "web_acl_id", TEXT, NULL, "WebACLId" },
	{ "price_class", TEXT, NULL, "PriceClass" },
	{ "updated_at", TIME, NULL, "LastModifiedTime" },
	{ "viewer_protocol_policy", TEXT, NULL, "DefaultCacheBehavior.ViewerProtocolPolicy" },
	{ "realtime_log_arn", TEXT, NULL, "DefaultCacheBehavior.RealtimeLogConfigArn" },
	{ "certificate_source", TEXT, NULL, "ViewerCertificate.CertificateSource" },
	{ "certificate_arn", TEXT, NULL,
	  "ViewerCertificate.ACMCertificateArn|ViewerCertificate.IAMCertificateId" },
	{ "default_certificate", BOOL, NULL,
	  "ViewerCertificate.CloudFrontDefaultCertificate" },
	{ "minimum_protocol", TEXT, NULL, "ViewerCertificate.MinimumProtocolVersion" },
	{ "geo_restriction", TEXT, NULL, "Restrictions.GeoRestriction.RestrictionType" },
	CONFIG("default_root_object", TEXT, "DefaultRootObject"),
	CONFIG("logging_enabled", BOOL, "Logging.Enabled"),
	CONFIG("log_bucket", TEXT, "Logging.Bucket"),
	CONFIG("log_prefix", TEXT, "Logging.Prefix"),
};

static const struct column behavior[] = {
	{ "path_pattern", TEXT, NULL, "PathPattern" },
	{ "origin_id", TEXT, NULL, "TargetOriginId" },
	{ "viewer_protocol_policy", TEXT, NULL, "ViewerProtocolPolicy" },
	{ "realtime_log_arn", TEXT, NULL, "RealtimeLogConfigArn" },
	{ "field_encryption_id", TEXT, NULL, "FieldLevelEncryptionId" },
	{ "headers_policy_id", TEXT, NULL, "ResponseHeadersPolicyId" },
};

static const struct column origin[] = {
	{ "origin_id", TEXT, NULL, "Id" },
	{ "domain", TEXT, NULL, "DomainName" },
	{ "path", TEXT, NULL, "OriginPath" },
	{ "is_s3", BOOL, NULL, "S3OriginConfig :present" },
	{ "access_identity", TEXT, NULL, "S3OriginConfig.OriginAccessIdentity" },
	{ "access_control_id", TEXT, NULL, "OriginAccessControlId" },
	{ "protocol_policy", TEXT, NULL, "CustomOriginConfig.OriginProtocolPolicy" },
	{ "protocols", JSON, NULL, "CustomOriginConfig.OriginSslProtocols.Items" },
};

#define OF_DISTRIBUTION .operation = "ListDistributions", .of = "cloudfront_distribution"

static const struct table tables[] = {
	{
		.name = "cloudfront_distribution",
		.type = "AWS::CloudFront::Distribution",
		.operation = "ListDistributions",
		COLUMNS(distribution),
	},
	/* The default behavior and all others. */
	{
		.name = "cloudfront_behavior",
		.path = "{DefaultCacheBehavior,CacheBehaviors.Items}",
		OF_DISTRIBUTION,
		COLUMNS(behavior),
	},
	{
		.name = "cloudfront_origin",
		.path = "Origins.Items",
		OF_DISTRIBUTION,
		COLUMNS(origin),
	},
};

const struct scanner scanner_cloudfront = {
	.service = "cloudfront",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
