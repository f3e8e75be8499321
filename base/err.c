/* Error messages: made where the facts are, safe to print on a terminal. */

#include <stdarg.h>
#include <string.h>

#include "base/base.h"

/* Names come from AWS and from files, so a message may hold escape sequences of a
 * terminal. Both the ASCII control characters and those that Unicode has at U+0080 to
 * U+009F are made harmless. */
static void
err_make_harmless(char *text)
{
	unsigned char *s = (unsigned char *)text;

	for (; *s; s++) {
		if (*s < 0x20 || *s == 0x7f) {
			*s = '?';
		} else if (s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f) {
			s[0] = '?';
			s[1] = '?';
		}
	}
}

/* A message that was cut may end within a character of several bytes: drop what is left
 * of it. */
static void
err_cut_cleanly(char *text)
{
	size_t len = strlen(text), back = 0, need;
	unsigned char first;

	while (back < len && back < 3 &&
	       ((unsigned char)text[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == len)
		return;
	first = (unsigned char)text[len - 1 - back];
	need = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	if (back < need)
		text[len - 1 - back] = 0;
}

static void
err_write(struct err *err, const char *text, bool cut)
{
	size_t len = strlen(text);

	if (len >= sizeof(err->text)) {
		len = sizeof(err->text) - 1;
		cut = true;
	}
	memcpy(err->text, text, len);
	err->text[len] = 0;
	if (cut)
		err_cut_cleanly(err->text);
	err_make_harmless(err->text);
}

int
err_set(struct err *err, const char *format, ...)
{
	char text[sizeof(err->text)]; /* the arguments may point into err itself */
	va_list list;
	int len;

	if (!err)
		return -1;
	va_start(list, format);
	len = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (len < 0)
		text[0] = 0;
	err_write(err, text, len >= (int)sizeof(text));
	return -1;
}

int
err_prefix(struct err *err, const char *format, ...)
{
	char prefix[sizeof(err->text)], text[2 * sizeof(err->text) + 2];
	va_list list;

	if (!err)
		return -1;
	va_start(list, format);
	if (vsnprintf(prefix, sizeof(prefix), format, list) < 0)
		prefix[0] = 0;
	va_end(list);
	snprintf(text, sizeof(text), "%s: %s", prefix, err->text);
	err_write(err, text, false);
	return -1;
}
