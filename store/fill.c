/* Fills the typed tables from the calls: a pure function of what was answered. */

#include "store/fill.h"

#include <search.h>

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Notes the ARN. Returns whether it was there already. */
static bool
note_arn(struct fill *fill, const char *arn)
{
	char *copy = mem_text(arn);
	char **there = tsearch(copy, &fill->seen, by_text);

	if (*there == copy)
		return false;
	free(copy);
	return true;
}

static int
fill_prepare(struct fill *fill, const struct schema_table *table, struct err *err)
{
	struct buf sql = { 0 };

	tdestroy(fill->seen, free);
	fill->seen = NULL;
	buf_print(&sql, "INSERT INTO %s VALUES (", table->name);
	for (size_t i = 0; i < table->column_count; i++)
		buf_text(&sql, i == 0 ? "?" : ",?");
	buf_char(&sql, ')');
	sqlite3_finalize(fill->insert);
	fill->insert = db_prepare(fill->evidence->db, err, sql.data);
	buf_free(&sql);
	buf_print(&sql, "DELETE FROM %s WHERE arn = ?", table->name);
	sqlite3_finalize(fill->forget);
	fill->forget = db_prepare(fill->evidence->db, err, sql.data);
	buf_free(&sql);
	return fill->insert != NULL && fill->forget != NULL ? 0 : -1;
}

/* Whether a row of this ARN stands already and is to stay: the home region's wins. */
static bool
stands_already(struct row *row)
{
	struct fill *fill = row->fill;
	bool home = false;

	if (row->arn == NULL || row->table->type == NULL || !note_arn(fill, row->arn))
		return false;
	if (row->table->home != NULL) {
		int at = schema_find_column(row->table, row->table->home);
		const char *where = at >= 0 ? json_string_value(row->values[at]) : NULL;

		home = where != NULL && strcmp(where, row->region) == 0;
	}
	if (!home)
		return true;
	sqlite3_reset(fill->forget);
	sqlite3_bind_text(fill->forget, 1, row->arn, -1, SQLITE_STATIC);
	sqlite3_step(fill->forget);
	sqlite3_reset(fill->forget);
	return false;
}

/* Two things under one ARN: only the first is a row, and what holds of it may not hold of the other. */
static int
note_collision(struct row *row, struct err *err)
{
	const struct schema_table *table = row->table;
	int name = schema_find_column(table, "name");
	char *sql = mem_print("SELECT 1 FROM %s WHERE arn = ? AND name IS ?", table->name);
	sqlite3_stmt *find = db_prepare(row->fill->evidence->db, err, sql);
	bool same;

	free(sql);
	if (find == NULL)
		return -1;
	sqlite3_bind_text(find, 1, row->arn, -1, SQLITE_STATIC);
	column_bind(find, 2, table->columns[name].type, row->values[name]);
	same = sqlite3_step(find) == SQLITE_ROW;
	sqlite3_finalize(find);
	if (same || row->page < 0)
		return 0;
	return row_gap(row, table->operation, row->fill->pages[row->page].id,
		       mem_text("another of the same ARN was listed"));
}

static void
add_arn(char ***arns, size_t *count, const char *arn)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*arns)[i], arn) == 0)
			return;
	*arns = mem_grow(*arns, *count + 1, sizeof(char *));
	(*arns)[(*count)++] = mem_text(arn);
}

/* Whether the row is but a copy, and the region at home answers for it too. */
static bool
is_copy(const struct row *row)
{
	const struct fill *fill = row->fill;
	int op = row->table->operation, at;
	const char *home;

	if (row->table->home == NULL)
		return false;
	at = schema_find_column(row->table, row->table->home);
	home = at >= 0 ? json_string_value(row->values[at]) : NULL;
	if (home == NULL || strcmp(home, row->region) == 0)
		return false;
	for (int i = fill->first_of[op]; i < fill->last_of[op]; i++) {
		const struct page *page = &fill->pages[fill->by_operation[i]];

		if (page->answered && strcmp(page->region, home) == 0)
			return true;
	}
	return false;
}

/* Tells the calls about this row's item whose they are: what a copy's region refuses is no doubt about the row at home. */
static void
tell_children(struct row *row)
{
	struct fill *fill = row->fill;
	size_t count, first;

	if (row->item < 0 || row->arn == NULL || is_copy(row))
		return;
	first = fill_children(fill, row->page, row->item, &count);
	for (size_t i = first; i < first + count; i++) {
		struct child *child = &fill->children[i];
		struct page *page = &fill->pages[child->page];

		add_arn(&child->arns, &child->arn_count, row->arn);
		add_arn(&page->arns, &page->arn_count, row->arn);
	}
}

