/* verify: proves an evidence file unchanged, without AWS. */

#include "cmd/cmd.h"

enum { MOST_SAID = 50 };

struct troubles {
	int count;
};

static void
say_trouble(void *arg, const char *text)
{
	struct troubles *troubles = arg;

	if (troubles->count++ < MOST_SAID)
		cmd_say("%s", text);
}

/* Says each row of a table that stands on one side only. `sql` gives one text per row. */
static int
say_rows(sqlite3 *db, const char *sql, const char *table, const char *what,
	 struct troubles *troubles, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, sql);

	if (rows == NULL)
		return -1;
	while (sqlite3_step(rows) == SQLITE_ROW) {
		const char *row = (const char *)sqlite3_column_text(rows, 0);
		char *text = mem_print("table %s: %s: %.300s", table, what,
				       row != NULL ? row : "(no name)");

		say_trouble(troubles, text);
		free(text);
	}
	sqlite3_finalize(rows);
	return 0;
}

static int
compare_table(sqlite3 *db, const char *table, const char *name, struct troubles *troubles,
	      struct err *err)
{
	char *gone = mem_print("SELECT %s FROM (SELECT * FROM old.%s EXCEPT SELECT * FROM main.%s)",
			       name, table, table);
	char *made = mem_print("SELECT %s FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM old.%s)",
			       name, table, table);
	int status = say_rows(db, gone, table, "the file has a row that its calls do not give",
			      troubles, err);

	if (status == 0)
		status = say_rows(db, made, table, "the calls give a row that the file lacks",
				  troubles, err);
	free(gone);
	free(made);
	return status;
}

/* Columns of a table as one text, so that other layouts are told apart. */
static bool
same_columns(sqlite3 *db, const char *table)
{
	char *sql = mem_print("SELECT (SELECT group_concat(name) FROM pragma_table_info('%s', 'main'))"
			      " IS (SELECT group_concat(name) FROM pragma_table_info('%s', 'old'))",
			      table, table);
	sqlite3_stmt *get = db_prepare(db, NULL, sql);
	bool same = get != NULL && sqlite3_step(get) == SQLITE_ROW &&
		    sqlite3_column_int(get, 0) == 1;

	sqlite3_finalize(get);
	free(sql);
	return same;
}

static int
compare(const struct schema *schema, sqlite3 *db, struct troubles *troubles, struct err *err)
{
	int skipped = 0, status = 0;

	for (size_t i = 0; status == 0 && i < schema->table_count; i++) {
		const char *table = schema->tables[i].name;

		if (!same_columns(db, table))
			skipped++;
		else
			status = compare_table(db, table,
					       schema->tables[i].of >= 0 ? "parent_arn" : "arn",
					       troubles, err);
	}
	if (status == 0)
		status = compare_table(db, "known_gap", "arn || ' ' || operation", troubles, err);
	if (status == 0)
		status = compare_table(db, "not_asked", "operation || ' in ' || region", troubles, err);
	if (status == 0)
		status = compare_table(db, "call_subject", "'call ' || call || ' about ' || coalesce(arn, 'a list')", troubles, err);
	if (skipped > 0)
		cmd_say("%d table(s) have other columns in this version and were not compared",
			skipped);
	return status;
}

/* What judging writes, and of which page it tells (NULL: by its finding). `name` shows a row. */
static const struct {
	const char *table, *columns, *of_page, *name;
} judged[] = {
	{ "finding", "*", "check_id", "check_id || ' ' || resource || ' ' || verdict" },
	{ "finding_call", "*", NULL, "finding || ' by call ' || call" },
	{ "coverage", "*", "check_id", "check_id || ' in ' || region || ' ' || state" },
	{ "check_page",
	  "check_id, service, resource, severity, title, why, see, parameters, fix_text, fix_sh, fix_hcl, fix_yaml, error",
	  "check_id", "check_id || ': ' || title" },
};

/* Rows of one side that the other lacks, of pages whose text is the same in both. Caller frees. */
static char *
one_sided(size_t at, const char *here, const char *there)
{
	char *of_page = judged[at].of_page == NULL ?
				mem_print("(SELECT check_id FROM %s.finding f WHERE f.id = finding)", here) :
				mem_text(judged[at].of_page);
	char *sql = mem_print("SELECT %s FROM (SELECT %s FROM %s.%s WHERE %s IN (SELECT check_id FROM temp.same_page)"
			      " EXCEPT SELECT %s FROM %s.%s)",
			      judged[at].name, judged[at].columns, here, judged[at].table, of_page,
			      judged[at].columns, there, judged[at].table);

	free(of_page);
	return sql;
}

