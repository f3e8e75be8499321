/* Reports: escapes, fixes filled with hostile names, and each format on a small evidence
 * file. */

#include <CUnit/CUnit.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "report/pieces.h"

int tests_report(void);

/* ---- Escapes. */

static const struct {
	const char *name, *text, *html, *json, *csv;
} escapes[] = {
	{ "plain", "abc", "abc", "\"abc\"", "abc" },
	{ "empty", "", "", "\"\"", "" },
	{ "markup", "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;", "\"<b>&\\\"'\"",
	  "\"<b>&\"\"'\"" },
	{ "formula", "=1+1", "=1+1", "\"=1+1\"", "\"'=1+1\"" },
	{ "at", "@SUM(1)", "@SUM(1)", "\"@SUM(1)\"", "\"'@SUM(1)\"" },
	{ "minus", "-2", "-2", "\"-2\"", "\"'-2\"" },
	{ "tab", "\t=1", "\t=1", "\"\\u0009=1\"", "\"'\t=1\"" },
	{ "return", "\r=1", "\xef\xbf\xbd=1", "\"\\u000d=1\"", "\"'\n=1\"" },
	{ "comma", "a,b", "a,b", "\"a,b\"", "\"a,b\"" },
	{ "lines", "a\nb", "a\nb", "\"a\\nb\"", "\"a\nb\"" },
	{ "control", "a\001b",
	  "a\xef\xbf\xbd"
	  "b",
	  "\"a\\u0001b\"",
	  "a\xef\xbf\xbd"
	  "b" },
	{ "turned",
	  "a\xe2\x80\xae"
	  "b",
	  "a\xef\xbf\xbd"
	  "b",
	  "\"a\\u202eb\"",
	  "a\xef\xbf\xbd"
	  "b" },
	{ "broken",
	  "a\xff"
	  "b",
	  "a\xef\xbf\xbd"
	  "b",
	  "\"a\\ufffdb\"",
	  "a\xef\xbf\xbd"
	  "b" },
	{ "cut", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd", "\"a\\ufffd\\ufffd\"",
	  "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	  "\"\\ufffd\\ufffd\\ufffd\"", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "korean", "\xed\x95\x9c", "\xed\x95\x9c", "\"\xed\x95\x9c\"", "\xed\x95\x9c" },
};

static void
check_text(const char *name, const char *what, const char *got, const char *want)
{
	bool same = strcmp(got, want) == 0;

	if (!same)
		printf("\n  %s (%s):\n    got  %s\n    want %s\n", name, what, got, want);
	CU_ASSERT(same);
}

enum escape { HTML, AS_JSON, CSV };

static void
check_escape(const char *name, enum escape how, const char *text, const char *want)
{
	static const char *const names[] = { "html", "json", "csv" };
	char *got = NULL;
	size_t len = 0;
	struct out out = { .file = open_memstream(&got, &len) };
	char *line = how == CSV ? mem_print("%s,", want) : mem_text(want);

	if (how == HTML)
		out_html(&out, text);
	else if (how == AS_JSON)
		out_json(&out, text);
	else
		out_csv(&out, text, false);
	fclose(out.file);
	check_text(name, names[how], got, line);
	free(line);
	free(got);
}

static void
test_escapes(void)
{
	for (size_t i = 0; i < COUNT(escapes); i++) {
		check_escape(escapes[i].name, HTML, escapes[i].text, escapes[i].html);
		check_escape(escapes[i].name, AS_JSON, escapes[i].text, escapes[i].json);
		check_escape(escapes[i].name, CSV, escapes[i].text, escapes[i].csv);
	}
}

