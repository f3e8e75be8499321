/* Tests of the schema, paths, the evidence file and what fills its tables. */

#include "store/store.h"

#include <CUnit/CUnit.h>
#include <unistd.h>

int tests_store(void);

/* ---- A schema of three tables: buckets, their grants, users with a report beside them. */

static const struct operation shop_operations[] = {
	{ .name = "ListBuckets", .items = "Buckets" },
	{ .name = "GetBucketPolicy", .parent = "ListBuckets", .bind = "Bucket=Name" },
	{ .name = "GetBucketAcl", .parent = "ListBuckets", .bind = "Bucket=Name" },
	{ .name = "ListUsers", .items = "Users" },
	{ .name = "GetReport" },
	{ .name = "ListGroups", .items = "Groups" },
	{ .name = "ListTrails", .items = "trailList" },
};

static const struct column bucket[] = {
	{ "name", TEXT, "ListBuckets", "Name" },
	{ "region", TEXT, "ListBuckets", "BucketRegion" },
	{ "policy", JSON, "GetBucketPolicy", "Policy :json" },
	{ "created_at", TIME, "ListBuckets", "CreationDate" },
	{ "tags", TAGS, "ListBuckets", "Tags" },
};

static const struct column grant[] = {
	{ "permission", TEXT, NULL, "Permission" },
	{ "owner", TEXT, NULL, "^Owner.ID" },
};

static const struct column user[] = {
	{ "name", TEXT, NULL, "UserName" },
	{ "mfa", BOOL, "GetReport", "Content[user={name}].mfa_active" },
};

static const struct column group[] = {
	{ "name", TEXT, NULL, "GroupId" },
};

static const struct column rule[] = {
	{ "cidr", TEXT, NULL, "CidrIp|CidrIpv6" },
	{ "protocol", TEXT, NULL, "^IpProtocol" },
	{ "group_id", TEXT, NULL, "^^GroupId" },
};

static const struct column trail[] = {
	{ "arn", TEXT, NULL, "TrailARN" },
	{ "home_region", TEXT, NULL, "HomeRegion" },
};

static const struct table shop_tables[] = {
	{ .name = "bucket", .type = "AWS::S3::Bucket", .operation = "ListBuckets",
	  .arn = "arn:{partition}:s3:::{name}", COLUMNS(bucket) },
	{ .name = "bucket_grant", .operation = "GetBucketAcl", .of = "bucket",
	  .path = "Grants[]", COLUMNS(grant) },
	{ .name = "user", .type = "AWS::IAM::User", .operation = "ListUsers",
	  .arn = "arn:{partition}:iam::{account_id}:user/{name}", COLUMNS(user) },
	{ .name = "sg", .type = "AWS::EC2::SecurityGroup", .operation = "ListGroups",
	  .arn = "arn:{partition}:ec2:{region}:{account_id}:group/{name}", COLUMNS(group) },
	{ .name = "sg_rule", .operation = "ListGroups", .of = "sg",
	  .path = "IpPermissions[].{IpRanges[],Ipv6Ranges[]}", COLUMNS(rule) },
	{ .name = "trail", .type = "AWS::CloudTrail::Trail", .operation = "ListTrails",
	  .home = "home_region", COLUMNS(trail) },
};

static const struct scanner shop = {
	.service = "shop", .operations = shop_operations,
	.operation_count = COUNT(shop_operations), .tables = shop_tables,
	.table_count = COUNT(shop_tables),
};

