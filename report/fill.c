/* Fills the placeholders of a fix, so that no name chosen by others can change what the
 * snippet does. */

#include <ctype.h>

#include "report/pieces.h"

#define IDENTIFIER_MOST 200 /* a CloudFormation logical id has at most 255 characters */

const char *const fill_names[FILL_LANGUAGES] = { "sh", "hcl", "yaml" };
const char *const fill_endings[FILL_LANGUAGES] = { "sh", "tf", "yaml" };

enum form { TOKEN, INSIDE, WHOLE_JSON, IDENTIFIER };

static const struct {
	const char *name;
	enum form form;
} filters[] = {
	{ "id", IDENTIFIER },
	{ "json", WHOLE_JSON },
	{ "text", INSIDE },
};

struct part {
	const char *literal; /* in front of the placeholder */
	size_t len;
	char *column; /* NULL: the rest of the text */
	enum form form;
	struct place_at at;
};

struct fix {
	enum fill_language language;
	struct part *parts;
	size_t count;
	struct arena arena;
};

static size_t
word_len(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len > 0 && isdigit((unsigned char)text[0]) ? 0 : len;
}

/* Length of the placeholder at text, 0 where it is none: {{resolve:…}} and ${x} stand. */
static size_t
placeholder_len(const char *text)
{
	size_t name, filter = 0;

	if (text[0] != '{' || text[1] != '{')
		return 0;
	name = word_len(text + 2);
	if (name == 0)
		return 0;
	if (text[2 + name] == '|') {
		filter = word_len(text + 3 + name) + 1;
		if (filter == 1)
			return 0;
	}
	if (strncmp(text + 2 + name + filter, "}}", 2) != 0)
		return 0;
	return name + filter + 4;
}

static int
read_filter(const char *text, size_t len, enum form *form, struct err *err)
{
	for (size_t i = 0; i < COUNT(filters); i++)
		if (strlen(filters[i].name) == len &&
		    memcmp(filters[i].name, text, len) == 0) {
			*form = filters[i].form;
			return 0;
		}
	return err_set(err, "no filter |%.*s in a placeholder: use |id, |json or |text",
		       (int)len, text);
}

struct fix *
fix_parse(enum fill_language language, const char *text, struct err *err)
{
	struct fix *fill = mem_get(sizeof(*fill));
	struct walk *walk = walk_new(language);
	const char *from = text, *at = text;

	fill->language = language;
	while (*from != '\0') {
		struct part *part;
		size_t len = 0, name;

		while (*at != '\0' && (len = placeholder_len(at)) == 0)
			at++;
		fill->parts =
			mem_grow(fill->parts, fill->count + 1, sizeof(*fill->parts));
		part = &fill->parts[fill->count++];
		*part = (struct part){ .literal = from, .len = (size_t)(at - from) };
		walk_over(walk, from, part->len);
		if (len == 0)
			break;
		part->at = walk_place(walk);
		name = word_len(at + 2);
		part->column = arena_text_n(&fill->arena, at + 2, name);
		if (at[2 + name] == '|' &&
		    read_filter(at + 3 + name, len - name - 5, &part->form, err) < 0) {
			fix_free(fill);
			fill = NULL;
			break;
		}
		from = at = at + len;
	}
	walk_free(walk);
	return fill;
}

void
fix_free(struct fix *fill)
{
	if (fill == NULL)
		return;
	free(fill->parts);
	arena_free(&fill->arena);
	free(fill);
}

size_t
fix_count(const struct fix *fill)
{
	size_t count = fill->count;

	return count > 0 && fill->parts[count - 1].column == NULL ? count - 1 : count;
}

const char *
fix_column(const struct fix *fill, size_t index)
{
	return fill->parts[index].column;
}

/* Terraform's rule: letters, digits, _ and -, a letter first; CloudFormation's logical
 * id: letters and digits. */
static void
add_identifier(struct buf *out, const char *value, bool is_yaml)
{
	size_t put = 0;
	bool upper = is_yaml;

	if (!isalpha((unsigned char)value[0]))
		buf_text(out, is_yaml ? "R" : "r_");
	for (; *value != '\0' && put < IDENTIFIER_MOST; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x80 && isalnum(c)) {
			buf_char(out, (char)(upper ? toupper(c) : c));
			put++;
		} else if (!is_yaml && (c & 0xc0) != 0x80) {
			buf_char(out, '_');
			put++;
		}
		upper = is_yaml && !isalnum(c);
	}
}

/* The inside of a JSON string. hard: for the shell, every sign that it might read is
 * written \u00XX. */
static void
add_json(struct buf *out, const char *value, bool hard)
{
	size_t left = strlen(value), step;
	unsigned code;

	for (; left > 0; value += step, left -= step) {
		step = utf8_decode(value, left, &code);
		if (!hard && (code == '"' || code == '\\'))
			buf_print(out, "\\%c", (char)code);
		else if (!hard && code == '\n')
			buf_text(out, "\\n");
		else if (code <= 0xffff && (code < 0x20 || text_is_unshown(code) ||
					    (hard && code < 0x80 && !isalnum((int)code) &&
					     strchr(" _./:@,=+-*?", (int)code) == NULL)))
			buf_print(out, "\\u%04x", code);
		else
			buf_add(out, value, step);
	}
}

/* The inside of a string in HCL (its native syntax specification, "Template Expressions")
 * or YAML (1.2, 5.7). */
