/* Worst cases of the functions that judge meaning: each was found by search among many and
 * took up to seconds once. What is promised is 0.1 s of an optimised build. How slow this
 * build and this machine are is measured by plain work, some 0.1 s of an optimised build
 * as well: nothing may take longer than that. */

#include <CUnit/CUnit.h>
#include <time.h>

#include "checks/meaning.h"

#define SIZE ((size_t)256 * 1024)
#define TRIES 4 /* the machine has other things to do as well */

/* The address sanitizer slows calls and memory down far more than plain work. */
#if defined(__SANITIZE_ADDRESS__)
#define SLOWER 10
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOWER 10
#endif
#endif
#ifndef SLOWER
#define SLOWER 2 /* another test program runs beside */
#endif

int tests_hostile(void);

static double
seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static double
allowance(void)
{
	unsigned char *bytes = mem_get(SIZE);
	volatile unsigned sum = 0;
	double from = seconds(), took;
	unsigned state = 1, round;
	size_t i;

	for (round = 0; round < 320; round++) {
		for (i = 0; i < SIZE; i++) {
			state = state * 1664525u + 1013904223u;
			bytes[i] = (unsigned char)(bytes[i] + (state >> 24));
		}
		sum += bytes[state % SIZE];
	}
	took = seconds() - from;
	free(bytes);
	took *= sum == 1 ? 1 : SLOWER; /* sum: so that the work is not left out */
	return took > 0.1 ? took : 0.1;
}

static void
check_soon(double limit, const char *name, void (*run)(const char *, const char *),
	   const char *a, const char *b)
{
	double least = 1e9, took;
	int i;

	for (i = 0; i < TRIES && least > limit; i++) {
		took = seconds();
		run(a, b);
		took = seconds() - took;
		least = took < least ? took : least;
	}
	if (least > limit)
		printf("# %.60s takes %.3f s, not %.3f s\n", name, least, limit);
	CU_ASSERT(least <= limit);
}

/* before, unit as often as fits into size bytes, after. */
static char *
repeated(const char *before, const char *unit, size_t size, const char *after)
{
	struct buf out = { 0 };

	buf_text(&out, before);
	while (out.len + strlen(unit) <= size)
		buf_text(&out, unit);
	buf_text(&out, after);
	return buf_take(&out);
}

static void
run_report(const char *text, const char *unused)
{
	(void)unused;
	json_decref(secret_report(text, strlen(text)));
}

static void
run_redact(const char *text, const char *unused)
{
	int number = 0;

	(void)unused;
	free(secret_redact(text, strlen(text), NULL, &number, NULL, NULL));
}

static void
secrets(void)
{
	static const char *const units[] = {
		"abc8Q~", "sig=", "token=", ".key=", "eyJ-", "eyJhbGci-", "SG.", "md-",
		"sk-ant-sk-", "-----BEGIN PRIVATE KEY-----...\n", "-----BEGIN PRIVATE KEY-----!",
		"1:AA", "://a:b", "a b c ", "x=1;", "-p ", "-u a:b ", "by ", "user ", "list: ",
		"<a>", "a=\"", "\\\\\"", "[secret:password:14:1]", "password=Kx81mPq0zW ",
		"AKIA7Q3MXZK5WPLT2D6V ", "[\"password=Kx81mPq0zW\",", "{\"value\":", "password=",
		"auth=ZGVw", "Basic ZGVwbG95OkZhbGNvbjEyM14h ", "echo a:b|chpasswd ",
	};
	double limit = allowance();
	size_t i;

	for (i = 0; i < COUNT(units); i++) {
		char *text = repeated("", units[i], SIZE, "");

		check_soon(limit, units[i], run_report, text, NULL);
		check_soon(limit, units[i], run_redact, text, NULL);
		free(text);
	}
}

/* 2^14 ways to write one name in capitals and small letters, each of which asks what the
 * object is called. */
static void
value_names(void)
{
	static const char word[] = "parametervalue";
	struct buf text = { 0 };
	int bits, i;

	buf_text(&text, "{\"Name\": \"STAGE\"");
	for (bits = 0; bits < 1 << 14; bits++) {
		buf_text(&text, ",\"");
		for (i = 0; i < 14; i++)
			buf_char(&text, bits >> i & 1 ? (char)(word[i] - 32) : word[i]);
		buf_text(&text, "\":\"x\"");
	}
	buf_text(&text, "}");
	check_soon(allowance(), "names of values", run_report, text.data, NULL);
	buf_free(&text);
}

