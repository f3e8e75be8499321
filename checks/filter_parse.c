/* Reads CloudWatch Logs filter patterns (CloudWatch Logs User Guide, "Filter pattern
 * syntax for metric filters"). What AWS would refuse is refused. */

#include "checks/filter.h"

#define PATTERN_MAX 1024 /* characters (API reference, PutMetricFilter) */
#define REGEXES_MAX 2	 /* in a JSON or space-delimited pattern */
#define WILD_MAX 3	 /* selectors with an asterisk in a compound expression */
#define INDEX_MAX 1000000

struct parser {
	const char *at;
	struct filter *filter;
	const char *field; /* name of the field being read; NULL: selectors are read */
	size_t field_len;
	size_t places; /* of all regular expressions */
	int wild;      /* selectors with an asterisk */
};

static struct filter_node *expression_read(struct parser *p);

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static void
space_skip(struct parser *p)
{
	while (is_space(*p->at))
		p->at++;
}

/* Past sign (after white space), or not. */
static bool
sign_read(struct parser *p, const char *sign)
{
	size_t len = strlen(sign);

	space_skip(p);
	if (strncmp(p->at, sign, len))
		return false;
	p->at += len;
	return true;
}

/* As sign_read(), for a word that must end there. */
static bool
word_read(struct parser *p, const char *word)
{
	const char *start = p->at;

	if (sign_read(p, word) && !is_word(*p->at))
		return true;
	p->at = start;
	return false;
}

/* Past the first percent sign. */
static int
value_regex(struct parser *p, struct filter_value *value)
{
	struct filter *filter = p->filter;
	const char *end = strchr(p->at, '%');
	size_t most = filter->kind == FILTER_TERMS ? COUNT(filter->regexes) : REGEXES_MAX;

	if (!end || filter->regex_count == most)
		return -1;
	value->regex = regex_read(p->at, (size_t)(end - p->at));
	if (!value->regex)
		return -1;
	filter->regexes[filter->regex_count++] = value->regex;
	p->places += regex_places(value->regex);
	p->at = end + 1;
	return p->places <= REGEX_PLACES_MAX ? 0 : -1;
}

/* Past the first quotation mark. */
static int
value_quoted(struct parser *p, struct filter_value *value)
{
	char *text = arena_get(&p->filter->arena, strlen(p->at) + 1);

	value->text = text;
	for (; *p->at != '"'; p->at++) {
		if (!*p->at)
			return -1;
		if (p->at[0] == '\\' && (p->at[1] == '"' || p->at[1] == '\\'))
			p->at++;
		text[value->len++] = *p->at;
	}
	p->at++;
	return 0;
}

/* What ends a bare value, beside white space; and what may not stand in one. In JSON
 * patterns "strings that have unicode and other characters such as '@', '$', '\' etc. must
 * be enclosed in double quotes to be valid". */
static int
value_bare(struct parser *p, struct filter_value *value)
{
	const char *ends = p->field ? "&|,])" : "&|})";
	const char *never = p->field ? "\"'=<>!%(){}[]$" : "\"'=<>!%(){}[]$@\\";
	const char *start = p->at;

	while (*p->at && !is_space(*p->at) && !strchr(ends, *p->at)) {
		if (strchr(never, *p->at) || (!p->field && (unsigned char)*p->at >= 0x80))
			return -1;
		p->at++;
	}
	value->len = (size_t)(p->at - start);
	if (!value->len)
		return -1;
	value->text = arena_text_n(&p->filter->arena, start, value->len);
	value->is_number = filter_number(value->text, value->len, &value->number);
	return 0;
}

static int
value_read(struct parser *p, struct filter_value *value)
{
	space_skip(p);
	if (*p->at == '%') {
		p->at++;
		return value_regex(p, value);
	}
	if (*p->at == '"') {
		p->at++;
		return value_quoted(p, value);
	}
	return value_bare(p, value);
}

/* "IS NULL" and its like. -2: none of them stands there. */
static int
state_read(struct parser *p, struct filter_test *test)
{
	if (word_read(p, "IS")) {
		if (word_read(p, "NULL"))
			test->op = OP_NULL;
		else if (word_read(p, "TRUE"))
			test->op = OP_TRUE;
		else if (word_read(p, "FALSE"))
			test->op = OP_FALSE;
		else
			return -1;
		return 0;
	}
	if (word_read(p, "NOT")) {
		test->op = OP_MISSING;
		return word_read(p, "EXISTS") ? 0 : -1;
	}
	return -2;
}

