/* Which operations reach a page's verdicts, and how: found by preparing the page, never written down. */

#include "checks/engine.h"

bool
operation_under(const struct schema *schema, int operation, int above)
{
	for (; operation >= 0; operation = schema->operations[operation].parent)
		if (operation == above)
			return true;
	return false;
}

bool
table_is_own(const struct schema *schema, const struct page *page, int table)
{
	for (; table >= 0; table = schema->tables[table].of)
		if (page->arms[table])
			return true;
	return false;
}

static void
mark_chain(const struct schema *schema, unsigned char *reach, int operation, unsigned flags)
{
	for (; operation >= 0; operation = schema->operations[operation].parent)
		reach[operation] |= (unsigned char)flags;
}

static int
operation_of(const struct schema *schema, struct read read)
{
	const struct schema_table *table = &schema->tables[read.table];

	return read.column >= 0 ? table->columns[read.column].operation : table->operation;
}

/* A table read twice is another table too: rows then see each other. */
static bool
reads_itself(const struct check_set *set, const struct page *page, const struct trace *trace)
{
	size_t tables = set->schema->table_count, views = set->schema->view_count;

	if (page->table >= 0 && trace->opened[page->table] > 1)
		return true;
	if (page->view >= 0 && trace->opened[tables + (size_t)page->view] > 1)
		return true;
	for (size_t i = 0; page->view >= 0 && i < tables; i++)
		if (page->arms[i] && trace->opened[i] > 0)
			return true;
	for (size_t i = 0; i < views; i++) {
		const struct schema_view *view = &set->schema->views[i];

		for (size_t j = 0; trace->views[i] && (int)i != page->view && j < view->arm_count;
		     j++)
			if (page->arms[schema_find_table(set->schema, view->arms[j].table)])
				return true;
	}
	for (size_t i = 0; i < set->join_count; i++)
		for (size_t j = 0; trace->joins[i] && j < set->joins[i].reads.count; j++)
			if (page->arms[set->joins[i].reads.list[j].table])
				return true;
	return false;
}

static void
mark_reach(const struct check_set *set, struct page *page, bool twice)
{
	const struct schema *schema = set->schema;

	for (size_t i = 0; i < page->reads.count; i++) {
		struct read read = page->reads.list[i];
		unsigned flags = table_is_own(schema, page, read.table) ? REACH_OWN : REACH_OTHER;

		if (twice && page->arms[read.table])
			flags |= REACH_OTHER;
		mark_chain(schema, page->reach, schema->tables[read.table].operation, flags);
		mark_chain(schema, page->reach, operation_of(schema, read), flags);
		page->reach[schema->tables[read.table].operation] |= REACH_WANTED;
		page->reach[operation_of(schema, read)] |= REACH_WANTED;
	}
	for (size_t i = 0; i < page->applies_reads.count; i++) {
		struct read read = page->applies_reads.list[i];

		mark_chain(schema, page->reach, schema->tables[read.table].operation,
			   REACH_OWN | REACH_APPLIES);
		mark_chain(schema, page->reach, operation_of(schema, read),
			   REACH_OWN | REACH_APPLIES);
		page->reach[operation_of(schema, read)] |= REACH_WANTED;
	}
	for (size_t i = 0; i < schema->table_count; i++)
		if (page->arms[i]) {
			mark_chain(schema, page->reach, schema->tables[i].operation, REACH_LIST);
			page->reach[schema->tables[i].operation] |= REACH_WANTED;
		}
}

static void
want_reads(const struct schema *schema, struct page *page, const struct reads *reads)
{
	for (size_t i = 0; i < reads->count; i++)
		page->reach[operation_of(schema, reads->list[i])] |= REACH_WANTED;
}

/* Fetched, but nothing is in doubt for it: what fixes fill in, and the tags that exceptions select by. Returns whether
 * there is such a column, or -1. */
int
want_column(struct check_set *set, struct page *page, const char *name, struct err *err)
{
	struct reads reads = { 0 };
	int column;

	if (page->table >= 0) {
		column = schema_find_column(&set->schema->tables[page->table], name);
		if (column >= 0)
			reads_add(&reads, page->table, column);
	} else {
		column = view_find_column(&set->schema->views[page->view], name);
		if (column >= 0 && bare_view_reads(set, page->view, column, &reads, err) < 0)
			return -1;
	}
	want_reads(set->schema, page, &reads);
	free(reads.list);
	return column >= 0;
}

