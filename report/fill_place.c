/* Finds out where in a shell script, Terraform or CloudFormation text a placeholder
 * stands. */

#include <ctype.h>

#include "report/pieces.h"

#define DEPTH 32
#define TAG_ROOM 64

struct frame {
	char kind;  /* 'p' plain, '\'' '"' quotes, 'a' $'…', 'h' here-document or block,
		       '#' comment, '*' block comment */
	int open;   /* brackets that a plain frame has open, itself not counted */
	char close; /* that ends a plain frame; 0: the text itself */
	bool nested, expands;
};

struct walk {
	enum fill_language language;
	struct frame frames[DEPTH];
	int depth;
	char before;	    /* the character before */
	char tag[TAG_ROOM]; /* of the here-document to come or under way; "": none */
	bool tag_is_quoted, tag_is_indented;
	char line[256]; /* the line so far, its beginning only */
	size_t line_len;
	int block_indent; /* of the line that a YAML block hangs on */
	bool in_string; /* sh: the word so far, in quotes of several kinds, has a JSON string open */
	bool has_begun;
};

struct walk *
walk_new(enum fill_language language)
{
	struct walk *walk = mem_get(sizeof(*walk));

	walk->language = language;
	walk->frames[0].kind = 'p';
	walk->before = '\n';
	return walk;
}

void
walk_free(struct walk *walk)
{
	free(walk);
}

static struct frame *
top(struct walk *walk)
{
	return &walk->frames[walk->depth];
}

/* Deeper than DEPTH the innermost frame is reused: still no page of ours, and still
 * quoted by kind. */
static void
push(struct walk *walk, char kind, char close)
{
	if (walk->depth + 1 < DEPTH)
		walk->depth++;
	*top(walk) = (struct frame){ .kind = kind, .close = close };
}

static void
pop(struct walk *walk)
{
	if (walk->depth > 0)
		walk->depth--;
}

/* Reads "<<EOF", "<<-'EOF'" at text. Returns bytes taken, 0 where it is none. */
static size_t
read_tag(struct walk *walk, const char *text, size_t len)
{
	size_t at = 2, put = 0;
	char quote = '\0';

	if (len < 3 || text[1] != '<' || text[2] == '<' || walk->before == '<')
		return 0;
	walk->tag_is_indented = text[at] == '-';
	at += walk->tag_is_indented;
	while (at < len && text[at] == ' ' && walk->language == FILL_SH)
		at++;
	if (at < len && strchr("'\"\\", text[at]) != NULL)
		quote = text[at++];
	if (at < len && isdigit((unsigned char)text[at]))
		return 0; /* a shift, in arithmetic */
	while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_') &&
	       put + 1 < TAG_ROOM)
		walk->tag[put++] = text[at++];
	walk->tag[put] = '\0';
	walk->tag_is_quoted = quote != '\0';
	if (at < len && quote != '\0' && text[at] == quote)
		at++;
	return put > 0 ? at : 0;
}

/* At the end of a line: begins a here-document that is waiting, or ends the one under
 * way. */
static void
end_line(struct walk *walk)
{
	const char *line = walk->line;

	walk->line[walk->line_len] = '\0';
	if (top(walk)->kind == '#')
		pop(walk);
	if (top(walk)->kind == 'h' && walk->tag[0] != '\0') {
		while (walk->language == FILL_HCL
			       ? *line == ' ' || *line == '\t'
			       : walk->tag_is_indented && *line == '\t')
			line++;
		top(walk)->nested = false;
		if (strcmp(line, walk->tag) == 0) {
			walk->tag[0] = '\0';
			pop(walk);
		}
	} else if (walk->tag[0] != '\0' && top(walk)->kind == 'p') {
		push(walk, 'h', '\0');
		top(walk)->expands = !walk->tag_is_quoted;
	}
}

/* A quote inside a string, that begins or ends a JSON string there. */
static void
turn_nested(struct walk *walk)
{
	top(walk)->nested = !top(walk)->nested;
}

/* Quotes of one word join: '{"a":"'"$X"'"}' is one JSON text. */
static void
open_quotes(struct walk *walk, char kind)
{
	push(walk, kind, '\0');
	top(walk)->nested = walk->in_string;
}

static void
close_quotes(struct walk *walk)
{
	walk->in_string = top(walk)->nested;
	pop(walk);
}

