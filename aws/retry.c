/* Decides whether a failed request is worth another attempt, and when. No clock, no chance of its own.
 * Source: AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"

/* Attempts and first wait for each kind of failure. Throttling is the server's request for patience,
 * so a scan is patient; a name that does not resolve is seldom there a second later. */
static const struct patience {
	int attempts;
	double first, longest; /* seconds */
} patience[] = {
	[FAILURE_FINAL] = { 1, 0, 0 },
	[FAILURE_TRANSIENT] = { 4, 0.25, 20 },
	[FAILURE_THROTTLE] = { 9, 1, 20 },
	[FAILURE_CONNECT] = { 3, 0.05, 1 },
	[FAILURE_RESOLVE] = { 2, 0.25, 1 },
};

/* A request is not kept alive for longer than this, in seconds. */
#define PATIENCE_END 300

static const struct failing {
	const char *code;
	enum failure_kind kind;
} codes[] = {
	{ "BandwidthLimitExceeded", FAILURE_THROTTLE },
	{ "ConnectTimeout", FAILURE_CONNECT },
	{ "ConnectionClosed", FAILURE_TRANSIENT },
	{ "ConnectionRefused", FAILURE_CONNECT },
	{ "CouldNotResolveHost", FAILURE_RESOLVE },
	{ "EC2ThrottledException", FAILURE_THROTTLE },
	{ "IDPCommunicationError", FAILURE_TRANSIENT },
	{ "InternalError", FAILURE_TRANSIENT },
	{ "InternalFailure", FAILURE_TRANSIENT },
	{ "InternalServerError", FAILURE_TRANSIENT },
	{ "LimitExceededException", FAILURE_THROTTLE },
	{ "PriorRequestNotComplete", FAILURE_THROTTLE },
	{ "ProvisionedThroughputExceededException", FAILURE_THROTTLE },
	{ "RequestLimitExceeded", FAILURE_THROTTLE },
	{ "RequestThrottled", FAILURE_THROTTLE },
	{ "RequestThrottledException", FAILURE_THROTTLE },
	{ "RequestTimeout", FAILURE_TRANSIENT },
	{ "RequestTimeoutException", FAILURE_TRANSIENT },
	{ "ServiceUnavailable", FAILURE_TRANSIENT },
	{ "SlowDown", FAILURE_THROTTLE },
	{ "ThrottledException", FAILURE_THROTTLE },
	{ "Throttling", FAILURE_THROTTLE },
	{ "ThrottlingException", FAILURE_THROTTLE },
	{ "Timeout", FAILURE_TRANSIENT },
	{ "TooManyRequestsException", FAILURE_THROTTLE },
	{ "TransactionInProgressException", FAILURE_THROTTLE },
	{ "Truncated", FAILURE_TRANSIENT },
};

static const char *const skew_codes[] = {
	"AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed",
	"SignatureDoesNotMatch",
};

enum failure_kind
failure_kind(int status, const char *code)
{
	if (!code)
		return FAILURE_FINAL;
	for (size_t i = 0; i < COUNT(codes); i++)
		if (!strcmp(codes[i].code, code))
			return codes[i].kind;
	if (status == 429 || status == 509)
		return FAILURE_THROTTLE;
	if (status == 500 || status == 502 || status == 503 || status == 504)
		return FAILURE_TRANSIENT;
	return FAILURE_FINAL;
}

double
retry_wait(const struct retry_question *question)
{
	enum failure_kind kind = failure_kind(question->status, question->code);
	const struct patience *row = &patience[kind];
	int attempts = row->attempts;
	double wait = row->first;

	if (kind == FAILURE_FINAL)
		return -1;
	if (question->max_attempts > 0 && (attempts > question->max_attempts || kind == FAILURE_TRANSIENT ||
					   kind == FAILURE_THROTTLE))
		attempts = question->max_attempts;
	if (question->attempt >= attempts)
		return -1;
	for (int i = 1; i < question->attempt && wait < row->longest; i++)
		wait *= 2;
	if (wait > row->longest)
		wait = row->longest;
	wait *= question->random;
	/* The server's own wish counts, but bounded: it must not stop the scan. */
	if (question->retry_after > wait)
		wait = question->retry_after < wait + 5 ? question->retry_after : wait + 5;
	return question->elapsed + wait > PATIENCE_END ? -1 : wait;
}

bool
code_is_skew(const char *code)
{
	for (size_t i = 0; code && i < COUNT(skew_codes); i++)
		if (!strcmp(skew_codes[i], code))
			return true;
	return false;
}

int
attempts_allowed(const struct aws_settings *settings, const struct section *section)
{
	const char *text = variable("AWS_MAX_ATTEMPTS");
	char *end;
	long value;

	if (settings->max_attempts > 0)
		return settings->max_attempts;
	if (!text)
		text = section_value(section, "max_attempts");
	if (!text)
		return 0;
	value = strtol(text, &end, 10);
	return *end || value < 1 || value > 100 ? 0 : (int)value;
}
