/* Answers against outside vectors: AWS's recorded XML and the output cases of its
 * protocols. */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/decode.h"

static char *
shared_path(const char *rest)
{
	const char *shared = getenv("PLUMBLINE_SHARED");

	return mem_print("%s/vectors/%s", shared ? shared : "../shared", rest);
}

static json_t *
shared_json(const char *rest)
{
	char *path = shared_path(rest);
	struct buf buf = { 0 };
	struct err err = { 0 };
	json_t *value = NULL;

	if (file_read(path, 16 << 20, &buf, &err) == 0)
		value = json_read(buf.data, buf.len, &err);
	if (!value)
		printf("# %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL(value);
	buf_free(&buf);
	free(path);
	return value;
}

static json_t *wanted_as_ours(const struct aws_shape *shape, const json_t *value);

static json_t *
scalar_as_ours(const struct aws_shape *shape, const json_t *value)
{
	char text[TIME_ROOM], *coded;
	json_t *out;
	int64_t when;
	size_t len;

	if (shape->kind == KIND_TIME && json_is_number(value))
		return json_string(time_text((int64_t)json_number_value(value), text));
	if (shape->kind == KIND_TIME && time_read(json_string_value(value), &when) == 0)
		return json_string(time_text(when, text));
	if (shape->kind == KIND_REAL && json_is_integer(value))
		return json_real(json_number_value(value));
	if (shape->kind != KIND_BLOB)
		return json_incref((json_t *)value);
	/* Small, and plain text in the vectors. */
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = (const unsigned char *)json_string_value(value);

	len = json_string_length(value);
	coded = mem_get(4 * (len / 3 + 1) + 1);
	for (size_t i = 0, at = 0; i < len; i += 3, at += 4) {
		unsigned three = (unsigned)from[i] << 16 |
				 (i + 1 < len ? (unsigned)from[i + 1] << 8 : 0u) |
				 (i + 2 < len ? from[i + 2] : 0u);

		for (int k = 0; k < 4; k++)
			coded[at + (size_t)k] =
				i + (size_t)k > len ? '='
						    : digits[three >> (18 - 6 * k) & 63];
	}
	out = json_string(coded);
	free(coded);
	return out;
}

/* The vectors' result in our spelling: times as text, blobs as base64, no metadata. */
static json_t *
wanted_as_ours(const struct aws_shape *shape, const json_t *value)
{
	json_t *out, *item;
	const char *key;
	size_t i;

	if (json_is_null(value) || shape->kind == KIND_DOCUMENT)
		return json_incref((json_t *)value);
	if (shape->kind == KIND_LIST) {
		out = json_array();
		json_array_foreach((json_t *)value, i, item)
			json_array_append_new(out, wanted_as_ours(shape->value, item));
		return out;
	}
	if (shape->kind != KIND_STRUCTURE && shape->kind != KIND_MAP)
		return scalar_as_ours(shape, value);
	out = json_object();
	json_object_foreach((json_t *)value, key, item)
	{
		const struct aws_member *member = shape_member(shape, key);

		if (shape->kind == KIND_MAP || member)
			json_object_set_new(out, key,
					    wanted_as_ours(member ? member->shape
								  : shape->value,
							   item));
		else if (strcmp(key, "ResponseMetadata") != 0)
			json_object_set(out, key, item);
	}
	return out;
}

/* The operation whose name is words, hyphens apart: "describe-db-instances". */
static const struct aws_operation *
operation_spelt(const char *service, const char *words)
{
	const char *const *names;
	size_t count = aws_operation_names(service, &names);

	for (size_t i = 0; i < count; i++) {
		const char *name = names[i], *at = words;

		while (*name && *at && *at != '.' && *at != '#') {
			if (*at == '-')
				at++;
			if (strncasecmp(name, at, 1) != 0)
				break;
			name++, at++;
		}
		if (!*name && (*at == '.' || *at == '#'))
			return aws_operation_find(service, names[i], NULL);
	}
	return NULL;
}

static void
xml_file_check(const struct aws_operation *operation, const char *file)
{
	const struct answer_case row = { .name = file, .status = 200 };
	char *stem = mem_text_n(file, strlen(file) - 4),
	     *json = mem_print("xml_responses/%s.json", stem);
	char *xml = mem_print("xml_responses/%s", file), *path = shared_path(xml);
	json_t *result = shared_json(json),
	       *wanted = result ? wanted_as_ours(operation->output, result) : NULL;
	struct buf body = { 0 };
	bool same;

	if (strcmp(operation->name, "GetBucketLocation") == 0)
		json_object_set_new(wanted, "LocationConstraint",
				    json_string("eu-west-1"));
	same = file_read(path, 16 << 20, &body, NULL) == 0 && wanted &&
	       answer_is(operation, &row, body.data, body.len, NULL, wanted);
	CU_ASSERT_TRUE(same);
	buf_free(&body);
	json_decref(result);
	json_decref(wanted);
	free(stem);
	free(json);
	free(xml);
	free(path);
}

static void
test_recorded_xml(void)
{
	char *folder = shared_path("xml_responses");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int done = 0, outside = 0;

	if (!dir)
		printf("# no folder %s\n", folder);
	CU_ASSERT_PTR_NOT_NULL(dir);
	while (dir && (entry = readdir(dir)) != NULL) {
		size_t len = strcspn(entry->d_name, "-");
		const struct aws_operation *operation;
		char *service;

		if (!text_ends(entry->d_name, ".xml"))
			continue;
		service = mem_text_n(entry->d_name, len);
		operation = operation_spelt(service, entry->d_name + len + 1);
		free(service);
		outside += !operation;
		done += operation != NULL;
		if (operation)
			xml_file_check(operation, entry->d_name);
	}
	printf("# %d recorded answers decoded; %d are of operations outside the model\n",
	       done, outside);
	CU_ASSERT_TRUE(done >= 40);
	if (dir)
		closedir(dir);
	free(folder);
}

/* ---- The protocols' cases: each has shapes of its own, written as a model here. */

static const char *
letter_of(const json_t *shapes, const json_t *reference)
{
	static const char *const letters[][2] = {
		{ "string", "s" },    { "integer", "i" }, { "long", "i" },
		{ "float", "f" },     { "double", "f" },  { "boolean", "b" },
		{ "timestamp", "t" }, { "blob", "x" },
	};
	const json_t *shape = json_object_get(
		shapes, json_string_value(json_object_get(reference, "shape")));
	const char *type = json_string_value(json_object_get(shape, "type"));

	if (json_object_get(reference, "jsonvalue"))
		return "j";
	if (json_is_true(json_object_get(shape, "document")))
		return "d";
	for (size_t i = 0; type && i < COUNT(letters); i++)
		if (strcmp(letters[i][0], type) == 0)
			return letters[i][1];
	return NULL;
}

static void
type_write(struct buf *out, const json_t *shapes, const json_t *reference)
{
	const char *letter = letter_of(shapes, reference);

	if (letter)
		buf_print(out, " %s", letter);
	else
		buf_print(out, " *%s",
			  json_string_value(json_object_get(reference, "shape")));
}

/* What a reference says, or else the shape behind it. */
static const json_t *
trait(const json_t *shapes, const json_t *reference, const char *name)
{
	const json_t *own = json_object_get(reference, name);
	const json_t *shape = json_object_get(
		shapes, json_string_value(json_object_get(reference, "shape")));

	return own ? own : json_object_get(shape, name);
}

static void
member_write(struct buf *out, const json_t *shapes, const char *name,
	     const json_t *reference)
{
	const json_t *shape = json_object_get(
		shapes, json_string_value(json_object_get(reference, "shape")));
	const json_t *wire = trait(shapes, reference, "locationName"),
		     *item = json_object_get(shape, "member");

	buf_print(out, "\t%s", name);
	type_write(out, shapes, reference);
	if (json_is_true(trait(shapes, reference, "flattened"))) {
		buf_text(out, " -f");
		if (item && !wire && trait(shapes, item, "locationName"))
			wire = trait(shapes, item, "locationName");
	}
	buf_print(out, wire ? " w=%s\n" : "\n", json_string_value(wire));
}

static void
shape_write(struct buf *out, const json_t *shapes, const char *name, const json_t *shape)
{
	const char *type = json_string_value(json_object_get(shape, "type")), *key;
	const json_t *wire;
	json_t *reference;

	if (strcmp(type, "structure") == 0 && !json_object_get(shape, "document")) {
		buf_print(out, "S %s\n", name);
		json_object_foreach(json_object_get(shape, "members"), key, reference)
			member_write(out, shapes, key, reference);
	} else if (strcmp(type, "list") == 0) {
		buf_print(out, "L %s", name);
		type_write(out, shapes, json_object_get(shape, "member"));
		buf_text(out, "\n");
	} else if (strcmp(type, "map") == 0) {
		buf_print(out, "M %s", name);
		type_write(out, shapes, json_object_get(shape, "key"));
		type_write(out, shapes, json_object_get(shape, "value"));
		if ((wire = trait(shapes, json_object_get(shape, "key"),
				  "locationName")) != NULL)
			buf_print(out, " k=%s", json_string_value(wire));
		if ((wire = trait(shapes, json_object_get(shape, "value"),
				  "locationName")) != NULL)
			buf_print(out, " v=%s", json_string_value(wire));
		buf_text(out, "\n");
	}
}

static struct model *
case_model(const json_t *suite, const json_t *given)
{
	const json_t *shapes = json_object_get(suite, "shapes"),
		     *meta = json_object_get(suite, "metadata");
	const json_t *output = json_object_get(given, "output");
	struct err err = { 0 };
	struct buf out = { 0 };
	struct model *model;
	const char *name;
	json_t *shape;

	buf_print(
		&out,
		"name test\nid Test\nprotocol %s\njson 1.1\ntarget T\nversion 1\nendpoint t\nsigning t\n",
		json_string_value(json_object_get(meta, "protocol")));
	buf_print(&out, "O %s POST /", json_string_value(json_object_get(given, "name")));
	if (output)
		buf_print(&out, " out=%s",
			  json_string_value(json_object_get(output, "shape")));
	buf_text(&out, "\n");
	json_object_foreach((json_t *)shapes, name, shape)
		shape_write(&out, shapes, name, shape);
	model = model_parse(out.data, out.len, &err);
	if (!model)
		printf("# %s\n%s", err.text, out.data);
	buf_free(&out);
	return model;
}

static bool
case_check(const json_t *suite, const json_t *item)
{
	const json_t *given = json_object_get(item, "given"),
		     *response = json_object_get(item, "response");
	const char *body = json_string_value(json_object_get(response, "body"));
	struct answer_case row = {
		.name = json_string_value(json_object_get(item, "id")),
		.status =
			(int)json_integer_value(json_object_get(response, "status_code")),
		.code = json_string_value(json_object_get(item, "errorCode")),
		.message = json_string_value(json_object_get(item, "errorMessage")),
	};
	struct model *model = case_model(suite, given);
	const struct aws_operation *operation =
		model ? model_find(model,
				   json_string_value(json_object_get(given, "name")))
		      : NULL;
	json_t *wanted = NULL;
	bool same;

	if (!operation)
		return false;
	if (!row.code)
		wanted = operation->output
				 ? wanted_as_ours(operation->output,
						  json_object_get(item, "result"))
				 : json_object();
	same = answer_is(operation, &row, body, body ? strlen(body) : 0,
			 json_object_get(response, "headers"), wanted);
	json_decref(wanted);
	model_free(model);
	return same;
}

static void
test_protocols(void)
{
	static const char *const files[] = { "ec2", "json", "json_1_0", "query" };
	int done = 0;

	for (size_t i = 0; i < COUNT(files); i++) {
		char *path = mem_print("protocol_outputs/%s.json", files[i]);
		json_t *suites = shared_json(path), *suite, *item;
		size_t at, number;

		json_array_foreach(suites, at, suite)
			json_array_foreach(json_object_get(suite, "cases"), number, item)
		{
			CU_ASSERT_TRUE(case_check(suite, item));
			done++;
		}
		json_decref(suites);
		free(path);
	}
	printf("# %d cases of the protocols\n", done);
	CU_ASSERT_TRUE(done >= 150);
}

void
tests_decode_vectors(CU_pSuite suite)
{
	CU_add_test(suite, "recorded_xml", test_recorded_xml);
	CU_add_test(suite, "protocols", test_protocols);
}
