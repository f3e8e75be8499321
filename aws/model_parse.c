/* Reads aws/model/<service>.txt.
 *
 * Facts of the service, "key value" a line; then, of each operation,
 *	O Name METHOD /uri in=Shape out=Shape [root=X] [wrap=X] [host=X] [unsigned]
 *[urlkeys] P input tokens|output tokens|path of more results|limit and of each shape S
 *Name [payload=Member], then its members: a tab, Name type [-flags] [w=wire] [q=EC2 name]
 *	L Name type [w=item's element]
 *	M Name keytype valuetype [k=element] [v=element]
 * A type is a letter (the table below) or *Shape. Flags: u URI, ? query string, h header,
 *H headers with a prefix, c status code, ! required, a XML attribute, l in the host's
 *name, f flattened, n last part. Output tokens: "A.B", "A[-1].B", or "A/B" for the first
 *that is there. */

#include <stdlib.h>
#include <string.h>

#include "aws/model.h"

static const struct {
	const char *letter;
	struct aws_shape shape;
} scalars[] = {
	{ "s", { .name = "string", .kind = KIND_STRING } },
	{ "i", { .name = "integer", .kind = KIND_INTEGER } },
	{ "f", { .name = "number", .kind = KIND_REAL } },
	{ "b", { .name = "boolean", .kind = KIND_BOOL } },
	{ "t", { .name = "time", .kind = KIND_TIME } },
	{ "ti", { .name = "time", .kind = KIND_TIME, .time = TIME_ISO } },
	{ "tu", { .name = "time", .kind = KIND_TIME, .time = TIME_EPOCH } },
	{ "tr", { .name = "time", .kind = KIND_TIME, .time = TIME_HTTP } },
	{ "x", { .name = "blob", .kind = KIND_BLOB } },
	{ "d", { .name = "document", .kind = KIND_DOCUMENT } },
	{ "j", { .name = "JSON text", .kind = KIND_JSON_TEXT } },
	{ "u", { .name = "policy document", .kind = KIND_ESCAPED } },
	{ "k", { .name = "key", .kind = KIND_KEY } },
};

static const struct {
	const char *name;
	enum aws_protocol protocol;
} protocols[] = {
	{ "json", AWS_JSON }, { "rest-json", AWS_REST_JSON }, { "query", AWS_QUERY },
	{ "ec2", AWS_EC2 },   { "rest-xml", AWS_REST_XML },
};

struct model {
	struct arena arena;
	struct aws_service service;
	struct aws_operation *operations;
	size_t operation_count;
	const char **names;
	struct aws_shape **slots; /* open hash table of shapes by name */
	size_t slot_count;	  /* a power of two */
};

/* Where the parser stands. The text is cut in place. */
struct reading {
	struct model *model;
	char *next; /* the line after this one */
	int line;
	struct err *err;
};

