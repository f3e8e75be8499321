/* Patterns of policies against texts: wildcards, variables, actions and resources. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

/* Steps: what it takes to come to a part of a value, and to find a variable's value. */
#define TURN 10
#define VARIABLE 100

static unsigned char
fold(char c, bool any_case)
{
	return any_case && c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20)
						: (unsigned char)c;
}

static bool
same(char pattern, char text, bool any_case)
{
	if (pattern == text)
		return true;
	if (pattern == LITERAL_STAR)
		return text == '*';
	if (pattern == LITERAL_MARK)
		return text == '?';
	return fold(pattern, any_case) == fold(text, any_case);
}

/* Bytes of the character at text: a wildcard takes characters, not bytes of UTF-8. */
static size_t
character(const char *text, size_t len)
{
	size_t size = 1;

	while (size < len && ((unsigned char)text[size] & 0xc0) == 0x80)
		size++;
	return size;
}

/* Taking the shortest text for each star is enough: a later star can take whatever is
 * left, so only the last one is ever widened. At most pattern × text steps, counted
 * against the caller's allowance. */
bool
glob_matches(struct work *work, const char *pattern, size_t pattern_len, const char *text,
	     size_t text_len, bool any_case)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text_len) {
		if (++work->steps > WORK_MAX)
			return false;
		if (p < pattern_len && pattern[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern_len && pattern[p] == '?') {
			t += character(text + t, text_len - t);
			p++;
		} else if (p < pattern_len && same(pattern[p], text[t], any_case)) {
			t++;
			p++;
		} else if (star != SIZE_MAX) {
			from += character(text + from, text_len - from);
			t = from;
			p = star + 1;
		} else {
			return false;
		}
	}
	work->steps++;
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}

/* The same walk over a pattern instead of a text: a star of inner is covered by a star
 * only, so it counts as a character that nothing else matches. */
bool
glob_covers(struct work *work, const char *outer, const char *inner, bool any_case)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0, len = strlen(inner),
	       outer_len = strlen(outer);

	while (t < len) {
		if (++work->steps > WORK_MAX)
			return false;
		if (p < outer_len && outer[p] == '*') {
			star = p++;
			from = t;
		} else if (p < outer_len && inner[t] != '*' &&
			   (outer[p] == '?' ||
			    (inner[t] != '?' && same(outer[p], inner[t], any_case)))) {
			t++;
			p++;
		} else if (star != SIZE_MAX) {
			t = ++from;
			p = star + 1;
		} else {
			return false;
		}
	}
	while (p < outer_len && outer[p] == '*')
		p++;
	return p == outer_len;
}

const json_t *
context_values(const struct request *request, const char *key)
{
	static const size_t longest = 512; /* a tag's key has at most 128 characters */
	char lower[513];
	size_t len = strlen(key);
	const json_t *values = NULL;

	if (len <= longest) {
		for (size_t i = 0; i <= len; i++)
			lower[i] = (char)tolower((unsigned char)key[i]);
		values = json_object_get(request->context, lower);
	}
	if (values == NULL && request->complete)
		return json_null();
	return values;
}

/* The value of one variable, the text between "${" and "}". */
static enum truth
expand_variable(struct request *request, const char *name, size_t len, struct buf *out)
{
	const char *comma = memchr(name, ',', len), *quote, *text = NULL;
	char *key = mem_text_n(name, comma ? (size_t)(comma - name) : len);
	const json_t *values = context_values(request, key);
	size_t size = 0;

	free(key);
	if (values == NULL) {
		buf_add(out, "*", 1);
		return MAYBE;
	}
	/* A key that has several values cannot be a variable (IAM User Guide,
	 * "Multivalued context keys"). */
	if (json_array_size(values) == 1) {
		text = list_text(values, 0, &size);
	} else if (comma != NULL && !json_is_array(values)) {
		quote = memchr(comma, '\'', len - (size_t)(comma - name));
		if (quote != NULL && name[len - 1] == '\'' && quote < name + len - 1) {
			text = quote + 1;
			size = (size_t)(name + len - 1 - text);
		}
	}
	if (text == NULL)
		return NO;
	request->work.steps += 2 * (long)size;
	for (size_t i = 0; i < size; i++) {
		char c = text[i] == '*'	  ? LITERAL_STAR
			 : text[i] == '?' ? LITERAL_MARK
					  : text[i];

		buf_add(out, &c, 1);
	}
	return YES;
}

