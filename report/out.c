/* A stream that latches its first error, and how each format escapes text that others
 * chose. */

#include <errno.h>
#include <stdarg.h>

#include "report/pieces.h"

#define REPLACEMENT "\xef\xbf\xbd"

int
out_open(struct out *out, const char *path, struct err *err)
{
	*out = (struct out){ .file = fopen(path, "we") };
	if (out->file == NULL)
		return err_set(err, "cannot open %s for writing: %s", path,
			       strerror(errno));
	out->path = mem_text(path);
	setvbuf(out->file, NULL, _IOFBF, 1 << 17);
	return 0;
}

int
out_close(struct out *out, struct err *err)
{
	int status = 0;

	if (out->file == NULL)
		return -1;
	if (fclose(out->file) != 0 && out->error == 0)
		out->error = errno;
	if (out->error != 0)
		status = err_set(err, "cannot write %s: %s", out->path,
				 strerror(out->error));
	free(out->path);
	*out = (struct out){ 0 };
	return status;
}

void
out_add(struct out *out, const void *text, size_t len)
{
	if (out->error == 0 && len > 0 && fwrite_unlocked(text, 1, len, out->file) != len)
		out->error = errno != 0 ? errno : EIO;
}

void
out_text(struct out *out, const char *text)
{
	if (text != NULL)
		out_add(out, text, strlen(text));
}

void
out_print(struct out *out, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (out->error == 0 && vfprintf(out->file, format, list) < 0)
		out->error = errno != 0 ? errno : EIO;
	va_end(list);
}

void
out_count(struct out *out, long count)
{
	char digits[32], grouped[44];
	int len = snprintf(digits, sizeof(digits), "%ld", count), put = 0;

	for (int i = 0; i < len; i++) {
		grouped[put++] = digits[i];
		if (digits[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
			grouped[put++] = ',';
	}
	out_add(out, grouped, (size_t)put);
}

size_t
utf8_decode(const char *text, size_t len, unsigned *code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)text;
	size_t need = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	unsigned value = s[0] & (need == 1 ? 0x7f : 0xffu >> (need + 1));

	*code = 0xfffd;
	if ((s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || need > len)
		return 1;
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 1;
		value = value << 6 | (s[i] & 0x3f);
	}
	if (value < least[need] || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 1;
	*code = value;
	return need;
}

bool
text_is_unshown(unsigned code)
{
	if (code < 0x20)
		return code != '\n' && code != '\t';
	if (code < 0x7f)
		return false;
	return code < 0xa0 || code == 0x61c || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	       code == 0xfeff || code == 0xfffd || (code & 0xfffe) == 0xfffe;
}

enum { STOPS_HTML = 1, STOPS_JSON = 2 };

static const unsigned char stops[256] = {
	['&'] = STOPS_HTML,
	['<'] = STOPS_HTML,
	['>'] = STOPS_HTML,
	['\''] = STOPS_HTML,
	['"'] = STOPS_HTML | STOPS_JSON,
	['\\'] = STOPS_JSON,
};

/* Bytes of text that are printable ASCII and none of the stops: most of it, so that this
 * is what speed hangs on. */
static size_t
plain_run(const char *text, unsigned char mask)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at >= 0x20 && *at < 0x7f && (stops[*at] & mask) == 0)
		at++;
	return (size_t)(at - (const unsigned char *)text);
}

void
out_html(struct out *out, const char *text)
{
	size_t left = text != NULL ? strlen(text) : 0, step;
	unsigned code;

	for (; left > 0; text += step, left -= step) {
		step = plain_run(text, STOPS_HTML);
		if (step > 0) {
			out_add(out, text, step);
			continue;
		}
		step = utf8_decode(text, left, &code);
		if (text_is_unshown(code))
			out_text(out, REPLACEMENT);
		else if (code == '&')
			out_text(out, "&amp;");
		else if (code == '<')
			out_text(out, "&lt;");
		else if (code == '>')
			out_text(out, "&gt;");
		else if (code == '"')
			out_text(out, "&quot;");
		else if (code == '\'')
			out_text(out, "&#39;");
		else
			out_add(out, text, step);
	}
}

void
out_json_part(struct out *out, const char *text)
{
	size_t left = strlen(text), step;
	unsigned code;

	for (; left > 0; text += step, left -= step) {
		step = plain_run(text, STOPS_JSON);
		if (step > 0) {
			out_add(out, text, step);
			continue;
		}
		step = utf8_decode(text, left, &code);
		if (code == '"' || code == '\\')
			out_print(out, "\\%c", (char)code);
		else if (code == '\n')
			out_text(out, "\\n");
		else if (code <= 0xffff && (code == '\t' || text_is_unshown(code)))
			out_print(out, "\\u%04x", code);
		else
			out_add(out, text, step);
	}
}

void
out_json(struct out *out, const char *text)
{
	if (text == NULL) {
		out_text(out, "null");
		return;
	}
	out_add(out, "\"", 1);
	out_json_part(out, text);
	out_add(out, "\"", 1);
}

bool
text_is_formula(const char *text)
{
	return text != NULL && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

void
text_clean(struct buf *buf, const char *text, size_t cap)
{
	static const char note[] = " … (cut; whole in the JSON report)";
	size_t left = text != NULL ? strlen(text) : 0, step, start = buf->len, used;
	unsigned code;

	for (; left > 0; text += step, left -= step) {
		step = plain_run(text, 0);
		used = buf->len - start + sizeof(note);
		/* a run that does not fit is not walked again for each of its bytes */
		if (cap > 0 && used + step > cap)
			step = used < cap ? cap - used : 0;
		if (step > 0) {
			buf_add(buf, text, step);
			continue;
		}
		step = utf8_decode(text, left, &code);
		if (cap > 0 && buf->len - start + step + sizeof(note) > cap) {
			buf_text(buf, note);
			return;
		}
		if (code == '\r')
			buf_text(buf, left > 1 && text[1] == '\n' ? "" : "\n");
		else if (text_is_unshown(code))
			buf_text(buf, REPLACEMENT);
		else
			buf_add(buf, text, step);
	}
}

/* RFC 4180. A spreadsheet that opens the file runs what begins like a formula (CWE-1236).
 */
void
out_csv(struct out *out, const char *text, bool last)
{
	size_t len = text != NULL ? strlen(text) : 0;
	struct buf clean = { 0 };
	const char *at;

	if (len == 0 || (plain_run(text, STOPS_HTML) == len &&
			 memchr(text, ',', len) == NULL && !text_is_formula(text))) {
		out_add(out, text, len);
		out_text(out, last ? "\r\n" : ",");
		return;
	}
	if (text_is_formula(text))
		buf_char(&clean, '\'');
	text_clean(&clean, text, 0);
	if (clean.len > 0 && strpbrk(clean.data, ",\"\n\t'") != NULL) {
		out_add(out, "\"", 1);
		for (at = clean.data; *at != '\0';) {
			size_t run = strcspn(at, "\"");

			out_add(out, at, run);
			at += run;
			if (*at == '"') {
				out_add(out, "\"\"", 2);
				at++;
			}
		}
		out_add(out, "\"", 1);
	} else if (clean.len > 0) {
		out_add(out, clean.data, clean.len);
	}
	out_text(out, last ? "\r\n" : ",");
	buf_free(&clean);
}
