/* Judges the chosen pages over an evidence file and writes what was found. */

#include "checks/run.h"

static int
read_scan(struct run *run)
{
	sqlite3_stmt *statement =
		db_prepare(run->db, run->err, "SELECT account_id, started_at FROM scan");
	int64_t when;
	int status = -1;

	if (statement == NULL)
		return -1;
	if (sqlite3_step(statement) != SQLITE_ROW) {
		err_set(run->err, "cannot judge: the evidence file holds no scan");
		goto out;
	}
	run->account = arena_text(&run->arena, (const char *)sqlite3_column_text(statement, 0));
	run->started_at = arena_text(&run->arena, (const char *)sqlite3_column_text(statement, 1));
	if (time_read(run->started_at, &when) < 0) {
		err_set(run->err, "cannot judge: scan.started_at is no time: %s", run->started_at);
		goto out;
	}
	status = 0;
out:
	/* Functions cannot be made anew under a running statement. */
	sqlite3_finalize(statement);
	return status < 0 ? -1 : functions_register(run->db, when, run->err);
}

static void
add_refusal(struct run *run, struct refusal refusal)
{
	struct refusals *refusals = &run->refusals;

	if (refusals->count == refusals->room) {
		refusals->room = refusals->room * 2 + 64;
		refusals->list = mem_grow(refusals->list, refusals->room, sizeof(*refusals->list));
	}
	refusals->list[refusals->count++] = refusal;
}

static const char *
kept_text(struct run *run, sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text != NULL ? arena_text(&run->arena, text) : NULL;
}

static int
read_refusals(struct run *run, const char *sql, bool gap)
{
	sqlite3_stmt *statement = db_prepare(run->db, run->err, sql);

	if (statement == NULL)
		return -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		int operation = name != NULL ? schema_find_operation(run->set->schema, name) : -1;

		if (operation >= 0)
			add_refusal(run, (struct refusal){
						 .operation = operation,
						 .region = kept_text(run, statement, 1),
						 .arn = kept_text(run, statement, 2),
						 .error = kept_text(run, statement, 3),
						 .call = sqlite3_column_int64(statement, 4),
						 .gap = gap,
					 });
	}
	sqlite3_finalize(statement);
	return 0;
}

/* Quick to prepare, and each row knows its arm. It hides the view of the file while the pages are judged. */
static int
make_views(struct run *run)
{
	const struct schema *schema = run->set->schema;
	int status = 0;

	for (size_t v = 0; v < schema->view_count && status == 0; v++) {
		bool used = false;
		char *sql;

		for (size_t i = 0; i < run->set->count; i++)
			used |= run->set->pages[i].chosen && run->set->pages[i].uses_view != NULL &&
				run->set->pages[i].uses_view[v];
		if (!used)
			continue;
		sql = view_create_sql(run->set, (int)v, "temp.");
		status = db_run(run->db, run->err, sql);
		free(sql);
		for (size_t a = 0; a < schema->views[v].arm_count && status == 0; a++) {
			sql = view_insert_sql(run->set, (int)v, a, "temp.");
			status = db_run(run->db, run->err, sql);
			free(sql);
		}
		sql = mem_print("CREATE INDEX temp.\"%s_arn\" ON \"%s\"(arn)", schema->views[v].name,
				schema->views[v].name);
		status = status < 0 ? status : db_run(run->db, run->err, sql);
		free(sql);
	}
	return status;
}

/* Fills a table with what a join view gives, those that it reads first: pages share the work. One that cannot be filled
 * stays a view, so that each page that reads it says why. */
static int
make_join(struct run *run, size_t i, bool *made)
{
	const struct page *join = &run->set->joins[i];
	char *sql;
	int status = 0;

	if (made[i] || join->prepared != 2)
		return 0;
	made[i] = true;
	for (size_t j = 0; j < run->set->join_count && status == 0; j++)
		if (join->uses_join != NULL && join->uses_join[j])
			status = make_join(run, j, made);
	if (status < 0)
		return -1;
	sql = join_create_sql(join, "temp.");
	status = db_run(run->db, run->err, sql);
	free(sql);
	sql = mem_print("INSERT INTO temp.\"%s\" %s", join->id, join->sql);
	if (status == 0 && sqlite3_exec(run->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		free(sql);
		sql = mem_print("DROP TABLE temp.\"%s\"; CREATE TEMP VIEW \"%s\" AS %s", join->id,
				join->id, join->sql);
		status = db_run(run->db, run->err, sql);
	}
	free(sql);
	return status;
}

static int
make_joins(struct run *run)
{
	bool *made = mem_get(run->set->join_count + 1);
	int status = 0;

	for (size_t i = 0; i < run->set->join_count && status == 0; i++)
		status = make_join(run, i, made);
	free(made);
	return status;
}

static void
drop_join(struct run *run, const char *name)
{
	sqlite3_stmt *get = db_prepare(run->db, NULL,
				       "SELECT type FROM sqlite_temp_schema WHERE name = ?");
	char *sql = NULL;

	if (get == NULL)
		return;
	sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(get) == SQLITE_ROW)
		sql = mem_print("DROP %s temp.\"%s\"", sqlite3_column_text(get, 0), name);
	sqlite3_finalize(get);
	if (sql != NULL)
		db_run(run->db, NULL, sql);
	free(sql);
}

