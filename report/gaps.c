/* What could not be assessed: refused calls by operation, with what would settle them,
 * and open questions. */

#include <ctype.h>

#include "report/pieces.h"

#define QUESTIONS_MOST 200

/* Error codes that say "not allowed" are spelt by each service in its own way. */
static const char *const denials[] = {
	"AccessDenied", "Unauthorized",	    "NotAuthorized", "AuthorizationError",
	"Forbidden",	"OptInRequired",    "AuthFailure",   "UnrecognizedClient",
	"NoPermission", "PermissionDenied",
};
static const char *const waits[] = {
	"Throttl",	 "TooManyRequests", "RequestLimit",  "SlowDown",
	"Timeout",	 "TimedOut",	    "Interrupted",   "Unavailable",
	"InternalError", "InternalFailure", "ConnectFailed", "ServerError"
};

static bool
has_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; text != NULL && i < count; i++)
		if (strcasestr(text, words[i]) != NULL)
			return true;
	return false;
}

/* "… is not authorized to perform: kms:GetKeyRotationStatus on resource …" (IAM User
 * Guide, "Access denied error message examples"). */
static const char *
action_of_message(struct facts *facts, const char *message)
{
	static const char words[] = "to perform: ";
	const char *at = message != NULL ? strstr(message, words) : NULL;
	size_t len = 0;

	if (at == NULL)
		return NULL;
	at += sizeof(words) - 1;
	while (isalnum((unsigned char)at[len]) || strchr(":-", at[len]) != NULL) {
		if (at[len] == '\0')
			break;
		len++;
	}
	return len > 2 && memchr(at, ':', len) != NULL
		       ? arena_text_n(&facts->arena, at, len)
		       : NULL;
}

/* The actions that a page's lineage names for the operation: {"actions": {"s3:GetX": "s3:Y"}}. */
static const char *
action_of_lineage(struct facts *facts, const char *operation)
{
	sqlite3_stmt *row = db_prepare(
		facts->source->db, NULL,
		"SELECT lineage FROM check_page WHERE instr(lineage, '\"' || ?1 || '\"') LIMIT 1");
	const char *answer = NULL;
	json_t *lineage = NULL;

	if (row == NULL)
		return NULL;
	sqlite3_bind_text(row, 1, operation, -1, SQLITE_STATIC);
	if (sqlite3_step(row) == SQLITE_ROW)
		lineage = json_read((const char *)sqlite3_column_text(row, 0),
				    (size_t)sqlite3_column_bytes(row, 0), NULL);
	answer = json_string_value(
		json_object_get(json_object_get(lineage, "actions"), operation));
	if (answer != NULL)
		answer = arena_text(&facts->arena, answer);
	json_decref(lineage);
	sqlite3_finalize(row);
	return answer;
}

static const char *
advise(struct facts *facts, const struct refusal *refusal)
{
	const char *message = refusal->message;

	if (message != NULL && strcasestr(message, "explicit deny") != NULL) {
		const char *by = strcasestr(message, "service control policy") != NULL
					 ? "a service control policy"
				 : strcasestr(message, "resource control policy") != NULL
					 ? "a resource control policy"
				 : strcasestr(message, "permissions boundary") != NULL
					 ? "a permissions boundary"
				 : strcasestr(message, "session policy") != NULL
					 ? "a session policy"
				 : strcasestr(message, "resource-based policy") != NULL
					 ? "the resource’s own policy"
					 : "a policy";

		return arena_print(
			&facts->arena,
			"Denied outright by %s: allowing the action is not enough, "
			"that statement must make room for it.",
			by);
	}
	if (refusal->is_denied)
		return "Allow the action to the caller, then scan again.";
	if (has_any(refusal->error, waits, COUNT(waits)))
		return "AWS did not answer in time or asked to slow down: scan again.";
	if (refusal->error != NULL && strcasestr(refusal->error, "Undecodable") != NULL)
		return "The answer could not be read. It is kept in the evidence file as it came.";
	return "Look at the error, then scan again.";
}

static int
read_refusal(struct facts *facts, sqlite3_stmt *row)
{
	struct refusal *refusal;

	facts->refusals =
		mem_grow(facts->refusals, facts->refusal_count + 1, sizeof(*refusal));
	refusal = &facts->refusals[facts->refusal_count++];
	*refusal = (struct refusal){
		.operation = facts_keep(facts, row, 0),
		.error = facts_keep(facts, row, 1),
		.regions = facts_keep(facts, row, 2),
		.message = facts_keep(facts, row, 3),
		.calls = (long)sqlite3_column_int64(row, 4),
		.verdicts = (long)sqlite3_column_int64(row, 5),
	};
	refusal->is_denied = has_any(refusal->error, denials, COUNT(denials)) ||
			     (refusal->message != NULL &&
			      strcasestr(refusal->message, "not authorized to") != NULL);
	refusal->action = action_of_lineage(facts, refusal->operation);
	if (refusal->action == NULL)
		refusal->action = action_of_message(facts, refusal->message);
	if (refusal->action == NULL)
		refusal->action = refusal->operation;
	refusal->remedy = advise(facts, refusal);
	return 0;
}

static int
read_question(struct facts *facts, sqlite3_stmt *row)
{
	struct open_question *question;

	facts->questions =
		mem_grow(facts->questions, facts->question_count + 1, sizeof(*question));
	question = &facts->questions[facts->question_count++];
	question->check_id = facts_keep(facts, row, 0);
	question->reason = facts_keep(facts, row, 1);
	question->verdicts = (long)sqlite3_column_int64(row, 2);
	return 0;
}

int
gaps_load(struct facts *facts, struct err *err)
{
	char sql[512];

	/* Verdicts are counted once for each operation, also where it was refused in many
	 * regions. */
	if (facts_each(
		    facts, err,
		    "WITH hit AS (SELECT c.service s, c.operation o, coalesce(c.error, '') e, "
		    "count(DISTINCT f.id) n FROM finding f CROSS JOIN finding_call k ON k.finding = f.id "
		    "CROSS JOIN api_call c ON c.id = k.call WHERE f.verdict = 'unknown' "
		    "AND c.outcome = 'refused' GROUP BY 1, 2, 3) "
		    "SELECT c.service || ':' || c.operation, coalesce(c.error, 'error'), "
		    "(SELECT group_concat(region, ', ') FROM (SELECT DISTINCT region FROM api_call r "
		    "WHERE r.outcome = 'refused' AND r.service = c.service "
		    "AND r.operation = c.operation AND r.error IS c.error ORDER BY 1)), "
		    "min(c.message), count(*), coalesce(max(hit.n), 0) FROM api_call c "
		    "LEFT JOIN hit ON hit.s = c.service AND hit.o = c.operation "
		    "AND hit.e = coalesce(c.error, '') WHERE c.outcome = 'refused' "
		    "GROUP BY c.service, c.operation, c.error ORDER BY 6 DESC, 1, 2",
		    read_refusal) < 0)
		return -1;
	snprintf(
		sql, sizeof(sql),
		"SELECT check_id, coalesce(reason, 'no reason was given'), count(*) FROM finding f "
		"WHERE verdict = 'unknown' AND NOT EXISTS (SELECT 1 FROM finding_call k "
		"JOIN api_call c ON c.id = k.call WHERE k.finding = f.id AND c.outcome = 'refused') "
		"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %d",
		QUESTIONS_MOST);
	return facts_each(facts, err, sql, read_question);
}
