/* schema: tables and columns of the evidence file, and what fills each. */

#include "cmd/cmd.h"

/* by enum column_type */
static const char *const types[] = { "TEXT", "INTEGER", "REAL", "BOOL",
				     "TIME", "JSON",	"JSON" };

static const char *const layouts[] = { "json", "text" };

static json_t *
table_json(const struct schema *schema, const struct schema_table *table)
{
	json_t *columns = json_array();

	for (size_t i = 0; i < table->column_count; i++) {
		const struct schema_column *column = &table->columns[i];

		json_array_append_new(
			columns,
			json_pack("{s:s,s:s,s:s}", "name", column->name, "type",
				  types[column->type], "operation",
				  schema->operations[column->operation].name));
	}
	return json_pack("{s:s,s:s?,s:s?,s:s,s:o}", "name", table->name, "type", table->type,
			 "of", table->of >= 0 ? schema->tables[table->of].name : NULL,
			 "operation", schema->operations[table->operation].name, "columns",
			 columns);
}

static void
print_table(const struct schema *schema, const struct schema_table *table)
{
	printf("%s", table->name);
	if (table->type != NULL)
		printf("  %s", table->type);
	if (table->of >= 0)
		printf("  (a list inside %s)", schema->tables[table->of].name);
	putchar('\n');
	for (size_t i = 0; i < table->column_count; i++) {
		const struct schema_column *column = &table->columns[i];

		if (column->path == NULL && i > 2 && column->name[0] != 'p')
			continue; /* name or tags that nothing fills */
		printf("    %-32s %-8s %s\n", column->name, types[column->type],
		       schema->operations[column->operation].name);
	}
}

static void
print_view(const struct schema_view *view)
{
	printf("%s  (a view over", view->name);
	for (size_t i = 0; i < view->arm_count && i < 12; i++)
		printf("%s %s", i > 0 ? "," : "", view->arms[i].table);
	if (view->arm_count > 12)
		printf(", and %zu more", view->arm_count - 12);
	puts(")");
	for (size_t i = 0; i < view->column_count; i++)
		printf("    %s\n", view->columns[i]);
}

static int
no_table(const struct schema *schema, const char *name, struct err *err)
{
	const char **names = mem_get((schema->table_count + schema->view_count) * sizeof(*names));
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < schema->table_count; i++)
		names[count++] = schema->tables[i].name;
	for (size_t i = 0; i < schema->view_count; i++)
		names[count++] = schema->views[i].name;
	near = name_nearest(name, names, count);
	err_set(err, "there is no table or view '%s'%s%s%s", name, near != NULL ? "; did you mean '" : "",
		near != NULL ? near : "", near != NULL ? "'?" : "");
	free(names);
	return EXIT_USAGE;
}

static int
print_all(const struct schema *schema, const char *only, struct err *err)
{
	bool found = only == NULL;

	for (size_t i = 0; i < schema->table_count; i++)
		if (only == NULL || text_matches(only, schema->tables[i].name)) {
			print_table(schema, &schema->tables[i]);
			found = true;
		}
	for (size_t i = 0; i < schema->view_count; i++)
		if (only == NULL || text_matches(only, schema->views[i].name)) {
			print_view(&schema->views[i]);
			found = true;
		}
	return found ? EXIT_DONE : no_table(schema, only, err);
}

static void
print_json(const struct schema *schema)
{
	json_t *all = json_array();

	for (size_t i = 0; i < schema->table_count; i++)
		json_array_append_new(all, table_json(schema, &schema->tables[i]));
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *layout = arguments_value(arguments, "format");
	struct schema *schema;
	int status = EXIT_DONE;

	if (check_word("--format", layout, layouts, COUNT(layouts), err) < 0)
		return EXIT_USAGE;
	schema = cmd_schema(err);
	if (schema == NULL)
		return -1;
	if (layout != NULL && strcmp(layout, "json") == 0)
		print_json(schema);
	else
		status = print_all(schema, arguments_operand(arguments, 0), err);
	schema_free(schema);
	return status;
}

static const struct option options[] = {
	{ "format", "text|json", "how it is printed (default: text)", false },
};

static const struct operand operands[] = {
	{ "TABLE", "a table or view; * and ? are wildcards (default: all)", true, false },
};

const struct command command_schema = {
	.name = "schema",
	.summary = "tables and columns of the evidence file",
	.about = "Prints every table that scanners fill: its type of resource, its columns, and the API "
		 "operation that fills each. BOOL is 0 or 1, TIME is text like 2026-11-22T04:00:00Z.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline schema s3_bucket\nplumbline schema 'ec2_*'",
	.run = run,
};