/* What pages whose text is the same gave must be the same. */
static int
compare_judged(sqlite3 *db, struct troubles *troubles, struct err *err)
{
	int status = db_run(db, err, "CREATE TEMP TABLE same_page AS SELECT n.check_id FROM main.check_page n "
				     "JOIN old.check_page o ON o.check_id = n.check_id AND o.sha256 = n.sha256");

	for (size_t i = 0; status == 0 && i < COUNT(judged); i++) {
		char *gone = one_sided(i, "old", "main"), *made = one_sided(i, "main", "old");

		status = say_rows(db, gone, judged[i].table, "the file says what its evidence does not",
				  troubles, err);
		if (status == 0)
			status = say_rows(db, made, judged[i].table, "the evidence says", troubles, err);
		free(gone);
		free(made);
	}
	return status;
}

/* The text of each page must be the one whose hash stands beside it, and each verdict must have its page. */
static int
check_pages(sqlite3 *db, struct troubles *troubles, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, "SELECT check_id, sha256, page FROM old.check_page");
	char hash[SHA256_ROOM];

	if (rows == NULL)
		return -1;
	while (sqlite3_step(rows) == SQLITE_ROW) {
		const void *page = sqlite3_column_blob(rows, 2);
		char *text;

		sha256_hex(page != NULL ? page : "", (size_t)sqlite3_column_bytes(rows, 2), hash);
		if (strcmp(hash, (const char *)sqlite3_column_text(rows, 1)) == 0)
			continue;
		text = mem_print("the page %s in the file is not the text whose hash stands beside it",
				 (const char *)sqlite3_column_text(rows, 0));
		say_trouble(troubles, text);
		free(text);
	}
	sqlite3_finalize(rows);
	return say_rows(db, "SELECT check_id || ' ' || resource || ' ' || verdict FROM old.finding "
			    "WHERE check_id NOT IN (SELECT check_id FROM old.check_page)",
			"finding", "the file holds no page for it", troubles, err);
}

static int
count_rows(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *get = db_prepare(db, NULL, sql);
	int count = get != NULL && sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int(get, 0) : 0;

	sqlite3_finalize(get);
	return count;
}

/* What another version of the program wrote otherwise is no sign of a change, but was not compared either. */
static void
say_not_compared(sqlite3 *db)
{
	static const struct {
		const char *sql, *text;
	} notes[] = {
		{ "SELECT count(*) FROM old.check_page WHERE check_id NOT IN (SELECT check_id FROM temp.same_page)",
		  "%d page(s) of the file read otherwise in this version or are not in it: their verdicts were not compared" },
		{ "SELECT count(*) FROM main.check_page WHERE check_id NOT IN (SELECT check_id FROM old.check_page)",
		  "%d page(s) of this version are not in the file" },
		{ "SELECT count(*) FROM (SELECT * FROM (SELECT * FROM old.control EXCEPT SELECT * FROM main.control) UNION ALL "
		  "SELECT * FROM (SELECT * FROM main.control EXCEPT SELECT * FROM old.control))",
		  "%d control(s) of frameworks read otherwise in this version" },
		{ "SELECT count(*) FROM (SELECT * FROM (SELECT * FROM old.control_check EXCEPT SELECT * FROM main.control_check) "
		  "UNION ALL SELECT * FROM (SELECT * FROM main.control_check EXCEPT SELECT * FROM old.control_check))",
		  "%d answer(s) of checks to controls read otherwise in this version" },
	};

	for (size_t i = 0; i < COUNT(notes); i++) {
		int count = count_rows(db, notes[i].sql);

		if (count > 0)
			cmd_say(notes[i].text, count);
	}
}

/* Who asked must be whom the answer names. */
static int
check_caller(sqlite3 *db, struct evidence *from, struct troubles *troubles, struct err *err)
{
	sqlite3_stmt *get = db_prepare(db, err, "SELECT c.id, s.caller_arn FROM old.scan s JOIN old.api_call c "
						"ON c.operation = 'GetCallerIdentity' AND c.outcome = 'answered'");
	json_t *body;

	if (get == NULL)
		return -1;
	while (sqlite3_step(get) == SQLITE_ROW) {
		const char *told = (const char *)sqlite3_column_text(get, 1), *arn;

		body = evidence_body(from, sqlite3_column_int64(get, 0), NULL);
		arn = json_string_value(json_object_get(body, "Arn"));
		if (arn != NULL && (told == NULL || strcmp(arn, told) != 0)) {
			char *text = mem_print("the file says that %s asked, the answer names %s",
					       told != NULL ? told : "nobody", arn);

			say_trouble(troubles, text);
			free(text);
		}
		json_decref(body);
	}
	sqlite3_finalize(get);
	return 0;
}

