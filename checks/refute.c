/* Tries to refute what a page claims (conclusive, doubt, through, its handling of NULL) from its own examples. */

#include "checks/engine.h"

struct trial {
	struct bench *bench;
	const struct page *page;
	const struct statements *statements;
	const struct example *example;
	struct judgement full, less;
	bool told; /* one trouble of a kind is enough for an example */
};

static bool
is_fixed(const struct schema_table *table)
{
	return strcmp(table->name, "account") == 0 || strcmp(table->name, "region") == 0;
}

static const char *
text_of(const struct schema_table *table, const struct example_row *row, const char *name)
{
	int column = schema_find_column(table, name);

	return column >= 0 && row->cells[column].kind == CELL_TEXT ? row->cells[column].text : NULL;
}

static bool
is_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool
reads_under(const struct schema *schema, const struct reads *reads, int operation)
{
	for (size_t i = 0; i < reads->count; i++) {
		struct read read = reads->list[i];
		const struct schema_table *table = &schema->tables[read.table];

		if (operation_under(schema, table->operation, operation) ||
		    (read.column >= 0 &&
		     operation_under(schema, table->columns[read.column].operation, operation)))
			return true;
	}
	return false;
}

/* Takes away all that an operation and its children told. */
static bool
hide(const struct check_set *set, const struct page *page, int operation,
     const struct example_row *row, struct cell *cells)
{
	const struct schema *schema = set->schema;
	const struct schema_table *table;

	if (page->reach[operation] & REACH_LIST)
		return true; /* its rows would be stand-ins */
	if (row->table < 0)
		return !reads_under(schema, &set->joins[row->join].reads, operation);
	table = &schema->tables[row->table];
	if (operation_under(schema, table->operation, operation) && !page->arms[row->table] &&
	    !is_fixed(table))
		return false;
	for (size_t c = 0; c < table->column_count; c++)
		if (operation_under(schema, table->columns[c].operation, operation) &&
		    table->columns[c].operation != table->operation)
			cells[c].kind = CELL_NULL;
	return true;
}

/* Takes away what an operation told about one row. */
static bool
hide_row(const struct check_set *set, const struct bending *bending, const struct example_row *row,
	 struct cell *cells)
{
	const struct schema *schema = set->schema;
	const struct schema_table *table;
	int parent = schema->operations[bending->operation].parent;

	if (row->table < 0)
		return true;
	table = &schema->tables[row->table];
	if (operation_under(schema, table->operation, bending->operation))
		return table->of < 0 ||
		       operation_under(schema, schema->tables[table->of].operation,
				       bending->operation) ||
		       !is_text(text_of(table, row, "parent_arn"), bending->arn);
	if (!operation_under(schema, parent, table->operation) ||
	    !is_text(text_of(table, row, "arn"), bending->arn))
		return true;
	for (size_t c = 0; c < table->column_count; c++)
		if (operation_under(schema, table->columns[c].operation, bending->operation))
			cells[c].kind = CELL_NULL;
	return true;
}

/* Whether the row is of another table that regions have each their own of. */
static bool
is_elsewhere(const struct check_set *set, const struct page *page, const struct example_row *row,
	     int *column)
{
	const struct schema *schema = set->schema;

	if (row->table < 0) {
		const struct page *join = &set->joins[row->join];

		for (*column = 0; *column < (int)join->column_count; (*column)++)
			if (strcmp(join->columns[*column], "region") == 0)
				return true;
		return false;
	}
	*column = schema_find_column(&schema->tables[row->table], "region");
	return schema->tables[row->table].scope == REGIONAL &&
	       !table_is_own(schema, page, row->table) && !is_fixed(&schema->tables[row->table]);
}

