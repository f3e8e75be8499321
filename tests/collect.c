/* Tests of the collector: which calls it makes, in which order, and what it records of each. */

#include "scanners/scanners.h"

#include <CUnit/CUnit.h>

int tests_collect(void);

/* ---- A service with every shape of operation. Names are those of real operations, so that the model knows their pages. */

static const struct operation operations[] = {
	{ .name = "DescribeRegions", .service = "ec2", .items = "Regions", .regions = "home",
	  .bind = "AllRegions=:true" },
	{ .name = "ListTopics", .service = "sns", .items = "Topics" },
	{ .name = "GetTopicAttributes", .service = "sns", .parent = "sns:ListTopics",
	  .bind = "TopicArn=TopicArn", .absent = "NotFound" },
	{ .name = "ListKeys", .service = "kms", .items = "Keys" },
	{ .name = "DescribeKey", .service = "kms", .parent = "kms:ListKeys",
	  .bind = "KeyId=KeyId", .items = "KeyMetadata" },
	{ .name = "GetKeyRotationStatus", .service = "kms", .parent = "kms:DescribeKey",
	  .only = "KeyManager=CUSTOMER", .bind = "KeyId=KeyId" },
	{ .name = "ListClusters", .service = "ecs", .items = "clusterArns" },
	{ .name = "DescribeClusters", .service = "ecs", .parent = "ecs:ListClusters", .batch = 2,
	  .bind = "clusters=." },
	{ .name = "GetAlternateContact", .service = "account", .regions = "us-east-1",
	  .bind = "AlternateContactType='BILLING'|'SECURITY'",
	  .absent = "ResourceNotFoundException/!vanished AccessDeniedException/no_contact" },
	{ .name = "ListBuckets", .service = "s3", .items = "Buckets" },
	{ .name = "GetBucketPolicy", .service = "s3", .parent = "s3:ListBuckets",
	  .bind = "Bucket=Name", .region = "BucketRegion" },
};

static const struct column key_columns[] = { { "name", TEXT, NULL, "KeyId" } };
static const struct table tables[] = {
	{ .name = "key", .type = "AWS::KMS::Key", .operation = "kms:ListKeys",
	  .arn = "arn:{partition}:kms:{region}:{account_id}:key/{name}", COLUMNS(key_columns) },
};

static const struct scanner shop = { .service = "shop", OPERATIONS, TABLES };

/* ---- Something that answers from a table and notes what it was asked. */

struct reply {
	const char *operation, *match; /* words of the parameters; NULL: any */
	const char *code, *message, *body;
};

struct asked {
	struct aws_request request;
	char *text;
	json_t *parameters;
};

struct teller {
	const struct reply *replies;
	size_t reply_count;
	struct asked queue[200];
	size_t first, count;
	struct buf log; /* "region operation parameters\n" */
	volatile int *stop_after_first;
};

static void
teller_send(void *self, const struct aws_request *request)
{
	struct teller *teller = self;
	struct asked *asked = &teller->queue[teller->count++];

	CU_ASSERT_FATAL(teller->count < COUNT(teller->queue));
	asked->request = *request;
	asked->parameters = json_deep_copy(request->parameters);
	asked->text = json_canonical(request->parameters);
	buf_print(&teller->log, "%s %s %s\n", request->region, request->operation, asked->text);
}

static void
teller_answer(struct teller *teller, struct asked *asked)
{
	struct aws_answer answer = { .attempts = 1, .status = 200 };
	char code[64], message[64];

	for (size_t i = 0; i < teller->reply_count; i++) {
		const struct reply *reply = &teller->replies[i];

		if (strcmp(reply->operation, asked->request.operation) != 0 ||
		    (reply->match != NULL && strstr(asked->text, reply->match) == NULL))
			continue;
		if (reply->code != NULL) {
			snprintf(code, sizeof(code), "%s", reply->code);
			snprintf(message, sizeof(message), "%s",
				 reply->message != NULL ? reply->message : "");
			answer.code = code;
			answer.message = message;
			answer.status = 400;
		} else {
			answer.body = json_loads(reply->body, 0, NULL);
			CU_ASSERT_PTR_NOT_NULL_FATAL(answer.body);
		}
		break;
	}
	if (answer.code == NULL && answer.body == NULL)
		answer.body = json_object();
	asked->request.done(asked->request.arg, &answer);
	json_decref(answer.body);
	json_decref(asked->parameters);
	free(asked->text);
}