static struct schema *
shop_schema(void)
{
	const struct scanner *list[] = { &shop };
	struct err err = { 0 };
	struct schema *schema = schema_build(list, 1, &err);

	if (schema == NULL)
		printf("schema: %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
	return schema;
}

static struct evidence *
shop_evidence(const struct schema *schema, const char *path, const char *options)
{
	struct err err = { 0 };
	struct scan_facts facts = { "2026-11-22T04:00:00Z", "1", options, "arn", "111122223333",
				    "aws" };
	struct evidence *evidence = evidence_create(path, schema, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(evidence);
	CU_ASSERT_EQUAL_FATAL(evidence_begin_scan(evidence, &facts, &err), 0);
	return evidence;
}

/* Adds a call; body NULL: it was refused. */
static int64_t
say(struct evidence *evidence, const char *region, const char *operation, int64_t parent,
    int item, const char *body)
{
	json_t *tree = body != NULL ? json_loads(body, 0, NULL) : NULL;
	json_t *parameters = json_pack("{s:i}", "item", item);
	struct err err = { 0 };
	struct call call = { .region = region, .service = "shop", .operation = operation,
			     .parameters = parameters, .parent = parent, .items = &item,
			     .item_count = parent != 0, .attempts = 1,
			     .status = body != NULL ? 200 : 403,
			     .outcome = body != NULL ? outcome_answered : outcome_refused,
			     .error = body != NULL ? NULL : "AccessDenied", .body = tree };
	int64_t id = evidence_add_call(evidence, &call, &err);

	CU_ASSERT_FATAL(id > 0);
	json_decref(tree);
	json_decref(parameters);
	return id;
}

/* The first value of a query as text; "(null)" for NULL, "(none)" for no row. */
static void
expect(struct evidence *evidence, const char *sql, const char *want)
{
	sqlite3_stmt *get = db_prepare(evidence_db(evidence), NULL, sql);
	const char *got = "(none)";

	CU_ASSERT_PTR_NOT_NULL_FATAL(get);
	if (sqlite3_step(get) == SQLITE_ROW) {
		got = (const char *)sqlite3_column_text(get, 0);
		got = got != NULL ? got : "(null)";
	}
	if (strcmp(got, want) != 0)
		printf("\n  %s\n    gave %s, wanted %s\n", sql, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
	sqlite3_finalize(get);
}

static void
fill(struct evidence *evidence)
{
	struct err err = { 0 };
	int status = evidence_fill(evidence, &err);

	if (status < 0)
		printf("fill: %s\n", err.text);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

static int64_t
say_buckets(struct evidence *evidence)
{
	return say(evidence, "aws-global", "ListBuckets", 0, 0,
		   "{\"Buckets\":[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\",\"CreationDate\":"
		   "\"2026-01-02T03:04:05+00:00\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]},"
		   "{\"Name\":\"b\"}]}");
}

static void
test_rows(void)
{
	struct schema *schema = shop_schema();
	struct evidence *e = shop_evidence(schema, ":memory:", "{}");
	int64_t list = say_buckets(e);

	say(e, "eu-west-1", "GetBucketPolicy", list, 0, "{\"Policy\":\"{\\\"Version\\\":1}\"}");
	say(e, "us-east-1", "GetBucketPolicy", list, 1, NULL);
	say(e, "eu-west-1", "GetBucketAcl", list, 0,
	    "{\"Owner\":{\"ID\":\"o\"},\"Grants\":[{\"Permission\":\"READ\"},"
	    "{\"Permission\":\"WRITE\"}]}");
	fill(e);
	expect(e, "SELECT group_concat(arn || ' ' || region) FROM bucket",
	       "arn:aws:s3:::a eu-west-1,arn:aws:s3:::b us-east-1");
	expect(e, "SELECT policy FROM bucket WHERE name = 'a'", "{\"Version\":1}");
	expect(e, "SELECT policy FROM bucket WHERE name = 'b'", "(null)");
	expect(e, "SELECT created_at || tags FROM bucket WHERE name = 'a'",
	       "2026-01-02T03:04:05Z{\"k\":\"v\"}");
	expect(e, "SELECT group_concat(parent_arn || permission || owner) FROM bucket_grant",
	       "arn:aws:s3:::aREADo,arn:aws:s3:::aWRITEo");
	expect(e, "SELECT operation || region || arn || error FROM refused",
	       "shop:GetBucketPolicyus-east-1arn:aws:s3:::bAccessDenied");
	evidence_close(e);
	schema_free(schema);
}

static void
test_scope(void)
{
	struct schema *schema = shop_schema();
	struct evidence *e = shop_evidence(schema, ":memory:", "{\"regions\":[\"eu-west-1\"]}");

	say_buckets(e);
	fill(e);
	/* b does not say where it is, so it may be here */
	expect(e, "SELECT group_concat(name) FROM bucket", "a,b");
	evidence_close(e);
	e = shop_evidence(schema, ":memory:", "{\"regions\":[\"eu-west-2\"]}");
	say(e, "aws-global", "ListBuckets", 0, 0,
	    "{\"Buckets\":[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\"}]}");
	fill(e);
	expect(e, "SELECT count(*) FROM bucket", "0");
	evidence_close(e);
	schema_free(schema);
}

static void
test_gaps(void)
{
	struct schema *schema = shop_schema();
	struct evidence *e = shop_evidence(schema, ":memory:", "{}");
	int64_t list = say_buckets(e);

	say(e, "aws-global", "ListUsers", 0, 0,
	    "{\"Users\":[{\"UserName\":\"old\"},{\"UserName\":\"new\"}]}");
	say(e, "aws-global", "GetReport", 0, 0,
	    "{\"Content\":[{\"user\":\"old\",\"mfa_active\":\"true\"}]}");
	say(e, "eu-west-1", "GetBucketPolicy", list, 0, "{\"Policy\":\"{broken\"}");
	fill(e);
	expect(e, "SELECT mfa FROM user WHERE name = 'old'", "1");
	expect(e, "SELECT mfa FROM user WHERE name = 'new'", "(null)");
	expect(e,
	       "SELECT group_concat(operation || ' ' || arn, ';') FROM (SELECT * FROM "
	       "known_gap ORDER BY operation)",
	       "shop:GetBucketPolicy arn:aws:s3:::a;shop:GetReport "
	       "arn:aws:iam::111122223333:user/new");
	evidence_close(e);
	schema_free(schema);
}

static void
test_inside(void)
{
	struct schema *schema = shop_schema();
	struct evidence *e = shop_evidence(schema, ":memory:", "{}");

	say(e, "eu-west-1", "ListGroups", 0, 0,
	    "{\"Groups\":[{\"GroupId\":\"g1\",\"IpPermissions\":[{\"IpProtocol\":\"tcp\","
	    "\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\"}],\"Ipv6Ranges\":[{\"CidrIpv6\":\"::/"
	    "0\"}]}]},{\"GroupId\":\"g2\",\"IpPermissions\":[]}]}");
	fill(e);
	expect(e, "SELECT group_concat(cidr || protocol || group_id) FROM sg_rule",
	       "10.0.0.0/8tcpg1,::/0tcpg1");
	expect(e, "SELECT DISTINCT parent_arn FROM sg_rule",
	       "arn:aws:ec2:eu-west-1:111122223333:group/g1");
	evidence_close(e);
	schema_free(schema);
}

/* One ARN from several regions is one row, the home region's. */
static void
test_home(void)
{
	struct schema *schema = shop_schema();
	struct evidence *e = shop_evidence(schema, ":memory:", "{}");
	const char *body = "{\"trailList\":[{\"TrailARN\":\"t\",\"HomeRegion\":\"us-east-1\"}]}";

	say(e, "eu-west-1", "ListTrails", 0, 0, body);
	say(e, "us-east-1", "ListTrails", 0, 0, body);
	say(e, "us-west-2", "ListTrails", 0, 0, body);
	fill(e);
	expect(e, "SELECT group_concat(arn || region) FROM trail", "tus-east-1");
	evidence_close(e);
	schema_free(schema);
}

struct heard {
	int count;
	char last[400];
};

static void
hear(void *arg, const char *text)
{
	struct heard *heard = arg;

	heard->count++;
	snprintf(heard->last, sizeof(heard->last), "%s", text);
}

/* The chain does not depend on the order in which answers came, and notices each kind of change. */
static void
test_chain(void)
{
	static const char *const changes[] = {
		"UPDATE api_call SET body = x'7b7d' WHERE operation = 'ListBuckets'",
		"UPDATE api_call SET status = 200 WHERE outcome = 'refused'",
		"UPDATE api_call SET region = 'eu-west-2' WHERE operation = 'ListGroups'",
		"DELETE FROM api_call WHERE operation = 'ListGroups'",
		"UPDATE scan SET root_hash = 'x'",
	};
	struct schema *schema = shop_schema();
	char first[SHA256_ROOM] = "";

	for (int turn = 0; turn < 2 + (int)COUNT(changes); turn++) {
		struct evidence *e = shop_evidence(schema, ":memory:", "{}");
		struct heard heard = { 0 };
		struct err err = { 0 };
		int64_t list;

		if (turn == 1)
			say(e, "eu-west-1", "ListGroups", 0, 0, "{\"Groups\":[]}");
		list = say_buckets(e);
		say(e, "us-east-1", "GetBucketPolicy", list, 1, NULL);
		if (turn != 1)
			say(e, "eu-west-1", "ListGroups", 0, 0, "{\"Groups\":[]}");
		CU_ASSERT_EQUAL(evidence_finish(e, "complete", "2026-11-22T04:01:00Z", &err), 0);
		if (turn == 0) {
			sqlite3_stmt *get = db_prepare(evidence_db(e), NULL,
						       "SELECT root_hash FROM scan");

			sqlite3_step(get);
			snprintf(first, sizeof(first), "%s", sqlite3_column_text(get, 0));
			sqlite3_finalize(get);
		}
		expect(e, "SELECT root_hash FROM scan", first);
		if (turn > 1)
			CU_ASSERT_EQUAL(
				db_run(evidence_db(e), &err, changes[turn - 2]), 0);
		CU_ASSERT_TRUE(evidence_verify(e, hear, &heard, &err) >= 0);
		if ((heard.count > 0) != (turn > 1))
			printf("\n  turn %d: %d troubles, %s\n", turn, heard.count, heard.last);
		CU_ASSERT_EQUAL(heard.count > 0, turn > 1);
		evidence_close(e);
	}
	schema_free(schema);
}

/* ---- Paths. */

struct path_case {
	const char *path, *want; /* "-": nothing; "!": nothing, and a gap */
};

static const char *
lookup(void *arg, const char *column)
{
	(void)arg;
	return strcmp(column, "name") == 0 ? "x" : "absent";
}

static void
test_paths(void)
{
	static const struct path_case cases[] = {
		{ "A.B", "1" },
		{ "A.Missing", "-" },
		{ "L[0].V", "10" },
		{ "L[-1].V", "20" },
		{ "L[7].V", "-" },
		{ "L[].V", "[10,20]" },
		{ "L[K=y].V", "20" },
		{ "L[K={name}].V", "10" },
		{ "L[K={none}].V", "!" },
		{ "Nowhere[K={none}].V", "!" },
		{ "Nowhere[K=x].V", "-" },
		{ "L[K=z].V", "-" },
		{ "Missing|A.B", "1" },
		{ "{A.B,S}", "[1,\"text\"]" },
		{ "L :count", "2" },
		{ "Missing :count", "-" },
		{ "A.B :present", "true" },
		{ "Missing :present", "false" },
		{ "S :is=text", "true" },
		{ "S :is=other", "false" },
		{ "Missing :is=x", "-" },
		{ "S :list", "[\"text\"]" },
		{ "Doc :json", "{\"a\":1}" },
		{ "S :json", "!" },
		{ "Twice :json", "!" },
		{ "Seconds :epoch", "\"2023-11-14T22:13:20Z\"" },
		{ "Millis :epoch", "\"2023-11-14T22:13:20Z\"" },
		{ "$request.Name", "\"asked\"" },
		{ "?Name=asked A.B", "1" },
		{ "?Name=other A.B", "-" },
		{ "Empty[].V", "-" },
		{ "L[].Deep[].W", "[7,8,9]" },
	};
	json_t *root = json_loads(
		"{\"A\":{\"B\":1},\"L\":[{\"K\":\"x\",\"V\":10,\"Deep\":[{\"W\":7},{\"W\":8}]},"
		"{\"K\":\"y\",\"V\":20,\"Deep\":[{\"W\":9}]}],\"S\":\"text\",\"Doc\":"
		"\"{\\\"a\\\":1}\",\"Twice\":\"{\\\"a\\\":1,\\\"a\\\":2}\",\"Seconds\":1700000000,\"Millis\":1700000000000,\"Empty\":[]}",
		0, NULL);
	json_t *request = json_pack("{s:s}", "Name", "asked");
	struct place place = { .value = root };

	for (size_t i = 0; i < COUNT(cases); i++) {
		enum path_gap gap;
		json_t *value = path_value(&place, request, cases[i].path, lookup, NULL, &gap);
		char *got = value == NULL ? mem_text(gap != GAP_NONE ? "!" : "-") :
					    json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY |
								      JSON_SORT_KEYS);

		if (strcmp(got, cases[i].want) != 0)
			printf("\n  %s gave %s, wanted %s\n", cases[i].path, got, cases[i].want);
		CU_ASSERT_STRING_EQUAL(got, cases[i].want);
		free(got);
		json_decref(value);
	}
	json_decref(root);
	json_decref(request);
}

static void
test_conditions(void)
{
	static const struct {
		const char *conditions;
		bool holds;
	} cases[] = {
		{ NULL, true },		  { "K=x", true },    { "K=y", false },
		{ "K!=y", true },	  { "K!=x", false },  { "Gone!=x", true },
		{ "K", true },		  { "Gone", false },  { "K=x On=true", true },
		{ "K=x On=false", false }, { "N=3", true },
	};
	json_t *item = json_loads("{\"K\":\"x\",\"On\":true,\"N\":3}", 0, NULL);
	struct place place = { .value = item };

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool holds = path_holds(&place, cases[i].conditions);

		if (holds != cases[i].holds)
			printf("\n  condition %s\n", cases[i].conditions);
		CU_ASSERT_EQUAL(holds, cases[i].holds);
	}
	json_decref(item);
}

/* ---- Files that are no evidence. */

static void
test_foreign(void)
{
	static const char *const texts[] = { "", "no database at all, but long enough to be read",
					     "SQLite format 3" };
	char path[] = "/tmp/plumbline-store-XXXXXX";
	struct schema *schema = shop_schema();
	int file = mkstemp(path);

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct err err = { 0 };

		CU_ASSERT_EQUAL(ftruncate(file, 0), 0);
		CU_ASSERT_EQUAL(pwrite(file, texts[i], strlen(texts[i]), 0),
				(ssize_t)strlen(texts[i]));
		CU_ASSERT_PTR_NULL(evidence_open(path, schema, true, &err));
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, path));
	}
	close(file);
	unlink(path);
	schema_free(schema);
}

