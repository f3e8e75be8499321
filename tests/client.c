/* Tests of the client against a server that misbehaves; of retries, rates and recordings. */

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aws/exchange.h"
#include "tests/answering.h"

int tests_client(void);

#define CALLER                                                                                                                \
	"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"             \
	"<Arn>arn:aws:iam::111122223333:user/u</Arn><UserId>U</UserId><Account>111122223333</Account>"                         \
	"</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
#define REFUSED(code) "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>m</Message></Error></ErrorResponse>"
#define GOOD { .status = "200 OK", .headers = "x-amzn-RequestId: id-1\r\nContent-Type: text/xml\r\n", .body = CALLER }

/* What became of the last request. */
struct seen {
	int count, status, attempts;
	char code[64], message[512], request_id[64], sha256[SHA256_ROOM], account[64];
	size_t raw_len;
	struct aws_client *client; /* to send another one from within */
	const struct aws_request *again;
};

static void
take(void *arg, struct aws_answer *answer)
{
	struct seen *seen = arg;
	const char *account = json_string_value(json_object_get(answer->body, "Account"));

	seen->count++;
	seen->status = answer->status;
	seen->attempts = answer->attempts;
	seen->raw_len = answer->raw_len;
	snprintf(seen->code, sizeof(seen->code), "%s", answer->code ? answer->code : "");
	snprintf(seen->message, sizeof(seen->message), "%s", answer->message ? answer->message : "");
	snprintf(seen->request_id, sizeof(seen->request_id), "%s", answer->request_id ? answer->request_id : "");
	snprintf(seen->account, sizeof(seen->account), "%s", account ? account : "");
	snprintf(seen->sha256, sizeof(seen->sha256), "%s", answer->wire_sha256);
	if (seen->again) {
		const struct aws_request *again = seen->again;

		seen->again = NULL;
		aws_client_send(seen->client, again);
	}
}

