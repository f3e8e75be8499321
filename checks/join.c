/* The examples of a join view: its first table is what the view should hold, the others fill what it reads. */

#include "checks/engine.h"

/* A cell as the view's value would print; NULL: empty. */
static char *
cell_print(const struct cell *cell)
{
	if (cell->kind == CELL_INTEGER)
		return mem_print("%lld", (long long)cell->integer);
	if (cell->kind == CELL_REAL)
		return mem_print("%.15g", cell->real);
	return cell->kind == CELL_TEXT ? mem_print("'%s'", cell->text) : mem_text("");
}

static char *
value_print(sqlite3_stmt *statement, int column)
{
	struct cell cell = { .kind = CELL_NULL };

	if (sqlite3_column_type(statement, column) == SQLITE_INTEGER)
		cell = (struct cell){ .kind = CELL_INTEGER,
				      .integer = sqlite3_column_int64(statement, column) };
	else if (sqlite3_column_type(statement, column) == SQLITE_FLOAT)
		cell = (struct cell){ .kind = CELL_REAL,
				      .real = sqlite3_column_double(statement, column) };
	else if (sqlite3_column_type(statement, column) == SQLITE_TEXT)
		cell = (struct cell){ .kind = CELL_TEXT,
				      .text = (const char *)sqlite3_column_text(statement, column) };
	return cell_print(&cell);
}

static int
column_of(const struct page *join, const char *head)
{
	for (size_t i = 0; i < join->column_count; i++)
		if (strcmp(join->columns[i], head) == 0)
			return (int)i;
	return -1;
}

static enum column_type
expected_type(const struct page *join, int column, const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return BOOL;
	if (strcmp(join->types[column], "TEXT") != 0 && text[0] != '\0' &&
	    strspn(text, "-0123456789") == strlen(text))
		return INTEGER;
	return TEXT;
}

/* A line for each expected row that is not empty. Returns the number of rows, -1 where one cannot be read. */
static int
expected_rows(struct bench *bench, const struct page *join, const struct text_table *table,
	      const char *name, json_t *rows)
{
	for (size_t r = 0; r < table->row_count; r++) {
		const struct text_row *row = &table->rows[r];
		struct buf line = { 0 };
		bool filled = false;

		if (strcmp(row->cells[0], name) != 0)
			continue;
		for (size_t i = 1; i < table->head_count; i++) {
			int column = column_of(join, table->heads[i]);
			struct cell cell;
			char *text;

			if (column < 0) {
				buf_free(&line);
				return bench_trouble(bench, join, table->line,
						     "the view has no column %s", table->heads[i]);
			}
			if (cell_value(bench, join, row->line,
				       expected_type(join, column, row->cells[i]), row->cells[i],
				       &cell) < 0) {
				buf_free(&line);
				return -1;
			}
			text = cell_print(&cell);
			buf_print(&line, "%s|", text);
			filled |= text[0] != '\0';
			free(text);
		}
		if (filled)
			json_array_append_new(rows, json_string(line.data));
		buf_free(&line);
	}
	return 0;
}

static int
seen_rows(struct bench *bench, const struct page *join, const struct text_table *table, json_t *rows,
	  struct err *err)
{
	char *sql = mem_print("SELECT * FROM \"%s\"", join->id);
	sqlite3_stmt *statement = db_prepare(bench->db, err, sql);

	free(sql);
	if (statement == NULL)
		return -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct buf line = { 0 };

		for (size_t i = 1; i < table->head_count; i++) {
			char *text = value_print(statement, column_of(join, table->heads[i]));

			buf_print(&line, "%s|", text);
			free(text);
		}
		json_array_append_new(rows, json_string(line.data != NULL ? line.data : ""));
		buf_free(&line);
	}
	sqlite3_finalize(statement);
	return 0;
}

/* Takes each expected row out of those seen; what is left on either side is trouble. */
static void
compare_rows(struct bench *bench, const struct page *join, const struct example *example,
	     const json_t *wanted, json_t *seen)
{
	for (size_t i = 0; i < json_array_size(wanted); i++) {
		size_t j = 0;

		while (j < json_array_size(seen) &&
		       !json_equal(json_array_get(wanted, i), json_array_get(seen, j)))
			j++;
		if (j < json_array_size(seen))
			json_array_remove(seen, j);
		else
			bench_trouble(bench, join, example->line, "%s: the view lacks the row %s",
				      example->name, json_string_value(json_array_get(wanted, i)));
	}
	for (size_t j = 0; j < json_array_size(seen); j++)
		bench_trouble(bench, join, example->line, "%s: the view has a row more: %s",
			      example->name, json_string_value(json_array_get(seen, j)));
}

static void
run_example(struct bench *bench, const struct page *join, const struct text_table *table,
	    const struct example *example)
{
	json_t *wanted = json_array(), *seen = json_array();
	struct err err;

	bench->cases++;
	if (expected_rows(bench, join, table, example->name, wanted) < 0)
		goto out;
	if (bench_load(bench, join, example, NULL, &err) < 0 ||
	    seen_rows(bench, join, table, seen, &err) < 0)
		bench_trouble(bench, join, example->line, "%s: %s", example->name, err.text);
	else
		compare_rows(bench, join, example, wanted, seen);
out:
	json_decref(wanted);
	json_decref(seen);
}

void
join_test(struct bench *bench, const struct page *join)
{
	struct example *examples = NULL;
	struct arena arena = { 0 };
	size_t count = 0;

	if (join->table_count == 0 || join->tables[0].name != NULL) {
		bench_trouble(bench, join, 1, "expected examples, the first table being the view's rows");
		return;
	}
	join->uses_join[join - bench->set->joins] = true;
	if (examples_read(bench, join, &arena, &examples, &count) == 0)
		for (size_t i = 0; i < count; i++)
			run_example(bench, join, &join->tables[0], &examples[i]);
	join->uses_join[join - bench->set->joins] = false;
	examples_free(examples, count);
	arena_free(&arena);
}
