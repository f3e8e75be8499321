/* One job's way: the request is built, placed and signed; its reply is read, and judged worth a retry or not. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/exchange.h"

/* Seconds by which clocks may differ before a signature is refused for it; AWS allows 5 minutes. */
#define SKEW_NOTICED 60

void
job_fail(struct job *job, const char *code, const char *message)
{
	struct aws_answer *answer = &job->answer;

	free(answer->code);
	free(answer->message);
	answer->code = mem_text(code);
	answer->message = mem_text(message);
}

void
job_free(struct job *job)
{
	struct aws_answer *answer = &job->answer;

	free(answer->code);
	free(answer->message);
	free(answer->request_id);
	free(answer->raw);
	json_decref(answer->body);
	json_decref(job->parameters);
	aws_wire_free(job->wire);
	free(job->region);
	free(job->url);
	free(job->moved_to);
	free(job);
}

static bool
is_s3(const struct job *job)
{
	return !strcmp(job->operation->service->name, "s3");
}

static const char *
bucket_of(const struct job *job)
{
	return is_s3(job) ? json_string_value(json_object_get(job->parameters, "Bucket")) : NULL;
}

/* "/bucket/key" becomes "/key" where the bucket goes into the host's name. */
static void
take_bucket(struct job *job, const char *bucket)
{
	size_t len = strlen(bucket);
	char *path = job->wire->path, *rest;

	if (path[0] != '/' || strncmp(path + 1, bucket, len) || (path[1 + len] && path[1 + len] != '/'))
		return;
	rest = mem_print("%s%s", path[1 + len] ? "" : "/", path + 1 + len);
	free(path);
	job->wire->path = rest;
	job->is_virtual = true;
}

/* Endpoint, host and URL. Again after S3 told another region. */
static int
set_place(struct aws_client *client, struct job *job, struct err *err)
{
	const char *bucket = bucket_of(job), *home = bucket ? bucket_home_find(client, bucket) : NULL;
	const char *region = job->moved_to ? job->moved_to : home ? home : job->region;
	const struct aws_endpoint *endpoint;
	char *prefix = NULL, *start;

	job->place = place_find(client, job->operation->service, region, err);
	if (!job->place)
		return -1;
	endpoint = &job->place->endpoint;
	if (!endpoint->custom && bucket && !job->is_virtual && bucket_is_label(bucket))
		take_bucket(job, bucket);
	if (job->is_virtual)
		prefix = mem_print("%s.", bucket);
	else if (!endpoint->custom)
		prefix = mem_text(job->wire->host_prefix);
	/* A second time the endpoint's own path stands in front already: only a custom one has it, and it stays. */
	if (job->url && endpoint->custom)
		return 0;
	start = wire_place(job->wire, endpoint, prefix);
	free(prefix);
	free(job->url);
	job->url = mem_print("%s%s%s%s", start, job->wire->path, job->wire->query ? "?" : "",
			     job->wire->query ? job->wire->query : "");
	free(start);
	return 0;
}

int
job_prepare(struct aws_client *client, struct job *job)
{
	struct err err = { "" };

	if (job->wire)
		return 0;
	job->begun = time_monotonic();
	job->answer.started_at = time_now();
	job->wire = aws_request_make(job->operation, job->parameters, &err);
	if (!job->wire) {
		job_fail(job, "BadParameters", err.text);
		return -1;
	}
	if (recording_answers(client->recording))
		return 0;
	if (set_place(client, job, &err)) {
		job_fail(job, "BadEndpoint", err.text);
		return -1;
	}
	/* An emulator need not be spared, until it says so. */
	if (!job->lane->is_known)
		job->lane->rate.is_unlimited = job->place->is_loopback;
	job->lane->is_known = true;
	return 0;
}