static size_t
step_plain_sh(struct walk *walk, const char *text, size_t len)
{
	struct frame *frame = top(walk);
	bool is_dollar = walk->before == '$';
	size_t taken;

	if (text[0] != '\'' && text[0] != '"' && text[0] != '\\' && text[0] != '$')
		walk->in_string = false;
	switch (text[0]) {
	case '\\':
		return len > 1 ? 2 : 1;
	case '\'':
		open_quotes(walk, is_dollar ? 'a' : '\'');
		break;
	case '"':
		open_quotes(walk, '"');
		break;
	case '`':
		if (frame->close == '`')
			pop(walk);
		else
			push(walk, 'p', '`');
		break;
	case '(':
		if (is_dollar)
			push(walk, 'p', ')');
		else
			frame->open++;
		break;
	case ')':
		if (frame->open > 0)
			frame->open--;
		else if (frame->close == ')')
			pop(walk);
		break;
	case '#':
		if (isspace((unsigned char)walk->before) ||
		    strchr(";&|(", walk->before) != NULL)
			push(walk, '#', '\0');
		break;
	case '<':
		taken = read_tag(walk, text, len);
		return taken > 0 ? taken : 1;
	default:
		break;
	}
	return 1;
}

static size_t
step_sh(struct walk *walk, const char *text, size_t len)
{
	struct frame *frame = top(walk);
	char c = text[0];

	if (frame->kind == 'p')
		return step_plain_sh(walk, text, len);
	if (frame->kind == '\'') {
		if (c == '\'')
			close_quotes(walk);
		else if (c == '"' && walk->before != '\\')
			turn_nested(walk);
		return 1;
	}
	if (frame->kind == 'a') {
		if (c == '\'')
			close_quotes(walk);
		return c == '\\' && len > 1 ? 2 : 1;
	}
	if (frame->kind == '#' || (frame->kind == 'h' && !frame->expands)) {
		if (c == '"' && frame->kind == 'h' && walk->before != '\\')
			turn_nested(walk);
		return 1;
	}
	/* Double quotes, or a here-document that expands. */
	if (c == '\\' && len > 1) {
		if (text[1] == '"')
			turn_nested(walk);
		return text[1] == '\n' ? 1 : 2;
	}
	if (c == '"' && frame->kind == '"')
		close_quotes(walk);
	else if (c == '"')
		turn_nested(walk);
	else if (c == '`')
		push(walk, 'p', '`');
	else if (c == '(' && walk->before == '$')
		push(walk, 'p', ')');
	return 1;
}

static size_t
step_plain_hcl(struct walk *walk, const char *text, size_t len)
{
	struct frame *frame = top(walk);
	size_t taken;

	if (text[0] == '"') {
		push(walk, '"', '\0');
	} else if (text[0] == '#' || (text[0] == '/' && len > 1 && text[1] == '/')) {
		push(walk, '#', '\0');
	} else if (text[0] == '/' && len > 1 && text[1] == '*') {
		push(walk, '*', '\0');
		return 2;
	} else if (text[0] == '<') {
		taken = read_tag(walk, text, len);
		return taken > 0 ? taken : 1;
	} else if (text[0] == '{') {
		frame->open++;
	} else if (text[0] == '}') {
		if (frame->open > 0)
			frame->open--;
		else if (frame->close == '}')
			pop(walk);
	}
	return 1;
}

static size_t
step_hcl(struct walk *walk, const char *text, size_t len)
{
	struct frame *frame = top(walk);
	char c = text[0];

	if (frame->kind == 'p')
		return step_plain_hcl(walk, text, len);
	if (frame->kind == '*') {
		if (c == '*' && len > 1 && text[1] == '/') {
			pop(walk);
			return 2;
		}
		return 1;
	}
	if (frame->kind == '#')
		return 1;
	if ((c == '$' || c == '%') && len > 1 && text[1] == '{' && walk->before != c) {
		push(walk, 'p', '}');
		return 2;
	}
	if (frame->kind == '"' && c == '\\' && len > 1) {
		if (text[1] == '"')
			turn_nested(walk);
		return 2;
	}
	if (c == '"' && frame->kind == '"')
		pop(walk);
	else if (c == '"' && walk->before != '\\')
		turn_nested(walk);
	return 1;
}

static int
indent_of(const char *line)
{
	return (int)strspn(line, " ");
}

/* Whether what comes next begins a line that is not in the YAML block under way. */
static bool
is_past_block(const struct walk *walk)
{
	return walk->language == FILL_YAML && walk->frames[walk->depth].kind == 'h' &&
	       walk->line_len == strspn(walk->line, " ") &&
	       (int)walk->line_len <= walk->block_indent;
}

