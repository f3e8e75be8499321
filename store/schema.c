/* Joins the scanners' declarations to one resolved schema. */

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

static const char *const common[] = { "arn", "account_id", "region", "name", "tags" };

static int
find(const void *list, size_t count, size_t size, const char *name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *const *there = (const void *)((const char *)list + middle * size);
		int order = strcmp(name, *there);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int
schema_find_operation(const struct schema *schema, const char *name)
{
	return find(schema->operations, schema->operation_count, sizeof(*schema->operations),
		    name);
}

int
schema_find_table(const struct schema *schema, const char *name)
{
	return find(schema->tables, schema->table_count, sizeof(*schema->tables), name);
}

int
schema_find_view(const struct schema *schema, const char *name)
{
	return find(schema->views, schema->view_count, sizeof(*schema->views), name);
}

int
schema_find_column(const struct schema_table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Every compared struct begins with its name. */
static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
qualify(struct arena *arena, const struct scanner *scanner, const char *name)
{
	if (strchr(name, ':') != NULL)
		return name;
	return arena_print(arena, "%s:%s", scanner->service, name);
}

static void
add_operation(struct schema *schema, const struct scanner *scanner,
	      const struct operation *row)
{
	struct schema_operation *op = &schema->operations[schema->operation_count++];
	const char *service = row->service != NULL ? row->service : scanner->service;

	op->name = arena_print(&schema->arena, "%s:%s", service, row->name);
	op->service = service;
	op->operation = row->name;
	op->row = row;
	op->actions = row->action;
	if (op->actions == NULL)
		op->actions = arena_print(&schema->arena, "%s:%s",
					  scanner->iam != NULL ? scanner->iam : service,
					  row->name);
	op->scope = scanner->scope;
	op->parent = -1;
}

static int
add_operations(struct schema *schema, const struct scanner *const *list, size_t count,
	       struct err *err)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += list[i]->operation_count;
	schema->operations = arena_get(&schema->arena, total * sizeof(*schema->operations) + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->operation_count; j++)
			add_operation(schema, list[i], &list[i]->operations[j]);
	qsort(schema->operations, total, sizeof(*schema->operations), by_name);
	for (size_t i = 1; i < total; i++)
		if (strcmp(schema->operations[i - 1].name, schema->operations[i].name) == 0)
			return err_set(err, "operation %s is declared twice",
				       schema->operations[i].name);
	return 0;
}

static int
resolve_parents(struct schema *schema, const struct scanner *const *list, size_t count,
		struct err *err)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->operation_count; j++) {
			const struct operation *row = &list[i]->operations[j];
			const char *service =
				row->service != NULL ? row->service : list[i]->service;
			const char *name =
				arena_print(&schema->arena, "%s:%s", service, row->name);
			struct schema_operation *op =
				&schema->operations[schema_find_operation(schema, name)];

			if (row->parent == NULL)
				continue;
			op->parent = schema_find_operation(
				schema, qualify(&schema->arena, list[i], row->parent));
			if (op->parent < 0)
				return err_set(err, "operation %s: no parent %s is declared",
					       name, row->parent);
		}
	return 0;
}

/* Appends a column, or replaces one of the common ones of the same name. */
static struct schema_column *
put_column(struct schema_table *table, const char *name)
{
	int at = schema_find_column(table, name);

	if (at < 0)
		at = (int)table->column_count++;
	table->columns[at].name = name;
	return &table->columns[at];
}

static int
put_declared(struct schema *schema, struct schema_table *table, const struct scanner *scanner,
	     const struct table *row, struct err *err)
{
	for (size_t i = 0; i < row->column_count; i++) {
		const struct column *from = &row->columns[i];
		const char *name =
			from->operation != NULL ? from->operation : row->operation;
		struct schema_column *to = put_column(table, from->name);

		to->type = from->type;
		to->path = from->path;
		to->sibling = from->path != NULL && strchr(from->path, '{') != NULL &&
			      strstr(from->path, "={") != NULL;
		if (name == NULL)
			return err_set(err, "table %s: column %s names no operation",
				       table->name, from->name);
		to->operation = schema_find_operation(
			schema, qualify(&schema->arena, scanner, name));
		if (to->operation < 0)
			return err_set(err, "table %s: column %s: no operation %s is declared",
				       table->name, from->name, name);
	}
	return 0;
}

