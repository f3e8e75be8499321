/* Policies, inside checks/policy*.c only: what a read policy is, and the matchers that
 * the four functions of meaning.h share. */

#ifndef PLUMBLINE_CHECKS_POLICY_H
#define PLUMBLINE_CHECKS_POLICY_H

#include "checks/meaning.h"

/* Three-valued logic (Kleene): and is the least, or the greatest, not is YES - x. */
enum truth { NO, MAYBE, YES };

static inline enum truth
truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static inline enum truth
truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

static inline enum truth
truth_not(enum truth a)
{
	return YES - a;
}

/* No text that AWS stores as the policies of one principal comes near these; what is
 * larger is not read, so that hostile input costs nothing. */
#define POLICY_TEXT_MAX ((size_t)512 * 1024)
#define REQUEST_TEXT_MAX ((size_t)128 * 1024)
/* Steps of matching that one call may take: some 50 ms. */
#define WORK_MAX 6000000L

struct work {
	long steps;
};

static inline bool
work_is_over(const struct work *work)
{
	return work->steps > WORK_MAX;
}

/* policy_text.c: NULL with err for what is no JSON, too large, too deep, or has a name
 * twice. */
json_t *policy_text_read(const char *text, size_t len, struct err *err);

struct pattern {
	const char *text;
	size_t len;
};

struct statement {
	int set; /* 0: the policies themselves; others: boundary and control policies,
		    each must allow */
	bool denies, not_action, not_resource, not_principal;
	bool has_variables;	 /* Version 2012-10-17; before it "${" is only text */
	const char *sid;	 /* or NULL */
	struct pattern *actions; /* the same as `action`, for speed */
	size_t action_count;
	const json_t *action;	 /* a string or an array of strings, as the next */
	const json_t *resource;	 /* NULL: the resource that the policy is attached to */
	const json_t *principal; /* NULL: the identity that the policy is attached to */
	const json_t *condition; /* object of objects, or NULL */
};

struct policies {
	struct statement *list;
	size_t count, room;
	int sets;
	size_t malformed; /* documents that could not be read; what they say is not known
			   */
	struct err trouble; /* where and why, of the first of them */
	json_t *roots;	    /* array that keeps the trees alive */
};

/* policy_parse.c: reads one document, a list of documents (objects or JSON in strings),
 * or an object of "identity", "boundary" and "service_control". NULL text: no policies.
 * Free in any case. */
void policies_read(struct policies *policies, const char *text);
void policies_free(struct policies *policies);
/* A string or an array, as a list. */
size_t list_size(const json_t *list);
const json_t *list_at(const json_t *list, size_t index);
const char *list_text(const json_t *list, size_t index, size_t *len);

struct request {
	const char *principal, *action, *resource; /* NULL: not known */
	json_t *context; /* lower-case key to array of strings; null: known to be absent
			  */
	bool complete;	 /* a key that is not in context is absent */
	struct work work;
};

/* policy_match.c. Wildcards * and ? over characters (not bytes); in pattern the bytes
 * below stand for literal wildcards, which a variable brought in: no UTF-8 holds them. */
#define LITERAL_STAR '\xfe'
#define LITERAL_MARK '\xff'

bool glob_matches(struct work *work, const char *pattern, size_t pattern_len,
		  const char *text, size_t text_len, bool any_case);
/* Whether all that `inner` matches is matched by `outer`; false where it cannot be shown.
 */
bool glob_covers(struct work *work, const char *outer, const char *inner, bool any_case);
/* Matches text against a value that may hold variables. wild: * and ? are wildcards. */
enum truth value_matches(const struct statement *statement, struct request *request,
			 const char *value, size_t value_len, const char *text, bool wild,
			 bool any_case);
/* Fills out with value, its variables replaced. NO: one has no value; MAYBE: one is not
 * known, and a wildcard stands for it. */
enum truth value_expand(const struct statement *statement, struct request *request,
			const char *value, size_t value_len, bool wild, struct buf *out);
/* The values of a context key: an array, json_null where it is absent, NULL where it is
 * not known. */
const json_t *context_values(const struct request *request, const char *key);
enum truth action_matches(const struct statement *statement, struct request *request);
enum truth resource_matches(const struct statement *statement, struct request *request);

/* policy_principal.c */
enum truth principal_matches(const struct statement *statement, struct request *request);
/* Whether the statement's principal is not a list of fixed, named parties. */
bool principal_is_open(const struct statement *statement);

/* policy_condition.c: an operator as a policy names it. */
enum operand_type {
	OPERAND_STRING,
	OPERAND_STRING_ANY_CASE,
	OPERAND_PATTERN,
	OPERAND_NUMBER,
	OPERAND_DATE,
	OPERAND_BOOL,
	OPERAND_BINARY,
	OPERAND_ADDRESS,
	OPERAND_ARN,
	OPERAND_NULL,
};

struct comparison {
	enum operand_type operand;
	char relation; /* '=', '<', '>', 'l' (at most), 'g' (at least) */
	bool negated;
	bool if_exists, for_any, for_all;
};

/* Takes "ForAnyValue:StringLikeIfExists" apart. -1: no such operator. */
int comparison_read(const char *name, struct comparison *comparison);
enum truth condition_holds(const struct statement *statement, struct request *request);

/* policy_value.c: values as text. 0 or -1. */
char *number_text(const json_t *number); /* caller frees */
int number_read(const char *text, long double *number);
int moment_read(const char *text, int64_t *microseconds);
struct network {
	int family; /* 4 or 6 */
	int prefix;
	unsigned char address[16];
};
int network_read(const char *text, struct network *network);
bool network_contains(const struct network *outer, const struct network *inner);

#endif
