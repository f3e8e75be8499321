/* One row of an example's table: typed values, defaults, and what "!Operation Code" refuses. */

#include "checks/engine.h"

static const char example_account[] = "111122223333";
static const char example_region[] = "us-east-1";
static const char global[] = "aws-global";
/* Stands for an error code: the answer was read and did not hold this row. */
static const char known_gap[] = "KnownGap";

/* A row being read. */
struct filling {
	struct bench *bench;
	const struct page *page;
	struct arena *arena;
	const struct text_table *heads;
	const struct text_row *text;
	struct example *example;
	int table, view, join; /* where it goes; view: by way of, -1: none */
	struct cell *cells;
	size_t count;
	int verdict;
	struct {
		int operation;
		const char *code;
	} refused[8];
	size_t refused_count;
	bool dead; /* a refused list has no row */
};

static int
trouble(const struct filling *filling, const char *format, ...)
{
	char text[700];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return bench_trouble(filling->bench, filling->page, filling->text->line, "%s", text);
}

static bool
is_named(const struct schema *schema, int operation, const char *name)
{
	const struct schema_operation *row = &schema->operations[operation];

	return strcmp(row->name, name) == 0 || strcmp(row->operation, name) == 0;
}

/* The operation of that name in a chain, -1: none. */
static int
in_chain(const struct schema *schema, int operation, const char *name)
{
	for (; operation >= 0; operation = schema->operations[operation].parent)
		if (is_named(schema, operation, name))
			return operation;
	return -1;
}

/* The operation of that name which fills the column, the table's rows, or any column of the table. */
static int
find_in_table(const struct schema *schema, int table, int column, const char *name)
{
	const struct schema_table *row = &schema->tables[table];
	int found = column >= 0 ? in_chain(schema, row->columns[column].operation, name) : -1;

	return found >= 0 ? found : in_chain(schema, row->operation, name);
}

static int
find_in_join(const struct check_set *set, const struct page *join, const char *name)
{
	const struct schema *schema = set->schema;
	int found = -1;

	for (size_t i = 0; i < join->reads.count && found < 0; i++)
		found = find_in_table(schema, join->reads.list[i].table, join->reads.list[i].column,
				      name);
	return found;
}

static int
add_refused(struct filling *filling, int column, const char *text)
{
	const struct schema *schema = filling->bench->set->schema;
	size_t len = strcspn(text + 1, " ");
	char *name = arena_text_n(filling->arena, text + 1, len);
	const char *code = text + 1 + len + strspn(text + 1 + len, " ");
	int found = filling->table >= 0 ?
			    find_in_table(schema, filling->table, column, name) :
			    find_in_join(filling->bench->set,
					 &filling->bench->set->joins[filling->join], name);

	if (found < 0)
		return trouble(filling, "%s does not fill this column or the rows of its table; write "
			       "service:%s if it is ambiguous", name, name);
	if (code[0] == '\0')
		return trouble(filling, "expected an error code: \"!%s AccessDenied\"", name);
	if (filling->refused_count == COUNT(filling->refused))
		return trouble(filling, "too many refusals in one row");
	filling->refused[filling->refused_count].operation = found;
	filling->refused[filling->refused_count++].code = code;
	if (filling->table < 0)
		filling->dead = true;
	else
		filling->dead |= operation_under(schema, schema->tables[filling->table].operation, found);
	return 0;
}

/* The physical column behind a head; -1: none. */
static int
find_column(const struct filling *filling, const char *head)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct schema_table *table = &schema->tables[filling->table];
	const struct schema_view *view;
	int found = -1;

	for (size_t a = 0; filling->view >= 0 && a < schema->views[filling->view].arm_count; a++) {
		char *text, *inner;

		view = &schema->views[filling->view];
		if (strcmp(view->arms[a].table, table->name) != 0 ||
		    view_find_column(view, head) < 0)
			continue;
		text = view_expression(schema, &view->arms[a], head);
		inner = text[0] == '"' ? text + 1 : text;
		inner[strcspn(inner, "\"")] = '\0';
		found = schema_find_column(table, inner);
		free(text);
		if (found >= 0)
			return found;
	}
	return schema_find_column(table, head);
}

static int
find_join_column(const struct page *join, const char *head)
{
	for (size_t i = 0; i < join->column_count; i++)
		if (strcmp(join->columns[i], head) == 0)
			return (int)i;
	return -1;
}

static enum column_type
join_type(const char *type, const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return BOOL;
	if (strcmp(type, "INTEGER") == 0)
		return INTEGER;
	if (strcmp(type, "TEXT") != 0 && text[0] != '\0' &&
	    strspn(text, "0123456789") == strlen(text))
		return INTEGER; /* an expression's value has no declared type */
	return TEXT;
}

