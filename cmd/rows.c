/* Prints rows of a statement as a table, CSV or JSON. */

#include "cmd/cmd.h"

static json_t *
cell_json(sqlite3_stmt *row, int at)
{
	json_t *value;

	switch (sqlite3_column_type(row, at)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		return json_integer(sqlite3_column_int64(row, at));
	case SQLITE_FLOAT:
		return json_real(sqlite3_column_double(row, at));
	case SQLITE_BLOB:
		return json_sprintf("%d bytes", sqlite3_column_bytes(row, at));
	default:
		break;
	}
	value = json_string((const char *)sqlite3_column_text(row, at));
	return value != NULL ? value : json_string("(text that is no UTF-8)");
}

static void
print_json(sqlite3_stmt *row, bool first, FILE *out)
{
	json_t *object = json_object();
	char *text;

	for (int i = 0; i < sqlite3_column_count(row); i++)
		json_object_set_new(object, sqlite3_column_name(row, i), cell_json(row, i));
	text = json_dumps(object, JSON_COMPACT);
	fprintf(out, "%s\n%s", first ? "[" : ",", text);
	free(text);
	json_decref(object);
}

/* A cell without control characters, NULL as nothing, for reading. */
static char *
cell_text(sqlite3_stmt *row, int at)
{
	const char *text = (const char *)sqlite3_column_text(row, at);
	char *copy;

	if (sqlite3_column_type(row, at) == SQLITE_BLOB)
		return mem_print("%d bytes", sqlite3_column_bytes(row, at));
	copy = mem_text(text != NULL ? text : "");
	for (char *c = copy; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return copy;
}

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
print_line(sqlite3_stmt *row, bool csv, bool header, FILE *out)
{
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		char *text = header ? mem_text(sqlite3_column_name(row, i)) :
				      cell_text(row, i);

		if (csv)
			print_csv_cell(text, i == 0, out);
		else
			fprintf(out, "%s%s", i > 0 ? " | " : "", text);
		free(text);
	}
	fputc('\n', out);
}

int
rows_print(sqlite3_stmt *statement, const char *format, FILE *out, struct err *err)
{
	bool json = strcmp(format, "json") == 0, csv = strcmp(format, "csv") == 0;
	bool first = true;
	int status;

	while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
		if (json)
			print_json(statement, first, out);
		else if (first)
			print_line(statement, csv, true, out);
		if (!json)
			print_line(statement, csv, false, out);
		first = false;
	}
	if (json)
		fputs(first ? "[]\n" : "\n]\n", out);
	if (status != SQLITE_DONE)
		return err_set(err, "the query stopped: %s",
			       sqlite3_errmsg(sqlite3_db_handle(statement)));
	return 0;
}