static void
run_filter(const char *pattern, const char *event)
{
	filter_matches(pattern, event);
}

static void
ask_filter(double limit, const char *pattern, const char *event, int want)
{
	int got = filter_matches(pattern, event);

	if (got != want)
		printf("# %.60s: got %d, want %d\n", pattern, got, want);
	CU_ASSERT(got == want);
	check_soon(limit, pattern, run_filter, pattern, event);
}

static void
filters(void)
{
	char *as = repeated("{\"a\":\"", "a", SIZE, "\"}");
	char *words = repeated("", "a ", SIZE, ""), *brackets = repeated("", "[ ", SIZE, "");
	char *objects = repeated("{\"a\":[", "{\"b\":1},", SIZE, "{}]}");
	double limit = allowance();
	char *pattern;

	ask_filter(limit, "%.{500}.{500}x?y?z%", as, 0);
	ask_filter(limit, "%.{0,1000}.{0,1000}z%", as, 0);
	ask_filter(limit, "{ $.a = %a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b$% }", as, 0);
	ask_filter(limit, "{ $.a = \"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b*\" }", as, 0);
	/* More places than one pattern may have. */
	ask_filter(limit, "%.{1000}% %.{1000}% %.{1000}%", as, -1);
	pattern = repeated("", "?aab ", 1000, "?b");
	ask_filter(limit, pattern, as, 0);
	free(pattern);
	pattern = repeated("", "-ab ", 1000, "-b");
	ask_filter(limit, pattern, as, 1);
	free(pattern);
	pattern = repeated("{ $.a[*].b = 2", " || $.a[*].b = 2", 1000, " }");
	ask_filter(limit, pattern, objects, -1);
	free(pattern);
	pattern = repeated("[a", ",a", 1000, "]");
	ask_filter(limit, pattern, brackets, 1);
	ask_filter(limit, pattern, words, 1);
	free(pattern);
	ask_filter(limit, "[..., a=x, b]", brackets, 0);
	pattern = repeated("[..., a = *ab*", " || a = *ab*", 1000, "]");
	ask_filter(limit, pattern, as, 0);
	free(pattern);
	free(as);
	free(words);
	free(brackets);
	free(objects);
}

/* ---- Policies: what cannot be judged in time is not known. */

static void
run_decision(const char *documents, const char *request)
{
	policy_decision(documents, request);
}

static void
run_public(const char *document, const char *account)
{
	policy_is_public(document, account);
}

static void
run_escalations(const char *documents, const char *unused)
{
	(void)unused;
	json_decref(policy_escalations(documents));
}

static void
run_statements(const char *document, const char *unused)
{
	(void)unused;
	json_decref(policy_statements(document));
	free(policy_trouble(document));
}

/* A request that gives what conditions and variables of the rows below ask for. */
static char *
request_make(void)
{
	char *as = repeated("", "a", 1000, ""), *text;
	struct buf keys = { 0 };
	int i;

	for (i = 0; i < 2000; i++)
		buf_print(&keys, "%s\"aaaaaaaaaaaaaaaaaa%d\"", i ? "," : "", i);
	text = mem_print("{\"action\":\"s3:%.60s\",\"resource\":\"arn:aws:s3:::b/%s\","
			 "\"principal\":\"arn:aws:iam::111122223333:user/ann\","
			 "\"complete\":true,\"context\":{\"aws:a\":\"%s\","
			 "\"aws:tagkeys\":[%s]}}",
			 as, as, as, keys.data);
	buf_free(&keys);
	free(as);
	return text;
}

#define OPEN "{\"Version\":\"2012-10-17\",\"Statement\":["
#define ANY "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":"
#define IF ANY "\"*\",\"Condition\":{"

