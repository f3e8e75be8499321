/* The examples of a page: each case is an account of its own, judged as a scan would judge it. */

#include "checks/engine.h"

static int
read_number(const char *text, enum column_type type, struct cell *out)
{
	char *end;

	if (type == REAL) {
		out->kind = CELL_REAL;
		out->real = strtod(text, &end);
	} else {
		out->kind = CELL_INTEGER;
		out->integer = strtoll(text, &end, 10);
	}
	return *end == '\0' ? 0 : -1;
}

int
cell_value(struct bench *bench, const struct page *page, int line, enum column_type type,
	   const char *text, struct cell *out)
{
	json_t *value;

	*out = (struct cell){ .kind = CELL_NULL };
	if (text[0] == '\0')
		return 0;
	if (text[0] == '@') {
		size_t i = 0;

		while (i < page->fence_count && strcmp(page->fences[i].name, text + 1) != 0)
			i++;
		if (i == page->fence_count)
			return bench_trouble(bench, page, line, "no document of the examples is called %s",
					     text + 1);
		text = page->fences[i].text;
	}
	if (type == BOOL) {
		out->kind = CELL_INTEGER;
		out->integer = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
		if (out->integer == 0 && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
			return bench_trouble(bench, page, line, "expected true or false, not %s", text);
		return 0;
	}
	if (type == INTEGER || type == REAL) {
		if (read_number(text, type, out) < 0)
			return bench_trouble(bench, page, line, "expected a number, not %s", text);
		return 0;
	}
	out->kind = CELL_TEXT;
	out->text = strcmp(text, "\"\"") == 0 && type != JSON ? "" : text;
	if (type != JSON && type != TAGS)
		return 0;
	value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	if (value == NULL)
		return bench_trouble(bench, page, line,
				     "a JSON column holds valid JSON or nothing, not %.60s", text);
	json_decref(value);
	return 0;
}


static struct example *
find_example(struct example *examples, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(examples[i].name, name) == 0)
			return &examples[i];
	return NULL;
}

static bool
has_rows(const struct page *page, const char *table, const char *name)
{
	for (size_t t = 0; t < page->table_count; t++) {
		const char *of = page->tables[t].name != NULL ? page->tables[t].name :
								page->resource;

		for (size_t r = 0; of != NULL && strcmp(of, table) == 0 && r < page->tables[t].row_count;
		     r++)
			if (strcmp(page->tables[t].rows[r].cells[0], name) == 0)
				return true;
	}
	return false;
}

/* `account` and `region` rows are there by themselves. */
static int
add_row(struct bench *bench, const struct page *page, struct arena *arena, struct example *example,
	const char *table, const char *name, const char *region)
{
	char *heads[] = { (char *)"case", (char *)"name", (char *)"region" };
	char *cells[] = { (char *)example->name, arena_text(arena, name), arena_text(arena, region) };
	struct text_table head = { .name = (char *)table, .heads = heads, .head_count = 3 };
	struct text_row row = { .line = example->line, .cells = cells };

	if (schema_find_table(bench->set->schema, table) < 0)
		return 0;
	return cells_read(bench, page, arena, &head, &row, example);
}

static void
add_region(const char **regions, size_t *count, const char *region)
{
	if (region == NULL || strcmp(region, "aws-global") == 0)
		return;
	for (size_t i = 0; i < *count; i++)
		if (strcmp(regions[i], region) == 0)
			return;
	regions[(*count)++] = region;
}

static int
add_defaults(struct bench *bench, const struct page *page, struct arena *arena,
	     struct example *example)
{
	const struct schema *schema = bench->set->schema;
	const char **regions =
		mem_get((example->row_count + example->refusals.count + 2) * sizeof(*regions));
	size_t count = 0;
	int status = 0;

