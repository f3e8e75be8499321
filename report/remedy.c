/* The fixes of one check, filled from the rows of the resources that failed it. */

#include "report/pieces.h"

#define WALK_SHARE 16 /* a walk pays where one row in so many failed */

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

/* The columns of the check's table, a space around each. Caller frees. */
static char *
table_columns(const struct remedy *remedy)
{
	sqlite3_stmt *rows = db_prepare(remedy->facts->source->db, NULL,
					"SELECT name FROM pragma_table_info(?1)");
	struct buf names = { 0 };

	buf_char(&names, ' ');
	if (rows != NULL)
		sqlite3_bind_text(rows, 1, remedy->check->resource, -1, SQLITE_STATIC);
	while (rows != NULL && sqlite3_step(rows) == SQLITE_ROW) {
		buf_text(&names, (const char *)sqlite3_column_text(rows, 0));
		buf_char(&names, ' ');
	}
	sqlite3_finalize(rows);
	return buf_take(&names);
}

/* A name is letters, digits and underscores (fill.c). */
static bool
is_among(const char *columns, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = columns; (at = strstr(at, name)) != NULL; at++)
		if (at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

static void
add_language(struct remedy *remedy, enum fill_language language, const char *columns)
{
	struct err err = { 0 };
	struct fix *fill = fix_parse(language, remedy->check->fix[language], &err);

	for (size_t i = 0; fill != NULL && i < fix_count(fill); i++) {
		const char *name = fix_column(fill, i);

		if (is_given(name) || name_index(remedy, name) >= 0)
			continue;
		if (!is_among(columns, name)) {
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
static sqlite3_stmt *
prepare(const struct remedy *remedy, const char *end)
{
	struct buf sql = { 0 };
	sqlite3_stmt *row;
	char *text;

	buf_text(&sql, "SELECT region, arn");
	for (size_t i = 0; i < remedy->name_count; i++) {
		text = sqlite3_mprintf(", \"%w\"", remedy->names[i]);
		buf_text(&sql, text);
		sqlite3_free(text);
	}
	text = sqlite3_mprintf(" FROM \"%w\" ", remedy->check->resource);
	buf_text(&sql, text);
	sqlite3_free(text);
	buf_text(&sql, end);
	row = db_prepare(remedy->facts->source->db, NULL, sql.data);
	buf_free(&sql);
	return row;
}

/* Findings of a check come by account, Region and resource: where many failed, one walk
 * through the table beside them is less than a search for each. */
static void
prepare_walk(struct remedy *remedy)
{
	long all = 0, failed = remedy->check->counts[FAIL];

	for (int i = 0; i < VERDICTS; i++)
		all += remedy->check->counts[i];
	if (failed > 2 && failed * WALK_SHARE >= all)
		remedy->walk = prepare(remedy, "ORDER BY region, arn");
	if (remedy->walk != NULL)
		remedy->has_walked = sqlite3_step(remedy->walk) == SQLITE_ROW;
}

static void
remedy_open(struct remedy *remedy, const struct facts *facts,
	    const struct check_row *check)
{
	char *columns;

	*remedy = (struct remedy){ .facts = facts, .check = check };
	if (check == NULL)
		return;
	columns = table_columns(remedy);
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (check->fix[i] != NULL)
			add_language(remedy, (enum fill_language)i, columns);
	free(columns);
	if (remedy->has_any)
		prepare_walk(remedy);
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

/* How the row of the walk stands to the finding: before it, at it, behind it. */
static int
walk_order(const struct remedy *remedy, const struct finding_row *finding)
{
	const char *region = (const char *)sqlite3_column_text(remedy->walk, 0);
	const char *arn = (const char *)sqlite3_column_text(remedy->walk, 1);
	int order = strcmp(region != NULL ? region : "", finding->region);

	return order != 0 ? order : strcmp(arn != NULL ? arn : "", finding->resource);
}

bool
remedy_read(struct remedy *remedy, const struct finding_row *finding)
{
	int order = -1;

	if (!remedy->has_any)
		return false;
	while (remedy->has_walked && (order = walk_order(remedy, finding)) < 0)
		remedy->has_walked = sqlite3_step(remedy->walk) == SQLITE_ROW;
	remedy->read = remedy->walk;
	if (remedy->has_walked && order == 0)
		return true;
	if (remedy->row == NULL)
		remedy->row = prepare(
			remedy, "WHERE arn = ?1 ORDER BY region IS ?2 DESC LIMIT 1");
	if (remedy->row == NULL)
		return false;
	sqlite3_reset(remedy->row);
	sqlite3_bind_text(remedy->row, 1, finding->resource, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(remedy->row, 2, finding->region, -1, SQLITE_TRANSIENT);
	remedy->read = remedy->row;
	return sqlite3_step(remedy->row) == SQLITE_ROW;
}

static const char *
value_of(const struct remedy *remedy, const struct finding_row *finding, const char *name)
{
	int at = name_index(remedy, name);

	if (at >= 0)
		return (const char *)sqlite3_column_text(remedy->read, at + 2);
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
	sqlite3_finalize(remedy->walk);
	for (int i = 0; i < FILL_LANGUAGES; i++) {
		fix_free(remedy->fills[i]);
		free(remedy->troubles[i]);
	}
	for (size_t i = 0; i < remedy->name_count; i++)
		free(remedy->names[i]);
	free(remedy->names);
	*remedy = (struct remedy){ 0 };
}