static void
drop_views(struct run *run)
{
	const struct schema *schema = run->set->schema;
	char *sql;

	for (size_t i = 0; i < run->set->join_count; i++)
		drop_join(run, run->set->joins[i].id);
	for (size_t v = 0; v < schema->view_count; v++) {
		sql = mem_print("DROP TABLE IF EXISTS temp.\"%s\"", schema->views[v].name);
		db_run(run->db, NULL, sql);
		free(sql);
	}
}

static int
judge_page(struct run *run, struct page *page, const char **trouble)
{
	struct judgement *judgement = &run->judgement;
	struct statements statements = { 0 };
	struct err inner = { "" };
	int status = -1;

	if (statements_prepare(run->set, page, run->db, &statements, &inner) < 0)
		return err_set(run->err, "%s", inner.text);
	judge_rows(run->set, page, &statements, run->account, judgement);
	doubt_cast(run->set, page, &run->refusals, run->db, judgement);
	states_apply(run->states, page, judgement);
	if (proof_find(run->proof, page, judgement, &run->refusals, run->err) < 0 ||
	    record_page(run, page) < 0)
		goto out;
	if (judgement->error[0] != '\0')
		*trouble = arena_print(&run->arena, "%s: %s", page->file, judgement->error);
	status = 0;
out:
	statements_free(&statements);
	judgement_clear(judgement);
	return status;
}

static int
begin_run(struct run *run)
{
	static const char clear[] =
		"DELETE FROM finding; DELETE FROM finding_call; DELETE FROM coverage; "
		"DELETE FROM check_page; DELETE FROM control; DELETE FROM control_check; "
		"DELETE FROM framework;";

	drop_views(run);
	/* The check on a finding's verdict builds a list anew for each row; the engine knows no other verdicts. */
	if (db_run(run->db, run->err, "PRAGMA ignore_check_constraints = ON") < 0)
		return -1;
	if (read_scan(run) < 0 || db_run(run->db, run->err, clear) < 0 ||
	    read_refusals(run, "SELECT operation, region, arn, error, call FROM refused", false) < 0 ||
	    read_refusals(run, "SELECT operation, region, arn, reason, call FROM known_gap", true) < 0)
		return -1;
	refusals_sort(&run->refusals, run->set->schema->operation_count);
	run->states = states_open(run->set, run->db, run->err);
	run->proof = proof_open(run->set, run->db);
	if (run->states == NULL || make_views(run) < 0 || make_joins(run) < 0 ||
	    record_prepare(run) < 0)
		return -1;
	return frameworks_write(run->set, run->db, run->err);
}

static void
end_run(struct run *run)
{
	record_close(run);
	states_close(run->states);
	proof_close(run->proof);
	db_run(run->db, NULL, "PRAGMA ignore_check_constraints = OFF");
	drop_views(run);
	free(run->refusals.list);
	free(run->refusals.first);
	arena_free(&run->arena);
}

int
checks_judge(struct check_set *set, sqlite3 *db,
	     void (*each)(void *arg, const char *id, const char *trouble), void *arg, int *troubles,
	     struct err *err)
{
	struct run run = { .set = set, .db = db, .err = err };
	bool begin = sqlite3_get_autocommit(db) != 0;
	int status = -1;

	*troubles = 0;
	if (begin && db_run(db, err, "BEGIN IMMEDIATE") < 0)
		return -1;
	if (begin_run(&run) < 0)
		goto out;
	for (size_t i = 0; i < set->count; i++) {
		struct page *page = &set->pages[i];
		const char *trouble = NULL;

		if (!page->chosen || page->prepared != 2)
			continue;
		if (judge_page(&run, page, &trouble) < 0)
			goto out;
		*troubles += trouble != NULL;
		if (each != NULL)
			each(arg, page->id, trouble);
	}
	status = 0;
out:
	end_run(&run);
	/* a disk that is full ends the transaction, wherever that was noticed */
	if (status == 0 && begin && sqlite3_get_autocommit(db) != 0) {
		err_set(err, "cannot write the findings: the disk is full or fails");
		status = -1;
		begin = false;
	}
	if (begin && db_run(db, status == 0 ? err : NULL, status == 0 ? "COMMIT" : "ROLLBACK") < 0)
		status = -1;
	return status;
}