static size_t
count_extensions(const struct scanner *const *list, size_t count, const char *name)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->table_count; j++) {
			const struct table *row = &list[i]->tables[j];

			if (row->extends != NULL && strcmp(row->extends, name) == 0)
				total += row->column_count;
		}
	return total;
}

static int
add_table(struct schema *schema, const struct scanner *const *list, size_t count,
	  const struct scanner *scanner, const struct table *row, struct err *err)
{
	struct schema_table *table = &schema->tables[schema->table_count++];
	size_t room = COUNT(common) + 1 + row->column_count +
		      count_extensions(list, count, row->name);

	table->name = row->name;
	table->type = row->type;
	table->arn = row->arn;
	table->path = row->path;
	table->only = row->only;
	table->home = row->home;
	table->service = scanner->service;
	table->of = -1;
	table->scope = scanner->scope;
	table->columns = arena_get(&schema->arena, room * sizeof(*table->columns));
	table->operation = schema_find_operation(
		schema, qualify(&schema->arena, scanner, row->operation));
	if (table->operation < 0)
		return err_set(err, "table %s: no operation %s is declared", row->name,
			       row->operation);
	for (size_t i = 0; i < COUNT(common); i++)
		put_column(table, common[i])->operation = table->operation;
	table->columns[4].type = TAGS;
	if (row->of != NULL)
		put_column(table, "parent_arn")->operation = table->operation;
	return put_declared(schema, table, scanner, row, err);
}

/* Calls are about the items of an answer, so that lists inside them cannot be filled by such: it would be NULL for ever. */
static int
check_below(const struct schema *schema, const struct schema_table *table,
	    const struct schema_column *column, struct err *err)
{
	const char *items = schema->operations[table->operation].row->items;
	bool listed = table->of < 0 && (table->path == NULL ||
					(items != NULL && strcmp(table->path, items) == 0));
	int op = column->operation == table->operation ?
			 -1 :
			 schema->operations[column->operation].parent;

	for (; op >= 0 && !listed; op = schema->operations[op].parent)
		if (op == table->operation)
			return err_set(err,
				       "table %s: column %s is filled by %s, which is asked about "
				       "the items of %s and not about this table's rows",
				       table->name, column->name,
				       schema->operations[column->operation].name,
				       schema->operations[table->operation].name);
	return 0;
}

/* A column's operation must be the row's own, asked about the row, or a sibling: never above it. */
static int
check_columns(const struct schema *schema, struct err *err)
{
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct schema_table *table = &schema->tables[i];

		for (size_t j = 0; j < table->column_count; j++) {
			int op = schema->operations[table->operation].parent;

			if (check_below(schema, table, &table->columns[j], err) < 0)
				return -1;
			for (; op >= 0; op = schema->operations[op].parent)
				if (op == table->columns[j].operation)
					return err_set(err,
						       "table %s: column %s is filled by %s, above its own %s: use ^ or $request",
						       table->name, table->columns[j].name,
						       schema->operations[op].name,
						       schema->operations[table->operation]
							       .name);
		}
	}
	return 0;
}

static int
extend_tables(struct schema *schema, const struct scanner *const *list, size_t count,
	      struct err *err)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->table_count; j++) {
			const struct table *row = &list[i]->tables[j];
			int at;

			if (row->extends == NULL)
				continue;
			at = schema_find_table(schema, row->extends);
			if (at < 0)
				return err_set(err, "%s extends no declared table: %s",
					       list[i]->service, row->extends);
			if (put_declared(schema, &schema->tables[at], list[i], row, err) < 0)
				return -1;
		}
	return 0;
}

static int
resolve_of(struct schema *schema, const struct scanner *const *list, size_t count,
	   struct err *err)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->table_count; j++) {
			const struct table *row = &list[i]->tables[j];
			int at;

			if (row->of == NULL)
				continue;
			at = schema_find_table(schema, row->name);
			schema->tables[at].of = schema_find_table(schema, row->of);
			if (schema->tables[at].of < 0)
				return err_set(err, "table %s is of %s, which is not declared",
					       row->name, row->of);
		}
	return 0;
}

/* A refusal is about a row where the call is about an item that some table lists. */
static void
mark_per_row(struct schema *schema)
{
	for (size_t i = 0; i < schema->operation_count; i++)
		for (int op = schema->operations[i].parent; op >= 0;
		     op = schema->operations[op].parent)
			for (size_t t = 0; t < schema->table_count; t++)
				if (schema->tables[t].operation == op &&
				    schema->tables[t].of < 0)
					schema->operations[i].per_row = true;
}