/* Whether the line so far ends in word, but for spaces. */
static bool
line_ends(const struct walk *walk, const char *word)
{
	size_t len = walk->line_len, size = strlen(word);

	while (len > 0 && walk->line[len - 1] == ' ')
		len--;
	return len >= size && memcmp(walk->line + len - size, word, size) == 0;
}

/* "key: |", "- >-", "!Sub |": the lines below, further in, are a block. */
static void
begin_block(struct walk *walk)
{
	size_t len = walk->line_len;

	while (len > 0 && strchr(" \t\r", walk->line[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr("+-0123456789", walk->line[len - 1]) != NULL)
		len--;
	if (len < 2 || strchr("|>", walk->line[len - 1]) == NULL ||
	    walk->line[len - 2] != ' ')
		return;
	walk->line_len = len - 1;
	push(walk, 'h', '\0');
	top(walk)->expands = line_ends(walk, "!Sub") || line_ends(walk, "Fn::Sub:");
	walk->block_indent = indent_of(walk->line);
}

static size_t
step_yaml(struct walk *walk, const char *text, size_t len)
{
	char c = text[0];
	bool begins = strchr(" \n[{,\t", walk->before) != NULL;

	/* A block ends with the first line that is not further in. */
	if (c != ' ' && c != '\n' && is_past_block(walk))
		pop(walk);
	switch (top(walk)->kind) {
	case 'p':
		if (c == '\n')
			begin_block(walk);
		else if (c == '#' && begins)
			push(walk, '#', '\0');
		else if ((c == '"' || c == '\'') && begins) {
			push(walk, c, '\0');
			top(walk)->expands =
				line_ends(walk, "!Sub") || line_ends(walk, "Fn::Sub:");
		}
		break;
	case '\'':
		if (c == '\'' && len > 1 && text[1] == '\'')
			return 2;
		if (c == '\'')
			pop(walk);
		else if (c == '"' && walk->before != '\\')
			turn_nested(walk);
		break;
	case '"':
		if (c == '\\' && len > 1) {
			if (text[1] == '"')
				turn_nested(walk);
			return 2;
		}
		if (c == '"')
			pop(walk);
		break;
	case 'h':
		if (c == '\n')
			top(walk)->nested = false;
		else if (c == '"' && walk->before != '\\')
			turn_nested(walk);
		break;
	default:
		break;
	}
	return 1;
}

void
walk_over(struct walk *walk, const char *text, size_t len)
{
	/* A placeholder stands in front of each text but the first: it is like a word. */
	if (walk->has_begun) {
		walk->before = 'x';
		if (walk->line_len + 1 < sizeof(walk->line))
			walk->line[walk->line_len++] = 'x';
	}
	walk->has_begun = true;
	while (len > 0) {
		size_t step = walk->language == FILL_SH	   ? step_sh(walk, text, len)
			      : walk->language == FILL_HCL ? step_hcl(walk, text, len)
							   : step_yaml(walk, text, len);

		for (size_t i = 0; i < step; i++) {
			if (text[i] == '\n') {
				end_line(walk);
				walk->line_len = 0;
			} else if (walk->line_len + 1 < sizeof(walk->line)) {
				walk->line[walk->line_len++] = text[i];
			}
			walk->line[walk->line_len] = '\0';
			walk->before = text[i];
		}
		/* An escaped sign is over: what follows stands by itself. */
		if (step == 2 && text[0] == '\\')
			walk->before = 'x';
		text += step;
		len -= step;
	}
}

struct place_at
walk_place(const struct walk *walk)
{
	static const struct {
		char kind;
		enum place_kind place;
	} places[] = {
		{ 'p', PLACE_PLAIN },	{ '\'', PLACE_SINGLE }, { '"', PLACE_DOUBLE },
		{ 'a', PLACE_ANSI },	{ 'h', PLACE_TEXT },	{ '#', PLACE_COMMENT },
		{ '*', PLACE_COMMENT },
	};
	const struct frame *frame = &walk->frames[walk->depth];

	for (size_t i = 0; i < COUNT(places) && !is_past_block(walk); i++)
		if (places[i].kind == frame->kind)
			return (struct place_at){ .kind = places[i].place,
						  .nested = frame->nested,
						  .expands = frame->expands };
	return (struct place_at){ .kind = PLACE_PLAIN };
}
