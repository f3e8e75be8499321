/* EventBridge patterns. tests/judge_event.py compares them with AWS's own matcher. */

#include <CUnit/CUnit.h>

#include "checks/meaning.h"

int tests_event(void);

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
		got = event_pattern_matches(rows[i].pattern, rows[i].event);
		if (got != rows[i].want)
			printf("# %s | %s: got %d, want %d\n", rows[i].pattern,
			       rows[i].event, got, rows[i].want);
		CU_ASSERT(got == rows[i].want);
	}
}

static void
values(void)
{
	static const struct row rows[] = {
		{ "{\"a\":[\"x\",\"y\"]}", "{\"a\":\"y\"}", 1 },
		{ "{\"a\":[\"x\"]}", "{\"a\":\"X\"}", 0 },
		{ "{\"a\":[\"1\"]}", "{\"a\":1}", 0 },
		{ "{\"a\":[1]}", "{\"a\":\"1\"}", 0 },
		{ "{\"a\":[300]}", "{\"a\":3.0e2}", 1 },
		{ "{\"a\":[0]}", "{\"a\":-0.0}", 1 },
		{ "{\"a\":[12345678901234567890]}", "{\"a\":12345678901234567890}", 1 },
		{ "{\"a\":[12345678901234567890]}", "{\"a\":12345678901234567891}", 0 },
		{ "{\"a\":[null]}", "{\"a\":null}", 1 },
		{ "{\"a\":[null]}", "{}", 0 },
		{ "{\"a\":[true]}", "{\"a\":\"true\"}", 0 },
		{ "{\"a\":[\"\\u00e9\"]}", "{\"a\":\"\xc3\xa9\"}", 1 },
		{ "{\"a\":[\"\\ud83d\\ude00\"]}", "{\"a\":\"\xf0\x9f\x98\x80\"}", 1 },
		{ "{\"a\":[{\"exactly\":\"x\"}]}", "{\"a\":\"x\"}", 1 },
		{ "{\"a\":[\"x\"]} and more", "{\"a\":\"x\"} and more", 1 },
		{ "{\"a\":[\"x\"]}", "[1]", 0 },
		{ "{\"a\":[\"x\"]}", "{\"a\":\"x\"", 0 },
		{ "{\"a\":[\"x\"]}", "{\"a\":\"y\",\"a\":\"x\"}", 1 },
		{ "{\"a\":{\"b\":[1]}}", "{\"a.b\":1}", 1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
comparisons(void)
{
	static const struct row rows[] = {
		{ "{\"a\":[{\"prefix\":\"us-\"}]}", "{\"a\":\"us-east-1\"}", 1 },
		{ "{\"a\":[{\"prefix\":\"1\"}]}", "{\"a\":12}", 0 },
		{ "{\"a\":[{\"prefix\":{\"equals-ignore-case\":\"US\"}}]}",
		  "{\"a\":\"us-east-1\"}", 1 },
		{ "{\"a\":[{\"suffix\":\".png\"}]}", "{\"a\":\"x.png\"}", 1 },
		{ "{\"a\":[{\"suffix\":\".png\"}]}", "{\"a\":\"png\"}", 0 },
		{ "{\"a\":[{\"suffix\":{\"equals-ignore-case\":\".PNG\"}}]}",
		  "{\"a\":\"x.png\"}", 1 },
		{ "{\"a\":[{\"equals-ignore-case\":\"\xc3\x89t\xc3\xa9\"}]}",
		  "{\"a\":\"\xc3\xa9T\xc3\x89\"}", 1 },
		{ "{\"a\":[{\"equals-ignore-case\":\"stra\xc3\x9f"
		  "e\"}]}",
		  "{\"a\":\"STRASSE\"}", 1 },
		{ "{\"a\":[{\"equals-ignore-case\":\"ab\"}]}", "{\"a\":\"abc\"}", 0 },
		{ "{\"a\":[{\"wildcard\":\"a*b*c\"}]}", "{\"a\":\"a1bb2c\"}", 1 },
		{ "{\"a\":[{\"wildcard\":\"a\\\\*b\"}]}", "{\"a\":\"a*b\"}", 1 },
		{ "{\"a\":[{\"wildcard\":\"a\\\\*b\"}]}", "{\"a\":\"axb\"}", 0 },
		{ "{\"a\":[{\"anything-but\":\"x\"}]}", "{\"a\":\"y\"}", 1 },
		{ "{\"a\":[{\"anything-but\":\"x\"}]}", "{\"a\":7}", 1 },
		{ "{\"a\":[{\"anything-but\":\"x\"}]}", "{}", 0 },
		{ "{\"a\":[{\"anything-but\":[5,6]}]}", "{\"a\":6.0}", 0 },
		{ "{\"a\":[{\"anything-but\":{\"prefix\":[\"a\",\"b\"]}}]}",
		  "{\"a\":\"bc\"}", 0 },
		{ "{\"a\":[{\"anything-but\":{\"suffix\":\"c\"}}]}", "{\"a\":\"bd\"}",
		  1 },
		{ "{\"a\":[{\"anything-but\":{\"wildcard\":\"*x*\"}}]}",
		  "{\"a\":\"axb\"}", 0 },
		{ "{\"a\":[{\"anything-but\":{\"equals-ignore-case\":[\"A\"]}}]}",
		  "{\"a\":\"a\"}", 0 },
		{ "{\"a\":[{\"numeric\":[\">\",0,\"<=\",5]}]}", "{\"a\":5}", 1 },
		{ "{\"a\":[{\"numeric\":[\">\",0,\"<=\",5]}]}", "{\"a\":0}", 0 },
		{ "{\"a\":[{\"numeric\":[\"=\",5]}]}", "{\"a\":5.00}", 1 },
		{ "{\"a\":[{\"numeric\":[\"<\",0.3]}]}", "{\"a\":0.2999}", 1 },
		{ "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}", "{\"a\":\"10.0.0.255\"}", 1 },
		{ "{\"a\":[{\"cidr\":\"10.0.0.0/24\"}]}", "{\"a\":\"10.0.1.0\"}", 0 },
		{ "{\"a\":[{\"cidr\":\"2001:db8::/33\"}]}", "{\"a\":\"2001:db8:7fff::\"}",
		  1 },
		{ "{\"a\":[{\"cidr\":\"2001:db8::/33\"}]}", "{\"a\":\"2001:db8:8000::\"}",
		  0 },
		{ "{\"a\":[{\"exists\":true}]}", "{\"a\":null}", 1 },
		{ "{\"a\":[{\"exists\":true}]}", "{\"a\":{\"b\":1}}", 0 },
		{ "{\"a\":[{\"exists\":false}]}", "{\"a\":[]}", 1 },
		{ "{\"a\":[\"x\",{\"exists\":false}]}", "{\"b\":1}", 1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
arrays(void)
{
	static const struct row rows[] = {
		{ "{\"e\":[\"b\"]}", "{\"e\":[\"a\",[\"b\"]]}", 1 },
		{ "{\"e\":{\"k\":[\"a\"],\"v\":[1]}}", "{\"e\":[{\"k\":\"a\",\"v\":1}]}",
		  1 },
		{ "{\"e\":{\"k\":[\"a\"],\"v\":[1]}}",
		  "{\"e\":[{\"k\":\"a\",\"v\":2},{\"k\":\"b\",\"v\":1}]}", 0 },
		{ "{\"e\":{\"k\":[\"a\"],\"v\":[1]}}",
		  "{\"e\":[{\"k\":[\"a\",\"b\"],\"v\":[2,1]}]}", 1 },
		{ "{\"e\":{\"k\":[\"a\"],\"w\":{\"q\":[1],\"r\":[2]}}}",
		  "{\"e\":[{\"k\":\"a\",\"w\":[{\"q\":1},{\"r\":2}]}]}", 0 },
		{ "{\"e\":{\"k\":[\"a\"]},\"f\":{\"k\":[\"b\"]}}",
		  "{\"e\":[{\"k\":\"a\"}],\"f\":[{},{\"k\":\"b\"}]}", 1 },
		{ "{\"e\":{\"b\":[{\"exists\":false}],\"c\":[1]}}",
		  "{\"e\":[{\"b\":1},{\"c\":1}]}", 0 },
		{ "{\"e\":{\"d\":[{\"exists\":false}],\"c\":[1]}}",
		  "{\"e\":[{\"d\":1},{\"c\":1}]}", 1 },
		{ "{\"e\":{\"d\":[{\"exists\":false}],\"c\":[1]}}",
		  "{\"e\":[{\"d\":1,\"c\":1}]}", 0 },
	};

	check_rows(rows, COUNT(rows));
}

static void
alternatives(void)
{
	static const struct row rows[] = {
		{ "{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}", "{\"b\":2}", 1 },
		{ "{\"c\":[3],\"$or\":[{\"a\":[1]},{\"b\":[2]}]}", "{\"b\":2}", 0 },
		{ "{\"$or\":[{\"a\":[1]},{\"$or\":[{\"b\":[2]},{\"c\":[3]}]}]}",
		  "{\"c\":3}", 1 },
		{ "{\"d\":{\"$or\":[{\"a\":[1]},{\"b\":[2]}]}}", "{\"d\":{\"b\":2}}", 1 },
		{ "{\"$or\":[{\"a\":[1]},{\"b\":[2]}],\"a\":[5]}", "{\"a\":5}", 1 },
		{ "{\"$or\":[{\"a\":[1]}]}", "{\"a\":1}", -1 },
		{ "{\"$or\":[\"x\",\"y\"]}", "{\"$or\":\"y\"}", 1 },
		{ "{\"$or\":[{\"prefix\":\"x\"},{\"prefix\":\"y\"}]}", "{\"$or\":\"yy\"}",
		  1 },
		{ "{\"$or\":[{\"a\":[1]},{\"prefix\":[2]}]}", "{\"a\":1}", -1 },
	};

	check_rows(rows, COUNT(rows));
}

static void
refused(void)
{
	static const char *const patterns[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"a\":[]}",
		"{\"a\":{}}",
		"{\"a\":\"x\"}",
		"{\"a\":[[1]]}",
		"{\"a\":[{}]}",
		"{\"a\":[{\"foo\":1}]}",
		"{\"a\":[{\"prefix\":\"x\",\"suffix\":\"y\"}]}",
		"{\"a\":[{\"prefix\":1}]}",
		"{\"a\":[{\"anything-but\":[]}]}",
		"{\"a\":[{\"anything-but\":[\"x\",1]}]}",
		"{\"a\":[{\"anything-but\":{\"prefix\":\"\"}}]}",
		"{\"a\":[{\"anything-but\":{\"cidr\":\"10.0.0.0/8\"}}]}",
		"{\"a\":[{\"numeric\":[]}]}",
		"{\"a\":[{\"numeric\":[\"<\",1,\">\",0]}]}",
		"{\"a\":[{\"numeric\":[\">\",5,\"<\",5]}]}",
		"{\"a\":[{\"numeric\":[\">\",\"1\"]}]}",
		"{\"a\":[{\"cidr\":\"10.0.0.0/32\"}]}",
		"{\"a\":[{\"cidr\":\"10.0.0.0\"}]}",
		"{\"a\":[{\"exists\":1}]}",
		"{\"a\":[{\"wildcard\":\"a**\"}]}",
		"{\"a\":[{\"wildcard\":\"a\\\\x\"}]}",
		"{\"a\":[01]}",
		"{'a':[1]}",
		"{\"a\":[\"x\n\"]}",
		"{\"a\":[1,]}",
		"{\"a\":[\"\xff\"]}",
	};
	struct row row;
	size_t i;

	for (i = 0; i < COUNT(patterns); i++) {
		row = (struct row){ patterns[i], "{\"a\":1}", -1 };
		check_rows(&row, 1);
	}
	CU_ASSERT(event_pattern_matches(NULL, "{}") == -1);
	CU_ASSERT(event_pattern_matches("{\"a\":[1]}", NULL) == -1);
}

static void
hostile(void)
{
	size_t depth = 100000, i;
	struct buf event = { 0 }, pattern = { 0 };
	double start;

	for (i = 0; i < depth; i++)
		buf_text(&event, "{\"a\":");
	CU_ASSERT(event_pattern_matches("{\"a\":[1]}", event.data) == 0);
	event.len = 0;
	memset(event.data, '[', depth);
	event.data[depth] = '\0';
	CU_ASSERT(event_pattern_matches(event.data, "{}") == -1);
	/* Each item meets each field but the last. */
	buf_text(&event, "{\"e\":[");
	for (i = 0; i < 3000; i++)
		buf_text(&event,
			 "{\"a\":[1,1],\"b\":[1,1],\"c\":[1,1],\"d\":[1,1],\"z\":2},");
	buf_text(&event, "{\"z\":1}]}");
	start = time_monotonic();
	CU_ASSERT(event_pattern_matches(
			  "{\"e\":{\"a\":[1],\"b\":[1],\"c\":[1],\"d\":[1],\"z\":[1]}}",
			  event.data) == 0);
	CU_ASSERT(time_monotonic() - start < 2.0);
	/* 2^12 ways are more than AWS takes. */
	buf_text(&pattern, "{");
	for (i = 0; i < 12; i++)
		buf_print(&pattern, "%s\"k%zu\":{\"$or\":[{\"a\":[1]},{\"b\":[1]}]}",
			  i ? "," : "", i);
	buf_text(&pattern, "}");
	CU_ASSERT(event_pattern_matches(pattern.data, event.data) == -1);
	pattern.len = 0;
	buf_text(&pattern, "{\"a\":[\"");
	for (i = 0; i < 5000; i++)
		buf_char(&pattern, 'x');
	buf_text(&pattern, "\"]}");
	CU_ASSERT(event_pattern_matches(pattern.data, "{}") == -1);
	buf_free(&event);
	buf_free(&pattern);
}

int
tests_event(void)
{
	CU_pSuite suite = CU_add_suite("event", NULL, NULL);

	CU_add_test(suite, "values", values);
	CU_add_test(suite, "comparisons", comparisons);
	CU_add_test(suite, "arrays", arrays);
	CU_add_test(suite, "alternatives", alternatives);
	CU_add_test(suite, "refused", refused);
	CU_add_test(suite, "hostile", hostile);
	return 0;
}
