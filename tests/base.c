/* Tests of base: errors, memory, buffers, text, time, JSON, files, options. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "base/base.h"

int tests_base(void);

/* CUnit prints the assertion's source, so the case is printed before it. */
static void
check(bool holds, const char *what, const char *name)
{
	if (!holds)
		printf("# %s: %s\n", what, name ? name : "(null)");
	CU_ASSERT(holds);
}

static void
check_text(const char *got, const char *want, const char *name)
{
	bool same = got && want ? !strcmp(got, want) : got == want;

	if (!same)
		printf("# %s: got \"%s\", wanted \"%s\"\n", name, got ? got : "(null)",
		       want ? want : "(null)");
	CU_ASSERT(same);
}

static void
err_messages(void)
{
	struct err err = { 0 }, small;
	char *huge = mem_get(5000);
	size_t i;

	CU_ASSERT(err_set(NULL, "x") == -1);
	CU_ASSERT(err_prefix(NULL, "x") == -1);
	CU_ASSERT(err_set(&err, "no %s", "such\n\x1b[2Jfile \xc3\xa9 \xc2\x9b") == -1);
	check_text(err.text, "no such??[2Jfile \xc3\xa9 ??", "control characters");
	CU_ASSERT(err_prefix(&err, "reading %d", 7) == -1);
	check_text(err.text, "reading 7: no such??[2Jfile \xc3\xa9 ??", "prefix");
	err_set(&err, "again: %s", err.text);
	check(text_starts(err.text, "again: reading 7: no"), "itself as argument",
	      err.text);
	/* A message that is cut ends with a whole character, wherever the cut is. */
	for (i = 0; i < 8; i++) {
		size_t at = 0;

		memset(huge, 'x', i);
		for (at = i; at < 4000; at += 4)
			memcpy(huge + at, "\xf0\x9f\x98\x80", 4);
		err_set(&small, "%s", huge);
		check(text_is_utf8(small.text, strlen(small.text)), "cut set",
		      small.text);
		CU_ASSERT(strlen(small.text) > sizeof(small.text) - 5);
		err_set(&small, "end");
		err_prefix(&small, "%s", huge);
		check(text_is_utf8(small.text, strlen(small.text)), "cut prefix",
		      small.text);
	}
	free(huge);
}

static void
arena_gives_zeroed_memory(void)
{
	struct arena arena = { 0 };
	char *first = arena_text(&arena, "first"), *big, *p;
	size_t i, j;

	for (i = 0; i < 5000; i++) {
		p = arena_get(&arena, i % 97);
		for (j = 0; j < i % 97; j++)
			if (p[j])
				check(false, "arena_get", "not zeroed");
		memset(p, 0xff, i % 97);
	}
	big = arena_get(&arena, 1000000);
	memset(big, 1, 1000000);
	p = arena_get(&arena, 8);
	CU_ASSERT(p != NULL && (uintptr_t)p % _Alignof(max_align_t) == 0);
	check_text(first, "first", "first text");
	check_text(arena_print(&arena, "%s-%d", "a", 5), "a-5", "arena_print");
	check_text(arena_text_n(&arena, "abcdef", 3), "abc", "arena_text_n");
	CU_ASSERT(arena_text(&arena, NULL) == NULL);
	arena_free(&arena);
	CU_ASSERT(arena.last == NULL);
	arena_free(&arena);
	arena_free(NULL);
}

static void
mem_copies(void)
{
	char *text = mem_text_n("abc", 2);
	char *none = mem_get(0);
	char secret[8] = "secret!";
	static const char zero[8];

	check_text(text, "ab", "mem_text_n");
	free(text);
	free(none);
	CU_ASSERT(mem_text(NULL) == NULL);
	text = mem_print("%s %d", "x", 3);
	check_text(text, "x 3", "mem_print");
	free(text);
	mem_wipe(secret, sizeof(secret));
	CU_ASSERT(!memcmp(secret, zero, sizeof(secret)));
	mem_wipe(NULL, 0);
}

