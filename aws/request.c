/* Requests: lays parameters out as the service's protocol wants them. Host, signature and
 * user agent are the client's. Source of the forms: AWS's Smithy specification, "AWS
 * protocols". */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/request.h"

/* Headers that a service wants beside its protocol's. Source: each service's API
 * reference. */
static const struct {
	const char *service, *name, *value;
} service_headers[] = {
	{ "apigateway", "accept", "application/json" },
	{ "glacier", "x-amz-glacier-version", "2012-06-01" },
};

/* Parameters that are given where the caller gives none. Glacier: "-" is the caller's own
 * account. */
static const struct {
	const char *service, *name, *value;
} defaults[] = {
	{ "glacier", "accountId", "-" },
};

void
making_fail(struct making *making, const char *format, ...)
{
	char *text = NULL;
	va_list list;

	if (making->failed)
		return;
	making->failed = true;
	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		text = NULL;
	va_end(list);
	err_set(making->err, "asking %s:%s: %s", making->operation->service->name,
		making->operation->name, text ? text : "no memory");
	free(text);
}

void
making_header(struct making *making, const char *name, const char *value)
{
	struct aws_wire *wire = making->wire;

	/* Room is left for host, date, token, hash, agent and authorization. */
	if (wire->header_count + 8 > COUNT(wire->headers)) {
		making_fail(making, "too many headers");
		return;
	}
	for (const char *at = value; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 127) {
			making_fail(making, "a control character in the value of %s",
				    name);
			return;
		}
	}
	wire->headers[wire->header_count].name = mem_text(name);
	wire->headers[wire->header_count++].value = mem_text(value);
}

void
making_body(struct making *making, char *text, size_t len)
{
	free(making->wire->body);
	making->wire->body = text;
	making->wire->body_len = len;
}

void
percent_add(struct buf *buf, const char *text, const char *keep)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text) || strchr(keep, *text))
			buf_char(buf, *text);
		else
			buf_print(buf, "%%%02X", (unsigned char)*text);
	}
}

