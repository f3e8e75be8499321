/* Finds the secrets that stand in a text in the clear: by format, in addresses, and by
 * their names. */

#include "base/secret.h"

#define NEAR \
	300 /* bytes around an access key's id in which its secret half is looked for */
#define AUTHORITY_MAX 512
#define LINE_MAX 400 /* of a password file */

void
found_add(struct found *found, const char *kind, size_t start, size_t len)
{
	if (!len || memchr(found->taken + start, 1, len))
		return;
	memset(found->taken + start, 1, len);
	if (found->count == found->room) {
		found->room = found->room ? found->room * 2 : 16;
		found->list = mem_grow(found->list, found->room, sizeof(*found->list));
	}
	found->list[found->count++] = (struct secret){ kind, start, len };
}

void
found_free(struct found *found)
{
	free(found->list);
	free(found->taken);
}

static void
find_formats(const char *text, size_t len, struct found *found)
{
	struct kind_memo memo = { 0 };
	const char *kind;
	size_t i, n, skip;

	for (i = 0; i < len; i++) {
		n = kind_at(text, len, i, &memo, &kind, &skip);
		if (!n)
			continue;
		found_add(found, kind, i + skip, n);
		i += skip + n - 1;
	}
}

static const char *
kind_named(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < secret_kind_count; i++) {
		if (strlen(secret_kind_names[i]) == len &&
		    !memcmp(text, secret_kind_names[i], len))
			return secret_kind_names[i];
	}
	return NULL;
}

size_t
marker_at(const char *text, size_t len, const char **kind)
{
	const char *end = memchr(text, ']', len < 80 ? len : 80), *colon;
	size_t digits;

	if (!end || len < 12 || memcmp(text, "[secret:", 8))
		return 0;
	colon = memchr(text + 8, ':', (size_t)(end - text) - 8);
	if (!colon)
		return 0;
	digits = strspn(colon + 1, "0123456789:");
	*kind = kind_named(text + 8, (size_t)(colon - text) - 8);
	return *kind && colon + 1 + digits == end && digits >= 3
		       ? (size_t)(end - text) + 1
		       : 0;
}

/* What a marker says is no name, value or address. */
static void
markers_take(const char *text, size_t len, struct found *found)
{
	const char *at = text, *end = text + len, *kind;
	size_t n;

	while ((at = memmem(at, (size_t)(end - at), "[secret:", 8)) != NULL) {
		n = marker_at(at, (size_t)(end - at), &kind);
		memset(found->taken + (at - text), 1, n);
		at += n ? n : 8;
	}
}

/* "user:password@" behind "://". A password that is none, or a variable, is let be. */
static void
find_url(const char *text, size_t len, size_t at, struct found *found)
{
	size_t end = at, sign = 0, colon = 0, start;
	const char *pass;

	if (len > at + AUTHORITY_MAX)
		len = at + AUTHORITY_MAX;
	for (; end < len && (unsigned char)text[end] > ' ' &&
	       !strchr("/?#\"'<>`\\", text[end]);
	     end++) {
		if (text[end] == '@')
			sign = end;
		else if (text[end] == ':' && !colon && !sign)
			colon = end + 1;
	}
	if (!sign || !colon || colon >= sign)
		return;
	start = colon;
	pass = text + start;
	end = sign - start;
	if (end < 3 || value_is_reference(pass, end) || value_is_placeholder(pass, end) ||
	    *pass == '$')
		return;
	found_add(found, "url-password", start, end);
}

static void
find_urls(const char *text, size_t len, struct found *found)
{
	const char *at = text, *end = text + len;

	while ((at = memmem(at, (size_t)(end - at), "://", 3)) != NULL) {
		at += 3;
		find_url(text, len, (size_t)(at - text), found);
	}
}

/* A line of .pgpass: "host:port:database:user:password" (PostgreSQL, "The Password File").
 */
