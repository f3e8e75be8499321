/* Whether a filter pattern that was read holds for a log event. */

#include <math.h>

#include "checks/filter.h"

#define NUMBER_ROOM 40

/* A value in an event: its text, and its number where it is one. */
struct subject {
	const char *text;
	size_t len;
	bool is_number;
	double number;
};

bool
filter_number(const char *text, size_t len, double *number)
{
	char copy[64];
	size_t i = 0, digits = 0;

	if (len == 0 || len >= sizeof(copy))
		return false;
	i += text[i] == '+' || text[i] == '-';
	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		digits++;
	if (i < len && text[i] == '.') {
		for (i++; i < len && text[i] >= '0' && text[i] <= '9'; i++)
			digits++;
	}
	if (!digits)
		return false;
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		i++;
		i += i < len && (text[i] == '+' || text[i] == '-');
		if (i == len)
			return false;
		while (i < len && text[i] >= '0' && text[i] <= '9')
			i++;
	}
	if (i != len)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*number = strtod(copy, NULL);
	return isfinite(*number);
}

static bool
value_equals(const struct filter_value *value, const struct subject *subject)
{
	if (value->regex)
		return regex_matches(value->regex, subject->text, subject->len);
	if (value->is_number && subject->is_number)
		return subject->number == value->number;
	return stars_match(value->text, value->len, '*', subject->text, subject->len);
}

static bool
test_compare(const struct filter_test *test, const struct subject *subject)
{
	double number = subject->number, bound = test->value.number;

	if (test->op == OP_EQ)
		return value_equals(&test->value, subject);
	if (test->op == OP_NE)
		return !value_equals(&test->value, subject);
	if (!subject->is_number)
		return false;
	switch (test->op) {
	case OP_LT:
		return number < bound;
	case OP_LE:
		return number <= bound;
	case OP_GT:
		return number > bound;
	case OP_GE:
		return number >= bound;
	default:
		return false;
	}
}

/* The shortest text that reads back as the number. */
static void
number_text(double number, char out[NUMBER_ROOM])
{
	int digits;

	for (digits = 1; digits <= 17; digits++) {
		snprintf(out, NUMBER_ROOM, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			return;
	}
}

/* A list or an object is neither equal nor unequal to anything (the guide: such a pattern
 * does not match where the selector points to one). */
static bool
test_scalar(const struct filter_test *test, const json_t *value)
{
	struct subject subject = { 0 };
	char number[NUMBER_ROOM];

	switch (json_typeof(value)) {
	case JSON_STRING:
		subject.text = json_string_value(value);
		subject.len = json_string_length(value);
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		subject.is_number = true;
		subject.number = json_number_value(value);
		if (json_is_integer(value))
			snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
				 json_integer_value(value));
		else
			number_text(subject.number, number);
		subject.text = number;
		subject.len = strlen(number);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		subject.text = json_is_true(value)    ? "true"
			       : json_is_false(value) ? "false"
						      : "null";
		subject.len = strlen(subject.text);
		if (json_is_null(value))
			return test->op == OP_NE;
		break;
	default:
		return false;
	}
	return test_compare(test, &subject);
}

static bool
test_value(const struct filter_test *test, const json_t *value)
{
	switch (test->op) {
	case OP_NULL:
		return json_is_null(value);
	case OP_TRUE:
		return json_is_true(value);
	case OP_FALSE:
		return json_is_false(value);
	case OP_MISSING:
		return true; /* it is there: the caller turns it round */
	default:
		return test_scalar(test, value);
	}
}

/* Whether the test holds for a value that the steps lead to. Selectors have few steps and
 * one asterisk at most, so that this neither goes deep nor multiplies. */
static bool
steps_hold(const struct filter_test *test, const struct filter_step *step, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	for (; step && value; step = step->next) {
		if (step->kind == STEP_KEY) {
			value = json_object_get(value, step->key);
		} else if (step->kind == STEP_INDEX) {
			value = json_array_get(value, step->index);
		} else if (step->kind == STEP_ANY_ITEM) {
			json_array_foreach(value, i, member)
			{
				if (steps_hold(test, step->next, member))
					return true;
			}
			return false;
		} else {
			json_object_foreach(value, key, member)
			{
				if (steps_hold(test, step->next, member))
					return true;
			}
			return false;
		}
	}
	return value && test_value(test, value);
}

/* An event, and the value that the last selector led to: many patterns ask one field over
 * and over. */
struct asked {
	json_t *root, *value;
	const struct filter_path *path;
};