/* RFC 7231's date. strftime would ask the locale for the names. */
static char *
http_date(int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)when;
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return mem_print("%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday,
			 tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
			 tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool
time_value(struct making *making, const char *name, const json_t *value, int64_t *when)
{
	if (json_is_integer(value)) {
		*when = json_integer_value(value);
		return true;
	}
	if (json_is_real(value) && json_real_value(value) > -1e15 &&
	    json_real_value(value) < 1e15) {
		*when = (int64_t)json_real_value(value);
		return true;
	}
	if (json_is_string(value) && time_read(json_string_value(value), when) == 0)
		return true;
	making_fail(making, "%s is no time; write it as 2026-11-22T04:00:00Z", name);
	return false;
}

static char *
time_wire(struct making *making, const char *name, const json_t *value,
	  enum aws_time form)
{
	char text[TIME_ROOM];
	int64_t when;

	if (!time_value(making, name, value, &when))
		return NULL;
	if (form == TIME_EPOCH)
		return mem_print("%lld", (long long)when);
	return form == TIME_HTTP ? http_date(when) : mem_text(time_text(when, text));
}

/* The shortest text that reads back as the same number. */
static char *
real_text(double real)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return mem_print("%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}

char *
scalar_text(struct making *making, const struct aws_member *member,
	    const struct aws_shape *shape, const json_t *value, enum aws_time by)
{
	const char *slash;

	if (shape->kind == KIND_TIME)
		return time_wire(making, member->name, value,
				 shape->time ? shape->time : by);
	switch (json_typeof(value)) {
	case JSON_STRING:
		slash = member->is_last_part ? strrchr(json_string_value(value), '/')
					     : NULL;
		return mem_text(slash ? slash + 1 : json_string_value(value));
	case JSON_INTEGER:
		return mem_print("%lld", (long long)json_integer_value(value));
	case JSON_REAL:
		return real_text(json_real_value(value));
	case JSON_TRUE:
		return mem_text("true");
	case JSON_FALSE:
		return mem_text("false");
	default:
		making_fail(making, "%s must be %s", member->name,
			    shape_kind_text(shape));
		return NULL;
	}
}

/* ---- JSON bodies. */

static json_t *
structure_wire(struct making *making, const struct aws_shape *shape, const json_t *value)
{
	json_t *out = json_object(), *item;
	const char *key;

	json_object_foreach((json_t *)value, key, item)
	{
		const struct aws_member *member = shape_member(shape, key);

		if (member && !json_is_null(item))
			json_object_set_new(out, member->wire,
					    json_wire(making, member->shape, item));
	}
	return out;
}

json_t *
json_wire(struct making *making, const struct aws_shape *shape, const json_t *value)
{
	json_t *out, *item;
	const char *key;
	size_t i;

	switch (shape->kind) {
	case KIND_STRUCTURE:
		return structure_wire(making, shape, value);
	case KIND_LIST:
		out = json_array();
		json_array_foreach((json_t *)value, i, item)
			json_array_append_new(out, json_wire(making, shape->value, item));
		return out;
	case KIND_MAP:
		out = json_object();
		json_object_foreach((json_t *)value, key, item) json_object_set_new(
			out, key, json_wire(making, shape->value, item));
		return out;
	case KIND_TIME: {
		int64_t when = 0;
		char text[TIME_ROOM], *date;

		if (!time_value(making, "a time", value, &when) ||
		    shape->time == TIME_BY_PLACE || shape->time == TIME_EPOCH)
			return json_integer(when);
		if (shape->time == TIME_ISO)
			return json_string(time_text(when, text));
		date = http_date(when);
		out = json_string(date);
		free(date);
		return out;
	}
	default:
		return json_incref((json_t *)value);
	}
}

static void
request_json(struct making *making)
{
	const struct aws_service *service = making->operation->service;
	char *target =
		mem_print("%s.%s", service->target_prefix, making->operation->name);
	char *type = mem_print("application/x-amz-json-%s", service->json_version);
	json_t *body = making->operation->input
			       ? structure_wire(making, making->operation->input,
						making->parameters)
			       : json_object();
	char *text = json_canonical(body);

	making->wire->path = mem_text("/");
	making_header(making, "content-type", type);
	making_header(making, "x-amz-target", target);
	if (service->query_compatible)
		making_header(making, "x-amzn-query-mode", "true");
	making_body(making, text, strlen(text));
	json_decref(body);
	free(target);
	free(type);
}

/* ---- What comes before the protocol. */

/* Parameters with defaults put in. New reference. */
static json_t *
parameters_complete(const struct aws_operation *operation, const json_t *given)
{
	json_t *all = given ? json_copy((json_t *)given) : json_object();

	for (size_t i = 0; i < COUNT(defaults); i++)
		if (strcmp(defaults[i].service, operation->service->name) == 0 &&
		    shape_member(operation->input, defaults[i].name) &&
		    !json_object_get(all, defaults[i].name))
			json_object_set_new(all, defaults[i].name,
					    json_string(defaults[i].value));
	/* XML 1.0 cannot carry every key that S3 allows: "EncodingType" in the API
	 * reference of ListObjectsV2. */
	if (operation->has_url_keys && !json_object_get(all, "EncodingType"))
		json_object_set_new(all, "EncodingType", json_string("url"));
	return all;
}

static int
required_check(const struct aws_operation *operation, const json_t *parameters,
	       struct err *err)
{
	const struct aws_shape *input = operation->input;

	for (size_t i = 0; input && i < input->member_count; i++) {
		const struct aws_member *member = &input->members[i];
		const json_t *value = json_object_get(parameters, member->name);

		if (member->is_required && (!value || json_is_null(value)))
			return err_set(err, "asking %s:%s: the parameter %s is required",
				       operation->service->name, operation->name,
				       member->name);
	}
	return 0;
}

/* Puts the parameters' values in "{AccountId}.". Only what may stand in a host's name, so
 * that no value sends the request elsewhere. */
static void
host_prefix_fill(struct making *making)
{
	const char *template = making->operation->host_prefix;
	struct buf buf = { 0 };

	while (template && *template) {
		size_t len = strcspn(template, "{");
		char *name;
		const char *value;

		buf_add(&buf, template, len);
		template += len;
		if (!*template)
			break;
		len = strcspn(++template, "}");
		name = mem_text_n(template, len);
		template += len + (template[len] == '}');
		value = json_string_value(json_object_get(making->parameters, name));
		if (!value || !*value || strlen(value) > 63 || value[0] == '.' ||
		    value[strspn(
			    value,
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")])
			making_fail(making,
				    "%s must be letters, digits, '-' and '.', at most 63",
				    name);
		else
			buf_text(&buf, value);
		free(name);
	}
	making->wire->host_prefix =
		making->operation->host_prefix ? buf_take(&buf) : NULL;
	buf_free(&buf);
}

struct aws_wire *
aws_request_make(const struct aws_operation *operation, const json_t *parameters,
		 struct err *err)
{
	struct making making = { .operation = operation, .err = err };
	json_t *all = NULL;

	if (aws_check_parameters(operation, parameters, err) != 0)
		return NULL;
	all = parameters_complete(operation, parameters);
	if (required_check(operation, all, err) != 0) {
		json_decref(all);
		return NULL;
	}
	making.parameters = all;
	making.wire = mem_get(sizeof(*making.wire));
	making.wire->method = operation->method;
	host_prefix_fill(&making);
	for (size_t i = 0; i < COUNT(service_headers); i++)
		if (strcmp(service_headers[i].service, operation->service->name) == 0)
			making_header(&making, service_headers[i].name,
				      service_headers[i].value);
	if (operation->service->protocol == AWS_JSON)
		request_json(&making);
	else if (operation->service->protocol == AWS_QUERY ||
		 operation->service->protocol == AWS_EC2)
		request_query(&making);
	else
		request_rest(&making);
	json_decref(all);
	if (!making.failed)
		return making.wire;
	aws_wire_free(making.wire);
	return NULL;
}

void
aws_wire_free(struct aws_wire *wire)
{
	if (!wire)
		return;
	for (size_t i = 0; i < wire->header_count; i++) {
		free(wire->headers[i].name);
		free(wire->headers[i].value);
	}
	free(wire->path);
	free(wire->query);
	free(wire->body);
	free(wire->host_prefix);
	free(wire);
}
