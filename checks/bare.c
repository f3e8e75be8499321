/* An empty schema without indexes, in which a statement is prepared to see what it reads. */

#include <ctype.h>

#include "checks/engine.h"

struct bare {
	sqlite3 *db;
	int *roots; /* root page to number: tables, then views, then join views; -1: none */
	size_t root_count;
};

/* What the authorizer is told. */
struct watch {
	const struct check_set *set;
	const struct words *words;
	struct trace *trace;
	char trouble[300];
};

/* What a page may call of SQLite's own. Date functions are not here: their 'now' cannot be seen. */
static const char *const own_functions[] = {
	"->", "->>", "abs", "avg", "char", "coalesce", "count", "dense_rank", "first_value", "format",
	"glob", "group_concat", "hex", "ifnull", "iif", "instr", "json", "json_array",
	"json_array_length", "json_extract", "json_group_array", "json_group_object", "json_insert",
	"json_object", "json_patch", "json_quote", "json_remove", "json_replace", "json_set", "json_type",
	"json_valid", "lag", "last_value", "lead", "length", "like", "lower", "ltrim", "max", "min",
	"nth_value", "ntile", "nullif", "percent_rank", "printf", "quote", "rank", "replace", "round",
	"row_number", "rtrim", "sign", "substr", "substring", "sum", "total", "trim", "typeof",
	"unicode", "upper",
};

static const char *const table_functions[] = { "json_each", "json_tree" };

static bool
in_list(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(list[i], name) == 0)
			return true;
	return false;
}

static int
allow_function(struct watch *watch, const char *name)
{
	for (size_t i = 0; i < function_count; i++)
		if (strcasecmp(functions[i].name, name) == 0) {
			watch->trace->calls[i] = true;
			return SQLITE_OK;
		}
	if (in_list(own_functions, COUNT(own_functions), name))
		return SQLITE_OK;
	snprintf(watch->trouble, sizeof(watch->trouble),
		 "a page may not call %s(); see plumbline functions%s", name,
		 strstr(name, "date") != NULL || strstr(name, "time") != NULL ||
				 strcmp(name, "julianday") == 0 || strcmp(name, "unixepoch") == 0 ?
			 ", and days_since() and scan_time() for time" :
			 "");
	return SQLITE_DENY;
}

static int
join_find(const struct check_set *set, const char *name)
{
	for (size_t i = 0; i < set->join_count; i++)
		if (strcasecmp(set->joins[i].id, name) == 0)
			return (int)i;
	return -1;
}

static int
deny_read(struct watch *watch, const char *table)
{
	snprintf(watch->trouble, sizeof(watch->trouble),
		 "a page may not read %s: only evidence has a lineage", table);
	return SQLITE_DENY;
}

static int
allow_read(struct watch *watch, const char *table, const char *column)
{
	const struct schema *schema = watch->set->schema;
	struct trace *trace = watch->trace;
	char lower[128];
	int at;

	/* A table of which only the rows are read is named as the query writes it. */
	for (at = 0; at < (int)sizeof(lower) - 1 && table[at] != '\0'; at++)
		lower[at] = (char)tolower((unsigned char)table[at]);
	lower[at] = '\0';
	table = lower;
	at = schema_find_table(schema, table);
	if (strcmp(column, "ROWID") == 0) {
		snprintf(watch->trouble, sizeof(watch->trouble),
			 "a page may not read rowid: it has no lineage");
		return SQLITE_DENY;
	}
	if (at >= 0) {
		reads_add(&trace->reads, at,
			  schema_find_column(&schema->tables[at], column));
		return SQLITE_OK;
	}
	at = schema_find_view(schema, table);
	if (at >= 0) {
		trace->views[at] = true;
		/* Told apart from tables by the number behind the last of them. */
		reads_add(&trace->reads, (int)schema->table_count + at,
			  view_find_column(&schema->views[at], column));
		return SQLITE_OK;
	}
	at = join_find(watch->set, table);
	if (at >= 0) {
		trace->joins[at] = true;
		return SQLITE_OK;
	}
	if (in_list(table_functions, COUNT(table_functions), table) ||
	    in_list((const char *const *)watch->words->ctes, watch->words->cte_count, table))
		return SQLITE_OK;
	return deny_read(watch, table);
}