static int
find_resource(struct check_set *set, struct page *page, struct err *err)
{
	const struct schema *schema = set->schema;
	const char **names, *near;
	size_t count = 0;

	page->arms = mem_get(schema->table_count + 1);
	page->reach = mem_get(schema->operation_count + 1);
	page->table = schema_find_table(schema, page->resource);
	page->view = schema_find_view(schema, page->resource);
	if (page->table >= 0) {
		page->view = -1;
		page->arms[page->table] = true;
		return 0;
	}
	if (page->view >= 0) {
		const struct schema_view *view = &schema->views[page->view];

		for (size_t i = 0; i < view->arm_count; i++)
			page->arms[schema_find_table(schema, view->arms[i].table)] = true;
		return 0;
	}
	names = mem_get((schema->table_count + schema->view_count + 1) * sizeof(*names));
	for (size_t i = 0; i < schema->table_count; i++)
		names[count++] = schema->tables[i].name;
	for (size_t i = 0; i < schema->view_count; i++)
		names[count++] = schema->views[i].name;
	near = name_nearest(page->resource, names, count);
	free(names);
	return page_fail(page, 2, err, "resource: no table or view is called %s%s%s%s",
			 page->resource, near != NULL ? "; did you mean " : "",
			 near != NULL ? near : "", near != NULL ? "?" : "");
}

/* The result's columns: arn, verdict, observed, and reason and through where needed. */
static int
check_result(struct page *page, sqlite3_stmt *statement, struct err *err)
{
	static const char *const known[] = { "arn", "verdict", "observed", "reason", "through" };
	int seen[COUNT(known)] = { 0 };

	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);
		size_t j = 0;

		while (j < COUNT(known) && strcmp(name, known[j]) != 0)
			j++;
		if (j == COUNT(known))
			return page_fail(page, page->sql_line, err,
					 "expected the columns arn, verdict, observed, and where "
					 "needed reason and through, not %s", name);
		seen[j]++;
	}
	for (size_t j = 0; j < COUNT(known); j++)
		if (seen[j] > 1 || (j < 3 && seen[j] == 0))
			return page_fail(page, page->sql_line, err, "%s column %s",
					 seen[j] > 1 ? "a second" : "expected a", known[j]);
	page->has_through = seen[4] > 0;
	return 0;
}

/* Marks the parameters that a statement names; one that the page does not declare is an error. */
static int
check_parameters(const struct page *page, sqlite3_stmt *statement, int line, json_t *used,
		 struct err *err)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);

		if (name == NULL || name[0] != ':')
			return page_fail(page, line, err, "write parameters as :name");
		if (json_object_get(page->defaults, name + 1) == NULL)
			return page_fail(page, line, err,
					 "%s is no parameter that the front matter declares", name);
		json_object_set_new(used, name + 1, json_true());
	}
	return 0;
}

static int
check_used(const struct page *page, const json_t *used, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(page->defaults, name, value)
		if (json_object_get(used, name) == NULL)
			return page_fail(page, 2, err,
					 "the parameter %s is declared and never used", name);
	return 0;
}

static int
trace_applies(struct check_set *set, struct page *page, json_t *used, struct err *err)
{
	struct trace trace = { .views = page->uses_view, .joins = page->uses_join,
			       .calls = page->calls };
	char *sql;
	int status = -1;

	if (page->applies == NULL)
		return 0;
	sql = mem_print("SELECT arn, (%s\n) FROM \"%s\"", page->applies, page->resource);
	if (bare_trace(set, page, sql, page->applies_line, &trace, err) < 0 ||
	    check_parameters(page, trace.statement, page->applies_line, used, err) < 0)
		goto out;
	if (sqlite3_column_count(trace.statement) != 2) {
		page_fail(page, page->applies_line, err, "applies: expected one expression");
		goto out;
	}
	for (size_t i = 0; i < trace.reads.count; i++)
		if (!page->arms[trace.reads.list[i].table]) {
			page_fail(page, page->applies_line, err,
				  "applies: may read the resource's own row only, not %s",
				  set->schema->tables[trace.reads.list[i].table].name);
			goto out;
		}
	page->applies_reads = trace.reads;
	trace.reads = (struct reads){ 0 };
	status = 0;
out:
	free(sql);
	trace_clear(&trace);
	return status;
}

static void
prepare_marks(const struct check_set *set, struct page *page)
{
	page->uses_view = mem_get(set->schema->view_count + 1);
	page->uses_join = mem_get(set->join_count + 1);
	page->calls = mem_get(function_count + 1);
}

/* Join views that the text names are prepared first, and they theirs. */
static int
prepare_joins(struct check_set *set, struct page *page, struct err *err)
{
	struct words words = { 0 };
	int status = 0;

	words_read(&words, page->sql);
	for (size_t i = 0; i < set->join_count && status == 0; i++)
		for (size_t j = 0; j < words.name_count && status == 0; j++)
			if (strcmp(words.names[j], set->joins[i].id) == 0) {
				status = lineage_prepare_join(set, i, err);
				break;
			}
	words_free(&words);
	return status;
}

/* What a page uses through join views, it uses. */
static void
inherit_uses(const struct check_set *set, struct page *page)
{
	for (size_t i = 0; i < set->join_count; i++) {
		const struct page *join = &set->joins[i];

		if (!page->uses_join[i] || join == page)
			continue;
		for (size_t j = 0; j < set->schema->view_count; j++)
			page->uses_view[j] |= join->uses_view[j];
		for (size_t j = 0; j < set->join_count; j++)
			page->uses_join[j] |= join->uses_join[j];
		for (size_t j = 0; j < function_count; j++)
			page->calls[j] |= join->calls[j];
	}
}

