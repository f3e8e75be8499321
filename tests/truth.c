/* Tests that nothing is claimed that was not seen: calls nobody made, things without a name, changed records. */

#include "store/store.h"

#include <CUnit/CUnit.h>

int tests_truth(void);

/* ---- A service with a list in every region, one of the account, children of each kind. */

static const struct operation operations[] = {
	{ .name = "ListBuckets", .service = "s3", .items = "Buckets", .regions = "us-east-1" },
	{ .name = "GetBucketPolicy", .service = "s3", .parent = "s3:ListBuckets",
	  .bind = "Bucket=Name", .only = "Kind!=plain" },
	{ .name = "GetContact", .service = "s3", .regions = "us-east-1",
	  .bind = "Type='A'|'B'|'C'" },
	{ .name = "ListKeys", .service = "kms", .items = "Keys" },
	{ .name = "GetTags", .service = "kms", .parent = "kms:ListKeys", .bind = "Keys=KeyId",
	  .batch = 100 },
	{ .name = "GetState", .service = "kms" },
};

static const struct column bucket[] = {
	{ "name", TEXT, "s3:ListBuckets", "Name" },
	{ "region", TEXT, "s3:ListBuckets", "BucketRegion" },
	{ "policy", JSON, "s3:GetBucketPolicy", "Policy :json" },
};

static const struct column key[] = {
	{ "name", TEXT, "kms:ListKeys", "KeyId" },
	{ "state", TEXT, "kms:GetState", "States[Id={name}].State" },
	{ "owner", TEXT, "kms:GetTags", "Tags[Id={name}].Owner" },
};

static const struct table tables[] = {
	{ .name = "bucket", .type = "AWS::S3::Bucket", .operation = "s3:ListBuckets",
	  .arn = "arn:{partition}:s3:::{name}", COLUMNS(bucket) },
	{ .name = "key", .type = "AWS::KMS::Key", .operation = "kms:ListKeys",
	  .arn = "arn:{partition}:kms:{region}:{account_id}:key/{name}", COLUMNS(key) },
};

static const struct scanner shop = { .service = "shop", OPERATIONS, TABLES };

/* ---- Files of calls as a test tells them. */

struct told {
	const char *region, *operation, *parameters;
	int page, parent, item; /* parent: number of the call in this list, from 1 */
	const char *body;	/* NULL: refused */
};

struct trial {
	struct schema *schema;
	struct evidence *evidence;
};

static void
tell(struct evidence *evidence, const struct told *told)
{
	const char *colon = strchr(told->operation, ':');
	char *service = mem_text_n(told->operation, (size_t)(colon - told->operation));
	json_t *body = told->body != NULL ? json_loads(told->body, 0, NULL) : NULL;
	json_t *parameters = json_loads(told->parameters, 0, NULL);
	bool answered = told->body != NULL;
	struct err err = { 0 };
	struct call call = { .region = told->region, .service = service,
			     .operation = colon + 1, .parameters = parameters,
			     .page = told->page, .parent = told->parent,
			     .items = &told->item, .item_count = told->parent != 0,
			     .attempts = 1, .status = answered ? 200 : 403,
			     .outcome = answered ? outcome_answered : outcome_refused,
			     .error = answered ? NULL : "AccessDenied",
			     .message = answered ? NULL : "no", .body = body };

	CU_ASSERT_FATAL(evidence_add_call(evidence, &call, &err) > 0);
	json_decref(body);
	json_decref(parameters);
	free(service);
}