int
job_start(struct aws_client *client, struct job *job)
{
	const struct aws_service *service = job->operation->service;
	struct aws_signing signing = { .credentials = &client->credentials, .region = job->place->endpoint.signing_region,
				       .service = service->signing_name, .when = time_now() + client->clock_offset,
				       .s3 = is_s3(job) || !strcmp(service->name, "s3control") };
	struct err err = { "" };

	if (credentials_ready(client, &err)) {
		job_fail(job, "NoCredentials", err.text);
		return -1;
	}
	if (sign_with_ring(job->wire, &signing, &client->ring, &err)) {
		job_fail(job, "NotSigned", err.text);
		return -1;
	}
	job->generation = client->generation;
	job->answer.attempts++;
	client->counts.sent++;
	transport_start(client->transport, job->url, job->wire, job);
	return 0;
}

static const char *
find_header(void *arg, const char *name)
{
	return reply_header(arg, name);
}

static char *
request_id_of(const struct reply *reply)
{
	static const char *const names[] = { "x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id" };
	const char *id = NULL;

	for (size_t i = 0; i < COUNT(names) && !id; i++)
		id = reply_header(reply, names[i]);
	return mem_text(id);
}

static void
keep_raw(struct aws_answer *answer, struct reply *reply)
{
	answer->raw_len = reply->body.len;
	answer->raw = buf_take(&reply->body);
}

/* Fills status, code, message and tree from one reply. */
static void
read_reply(struct job *job, struct reply *reply)
{
	struct aws_answer *answer = &job->answer;
	const char *body = reply->body.data ? reply->body.data : "";
	struct err err = { "" };
	char *code = NULL, *message = NULL, status[24];

	free(answer->request_id);
	answer->status = reply->status;
	answer->request_id = request_id_of(reply);
	answer->wire_sha256[0] = '\0';
	if (reply->failure) {
		job_fail(job, reply->failure, reply->message);
		return;
	}
	sha256_hex(body, reply->body.len, answer->wire_sha256);
	if (aws_answer_decode(job->operation, reply->status, body, reply->body.len, find_header, reply, &answer->body, &code, &message,
			      &err)) {
		snprintf(status, sizeof(status), "Http%d", reply->status);
		job_fail(job, reply->status >= 300 ? status : "Undecodable", err.text);
	} else if (reply->status >= 300 && !code) {
		snprintf(status, sizeof(status), "Http%d", reply->status);
		job_fail(job, status, message);
	} else {
		job_fail(job, code, message);
	}
	free(code);
	free(message);
}

/* The region that S3 says the bucket is in; NULL: it does not say. Caller frees. */
static char *
region_told(const struct job *job, const struct reply *reply)
{
	const char *region = reply_header(reply, "x-amz-bucket-region"), *element = NULL;
	bool is_place = job->answer.status == 301 || job->answer.status == 307 ||
			(job->answer.code && !strcmp(job->answer.code, "AuthorizationHeaderMalformed")) || job->answer.status == 400;

	if (!is_s3(job) || !is_place)
		return NULL;
	if (region)
		return mem_text(region);
	if (reply->body.data)
		element = strstr(reply->body.data, "<Region>");
	return element ? mem_text_n(element + 8, strcspn(element + 8, "<")) : NULL;
}

static bool
may_redirect(struct aws_client *client, struct job *job, const struct reply *reply)
{
	char *region = job->is_redirected ? NULL : region_told(job, reply);
	const char *bucket = bucket_of(job);
	struct err err;

	if (!region || !strcmp(region, job->place->endpoint.signing_region)) {
		free(region);
		return false;
	}
	job->is_redirected = true;
	free(job->moved_to);
	job->moved_to = region;
	if (set_place(client, job, &err))
		return false;
	if (bucket)
		bucket_home_set(client, bucket, region);
	return true;
}

static bool
may_reset_clock(struct aws_client *client, struct job *job, const struct reply *reply)
{
	const char *date = reply_header(reply, "date");
	int64_t theirs, offset;

	if (job->is_reset || !code_is_skew(job->answer.code) || !date || time_read(date, &theirs))
		return false;
	job->is_reset = true;
	offset = theirs - time_now();
	if (llabs(offset - client->clock_offset) < SKEW_NOTICED)
		return false;
	client->clock_offset = offset;
	return true;
}

