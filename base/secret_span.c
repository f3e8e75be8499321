/* Where names and values begin and end in shell, JSON, YAML, XML, SQL and Terraform. */

#include "base/secret_span.h"

bool
is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

bool
span_is(const struct assigner *a, struct span span, const char *word)
{
	const char *text = a->text + span.start;

	/* Most words differ in their first letter; "-" and letters have the bit set. */
	return (*text | 0x20) == *word && !strncasecmp(text, word, span.len) &&
	       word[span.len] == '\0';
}

bool
span_is_any(const struct assigner *a, struct span span, const char *const *words,
	    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (span_is(a, span, words[i]))
			return true;
	}
	return false;
}

size_t
quote_skip(const struct assigner *a, size_t i, char *quote, size_t *level)
{
	size_t start = i;

	while (char_at(a, i) == '\\')
		i++;
	if (!is_quote(char_at(a, i))) {
		*quote = '\0';
		return start;
	}
	*quote = a->text[i];
	*level = i - start;
	return i + 1;
}

/* Where the text in quotation marks that begins at i ends: at a mark with as many
 * backslashes as the first one had. */
static size_t
quoted_end(const struct assigner *a, size_t i, char quote, size_t level)
{
	size_t slashes = 0, stop = i + VALUE_MAX < a->len ? i + VALUE_MAX : a->len;

	for (; i < stop; i++) {
		if (a->text[i] == '\\') {
			slashes++;
			continue;
		}
		if (a->text[i] == quote && (level ? slashes <= level : slashes % 2 == 0))
			return i - (level ? slashes : 0);
		slashes = 0;
	}
	return stop;
}

/* Whether only the usual beginnings of a line stand between its start and the name. */
static bool
begins_line(const struct assigner *a, size_t start)
{
	size_t i = start - a->line > 40 ? start - 40 : a->line;

	while (i < start && (is_blank(a->text[i]) || a->text[i] == '-'))
		i++;
	return i == start || (start - i >= 4 && (!strncmp(a->text + i, "export ", 7) ||
						 !strncasecmp(a->text + i, "set ", 4) ||
						 !strncmp(a->text + i, "ENV ", 4) ||
						 !strncmp(a->text + i, "ARG ", 4)));
}

/* Whether a further "name=" follows, as in "Key=a,Value=b". */
static bool
assigns_next(const struct assigner *a, size_t i)
{
	size_t start = i;

	while (i < a->len && i - start < 40 && is_name(a->text[i]))
		i++;
	return i > start && char_at(a, i) == '=';
}

static const bool ends_bare[256] = {
	['"'] = true, ['\''] = true, ['`'] = true, [';'] = true, ['<'] = true, ['>'] = true, ['|'] = true,
	[','] = true, [')'] = true,  ['}'] = true, [']'] = true, ['&'] = true, ['\\'] = true,
};

/* Where a value of "a=b;c=d" ends. Of values in one another ("a=b=c=d") all end in the
 * same place: it is found once. */
static size_t
bare_stop(struct assigner *a, size_t i)
{
	if (i >= a->bare_start && i < a->bare_stop)
		return a->bare_stop;
	a->bare_start = i;
	while (i < a->len && (unsigned char)a->text[i] > ' ' &&
	       !ends_bare[(unsigned char)a->text[i]])
		i++;
	return a->bare_stop = i;
}

/* Where a value without quotation marks ends. What begins its line goes up to the next
 * blank: all of a password must go, whatever signs it has. */
static size_t
bare_end(struct assigner *a, size_t i, bool whole, char outer)
{
	size_t stop = i + VALUE_MAX < a->len ? i + VALUE_MAX : a->len, end;

	if (!whole && !outer) {
		end = bare_stop(a, i);
		return end < stop ? end : stop;
	}
	for (; i < stop && (unsigned char)a->text[i] > ' '; i++) {
		if (outer && a->text[i] == outer)
			break;
		if (whole && strchr(",;&", a->text[i]) && assigns_next(a, i + 1))
			break;
	}
	return i;
}

struct span
value_span(struct assigner *a, size_t i, size_t name, char outer)
{
	struct span span = { 0 };
	size_t level = 0, end;
	char quote;

	while (is_blank(char_at(a, i)))
		i++;
	/* YAML's block: the value is on the next line. */
	if ((char_at(a, i) == '|' || char_at(a, i) == '>') &&
	    char_at(a, i + 1 + (char_at(a, i + 1) == '-')) == '\n') {
		i += 2;
		while (i < a->len && (unsigned char)a->text[i] <= ' ')
			i++;
	}
	span.start = outer ? i : quote_skip(a, i, &quote, &level);
	if (!outer && quote) {
		end = quoted_end(a, span.start, quote, level);
	} else {
		bool query = name > 0 && strchr("?&;", a->text[name - 1]);

		end = bare_end(a, span.start, !query && begins_line(a, name), outer);
		/* "key = value," in a list of such. */
		while (!outer && end > span.start && strchr(",;", a->text[end - 1]))
			end--;
	}
	span.len = end - span.start;
	span.at = i;
	return span;
}

const char *
line_find(const struct assigner *a, size_t at, size_t most, const char *word)
{
	size_t start = at - a->line > most ? at - most : a->line;

	return memmem(a->text + start, at - start, word, strlen(word));
}

bool
line_has(const struct assigner *a, size_t at, const char *word)
{
	return line_find(a, at, 200, word) != NULL;
}

struct span
word_behind(struct assigner *a, size_t i)
{
	struct span none = { 0 };

	if (!is_blank(char_at(a, i)))
		return none;
	return value_span(a, i, i, '\0');
}

struct span
bare_span(struct assigner *a, size_t i)
{
	return (struct span){ i, bare_end(a, i, false, '\0') - i, i };
}