static void
set_environment(void)
{
	for (char **at = environ; *at;) {
		char *name = mem_text_n(*at, strcspn(*at, "="));

		if (text_starts(name, "AWS_"))
			unsetenv(name);
		else
			at++;
		free(name);
	}
	setenv("HOME", "/dev/null", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
}

static struct aws_client *
client_at(int port, const struct transport_options *options)
{
	char *url = mem_print("http://127.0.0.1:%d", port);
	struct aws_settings settings = { .endpoint_url = url };
	struct err err = { "" };
	struct aws_client *client = aws_client_new(&settings, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	client->is_hurried = true;
	if (options) {
		transport_free(client->transport);
		client->transport = transport_new(options, &err);
	}
	free(url);
	return client;
}

/* A request, what the server does, and what the answer must be. */
static const struct fault {
	const char *name;
	struct answering_step steps[4];
	const char *code; /* "": success */
	int status, attempts;
	const char *message; /* part of it */
	size_t body_cap;
	long timeout_ms;
} faults[] = {
	{ "good", { GOOD }, "", 200, 1, NULL, 0, 0 },
	{ "throttled, then good", { { .status = "400 Bad Request", .body = REFUSED("Throttling") }, GOOD }, "", 200, 2, NULL, 0, 0 },
	{ "throttled by status", { { .status = "429 Too Many", .body = "" }, GOOD }, "", 200, 2, NULL, 0, 0 },
	{ "500, then good", { { .status = "500 Oops", .body = "<html>no" }, GOOD }, "", 200, 2, NULL, 0, 0 },
	{ "503 for ever", { { .status = "503 Busy", .body = REFUSED("ServiceUnavailable") } }, "ServiceUnavailable", 503, 4, "m", 0, 0 },
	{ "denied", { { .status = "403 Forbidden", .body = REFUSED("AccessDenied") } }, "AccessDenied", 403, 1, "m", 0, 0 },
	{ "garbage", { { .status = "200 OK", .body = "\x01\x02 not xml <" } }, "Undecodable", 200, 1, "", 0, 0 },
	{ "half an answer", { { .status = "200 OK", .body = "<GetCallerIdentityResponse><GetCall" } }, "Undecodable", 200, 1, "", 0, 0 },
	{ "truncated, then good", { { .status = "200 OK", .body = CALLER, .fault = ENDS_EARLY }, GOOD }, "", 200, 2, NULL, 0, 0 },
	{ "truncated for ever", { { .status = "200 OK", .body = CALLER, .fault = ENDS_EARLY } }, "Truncated", 0, 4, "ended early", 0, 0 },
	{ "length too small", { { .status = "200 OK", .body = CALLER, .fault = CLAIMS_LITTLE } }, "Undecodable", 200, 1, "", 0, 0 },
	{ "closes, then good", { { .status = "", .fault = CLOSES }, GOOD }, "", 200, 2, NULL, 0, 0 },
	{ "closes for ever", { { .status = "", .fault = CLOSES } }, "ConnectionClosed", 0, 4, "closed", 0, 0 },
	{ "no length", { { .status = "200 OK", .body = CALLER, .fault = SAYS_NO_LENGTH } }, "", 200, 1, NULL, 0, 0 },
	{ "too large", { { .status = "200 OK", .body = CALLER, .pad = 5000 } }, "TooLarge", 0, 1, "5000 bytes", 5000, 0 },
	{ "silent", { { .status = "", .fault = STAYS_SILENT }, GOOD }, "", 200, 2, NULL, 0, 150 },
	{ "no HTTP", { { .status = "", .fault = IS_NO_HTTP } }, "NotHttp", 0, 1, "--endpoint-url", 0, 0 },
	{ "moved", { { .status = "302 Found", .headers = "Location: http://127.0.0.1:9/\r\n", .body = "" } }, "302", 302, 1, "", 0, 0 },
};

static size_t
count_steps(const struct answering_step steps[4])
{
	size_t count = 0;

	while (count < 4 && steps[count].status)
		count++;
	return count;
}

static const struct aws_request caller_identity = { .service = "sts", .operation = "GetCallerIdentity", .region = "eu-west-1" };

static void
run_one(struct aws_client *client, const struct aws_request *request, struct seen *seen)
{
	struct aws_request mine = *request;
	struct err err = { "" };

	memset(seen, 0, sizeof(*seen));
	mine.done = take;
	mine.arg = seen;
	aws_client_send(client, &mine);
	CU_ASSERT_EQUAL(aws_client_run(client, NULL, NULL, NULL, &err), 0);
	CU_ASSERT_EQUAL(seen->count, 1);
}

static void
test_faults(void)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		const struct fault *row = &faults[i];
		struct answering *server = answering_start(row->steps, count_steps(row->steps));
		struct transport_options options = { .body_cap = row->body_cap, .timeout_ms = row->timeout_ms };
		struct aws_client *client;
		struct seen seen;

		set_environment();
		client = client_at(answering_port(server), &options);
		run_one(client, &caller_identity, &seen);
		if (strcmp(seen.code, row->code) || seen.status != row->status || seen.attempts != row->attempts)
			fprintf(stderr, "%s: code \"%s\" status %d attempts %d: %s\n", row->name, seen.code, seen.status, seen.attempts,
				seen.message);
		CU_ASSERT_STRING_EQUAL(seen.code, row->code);
		CU_ASSERT_EQUAL(seen.status, row->status);
		CU_ASSERT_EQUAL(seen.attempts, row->attempts);
		CU_ASSERT_TRUE(!row->message || strstr(seen.message, row->message));
		CU_ASSERT_TRUE(strcmp(seen.code, "Undecodable") || seen.raw_len > 0);
		CU_ASSERT_TRUE(*row->code || !strcmp(seen.account, "111122223333"));
		CU_ASSERT_EQUAL(*seen.sha256 != '\0', seen.status != 0);
		aws_client_free(client);
		answering_stop(server);
	}
}

static void
test_clock(void)
{
	struct answering_step steps[2] = { { .status = "403 Forbidden", .body = REFUSED("RequestTimeTooSkewed") }, GOOD };
	time_t theirs = time(NULL) + 7200;
	char date[80], expected[40];
	struct answering *server;
	struct aws_client *client;
	struct seen seen;
	struct tm tm;

	gmtime_r(&theirs, &tm);
	strftime(date, sizeof(date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	strftime(expected, sizeof(expected), "X-Amz-Date: %Y%m%dT%H", &tm);
	steps[0].headers = date;
	server = answering_start(steps, 2);
	set_environment();
	client = client_at(answering_port(server), NULL);
	run_one(client, &caller_identity, &seen);
	CU_ASSERT_STRING_EQUAL(seen.code, "");
	CU_ASSERT_EQUAL(seen.attempts, 2);
	CU_ASSERT_PTR_NULL(strstr(answering_request(server, 0), expected));
	CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 1), expected));
	aws_client_free(client);
	answering_stop(server);
	/* The clock is right: asking again would not help. */
	steps[0].headers = NULL;
	server = answering_start(steps, 2);
	client = client_at(answering_port(server), NULL);
	run_one(client, &caller_identity, &seen);
	CU_ASSERT_STRING_EQUAL(seen.code, "RequestTimeTooSkewed");
	CU_ASSERT_EQUAL(seen.attempts, 1);
	aws_client_free(client);
	answering_stop(server);
}

