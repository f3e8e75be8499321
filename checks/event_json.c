/* Reads JSON with members of one name kept apart and numbers as they are written, which
 * AWS's matcher compares. */

#include "checks/event.h"

#define DEPTH_MAX 1000

struct scan {
	struct arena *arena;
	const char *at;
	int depth;
};

static struct node *scan_value(struct scan *s);

static void
scan_space(struct scan *s)
{
	while (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')
		s->at++;
}

static int
scan_hex(struct scan *s)
{
	int value = 0, i;

	for (i = 0; i < 4; i++) {
		char c = *s->at;

		if (c >= '0' && c <= '9')
			c = (char)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			c = (char)((c | 0x20) - 'a' + 10);
		else
			return -1;
		value = value * 16 + c;
		s->at++;
	}
	return value;
}

static size_t
utf8_put(char *out, unsigned int code)
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
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Past the backslash. Returns bytes written, 0: bad. */
static size_t
scan_escape(struct scan *s, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;
	int code, low;

	if (*s->at != 'u') {
		known = *s->at ? strchr(from, *s->at) : NULL;
		if (!known)
			return 0;
		s->at++;
		*out = to[known - from];
		return 1;
	}
	s->at++;
	code = scan_hex(s);
	if (code >= 0xd800 && code < 0xdc00 && s->at[0] == '\\' && s->at[1] == 'u') {
		s->at += 2;
		low = scan_hex(s);
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	return code < 0 ? 0 : utf8_put(out, (unsigned int)code);
}

/* Past the quotation mark. */
static int
scan_string(struct scan *s, const char **text, size_t *len)
{
	const char *end = s->at;
	size_t bytes;
	char *out;

	while (*end && *end != '"')
		end += *end == '\\' && end[1] ? 2 : 1;
	if (!*end)
		return -1;
	/* An escape is never shorter than what it stands for. */
	out = arena_get(s->arena, (size_t)(end - s->at) + 4);
	*text = out;
	while (*s->at != '"') {
		if ((unsigned char)*s->at < 0x20)
			return -1;
		if (*s->at != '\\') {
			*out++ = *s->at++;
			continue;
		}
		s->at++;
		bytes = scan_escape(s, out);
		if (!bytes)
			return -1;
		out += bytes;
	}
	s->at++;
	*len = (size_t)(out - *text);
	return 0;
}

static size_t
digits_span(const char *text)
{
	return strspn(text, "0123456789");
}

static int
scan_number(struct scan *s, struct node *node)
{
	const char *start = s->at;
	size_t digits;

	s->at += *s->at == '-';
	digits = digits_span(s->at);
	if (!digits || (digits > 1 && *s->at == '0'))
		return -1;
	s->at += digits;
	if (*s->at == '.') {
		digits = digits_span(++s->at);
		if (!digits)
			return -1;
		s->at += digits;
	}
	if (*s->at == 'e' || *s->at == 'E') {
		s->at++;
		s->at += *s->at == '+' || *s->at == '-';
		digits = digits_span(s->at);
		if (!digits)
			return -1;
		s->at += digits;
	}
	node->type = NODE_NUMBER;
	node->len = (size_t)(s->at - start);
	node->text = arena_text_n(s->arena, start, node->len);
	return 0;
}

static int
scan_word(struct scan *s, struct node *node)
{
	static const struct {
		const char *word;
		enum node_type type;
	} words[] = { { "null", NODE_NULL },
		      { "false", NODE_FALSE },
		      { "true", NODE_TRUE } };
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		node->len = strlen(words[i].word);
		if (!strncmp(s->at, words[i].word, node->len)) {
			node->type = words[i].type;
			node->text = words[i].word;
			s->at += node->len;
			return 0;
		}
	}
	return -1;
}

/* Past "{" or "[". */
static int
scan_members(struct scan *s, struct node *node, char close)
{
	struct node **tail = &node->first, *member;
	const char *key = NULL;
	size_t key_len = 0;

	if (++s->depth > DEPTH_MAX)
		return -1;
	scan_space(s);
	while (*s->at != close || node->first) {
		if (close == '}') {
			scan_space(s);
			if (*s->at++ != '"' || scan_string(s, &key, &key_len))
				return -1;
			scan_space(s);
			if (*s->at++ != ':')
				return -1;
		}
		member = scan_value(s);
		if (!member)
			return -1;
		member->key = key;
		member->key_len = key_len;
		*tail = member;
		tail = &member->next;
		scan_space(s);
		if (*s->at != ',')
			break;
		s->at++;
	}
	s->depth--;
	return *s->at++ == close ? 0 : -1;
}

static struct node *
scan_value(struct scan *s)
{
	struct node *node = arena_get(s->arena, sizeof(*node));
	int got;

	scan_space(s);
	switch (*s->at) {
	case '{':
	case '[':
		node->type = *s->at == '{' ? NODE_OBJECT : NODE_ARRAY;
		got = scan_members(s, node, *s->at++ == '{' ? '}' : ']');
		break;
	case '"':
		s->at++;
		node->type = NODE_STRING;
		got = scan_string(s, &node->text, &node->len);
		break;
	case 'n':
	case 't':
	case 'f':
		got = scan_word(s, node);
		break;
	default:
		got = scan_number(s, node);
	}
	return got ? NULL : node;
}

struct node *
node_read(struct arena *arena, const char *text)
{
	struct scan s = { .arena = arena, .at = text };

	return scan_value(&s);
}