/* Takes away what was asked about single rows which `through` does not name. */
static bool
blank(const struct check_set *set, const struct page *page, const struct bending *bending,
      const struct example_row *row, struct cell *cells)
{
	const struct schema *schema = set->schema;
	const struct schema_table *table;
	const char *arn, *parent_arn;

	if (row->table < 0 || table_is_own(schema, page, row->table))
		return true;
	table = &schema->tables[row->table];
	arn = text_of(table, row, "arn");
	parent_arn = text_of(table, row, "parent_arn");
	if (table->of >= 0 && schema->operations[table->operation].per_row && parent_arn != NULL &&
	    json_object_get(bending->keep, parent_arn) == NULL &&
	    table->operation != schema->tables[table->of].operation)
		return false;
	if (arn != NULL && json_object_get(bending->keep, arn) != NULL)
		return true;
	for (size_t c = 0; c < table->column_count; c++)
		if (schema->operations[table->columns[c].operation].per_row &&
		    table->columns[c].operation != table->operation)
			cells[c].kind = CELL_NULL;
	return true;
}

bool
bend_row(const struct check_set *set, const struct page *page, const struct bending *bending,
	 const struct example_row *row, struct cell *cells)
{
	int column;

	switch (bending->kind) {
	case BEND_HIDE:
		return hide(set, page, bending->operation, row, cells);
	case BEND_HIDE_ALL:
		for (size_t o = 0; o < set->schema->operation_count; o++)
			if ((page->reach[o] & REACH_DOUBT) && !hide(set, page, (int)o, row, cells))
				return false;
		return true;
	case BEND_HIDE_ROW:
		return hide_row(set, bending, row, cells);
	case BEND_MOVE:
		if (is_elsewhere(set, page, row, &column))
			cells[column] = (struct cell){ .kind = CELL_TEXT, .text = "elsewhere-1" };
		return true;
	case BEND_REMOVE:
		return !is_elsewhere(set, page, row, &column);
	case BEND_BLANK:
		return blank(set, page, bending, row, cells);
	default:
		return true;
	}
}

static int tell(struct trial *trial, const char *format, ...) PRINTF_LIKE(2, 3);

static int
tell(struct trial *trial, const char *format, ...)
{
	char text[700];
	va_list list;

	if (trial->told)
		return -1;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	trial->told = true;
	return bench_trouble(trial->bench, trial->page, trial->example->line, "%s: %s",
			     trial->example->name, text);
}

static int
judge_bent(struct trial *trial, const struct bending *bending, struct judgement *out)
{
	struct err err;

	if (bench_load(trial->bench, trial->page, trial->example, bending, &err) < 0)
		return tell(trial, "%s", err.text);
	arena_free(&out->arena);
	judge_rows(trial->bench->set, trial->page, trial->statements, "111122223333", out);
	return out->error[0] != '\0' ? -1 : 0;
}

static bool
is_conclusive(const struct page *page, int verdict)
{
	return (verdict == VERDICT_PASS && page->conclusive_pass) ||
	       (verdict == VERDICT_FAIL && page->conclusive_fail);
}

static void
check_conclusive(struct trial *trial, const char *operation)
{
	for (size_t i = 0; i < trial->less.count; i++) {
		const struct row *less = &trial->less.rows[i];
		const struct row *full = judgement_find(&trial->full, less->arn);

		if (full != NULL && is_conclusive(trial->page, less->verdict) &&
		    full->verdict != less->verdict)
			tell(trial, "conclusive: %s is refuted: without %s it says %s, with it %s",
			     verdict_words[less->verdict], operation, verdict_words[less->verdict],
			     verdict_words[full->verdict]);
	}
}

static void
try_hidden(struct trial *trial, const struct bending *bending)
{
	const char *name = bending->kind == BEND_HIDE_ALL ?
				   "all calls" :
				   trial->bench->set->schema->operations[bending->operation].name;

	if (judge_bent(trial, bending, &trial->less) < 0)
		tell(trial, "without %s: %s", name, trial->less.error);
	else
		check_conclusive(trial, name);
}

