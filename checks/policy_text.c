/* Policies as JSON text to a tree. jansson's own reader goes byte by byte through a
 * stream and takes most of the time that judging a policy takes; this one reads memory.
 * As strict as RFC 8259, and stricter: a name stands once in an object, and nothing nests
 * deeper than a policy can. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

#define DEPTH_MAX 64

struct reader {
	const char *at, *end;
	const char *trouble; /* the first */
	int depth;
};

static json_t *read_value(struct reader *reader);

static json_t *
fail(struct reader *reader, const char *trouble)
{
	if (reader->trouble == NULL)
		reader->trouble = trouble;
	return NULL;
}

/* Skips white space. Returns the character there, NUL at the end. */
static char
peek(struct reader *reader)
{
	const char *at = reader->at;

	while (at < reader->end &&
	       (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	reader->at = at;
	return at < reader->end ? *at : '\0';
}

static bool
take(struct reader *reader, char wanted)
{
	if (peek(reader) != wanted || reader->at == reader->end)
		return false;
	reader->at++;
	return true;
}

/* Four hex digits; -1 where there are none. */
static long
read_hex(struct reader *reader)
{
	char digits[5] = "";

	if (reader->end - reader->at < 4)
		return -1;
	memcpy(digits, reader->at, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	reader->at += 4;
	return strtol(digits, NULL, 16);
}

static void
add_utf8(struct buf *out, long c)
{
	char bytes[4];
	size_t len;

	if (c < 0x80) {
		bytes[0] = (char)c;
		len = 1;
	} else if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		len = 2;
	} else if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		len = 3;
	} else {
		bytes[0] = (char)(0xf0 | c >> 18);
		len = 4;
	}
	for (size_t i = 1; i < len; i++)
		bytes[i] = (char)(0x80 | (c >> 6 * (len - 1 - i) & 0x3f));
	buf_add(out, bytes, len);
}

static int
read_escape(struct reader *reader, struct buf *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	char c = reader->at < reader->end ? *reader->at++ : '\0';
	long unit, low;

	if (c != 'u') {
		name = c ? strchr(names, c) : NULL;
		if (name == NULL)
			return -1;
		buf_add(out, values + (name - names), 1);
		return 0;
	}
	unit = read_hex(reader);
	if (unit <= 0 || (unit >= 0xdc00 && unit < 0xe000))
		return -1;
	if (unit >= 0xd800 && unit < 0xdc00) {
		if (reader->end - reader->at < 2 || reader->at[0] != '\\' ||
		    reader->at[1] != 'u')
			return -1;
		reader->at += 2;
		low = read_hex(reader);
		if (low < 0xdc00 || low >= 0xe000)
			return -1;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	}
	add_utf8(out, unit);
	return 0;
}

/* The rest of a string that has escapes. */
static json_t *
read_escaped(struct reader *reader, const char *start)
{
	struct buf out = { .cap = 2 * POLICY_TEXT_MAX };
	json_t *string = NULL;

	buf_add(&out, start, (size_t)(reader->at - start));
	while (reader->at < reader->end && *reader->at != '"') {
		char c = *reader->at++;

		if (c != '\\') {
			if ((unsigned char)c < 0x20)
				goto out;
			buf_add(&out, &c, 1);
		} else if (read_escape(reader, &out) < 0) {
			goto out;
		}
	}
	if (reader->at < reader->end && !out.over) {
		reader->at++;
		string = json_stringn_nocheck(out.len ? out.data : "", out.len);
	}
out:
	buf_free(&out);
	return string ? string : fail(reader, "a string is broken");
}

/* Bytes up to the closing quote where the string has no escapes; -1 where it has. */
static ptrdiff_t
plain_len(const struct reader *reader)
{
	const char *at = reader->at;

	while (at < reader->end && *at != '"' && *at != '\\' &&
	       (unsigned char)*at >= 0x20)
		at++;
	return at < reader->end && *at == '"' ? at - reader->at : -1;
}

/* Behind the opening quote. */
static json_t *
read_string(struct reader *reader)
{
	const char *start = reader->at;
	ptrdiff_t len = plain_len(reader);

	if (len < 0)
		return read_escaped(reader, start);
	reader->at += len + 1;
	return json_stringn_nocheck(start, (size_t)len);
}

/* A name and its value. Most names have no escapes and need no string of their own. */
static void
read_member(struct reader *reader, json_t *object)
{
	size_t before = json_object_size(object), len;
	json_t *name = NULL, *value = NULL;
	const char *key = NULL;
	ptrdiff_t plain;

	if (!take(reader, '"')) {
		fail(reader, "an object is broken");
		return;
	}
	plain = plain_len(reader);
	if (plain >= 0) {
		key = reader->at;
		len = (size_t)plain;
		reader->at += plain + 1;
	} else {
		name = read_string(reader);
		key = json_string_value(name);
		len = json_string_length(name);
	}
	if (key == NULL || !take(reader, ':'))
		fail(reader, "an object is broken");
	else
		value = read_value(reader);
	if (value != NULL) {
		json_object_setn_new_nocheck(object, key, len, value);
		if (json_object_size(object) == before)
			fail(reader, "a name stands twice in an object");
	}
	json_decref(name);
}

static json_t *
read_members(struct reader *reader)
{
	json_t *object = json_object();

	if (take(reader, '}'))
		return object;
	do {
		read_member(reader, object);
	} while (reader->trouble == NULL && take(reader, ','));
	if (reader->trouble == NULL && !take(reader, '}'))
		fail(reader, "an object does not end");
	return object;
}

static json_t *
read_items(struct reader *reader)
{
	json_t *array = json_array();

	if (take(reader, ']'))
		return array;
	do {
		json_t *value = read_value(reader);

		if (value != NULL)
			json_array_append_new(array, value);
	} while (reader->trouble == NULL && take(reader, ','));
	if (reader->trouble == NULL && !take(reader, ']'))
		fail(reader, "an array does not end");
	return array;
}

static size_t
count_digits(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return (size_t)(at - start);
}

static json_t *
read_number(struct reader *reader)
{
	const char *start = reader->at, *at = start;
	size_t whole, part = 1;
	bool is_real = false;
	char text[64];
	long long integer;

	at += at < reader->end && *at == '-';
	whole = count_digits(at, reader->end);
	if (whole == 0 || (whole > 1 && *at == '0'))
		return fail(reader, "something is no value");
	at += whole;
	if (at < reader->end && *at == '.') {
		is_real = true;
		part = count_digits(++at, reader->end);
		at += part;
	}
	if (part != 0 && at < reader->end && (*at == 'e' || *at == 'E')) {
		is_real = true;
		at++;
		at += at < reader->end && (*at == '+' || *at == '-');
		part = count_digits(at, reader->end);
		at += part;
	}
	if (part == 0 || (size_t)(at - start) >= sizeof(text))
		return fail(reader, "a number is broken");
	memcpy(text, start, (size_t)(at - start));
	text[at - start] = '\0';
	reader->at = at;
	errno = 0;
	integer = strtoll(text, NULL, 10);
	return is_real || errno != 0 ? json_real(strtod(text, NULL))
				     : json_integer(integer);
}

static json_t *
read_word(struct reader *reader, const char *word, json_t *value)
{
	size_t len = strlen(word);

	if ((size_t)(reader->end - reader->at) < len ||
	    memcmp(reader->at, word, len) != 0)
		return fail(reader, "something is no value");
	reader->at += len;
	return value;
}

static json_t *
read_value(struct reader *reader)
{
	json_t *value;
	char c = peek(reader);

	switch (c) {
	case '"':
		reader->at++;
		return read_string(reader);
	case '{':
	case '[':
		if (reader->depth == DEPTH_MAX)
			return fail(reader, "it nests deeper than a policy can");
		reader->depth++;
		reader->at++;
		value = c == '{' ? read_members(reader) : read_items(reader);
		reader->depth--;
		return value;
	case 't':
		return read_word(reader, "true", json_true());
	case 'f':
		return read_word(reader, "false", json_false());
	case 'n':
		return read_word(reader, "null", json_null());
	default:
		return read_number(reader);
	}
}

json_t *
policy_text_read(const char *text, size_t len, struct err *err)
{
	struct reader reader = { .at = text, .end = text + len };
	json_t *root;

	if (len > POLICY_TEXT_MAX) {
		err_set(err, "%zu bytes are more than AWS takes as policies", len);
		return NULL;
	}
	if (!text_is_utf8(text, len)) {
		err_set(err, "it is not UTF-8");
		return NULL;
	}
	root = read_value(&reader);
	if (reader.trouble == NULL && (peek(&reader) != '\0' || reader.at != reader.end))
		fail(&reader, "something stands behind its end");
	if (reader.trouble == NULL && root != NULL)
		return root;
	err_set(err, "at byte %zu: %s", (size_t)(reader.at - text),
		reader.trouble ? reader.trouble : "something is no value");
	json_decref(root);
	return NULL;
}