static int
teller_run(void *self, volatile const int *stop, void (*tick)(void *arg), void *arg,
	   struct err *err)
{
	struct teller *teller = self;

	(void)stop;
	(void)tick;
	(void)arg;
	(void)err;
	while (teller->first < teller->count) {
		teller_answer(teller, &teller->queue[teller->first++]);
		if (teller->stop_after_first != NULL && teller->first == 2)
			*teller->stop_after_first = 1;
	}
	return 0;
}

/* ---- One run: the named operations wanted, the table of replies, then questions to the evidence. */

struct trial {
	struct schema *schema;
	struct evidence *evidence;
	struct teller teller;
	volatile int stop;
	int status;
};

static void
trial_run(struct trial *trial, const struct reply *replies, size_t count,
	  const char *const *wanted, size_t wanted_count)
{
	static char account[] = "111122223333", arn[] = "arn", partition[] = "aws";
	const struct scanner *list[] = { &shop };
	const struct identity identity = { .account_id = account, .arn = arn, .partition = partition };
	const struct scan_facts facts = { "2026-11-22T04:00:00Z", "1", "{}", arn, account,
					  partition };
	bool need[COUNT(operations)] = { false };
	struct err err = { 0 };
	struct collect job = { .home_region = "us-east-1", .wanted = need,
			       .identity = &identity,
			       .secret_key = "12345678901234567890123456789012" };

	trial->schema = schema_build(list, 1, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trial->schema);
	trial->evidence = evidence_create(":memory:", trial->schema, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trial->evidence);
	CU_ASSERT_EQUAL_FATAL(evidence_begin_scan(trial->evidence, &facts, &err), 0);
	trial->teller.replies = replies;
	trial->teller.reply_count = count;
	for (size_t i = 0; i < wanted_count; i++) {
		int op = schema_find_operation(trial->schema, wanted[i]);

		CU_ASSERT_FATAL(op >= 0);
		need[op] = true;
	}
	job.schema = trial->schema;
	job.evidence = trial->evidence;
	job.answerer = (struct answerer){ teller_send, teller_run, NULL, &trial->teller };
	job.stop = &trial->stop;
	trial->status = collect_run(&job, &err);
	CU_ASSERT_TRUE_FATAL(trial->status >= 0);
}

static void
trial_end(struct trial *trial)
{
	buf_free(&trial->teller.log);
	evidence_close(trial->evidence);
	schema_free(trial->schema);
}