static void
buf_latches_at_its_ceiling(void)
{
	struct buf buf = { .cap = 10 };
	char *text;

	buf_text(&buf, "0123456789");
	CU_ASSERT(buf.len == 10 && !buf.over);
	buf_char(&buf, 'x');
	CU_ASSERT(buf.len == 10 && buf.over);
	buf_add(&buf, "", 0);
	buf_print(&buf, "%d", 5);
	check_text(buf.data, "0123456789", "nothing after over");
	buf_free(&buf);
	CU_ASSERT(buf.data == NULL && buf.len == 0 && !buf.over && buf.cap == 10);
	text = buf_take(&buf);
	check_text(text, "", "empty take");
	free(text);
	buf.cap = 0;
	buf_print(&buf, "%0500d|", 7);
	CU_ASSERT(buf.len == 501 && buf.data[500] == '|' && buf.data[501] == 0);
	buf_add(&buf, "\0z", 2);
	CU_ASSERT(buf.len == 503 && buf.data[502] == 'z' && buf.data[503] == 0);
	buf_text(&buf, NULL);
	buf_free(&buf);
	buf_free(NULL);
	buf.cap = 300;
	buf_print(&buf, "%0400d", 7);
	CU_ASSERT(buf.over && buf.len == 0);
	buf_free(&buf);
}

static const struct {
	const char *pattern, *text;
	bool matches;
} matches[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "***", "abc", true },
	{ "?", "", false },
	{ "?", "\xc3\xa9", true },
	{ "??", "\xc3\xa9", false },
	{ "*?", "\xc3\xa9", true },
	{ "*??", "\xc3\xa9", false },
	{ "a*c", "abbbc", true },
	{ "a*c", "abbbcd", false },
	{ "*a*b*c*", "xxaxxbxxcxx", true },
	{ "*a*b*c*", "xxaxxcxxbxx", false },
	{ "a?c", "abc", true },
	{ "A*", "abc", false },
	{ "s3:Get*", "s3:GetObject", true },
	{ "arn:aws:s3:::*/x", "arn:aws:s3:::b/y/x", true },
	{ "*ab", "aab", true },
	{ "*aab", "aaaab", true },
	{ "a**b", "ab", true },
	{ "*b?d", "abcbcd", true },
	{ "[a]", "a", false },
	{ "\\*", "\\anything", true },
};

static void
text_wildcards(void)
{
	char *hard = mem_get(20002), *pattern = mem_get(4004);
	double started;
	size_t i;

	for (i = 0; i < COUNT(matches); i++)
		check(text_matches(matches[i].pattern, matches[i].text) ==
			      matches[i].matches,
		      matches[i].pattern, matches[i].text);
	check(text_matches_nocase("S3:get*", "s3:GetObject"), "nocase", "s3");
	check(!text_matches(NULL, "a") && !text_matches("a", NULL), "NULL", "NULL");
	/* A search that tried every star again would not end. */
	memset(hard, 'a', 20000);
	for (i = 0; i < 2000; i++)
		memcpy(pattern + 2 * i, "*a", 2);
	pattern[4000] = 'b';
	started = time_monotonic();
	check(!text_matches(pattern, hard), "hard pattern", "matches");
	CU_ASSERT(time_monotonic() - started < 2);
	free(hard);
	free(pattern);
}

static void
text_words(void)
{
	CU_ASSERT(text_has_word("a bc d", "bc", " "));
	CU_ASSERT(text_has_word(" a,bc", "bc", " ,"));
	CU_ASSERT(!text_has_word("a bc d", "b", " "));
	CU_ASSERT(!text_has_word("abc", "", " "));
	CU_ASSERT(!text_has_word(NULL, "a", " "));
	CU_ASSERT(!text_has_word("", "a", " "));
	CU_ASSERT(text_ends("x.md", ".md") && !text_ends("md", ".md") &&
		  text_ends("a", ""));
	CU_ASSERT(text_starts("s3:x", "s3:") && !text_starts("s", "s3"));
}

static const struct {
	const char *text;
	bool valid;
} utf8[] = {
	{ "plain", true },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true },
	{ "\xc0\xaf", false },	       /* overlong */
	{ "\xe0\x80\xaf", false },     /* overlong */
	{ "\xed\xa0\x80", false },     /* surrogate */
	{ "\xf4\x90\x80\x80", false }, /* past U+10FFFF */
	{ "\xf4\x8f\xbf\xbf", true },  /* U+10FFFF */
	{ "\xc3", false },	       /* cut */
	{ "\xe2\x82", false },	       /* cut */
	{ "\x80", false },	       /* continuation alone */
	{ "\xff", false },
};

