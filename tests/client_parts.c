/* Tests of the client's parts that need no server of AWS's kind: retries, rates, recordings, sources over HTTP. */

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/client.h"
#include "tests/answering.h"

int tests_client_parts(CU_pSuite suite);

/* wait < 0: give up. random is 1, so waits are the longest. */
static const struct decision {
	struct retry_question question;
	double wait;
} decisions[] = {
	{ { 200, NULL, 1, 0, 0, 1, 0 }, -1 },
	{ { 403, "AccessDenied", 1, 0, 0, 1, 0 }, -1 },
	{ { 400, "ValidationException", 1, 0, 0, 1, 0 }, -1 },
	{ { 500, "InternalFailure", 1, 0, 0, 1, 0 }, 0.25 },
	{ { 500, "Http500", 2, 0, 0, 1, 0 }, 0.5 },
	{ { 503, "Http503", 3, 0, 0, 1, 0 }, 1 },
	{ { 503, "Http503", 4, 0, 0, 1, 0 }, -1 },
	{ { 501, "Http501", 1, 0, 0, 1, 0 }, -1 },
	{ { 400, "Throttling", 1, 0, 0, 1, 0 }, 1 },
	{ { 400, "ThrottlingException", 1, 0, 0, 0.5, 0 }, 0.5 },
	{ { 400, "RequestLimitExceeded", 4, 0, 0, 1, 0 }, 8 },
	{ { 503, "SlowDown", 8, 0, 0, 1, 0 }, 20 },
	{ { 503, "SlowDown", 9, 0, 0, 1, 0 }, -1 },
	{ { 429, "Anything", 1, 0, 0, 1, 0 }, 1 },
	{ { 400, "Throttling", 1, 0, 299.5, 1, 0 }, -1 },
	{ { 400, "Throttling", 2, 2, 0, 1, 0 }, -1 },
	{ { 400, "Throttling", 11, 12, 0, 0.1, 0 }, 2 },
	{ { 500, "InternalError", 1, 1, 0, 1, 0 }, -1 },
	{ { 0, "ConnectionRefused", 1, 0, 0, 1, 0 }, 0.05 },
	{ { 0, "ConnectionRefused", 3, 0, 0, 1, 0 }, -1 },
	{ { 0, "ConnectionRefused", 3, 9, 0, 1, 0 }, -1 },
	{ { 0, "CouldNotResolveHost", 2, 0, 0, 1, 0 }, -1 },
	{ { 0, "TlsError", 1, 0, 0, 1, 0 }, -1 },
	{ { 0, "TooLarge", 1, 0, 0, 1, 0 }, -1 },
	{ { 0, "Timeout", 1, 0, 0, 1, 0 }, 0.25 },
	{ { 503, "SlowDown", 1, 0, 0, 0, 3 }, 3 },
	{ { 503, "SlowDown", 1, 0, 0, 1, 3000 }, 6 },
};

static void
test_retries(void)
{
	for (size_t i = 0; i < COUNT(decisions); i++) {
		double wait = retry_wait(&decisions[i].question);

		if (fabs(wait - decisions[i].wait) > 1e-9)
			fprintf(stderr, "row %zu, %s attempt %d: %f, expected %f\n", i,
				decisions[i].question.code ? decisions[i].question.code : "success", decisions[i].question.attempt,
				wait, decisions[i].wait);
		CU_ASSERT_TRUE(fabs(wait - decisions[i].wait) < 1e-9);
	}
}

/* How many tokens are had in the seconds from start to end, asked each hundredth of one. */
static int
taken(struct rate *rate, double start, double end)
{
	int count = 0;

	for (int i = 0; start + i * 0.01 < end; i++)
		while (!(rate_take(rate, start + i * 0.01) > 0))
			count++;
	return count;
}

