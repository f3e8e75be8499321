/* Tests of scanners/organization_path.c: an account's way through its organization, as AWS tells it and broken. */

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "scanners/collect.h"

int tests_organization_path(void);

#define ACCOUNT "111122223333"

static void
check(bool holds, const char *what, const char *name)
{
	if (!holds)
		printf("# %s: %s\n", what, name);
	CU_ASSERT(holds);
}

/* A path, and the levels read from it: ids with a space between; NULL where it must be refused. */
static const struct path_case {
	const char *name, *path, *levels;
} cases[] = {
	{ "in the root", "o-abcdefghij/r-ab12/" ACCOUNT "/", "r-ab12 " ACCOUNT },
	{ "in a unit", "o-abcdefghij/r-ab12/ou-ab12-cdefghij/" ACCOUNT "/",
	  "r-ab12 ou-ab12-cdefghij " ACCOUNT },
	{ "five units deep", "o-a/r-1/ou-1/ou-2/ou-3/ou-4/ou-5/" ACCOUNT "/",
	  "r-1 ou-1 ou-2 ou-3 ou-4 ou-5 " ACCOUNT },
	{ "no slash at the end", "o-a/r-1/" ACCOUNT, "r-1 " ACCOUNT },
	{ "without the account", "o-a/r-1/ou-1/", "r-1 ou-1 " ACCOUNT },
	{ "the organization alone", "o-a/", NULL },
	{ "no organization", "r-1/ou-1/" ACCOUNT "/", NULL },
	{ "no root", "o-a/ou-1/" ACCOUNT "/", NULL },
	{ "two roots", "o-a/r-1/r-2/" ACCOUNT "/", NULL },
	{ "two accounts", "o-a/r-1/" ACCOUNT "/444455556666/", NULL },
	{ "a unit below the account", "o-a/r-1/" ACCOUNT "/ou-1/", NULL },
	{ "an empty level", "o-a/r-1//" ACCOUNT "/", NULL },
	{ "an unknown level", "o-a/r-1/x-1/" ACCOUNT "/", NULL },
	{ "a short account", "o-a/r-1/1111/", NULL },
	{ "deeper than AWS nests", "o-a/r-1/ou-1/ou-2/ou-3/ou-4/ou-5/ou-6/ou-7/ou-8/ou-9/ou-a/ou-b/ou-c/ou-d/ou-e/ou-f/"
	  ACCOUNT "/", NULL },
	{ "empty", "", NULL },
	{ "no slash", "o-a", NULL },
};

static json_t *
answer(json_t *paths)
{
	return json_pack("{s:{s:s,s:o}}", "Account", "Id", ACCOUNT, "Paths", paths);
}

static char *
level_ids(const json_t *levels)
{
	struct buf text = { 0 };
	size_t i;
	const json_t *level;

	json_array_foreach((json_t *)levels, i, level) {
		const char *id = json_string_value(json_object_get(level, "Id"));

		buf_print(&text, "%s%s", i > 0 ? " " : "", id);
		check(json_integer_value(json_object_get(level, "Depth")) == (json_int_t)i,
		      "depth", id);
	}
	return buf_take(&text);
}

static void
reads_paths(void)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *body = answer(json_pack("[s]", cases[i].path));
		json_t *told = account_levels(body), *again;
		char *ids = level_ids(json_object_get(told, "Levels"));

		check((told != NULL) == (cases[i].levels != NULL), "whether it reads",
		      cases[i].name);
		if (told != NULL && cases[i].levels != NULL) {
			check(strcmp(ids, cases[i].levels) == 0, ids, cases[i].name);
			again = account_levels(told);
			check(json_equal(again, told) == 1, "read twice", cases[i].name);
			json_decref(again);
		}
		check(json_object_get(body, "Levels") == NULL, "the answer itself is left",
		      cases[i].name);
		free(ids);
		json_decref(told);
		json_decref(body);
	}
}

static void
names_each_level(void)
{
	static const char *const types[] = { "ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT" };
	json_t *body = answer(json_pack("[s]", "o-a/r-1/ou-1/" ACCOUNT "/"));
	json_t *told = account_levels(body);

	for (size_t i = 0; i < COUNT(types); i++) {
		const json_t *level = json_array_get(json_object_get(told, "Levels"), i);
		const char *type = json_string_value(json_object_get(level, "Type"));

		check(type != NULL && strcmp(type, types[i]) == 0, "type", types[i]);
	}
	json_decref(told);
	json_decref(body);
}

static void
refuses_what_tells_no_way(void)
{
	json_t *none = answer(json_array());
	json_t *two = answer(json_pack("[s,s]", "o-a/r-1/" ACCOUNT "/", "o-a/r-2/" ACCOUNT "/"));
	json_t *odd = answer(json_pack("[i]", 5));
	json_t *bare = json_pack("{s:{s:s}}", "Account", "Id", ACCOUNT);
	json_t *nobody = json_pack("{s:{s:[s]}}", "Account", "Paths", "o-a/r-1/" ACCOUNT "/");

	check(account_levels(NULL) == NULL, "no body", "NULL");
	check(account_levels(none) == NULL, "no path", "[]");
	check(account_levels(two) == NULL, "two paths", "which one holds is not known");
	check(account_levels(odd) == NULL, "a number", "[5]");
	check(account_levels(bare) == NULL, "no paths", "{}");
	check(account_levels(nobody) == NULL, "no account", "Id");
	json_decref(none);
	json_decref(two);
	json_decref(odd);
	json_decref(bare);
	json_decref(nobody);
}

int
tests_organization_path(void)
{
	CU_pSuite suite = CU_add_suite("organization_path", NULL, NULL);

	CU_add_test(suite, "reads paths", reads_paths);
	CU_add_test(suite, "names each level", names_each_level);
	CU_add_test(suite, "refuses what tells no way", refuses_what_tells_no_way);
	return 0;
}