static void
text_utf8(void)
{
	size_t i;

	for (i = 0; i < COUNT(utf8); i++)
		check(text_is_utf8(utf8[i].text, strlen(utf8[i].text)) == utf8[i].valid,
		      "utf8", utf8[i].text);
	CU_ASSERT(text_is_utf8("", 0));
}

static void
text_hash(void)
{
	char hex[SHA256_ROOM];

	/* FIPS 180-4, and the empty text. */
	check_text(sha256_hex("abc", 3, hex),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		   "abc");
	check_text(sha256_hex(NULL, 0, hex),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   "empty");
}

static void
text_nearest(void)
{
	static const char *const names[] = { "format",	   "output",	      "checks",
					     "checks-dir", "GetBucketPolicy", NULL };
	char *huge = mem_get(100001);

	memset(huge, 'x', 100000);
	check_text(name_nearest("fromat", names, 6), "format", "swap");
	check_text(name_nearest("outpt", names, 6), "output", "lost letter");
	check_text(name_nearest("check", names, 6), "checks", "plural");
	check_text(name_nearest("getbucketpolicy", names, 6), "GetBucketPolicy", "case");
	check_text(name_nearest("zzzzzz", names, 6), NULL, "far");
	check_text(name_nearest("", names, 6), NULL, "empty");
	check_text(name_nearest(NULL, names, 6), NULL, "NULL");
	check_text(name_nearest(huge, names, 6), NULL, "huge");
	check_text(name_nearest("x", names, 0), NULL, "no names");
	free(huge);
}

static const struct {
	const char *text;
	long len;
	const char *bytes;
} base64[] = {
	{ "", 0, "" },
	{ "Zg==", 1, "f" },
	{ "Zm8=", 2, "fo" },
	{ "Zm9v", 3, "foo" },
	{ "Zm9vYg", 4, "foob" },
	{ "Zm9v\nYmFy\r\n", 6, "foobar" },
	{ "-_-_", 3, "\xfb\xff\xbf" },
	{ "+/+/", 3, "\xfb\xff\xbf" },
	{ "Z", -1, NULL },
	{ "Zg=", -1, NULL },
	{ "Zg===", -1, NULL },
	{ "Zg==Zg==", -1, NULL },
	{ "Zm9v====", -1, NULL },
	{ "Zm9v!", -1, NULL },
	{ "Zm\xc3\xa9", -1, NULL },
};

static void
text_base64(void)
{
	struct buf small = { .cap = 2 };
	size_t i;

	for (i = 0; i < COUNT(base64); i++) {
		struct buf out = { 0 };
		long len;

		buf_text(&out, "kept");
		len = base64_read(base64[i].text, strlen(base64[i].text), &out);
		check(len == base64[i].len, "base64", base64[i].text);
		check(out.len == 4 + (size_t)(len > 0 ? len : 0), "length",
		      base64[i].text);
		if (len > 0)
			check(!memcmp(out.data + 4, base64[i].bytes, (size_t)len),
			      "bytes", base64[i].text);
		check(!memcmp(out.data, "kept", 4), "before", base64[i].text);
		buf_free(&out);
	}
	CU_ASSERT(base64_read("Zm9v", 4, &small) == -1);
	buf_free(&small);
	CU_ASSERT(base64_read("Zm\0v", 4, &small) == -1);
	buf_free(&small);
}

#define NONE INT64_MIN

