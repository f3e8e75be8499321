/* A page of Markdown: its front matter, title, reason, query, fixes and examples. */

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "checks/engine.h"

enum section { BEFORE_TITLE, REASON, BESIDE, FIX, EXAMPLES };

/* A page being read. Cells are taken from the source lines, since Markdown would eat the * of an ARN. */
struct reading {
	struct page *page;
	const char **lines; /* starts, one past the last too */
	int line_count;
	enum section section;
	int reason_from;
	char *table_name;
	struct err *err;
};

int
page_fail(const struct page *page, int line, struct err *err, const char *format, ...)
{
	char text[900];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	return err_set(err, "%s:%d: %s", page->file, line, text);
}

/* Length of a line without its end. */
static size_t
line_length(const char *line)
{
	size_t len = strcspn(line, "\n");

	return len > 0 && line[len - 1] == '\r' ? len - 1 : len;
}

/* The value behind "key:" at the start of a line, without quotes; NULL: another line. */
static char *
line_value(struct arena *arena, const char *line, size_t len, const char *key)
{
	size_t key_len = strlen(key);
	const char *end = line + len;

	if (len <= key_len || strncmp(line, key, key_len) != 0 || line[key_len] != ':')
		return NULL;
	line += key_len + 1;
	line += strspn(line, " \t'\"");
	while (end > line && strchr(" \t'\"", end[-1]) != NULL)
		end--;
	return end > line ? arena_text_n(arena, line, (size_t)(end - line)) : NULL;
}

static char *
heading_text(struct arena *arena, const char *line, size_t len)
{
	const char *end = line + len;

	line += strspn(line, "# \t");
	while (end > line && strchr(" \t", end[-1]) != NULL)
		end--;
	return arena_text_n(arena, line, end > line ? (size_t)(end - line) : 0);
}

