/* Scalars of answers: text, numbers, times, blobs, and what services encode once more. */

#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/decode.h"

/* The last second of the year 9999. A greater number can only be milliseconds. */
#define LAST_SECOND 253402300799.0
#define FIRST_SECOND (-62135596800.0)

int
decode_fail(struct decoding *decoding, const char *why)
{
	if (decoding->member)
		return err_set(decoding->err, "decoding the answer of %s:%s: %s: %s",
			       decoding->operation->service->name,
			       decoding->operation->name, decoding->member, why);
	return err_set(decoding->err, "decoding the answer of %s:%s: %s",
		       decoding->operation->service->name, decoding->operation->name,
		       why);
}

static int
text_decode(struct decoding *decoding, const char *text, size_t len, json_t **out)
{
	*out = json_stringn(text, len);
	return *out ? 0 : decode_fail(decoding, "not UTF-8 text");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX, and '+' for a space where plus says so. What is no %XX stays as it is: not
 * every emulator encodes. */
static int
escaped_decode(struct decoding *decoding, const char *text, size_t len, bool plus,
	       json_t **out)
{
	char *plain = mem_get(len + 1);
	size_t used = 0;
	int rc;

	for (size_t i = 0; i < len; i++) {
		int high = text[i] == '%' && i + 2 < len ? hex_digit(text[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		if (low >= 0 && (high || low)) {
			plain[used++] = (char)(high * 16 + low);
			i += 2;
		} else {
			plain[used++] = plus && text[i] == '+' ? ' ' : text[i];
		}
	}
	rc = text_decode(decoding, plain, used, out);
	free(plain);
	return rc;
}

static int
seconds_decode(struct decoding *decoding, double seconds, json_t **out)
{
	char text[TIME_ROOM];

	if (seconds > LAST_SECOND)
		seconds /= 1000;
	if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND))
		return decode_fail(decoding, "not a time between the years 1 and 9999");
	*out = json_string(time_text((int64_t)floor(seconds), text));
	return 0;
}

static int
time_decode(struct decoding *decoding, const char *text, json_t **out)
{
	char iso[TIME_ROOM], *end;
	double seconds;
	int64_t when;

	/* Digits alone are a year to nobody but an epoch to every service. */
	seconds = strtod(text, &end);
	if (end != text && !*end && text[strspn(text, "0123456789.-+eE")] == '\0')
		return seconds_decode(decoding, seconds, out);
	if (time_read(text, &when) != 0)
		return decode_fail(decoding, "not a time");
	*out = json_string(time_text(when, iso));
	return 0;
}

static int
real_decode(struct decoding *decoding, const char *text, json_t **out)
{
	char *end;
	double real = strtod(text, &end);

	if (end == text || *end)
		return decode_fail(decoding, "not a number");
	/* JSON has no infinities; AWS writes them as text too. */
	*out = isfinite(real) ? json_real(real) : json_string(text);
	return 0;
}

static int
integer_decode(struct decoding *decoding, const char *text, json_t **out)
{
	char *end;
	long long whole;
	double real;

	errno = 0;
	whole = strtoll(text, &end, 10);
	if (end != text && !*end && errno == 0) {
		*out = json_integer(whole);
		return 0;
	}
	real = strtod(text, &end);
	if (end == text || *end || !(fabs(real) < 9e15) || floor(real) != real)
		return decode_fail(decoding, "not a whole number");
	*out = json_integer((json_int_t)real);
	return 0;
}

static int
bool_decode(struct decoding *decoding, const char *text, json_t **out)
{
	if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*out = json_true();
	else if (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*out = json_false();
	else
		return decode_fail(decoding, "neither true nor false");
	return 0;
}

json_t *
blob_text(struct decoding *decoding, const char *data, size_t len)
{
	char *out;
	json_t *text;

	if (len > INT32_MAX / 2) {
		decode_fail(decoding, "a blob too large");
		return NULL;
	}
	out = mem_get(4 * (len / 3 + 1) + 1);
	EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)data, (int)len);
	text = json_string(out);
	free(out);
	return text;
}