static void
policies(void)
{
	static const struct {
		const char *name, *before, *unit, *after;
		size_t size;
	} rows[] = {
		{ "1 MiB", OPEN ANY "\"", "aaaaaaaa", "\"}]}", 1 << 20 },
		{ "deep arrays", "", "[", "", 1 << 20 },
		{ "stars", OPEN ANY "\"arn:aws:s3:::b/", "*a", "b\"}]}", SIZE },
		{ "patterns", OPEN ANY "[\"x\"", ",\"*a*a*a*a*a*a*a*b\"", "]}]}", SIZE },
		{ "actions", OPEN "{\"Effect\":\"Allow\",\"Action\":[\"a:b\"",
		  ",\"iam:*e*e*e*b\"", "],\"Resource\":\"*\"}]}", 2 * SIZE - 99 },
		{ "not actions",
		  OPEN "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"NotAction\":[\"a:b\"",
		  ",\"i:C\"", "],\"Resource\":\"*\"}]}", 2 * SIZE - 99 },
		{ "denies", OPEN ANY "\"*\"}",
		  ",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\","
		  "\"Resource\":\"b\"}",
		  "]}", 2 * SIZE - 99 },
		{ "levels", "{\"identity\":[" OPEN ANY "\"*\"}]}],\"service_control\":[[]",
		  ",[{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
		  "\"Resource\":\"*\"}}]",
		  "]}", SIZE },
		{ "values of many values",
		  OPEN IF "\"ForAllValues:StringNotEquals\":{\"aws:TagKeys\":[\"x\"",
		  ",\"aaaaaaaaaaaaaaaaaaaaaa\"", "]}}}]}", 2 * SIZE - 99 },
		{ "ARNs of many values",
		  OPEN IF "\"ForAnyValue:ArnLike\":{\"aws:TagKeys\":[\"x\"",
		  ",\"arn:aws:s3:::*a*b\"", "]}}}]}", 2 * SIZE - 99 },
		{ "bytes of many values",
		  OPEN IF "\"ForAnyValue:BinaryEquals\":{\"aws:TagKeys\":[\"x\"",
		  ",\"QUJDQUJDQUJDQUJDQUJD\"", "]}}}]}", 2 * SIZE - 99 },
		{ "moments of many values",
		  OPEN IF "\"ForAnyValue:DateEquals\":{\"aws:TagKeys\":[\"2020\"",
		  ",\"2020-01-01T00:00:00Z\"", "]}}}]}", 2 * SIZE - 99 },
		{ "patterns of a value", OPEN IF "\"StringLike\":{\"aws:a\":[\"x\"",
		  ",\"*a*a*a*a*a*a*a*a*a*a*c\"", "]}}}]}", SIZE },
		{ "variables of values",
		  OPEN IF "\"ForAnyValue:StringLike\":{\"aws:TagKeys\":[\"x\"",
		  ",\"${aws:a}${aws:a}\"", "]}}}]}", SIZE },
		{ "variables", OPEN ANY "\"", "${aws:a}", "\"}]}", SIZE },
		{ "patterns of variables", OPEN ANY "[\"x\"", ",\"*${aws:a}*${aws:z}*\"",
		  "]}]}", SIZE },
	};
	char *request = request_make();
	double limit = allowance();
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		char *text = repeated(rows[i].before, rows[i].unit, rows[i].size,
				      rows[i].after);

		check_soon(limit, rows[i].name, run_decision, text, request);
		check_soon(limit, rows[i].name, run_public, text, "111122223333");
		check_soon(limit, rows[i].name, run_escalations, text, NULL);
		check_soon(limit, rows[i].name, run_statements, text, NULL);
		free(text);
	}
	free(request);
}

/* 2^12 ways to write one condition key, each of which may have its Null. */
static void
condition_keys(void)
{
	struct buf text = { 0 };
	int half, bits, i;

	buf_text(&text, OPEN IF);
	for (half = 0; half < 2; half++) {
		buf_text(&text, half ? "},\"Null\":{" : "\"StringEqualsIfExists\":{");
		for (bits = 0; bits < 1 << 12; bits++) {
			char key[] = "aws:principalarn";

			for (i = 0; i < 12; i++)
				key[4 + i] = (char)(key[4 + i] - (bits >> i & 1) * 32);
			buf_print(&text, "%s\"%s\":\"x\"", bits ? "," : "", key);
		}
	}
	buf_text(&text, "}}}]}");
	check_soon(allowance(), "Null of many keys", run_public, text.data, NULL);
	check_soon(allowance(), "many keys", run_escalations, text.data, NULL);
	buf_free(&text);
}

/* ---- Event patterns. */

static void
run_event(const char *pattern, const char *event)
{
	event_pattern_matches(pattern, event);
}

