/* The functions that SQL can call: one table for the engine, the documentation and the forcing of answers. */

#include "checks/engine.h"
#include "checks/meaning.h"

/* The forced answers of those that judge: each way the answer can come out, besides NULL. */
static const char *const yes_or_no[] = { "0", "1" };
static const char *const decisions[] = { "'allowed'", "'denied'", "'not_allowed'", "'unknown'" };
static const char *const escalations[] = { "'[]'", "'[\"iam:PutUserPolicy\"]'" };
static const char *const kinds[] = { "'[]'", "'[{\"kind\":\"aws-secret-key\",\"where\":\"line 1\"}]'" };
static const char *const statements[] = {
	"'[]'",
	"'[{\"Action\":[\"*\"],\"Condition\":{},\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"*\"]},"
	"\"Resource\":[\"*\"]}]'",
};

static const char *const grants[] = {
	"'[]'",
	"'[{\"action\":\"*\",\"everything\":1,\"statement\":1}]'",
};

static const char *
text_at(sqlite3_value **values, int i)
{
	return (const char *)sqlite3_value_text(values[i]);
}

/* 1, 0, or NULL for -1. */
static void
answer_tri(sqlite3_context *context, int answer)
{
	if (answer < 0)
		sqlite3_result_null(context);
	else
		sqlite3_result_int(context, answer);
}