static void
add_quoted(struct buf *out, const char *value, bool is_hcl)
{
	size_t left = strlen(value), step;
	unsigned code, before = 0;

	for (; left > 0; value += step, left -= step, before = code) {
		step = utf8_decode(value, left, &code);
		if (code == '"' || code == '\\')
			buf_print(out, "\\%c", (char)code);
		else if (code == '\n')
			buf_text(out, "\\n");
		else if (code <= 0xffff && (code < 0x20 || text_is_unshown(code)))
			buf_print(out, "\\u%04x", code);
		else if (is_hcl && (code == '$' || code == '%') && value[1] == '{')
			buf_print(out, "%c%c", (char)code, (char)code);
		else if (is_hcl && code == '/' && before == '*')
			buf_text(out, "\\u002f"); /* would end a comment around it */
		else
			buf_add(out, value, step);
	}
}

/* Text on one line, with front before each of signs. */
static void
add_line(struct buf *out, const char *value, const char *signs, const char *front)
{
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x20 || c == 0x7f)
			buf_char(out, ' ');
		else if (strchr(signs, c) != NULL)
			buf_print(out, "%s%c", front, c);
		else
			buf_char(out, (char)c);
	}
}

static void
add_word(struct buf *out, const char *value)
{
	buf_char(out, '\'');
	for (; *value != '\0'; value++)
		if (*value == '\'')
			buf_text(out, "'\\''");
		else
			buf_char(out, *value);
	buf_char(out, '\'');
}

static void
print_sh(struct buf *out, const struct part *part, const char *value)
{
	switch (part->at.kind) {
	case PLACE_PLAIN:
		add_word(out, value);
		break;
	case PLACE_SINGLE:
		for (; *value != '\0'; value++)
			if (*value == '\'')
				buf_text(out, "'\\''");
			else
				buf_char(out, *value);
		break;
	case PLACE_DOUBLE: /* out of the quotes and in again: nothing to escape, not even
			      ! */
		buf_char(out, '"');
		add_word(out, value);
		buf_char(out, '"');
		break;
	case PLACE_ANSI:
		buf_char(out, '\'');
		add_word(out, value);
		buf_text(out, "$'");
		break;
	case PLACE_TEXT:
		add_line(out, value, part->at.expands ? "$`\\" : "", "\\");
		break;
	case PLACE_COMMENT:
		add_line(out, value, "", "");
		break;
	}
}

static void
print_hcl(struct buf *out, const struct part *part, const char *value)
{
	bool is_token = part->at.kind == PLACE_PLAIN || part->at.kind == PLACE_COMMENT;

	if (part->at.kind == PLACE_TEXT) {
		for (; *value != '\0'; value++) {
			if ((*value == '$' || *value == '%') && value[1] == '{')
				buf_char(out, *value);
			buf_char(out, (unsigned char)*value < 0x20 ? ' ' : *value);
		}
		return;
	}
	if (is_token)
		buf_char(out, '"');
	add_quoted(out, value, true);
	if (is_token)
		buf_char(out, '"');
}

/* In !Sub, ${!x} is ${x} as it stands (CloudFormation User Guide, Fn::Sub). */
static char *
guard_sub(const char *value)
{
	struct buf text = { 0 };

	for (; *value != '\0'; value++) {
		buf_char(&text, *value);
		if (value[0] == '$' && value[1] == '{') {
			buf_text(&text, "{!");
			value++;
		}
	}
	return buf_take(&text);
}

static void
print_yaml(struct buf *out, const struct part *part, const char *value)
{
	char *guarded = part->at.expands ? guard_sub(value) : NULL;
	const char *text = guarded != NULL ? guarded : value;

	switch (part->at.kind) {
	case PLACE_SINGLE:
		add_line(out, text, "'", "'");
		break;
	case PLACE_TEXT:
		add_line(out, text, "", "");
		break;
	case PLACE_DOUBLE:
		add_quoted(out, text, false);
		break;
	default:
		buf_char(out, '"');
		add_quoted(out, text, false);
		buf_char(out, '"');
	}
	free(guarded);
}

static void
print_part(const struct fix *fill, const struct part *part, const char *value,
	   struct buf *out)
{
	struct buf json = { 0 };
	bool is_json = part->form == WHOLE_JSON;
	bool hard = fill->language == FILL_SH;

	if (part->form == IDENTIFIER) {
		add_identifier(out, value, fill->language == FILL_YAML);
		return;
	}
	if (is_json || part->at.nested) {
		if (!part->at.nested)
			buf_char(&json, '"');
		add_json(&json, value, hard);
		if (!part->at.nested)
			buf_char(&json, '"');
		value = json.data != NULL ? json.data : "";
	}
	if (is_json && !hard && part->at.kind == PLACE_PLAIN) {
		/* A JSON string is one of YAML's and, but for templates, of HCL's. */
		for (const char *at = json.data; *at != '\0'; at++)
			if ((*at == '$' || *at == '%') && at[1] == '{' &&
			    fill->language == FILL_HCL)
				buf_print(out, "%c%c", *at, *at);
			else
				buf_char(out, *at);
	} else if (fill->language == FILL_SH) {
		print_sh(out, part, value);
	} else if (fill->language == FILL_HCL) {
		print_hcl(out, part, value);
	} else {
		print_yaml(out, part, value);
	}
	buf_free(&json);
}

void
fix_print(const struct fix *fill, const char *const *values, struct buf *out)
{
	for (size_t i = 0; i < fill->count; i++) {
		const struct part *part = &fill->parts[i];

		buf_add(out, part->literal, part->len);
		if (part->column != NULL)
			print_part(fill, part, values[i] != NULL ? values[i] : "", out);
	}
}
