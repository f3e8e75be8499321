/* Regular expressions as CloudWatch Logs has them, matched in linear time. */

#ifndef PLUMBLINE_CHECKS_REGEX_H
#define PLUMBLINE_CHECKS_REGEX_H

#include "base/base.h"

struct regex;

/* Reads an expression (what stands between the percent signs). NULL for one that AWS
 * would refuse. Caller frees. */
struct regex *regex_read(const char *text, size_t len);
/* Whether it matches somewhere in text. Time is that of text times that of the
 * expression. */
bool regex_matches(const struct regex *regex, const char *text, size_t len);
void regex_free(struct regex *regex);

/* Whether pattern, in which the byte star stands for anything, is all of text. Linear
 * time. */
bool stars_match(const char *pattern, size_t pattern_len, char star, const char *text,
		 size_t len);

#endif
