/* Error answers. Load balancers, proxies and emulators answer in another protocol's form
 * than the one that asked, so the form is told from the body, never from the service. */

#include <stdlib.h>
#include <string.h>

#include "aws/decode.h"

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 301, "Moved Permanently" },	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },	{ 403, "Forbidden" },
	{ 404, "Not Found" },		{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },	{ 409, "Conflict" },
	{ 412, "Precondition Failed" }, { 413, "Payload Too Large" },
	{ 429, "Too Many Requests" },	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
};

/* "ns#Name:http://…" is Name: "Operation error serialization" of AWS's JSON protocols in
 * Smithy. */
static char *
code_cut(const char *code)
{
	size_t len = strcspn(code, ":;");
	const char *start = code;

	for (size_t i = 0; i < len; i++)
		if (code[i] == '#')
			start = code + i + 1;
	while (start < code + len && *start == ' ')
		start++;
	return mem_text_n(start, (size_t)(code + len - start));
}

/* The first element that has a Code, from the root down: ErrorResponse/Error,
 * Response/Errors/Error, Error. */
static const struct element *
error_element(const struct element *element, int depth)
{
	const struct element *found = NULL;

	if (element_child(element, "Code"))
		return element;
	for (const struct element *child = element->first; child && !found && depth < 4;
	     child = child->next)
		found = error_element(child, depth + 1);
	return found;
}

static void
xml_error(struct decoding *decoding, char **code, char **message)
{
	struct err *err = decoding->err;
	const struct element *root, *error, *text;

	decoding->err = NULL; /* HTML is no XML, and no fault here */
	root = xml_parse(decoding);
	decoding->err = err;
	error = root ? error_element(root, 0) : NULL;
	if (!error)
		return;
	*code = code_cut(element_child(error, "Code")->text);
	text = element_child(error, "Message");
	if (!text)
		text = element_child(error, "message");
	if (text)
		*message = mem_text(text->text);
}

static const char *
string_of(const json_t *object, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_object_get(object, names[i]));

		if (text)
			return text;
	}
	return NULL;
}

static void
json_error(const char *body, size_t len, char **code, char **message)
{
	static const char *const codes[] = { "__type", "code", "Code", "errorCode" };
	static const char *const messages[] = { "message", "Message", "errorMessage" };
	json_t *tree = json_read(body, len, NULL), *inner;
	const char *text;

	inner = json_object_get(tree, "Error");
	if (!json_is_object(inner))
		inner = tree;
	text = string_of(inner, codes, COUNT(codes));
	if (text)
		*code = code_cut(text);
	text = string_of(inner, messages, COUNT(messages));
	if (text)
		*message = mem_text(text);
	json_decref(tree);
}

/* What headers say goes before the body; the old code of services that moved off the
 * query protocol before all. */
static void
header_codes(struct decoding *decoding, char **code)
{
	static const char *const names[] = { "x-amzn-query-error", "x-amzn-errortype" };

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = decode_header(decoding, names[i]);

		if (!value || !*value ||
		    (i == 0 && !decoding->operation->service->query_compatible))
			continue;
		free(*code);
		*code = code_cut(value);
		return;
	}
}

static void
reason_fill(int status, char **code, char **message)
{
	const char *reason = NULL;

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			reason = reasons[i].reason;
	/* A HEAD has no body: the AWS CLI too gives the status as the code. */
	if (!*code || !**code) {
		free(*code);
		*code = mem_print("%d", status);
	}
	if (!*message)
		*message =
			reason ? mem_text(reason) : mem_print("HTTP status %d", status);
}

void
error_decode(struct decoding *decoding, char **code, char **message)
{
	const char *body = decoding->body;
	size_t skip = 0;

	*code = *message = NULL;
	while (skip < decoding->len && strchr(" \t\r\n", body[skip]) && body[skip])
		skip++;
	if (skip < decoding->len && body[skip] == '<')
		xml_error(decoding, code, message);
	else if (skip < decoding->len && body[skip] == '{')
		json_error(body, decoding->len, code, message);
	header_codes(decoding, code);
	reason_fill(decoding->status, code, message);
}