static void
trial_begin(struct trial *trial, const char *options, const struct told *told, size_t count)
{
	const struct scanner *list[] = { &shop };
	struct scan_facts facts = { "2026-11-22T04:00:00Z", "1", options, "arn",
				    "111122223333", "aws" };
	struct err err = { 0 };

	trial->schema = schema_build(list, 1, &err);
	if (trial->schema == NULL)
		printf("\n  schema: %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trial->schema);
	trial->evidence = evidence_create(":memory:", trial->schema, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trial->evidence);
	CU_ASSERT_EQUAL_FATAL(evidence_begin_scan(trial->evidence, &facts, &err), 0);
	for (size_t i = 0; i < count; i++)
		tell(trial->evidence, &told[i]);
	if (evidence_fill(trial->evidence, &err) < 0)
		printf("\n  fill: %s\n", err.text);
	CU_ASSERT_EQUAL_FATAL(
		evidence_finish(trial->evidence, "complete", "2026-11-22T04:01:00Z", &err), 0);
}

static void
trial_end(struct trial *trial)
{
	evidence_close(trial->evidence);
	schema_free(trial->schema);
}

static void
expect(struct trial *trial, const char *what, const char *sql, const char *want)
{
	sqlite3_stmt *get = db_prepare(evidence_db(trial->evidence), NULL, sql);
	const char *got = "(none)";

	CU_ASSERT_PTR_NOT_NULL_FATAL(get);
	if (sqlite3_step(get) == SQLITE_ROW)
		got = (const char *)sqlite3_column_text(get, 0);
	got = got != NULL ? got : "";
	if (strcmp(got, want) != 0)
		printf("\n  %s: %s\n    gave %s\n    wanted %s\n", what, sql, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
	sqlite3_finalize(get);
}

#define REFUSED                                                                            \
	"SELECT group_concat(operation || ' ' || region || ' ' || coalesce(arn, '-') || ' ' || error, ';')" \
	" FROM (SELECT * FROM refused ORDER BY operation, region, arn)"
#define GAPS "SELECT group_concat(operation || ' ' || arn || ' ' || reason, ';') FROM known_gap"

/* ---- What nobody asked. */

#define CONTACTS                                                             \
	{ "us-east-1", "s3:GetContact", "{\"Type\":\"A\"}", 0, 0, 0, "{}" }, \
	{ "us-east-1", "s3:GetContact", "{\"Type\":\"B\"}", 0, 0, 0, "{}" }, \
	{ "us-east-1", "s3:GetContact", "{\"Type\":\"C\"}", 0, 0, 0, "{}" }
#define NO_KEYS                                                                  \
	{ "eu-west-1", "kms:ListKeys", "{}", 0, 0, 0, "{\"Keys\":[]}" },         \
	{ "us-west-2", "kms:ListKeys", "{}", 0, 0, 0, "{\"Keys\":[]}" }
#define STATES                                                                   \
	{ "eu-west-1", "kms:GetState", "{}", 0, 0, 0, "{\"States\":[]}" },       \
	{ "us-west-2", "kms:GetState", "{}", 0, 0, 0, "{\"States\":[]}" }
#define LIST_OF(buckets)                                                         \
	{ "us-east-1", "s3:ListBuckets", "{}", 0, 0, 0, "{\"Buckets\":" buckets "}" }
#define TWO_REGIONS "{\"regions\":[\"eu-west-1\",\"us-west-2\"]}"

struct owed_case {
	const char *name, *want;
	struct told told[12];
	size_t count;
};

static void
test_not_asked(void)
{
	static const struct owed_case cases[] = {
		{ "everything was asked", "",
		  { LIST_OF("[]"), CONTACTS, NO_KEYS, STATES }, 8 },
		{ "an operation that was never called",
		  "kms:GetState aws-global - NotAsked", { LIST_OF("[]"), CONTACTS, NO_KEYS }, 6 },
		{ "a region that was left out", "kms:GetState us-west-2 - NotAsked",
		  { LIST_OF("[]"), CONTACTS, NO_KEYS,
		    { "eu-west-1", "kms:GetState", "{}", 0, 0, 0, "{\"States\":[]}" } },
		  7 },
		{ "one of three values", "s3:GetContact aws-global - NotAsked",
		  { LIST_OF("[]"), NO_KEYS, STATES,
		    { "us-east-1", "s3:GetContact", "{\"Type\":\"A\"}", 0, 0, 0, "{}" } },
		  6 },
		{ "no bucket was asked about", "s3:GetBucketPolicy aws-global - NotAsked",
		  { LIST_OF("[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\"}]"), CONTACTS, NO_KEYS,
		    STATES },
		  8 },
		{ "one bucket of two was not asked about",
		  "s3:GetBucketPolicy eu-west-1 arn:aws:s3:::b NotAsked",
		  { LIST_OF("[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\"},"
			    "{\"Name\":\"b\",\"BucketRegion\":\"eu-west-1\"}]"),
		    { "eu-west-1", "s3:GetBucketPolicy", "{\"Bucket\":\"a\"}", 0, 1, 0,
		      "{\"Policy\":\"{}\"}" },
		    CONTACTS, NO_KEYS, STATES },
		  9 },
		{ "only some are to be asked about", "",
		  { LIST_OF("[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\",\"Kind\":\"plain\"}]"),
		    CONTACTS, NO_KEYS, STATES },
		  8 },
		{ "a bucket out of scope is none of the file's", "",
		  { LIST_OF("[{\"Name\":\"a\",\"BucketRegion\":\"ap-east-1\"}]"), CONTACTS, NO_KEYS,
		    STATES },
		  8 },
		{ "a bucket of no known region", "s3:GetBucketPolicy aws-global - NotAsked",
		  { LIST_OF("[{\"Name\":\"a\"}]"), CONTACTS, NO_KEYS, STATES }, 8 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial trial = { 0 };

		trial_begin(&trial, TWO_REGIONS, cases[i].told, cases[i].count);
		expect(&trial, cases[i].name, REFUSED, cases[i].want);
		trial_end(&trial);
	}
}

/* ---- What an answer does not hold. */

static void
test_gaps(void)
{
	static const struct owed_case cases[] = {
		{ "on the second page", "",
		  { { "eu-west-1", "kms:ListKeys", "{}", 0, 0, 0, "{\"Keys\":[{\"KeyId\":\"k\"}]}" },
		    { "eu-west-1", "kms:GetState", "{}", 0, 0, 0, "{\"States\":[{\"Id\":\"o\"}]}" },
		    { "eu-west-1", "kms:GetState", "{}", 1, 0, 0, "{\"States\":[{\"Id\":\"k\"}]}" },
		    { "eu-west-1", "kms:GetTags", "{}", 0, 1, 0, "{\"Tags\":[{\"Id\":\"k\"}]}" } },
		  4 },
		{ "a batch that left one out",
		  "kms:GetTags arn:aws:kms:eu-west-1:111122223333:key/k the answer of kms:GetTags does not hold it",
		  { { "eu-west-1", "kms:ListKeys", "{}", 0, 0, 0, "{\"Keys\":[{\"KeyId\":\"k\"}]}" },
		    { "eu-west-1", "kms:GetState", "{}", 0, 0, 0, "{\"States\":[{\"Id\":\"k\"}]}" },
		    { "eu-west-1", "kms:GetTags", "{}", 0, 1, 0, "{\"failures\":[{\"Id\":\"k\"}]}" } },
		  3 },
		{ "a key without a name",
		  "kms:ListKeys arn:aws:kms:eu-west-1:111122223333:key/?e7181d0631298da4 it was listed without a name",
		  { { "eu-west-1", "kms:ListKeys", "{}", 0, 0, 0,
		      "{\"Keys\":[{\"KeyId\":\"\"},{\"KeyId\":\"k\"}]}" },
		    { "eu-west-1", "kms:GetState", "{}", 0, 0, 0,
		      "{\"States\":[{\"Id\":\"k\"},{\"Id\":\"\"}]}" },
		    { "eu-west-1", "kms:GetTags", "{}", 0, 1, 0,
		      "{\"Tags\":[{\"Id\":\"k\"},{\"Id\":\"\"}]}" },
		    { "eu-west-1", "kms:GetTags", "{}", 0, 1, 1,
		      "{\"Tags\":[{\"Id\":\"k\"},{\"Id\":\"\"}]}" } },
		  4 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial trial = { 0 };

		trial_begin(&trial, "{\"regions\":[\"eu-west-1\"]}", cases[i].told, cases[i].count);
		expect(&trial, cases[i].name, GAPS, cases[i].want);
		trial_end(&trial);
	}
}

/* ---- What stands beside the answers. */

struct heard {
	int count;
	char all[2000];
};

static void
hear(void *arg, const char *text)
{
	struct heard *heard = arg;
	size_t at = strlen(heard->all);

	heard->count++;
	snprintf(heard->all + at, sizeof(heard->all) - at, "%s;", text);
}

/* Each change would alter a row or a verdict, and touches no body. */
static void
test_records(void)
{
	static const struct {
		const char *change, *named; /* NULL: the chain alone notices */
	} cases[] = {
		{ "SELECT 1", NULL },
		{ "UPDATE api_call SET outcome = 'absent' WHERE outcome = 'refused'", NULL },
		{ "UPDATE api_call SET outcome = 'refused' WHERE id = 1", "call 1, s3:ListBuckets" },
		{ "UPDATE api_call SET outcome = 'bogus' WHERE id = 1", "call 1, s3:ListBuckets" },
		{ "UPDATE api_call SET message = 'is not enabled' WHERE outcome = 'refused'", NULL },
		{ "UPDATE api_call SET parent = 4 WHERE id = 2", "call 2, s3:GetBucketPolicy" },
		{ "UPDATE api_call SET parent = NULL WHERE id = 2", NULL },
		{ "UPDATE call_subject SET item = 1 WHERE call = 2", NULL },
		{ "DELETE FROM call_subject WHERE call = 2", NULL },
		{ "INSERT INTO call_subject(call, item) VALUES (2, 1)", NULL },
		{ "UPDATE api_call SET encoding = 'raw' WHERE id = 2", NULL },
		{ "UPDATE scan SET started_at = '2020-01-01T00:00:00Z'", NULL },
		{ "UPDATE scan SET options = '{\"regions\":[\"eu-west-1\"]}'", NULL },
		{ "UPDATE scan SET state = 'incomplete'", NULL },
		{ "UPDATE scan SET account_id = '999999999999'", NULL },
	};
	static const struct told told[] = {
		LIST_OF("[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\"},"
			"{\"Name\":\"b\",\"BucketRegion\":\"eu-west-1\"}]"),
		{ "eu-west-1", "s3:GetBucketPolicy", "{\"Bucket\":\"a\"}", 0, 1, 0,
		  "{\"Policy\":\"{}\"}" },
		{ "eu-west-1", "s3:GetBucketPolicy", "{\"Bucket\":\"b\"}", 0, 1, 1, NULL },
		CONTACTS,
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct trial trial = { 0 };
		struct heard heard = { 0 };
		struct err err = { 0 };

		trial_begin(&trial, TWO_REGIONS, told, COUNT(told));
		CU_ASSERT_EQUAL(db_run(evidence_db(trial.evidence), &err, cases[i].change), 0);
		CU_ASSERT_TRUE(evidence_verify(trial.evidence, hear, &heard, &err) >= 0);
		if ((heard.count > 0) != (i > 0) ||
		    (cases[i].named != NULL && strstr(heard.all, cases[i].named) == NULL))
			printf("\n  %s: %d troubles: %s\n", cases[i].change, heard.count,
			       heard.all);
		CU_ASSERT_EQUAL(heard.count > 0, i > 0);
		CU_ASSERT_TRUE(cases[i].named == NULL ||
			       strstr(heard.all, cases[i].named) != NULL);
		trial_end(&trial);
	}
}

int
tests_truth(void)
{
	CU_pSuite suite = CU_add_suite("truth", NULL, NULL);

	CU_add_test(suite, "what nobody asked is as good as refused", test_not_asked);
	CU_add_test(suite, "what an answer leaves out is a known gap", test_gaps);
	CU_add_test(suite, "a record beside an answer is chained too", test_records);
	return 0;
}
