/* Answers: decodes what came to one tree with the names that the AWS CLI prints. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/decode.h"

/* S3 names two regions by their oldest names: "LocationConstraint" in the API reference
 * of GetBucketLocation. */
static const struct {
	const char *location, *region;
} old_locations[] = {
	{ "", "us-east-1" },
	{ "EU", "eu-west-1" },
};

const char *
decode_header(const struct decoding *decoding, const char *name)
{
	return decoding->header ? decoding->header(decoding->arg, name) : NULL;
}

/* ---- Headers. */

static int
header_list(struct decoding *decoding, const struct aws_shape *shape, const char *value,
	    json_t **out)
{
	*out = json_array();
	while (*value) {
		size_t len = strcspn(value, ",");
		const char *start = value + strspn(value, " \t");
		char *text = mem_text_n(
			start, start < value + len ? (size_t)(value + len - start) : 0);
		json_t *item = NULL;
		int rc = scalar_decode(decoding, shape->value, text, strlen(text), &item);

		free(text);
		if (rc != 0)
			return -1;
		if (item)
			json_array_append_new(*out, item);
		value += len + (value[len] == ',');
	}
	return 0;
}

static int
header_json(struct decoding *decoding, const char *value, json_t **out)
{
	struct buf bytes = { 0 };
	int rc = -1;

	if (base64_read(value, strlen(value), &bytes) >= 0)
		*out = json_stringn(bytes.data ? bytes.data : "", bytes.len);
	if (*out)
		rc = 0;
	else
		decode_fail(decoding, "not base64 text");
	buf_free(&bytes);
	return rc;
}

/* Members that stand in headers or are the status. Maps of headers (S3's x-amz-meta-*)
 * are left out: headers are looked up by name here, and no check reads what is in
 * objects. */
static int
place_members(struct decoding *decoding, json_t *tree)
{
	const struct aws_shape *shape = decoding->operation->output;

	for (size_t i = 0; i < shape->member_count; i++) {
		const struct aws_member *member = &shape->members[i];
		const char *value = member->place == PLACE_HEADER
					    ? decode_header(decoding, member->wire)
					    : NULL;
		json_t *item = NULL;
		int rc = 0;

		decoding->member = member->name;
		if (member->place == PLACE_STATUS)
			item = json_integer(decoding->status);
		else if (value && member->shape->kind == KIND_LIST)
			rc = header_list(decoding, member->shape, value, &item);
		else if (value && member->shape->kind == KIND_JSON_TEXT)
			rc = header_json(decoding, value, &item);
		else if (value)
			rc = scalar_decode(decoding, member->shape, value, strlen(value),
					   &item);
		if (rc == 0 && item)
			rc = json_object_set_new(tree, member->name, item);
		else
			json_decref(item);
		if (rc != 0)
			return -1;
	}
	decoding->member = NULL;
	return 0;
}

/* ---- Bodies. */

static bool
is_blank(const struct decoding *decoding)
{
	for (size_t i = 0; i < decoding->len; i++)
		if (!strchr(" \t\r\n", decoding->body[i]) || !decoding->body[i])
			return false;
	return true;
}

/* Nothing, where the model has something, is no empty list: it is no answer. A status
 * such as 204 says so itself. */
static bool
is_nothing(const struct decoding *decoding)
{
	return decoding->status != 200 && is_blank(decoding);
}

/* The body as JSON. New reference or NULL. */
static json_t *
json_body(struct decoding *decoding)
{
	json_t *body;
	struct err why = { 0 };

	body = json_read(decoding->body, decoding->len, &why);
	if (!body)
		decode_fail(decoding, why.text);
	return body;
}

/* Query answers stand in an element that the model names; else in the first that ends in
 * Result. */
static const struct element *
result_element(struct decoding *decoding, const struct element *root)
{
	const char *wrapper = decoding->operation->result_wrapper;
	char *name = wrapper ? mem_text(wrapper)
			     : mem_print("%sResult", decoding->operation->name);
	const struct element *found = element_child(root, name);

	free(name);
	for (const struct element *child = root->first; child && !found;
	     child = child->next)
		if (text_ends(child->name, "Result"))
			found = child;
	if (!found)
		decode_fail(decoding, "no result in it");
	return found;
}

/* The element that holds the members. A page of HTML is no answer with nothing in it. */
static const struct element *
xml_root(struct decoding *decoding)
{
	const struct element *root = xml_parse(decoding);

	if (root && strcasecmp(root->name, "html") == 0) {
		decode_fail(decoding, "HTML");
		return NULL;
	}
	if (root && decoding->operation->service->protocol == AWS_EC2 &&
	    !text_ends(root->name, "Response")) {
		decode_fail(decoding, "no response of this operation");
		return NULL;
	}
	if (root && decoding->operation->service->protocol == AWS_QUERY)
		return result_element(decoding, root);
	return root;
}

