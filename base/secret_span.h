/* Names and values in a text, between secret_span.c (where they begin and end),
 * secret_assign.c (names in front of values) and secret_command.c (options, words and
 * arguments of usual commands and calls). */

#ifndef PLUMBLINE_BASE_SECRET_SPAN_H
#define PLUMBLINE_BASE_SECRET_SPAN_H

#include "base/secret.h"

#define VALUE_MAX 2048

struct span {
	size_t start, len, at; /* at: where it was seen; 0 len: none */
};

struct assigner {
	const char *text;
	size_t len;
	struct found *found;
	struct span pair_name, pair_value, heading;
	size_t line; /* where the line of the name being judged begins */
	size_t bare_start, bare_stop; /* no value without quotation marks ends in between */
};

static inline char
char_at(const struct assigner *a, size_t i)
{
	return i < a->len ? a->text[i] : '\0';
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* ---- secret_span.c */

/* What a name may be made of. */
bool is_name(char c);
/* Whether span is word, which is in small letters, whatever the case. */
bool span_is(const struct assigner *a, struct span span, const char *word);
bool span_is_any(const struct assigner *a, struct span span, const char *const *words,
		 size_t count);
/* Past backslashes and a quotation mark at i, if they stand there. *level is how many
 * backslashes. */
size_t quote_skip(const struct assigner *a, size_t i, char *quote, size_t *level);
/* The value that begins at i, behind the separator; name is where its name begins, and
 * outer the mark in which both stand. */
struct span value_span(struct assigner *a, size_t i, size_t name, char outer);
/* The value behind the blank at i. */
struct span word_behind(struct assigner *a, size_t i);
/* What stands without quotation marks from i on. */
struct span bare_span(struct assigner *a, size_t i);
/* Whether word stands in the line, at most 200 bytes in front of at. */
bool line_has(const struct assigner *a, size_t at, const char *word);
/* Where word stands there, or NULL. */
const char *line_find(const struct assigner *a, size_t at, size_t most, const char *word);

/* ---- secret_assign.c */

void value_judge(struct assigner *a, struct span name, struct span value);
void password_judge(struct assigner *a, struct span value);
/* "user:password" of an option or a pipe: the part behind the colon is judged as a
 * password; bare_too: all of it where there is no colon. */
void pair_judge(struct assigner *a, struct span value, bool bare_too);

/* ---- secret_command.c */

/* Options and words of usual commands, where a blank stands between name, which ends at
 * after, and value. */
void command_judge(struct assigner *a, struct span name, size_t after);
/* The arguments behind the bracket at i, if the call is one that takes a password. */
bool call_judge(struct assigner *a, struct span name, size_t i);
/* The argument in quotation marks that is number `which` behind the bracket at i. */
struct span argument_span(struct assigner *a, size_t i, int which);

#endif
