/* The database in memory that examples are run in: its schema is made once, its rows come and go. */

#include "checks/engine.h"
#include "checks/meaning.h"

/* The time at which examples are judged. */
static const char bench_time[] = "2026-11-22T00:00:00Z";

static const char *const type_names[] = { "TEXT", "INTEGER", "REAL", "INTEGER", "TEXT", "TEXT", "TEXT" };

int
bench_trouble(struct bench *bench, const struct page *page, int line, const char *format, ...)
{
	char text[900];
	char *whole;
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	whole = mem_print("%s:%d: %s", page->file, line, text);
	if (bench->say != NULL)
		bench->say(bench->arg, whole);
	free(whole);
	bench->troubles++;
	return -1;
}

/* Answers as forced, else as the function does. */
static void
forced_call(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct forcing *forcing = sqlite3_user_data(context);
	const char *value = forcing->value;

	if (value == NULL)
		forcing->function->call(context, count, values);
	else if (value[0] == '\'')
		sqlite3_result_text(context, value + 1, (int)strlen(value) - 2, SQLITE_TRANSIENT);
	else if (strcmp(value, "NULL") == 0)
		sqlite3_result_null(context);
	else
		sqlite3_result_int64(context, strtoll(value, NULL, 10));
}

static int
register_forced(struct bench *bench, struct err *err)
{
	int64_t when = 0;

	time_read(bench_time, &when);
	if (functions_register(bench->db, when, err) < 0)
		return -1;
	bench->forcing = mem_get((function_count + 1) * sizeof(*bench->forcing));
	for (size_t i = 0; i < function_count; i++) {
		struct forcing *forcing = &bench->forcing[i];

		if (!functions[i].judging)
			continue;
		forcing->function = &functions[i];
		forcing->calling.scan_time = when;
		forcing->calling.memo = filter_memo_make();
		forcing->calling.answers = answers_make();
		if (sqlite3_create_function_v2(bench->db, functions[i].name,
					       functions[i].argument_count,
					       SQLITE_UTF8 | SQLITE_DETERMINISTIC, forcing,
					       forced_call, NULL, NULL, NULL) != SQLITE_OK)
			return db_error(bench->db, err, "cannot register SQL functions");
	}
	return 0;
}

static char *
tables_sql(const struct check_set *set)
{
	const struct schema *schema = set->schema;
	struct buf sql = { 0 };
	char *text;

	buf_text(&sql, "BEGIN;");
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct schema_table *table = &schema->tables[i];

		buf_print(&sql, "CREATE TABLE \"%s\"(", table->name);
		for (size_t j = 0; j < table->column_count; j++)
			buf_print(&sql, "%s\"%s\" %s", j > 0 ? ", " : "", table->columns[j].name,
				  type_names[table->columns[j].type]);
		buf_text(&sql, ") STRICT;");
	}
	for (size_t i = 0; i < schema->view_count; i++) {
		text = view_create_sql(set, (int)i, "");
		buf_print(&sql, "%s;", text);
		free(text);
	}
	for (size_t i = 0; i < set->join_count; i++) {
		if (set->joins[i].prepared != 2)
			continue;
		text = join_create_sql(&set->joins[i], "");
		buf_print(&sql, "%s;", text);
		free(text);
	}
	buf_text(&sql, "COMMIT;");
	return buf_take(&sql);
}