/* A disk that is full is told by the last call. */
/* One long word is cut at the cap, in a time that does not grow with its square. */
static void
test_cut(void)
{
	size_t len = 1 << 18, cap = 32000;
	char *word = mem_get(len + 1);
	struct buf clean = { 0 };
	clock_t began = clock();

	memset(word, 'x', len);
	text_clean(&clean, word, cap);
	CU_ASSERT(clock() - began < 2 * CLOCKS_PER_SEC);
	CU_ASSERT(clean.len < cap && clean.len + 4 >= cap);
	CU_ASSERT(strspn(clean.data, "x") > cap - 100 && strstr(clean.data, "(cut;") != NULL);
	buf_free(&clean);
	word[cap - 100] = '\0';
	text_clean(&clean, word, cap);
	CU_ASSERT_EQUAL(clean.len, cap - 100);
	buf_free(&clean);
	/* a control becomes three bytes, which reach beyond the cap, and no count runs over */
	memset(word, 1, cap);
	strncpy(word + cap, "xyz", 4);
	text_clean(&clean, word, cap);
	CU_ASSERT(clean.len < cap + 4);
	buf_free(&clean);
	free(word);
}

static void
test_latch(void)
{
	struct err err = { 0 };
	struct out out;

	CU_ASSERT_EQUAL_FATAL(out_open(&out, "/dev/full", &err), 0);
	for (int i = 0; i < 100000; i++)
		out_text(&out, "0123456789");
	CU_ASSERT_EQUAL(out_close(&out, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/dev/full"));
}

/* ---- Fixes. One column, `v`, and one value. */

#define EVIL "$(rm -rf ~)`id`'\"\\;x"

static const struct {
	const char *name;
	enum fill_language language;
	const char *text, *value, *want;
} fills[] = {
	{ "word", FILL_SH, "aws --name {{v}}", "orders", "aws --name 'orders'" },
	{ "none", FILL_SH, "aws s3 ls", "x", "aws s3 ls" },
	{ "two", FILL_SH, "{{v}} {{v}}", "a", "'a' 'a'" },
	{ "nothing known", FILL_SH, "--x {{v}}", NULL, "--x ''" },
	{ "quote", FILL_SH, "{{v}}", "it's", "'it'\\''s'" },
	{ "evil word", FILL_SH, "a {{v}}", EVIL, "a '$(rm -rf ~)`id`'\\''\"\\;x'" },
	{ "joined", FILL_SH, "s3://{{v}}/*", "a b", "s3://'a b'/*" },
	{ "in single quotes", FILL_SH, "echo '{{v|text}}'", "it's $(x)",
	  "echo 'it'\\''s $(x)'" },
	{ "token in single quotes", FILL_SH, "echo '{{v}}'", "$(x)", "echo '$(x)'" },
	{ "in double quotes", FILL_SH, "echo \"{{v|text}}\"", "$(x)!",
	  "echo \"\"'$(x)!'\"\"" },
	{ "inside without quotes", FILL_SH, "echo {{v|text}}", "$(x)", "echo '$(x)'" },
	{ "in a substitution", FILL_SH, "a \"$(b --c {{v}})\" {{v}}", "x y",
	  "a \"$(b --c 'x y')\" 'x y'" },
	{ "in backticks", FILL_SH, "a `b {{v}}`", "x y", "a `b 'x y'`" },
	{ "comment", FILL_SH, "# was {{v}}\nls", "a\nrm -rf ~", "# was a rm -rf ~\nls" },
	{ "not a comment", FILL_SH, "a#b {{v}}", "x", "a#b 'x'" },
	{ "after a comment", FILL_SH, "# don't\nls {{v}}", "$(x)", "# don't\nls '$(x)'" },
	{ "json in quotes", FILL_SH, "--p '{\"a\": {{v|json}}}'", "it's \"$(x)\"",
	  "--p '{\"a\": \"it\\u0027s \\u0022\\u0024\\u0028x\\u0029\\u0022\"}'" },
	{ "json behind a variable", FILL_SH, "--p '{\"a\":\"'\"$X\"'\",\"b\":{{v|json}}}'", "w",
	  "--p '{\"a\":\"'\"$X\"'\",\"b\":\"w\"}'" },
	{ "json alone", FILL_SH, "--p {{v|json}}", "a b", "--p '\"a b\"'" },
	{ "text in json", FILL_SH, "--p '{\"a\":\"arn:{{v|text}}/*\"}'", "x\",\"b\":\"y",
	  "--p '{\"a\":\"arn:x\\u0022,\\u0022b\\u0022:\\u0022y/*\"}'" },
	{ "text in escaped json", FILL_SH, "--p \"{\\\"a\\\":\\\"{{v|text}}\\\"}\"",
	  "x\"y", "--p \"{\\\"a\\\":\\\"\"'x\\u0022y'\"\\\"}\"" },
	{ "here-document", FILL_SH, "cat <<EOF\n{{v|text}}\nEOF\nls {{v}}",
	  "$(x)\nEOF\nrm", "cat <<EOF\n\\$(x) EOF rm\nEOF\nls '$(x)\nEOF\nrm'" },
	{ "quoted here-document", FILL_SH, "cat <<'EOF'\n{\"a\": {{v|json}}}\nEOF\n",
	  "$(x)", "cat <<'EOF'\n{\"a\": \"\\u0024\\u0028x\\u0029\"}\nEOF\n" },
	{ "ansi quotes", FILL_SH, "a $'\\t{{v|text}}'", "$(x)", "a $'\\t''$(x)'$''" },
	{ "id", FILL_SH, "{{v|id}}", "$(x)-1", "r___x__1" },
	{ "others stand", FILL_SH, "${x} {{resolve:ssm:a}} {{ v }} {v} {{}}", "a",
	  "${x} {{resolve:ssm:a}} {{ v }} {v} {{}}" },
	{ "string", FILL_HCL, "bucket = {{v}}", "orders", "bucket = \"orders\"" },
	{ "evil string", FILL_HCL, "b = {{v}}", "${file(\"x\")}%{if}\n\\",
	  "b = \"$${file(\\\"x\\\")}%%{if}\\n\\\\\"" },
	{ "in a string", FILL_HCL, "b = \"arn:{{v|text}}/*\"", "${a}\"",
	  "b = \"arn:$${a}\\\"/*\"" },
	{ "token in a string", FILL_HCL, "b = \"{{v}}\"", "a\"b", "b = \"a\\\"b\"" },
	{ "label", FILL_HCL, "resource \"aws_x\" \"{{v|id}}\" {}", "1 a-b.c",
	  "resource \"aws_x\" \"r_1_a_b_c\" {}" },
	{ "hcl json", FILL_HCL, "p = {{v|json}}", "a\"${b}", "p = \"a\\\"$${b}\"" },
	{ "in a template", FILL_HCL, "p = \"${f({{v}})}\"", "a\"b",
	  "p = \"${f(\"a\\\"b\")}\"" },
	{ "in a heredoc", FILL_HCL, "p = <<EOT\n{\"a\":\"{{v|text}}\"}\nEOT\nq = {{v}}",
	  "a\"\nEOT\n${x}",
	  "p = <<EOT\n{\"a\":\"a\\\"\\nEOT\\n$${x}\"}\nEOT\nq = \"a\\\"\\nEOT\\n$${x}\"" },
	{ "hcl comment", FILL_HCL, "/* {{v}} */", "*/ x = 1",
	  "/* \"*\\u002f x = 1\" */" },
	{ "hcl line comment", FILL_HCL, "# don\"t\nb = {{v}}", "a",
	  "# don\"t\nb = \"a\"" },
	{ "interpolation stands", FILL_HCL, "a = \"${var.x}-{{v|text}}\"", "b",
	  "a = \"${var.x}-b\"" },
	{ "scalar", FILL_YAML, "Name: {{v}}", "orders", "Name: \"orders\"" },
	{ "evil scalar", FILL_YAML, "Name: {{v}}", "a\": b\nc: [\\",
	  "Name: \"a\\\": b\\nc: [\\\\\"" },
	{ "logical id", FILL_YAML, "  {{v|id}}:", "orders-prod.1", "  OrdersProd1:" },
	{ "logical id of nothing", FILL_YAML, "  {{v|id}}:", "--", "  R:" },
	{ "in yaml quotes", FILL_YAML, "A: \"x-{{v|text}}\"", "a\"b", "A: \"x-a\\\"b\"" },
	{ "in single yaml quotes", FILL_YAML, "A: 'x-{{v|text}}'", "it's\n",
	  "A: 'x-it''s '" },
	{ "apostrophe", FILL_YAML, "A: don't\nB: {{v}}", "a", "A: don't\nB: \"a\"" },
	{ "block", FILL_YAML, "A: |\n  {\"x\": \"{{v|text}}\"}\nB: {{v}}", "a\"\nC: d",
	  "A: |\n  {\"x\": \"a\\\"\\nC: d\"}\nB: \"a\\\"\\nC: d\"" },
	{ "yaml json", FILL_YAML, "A: {{v|json}}", "a\"b", "A: \"a\\\"b\"" },
	{ "sub", FILL_YAML, "A: !Sub \"${AWS::Region}-{{v|text}}\"", "${x}",
	  "A: !Sub \"${AWS::Region}-${!x}\"" },
	{ "resolve stands", FILL_YAML, "A: '{{resolve:secretsmanager:x}}'", "a",
	  "A: '{{resolve:secretsmanager:x}}'" },
	{ "turned text", FILL_YAML, "A: {{v}}", "a\xe2\x80\xae", "A: \"a\\u202e\"" },
};

static void
test_fills(void)
{
	for (size_t i = 0; i < COUNT(fills); i++) {
		struct err err = { 0 };
		struct fix *fix = fix_parse(fills[i].language, fills[i].text, &err);
		const char *values[8];
		struct buf out = { 0 };

		if (fix == NULL)
			printf("\n  %s: %s\n", fills[i].name, err.text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(fix);
		for (size_t j = 0; j < COUNT(values); j++)
			values[j] = fills[i].value;
		fix_print(fix, values, &out);
		check_text(fills[i].name, fill_names[fills[i].language],
			   out.data != NULL ? out.data : "", fills[i].want);
		buf_free(&out);
		fix_free(fix);
	}
}

static void
test_filter_unknown(void)
{
	struct err err = { 0 };

	CU_ASSERT_PTR_NULL(fix_parse(FILL_SH, "a {{v|url}}", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "|url"));
}

/* ---- Formats. */

static void
test_formats(void)
{
	struct err err = { 0 };

	for (size_t i = 1; i < format_count; i++) {
		if (strcmp(formats[i - 1].name, formats[i].name) >= 0)
			printf("\n  %s stands behind %s\n", formats[i].name,
			       formats[i - 1].name);
		CU_ASSERT(strcmp(formats[i - 1].name, formats[i].name) < 0);
	}
	CU_ASSERT_PTR_NOT_NULL(format_find("html", &err));
	CU_ASSERT_PTR_NULL(format_find("htlm", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "html"));
}

/* The parts of store/layout.c that reports read, and one table of resources. */
static const char layout[] =
	"CREATE TABLE scan(id INTEGER, started_at TEXT, finished_at TEXT, version TEXT, options TEXT, caller_arn TEXT,"
	" account_id TEXT, partition TEXT, state TEXT, root_hash TEXT);"
	"CREATE TABLE api_call(id INTEGER PRIMARY KEY, region TEXT, service TEXT, operation TEXT, outcome TEXT, error TEXT,"
	" message TEXT);"
	"CREATE TABLE check_page(check_id TEXT PRIMARY KEY, service TEXT, resource TEXT, severity TEXT, title TEXT, why TEXT,"
	" see TEXT, parameters TEXT, lineage TEXT, fix_text TEXT, fix_sh TEXT, fix_hcl TEXT, fix_yaml TEXT, error TEXT,"
	" sha256 TEXT, page TEXT);"
	"CREATE TABLE finding(id TEXT PRIMARY KEY, check_id TEXT, account_id TEXT, region TEXT, resource TEXT,"
	" resource_type TEXT, verdict TEXT, severity TEXT, observed TEXT, reason TEXT, exception_id TEXT, first_seen TEXT,"
	" changed_at TEXT);"
	"CREATE TABLE finding_call(finding TEXT, call INTEGER);"
	"CREATE TABLE coverage(check_id TEXT, region TEXT, population INTEGER, pass INTEGER, fail INTEGER,"
	" not_applicable INTEGER, unknown INTEGER, state TEXT);"
	"CREATE TABLE control(framework TEXT, position INTEGER, number TEXT, title TEXT, kind TEXT);"
	"CREATE TABLE control_check(framework TEXT, position INTEGER, check_id TEXT, extent TEXT);"
	"CREATE TABLE framework(name TEXT, title TEXT);"
	"CREATE TABLE exception(id TEXT, document TEXT); CREATE TABLE attestation(id TEXT, document TEXT);"
	"CREATE TABLE account(arn TEXT, account_id TEXT, region TEXT, name TEXT, tags TEXT);"
	"CREATE TABLE region(arn TEXT, account_id TEXT, region TEXT, name TEXT, tags TEXT);"
	"CREATE TABLE s3_bucket(arn TEXT, account_id TEXT, region TEXT, name TEXT, tags TEXT);"
	"INSERT INTO scan VALUES(1, '2026-11-22T04:00:00Z', NULL, '0.1', '{}', NULL, '111122223333', 'aws', 'complete', 'ab');"
	"INSERT INTO api_call VALUES(1, 'us-east-1', 's3', 'GetBucketEncryption', 'refused', 'AccessDenied',"
	" 'User: x is not authorized to perform: s3:GetEncryptionConfiguration on resource: y');"
	"INSERT INTO s3_bucket VALUES('arn:aws:s3:::<script>', '111122223333', 'us-east-1', '<script>', NULL);"
	"INSERT INTO check_page VALUES('s3_a', 's3', 's3_bucket', 'high', 'It is <b>', 'Why <script>', NULL, '{}', '{}', 'Do.',"
	" 'aws x {{name}} {{partition}}', NULL, 'A: {{nosuch}}', NULL, 'c', 'p');"
	"INSERT INTO finding VALUES('00000000000000000000000000000001', 's3_a', '111122223333', 'us-east-1',"
	" 'arn:aws:s3:::<script>', 'AWS::S3::Bucket', 'fail', 'high', '=seen', NULL, NULL, NULL, NULL);"
	"INSERT INTO finding VALUES('00000000000000000000000000000002', 's3_a', '111122223333', 'us-east-1',"
	" 's3_bucket/*', 'AWS::S3::Bucket', 'unknown', 'high', NULL, 'refused', NULL, NULL, NULL);"
	"INSERT INTO finding_call VALUES('00000000000000000000000000000002', 1);"
	"INSERT INTO framework VALUES('cis', 'CIS');"
	"INSERT INTO control VALUES('cis', 1, '1.1', 'fails', 'automated'), ('cis', 2, '1.2', 'asks', 'attest'),"
	" ('cis', 3, '1.3', 'has none', 'automated');"
	"INSERT INTO control_check VALUES('cis', 1, 's3_a', 'full');";

static char *
read_whole(const char *folder, const char *name)
{
	char *path = mem_print("%s/%s", folder, name);
	struct buf text = { 0 };

	if (file_read(path, 1 << 24, &text, NULL) < 0)
		printf("\n  no %s\n", path);
	free(path);
	return text.data != NULL ? text.data : mem_text("");
}

static const struct {
	const char *file, *has, *lacks;
} contents[] = {
	{ "report.html", "arn:aws:s3:::<b>&lt;script&gt;</b>", "<script>rm" },
	{ "report.html", "aws x &#39;&lt;script&gt;&#39; &#39;aws&#39;", "It is <b>" },
	{ "report.html", "there is no column nosuch in s3_bucket", NULL },
	{ "report.html", "s3:GetEncryptionConfiguration", "Why <script>" },
	{ "report.json", "\"class_uid\":2003", NULL },
	{ "report.json", "\"status\":\"Unknown\",\"status_id\":0", NULL },
	{ "report.csv", ",\"'=seen\",", NULL },
	{ "fixes/index.csv", "00000000000000000000000000000001.sh,,\r\n",
	  "00000000000000000000000000000002" },
	{ "fixes/00000000000000000000000000000001.sh", "aws x '<script>' 'aws'\n", NULL },
};

static void
test_writers(void)
{
	char folder[] = "/tmp/plumbline-report-XXXXXX";
	struct report_source source = { .version = "9.9" };
	struct err err = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &source.db), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(db_run(source.db, &err, layout), 0);
	if (report_write(&source, "html,json,csv,xlsx", folder, &err) < 0)
		printf("\n  %s\n", err.text);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	/* A fix that cannot be filled is an error by name, and the others are there. */
	CU_ASSERT_EQUAL(report_write(&source, "fixes", folder, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "yaml fix of s3_a"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "nosuch"));
	CU_ASSERT_EQUAL(report_write(&source, "csv,nosuch", folder, &err), -1);
	for (size_t i = 0; i < COUNT(contents); i++) {
		char *text = read_whole(folder, contents[i].file);
		bool has = strstr(text, contents[i].has) != NULL;
		bool lacks = contents[i].lacks == NULL ||
			     strstr(text, contents[i].lacks) == NULL;

		if (!has || !lacks)
			printf("\n  %s: %s\n", contents[i].file,
			       has ? contents[i].lacks : contents[i].has);
		CU_ASSERT(has && lacks);
		free(text);
	}
	sqlite3_close(source.db);
}

static void
test_facts(void)
{
	static const enum control_state states[] = { FAILED, ATTEST, NO_CHECK };
	struct report_source source = { .version = "9.9" };
	struct facts facts;
	struct err err = { 0 };
	char text[COVERAGE_ROOM];

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &source.db), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(db_run(source.db, &err, layout), 0);
	CU_ASSERT_EQUAL_FATAL(facts_load(&facts, &source, &err), 0);
	check_text("coverage", "text", coverage_text(facts.totals, text), "50 %");
	check_text("almost all", "text", coverage_text((long[]){ 9999, 0, 0, 1 }, text),
		   "99.9 %");
	check_text("nothing", "text", coverage_text((long[]){ 0, 0, 5, 0 }, text), "–");
	CU_ASSERT_EQUAL_FATAL(facts.control_count, COUNT(states));
	for (size_t i = 0; i < COUNT(states); i++)
		check_text(facts.controls[i].number, "state",
			   control_titles[facts.controls[i].state],
			   control_titles[states[i]]);
	CU_ASSERT_EQUAL_FATAL(facts.refusal_count, 1);
	check_text("refusal", "action", facts.refusals[0].action,
		   "s3:GetEncryptionConfiguration");
	CU_ASSERT_EQUAL(facts.refusals[0].verdicts, 1);
	facts_free(&facts);
	sqlite3_close(source.db);
}

int
tests_report(void)
{
	CU_pSuite suite = CU_add_suite("report", NULL, NULL);

	CU_add_test(suite, "escapes", test_escapes);
	CU_add_test(suite, "a long word is cut", test_cut);
	CU_add_test(suite, "a full disk is told", test_latch);
	CU_add_test(suite, "fixes filled", test_fills);
	CU_add_test(suite, "unknown filter", test_filter_unknown);
	CU_add_test(suite, "table of formats", test_formats);
	CU_add_test(suite, "facts", test_facts);
	CU_add_test(suite, "writers", test_writers);
	return 0;
}