static bool
may_renew(struct aws_client *client, struct job *job)
{
	const char *code = job->answer.code;

	if (job->is_renewed || !code || (strcmp(code, "ExpiredToken") && strcmp(code, "ExpiredTokenException")))
		return false;
	job->is_renewed = true;
	return credentials_renew(client, job->generation);
}

/* Seconds that the server asks to wait: AWS's own header is in milliseconds. */
static double
retry_after(const struct reply *reply)
{
	const char *own = reply_header(reply, "x-amz-retry-after"), *usual = reply_header(reply, "retry-after");
	double seconds = own ? strtod(own, NULL) / 1000 : usual ? strtod(usual, NULL) : 0;

	return seconds > 0 && seconds < 3600 ? seconds : 0;
}

static double
chance(struct aws_client *client)
{
	client->chance = client->chance * 6364136223846793005UL + 1442695040888963407UL;
	return (double)(client->chance >> 11) / (double)(1UL << 53);
}

static bool
may_retry(struct aws_client *client, struct job *job, const struct reply *reply, double now)
{
	struct retry_question question = { .status = job->answer.status, .code = job->answer.code,
					   .attempt = job->answer.attempts, .max_attempts = client->max_attempts,
					   .elapsed = now - job->begun, .random = chance(client),
					   .retry_after = retry_after(reply) };
	double wait;

	if (!question.code)
		return false;
	if (failure_kind(question.status, question.code) == FAILURE_THROTTLE)
		rate_throttled(&job->lane->rate, now);
	job->due = now;
	if (may_reset_clock(client, job, reply) || may_redirect(client, job, reply) || may_renew(client, job))
		return true;
	wait = retry_wait(&question);
	job->due = client->is_hurried ? now : now + wait;
	return wait >= 0;
}

static void
record(struct aws_client *client, struct job *job, const struct reply *reply)
{
	const struct aws_service *service = job->operation->service;
	const char *region = endpoint_signing_region(service, job->region);
	char *parameters;

	if (!recording_keeps(client->recording) || reply->failure)
		return;
	parameters = json_canonical(job->parameters);
	if (recording_keep(client->recording, region, service->name, job->operation->name, parameters, reply,
			   &client->record_error))
		fprintf(stderr, "plumbline: %s\n", client->record_error.text);
	free(parameters);
}

bool
job_judge(struct aws_client *client, struct job *job, struct reply *reply)
{
	double now = time_monotonic();
	struct aws_answer *answer = &job->answer;

	read_reply(job, reply);
	if (may_retry(client, job, reply, now)) {
		client->counts.retried++;
		job_fail(job, NULL, NULL);
		reply_clear(reply);
		return false;
	}
	record(client, job, reply);
	if (answer->code && !answer->body && (!strcmp(answer->code, "Undecodable") || text_starts(answer->code, "Http")))
		keep_raw(answer, reply);
	answer->duration_ms = (int)((now - job->begun) * 1000);
	reply_clear(reply);
	return true;
}

void
job_replay(struct aws_client *client, struct job *job)
{
	const struct aws_service *service = job->operation->service;
	const char *region = endpoint_signing_region(service, job->region);
	char *parameters = json_canonical(job->parameters);
	struct reply reply;

	if (recording_find(client->recording, region, service->name, job->operation->name, parameters, &reply)) {
		char *message = mem_print("the recording has no %s %s:%s %s", region, service->name, job->operation->name, parameters);

		job_fail(job, "NotRecorded", message);
		free(message);
	} else {
		job->answer.attempts = 1;
		read_reply(job, &reply);
		if (job->answer.code && (!strcmp(job->answer.code, "Undecodable") || text_starts(job->answer.code, "Http")))
			keep_raw(&job->answer, &reply);
	}
	reply_clear(&reply);
	free(parameters);
}
