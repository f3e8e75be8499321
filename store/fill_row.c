/* Makes one row: its own item's columns, its ARN, then what other answers say about it. */

#include "store/fill.h"

/* A column of the row as text, for selectors and templates. Lives in the fill's arena until the row is cleared. */
static const char *
row_text(void *arg, const char *column)
{
	struct row *row = arg;
	int at = schema_find_column(row->table, column);
	const char *text = NULL;
	char *copy;

	if (strcmp(column, "partition") == 0)
		return row->fill->partition;
	if (strcmp(column, "account_id") == 0)
		return row->fill->account_id;
	if (strcmp(column, "region") == 0)
		return row->region;
	if (strcmp(column, "parent_arn") == 0)
		return row->parent_arn;
	if (strcmp(column, "arn") == 0 && row->arn != NULL)
		return row->arn;
	if (at < 0 || row->values[at] == NULL)
		return NULL;
	if (json_is_string(row->values[at]))
		return json_string_value(row->values[at]);
	copy = column_text(row->values[at]);
	text = arena_text(&row->fill->arena, copy);
	free(copy);
	return text;
}

/* *whole is false where a column that it names is not there. */
static char *
fill_template(struct row *row, const char *template, bool *whole)
{
	struct buf out = { 0 };

	while (*template != '\0') {
		size_t plain = strcspn(template, "{");
		const char *end = strchr(template + plain, '}');
		const char *value;
		char *name;

		buf_add(&out, template, plain);
		if (template[plain] == '\0' || end == NULL)
			break;
		name = mem_text_n(template + plain + 1,
				  (size_t)(end - template) - plain - 1);
		value = row_text(row, name);
		buf_text(&out, value != NULL ? value : "");
		*whole &= value != NULL && value[0] != '\0';
		free(name);
		template = end + 1;
	}
	return buf_take(&out);
}

