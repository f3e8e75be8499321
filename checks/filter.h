/* CloudWatch Logs filter patterns as a tree, between filter_parse.c, which makes it, and
 * filter_match.c and filter_terms.c, which walk it. */

#ifndef PLUMBLINE_CHECKS_FILTER_H
#define PLUMBLINE_CHECKS_FILTER_H

#include "checks/meaning.h"
#include "checks/regex.h"

enum filter_kind { FILTER_TERMS, FILTER_JSON, FILTER_FIELDS };
enum filter_operator {
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_NULL,
	OP_TRUE,
	OP_FALSE,
	OP_MISSING
};

/* What a test compares with: an expression, or text with wildcards, which may be a number
 * too. */
struct filter_value {
	struct regex *regex;
	const char *text;
	size_t len;
	bool is_number; /* and not in quotes */
	double number;
};

enum filter_step_kind { STEP_KEY, STEP_INDEX, STEP_ANY_ITEM, STEP_ANY_KEY };

/* One step of "$.users[0].*". */
struct filter_step {
	enum filter_step_kind kind;
	const char *key;
	size_t index;
	struct filter_step *next;
};

/* A selector; equal ones of a pattern are one and the same. */
struct filter_path {
	struct filter_step *steps;
	bool is_wild;
	struct filter_path *next; /* of the pattern */
};

struct filter_test {
	const struct filter_path *path;
	enum filter_operator op;
	struct filter_value value;
};

enum filter_node_kind { NODE_TEST, NODE_AND, NODE_OR };

struct filter_node {
	enum filter_node_kind kind;
	struct filter_node *left, *right;
	struct filter_test test;
};

/* One word of an unstructured pattern: sign is 0, '-' or '?'. */
struct filter_term {
	char sign;
	struct filter_value value;
	struct filter_term *next;
};

/* One place of "[w1, w2 = x, ...]"; no test: anything. */
struct filter_field {
	bool is_rest; /* "..." */
	struct filter_node *test;
	struct filter_field *next;
};

struct filter {
	enum filter_kind kind;
	struct filter_node *root;
	struct filter_term *terms;
	struct filter_field *fields;
	struct filter_path *paths;
	struct regex *regexes[64]; /* to be freed; only terms have more than two */
	size_t regex_count;
	struct arena arena;
};

/* NULL for a pattern that AWS would refuse. Caller frees. */
struct filter *filter_read(const char *pattern);
void filter_free(struct filter *filter);
/* root: event as JSON, NULL where it is none; only FILTER_JSON looks at it. */
bool filter_holds(const struct filter *filter, const char *event, const json_t *root);

/* The same for FILTER_TERMS alone (filter_terms.c). */
bool filter_terms_hold(const struct filter *filter, const char *event);

/* -?digits[.digits][e±digits], the whole of text. False for anything else. */
bool filter_number(const char *text, size_t len, double *number);

#endif
