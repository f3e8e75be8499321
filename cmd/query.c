/* query: SQL on an evidence file, or on any SQLite file, with the functions of the checks. */

#include "cmd/cmd.h"

static const char *const layouts[] = { "csv", "json", "table" };

/* The time of the file's scan, so that days_since() tells what it told then; else now. */
static int64_t
time_of(sqlite3 *db)
{
	sqlite3_stmt *get = NULL;
	int64_t when = time_now();

	if (sqlite3_prepare_v2(db, "SELECT started_at FROM scan", -1, &get, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(get) == SQLITE_ROW && sqlite3_column_text(get, 0) != NULL)
		time_read((const char *)sqlite3_column_text(get, 0), &when);
	sqlite3_finalize(get);
	return when;
}

/* Whether what follows the statement is another one: prepared, spaces and comments give none. */
static bool
more_follows(sqlite3 *db, const char *rest)
{
	sqlite3_stmt *next = NULL;
	bool more = false;

	while (!more && rest != NULL && *rest != '\0') {
		const char *at = rest;

		more = sqlite3_prepare_v2(db, at, -1, &next, &rest) != SQLITE_OK || next != NULL;
		sqlite3_finalize(next);
		next = NULL;
	}
	return more;
}

static bool
is_evidence(sqlite3 *db)
{
	sqlite3_stmt *get = NULL;
	bool found = sqlite3_prepare_v2(db, "SELECT 1 FROM scan, api_call", -1, &get,
					NULL) == SQLITE_OK;

	sqlite3_finalize(get);
	return found;
}

/* The views that pages share, where the file holds what they join. */
static int
add_views(sqlite3 *db, struct err *err)
{
	struct schema *schema;
	struct check_set *set = NULL;
	int status = -1;

	if (!is_evidence(db))
		return 0;
	schema = cmd_schema(err);
	if (schema != NULL)
		set = checks_load(schema, NULL, err);
	if (set != NULL)
		status = checks_name_views(set, db, err);
	checks_free(set);
	schema_free(schema);
	return status;
}

static int
print(sqlite3 *db, const char *sql, const char *layout, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	const char *rest = NULL;
	int status = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, &rest) != SQLITE_OK)
		return err_set(err, "the query cannot be run: %s", sqlite3_errmsg(db));
	if (statement == NULL)
		return err_set(err, "the query is empty");
	if (more_follows(db, rest))
		err_set(err, "query runs one statement, and after it comes: %.60s", rest);
	else if (!sqlite3_stmt_readonly(statement))
		err_set(err, "query only reads: this statement would write");
	else
		status = rows_print(statement, layout, stdout, err);
	sqlite3_finalize(statement);
	return status;
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *path = arguments_operand(arguments, 0);
	const char *layout = arguments_value(arguments, "format");
	sqlite3 *db = NULL;
	int status = -1;

	if (check_word("--format", layout, layouts, COUNT(layouts), err) < 0)
		return EXIT_USAGE;
	if (file_check_database(path, err) < 0)
		return -1;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		err_set(err, "cannot open %s: %s", path, sqlite3_errmsg(db));
	else if (functions_register(db, time_of(db), err) == 0 && add_views(db, err) == 0)
		status = print(db, arguments_operand(arguments, 1),
			       layout != NULL ? layout : "table", err);
	sqlite3_close(db);
	return status;
}

static const struct option options[] = {
	{ "format", "table|csv|json", "how rows are printed (default: table)", false },
};

static const struct operand operands[] = {
	{ "FILE", "an evidence file, or any SQLite file", false, false },
	{ "SQL", "the statement", false, false },
};

const struct command command_query = {
	.name = "query",
	.summary = "SQL on an evidence file",
	.about = "Opens FILE read-only and runs one statement on it. All functions of 'plumbline "
		 "functions' can be called; 'plumbline schema' lists tables and columns. In an evidence "
		 "file the views that checks share can be read too, as internet_path or principal_policy: "
		 "'plumbline checks guide' has them.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline query out/evidence.db \"SELECT verdict, count(*) FROM finding GROUP BY 1\"\n"
		    "plumbline query out/evidence.db \"SELECT name FROM s3_bucket\" --format json\n"
		    "plumbline query out/evidence.db \"SELECT interface_id, transport, first_port, outcome FROM internet_path WHERE is_open\"",
	.run = run,
};