static void
events(void)
{
	static const struct {
		const char *pattern, *unit, *more;
	} rows[] = {
		{ "{\"a\":[\"b\"", ",\"c\"", "]}" },
		{ "{\"a\":[\"b\"", ",{\"wildcard\":\"*b\"}", "]}" },
		{ "{\"a\":[\"b\"", ",{\"wildcard\":\"*a*aab*\"}", "]}" },
		{ "{\"a\":[\"b\"", ",{\"equals-ignore-case\":\"\xc3\xa9\"}", "]}" },
		{ "{\"a\":[\"b\"", ",{\"prefix\":{\"equals-ignore-case\":\"ab\"}}", "]}" },
		{ "{\"a\":[\"b\"", ",{\"cidr\":\"10.0.0.0/8\"}", "]}" },
		{ "{\"a\":[\"b\"", ",{\"numeric\":[\">\",5]}", "]}" },
		{ "{\"a\":[{\"anything-but\":[\"b\"", ",\"c\"", "]}]}" },
		{ "{\"a\":[{\"anything-but\":{\"wildcard\":[\"b\"", ",\"*b\"", "]}}]}" },
		{ "{\"a\":{\"x\":[1],\"y\":[1],\"z\":[{\"exists\":false}]}}", "", "" },
		{ "{\"$or\":[{\"b\":[1]}", ",{\"a\":[2]}", "]}" },
		{ "{\"k\":[1],\"a\":{\"$or\":[{\"b\":[1]}", ",{\"c\":[2]}", "]}}" },
	};
	static const struct {
		const char *before, *unit, *after;
	} values[] = {
		{ "{\"a\":[", "\"a\",", "1]}" },
		{ "{\"a\":[", "1.2345678901234567,", "1]}" },
		{ "{\"a\":[", "\"2001:db8::1\",", "1]}" },
		{ "{\"a\":\"", "a", "\"}" },
		{ "{\"a\":\"", "\xc3\xa9", "\"}" },
		{ "{\"a\":", "[", "]}" },
		{ "{\"a\":[", "{\"x\":1},{\"y\":1},", "1]}" },
		{ "{\"a\":[[[[[[[[[[[[[[[[[[[[[[", "{\"x\":1},{\"y\":1},",
		  "1]]]]]]]]]]]]]]]]]]]]]]}" },
	};
	double limit = allowance();
	size_t i, j;

	for (i = 0; i < COUNT(rows); i++) {
		char *pattern = repeated(rows[i].pattern, *rows[i].unit ? rows[i].unit : " ",
					 *rows[i].unit ? 4000 : 0, rows[i].more);

		for (j = 0; j < COUNT(values); j++) {
			char *event = repeated(values[j].before, values[j].unit, SIZE,
					       values[j].after);

			check_soon(limit, pattern, run_event, pattern, event);
			free(event);
		}
		free(pattern);
	}
}

/* 2^9 ways, each with many leaves behind them; and numbers that no double has. */
static void
choices(void)
{
	struct buf text = { 0 };
	double limit = allowance();
	int i;

	buf_text(&text, "{");
	for (i = 0; i < 9; i++)
		buf_print(&text, "\"k%d\":{\"$or\":[{\"a\":[1]},{\"b\":[1]}]},", i);
	for (i = 0; text.len < 4000; i++)
		buf_print(&text, "\"z%d\":[1],", i);
	buf_text(&text, "\"z\":[1]}");
	check_soon(limit, "2^9 ways", run_event, text.data, "{\"k0\":{\"a\":1}}");
	buf_free(&text);
	CU_ASSERT(event_pattern_matches("{\"a\":[1]}",
					"{\"a\":1000e9223372036854775807}") == 0);
	CU_ASSERT(event_pattern_matches("{\"a\":[1]}",
					"{\"a\":0.001e-9223372036854775808}") == 0);
	CU_ASSERT(event_pattern_matches("{\"a\":[5e-324]}", "{\"a\":5e-324}") == 1);
}

int
tests_hostile(void)
{
	CU_pSuite suite = CU_add_suite("hostile", NULL, NULL);

	CU_add_test(suite, "secrets", secrets);
	CU_add_test(suite, "value_names", value_names);
	CU_add_test(suite, "filters", filters);
	CU_add_test(suite, "policies", policies);
	CU_add_test(suite, "condition_keys", condition_keys);
	CU_add_test(suite, "events", events);
	CU_add_test(suite, "choices", choices);
	return 0;
}