static json_t *
path_follow(struct asked *asked, const struct filter_path *path)
{
	const struct filter_step *step;

	if (asked->path == path)
		return asked->value;
	asked->path = path;
	asked->value = asked->root;
	for (step = path->steps; step && asked->value; step = step->next)
		asked->value = step->kind == STEP_KEY
				       ? json_object_get(asked->value, step->key)
				       : json_array_get(asked->value, step->index);
	return asked->value;
}

static bool
test_holds(const struct filter_test *test, struct asked *asked)
{
	json_t *value;
	bool held;

	if (test->path->is_wild) {
		held = steps_hold(test, test->path->steps, asked->root);
	} else {
		value = path_follow(asked, test->path);
		held = value && test_value(test, value);
	}
	return test->op == OP_MISSING ? !held : held;
}

/* Of a field, or of an event. */
static bool
node_holds(const struct filter_node *node, struct asked *asked,
	   const struct subject *field)
{
	if (node->kind == NODE_AND)
		return node_holds(node->left, asked, field) &&
		       node_holds(node->right, asked, field);
	if (node->kind == NODE_OR)
		return node_holds(node->left, asked, field) ||
		       node_holds(node->right, asked, field);
	return field ? test_compare(&node->test, field) : test_holds(&node->test, asked);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What is left of a line, and where the next closing bracket and quotation mark stand
 * (end: nowhere): found once, however many are opened in front of them. */
struct line {
	const char *at, *end, *bracket, *quote;
};

static struct line
line_begin(const char *event)
{
	const char *end = event + strlen(event);

	return (struct line){ event, end, event, event };
}

/* The next of close behind start, or NULL; *known is the one that was found last. */
static const char *
close_find(const struct line *line, const char *start, char close, const char **known)
{
	if (*known <= start) {
		*known = strchr(start + 1, close);
		if (!*known)
			*known = line->end;
	}
	return *known < line->end ? *known : NULL;
}

/* Cuts the next field off the line: what stands in brackets or quotation marks is one,
 * without them. Returns where it starts, them included; NULL: there is none. */
static const char *
field_cut(struct line *line, struct subject *field)
{
	const char *start = line->at, *end = NULL;

	while (is_space(*start))
		start++;
	if (!*start)
		return NULL;
	if (*start == '[')
		end = close_find(line, start, ']', &line->bracket);
	else if (*start == '"')
		end = close_find(line, start, '"', &line->quote);
	if (end && (!end[1] || is_space(end[1]))) {
		field->text = start + 1;
		line->at = end + 1;
	} else {
		for (end = start; *end && !is_space(*end); end++)
			;
		field->text = start;
		line->at = end;
	}
	field->len = (size_t)(end - field->text);
	return start;
}

/* Where nothing says "...", the last name takes the rest of the line: Lambda's own filter
 * in AWS's console, [timestamp, request_id, event], rests on that. */
static void
field_extend(struct subject *field, const char *start, const char *after)
{
	const char *end = after + strlen(after);

	while (end > after && is_space(end[-1]))
		end--;
	if (end == after)
		return;
	field->text = start;
	field->len = (size_t)(end - start);
}

static bool
field_holds(const struct filter_field *field, struct subject *subject)
{
	if (!field->test)
		return true;
	subject->is_number = filter_number(subject->text, subject->len, &subject->number);
	return node_holds(field->test, NULL, subject);
}

static bool
fields_hold(const struct filter *filter, const char *event)
{
	const struct filter_field *field;
	struct subject subject = { 0 };
	size_t names = 0, have = 0;
	bool has_rest = false;
	struct line line = line_begin(event);
	const char *start;

	for (field = filter->fields; field; field = field->next) {
		has_rest |= field->is_rest;
		names += !field->is_rest;
	}
	while (field_cut(&line, &subject))
		have++;
	if (have < names)
		return false;
	line = line_begin(event);
	for (field = filter->fields; field; field = field->next) {
		if (field->is_rest) {
			for (; have > names; have--)
				field_cut(&line, &subject);
			continue;
		}
		start = field_cut(&line, &subject);
		if (!field->next && !has_rest)
			field_extend(&subject, start, line.at);
		if (!field_holds(field, &subject))
			return false;
	}
	return true;
}

bool
filter_holds(const struct filter *filter, const char *event, const json_t *root)
{
	/* jansson's walkers are not const, but change nothing. */
	struct asked asked = { .root = (json_t *)(uintptr_t)root };

	if (filter->kind == FILTER_TERMS)
		return filter_terms_hold(filter, event);
	if (filter->kind == FILTER_FIELDS)
		return fields_hold(filter, event);
	return root && node_holds(filter->root, &asked, NULL);
}
