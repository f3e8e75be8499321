/* A program for tests/bench.py: times the engine's parts apart from any process around them.
 *
 * prepare DIR         all pages, with those of DIR: reads and prepares them with their lineage
 * judge IDS SQL FILE  makes the evidence FILE, runs the SQL of a file in it, judges it by the pages IDS
 * policies FILE       a JSON array of policies, through each function that reads policies
 * filters FILE        {"filters": […], "events": […]}: each against each
 * run FILE WORD…      runs a program and writes to FILE what it took. Linux gives a child the largest size that its
 *                     parent had before it, so a big parent such as Python cannot measure a small child itself
 *
 * Each prints one JSON object; seconds are of processor time, but for `wall`. */

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "checks/meaning.h"
#include "scanners/scanners.h"

#define FILE_CAP ((size_t)256 << 20)

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
print_and_free(json_t *figures)
{
#ifdef __OPTIMIZE__
	json_object_set_new(figures, "optimized", json_true());
#else
	json_object_set_new(figures, "optimized", json_false());
#endif
	json_dumpf(figures, stdout, JSON_SORT_KEYS);
	putchar('\n');
	json_decref(figures);
	return 0;
}

static json_t *
read_json(const char *path, struct err *err)
{
	struct buf text = { 0 };
	json_t *value = NULL;

	if (file_read(path, FILE_CAP, &text, err) == 0)
		value = json_read(text.data, text.len, err);
	buf_free(&text);
	return value;
}

static int
measure_prepare(const struct schema *schema, char **words, struct err *err)
{
	double began = seconds(), loaded, prepared;
	struct check_set *set = checks_load(schema, words[0], err);
	int status = -1;

	if (set == NULL || checks_choose(set, NULL, NULL, err) < 0)
		goto out;
	loaded = seconds();
	if (checks_prepare(set, err) < 0)
		goto out;
	prepared = seconds();
	status = print_and_free(json_pack("{s:i,s:f,s:f}", "statements", (int)checks_count(set),
					  "load", loaded - began, "prepare", prepared - loaded));
out:
	checks_free(set);
	return status;
}

/* Fills a new evidence file with the rows that the SQL makes. */
static struct evidence *
fill_evidence(const struct schema *schema, const char *sql_file, const char *path, struct err *err)
{
	struct scan_facts facts = {
		.started_at = "2026-11-22T00:00:00Z",
		.version = "bench",
		.options = "{}",
		.account_id = "123456789012",
		.partition = "aws",
	};
	struct evidence *evidence = NULL;
	struct buf sql = { 0 };

	if (file_read(sql_file, FILE_CAP, &sql, err) < 0)
		return NULL;
	evidence = evidence_create(path, schema, err);
	if (evidence != NULL && (evidence_begin_scan(evidence, &facts, err) < 0 ||
				 db_run(evidence_db(evidence), err, sql.data) < 0 ||
				 evidence_commit(evidence, err) < 0)) {
		evidence_close(evidence);
		evidence = NULL;
	}
	buf_free(&sql);
	return evidence;
}

static long
count_findings(sqlite3 *db)
{
	sqlite3_stmt *get = db_prepare(db, NULL, "SELECT count(*) FROM finding");
	long count = -1;

	if (get != NULL && sqlite3_step(get) == SQLITE_ROW)
		count = (long)sqlite3_column_int64(get, 0);
	sqlite3_finalize(get);
	return count;
}

static void
say_trouble(void *arg, const char *id, const char *trouble)
{
	(void)arg;
	if (trouble != NULL)
		fprintf(stderr, "%s: %s\n", id, trouble);
}

static int
measure_judge(const struct schema *schema, char **words, struct err *err)
{
	struct check_set *set = checks_load(schema, NULL, err);
	struct evidence *evidence = NULL;
	double began, judged;
	int troubles = 0, status = -1;

	if (set == NULL || checks_choose(set, words[0], NULL, err) < 0 ||
	    checks_prepare(set, err) < 0)
		goto out;
	evidence = fill_evidence(schema, words[1], words[2], err);
	if (evidence == NULL)
		goto out;
	began = seconds();
	if (checks_judge(set, evidence_db(evidence), say_trouble, NULL, &troubles, err) < 0)
		goto out;
	judged = seconds();
	status = print_and_free(json_pack("{s:i,s:i,s:f}", "findings",
					  (int)count_findings(evidence_db(evidence)), "troubles",
					  troubles, "judge", judged - began));
out:
	evidence_close(evidence);
	checks_free(set);
	return status;
}

