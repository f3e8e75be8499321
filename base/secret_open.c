/* Opens what secrets hide in: base64, also with line breaks as MIME has it, and gzip. */

#include <zlib.h>

#include "base/secret.h"

#define LINE_MIN 40		  /* of base64 that goes on in the next line */

static bool
is_base64(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '/' || c == '+' || c == '-' || c == '_';
}

/* Past a line break and the next line's indent, or 0. "\n" may be written as an escape.
 */
static size_t
break_skip(const char *text, size_t len, size_t i)
{
	if (i + 1 < len && text[i] == '\\' && text[i + 1] == 'r')
		i += 2;
	else if (i < len && text[i] == '\r')
		i++;
	if (i < len && text[i] == '\n')
		i++;
	else if (i + 1 < len && text[i] == '\\' && text[i + 1] == 'n')
		i += 2;
	else
		return 0;
	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	return i;
}

size_t
base64_run(const char *text, size_t len, size_t at)
{
	size_t line = at, i = at, next;

	for (;;) {
		while (i < len && is_base64(text[i]))
			i++;
		next = i - line >= LINE_MIN ? break_skip(text, len, i) : 0;
		if (!next || next >= len || !is_base64(text[next]))
			break;
		/* A boundary of MIME is no line of base64. */
		if (text[next] == '-')
			break;
		line = i = next;
	}
	for (line = i; i < len && i < line + 2 && text[i] == '='; i++)
		;
	return i;
}

bool
open_is_gzip(const char *data, size_t len)
{
	return len > 18 && (unsigned char)data[0] == 0x1f &&
	       (unsigned char)data[1] == 0x8b && data[2] == 8;
}

/* Text people wrote: UTF-8 with hardly a control character. */
bool
open_is_text(const char *data, size_t len)
{
	size_t i, controls = 0;

	if (!len || !text_is_utf8(data, len))
		return false;
	for (i = 0; i < len; i++)
		controls += (unsigned char)data[i] < ' ' && !strchr("\t\n\r\f", data[i]);
	return controls * 50 <= len && !memchr(data, '\0', len);
}

int
open_gzip(const char *data, size_t len, struct buf *out)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len };
	char part[16384];
	int got;

	if (len > UINT32_MAX || inflateInit2(&stream, 15 + 32) != Z_OK)
		return -1;
	do {
		stream.next_out = (Bytef *)part;
		stream.avail_out = sizeof(part);
		got = inflate(&stream, Z_NO_FLUSH);
		if (got == Z_OK || got == Z_STREAM_END)
			buf_add(out, part, sizeof(part) - stream.avail_out);
	} while (got == Z_OK && !out->over && stream.avail_out == 0);
	inflateEnd(&stream);
	/* What was cut off in the middle may still hold a secret. */
	return out->len && (got == Z_STREAM_END || got == Z_OK || got == Z_BUF_ERROR)
		       ? 0
		       : -1;
}

int
open_base64(const char *text, size_t len, struct buf *out)
{
	struct buf clean = { 0 }, packed = { 0 };
	int got = -1;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len &&
		    (text[i + 1] == 'n' || text[i + 1] == 'r'))
			i++;
		else
			buf_char(&clean, text[i]);
	}
	if (base64_read(clean.data ? clean.data : "", clean.len, &packed) > 0) {
		if (open_is_gzip(packed.data, packed.len)) {
			got = open_gzip(packed.data, packed.len, out);
		} else if (open_is_text(packed.data, packed.len)) {
			buf_add(out, packed.data, packed.len);
			got = out->over ? -1 : 0;
		}
	}
	if (clean.data)
		mem_wipe(clean.data, clean.len);
	if (packed.data)
		mem_wipe(packed.data, packed.len);
	buf_free(&clean);
	buf_free(&packed);
	return got;
}
