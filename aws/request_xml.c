/* XML bodies of requests. Few reads have one: CloudFront's ListConnectionGroups and its
 * kin. */

#include <stdlib.h>
#include <string.h>

#include "aws/request.h"

static void element_add(struct making *making, struct buf *out,
			const struct aws_member *member, const struct aws_shape *shape,
			const json_t *value, const char *name);

static void
text_add(struct buf *out, const char *text)
{
	for (; *text; text++) {
		/* A bare carriage return or quote would not survive the reader's
		 * normalisation. */
		if (strchr("&<>\"'\r\n\t", *text))
			buf_print(out, "&#%d;", *text);
		else
			buf_char(out, *text);
	}
}

static void
scalar_add(struct making *making, struct buf *out, const struct aws_member *member,
	   const struct aws_shape *shape, const json_t *value)
{
	char *text = scalar_text(making, member, shape, value, TIME_ISO);

	if (text)
		text_add(out, text);
	free(text);
}

static void
members_add(struct making *making, struct buf *out, const struct aws_shape *shape,
	    const json_t *value)
{
	for (size_t i = 0; i < shape->member_count; i++) {
		const struct aws_member *member = &shape->members[i];
		json_t *item = json_object_get(value, member->name), *one;
		size_t at;

		if (!item || json_is_null(item) || member->is_attribute)
			continue;
		if (member->is_flat && member->shape->kind == KIND_LIST)
			json_array_foreach(item, at, one)
				element_add(making, out, member, member->shape->value,
					    one, member->wire);
		else
			element_add(making, out, member, member->shape, item,
				    member->wire);
	}
}

static void
map_add(struct making *making, struct buf *out, const struct aws_member *member,
	const struct aws_shape *shape, const json_t *value)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)value, key, item)
	{
		buf_print(out, "<entry><%s>", shape->key_wire);
		text_add(out, key);
		buf_print(out, "</%s>", shape->key_wire);
		element_add(making, out, member, shape->value, item, shape->value_wire);
		buf_text(out, "</entry>");
	}
}

static void
element_add(struct making *making, struct buf *out, const struct aws_member *member,
	    const struct aws_shape *shape, const json_t *value, const char *name)
{
	json_t *item;
	size_t i;

	buf_print(out, "<%s>", name);
	if (shape->kind == KIND_STRUCTURE)
		members_add(making, out, shape, value);
	else if (shape->kind == KIND_LIST)
		json_array_foreach((json_t *)value, i, item) element_add(
			making, out, member, shape->value, item, shape->value_wire);
	else if (shape->kind == KIND_MAP)
		map_add(making, out, member, shape, value);
	else
		scalar_add(making, out, member, shape, value);
	buf_print(out, "</%s>", name);
}

void
request_xml_body(struct making *making, const struct aws_shape *shape,
		 const json_t *value, const char *root)
{
	const char *xmlns = making->operation->service->xmlns;
	struct buf out = { 0 };
	size_t len;

	if (shape->kind != KIND_STRUCTURE) {
		making_fail(making, "the body of %s is no structure", root);
		return;
	}
	buf_print(&out, "<%s", root);
	if (xmlns)
		buf_print(&out, " xmlns=\"%s\"", xmlns);
	buf_char(&out, '>');
	members_add(making, &out, shape, value);
	buf_print(&out, "</%s>", root);
	len = out.len;
	making_body(making, buf_take(&out), len);
	making_header(making, "content-type", "application/xml");
}
