/* Lists of what is read, and what a union view's columns read of its arms. */

#include "checks/engine.h"

void
reads_open(struct check_set *set)
{
	set->view_reads = mem_get((set->schema->view_count + 1) * sizeof(*set->view_reads));
	set->view_known = mem_get((set->schema->view_count + 1) * sizeof(*set->view_known));
}

void
reads_close(struct check_set *set)
{
	for (size_t i = 0; i < set->schema->view_count; i++) {
		size_t columns = set->schema->views[i].column_count;

		for (size_t j = 0; set->view_reads[i] != NULL && j <= columns; j++)
			free(set->view_reads[i][j].list);
		free(set->view_reads[i]);
		free(set->view_known[i]);
	}
	free(set->view_reads);
	free(set->view_known);
}

void
reads_add(struct reads *reads, int table, int column)
{
	for (size_t i = 0; i < reads->count; i++)
		if (reads->list[i].table == table && reads->list[i].column == column)
			return;
	if (reads->count == reads->room) {
		reads->room = reads->room * 2 + 8;
		reads->list = mem_grow(reads->list, reads->room, sizeof(*reads->list));
	}
	reads->list[reads->count++] = (struct read){ table, column };
}

static void
reads_add_all(struct reads *reads, const struct reads *more)
{
	for (size_t i = 0; i < more->count; i++)
		reads_add(reads, more->list[i].table, more->list[i].column);
}

/* Arms of a view are tables of their own, mostly: no need to look for what is there already. */
void
reads_append(struct reads *reads, const struct reads *more)
{
	if (reads->count > 64 && more->count > 64) {
		size_t total = reads->count + more->count;

		if (total > reads->room) {
			reads->room = total * 2;
			reads->list = mem_grow(reads->list, reads->room, sizeof(*reads->list));
		}
		memcpy(reads->list + reads->count, more->list, more->count * sizeof(*more->list));
		reads->count = total;
		return;
	}
	reads_add_all(reads, more);
}

bool
reads_have(const struct reads *reads, int table)
{
	for (size_t i = 0; i < reads->count; i++)
		if (reads->list[i].table == table)
			return true;
	return false;
}

/* What an expression over a table reads. */
static int
expression_reads(struct check_set *set, const char *table, const char *expression,
		 struct reads *out, struct err *err)
{
	struct page from = { .file = (char *)table };
	struct trace trace = { 0 };
	char *sql = mem_print("SELECT (%s) FROM \"%s\"", expression, table);
	int status;

	trace.views = mem_get(set->schema->view_count + 1);
	trace.joins = mem_get(set->join_count + 1);
	trace.calls = mem_get(function_count + 1);
	status = bare_trace(set, &from, sql, 0, &trace, err);
	if (status == 0)
		reads_add_all(out, &trace.reads);
	free(trace.views);
	free(trace.joins);
	free(trace.calls);
	trace_clear(&trace);
	free(sql);
	return status;
}

static int
arm_reads(struct check_set *set, const struct arm *arm, const char *column, struct reads *out,
	  struct err *err)
{
	int table = schema_find_table(set->schema, arm->table), at, status = 0;
	char *text;
	size_t len;

	if (column == NULL) {
		reads_add(out, table, -1);
		return arm->where != NULL ?
			       expression_reads(set, arm->table, arm->where, out, err) :
			       0;
	}
	text = view_expression(set->schema, arm, column);
	len = strlen(text);
	if (len > 2 && text[0] == '"' && text[len - 1] == '"') {
		text[len - 1] = '\0';
		at = schema_find_column(&set->schema->tables[table], text + 1);
		reads_add(out, table, at);
	} else if (strcmp(text, "NULL") != 0 && text[0] != '\'') {
		status = expression_reads(set, arm->table, text, out, err);
	} else if (text[0] == '\'' && strchr(text + 1, '\'') != text + len - 1) {
		status = expression_reads(set, arm->table, text, out, err);
	}
	free(text);
	return status;
}

int
bare_view_reads(struct check_set *set, int view, int column, struct reads *out, struct err *err)
{
	const struct schema_view *from = &set->schema->views[view];
	struct reads *known;
	const char *name = column >= 0 ? from->columns[column] : NULL;

	if (set->view_reads[view] == NULL) {
		set->view_reads[view] = mem_get((from->column_count + 1) * sizeof(**set->view_reads));
		set->view_known[view] = mem_get(from->column_count + 1);
	}
	known = &set->view_reads[view][column + 1];
	for (size_t i = 0; i < from->arm_count && !set->view_known[view][column + 1]; i++)
		if (arm_reads(set, &from->arms[i], name, known, err) < 0)
			return -1;
	set->view_known[view][column + 1] = true;
	reads_append(out, known);
	return 0;
}
