/* Secrets that their name gives away: assignments in shell, JSON, YAML, XML, SQL and
 * Terraform, pairs of "name" and "value", and the options of usual commands. */

#include "base/secret.h"

#define VALUE_MAX 2048
#define PAIR_MAX 400 /* bytes between the name and the value of a pair */

struct span {
	size_t start, len, at; /* at: where it was seen; 0 len: none */
};

struct assigner {
	const char *text;
	size_t len;
	struct found *found;
	struct span pair_name, pair_value, heading;
	size_t line;		    /* where the line of the name being judged begins */
	size_t bare_start, bare_stop; /* no value without quotation marks ends in between */
};

static bool
is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static char
char_at(const struct assigner *a, size_t i)
{
	return i < a->len ? a->text[i] : '\0';
}

static bool
same(const struct assigner *a, struct span span, const char *word)
{
	const char *text = a->text + span.start;

	/* Most words differ in their first letter; "-" and letters have the bit set. */
	return (*text | 0x20) == *word && !strncasecmp(text, word, span.len) &&
	       word[span.len] == '\0';
}

static bool
same_any(const struct assigner *a, struct span span, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same(a, span, words[i]))
			return true;
	return false;
}

/* Past backslashes and a quotation mark at i, if they stand there. *level is how many
 * backslashes. */
static size_t
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

/* The value that begins at i, behind the separator. */
static struct span
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

static void
value_judge(struct assigner *a, struct span name, struct span value)
{
	named_judge(a, a->text + name.start, name.len, value);
}

static void
password_judge(struct assigner *a, struct span value)
{
	static const char word[] = "password";

	named_judge(a, word, sizeof(word) - 1, value);
}

static const char *const name_words[] = {
	"name",	   "key",     "parameterkey", "outputkey", "variable",	    "parametername",
	"envname", "option",  "optionname",   "property",  "attributename", "n",
};
static const char *const value_words[] = {
	"value",       "parametervalue", "outputvalue", "defaultvalue", "default", "stringvalue",
	"optionvalue", "s",		 "newvalue",	"plaintext",	"val",
};

static bool
is_near(struct span earlier, size_t at)
{
	return earlier.len && at >= earlier.at && at - earlier.at < PAIR_MAX;
}

/* "user:password" of an option or a pipe: what stands behind the colon is a password. */
static void
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

static bool
near_before(const struct assigner *a, size_t at, const char *word)
{
	size_t start = at > 80 ? at - 80 : 0;

	return memmem(a->text + start, at - start, word, strlen(word)) != NULL;
}

