/* Tests of the checks' engine: what pages may say, what they read, and how they judge. */

#include "checks/engine.h"

#include <CUnit/CUnit.h>

int tests_checks(void);

/* ---- A small schema. */

#define OPERATIONS_OF(name)                                                                        \
	.operations = name##_operations, .operation_count = COUNT(name##_operations),              \
	.tables = name##_tables, .table_count = COUNT(name##_tables)

static const struct operation sts_operations[] = { { .name = "GetCallerIdentity" },
						   { .name = "DescribeRegions" } };
static const struct column account_columns[] = { { "name", TEXT, NULL, "x" } };
static const struct column region_columns[] = { { "name", TEXT, NULL, "x" }, { "state", TEXT, NULL, "x" } };
static const struct table sts_tables[] = {
	{ .name = "account", .type = "AWS::::Account", .operation = "GetCallerIdentity",
	  .arn = "arn:{partition}:account::{account_id}:account", COLUMNS(account_columns) },
	{ .name = "region", .type = "AWS::::Region", .operation = "DescribeRegions",
	  .arn = "arn:{partition}:account:{region}:{account_id}:region", COLUMNS(region_columns) },
};
static const struct scanner scanner_sts = { .service = "sts", .scope = GLOBAL,
	.operations = sts_operations, .operation_count = 2, .tables = sts_tables, .table_count = 2 };

static const struct operation s3control_operations[] = { { .name = "GetPublicAccessBlock", .action = "s3:GetAccountPublicAccessBlock" } };
static const struct column s3control_columns[] = {
	{ "s3_block_public_acls", BOOL, "GetPublicAccessBlock", "x" },
};
static const struct table s3control_tables[] = {
	{ .extends = "account", COLUMNS(s3control_columns) },
};
static const struct scanner scanner_s3control = { .service = "s3control", .scope = GLOBAL,
	.operations = s3control_operations, .operation_count = 1, .tables = s3control_tables, .table_count = 1 };

static const struct operation s3_operations[] = {
	{ .name = "ListBuckets", .action = "s3:ListAllMyBuckets" },
	{ .name = "GetBucketPolicy", .parent = "ListBuckets" },
	{ .name = "GetPublicAccessBlock", .parent = "ListBuckets", .action = "s3:GetBucketPublicAccessBlock" },
	{ .name = "GetBucketAcl", .parent = "ListBuckets" },
	{ .name = "GetBucketTagging", .parent = "ListBuckets" },
	{ .name = "GetBucketVersioning", .parent = "ListBuckets" },
};
static const struct column bucket_columns[] = {
	{ "name", TEXT, NULL, "x" },
	{ "tags", TAGS, "GetBucketTagging", "x" },
	{ "created_at", TIME, NULL, "x" },
	{ "policy", JSON, "GetBucketPolicy", "x" },
	{ "block_public_acls", BOOL, "GetPublicAccessBlock", "x" },
	{ "versioned", BOOL, "GetBucketVersioning", "x" },
};
static const struct column grant_columns[] = { { "grantee", TEXT, NULL, "x" } };
static const struct table s3_tables[] = {
	{ .name = "s3_bucket", .type = "AWS::S3::Bucket", .operation = "ListBuckets",
	  .arn = "arn:{partition}:s3:::{name}", COLUMNS(bucket_columns) },
	{ .name = "s3_bucket_grant", .operation = "GetBucketAcl", .of = "s3_bucket", COLUMNS(grant_columns) },
};
static const struct scanner scanner_s3 = { .service = "s3", .scope = GLOBAL,
	.operations = s3_operations, .operation_count = 6, .tables = s3_tables, .table_count = 2 };

static const struct operation iam_operations[] = {
	{ .name = "ListUsers" },
	{ .name = "GetCredentialReport" },
};
static const struct column user_columns[] = {
	{ "name", TEXT, NULL, "x" },
	{ "mfa", BOOL, "GetCredentialReport", "Content[user={name}].mfa" },
};
static const struct table iam_tables[] = {
	{ .name = "iam_user", .type = "AWS::IAM::User", .operation = "ListUsers",
	  .arn = "arn:{partition}:iam::{account_id}:user/{name}", COLUMNS(user_columns) },
};
static const struct scanner scanner_iam = { .service = "iam", .scope = GLOBAL,
	.operations = iam_operations, .operation_count = 2, .tables = iam_tables, .table_count = 1 };

static const struct operation trail_operations[] = {
	{ .name = "DescribeTrails" },
	{ .name = "GetTrailStatus", .parent = "DescribeTrails" },
};
static const struct column trail_columns[] = {
	{ "arn", TEXT, NULL, "x" },
	{ "bucket", TEXT, NULL, "x" },
	{ "is_logging", BOOL, "GetTrailStatus", "x" },
};
static const struct table trail_tables[] = {
	{ .name = "cloudtrail_trail", .type = "AWS::CloudTrail::Trail", .operation = "DescribeTrails",
	  COLUMNS(trail_columns) },
};
static const struct scanner scanner_cloudtrail = { .service = "cloudtrail", OPERATIONS_OF(trail) };

static const struct operation detector_operations[] = {
	{ .name = "ListDetectors" },
	{ .name = "GetDetector", .parent = "ListDetectors" },
};
static const struct column detector_columns[] = {
	{ "arn", TEXT, NULL, "x" },
	{ "status", TEXT, "GetDetector", "x" },
};
static const struct table detector_tables[] = {
	{ .name = "guardduty_detector", .type = "AWS::GuardDuty::Detector", .operation = "ListDetectors",
	  COLUMNS(detector_columns) },
};
static const struct scanner scanner_guardduty = { .service = "guardduty", OPERATIONS_OF(detector) };

static const struct operation group_operations[] = {
	{ .name = "DescribeSecurityGroups" },
	{ .name = "ListMembers", .parent = "DescribeSecurityGroups" },
	{ .name = "ListPorts", .parent = "ListMembers" },
	{ .name = "DescribeVpcs" },
};
static const struct column group_columns[] = { { "arn", TEXT, NULL, "x" }, { "family", TEXT, NULL, "x" },
					       { "revision", INTEGER, NULL, "x" } };
static const struct column member_columns[] = { { "arn", TEXT, NULL, "x" } };
static const struct column port_columns[] = { { "port", INTEGER, NULL, "x" } };
static const struct column vpc_columns[] = { { "arn", TEXT, NULL, "x" }, { "family", TEXT, NULL, "x" } };
static const struct table group_tables[] = {
	{ .name = "ec2_group", .type = "AWS::EC2::Group", .operation = "DescribeSecurityGroups",
	  COLUMNS(group_columns) },
	{ .name = "ec2_member", .operation = "ListMembers", .of = "ec2_group", COLUMNS(member_columns) },
	{ .name = "ec2_port", .operation = "ListPorts", .of = "ec2_member", COLUMNS(port_columns) },
	{ .name = "ec2_vpc", .type = "AWS::EC2::VPC", .operation = "DescribeVpcs", COLUMNS(vpc_columns) },
};
static const struct scanner scanner_ec2 = { .service = "ec2", OPERATIONS_OF(group) };

