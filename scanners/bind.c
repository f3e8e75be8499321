/* Inputs of calls from the scanners' bindings: store.h, struct operation, has their language. */

#include "scanners/collector.h"

/* One "Input=source". */
struct binding {
	const char *name, *source;
	size_t name_len, source_len;
};

/* Reads the next binding; spaces inside quotes belong to it. Returns false at the end. */
static bool
next_binding(const char **at, struct binding *out)
{
	const char *start = *at + strspn(*at, " ");
	const char *end = start, *equals = strchr(start, '=');
	bool quoted = false;

	if (*start == '\0' || equals == NULL)
		return false;
	for (; *end != '\0' && (quoted || *end != ' '); end++)
		quoted ^= *end == '\'';
	*out = (struct binding){ start, equals + 1, (size_t)(equals - start),
				 (size_t)(end - equals) - 1 };
	*at = end;
	return true;
}

/* What a binding is read from. */
struct source {
	const struct collector *collector;
	const struct place *item;
	const json_t *request;
	const char *label, *region;
	int parent; /* operation whose item it is */
};

static json_t *path_json(const struct source *source, const char *path);

static const char *
fixed_name(const struct source *source, const char *name)
{
	const struct identity *identity = source->collector->collect->identity;

	if (strcmp(name, "account") == 0 || strcmp(name, "account_id") == 0)
		return identity->account_id;
	if (strcmp(name, "partition") == 0)
		return identity->partition;
	if (strcmp(name, "region") == 0)
		return source->region;
	return NULL;
}

/* Fills {account_id}, {partition}, {region} and, where table is not NULL, its columns. */
static json_t *
fill_text(const struct source *source, const struct schema_table *table, const char *at)
{
	struct buf out = { 0 };
	char *text;
	json_t *filled;

	while (*at != '\0') {
		size_t plain = strcspn(at, "{");
		const char *end = strchr(at + plain, '}'), *fixed;
		char *name;
		int column;
		json_t *value = NULL;

		buf_add(&out, at, plain);
		if (at[plain] == '\0' || end == NULL)
			break;
		name = mem_text_n(at + plain + 1, (size_t)(end - at) - plain - 1);
		fixed = fixed_name(source, name);
		column = table != NULL ? schema_find_column(table, name) : -1;
		if (fixed == NULL && column >= 0 && table->columns[column].path != NULL)
			value = path_json(source, table->columns[column].path);
		buf_text(&out, fixed != NULL	     ? fixed :
			       json_is_string(value) ? json_string_value(value) :
						       "");
		json_decref(value);
		free(name);
		at = end + 1;
	}
	text = buf_take(&out);
	filled = json_string(text);
	free(text);
	return filled;
}

/* The ARN that the row of the item will have, by its table's column or template. */
static json_t *
item_arn(const struct source *source, const struct schema_table *table)
{
	int column = schema_find_column(table, "arn");
	json_t *value = NULL;

	if (table->columns[column].path != NULL)
		value = path_json(source, table->columns[column].path);
	if (value == NULL && table->arn != NULL)
		value = fill_text(source, table, table->arn);
	return value;
}

static json_t *
row_arn(const struct source *source)
{
	const struct schema *schema = source->collector->collect->schema;

	for (size_t i = 0; i < schema->table_count; i++)
		if (schema->tables[i].operation == source->parent &&
		    schema->tables[i].of < 0 && schema->tables[i].type != NULL)
			return item_arn(source, &schema->tables[i]);
	return NULL;
}

static json_t *
path_json(const struct source *source, const char *path)
{
	enum path_gap gap;

	if (source->item == NULL)
		return NULL;
	return path_value(source->item, source->request, path, NULL, NULL, &gap);
}

/* One alternative of a source: 'text', #number, :json, $name or a path. */
static json_t *
source_json(const struct source *source, const char *text, size_t len)
{
	char *word = mem_text_n(text, len);
	json_t *value;

	if (word[0] == '\'' && len >= 2) {
		word[len - 1] = '\0';
		value = fill_text(source, NULL, word + 1);
	} else if (word[0] == '#') {
		value = json_integer(strtoll(word + 1, NULL, 10));
	} else if (word[0] == ':') {
		value = json_loads(word + 1, JSON_DECODE_ANY, NULL);
	} else if (strcmp(word, "$arn") == 0) {
		value = row_arn(source);
	} else if (word[0] == '$' && fixed_name(source, word + 1) != NULL) {
		value = json_string(fixed_name(source, word + 1));
	} else {
		value = path_json(source, word);
	}
	free(word);
	return value;
}

static bool
is_enumeration(const struct binding *binding)
{
	return binding->source[0] == '\'' &&
	       memchr(binding->source, '|', binding->source_len) != NULL;
}

struct fan {
	const struct source *source;
	void (*each)(void *arg, json_t *parameters);
	void *arg;
};

static void
bind_rest(const struct fan *fan, const char *at, json_t *parameters);

/* Each of 'A'|'B'|'C' is a call of its own. */
static void
bind_enumeration(const struct fan *fan, const struct binding *binding, const char *rest,
		 json_t *parameters)
{
	const char *at = binding->source, *end = at + binding->source_len;

	while (at < end) {
		const char *bar = memchr(at, '|', (size_t)(end - at));
		size_t len = (size_t)((bar != NULL ? bar : end) - at);
		json_t *more = json_copy(parameters);

		json_object_setn_new(more, binding->name, binding->name_len,
				     source_json(fan->source, at, len));
		bind_rest(fan, rest, more);
		at += len + 1;
	}
	json_decref(parameters);
}

static void
bind_rest(const struct fan *fan, const char *at, json_t *parameters)
{
	struct binding binding;

	while (next_binding(&at, &binding)) {
		json_t *value;

		if (is_enumeration(&binding)) {
			bind_enumeration(fan, &binding, at, parameters);
			return;
		}
		value = source_json(fan->source, binding.source, binding.source_len);
		if (value == NULL || json_is_null(value)) {
			json_decref(value);
			json_decref(parameters);
			return;
		}
		json_object_setn_new(parameters, binding.name, binding.name_len, value);
	}
	fan->each(fan->arg, parameters);
}

void
bind_each(const struct collector *collector, int operation, const struct place *item,
	  const json_t *request, const char *label, const char *region,
	  void (*each)(void *arg, json_t *parameters), void *arg)
{
	const struct schema_operation *op = &collector->collect->schema->operations[operation];
	struct source source = { collector, item, request, label, region, op->parent };
	struct fan fan = { &source, each, arg };

	bind_rest(&fan, op->row->bind != NULL ? op->row->bind : "", json_object());
}

char *
bind_batch_input(const struct operation *row)
{
	const char *at = row->bind != NULL ? row->bind : "";
	struct binding binding;

	while (next_binding(&at, &binding))
		if (strchr("'#:", binding.source[0]) == NULL &&
		    (binding.source[0] != '$' ||
		     strncmp(binding.source, "$arn", binding.source_len) == 0))
			return mem_text_n(binding.name, binding.name_len);
	return NULL;
}
