/* The functions of meaning, inside checks only: pure, never raise, linear or bounded in time. */

#ifndef PLUMBLINE_CHECKS_MEANING_H
#define PLUMBLINE_CHECKS_MEANING_H

#include "checks/checks.h"

/* policy.c and neighbours. documents: a list of policies (objects, or JSON in strings), one policy, or {"identity": list,
 * "boundary": policy, "service_control": [list of each level]}, where a boundary and each level must allow as well; NULL: none.
 * "allowed", "denied", "not_allowed" or "unknown"; static. */
const char *policy_decision(const char *documents, const char *request);
int policy_is_public(const char *document, const char *account); /* 1, 0, -1: cannot be told (NULL) */
json_t *policy_statements(const char *document); /* array of statements, lists made lists; NULL: cannot be parsed */
/* Array of {"action": "s3:*", "everything": 0 or 1, "statement": 1 …}: each action of an Allow that is a whole service or more,
 * conditions left aside; everything: with it, all actions or all that lead there, on every resource. NULL: cannot be parsed. */
json_t *policy_wholesale(const char *document);
json_t *policy_escalations(const char *documents); /* array of method names; NULL: cannot be parsed */
char *policy_trouble(const char *documents); /* where and why they cannot be parsed, or NULL; caller frees */

/* filter.c, event.c: 1, 0, -1 for a pattern that AWS would refuse. */
int filter_matches(const char *pattern, const char *event);
int event_pattern_matches(const char *pattern, const char *event);
/* filter_matches() with the last patterns and events kept as they were read: one memo per connection
 * makes each filter against each event cheap. */
struct filter_memo;
struct filter_memo *filter_memo_make(void); /* caller frees */
void filter_memo_free(struct filter_memo *memo);
int filter_matches_memo(struct filter_memo *memo, const char *pattern, const char *event);

/* network.c: 1, 0, -1 for text that is no CIDR. */
int cidr_contains(const char *outer, const char *inner);
int cidr_is_internet(const char *cidr);

#endif
