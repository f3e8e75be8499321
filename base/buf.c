/* A buffer of bytes with a ceiling, which latches when it is reached. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Makes room for len more bytes and a NUL. False past the ceiling. */
static bool
buf_reserve(struct buf *buf, size_t len)
{
	size_t room;

	if (buf->over)
		return false;
	if (len > SIZE_MAX / 4 - buf->len ||
	    (buf->cap && (buf->len > buf->cap || len > buf->cap - buf->len))) {
		buf->over = true;
		return false;
	}
	if (buf->len + len < buf->room)
		return true;
	room = buf->room ? buf->room : 64;
	while (room <= buf->len + len)
		room *= 2;
	buf->data = mem_grow(buf->data, room, 1);
	buf->room = room;
	return true;
}

void
buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = 0;
}

void
buf_text(struct buf *buf, const char *text)
{
	if (text)
		buf_add(buf, text, strlen(text));
}

void
buf_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_print(struct buf *buf, const char *format, ...)
{
	char text[256];
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (len < 0)
		return;
	if ((size_t)len < sizeof(text)) {
		buf_add(buf, text, (size_t)len);
		return;
	}
	if (!buf_reserve(buf, (size_t)len))
		return;
	va_start(list, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, list);
	va_end(list);
	buf->len += (size_t)len;
}

char *
buf_take(struct buf *buf)
{
	char *text = buf->data ? buf->data : mem_get(1);

	buf->data = NULL;
	buf->len = 0;
	buf->room = 0;
	buf->over = false;
	return text;
}

void
buf_free(struct buf *buf)
{
	if (buf)
		free(buf_take(buf));
}
