/* Creates the tables and views of a schema. */

#include "store/layout.h"

/* Smaller tables are read whole as quickly as an index is made. */
enum { WORTH_INDEXING = 8 };

/* By enum column_type. */
static const char *const type_names[] = { "TEXT", "INTEGER", "REAL", "INTEGER", "TEXT", "TEXT", "TEXT" };

static void
print_table(struct buf *sql, const struct schema_table *table)
{
	buf_print(sql, "CREATE TABLE %s(", table->name);
	for (size_t i = 0; i < table->column_count; i++)
		buf_print(sql, "%s\"%s\" %s", i > 0 ? ", " : "", table->columns[i].name,
			  type_names[table->columns[i].type]);
	buf_text(sql, ") STRICT;\n");
}

/* The expression that an arm gives for a view's column, NULL where it has none. */
static char *
arm_expression(const struct schema *schema, const struct arm *arm, const char *column)
{
	const char *at = arm->columns != NULL ? arm->columns : "";
	size_t len = strlen(column);
	int table = schema_find_table(schema, arm->table);

	while (*at != '\0') {
		const char *end;

		at += strspn(at, ", ");
		end = at;
		for (int depth = 0; *end != '\0' && (*end != ',' || depth > 0); end++)
			depth += (*end == '(') - (*end == ')');
		if (strncmp(at, column, len) == 0 && at[len] == '=')
			return mem_text_n(at + len + 1, (size_t)(end - at) - len - 1);
		at = end;
	}
	if (schema_find_column(&schema->tables[table], column) >= 0)
		return mem_print("\"%s\"", column);
	return mem_text("NULL");
}

static void
print_view(struct buf *sql, const struct schema *schema, const struct schema_view *view)
{
	buf_print(sql, "CREATE VIEW %s(", view->name);
	for (size_t i = 0; i < view->column_count; i++)
		buf_print(sql, "%s\"%s\"", i > 0 ? ", " : "", view->columns[i]);
	buf_text(sql, ") AS ");
	for (size_t i = 0; i < view->arm_count; i++) {
		const struct arm *arm = &view->arms[i];

		buf_text(sql, i > 0 ? " UNION ALL SELECT " : "SELECT ");
		for (size_t j = 0; j < view->column_count; j++) {
			char *text = arm_expression(schema, arm, view->columns[j]);

			buf_print(sql, "%s%s", j > 0 ? ", " : "", text);
			free(text);
		}
		buf_print(sql, " FROM %s", arm->table);
		if (arm->where != NULL)
			buf_print(sql, " WHERE %s", arm->where);
	}
	buf_text(sql, ";\n");
}

int
schema_index(const struct schema *schema, sqlite3 *db, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < schema->table_count && status == 0; i++) {
		const struct schema_table *table = &schema->tables[i];
		char *sql = mem_print("SELECT 1 FROM %s LIMIT 1 OFFSET %d", table->name,
				      WORTH_INDEXING);
		sqlite3_stmt *get = db_prepare(db, err, sql);
		bool is_large = get != NULL && sqlite3_step(get) == SQLITE_ROW;

		sqlite3_finalize(get);
		free(sql);
		if (get == NULL)
			return -1;
		if (!is_large)
			continue;
		sql = mem_print("CREATE INDEX IF NOT EXISTS %s_arn ON %s(%s)", table->name,
				table->name, table->of >= 0 ? "parent_arn" : "arn");
		status = db_run(db, err, sql);
		free(sql);
	}
	return status;
}

int
schema_create(const struct schema *schema, sqlite3 *db, bool with_indexes, struct err *err)
{
	struct buf sql = { 0 };
	int status;

	buf_text(&sql, layout_sql);
	if (with_indexes)
		buf_text(&sql, layout_indexes_sql);
	for (size_t i = 0; i < schema->table_count; i++)
		print_table(&sql, &schema->tables[i]);
	for (size_t i = 0; i < schema->view_count; i++)
		if (schema->views[i].arm_count > 0)
			print_view(&sql, schema, &schema->views[i]);
	status = db_run(db, err, sql.data);
	buf_free(&sql);
	return status;
}