static int
authorize(void *arg, int action, const char *a, const char *b, const char *database,
	  const char *inner)
{
	struct watch *watch = arg;

	(void)database;
	(void)inner;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return allow_read(watch, a, b != NULL ? b : "");
	case SQLITE_FUNCTION:
		return allow_function(watch, b != NULL ? b : "");
	default:
		snprintf(watch->trouble, sizeof(watch->trouble), "a page may only SELECT");
		return SQLITE_DENY;
	}
}

/* Notes the root page of a table just made. */
static int
note_root(struct bare *bare, const char *name, int number, struct err *err)
{
	sqlite3_stmt *statement =
		db_prepare(bare->db, err, "SELECT rootpage FROM sqlite_schema WHERE name = ?1");
	size_t root;

	if (statement == NULL)
		return -1;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	root = sqlite3_step(statement) == SQLITE_ROW ? (size_t)sqlite3_column_int(statement, 0) :
						       0;
	sqlite3_finalize(statement);
	if (root >= bare->root_count) {
		size_t count = root * 2 + 16;

		bare->roots = mem_grow(bare->roots, count, sizeof(*bare->roots));
		while (bare->root_count < count)
			bare->roots[bare->root_count++] = -1;
	}
	bare->roots[root] = number;
	return 0;
}

static int
note_roots(struct check_set *set, struct err *err)
{
	struct bare *bare = set->bare;
	sqlite3_stmt *statement =
		db_prepare(bare->db, err, "SELECT name, rootpage FROM sqlite_schema");

	if (statement == NULL)
		return -1;
	bare->root_count = set->schema->table_count + set->schema->view_count + 64;
	bare->roots = mem_get(bare->root_count * sizeof(*bare->roots));
	for (size_t i = 0; i < bare->root_count; i++)
		bare->roots[i] = -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		size_t root = (size_t)sqlite3_column_int(statement, 1);
		int at = schema_find_table(set->schema, name);

		if (at < 0)
			at = (int)set->schema->table_count + schema_find_view(set->schema, name);
		if (root < bare->root_count)
			bare->roots[root] = at;
	}
	sqlite3_finalize(statement);
	return 0;
}

static char *
schema_sql(const struct check_set *set)
{
	const struct schema *schema = set->schema;
	struct buf sql = { 0 };

	buf_text(&sql, "BEGIN;");
	for (size_t i = 0; i < schema->table_count; i++) {
		buf_print(&sql, "CREATE TABLE \"%s\"(", schema->tables[i].name);
		for (size_t j = 0; j < schema->tables[i].column_count; j++)
			buf_print(&sql, "%s\"%s\"", j > 0 ? "," : "",
				  schema->tables[i].columns[j].name);
		buf_text(&sql, ");");
	}
	for (size_t i = 0; i < schema->view_count; i++) {
		buf_print(&sql, "CREATE TABLE \"%s\"(", schema->views[i].name);
		for (size_t j = 0; j < schema->views[i].column_count; j++)
			buf_print(&sql, "%s\"%s\"", j > 0 ? "," : "", schema->views[i].columns[j]);
		buf_text(&sql, ");");
	}
	buf_text(&sql, "COMMIT;");
	return buf_take(&sql);
}