int
row_gap(struct row *row, int operation, int64_t call, char *reason)
{
	struct fill *fill = row->fill;
	const char *arn = row->arn != NULL ? row->arn : row->parent_arn;
	const struct schema_operation *op = &fill->schema->operations[operation];

	if (fill->add_gap == NULL)
		fill->add_gap = db_prepare(
			fill->evidence->db, row->err,
			"INSERT INTO known_gap SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS"
			" (SELECT 1 FROM known_gap WHERE operation = ?1 AND arn = ?3)");
	if (fill->add_gap == NULL || arn == NULL) {
		free(reason);
		return arn == NULL ? 0 : -1;
	}
	sqlite3_reset(fill->add_gap);
	sqlite3_bind_text(fill->add_gap, 1, op->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(fill->add_gap, 2, row->region, -1, SQLITE_STATIC);
	sqlite3_bind_text(fill->add_gap, 3, arn, -1, SQLITE_STATIC);
	sqlite3_bind_int64(fill->add_gap, 4, call);
	sqlite3_bind_text(fill->add_gap, 5, reason, -1, free);
	if (sqlite3_step(fill->add_gap) != SQLITE_DONE)
		return db_error(fill->evidence->db, row->err, "cannot write a known gap");
	sqlite3_reset(fill->add_gap);
	sqlite3_clear_bindings(fill->add_gap);
	return 0;
}

static int
add_gap(struct row *row, const struct schema_column *column, int64_t call,
	enum path_gap gap)
{
	const char *name = row->fill->schema->operations[column->operation].name;

	return row_gap(row, column->operation, call,
		       gap == GAP_NO_ITEM ?
			       mem_print("the answer of %s does not hold it", name) :
			       mem_print("%s in the answer of %s is no valid JSON",
					 column->name, name));
}

/* What is being asked of several answers until one tells. */
struct asking {
	struct row *row;
	const struct schema_column *column;
	json_t *value;
	enum path_gap gap;
	int gap_page;
	bool told; /* an answer held the item, whatever it says of it */
	bool refused;
};

/* Takes what one answer says; what several pages list is put together, what they count is added. */
static void
ask_page(struct asking *asking, int page)
{
	struct row *row = asking->row;
	const struct answer_kept *kept = fill_answer(row->fill, page);
	struct place root = { 0 };
	enum path_gap gap = GAP_NONE;
	json_t *value;

	asking->refused |= row->fill->pages[page].refused;
	if (kept == NULL || kept->body == NULL)
		return;
	root.value = kept->body;
	value = path_value(&root, kept->request, asking->column->path, row_text, row, &gap);
	if (gap != GAP_NONE && asking->gap != GAP_NOT_JSON) {
		asking->gap = gap;
		asking->gap_page = page;
	}
	asking->told |= gap == GAP_NONE;
	if (value != NULL && asking->value != NULL && json_is_array(value) &&
	    json_is_array(asking->value)) {
		json_t *joined = json_copy(asking->value);

		json_array_extend(joined, value);
		json_decref(asking->value);
		asking->value = joined;
	} else if (json_is_integer(value) && json_is_integer(asking->value) &&
		   strstr(asking->column->path, " :count") != NULL) {
		json_t *sum = json_integer(json_integer_value(value) +
					   json_integer_value(asking->value));

		json_decref(asking->value);
		asking->value = sum;
	} else if (value != NULL && asking->value == NULL) {
		asking->value = json_incref(value);
	}
	json_decref(value);
}

/* Walks down from calls about (page, item) to those of the wanted operation. */
static void
ask_below(struct asking *asking, int page, int item, int depth)
{
	struct fill *fill = asking->row->fill;
	size_t count, first = fill_children(fill, page, item, &count);

	for (size_t i = first; i < first + count && depth < 8; i++) {
		int below = fill->children[i].page;

		if (fill->pages[below].operation == asking->column->operation)
			ask_page(asking, below);
		else
			ask_below(asking, below, -1, depth + 1);
	}
}

/* Answers of the row's region, or of all, that are about no row. */
static void
ask_siblings(struct asking *asking)
{
	struct fill *fill = asking->row->fill;
	int op = asking->column->operation;

	for (int i = fill->first_of[op]; i < fill->last_of[op]; i++) {
		const struct page *page = &fill->pages[fill->by_operation[i]];

		if (strcmp(page->region, "aws-global") == 0 ||
		    strcmp(page->region, asking->row->region) == 0 ||
		    strcmp(asking->row->region, "aws-global") == 0)
			ask_page(asking, fill->by_operation[i]);
	}
}

static bool
is_below(const struct schema *schema, int operation, int ancestor)
{
	for (; operation >= 0; operation = schema->operations[operation].parent)
		if (operation == ancestor)
			return true;
	return false;
}

static int
ask_others(struct row *row, size_t at)
{
	const struct schema_column *column = &row->table->columns[at];
	struct asking asking = { .row = row, .column = column };
	int status = 0;

	if (is_below(row->fill->schema, column->operation, row->table->operation)) {
		if (row->item >= 0)
			ask_below(&asking, row->page, row->item, 0);
	} else {
		ask_siblings(&asking);
	}
	row->values[at] = asking.value;
	if (asking.gap == GAP_NO_ITEM && asking.told)
		asking.gap = GAP_NONE;
	if (asking.value == NULL && asking.gap != GAP_NONE && !asking.refused)
		status = add_gap(row, column, row->fill->pages[asking.gap_page].id,
				 asking.gap);
	return status;
}

static json_t *
tags_of(json_t *value)
{
	json_t *tags = column_tags(value);

	json_decref(value);
	return tags;
}

/* The columns that the row's own item fills. */
static int
own_columns(struct row *row, const bool after_arn)
{
	const struct schema_table *table = row->table;
	int status = 0;

	for (size_t i = 0; status == 0 && i < table->column_count; i++) {
		const struct schema_column *column = &table->columns[i];
		enum path_gap gap;

		if (column->path == NULL || column->operation != table->operation ||
		    row->values[i] != NULL)
			continue;
		row->values[i] = path_value(row->place, row->request, column->path, row_text,
					    row, &gap);
		if (gap == GAP_NOT_JSON && after_arn)
			status = add_gap(row, column,
					 row->page >= 0 ? row->fill->pages[row->page].id : 0,
					 gap);
	}
	return status;
}

static void
set_text(struct row *row, const char *column, const char *text)
{
	int at = schema_find_column(row->table, column);

	if (at < 0)
		return;
	json_decref(row->values[at]);
	row->values[at] = text != NULL ? json_string(text) : NULL;
}

/* The row's region: its own column where declared, else the call's. Where AWS leaves a bucket's out it is us-east-1
 * (S3 API Reference, GetBucketLocation). */
static bool
set_region(struct row *row)
{
	int at = schema_find_column(row->table, "region");
	const char *own = json_string_value(row->values[at]);
	const char *call = row->page >= 0 ? row->fill->pages[row->page].region : "";
	size_t i;
	json_t *name;

	bool guessed = own == NULL && row->table->columns[at].path != NULL;

	if (guessed)
		own = "us-east-1";
	row->region = arena_text(&row->fill->arena, own != NULL ? own : call);
	set_text(row, "region", row->region);
	if (json_array_size(row->fill->scope) == 0 ||
	    strcmp(row->region, "aws-global") == 0 || guessed)
		return true; /* what may be in scope is no less than unknown */
	json_array_foreach(row->fill->scope, i, name)
		if (strcmp(json_string_value(name), row->region) == 0)
			return true;
	return false;
}

static int
other_columns(struct row *row)
{
	const struct schema_table *table = row->table;

	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].path != NULL &&
		    table->columns[i].operation != table->operation &&
		    ask_others(row, i) < 0)
			return -1;
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].type == TAGS && row->values[i] != NULL)
			row->values[i] = tags_of(row->values[i]);
	return 0;
}

