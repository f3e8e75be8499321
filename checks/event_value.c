/* Whether one value of an event is what an EventBridge pattern asks for. */

#include <arpa/inet.h>
#include <locale.h>
#include <wctype.h>

#include "checks/event.h"
#include "checks/regex.h"

#define DIGITS_ROOM 800 /* more digits than any double has */
#define FOLD_ROOM 16

/* A decimal number as digits (no zeros at either end) and the place of the point. */
struct decimal {
	char digits[DIGITS_ROOM];
	size_t count;
	long exponent;
	bool minus;
};

static bool
decimal_read(const char *text, size_t len, struct decimal *d)
{
	bool point = false;
	size_t i = 0;

	d->count = 0;
	d->exponent = 0;
	d->minus = text[0] == '-';
	for (i = d->minus; i < len && (text[i] | 0x20) != 'e'; i++) {
		if (text[i] == '.') {
			point = true;
			continue;
		}
		d->exponent -= point;
		if (d->count == 0 && text[i] == '0')
			continue;
		if (d->count == DIGITS_ROOM)
			return false;
		d->digits[d->count++] = text[i];
	}
	if (i < len)
		d->exponent += strtol(text + i + 1, NULL, 10);
	while (d->count && d->digits[d->count - 1] == '0') {
		d->count--;
		d->exponent++;
	}
	if (!d->count) {
		d->exponent = 0;
		d->minus = false;
	}
	return true;
}

bool
number_read_exact(const char *text, size_t len, double *number)
{
	struct decimal given, kept;
	char shortest[32];
	int digits;

	if (len >= DIGITS_ROOM || !decimal_read(text, len, &given))
		return false;
	*number = strtod(text, NULL);
	if (__builtin_isinf(*number))
		return false;
	for (digits = 1; digits <= 17; digits++) {
		snprintf(shortest, sizeof(shortest), "%.*e", digits - 1, *number);
		if (strtod(shortest, NULL) == *number)
			break;
	}
	return decimal_read(shortest, strlen(shortest), &kept) &&
	       given.count == kept.count && given.exponent == kept.exponent &&
	       given.minus == kept.minus &&
	       !memcmp(given.digits, kept.digits, given.count);
}

/* Four decimal numbers of at most three digits each; leading zeros are let through. */
static bool
ipv4_read(const char *text, size_t len, unsigned char addr[16])
{
	size_t i = 0;
	int part;

	for (part = 0; part < 4; part++) {
		size_t start = i;
		int byte = 0;

		for (; i < len && text[i] >= '0' && text[i] <= '9' && i - start < 3; i++)
			byte = byte * 10 + (text[i] - '0');
		if (i == start || byte > 255)
			return false;
		addr[part] = (unsigned char)byte;
		if (part < 3 && (i == len || text[i++] != '.'))
			return false;
	}
	return i == len;
}

int
address_read(const char *text, size_t len, unsigned char addr[16])
{
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
	};
	char copy[INET6_ADDRSTRLEN];

	if (ipv4_read(text, len, addr))
		return 4;
	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strspn(copy, "0123456789abcdefABCDEF:") != len ||
	    inet_pton(AF_INET6, copy, addr) != 1)
		return 0;
	if (memcmp(addr, mapped, sizeof(mapped)))
		return 16;
	memmove(addr, addr + 12, 4);
	return 4;
}

/* AWS's matcher compares addresses digit by digit in base 16, up to the digit that the
 * prefix ends in: it does not ask whether both are IPv4 or both IPv6. */
static bool
cidr_holds(const struct match *match, const struct value *value)
{
	unsigned char addr[16];
	int bytes = value->type == NODE_STRING
			    ? address_read(value->text, value->len, addr)
			    : 0;
	int whole = match->prefix / 8, rest = match->prefix % 8;

	if (match->prefix / 4 >= bytes * 2 || memcmp(addr, match->addr, (size_t)whole))
		return false;
	return rest == 0 || (addr[whole] ^ match->addr[whole]) >> (8 - rest) == 0;
}

static size_t
char_read(const char *text, size_t len, unsigned int *code)
{
	unsigned char c = (unsigned char)*text;
	size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, i;

	if (bytes > len)
		bytes = len;
	*code = bytes == 1 ? c : c & (0x7fu >> bytes);
	for (i = 1; i < bytes; i++)
		*code = *code << 6 | ((unsigned char)text[i] & 0x3f);
	return bytes;
}

static size_t
char_write(unsigned int code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code >= 0x10000) {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 0x3f));
	} else {
		*out++ = (char)(0xe0 | code >> 12);
	}
	out[0] = (char)(0x80 | (code >> 6 & 0x3f));
	out[1] = (char)(0x80 | (code & 0x3f));
	return code >= 0x10000 ? 4 : 3;
}

