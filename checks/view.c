/* Union views and join views as tables: the stand-ins of the empty schema, and those that pages are judged on. */

#include "checks/engine.h"

static const char *const type_names[] = { "TEXT", "INTEGER", "REAL", "INTEGER", "TEXT", "TEXT", "TEXT" };

int
view_find_column(const struct schema_view *view, const char *name)
{
	for (size_t i = 0; i < view->column_count; i++)
		if (strcasecmp(view->columns[i], name) == 0)
			return (int)i;
	return -1;
}

/* Declarations separate "column=expression" pairs by commas; those in brackets or quotes do not count. */
static const char *
pair_end(const char *at)
{
	int depth = 0;
	bool quoted = false;

	for (; *at != '\0' && (*at != ',' || depth > 0 || quoted); at++) {
		if (*at == '\'')
			quoted = !quoted;
		if (!quoted)
			depth += (*at == '(') - (*at == ')');
	}
	return at;
}

char *
view_expression(const struct schema *schema, const struct arm *arm, const char *column)
{
	const char *at = arm->columns != NULL ? arm->columns : "", *end;
	size_t len = strlen(column);
	int table = schema_find_table(schema, arm->table);

	for (; *at != '\0'; at = end) {
		at += strspn(at, ", ");
		end = pair_end(at);
		if (strncmp(at, column, len) == 0 && at[len] == '=')
			return mem_text_n(at + len + 1, (size_t)(end - at) - len - 1);
	}
	if (table >= 0 && schema_find_column(&schema->tables[table], column) >= 0)
		return mem_print("\"%s\"", column);
	return mem_text("NULL");
}

/* The type of the first arm that has the column plainly, so that comparisons convert as they do on the table. */
static const char *
column_type(const struct schema *schema, const struct schema_view *view, const char *name)
{
	for (size_t i = 0; i < view->arm_count; i++) {
		int table = schema_find_table(schema, view->arms[i].table);
		int column = table >= 0 ? schema_find_column(&schema->tables[table], name) : -1;

		if (column >= 0)
			return type_names[schema->tables[table].columns[column].type];
	}
	return "";
}

const char *
column_affinity(const struct check_set *set, const char *table, const char *column)
{
	const struct schema *schema = set->schema;
	int at = table != NULL ? schema_find_table(schema, table) : -1, index;

	if (table == NULL || column == NULL)
		return "";
	if (at >= 0) {
		index = schema_find_column(&schema->tables[at], column);
		return index >= 0 ? type_names[schema->tables[at].columns[index].type] : "";
	}
	at = schema_find_view(schema, table);
	return at >= 0 ? column_type(schema, &schema->views[at], column) : "";
}

char *
view_create_sql(const struct check_set *set, int view, const char *into)
{
	const struct schema_view *from = &set->schema->views[view];
	struct buf sql = { 0 };

	buf_print(&sql, "CREATE TABLE %s\"%s\"(", into, from->name);
	for (size_t i = 0; i < from->column_count; i++)
		buf_print(&sql, "\"%s\" %s, ", from->columns[i],
			  column_type(set->schema, from, from->columns[i]));
	buf_text(&sql, "\"_table\" INTEGER)");
	return buf_take(&sql);
}

char *
join_create_sql(const struct page *join, const char *into)
{
	struct buf sql = { 0 };

	buf_print(&sql, "CREATE TABLE %s\"%s\"(", into, join->id);
	for (size_t i = 0; i < join->column_count; i++)
		buf_print(&sql, "%s\"%s\" %s", i > 0 ? ", " : "", join->columns[i],
			  join->types[i]);
	buf_text(&sql, ")");
	return buf_take(&sql);
}

char *
view_insert_sql(const struct check_set *set, int view, size_t arm, const char *into)
{
	const struct schema_view *from = &set->schema->views[view];
	const struct arm *row = &from->arms[arm];
	struct buf sql = { 0 };

	buf_print(&sql, "INSERT INTO %s\"%s\" SELECT ", into, from->name);
	for (size_t i = 0; i < from->column_count; i++) {
		char *text = view_expression(set->schema, row, from->columns[i]);

		buf_print(&sql, "%s, ", text);
		free(text);
	}
	buf_print(&sql, "%d FROM main.\"%s\"", schema_find_table(set->schema, row->table),
		  row->table);
	if (row->where != NULL)
		buf_print(&sql, " WHERE %s", row->where);
	return buf_take(&sql);
}

size_t
checks_view_count(const struct check_set *set)
{
	return set->join_count;
}

const char *
checks_view(const struct check_set *set, size_t index, const char **title)
{
	*title = set->joins[index].title;
	return set->joins[index].id;
}

int
checks_name_views(struct check_set *set, sqlite3 *db, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < set->join_count && status == 0; i++) {
		struct page *join = &set->joins[i];
		char *sql;

		if (page_parse(join, err) < 0)
			return -1;
		sql = mem_print("CREATE TEMP VIEW \"%s\" AS %s", join->id, join->sql);
		status = db_run(db, err, sql);
		free(sql);
	}
	return status;
}