static const struct {
	const char *text;
	int64_t when;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-22T04:00:00Z", 1795320000 },
	{ "2026-11-22T04:00:00.999Z", 1795320000 },
	{ "2026-11-22T04:00:00.123456789+00:00", 1795320000 },
	{ "2026-11-22T05:30:00+01:30", 1795320000 },
	{ "2026-11-21T23:00:00-0500", 1795320000 },
	{ "2026-11-22T06:00:00+02", 1795320000 },
	{ "2026-11-22 04:00:00", 1795320000 },
	{ "2026-11-22T04:00", 1795320000 },
	{ "2026-11-22T04:00:00 UTC", 1795320000 },
	{ " 2026-11-22t04:00:00z\n", 1795320000 },
	{ "20261122T040000Z", 1795320000 },
	{ "2026-11-22", 1795305600 },
	{ "Sun, 22 Nov 2026 04:00:00 GMT", 1795320000 },
	{ "Sun, 22 Nov 2026 05:00:00 +0100", 1795320000 },
	{ "22 Nov 2026 04:00 UT", 1795320000 },
	{ "Sunday, 22-Nov-26 04:00:00 GMT", 1795320000 },
	{ "6 Nov 2026 04:00:00 GMT", 1793937600 },
	{ "1795320000", 1795320000 },
	{ "1795320000.75", 1795320000 },
	{ "1.79532E9", 1795320000 },
	{ "-1.5", -2 },
	{ "2024-02-29T00:00:00Z", 1709164800 },
	{ "2020-02-29T00:00:00Z", 1582934400 },
	{ "2016-12-31T23:59:60Z", 1483228800 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "0001-01-01T00:00:00Z", -62135596800 },
	{ "0001-01-01T00:00:00+01:00", NONE },
	{ "2023-02-29T00:00:00Z", NONE },
	{ "1900-02-29T00:00:00Z", NONE },
	{ "2026-13-01T00:00:00Z", NONE },
	{ "2026-00-01T00:00:00Z", NONE },
	{ "2026-11-31T00:00:00Z", NONE },
	{ "2026-11-22T24:00:00Z", NONE },
	{ "2026-11-22T04:60:00Z", NONE },
	{ "2026-11-22T04:00:00+24:00", NONE },
	{ "2026-11-22T04:00:00Zx", NONE },
	{ "2026-11-22T04:00:00.Z", NONE },
	{ "2026-11-22T", NONE },
	{ "2026-11", NONE },
	{ "Sun, 22 Nob 2026 04:00:00 GMT", NONE },
	{ "N/A", NONE },
	{ "no_information", NONE },
	{ "", NONE },
	{ "   ", NONE },
	{ "1e999", NONE },
	{ "nan", NONE },
	{ "0x10", NONE },
	{ "1795320000000", NONE }, /* milliseconds are the caller's to divide */
	{ ",", NONE },
	{ "--", NONE },
	{ "1111111111111111111111111111111111111111111111111111111111111111111", NONE },
};

static void
time_spellings(void)
{
	char text[TIME_ROOM];
	int64_t when;
	size_t i;

	for (i = 0; i < COUNT(times); i++) {
		when = NONE;
		check((time_read(times[i].text, &when) == 0) == (times[i].when != NONE),
		      "time", times[i].text);
		if (times[i].when != NONE)
			check(when == times[i].when, "seconds", times[i].text);
	}
	CU_ASSERT(time_read(NULL, &when) == -1);
	check_text(time_text(1795320000, text), "2026-11-22T04:00:00Z", "time_text");
	check_text(time_text(0, text), "1970-01-01T00:00:00Z", "epoch");
	check_text(time_text(INT64_MAX, text), "9999-12-31T23:59:59Z", "latest");
	check_text(time_text(INT64_MIN, text), "0001-01-01T00:00:00Z", "earliest");
	CU_ASSERT(time_now() > 1700000000 && time_monotonic() > 0);
}

static void
json_text(void)
{
	static const char input[] =
		"{\"b\": 1, \"a\": [true, null, \"\\u00e9/\"], \"b\": 2}";
	struct err err = { 0 };
	json_t *value = json_read(input, strlen(input), &err);
	char *text = json_canonical(value), *deep;

	check_text(text, "{\"a\":[true,null,\"\xc3\xa9/\"],\"b\":2}",
		   "canonical, last wins");
	free(text);
	json_decref(value);
	text = json_canonical(NULL);
	check_text(text, "null", "NULL");
	free(text);
	CU_ASSERT(json_read("", 0, &err) == NULL);
	CU_ASSERT(json_read("{\"k\": hunter2}", 14, &err) == NULL);
	check(!strstr(err.text, "hunter2"), "an error quotes the text", err.text);
	check(strstr(err.text, "line 1") != NULL, "an error has the line", err.text);
	CU_ASSERT(json_read("[1] x", 5, NULL) == NULL);
	CU_ASSERT(json_read("\"\xff\"", 3, &err) == NULL);
	deep = mem_get(100001);
	memset(deep, '[', 100000);
	CU_ASSERT(json_read(deep, 100000, &err) == NULL);
	free(deep);
}

