/* Texts of EventBridge patterns whatever their case: each character of the pattern in
 * lower and in upper case, made once when the pattern is read. */

#include <locale.h>
#include <wctype.h>

#include "checks/event.h"

/* A character of the pattern: what the event may have in its place. */
struct fold {
	unsigned char len[2]; /* of the lower and the upper case */
	char text[2][4];
};

static size_t
char_read(const char *text, size_t len, unsigned int *code)
{
	unsigned char c = (unsigned char)*text;
	size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : 3, i;

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
	out[0] = (char)(0xe0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3f));
	out[2] = (char)(0x80 | (code & 0x3f));
	return 3;
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

/* The lower or upper case of a character, as text. ASCII needs no locale. */
static size_t
char_fold(unsigned int code, bool upper, locale_t locale, char out[4])
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

/* AWS's matcher takes a character outside the basic plane for two, neither of which any
 * event has: then there are no folds, and nothing matches. */
void
match_fold(struct arena *arena, struct match *match)
{
	locale_t locale = (locale_t)0;
	bool wide = false, high = false;
	unsigned int code;
	size_t i;

	for (i = 0; i < match->len; i++) {
		wide |= (unsigned char)match->text[i] >= 0x80;
		high |= (unsigned char)match->text[i] >= 0xf0;
	}
	match->never = high;
	if (high)
		return;
	/* The program's own locale may be any. */
	if (wide)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	match->folds = arena_get(arena, (match->len + 1) * sizeof(*match->folds));
	for (i = 0; i < match->len;) {
		struct fold *fold = &match->folds[match->fold_count++];

		i += char_read(match->text + i, match->len - i, &code);
		fold->len[0] = (unsigned char)char_fold(code, false, locale, fold->text[0]);
		fold->len[1] = (unsigned char)char_fold(code, true, locale, fold->text[1]);
	}
	if (locale)
		freelocale(locale);
}

bool
fold_holds(const struct match *match, const struct value *value, long *steps)
{
	bool from_end = match->kind == MATCH_SUFFIX_SAME;
	const char *text = value->text;
	size_t len = value->len, i, size;
	const struct fold *fold;
	int way;

	if (match->never)
		return false;
	for (i = 0; i < match->fold_count; i++) {
		fold = &match->folds[from_end ? match->fold_count - 1 - i : i];
		for (way = 0; way < 2; way++) {
			size = fold->len[way];
			if (size <= len && !memcmp(from_end ? text + len - size : text,
						   fold->text[way], size))
				break;
		}
		if (way == 2)
			break;
		len -= size;
		text += from_end ? 0 : size;
	}
	*steps += (long)i;
	return i == match->fold_count && (match->kind != MATCH_SAME || len == 0);
}
