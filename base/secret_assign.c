/* Secrets that their name gives away: assignments in shell, JSON, YAML, XML, SQL and
 * Terraform, and pairs of "name" and "value". */

#include "base/secret_span.h"

#define PAIR_MAX 400 /* bytes between the name and the value of a pair */

/* Judges value under a name of name_len bytes. */
static void
named_judge(struct assigner *a, const char *name, size_t name_len, struct span value)
{
	const char *kind;

	if (!value.len || a->found->taken[value.start])
		return;
	kind = value_kind(name, name_len, a->text + value.start, value.len);
	if (kind)
		found_add(a->found, kind, value.start, value.len);
}

void
value_judge(struct assigner *a, struct span name, struct span value)
{
	named_judge(a, a->text + name.start, name.len, value);
}

void
password_judge(struct assigner *a, struct span value)
{
	static const char word[] = "password";

	named_judge(a, word, sizeof(word) - 1, value);
}

static const char *const name_words[] = {
	"name",	      "key",	       "parameterkey",	"outputkey",
	"variable",   "parametername", "envname",	"option",
	"optionname", "property",      "attributename", "n",
};
static const char *const value_words[] = {
	"value",    "parametervalue", "outputvalue", "defaultvalue",
	"default",  "stringvalue",    "optionvalue", "s",
	"newvalue", "plaintext",      "val",
};

static bool
is_near(struct span earlier, size_t at)
{
	return earlier.len && at >= earlier.at && at - earlier.at < PAIR_MAX;
}

void
pair_judge(struct assigner *a, struct span value, bool bare_too)
{
	const char *text = a->text + value.start, *colon = memchr(text, ':', value.len);
	size_t skip = colon ? (size_t)(colon - text) + 1 : 0;

	if ((!colon && !bare_too) || value.len - skip < 5 || memchr(text, '/', skip))
		return;
	value.start += skip;
	value.len -= skip;
	password_judge(a, value);
}

static void assignment_judge(struct assigner *a, struct span name, struct span value);

static bool
near_before(const struct assigner *a, size_t at, const char *word)
{
	size_t start = at > 80 ? at - 80 : 0;

	return memmem(a->text + start, at - start, word, strlen(word)) != NULL;
}

/* <name>value</name>; or a heading, where a tag follows. */
static void
tag_judge(struct assigner *a, struct span name, size_t i)
{
	const char *end =
		memchr(a->text + i, '<', a->len - i < VALUE_MAX ? a->len - i : VALUE_MAX);
	struct span value = { i, 0, i };

	if (!end)
		return;
	value.len = (size_t)(end - a->text) - i;
	while (value.len && (unsigned char)a->text[value.start] <= ' ') {
		value.start++;
		value.len--;
	}
	if (value.len)
		assignment_judge(a, name, value);
	else if (end[1] != '/')
		a->heading = (struct span){ name.start, name.len, i };
}

/* A name with its value: judged by itself, and as half of a pair. */
static void
assignment_judge(struct assigner *a, struct span name, struct span value)
{
	if (span_is_any(a, name, value_words, COUNT(value_words))) {
		a->pair_value = value;
		if (is_near(a->pair_name, name.start))
			value_judge(a, a->pair_name, value);
		else if (is_near(a->heading, name.start))
			value_judge(a, a->heading, value);
		a->pair_name.len = 0;
		return;
	}
	if (span_is_any(a, name, name_words, COUNT(name_words))) {
		a->pair_name = value;
		if (is_near(a->pair_value, name.start) &&
		    name.start - a->pair_value.at < a->pair_value.len + 40)
			value_judge(a, value, a->pair_value);
		a->pair_value.len = 0;
		/* <property name="db.password">value</property> */
		if (value.len && char_at(a, value.start + value.len + 1) == '>')
			tag_judge(a, value, value.start + value.len + 2);
		if (!span_is(a, name, "key"))
			return;
	}
	if (span_is(a, name, "auth") && char_at(a, value.start) == '(')
		password_judge(a, argument_span(a, value.start, 2));
	if (span_is(a, name, "list") && near_before(a, name.start, "chpasswd"))
		pair_judge(a, value, false);
	value_judge(a, name, value);
}

/* Past "=", ":", "=>" or ":=" at i, or 0. */
static size_t
separator_skip(const struct assigner *a, size_t i)
{
	char c = char_at(a, i), next = char_at(a, i + 1);

	if (c == '=')
		return next == '=' || next == '~' ? 0 : i + 1 + (next == '>');
	if (c == ':')
		return next == ':' || (next == '/' && char_at(a, i + 2) == '/')
			       ? 0
			       : i + 1 + (next == '=');
	return 0;
}

/* What stands behind the name that ends at i. */
static void
name_judge(struct assigner *a, struct span name, size_t i)
{
	size_t level = 0, after, separator, k = i;
	struct span value;
	char quote, outer = '\0';

	if (name.start > 0 && a->text[name.start - 1] == '<' && char_at(a, i) == '>') {
		tag_judge(a, name, i + 1);
		return;
	}
	after = quote_skip(a, i, &quote, &level);
	if (quote && a->text[name.start] == '-' &&
	    (name.start == 0 || is_blank(a->text[name.start - 1]))) {
		command_judge(a, name, i); /* -p'…' */
		return;
	}
	if (quote)
		i = after;
	else if (name.start > 0 && is_quote(a->text[name.start - 1]))
		outer = a->text[name.start - 1];
	if (char_at(a, i) == ']')
		i++;
	while (is_blank(char_at(a, i)))
		i++;
	separator = separator_skip(a, i);
	if (!separator) {
		if (char_at(a, i) == '{' || (quote && char_at(a, i) == '{'))
			a->heading = (struct span){ name.start, name.len, i };
		else if (char_at(a, i) == ',' && quote && name.start > 1 &&
			 a->text[name.start - 2] == '(' &&
			 is_quote(char_at(a, i + 1 + is_blank(char_at(a, i + 1)))))
			value_judge(a, name, value_span(a, i + 1, i, '\0'));
		else if (char_at(a, i) != '(' || !call_judge(a, name, i))
			command_judge(a, name, k + (quote != '\0') * (after - k));
		return;
	}
	/* "NAME=value" as a whole in quotation marks: they end the value, unless it has
	 * its own. */
	if (outer && (is_blank(char_at(a, separator)) || is_quote(char_at(a, separator))))
		outer = '\0';
	value = value_span(a, separator, name.start, outer);
	if (value.len == 0 || char_at(a, value.start) == '{' ||
	    char_at(a, value.start) == '[') {
		a->heading = (struct span){ name.start, name.len, value.start };
		return;
	}
	assignment_judge(a, name, value);
}

void
find_assignments(const char *text, size_t len, struct found *found)
{
	struct assigner a = { .text = text, .len = len, .found = found };
	size_t i = 0, end;

	while (i < len) {
		if (!is_name(text[i])) {
			if (text[i++] == '\n')
				a.line = i;
			continue;
		}
		for (end = i; end < len && is_name(text[end]); end++)
			;
		if (end - i <= 128) {
			struct span name = { i, end - i, i };

			while (name.len > 1 && (text[name.start + name.len - 1] == '.'))
				name.len--;
			name_judge(&a, name, end);
		}
		i = end;
	}
}