/* Damage that no comparison of rows would meet: pages of indexes, or rows behind a broken page. */
static int
check_whole(sqlite3 *db, const char *path, struct troubles *troubles, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, "PRAGMA integrity_check(10)");
	int status;

	if (rows == NULL)
		return -1;
	while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
		const char *told = (const char *)sqlite3_column_text(rows, 0);
		char *text = mem_print("%s is damaged: %s", path, told);

		if (strcmp(told, "ok") != 0)
			say_trouble(troubles, text);
		free(text);
	}
	if (status != SQLITE_DONE)
		db_error(db, err, "cannot read the whole file");
	sqlite3_finalize(rows);
	return status == SQLITE_DONE ? 0 : -1;
}

/* Decodes and judges again in memory, and compares with what the file holds. */
static int
judge_again(struct judging *judging, struct evidence *from, const char *path,
	    struct troubles *troubles, struct err *err)
{
	struct evidence *again = evidence_create(":memory:", judging->schema, err);
	char *attach = sqlite3_mprintf("ATTACH %Q AS old", path);
	int pages = 0, status = -1;

	if (again != NULL && evidence_copy(from, again, err) == 0 &&
	    judge_evidence(judging, again, "complete", "", &pages, err) == 0 &&
	    db_run(evidence_db(again), err, attach) == 0 &&
	    compare(judging->schema, evidence_db(again), troubles, err) == 0 &&
	    check_caller(evidence_db(again), from, troubles, err) == 0 &&
	    check_pages(evidence_db(again), troubles, err) == 0 &&
	    compare_judged(evidence_db(again), troubles, err) == 0) {
		say_not_compared(evidence_db(again));
		status = 0;
	}
	sqlite3_free(attach);
	evidence_close(again);
	return status;
}

static int
verify(const struct arguments *arguments, struct evidence *from, struct troubles *troubles,
       struct err *err)
{
	struct judging judging = { 0 };
	json_t *options;
	int status = check_whole(evidence_db(from), arguments_operand(arguments, 0), troubles, err);

	if (status == 0 && troubles->count > 0)
		return 0; /* what else differs in a broken file may come from that */
	if (status == 0)
		status = evidence_verify(from, say_trouble, troubles, err);
	options = recorded_options(from, NULL);
	if (status >= 0)
		status = judging_open(&judging, arguments, options, err);
	if (status == 0)
		status = judge_again(&judging, from, arguments_operand(arguments, 0),
				     troubles, err);
	judging_close(&judging);
	json_decref(options);
	return status;
}

/* Who was given the root when the scan was made compares it. */
static void
say_unchanged(struct evidence *evidence)
{
	sqlite3_stmt *get = db_prepare(evidence_db(evidence), NULL,
				       "SELECT root_hash, (SELECT count(*) FROM api_call) FROM scan");

	puts("unchanged: every body, the chain, every row and every verdict hold");
	if (get != NULL && sqlite3_step(get) == SQLITE_ROW)
		printf("root %s over %d calls\n", (const char *)sqlite3_column_text(get, 0),
		       sqlite3_column_int(get, 1));
	sqlite3_finalize(get);
}

static int
run(const struct arguments *arguments, struct err *err)
{
	struct troubles troubles = { 0 };
	struct schema *schema = cmd_schema(err);
	struct evidence *from;
	int status = -1;

	if (schema == NULL)
		return -1;
	from = evidence_open(arguments_operand(arguments, 0), schema, true, err);
	if (from != NULL && check_ended(from, arguments_operand(arguments, 0), err) == 0)
		status = verify(arguments, from, &troubles, err);
	if (status == 0 && troubles.count == 0)
		say_unchanged(from);
	evidence_close(from);
	schema_free(schema);
	if (troubles.count > MOST_SAID)
		cmd_say("… and %d more", troubles.count - MOST_SAID);
	if (status != 0)
		return status;
	if (troubles.count > 0)
		return err_set(err, "%s does not hold: %d trouble(s)",
			       arguments_operand(arguments, 0), troubles.count);
	return EXIT_DONE;
}

static const struct option options[] = { JUDGING_OPTIONS };

static const struct operand operands[] = {
	{ "FILE", "the evidence.db of a scan", false, false },
};

const struct command command_verify = {
	.name = "verify",
	.summary = "prove an evidence file unchanged",
	.about = "Checks the hash of every kept answer and the chain over all of them, decodes and judges "
		 "again, and compares: a changed body, row or verdict is named. Who redid the whole file "
		 "is not found by this; compare the root hash with the one in a report kept elsewhere.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline verify out/evidence.db",
	.run = run,
};