static void
find_pgpass(const char *text, size_t start, size_t end, struct found *found)
{
	static const char word[] = "password";
	size_t marks[4], count = 0, i;
	const char *kind;

	for (i = start; i < end && count < 4; i++) {
		if ((unsigned char)text[i] <= ' ' || text[i] == '"' || text[i] == '\'')
			return;
		if (text[i] == ':')
			marks[count++] = i;
	}
	if (count < 4 || marks[0] == start || memchr(text + i, ' ', end - i) ||
	    memchr(text + i, ':', end - i))
		return;
	for (i = marks[0] + 1; i < marks[1]; i++) {
		if (text[i] != '*' && (text[i] < '0' || text[i] > '9'))
			return;
	}
	i = marks[1] - marks[0] - 1;
	if (text[marks[0] + 1] == '*' ? i != 1 : i < 3 || i > 5)
		return;
	i = marks[3] + 1;
	kind = value_kind(word, sizeof(word) - 1, text + i, end - i);
	if (kind)
		found_add(found, kind, i, end - i);
}

static void
find_lines(const char *text, size_t len, struct found *found)
{
	size_t start = 0, end;
	const char *next;

	for (; start < len; start = end + 1) {
		next = memchr(text + start, '\n', len - start);
		end = next ? (size_t)(next - text) : len;
		if (end - start >= 12 && end - start <= LINE_MAX)
			find_pgpass(text, start, end, found);
	}
}

static bool
is_base64(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '/' || c == '+';
}

/* The secret half of an access key has no format but 40 characters of base64: near its id
 * it is one. Where ids stand close together, what lies between is gone through once. */
static void
find_near(const char *text, size_t len, size_t formats, struct found *found)
{
	size_t done = 0, i, at, stop, run;

	for (i = 0; i < formats; i++) {
		const struct secret *id = &found->list[i];

		if (strcmp(id->kind, "aws-access-key-id") != 0)
			continue;
		at = id->start > NEAR ? id->start - NEAR : 0;
		at = at > done ? at : done;
		stop = id->start + id->len + NEAR < len ? id->start + id->len + NEAR : len;
		while (at > 0 && at < stop && is_base64(text[at - 1]))
			at++;
		for (; at < stop; at += run + 1) {
			for (run = 0; at + run < len && is_base64(text[at + run]); run++)
				;
			if (run == 40 && value_kind("aws_secret", 10, text + at, run))
				found_add(found, "aws-secret-key", at, run);
		}
		done = at < len ? at : len;
	}
}

static int
secret_order(const void *a, const void *b)
{
	const struct secret *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* The whole text as the value of name. */
static void
find_named(const char *text, size_t len, const char *name, struct found *found)
{
	const char *kind;
	size_t start = 0;

	while (start < len && (unsigned char)text[start] <= ' ')
		start++;
	while (len > start && (unsigned char)text[len - 1] <= ' ')
		len--;
	kind = value_kind(name, strlen(name), text + start, len - start);
	if (kind)
		found_add(found, kind, start, len - start);
}

void
found_read(struct found *found, const char *text, size_t len, const char *name)
{
	size_t formats;

	memset(found, 0, sizeof(*found));
	if (!text || len < 5)
		return;
	found->taken = mem_get(len);
	markers_take(text, len, found);
	find_formats(text, len, found);
	formats = found->count;
	find_urls(text, len, found);
	find_near(text, len, formats, found);
	find_assignments(text, len, found);
	find_lines(text, len, found);
	if (name)
		find_named(text, len, name, found);
	if (found->count)
		qsort(found->list, found->count, sizeof(*found->list), secret_order);
}

size_t
secret_find(const char *text, size_t len, const char *name, struct secret *out,
	    size_t max)
{
	struct found found;
	size_t i;

	found_read(&found, text, len, name);
	for (i = 0; i < found.count && i < max; i++)
		out[i] = found.list[i];
	i = found.count;
	found_free(&found);
	return i;
}
