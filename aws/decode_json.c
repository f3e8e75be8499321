/* Bodies in JSON, walked by the shape. */

#include <string.h>

#include "aws/decode.h"

#define DEEP 200

int
json_members(struct decoding *decoding, const struct aws_shape *shape,
	     const json_t *value, json_t *tree)
{
	for (size_t i = 0; i < shape->member_count; i++) {
		const struct aws_member *member = &shape->members[i];
		const json_t *raw = json_object_get(value, member->wire);
		json_t *item = NULL;

		if (!raw || json_is_null(raw) || member->place != PLACE_BODY)
			continue;
		decoding->member = member->name;
		if (json_decode(decoding, member->shape, raw, &item) != 0)
			return -1;
		if (item)
			json_object_set_new(tree, member->name, item);
	}
	return 0;
}

static int
list_decode(struct decoding *decoding, const struct aws_shape *shape, const json_t *value,
	    json_t **out)
{
	json_t *raw, *item;
	size_t i;

	if (!json_is_array(value))
		return decode_fail(decoding, "not a list");
	*out = json_array();
	json_array_foreach((json_t *)value, i, raw)
	{
		item = NULL;
		if (json_decode(decoding, shape->value, raw, &item) != 0)
			return -1;
		if (item)
			json_array_append_new(*out, item);
	}
	return 0;
}

static int
map_decode(struct decoding *decoding, const struct aws_shape *shape, const json_t *value,
	   json_t **out)
{
	json_t *raw, *item;
	const char *key;

	if (!json_is_object(value))
		return decode_fail(decoding, "not an object");
	*out = json_object();
	json_object_foreach((json_t *)value, key, raw)
	{
		item = NULL;
		if (json_decode(decoding, shape->value, raw, &item) != 0)
			return -1;
		if (item)
			json_object_set_new(*out, key, item);
	}
	return 0;
}

static int
shape_decode(struct decoding *decoding, const struct aws_shape *shape,
	     const json_t *value, json_t **out)
{
	switch (shape->kind) {
	case KIND_STRUCTURE:
		if (!json_is_object(value))
			return decode_fail(decoding, "not an object");
		*out = json_object();
		return json_members(decoding, shape, value, *out);
	case KIND_LIST:
		return list_decode(decoding, shape, value, out);
	case KIND_MAP:
		return map_decode(decoding, shape, value, out);
	case KIND_DOCUMENT:
		*out = json_incref((json_t *)value);
		return 0;
	default:
		return scalar_from_json(decoding, shape, value, out);
	}
}

/* *out is new, or NULL also on success where there is no value. A null in a list or map
 * stays: lists may be sparse. */
int
json_decode(struct decoding *decoding, const struct aws_shape *shape, const json_t *value,
	    json_t **out)
{
	int rc;

	*out = NULL;
	if (json_is_null(value)) {
		*out = json_null();
		return 0;
	}
	if (++decoding->depth > DEEP)
		return decode_fail(decoding, "nested too deep");
	rc = shape_decode(decoding, shape, value, out);
	decoding->depth--;
	if (rc != 0) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}