	add_region(regions, &count, "us-east-1");
	for (size_t i = 0; i < example->row_count; i++) {
		const struct example_row *row = &example->rows[i];
		int column = row->table >= 0 ?
				     schema_find_column(&schema->tables[row->table], "region") :
				     -1;

		if (column >= 0 && row->cells[column].kind == CELL_TEXT)
			add_region(regions, &count, row->cells[column].text);
	}
	for (size_t i = 0; i < example->refusals.count; i++)
		add_region(regions, &count, example->refusals.list[i].region);
	if (!has_rows(page, "account", example->name))
		status = add_row(bench, page, arena, example, "account", "111122223333",
				 "aws-global");
	if (!has_rows(page, "region", example->name))
		for (size_t i = 0; i < count && status == 0; i++)
			status = add_row(bench, page, arena, example, "region", regions[i],
					 regions[i]);
	free(regions);
	return status;
}

static int
read_table(struct bench *bench, const struct page *page, struct arena *arena,
	   const struct text_table *table, struct example **list, size_t *count)
{
	int status = 0;

	for (size_t r = 0; r < table->row_count; r++) {
		const struct text_row *row = &table->rows[r];
		struct example *example = find_example(*list, *count, row->cells[0]);

		if (example == NULL && table->name != NULL) {
			status = bench_trouble(bench, page, row->line,
					       "the case %s has no row in the first table",
					       row->cells[0]);
			continue;
		}
		if (example == NULL) {
			*list = mem_grow(*list, *count + 1, sizeof(**list));
			example = &(*list)[(*count)++];
			*example = (struct example){ .name = row->cells[0], .line = row->line };
			example->fills_join =
				arena_get(arena, bench->set->join_count + 1);
		}
		/* The first table of a view's page is what the view should hold. */
		if (page->is_view && table->name == NULL)
			continue;
		if (cells_read(bench, page, arena, table, row, example) < 0)
			status = -1;
	}
	return status;
}

int
examples_read(struct bench *bench, const struct page *page, struct arena *arena,
	      struct example **out, size_t *count)
{
	int status = 0;

	*out = NULL;
	*count = 0;
	for (size_t t = 0; t < page->table_count; t++)
		if (read_table(bench, page, arena, &page->tables[t], out, count) < 0)
			status = -1;
	for (size_t i = 0; i < *count; i++) {
		if (add_defaults(bench, page, arena, &(*out)[i]) < 0)
			status = -1;
		refusals_sort(&(*out)[i].refusals, bench->set->schema->operation_count);
	}
	return status;
}

void
examples_free(struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(examples[i].rows);
		free(examples[i].wants);
		free(examples[i].refusals.list);
		free(examples[i].refusals.first);
	}
	free(examples);
}

static bool
has_stand_in(const struct judgement *judgement, const char *region)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct row *row = &judgement->rows[i];

		if (row->stands_in && (strcmp(row->region, region) == 0 ||
				       strcmp(row->region, "aws-global") == 0))
			return true;
	}
	return false;
}

static void
check_want(struct bench *bench, const struct page *page, const struct example *example,
	   const struct want *want, const struct judgement *judgement)
{
	const struct row *row = want->arn != NULL ? judgement_find(judgement, want->arn) : NULL;
	int got = row != NULL ? row->verdict : VERDICT_UNKNOWN;

	if (want->arn == NULL && !has_stand_in(judgement, want->region)) {
		bench_trouble(bench, page, want->line,
			      "%s: the refused list leaves no finding in %s", example->name,
			      want->region);
		return;
	}
	if (want->arn != NULL && row == NULL) {
		bench_trouble(bench, page, want->line, "%s: no row %s", example->name, want->arn);
		return;
	}
	if (got != want->verdict)
		bench_trouble(bench, page, want->line, "%s: expected %s, not %s (%s%s%s)",
			      example->name, verdict_words[want->verdict], verdict_words[got],
			      row != NULL && row->observed != NULL ? row->observed : "",
			      row != NULL && row->reason != NULL ? "; " : "",
			      row != NULL && row->reason != NULL ? row->reason : "");
	if (row == NULL || row->refusal >= 0 || got != want->verdict || judgement->error[0] != '\0')
		return;
	if (row->observed == NULL)
		bench_trouble(bench, page, want->line, "%s: observed is NULL: say what was seen",
			      example->name);
	if (got == VERDICT_UNKNOWN && row->reason == NULL)
		bench_trouble(bench, page, want->line, "%s: unknown without a reason", example->name);
}