static int
comparison_read(struct parser *p, struct filter_test *test)
{
	static const struct {
		const char *sign;
		enum filter_operator op;
	} signs[] = {
		{ "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE },
		{ "=", OP_EQ },	 { "<", OP_LT },  { ">", OP_GT },
	};
	size_t i;

	for (i = 0; i < COUNT(signs) && !sign_read(p, signs[i].sign); i++)
		;
	if (i == COUNT(signs))
		return -1;
	test->op = signs[i].op;
	if (value_read(p, &test->value))
		return -1;
	if (test->op != OP_EQ && test->op != OP_NE && !test->value.is_number)
		return -1;
	return 0;
}

static struct filter_step *
step_add(struct parser *p, struct filter_step ***tail, enum filter_step_kind kind)
{
	struct filter_step *step = arena_get(&p->filter->arena, sizeof(*step));

	step->kind = kind;
	**tail = step;
	*tail = &step->next;
	return step;
}

/* Past "[": an index, an asterisk, or a key in quotes. */
static int
bracket_read(struct parser *p, struct filter_step ***tail)
{
	struct filter_step *step;
	const char *end;
	char quote = *p->at;

	if (quote == '*') {
		step_add(p, tail, STEP_ANY_ITEM);
		p->at++;
	} else if (quote == '\'' || quote == '"') {
		end = strchr(p->at + 1, quote);
		if (!end || end == p->at + 1)
			return -1;
		step = step_add(p, tail, STEP_KEY);
		step->key = arena_text_n(&p->filter->arena, p->at + 1,
					 (size_t)(end - p->at - 1));
		p->at = end + 1;
	} else {
		if (quote < '0' || quote > '9')
			return -1;
		step = step_add(p, tail, STEP_INDEX);
		for (; *p->at >= '0' && *p->at <= '9' && step->index < INDEX_MAX; p->at++)
			step->index = step->index * 10 + (size_t)(*p->at - '0');
	}
	return *p->at++ == ']' ? 0 : -1;
}

/* Past ".": a key or an asterisk. */
static int
key_read(struct parser *p, struct filter_step ***tail)
{
	struct filter_step *step;
	const char *start = p->at;

	if (*p->at == '*') {
		step_add(p, tail, STEP_ANY_KEY);
		p->at++;
		return 0;
	}
	while (is_word(*p->at) || *p->at == '-')
		p->at++;
	if (p->at == start)
		return -1;
	step = step_add(p, tail, STEP_KEY);
	step->key = arena_text_n(&p->filter->arena, start, (size_t)(p->at - start));
	return 0;
}

static bool
steps_equal(const struct filter_step *a, const struct filter_step *b)
{
	for (; a && b; a = a->next, b = b->next) {
		if (a->kind != b->kind || a->index != b->index ||
		    (a->kind == STEP_KEY && strcmp(a->key, b->key)))
			return false;
	}
	return a == b;
}

/* The pattern's path of these steps. */
static struct filter_path *
path_intern(struct parser *p, struct filter_step *steps)
{
	struct filter_path *path;

	for (path = p->filter->paths; path; path = path->next) {
		if (steps_equal(path->steps, steps))
			return path;
	}
	path = arena_get(&p->filter->arena, sizeof(*path));
	path->steps = steps;
	path->next = p->filter->paths;
	p->filter->paths = path;
	return path;
}

static int
selector_read(struct parser *p, struct filter_test *test)
{
	struct filter_step *steps = NULL, **tail = &steps, *step;
	struct filter_path *path;
	int wild = 0;

	if (!sign_read(p, "$"))
		return -1;
	while (*p->at == '.' || *p->at == '[') {
		if (*p->at == '.' && p->at[1] == '[')
			p->at++;
		if (*p->at++ == '[' ? bracket_read(p, &tail) : key_read(p, &tail))
			return -1;
	}
	for (step = steps; step; step = step->next)
		wild += step->kind == STEP_ANY_ITEM || step->kind == STEP_ANY_KEY;
	p->wild += wild;
	if (!steps || wild > 1 || p->wild > WILD_MAX)
		return -1;
	path = path_intern(p, steps);
	path->is_wild = wild > 0;
	test->path = path;
	return 0;
}

/* The name again, in a further condition on the same field. */
static int
name_read(struct parser *p)
{
	space_skip(p);
	if (strncmp(p->at, p->field, p->field_len) || is_word(p->at[p->field_len]))
		return -1;
	p->at += p->field_len;
	return 0;
}

static struct filter_node *
operand_read(struct parser *p)
{
	struct filter_node *node;
	int got = -2;

	if (sign_read(p, "(")) {
		node = expression_read(p);
		return node && sign_read(p, ")") ? node : NULL;
	}
	node = arena_get(&p->filter->arena, sizeof(*node));
	if (p->field ? name_read(p) : selector_read(p, &node->test))
		return NULL;
	if (!p->field)
		got = state_read(p, &node->test);
	if (got == -2)
		got = comparison_read(p, &node->test);
	return got ? NULL : node;
}

/* One level of && or ||; && binds closer. */
static struct filter_node *
chain_read(struct parser *p, const char *sign, enum filter_node_kind kind)
{
	bool is_and = kind == NODE_AND;
	struct filter_node *left, *right, *node;

	left = is_and ? operand_read(p) : chain_read(p, "&&", NODE_AND);
	while (left && sign_read(p, sign)) {
		right = is_and ? operand_read(p) : chain_read(p, "&&", NODE_AND);
		if (!right)
			return NULL;
		node = arena_get(&p->filter->arena, sizeof(*node));
		*node = (struct filter_node){ .kind = kind,
					      .left = left,
					      .right = right };
		left = node;
	}
	return left;
}

static struct filter_node *
expression_read(struct parser *p)
{
	return chain_read(p, "||", NODE_OR);
}

static bool
at_end(struct parser *p)
{
	space_skip(p);
	return !*p->at;
}

static int
json_pattern_read(struct parser *p)
{
	p->filter->root = expression_read(p);
	return p->filter->root && sign_read(p, "}") && at_end(p) ? 0 : -1;
}

/* A name, or a name with conditions: "w1 != a && w1 != b"; in brackets too. */
static int
field_read(struct parser *p, struct filter_field *field)
{
	const char *start;

	if (sign_read(p, "...")) {
		field->is_rest = true;
		return 0;
	}
	space_skip(p);
	start = p->at;
	p->at += strspn(p->at, "( \t");
	p->field = p->at;
	while (is_word(*p->at) || *p->at == '-' || *p->at == '.')
		p->at++;
	p->field_len = (size_t)(p->at - p->field);
	/* The guide's "[..., status_code=4*,]" ends in a field without a name. */
	if (!p->field_len)
		return *p->at == ']' && p->filter->fields ? 0 : -1;
	space_skip(p);
	if (*p->at == ',' || *p->at == ']')
		return start == p->field ? 0 : -1;
	p->at = start;
	field->test = expression_read(p);
	return field->test ? 0 : -1;
}

static int
fields_read(struct parser *p)
{
	struct filter_field **tail = &p->filter->fields, *field;
	int rests = 0;

	do {
		field = arena_get(&p->filter->arena, sizeof(*field));
		if (field_read(p, field))
			return -1;
		rests += field->is_rest;
		*tail = field;
		tail = &field->next;
	} while (sign_read(p, ","));
	return sign_read(p, "]") && at_end(p) && rests <= 1 ? 0 : -1;
}

static int
term_read(struct parser *p, struct filter_term *term)
{
	const char *start;

	if (*p->at == '-' || *p->at == '?')
		term->sign = *p->at++;
	if (*p->at == '%') {
		p->at++;
		return value_regex(p, &term->value);
	}
	if (*p->at == '"') {
		p->at++;
		return value_quoted(p, &term->value);
	}
	start = p->at;
	while (is_word(*p->at) || (unsigned char)*p->at >= 0x80)
		p->at++;
	term->value.len = (size_t)(p->at - start);
	term->value.text = arena_text_n(&p->filter->arena, start, term->value.len);
	return term->value.len ? 0 : -1;
}

static int
terms_read(struct parser *p)
{
	struct filter_term **tail = &p->filter->terms, *term;

	while (!at_end(p)) {
		term = arena_get(&p->filter->arena, sizeof(*term));
		if (term_read(p, term) || (*p->at && !is_space(*p->at)))
			return -1;
		*tail = term;
		tail = &term->next;
	}
	return 0;
}

struct filter *
filter_read(const char *pattern)
{
	struct parser p = { .at = pattern };
	size_t i, chars = 0;
	int got;

	if (!pattern)
		return NULL;
	for (i = 0; pattern[i] && chars <= PATTERN_MAX; i++)
		chars += ((unsigned char)pattern[i] & 0xc0) != 0x80;
	if (pattern[i] || chars > PATTERN_MAX || !text_is_utf8(pattern, i))
		return NULL;
	p.filter = mem_get(sizeof(*p.filter));
	if (sign_read(&p, "{")) {
		p.filter->kind = FILTER_JSON;
		got = json_pattern_read(&p);
	} else if (sign_read(&p, "[")) {
		p.filter->kind = FILTER_FIELDS;
		got = fields_read(&p);
	} else {
		got = terms_read(&p);
	}
	if (!got)
		return p.filter;
	filter_free(p.filter);
	return NULL;
}

void
filter_free(struct filter *filter)
{
	size_t i;

	if (!filter)
		return;
	for (i = 0; i < filter->regex_count; i++)
		regex_free(filter->regexes[i]);
	arena_free(&filter->arena);
	free(filter);
}
