/* IAM Access Analyzer: the analyzers of each region. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{ .name = "ListAnalyzers", .items = "analyzers" },
};

static const struct column analyzer[] = {
	{ "arn", TEXT, NULL, "arn" },
	{ "name", TEXT, NULL, "name" },
	{ "tags", TAGS, NULL, "tags" },
	{ "type", TEXT, NULL, "type" },
	{ "status", TEXT, NULL, "status" },
	{ "status_reason", TEXT, NULL, "statusReason.code" },
	{ "created_at", TIME, NULL, "createdAt" },
	{ "last_analyzed_at", TIME, NULL, "lastResourceAnalyzedAt" },
	{ "last_analyzed_resource", TEXT, NULL, "lastResourceAnalyzed" },
	{ "unused_access_age_days", INTEGER, NULL,
	  "configuration.unusedAccess.unusedAccessAge" },
};

static const struct table tables[] = {
	{
		.name = "accessanalyzer_analyzer",
		.type = "AWS::AccessAnalyzer::Analyzer",
		.operation = "ListAnalyzers",
		COLUMNS(analyzer),
	},
};

const struct scanner scanner_accessanalyzer = {
	.service = "accessanalyzer",
	.iam = "access-analyzer",
	OPERATIONS,
	TABLES,
};
