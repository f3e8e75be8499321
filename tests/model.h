/* What the tests of the model and of requests share. */

#ifndef PLUMBLINE_TESTS_MODEL_H
#define PLUMBLINE_TESTS_MODEL_H

#include <CUnit/CUnit.h>

#include "aws/model.h"

/* JSON of text; NULL of NULL. Caller decrefs. */
json_t *tests_json(const char *text);
/* Asserts that it held, and prints which case did not, and what was seen. */
void tests_expect(bool held, const char *name, const char *seen);
void tests_requests(CU_pSuite suite);

#endif
