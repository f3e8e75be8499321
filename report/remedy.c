/* The fixes of one check, filled from the rows of the resources that failed it. */

#include "report/pieces.h"

/* What every placeholder may name, whether the resource's table has it or not. */
static const char *const given[] = { "account_id", "partition", "region" };

static bool
is_given(const char *name)
{
	for (size_t i = 0; i < COUNT(given); i++)
		if (strcmp(given[i], name) == 0)
			return true;
	return false;
}

static int
name_index(const struct remedy *remedy, const char *name)
{
	for (size_t i = 0; i < remedy->name_count; i++)
		if (strcmp(remedy->names[i], name) == 0)
			return (int)i;
	return -1;
}

static bool
table_has(const struct remedy *remedy, const char *column)
{
	sqlite3_stmt *rows =
		db_prepare(remedy->facts->source->db, NULL,
			   "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2");
	bool found;

	if (rows == NULL)
		return false;
	sqlite3_bind_text(rows, 1, remedy->check->resource, -1, SQLITE_STATIC);
	sqlite3_bind_text(rows, 2, column, -1, SQLITE_STATIC);
	found = sqlite3_step(rows) == SQLITE_ROW;
	sqlite3_finalize(rows);
	return found;
}

static void
add_language(struct remedy *remedy, enum fill_language language)
{
	struct err err = { 0 };
	struct fix *fill = fix_parse(language, remedy->check->fix[language], &err);

	for (size_t i = 0; fill != NULL && i < fix_count(fill); i++) {
		const char *name = fix_column(fill, i);

		if (is_given(name) || name_index(remedy, name) >= 0)
			continue;
		if (!table_has(remedy, name)) {
			err_set(&err, "there is no column %s in %s", name,
				remedy->check->resource);
			fix_free(fill);
			fill = NULL;
			break;
		}
		remedy->names = mem_grow(remedy->names, remedy->name_count + 1,
					 sizeof(*remedy->names));
		remedy->names[remedy->name_count++] = mem_text(name);
	}
	remedy->fills[language] = fill;
	if (fill == NULL)
		remedy->troubles[language] =
			mem_print("the %s fix of %s cannot be filled: %s",
				  fill_names[language], remedy->check->id, err.text);
	remedy->has_any = remedy->has_any || fill != NULL;
}

/* Names are known columns of a table that the pages name: both are quoted all the same.
 */
static void
prepare_row(struct remedy *remedy)
{
	struct buf sql = { 0 };
	char *text;

	buf_text(&sql, "SELECT 1");
	for (size_t i = 0; i < remedy->name_count; i++) {
		text = sqlite3_mprintf(", \"%w\"", remedy->names[i]);
		buf_text(&sql, text);
		sqlite3_free(text);
	}
	text = sqlite3_mprintf(
		" FROM \"%w\" WHERE arn = ?1 ORDER BY region IS ?2 DESC LIMIT 1",
		remedy->check->resource);
	buf_text(&sql, text);
	sqlite3_free(text);
	remedy->row = db_prepare(remedy->facts->source->db, NULL, sql.data);
	buf_free(&sql);
}

void
remedy_open(struct remedy *remedy, const struct facts *facts,
	    const struct check_row *check)
{
	*remedy = (struct remedy){ .facts = facts, .check = check };
	if (check == NULL)
		return;
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (check->fix[i] != NULL)
			add_language(remedy, (enum fill_language)i);
	if (remedy->has_any)
		prepare_row(remedy);
}

void
remedy_of(struct remedy *remedy, const struct facts *facts,
	  const struct finding_row *finding)
{
	if (remedy->facts != NULL && remedy->check == finding->check)
		return;
	remedy_close(remedy);
	remedy_open(remedy, facts, finding->check);
}

bool
remedy_read(struct remedy *remedy, const struct finding_row *finding)
{
	if (remedy->row == NULL)
		return false;
	sqlite3_reset(remedy->row);
	sqlite3_bind_text(remedy->row, 1, finding->resource, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(remedy->row, 2, finding->region, -1, SQLITE_TRANSIENT);
	return sqlite3_step(remedy->row) == SQLITE_ROW;
}

static const char *
value_of(const struct remedy *remedy, const struct finding_row *finding, const char *name)
{
	int at = name_index(remedy, name);

	if (at >= 0)
		return (const char *)sqlite3_column_text(remedy->row, at + 1);
	if (strcmp(name, "region") == 0)
		return finding->region;
	if (strcmp(name, "account_id") == 0)
		return finding->account_id;
	return remedy->facts->partition;
}

bool
remedy_fill(const struct remedy *remedy, const struct finding_row *finding,
	    enum fill_language language, struct buf *out)
{
	const struct fix *fill = remedy->fills[language];
	const char **values;
	size_t count;

	if (fill == NULL)
		return false;
	count = fix_count(fill);
	values = mem_get((count + 1) * sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = value_of(remedy, finding, fix_column(fill, i));
	fix_print(fill, values, out);
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_char(out, '\n');
	free(values);
	return true;
}

void
remedy_close(struct remedy *remedy)
{
	sqlite3_finalize(remedy->row);
	for (int i = 0; i < FILL_LANGUAGES; i++) {
		fix_free(remedy->fills[i]);
		free(remedy->troubles[i]);
	}
	for (size_t i = 0; i < remedy->name_count; i++)
		free(remedy->names[i]);
	free(remedy->names);
	*remedy = (struct remedy){ 0 };
}
