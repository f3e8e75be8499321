/* Reads IAM's credential report: a CSV file in base64, inside the answer. */

#include "scanners/collect.h"

#include <string.h>

/* Reads the field at *at, to behind the comma or the end of the line. *more says whether the line goes on. NULL for a quote
 * that is not closed. Caller frees. */
static char *
read_field(const char **at, bool *more)
{
	struct buf out = { 0 };
	const char *p = *at;
	bool quoted = *p == '"';

	if (quoted)
		for (p++; *p != '\0' && (*p != '"' || p[1] == '"'); p++) {
			p += *p == '"';
			buf_char(&out, *p);
		}
	if (quoted && *p != '"') {
		buf_free(&out);
		return NULL;
	}
	p += quoted;
	while (*p != '\0' && *p != ',' && *p != '\n') {
		if (*p != '\r')
			buf_char(&out, *p);
		p++;
	}
	*more = *p == ',';
	*at = *p != '\0' ? p + 1 : p;
	return buf_take(&out);
}

/* Reads a line's fields into an array of strings. NULL for what is no text or no CSV. */
static json_t *
read_line(const char **at)
{
	json_t *fields = json_array();
	bool more = true;

	while (more) {
		char *text = read_field(at, &more);
		json_t *field = text != NULL ? json_string(text) : NULL;

		free(text);
		if (field == NULL || json_array_append_new(fields, field) < 0) {
			json_decref(fields);
			return NULL;
		}
	}
	return fields;
}

/* One user, by the names of the first line. NULL where the line has more or fewer fields than that. */
static json_t *
row_of(const json_t *header, const json_t *fields)
{
	json_t *row;
	size_t i;
	const json_t *name;

	if (json_array_size(header) != json_array_size(fields))
		return NULL;
	row = json_object();
	json_array_foreach((json_t *)header, i, name)
		json_object_set(row, json_string_value(name), json_array_get(fields, i));
	return row;
}

/* Adds the lines after the header to rows. -1 where one is not a user's: a report that is read in half would pass users
 * that it lost. */
static int
read_rows(const char *at, const json_t *header, json_t *rows)
{
	while (*at != '\0') {
		json_t *fields, *row;

		if (*at == '\n' || (*at == '\r' && at[1] == '\n')) {
			at += *at == '\r' ? 2 : 1;
			continue;
		}
		fields = read_line(&at);
		row = fields != NULL ? row_of(header, fields) : NULL;
		json_decref(fields);
		if (row == NULL)
			return -1;
		json_array_append_new(rows, row);
	}
	return 0;
}

static json_t *
read_report(const char *text)
{
	const char *at = text;
	json_t *header = read_line(&at), *rows = NULL;

	if (header != NULL && json_array_size(header) > 1 &&
	    strcmp(json_string_value(json_array_get(header, 0)), "user") == 0) {
		rows = json_array();
		if (read_rows(at, header, rows) < 0) {
			json_decref(rows);
			rows = NULL;
		}
	}
	json_decref(header);
	return rows;
}

json_t *
report_rows(const json_t *body)
{
	const json_t *content = json_object_get(body, "Content");
	const char *text = json_string_value(content);
	struct buf plain = { 0 };
	json_t *rows = NULL, *result;

	if (json_is_array(content))
		return json_copy((json_t *)body);
	if (text == NULL)
		return NULL;
	/* The decoder may have opened the base64 already. */
	if (strncmp(text, "user,", 5) == 0)
		rows = read_report(text);
	else if (base64_read(text, json_string_length(content), &plain) > 0 &&
		 memchr(plain.data, '\0', plain.len) == NULL) {
		buf_char(&plain, '\0');
		rows = read_report(plain.data);
	}
	buf_free(&plain);
	if (rows == NULL)
		return NULL;
	result = json_copy((json_t *)body);
	json_object_set_new(result, "Content", rows);
	return result;
}
