/* The REST protocols: parameters stand in the path, the query string, headers and the
 * body. */

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "aws/request.h"

/* Puts the label {Name} or {Name+} into path; len is that of what stands between the
 * braces. */
static void
label_add(struct making *making, struct buf *path, const char *label, size_t len)
{
	bool greedy = len > 0 && label[len - 1] == '+';
	const struct aws_shape *input = making->operation->input;
	const struct aws_member *member = NULL;
	const json_t *value;
	char *text;

	len -= greedy;
	for (size_t i = 0; input && i < input->member_count; i++)
		if (input->members[i].place == PLACE_URI &&
		    strlen(input->members[i].wire) == len &&
		    strncmp(input->members[i].wire, label, len) == 0)
			member = &input->members[i];
	value = member ? json_object_get(making->parameters, member->name) : NULL;
	if (!value) {
		making_fail(making, "the parameter %s is required",
			    member ? member->name : "of the path");
		return;
	}
	text = scalar_text(making, member, member->shape, value, TIME_ISO);
	/* Nothing, or dots, would ask for another thing than the one that was named. */
	if (text &&
	    (!*text || (!greedy && (strcmp(text, ".") == 0 || strcmp(text, "..") == 0))))
		making_fail(making, "the parameter %s must not be \"%s\"", member->name,
			    text);
	else if (text)
		percent_add(path, text, greedy ? "/" : "");
	free(text);
}

static void
path_fill(struct making *making)
{
	const char *uri = making->operation->uri;
	struct buf path = { 0 };

	while (*uri && *uri != '?') {
		size_t len;

		if (*uri != '{') {
			buf_char(&path, *uri++);
			continue;
		}
		len = strcspn(++uri, "}");
		label_add(making, &path, uri, len);
		uri += len + (uri[len] == '}');
	}
	making->wire->path = buf_take(&path);
}

static void
query_pair(struct buf *query, const char *name, const char *value)
{
	if (query->len)
		buf_char(query, '&');
	percent_add(query, name, "");
	buf_char(query, '=');
	percent_add(query, value, "");
}

static void
query_scalar(struct making *making, struct buf *query, const struct aws_member *member,
	     const char *name, const struct aws_shape *shape, const json_t *value)
{
	char *text = scalar_text(making, member, shape, value, TIME_ISO);

	if (text)
		query_pair(query, name, text);
	free(text);
}

static void
query_member(struct making *making, struct buf *query, const struct aws_member *member,
	     const json_t *value)
{
	const struct aws_shape *shape = member->shape;
	const char *key;
	json_t *item, *one;
	size_t i;

	if (shape->kind == KIND_LIST) {
		json_array_foreach((json_t *)value, i, item) query_scalar(
			making, query, member, member->wire, shape->value, item);
	} else if (shape->kind == KIND_MAP) {
		json_object_foreach((json_t *)value, key, item)
		{
			if (!json_is_array(item))
				query_scalar(making, query, member, key, shape->value,
					     item);
			else
				json_array_foreach(item, i, one)
					query_scalar(making, query, member, key,
						     shape->value->value, one);
		}
	} else {
		query_scalar(making, query, member, member->wire, shape, value);
	}
}

static char *
base64_text(const char *text)
{
	size_t len = strlen(text);
	char *out = mem_get(4 * (len / 3 + 1) + 1);

	EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)len);
	return out;
}