static const struct operation rds_operations[] = {
	{ .name = "DescribeDBSnapshots" },
	{ .name = "DescribeDBSnapshotAttributes", .parent = "DescribeDBSnapshots" },
	{ .name = "DescribeDBClusterSnapshots" },
	{ .name = "DescribeDBClusterSnapshotAttributes", .parent = "DescribeDBClusterSnapshots" },
};
static const struct column instance_columns[] = {
	{ "type", TEXT, NULL, "x" },
	{ "restore_accounts", JSON, "DescribeDBSnapshotAttributes", "x" },
	{ "gigabytes", INTEGER, NULL, "x" },
	{ "deleted", BOOL, "DescribeDBSnapshotAttributes", "x" },
};
static const struct column cluster_columns[] = {
	{ "type", TEXT, NULL, "x" },
	{ "restore_accounts", JSON, "DescribeDBClusterSnapshotAttributes", "x" },
	{ "allocated", INTEGER, NULL, "x" },
};
static const struct table rds_tables[] = {
	{ .name = "rds_instance_snapshot", .type = "AWS::RDS::DBSnapshot", .operation = "DescribeDBSnapshots",
	  COLUMNS(instance_columns) },
	{ .name = "rds_cluster_snapshot", .type = "AWS::RDS::DBClusterSnapshot",
	  .operation = "DescribeDBClusterSnapshots", COLUMNS(cluster_columns) },
};
static const struct arm rds_arms[] = {
	{ "rds_instance_snapshot", "kind='instance', size=gigabytes", NULL },
	{ "rds_cluster_snapshot", "kind='cluster', size=coalesce(allocated, 0)", NULL },
};
static const struct arm live_arms[] = { { "rds_instance_snapshot", NULL, "NOT coalesce(deleted, 0)" } };
static const struct view rds_views[] = {
	{ "rds_snapshot", "type restore_accounts kind size", rds_arms, COUNT(rds_arms) },
	{ "rds_live", "type", live_arms, COUNT(live_arms) },
};
static const struct scanner scanner_rds = { .service = "rds", .operations = rds_operations,
	.operation_count = 4, .tables = rds_tables, .table_count = 2, .views = rds_views, .view_count = 2 };

static const struct scanner *const test_scanners[] = {
	&scanner_cloudtrail, &scanner_ec2, &scanner_guardduty, &scanner_iam,
	&scanner_rds,	     &scanner_s3,  &scanner_s3control, &scanner_sts,
};

static struct schema *
make_schema(void)
{
	struct err err = { "" };
	struct schema *schema = schema_build(test_scanners, COUNT(test_scanners), &err);

	if (schema == NULL)
		fprintf(stderr, "schema: %s\n", err.text);
	return schema;
}

static void
fail(const char *name, const char *expected, const char *got)
{
	fprintf(stderr, "# %s: expected \"%s\", got \"%s\"\n", name, expected, got);
	CU_FAIL("see the line above");
}

/* ---- What pages may say: each case is front matter, query and examples, and part of the first trouble. */

struct page_case {
	const char *name, *front, *sql, *rest, *trouble; /* trouble "": none */
};

#define EASY "SELECT arn, iif(versioned, 'pass', 'fail') AS verdict, 'seen' AS observed FROM s3_bucket"
#define BUCKET "severity: low\nresource: s3_bucket\n"
#define EXAMPLES(body) "\n## Examples\n" body