static void
test_bucket_region(void)
{
	static const char moved[] = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>";
	static const char named[] = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-central-1</Region></Error>";
	const struct answering_step steps[] = {
		{ .status = "301 Moved", .headers = "x-amz-bucket-region: eu-central-1\r\n", .body = moved },
		{ .status = "200 OK", .body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>" },
	};
	const struct answering_step again[] = { { .status = "400 Bad", .body = named }, steps[1] };
	json_t *parameters = json_pack("{s:s}", "Bucket", "my-bucket");
	struct aws_request request = { .service = "s3", .operation = "GetBucketVersioning", .region = "eu-west-1", .parameters = parameters };

	for (int i = 0; i < 2; i++) {
		struct answering *server = answering_start(i ? again : steps, 2);
		struct aws_client *client;
		struct seen seen;

		set_environment();
		client = client_at(answering_port(server), NULL);
		run_one(client, &request, &seen);
		CU_ASSERT_STRING_EQUAL(seen.code, "");
		CU_ASSERT_EQUAL(seen.attempts, 2);
		CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 0), "/eu-west-1/s3/aws4_request"));
		CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 1), "/eu-central-1/s3/aws4_request"));
		CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 1), "GET /my-bucket?versioning HTTP/1.1\r\n"));
		/* Remembered. */
		run_one(client, &request, &seen);
		CU_ASSERT_EQUAL(seen.attempts, 1);
		CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 2), "/eu-central-1/s3/aws4_request"));
		aws_client_free(client);
		answering_stop(server);
	}
	json_decref(parameters);
}

static void
test_expired(void)
{
	const struct answering_step steps[] = { { .status = "403 Forbidden", .body = REFUSED("ExpiredToken") }, GOOD };
	struct answering *server = answering_start(steps, 2);
	struct aws_client *client;
	struct seen seen;
	struct err err;

	set_environment();
	client = client_at(answering_port(server), NULL);
	CU_ASSERT_EQUAL(aws_client_prepare(client, &err), 0);
	setenv("AWS_ACCESS_KEY_ID", "AKID2", 1);
	run_one(client, &caller_identity, &seen);
	CU_ASSERT_STRING_EQUAL(seen.code, "");
	CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 0), "Credential=AKID/"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 1), "Credential=AKID2/"));
	CU_ASSERT_PTR_NULL(strstr(answering_request(server, 1), "hush"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answering_request(server, 1), "User-Agent: plumbline/0.1.0\r\n"));
	aws_client_free(client);
	answering_stop(server);
}

/* Where a request for AWS itself would go; nothing is sent. */
static const struct addressed {
	const char *service, *operation, *parameters, *url;
} addressed[] = {
	{ "s3", "GetBucketPolicy", "{\"Bucket\":\"my-bucket\"}", "https://my-bucket.s3.eu-west-1.amazonaws.com/?policy" },
	{ "s3", "GetBucketPolicy", "{\"Bucket\":\"my.bucket\"}", "https://s3.eu-west-1.amazonaws.com/my.bucket?policy" },
	{ "s3", "GetBucketPolicy", "{\"Bucket\":\"A_B\"}", "https://s3.eu-west-1.amazonaws.com/A_B?policy" },
	{ "s3control", "GetPublicAccessBlock", "{\"AccountId\":\"111122223333\"}",
	  "https://111122223333.s3-control.eu-west-1.amazonaws.com/v20180820/configuration/publicAccessBlock" },
	{ "iam", "ListUsers", "{}", "https://iam.amazonaws.com/" },
	{ "lambda", "ListTags", "{\"Resource\":\"arn:aws:lambda:eu-west-1:111122223333:function:f\"}",
	  "https://lambda.eu-west-1.amazonaws.com/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Af" },
};