static int
take_cell(struct filling *filling, const char *head, const char *text)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct page *join = filling->join >= 0 ? &filling->bench->set->joins[filling->join] :
						       NULL;
	int column = join != NULL ? find_join_column(join, head) : find_column(filling, head);

	if (column < 0 && filling->view >= 0 &&
	    (text[0] == '\0' ||
	     view_find_column(&schema->views[filling->view], head) >= 0))
		return 0; /* another arm's column, or one that the view itself gives */
	if (column < 0)
		return trouble(filling, "%s has no column %s",
			       join != NULL ? join->id : schema->tables[filling->table].name, head);
	if (text[0] == '!')
		return add_refused(filling, column, text);
	return cell_value(filling->bench, filling->page, filling->text->line,
			  join != NULL ? join_type(join->types[column], text) :
					 schema->tables[filling->table].columns[column].type,
			  text, &filling->cells[column]);
}

/* The arm of a view that a row goes to: as its cell `table` says, or by the operation refused there. */
static int
find_arm(struct filling *filling)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct schema_view *view = &schema->views[filling->view];
	const char *given = "", *refused = NULL;

	for (size_t i = 1; i < filling->heads->head_count; i++) {
		const char *text = filling->text->cells[i];

		if (strcmp(filling->heads->heads[i], "table") == 0)
			given = text;
		if (text[0] == '!' && refused == NULL)
			refused = text + 1;
	}
	for (size_t a = 0; a < view->arm_count; a++) {
		int table = schema_find_table(schema, view->arms[a].table);
		char *name = refused != NULL ? mem_text_n(refused, strcspn(refused, " ")) : NULL;
		bool is_it = strcmp(given, view->arms[a].table) == 0;

		if (!is_it && name != NULL && (given[0] == '!' || given[0] == '\0'))
			is_it = in_chain(schema, schema->tables[table].operation, name) >= 0;
		free(name);
		if (is_it) {
			filling->table = table;
			return 0;
		}
	}
	return trouble(filling, "%s: expected a column \"table\" with the name of one of its tables",
		       view->name);
}

static int
find_place(struct filling *filling, const char *name)
{
	const struct check_set *set = filling->bench->set;

	filling->join = -1;
	filling->view = -1;
	filling->table = schema_find_table(set->schema, name);
	if (filling->table >= 0)
		return 0;
	filling->view = schema_find_view(set->schema, name);
	if (filling->view >= 0)
		return find_arm(filling);
	for (size_t i = 0; i < set->join_count; i++)
		if (strcmp(set->joins[i].id, name) == 0) {
			if (set->joins[i].prepared != 2)
				return trouble(filling, "%s is filled but the page does not read it",
					       name);
			filling->join = (int)i;
			filling->example->fills_join[i] = true;
			return 0;
		}
	return trouble(filling, "no table or view is called %s", name);
}

static const char *
cell_text(const struct filling *filling, const char *name)
{
	int column = filling->table >= 0 ?
			     schema_find_column(
				     &filling->bench->set->schema->tables[filling->table], name) :
			     find_join_column(&filling->bench->set->joins[filling->join], name);

	if (column < 0 || filling->cells[column].kind != CELL_TEXT)
		return NULL;
	return filling->cells[column].text;
}

static void
set_default(struct filling *filling, const char *name, const char *text)
{
	int column = filling->table >= 0 ?
			     schema_find_column(
				     &filling->bench->set->schema->tables[filling->table], name) :
			     find_join_column(&filling->bench->set->joins[filling->join], name);

	if (column >= 0 && filling->cells[column].kind == CELL_NULL)
		filling->cells[column] = (struct cell){ .kind = CELL_TEXT, .text = text };
}

/* Fills a table's template; a column without a value gives the row's number. */
static const char *
template_arn(const struct filling *filling, const char *template)
{
	struct buf text = { 0 };
	const char *made;

	while (*template != '\0') {
		size_t len = strcspn(template, "{");
		char name[64];
		const char *value;

		buf_add(&text, template, len);
		template += len;
		if (*template == '\0')
			break;
		len = strcspn(template, "}");
		snprintf(name, sizeof(name), "%.*s", (int)len - 1, template + 1);
		value = cell_text(filling, name);
		if (strcmp(name, "partition") == 0)
			buf_text(&text, "aws");
		else if (value != NULL)
			buf_text(&text, value);
		else
			buf_print(&text, "%zu", filling->example->row_count + 1);
		template += len + (template[len] == '}');
	}
	made = arena_text(filling->arena, text.data != NULL ? text.data : "");
	buf_free(&text);
	return made;
}

static void
set_defaults(struct filling *filling)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct schema_table *table;
	bool is_global;

	if (filling->table < 0) {
		set_default(filling, "account_id", example_account);
		set_default(filling, "region", example_region);
		return;
	}
	table = &schema->tables[filling->table];
	is_global = strcmp(table->name, "account") == 0 ||
		    (table->scope == GLOBAL && strcmp(table->name, "region") != 0);
	set_default(filling, "account_id", example_account);
	set_default(filling, "region", is_global ? global : example_region);
	if (table->arn != NULL)
		set_default(filling, "arn", template_arn(filling, table->arn));
	else if (table->of < 0)
		set_default(filling, "arn",
			    arena_print(filling->arena, "%s/%s/%zu", table->name,
					cell_text(filling, "region"),
					filling->example->row_count + 1));
}