static void
add_plain(struct buf *out, const char *text, size_t len, bool wild)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!wild && (c == '*' || c == '?'))
			c = c == '*' ? LITERAL_STAR : LITERAL_MARK;
		buf_add(out, &c, 1);
	}
}

enum truth
value_expand(const struct statement *statement, struct request *request,
	     const char *value, size_t value_len, bool wild, struct buf *out)
{
	const char *c = value, *end = value + value_len;
	enum truth known = YES;

	while (c < end && !out->over) {
		const char *open = memmem(c, (size_t)(end - c), "${", 2);
		const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;

		request->work.steps += TURN;
		if (close == NULL || !statement->has_variables) {
			add_plain(out, c, (size_t)(end - c), wild);
			break;
		}
		add_plain(out, c, (size_t)(open - c), wild);
		request->work.steps += close - open + VARIABLE;
		/* ${*}, ${?} and ${$} stand for the character itself. */
		if (close - open == 3 && strchr("*?$", open[2]) != NULL) {
			add_plain(out, open + 2, 1, false);
		} else {
			enum truth one = expand_variable(request, open + 2,
							 (size_t)(close - open - 2), out);

			known = truth_and(known, one);
		}
		c = close + 1;
	}
	buf_add(out, "", 0);
	return known;
}

static bool
same_text(struct work *work, const char *value, size_t value_len, const char *text,
	  size_t text_len, bool any_case)
{
	if (value_len != text_len)
		return false;
	if (!any_case)
		return memcmp(value, text, text_len) == 0;
	work->steps += (long)text_len;
	for (size_t i = 0; i < text_len; i++)
		if (fold(value[i], true) != fold(text[i], true))
			return false;
	return true;
}

enum truth
value_matches(const struct statement *statement, struct request *request,
	      const char *value, size_t value_len, const char *text, bool wild,
	      bool any_case)
{
	struct buf expanded = { .cap = 2 * POLICY_TEXT_MAX };
	size_t text_len = strlen(text);
	enum truth known;
	bool matched;

	if (!statement->has_variables || memmem(value, value_len, "${", 2) == NULL) {
		matched = wild ? glob_matches(&request->work, value, value_len, text,
					      text_len, any_case)
			       : same_text(&request->work, value, value_len, text,
					   text_len, any_case);
		return matched ? YES : NO;
	}
	known = value_expand(statement, request, value, value_len, wild, &expanded);
	if (expanded.over)
		request->work.steps = WORK_MAX + 1;
	matched = glob_matches(&request->work, expanded.data ? expanded.data : "",
			       expanded.len, text, text_len, any_case);
	buf_free(&expanded);
	return matched ? known : NO;
}

enum truth
action_matches(const struct statement *statement, struct request *request)
{
	size_t action_len = strlen(request->action);
	char first = (char)fold(request->action[0], true);
	bool matched = false;

	request->work.steps += (long)statement->action_count;
	for (size_t i = 0; i < statement->action_count && !matched; i++) {
		const struct pattern *pattern = &statement->actions[i];
		char c = (char)fold(pattern->text[0], true);

		if (c == first || c == '*' || c == '?')
			matched =
				glob_matches(&request->work, pattern->text, pattern->len,
					     request->action, action_len, true);
	}
	return matched != statement->not_action ? YES : NO;
}

enum truth
resource_matches(const struct statement *statement, struct request *request)
{
	size_t count = list_size(statement->resource), len;
	enum truth matched = NO;

	if (statement->resource == NULL)
		return YES;
	for (size_t i = 0; i < count && matched != YES; i++) {
		const char *pattern = list_text(statement->resource, i, &len);

		if (work_is_over(&request->work))
			return MAYBE;
		if (request->resource == NULL)
			matched = truth_or(matched,
					   strspn(pattern, "*") == len ? YES : MAYBE);
		else
			matched = truth_or(matched,
					   value_matches(statement, request, pattern, len,
							 request->resource, true, false));
	}
	return statement->not_resource ? truth_not(matched) : matched;
}