/* Finds the row's ARN. A resource that was listed without what names it gets one of its own: under that of another it
 * would be lost. Returns whether it has a true one. */
static bool
name_row(struct row *row)
{
	const struct schema_table *table = row->table;
	int at = schema_find_column(table, "arn");
	bool whole = true;
	char hash[SHA256_ROOM], *text, *nameless;

	if (row->values[at] != NULL)
		row->arn = column_text(row->values[at]);
	else if (table->arn != NULL)
		row->arn = fill_template(row, table->arn, &whole);
	if (table->type == NULL || (row->arn != NULL && row->arn[0] != '\0' && whole))
		return true;
	text = json_canonical(row->place->value);
	nameless = mem_print("%s?%.16s",
			     row->arn != NULL && row->arn[0] != '\0' ? row->arn : table->name,
			     sha256_hex(text, strlen(text), hash));
	free(text);
	free(row->arn);
	row->arn = nameless;
	return false;
}

int
row_make(struct row *row, struct err *err)
{
	const struct schema_table *table = row->table;
	bool named;

	row->err = err;
	row->values = mem_get(table->column_count * sizeof(json_t *));
	row->region = "";
	own_columns(row, false);
	if (!set_region(row))
		return 1;
	set_text(row, "account_id", row->fill->account_id);
	named = name_row(row);
	set_text(row, "arn", row->arn);
	if (table->of >= 0)
		set_text(row, "parent_arn", row->parent_arn);
	if (row->only_arn)
		return 0;
	if (!named && row_gap(row, table->operation,
			      row->page >= 0 ? row->fill->pages[row->page].id : 0,
			      mem_text("it was listed without a name")) < 0)
		return -1;
	if (own_columns(row, true) < 0)
		return -1;
	return other_columns(row);
}

void
row_clear(struct row *row)
{
	if (row->values != NULL)
		for (size_t i = 0; i < row->table->column_count; i++)
			json_decref(row->values[i]);
	free(row->values);
	free(row->arn);
	row->values = NULL;
	row->arn = NULL;
}