/* About which row a refusal is: this one where it is asked about it, the parent for a list inside the parent. */
static const char *
refused_arn(const struct filling *filling, int operation)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct schema_table *table;
	int parent = schema->operations[operation].parent;

	if (filling->table < 0 || parent < 0)
		return NULL;
	table = &schema->tables[filling->table];
	if (operation_under(schema, parent, table->operation))
		return cell_text(filling, "arn");
	if (operation_under(schema, table->operation, operation))
		return cell_text(filling, "parent_arn");
	return NULL;
}

static int
keep_refusals(struct filling *filling)
{
	const struct schema *schema = filling->bench->set->schema;
	struct refusals *refusals = &filling->example->refusals;

	for (size_t i = 0; i < filling->refused_count; i++) {
		int operation = filling->refused[i].operation;
		const struct schema_operation *row = &schema->operations[operation];
		bool gap = strcmp(filling->refused[i].code, known_gap) == 0;
		const char *region = cell_text(filling, "region");
		struct refusal refusal = { .operation = operation, .gap = gap };

		if (gap && filling->dead)
			return trouble(filling, "a known gap leaves the row");
		refusal.region = (row->scope == GLOBAL && row->row->region == NULL) ||
						 region == NULL ?
					 global :
					 region;
		refusal.arn = gap ? cell_text(filling, "arn") : refused_arn(filling, operation);
		refusal.error = gap ? "the answer does not hold it" : filling->refused[i].code;
		refusals->list = mem_grow(refusals->list, refusals->count + 1, sizeof(refusal));
		refusals->list[refusals->count++] = refusal;
	}
	return 0;
}

/* A column that the refused call would have filled has no value. */
static int
check_empty(const struct filling *filling)
{
	const struct schema *schema = filling->bench->set->schema;
	const struct schema_table *table;

	for (size_t i = 0; filling->table >= 0 && !filling->dead && i < filling->refused_count; i++) {
		table = &schema->tables[filling->table];
		for (size_t c = 0; c < table->column_count; c++)
			if (filling->cells[c].kind != CELL_NULL &&
			    operation_under(schema, table->columns[c].operation,
					    filling->refused[i].operation))
				return trouble(filling, "%s is filled by %s, which is refused here: leave "
					       "it empty", table->columns[c].name,
					       schema->operations[filling->refused[i].operation].name);
	}
	return 0;
}

static void
keep_row(struct filling *filling)
{
	struct example *example = filling->example;

	if (example->row_count == example->row_room) {
		example->row_room = example->row_room * 2 + 8;
		example->rows = mem_grow(example->rows, example->row_room, sizeof(*example->rows));
	}
	example->rows[example->row_count++] =
		(struct example_row){ filling->table, filling->join, filling->text->line,
				      filling->cells };
}

static void
keep_want(struct filling *filling)
{
	struct example *example = filling->example;
	const char *region = cell_text(filling, "region");

	if (example->want_count == example->want_room) {
		example->want_room = example->want_room * 2 + 4;
		example->wants =
			mem_grow(example->wants, example->want_room, sizeof(*example->wants));
	}
	example->wants[example->want_count++] =
		(struct want){ filling->dead ? NULL : cell_text(filling, "arn"),
			       region != NULL ? region : global, filling->verdict,
			       filling->text->line };
}

static int
take_cells(struct filling *filling, bool is_resource)
{
	for (size_t i = 1; i < filling->heads->head_count; i++) {
		const char *head = filling->heads->heads[i], *text = filling->text->cells[i];

		if (is_resource && strcmp(head, "verdict") == 0) {
			filling->verdict = verdict_find(text);
			if (filling->verdict == VERDICT_NONE)
				return trouble(filling, "expected a verdict: pass, fail, not_applicable "
					       "or unknown, not \"%s\"", text);
			continue;
		}
		if (filling->view >= 0 && strcmp(head, "table") == 0) {
			if (text[0] == '!' && add_refused(filling, -1, text) < 0)
				return -1;
			continue;
		}
		if (take_cell(filling, head, text) < 0)
			return -1;
	}
	return 0;
}

int
cells_read(struct bench *bench, const struct page *page, struct arena *arena,
	   const struct text_table *table, const struct text_row *row, struct example *example)
{
	struct filling filling = { .bench = bench, .page = page, .arena = arena, .heads = table,
				   .text = row, .example = example };
	const char *name = table->name != NULL ? table->name : page->resource;
	bool is_resource = !page->is_view && strcmp(name, page->resource) == 0;

	if (find_place(&filling, name) < 0)
		return -1;
	filling.count = filling.table >= 0 ? bench->set->schema->tables[filling.table].column_count :
					     bench->set->joins[filling.join].column_count;
	filling.cells = arena_get(arena, (filling.count + 1) * sizeof(*filling.cells));
	if (take_cells(&filling, is_resource) < 0)
		return -1;
	if (is_resource && filling.verdict == VERDICT_NONE)
		return trouble(&filling, "expected a column \"verdict\"");
	if (check_empty(&filling) < 0)
		return -1;
	set_defaults(&filling);
	if (keep_refusals(&filling) < 0)
		return -1;
	if (is_resource)
		keep_want(&filling);
	if (!filling.dead)
		keep_row(&filling);
	return 0;
}