static void
files_whole_or_not(void)
{
	char folder[] = "/tmp/plumbline-base-XXXXXX", *path, *deep, *device;
	struct buf buf = { 0 };
	struct err err = { 0 };
	struct stat facts = { 0 };

	CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
	deep = mem_print("%s/a/b//c", folder);
	path = mem_print("%s/file", deep);
	check(folder_make(deep, &err) == 0, "folder_make", err.text);
	check(folder_make(deep, &err) == 0, "folder_make again", err.text);
	CU_ASSERT(!file_exists(path));
	check(file_write(path, "one\0two", 7, 0600, &err) == 0, "file_write", err.text);
	CU_ASSERT(file_exists(path) && stat(path, &facts) == 0);
	CU_ASSERT((facts.st_mode & 0777) == 0600);
	check(file_write(path, "three", 5, 0600, &err) == 0, "file_write over", err.text);
	check(file_read(path, 5, &buf, &err) == 0, "file_read", err.text);
	check_text(buf.data, "three", "content");
	buf_free(&buf);
	CU_ASSERT(file_read(path, 4, &buf, &err) == -1);
	check(strstr(err.text, "larger than 4") != NULL, "ceiling", err.text);
	buf_free(&buf);
	CU_ASSERT(file_read(deep, 100, &buf, &err) == -1);
	CU_ASSERT(file_write(deep, "x", 1, 0600, &err) == -1);
	CU_ASSERT(folder_make(path, &err) == -1);
	CU_ASSERT(rename(path, path) == 0 && unlink(path) == 0);
	CU_ASSERT(file_read(path, 100, &buf, &err) == -1);
	/* Nothing is left beside the file: the folder is empty and can go. */
	CU_ASSERT(rmdir(deep) == 0);
	CU_ASSERT(file_write(path, "x", 1, 0600, &err) == -1);
	check(strstr(err.text, path) != NULL, "an error names the file", err.text);
	device = mem_text("/dev/null");
	check(file_write(device, "x", 1, 0600, &err) == 0, "device", err.text);
	CU_ASSERT(stat(device, &facts) == 0 && S_ISCHR(facts.st_mode));
	free(device);
	free(deep);
	free(path);
}

static const struct option test_options[] = {
	{ "output", "DIR", "where reports go", false },
	{ "checks", "ID,...", "choose checks", true },
	{ "quiet", NULL, "say less", false },
};

static const struct operand test_operands[] = {
	{ "FILE", "an evidence file", false, false },
	{ "MORE", "others", true, true },
};

static const struct command test_command = {
	.name = "report",
	.summary = "write reports",
	.about = "First paragraph.\n\nSecond one, which is long enough that it has to be "
		 "broken somewhere before the eightieth column of the line.",
	.options = test_options,
	.option_count = COUNT(test_options),
	.operands = test_operands,
	.operand_count = COUNT(test_operands),
	.examples = "plumbline report x.db\nplumbline report y.db",
};

/* Words of a command line, by spaces, and what the error must hold; NULL: it is
 * understood. */
static const struct {
	const char *line, *error;
} lines[] = {
	{ "report f", NULL },
	{ "report f g h", NULL },
	{ "report --output d f", NULL },
	{ "report f --output=d --quiet", NULL },
	{ "report -- --output", NULL },
	{ "report -", NULL },
	{ "report --checks a --checks b f", NULL },
	{ "report --help", NULL },
	{ "report -h", NULL },
	{ "report", "FILE is missing" },
	{ "report --ouput d f", "did you mean --output?" },
	{ "report --zzzzzzz f", "there is no option --zzzzzzz" },
	{ "report --output", "needs a value" },
	{ "report --output= f", "needs a value" },
	{ "report --output --quiet f", "needs a value" },
	{ "report --quiet=1 f", "takes no value" },
	{ "report --output a --output b f", "given twice" },
	{ "report -o f", "there is no option -o" },
	{ "report --=x f", "there is no option --" },
};

