/* A program for tests/live_decode.py: makes requests, decodes answers and turns pages, a
 * JSON object a line.
 *
 * {service, operation, parameters}                  -> {method, path, query, headers,
 * body, host_prefix} {service, operation, status, headers, body_b64}   -> {tree} or
 * {code, message} {service, operation, parameters, page}            -> {next, stuck} Any
 * of them may answer {error}. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/aws.h"

static const char *
header_find(void *arg, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)arg, key,
			    value) if (strcasecmp(key, name) ==
				       0) return json_string_value(value);
	return NULL;
}

static json_t *
text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *
request_make(const struct aws_operation *operation, const json_t *line, struct err *err)
{
	struct aws_wire *wire =
		aws_request_make(operation, json_object_get(line, "parameters"), err);
	json_t *headers, *out;

	if (!wire)
		return NULL;
	headers = json_object();
	for (size_t i = 0; i < wire->header_count; i++)
		json_object_set_new(headers, wire->headers[i].name,
				    json_string(wire->headers[i].value));
	out = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "method", wire->method, "path",
			wire->path, "query", text_or_null(wire->query), "headers",
			headers, "body", text_or_null(wire->body), "host_prefix",
			text_or_null(wire->host_prefix));
	aws_wire_free(wire);
	return out;
}

static json_t *
answer_decode(const struct aws_operation *operation, const json_t *line, struct err *err)
{
	const char *text = json_string_value(json_object_get(line, "body_b64"));
	int status = (int)json_integer_value(json_object_get(line, "status"));
	char *code = NULL, *message = NULL;
	struct buf body = { 0 };
	json_t *tree = NULL, *out = NULL;

	if (!text || base64_read(text, strlen(text), &body) < 0)
		err_set(err, "body_b64 is not base64");
	else if (aws_answer_decode(operation, status, body.data, body.len, header_find,
				   json_object_get(line, "headers"), &tree, &code,
				   &message, err) == 0)
		out = code ? json_pack("{s:s, s:s}", "code", code, "message", message)
			   : json_pack("{s:o}", "tree", tree);
	free(code);
	free(message);
	buf_free(&body);
	return out;
}

static json_t *
page_turn(const struct aws_operation *operation, const json_t *line)
{
	bool stuck;
	json_t *next = aws_next_page(operation, json_object_get(line, "parameters"),
				     json_object_get(line, "page"), &stuck);

	return json_pack("{s:o, s:b}", "next", next ? next : json_null(), "stuck", stuck);
}

static json_t *
line_answer(const json_t *line, struct err *err)
{
	const char *service = json_string_value(json_object_get(line, "service"));
	const char *name = json_string_value(json_object_get(line, "operation"));
	const struct aws_operation *operation;

	if (!service || !name) {
		err_set(err, "the line lacks service or operation");
		return NULL;
	}
	operation = aws_operation_find(service, name, err);
	if (!operation)
		return NULL;
	if (json_object_get(line, "page"))
		return page_turn(operation, line);
	if (json_object_get(line, "body_b64"))
		return answer_decode(operation, line, err);
	return request_make(operation, line, err);
}

int
main(void)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&text, &room, stdin)) > 0) {
		struct err err = { 0 };
		json_t *line = json_read(text, (size_t)len, &err);
		json_t *out = line ? line_answer(line, &err) : NULL;
		char *shown;

		if (!out)
			out = json_pack("{s:s}", "error", err.text);
		shown = json_canonical(out);
		puts(shown);
		free(shown);
		json_decref(out);
		json_decref(line);
	}
	free(text);
	return 0;
}