static void
test_rates(void)
{
	struct rate rate = { 0 };
	int count;

	rate_start(&rate, 10, 20, false, 100);
	count = taken(&rate, 100, 101);
	CU_ASSERT_TRUE(count >= 29 && count <= 30);
	rate_throttled(&rate, 101);
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 5, 0.001);
	rate_throttled(&rate, 101.5); /* one of those in flight with it */
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 5, 0.001);
	rate_throttled(&rate, 103);
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 2.5, 0.001);
	CU_ASSERT_TRUE(taken(&rate, 103, 104) <= 3);
	rate_take(&rate, 109);
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 2.75, 0.001);
	rate_take(&rate, 1000);
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 10, 0.001);
	for (int i = 0; i < 20; i++)
		rate_throttled(&rate, 1000 + 2 * i);
	CU_ASSERT_DOUBLE_EQUAL(rate.per_second, 0.5, 0.001);
	rate_start(&rate, 50, 100, true, 0);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(rate_take(&rate, 0) > 0, false);
	rate_throttled(&rate, 0);
	CU_ASSERT_TRUE(rate_take(&rate, 0) > 0);
	CU_ASSERT_TRUE(taken(&rate, 0, 1) <= 21);
}

static void
set_reply(struct reply *reply, int status, const char *body, size_t len)
{
	static const char headers[] = "content-type\0text/xml\0x-amz-id-2\0noise\0x-amzn-requestid\0id\0";

	memset(reply, 0, sizeof(*reply));
	reply->status = status;
	buf_add(&reply->body, body, len);
	buf_add(&reply->headers, headers, sizeof(headers) - 1);
}

static const char *const bodies[] = { "<a/>", "", "\n", "line\n\nline\n", "%%%", "a %%% b\n%%%c", "\r\n" };