/* One spelling for the same bytes: line breaks go, padding comes. */
static int
blob_decode(struct decoding *decoding, const char *text, size_t len, json_t **out)
{
	struct buf bytes = { 0 };

	*out = NULL;
	if (base64_read(text, len, &bytes) < 0)
		decode_fail(decoding, "not base64 text");
	else
		*out = blob_text(decoding, bytes.data ? bytes.data : "", bytes.len);
	buf_free(&bytes);
	return *out ? 0 : -1;
}

/* Numbers, booleans and times may stand between white space. */
static int
trimmed_decode(struct decoding *decoding, const struct aws_shape *shape, const char *text,
	       json_t **out)
{
	size_t len;
	char *word;
	int rc;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len == 0)
		return 0;
	word = mem_text_n(text, len);
	if (shape->kind == KIND_INTEGER)
		rc = integer_decode(decoding, word, out);
	else if (shape->kind == KIND_REAL)
		rc = real_decode(decoding, word, out);
	else if (shape->kind == KIND_BOOL)
		rc = bool_decode(decoding, word, out);
	else
		rc = time_decode(decoding, word, out);
	free(word);
	return rc;
}

int
scalar_decode(struct decoding *decoding, const struct aws_shape *shape, const char *text,
	      size_t len, json_t **out)
{
	*out = NULL;
	switch (shape->kind) {
	case KIND_INTEGER:
	case KIND_REAL:
	case KIND_BOOL:
	case KIND_TIME:
		return trimmed_decode(decoding, shape, text, out);
	case KIND_BLOB:
		return blob_decode(decoding, text, len, out);
	case KIND_ESCAPED:
		return escaped_decode(decoding, text, len, false, out);
	case KIND_KEY:
		if (decoding->has_url_keys)
			return escaped_decode(decoding, text, len, true, out);
		return text_decode(decoding, text, len, out);
	default:
		return text_decode(decoding, text, len, out);
	}
}

/* JSON where the model says text, as schemas:GetResourcePolicy may send: kept as text. */
static int
json_as_text(const json_t *value, json_t **out)
{
	char *text = json_canonical(value);

	*out = json_string(text);
	free(text);
	return 0;
}

static int
number_from_json(struct decoding *decoding, const struct aws_shape *shape,
		 const json_t *value, json_t **out)
{
	double real = json_number_value(value);

	switch (shape->kind) {
	case KIND_TIME:
		return seconds_decode(decoding, real, out);
	case KIND_INTEGER:
		if (json_is_real(value) && fabs(real) < 9e15 && floor(real) == real) {
			*out = json_integer((json_int_t)real);
			return 0;
		}
		*out = json_incref((json_t *)value);
		return 0;
	case KIND_REAL:
		*out = json_incref((json_t *)value);
		return 0;
	case KIND_BOOL:
		if (real == 0 || real == 1) {
			*out = json_boolean(real == 1);
			return 0;
		}
		return decode_fail(decoding, "neither true nor false");
	case KIND_BLOB:
		return decode_fail(decoding, "not base64 text");
	default:
		return json_as_text(value, out);
	}
}

int
scalar_from_json(struct decoding *decoding, const struct aws_shape *shape,
		 const json_t *value, json_t **out)
{
	*out = NULL;
	switch (json_typeof(value)) {
	case JSON_STRING:
		return scalar_decode(decoding, shape, json_string_value(value),
				     json_string_length(value), out);
	case JSON_INTEGER:
	case JSON_REAL:
		return number_from_json(decoding, shape, value, out);
	case JSON_TRUE:
	case JSON_FALSE:
		if (shape->kind == KIND_BOOL) {
			*out = json_incref((json_t *)value);
			return 0;
		}
		break;
	default:
		break;
	}
	if (shape->kind == KIND_STRING || shape->kind == KIND_JSON_TEXT ||
	    shape->kind == KIND_ESCAPED)
		return json_as_text(value, out);
	return decode_fail(decoding, "not of the type that the model says");
}