static int
add_tables(struct schema *schema, const struct scanner *const *list, size_t count,
	   struct err *err)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += list[i]->table_count;
	schema->tables = arena_get(&schema->arena, total * sizeof(*schema->tables) + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->table_count; j++)
			if (list[i]->tables[j].extends == NULL &&
			    add_table(schema, list, count, list[i], &list[i]->tables[j], err) <
				    0)
				return -1;
	qsort(schema->tables, schema->table_count, sizeof(*schema->tables), by_name);
	for (size_t i = 1; i < schema->table_count; i++)
		if (strcmp(schema->tables[i - 1].name, schema->tables[i].name) == 0)
			return err_set(err, "table %s is declared twice",
				       schema->tables[i].name);
	if (resolve_of(schema, list, count, err) < 0 ||
	    extend_tables(schema, list, count, err) < 0)
		return -1;
	mark_per_row(schema);
	return check_columns(schema, err);
}

static struct schema_view *
put_view(struct schema *schema, const char *name, size_t arms)
{
	struct schema_view *view;

	for (size_t i = 0; i < schema->view_count; i++)
		if (strcmp(schema->views[i].name, name) == 0)
			return &schema->views[i];
	view = &schema->views[schema->view_count++];
	view->name = name;
	view->arms = arena_get(&schema->arena, arms * sizeof(*view->arms) + 1);
	return view;
}

/* The columns of a view: the common ones, then those that its declaration names. */
static void
put_view_columns(struct schema *schema, struct schema_view *view, const char *words)
{
	size_t most = COUNT(common) + strlen(words) / 2 + 2;
	const char *at = words;

	if (view->column_count != 0)
		return;
	view->columns = arena_get(&schema->arena, most * sizeof(*view->columns));
	for (size_t i = 0; i < COUNT(common); i++)
		view->columns[view->column_count++] = common[i];
	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		if (len > 0)
			view->columns[view->column_count++] =
				arena_text_n(&schema->arena, at, len);
		at += len + (at[len] == ' ');
	}
}

/* `resource`: every table whose rows are resources, with the name of its table in `type`. */
static void
add_resource_view(struct schema *schema)
{
	struct schema_view *view = put_view(schema, "resource", schema->table_count);

	put_view_columns(schema, view, "type cfn_type taggable");
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct schema_table *table = &schema->tables[i];

		if (table->type == NULL || table->of >= 0 ||
		    strcmp(table->name, "account") == 0 || strcmp(table->name, "region") == 0)
			continue;
		view->arms[view->arm_count++] = (struct arm){
			.table = table->name,
			.columns = arena_print(&schema->arena,
					       "type='%s', cfn_type='%s', taggable=%d",
					       table->name, table->type,
					       table->columns[4].path != NULL),
		};
	}
}

static int
add_views(struct schema *schema, const struct scanner *const *list, size_t count,
	  struct err *err)
{
	size_t names = 1, arms = 0;

	for (size_t i = 0; i < count; i++) {
		names += list[i]->view_count;
		for (size_t j = 0; j < list[i]->view_count; j++)
			arms += list[i]->views[j].arm_count;
	}
	schema->views = arena_get(&schema->arena, names * sizeof(*schema->views));
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list[i]->view_count; j++) {
			const struct view *row = &list[i]->views[j];
			struct schema_view *view = put_view(schema, row->name, arms);

			put_view_columns(schema, view, row->columns);
			for (size_t k = 0; k < row->arm_count; k++) {
				if (schema_find_table(schema, row->arms[k].table) < 0)
					return err_set(err, "view %s: no table %s", row->name,
						       row->arms[k].table);
				view->arms[view->arm_count++] = row->arms[k];
			}
		}
	add_resource_view(schema);
	qsort(schema->views, schema->view_count, sizeof(*schema->views), by_name);
	return 0;
}

struct schema *
schema_build(const struct scanner *const *list, size_t count, struct err *err)
{
	struct schema *schema = mem_get(sizeof(*schema));

	if (add_operations(schema, list, count, err) < 0 ||
	    resolve_parents(schema, list, count, err) < 0 ||
	    add_tables(schema, list, count, err) < 0 ||
	    add_views(schema, list, count, err) < 0) {
		schema_free(schema);
		return NULL;
	}
	return schema;
}

void
schema_free(struct schema *schema)
{
	if (schema == NULL)
		return;
	arena_free(&schema->arena);
	free(schema);
}
