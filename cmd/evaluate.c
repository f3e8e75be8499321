/* evaluate: judges the kept answers of an evidence file again, offline. */

#include "cmd/cmd.h"

#include <sys/stat.h>
#include <unistd.h>

struct kept_facts {
	json_t *options;
	char *state, *finished_at;
};

static int
read_facts(struct evidence *from, struct kept_facts *facts, struct err *err)
{
	sqlite3_stmt *get = db_prepare(evidence_db(from), err,
				       "SELECT options, state, coalesce(finished_at, "
				       "started_at) FROM scan");

	if (get == NULL)
		return -1;
	if (sqlite3_step(get) == SQLITE_ROW) {
		facts->options = json_read((const char *)sqlite3_column_text(get, 0),
					   (size_t)sqlite3_column_bytes(get, 0), err);
		facts->state = mem_text((const char *)sqlite3_column_text(get, 1));
		facts->finished_at = mem_text((const char *)sqlite3_column_text(get, 2));
	}
	sqlite3_finalize(get);
	if (facts->options == NULL)
		return err_set(err, "the evidence file records no scan");
	return 0;
}

static bool
same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Pages that judged in the file and are not chosen now: where nobody chose, they are the user's and their folder was
 * left out. */
static void
say_absent(const struct arguments *arguments, const struct judging *judging, struct evidence *from)
{
	sqlite3_stmt *pages = db_prepare(evidence_db(from), NULL, "SELECT check_id FROM check_page");
	int absent = 0;

	while (pages != NULL && sqlite3_step(pages) == SQLITE_ROW) {
		const char *id = (const char *)sqlite3_column_text(pages, 0);
		size_t at = 0;

		while (at < checks_count(judging->checks) && strcmp(checks_at(judging->checks, at).id, id) != 0)
			at++;
		absent += at == checks_count(judging->checks);
	}
	sqlite3_finalize(pages);
	if (absent > 0 && arguments_count(arguments, "checks") + arguments_count(arguments, "framework") == 0)
		cmd_say("%d page(s) that judged in %s are not at hand and were left out; pages of your own: --checks-dir DIR",
			absent, arguments_operand(arguments, 0));
}

static int
say_result(struct evidence *evidence, const char *folder, struct err *err)
{
	if (summary_say(evidence_db(evidence), err) < 0)
		return -1;
	cmd_say("evidence and reports are in %s", folder);
	return 0;
}

static int
judge_again(const struct arguments *arguments, struct judging *judging,
	    struct evidence *from, const struct kept_facts *facts, struct err *err)
{
	const char *folder = arguments_value(arguments, "output");
	const char *list = arguments_value(arguments, "format");
	char *path = mem_print("%s/evidence.db", folder);
	struct evidence *to = NULL;
	int troubles = 0, held = -1, status = -1;

	if (same_file(path, arguments_operand(arguments, 0))) {
		err_set(err, "%s is the file to be judged: name another folder", path);
	} else if (folder_make(folder, err) == 0 && (held = folder_hold(folder, err)) >= 0 &&
		   keep_former(folder, err) == 0) {
		to = evidence_create(path, judging->schema, err);
		if (to != NULL && evidence_copy(from, to, err) == 0 &&
		    judge_evidence(judging, to, facts->state, facts->finished_at, &troubles,
				   err) == 0 &&
		    write_reports(to, list != NULL ? list : "html,xlsx,json", folder,
				  err) == 0)
			status = arguments_flag(arguments, "quiet") ? 0 : say_result(to, folder, err);
	}
	if (status == 0 && troubles > 0)
		status = err_set(err, "%d page(s) could not judge; see above", troubles);
	if (status == 0)
		status = summary_status(evidence_db(to),
					arguments_value(arguments, "fail-on"),
					arguments_flag(arguments, "fail-on-unknown"));
	evidence_close(to);
	if (held >= 0)
		close(held);
	free(path);
	return status;
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *list = arguments_value(arguments, "format");
	struct judging judging = { 0 };
	struct kept_facts facts = { 0 };
	struct evidence *from = NULL;
	struct schema *schema;
	int status = -1;

	if (arguments_value(arguments, "output") == NULL) {
		err_set(err, "--output DIR is needed: the file itself is left alone");
		return EXIT_USAGE;
	}
	if ((list != NULL && check_formats(list, err) < 0) ||
	    check_severity(arguments_value(arguments, "fail-on"), err) < 0)
		return EXIT_USAGE;
	schema = cmd_schema(err);
	if (schema == NULL)
		return -1;
	from = evidence_open(arguments_operand(arguments, 0), schema, true, err);
	if (from != NULL && check_ended(from, arguments_operand(arguments, 0), err) == 0 &&
	    read_facts(from, &facts, err) == 0)
		status = judging_open(&judging, arguments, facts.options, err);
	if (status == 0 && !arguments_flag(arguments, "quiet"))
		say_absent(arguments, &judging, from);
	if (status == 0)
		status = judge_again(arguments, &judging, from, &facts, err);
	judging_close(&judging);
	evidence_close(from);
	schema_free(schema);
	json_decref(facts.options);
	free(facts.state);
	free(facts.finished_at);
	return status;
}

static const struct option options[] = {
	JUDGING_OPTIONS,
	{ "fail-on", "SEVERITY", "exit 3 where a finding of it or above failed", false },
	{ "fail-on-unknown", NULL, "exit 4 where something could not be assessed", false },
	{ "format", "LIST", "reports to write (default: html,xlsx,json)", false },
	{ "output", "DIR", "folder to write to (needed)", false },
	{ "quiet", NULL, "no summary", false },
};

static const struct operand operands[] = {
	{ "FILE", "the evidence.db of a scan", false, false },
};

const struct command command_evaluate = {
	.name = "evaluate",
	.summary = "judge an evidence file again",
	.about = "Fills the tables again from the answers kept in FILE and judges them, offline, as of "
		 "the scan's time. Without --checks or --framework the choice of the scan is repeated.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline evaluate out/evidence.db --output again\n"
		    "plumbline evaluate old.db --checks-dir my-checks --output again",
	.run = run,
};
