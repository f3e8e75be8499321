/* Shapes against values and paths: parameters are checked and read by them, scanners'
 * paths are proven. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/model.h"

static const struct {
	enum aws_kind kind;
	const char *text;
} kind_texts[] = {
	{ KIND_STRING, "text" },	 { KIND_INTEGER, "a whole number" },
	{ KIND_REAL, "a number" },	 { KIND_BOOL, "true or false" },
	{ KIND_TIME, "a time" },	 { KIND_BLOB, "base64 text" },
	{ KIND_DOCUMENT, "JSON" },	 { KIND_JSON_TEXT, "text" },
	{ KIND_ESCAPED, "text" },	 { KIND_KEY, "text" },
	{ KIND_STRUCTURE, "an object" }, { KIND_LIST, "a list" },
	{ KIND_MAP, "an object" },
};

const char *
shape_kind_text(const struct aws_shape *shape)
{
	for (size_t i = 0; i < COUNT(kind_texts); i++)
		if (kind_texts[i].kind == shape->kind)
			return kind_texts[i].text;
	return "a value";
}

const struct aws_member *
shape_member(const struct aws_shape *shape, const char *name)
{
	for (size_t i = 0; shape && i < shape->member_count; i++)
		if (strcmp(shape->members[i].name, name) == 0)
			return &shape->members[i];
	return NULL;
}

/* "no member "x" in …; did you mean "y"?" */
static int
member_missing(const struct aws_shape *shape, const char *name, const char *where,
	       struct err *err)
{
	const char **names = mem_get((shape->member_count + 1) * sizeof(*names));
	const char *near;

	for (size_t i = 0; i < shape->member_count; i++)
		names[i] = shape->members[i].name;
	near = name_nearest(name, names, shape->member_count);
	if (near)
		err_set(err, "%s has no \"%s\"; did you mean \"%s\"?", where, name, near);
	else
		err_set(err, "%s has no \"%s\"", where, name);
	free(names);
	return -1;
}

/* ---- Values. */

static bool
scalar_fits(const struct aws_shape *shape, const json_t *value)
{
	switch (shape->kind) {
	case KIND_INTEGER:
		return json_is_integer(value);
	case KIND_REAL:
		return json_is_number(value);
	case KIND_BOOL:
		return json_is_boolean(value);
	case KIND_TIME:
		return json_is_string(value) || json_is_number(value);
	case KIND_DOCUMENT:
		return true;
	case KIND_STRUCTURE:
	case KIND_MAP:
		return json_is_object(value);
	case KIND_LIST:
		return json_is_array(value);
	default:
		return json_is_string(value);
	}
}

static int
object_check(const struct aws_shape *shape, const json_t *value, const char *path,
	     struct err *err)
{
	const char *key;
	json_t *item;
	int rc = 0;

	json_object_foreach((json_t *)value, key, item)
	{
		const struct aws_member *member = shape_member(shape, key);
		char *below = mem_print("%s.%s", path, key);

		if (shape->kind == KIND_MAP)
			rc = shape_check(shape->value, item, below, err);
		else if (member)
			rc = shape_check(member->shape, item, below, err);
		else
			rc = member_missing(shape, key, path, err);
		free(below);
		if (rc != 0)
			break;
	}
	return rc;
}

int
shape_check(const struct aws_shape *shape, const json_t *value, const char *path,
	    struct err *err)
{
	size_t i;
	json_t *item;
	int rc = 0;

	if (!scalar_fits(shape, value))
		return err_set(err, "%s must be %s", path, shape_kind_text(shape));
	if (shape->kind == KIND_STRUCTURE || shape->kind == KIND_MAP)
		return object_check(shape, value, path, err);
	if (shape->kind != KIND_LIST)
		return 0;
	json_array_foreach((json_t *)value, i, item)
	{
		char *below = mem_print("%s[%zu]", path, i);

		rc = shape_check(shape->value, item, below, err);
		free(below);
		if (rc != 0)
			break;
	}
	return rc;
}

int
aws_check_parameters(const struct aws_operation *operation, const json_t *parameters,
		     struct err *err)
{
	char *path;
	int rc;

	if (!parameters ||
	    (json_is_object(parameters) && json_object_size(parameters) == 0))
		return 0;
	if (!json_is_object(parameters))
		return err_set(err, "the parameters of %s:%s must be an object",
			       operation->service->name, operation->name);
	if (!operation->input)
		return err_set(err, "%s:%s takes no parameters", operation->service->name,
			       operation->name);
	path = mem_print("%s:%s", operation->service->name, operation->name);
	rc = object_check(operation->input, parameters, path, err);
	free(path);
	return rc;
}

/* ---- Words of the command line. */

static json_t *
word_number(const struct aws_shape *shape, const char *word)
{
	char *end;
	long long whole;
	double real;

	errno = 0;
	whole = strtoll(word, &end, 10);
	if (*word && !*end && errno == 0)
		return json_integer(whole);
	if (shape->kind == KIND_INTEGER)
		return NULL;
	errno = 0;
	real = strtod(word, &end);
	return *word && !*end && errno == 0 ? json_real(real) : NULL;
}

static json_t *
word_scalar(const struct aws_shape *shape, const char *word, size_t len)
{
	char *text = mem_text_n(word, len);
	json_t *value = NULL;

	if (shape->kind == KIND_INTEGER || shape->kind == KIND_REAL)
		value = word_number(shape, text);
	else if (shape->kind == KIND_BOOL)
		value = strcmp(text, "true") == 0    ? json_true()
			: strcmp(text, "false") == 0 ? json_false()
						     : NULL;
	else if (shape->kind < KIND_STRUCTURE)
		value = json_string(text);
	free(text);
	return value;
}

/* "a,b" for a list of scalars. */
static json_t *
word_list(const struct aws_shape *shape, const char *word)
{
	json_t *list = json_array();

	while (*word) {
		size_t len = strcspn(word, ",");
		json_t *item = word_scalar(shape->value, word, len);

		if (!item || json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
		word += len;
		word += *word == ',';
	}
	return list;
}

static json_t *
word_parse(const struct aws_shape *shape, const char *value, struct err *err)
{
	bool nested = shape->kind == KIND_STRUCTURE || shape->kind == KIND_MAP ||
		      shape->kind == KIND_LIST || shape->kind == KIND_DOCUMENT;
	json_t *parsed;

	if (nested &&
	    (value[0] == '[' || value[0] == '{' || shape->kind == KIND_DOCUMENT))
		return json_read(value, strlen(value), err);
	if (shape->kind == KIND_LIST && shape->value->kind < KIND_STRUCTURE)
		parsed = word_list(shape, value);
	else
		parsed = word_scalar(shape, value, strlen(value));
	if (!parsed)
		err_set(err, "it must be %s%s", shape_kind_text(shape),
			nested ? ", written as JSON" : "");
	return parsed;
}

json_t *
aws_parameter_parse(const struct aws_operation *operation, const char *name,
		    const char *value, struct err *err)
{
	const struct aws_member *member = shape_member(operation->input, name);
	char *path = mem_print("%s:%s", operation->service->name, operation->name);
	json_t *parsed = NULL;

	if (!operation->input)
		err_set(err, "%s takes no parameters", path);
	else if (!member)
		member_missing(operation->input, name, path, err);
	else if (!(parsed = word_parse(member->shape, value, err)))
		err_prefix(err, "the parameter %s of %s", name, path);
	else if (shape_check(member->shape, parsed, name, err) != 0) {
		json_decref(parsed);
		parsed = NULL;
	}
	free(path);
	return parsed;
}