static void
test_recording(void)
{
	char folder[] = "/tmp/plumbline-recording-XXXXXX", *file;
	struct aws_settings settings = { 0 };
	struct recording *recording;
	struct reply reply;
	struct err err = { "" };

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	settings.record = folder;
	recording = recording_open(&settings, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(recording);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		char parameters[16];

		snprintf(parameters, sizeof(parameters), "{\"n\":%zu}", i);
		set_reply(&reply, 200 + (int)i, bodies[i], strlen(bodies[i]));
		CU_ASSERT_EQUAL(recording_keep(recording, "eu-west-1", "s3", "GetX", parameters, &reply, &err), 0);
		reply_clear(&reply);
	}
	set_reply(&reply, 200, "a\0b", 3);
	CU_ASSERT_EQUAL(recording_keep(recording, "eu-west-1", "s3", "GetX", "{}", &reply, &err), -1);
	reply_clear(&reply);
	set_reply(&reply, 200, "a\n%%% b", 7);
	CU_ASSERT_EQUAL(recording_keep(recording, "eu-west-1", "s3", "GetX", "{}", &reply, &err), -1);
	reply_clear(&reply);
	set_reply(&reply, 404, "later", 5);
	CU_ASSERT_EQUAL(recording_keep(recording, "eu-west-1", "s3", "GetX", "{\"n\":0}", &reply, &err), 0);
	reply_clear(&reply);
	recording_free(recording);
	settings.record = NULL;
	settings.replay = folder;
	recording = recording_open(&settings, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(recording);
	for (size_t i = 1; i < COUNT(bodies); i++) {
		char parameters[16];

		snprintf(parameters, sizeof(parameters), "{\"n\":%zu}", i);
		CU_ASSERT_EQUAL(recording_find(recording, "eu-west-1", "s3", "GetX", parameters, &reply), 0);
		CU_ASSERT_EQUAL(reply.status, 200 + (int)i);
		if (reply.body.len != strlen(bodies[i]) || memcmp(reply.body.data, bodies[i], reply.body.len))
			fprintf(stderr, "body %zu: \"%s\"\n", i, reply.body.data);
		CU_ASSERT_TRUE(reply.body.len == strlen(bodies[i]) && !memcmp(reply.body.data, bodies[i], reply.body.len));
		CU_ASSERT_STRING_EQUAL(reply_header(&reply, "X-Amzn-RequestId"), "id");
		CU_ASSERT_PTR_NULL(reply_header(&reply, "x-amz-id-2"));
		reply_clear(&reply);
	}
	CU_ASSERT_EQUAL(recording_find(recording, "eu-west-1", "s3", "GetX", "{\"n\":0}", &reply), 0);
	CU_ASSERT_EQUAL(reply.status, 404);
	reply_clear(&reply);
	CU_ASSERT_EQUAL(recording_find(recording, "eu-west-2", "s3", "GetX", "{\"n\":0}", &reply), -1);
	recording_free(recording);
	file = mem_print("%s/s3.txt", folder);
	unlink(file);
	CU_ASSERT_PTR_NULL(recording_open(&settings, &err)); /* an empty folder is a mistake */
	rmdir(folder);
	free(file);
}

/* Fixtures as people write them. */
static const char written[] = "A remark.\n\n%%% us-east-1 sts GetCallerIdentity { }\n200\nContent-Type: text/xml\n\n"
			      "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>"
			      "</GetCallerIdentityResult></GetCallerIdentityResponse>\n"
			      "%%% us-east-1 iam ListUsers {}\n403\n\n<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>\n";

static void
take_code(void *arg, struct aws_answer *answer)
{
	buf_print(arg, "%s%s ", answer->code ? answer->code : "", json_is_object(answer->body) ? "tree" : "");
}

static void
test_replay(void)
{
	const struct embedded fixtures[] = { { "all.txt", written, sizeof(written) - 1, 0 }, { "read.me", "%%% x", 5, 0 } };
	const struct embedded broken[] = { { "bad.txt", "%%% eu-west-1 sts X {\n200\n\n\n", 28, 0 } };
	const struct embedded no_status[] = { { "bad.txt", "%%% eu-west-1 sts X {}\n\n", 24, 0 } };
	struct aws_settings settings = { .fixtures = fixtures, .fixture_count = 2 };
	struct buf codes = { 0 };
	struct aws_request requests[] = {
		{ .service = "sts", .operation = "GetCallerIdentity", .region = "us-east-1" },
		{ .service = "iam", .operation = "ListUsers", .region = "eu-west-3" }, /* global: signed in us-east-1 */
		{ .service = "iam", .operation = "ListRoles", .region = "us-east-1" },
	};
	struct aws_client *client;
	struct err err = { "" };

	/* Neither credentials nor a usable endpoint are needed. */
	unsetenv("AWS_ACCESS_KEY_ID");
	setenv("AWS_ENDPOINT_URL", "no URL", 1);
	client = aws_client_new(&settings, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	CU_ASSERT_EQUAL(aws_client_prepare(client, &err), 0);
	for (size_t i = 0; i < COUNT(requests); i++) {
		requests[i].done = take_code;
		requests[i].arg = &codes;
		aws_client_send(client, &requests[i]);
	}
	CU_ASSERT_EQUAL(aws_client_run(client, NULL, NULL, NULL, &err), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(codes.data, "tree "));
	CU_ASSERT_PTR_NOT_NULL(strstr(codes.data, "AccessDenied "));
	CU_ASSERT_PTR_NOT_NULL(strstr(codes.data, "NotRecorded "));
	aws_client_free(client);
	buf_free(&codes);
	settings.fixture_count = 1;
	settings.fixtures = broken;
	CU_ASSERT_PTR_NULL(aws_client_new(&settings, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "bad.txt"));
	settings.fixtures = no_status;
	CU_ASSERT_PTR_NULL(aws_client_new(&settings, &err));
	unsetenv("AWS_ENDPOINT_URL");
}

#define KEYS "{\"AccessKeyId\":\"METAKEY\",\"SecretAccessKey\":\"hush\",\"Token\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"
#define ASSUMED                                                                                                              \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>hush"          \
	"</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"         \
	"<AssumedRoleUser><Arn>arn:aws:sts::444455556666:assumed-role/r/s</Arn><AssumedRoleId>x</AssumedRoleId>"              \
	"</AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"

/* Sources that are asked over HTTP. {} in a variable is the server's address. */
static const struct source {
	const char *name, *config, *variable, *value;
	struct answering_step steps[3];
	const char *key, *says;
	const char *asked[3]; /* part of each request */
} sources[] = {
	{ "role", "[default]\nrole_arn = arn:aws:iam::444455556666:role/r\nexternal_id = e1\nduration_seconds = 900\n"
		  "role_session_name = me\ncredential_source = Environment\n",
	  "AWS_ENDPOINT_URL_STS", "{}", { { .status = "200 OK", .body = ASSUMED } }, "ROLEKEY", NULL,
	  { "ExternalId=e1", NULL, NULL } },
	{ "role denied", "[default]\nrole_arn = arn:aws:iam::444455556666:role/r\ncredential_source = Environment\n",
	  "AWS_ENDPOINT_URL_STS", "{}",
	  { { .status = "403 No", .body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>" } },
	  NULL, "STS answered AccessDenied: not you", { "Credential=AKID/", NULL, NULL } },
	{ "instance metadata", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "{}/",
	  { { .status = "200 OK", .body = "the-token" }, { .status = "200 OK", .body = "my-role\n" }, { .status = "200 OK", .body = KEYS } },
	  "METAKEY", NULL,
	  { "PUT /latest/api/token ", "X-aws-ec2-metadata-token: the-token\r\n", "GET /latest/meta-data/iam/security-credentials/my-role " } },
	{ "instance metadata, old", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "{}",
	  { { .status = "404 No", .body = "" }, { .status = "200 OK", .body = "my-role" }, { .status = "200 OK", .body = KEYS } }, "METAKEY",
	  NULL, { "PUT /latest/api/token ", "GET /latest/meta-data/iam/security-credentials/ ", NULL } },
	{ "instance without a role", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "{}",
	  { { .status = "200 OK", .body = "t" }, { .status = "404 No", .body = "" } }, NULL, "has the instance a role", { NULL } },
	{ "container", "", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{}/c?a=1", { { .status = "200 OK", .body = KEYS } }, "METAKEY", NULL,
	  { "GET /c?a=1 ", NULL, NULL } },
	{ "container garbage", "", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "{}/c", { { .status = "200 OK", .body = "hush" } }, NULL,
	  "no JSON object", { NULL } },
};

static void
set_surroundings(const struct source *row, const char *config, int port)
{
	const char *tail = row->value + 2;
	char *value = mem_print("http://127.0.0.1:%d%s", port, tail);

	for (char **at = environ; *at;) {
		char *name = mem_text_n(*at, strcspn(*at, "="));

		if (text_starts(name, "AWS_"))
			unsetenv(name);
		else
			at++;
		free(name);
	}
	setenv("AWS_CONFIG_FILE", config, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null/credentials", 1);
	setenv(row->variable, value, 1);
	if (strcmp(row->variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT"))
		setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	free(value);
}

static void
check_source(const struct source *row, const char *config)
{
	size_t count = 0;
	struct answering *server;
	struct aws_settings settings = { .profile = "default" };
	struct aws_credentials got;
	struct err err = { "" };
	int rc;

	while (count < 3 && row->steps[count].status)
		count++;
	server = answering_start(row->steps, count);
	set_surroundings(row, config, answering_port(server));
	if (*row->config) {
		setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
		setenv("AWS_SECRET_ACCESS_KEY", "other", 1);
	} else {
		settings.profile = NULL;
	}
	rc = aws_credentials_load(&settings, &got, &err);
	if ((rc == 0) != (row->key != NULL))
		fprintf(stderr, "%s: %s\n", row->name, err.text);
	CU_ASSERT_TRUE((rc == 0) == (row->key != NULL));
	CU_ASSERT_TRUE(!row->says || strstr(err.text, row->says));
	CU_ASSERT_PTR_NULL(strstr(err.text, "hush"));
	for (size_t i = 0; i < 3 && row->asked[i]; i++) {
		if (!strstr(answering_request(server, i), row->asked[i]))
			fprintf(stderr, "%s: request %zu is %s\n", row->name, i, answering_request(server, i));
		CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, i), row->asked[i]));
	}
	if (!rc) {
		CU_ASSERT_STRING_EQUAL(got.access_key, row->key);
		CU_ASSERT_STRING_EQUAL(got.token, "t");
		CU_ASSERT_EQUAL(got.expires_at, 4070908800);
		CU_ASSERT_TRUE(strcmp(row->key, "ROLEKEY") || !strcmp(got.account_id, "444455556666"));
		aws_credentials_free(&got);
	}
	answering_stop(server);
}

static void
test_sources(void)
{
	for (size_t i = 0; i < COUNT(sources); i++) {
		char file[] = "/tmp/plumbline-source-XXXXXX";
		struct err err;

		close(mkstemp(file));
		CU_ASSERT_EQUAL_FATAL(file_write(file, sources[i].config, strlen(sources[i].config), 0600, &err), 0);
		check_source(&sources[i], file);
		unlink(file);
	}
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

int
tests_client_parts(CU_pSuite suite)
{
	CU_add_test(suite, "when to try again", test_retries);
	CU_add_test(suite, "token buckets", test_rates);
	CU_add_test(suite, "recordings are kept and found", test_recording);
	CU_add_test(suite, "answers from fixtures", test_replay);
	CU_add_test(suite, "credentials over HTTP", test_sources);
	return 0;
}
