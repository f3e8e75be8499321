/* The query protocol and EC2's dialect of it: a form in the body. EC2 flattens every list
 * ("Filter.1.Value.1") and has names of its own; the others write "Filters.member.1". */

#include <stdlib.h>
#include <string.h>

#include "aws/request.h"

struct form {
	struct making *making;
	struct buf out;
	bool is_ec2;
};

static void value_add(struct form *form, const struct aws_member *member,
		      const struct aws_shape *shape, const json_t *value,
		      const char *name);

static void
pair_add(struct form *form, const char *name, const char *value)
{
	if (form->out.len)
		buf_char(&form->out, '&');
	percent_add(&form->out, name, "");
	buf_char(&form->out, '=');
	percent_add(&form->out, value, "");
}

static void
structure_add(struct form *form, const struct aws_shape *shape, const json_t *value,
	      const char *prefix)
{
	for (size_t i = 0; i < shape->member_count; i++) {
		const struct aws_member *member = &shape->members[i];
		const json_t *item = json_object_get(value, member->name);
		char *name;

		if (!item || json_is_null(item))
			continue;
		name = mem_print("%s%s%s", prefix, *prefix ? "." : "",
				 form->is_ec2 ? member->query : member->wire);
		value_add(form, member, member->shape, item, name);
		free(name);
	}
}

static void
list_add(struct form *form, const struct aws_member *member,
	 const struct aws_shape *shape, const json_t *value, const char *name)
{
	bool flat = form->is_ec2 || member->is_flat;
	json_t *item;
	size_t i;

	/* An empty list says "none" in the query protocol; EC2 has no such thing. */
	if (json_array_size(value) == 0 && !form->is_ec2)
		pair_add(form, name, "");
	json_array_foreach((json_t *)value, i, item)
	{
		char *below =
			flat ? mem_print("%s.%zu", name, i + 1)
			     : mem_print("%s.%s.%zu", name, shape->value_wire, i + 1);

		value_add(form, member, shape->value, item, below);
		free(below);
	}
}

static void
map_add(struct form *form, const struct aws_member *member, const struct aws_shape *shape,
	const json_t *value, const char *name)
{
	const char *between = member->is_flat ? "" : ".entry";
	json_t *item;
	const char *key;
	size_t i = 0;

	json_object_foreach((json_t *)value, key, item)
	{
		char *below =
			mem_print("%s%s.%zu.%s", name, between, ++i, shape->key_wire);

		pair_add(form, below, key);
		free(below);
		below = mem_print("%s%s.%zu.%s", name, between, i, shape->value_wire);
		value_add(form, member, shape->value, item, below);
		free(below);
	}
}

static void
value_add(struct form *form, const struct aws_member *member,
	  const struct aws_shape *shape, const json_t *value, const char *name)
{
	char *text;

	if (shape->kind == KIND_STRUCTURE) {
		structure_add(form, shape, value, name);
	} else if (shape->kind == KIND_LIST) {
		list_add(form, member, shape, value, name);
	} else if (shape->kind == KIND_MAP) {
		map_add(form, member, shape, value, name);
	} else if ((text = scalar_text(form->making, member, shape, value, TIME_ISO)) !=
		   NULL) {
		pair_add(form, name, text);
		free(text);
	}
}

void
request_query(struct making *making)
{
	const struct aws_operation *operation = making->operation;
	struct form form = { .making = making,
			     .is_ec2 = operation->service->protocol == AWS_EC2 };
	size_t len;

	making->wire->path = mem_text("/");
	making_header(making, "content-type",
		      "application/x-www-form-urlencoded; charset=utf-8");
	pair_add(&form, "Action", operation->name);
	pair_add(&form, "Version", operation->service->api_version);
	if (operation->input)
		structure_add(&form, operation->input, making->parameters, "");
	len = form.out.len;
	making_body(making, buf_take(&form.out), len);
}