int
page_scan(struct page *page, struct err *err)
{
	const char *line = page->text;
	int number = 1, dashes = 0;

	for (; *line != '\0' && page->title == NULL; number++) {
		size_t len = line_length(line);
		char *severity, *resource;

		if (len == 3 && strncmp(line, "---", 3) == 0 && dashes < 2 &&
		    (dashes == 1 || number == 1)) {
			dashes++;
		} else if (dashes == 1) {
			severity = line_value(&page->arena, line, len, "severity");
			resource = line_value(&page->arena, line, len, "resource");
			page->severity = severity != NULL ? severity : page->severity;
			page->resource = resource != NULL ? resource : page->resource;
		} else if (text_starts(line, "# ")) {
			page->title = heading_text(&page->arena, line, len);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (dashes != 2 && !(page->is_view && dashes == 0))
		return page_fail(page, 1, err, "expected front matter between two lines of ---");
	if (page->title == NULL || page->title[0] == '\0')
		return page_fail(page, number, err, "expected a title: \"# The good state\"");
	if (page->is_view)
		return 0;
	if (page->severity == NULL)
		return page_fail(page, 1, err, "expected a severity in the front matter");
	if (page->resource == NULL)
		return page_fail(page, 1, err, "expected a resource in the front matter");
	return 0;
}

size_t
page_cells(struct arena *arena, const char *line, size_t len, char ***cells)
{
	const char *at = line, *end = line + len;
	size_t count = 0, room = 2;

	for (size_t i = 0; i < len; i++)
		room += line[i] == '|';
	*cells = arena_get(arena, room * sizeof(**cells));
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < end && *at == '|')
		at++;
	while (at < end) {
		char *cell = arena_get(arena, (size_t)(end - at) + 1), *to = cell;

		at += strspn(at, " \t");
		for (; at < end && *at != '|'; at++) {
			if (*at == '\\' && at + 1 < end && at[1] == '|')
				at++;
			*to++ = *at;
		}
		while (to > cell && (to[-1] == ' ' || to[-1] == '\t'))
			to--;
		*to = '\0';
		if (at >= end && to == cell)
			break; /* behind the closing bar */
		(*cells)[count++] = cell;
		at++;
	}
	return count;
}

static const char *
source_line(const struct reading *reading, int number, size_t *len)
{
	if (number < 1 || number > reading->line_count) {
		*len = 0;
		return "";
	}
	*len = line_length(reading->lines[number - 1]);
	return reading->lines[number - 1];
}

/* The source of lines from to until, blank ends cut off. Never NULL. */
static char *
source_slice(const struct reading *reading, int from, int until)
{
	const char *start, *end;

	if (until > reading->line_count)
		until = reading->line_count;
	if (from < 1 || from > until)
		return arena_text(&reading->page->arena, "");
	start = reading->lines[from - 1];
	end = reading->lines[until];
	while (start < end && strchr(" \t\r\n", *start) != NULL)
		start++;
	while (end > start && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	return arena_text_n(&reading->page->arena, start, (size_t)(end - start));
}

static bool
is_rule(const char *line, size_t len)
{
	bool dash = false;

	for (size_t i = 0; i < len; i++) {
		if (strchr("|:- \t", line[i]) == NULL)
			return false;
		dash |= line[i] == '-';
	}
	return dash;
}

static int
check_heads(struct reading *reading, const struct text_table *table)
{
	for (size_t i = 0; i < table->head_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(table->heads[i], table->heads[j]) == 0)
				return page_fail(reading->page, table->line, reading->err,
						 "the column %s stands twice", table->heads[i]);
	if (table->head_count == 0 || strcmp(table->heads[0], "case") != 0)
		return page_fail(reading->page, table->line, reading->err,
				 "expected \"case\" as the first column of the examples");
	return 0;
}

static int
add_table_row(struct reading *reading, struct text_table *table, int number)
{
	struct arena *arena = &reading->page->arena;
	size_t len, count;
	const char *line = source_line(reading, number, &len);
	struct text_row *row = &table->rows[table->row_count];

	row->line = number;
	count = page_cells(arena, line, len, &row->cells);
	if (count != table->head_count)
		return page_fail(reading->page, number, reading->err,
				 "expected %zu cells as in the table's head, not %zu",
				 table->head_count, count);
	table->row_count++;
	return 0;
}

static int
add_table(struct reading *reading, cmark_node *node)
{
	struct page *page = reading->page;
	int from = cmark_node_get_start_line(node), until = cmark_node_get_end_line(node);
	struct text_table *table;
	size_t len;
	const char *line;

	page->tables = mem_grow(page->tables, page->table_count + 1, sizeof(*page->tables));
	table = &page->tables[page->table_count++];
	*table = (struct text_table){ .name = reading->table_name, .line = from };
	table->rows = arena_get(&page->arena, (size_t)(until - from + 1) * sizeof(*table->rows));
	line = source_line(reading, from, &len);
	table->head_count = page_cells(&page->arena, line, len, &table->heads);
	if (check_heads(reading, table) < 0)
		return -1;
	for (int number = from + 1; number <= until; number++) {
		line = source_line(reading, number, &len);
		if (number == from + 1 && is_rule(line, len))
			continue;
		if (add_table_row(reading, table, number) < 0)
			return -1;
	}
	return 0;
}

static int
add_fix(struct reading *reading, const char *info, const char *text, int line)
{
	struct page *page = reading->page;
	char **to = strcmp(info, "sh") == 0   ? &page->fix_sh :
		    strcmp(info, "hcl") == 0  ? &page->fix_hcl :
		    strcmp(info, "yaml") == 0 ? &page->fix_yaml :
						NULL;

	if (to == NULL)
		return page_fail(page, line, reading->err,
				 "a fix is written in sh, hcl or yaml, not \"%s\"", info);
	if (*to != NULL)
		return page_fail(page, line, reading->err, "a second fix in %s", info);
	*to = arena_text(&page->arena, text);
	return 0;
}

static int
add_fence(struct reading *reading, cmark_node *node)
{
	struct page *page = reading->page;
	const char *info = cmark_node_get_fence_info(node);
	const char *text = cmark_node_get_literal(node), *name;
	int line = cmark_node_get_start_line(node);
	size_t len = strlen(text);

	if (reading->section == FIX)
		return add_fix(reading, info, text, line);
	if (reading->section == EXAMPLES) {
		name = strchr(info, ' ');
		if (name == NULL || name[strspn(name, " ")] == '\0')
			return page_fail(page, line, reading->err,
					 "an example's document needs a name: \"```json open\"");
		page->fences = mem_grow(page->fences, page->fence_count + 1,
					sizeof(*page->fences));
		page->fences[page->fence_count].name =
			arena_text(&page->arena, name + strspn(name, " "));
		if (len > 0 && text[len - 1] == '\n')
			len--;
		page->fences[page->fence_count++].text = arena_text_n(&page->arena, text, len);
		return 0;
	}
	if (strcmp(info, "sql") != 0)
		return 0; /* prose may quote */
	if (reading->section != REASON)
		return page_fail(page, line, reading->err, "a page has one query, behind its title");
	page->why = source_slice(reading, reading->reason_from, line - 1);
	page->sql = arena_text(&page->arena, text);
	page->sql_line = line + 1;
	reading->section = BESIDE;
	return 0;
}

static int
add_heading(struct reading *reading, cmark_node *node)
{
	struct page *page = reading->page;
	int level = cmark_node_get_heading_level(node), number = cmark_node_get_start_line(node);
	size_t len;
	const char *line = source_line(reading, number, &len);
	char *text = heading_text(&page->arena, line, len);

	if (level == 1) {
		if (reading->section != BEFORE_TITLE)
			return page_fail(page, number, reading->err, "a second title");
		page->title = text;
		reading->section = REASON;
		reading->reason_from = cmark_node_get_end_line(node) + 1;
		return 0;
	}
	if (level == 2 && strcmp(text, "Fix") == 0 && reading->section == BESIDE) {
		reading->section = FIX;
		return 0;
	}
	if (level == 2 && strcmp(text, "Examples") == 0 && reading->section >= BESIDE) {
		reading->section = EXAMPLES;
		reading->table_name = NULL;
		return 0;
	}
	if (level == 3 && reading->section == EXAMPLES) {
		reading->table_name = text;
		return 0;
	}
	return page_fail(page, number, reading->err,
			 "expected the query, then \"## Fix\", then \"## Examples\" with "
			 "\"### TABLE\" in it, not \"%s\"", text);
}

static int
add_block(struct reading *reading, cmark_node *node)
{
	struct page *page = reading->page;
	const char *type = cmark_node_get_type_string(node);
	int from = cmark_node_get_start_line(node), until = cmark_node_get_end_line(node);

	if (strcmp(type, "heading") == 0)
		return add_heading(reading, node);
	if (reading->section == BEFORE_TITLE)
		return page_fail(page, from, reading->err, "expected the title first");
	if (cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK)
		return add_fence(reading, node);
	if (reading->section == EXAMPLES && strcmp(type, "table") == 0)
		return add_table(reading, node);
	if (reading->section == FIX) {
		char *text = source_slice(reading, from, until);

		page->fix_text = page->fix_text == NULL ?
					 text :
					 arena_print(&page->arena, "%s\n\n%s", page->fix_text, text);
	}
	return 0;
}

/* Where the front matter ends: the offset of the first byte behind its second line of dashes. */
static size_t
front_length(struct page *page)
{
	const char *end;

	if (!text_starts(page->text, "---\n") && !text_starts(page->text, "---\r\n"))
		return 0;
	for (end = strstr(page->text, "\n---"); end != NULL; end = strstr(end + 1, "\n---"))
		if (line_length(end + 1) == 3)
			return (size_t)(end - page->text) + 1;
	return 0;
}

static int
read_blocks(struct reading *reading, const char *body, size_t len)
{
	cmark_syntax_extension *tables;
	cmark_parser *parser;
	cmark_node *root;
	int status = 0;

	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	tables = cmark_find_syntax_extension("table");
	if (tables != NULL)
		cmark_parser_attach_syntax_extension(parser, tables);
	cmark_parser_feed(parser, body, len);
	root = cmark_parser_finish(parser);
	for (cmark_node *node = cmark_node_first_child(root); node != NULL && status == 0;
	     node = cmark_node_next(node))
		status = add_block(reading, node);
	cmark_node_free(root);
	cmark_parser_free(parser);
	return status;
}

static int
check_parts(const struct page *page, struct err *err)
{
	if (page->sql == NULL)
		return page_fail(page, 1, err, "expected a query: a fence of ```sql behind the title");
	if (page->title == NULL)
		return page_fail(page, 1, err, "expected a title");
	if (!page->is_view && page->severity == NULL)
		return page_fail(page, 1, err, "expected a severity in the front matter");
	if (!page->is_view && page->resource == NULL)
		return page_fail(page, 1, err, "expected a resource in the front matter");
	return 0;
}

/* Length of the part that judges: examples are the greater part of a page, and only testing reads them. */
static size_t
judging_length(const struct page *page)
{
	const char *examples = strstr(page->text, "\n## Examples");

	return page->with_examples || examples == NULL ? page->len :
							 (size_t)(examples - page->text) + 1;
}

int
page_parse(struct page *page, struct err *err)
{
	struct reading reading = { .page = page, .err = err };
	size_t front = front_length(page), count = 1;
	char *body;
	int status = -1;

	if (page->parsed)
		return 0;
	page->defaults = json_object();
	page->see = json_array();
	if (front > 0 && page_read_front(page, page->text + 4, front - 4, err) < 0)
		return -1;
	for (const char *at = page->text; *at != '\0'; at++)
		count += *at == '\n';
	reading.lines = mem_get((count + 2) * sizeof(*reading.lines));
	for (const char *at = page->text; *at != '\0';) {
		reading.lines[reading.line_count++] = at;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	reading.lines[reading.line_count] = page->text + page->len;
	/* Blanked, not cut, so that line numbers stay those of the file. */
	body = mem_text_n(page->text, page->len);
	for (size_t i = 0; front > 0 && i < front + 3; i++)
		if (body[i] != '\n')
			body[i] = ' ';
	if (read_blocks(&reading, body, judging_length(page)) < 0 || check_parts(page, err) < 0)
		goto out;
	page->parsed = true;
	status = 0;
out:
	free(body);
	free(reading.lines);
	return status;
}

void
page_clear(struct page *page)
{
	json_decref(page->defaults);
	json_decref(page->parameters);
	json_decref(page->see);
	free(page->tables);
	free(page->fences);
	free(page->arms);
	free(page->reads.list);
	free(page->applies_reads.list);
	free(page->reach);
	free(page->uses_view);
	free(page->uses_join);
	free(page->calls);
	for (size_t i = 0; i < page->column_count; i++) {
		free(page->columns[i]);
		free(page->types[i]);
	}
	free(page->columns);
	free(page->types);
	arena_free(&page->arena);
}