/* Rule 1 holds only where no row's verdict rests on what was asked about another. */
static void
check_own(struct trial *trial, const struct bending *bending)
{
	unsigned reach = trial->page->reach[bending->operation];

	if (!(reach & REACH_OWN) || (reach & REACH_OTHER) ||
	    judgement_find(&trial->full, bending->arn) == NULL)
		return;
	for (size_t i = 0; i < trial->less.count; i++) {
		const struct row *less = &trial->less.rows[i];
		const struct row *full = judgement_find(&trial->full, less->arn);

		if (full != NULL && strcmp(less->arn, bending->arn) != 0 &&
		    full->verdict != less->verdict)
			tell(trial, "the verdict for %s rests on what %s tells about %s: join lists by "
			     "parent_arn", less->arn,
			     trial->bench->set->schema->operations[bending->operation].name,
			     bending->arn);
	}
}

static void
try_hidden_rows(struct trial *trial, int operation)
{
	const struct schema *schema = trial->bench->set->schema;
	int parent = schema->operations[operation].parent;

	for (size_t i = 0; parent >= 0 && i < trial->example->row_count; i++) {
		const struct example_row *row = &trial->example->rows[i];
		struct bending bending = { .kind = BEND_HIDE_ROW, .operation = operation };

		if (row->table < 0 ||
		    !operation_under(schema, parent, schema->tables[row->table].operation) ||
		    is_fixed(&schema->tables[row->table]))
			continue;
		bending.arn = text_of(&schema->tables[row->table], row, "arn");
		if (bending.arn == NULL)
			continue;
		if (judge_bent(trial, &bending, &trial->less) < 0) {
			tell(trial, "without %s about %s: %s", schema->operations[operation].name,
			     bending.arn, trial->less.error);
			continue;
		}
		check_conclusive(trial, schema->operations[operation].name);
		check_own(trial, &bending);
	}
}

static void
try_hiding(struct trial *trial)
{
	const struct schema *schema = trial->bench->set->schema;
	struct bending bending = { .kind = BEND_HIDE_ALL };

	trial->told = false;
	try_hidden(trial, &bending);
	for (size_t o = 0; o < schema->operation_count; o++) {
		unsigned reach = trial->page->reach[o];

		if (!(reach & REACH_DOUBT) || (reach & REACH_LIST))
			continue;
		bending = (struct bending){ .kind = BEND_HIDE, .operation = (int)o };
		try_hidden(trial, &bending);
		try_hidden_rows(trial, (int)o);
	}
}

/* Whether the example has anything that could be moved. */
static bool
has_elsewhere(const struct trial *trial)
{
	int column;

	for (size_t i = 0; i < trial->example->row_count; i++)
		if (is_elsewhere(trial->bench->set, trial->page, &trial->example->rows[i], &column))
			return true;
	return false;
}

static void
try_moving(struct trial *trial)
{
	struct bending move = { .kind = BEND_MOVE }, remove_them = { .kind = BEND_REMOVE };
	struct judgement moved = { 0 };

	trial->told = false;
	if (trial->page->doubt_account || !has_elsewhere(trial))
		return;
	if (judge_bent(trial, &move, &moved) < 0)
		tell(trial, "with all else in another Region: %s", moved.error);
	else if (judge_bent(trial, &remove_them, &trial->less) < 0)
		tell(trial, "without all else: %s", trial->less.error);
	for (size_t i = 0; !trial->told && i < moved.count; i++) {
		const struct row *less = judgement_find(&trial->less, moved.rows[i].arn);

		if (less != NULL && strcmp(less->region, "aws-global") != 0 &&
		    less->verdict != moved.rows[i].verdict)
			tell(trial, "doubt: region is refuted: it sees rows of another Region (%s, "
			     "without them %s); join by region, or say doubt: account",
			     verdict_words[moved.rows[i].verdict], verdict_words[less->verdict]);
	}
	judgement_clear(&moved);
}

static void
keep_named(json_t *keep, const char *through)
{
	json_t *list, *item;
	size_t i;

	if (through == NULL)
		return;
	if (through[0] != '[') {
		json_object_set_new(keep, through, json_true());
		return;
	}
	list = json_read(through, strlen(through), NULL);
	json_array_foreach(list, i, item)
		if (json_is_string(item))
			json_object_set_new(keep, json_string_value(item), json_true());
	json_decref(list);
}