static void
expect_calls(struct trial *trial, const char *want)
{
	const char *got = trial->teller.log.data != NULL ? trial->teller.log.data : "";

	if (strcmp(got, want) != 0)
		printf("\n  calls were\n%s  wanted\n%s", got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
}

static void
expect(struct trial *trial, const char *sql, const char *want)
{
	sqlite3_stmt *get = db_prepare(evidence_db(trial->evidence), NULL, sql);
	const char *got = "(none)";

	CU_ASSERT_PTR_NOT_NULL_FATAL(get);
	if (sqlite3_step(get) == SQLITE_ROW && sqlite3_column_text(get, 0) != NULL)
		got = (const char *)sqlite3_column_text(get, 0);
	if (strcmp(got, want) != 0)
		printf("\n  %s\n    gave %s, wanted %s\n", sql, got, want);
	CU_ASSERT_STRING_EQUAL(got, want);
	sqlite3_finalize(get);
}

#define TWO_REGIONS                                                                           \
	{ "DescribeRegions", NULL, NULL, NULL,                                                \
	  "{\"Regions\":[{\"RegionName\":\"us-east-1\",\"OptInStatus\":\"opt-in-not-required\"}," \
	  "{\"RegionName\":\"eu-west-1\"},{\"RegionName\":\"ap-east-1\",\"OptInStatus\":"       \
	  "\"not-opted-in\"}]}" }

#define FIRST "us-east-1 DescribeRegions {\"AllRegions\":true}\n"

static void
test_regions_and_children(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListKeys", NULL, NULL, NULL, "{\"Keys\":[{\"KeyId\":\"k\"},{\"KeyId\":\"l\"}]}" },
		{ "DescribeKey", "\"k\"", NULL, NULL,
		  "{\"KeyMetadata\":{\"KeyId\":\"k\",\"KeyManager\":\"CUSTOMER\"}}" },
		{ "DescribeKey", "\"l\"", NULL, NULL,
		  "{\"KeyMetadata\":{\"KeyId\":\"l\",\"KeyManager\":\"AWS\"}}" },
	};
	static const char *const wanted[] = { "kms:GetKeyRotationStatus" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect_calls(&trial, FIRST "us-east-1 ListKeys {}\n"
				   "eu-west-1 ListKeys {}\n"
				   "us-east-1 DescribeKey {\"KeyId\":\"k\"}\n"
				   "us-east-1 DescribeKey {\"KeyId\":\"l\"}\n"
				   "eu-west-1 DescribeKey {\"KeyId\":\"k\"}\n"
				   "eu-west-1 DescribeKey {\"KeyId\":\"l\"}\n"
				   "us-east-1 GetKeyRotationStatus {\"KeyId\":\"k\"}\n"
				   "eu-west-1 GetKeyRotationStatus {\"KeyId\":\"k\"}\n");
	expect(&trial, "SELECT group_concat(DISTINCT items) FROM api_call WHERE operation = 'ListKeys'",
	       "2");
	trial_end(&trial);
}

static void
test_batches(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListClusters", NULL, NULL, NULL, "{\"clusterArns\":[\"a\",\"b\",\"c\"]}" },
	};
	static const char *const wanted[] = { "ecs:DescribeClusters" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect_calls(&trial, FIRST "us-east-1 ListClusters {}\n"
				   "eu-west-1 ListClusters {}\n"
				   "us-east-1 DescribeClusters {\"clusters\":[\"a\",\"b\"]}\n"
				   "us-east-1 DescribeClusters {\"clusters\":[\"c\"]}\n"
				   "eu-west-1 DescribeClusters {\"clusters\":[\"a\",\"b\"]}\n"
				   "eu-west-1 DescribeClusters {\"clusters\":[\"c\"]}\n");
	expect(&trial, "SELECT group_concat(item) FROM call_subject WHERE call = 4", "0,1");
	trial_end(&trial);
}

static void
test_enumeration_and_absent(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "GetAlternateContact", "BILLING", "AccessDeniedException", "there is No Contact", NULL },
		{ "GetAlternateContact", "SECURITY", "AccessDeniedException", "you may not", NULL },
	};
	static const char *const wanted[] = { "account:GetAlternateContact" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect_calls(&trial, FIRST
		     "us-east-1 GetAlternateContact {\"AlternateContactType\":\"BILLING\"}\n"
		     "us-east-1 GetAlternateContact {\"AlternateContactType\":\"SECURITY\"}\n");
	expect(&trial,
	       "SELECT group_concat(outcome) FROM api_call WHERE operation = 'GetAlternateContact'",
	       "absent,refused");
	trial_end(&trial);
}

