/* Prints rows of a statement as a table, CSV or JSON. */

#include "cmd/cmd.h"

enum {
	MEASURED = 200, /* rows that tell how wide columns are; those behind them are as wide or stick out */
	WIDEST = 60	/* characters to which a column is padded */
};

/* The rows that are held back until all widths are known. */
struct grid {
	int columns;
	int *widths;
	char **cells; /* row by row, the heading first */
	size_t count, room;
	bool told; /* nothing is held back any more */
};

static json_t *
cell_json(sqlite3_stmt *row, int at)
{
	json_t *value = NULL;

	switch (sqlite3_column_type(row, at)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		return json_integer(sqlite3_column_int64(row, at));
	case SQLITE_FLOAT:
		value = json_real(sqlite3_column_double(row, at));
		return value != NULL ? value : json_null(); /* infinity */
	case SQLITE_BLOB:
		return json_sprintf("%d bytes", sqlite3_column_bytes(row, at));
	default:
		break;
	}
	value = json_string((const char *)sqlite3_column_text(row, at));
	return value != NULL ? value : json_string("(text that is no UTF-8)");
}

static void
add_member(json_t *object, const char *name, json_t *value)
{
	char *other = mem_text(name);

	for (int n = 2; json_object_get(object, other) != NULL; n++) {
		free(other);
		other = mem_print("%s_%d", name, n);
	}
	json_object_set_new(object, other, value);
	free(other);
}

static void
print_json(sqlite3_stmt *row, bool first, FILE *out)
{
	json_t *object = json_object();
	char *text;

	for (int i = 0; i < sqlite3_column_count(row); i++)
		add_member(object, sqlite3_column_name(row, i), cell_json(row, i));
	text = json_dumps(object, JSON_COMPACT);
	fprintf(out, "%s\n%s", first ? "[" : ",", text);
	free(text);
	json_decref(object);
}

/* NULL as nothing. Caller frees. */
static char *
cell_text(sqlite3_stmt *row, int at)
{
	const char *text = (const char *)sqlite3_column_text(row, at);

	if (sqlite3_column_type(row, at) == SQLITE_BLOB)
		return mem_print("%d bytes", sqlite3_column_bytes(row, at));
	return mem_text(text != NULL ? text : "");
}

/* A line is a row, and a terminal takes no orders from a cell. */
static char *
readable(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return text;
}

/* ---- CSV. */

static void
print_csv_cell(const char *text, bool first, FILE *out)
{
	fputs(first ? "" : ",", out);
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void
print_csv(sqlite3_stmt *row, bool heading, FILE *out)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		char *text = heading ? mem_text(sqlite3_column_name(row, i)) : cell_text(row, i);

		print_csv_cell(text, i == 0, out);
		free(text);
	}
	fputc('\n', out);
}

/* ---- Tables. */

static int
characters(const char *text)
{
	int count = 0;

	for (; *text != '\0'; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

static void
print_cell(const struct grid *grid, int column, const char *text, FILE *out)
{
	bool last = column + 1 == grid->columns;
	int gap = grid->widths[column] - characters(text);

	fprintf(out, "%s%*s%s", text, last || gap < 0 ? 0 : gap, "", last ? "\n" : " | ");
}

/* Prints what was held back; from now on rows go out as they come. */
static void
grid_tell(struct grid *grid, FILE *out)
{
	for (size_t i = 0; i < grid->count; i++) {
		print_cell(grid, (int)(i % (size_t)grid->columns), grid->cells[i], out);
		free(grid->cells[i]);
	}
	grid->count = 0;
	grid->told = true;
}

static void
grid_add(struct grid *grid, sqlite3_stmt *row, bool heading, FILE *out)
{
	for (int i = 0; i < grid->columns; i++) {
		char *text = readable(heading ? mem_text(sqlite3_column_name(row, i)) : cell_text(row, i));
		int wide = characters(text);

		if (grid->told) {
			print_cell(grid, i, text, out);
			free(text);
			continue;
		}
		if (wide <= WIDEST && wide > grid->widths[i])
			grid->widths[i] = wide;
		grid->cells[grid->count++] = text;
	}
	if (!grid->told && grid->count >= grid->room)
		grid_tell(grid, out);
}

static void
grid_begin(struct grid *grid, sqlite3_stmt *row)
{
	grid->columns = sqlite3_column_count(row);
	grid->room = (size_t)grid->columns * (MEASURED + 1);
	grid->widths = mem_get(((size_t)grid->columns + 1) * sizeof(int));
	grid->cells = mem_get((grid->room + 1) * sizeof(char *));
}

int
rows_print(sqlite3_stmt *statement, const char *format, FILE *out, struct err *err)
{
	bool json = strcmp(format, "json") == 0, csv = strcmp(format, "csv") == 0;
	bool first = true;
	struct grid grid = { 0 };
	int status;

	grid_begin(&grid, statement);
	if (csv)
		print_csv(statement, true, out);
	else if (!json && grid.columns > 0)
		grid_add(&grid, statement, true, out);
	while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
		if (json)
			print_json(statement, first, out);
		else if (csv)
			print_csv(statement, false, out);
		else
			grid_add(&grid, statement, false, out);
		first = false;
	}
	if (json)
		fputs(first ? "[]\n" : "\n]\n", out);
	grid_tell(&grid, out);
	free(grid.cells);
	free(grid.widths);
	if (status != SQLITE_DONE)
		return err_set(err, "the query stopped: %s",
			       sqlite3_errmsg(sqlite3_db_handle(statement)));
	return 0;
}
