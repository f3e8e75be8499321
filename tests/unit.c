/* Runs the CUnit suites, and prints a line for each test: "ok SUITE/TEST" or "not ok
 * SUITE/TEST: why". */

#include <string.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

#include "base/base.h"

/* Each adds its suites and returns 0. A part that is not there yet is not linked. */
#define SUITES(X)      \
	X(base)        \
	X(secret)      \
	X(secret_forms) \
	X(model)       \
	X(decode)      \
	X(sign)        \
	X(credentials) \
	X(endpoint)    \
	X(client)      \
	X(trust)       \
	X(collect)     \
	X(iam_report)  \
	X(organization_path) \
	X(store)       \
	X(truth)       \
	X(checks)      \
	X(policy)      \
	X(wholesale)   \
	X(filter)      \
	X(filter_guide) \
	X(event)       \
	X(network)     \
	X(hostile)     \
	X(report)

#define DECLARE(part) int tests_##part(void);
#define ROW(part) { #part, tests_##part },

SUITES(DECLARE)

static const struct {
	const char *name;
	int (*add)(void);
} suites[] = { SUITES(ROW) };

static int failed;

static void
test_ended(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failures)
{
	const struct CU_FailureRecord *failure;

	if (!failures) {
		printf("ok %s/%s\n", suite->pName, test->pName);
		return;
	}
	failed++;
	for (failure = failures; failure; failure = failure->pNext)
		printf("# %s:%u: %s\n", failure->strFileName, failure->uiLineNumber,
		       failure->strCondition);
	printf("not ok %s/%s: %s:%u: %s\n", suite->pName, test->pName,
	       failures->strFileName, failures->uiLineNumber, failures->strCondition);
	fflush(stdout);
}

static void
suite_not_started(const CU_pSuite suite)
{
	failed++;
	printf("not ok %s: its start failed\n", suite->pName);
}

static void
suite_not_ended(const CU_pSuite suite)
{
	failed++;
	printf("not ok %s: its end failed\n", suite->pName);
}

static bool
is_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

/* Names of parts choose; without any, all run. */
int
main(int argc, char **argv)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0); /* what ran before a crash is told */
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	for (i = 0; i < COUNT(suites); i++) {
		if (!is_wanted(suites[i].name, argc, argv))
			continue;
		if (!suites[i].add) {
			fprintf(stderr, "unit: there are no tests_%s yet\n",
				suites[i].name);
		} else if (suites[i].add() != 0) {
			failed++;
			printf("not ok %s: could not be added: %s\n", suites[i].name,
			       CU_get_error_msg());
		}
	}
	CU_set_test_complete_handler(test_ended);
	CU_set_suite_init_failure_handler(suite_not_started);
	CU_set_suite_cleanup_failure_handler(suite_not_ended);
	if (CU_run_all_tests() != CUE_SUCCESS)
		failed++;
	CU_cleanup_registry();
	return failed > 0;
}