static struct arguments *
parse_line(const struct command *command, char *line, struct err *err)
{
	char *argv[16], *word;
	int argc = 0;

	while ((word = strsep(&line, " ")) && argc < 16)
		argv[argc++] = word;
	return arguments_parse(command, argc, argv, err);
}

static void
options_misuse(void)
{
	struct command bare = { .name = "version", .summary = "print the version" };
	char line[] = "version x";
	struct err err;
	size_t i;

	for (i = 0; i < COUNT(lines); i++) {
		char *copy = mem_text(lines[i].line);
		struct arguments *arguments;

		err.text[0] = 0;
		arguments = parse_line(&test_command, copy, &err);
		check((arguments == NULL) == (lines[i].error != NULL), lines[i].line,
		      err.text);
		if (lines[i].error)
			check(strstr(err.text, lines[i].error) != NULL, lines[i].line,
			      err.text);
		arguments_free(arguments);
		free(copy);
	}
	CU_ASSERT(parse_line(&bare, line, &err) == NULL);
	check(strstr(err.text, "one argument too many") != NULL, "version x", err.text);
	arguments_free(NULL);
}

static void
options_values(void)
{
	char line[] = "report --checks a --quiet one --checks=b=c -- --two";
	struct arguments *arguments = parse_line(&test_command, line, NULL);

	CU_ASSERT_FATAL(arguments != NULL);
	CU_ASSERT(arguments_flag(arguments, "quiet") &&
		  !arguments_flag(arguments, "help"));
	CU_ASSERT(arguments_count(arguments, "checks") == 2);
	check_text(arguments_value(arguments, "checks"), "b=c", "last");
	check_text(arguments_value_at(arguments, "checks", 0), "a", "first");
	check_text(arguments_value_at(arguments, "checks", 2), NULL, "past the end");
	check_text(arguments_value(arguments, "output"), NULL, "not given");
	CU_ASSERT(arguments_operands(arguments) == 2);
	check_text(arguments_operand(arguments, 0), "one", "operand");
	check_text(arguments_operand(arguments, 1), "--two", "operand behind --");
	check_text(arguments_operand(arguments, 2), NULL, "operand past the end");
	arguments_free(arguments);
}

static void
options_help(void)
{
	static const char *const wanted[] = {
		"plumbline report: write reports\n",
		"Usage: plumbline report [OPTION ...] FILE [MORE ...]\n",
		"\nFirst paragraph.\n\nSecond one,",
		"  --output DIR            where reports go\n",
		"  --checks ID,... ...     choose checks\n",
		"  -h, --help              print this help\n",
		"\nExamples:\n  plumbline report x.db\n  plumbline report y.db\n",
	};
	char *text = NULL, *line, *rest;
	size_t len, i;
	FILE *out = open_memstream(&text, &len);

	CU_ASSERT_FATAL(out != NULL);
	command_print_help(&test_command, out);
	fclose(out);
	for (i = 0; i < COUNT(wanted); i++)
		check(strstr(text, wanted[i]) != NULL, wanted[i], text);
	for (rest = text; (line = strsep(&rest, "\n"));)
		check(strlen(line) <= 80 && !text_ends(line, " "), "line of help", line);
	free(text);
}

int
tests_base(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "err_messages", err_messages },
		{ "mem_copies", mem_copies },
		{ "arena_gives_zeroed_memory", arena_gives_zeroed_memory },
		{ "buf_latches_at_its_ceiling", buf_latches_at_its_ceiling },
		{ "text_wildcards", text_wildcards },
		{ "text_words", text_words },
		{ "text_utf8", text_utf8 },
		{ "text_hash", text_hash },
		{ "text_nearest", text_nearest },
		{ "text_base64", text_base64 },
		{ "time_spellings", time_spellings },
		{ "json_text", json_text },
		{ "files_whole_or_not", files_whole_or_not },
		{ "options_misuse", options_misuse },
		{ "options_values", options_values },
		{ "options_help", options_help },
	};
	CU_pSuite suite = CU_add_suite("base", NULL, NULL);
	size_t i;

	if (!suite)
		return -1;
	for (i = 0; i < COUNT(tests); i++)
		if (!CU_add_test(suite, tests[i].name, tests[i].run))
			return -1;
	return 0;
}
