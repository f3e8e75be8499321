/* The words of an SQL text, outside strings and comments: what the authorizer cannot tell. */

#include <ctype.h>

#include "checks/engine.h"

/* USING and NATURAL hide columns from the authorizer; FULL and RIGHT open a table twice. */
static const char *const refused[] = { "full", "natural", "right", "using" };

enum kind { END, WORD, SIGN };

struct token {
	enum kind kind;
	bool quoted;
	char *text; /* lower case */
	int line;
};

struct scan {
	struct arena *arena;
	const char *at;
	int line;
};

static void
skip_blank(struct scan *scan)
{
	for (;;) {
		if (isspace((unsigned char)*scan->at)) {
			scan->line += *scan->at++ == '\n';
		} else if (text_starts(scan->at, "--")) {
			scan->at += strcspn(scan->at, "\n");
		} else if (text_starts(scan->at, "/*")) {
			scan->at += 2;
			while (*scan->at != '\0' && !text_starts(scan->at, "*/"))
				scan->line += *scan->at++ == '\n';
			scan->at += *scan->at != '\0' ? 2 : 0;
		} else {
			return;
		}
	}
}

/* Steps over a quoted text, whose closing sign doubled stands for itself. */
static char *
quoted_text(struct scan *scan, char close)
{
	const char *start = ++scan->at;

	for (; *scan->at != '\0'; scan->at++) {
		scan->line += *scan->at == '\n';
		if (*scan->at != close)
			continue;
		if (scan->at[1] != close || close == ']')
			break;
		scan->at++;
	}
	start = arena_text_n(scan->arena, start, (size_t)(scan->at - start));
	scan->at += *scan->at != '\0';
	return (char *)start;
}

static struct token
next_token(struct scan *scan)
{
	struct token token = { .kind = SIGN };
	const char *start;

	skip_blank(scan);
	token.line = scan->line;
	start = scan->at;
	if (*start == '\0')
		return (struct token){ .kind = END };
	if (*start == '\'') {
		token.text = quoted_text(scan, '\'');
		token.text = (char *)"'";
		return token;
	}
	if (*start == '"' || *start == '`' || *start == '[') {
		token.kind = WORD;
		token.quoted = true;
		token.text = quoted_text(scan, *start == '[' ? ']' : *start);
	} else if (isalpha((unsigned char)*start) || *start == '_' || (*start & 0x80)) {
		token.kind = WORD;
		while (isalnum((unsigned char)*scan->at) || *scan->at == '_' || *scan->at == '$' ||
		       (*scan->at & 0x80))
			scan->at++;
		token.text = arena_text_n(scan->arena, start, (size_t)(scan->at - start));
	} else if (isdigit((unsigned char)*start)) {
		while (isalnum((unsigned char)*scan->at) || *scan->at == '.')
			scan->at++;
		token.text = (char *)"0";
	} else {
		scan->at++;
		token.text = arena_text_n(scan->arena, start, 1);
	}
	if (token.kind == WORD)
		for (char *c = token.text; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
	return token;
}

static bool
is(const struct token *token, const char *text)
{
	return token->kind != END && !token->quoted && strcmp(token->text, text) == 0;
}

/* Whether the tokens at i are NAME [(columns)] AS [NOT] [MATERIALIZED] ( SELECT|VALUES|WITH. */
static bool
is_cte(const struct token *tokens, size_t count, size_t i)
{
	const struct token none = { .kind = END };
#define AT(n) ((n) < count ? &tokens[n] : &none)
	if (tokens[i].kind != WORD)
		return false;
	i++;
	if (is(AT(i), "(")) {
		while (i < count && !is(AT(i), ")"))
			i++;
		i++;
	}
	if (!is(AT(i), "as"))
		return false;
	i++;
	i += is(AT(i), "not");
	i += is(AT(i), "materialized");
	return is(AT(i), "(") &&
	       (is(AT(i + 1), "select") || is(AT(i + 1), "values") || is(AT(i + 1), "with"));
#undef AT
}

void
words_read(struct words *words, const char *sql)
{
	struct scan scan = { .arena = &words->arena, .at = sql };
	struct token *tokens = NULL, token;
	size_t count = 0, room = 0;

	while ((token = next_token(&scan)).kind != END) {
		if (count == room) {
			room = room * 2 + 64;
			tokens = mem_grow(tokens, room, sizeof(*tokens));
		}
		tokens[count++] = token;
	}
	words->names = arena_get(&words->arena, (count + 1) * sizeof(*words->names));
	words->ctes = arena_get(&words->arena, (count + 1) * sizeof(*words->ctes));
	for (size_t i = 0; i < count; i++) {
		if (tokens[i].kind != WORD)
			continue;
		words->names[words->name_count++] = tokens[i].text;
		if (is_cte(tokens, count, i))
			words->ctes[words->cte_count++] = tokens[i].text;
		for (size_t j = 0; j < COUNT(refused); j++)
			if (words->refused[0] == '\0' && is(&tokens[i], refused[j])) {
				snprintf(words->refused, sizeof(words->refused), "%s",
					 refused[j]);
				words->line = tokens[i].line;
			}
	}
	free(tokens);
}

void
words_free(struct words *words)
{
	arena_free(&words->arena);
	*words = (struct words){ 0 };
}