/* What one function took over all policies. `which` names it. */
static double
time_function(const json_t *policies, const char *which)
{
	static const char request[] =
		"{\"principal\":\"arn:aws:iam::123456789012:role/reader\",\"action\":\"s3:GetObject\","
		"\"resource\":\"arn:aws:s3:::reports-2026/a\",\"complete\":true,"
		"\"context\":{\"aws:SecureTransport\":\"true\",\"aws:SourceIp\":\"192.0.2.7\"}}";
	double began = seconds();
	const json_t *item;
	size_t i;

	json_array_foreach(policies, i, item) {
		const char *text = json_string_value(item);
		char *list = mem_print("[%s]", text);

		if (strcmp(which, "policy_decision") == 0)
			(void)policy_decision(list, request);
		else if (strcmp(which, "policy_is_public") == 0)
			(void)policy_is_public(text, "123456789012");
		else if (strcmp(which, "policy_statements") == 0)
			json_decref(policy_statements(text));
		else if (strcmp(which, "policy_escalations") == 0)
			json_decref(policy_escalations(list));
		else if (strcmp(which, "policy_wholesale") == 0)
			json_decref(policy_wholesale(text));
		else
			free(policy_trouble(list));
		free(list);
	}
	return seconds() - began;
}

static int
measure_policies(const struct schema *schema, char **words, struct err *err)
{
	static const char *const names[] = { "policy_decision", "policy_escalations",
					     "policy_is_public", "policy_statements",
					     "policy_trouble", "policy_wholesale" };
	json_t *policies = read_json(words[0], err), *figures;

	(void)schema;
	if (policies == NULL)
		return -1;
	figures = json_pack("{s:i}", "policies", (int)json_array_size(policies));
	for (size_t i = 0; i < COUNT(names); i++)
		json_object_set_new(figures, names[i],
				    json_real(time_function(policies, names[i])));
	json_decref(policies);
	return print_and_free(figures);
}

static int
measure_filters(const struct schema *schema, char **words, struct err *err)
{
	json_t *input = read_json(words[0], err);
	const json_t *filters, *events, *filter, *event;
	struct filter_memo *memo;
	double began;
	size_t i, j;
	int pairs = 0, matches = 0, invalid = 0;

	(void)schema;
	if (input == NULL)
		return -1;
	filters = json_object_get(input, "filters");
	events = json_object_get(input, "events");
	memo = filter_memo_make();
	began = seconds();
	json_array_foreach(filters, i, filter) {
		json_array_foreach(events, j, event) {
			int answer = filter_matches_memo(memo, json_string_value(filter),
							 json_string_value(event));

			pairs++;
			matches += answer == 1;
			invalid += answer < 0;
		}
	}
	began = seconds() - began;
	filter_memo_free(memo);
	json_decref(input);
	return print_and_free(json_pack("{s:i,s:i,s:i,s:f}", "pairs", pairs, "matches", matches,
					"invalid", invalid, "match", began));
}

static double
seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int
measure_run(char **words)
{
	extern char **environ;
	double began = time_monotonic();
	struct rusage usage;
	json_t *figures;
	pid_t child;
	int status;

	if (posix_spawnp(&child, words[1], NULL, NULL, words + 1, environ) != 0 ||
	    wait4(child, &status, 0, &usage) != child)
		return -1;
	figures = json_pack("{s:i,s:f,s:f,s:f}", "status",
			    WIFEXITED(status) ? WEXITSTATUS(status) : 128, "cpu",
			    seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), "wall",
			    time_monotonic() - began, "mib", (double)usage.ru_maxrss / 1024);
	status = json_dump_file(figures, words[0], 0);
	json_decref(figures);
	return status;
}

static const struct measure {
	const char *name;
	int words;
	int (*run)(const struct schema *schema, char **words, struct err *err);
} measures[] = {
	{ "filters", 1, measure_filters },
	{ "judge", 3, measure_judge },
	{ "policies", 1, measure_policies },
	{ "prepare", 1, measure_prepare },
};

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct schema *schema;
	int status = -1;

	if (argc > 3 && strcmp(argv[1], "run") == 0)
		return measure_run(argv + 2) < 0;
	schema = schema_build(scanners, scanner_count, &err);
	if (schema == NULL) {
		fprintf(stderr, "tool_bench: %s\n", err.text);
		return 1;
	}
	err_set(&err, "give filters FILE, judge IDS SQL FILE, policies FILE, prepare DIR "
		      "or run FILE WORD…");
	for (size_t i = 0; argc > 1 && i < COUNT(measures); i++)
		if (strcmp(measures[i].name, argv[1]) == 0 && argc == measures[i].words + 2)
			status = measures[i].run(schema, argv + 2, &err);
	schema_free(schema);
	if (status < 0)
		fprintf(stderr, "tool_bench: %s\n", err.text);
	return status < 0;
}
