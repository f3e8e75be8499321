/* What nobody asked: calls that the kept answers lead to, without a call in the file. A scan for other checks, one that
 * was killed, and an item that gave no input leave such; what they would have told is not known, never "none". */

#include "store/fill.h"

struct owing {
	struct fill *fill;
	sqlite3_stmt *add;
	bool *told;	       /* per operation that was never called: said once, for all */
	bool *leads_on;	       /* per operation: others are asked about its items */
	const char **regions;  /* that a regional operation is to be asked in */
	size_t region_count;
	struct err *err;
};

static bool
was_called(const struct fill *fill, int operation)
{
	return fill->first_of[operation] < fill->last_of[operation];
}

static int
owe(struct owing *owing, int operation, const char *region, const char *arn)
{
	const char *name = owing->fill->schema->operations[operation].name;

	if (!was_called(owing->fill, operation)) {
		if (owing->told[operation])
			return 0;
		owing->told[operation] = true;
		region = "aws-global";
		arn = NULL;
	}
	sqlite3_reset(owing->add);
	sqlite3_bind_text(owing->add, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(owing->add, 2, region, -1, SQLITE_STATIC);
	sqlite3_bind_text(owing->add, 3, arn, -1, SQLITE_STATIC);
	if (sqlite3_step(owing->add) != SQLITE_DONE)
		return db_error(owing->fill->evidence->db, owing->err,
				"cannot write what was not asked");
	sqlite3_reset(owing->add);
	return 0;
}

/* How many calls an operation makes for one item: each 'A'|'B' is a call of its own. */
static size_t
calls_each(const struct operation *row)
{
	size_t product = 1, some = 1;

	for (const char *at = row->bind; at != NULL && *at != '\0'; at++) {
		if (strncmp(at, "'|'", 3) == 0)
			some++;
		if (*at == ' ' || at[1] == '\0') {
			product *= some;
			some = 1;
		}
	}
	return product;
}

/* ---- Calls that hang on no other. */

static void
add_region(struct owing *owing, const char *name)
{
	if (name == NULL || strcmp(name, "aws-global") == 0)
		return;
	for (size_t i = 0; i < owing->region_count; i++)
		if (strcmp(owing->regions[i], name) == 0)
			return;
	owing->regions = mem_grow(owing->regions, owing->region_count + 1, sizeof(char *));
	owing->regions[owing->region_count++] = arena_text(&owing->fill->arena, name);
}

static bool
in_scope(const struct fill *fill, const char *region)
{
	size_t i;
	const json_t *name;

	json_array_foreach(fill->scope, i, name)
		if (strcmp(json_string_value(name), region) == 0)
			return true;
	return json_array_size(fill->scope) == 0;
}

/* The regions in scope that are switched on, as DescribeRegions told; where it did not, those that something was
 * asked in. */
static void
find_regions(struct owing *owing)
{
	struct fill *fill = owing->fill;
	int list = schema_find_operation(fill->schema, "ec2:DescribeRegions");
	size_t i;
	const json_t *item;

	for (int p = list >= 0 ? fill->first_of[list] : 0;
	     p < (list >= 0 ? fill->last_of[list] : 0); p++) {
		const struct answer_kept *kept = fill_answer(fill, fill->by_operation[p]);

		json_array_foreach(json_object_get(kept != NULL ? kept->body : NULL, "Regions"),
				   i, item) {
			const char *name = json_string_value(json_object_get(item, "RegionName"));
			const char *state =
				json_string_value(json_object_get(item, "OptInStatus"));

			if (name != NULL && in_scope(fill, name) &&
			    (state == NULL || strcmp(state, "not-opted-in") != 0))
				add_region(owing, name);
		}
	}
	if (owing->region_count > 0)
		return;
	json_array_foreach(fill->scope, i, item)
		add_region(owing, json_string_value(item));
	for (i = 0; json_array_size(fill->scope) == 0 && i < fill->page_count; i++)
		add_region(owing, fill->pages[i].region);
}

static size_t
count_roots(const struct fill *fill, int operation, const char *region)
{
	size_t count = 0;

	for (int p = fill->first_of[operation]; p < fill->last_of[operation]; p++) {
		const struct page *page = &fill->pages[fill->by_operation[p]];

		count += page->number == 0 &&
			 (region == NULL || strcmp(page->region, region) == 0);
	}
	return count;
}

static int
owe_roots(struct owing *owing, int operation)
{
	const struct fill *fill = owing->fill;
	const struct schema_operation *op = &fill->schema->operations[operation];
	size_t each = calls_each(op->row);

	if (op->scope == GLOBAL || op->row->regions != NULL || !was_called(fill, operation))
		return count_roots(fill, operation, NULL) < each ?
			       owe(owing, operation, "aws-global", NULL) :
			       0;
	for (size_t i = 0; i < owing->region_count; i++)
		if (count_roots(fill, operation, owing->regions[i]) < each &&
		    owe(owing, operation, owing->regions[i], NULL) < 0)
			return -1;
	return 0;
}

/* ---- Calls about the items of an answer. */

static bool
was_asked(const struct fill *fill, int page, int item, int operation)
{
	size_t count, asked = 0, first = fill_children(fill, page, item, &count);

	for (size_t i = first; i < first + count; i++) {
		const struct page *child = &fill->pages[fill->children[i].page];

		asked += child->operation == operation && child->number == 0;
	}
	return asked >= calls_each(fill->schema->operations[operation].row);
}

/* Says whose item it is: its rows, or where no table lists it what its answer was about. */
static int
owe_item(struct owing *owing, int operation, int page, const struct place *item,
	 const json_t *request)
{
	struct fill *fill = owing->fill;
	const struct page *of = &fill->pages[page];
	bool listed = false;
	int status = 0;

	for (size_t t = 0; status == 0 && t < fill->schema->table_count; t++) {
		const struct schema_table *table = &fill->schema->tables[t];
		struct row row = { .fill = fill, .table = table, .page = page, .item = -1,
				   .place = item, .request = request, .only_arn = true };

		if (table->operation != of->operation || !fill_is_listed(fill, table) ||
		    !path_holds(item, table->only))
			continue;
		listed = true;
		/* a row out of scope is none of the file's */
		if (row_make(&row, owing->err) == 0)
			status = owe(owing, operation, row.region, row.arn);
		row_clear(&row);
	}
	if (listed || of->arn_count == 0)
		return listed ? status : owe(owing, operation, of->region, NULL);
	for (size_t i = 0; status == 0 && i < of->arn_count; i++)
		status = owe(owing, operation, of->region, of->arns[i]);
	return status;
}

/* The operation's condition, in which $region stands for the region that answered. Caller frees. */
static char *
condition_here(const struct operation *row, const char *region)
{
	const char *mark = row->only != NULL ? strstr(row->only, "$region") : NULL;

	if (mark == NULL)
		return mem_text(row->only);
	return mem_print("%.*s%s%s", (int)(mark - row->only), row->only, region,
			 mark + strlen("$region"));
}

static int
owe_about(struct owing *owing, int operation, int page, const struct places *items,
	  const json_t *request)
{
	const struct fill *fill = owing->fill;
	char *only = condition_here(fill->schema->operations[operation].row,
				    fill->pages[page].region);
	int status = 0;

	for (size_t i = 0; status == 0 && i < items->count; i++)
		if (!was_asked(fill, page, (int)i, operation) &&
		    path_holds(items->list[i], only) && !owing->told[operation])
			status = owe_item(owing, operation, page, items->list[i], request);
	free(only);
	return status;
}

static int
owe_children(struct owing *owing, int page)
{
	struct fill *fill = owing->fill;
	const struct schema *schema = fill->schema;
	int of = fill->pages[page].operation, status = 0;
	const struct answer_kept *kept = NULL;
	struct places items = { 0 };
	struct place root = { 0 };
	json_t *body = NULL, *request = NULL;

	for (size_t i = 0; status == 0 && i < schema->operation_count; i++) {
		if (schema->operations[i].parent != of || owing->told[i])
			continue;
		if (kept == NULL) {
			kept = fill_answer(fill, page);
			if (kept == NULL || kept->body == NULL)
				break;
			root.value = body = json_incref(kept->body);
			request = json_incref(kept->request);
			items = path_items(&root, schema->operations[of].row->items);
		}
		status = owe_about(owing, (int)i, page, &items, request);
	}
	places_free(&items);
	json_decref(body);
	json_decref(request);
	return status;
}

int
fill_owed(struct fill *fill, struct err *err)
{
	struct owing owing = { .fill = fill, .err = err };
	size_t count = fill->schema->operation_count;
	int status = -1;

	owing.told = mem_get(count + 1);
	owing.leads_on = mem_get(count + 1);
	for (size_t i = 0; i < count; i++)
		if (fill->schema->operations[i].parent >= 0)
			owing.leads_on[fill->schema->operations[i].parent] = true;
	owing.add = db_prepare(fill->evidence->db, err,
			       "INSERT INTO not_asked VALUES (?, ?, ?)");
	if (owing.add != NULL)
		status = 0;
	find_regions(&owing);
	for (size_t i = 0; status == 0 && i < count; i++)
		if (fill->schema->operations[i].parent < 0)
			status = owe_roots(&owing, (int)i);
	for (size_t i = 0; status == 0 && i < fill->page_count; i++)
		if (fill->pages[i].operation >= 0 && owing.leads_on[fill->pages[i].operation])
			status = owe_children(&owing, (int)i);
	sqlite3_finalize(owing.add);
	free(owing.regions);
	free(owing.told);
	free(owing.leads_on);
	return status;
}
