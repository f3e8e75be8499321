/* Texts with secrets, made when the tests run. */

#ifndef PLUMBLINE_TESTS_SECRET_TEXT_H
#define PLUMBLINE_TESTS_SECRET_TEXT_H

#include "base/base.h"

/* The text that a template stands for: each "<aN>" becomes N letters and digits, "<hN>" N
 * hex digits, "<bN>" N characters of base64, "<p>" a password, "<k>" the body of a private
 * key. What was put in is added to secrets as well (may be NULL), each with a NUL behind.
 * Caller frees. */
char *secret_text(const char *template, uint32_t seed, struct buf *secrets);

#endif