/* A name with its value: judged by itself, and as half of a pair. */
static void
assignment_judge(struct assigner *a, struct span name, struct span value)
{
	if (same_any(a, name, value_words, COUNT(value_words))) {
		a->pair_value = value;
		if (is_near(a->pair_name, name.start))
			value_judge(a, a->pair_name, value);
		else if (is_near(a->heading, name.start))
			value_judge(a, a->heading, value);
		a->pair_name.len = 0;
		return;
	}
	if (same_any(a, name, name_words, COUNT(name_words))) {
		a->pair_name = value;
		if (is_near(a->pair_value, name.start) &&
		    name.start - a->pair_value.at < a->pair_value.len + 40)
			value_judge(a, value, a->pair_value);
		a->pair_value.len = 0;
		if (!same(a, name, "key"))
			return;
	}
	if (same(a, name, "list") && near_before(a, name.start, "chpasswd"))
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

static bool
line_has(const struct assigner *a, size_t at, const char *word)
{
	size_t start = at - a->line > 200 ? at - 200 : a->line;

	return memmem(a->text + start, at - start, word, strlen(word)) != NULL;
}

static struct span
word_behind(struct assigner *a, size_t i)
{
	return is_blank(char_at(a, i)) ? value_span(a, i, i, '\0') : (struct span){ 0 };
}

/* "Bearer TOKEN" and "Basic BASE64". */
static void
scheme_judge(struct assigner *a, struct span name, struct span value)
{
	const char *text = a->text + value.start;

	if (same(a, name, "basic")) {
		if (value_is_basic(text, value.len))
			found_add(a->found, "basic-auth", value.start, value.len);
		return;
	}
	if (value.len >= 16 && !value_is_reference(text, value.len) &&
	    !value_is_placeholder(text, value.len) && value_is_random(text, value.len))
		found_add(a->found, "bearer-token", value.start, value.len);
}

/* What is piped into a command that reads a password: the last word of the echo in front.
 */
static void
echo_judge(struct assigner *a, size_t at)
{
	size_t start = at - a->line > 400 ? at - 400 : a->line, end;
	const char *echo;
	struct span value;

	echo = memmem(a->text + start, at - start, "echo ", 5);
	if (!echo)
		return;
	end = (size_t)(echo - a->text) + 4;
	value = word_behind(a, end);
	if (value.len == 2 && a->text[value.start] == '-')
		value = word_behind(a, value.start + 2);
	pair_judge(a, value, true);
}

/* Options and words of usual commands, where a blank stands between name and value. */
static void
command_judge(struct assigner *a, struct span name, size_t after)
{
	struct span value = word_behind(a, after);
	const char *text = a->text + name.start;

	if (same(a, name, "chpasswd") || same(a, name, "--password-stdin") ||
	    same(a, name, "--stdin")) {
		echo_judge(a, name.start);
		return;
	}
	if (name.len > 2 && !memcmp(text, "-p", 2) && text[2] != '-' &&
	    (line_has(a, name.start, "mysql") || line_has(a, name.start, "mariadb"))) {
		value = (struct span){ name.start + 2,
				       bare_end(a, name.start, false, '\0') - name.start -
					       2,
				       0 };
		password_judge(a, value);
		return;
	}
	if (!value.len)
		return;
	if (same(a, name, "bearer") || same(a, name, "basic")) {
		scheme_judge(a, name, value);
	} else if (same(a, name, "-u") || same(a, name, "--user") ||
		   same(a, name, "--proxy-user")) {
		pair_judge(a, value, false);
	} else if (same(a, name, "-p") && (line_has(a, name.start, "sshpass") ||
					   line_has(a, name.start, "login") ||
					   line_has(a, name.start, "mongo"))) {
		password_judge(a, value);
	} else if (same(a, name, "-a") && line_has(a, name.start, "redis")) {
		password_judge(a, value);
	} else if (same(a, name, "by") && (line_has(a, name.start, "IDENTIFIED") ||
					   line_has(a, name.start, "identified"))) {
		password_judge(a, value);
	} else if (same(a, name, "convertto-securestring") ||
		   (same(a, name, "-string") && line_has(a, name.start, "Secure"))) {
		password_judge(a, value);
	} else if (same(a, name, "user") && line_has(a, name.start, "net ")) {
		password_judge(a, word_behind(a, value.start + value.len));
	} else if (*text == '-' || is_quote(a->text[value.start - 1]) ||
		   name_has(text, name.len, "aws") ||
		   value_is_random(a->text + value.start, value.len)) {
		/* "--password x", "ENV DB_PASSWORD x", "PASSWORD 'x'", "login y password
		 * z". */
		value_judge(a, name, value);
	}
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
		else if (char_at(a, i) == '(' && is_quote(char_at(a, i + 1)) &&
			 same(a, name, "password"))
			password_judge(a, value_span(a, i + 1, i, '\0'));
		else
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
		end = i;
		while (end < len && is_name(text[end]))
			end++;
		if (end - i <= 128) {
			struct span name = { i, end - i, i };

			while (name.len > 1 && (text[name.start + name.len - 1] == '.'))
				name.len--;
			name_judge(&a, name, end);
		}
		i = end;
	}
}
