/* Tests of scanners/iam_report.c: the credential report, as AWS sends it and broken. */

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "scanners/collect.h"

int tests_iam_report(void);

static void
check(bool holds, const char *what, const char *name)
{
	if (!holds)
		printf("# %s: %s\n", what, name);
	CU_ASSERT(holds);
}

/* A report, and what is read of it: rows < 0 where it must be refused. */
static const struct report_case {
	const char *name, *content;
	int rows;
	const char *user, *mfa; /* of the last row */
} cases[] = {
	{ "one user", "user,arn,mfa_active\nann,arn:x,true\n", 1, "ann", "true" },
	{ "no newline at the end", "user,arn,mfa_active\nann,arn:x,true", 1, "ann", "true" },
	{ "carriage returns", "user,arn,mfa_active\r\nann,a,false\r\n", 1, "ann", "false" },
	{ "root", "user,arn,mfa_active\nann,a,true\n<root_account>,a,false", 2,
	  "<root_account>", "false" },
	{ "quoted comma", "user,arn,mfa_active\n\"a,\"\"b\",x,true", 1, "a,\"b", "true" },
	{ "base64", "dXNlcixhcm4sbWZhX2FjdGl2ZQphbm4sYXJuOngsdHJ1ZQ==", 1, "ann", "true" },
	{ "no users", "user,arn,mfa_active\n", 0, NULL, NULL },
	{ "empty field", "user,arn,mfa_active\nann,x,", 1, "ann", "" },
	{ "short line", "user,arn,mfa_active\nann,x", -1, NULL, NULL },
	{ "long line", "user,arn,mfa_active\nann,x,true,y", -1, NULL, NULL },
	{ "open quote", "user,arn,mfa_active\n\"ann,x,true", -1, NULL, NULL },
	{ "other header", "name,arn\nann,x", -1, NULL, NULL },
	{ "empty", "", -1, NULL, NULL },
	{ "no base64", "!!!!", -1, NULL, NULL },
	{ "a NUL inside", "dXNlcixhcm4Ab", -1, NULL, NULL },
	{ "bad UTF-8", "dXNlcixhcm4K//4sYg==", -1, NULL, NULL },
};

static void
check_last_row(const struct report_case *row, const json_t *content)
{
	const json_t *last = json_array_get(content, json_array_size(content) - 1);
	const char *user = json_string_value(json_object_get(last, "user"));
	const char *mfa = json_string_value(json_object_get(last, "mfa_active"));

	check(user != NULL && strcmp(user, row->user) == 0, "user", row->name);
	check(mfa != NULL && strcmp(mfa, row->mfa) == 0, "mfa_active", row->name);
}

static void
reads_reports(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *body = json_pack("{s:s,s:s}", "Content", cases[i].content,
					 "GeneratedTime", "2026-01-02T03:04:05Z");
		json_t *rows = report_rows(body), *again;
		const json_t *content = json_object_get(rows, "Content");

		check((rows != NULL) == (cases[i].rows >= 0), "whether it reads",
		      cases[i].name);
		if (rows != NULL) {
			check((int)json_array_size(content) == cases[i].rows, "rows",
			      cases[i].name);
			check(json_object_get(rows, "GeneratedTime") != NULL, "time",
			      cases[i].name);
			check(json_is_string(json_object_get(body, "Content")),
			      "the answer itself is left", cases[i].name);
			again = report_rows(rows);
			check(json_equal(again, rows) == 1, "read twice", cases[i].name);
			json_decref(again);
		}
		if (cases[i].user != NULL)
			check_last_row(&cases[i], content);
		json_decref(rows);
		json_decref(body);
	}
}

static void
refuses_what_is_no_answer(void)
{
	json_t *bare = json_object();

	check(report_rows(NULL) == NULL, "no body", "NULL");
	check(report_rows(bare) == NULL, "no content", "{}");
	json_decref(bare);
}

int
tests_iam_report(void)
{
	CU_pSuite suite = CU_add_suite("iam_report", NULL, NULL);

	CU_add_test(suite, "reads reports", reads_reports);
	CU_add_test(suite, "refuses what is no answer", refuses_what_is_no_answer);
	return 0;
}