/* ---- Declarations that do not resolve are named. */

static void
test_unresolved(void)
{
	static const struct column bad_column[] = { { "x", TEXT, "Nowhere", "X" } };
	static const struct table bad_table[] = {
		{ .name = "t", .operation = "ListBuckets", COLUMNS(bad_column) }
	};
	static const struct operation bad_parent[] = { { .name = "A", .parent = "Nowhere" } };
	struct scanner one = shop, two = shop;
	const struct scanner *list[1];
	struct err err = { 0 };

	one.tables = bad_table;
	one.table_count = 1;
	list[0] = &one;
	CU_ASSERT_PTR_NULL(schema_build(list, 1, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Nowhere"));
	two.operations = bad_parent;
	two.operation_count = 1;
	list[0] = &two;
	CU_ASSERT_PTR_NULL(schema_build(list, 1, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Nowhere"));
}

int
tests_store(void)
{
	CU_pSuite suite = CU_add_suite("store", NULL, NULL);

	CU_add_test(suite, "paths find values", test_paths);
	CU_add_test(suite, "conditions hold or not", test_conditions);
	CU_add_test(suite, "answers become rows", test_rows);
	CU_add_test(suite, "regions out of scope are left out", test_scope);
	CU_add_test(suite, "what an answer lacks is a known gap", test_gaps);
	CU_add_test(suite, "lists inside resources are tables", test_inside);
	CU_add_test(suite, "one ARN from several regions is one row", test_home);
	CU_add_test(suite, "the chain notices every change", test_chain);
	CU_add_test(suite, "foreign files are refused", test_foreign);
	CU_add_test(suite, "unresolved names are errors", test_unresolved);
	return 0;
}
