/* Formats of tokens, between secret_kinds.c (prefixes) and secret_shapes.c (all others). */

#ifndef PLUMBLINE_BASE_SECRET_SHAPE_H
#define PLUMBLINE_BASE_SECRET_SHAPE_H

#include "base/secret.h"

/* Characters that a body may have. */
enum {
	UP = 1,
	LOW = 2,
	DIG = 4,
	HEX = 8,
	LINE = 16,
	DASH = 32,
	DOT = 64,
	B64 = 128,
	PCT = 256,
	AN = UP | LOW | DIG,
	URL64 = AN | LINE | DASH
};
#define SHAPE_MAX 8192 /* no token is longer */

bool shape_is_body(char c, int body);
/* How many characters of a body text begins with, at most SHAPE_MAX. */
size_t shape_span(const char *text, size_t len, int body);
/* As kind_at(), for formats that are more than a prefix. */
size_t shape_at(const char *text, size_t len, size_t at, struct kind_memo *memo,
		const char **kind, size_t *skip);

#endif
