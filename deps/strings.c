/* Searches in strings that stop at the first match. Those of Zig 0.16's C library take the length of the whole string
 * first, so that reading a text piece by piece costs its length squared: a scan took five times as long. Its symbols are
 * weak, and these take their place. Compiled with -fno-builtin, or the loops would become calls of themselves.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ONES (~(uint64_t)0 / 255) /* 0x01 in each byte */
#define HIGHS (ONES * 128)

typedef uint64_t __attribute__((may_alias)) word;

/* Whether one of the eight bytes is zero. */
static inline uint64_t
has_zero(uint64_t bytes)
{
	return (bytes - ONES) & ~bytes & HIGHS;
}

char *
strchrnul(const char *text, int wanted)
{
	const unsigned char c = (unsigned char)wanted;
	const word *at;

	for (; (uintptr_t)text % sizeof(*at) != 0; text++)
		if (!*text || (unsigned char)*text == c)
			return (char *)text;
	/* An aligned word never reaches over the end of a page, so reading beyond the string's end is safe. */
	for (at = (const word *)text; !has_zero(*at) && !has_zero(*at ^ (ONES * c)); at++)
		;
	for (text = (const char *)at; *text && (unsigned char)*text != c; text++)
		;
	return (char *)text;
}

char *
strchr(const char *text, int wanted)
{
	char *found = strchrnul(text, wanted);

	return (unsigned char)*found == (unsigned char)wanted ? found : NULL;
}

struct byte_set {
	uint64_t bits[4];
};

static inline void
set_add(struct byte_set *set, const char *bytes)
{
	for (; *bytes; bytes++)
		set->bits[(unsigned char)*bytes / 64] |= (uint64_t)1 << (unsigned char)*bytes % 64;
}

static inline int
set_has(const struct byte_set *set, unsigned char byte)
{
	return set->bits[byte / 64] >> byte % 64 & 1;
}

size_t
strspn(const char *text, const char *accepted)
{
	struct byte_set set = { { 0 } };
	size_t len = 0;

	set_add(&set, accepted);
	while (set_has(&set, (unsigned char)text[len])) /* the end is never in the set */
		len++;
	return len;
}

size_t
strcspn(const char *text, const char *refused)
{
	struct byte_set set = { { 1 } }; /* the end stops it too */
	size_t len = 0;

	if (!refused[0] || !refused[1])
		return (size_t)(strchrnul(text, refused[0]) - text);
	set_add(&set, refused);
	while (!set_has(&set, (unsigned char)text[len]))
		len++;
	return len;
}

char *
strpbrk(const char *text, const char *wanted)
{
	text += strcspn(text, wanted);
	return *text ? (char *)text : NULL;
}

char *
strstr(const char *text, const char *wanted)
{
	size_t len = strlen(wanted);

	if (len == 0)
		return (char *)text;
	for (text = strchr(text, wanted[0]); text; text = strchr(text + 1, wanted[0]))
		if (!strncmp(text, wanted, len))
			return (char *)text;
	return NULL;
}