static void
test_addresses(void)
{
	struct aws_settings settings = { 0 };
	struct aws_client *client;
	struct err err = { "" };

	set_environment();
	client = aws_client_new(&settings, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(client);
	for (size_t i = 0; i < COUNT(addressed); i++) {
		struct job *job = mem_get(sizeof(*job));
		struct lane lane = { .is_known = true };

		job->operation = aws_operation_find(addressed[i].service, addressed[i].operation, &err);
		job->region = mem_text("eu-west-1");
		job->parameters = json_loads(addressed[i].parameters, 0, NULL);
		job->lane = &lane;
		CU_ASSERT_PTR_NOT_NULL_FATAL(job->operation);
		CU_ASSERT_EQUAL(job_prepare(client, job), 0);
		if (!job->url || strcmp(job->url, addressed[i].url))
			fprintf(stderr, "%s: %s\n", addressed[i].url, job->url ? job->url : job->answer.message);
		CU_ASSERT_STRING_EQUAL(job->url, addressed[i].url);
		job_free(job);
	}
	aws_client_free(client);
}

static const struct {
	const char *service, *operation, *region, *code;
} refused[] = {
	{ "sts", "AssumeRole", "eu-west-1", "NotARead" },
	{ "sts", "GetCallerIdentity", "aws-global", "BadRegion" },
	{ "sts", "GetCallerIdentity", NULL, "BadRegion" },
	{ "sts", "GetCallerIdentity", "eu/../x", "BadEndpoint" },
	{ "sts", "NoSuch", "eu-west-1", "NoSuchOperation" },
	{ "nosuch", "GetCallerIdentity", "eu-west-1", "NoSuchOperation" },
	{ "s3", "GetBucketPolicy", "eu-west-1", "BadParameters" },
};

static void
stop_it(void *arg)
{
	*(volatile int *)arg = 1;
}

static void
test_refused(void)
{
	const struct answering_step steps[] = { { .status = "", .fault = STAYS_SILENT } };
	struct answering *server = answering_start(steps, 1);
	struct aws_client *client;
	struct seen seen, many = { 0 };
	struct err err = { "" };
	volatile int stop = 0;

	set_environment();
	client = client_at(answering_port(server), NULL);
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct aws_request request = { .service = refused[i].service, .operation = refused[i].operation, .region = refused[i].region };

		run_one(client, &request, &seen);
		if (strcmp(seen.code, refused[i].code))
			fprintf(stderr, "%s:%s: %s: %s\n", refused[i].service, refused[i].operation, seen.code, seen.message);
		CU_ASSERT_STRING_EQUAL(seen.code, refused[i].code);
		CU_ASSERT_EQUAL(seen.attempts, 0);
	}
	CU_ASSERT_EQUAL(answering_count(server), 0);
	/* A hundred in flight and queued, and one more sent from within, are all answered when it stops. */
	many.client = client;
	for (int i = 0; i < 100; i++) {
		struct aws_request request = caller_identity;

		request.done = take;
		request.arg = &many;
		many.again = &caller_identity;
		aws_client_send(client, &request);
	}
	CU_ASSERT_EQUAL(aws_client_run(client, &stop, stop_it, (void *)&stop, &err), 0);
	CU_ASSERT_EQUAL(many.count, 100);
	CU_ASSERT_STRING_EQUAL(many.code, "Interrupted");
	CU_ASSERT_EQUAL(aws_client_counts(client).waiting, 0);
	CU_ASSERT_EQUAL(aws_client_counts(client).in_flight, 0);
	CU_ASSERT_EQUAL(aws_client_counts(client).answered, (long)COUNT(refused) + 101);
	aws_client_free(client);
	answering_stop(server);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	client = client_at(9, NULL);
	run_one(client, &caller_identity, &seen);
	CU_ASSERT_STRING_EQUAL(seen.code, "NoCredentials");
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.message, "environment: AWS_ACCESS_KEY_ID is not set"));
	aws_client_free(client);
}

static void
test_unreachable(void)
{
	struct answering *server = answering_start((const struct answering_step[]){ GOOD }, 1);
	int port = answering_port(server);
	struct aws_client *client;
	struct seen seen;

	answering_stop(server);
	set_environment();
	client = client_at(port, NULL);
	run_one(client, &caller_identity, &seen);
	CU_ASSERT_STRING_EQUAL(seen.code, "ConnectionRefused");
	CU_ASSERT_EQUAL(seen.attempts, 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen.message, "--endpoint-url"));
	aws_client_free(client);
}

int tests_client_parts(CU_pSuite suite);

int
tests_client(void)
{
	CU_pSuite suite = CU_add_suite("client", NULL, NULL);

	CU_add_test(suite, "servers that misbehave", test_faults);
	CU_add_test(suite, "a clock that is wrong", test_clock);
	CU_add_test(suite, "a bucket in another region", test_bucket_region);
	CU_add_test(suite, "credentials that expired", test_expired);
	CU_add_test(suite, "where requests go", test_addresses);
	CU_add_test(suite, "requests that are refused or stopped", test_refused);
	CU_add_test(suite, "nobody answers", test_unreachable);
	return tests_client_parts(suite);
}