static void
test_item_regions(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListBuckets", NULL, NULL, NULL,
		  "{\"Buckets\":[{\"Name\":\"a\",\"BucketRegion\":\"eu-west-1\"},{\"Name\":\"b\"},"
		  "{\"Name\":\"c\",\"BucketRegion\":\"ap-east-1\"}]}" },
	};
	static const char *const wanted[] = { "s3:GetBucketPolicy" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect_calls(&trial, FIRST "us-east-1 ListBuckets {}\n"
				   "eu-west-1 ListBuckets {}\n"
				   "eu-west-1 GetBucketPolicy {\"Bucket\":\"a\"}\n"
				   "us-east-1 GetBucketPolicy {\"Bucket\":\"b\"}\n"
				   "eu-west-1 GetBucketPolicy {\"Bucket\":\"a\"}\n"
				   "us-east-1 GetBucketPolicy {\"Bucket\":\"b\"}\n");
	trial_end(&trial);
}

static void
test_pages(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListTopics", "second", NULL, NULL, "{\"Topics\":[{\"TopicArn\":\"t2\"}]}" },
		{ "ListTopics", NULL, NULL, NULL,
		  "{\"Topics\":[{\"TopicArn\":\"t1\"}],\"NextToken\":\"second\"}" },
	};
	static const char *const wanted[] = { "sns:GetTopicAttributes" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect(&trial,
	       "SELECT group_concat(page || parameters, ' ') FROM (SELECT * FROM api_call WHERE operation ="
	       " 'ListTopics' AND region = 'us-east-1' ORDER BY page)",
	       "0{} 1{}");
	expect(&trial,
	       "SELECT count(*) FROM api_call c JOIN api_call p ON p.id = c.parent WHERE c.operation ="
	       " 'GetTopicAttributes' AND p.page = 1",
	       "2");
	trial_end(&trial);
}

/* A token that does not change would ask for ever; what would have followed is not known. */
static void
test_stuck_pages(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListTopics", NULL, NULL, NULL, "{\"Topics\":[],\"NextToken\":\"same\"}" },
	};
	static const char *const wanted[] = { "sns:ListTopics" };
	struct trial trial = { 0 };

	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	expect(&trial,
	       "SELECT group_concat(outcome || ' ' || coalesce(error, ''), ';') FROM (SELECT * FROM api_call"
	       " WHERE operation = 'ListTopics' AND region = 'us-east-1' ORDER BY page)",
	       "answered ;answered ;refused PagingStuck");
	trial_end(&trial);
}

/* An interrupted scan records what it did not ask as refused: it must not look like an answer. */
static void
test_stop(void)
{
	static const struct reply replies[] = {
		TWO_REGIONS,
		{ "ListKeys", NULL, NULL, NULL, "{\"Keys\":[{\"KeyId\":\"k\"}]}" },
	};
	static const char *const wanted[] = { "kms:DescribeKey" };
	struct trial trial = { 0 };

	trial.teller.stop_after_first = &trial.stop;
	trial_run(&trial, replies, COUNT(replies), wanted, COUNT(wanted));
	CU_ASSERT_EQUAL(trial.status, 1);
	expect(&trial,
	       "SELECT group_concat(operation || ' ' || outcome || ' ' || coalesce(error, '') || ' ' || region, ';')"
	       " FROM (SELECT * FROM api_call WHERE operation <> 'DescribeRegions' ORDER BY region DESC, operation DESC)",
	       "ListKeys answered  us-east-1;DescribeKey answered  us-east-1;ListKeys answered  eu-west-1;"
	       "DescribeKey refused Interrupted eu-west-1");
	trial_end(&trial);
}

int
tests_collect(void)
{
	CU_pSuite suite = CU_add_suite("collect", NULL, NULL);

	CU_add_test(suite, "roots in every enabled region, children by their parents",
		    test_regions_and_children);
	CU_add_test(suite, "batches ask about many items at once", test_batches);
	CU_add_test(suite, "enumerations ask for each value; absent by words of the message",
		    test_enumeration_and_absent);
	CU_add_test(suite, "items are asked about in their own region", test_item_regions);
	CU_add_test(suite, "pages are followed and recorded without tokens", test_pages);
	CU_add_test(suite, "a token twice ends the paging", test_stuck_pages);
	CU_add_test(suite, "an interrupt leaves refusals", test_stop);
	return 0;
}