/* A list's item; RFC 7230 lists: quoted where it holds a comma or a quote. */
static void
header_item(struct buf *out, const char *text)
{
	bool quoted = strpbrk(text, ",\"") != NULL;

	if (out->len)
		buf_char(out, ',');
	if (quoted)
		buf_char(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
	if (quoted)
		buf_char(out, '"');
}

static void
header_member(struct making *making, const struct aws_member *member, const json_t *value)
{
	const struct aws_shape *shape = member->shape;
	struct buf list = { 0 };
	char *text = NULL;
	json_t *item;
	size_t i;

	if (shape->kind == KIND_LIST) {
		json_array_foreach((json_t *)value, i, item)
		{
			text = scalar_text(making, member, shape->value, item, TIME_HTTP);
			if (text && shape->value->kind == KIND_TIME)
				buf_print(&list, "%s%s", list.len ? "," : "", text);
			else if (text)
				header_item(&list, text);
			free(text);
		}
		text = list.len ? buf_take(&list) : NULL;
	} else if (shape->kind == KIND_JSON_TEXT) {
		text = base64_text(json_string_value(value));
	} else {
		text = scalar_text(making, member, shape, value, TIME_HTTP);
	}
	if (text)
		making_header(making, member->wire, text);
	free(text);
	buf_free(&list);
}

static void
header_map(struct making *making, const struct aws_member *member, const json_t *value)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)value, key, item)
	{
		char *name = mem_print("%s%s", member->wire, key);
		char *text = scalar_text(making, member, member->shape->value, item,
					 TIME_HTTP);

		if (name[strspn(
			    name,
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")])
			making_fail(making, "%s holds what no header's name can",
				    member->name);
		else if (text)
			making_header(making, name, text);
		free(name);
		free(text);
	}
}

static void
json_body(struct making *making, const struct aws_shape *shape, const json_t *value)
{
	json_t *body = json_wire(making, shape, value);
	char *text = json_canonical(body);

	making_body(making, text, strlen(text));
	making_header(making, "content-type", "application/json");
	json_decref(body);
}

static void
payload_body(struct making *making, const struct aws_member *member, const json_t *value)
{
	bool is_json = making->operation->service->protocol == AWS_REST_JSON;
	char *text;

	if (member->shape->kind < KIND_STRUCTURE && value) {
		text = mem_text(json_string_value(value) ? json_string_value(value) : "");
		making_body(making, text, strlen(text));
	} else if (is_json) {
		json_t *empty = json_object();

		json_body(making, member->shape, value ? value : empty);
		json_decref(empty);
	} else if (value) {
		request_xml_body(making, member->shape, value, member->wire);
	}
}

/* The members that no other place takes. New reference; *possible: the shape has such
 * members. */
static json_t *
body_members(struct making *making, bool *possible)
{
	const struct aws_shape *input = making->operation->input;
	json_t *body = json_object();

	*possible = false;
	for (size_t i = 0; input && i < input->member_count; i++) {
		const struct aws_member *member = &input->members[i];
		json_t *value = json_object_get(making->parameters, member->name);

		if (member->place != PLACE_BODY)
			continue;
		*possible = true;
		if (value && !json_is_null(value))
			json_object_set(body, member->name, value);
	}
	return body;
}

static void
body_fill(struct making *making)
{
	const struct aws_shape *input = making->operation->input;
	bool is_json = making->operation->service->protocol == AWS_REST_JSON, possible;
	json_t *body;

	if (input && input->payload) {
		payload_body(making, shape_member(input, input->payload),
			     json_object_get(making->parameters, input->payload));
		return;
	}
	body = body_members(making, &possible);
	/* rest-json wants an object wherever members could stand in the body, even where
	 * none does. */
	if (is_json && possible)
		json_body(making, input, body);
	else if (!is_json && json_object_size(body) > 0)
		request_xml_body(making, input, body,
				 making->operation->input_root
					 ? making->operation->input_root
					 : input->name);
	json_decref(body);
}

void
request_rest(struct making *making)
{
	const struct aws_shape *input = making->operation->input;
	const char *fixed = strchr(making->operation->uri, '?');
	struct buf query = { 0 };

	path_fill(making);
	if (fixed)
		buf_text(&query, fixed + 1);
	for (size_t i = 0; input && i < input->member_count; i++) {
		const struct aws_member *member = &input->members[i];
		const json_t *value = json_object_get(making->parameters, member->name);

		if (!value || json_is_null(value))
			continue;
		if (member->place == PLACE_QUERY)
			query_member(making, &query, member, value);
		else if (member->place == PLACE_HEADER)
			header_member(making, member, value);
		else if (member->place == PLACE_HEADERS)
			header_map(making, member, value);
	}
	making->wire->query = query.len ? buf_take(&query) : NULL;
	buf_free(&query);
	body_fill(making);
}