/* The whole body is one member. */
static int
payload_decode(struct decoding *decoding, const struct aws_member *member, json_t *tree)
{
	const struct element *root;
	json_t *item = NULL, *body;
	int rc = 0;

	decoding->member = member->name;
	if (member->shape->kind == KIND_BLOB) {
		item = blob_text(decoding, decoding->body, decoding->len);
		rc = item ? 0 : -1;
	} else if (member->shape->kind < KIND_STRUCTURE &&
		   member->shape->kind != KIND_DOCUMENT) {
		/* GetBucketPolicy is JSON though S3 speaks XML, and is text to the model.
		 */
		rc = scalar_decode(decoding, member->shape, decoding->body, decoding->len,
				   &item);
	} else if (is_nothing(decoding)) {
		return 0;
	} else if (decoding->operation->service->protocol == AWS_REST_JSON) {
		body = json_body(decoding);
		rc = body ? json_decode(decoding, member->shape, body, &item) : -1;
		json_decref(body);
	} else {
		root = xml_root(decoding);
		rc = root ? xml_decode(decoding, member->shape, root, &item) : -1;
	}
	if (rc == 0 && item)
		json_object_set_new(tree, member->name, item);
	return rc;
}

/* GetBucketLocation's root is the value itself, which no model can say. */
static void
location_decode(const struct element *root, json_t *tree)
{
	const char *region = root->text;

	for (size_t i = 0; i < COUNT(old_locations); i++)
		if (strcmp(region, old_locations[i].location) == 0)
			region = old_locations[i].region;
	json_object_set_new(tree, "LocationConstraint", json_string(region));
}

static int
xml_body(struct decoding *decoding, json_t *tree)
{
	const struct aws_operation *operation = decoding->operation;
	const struct element *root, *type;

	root = xml_root(decoding);
	if (!root)
		return -1;
	if (strcmp(operation->service->name, "s3") == 0 &&
	    strcmp(operation->name, "GetBucketLocation") == 0) {
		location_decode(root, tree);
		return 0;
	}
	type = element_child(root, "EncodingType");
	decoding->has_url_keys =
		operation->has_url_keys && type && strcmp(type->text, "url") == 0;
	return xml_members(decoding, operation->output, root, tree);
}

static bool
has_body_members(const struct aws_shape *shape)
{
	for (size_t i = 0; i < shape->member_count; i++)
		if (shape->members[i].place == PLACE_BODY)
			return true;
	return false;
}

static int
body_decode(struct decoding *decoding, json_t *tree)
{
	const struct aws_operation *operation = decoding->operation;
	bool is_rest = operation->service->protocol == AWS_REST_JSON ||
		       operation->service->protocol == AWS_REST_XML;
	json_t *body;
	int rc;

	if (is_rest && place_members(decoding, tree) != 0)
		return -1;
	if (strcmp(operation->method, "HEAD") == 0)
		return 0;
	if (is_rest && operation->output->payload) {
		const struct aws_member *member =
			shape_member(operation->output, operation->output->payload);

		return member ? payload_decode(decoding, member, tree) : 0;
	}
	if (is_nothing(decoding) ||
	    (is_blank(decoding) && !has_body_members(operation->output)))
		return 0;
	if (operation->service->protocol != AWS_JSON &&
	    operation->service->protocol != AWS_REST_JSON)
		return xml_body(decoding, tree);
	body = json_body(decoding);
	if (!body)
		return -1;
	rc = json_is_object(body) ? json_members(decoding, operation->output, body, tree)
				  : decode_fail(decoding, "not an object");
	json_decref(body);
	return rc;
}

/* Services give their answers a __type too, but none that is called an exception. */
static bool
is_json_error(struct decoding *decoding)
{
	json_t *body;
	const char *type;
	bool is_error;

	if (!memmem(decoding->body, decoding->len, "\"__type\"", 8))
		return false;
	body = json_read(decoding->body, decoding->len, NULL);
	type = json_string_value(json_object_get(body, "__type"));
	is_error = type && (text_ends(type, "Exception") || text_ends(type, "Error"));
	json_decref(body);
	return is_error;
}

/* S3 may find out that it failed after it has said 200: "Error responses" of its API
 * reference. What stands between us and AWS may do so in any form; read as an answer, an
 * error says that there is nothing. */
static bool
is_late_error(struct decoding *decoding)
{
	static const char *const roots[] = { "Error", "ErrorResponse", "Response" };
	enum aws_protocol protocol = decoding->operation->service->protocol;
	struct err *err = decoding->err;
	const struct element *root;
	bool is_error = false;

	if (decoding->len > 65536)
		return false;
	if (protocol == AWS_JSON || protocol == AWS_REST_JSON)
		return is_json_error(decoding);
	if (!memmem(decoding->body, decoding->len, "<Error", 6))
		return false;
	decoding->err = NULL;
	root = xml_parse(decoding);
	decoding->err = err;
	for (size_t i = 0; root && i < COUNT(roots); i++)
		is_error |= strcmp(root->name, roots[i]) == 0;
	return is_error;
}

int
aws_answer_decode(const struct aws_operation *operation, int status, const char *body,
		  size_t len, const char *(*header)(void *arg, const char *name),
		  void *arg, json_t **tree, char **code, char **message, struct err *err)
{
	struct decoding decoding = {
		.operation = operation,
		.body = body ? body : "",
		.len = body ? len : 0,
		.status = status,
		.header = header,
		.arg = arg,
		.err = err,
	};
	int rc = 0;

	*tree = NULL;
	*code = *message = NULL;
	if (status >= 300 || is_late_error(&decoding)) {
		error_decode(&decoding, code, message);
	} else {
		*tree = json_object();
		if (operation->output)
			rc = body_decode(&decoding, *tree);
	}
	if (rc != 0) {
		json_decref(*tree);
		*tree = NULL;
	}
	arena_free(&decoding.arena);
	return rc;
}