/* Characters that have several in upper case (Unicode's SpecialCasing). */
static const struct {
	unsigned int code;
	const char *upper;
} wide_upper[] = {
	{ 0xdf, "SS" },	   { 0x149, "\xca\xbcN" }, { 0x1f0, "J\xcc\x8c" },
	{ 0xfb00, "FF" },  { 0xfb01, "FI" },	   { 0xfb02, "FL" },
	{ 0xfb03, "FFI" }, { 0xfb04, "FFL" },	   { 0xfb05, "ST" },
	{ 0xfb06, "ST" },
};

/* The lower or upper case of a character of the pattern, as text. */
static size_t
char_fold(unsigned int code, bool upper, locale_t locale, char out[FOLD_ROOM])
{
	size_t i, len;

	if (code < 0x80) {
		*out = (char)(upper && code >= 'a' && code <= 'z'    ? code - 32
			      : !upper && code >= 'A' && code <= 'Z' ? code + 32
								     : code);
		return 1;
	}
	for (i = 0; upper && i < COUNT(wide_upper); i++) {
		if (wide_upper[i].code == code) {
			len = strlen(wide_upper[i].upper);
			memcpy(out, wide_upper[i].upper, len);
			return len;
		}
	}
	if (locale)
		code = (unsigned int)(upper ? towupper_l(code, locale)
					    : towlower_l(code, locale));
	return char_write(code, out);
}

static size_t
char_last(const char *text, size_t len)
{
	size_t bytes = 1;

	while (bytes < len && ((unsigned char)text[len - bytes] & 0xc0) == 0x80)
		bytes++;
	return bytes;
}

/* Eats the pattern's characters off one end of text, each in lower or upper case. *len is
 * what is left. */
static bool
fold_eat(const struct match *match, const char **text, size_t *len, bool from_end,
	 locale_t locale)
{
	size_t left = match->len, bytes, size, i;
	const char *at = match->text;
	char folded[FOLD_ROOM];
	unsigned int code;

	for (; left; left -= bytes) {
		bytes = from_end ? char_last(match->text, left)
				 : char_read(at, left, &code);
		if (from_end)
			char_read(match->text + left - bytes, bytes, &code);
		for (i = 0; i < 2; i++) {
			size = char_fold(code, i, locale, folded);
			if (size <= *len &&
			    !memcmp(from_end ? *text + *len - size : *text, folded, size))
				break;
		}
		if (i == 2)
			return false;
		*len -= size;
		if (!from_end) {
			*text += size;
			at += bytes;
		}
	}
	return true;
}

static bool
fold_holds(const struct match *match, const struct value *value)
{
	const char *text = value->text;
	size_t len = value->len, i;
	locale_t locale = (locale_t)0;
	bool held;

	/* ASCII folds without a locale, and the program's own may be any. AWS's matcher
	 * takes a character outside the basic plane for two, neither of which any event
	 * has. */
	for (i = 0; i < match->len; i++) {
		if ((unsigned char)match->text[i] >= 0xf0) {
			if (locale)
				freelocale(locale);
			return false;
		}
		if ((unsigned char)match->text[i] >= 0x80 && !locale)
			locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	}
	held = fold_eat(match, &text, &len, match->kind == MATCH_SUFFIX_SAME, locale) &&
	       (match->kind != MATCH_SAME || len == 0);
	if (locale)
		freelocale(locale);
	return held;
}

static bool
range_holds(const struct match *match, const struct value *value)
{
	if (!value->is_number)
		return false;
	return (match->low_open ? value->number > match->low
				: value->number >= match->low) &&
	       (match->high_open ? value->number < match->high
				 : value->number <= match->high);
}

static bool
exact_holds(const struct match *match, const struct value *value)
{
	if (match->type != value->type)
		return false;
	if (match->is_number && value->is_number)
		return match->number == value->number;
	return match->len == value->len && !memcmp(match->text, value->text, match->len);
}

static bool
one_holds(const struct match *match, const struct value *value)
{
	switch (match->kind) {
	case MATCH_EXACT:
		return exact_holds(match, value);
	case MATCH_EXISTS:
		return true;
	case MATCH_ABSENT:
		return false;
	case MATCH_RANGE:
		return range_holds(match, value);
	case MATCH_CIDR:
		return cidr_holds(match, value);
	default:
		break;
	}
	if (value->type != NODE_STRING)
		return false;
	switch (match->kind) {
	case MATCH_PREFIX:
		return match->len <= value->len &&
		       !memcmp(value->text, match->text, match->len);
	case MATCH_SUFFIX:
		return match->len <= value->len &&
		       !memcmp(value->text + value->len - match->len, match->text,
			       match->len);
	case MATCH_WILDCARD:
		return stars_match(match->text, match->len, STAR, value->text,
				   value->len);
	default:
		return fold_holds(match, value);
	}
}

bool
match_holds(const struct match *match, const struct value *value)
{
	const struct match *one;

	if (!match->but)
		return one_holds(match, value);
	for (one = match; one; one = one->others) {
		if (one_holds(one, value))
			return false;
	}
	return true;
}
