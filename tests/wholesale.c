/* Tests of what a policy allows wholesale, and of answers kept. */

#include <CUnit/CUnit.h>

#include "checks/engine.h"
#include "checks/meaning.h"

int tests_wholesale(void);

#define POLICY(statement) "{\"Version\":\"2012-10-17\",\"Statement\":" statement "}"
#define GRANT(action, everything, number)                                  \
	"{\"action\":\"" action "\",\"everything\":" everything ",\"statement\":" \
	number "}"

static const struct {
	const char *name, *document, *want; /* NULL: cannot be told */
} cases[] = {
	{ "star", POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}"),
	  "[" GRANT("*", "1", "1") "]" },
	{ "both stars, second statement",
	  POLICY("[{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"},"
		 "{\"Effect\":\"Allow\",\"Action\":[\"ec2:Run*\",\"*:*\"],\"Resource\":[\"arn:aws:s3:::a\",\"arn:*\"]}]"),
	  "[" GRANT("*:*", "1", "2") "]" },
	{ "service", POLICY("{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"EC2:**\"],\"Resource\":\"*\"}"),
	  "[" GRANT("s3:*", "0", "1") "," GRANT("EC2:**", "0", "1") "]" },
	{ "one bucket", POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::a/*\"}"),
	  "[" GRANT("*", "0", "1") "]" },
	{ "one service's resources", POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:*:*:*\"}"),
	  "[" GRANT("*", "0", "1") "]" },
	{ "all of a partition", POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws-us-gov:*:*:*:*\"}"),
	  "[" GRANT("*", "1", "1") "]" },
	{ "all but resources", POLICY("{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::a\"}"),
	  "[" GRANT("*", "1", "1") "]" },
	{ "all but actions", POLICY("{\"Effect\":\"Allow\",\"NotAction\":\"s3:*\",\"Resource\":\"*\"}"),
	  "[" GRANT("all but a list", "1", "1") "]" },
	{ "all but IAM", POLICY("{\"Effect\":\"Allow\",\"NotAction\":[\"s3:*\",\"IAM:*\"],\"Resource\":\"*\"}"),
	  "[" GRANT("all but a list", "0", "1") "]" },
	{ "nothing at all", POLICY("{\"Effect\":\"Allow\",\"NotAction\":\"*\",\"Resource\":\"*\"}"),
	  "[" GRANT("all but a list", "0", "1") "]" },
	{ "deny", POLICY("{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}"), "[]" },
	{ "verbs", POLICY("{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\",\"s3:*Object\"],\"Resource\":\"*\"}"), "[]" },
	{ "trust policy", POLICY("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"}"),
	  "[" GRANT("*", "0", "1") "]" },
	{ "no policy", NULL, "[]" },
	{ "broken", "{\"Statement\":5}", NULL },
};

static void
test_grants(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *list = policy_wholesale(cases[i].document);
		char *got = list != NULL ? json_canonical(list) : NULL;
		bool same = cases[i].want == NULL ?
				    got == NULL :
				    got != NULL && strcmp(got, cases[i].want) == 0;

		if (!same)
			printf("\n  %s: %s instead of %s\n", cases[i].name,
			       got != NULL ? got : "NULL",
			       cases[i].want != NULL ? cases[i].want : "NULL");
		CU_ASSERT(same);
		json_decref(list);
		free(got);
	}
}

/* Answers outlive the few that are kept whole, also that something could not be told. */
static void
test_answers(void)
{
	struct answers *answers = answers_make();
	char asked[32], want[32];
	const char *told = "";
	int missed = 0, wrong = 0;

	CU_ASSERT_FALSE(answers_find(answers, "0", &told));
	for (int i = 0; i < 1000; i++) {
		snprintf(asked, sizeof(asked), "%d", i);
		snprintf(want, sizeof(want), "told %d", i);
		answers_keep(answers, asked, i % 7 == 0 ? NULL : mem_text(want));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(asked, sizeof(asked), "%d", i);
		snprintf(want, sizeof(want), "told %d", i);
		if (!answers_find(answers, asked, &told))
			missed++;
		else if (i % 7 == 0 ? told != NULL :
				      told == NULL || strcmp(told, want) != 0)
			wrong++;
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_FALSE(answers_find(answers, "1000", &told));
	answers_free(answers);
}

int
tests_wholesale(void)
{
	CU_pSuite suite = CU_add_suite("wholesale", NULL, NULL);

	if (suite == NULL ||
	    CU_add_test(suite, "what policies allow wholesale", test_grants) == NULL ||
	    CU_add_test(suite, "answers kept", test_answers) == NULL)
		return -1;
	return 0;
}
