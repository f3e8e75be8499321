/* Text: wildcards, words, UTF-8, base64, hashes, and the nearest name for "did you mean".
 */

#include <string.h>

/* The newer way looks SHA-256 up by name each time, which costs more than a short text's
 * hash. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "base/base.h"

#define NAME_ROOM 128 /* longer names have no nearest */

static unsigned char
text_fold(char c, bool nocase)
{
	return (unsigned char)(nocase && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Past one character, which in UTF-8 may be several bytes. */
static const char *
text_step(const char *s)
{
	s++;
	while (((unsigned char)*s & 0xc0) == 0x80)
		s++;
	return s;
}

/* Only the last star is ever tried again: what an earlier one took need never grow, so
 * that no pattern makes this slow (no exponential search). */
static bool
text_match(const char *pattern, const char *text, bool nocase)
{
	const char *star = NULL, *resume = NULL;

	if (!pattern || !text)
		return false;
	while (*text) {
		if (*pattern == '*') {
			while (*pattern == '*')
				pattern++;
			if (!*pattern)
				return true;
			star = pattern;
			resume = text;
		} else if (*pattern == '?') {
			pattern++;
			text = text_step(text);
		} else if (*pattern &&
			   text_fold(*pattern, nocase) == text_fold(*text, nocase)) {
			pattern++;
			text++;
		} else if (star) {
			resume = text_step(resume);
			pattern = star;
			text = resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool
text_matches(const char *pattern, const char *text)
{
	return text_match(pattern, text, false);
}

bool
text_matches_nocase(const char *pattern, const char *text)
{
	return text_match(pattern, text, true);
}

bool
text_ends(const char *text, const char *end)
{
	size_t len, end_len;

	if (!text || !end)
		return false;
	len = strlen(text);
	end_len = strlen(end);
	return len >= end_len && !memcmp(text + len - end_len, end, end_len);
}

bool
text_starts(const char *text, const char *start)
{
	return text && start && !strncmp(text, start, strlen(start));
}

bool
text_has_word(const char *list, const char *word, const char *separators)
{
	size_t len, word_len;

	if (!list || !word || !*word)
		return false;
	word_len = strlen(word);
	for (list += strspn(list, separators); *list; list += strspn(list, separators)) {
		len = strcspn(list, separators);
		if (len == word_len && !memcmp(list, word, len))
			return true;
		list += len;
	}
	return false;
}

/* Unicode 15, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool
text_is_utf8(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + len;
	unsigned char low, high;
	int more;

	while (s < end) {
		unsigned char c = *s++;

		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4)
			return false;
		more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
		high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
		if (end - s < more)
			return false;
		for (; more > 0; more--, s++) {
			if (*s < low || *s > high)
				return false;
			low = 0x80;
			high = 0xbf;
		}
	}
	return true;
}

char *
sha256_hex(const void *data, size_t len, char out[SHA256_ROOM])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;
	size_t i;

	SHA256_Init(&context);
	SHA256_Update(&context, len ? data : (const void *)"", len);
	SHA256_Final(hash, &context);
	for (i = 0; i < sizeof(hash); i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[2 * i] = 0;
	return out;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edit distance (insert, delete, replace, swap of neighbours), without regard to case. */
static unsigned
text_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][NAME_ROOM + 1];
	unsigned *older = rows[0], *old = rows[1], *row = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++) {
		older[j] = 0;
		old[j] = (unsigned)j;
	}
	for (i = 1; i <= a_len; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= b_len; j++) {
			unsigned char x = text_fold(a[i - 1], true),
				      y = text_fold(b[j - 1], true);

			row[j] = least(least(old[j], row[j - 1]) + 1,
				       old[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == text_fold(b[j - 2], true) &&
			    y == text_fold(a[i - 2], true))
				row[j] = least(row[j], older[j - 2] + 1);
		}
		spare = older;
		older = old;
		old = row;
		row = spare;
	}
	return old[b_len];
}

const char *
name_nearest(const char *name, const char *const *names, size_t count)
{
	size_t len = name ? strlen(name) : 0, other, i;
	unsigned best, distance;
	const char *nearest = NULL;

	if (!len || len > NAME_ROOM)
		return NULL;
	best = (unsigned)len / 3 + 2; /* further away than this it is another word */
	for (i = 0; i < count; i++) {
		other = names[i] ? strlen(names[i]) : 0;
		if (!other || other > NAME_ROOM)
			continue;
		if ((other > len ? other - len : len - other) >= best)
			continue;
		distance = text_distance(name, len, names[i], other);
		if (distance < best && distance < other) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}

static int
base64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

long
base64_read(const char *text, size_t len, struct buf *out)
{
	size_t start = out->len, digits = 0, pads = 0, i;
	uint32_t bits = 0;
	int value;

	for (i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) && text[i])
			continue;
		if (text[i] == '=') {
			pads++;
			continue;
		}
		value = base64_value((unsigned char)text[i]);
		if (value < 0 || pads)
			goto bad;
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 == 0) {
			char three[3] = { (char)(bits >> 16), (char)(bits >> 8),
					  (char)bits };

			buf_add(out, three, 3);
		}
	}
	/* RFC 4648 3.2: padding may be left out, but where it stands it fills the last
	 * four. */
	if (digits % 4 == 1 || pads > 2 || (pads && (digits + pads) % 4))
		goto bad;
	if (digits % 4 == 2) {
		buf_char(out, (char)(bits >> 4));
	} else if (digits % 4 == 3) {
		buf_char(out, (char)(bits >> 10));
		buf_char(out, (char)(bits >> 2));
	}
	if (out->over)
		goto bad;
	return (long)(out->len - start);
bad:
	if (out->data)
		out->data[start] = 0;
	out->len = start;
	return -1;
}
