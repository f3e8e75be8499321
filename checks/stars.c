/* Texts with asterisks, in linear time. */

#include "checks/regex.h"

/* What stands between two stars is best found where it stands first: no going back. */
bool
stars_match(const char *pattern, size_t pattern_len, char star, const char *text,
	    size_t len)
{
	const char *end = pattern + pattern_len, *next;
	bool first = true;

	for (;; first = false) {
		const char *found;
		size_t part;

		next = memchr(pattern, star, (size_t)(end - pattern));
		part = (size_t)((next ? next : end) - pattern);
		if (part > len || (!next && first && part != len))
			return false;
		if (!part)
			found = next ? text : text + len;
		else if (first)
			found = memcmp(text, pattern, part) ? NULL : text;
		else if (!next)
			found = memcmp(text + len - part, pattern, part)
					? NULL
					: text + len - part;
		else
			found = memmem(text, len, pattern, part);
		if (!found || !next)
			return found != NULL;
		len -= (size_t)(found - text) + part;
		text = found + part;
		pattern = next + 1;
	}
}
