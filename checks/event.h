/* EventBridge patterns: between event.c, which answers, event_json.c, which reads JSON
 * with numbers as they are written, event_rule.c and event_match.c, which read patterns,
 * event_value.c, which compares, and event_fold.c, which compares whatever the case. */

#ifndef PLUMBLINE_CHECKS_EVENT_H
#define PLUMBLINE_CHECKS_EVENT_H

#include "checks/meaning.h"

/* ---- event_json.c */

enum node_type {
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_NUMBER,
	NODE_STRING,
	NODE_ARRAY,
	NODE_OBJECT
};

struct node {
	enum node_type type;
	const char *key; /* in an object; NUL-terminated, may hold NULs before */
	size_t key_len;
	const char *text; /* of a string: decoded; else as it is written */
	size_t len;
	struct node *first, *next;
};

/* Reads the JSON value that text starts with; what follows it does not matter, as in
 * AWS's matcher. Members of one name all stay. NULL for bad JSON. */
struct node *node_read(struct arena *arena, const char *text);

/* ---- event_match.c */

enum match_kind {
	MATCH_EXACT,
	MATCH_PREFIX,
	MATCH_SUFFIX,
	MATCH_SAME,	   /* equals-ignore-case */
	MATCH_PREFIX_SAME, /* prefix, whatever the case */
	MATCH_SUFFIX_SAME,
	MATCH_WILDCARD,
	MATCH_RANGE, /* of numbers */
	MATCH_CIDR,
	MATCH_EXISTS,
	MATCH_ABSENT,
};

#define STAR '\xff' /* in a wildcard that was read; no byte of UTF-8 */

/* One thing that a value may be, or with `but` one of those that it must all not be. */
struct match {
	enum match_kind kind;
	bool but; /* "anything-but": of this and those in `others`, the value must be none
		   */
	bool is_number; /* MATCH_EXACT: number is what is compared */
	bool low_open, high_open;
	enum node_type type; /* MATCH_EXACT: of the value */
	const char *text;
	size_t len;
	double number, low, high;
	unsigned char addr[16]; /* MATCH_CIDR */
	int prefix;
	struct fold *folds; /* of text, where its case does not matter */
	size_t fold_count;
	bool never;
	struct match *others;
	struct match *next;
};

bool node_key_is(const struct node *node, const char *word);
/* 0, or -1 where AWS would refuse the item. */
int match_read(struct arena *arena, const struct node *item, struct match *match);

/* ---- event_rule.c */

/* The field at path, and what it may be. */
struct leaf {
	const char *path; /* keys with dots between */
	size_t len;
	uint64_t hash;
	struct match *matches;
	bool may_lack;	   /* "exists": false is among the matches */
	const struct way *in; /* the way that is being put in order */
	struct leaf *next; /* of all leaves */
	/* Of the event: the values at path that match, and with may_lack all of them. */
	struct value **found, **all;
	size_t found_count, all_count;
};

/* One way to satisfy the pattern: all these leaves, in the order of their paths. An $or
 * makes several. */
struct way {
	struct leaf **leaves;
	size_t count;
};

struct rule {
	struct arena arena;
	struct leaf *leaves;
	struct way *ways;
	size_t way_count;
};

/* NULL for a pattern that AWS would refuse. Caller frees. */
struct rule *rule_read(const char *pattern);
void rule_free(struct rule *rule);
uint64_t path_hash(uint64_t hash, const char *text, size_t len);
#define PATH_HASH 14695981039346656037u
/* Steps, of some nanoseconds each, that reading a pattern, comparing and choosing items
 * may take each; beyond them the answer is not known. */
#define STEPS_MAX 4000000

/* ---- event_value.c */

/* Which item of which array a value stands in, and that array in which further one. */
struct member {
	size_t array, index;
	size_t start; /* place of its first value in the event */
	const struct member *outer;
};

struct value {
	enum node_type type;
	const char *text;
	size_t len;
	bool is_number;
	double number;
	int bytes; /* of the address that a text is; 0: none */
	unsigned char addr[16];
	size_t place; /* in the event: they count up */
	const struct member *member;
};

/* Adds to *steps what it took. */
bool match_holds(const struct match *match, const struct value *value, long *steps);
/* Whether text is a number that can be compared: one whose decimal digits a double keeps.
 */
bool number_read_exact(const char *text, size_t len, double *number);
/* IPv4 to 4 bytes, IPv6 to 16, as Java has them. Returns how many; 0: no address. */
int address_read(const char *text, size_t len, unsigned char addr[16]);

/* ---- event_fold.c */

void match_fold(struct arena *arena, struct match *match);
bool fold_holds(const struct match *match, const struct value *value, long *steps);

#endif