static void
tell_json(sqlite3_context *context, const char *text)
{
	if (text == NULL)
		sqlite3_result_null(context);
	else
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* Answers from memory where the same was asked before. */
static bool
answer_again(sqlite3_context *context, const char *asked)
{
	const struct calling *calling = sqlite3_user_data(context);
	const char *told;

	if (!answers_find(calling->answers, asked, &told))
		return false;
	tell_json(context, told);
	return true;
}

/* JSON text of value, which is released; NULL for NULL. */
static void
answer_json(sqlite3_context *context, const char *asked, json_t *value)
{
	const struct calling *calling = sqlite3_user_data(context);

	tell_json(context, answers_keep(calling->answers, asked,
					value != NULL ? json_canonical(value) : NULL));
	json_decref(value);
}

static void
call_arn_like(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *pattern = text_at(values, 0), *arn = text_at(values, 1);

	(void)count;
	answer_tri(context, pattern == NULL || arn == NULL ? -1 : text_matches(pattern, arn));
}

static void
call_cidr_contains(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *outer = text_at(values, 0), *inner = text_at(values, 1);

	(void)count;
	answer_tri(context, outer == NULL || inner == NULL ? -1 : cidr_contains(outer, inner));
}

static void
call_cidr_is_internet(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *cidr = text_at(values, 0);

	(void)count;
	answer_tri(context, cidr == NULL ? -1 : cidr_is_internet(cidr));
}

static int64_t
scan_time_of(sqlite3_context *context)
{
	return ((const struct calling *)sqlite3_user_data(context))->scan_time;
}

static void
call_days_since(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = text_at(values, 0);
	int64_t when;

	(void)count;
	if (text == NULL || time_read(text, &when) < 0)
		sqlite3_result_null(context);
	else
		sqlite3_result_double(context, (double)(scan_time_of(context) - when) / 86400.0);
}

static void
call_event_pattern_matches(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *pattern = text_at(values, 0), *event = text_at(values, 1);

	(void)count;
	/* A rule without a pattern runs by its schedule and matches no event. */
	if (pattern == NULL)
		answer_tri(context, 0);
	else
		answer_tri(context, event == NULL ? -1 : event_pattern_matches(pattern, event));
}

static void
call_filter_matches(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *pattern = text_at(values, 0), *event = text_at(values, 1);

	(void)count;
	answer_tri(context,
		   pattern == NULL || event == NULL ?
			   -1 :
			   filter_matches_memo(
				   ((struct calling *)sqlite3_user_data(context))->memo, pattern,
				   event));
}

static void
call_policy_decision(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *documents = text_at(values, 0), *request = text_at(values, 1);

	(void)count;
	if (request == NULL)
		sqlite3_result_null(context);
	else
		sqlite3_result_text(context,
				    policy_decision(documents != NULL ? documents : "[]", request),
				    -1, SQLITE_STATIC);
}

static void
call_policy_escalations(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *documents = text_at(values, 0);

	(void)count;
	if (documents == NULL)
		tell_json(context, "[]");
	else if (!answer_again(context, documents))
		answer_json(context, documents, policy_escalations(documents));
}

static void
call_policy_is_public(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct calling *calling = sqlite3_user_data(context);
	const char *document = text_at(values, 0), *account = text_at(values, 1), *told;
	char *asked;
	int answer;

	(void)count;
	if (document == NULL) {
		answer_tri(context, 0);
		return;
	}
	asked = mem_print("%s %s", account != NULL ? account : "", document);
	if (!answers_find(calling->answers, asked, &told)) {
		answer = policy_is_public(document, account);
		told = answers_keep(calling->answers, asked,
				    answer < 0 ? NULL : mem_text(answer > 0 ? "1" : "0"));
	}
	answer_tri(context, told == NULL ? -1 : told[0] == '1');
	free(asked);
}

static void
call_policy_statements(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *document = text_at(values, 0);

	(void)count;
	if (document == NULL)
		tell_json(context, "[]");
	else if (!answer_again(context, document))
		answer_json(context, document, policy_statements(document));
}

static void
call_policy_trouble(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *documents = text_at(values, 0);
	char *trouble = documents != NULL ? policy_trouble(documents) : NULL;

	(void)count;
	if (trouble != NULL)
		sqlite3_result_text(context, trouble, -1, free);
}

static void
call_policy_wholesale(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *document = text_at(values, 0);

	(void)count;
	if (document == NULL)
		tell_json(context, "[]");
	else if (!answer_again(context, document))
		answer_json(context, document, policy_wholesale(document));
}

static void
call_scan_time(sqlite3_context *context, int count, sqlite3_value **values)
{
	char text[TIME_ROOM];

	(void)count;
	(void)values;
	sqlite3_result_text(context, time_text(scan_time_of(context), text), -1, SQLITE_TRANSIENT);
}

static void
call_secret_in(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = text_at(values, 0);

	(void)count;
	if (text == NULL)
		tell_json(context, "[]");
	else if (!answer_again(context, text))
		answer_json(context, text, secret_report(text, strlen(text)));
}

static void
call_tag(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *tags = text_at(values, 0), *key = text_at(values, 1);
	json_t *object, *value;

	(void)count;
	if (tags == NULL || key == NULL)
		return;
	object = json_read(tags, strlen(tags), NULL);
	value = json_object_get(object, key);
	if (json_is_string(value))
		sqlite3_result_text(context, json_string_value(value), -1, SQLITE_TRANSIENT);
	json_decref(object);
}

const struct function functions[] = {
	{ "arn_like", "pattern, arn", "1 when the pattern, in which * and ? stand for any text and any character, matches the whole ARN; 0",
	  2, false, NULL, 0, call_arn_like },
	{ "cidr_contains", "outer, inner", "1 when every address of inner is in outer; 0; NULL for what is no CIDR. IPv4 and IPv6",
	  2, false, NULL, 0, call_cidr_contains },
	{ "cidr_is_internet", "cidr", "1 when the range admits the Internet at large; 0; NULL for what is no CIDR. IPv4 and IPv6",
	  1, false, NULL, 0, call_cidr_is_internet },
	{ "days_since", "time", "days from then to the scan's time, with fraction; NULL for NULL",
	  1, false, NULL, 0, call_days_since },
	{ "event_pattern_matches", "pattern, event", "1 when this EventBridge pattern would match this event; 0; NULL for a pattern that AWS would refuse",
	  2, true, yes_or_no, COUNT(yes_or_no), call_event_pattern_matches },
	{ "filter_matches", "pattern, event", "1 when this CloudWatch Logs filter pattern would match this log event; 0; NULL for a pattern that AWS would refuse",
	  2, true, yes_or_no, COUNT(yes_or_no), call_filter_matches },
	{ "policy_decision", "documents, request", "allowed, denied (explicitly), not_allowed (nothing allows it) or unknown",
	  2, true, decisions, COUNT(decisions), call_policy_decision },
	{ "policy_escalations", "documents", "JSON array of the ways in which a holder could become administrator; NULL when it cannot be told",
	  1, true, escalations, COUNT(escalations), call_policy_escalations },
	{ "policy_is_public", "document, account", "1 when a resource policy admits anyone beyond fixed, named parties; 0, also for no policy; NULL when it cannot be told",
	  2, true, yes_or_no, COUNT(yes_or_no), call_policy_is_public },
	{ "policy_statements", "document", "JSON array of the statements with lists made lists, for json_each(); [] for no policy; NULL when it cannot be read",
	  1, true, statements, COUNT(statements), call_policy_statements },
	{ "policy_trouble", "documents", "where and why the policy cannot be read; NULL where it can",
	  1, false, NULL, 0, call_policy_trouble },
	{ "policy_wholesale", "document", "JSON array of what Allow statements give as a whole, each with action (\"s3:*\", \"*\", \"all but a list\"), everything (1: all there is, on every resource) and statement (its number); [] for no policy; NULL when it cannot be read",
	  1, true, grants, COUNT(grants), call_policy_wholesale },
	{ "scan_time", "", "the scan's time", 0, false, NULL, 0, call_scan_time },
	{ "secret_in", "text", "JSON array of the kinds of secrets seen and where, never their values; [] for no text",
	  1, true, kinds, COUNT(kinds), call_secret_in },
	{ "tag", "tags, key", "a tag's value, or NULL", 2, false, NULL, 0, call_tag },
};

const size_t function_count = COUNT(functions);

void
calling_clear(struct calling *calling)
{
	filter_memo_free(calling->memo);
	answers_free(calling->answers);
}

static void
calling_free(void *arg)
{
	calling_clear(arg);
	free(arg);
}

int
functions_register(sqlite3 *db, int64_t scan_time, struct err *err)
{
	for (size_t i = 0; i < COUNT(functions); i++) {
		struct calling *calling = mem_get(sizeof(*calling));

		/* Each has its own, which SQLite frees with the function. */
		calling->scan_time = scan_time;
		calling->memo = filter_memo_make();
		calling->answers = answers_make();
		if (sqlite3_create_function_v2(db, functions[i].name, functions[i].argument_count,
					       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
					       calling, functions[i].call, NULL, NULL,
					       calling_free) != SQLITE_OK)
			return db_error(db, err, "cannot register SQL functions");
	}
	return 0;
}
