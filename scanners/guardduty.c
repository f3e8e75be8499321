/* Amazon GuardDuty: the detector of each region, and the grave findings that stand open. */

#include "scanners/scanners.h"

/* High and critical begin at 7 (GuardDuty User Guide, Severity levels). Each finding answered
 * must be asked for by its id. */
#define OPEN_AND_GRAVE \
	"FindingCriteria=:{\"Criterion\":{\"severity\":{\"GreaterThanOrEqual\":7}," \
	"\"service.archived\":{\"Equals\":[\"false\"]}}}"

static const struct operation operations[] = {
	{ .name = "ListDetectors", .items = "DetectorIds" },
	{ .name = "GetDetector", .parent = "ListDetectors", .bind = "DetectorId=." },
	{
		.name = "ListFindings",
		.parent = "ListDetectors",
		.bind = "DetectorId=. " OPEN_AND_GRAVE,
		.items = "FindingIds",
	},
	{
		.name = "GetFindings",
		.parent = "ListFindings",
		.bind = "DetectorId=$request.DetectorId FindingIds=.",
		.batch = 50,
	},
};

static const struct column detector[] = {
	{ "name", TEXT, NULL, "." },
	{ "tags", TAGS, "GetDetector", "Tags" },
	{ "detector_id", TEXT, NULL, "." },
	{ "status", TEXT, "GetDetector", "Status" },
	{ "publishing_frequency", TEXT, "GetDetector", "FindingPublishingFrequency" },
	{ "service_role_arn", TEXT, "GetDetector", "ServiceRole" },
	{ "features", JSON, "GetDetector", "Features" },
	{ "s3_protection", TEXT, "GetDetector", "Features[Name=S3_DATA_EVENTS].Status" },
	{ "eks_protection", TEXT, "GetDetector", "Features[Name=EKS_AUDIT_LOGS].Status" },
	{ "malware_protection", TEXT, "GetDetector",
	  "Features[Name=EBS_MALWARE_PROTECTION].Status" },
	{ "rds_protection", TEXT, "GetDetector", "Features[Name=RDS_LOGIN_EVENTS].Status" },
	{ "lambda_protection", TEXT, "GetDetector",
	  "Features[Name=LAMBDA_NETWORK_LOGS].Status" },
	{ "runtime_monitoring", TEXT, "GetDetector",
	  "Features[Name=RUNTIME_MONITORING].Status" },
	{ "created_at", TIME, "GetDetector", "CreatedAt" },
};

/* The ids are listed by one operation and told about by another: a finding that was listed
 * counts even where its details were refused. */
static const struct column open_finding[] = {
	{ "finding_id", TEXT, NULL, "." },
	{ "detector_id", TEXT, NULL, "$request.DetectorId" },
};

static const struct column finding[] = {
	{ "finding_id", TEXT, NULL, "Id" },
	{ "finding_arn", TEXT, NULL, "Arn" },
	{ "type", TEXT, NULL, "Type" },
	{ "title", TEXT, NULL, "Title" },
	{ "severity", REAL, NULL, "Severity" },
	{ "is_archived", BOOL, NULL, "Service.Archived" },
	{ "resource_type", TEXT, NULL, "Resource.ResourceType" },
	{ "count", INTEGER, NULL, "Service.Count" },
	{ "created_at", TIME, NULL, "CreatedAt" },
	{ "updated_at", TIME, NULL, "UpdatedAt" },
};

static const struct column region[] = {
	{ "guardduty_detector_id", TEXT, "ListDetectors", "DetectorIds[0]" },
};

static const struct table tables[] = {
	{ .extends = "region", COLUMNS(region) },
	{
		.name = "guardduty_detector",
		.type = "AWS::GuardDuty::Detector",
		.operation = "ListDetectors",
		.arn = "arn:{partition}:guardduty:{region}:{account_id}:detector/{detector_id}",
		COLUMNS(detector),
	},
	{
		.name = "guardduty_open_finding",
		.operation = "ListFindings",
		.of = "guardduty_detector",
		.path = "FindingIds",
		COLUMNS(open_finding),
	},
	{
		.name = "guardduty_finding",
		.operation = "GetFindings",
		.of = "guardduty_detector",
		.path = "Findings",
		COLUMNS(finding),
	},
};

const struct scanner scanner_guardduty = { .service = "guardduty", OPERATIONS, TABLES };