static const struct page_case page_cases[] = {
	{ "good", BUCKET, EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | true | pass |\n| b | false | fail |\n"
					 "| c | !GetBucketVersioning AccessDenied | unknown |\n"), "" },
	{ "unknown key", BUCKET "severty: low\n", EASY, "", "page.md:4: no key is called severty; did you mean severity?" },
	{ "severity", "severity: grave\nresource: s3_bucket\n", EASY, "", "page.md:2: severity: expected critical" },
	{ "conclusive", BUCKET "conclusive: maybe\n", EASY, "", "page.md:4: conclusive" },
	{ "no resource", "severity: low\n", EASY, "", "expected a resource" },
	{ "resource", "severity: low\nresource: s3_buckt\n", EASY, "", "did you mean s3_bucket" },
	{ "broken yaml", BUCKET "see: [\n", EASY, "", "no YAML" },
	{ "syntax", BUCKET, "SELECT arn,\n  FROM s3_bucket", "", "page.md:10: near \"FROM\"" },
	{ "column", BUCKET, "SELECT arn, versoned AS verdict, '' AS observed FROM s3_bucket", "", "no such column: versoned" },
	{ "table", BUCKET, "SELECT arn, 'pass' AS verdict, '' AS observed FROM s3_buckets", "", "did you mean s3_bucket" },
	{ "result", BUCKET, "SELECT arn, 'pass' AS verdict FROM s3_bucket", "", "expected a column observed" },
	{ "result more", BUCKET, "SELECT arn, 'pass' AS verdict, '' AS observed, 1 AS extra FROM s3_bucket", "", "not extra" },
	{ "using", BUCKET, "SELECT arn, 'pass' AS verdict, '' AS observed\n FROM s3_bucket JOIN account USING (name)", "", "page.md:10: the word using" },
	{ "natural", BUCKET, "SELECT arn, 'pass' AS verdict, '' AS observed FROM s3_bucket NATURAL JOIN account", "", "the word natural" },
	{ "full", BUCKET, "SELECT b.arn, 'pass' AS verdict, '' AS observed FROM s3_bucket b FULL JOIN account a ON a.name = b.name", "", "the word full" },
	{ "right", BUCKET, "SELECT b.arn, 'pass' AS verdict, '' AS observed FROM s3_bucket b RIGHT JOIN account a ON a.name = b.name", "", "the word right" },
	{ "words in strings", BUCKET, "SELECT arn, iif(versioned, 'pass', 'fail') AS verdict, 'using full rights' AS observed /* NATURAL */ FROM s3_bucket -- RIGHT",
	  "", "no example of pass" },
	{ "misspelt quotes", BUCKET, "SELECT arn, iif(\"versoned\", 'pass', 'fail') AS verdict, '' AS observed FROM s3_bucket", "", "page.md:9: no such column" },
	{ "cte of a table's name", BUCKET, "WITH account AS (SELECT 1) SELECT arn, 'pass' AS verdict, '' AS observed FROM s3_bucket, account", "", "WITH account" },
	{ "cte of a view's name", BUCKET, "WITH rds_snapshot(a) AS (SELECT 1) SELECT arn, 'pass' AS verdict, '' AS observed FROM s3_bucket, rds_snapshot", "", "WITH rds_snapshot" },
	{ "api_call", BUCKET, "SELECT arn, 'pass' AS verdict, (SELECT count(*) FROM api_call) AS observed FROM s3_bucket", "", "may not read api_call" },
	{ "sqlite_schema", BUCKET, "SELECT arn, 'pass' AS verdict, (SELECT name FROM sqlite_schema) AS observed FROM s3_bucket", "", "may not read sqlite_master" },
	{ "pragma", BUCKET, "SELECT arn, 'pass' AS verdict, (SELECT count(*) FROM pragma_table_list) AS observed FROM s3_bucket", "", "a page may only SELECT" },
	{ "rowid", BUCKET, "SELECT arn, 'pass' AS verdict, rowid AS observed FROM s3_bucket", "", "may not read rowid" },
	{ "date", BUCKET, "SELECT arn, 'pass' AS verdict, date('now') AS observed FROM s3_bucket", "", "may not call date()" },
	{ "current_time", BUCKET, "SELECT arn, 'pass' AS verdict, current_timestamp AS observed FROM s3_bucket", "", "may not call current_timestamp()" },
	{ "random", BUCKET, "SELECT arn, 'pass' AS verdict, random() AS observed FROM s3_bucket", "", "may not call random()" },
	{ "write", BUCKET, "DELETE FROM s3_bucket", "", "may only SELECT" },
	{ "two statements", BUCKET, EASY "; DELETE FROM s3_bucket", "", "one statement" },
	{ "parameter", BUCKET, "SELECT arn, 'pass' AS verdict, :days AS observed FROM s3_bucket", "", ":days is no parameter" },
	{ "unused parameter", BUCKET "parameters: {days: 1}\n", EASY, "", "days is declared and never used" },
	{ "applies elsewhere", BUCKET "applies: (SELECT name FROM account) = 'x'\n", EASY, "", "own row only, not account" },
	{ "heading", BUCKET, EASY, "\n## Exmples\n", "expected the query, then" },
	{ "cells", BUCKET, EASY, EXAMPLES("| case | verdict |\n|---|---|\n| a | true | pass |\n"), "expected 2 cells" },
	{ "no such column in examples", BUCKET, EASY, EXAMPLES("| case | versoned | verdict |\n|---|---|---|\n| a | true | pass |\n"), "s3_bucket has no column versoned" },
	{ "bool", BUCKET, EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | yes | pass |\n"), "expected true or false" },
	{ "json", BUCKET, EASY, EXAMPLES("| case | policy | verdict |\n|---|---|---|\n| a | {\"x | pass |\n"), "valid JSON" },
	{ "wrong operation", BUCKET, EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | !GetBucketAcl AccessDenied | unknown |\n"), "GetBucketAcl does not fill" },
	{ "refused and filled", BUCKET, EASY, EXAMPLES("| case | name | versioned | created_at | verdict |\n|---|---|---|---|---|\n| a | !s3:ListBuckets AccessDenied | true | | unknown |\n"
						      "| b | b | true | | fail |\n"), "b: expected fail, not pass" },
	{ "orphan case", BUCKET, EASY, EXAMPLES("| case | verdict |\n|---|---|\n| a | fail |\n\n### account\n| case | name |\n|---|---|\n| b | x |\n"), "the case b has no row in the first table" },
	{ "no fail", BUCKET, EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | true | pass |\n| c | !GetBucketVersioning AccessDenied | unknown |\n"), "no example of fail" },
	{ "no unknown", BUCKET, EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | true | pass |\n| b | false | fail |\n"), "no example of unknown" },
	{ "null verdict", BUCKET, "SELECT arn, iif(versioned, 'pass', NULL) AS verdict, '' AS observed FROM s3_bucket",
	  EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | false | fail |\n"), "the verdict for arn:aws:s3:::1 is NULL" },
	{ "null observed", BUCKET, "SELECT arn, iif(versioned, 'pass', 'fail') AS verdict, 'v' || versioned AS observed FROM s3_bucket",
	  EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | | fail |\n"), "observed is NULL" },
	{ "unknown without reason", BUCKET, "SELECT arn, 'unknown' AS verdict, 'x' AS observed FROM s3_bucket",
	  EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | | unknown |\n"), "unknown without a reason" },
	{ "missing row", BUCKET, "SELECT arn, 'pass' AS verdict, 'x' AS observed FROM s3_bucket WHERE versioned",
	  EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | false | pass |\n"), "no row for arn:aws:s3:::1" },
	{ "doubled row", BUCKET, "SELECT b.arn, 'pass' AS verdict, 'x' AS observed FROM s3_bucket b, region",
	  EXAMPLES("| case | verdict |\n|---|---|\n| a | pass |\n\n### region\n| case | region |\n|---|---|\n| a | us-east-1 |\n| a | eu-west-1 |\n"), "two rows for arn:aws:s3:::1" },
	{ "extra row", BUCKET, "SELECT arn, 'pass' AS verdict, 'x' AS observed FROM s3_bucket UNION ALL SELECT arn, 'pass', '' FROM account",
	  EXAMPLES("| case | verdict |\n|---|---|\n| a | pass |\n"), "none of the resource's" },
	/* Refutation. */
	{ "false conclusive", BUCKET "conclusive: fail\n", EASY, EXAMPLES("| case | versioned | verdict |\n|---|---|---|\n| a | true | pass |\n| b | false | fail |\n"
									  "| c | !GetBucketVersioning AccessDenied | unknown |\n"), "conclusive: fail is refuted: without" },
	{ "false region", "severity: low\nresource: ec2_group\n",
	  "SELECT g.arn, iif(EXISTS (SELECT 1 FROM ec2_vpc v WHERE v.family = g.family), 'pass', 'fail') AS verdict, 'x' AS observed FROM ec2_group g",
	  EXAMPLES("| case | arn | family | verdict |\n|---|---|---|---|\n| a | g | f | pass |\n| b | g | f | fail |\n| c | !DescribeSecurityGroups Denied | | unknown |\n\n"
		   "### ec2_vpc\n| case | arn | family |\n|---|---|---|\n| a | v | f |\n"), "doubt: region is refuted" },
	{ "doubt account", "severity: low\nresource: ec2_group\ndoubt: account\n",
	  "SELECT g.arn, iif(EXISTS (SELECT 1 FROM ec2_vpc v WHERE v.family = g.family), 'pass', 'fail') AS verdict, 'x' AS observed FROM ec2_group g",
	  EXAMPLES("| case | arn | family | verdict |\n|---|---|---|---|\n| a | g | f | pass |\n| b | g | f | fail |\n| c | !DescribeSecurityGroups Denied | | unknown |\n"
		   "| d | g | f | unknown |\n\n"
		   "### ec2_vpc\n| case | arn | family | region |\n|---|---|---|---|\n| a | v | f | |\n| d | !DescribeVpcs Denied | | eu-west-1 |\n"), "" },
	{ "joined by region", "severity: low\nresource: ec2_group\n",
	  "SELECT g.arn, iif(EXISTS (SELECT 1 FROM ec2_vpc v WHERE v.family = g.family AND v.region = g.region), 'pass', 'fail') AS verdict, 'x' AS observed FROM ec2_group g",
	  EXAMPLES("| case | arn | family | verdict |\n|---|---|---|---|\n| a | g | f | pass |\n| b | g | f | fail |\n| c | !DescribeSecurityGroups Denied | | unknown |\n"
		   "| d | g | f | fail |\n| e | g | f | unknown |\n\n"
		   "### ec2_vpc\n| case | arn | family | region |\n|---|---|---|---|\n| a | v | f | |\n| d | !DescribeVpcs Denied | | eu-west-1 |\n| e | !DescribeVpcs Denied | | |\n"), "" },
	{ "false through", "severity: low\nresource: cloudtrail_trail\n",
	  "SELECT t.arn, iif(max(b.versioned), 'pass', 'fail') AS verdict, 'x' AS observed, NULL AS through FROM cloudtrail_trail t LEFT JOIN s3_bucket b ON b.name = t.bucket GROUP BY t.arn",
	  EXAMPLES("| case | arn | bucket | verdict |\n|---|---|---|---|\n| a | t | b | pass |\n| b | t | z | fail |\n| c | !DescribeTrails Denied | | unknown |\n\n"
		   "### s3_bucket\n| case | name | versioned |\n|---|---|---|\n| a | b | true |\n"), "through is refuted" },
	{ "through", "severity: low\nresource: cloudtrail_trail\n",
	  "SELECT t.arn, iif(max(b.versioned), 'pass', 'fail') AS verdict, 'x' AS observed, json_group_array(b.arn) AS through FROM cloudtrail_trail t LEFT JOIN s3_bucket b ON b.name = t.bucket GROUP BY t.arn",
	  EXAMPLES("| case | arn | bucket | verdict |\n|---|---|---|---|\n| a | t | b | pass |\n| b | t | z | fail |\n| c | t | b | unknown |\n| d | t | b | fail |\n| e | t | b | unknown |\n\n"
		   "### s3_bucket\n| case | name | versioned |\n|---|---|---|\n| a | b | true |\n| c | b | !GetBucketVersioning Denied |\n"
		   "| d | c | !GetBucketVersioning Denied |\n| e | !ListBuckets Denied | |\n"), "" },
	{ "null of a function", BUCKET, "SELECT arn, iif(policy_is_public(policy, account_id), 'fail', 'pass') AS verdict, 'x' AS observed FROM s3_bucket",
	  EXAMPLES("| case | verdict |\n|---|---|\n| a | pass |\n"), "policy_is_public() decides the verdict" },
	{ "null is unknown", BUCKET, "SELECT arn, CASE policy_is_public(policy, account_id) WHEN 1 THEN 'fail' WHEN 0 THEN 'pass' ELSE 'unknown' END AS verdict, 'x' AS observed, 'cannot be read' AS reason FROM s3_bucket",
	  EXAMPLES("```json open\n{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}\n```\n| case | policy | verdict |\n|---|---|---|\n| a | | pass |\n| b | @open | fail |\n| c | !GetBucketPolicy Denied | unknown |\n"), "" },
	{ "another row's list", "severity: low\nresource: s3_bucket\n",
	  "SELECT b.arn, iif(EXISTS (SELECT 1 FROM s3_bucket_grant g WHERE g.grantee = b.name), 'fail', 'pass') AS verdict, 'x' AS observed FROM s3_bucket b",
	  EXAMPLES("| case | name | verdict |\n|---|---|---|\n| a | a | fail |\n| a | b | pass |\n\n### s3_bucket_grant\n| case | parent_arn | grantee |\n|---|---|---|\n| a | arn:aws:s3:::b | a |\n"),
	  "rests on what s3:GetBucketAcl tells about arn:aws:s3:::b" },
	/* Rules of doubt. */
	{ "applies", BUCKET "applies: name = 'x'\n", EASY, EXAMPLES("| case | name | versioned | verdict |\n|---|---|---|---|\n| a | x | true | pass |\n| b | x | false | fail |\n"
		  "| c | y | !GetBucketVersioning Denied | not_applicable |\n| d | x | !GetBucketVersioning Denied | unknown |\n"), "" },
	{ "applies NULL", BUCKET "applies: block_public_acls\n", EASY, EXAMPLES("| case | block_public_acls | versioned | verdict |\n|---|---|---|---|\n| a | true | true | pass |\n| b | true | false | fail |\n"
		  "| c | !GetPublicAccessBlock Denied | true | unknown |\n| d | false | | not_applicable |\n"), "" },
	{ "known gap", "severity: low\nresource: iam_user\n", "SELECT arn, iif(mfa, 'pass', 'fail') AS verdict, 'x' AS observed FROM iam_user",
	  EXAMPLES("| case | name | mfa | verdict |\n|---|---|---|---|\n| a | u | true | pass |\n| a | v | false | fail |\n| a | w | !GetCredentialReport KnownGap | unknown |\n"), "" },
	{ "the same table twice", "severity: low\nresource: ec2_group\n",
	  "SELECT g.arn, iif(g.revision < (SELECT max(n.revision) FROM ec2_group n WHERE n.region = g.region AND n.family = g.family), 'fail', 'pass') AS verdict, 'x' AS observed FROM ec2_group g",
	  EXAMPLES("| case | arn | family | revision | verdict |\n|---|---|---|---|---|\n| a | g | f | 1 | fail |\n| a | h | f | 2 | pass |\n"
		   "| b | g | f | 1 | unknown |\n| b | !DescribeSecurityGroups Denied | | | unknown |\n"), "" },
	{ "list inside a list", "severity: low\nresource: ec2_group\n",
	  "SELECT g.arn, iif(count(p.port), 'fail', 'pass') AS verdict, 'x' AS observed FROM ec2_group g LEFT JOIN ec2_member m ON m.parent_arn = g.arn "
	  "LEFT JOIN ec2_port p ON p.parent_arn = m.arn GROUP BY g.arn",
	  EXAMPLES("| case | arn | verdict |\n|---|---|---|\n| a | g | fail |\n| a | h | pass |\n| b | g | unknown |\n| b | h | pass |\n\n"
		   "### ec2_member\n| case | parent_arn | arn |\n|---|---|---|\n| a | g | m |\n| b | g | m |\n\n"
		   "### ec2_port\n| case | parent_arn | port |\n|---|---|---|\n| a | m | 22 |\n| b | m | !ListPorts Denied |\n"), "" },
	{ "union view", "severity: low\nresource: rds_snapshot\n",
	  "SELECT arn, iif(size > 10 AND kind = 'cluster', 'fail', 'pass') AS verdict, kind AS observed FROM rds_snapshot",
	  EXAMPLES("| case | table | size | allocated | verdict |\n|---|---|---|---|---|\n| a | rds_instance_snapshot | 20 | | pass |\n| b | rds_cluster_snapshot | | 20 | fail |\n"
		   "| c | !DescribeDBSnapshots Denied | | | unknown |\n"), "" },
	{ "unread column of a view", "severity: low\nresource: rds_snapshot\n", "SELECT arn, iif(type = 'x', 'fail', 'pass') AS verdict, kind AS observed FROM rds_snapshot",
	  EXAMPLES("| case | table | type | restore_accounts | verdict |\n|---|---|---|---|---|\n| a | rds_instance_snapshot | x | | fail |\n"
		   "| b | rds_cluster_snapshot | y | !DescribeDBClusterSnapshotAttributes Denied | pass |\n| c | !DescribeDBSnapshots Denied | | | unknown |\n"), "" },
	{ "condition of a view", "severity: low\nresource: rds_live\n", "SELECT arn, iif(type = 'x', 'fail', 'pass') AS verdict, 'x' AS observed FROM rds_live",
	  EXAMPLES("| case | table | type | deleted | verdict |\n|---|---|---|---|---|\n| a | rds_instance_snapshot | x | false | fail |\n| b | rds_instance_snapshot | y | | pass |\n"
		   "| c | rds_instance_snapshot | y | !DescribeDBSnapshotAttributes Denied | unknown |\n"), "" },
	{ "count of rows", "severity: low\nresource: account\n", "SELECT a.arn, iif((SELECT count(*) FROM s3_bucket), 'fail', 'pass') AS verdict, 'x' AS observed FROM account a",
	  EXAMPLES("| case | verdict |\n|---|---|\n| a | pass |\n| b | fail |\n| c | unknown |\n| d | fail |\n\n### s3_bucket\n| case | name | versioned |\n|---|---|---|\n"
		   "| b | x | |\n| c | !ListBuckets Denied | |\n| d | x | !GetBucketVersioning Denied |\n"), "" },
	{ "rows of a table read by its sibling's column", "severity: low\nresource: account\n", "SELECT a.arn, iif(EXISTS (SELECT 1 FROM iam_user WHERE mfa), 'fail', 'pass') AS verdict, 'x' AS observed FROM account a",
	  EXAMPLES("| case | verdict |\n|---|---|\n| a | pass |\n| b | fail |\n| c | unknown |\n\n### iam_user\n| case | name | mfa |\n|---|---|---|\n"
		   "| b | x | true |\n| c | !ListUsers Denied | |\n"), "" },
	{ "a bar in a cell", BUCKET, "SELECT arn, iif(name = 'a|b', 'pass', 'fail') AS verdict, 'x' AS observed FROM s3_bucket",
	  EXAMPLES("| case | name | verdict |\n|---|---|---|\n| a | a\\|b | pass |\n| b | \"\" | fail |\n| c | !ListBuckets Denied | unknown |\n"), "" },
	{ "parameters", BUCKET "parameters: {names: [a, b], days: 10}\n",
	  "SELECT arn, iif(name IN (SELECT value FROM json_each(:names)) AND days_since(created_at) < :days, 'pass', 'fail') AS verdict, 'x' AS observed FROM s3_bucket",
	  EXAMPLES("| case | name | created_at | verdict |\n|---|---|---|---|\n| a | a | 2026-11-20T00:00:00Z | pass |\n| b | b | 2026-10-20T00:00:00Z | fail |\n| c | c | 2026-11-20T00:00:00Z | fail |\n"
		   "| d | !ListBuckets Denied | | unknown |\n"), "" },
};

static char *
page_text(const struct page_case *c)
{
	return mem_print("---\n%s---\n# The state is good\n\nWhy.\n```sql\n%s\n```\n%s", c->front, c->sql, c->rest);
}

struct heard {
	char first[4096]; /* and those behind it, a line each */
};

static void
hear(void *arg, const char *text)
{
	struct heard *heard = arg;

	size_t len = strlen(heard->first);

	snprintf(heard->first + len, sizeof(heard->first) - len, "%s%s", len > 0 ? "\n" : "", text);
}

static void
test_pages(void)
{
	struct schema *schema = make_schema();

	for (size_t i = 0; i < COUNT(page_cases); i++) {
		const struct page_case *c = &page_cases[i];
		char *text = page_text(c);
		const struct embedded page = { "t/page.md", text, strlen(text), 0 };
		struct heard heard = { "" };
		struct err err = { "" };
		struct check_set *set = set_load(schema, &page, 1, NULL, &err);

		if (set == NULL || checks_test(set, hear, &heard, NULL, &err) < 0)
			snprintf(heard.first, sizeof(heard.first), "%s", err.text);
		if (c->trouble[0] == '\0' ? heard.first[0] != '\0' :
					    strstr(heard.first, c->trouble) == NULL)
			fail(c->name, c->trouble, heard.first);
		checks_free(set);
		free(text);
	}
	schema_free(schema);
}

/* ---- Pages on disk, a join view among them. */

static void
test_folder(void)
{
	struct schema *schema = make_schema();
	struct heard heard = { "" };
	struct err err = { "" };
	struct check_set *set = set_load(schema, NULL, 0, "tests/pages", &err);
	int cases = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT_EQUAL(checks_count(set), 3);
	CU_ASSERT_STRING_EQUAL(checks_at(set, 0).id, "guardduty_region_watched");
	CU_ASSERT_STRING_EQUAL(checks_at(set, 2).service, "s3");
	CU_ASSERT_STRING_EQUAL(checks_at(set, 2).severity, "high");
	if (checks_test(set, hear, &heard, &cases, &err) != 0)
		fail("folder", "no trouble", heard.first[0] != '\0' ? heard.first : err.text);
	CU_ASSERT(cases >= 20);
	CU_ASSERT_EQUAL(checks_choose(set, "s3_bucket_closd", NULL, &err), -1);
	if (strstr(err.text, "did you mean s3_bucket_closed") == NULL)
		fail("choose", "nearest", err.text);
	CU_ASSERT_EQUAL(checks_choose(set, "rds_*", NULL, &err), 0);
	CU_ASSERT_TRUE(checks_at(set, 1).chosen);
	CU_ASSERT_FALSE(checks_at(set, 2).chosen);
	checks_free(set);
	schema_free(schema);
}

static void
test_operations(void)
{
	struct schema *schema = make_schema();
	struct err err = { "" };
	struct check_set *set = set_load(schema, NULL, 0, "tests/pages", &err);
	static const struct {
		const char *page, *operation;
		bool wanted, doubt;
	} cases[] = {
		{ "s3_bucket_closed", "s3:ListBuckets", true, true },
		{ "s3_bucket_closed", "s3:GetPublicAccessBlock", true, true },
		{ "s3_bucket_closed", "s3control:GetPublicAccessBlock", true, true },
		{ "s3_bucket_closed", "s3:GetBucketTagging", true, false },
		{ "s3_bucket_closed", "s3:GetBucketPolicy", false, false },
		{ "guardduty_region_watched", "guardduty:ListDetectors", true, true },
		{ "guardduty_region_watched", "guardduty:GetDetector", true, true },
		{ "rds_snapshot_private", "rds:DescribeDBClusterSnapshotAttributes", true, true },
	};

	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT_EQUAL_FATAL(checks_prepare(set, &err), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool *wanted = mem_get(schema->operation_count), *doubt = mem_get(schema->operation_count);
		int at = schema_find_operation(schema, cases[i].operation);

		checks_operations_of(set, (size_t)set_find(set, cases[i].page), wanted, doubt);
		if (wanted[at] != cases[i].wanted || doubt[at] != cases[i].doubt)
			fail(cases[i].operation, cases[i].page, "otherwise");
		free(wanted);
		free(doubt);
	}
	checks_free(set);
	schema_free(schema);
}

/* ---- Judging an evidence file. */

#define CALL(id, region, service, operation, outcome, error) \
	"INSERT INTO api_call VALUES(" #id ", '" region "', '" service "', '" operation "', '{}', 0, NULL, 1, 200, '" outcome "', " error \
	", NULL, NULL, '2026-11-22T00:00:00Z', 1, 1, NULL, 'x', 'none', NULL);"
#define SUBJECT(call, arn) "INSERT INTO call_subject VALUES(" #call ", 0, '" arn "');"
#define BUCKETS "INSERT INTO s3_bucket(arn, account_id, region, name, block_public_acls, versioned) VALUES" \
	"('b1', '111122223333', 'aws-global', 'b1', 1, 1), ('b2', '111122223333', 'aws-global', 'b2', 0, 0);"
#define BEGINNING "INSERT INTO scan VALUES(1, '2026-11-22T00:00:00Z', NULL, '1', '{}', NULL, '111122223333', 'aws', 'complete', NULL);" \
	"INSERT INTO account(arn, account_id, region, name) VALUES('acc', '111122223333', 'aws-global', 'x');" \
	"INSERT INTO region(arn, account_id, region, name, state) VALUES('r1', '111122223333', 'eu-west-1', 'x', 'opted-in'), " \
	"('r2', '111122223333', 'eu-west-2', 'x', 'not-opted-in'), ('r3', '111122223333', 'eu-west-3', 'x', NULL);"

static const struct {
	const char *name, *page, *evidence, *query, *answer;
} judge_cases[] = {
	{ "own row", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "refused", "'AccessDenied'") SUBJECT(7, "b2"),
	  "SELECT group_concat(resource || '=' || verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "b1=pass b2=unknown" },
	{ "reason", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "refused", "'AccessDenied'") SUBJECT(7, "b2"),
	  "SELECT reason || ' | ' || observed FROM finding WHERE resource = 'b2'",
	  "s3:GetPublicAccessBlock was refused (AccessDenied) in aws-global; allow s3:GetBucketPublicAccessBlock | not known: s3:GetPublicAccessBlock was refused" },
	{ "throttled", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "refused", "'Throttling'") SUBJECT(7, "b2"),
	  "SELECT reason FROM finding WHERE resource = 'b2'", "s3:GetPublicAccessBlock was refused (Throttling) in aws-global; scan again" },
	{ "not read", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "GetBucketTagging", "refused", "'AccessDenied'") SUBJECT(7, "b2"),
	  "SELECT group_concat(verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "pass fail" },
	{ "batch", "s3_bucket_closed", "INSERT INTO s3_bucket(arn, account_id, region, name) VALUES('b0', '1', 'aws-global', 'b0');"
	  BUCKETS CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "refused", "'AccessDenied'") SUBJECT(7, "b2") SUBJECT(7, "b0"),
	  "SELECT group_concat(verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "unknown pass unknown" },
	{ "account's own", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3control", "GetPublicAccessBlock", "refused", "'AccessDenied'"),
	  "SELECT group_concat(verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "pass unknown" },
	{ "stand-in", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "ListBuckets", "refused", "'AccessDenied'") CALL(8, "aws-global", "s3", "ListBuckets", "refused", "'Throttling'"),
	  "SELECT group_concat(resource || '=' || verdict || '/' || resource_type, ' ') FROM (SELECT * FROM finding ORDER BY resource)",
	  "b1=pass/AWS::S3::Bucket b2=fail/AWS::S3::Bucket s3_bucket/* (s3:ListBuckets)=unknown/AWS::S3::Bucket" },
	{ "stand-in counted", "s3_bucket_closed", BUCKETS CALL(7, "aws-global", "s3", "ListBuckets", "refused", "'AccessDenied'"),
	  "SELECT population || ' ' || pass || ' ' || fail || ' ' || not_applicable || ' ' || unknown || ' ' || state FROM coverage", "3 1 1 0 1 partial" },
	{ "nothing refused", "*", BUCKETS, "SELECT count(*) FROM finding WHERE verdict = 'unknown'", "0" },
	{ "identity", "s3_bucket_closed", BUCKETS, "SELECT id FROM finding WHERE resource = 'b1'", "@" },
	{ "calls", "s3_bucket_closed", BUCKETS CALL(5, "aws-global", "s3", "ListBuckets", "answered", "NULL") CALL(6, "aws-global", "s3", "GetPublicAccessBlock", "answered", "NULL") SUBJECT(6, "b1")
	  CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "answered", "NULL") SUBJECT(7, "b2") CALL(8, "aws-global", "s3control", "GetPublicAccessBlock", "answered", "NULL")
	  CALL(9, "aws-global", "s3", "GetBucketPolicy", "answered", "NULL") SUBJECT(9, "b2"),
	  "SELECT group_concat(call, ' ') FROM finding_call c JOIN finding f ON f.id = c.finding WHERE resource = 'b2'", "5 7 8" },
	{ "refused call", "s3_bucket_closed", BUCKETS CALL(5, "aws-global", "s3", "ListBuckets", "answered", "NULL") CALL(6, "aws-global", "s3", "GetPublicAccessBlock", "answered", "NULL") SUBJECT(6, "b2") CALL(7, "aws-global", "s3", "GetPublicAccessBlock", "refused", "'AccessDenied'") SUBJECT(7, "b2"),
	  "SELECT group_concat(call, ' ') FROM finding_call c JOIN finding f ON f.id = c.finding WHERE resource = 'b2'", "7" },
	{ "region off", "guardduty_region_watched", "", "SELECT group_concat(resource || '=' || verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "r1=fail r2=not_applicable r3=fail" },
	{ "not offered", "guardduty_region_watched", CALL(7, "eu-west-3", "guardduty", "ListDetectors", "not_offered", "NULL"),
	  "SELECT group_concat(resource || '=' || verdict || '/' || coalesce(reason, ''), ' ') FROM (SELECT * FROM finding WHERE resource = 'r3')", "r3=not_applicable/guardduty is not offered in eu-west-3" },
	{ "refused region", "guardduty_region_watched", CALL(7, "eu-west-3", "guardduty", "ListDetectors", "refused", "'AccessDenied'"),
	  "SELECT group_concat(resource || '=' || verdict, ' ') FROM (SELECT * FROM finding ORDER BY resource)", "r1=fail r2=not_applicable r3=unknown" },
	{ "two arms", "rds_snapshot_private", "INSERT INTO rds_instance_snapshot(arn, account_id, region, type) VALUES('i', '1', 'eu-west-1', 'manual');"
	  CALL(7, "eu-west-1", "rds", "DescribeDBSnapshots", "refused", "'AccessDenied'") CALL(8, "eu-west-1", "rds", "DescribeDBClusterSnapshots", "refused", "'AccessDenied'"),
	  "SELECT group_concat(resource, ' ') FROM (SELECT * FROM finding ORDER BY resource)",
	  "i rds_cluster_snapshot/* (rds:DescribeDBClusterSnapshots) rds_instance_snapshot/* (rds:DescribeDBSnapshots)" },
	{ "type of an arm", "rds_snapshot_private", "INSERT INTO rds_cluster_snapshot(arn, account_id, region, type) VALUES('c', '1', 'eu-west-1', 'manual');",
	  "SELECT resource_type FROM finding", "AWS::RDS::DBClusterSnapshot" },
	{ "empty regions", "rds_snapshot_private", CALL(7, "eu-west-1", "rds", "DescribeDBSnapshots", "answered", "NULL") CALL(8, "eu-west-3", "rds", "DescribeDBSnapshots", "unsubscribed", "'x'"),
	  "SELECT group_concat(region || '=' || state, ' ') FROM (SELECT * FROM coverage ORDER BY region)", "eu-west-1=empty eu-west-2=disabled eu-west-3=unsubscribed" },
	{ "two rows of one ARN", "s3_bucket_closed", BUCKETS BUCKETS, "SELECT group_concat(DISTINCT verdict) || ' ' || (SELECT error FROM check_page) FROM finding",
	  "unknown the resource has two rows of one ARN: b1" },
	{ "known gap", "t_user", "INSERT INTO iam_user(arn, account_id, region, name, mfa) VALUES('u', '1', 'aws-global', 'u', 1), ('v', '1', 'aws-global', 'v', NULL);"
	  "INSERT INTO known_gap VALUES('iam:GetCredentialReport', 'aws-global', 'v', 9, 'it is newer than the report');",
	  "SELECT group_concat(resource || '=' || verdict || coalesce('/' || reason, ''), ' ') || (SELECT ' ' || call FROM finding_call) FROM (SELECT * FROM finding ORDER BY resource)",
	  "u=pass v=unknown/iam:GetCredentialReport does not tell about v: it is newer than the report 9" },
	{ "stand-in of a parent", "t_member", "INSERT INTO ec2_member(arn, account_id, region, parent_arn) VALUES('m', '1', 'eu-west-1', 'g');"
	  CALL(7, "eu-west-1", "ec2", "ListMembers", "refused", "'Denied'") SUBJECT(7, "h") CALL(8, "eu-west-1", "ec2", "ListMembers", "refused", "'Denied'") SUBJECT(8, "i")
	  CALL(9, "eu-west-3", "ec2", "DescribeSecurityGroups", "refused", "'Denied'"),
	  "SELECT group_concat(resource || '=' || verdict || '@' || region, '; ') FROM (SELECT * FROM finding ORDER BY resource)",
	  "ec2_member/* (ec2:DescribeSecurityGroups)=unknown@eu-west-3; ec2_member/* (ec2:ListMembers, h)=unknown@eu-west-1; "
	  "ec2_member/* (ec2:ListMembers, i)=unknown@eu-west-1; m=pass@eu-west-1" },
	{ "an endless query", "t_endless", BUCKETS, "SELECT group_concat(DISTINCT verdict || ' ' || reason) FROM finding", "unknown the check's page is in error: the query took too long" },
	{ "page kept", "s3_bucket_closed", "", "SELECT length(why) || ' ' || fix_text || ' ' || (fix_hcl IS NOT NULL) || ' ' || (fix_yaml IS NULL) || ' ' || parameters || ' ' || (error IS NULL) FROM check_page",
	  "51 This may break a site that is public on purpose. 1 1 {} 1" },
};

#define PAGE_OF(resource, verdict, from) "---\nseverity: low\nresource: " resource "\n---\n# Good\n```sql\nSELECT arn, " verdict " AS verdict, 'x' AS observed FROM " from "\n```\n"

static const char member_page[] = PAGE_OF("ec2_member", "'pass'", "ec2_member");
static const char user_page[] = PAGE_OF("iam_user", "iif(mfa, 'pass', 'fail')", "iam_user");
static const char endless_page[] = PAGE_OF("s3_bucket", "iif((WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n), 'pass', 'fail')", "s3_bucket");

static const struct embedded judge_pages[] = {
	{ "t/member.md", member_page, sizeof(member_page) - 1, 0 },
	{ "t/user.md", user_page, sizeof(user_page) - 1, 0 },
	{ "t/endless.md", endless_page, sizeof(endless_page) - 1, 0 },
};

static char *
judge(struct schema *schema, const char *page, const char *evidence, const char *query)
{
	struct err err = { "" };
	/* Not the endless one, where all are asked for. */
	size_t count = strcmp(page, "*") == 0 ? 2 : COUNT(judge_pages);
	struct check_set *set = set_load(schema, judge_pages, count, "tests/pages", &err);
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	char *answer = NULL;
	int troubles;

	sqlite3_open(":memory:", &db);
	if (set == NULL || checks_choose(set, page, NULL, &err) < 0 ||
	    schema_create(schema, db, true, &err) < 0 || checks_prepare(set, &err) < 0 ||
	    db_run(db, &err, BEGINNING) < 0 || db_run(db, &err, evidence) < 0)
		goto out;
	set->most_seconds = 0.2;
	/* Twice, since judging clears what was there. */
	for (int i = 0; i < 2; i++)
		if (checks_judge(set, db, NULL, NULL, &troubles, &err) < 0)
			goto out;
	statement = db_prepare(db, &err, query);
	if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
		answer = mem_text((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
out:
	sqlite3_close(db);
	checks_free(set);
	return answer != NULL ? answer : mem_text(err.text);
}

static void
test_judging(void)
{
	static const char key[] = "16:s3_bucket_closed12:11112222333310:aws-global2:b1";
	struct schema *schema = make_schema();
	char hex[SHA256_ROOM];

	sha256_hex(key, strlen(key), hex);
	hex[32] = '\0';
	for (size_t i = 0; i < COUNT(judge_cases); i++) {
		char *answer = judge(schema, judge_cases[i].page, judge_cases[i].evidence,
				     judge_cases[i].query);
		const char *expected = judge_cases[i].answer[0] == '@' ? hex : judge_cases[i].answer;

		if (strcmp(answer, expected) != 0)
			fail(judge_cases[i].name, expected, answer);
		free(answer);
	}
	schema_free(schema);
}

/* ---- Parameters that the user overrides, and frameworks. */

static const struct {
	const char *name, *overrides, *trouble;
} parameter_cases[] = {
	{ "number", "{\"t_page\": {\"days\": 5}}", "" },
	{ "everywhere", "{\"*\": {\"days\": 5, \"other\": 1}}", "" },
	{ "kind", "{\"t_page\": {\"days\": \"5\"}}", "expected a whole number" },
	{ "list", "{\"t_page\": {\"names\": [1]}}", "expected a list" },
	{ "name", "{\"t_page\": {\"day\": 5}}", "has no parameter day" },
	{ "check", "{\"t_pag\": {\"days\": 5}}", "did you mean t_page" },
};

static void
test_parameters(void)
{
	static const char text[] = "---\nseverity: low\nresource: s3_bucket\nparameters: {days: 10, names: [a]}\n---\n# Good\n```sql\n"
		"SELECT arn, 'pass' AS verdict, :days || :names AS observed FROM s3_bucket\n```\n";
	const struct embedded page = { "t/page.md", text, sizeof(text) - 1, 0 };
	struct schema *schema = make_schema();

	for (size_t i = 0; i < COUNT(parameter_cases); i++) {
		struct err err = { "" };
		struct check_set *set = set_load(schema, &page, 1, NULL, &err);
		json_t *overrides = json_loads(parameter_cases[i].overrides, 0, NULL);
		int status;

		checks_parameters(set, overrides);
		status = checks_prepare(set, &err);
		if ((status == 0) != (parameter_cases[i].trouble[0] == '\0') ||
		    strstr(err.text, parameter_cases[i].trouble) == NULL)
			fail(parameter_cases[i].name, parameter_cases[i].trouble, err.text);
		if (status == 0)
			CU_ASSERT_EQUAL(json_integer_value(json_object_get(set->pages[0].parameters, "days")), 5);
		checks_free(set);
		json_decref(overrides);
	}
	schema_free(schema);
}

static void
test_frameworks(void)
{
	static const char text[] = "---\ntitle: A framework\n---\nAbout it.\n\n| control | title | kind | checks |\n|---|---|---|---|\n"
		"| 1.1 | Buckets | automated | s3_bucket_closed full, nowhere partial |\n| 1.2 | Reviews | attest | |\n";
	const struct embedded page = { "frameworks/frame_1.md", text, sizeof(text) - 1, 0 };
	struct schema *schema = make_schema();
	struct err err = { "" };
	struct check_set *set = set_load(schema, &page, 1, "tests/pages", &err);
	const struct control_facts *controls;
	struct heard heard = { "" };

	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT_EQUAL(frameworks_count(set), 1);
	CU_ASSERT_STRING_EQUAL(frameworks_title(set, 0), "A framework");
	CU_ASSERT_EQUAL_FATAL(frameworks_controls(set, 0, &controls), 2);
	CU_ASSERT_TRUE(controls[1].attest);
	CU_ASSERT_STRING_EQUAL(controls[0].number, "1.1");
	CU_ASSERT_EQUAL(frameworks_check(set, hear, &heard), 1);
	if (strstr(heard.first, "frame_1.md:8: no check is called nowhere") == NULL)
		fail("framework", "nowhere", heard.first);
	CU_ASSERT_EQUAL(checks_choose(set, NULL, "frame_1", &err), 0);
	CU_ASSERT_TRUE(checks_at(set, 2).chosen);
	CU_ASSERT_FALSE(checks_at(set, 0).chosen);
	CU_ASSERT_EQUAL(checks_choose(set, NULL, "frame_2", &err), -1);
	checks_free(set);
	schema_free(schema);
}

static void
test_functions(void)
{
	static const struct {
		const char *sql, *answer;
	} cases[] = {
		{ "SELECT days_since('2026-11-21T12:00:00Z')", "0.5" },
		{ "SELECT days_since(NULL) IS NULL", "1" },
		{ "SELECT days_since('yesterday') IS NULL", "1" },
		{ "SELECT scan_time()", "2026-11-22T00:00:00Z" },
		{ "SELECT tag('{\"a.b\":\"x\"}', 'a.b')", "x" },
		{ "SELECT tag('{\"0\":\"x\"}', '0')", "x" },
		{ "SELECT tag('not json', 'a') IS NULL", "1" },
		{ "SELECT arn_like('arn:aws:dynamodb:*:*:table/*', 'arn:aws:dynamodb:eu-west-1:1:table/t')", "1" },
		{ "SELECT arn_like('*', 'x') || arn_like('a', 'ab')", "10" },
		{ "SELECT policy_is_public(NULL, '1')", "0" },
		{ "SELECT policy_statements(NULL)", "[]" },
	};
	struct err err = { "" };
	sqlite3 *db;
	int64_t when = 0;

	time_read("2026-11-22T00:00:00Z", &when);
	sqlite3_open(":memory:", &db);
	CU_ASSERT_EQUAL(functions_register(db, when, &err), 0);
	for (size_t i = 1; i < function_count; i++)
		CU_ASSERT(strcmp(functions[i - 1].name, functions[i].name) < 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sqlite3_stmt *statement = db_prepare(db, &err, cases[i].sql);
		const char *got = "nothing";

		if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
			got = (const char *)sqlite3_column_text(statement, 0);
		if (got == NULL || strcmp(got, cases[i].answer) != 0)
			fail(cases[i].sql, cases[i].answer, got != NULL ? got : "NULL");
		sqlite3_finalize(statement);
	}
	sqlite3_close(db);
}

int
tests_checks(void)
{
	CU_pSuite suite = CU_add_suite("checks", NULL, NULL);

	CU_add_test(suite, "what pages may say", test_pages);
	CU_add_test(suite, "pages on disk", test_folder);
	CU_add_test(suite, "operations", test_operations);
	CU_add_test(suite, "judging", test_judging);
	CU_add_test(suite, "parameters", test_parameters);
	CU_add_test(suite, "frameworks", test_frameworks);
	CU_add_test(suite, "functions", test_functions);
	return 0;
}