static char *
line_take(struct reading *reading)
{
	char *line = reading->next;
	char *end = strchr(line, '\n');

	reading->line++;
	reading->next = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

/* The next word of *rest, cut off; NULL at the end. */
static char *
word_take(char **rest)
{
	char *word = *rest, *end;

	if (!word || !*word)
		return NULL;
	end = strchr(word, ' ');
	if (end)
		*end++ = '\0';
	*rest = end;
	return word;
}

static const char *
value_of(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

static size_t
name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

/* The shape of that name, made undefined where it is met for the first time. */
static struct aws_shape *
shape_named(struct model *model, const char *name)
{
	size_t at = name_hash(name) & (model->slot_count - 1);

	while (model->slots[at] && strcmp(model->slots[at]->name, name) != 0)
		at = (at + 1) & (model->slot_count - 1);
	if (!model->slots[at]) {
		model->slots[at] = arena_get(&model->arena, sizeof(struct aws_shape));
		model->slots[at]->name = name;
	}
	return model->slots[at];
}

static const struct aws_shape *
type_read(struct reading *reading, const char *word)
{
	if (word && word[0] == '*' && word[1])
		return shape_named(reading->model, word + 1);
	for (size_t i = 0; word && i < COUNT(scalars); i++)
		if (strcmp(scalars[i].letter, word) == 0)
			return &scalars[i].shape;
	err_set(reading->err, "line %d of the model: \"%s\" is no type", reading->line,
		word ? word : "");
	return NULL;
}

static int
flags_read(struct reading *reading, struct aws_member *member, const char *flags)
{
	for (; *flags; flags++) {
		switch (*flags) {
		case 'u':
			member->place = PLACE_URI;
			break;
		case '?':
			member->place = PLACE_QUERY;
			break;
		case 'h':
			member->place = PLACE_HEADER;
			break;
		case 'H':
			member->place = PLACE_HEADERS;
			break;
		case 'c':
			member->place = PLACE_STATUS;
			break;
		case '!':
			member->is_required = true;
			break;
		case 'a':
			member->is_attribute = true;
			break;
		case 'l':
			member->is_host_label = true;
			break;
		case 'f':
			member->is_flat = true;
			break;
		case 'n':
			member->is_last_part = true;
			break;
		default:
			return err_set(reading->err, "line %d of the model: no flag '%c'",
				       reading->line, *flags);
		}
	}
	return 0;
}

static int
member_read(struct reading *reading, struct aws_member *member, char *rest)
{
	char *word;

	member->name = word_take(&rest);
	member->shape = type_read(reading, word_take(&rest));
	if (!member->name || !member->shape)
		return -1;
	member->wire = member->name;
	while ((word = word_take(&rest)) != NULL) {
		if (word[0] == '-' && flags_read(reading, member, word + 1) != 0)
			return -1;
		if (value_of(word, "w"))
			member->wire = value_of(word, "w");
		else if (value_of(word, "q"))
			member->query = value_of(word, "q");
	}
	if (!member->query)
		member->query = member->wire;
	return 0;
}

static int
structure_read(struct reading *reading, struct aws_shape *shape, char *rest)
{
	char *word;

	while ((word = word_take(&rest)) != NULL)
		if (value_of(word, "payload"))
			shape->payload = value_of(word, "payload");
	for (const char *at = reading->next; *at == '\t';) {
		shape->member_count++;
		at = strchr(at, '\n');
		if (!at)
			break;
		at++;
	}
	if (shape->member_count)
		shape->members = arena_get(&reading->model->arena,
					   shape->member_count * sizeof(*shape->members));
	for (size_t i = 0; i < shape->member_count; i++)
		if (member_read(reading, &shape->members[i], line_take(reading) + 1) != 0)
			return -1;
	return 0;
}

static int
shape_read(struct reading *reading, char sort, char *rest)
{
	char *name = word_take(&rest), *word;
	struct aws_shape *shape;

	if (!name)
		return err_set(reading->err,
			       "line %d of the model: a shape without a name",
			       reading->line);
	shape = shape_named(reading->model, name);
	if (shape->kind != KIND_NONE)
		return err_set(reading->err, "line %d of the model: %s again",
			       reading->line, name);
	shape->kind = sort == 'S' ? KIND_STRUCTURE : sort == 'L' ? KIND_LIST : KIND_MAP;
	if (sort == 'S')
		return structure_read(reading, shape, rest);
	shape->key_wire = "key";
	shape->value_wire = sort == 'L' ? "member" : "value";
	if (sort == 'M' && !(shape->key = type_read(reading, word_take(&rest))))
		return -1;
	if (!(shape->value = type_read(reading, word_take(&rest))))
		return -1;
	while ((word = word_take(&rest)) != NULL) {
		if (value_of(word, "k"))
			shape->key_wire = value_of(word, "k");
		else if (value_of(word, "v"))
			shape->value_wire = value_of(word, "v");
		else if (value_of(word, "w"))
			shape->value_wire = value_of(word, "w");
	}
	return 0;
}

static int
operation_read(struct reading *reading, char *rest)
{
	struct model *model = reading->model;
	struct aws_operation *operation = &model->operations[model->operation_count++];
	char *word;

	operation->service = &model->service;
	operation->name = word_take(&rest);
	operation->method = word_take(&rest);
	operation->uri = word_take(&rest);
	if (!operation->uri)
		return err_set(reading->err,
			       "line %d of the model: an operation without a URI",
			       reading->line);
	while ((word = word_take(&rest)) != NULL) {
		if (value_of(word, "in"))
			operation->input = shape_named(model, value_of(word, "in"));
		else if (value_of(word, "out"))
			operation->output = shape_named(model, value_of(word, "out"));
		else if (value_of(word, "root"))
			operation->input_root = value_of(word, "root");
		else if (value_of(word, "wrap"))
			operation->result_wrapper = value_of(word, "wrap");
		else if (value_of(word, "host"))
			operation->host_prefix = value_of(word, "host");
		else if (strcmp(word, "unsigned") == 0)
			operation->is_unsigned = true;
		else if (strcmp(word, "urlkeys") == 0)
			operation->has_url_keys = true;
	}
	return 0;
}

static int
paging_read(struct reading *reading, char *rest)
{
	struct model *model = reading->model;
	struct aws_operation *operation;
	char *parts[4] = { rest };

	for (int i = 1; i < 4; i++) {
		parts[i] = parts[i - 1] ? strchr(parts[i - 1], '|') : NULL;
		if (parts[i])
			*parts[i]++ = '\0';
	}
	if (!model->operation_count || !parts[3])
		return err_set(reading->err,
			       "line %d of the model: paging without its operation",
			       reading->line);
	operation = &model->operations[model->operation_count - 1];
	operation->input_token = parts[0];
	operation->output_token = parts[1];
	operation->more_results = *parts[2] ? parts[2] : NULL;
	operation->limit_key = *parts[3] ? parts[3] : NULL;
	return 0;
}

static int
fact_read(struct reading *reading, const char *key, const char *value)
{
	struct aws_service *service = &reading->model->service;
	const struct {
		const char *key;
		const char **into;
	} facts[] = {
		{ "name", &service->name },
		{ "id", &service->service_id },
		{ "json", &service->json_version },
		{ "target", &service->target_prefix },
		{ "version", &service->api_version },
		{ "endpoint", &service->endpoint_prefix },
		{ "signing", &service->signing_name },
		{ "global", &service->global_region },
		{ "xmlns", &service->xmlns },
	};

	for (size_t i = 0; i < COUNT(facts); i++) {
		if (strcmp(facts[i].key, key) == 0) {
			*facts[i].into = value;
			return 0;
		}
	}
	for (size_t i = 0; i < COUNT(protocols); i++) {
		if (strcmp(key, "protocol") == 0 &&
		    strcmp(protocols[i].name, value) == 0) {
			service->protocol = protocols[i].protocol;
			return 0;
		}
	}
	if (strcmp(key, "compatible") == 0) {
		service->query_compatible = true;
		return 0;
	}
	return err_set(reading->err,
		       "line %d of the model: no fact \"%s\" of value \"%s\"",
		       reading->line, key, value);
}

static int
line_read(struct reading *reading, char *line)
{
	char *rest = line, *first;

	if (*line == '#' || *line == '\0')
		return 0;
	first = word_take(&rest);
	if (!rest)
		return err_set(reading->err, "line %d of the model: \"%s\" alone",
			       reading->line, first);
	if (strcmp(first, "O") == 0)
		return operation_read(reading, rest);
	if (strcmp(first, "P") == 0)
		return paging_read(reading, rest);
	if (strcmp(first, "S") == 0 || strcmp(first, "L") == 0 || strcmp(first, "M") == 0)
		return shape_read(reading, *first, rest);
	return fact_read(reading, first, rest);
}

static int
operation_compare(const void *left, const void *right)
{
	return strcmp(((const struct aws_operation *)left)->name,
		      ((const struct aws_operation *)right)->name);
}

/* Room for what the text holds. A line names three shapes at most, so the table never
 * fills. */
static void
room_make(struct model *model, const char *text)
{
	size_t lines = 1, operations = 1;

	for (const char *at = text; (at = strchr(at, '\n')) != NULL;) {
		at++;
		lines++;
		operations += at[0] == 'O' && at[1] == ' ';
	}
	for (model->slot_count = 64; model->slot_count < 4 * lines;)
		model->slot_count *= 2;
	model->slots =
		arena_get(&model->arena, model->slot_count * sizeof(*model->slots));
	model->operations =
		arena_get(&model->arena, (operations + 1) * sizeof(*model->operations));
	model->names = arena_get(&model->arena, (operations + 1) * sizeof(*model->names));
}

static int
model_complete(struct model *model, struct err *err)
{
	const struct aws_service *service = &model->service;

	if (!service->name || !service->service_id || !service->endpoint_prefix ||
	    !service->signing_name)
		return err_set(err,
			       "the model lacks a name, id, endpoint or signing line");
	if (service->protocol == AWS_JSON &&
	    (!service->json_version || !service->target_prefix))
		return err_set(err, "the model of %s lacks its JSON version or target",
			       service->name);
	for (size_t i = 0; i < model->slot_count; i++)
		if (model->slots[i] && model->slots[i]->kind == KIND_NONE)
			return err_set(
				err,
				"the model of %s names the shape %s but does not define it",
				service->name, model->slots[i]->name);
	qsort(model->operations, model->operation_count, sizeof(*model->operations),
	      operation_compare);
	for (size_t i = 0; i < model->operation_count; i++)
		model->names[i] = model->operations[i].name;
	return 0;
}

struct model *
model_parse(const char *text, size_t len, struct err *err)
{
	struct model *model = mem_get(sizeof(*model));
	struct reading reading = { .model = model, .err = err };

	reading.next = arena_text_n(&model->arena, text, len);
	room_make(model, reading.next);
	while (*reading.next)
		if (line_read(&reading, line_take(&reading)) != 0)
			goto fail;
	if (model_complete(model, err) != 0)
		goto fail;
	return model;
fail:
	model_free(model);
	return NULL;
}

void
model_free(struct model *model)
{
	if (!model)
		return;
	arena_free(&model->arena);
	free(model);
}

const struct aws_service *
model_service(const struct model *model)
{
	return &model->service;
}

const struct aws_operation *
model_operations(const struct model *model, size_t *count)
{
	*count = model->operation_count;
	return model->operations;
}

const struct aws_operation *
model_find(const struct model *model, const char *name)
{
	const struct aws_operation key = { .name = name };

	return bsearch(&key, model->operations, model->operation_count, sizeof(key),
		       operation_compare);
}

size_t
model_names(const struct model *model, const char *const **names)
{
	*names = model->names;
	return model->operation_count;
}