int
bench_open(struct bench *bench, struct check_set *set, struct err *err)
{
	const struct schema *schema = set->schema;
	size_t tables = schema->table_count, joins = set->join_count, views = schema->view_count;
	char *sql;
	int status;

	bench->set = set;
	bench->insert = mem_get((tables + joins + 1) * sizeof(*bench->insert));
	bench->clear = mem_get((tables + joins + 1) * sizeof(*bench->clear));
	bench->view_clear = mem_get((views + 1) * sizeof(*bench->view_clear));
	bench->view_fill = mem_get((views + 1) * sizeof(*bench->view_fill));
	bench->join_fill = mem_get((joins + 1) * sizeof(*bench->join_fill));
	bench->dirty = mem_get(tables + joins + views + 1);
	if (sqlite3_open(":memory:", &bench->db) != SQLITE_OK)
		return err_set(err, "cannot open a database in memory");
	sqlite3_db_config(bench->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (register_forced(bench, err) < 0 ||
	    db_run(bench->db, err, "PRAGMA journal_mode = OFF") < 0)
		return -1;
	sql = tables_sql(set);
	status = db_run(bench->db, err, sql);
	free(sql);
	return status;
}

void
bench_close(struct bench *bench)
{
	const struct schema *schema = bench->set->schema;

	for (size_t i = 0; i < schema->table_count + bench->set->join_count; i++) {
		sqlite3_finalize(bench->insert[i]);
		sqlite3_finalize(bench->clear[i]);
	}
	for (size_t i = 0; i < schema->view_count; i++) {
		sqlite3_finalize(bench->view_clear[i]);
		for (size_t j = 0; bench->view_fill[i] != NULL && j < schema->views[i].arm_count; j++)
			sqlite3_finalize(bench->view_fill[i][j]);
		free(bench->view_fill[i]);
	}
	for (size_t i = 0; i < bench->set->join_count; i++)
		sqlite3_finalize(bench->join_fill[i]);
	sqlite3_close(bench->db);
	for (size_t i = 0; bench->forcing != NULL && i < function_count; i++)
		calling_clear(&bench->forcing[i].calling);
	free(bench->forcing);
	free(bench->insert);
	free(bench->clear);
	free(bench->view_clear);
	free(bench->view_fill);
	free(bench->join_fill);
	free(bench->dirty);
}

/* Runs a statement that is prepared on first use from sql, which is freed. */
static int
run_kept(struct bench *bench, sqlite3_stmt **statement, char *sql, struct err *err)
{
	int code;

	if (*statement == NULL)
		*statement = db_prepare(bench->db, err, sql);
	free(sql);
	if (*statement == NULL)
		return -1;
	code = sqlite3_step(*statement);
	sqlite3_reset(*statement);
	return code == SQLITE_DONE ? 0 : db_error(bench->db, err, "cannot fill the examples' tables");
}

static const char *
place_name(const struct bench *bench, size_t place)
{
	const struct schema *schema = bench->set->schema;

	return place < schema->table_count ? schema->tables[place].name :
					     bench->set->joins[place - schema->table_count].id;
}

static int
clear_all(struct bench *bench, struct err *err)
{
	const struct schema *schema = bench->set->schema;
	size_t places = schema->table_count + bench->set->join_count;

	for (size_t i = 0; i < places + schema->view_count; i++) {
		bool is_view = i >= places;
		sqlite3_stmt **statement = is_view ? &bench->view_clear[i - places] :
						     &bench->clear[i];
		const char *name = is_view ? schema->views[i - places].name : place_name(bench, i);

		if (!bench->dirty[i])
			continue;
		if (run_kept(bench, statement,
			     *statement == NULL ? mem_print("DELETE FROM \"%s\"", name) : NULL, err) < 0)
			return -1;
		bench->dirty[i] = false;
	}
	return 0;
}

static int
insert_row(struct bench *bench, size_t place, const struct cell *cells, size_t count,
	   struct err *err)
{
	sqlite3_stmt **statement = &bench->insert[place];
	int code;

	if (*statement == NULL) {
		struct buf sql = { 0 };

		buf_print(&sql, "INSERT INTO \"%s\" VALUES(", place_name(bench, place));
		for (size_t i = 0; i < count; i++)
			buf_text(&sql, i > 0 ? ", ?" : "?");
		buf_text(&sql, ")");
		*statement = db_prepare(bench->db, err, sql.data);
		buf_free(&sql);
		if (*statement == NULL)
			return -1;
	}
	for (size_t i = 0; i < count; i++) {
		int at = (int)i + 1;

		if (cells[i].kind == CELL_NULL)
			sqlite3_bind_null(*statement, at);
		else if (cells[i].kind == CELL_INTEGER)
			sqlite3_bind_int64(*statement, at, cells[i].integer);
		else if (cells[i].kind == CELL_REAL)
			sqlite3_bind_double(*statement, at, cells[i].real);
		else
			sqlite3_bind_text(*statement, at, cells[i].text, -1, SQLITE_STATIC);
	}
	code = sqlite3_step(*statement);
	sqlite3_reset(*statement);
	bench->dirty[place] = true;
	return code == SQLITE_DONE ? 0 : db_error(bench->db, err, "cannot fill the examples' tables");
}

static int
insert_rows(struct bench *bench, const struct page *page, const struct example *example,
	    const struct bending *bending, struct err *err)
{
	const struct schema *schema = bench->set->schema;
	struct cell *cells = NULL;
	int status = 0;

	for (size_t i = 0; i < example->row_count && status == 0; i++) {
		const struct example_row *row = &example->rows[i];
		size_t place = row->table >= 0 ? (size_t)row->table :
						 schema->table_count + (size_t)row->join;
		size_t count = row->table >= 0 ? schema->tables[row->table].column_count :
						 bench->set->joins[row->join].column_count;

		if (bending == NULL || bending->kind == BEND_NONE) {
			status = insert_row(bench, place, row->cells, count, err);
			continue;
		}
		cells = mem_grow(cells, count + 1, sizeof(*cells));
		memcpy(cells, row->cells, count * sizeof(*cells));
		if (bend_row(bench->set, page, bending, row, cells))
			status = insert_row(bench, place, cells, count, err);
	}
	free(cells);
	return status;
}

static int
fill_view(struct bench *bench, size_t v, struct err *err)
{
	const struct schema *schema = bench->set->schema;
	const struct schema_view *view = &schema->views[v];

	if (bench->view_fill[v] == NULL)
		bench->view_fill[v] = mem_get((view->arm_count + 1) * sizeof(**bench->view_fill));
	for (size_t a = 0; a < view->arm_count; a++) {
		sqlite3_stmt **statement = &bench->view_fill[v][a];

		if (!bench->dirty[schema_find_table(schema, view->arms[a].table)])
			continue;
		if (run_kept(bench, statement,
			     *statement == NULL ? view_insert_sql(bench->set, (int)v, a, "") : NULL,
			     err) < 0)
			return -1;
		bench->dirty[schema->table_count + bench->set->join_count + v] = true;
	}
	return 0;
}

/* Fills a join view behind those that it reads. */
static int
fill_join(struct bench *bench, size_t j, const struct example *example, bool *done,
	  struct err *err)
{
	const struct page *join = &bench->set->joins[j];

	if (done[j])
		return 0;
	done[j] = true;
	if (example->fills_join[j])
		return 0;
	for (size_t i = 0; i < bench->set->join_count; i++)
		if (i != j && join->uses_join[i] && fill_join(bench, i, example, done, err) < 0)
			return -1;
	bench->dirty[bench->set->schema->table_count + j] = true;
	return run_kept(bench, &bench->join_fill[j],
			bench->join_fill[j] == NULL ?
				mem_print("INSERT INTO \"%s\" %s", join->id, join->sql) :
				NULL,
			err);
}

int
bench_load(struct bench *bench, const struct page *page, const struct example *example,
	   const struct bending *bending, struct err *err)
{
	const struct check_set *set = bench->set;
	bool *done = mem_get(set->join_count + 1);
	int status = -1;

	if (clear_all(bench, err) < 0 || insert_rows(bench, page, example, bending, err) < 0)
		goto out;
	for (size_t v = 0; v < set->schema->view_count; v++)
		if (page->uses_view[v] && fill_view(bench, v, err) < 0)
			goto out;
	for (size_t j = 0; j < set->join_count; j++)
		if (page->uses_join[j] && fill_join(bench, j, example, done, err) < 0)
			goto out;
	status = 0;
out:
	free(done);
	return status;
}
