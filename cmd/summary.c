/* What a judged file came to, in words and as an exit status. */

#include "cmd/cmd.h"

/* highest first */
static const char *const severities[] = { "critical", "high", "medium", "low" };

static long
count(sqlite3 *db, const char *sql, const char *word)
{
	sqlite3_stmt *get = db_prepare(db, NULL, sql);
	long value = 0;

	if (get == NULL)
		return 0;
	if (word != NULL)
		sqlite3_bind_text(get, 1, word, -1, SQLITE_STATIC);
	if (sqlite3_step(get) == SQLITE_ROW)
		value = (long)sqlite3_column_int64(get, 0);
	sqlite3_finalize(get);
	return value;
}

static long
verdicts(sqlite3 *db, const char *verdict)
{
	return count(db, "SELECT count(*) FROM finding WHERE verdict = ?", verdict);
}

static void
say_failed(sqlite3 *db, long failed)
{
	fprintf(stderr, "%ld failed", failed);
	for (size_t i = 0; failed > 0 && i < COUNT(severities); i++) {
		long some = count(db,
				  "SELECT count(*) FROM finding WHERE verdict = 'fail' AND "
				  "severity = ?",
				  severities[i]);

		fprintf(stderr, "%s%ld %s", i == 0 ? " (" : ", ", some, severities[i]);
	}
	fputs(failed > 0 ? ")" : "", stderr);
}

static int
say_refused(sqlite3 *db, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(
		db, err,
		"SELECT service || ':' || operation, coalesce(error, 'error'), count(*),"
		" count(DISTINCT region) FROM api_call WHERE outcome = 'refused'"
		" GROUP BY 1, 2 ORDER BY 1, 2");

	if (rows == NULL)
		return -1;
	while (sqlite3_step(rows) == SQLITE_ROW)
		cmd_say("  refused: %s (%s), %d call(s) in %d region(s)",
			(const char *)sqlite3_column_text(rows, 0),
			(const char *)sqlite3_column_text(rows, 1),
			sqlite3_column_int(rows, 2), sqlite3_column_int(rows, 3));
	sqlite3_finalize(rows);
	return 0;
}

int
summary_say(sqlite3 *db, struct err *err)
{
	long pass = verdicts(db, "pass"), fail = verdicts(db, "fail");
	long unknown = verdicts(db, "unknown");
	long judged = pass + fail + unknown;

	cmd_say("%ld calls kept, %ld checks, %ld findings",
		count(db, "SELECT count(*) FROM api_call", NULL),
		count(db, "SELECT count(*) FROM check_page", NULL),
		count(db, "SELECT count(*) FROM finding", NULL));
	say_failed(db, fail);
	fprintf(stderr, ", %ld passed, %ld not applicable, %ld unknown; coverage %.1f %%\n",
		pass, verdicts(db, "not_applicable"), unknown,
		judged > 0 ? 100.0 * (double)(pass + fail) / (double)judged : 100.0);
	return unknown > 0 ? say_refused(db, err) : 0;
}

int
summary_status(sqlite3 *db, const char *fail_on, bool fail_on_unknown)
{
	for (size_t i = 0; fail_on != NULL && i < COUNT(severities); i++) {
		if (count(db,
			  "SELECT count(*) FROM finding WHERE verdict = 'fail' AND severity = ?"
			  " AND exception_id IS NULL",
			  severities[i]) > 0)
			return EXIT_FINDINGS;
		if (strcmp(fail_on, severities[i]) == 0)
			break;
	}
	return fail_on_unknown && verdicts(db, "unknown") > 0 ? EXIT_UNKNOWN : EXIT_DONE;
}