static void
try_blanking(struct trial *trial)
{
	json_t *keep = json_object();
	struct bending bending = { .kind = BEND_BLANK, .keep = keep };

	trial->told = false;
	for (size_t i = 0; i < trial->full.count; i++)
		keep_named(keep, trial->full.rows[i].through);
	if (judge_bent(trial, &bending, &trial->less) < 0)
		tell(trial, "without the rows that through does not name: %s", trial->less.error);
	for (size_t i = 0; !trial->told && i < trial->less.count; i++) {
		const struct row *less = &trial->less.rows[i];
		const struct row *full = judgement_find(&trial->full, less->arn);

		if (full != NULL && full->verdict != less->verdict)
			tell(trial, "through is refuted for %s: without the rows that it does not name "
			     "the verdict is %s, not %s", less->arn, verdict_words[less->verdict],
			     verdict_words[full->verdict]);
	}
	json_decref(keep);
}

/* Verdicts under one forced answer, as text of one digit a row; NULL where the page is in error. */
static char *
forced_verdicts(struct trial *trial, struct forcing *forcing, const char *value)
{
	struct buf text = { 0 };

	forcing->value = value;
	if (judge_bent(trial, NULL, &trial->less) < 0) {
		tell(trial, "when %s() answers %s: %s", forcing->function->name, value,
		     trial->less.error);
		forcing->value = NULL;
		return NULL;
	}
	forcing->value = NULL;
	for (size_t i = 0; i < trial->less.count; i++)
		buf_char(&text, (char)('0' + trial->less.rows[i].verdict));
	return buf_take(&text);
}

/* Where the answers of a function lead to different verdicts, its NULL must lead to unknown. */
static void
try_forcing(struct trial *trial, struct forcing *forcing)
{
	const struct function *function = forcing->function;
	char *first = NULL, *none = NULL, *differs;
	size_t rows;

	trial->told = false;
	first = forced_verdicts(trial, forcing, function->forced[0]);
	rows = first != NULL ? strlen(first) : 0;
	differs = mem_get(rows + 1);
	for (size_t i = 1; first != NULL && i < function->forced_count; i++) {
		char *other = forced_verdicts(trial, forcing, function->forced[i]);

		for (size_t r = 0; other != NULL && r < rows; r++)
			if (other[r] != first[r])
				differs[r] = 1;
		free(other);
	}
	none = forced_verdicts(trial, forcing, "NULL");
	for (size_t r = 0; none != NULL && r < rows && r < strlen(none); r++)
		if (differs[r] && none[r] != '0' + VERDICT_UNKNOWN)
			tell(trial, "%s() decides the verdict for %s, yet where it answers NULL the "
			     "verdict is %s, not unknown", function->name, trial->less.rows[r].arn,
			     verdict_words[none[r] - '0']);
	free(first);
	free(none);
	free(differs);
}

static void
refute_example(struct trial *trial)
{
	trial->told = false;
	if (judge_bent(trial, NULL, &trial->full) < 0)
		return; /* told when the example ran */
	try_hiding(trial);
	try_moving(trial);
	if (trial->page->has_through)
		try_blanking(trial);
	for (size_t f = 0; f < function_count; f++)
		if (trial->page->calls[f] && functions[f].judging)
			try_forcing(trial, &trial->bench->forcing[f]);
}

void
refute_page(struct bench *bench, const struct page *page, const struct statements *statements,
	    const struct example *examples, size_t count)
{
	struct trial trial = { .bench = bench, .page = page, .statements = statements };

	for (size_t i = 0; i < count; i++) {
		if (examples[i].refusals.count > 0)
			continue;
		trial.example = &examples[i];
		refute_example(&trial);
	}
	judgement_clear(&trial.full);
	judgement_clear(&trial.less);
}
