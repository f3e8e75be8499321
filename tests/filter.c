/* CloudWatch Logs filter patterns and their regular expressions. */

#include <CUnit/CUnit.h>

#include "checks/meaning.h"
#include "checks/regex.h"

int tests_filter(void);

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
terms(void)
{
	static const struct row rows[] = {
		{ "", "anything", 1 },
		{ "  ", "", 1 },
		{ "\" \"", "nospace", 1 },
		{ "disk", "the disks are full", 1 },
		{ "disk full", "full of disks", 1 },
		{ "disk full", "disk", 0 },
		{ "Disk", "disk", 0 },
		{ "\"disk full\"", "disk  full", 0 },
		{ "\"a \\\"b\\\"\"", "say a \"b\"", 1 },
		{ "?disk ?cpu", "the cpu", 1 },
		{ "?disk ?cpu", "the fan", 0 },
		{ "?disk ?cpu hot", "disk", 0 },
		{ "?disk ?cpu hot", "hot fan", 1 },
		{ "?disk -fan", "cpu", 1 },
		{ "disk -full", "disk full", 0 },
		{ "disk -\"very full\"", "disk full", 1 },
		{ "-%^a%", "ba", 1 },
		{ "%a+% disk", "disk aa", 1 },
		{ "\xc3\xa9t\xc3\xa9", "un \xc3\xa9t\xc3\xa9", 1 },
		{ "a.b", "a.b", -1 },
		{ "-", "x", -1 },
		{ "?", "x", -1 },
		{ "?-x", "x", -1 },
		{ "a\"b\"", "ab", -1 },
		{ "\"open", "open", -1 },
		{ "50%", "50%", -1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
json(void)
{
	static const char *const event =
		"{\"n\": 5, \"f\": 5.5, \"s\": \"text\", \"num\": \"5\", \"t\": true, \"z\": null,"
		" \"l\": [1, \"two\", {\"k\": 3}], \"o\": {\"p\": {\"q\": \"deep\"}, \"a-b_c\": 1},"
		" \"d.e\": \"dotted\", \"ip\": \"10.1.2.3\", \"big\": 123456789012345678901234567890}";
	static const struct {
		const char *pattern;
		int want;
	} cases[] = {
		{ "{ $.n = 5 }", 1 },
		{ "{ $.n = 5.0 }", 1 },
		{ "{ $.n = 5e0 }", 1 },
		{ "{ $.n = +5 }", 1 },
		{ "{ $.n != 5 }", 0 },
		{ "{ $.n > 4 && $.n < 6 }", 1 },
		{ "{ $.n >= 5 && $.n <= 5 }", 1 },
		{ "{ $.f > 5 }", 1 },
		{ "{ $.num > 4 }", 0 },
		{ "{ $.n = 5* }", 1 },
		{ "{ $.f = \"5.5\" }", 1 },
		{ "{ $.s = text }", 1 },
		{ "{ $.s = \"te*\" }", 1 },
		{ "{ $.s = \"*e*t\" }", 1 },
		{ "{ $.s = \"te?t\" }", 0 },
		{ "{ $.s = \"TEXT\" }", 0 },
		{ "{ $.s != \"tex\" }", 1 },
		{ "{ $.s = %^t.x% }", 1 },
		{ "{ $.s != %^t.x% }", 0 },
		{ "{ $.missing != \"x\" }", 0 },
		{ "{ $.missing = * }", 0 },
		{ "{ $.missing NOT EXISTS }", 1 },
		{ "{ $.z NOT EXISTS }", 0 },
		{ "{ $.z IS NULL }", 1 },
		{ "{ $.s IS NULL }", 0 },
		{ "{ $.t IS TRUE }", 1 },
		{ "{ $.t IS FALSE }", 0 },
		{ "{ $.l[0] = 1 }", 1 },
		{ "{ $.l[1] = two }", 1 },
		{ "{ $.l[2].k = 3 }", 1 },
		{ "{ $.l[3] NOT EXISTS }", 1 },
		{ "{ $.l[*] = \"two\" }", 1 },
		{ "{ $.l[*].k = 3 }", 1 },
		{ "{ $.l = 1 }", 0 },
		{ "{ $.l != 1 }", 0 },
		{ "{ $.o != 1 }", 0 },
		{ "{ $.o.* = 1 }", 1 },
		{ "{ $.* = \"dotted\" }", 1 },
		{ "{ $.o.p.q = deep }", 1 },
		{ "{ $.o.a-b_c = 1 }", 1 },
		{ "{ $.['d.e'] = dotted }", 1 },
		{ "{ $.d.e = dotted }", 0 },
		{ "{ $.ip = 10.* }", 1 },
		{ "{ $.big > 1 }", 1 },
		{ "{ $.n = 1 || $.n = 5 && $.s = text }", 1 },
		{ "{ ($.n = 5 || $.n = 1) && $.s = other }", 0 },
		{ "{ $.n = 5 || $.n = 1 && $.s = other }", 1 },
		{ "{$.n=5&&$.s=text}", 1 },
		{ "{ $.n = %5% && $.s = %t% && $.ip = %1% }", -1 },
		{ "{ $.n = 5 } x", -1 },
		{ "{ $.n == 5 }", -1 },
		{ "{ $.n = }", -1 },
		{ "{ $.n }", -1 },
		{ "{ n = 5 }", -1 },
		{ "{}", -1 },
		{ "{ $.n EXISTS }", -1 },
		{ "{ $.n IS NOT NULL }", -1 },
		{ "{ $.n > text }", -1 },
		{ "{ $.n < %5% }", -1 },
		{ "{ $.l[*].*  = 1 }", -1 },
		{ "{ $.a..b = 1 }", -1 },
		{ "{ $.a. = 1 }", -1 },
		{ "{ $.l[x] = 1 }", -1 },
		{ "{ $.l[0 = 1 }", -1 },
		{ "{ ($.n = 5 }", -1 },
		{ "{ $.n = 5) }", -1 },
		{ "{ $.n = 5 && }", -1 },
		{ "{ $.n = 5 & $.s = text }", -1 },
		{ "{ $.s = 'text' }", -1 },
		{ "{ $.s = %te(x)t% }", -1 },
	};
	struct row row;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		row = (struct row){ cases[i].pattern, event, cases[i].want };
		check_rows(&row, 1);
	}
	row = (struct row){ "{ $.n = 5 }", "no JSON", 0 };
	check_rows(&row, 1);
	row = (struct row){ "{ $.[0].n = 5 }", "[{\"n\": 5}]", 1 };
	check_rows(&row, 1);
}

static void
fields(void)
{
	static const char *const line =
		"10.0.0.1 - ann [01/Jan/2026:00:00:00 +0000] \"GET /a b\" 200 1534";
	static const struct {
		const char *pattern;
		int want;
	} cases[] = {
		{ "[ip, id, user, time, request, status, bytes]", 1 },
		{ "[ip, id, user, time, request, status = 2*, bytes > 1000]", 1 },
		{ "[ip, id, user, time, request, status = 200, bytes > 2000]", 0 },
		{ "[ip, ..., bytes = 1534]", 1 },
		{ "[..., request = *GET*, status, bytes]", 1 },
		{ "[..., time = \"*+0000\", request, status, bytes]", 1 },
		{ "[ip = 10.*, ...]", 1 },
		{ "[ip, id, user = ann, ...]", 1 },
		{ "[ip, id, user != ann, ...]", 0 },
		{ "[ip, rest]", 1 },
		{ "[ip, rest = \"- ann*1534\"]", 1 },
		{ "[a, b, c, d, e, f, g, h]", 0 },
		{ "[..., status = 404 || status = 200, bytes]", 1 },
		{ "[..., (status = 404 || status = 200) && status != 200, bytes]", 0 },
		{ "[ip = %^10\\.%, ...]", 1 },
		{ "[...]", 1 },
		{ "[]", -1 },
		{ "[a,,b]", -1 },
		{ "[a b]", -1 },
		{ "[a, ..., b, ...]", -1 },
		{ "[a = 1 && b = 2]", -1 },
		{ "[a = 1", -1 },
		{ "[a] x", -1 },
		{ "[a =]", -1 },
	};
	struct row row;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		row = (struct row){ cases[i].pattern, line, cases[i].want };
		check_rows(&row, 1);
	}
}

static void
expressions(void)
{
	static const struct {
		const char *regex, *text;
		int want;
	} cases[] = {
		{ "abc", "xabcx", 1 },
		{ "^abc", "xabc", 0 },
		{ "abc$", "abcx", 0 },
		{ "^abc$", "abc", 1 },
		{ "a.c", "a\nc", 1 },
		{ "^a.c$",
		  "a\xc3\xa9"
		  "c",
		  1 },
		{ "^.{3}$", "\xc3\xa9\xc3\xa9\xc3\xa9", 1 },
		{ "ab*c", "ac", 1 },
		{ "^ab*c$", "abbbbc", 1 },
		{ "ab+c", "ac", 0 },
		{ "ab?c", "abbc", 0 },
		{ "^a?b?c?d?$", "", 1 },
		{ "^a?b?c?d?$", "bd", 1 },
		{ "^a?b?c?d?$", "db", 0 },
		{ "^a{2}$", "aa", 1 },
		{ "^a{2}$", "aaa", 0 },
		{ "^a{2,}$", "aaaaa", 1 },
		{ "^a{2,4}$", "aaaaa", 0 },
		{ "^a{0,2}b$", "b", 1 },
		{ "^(a)", "a", -1 },
		{ "gr[ae]y", "grey", 1 },
		{ "^[^a-c]+$", "xyz", 1 },
		{ "^[^a-c]+$", "xbz", 0 },
		{ "[a-]", "-", 1 },
		{ "[\\]]", "]", 1 },
		{ "[\\d-]+$", "5-5", 1 },
		{ "\\d\\D\\s\\S\\w\\W", "1a b_-", 1 },
		{ "\\x41", "A", 1 },
		{ "a|b|c", "c", 1 },
		{ "^a|b$", "xb", 1 },
		{ "^a|b$", "bx", 0 },
		{ "a^b", "ab", 0 },
		{ "a*^b", "b", 1 },
		{ "b$a*", "b", 1 },
		{ "b$a", "ba", 0 },
		{ ".*?x", "aax", 1 },
		{ "10\\.0", "10x0", 0 },
		{ "a{65}b?c{70}$", "", 0 },
		{ "", "", -1 },
		{ "a!", "a!", -1 },
		{ "[a", "a", -1 },
		{ "[]", "a", -1 },
		{ "[z-a]", "a", -1 },
		{ "a**", "a", -1 },
		{ "*a", "a", -1 },
		{ "a{3,2}", "a", -1 },
		{ "a{x}", "a", -1 },
		{ "a\\", "a", -1 },
		{ "\\q", "q", -1 },
		{ "\\xzz", "z", -1 },
		{ "\xc3\xa9", "\xc3\xa9", -1 },
		{ "a{1000}b{1000}c{1000}", "a", -1 },
	};
	struct regex *regex;
	size_t i;
	int got;

	for (i = 0; i < COUNT(cases); i++) {
		regex = regex_read(cases[i].regex, strlen(cases[i].regex));
		got = regex ? regex_matches(regex, cases[i].text, strlen(cases[i].text))
			    : -1;
		if (got != cases[i].want)
			printf("# regex %s | %s: got %d, want %d\n", cases[i].regex,
			       cases[i].text, got, cases[i].want);
		CU_ASSERT(got == cases[i].want);
		regex_free(regex);
	}
}

/* Runs of optional places that go over the border between words of 64 bits. */
static void
long_expressions(void)
{
	static const struct {
		const char *regex;
		size_t fits;
	} cases[] = {
		{ "^a{0,60}b{0,60}c{0,60}d$", 0 },
		{ "^x{63}a{0,70}d$", 63 },
		{ "^x{62}y?a{0,70}d$", 62 },
	};
	char text[200];
	struct regex *regex;
	size_t i, n;

	for (i = 0; i < COUNT(cases); i++) {
		regex = regex_read(cases[i].regex, strlen(cases[i].regex));
		CU_ASSERT_FATAL(regex != NULL);
		for (n = 0; n < 75; n++) {
			memset(text, 'x', cases[i].fits);
			memset(text + cases[i].fits, 'a', n);
			text[cases[i].fits + n] = 'd';
			if (regex_matches(regex, text, cases[i].fits + n + 1) !=
			    (n <= (i ? 70 : 60)))
				printf("# regex %s with %zu\n", cases[i].regex, n);
			CU_ASSERT(regex_matches(regex, text, cases[i].fits + n + 1) ==
				  (n <= (i ? 70 : 60)));
		}
		regex_free(regex);
	}
}

static void
stars(void)
{
	static const struct row rows[] = {
		{ "a*b", "ab", 1 },  { "a*b", "axxb", 1 }, { "a*b", "axxbx", 0 },
		{ "*", "", 1 },	     { "", "", 1 },	   { "", "a", 0 },
		{ "a*a", "a", 0 },   { "*a*a*", "aa", 1 }, { "**a**", "bab", 1 },
		{ "ab*", "a", 0 },   { "*ab", "xaab", 1 }, { "a*b*c", "acbc", 1 },
		{ "abc", "abc", 1 }, { "abc", "abcd", 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		bool got = stars_match(rows[i].pattern, strlen(rows[i].pattern), '*',
				       rows[i].event, strlen(rows[i].event));

		if (got != rows[i].want)
			printf("# stars %s | %s\n", rows[i].pattern, rows[i].event);
		CU_ASSERT(got == rows[i].want);
	}
}

/* What is hostile is answered as fast as what is not. Sanitizers and Debug are allowed
 * for. */
static void
hostile(void)
{
	static const char *const patterns[] = {
		"{ $.a = %a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b$% }",
		"{ $.a = \"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b*\" }",
		"%.{500}.{500}x?y?z%",
		"[a, ..., b=%a+a+a+a+a+a+$%]",
	};
	size_t size = 256 * 1024, i, depth = 100000;
	char *event = mem_get(size + 32), *deep = mem_get(2 * depth + 8);
	double start;

	memcpy(event, "{\"a\":\"", 6);
	memset(event + 6, 'a', size);
	memcpy(event + 6 + size, "\"}", 2);
	for (i = 0; i < COUNT(patterns); i++) {
		start = time_monotonic();
		CU_ASSERT(filter_matches(patterns[i], event) >= 0);
		if (time_monotonic() - start > 1.0)
			printf("# %s takes %.3f s\n", patterns[i],
			       time_monotonic() - start);
		CU_ASSERT(time_monotonic() - start < 1.0);
	}
	memset(deep, '(', 2 * depth);
	memcpy(deep, "{ ", 2);
	CU_ASSERT(filter_matches(deep, event) == -1);
	memset(deep + 2, '(', 900);
	deep[902] = '\0';
	CU_ASSERT(filter_matches(deep, event) == -1);
	memset(deep, '[', depth);
	deep[depth] = '\0';
	CU_ASSERT(filter_matches("{ $.a = 1 }", deep) == 0);
	CU_ASSERT(filter_matches("a\xff", "a") == -1);
	CU_ASSERT(filter_matches(NULL, "a") == -1);
	CU_ASSERT(filter_matches("a", NULL) == -1);
	free(event);
	free(deep);
}

static void
remembers(void)
{
	struct filter_memo *memo = filter_memo_make();
	char pattern[64], event[64];
	int round, i, j;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 600; i++) {
			for (j = 0; j < 3; j++) {
				snprintf(pattern, sizeof(pattern),
					 j == 2 ? "{ $.n == %d }" : "{ $.n = %d }", i);
				snprintf(event, sizeof(event), "{\"n\": %d}", i + j);
				CU_ASSERT(filter_matches_memo(memo, pattern, event) ==
					  (j == 2 ? -1 : j == 0));
			}
		}
	}
	CU_ASSERT(filter_matches_memo(memo, NULL, "x") == -1);
	filter_memo_free(memo);
	filter_memo_free(NULL);
}

int
tests_filter(void)
{
	CU_pSuite suite = CU_add_suite("filter", NULL, NULL);

	CU_add_test(suite, "terms", terms);
	CU_add_test(suite, "json", json);
	CU_add_test(suite, "fields", fields);
	CU_add_test(suite, "expressions", expressions);
	CU_add_test(suite, "long_expressions", long_expressions);
	CU_add_test(suite, "stars", stars);
	CU_add_test(suite, "hostile", hostile);
	CU_add_test(suite, "remembers", remembers);
	return 0;
}
