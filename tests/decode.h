/* What the tests of answers share. */

#ifndef PLUMBLINE_TESTS_DECODE_H
#define PLUMBLINE_TESTS_DECODE_H

#include <CUnit/CUnit.h>

#include "aws/model.h"

/* An answer, and what must come of it. */
struct answer_case {
	const char *name;
	const char *service, *operation;
	int status;
	const char *headers; /* JSON; NULL: none */
	const char *body;
	const char *tree; /* JSON; NULL: none */
	const char *code, *message;
};

/* Whether decoding body gives what is wanted; prints what it gave where not. */
bool answer_is(const struct aws_operation *operation, const struct answer_case *row,
	       const char *body, size_t len, const json_t *headers, const json_t *wanted);
void tests_decode_vectors(CU_pSuite suite);

#endif
