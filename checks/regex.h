/* Regular expressions as CloudWatch Logs has them, matched in linear time. */

#ifndef PLUMBLINE_CHECKS_REGEX_H
#define PLUMBLINE_CHECKS_REGEX_H

#include "base/base.h"

struct regex;

/* Places that one expression may have, and those of one pattern together: 32 words. What
 * is larger is not read, so that none takes long. */
#define REGEX_PLACES_MAX 2048

/* Reads an expression (what stands between the percent signs). NULL for one that AWS
 * would refuse, or of too many places. Caller frees. */
struct regex *regex_read(const char *text, size_t len);
/* Whether it matches somewhere in text. Time is that of text times that of the
 * expression. */
bool regex_matches(const struct regex *regex, const char *text, size_t len);
size_t regex_places(const struct regex *regex);
void regex_free(struct regex *regex);

/* Whether pattern, in which the byte star stands for anything, is all of text. Linear
 * time. */
bool stars_match(const char *pattern, size_t pattern_len, char star, const char *text,
		 size_t len);

#endif
