/* The placeholders of a page's fixes: columns of its resource, and the partition. */

#include "checks/engine.h"

/* "; did you mean x?" among the columns of a page's resource, or "". */
static const char *
column_hint(struct check_set *set, struct page *page, const char *name)
{
	const struct schema_table *table = page->table >= 0 ? &set->schema->tables[page->table] : NULL;
	const struct schema_view *view = table == NULL ? &set->schema->views[page->view] : NULL;
	size_t count = table != NULL ? table->column_count : view->column_count;
	const char **names = mem_get((count + 1) * sizeof(*names)), *near;

	for (size_t i = 0; i < count; i++)
		names[i] = table != NULL ? table->columns[i].name : view->columns[i];
	near = name_nearest(name, names, count);
	free(names);
	return near != NULL ? arena_print(&page->arena, "; did you mean %s?", near) : "";
}

/* Line of the page on which a placeholder of its fixes stands. */
static int
placeholder_line(const struct page *page, const char *placeholder, size_t len)
{
	char *text = mem_text_n(placeholder, len);
	const char *found = strstr(page->text, text);
	int line = 1;

	for (const char *at = page->text; found != NULL && at < found; at++)
		line += *at == '\n';
	free(text);
	return line;
}

/* at: behind the braces of a placeholder, whose column's name is len bytes long. */
static int
check_placeholder(struct check_set *set, struct page *page, const char *at, size_t len, struct err *err)
{
	const char *end = at + len + (at[len] == '|');
	size_t filter = strspn(end, "abcdefghijklmnopqrstuvwxyz");
	int line = placeholder_line(page, at - 2, len + 2);
	char name[64];
	int found;

	snprintf(name, sizeof(name), "%.*s", (int)len, at);
	found = strcmp(name, "partition") == 0 ? 1 : want_column(set, page, name, err);
	if (found < 0)
		return -1;
	if (!found)
		return page_fail(page, line, err, "{{%s: %s has no column of that name%s", name, page->resource,
				 column_hint(set, page, name));
	if (at[len] == '|' && !(filter == 2 && strncmp(end, "id", 2) == 0) &&
	    !(filter == 4 && (strncmp(end, "text", 4) == 0 || strncmp(end, "json", 4) == 0)))
		return page_fail(page, line, err, "{{%s|%.*s: expected |id, |json or |text", name, (int)filter, end);
	if (strncmp(end + (at[len] == '|' ? filter : 0), "}}", 2) != 0)
		return page_fail(page, line, err, "{{%s: expected }} behind it", name);
	return 0;
}

/* Other words in braces, as {{resolve:…}}, are the language's own. */
int
want_placeholders(struct check_set *set, struct page *page, const char *text, struct err *err)
{
	for (const char *at = text; at != NULL && (at = strstr(at, "{{")) != NULL;) {
		size_t len;

		at += 2;
		len = strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789");
		if (len > 0 && len < 64 && at[len] != ':' && check_placeholder(set, page, at, len, err) < 0)
			return -1;
	}
	return 0;
}