static int
row_store(struct row *row, struct err *err)
{
	struct fill *fill = row->fill;
	int status = row_make(row, err);

	if (status != 0)
		return status < 0 ? -1 : 0;
	tell_children(row);
	if (stands_already(row))
		return note_collision(row, err);
	sqlite3_reset(fill->insert);
	for (size_t i = 0; i < row->table->column_count; i++)
		column_bind(fill->insert, (int)i + 1, row->table->columns[i].type,
			    row->values[i]);
	status = sqlite3_step(fill->insert) == SQLITE_DONE ? 0 : -1;
	if (status < 0)
		db_error(fill->evidence->db, err, "cannot write a row");
	sqlite3_reset(fill->insert);
	return status;
}

bool
fill_is_listed(const struct fill *fill, const struct schema_table *table)
{
	const char *items = fill->schema->operations[table->operation].row->items;

	if (table->of >= 0)
		return false;
	return table->path == NULL ||
	       (items != NULL && strcmp(table->path, items) == 0);
}

/* The rows of a table that one answer, or one item of it, holds. */
static int
rows_at(struct fill *fill, const struct schema_table *table, int page,
	const struct place *root, const json_t *request, const char *parent_arn,
	struct err *err)
{
	const char *path = table->path;
	struct places places;
	int status = 0;

	if (path == NULL)
		path = fill->schema->operations[table->operation].row->items;
	places = path_items(root, path);
	for (size_t i = 0; status == 0 && i < places.count; i++) {
		struct row row = { .fill = fill, .table = table, .page = page,
				   .item = fill_is_listed(fill, table) ? (int)i : -1,
				   .place = places.list[i], .request = request,
				   .parent_arn = parent_arn };

		if (!path_holds(places.list[i], table->only))
			continue;
		status = row_store(&row, err);
		row_clear(&row);
	}
	places_free(&places);
	return status;
}

/* Rows inside the items of the parent table's own answer: each item is visited for its ARN. */
static int
rows_inside(struct fill *fill, const struct schema_table *table, int page,
	    const struct place *root, const json_t *request, struct err *err)
{
	const struct schema_table *parent = &fill->schema->tables[table->of];
	const char *path = parent->path;
	struct places places;
	int status = 0;

	if (path == NULL)
		path = fill->schema->operations[parent->operation].row->items;
	places = path_items(root, path);
	for (size_t i = 0; status == 0 && i < places.count; i++) {
		struct row row = { .fill = fill, .table = parent, .page = page,
				   .item = fill_is_listed(fill, parent) ? (int)i : -1,
				   .place = places.list[i], .request = request,
				   .only_arn = true };

		if (path_holds(places.list[i], parent->only)) {
			status = row_make(&row, err);
			if (status == 0)
				status = rows_at(fill, table, page, places.list[i], request,
						 row.arn, err);
			else if (status > 0)
				status = 0;
		}
		row_clear(&row);
	}
	places_free(&places);
	return status;
}

/* Of the rows that a page is about, the one in the table that `to` is a part of. */
static const char *
parent_of(struct fill *fill, const struct schema_table *to, const struct page *page)
{
	sqlite3_stmt *find;
	const char *found = page->arn_count > 0 ? page->arns[0] : NULL;
	char *sql;

	if (page->arn_count < 2 || to->of < 0)
		return found;
	sql = mem_print("SELECT 1 FROM %s WHERE arn = ?", fill->schema->tables[to->of].name);
	find = db_prepare(fill->evidence->db, NULL, sql);
	free(sql);
	for (size_t i = 0; find != NULL && i < page->arn_count; i++) {
		sqlite3_reset(find);
		sqlite3_bind_text(find, 1, page->arns[i], -1, SQLITE_STATIC);
		if (sqlite3_step(find) == SQLITE_ROW)
			found = page->arns[i];
	}
	sqlite3_finalize(find);
	return found;
}

static int
table_rows(struct fill *fill, int table, int page, struct err *err)
{
	const struct schema_table *to = &fill->schema->tables[table];
	const struct answer_kept *kept = fill_answer(fill, page);
	json_t *body, *request;
	struct place root = { 0 };
	int status;

	if (kept == NULL || kept->body == NULL)
		return 0;
	body = json_incref(kept->body);
	request = json_incref(kept->request);
	root.value = body;
	if (to->of >= 0 && fill->schema->tables[to->of].operation == to->operation)
		status = rows_inside(fill, to, page, &root, request, err);
	else
		status = rows_at(fill, to, page, &root, request,
				 parent_of(fill, to, &fill->pages[page]), err);
	json_decref(body);
	json_decref(request);
	return status;
}

/* Tables come before those whose operations are asked about their rows. */
static int
operation_depth(const struct schema *schema, int operation)
{
	int depth = 0;

	for (; operation >= 0; operation = schema->operations[operation].parent)
		depth++;
	return depth;
}