static void
run_example(struct bench *bench, const struct page *page, const struct statements *statements,
	    const struct example *example, bool *seen)
{
	struct judgement judgement = { 0 };
	struct err err;

	bench->cases++;
	if (bench_load(bench, page, example, NULL, &err) < 0) {
		bench_trouble(bench, page, example->line, "%s: %s", example->name, err.text);
		return;
	}
	judge_rows(bench->set, page, statements, "111122223333", &judgement);
	if (judgement.error[0] != '\0')
		bench_trouble(bench, page, example->line, "%s: %s", example->name, judgement.error);
	doubt_cast(bench->set, page, &example->refusals, bench->db, &judgement);
	for (size_t i = 0; i < judgement.count; i++)
		seen[judgement.rows[i].verdict] = true;
	for (size_t i = 0; i < example->want_count; i++)
		check_want(bench, page, example, &example->wants[i], &judgement);
	judgement_clear(&judgement);
}

/* Whether anything that the page reads can be refused; that we are an account in some regions is given. */
static bool
can_be_refused(const struct check_set *set, const struct page *page)
{
	const struct schema *schema = set->schema;
	int account = schema_find_table(schema, "account"), region = schema_find_table(schema, "region");

	for (size_t o = 0; o < schema->operation_count; o++)
		if ((page->reach[o] & REACH_DOUBT) &&
		    !(account >= 0 && schema->tables[account].operation == (int)o) &&
		    !(region >= 0 && schema->tables[region].operation == (int)o))
			return true;
	return false;
}

static void
test_page(struct bench *bench, const struct page *page)
{
	struct statements statements = { 0 };
	struct example *examples = NULL;
	struct arena arena = { 0 };
	bool seen[VERDICT_UNKNOWN + 1] = { false };
	size_t count = 0;
	struct err err;

	if (statements_prepare(bench->set, page, bench->db, &statements, &err) < 0) {
		bench->troubles++; /* the message names file and line */
		if (bench->say != NULL)
			bench->say(bench->arg, err.text);
		return;
	}
	if (examples_read(bench, page, &arena, &examples, &count) < 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		run_example(bench, page, &statements, &examples[i], seen);
	for (int v = VERDICT_PASS; v <= VERDICT_UNKNOWN; v++)
		if (!seen[v] && v != VERDICT_NOT_APPLICABLE &&
		    (v != VERDICT_UNKNOWN || can_be_refused(bench->set, page)))
			bench_trouble(bench, page, 1, "no example of %s", verdict_words[v]);
	refute_page(bench, page, &statements, examples, count);
out:
	statements_free(&statements);
	examples_free(examples, count);
	arena_free(&arena);
}

static void
test_all(struct bench *bench)
{
	struct check_set *set = bench->set;

	for (size_t j = 0; j < set->join_count; j++)
		if (set->joins[j].prepared == 2)
			join_test(bench, &set->joins[j]);
	for (size_t i = 0; i < set->count; i++)
		if (set->pages[i].chosen && set->pages[i].prepared == 2)
			test_page(bench, &set->pages[i]);
}

int
checks_test(struct check_set *set, void (*say)(void *arg, const char *text), void *arg, int *cases,
	    struct err *err)
{
	struct bench bench = { .say = say, .arg = arg };
	bool all = true;
	int status = -1;

	for (size_t i = 0; i < set->count; i++)
		all = all && set->pages[i].chosen;
	for (size_t i = 0; i < set->count; i++)
		set->pages[i].with_examples = true;
	for (size_t j = 0; j < set->join_count; j++)
		set->joins[j].with_examples = true;
	if (checks_prepare(set, err) < 0)
		return -1;
	for (size_t j = 0; all && j < set->join_count; j++)
		if (lineage_prepare_join(set, j, err) < 0)
			return -1;
	if (bench_open(&bench, set, err) == 0) {
		test_all(&bench);
		status = bench.troubles;
		if (all && say != NULL)
			status += frameworks_check(set, say, arg);
	}
	if (cases != NULL)
		*cases = bench.cases;
	bench_close(&bench);
	return status;
}
