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
	if (skipped > 0)
		cmd_say("%d table(s) have other columns in this version and were not compared",
			skipped);
	return status;
}

/* Findings of pages whose text is the same must be the same. */
static int
compare_findings(sqlite3 *db, struct troubles *troubles, struct err *err)
{
	static const char same_pages[] =
		" WHERE check_id IN (SELECT n.check_id FROM main.check_page n JOIN old.check_page o"
		" ON o.check_id = n.check_id AND o.sha256 = n.sha256)";
	char *gone = mem_print("SELECT check_id || ' ' || resource || ' ' || verdict FROM (SELECT * FROM "
			       "old.finding%s EXCEPT SELECT * FROM main.finding)",
			       same_pages);
	char *made = mem_print("SELECT check_id || ' ' || resource || ' ' || verdict FROM (SELECT * FROM "
			       "main.finding%s EXCEPT SELECT * FROM old.finding)",
			       same_pages);
	int status = say_rows(db, gone, "finding", "the file says what its evidence does not",
			      troubles, err);

	if (status == 0)
		status = say_rows(db, made, "finding", "the evidence says", troubles, err);
	free(gone);
	free(made);
	return status;
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
	    compare(judging->schema, evidence_db(again), troubles, err) == 0)
		status = compare_findings(evidence_db(again), troubles, err);
	sqlite3_free(attach);
	evidence_close(again);
	return status;
}

static int
verify(const struct arguments *arguments, struct evidence *from, struct troubles *troubles,
       struct err *err)
{
	struct judging judging = { 0 };
	json_t *options = recorded_options(from, NULL);
	int status = evidence_verify(from, say_trouble, troubles, err);

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
