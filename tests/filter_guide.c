/* CloudWatch Logs filter patterns: what the User Guide's "Filter pattern syntax" says, each
 * sentence by cases of its own, beside those of filter.c. */

#include <CUnit/CUnit.h>

#include "checks/meaning.h"

int tests_filter_guide(void);

struct row {
	const char *pattern, *event;
	int want;
};

static void
check_rows(const struct row *rows, size_t count)
{
	size_t i;
	int got;

	for (i = 0; i < count; i++) {
		got = filter_matches(rows[i].pattern, rows[i].event);
		if (got != rows[i].want)
			printf("# %s | %s: got %d, want %d\n", rows[i].pattern,
			       rows[i].event, got, rows[i].want);
		CU_ASSERT(got == rows[i].want);
	}
}

static void
quotation(void)
{
	static const struct row rows[] = {
		/* "Strings that have unicode and other characters such as '@', '$', '\' etc.
		 * must be enclosed in double quotes to be valid." */
		{ "{ $.a = \"ann@example.org\" }", "{\"a\": \"ann@example.org\"}", 1 },
		{ "{ $.a = ann@example.org }", "{\"a\": \"ann@example.org\"}", -1 },
		{ "{ $.a = caf\xc3\xa9 }", "{\"a\": \"caf\xc3\xa9\"}", -1 },
		{ "{ $.a = a\\b }", "{\"a\": \"x\"}", -1 },
		{ "{ $.a = $b }", "{\"a\": \"$b\"}", -1 },
		{ "{ $.a = \"$b\" }", "{\"a\": \"$b\"}", 1 },
		{ "{ $.a = 123.123.* }", "{\"a\": \"123.123.1.2\"}", 1 },
		{ "{ $.a = s3.amazonaws.com }", "{\"a\": \"s3.amazonaws.com\"}", 1 },
		{ "{ $.a = us-east-1 }", "{\"a\": \"us-east-1\"}", 1 },
		{ "{ $.a = two words }", "{\"a\": \"two words\"}", -1 },
		{ "{ $.a = \"two words\" }", "{\"a\": \"two words\"}", 1 },
		/* "terms that include non-alphanumeric characters" */
		{ "user@example.com", "user@example.com", -1 },
		{ "\"user@example.com\"", "to user@example.com", 1 },
		{ "ERROR: x", "ERROR: x", -1 },
		{ "/api", "/api", -1 },
		{ "a_b", "xa_by", 1 },
		{ "\" \"", "", 1 },
		{ "\"\"", "x", 1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
numbers(void)
{
	static const struct row rows[] = {
		{ "{ $.n = 1e+3 }", "{\"n\": 1000}", 1 },
		{ "{ $.n = 1e3 }", "{\"n\": 1.0e3}", 1 },
		{ "{ $.n != 1e-3 }", "{\"n\": 0.001}", 0 },
		{ "{ $.n > +1000 }", "{\"n\": 1000.5}", 1 },
		{ "{ $.n < -1 }", "{\"n\": -1.5}", 1 },
		{ "{ $.n = -0 }", "{\"n\": 0}", 1 },
		{ "{ $.n = 4* }", "{\"n\": 404}", 1 },
		{ "{ $.n = *4 }", "{\"n\": 404}", 1 },
		{ "{ $.n != 4* }", "{\"n\": 504}", 1 },
		{ "{ $.n = 5.50 }", "{\"n\": 5.5}", 1 },
		{ "{ $.n = 10000000000 }", "{\"n\": 1e10}", 1 },
		/* "Strings don't support scientific notation." */
		{ "{ $.n = 1000 }", "{\"n\": \"1e3\"}", 0 },
		{ "{ $.n = \"1e3\" }", "{\"n\": 1000}", 0 },
		{ "{ $.n = \"1000\" }", "{\"n\": 1000}", 1 },
		{ "{ $.n > 4* }", "{\"n\": 404}", -1 },
		{ "{ $.n >= \"5\" }", "{\"n\": 5}", -1 },
		{ "[a, b = 1e3]", "x 1000", 1 },
		{ "[a, b >= 1.5e1]", "x 15", 1 },
		{ "[a, b > 10]", "x 41ms", 0 },
		{ "[a, b > 10, unit]", "x 41.17 ms", 1 },
		{ "[a, b > 10]", "x -", 0 },
		{ "[a, b = 007]", "x 7", 1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
selectors(void)
{
	static const struct row rows[] = {
		{ "{ $.a[*].b = 1 }", "{\"a\": [{\"b\": 2}, {\"b\": 1}]}", 1 },
		{ "{ $.a[*] != 1 }", "{\"a\": [1, 2]}", 1 },
		{ "{ $.a[*] != 1 }", "{\"a\": [1, 1]}", 0 },
		{ "{ $.a[1][0] = 3 }", "{\"a\": [[1], [3]]}", 1 },
		{ "{ $.a[0] = 1 }", "{\"a\": {\"0\": 1}}", 0 },
		{ "{ $.a.* = 1 }", "{\"a\": {\"x\": {\"y\": 1}}}", 0 },
		{ "{ $.['a.b'].c = 1 }", "{\"a.b\": {\"c\": 1}}", 1 },
		{ "{ $.[\"a.b\"] = 1 }", "{\"a.b\": 1}", 1 },
		{ "{ $.a-b_c.d = 1 }", "{\"a-b_c\": {\"d\": 1}}", 1 },
		{ "{ $.a[*] IS NULL }", "{\"a\": [1, null]}", 1 },
		{ "{ $.a NOT EXISTS }", "{\"b\": {\"a\": 1}}", 1 },
		{ "{ $.a IS TRUE }", "{\"a\": \"true\"}", 0 },
		/* "up to one wildcard selector in a property selector, and up to three … in a
		 * filter pattern with compound expressions" */
		{ "{ $.a[*] = 1 && $.b.* = 1 && $.c[*].d = 1 }",
		  "{\"a\": [1], \"b\": {\"x\": 1}, \"c\": [{\"d\": 1}]}", 1 },
		{ "{ $.a[*] = 1 || $.b.* = 1 || $.c[*].d = 1 || $.* = 1 }", "{\"z\": 1}",
		  -1 },
		{ "{ $.a[*].b[*] = 1 }", "{}", -1 },
		{ "{ $.a[-1] = 1 }", "{}", -1 },
		{ "{ $.a[] = 1 }", "{}", -1 },
		{ "{ $a = 1 }", "{\"a\": 1}", -1 },
		{ "{ $.a b = 1 }", "{}", -1 },
		{ "{ $. = 1 }", "{}", -1 },
		{ "{ $ = 1 }", "{}", -1 },
		/* "The variables IS NOT and EXISTS currently aren't supported." */
		{ "{ $.a IS NOT NULL }", "{\"a\": 1}", -1 },
		{ "{ $.a EXISTS }", "{\"a\": 1}", -1 },
		{ "{ $.a is null }", "{\"a\": null}", -1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
precedence(void)
{
	static const struct row rows[] = {
		{ "{ $.a = 1 || $.b = 1 && $.c = 1 }", "{\"a\": 1}", 1 },
		{ "{ ($.a = 1 || $.b = 1) && $.c = 1 }", "{\"a\": 1}", 0 },
		{ "{ $.b = 1 && $.c = 1 || $.a = 1 }", "{\"a\": 1}", 1 },
		{ "{ $.b = 1 && ($.c = 1 || $.a = 1) }", "{\"a\": 1}", 0 },
		{ "{(((($.a=1))))}", "{\"a\": 1}", 1 },
		{ "{ $.a = 1 || }", "{\"a\": 1}", -1 },
		{ "{ || $.a = 1 }", "{\"a\": 1}", -1 },
		{ "{ $.a = 1 | $.b = 1 }", "{\"a\": 1}", -1 },
		{ "{ $.a = 1 and $.b = 1 }", "{\"a\": 1}", -1 },
		{ "{ ! $.a = 1 }", "{\"a\": 1}", -1 },
		{ "{ $.a = 1 } { $.b = 1 }", "{\"a\": 1}", -1 },
		{ "{ ( ) }", "{}", -1 },
		{ "[a = 1 || a = 2 && a = 3]", "1", 1 },
		{ "[(a = 1 || a = 2) && a != 1]", "1", 0 },
	};

	check_rows(rows, COUNT(rows));
}

static void
expressions(void)
{
	static const struct row rows[] = {
		/* "Either m or n can be omitted" */
		{ "%^a{,3}$%", "aaa", 1 },
		{ "%^a{,3}$%", "", 1 },
		{ "%^a{,3}$%", "aaaa", 0 },
		{ "%^a{3,}$%", "aa", 0 },
		{ "%^a{3,}$%", "aaaa", 1 },
		{ "%a{,}%", "a", -1 },
		{ "%a{}%", "a", -1 },
		{ "%a{3,2}%", "a", -1 },
		{ "%^starting|^initializing|^shutting down%", "shutting down now", 1 },
		{ "%^starting|^initializing|^shutting down%", "skipping initializing",
		  0 },
		{ "%\\[.\\]%", "[]]", 1 },
		{ "%.at%", " at", 1 },
		{ "%10.10.0.1%", "10010,051", 1 },
		{ "%^\\w$%", "_", 1 },
		{ "%^\\W$%", "-", 1 },
		{ "%a\\sb%", "a\tb", 1 },
		{ "%\\x28x\\x29%", "f(x)", 1 },
		{ "%\\x3a%", ":", 1 },
		{ "%something!%", "something!", -1 },
		{ "%a\"b%", "a\"b", -1 },
		{ "%a&b%", "a&b", -1 },
		{ "%caf\xc3\xa9%", "x", -1 },
		{ "%(a)%", "a", -1 },
		{ "%[a%", "a", -1 },
		{ "%*a%", "a", -1 },
		{ "%%", "a", -1 },
		{ "{ $.a = %x% && $.b = %y% }", "{\"a\": \"x\", \"b\": \"y\"}", 1 },
		{ "{ $.a = %x% || $.b = %y% || $.c = %z% }", "{\"a\": \"x\"}", -1 },
		{ "[a = %x%, b = %y%, c = %z%]", "x y z", -1 },
		{ "[a = %x%, b = %y%, c = z]", "x y z", 1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
fields(void)
{
	static const char *const line =
		"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" "
		"404 1534";
	static const struct {
		const char *pattern;
		int want;
	} cases[] = {
		{ "[..., request=*.html*, status_code=4*,]", 1 },
		{ "[..., request=*.html*, status_code=5*, ]", 0 },
		{ "[a, b, c, d, e, f,]", 1 },
		{ "[a, b, c, d, e, f, g,]", 0 },
		{ "[,]", -1 },
		{ "[,a]", -1 },
		{ "[a,,b]", -1 },
		{ "[..., d = \"10/Oct*\", e, f, g]", 1 },
		{ "[..., d = \"[10/Oct*\", e, f, g]", 0 },
		{ "[..., e = \"GET /index.html HTTP/1.0\", f, g]", 1 },
		{ "[ip, user = \"Prod\", ...]", 1 },
		{ "[ip, user = prod, ...]", 0 },
		{ "[ip, ..., f = 404 && f != 4*, g]", 0 },
		{ "[..., a, ..., b]", -1 },
		{ "[ip, user, username, timestamp, request =*.html*, status_code = 404 || "
		  "status_code = 410, bytes]",
		  1 },
		{ "[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, "
		  "status_code = 4*, bytes]",
		  1 },
	};
	struct row row;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		row = (struct row){ cases[i].pattern, line, cases[i].want };
		check_rows(&row, 1);
	}
}

/* Many words are looked for all at once: the answers are those of each alone. */
static void
many_words(void)
{
	static const struct row rows[] = {
		{ "a b c d e f g h i", "ihgfedcba", 1 },
		{ "a b c d e f g h i j", "ihgfedcba", 0 },
		{ "?q ?r ?s ?t ?u ?v ?w ?x ?ba", "cab", 0 },
		{ "?q ?r ?s ?t ?u ?v ?w ?x ?ab", "cab", 1 },
		{ "-q -r -s -t -u -v -w -x -ab", "cab", 0 },
		{ "-q -r -s -t -u -v -w -x -ba", "cab", 1 },
		{ "q? a b c d e f g h i", "x", -1 },
		{ "aab ab b a \" \" \"\" ca caa aa", "caab", 1 },
		{ "caab ab b a \" \" \"\" ca caa aab", "cab", 0 },
		{ "?0123456789012345678901234567890123456789012345678901234567890123456789 "
		  "?b ?c ?d ?e ?f ?g ?h ?i",
		  "x0123456789012345678901234567890123456789012345678901234567890123456789", 1 },
		{ "?0123456789012345678901234567890123456789012345678901234567890123456789 "
		  "?b ?c ?d ?e ?f ?g ?h ?i",
		  "x012345678901234567890123456789012345678901234567890123456789012345678", 0 },
	};

	check_rows(rows, COUNT(rows));
}

int
tests_filter_guide(void)
{
	CU_pSuite suite = CU_add_suite("filter_guide", NULL, NULL);

	CU_add_test(suite, "quotation", quotation);
	CU_add_test(suite, "numbers", numbers);
	CU_add_test(suite, "selectors", selectors);
	CU_add_test(suite, "precedence", precedence);
	CU_add_test(suite, "expressions", expressions);
	CU_add_test(suite, "fields", fields);
	CU_add_test(suite, "many_words", many_words);
	return 0;
}