int
bare_open(struct check_set *set, struct err *err)
{
	struct bare *bare = mem_get(sizeof(*bare));
	char *sql = schema_sql(set);
	int status = -1;

	set->bare = bare;
	reads_open(set);
	if (sqlite3_open(":memory:", &bare->db) != SQLITE_OK) {
		err_set(err, "cannot open a database in memory");
		goto out;
	}
	sqlite3_db_config(bare->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(bare->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	/* A table function's first use would be refused by an authorizer. */
	if (functions_register(bare->db, 0, err) < 0 ||
	    db_run(bare->db, err, "SELECT 1 FROM json_each('[]'); SELECT 1 FROM json_tree('[]')") < 0 ||
	    db_run(bare->db, err, sql) < 0 || note_roots(set, err) < 0)
		goto out;
	status = 0;
out:
	free(sql);
	return status;
}

void
bare_close(struct check_set *set)
{
	struct bare *bare = set->bare;

	if (bare == NULL)
		return;
	reads_close(set);
	free(bare->roots);
	sqlite3_close(bare->db);
	free(bare);
	set->bare = NULL;
}

int
bare_add_join(struct check_set *set, size_t join, struct err *err)
{
	char *sql = join_create_sql(&set->joins[join], "");
	int status = db_run(set->bare->db, err, sql);

	free(sql);
	if (status < 0)
		return -1;
	return note_root(set->bare, set->joins[join].id,
			 (int)(set->schema->table_count + set->schema->view_count + join), err);
}

static int
line_of_error(sqlite3 *db, const char *sql, int line)
{
	int offset = sqlite3_error_offset(db);

	for (int i = 0; i < offset && sql[i] != '\0'; i++)
		line += sql[i] == '\n';
	return line;
}

/* Tables that every evidence file has, which a page may not read. */
static bool
is_fixed_table(const char *name)
{
	static const char *const fixed[] = {
		"api_call", "attestation", "call_subject", "check_page", "control", "control_check",
		"coverage", "exception", "finding", "finding_call", "framework", "known_gap",
		"not_asked", "refused", "scan", "secret_mark",
	};

	return in_list(fixed, COUNT(fixed), name);
}

static int
fail_prepare(struct check_set *set, const struct page *page, const struct watch *watch,
	     const char *sql, int line, struct err *err)
{
	const struct schema *schema = set->schema;
	const char *message = sqlite3_errmsg(set->bare->db), *missing = NULL, *near = NULL;
	const char **names;
	size_t count = 0;

	line = line_of_error(set->bare->db, sql, line);
	if (watch->trouble[0] != '\0')
		return page_fail(page, line, err, "%s", watch->trouble);
	if (text_starts(message, "no such table: "))
		missing = message + strlen("no such table: ");
	if (missing == NULL)
		return page_fail(page, line, err, "%s", message);
	if (is_fixed_table(missing))
		return page_fail(page, line, err,
				 "a page may not read %s: only evidence has a lineage", missing);
	names = mem_get((schema->table_count + schema->view_count + set->join_count + 1) *
			sizeof(*names));
	for (size_t i = 0; i < schema->table_count; i++)
		names[count++] = schema->tables[i].name;
	for (size_t i = 0; i < schema->view_count; i++)
		names[count++] = schema->views[i].name;
	for (size_t i = 0; i < set->join_count; i++)
		names[count++] = set->joins[i].id;
	near = name_nearest(missing, names, count);
	free(names);
	return page_fail(page, line, err, "no table or view is called %s%s%s%s", missing,
			 near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			 near != NULL ? "?" : "");
}

static int
check_words(struct check_set *set, const struct page *page, const struct words *words, int line,
	    struct err *err)
{
	if (words->refused[0] != '\0')
		return page_fail(page, line + words->line, err,
				 "the word %s would blur what is read: write JOIN or LEFT JOIN … ON",
				 words->refused);
	for (size_t i = 0; i < words->cte_count; i++) {
		const char *name = words->ctes[i];

		if (schema_find_table(set->schema, name) >= 0 ||
		    schema_find_view(set->schema, name) >= 0 || join_find(set, name) >= 0)
			return page_fail(page, line, err,
					 "WITH %s: there is a table or view of that name; choose another",
					 name);
		if (in_list(table_functions, COUNT(table_functions), name))
			return page_fail(page, line, err, "WITH %s: choose another name", name);
	}
	return 0;
}

/* Counts the cursors that the statement opens on each table: the authorizer knows no aliases. */
static int
count_cursors(struct check_set *set, const char *sql, struct trace *trace, struct err *err)
{
	struct bare *bare = set->bare;
	char *text = mem_print("EXPLAIN %s", sql);
	sqlite3_stmt *statement = db_prepare(bare->db, err, text);

	free(text);
	if (statement == NULL)
		return -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		size_t root = (size_t)sqlite3_column_int(statement, 3);

		if (strcmp((const char *)sqlite3_column_text(statement, 1), "OpenRead") == 0 &&
		    root < bare->root_count && bare->roots[root] >= 0)
			trace->opened[bare->roots[root]]++;
	}
	sqlite3_finalize(statement);
	return 0;
}

static void
watch_off(struct bare *bare)
{
	sqlite3_set_authorizer(bare->db, NULL, NULL);
}

/* Reads of views become reads of their arms' tables. */
static int
expand_views(struct check_set *set, struct trace *trace, struct err *err)
{
	struct reads plain = { 0 };
	size_t tables = set->schema->table_count;
	int status = 0;

	for (size_t i = 0; i < trace->reads.count && status == 0; i++) {
		struct read read = trace->reads.list[i];

		if ((size_t)read.table < tables) {
			reads_add(&plain, read.table, read.column);
			continue;
		}
		status = bare_view_reads(set, read.table - (int)tables, -1, &plain, err);
		if (status == 0 && read.column >= 0)
			status = bare_view_reads(set, read.table - (int)tables, read.column, &plain,
						 err);
	}
	for (size_t i = 0; i < set->join_count && status == 0; i++)
		if (trace->joins[i])
			reads_append(&plain, &set->joins[i].reads);
	free(trace->reads.list);
	trace->reads = plain;
	return status;
}

/* The engine's second look: what the program opens must have been seen by the authorizer. */
static int
check_seen(struct check_set *set, const struct page *page, const struct trace *trace, int line,
	   struct err *err)
{
	for (size_t i = 0; i < set->schema->table_count; i++)
		if (trace->opened[i] > 0 && !reads_have(&trace->reads, (int)i))
			return page_fail(page, line, err, "cannot see what is read of %s; write it plainly",
					 set->schema->tables[i].name);
	return 0;
}

int
bare_trace(struct check_set *set, const struct page *page, const char *sql, int line,
	   struct trace *trace, struct err *err)
{
	struct words words = { 0 };
	struct watch watch = { .set = set, .words = &words, .trace = trace };
	const char *tail = NULL;
	int status = -1;

	words_read(&words, sql);
	if (trace->opened == NULL)
		trace->opened = mem_get((set->schema->table_count + set->schema->view_count +
					 set->join_count + 1) * sizeof(*trace->opened));
	if (check_words(set, page, &words, line, err) < 0)
		goto out;
	sqlite3_set_authorizer(set->bare->db, authorize, &watch);
	if (sqlite3_prepare_v2(set->bare->db, sql, -1, &trace->statement, &tail) != SQLITE_OK ||
	    trace->statement == NULL) {
		fail_prepare(set, page, &watch, sql, line, err);
		watch_off(set->bare);
		goto out;
	}
	watch_off(set->bare);
	while (isspace((unsigned char)*tail) || *tail == ';')
		tail++;
	if (*tail != '\0' && !text_starts(tail, "--")) {
		page_fail(page, line, err, "expected one statement");
		goto out;
	}
	if (count_cursors(set, sql, trace, err) < 0 || expand_views(set, trace, err) < 0 ||
	    check_seen(set, page, trace, line, err) < 0)
		goto out;
	status = 0;
out:
	words_free(&words);
	return status;
}

void
trace_clear(struct trace *trace)
{
	sqlite3_finalize(trace->statement);
	free(trace->reads.list);
	free(trace->opened);
}