int
lineage_prepare_join(struct check_set *set, size_t index, struct err *err)
{
	struct page *join = &set->joins[index];
	struct trace trace = { 0 };
	int status = -1;

	if (join->prepared == 2)
		return 0;
	if (join->prepared == 1)
		return page_fail(join, 1, err, "the view reads itself");
	join->prepared = 1;
	if (page_parse(join, err) < 0)
		return -1;
	prepare_marks(set, join);
	if (prepare_joins(set, join, err) < 0)
		return -1;
	trace.views = join->uses_view;
	trace.joins = join->uses_join;
	trace.calls = join->calls;
	if (bare_trace(set, join, join->sql, join->sql_line, &trace, err) < 0)
		goto out;
	if (sqlite3_bind_parameter_count(trace.statement) > 0) {
		page_fail(join, join->sql_line, err, "a view takes no parameters");
		goto out;
	}
	join->reads = trace.reads;
	trace.reads = (struct reads){ 0 };
	join->column_count = (size_t)sqlite3_column_count(trace.statement);
	join->columns = mem_get((join->column_count + 1) * sizeof(*join->columns));
	join->types = mem_get((join->column_count + 1) * sizeof(*join->types));
	for (int i = 0; i < (int)join->column_count; i++) {
		const char *table = sqlite3_column_table_name(trace.statement, i);
		const char *column = sqlite3_column_origin_name(trace.statement, i);

		join->columns[i] = mem_text(sqlite3_column_name(trace.statement, i));
		join->types[i] = mem_text(column_affinity(set, table, column));
	}
	inherit_uses(set, join);
	status = bare_add_join(set, index, err);
	join->prepared = 2;
out:
	trace_clear(&trace);
	return status;
}

static int
trace_query(struct check_set *set, struct page *page, json_t *used, struct err *err)
{
	struct trace trace = { .views = page->uses_view, .joins = page->uses_join,
			       .calls = page->calls };
	int status = -1;

	if (bare_trace(set, page, page->sql, page->sql_line, &trace, err) < 0 ||
	    check_result(page, trace.statement, err) < 0 ||
	    check_parameters(page, trace.statement, page->sql_line, used, err) < 0)
		goto out;
	page->reads = trace.reads;
	trace.reads = (struct reads){ 0 };
	mark_reach(set, page, reads_itself(set, page, &trace));
	status = 0;
out:
	trace_clear(&trace);
	return status;
}

int
lineage_prepare(struct check_set *set, struct page *page, struct err *err)
{
	json_t *used = json_object();
	int status = -1;

	if (page->prepared == 2)
		goto done;
	if (page_parse(page, err) < 0 || find_resource(set, page, err) < 0)
		goto out;
	prepare_marks(set, page);
	if (prepare_joins(set, page, err) < 0 || trace_applies(set, page, used, err) < 0 ||
	    trace_query(set, page, used, err) < 0 || check_used(page, used, err) < 0 ||
	    want_placeholders(set, page, page->fix_sh, err) < 0 ||
	    want_placeholders(set, page, page->fix_hcl, err) < 0 ||
	    want_placeholders(set, page, page->fix_yaml, err) < 0 ||
	    want_column(set, page, "tags", err) < 0)
		goto out;
	if (page->view >= 0)
		page->uses_view[page->view] = true;
	inherit_uses(set, page);
	page->prepared = 2;
done:
	status = checks_page_parameters(set, page, err);
out:
	json_decref(used);
	return status;
}

static void
append_name(json_t *list, const char *a, const char *b)
{
	json_array_append_new(list, b != NULL ? json_sprintf("%s.%s", a, b) : json_string(a));
}

json_t *
lineage_json(const struct check_set *set, const struct page *page)
{
	const struct schema *schema = set->schema;
	json_t *columns = json_array(), *operations = json_array(), *views = json_object();
	json_t *actions = json_object();

	for (size_t i = 0; i < page->reads.count; i++) {
		struct read read = page->reads.list[i];
		const struct schema_table *table = &schema->tables[read.table];

		if (read.column >= 0)
			append_name(columns, table->name, table->columns[read.column].name);
	}
	for (size_t i = 0; i < page->applies_reads.count; i++) {
		struct read read = page->applies_reads.list[i];
		const struct schema_table *table = &schema->tables[read.table];

		if (read.column >= 0)
			append_name(columns, table->name, table->columns[read.column].name);
	}
	for (size_t i = 0; i < schema->operation_count; i++)
		if (page->reach[i] & REACH_DOUBT) {
			append_name(operations, schema->operations[i].name, NULL);
			json_object_set_new(actions, schema->operations[i].name,
					    json_string(schema->operations[i].actions));
		}
	for (size_t i = 0; i < set->join_count; i++)
		if (page->uses_join[i])
			json_object_set_new(views, set->joins[i].id,
					    json_string(set->joins[i].sql));
	return json_pack("{s:o,s:o,s:o,s:o}", "actions", actions, "columns", columns,
			 "operations", operations, "views", views);
}