/* Calls about items of an answer that no table lists are about what that answer was about. */
static void
inherit_subjects(struct fill *fill, int depth)
{
	for (size_t i = 0; i < fill->page_count; i++) {
		struct page *page = &fill->pages[i];

		if (page->operation < 0 || page->parent < 0 || page->arn_count > 0 ||
		    operation_depth(fill->schema, page->operation) != depth)
			continue;
		for (size_t j = 0; j < fill->pages[page->parent].arn_count; j++)
			add_arn(&page->arns, &page->arn_count,
				fill->pages[page->parent].arns[j]);
	}
}

/* The regions that were asked for are rows even where nothing listed them. */
static int
add_scope_regions(struct fill *fill, const struct schema_table *table, struct err *err)
{
	size_t i;
	json_t *name;

	json_array_foreach(fill->scope, i, name) {
		json_t *item = json_pack("{s:O}", "RegionName", name);
		struct place place = { .value = item };
		struct row row = { .fill = fill, .table = table, .page = -1, .item = -1,
				   .place = &place };
		int status = row_store(&row, err);

		row_clear(&row);
		json_decref(item);
		if (status < 0)
			return -1;
	}
	return 0;
}

static int
fill_tables(struct fill *fill, struct err *err)
{
	const struct schema *schema = fill->schema;

	for (int depth = 1; depth < 8; depth++) {
		inherit_subjects(fill, depth);
		for (size_t t = 0; t < schema->table_count; t++) {
			int op = schema->tables[t].operation;

			bool is_region = strcmp(schema->tables[t].name, "region") == 0;

			if (operation_depth(schema, op) != depth ||
			    (fill->first_of[op] == fill->last_of[op] && !is_region))
				continue;
			if (fill_prepare(fill, &schema->tables[t], err) < 0)
				return -1;
			for (int i = fill->first_of[op]; i < fill->last_of[op]; i++)
				if (table_rows(fill, (int)t, fill->by_operation[i], err) < 0)
					return -1;
			if (is_region && add_scope_regions(fill, &schema->tables[t], err) < 0)
				return -1;
		}
	}
	return 0;
}

static int
clear_tables(struct fill *fill, struct err *err)
{
	struct buf sql = { 0 };
	int status;

	buf_text(&sql, "DELETE FROM known_gap; DELETE FROM not_asked;");
	for (size_t i = 0; i < fill->schema->table_count; i++)
		buf_print(&sql, "DELETE FROM %s;", fill->schema->tables[i].name);
	status = db_run(fill->evidence->db, err, sql.data);
	buf_free(&sql);
	return status;
}

static int
add_subject(struct fill *fill, sqlite3_stmt *add, const struct child *child, const char *arn,
	    struct err *err)
{
	sqlite3_reset(add);
	sqlite3_bind_int64(add, 1, fill->pages[child->page].id);
	sqlite3_bind_int(add, 2, child->item);
	sqlite3_bind_text(add, 3, arn, -1, SQLITE_STATIC);
	if (sqlite3_step(add) != SQLITE_DONE)
		return db_error(fill->evidence->db, err, "cannot write call_subject");
	return 0;
}

/* Writes call_subject anew: the same items, now with their rows' ARNs. */
static int
write_subjects(struct fill *fill, struct err *err)
{
	sqlite3 *db = fill->evidence->db;
	sqlite3_stmt *add;
	int status = 0;

	if (db_run(db, err, "DELETE FROM call_subject") < 0)
		return -1;
	add = db_prepare(db, err, "INSERT INTO call_subject VALUES (?, ?, ?)");
	if (add == NULL)
		return -1;
	for (size_t i = 0; status == 0 && i < fill->child_count; i++) {
		const struct child *child = &fill->children[i];
		const struct page *page = &fill->pages[child->page];
		size_t count = child->arn_count > 0 ? child->arn_count : page->arn_count;
		char **arns = child->arn_count > 0 ? child->arns : page->arns;

		if (count == 0)
			status = add_subject(fill, add, child, NULL, err);
		for (size_t j = 0; status == 0 && j < count; j++)
			status = add_subject(fill, add, child, arns[j], err);
	}
	sqlite3_finalize(add);
	return status;
}

int
evidence_fill(struct evidence *evidence, struct err *err)
{
	struct fill fill = { .evidence = evidence, .schema = evidence->schema };
	int status = -1;

	if (evidence_begin(evidence, err) == 0 && fill_load(&fill, err) == 0 &&
	    clear_tables(&fill, err) == 0 && fill_tables(&fill, err) == 0 &&
	    fill_owed(&fill, err) == 0 && write_subjects(&fill, err) == 0)
		status = schema_index(fill.schema, evidence->db, err);
	fill_free(&fill);
	if (status == 0)
		return evidence_commit(evidence, err);
	if (evidence->in_transaction) {
		db_run(evidence->db, NULL, "ROLLBACK");
		evidence->in_transaction = false;
	}
	return err_prefix(err, "cannot fill the tables from the kept answers");
}
