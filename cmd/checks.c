/* checks: lists, shows, tests and begins pages. */

#include "cmd/cmd.h"

static int
list(struct judging *judging, const struct arguments *arguments)
{
	const char *layout = arguments_value(arguments, "format");
	bool json = layout != NULL && strcmp(layout, "json") == 0, first = true;

	for (size_t i = 0; i < checks_count(judging->checks); i++) {
		struct check_facts facts = checks_at(judging->checks, i);
		json_t *row;
		char *text;

		if (!facts.chosen)
			continue;
		if (arguments_flag(arguments, "ids")) {
			puts(facts.id);
			continue;
		}
		if (!json) {
			printf("%-9s %-55s %s\n", facts.severity, facts.id, facts.title);
			continue;
		}
		row = json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", facts.id, "service",
				facts.service, "severity", facts.severity, "resource",
				facts.resource, "title", facts.title);
		text = json_dumps(row, JSON_COMPACT);
		printf("%s\n%s", first ? "[" : ",", text);
		first = false;
		free(text);
		json_decref(row);
	}
	if (json && !arguments_flag(arguments, "ids"))
		puts(first ? "[]" : "\n]");
	return EXIT_DONE;
}

static int
show(struct judging *judging, const struct arguments *arguments, struct err *err)
{
	const char *id = arguments_operand(arguments, 1);

	if (id == NULL) {
		err_set(err, "show needs the ID of a check; 'plumbline checks list' has them");
		return EXIT_USAGE;
	}
	if (checks_choose(judging->checks, id, NULL, err) < 0)
		return EXIT_USAGE;
	for (size_t i = 0; i < checks_count(judging->checks); i++)
		if (checks_at(judging->checks, i).chosen)
			fputs(checks_text(judging->checks, i), stdout);
	return EXIT_DONE;
}

static void
say_line(void *arg, const char *text)
{
	(void)arg;
	cmd_say("%s", text);
}

static int
test(struct judging *judging, const struct arguments *arguments, struct err *err)
{
	const char *id = arguments_operand(arguments, 1);
	int cases = 0, troubles;

	if (id != NULL && checks_choose(judging->checks, id, NULL, err) < 0)
		return EXIT_USAGE;
	troubles = checks_test(judging->checks, say_line, NULL, &cases, err);
	if (troubles < 0)
		return -1;
	if (!arguments_flag(arguments, "quiet"))
		cmd_say("%d cases ran, %d trouble(s)", cases, troubles);
	return troubles > 0 ? EXIT_ERROR : EXIT_DONE;
}

static const char page_text[] =
	"---\n"
	"severity: medium\n"
	"resource: s3_bucket\n"
	"---\n"
	"# The bucket keeps old versions of objects\n"
	"\n"
	"Say in two sentences why this matters, so that a manager understands it.\n"
	"\n"
	"```sql\n"
	"SELECT arn,\n"
	"       iif(versioning = 'Enabled', 'pass', 'fail') AS verdict,\n"
	"       'versioning is ' || coalesce(lower(versioning), 'off') AS observed\n"
	"  FROM s3_bucket\n"
	"```\n"
	"\n"
	"## Fix\n"
	"```sh\n"
	"aws s3api put-bucket-versioning --bucket {{name}} --versioning-configuration "
	"Status=Enabled\n"
	"```\n"
	"\n"
	"## Examples\n"
	"| case   | versioning | verdict |\n"
	"|--------|------------|---------|\n"
	"| kept   | Enabled    | pass    |\n"
	"| never  |            | fail    |\n"
	"| denied | !GetBucketVersioning AccessDenied | unknown |\n";

static int
begin(const struct arguments *arguments, struct err *err)
{
	const char *id = arguments_operand(arguments, 1);
	const char *folder = arguments_value(arguments, "checks-dir");
	const char *cut = id != NULL ? strchr(id, '_') : NULL;
	char *where, *path;
	int status;

	if (cut == NULL || cut == id || cut[1] == '\0' ||
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(id)) {
		err_set(err, "new needs an ID like s3_bucket_versioned: the service, then what "
			     "is expected, in lower case");
		return EXIT_USAGE;
	}
	where = mem_print("%s/%.*s", folder != NULL ? folder : "checks", (int)(cut - id), id);
	path = mem_print("%s/%s.md", where, cut + 1);
	if (file_exists(path))
		status = err_set(err, "%s is there already", path);
	else if (folder_make(where, err) == 0)
		status = file_write(path, page_text, strlen(page_text), 0644, err);
	else
		status = -1;
	if (status == 0)
		cmd_say("%s is written. Change it, then run\n"
			"  plumbline checks test %s --checks-dir %s",
			path, id, folder != NULL ? folder : "checks");
	free(where);
	free(path);
	return status;
}

/* sorted */
static const char *const verbs[] = { "guide", "list", "new", "show", "test" };
static const char *const layouts[] = { "json", "table" };

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *verb = arguments_operand(arguments, 0);
	const char *id = arguments_operand(arguments, 1);
	struct judging judging = { 0 };
	int status;

	if (verb == NULL)
		verb = "list";
	if (strcmp(verb, "new") == 0)
		return begin(arguments, err);
	if (check_word("VERB", verb, verbs, COUNT(verbs), err) < 0 ||
	    check_word("--format", arguments_value(arguments, "format"), layouts, COUNT(layouts), err) < 0)
		return EXIT_USAGE;
	if (id != NULL && strcmp(verb, "show") != 0 && strcmp(verb, "test") != 0) {
		err_set(err, "%s takes no ID; 'plumbline checks show %s' shows one page, '--checks' chooses", verb, id);
		return EXIT_USAGE;
	}
	status = judging_open_listing(&judging, arguments, err);
	if (status == 0 && strcmp(verb, "list") == 0)
		status = list(&judging, arguments);
	else if (status == 0 && strcmp(verb, "show") == 0)
		status = show(&judging, arguments, err);
	else if (status == 0 && strcmp(verb, "guide") == 0)
		guide_print(judging.schema, judging.checks);
	else if (status == 0)
		status = test(&judging, arguments, err);
	judging_close(&judging);
	return status;
}

static const struct option options[] = {
	JUDGING_OPTIONS,
	{ "format", "table|json", "how checks are listed (default: table)", false },
	{ "ids", NULL, "list ids only", false },
	{ "quiet", NULL, "no line at the end of a test that found no trouble", false },
};

static const struct operand operands[] = {
	{ "VERB", "list, show, test, new or guide (default: list)", true, false },
	{ "ID", "of the check: for show, new, and test (default: all)", true, false },
};

const struct command command_checks = {
	.name = "checks",
	.summary = "list, show, test and begin pages",
	.about = "list      the checks, one a line\n"
		 "show ID   the page: reason, query, fixes, examples\n"
		 "test ID   runs the examples of a page and tries to refute what it claims\n"
		 "new ID    writes a page to start from, into --checks-dir\n"
		 "guide     how to write one, with every table and function, as Markdown",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline checks list --framework cis_aws_7.0\n"
		    "plumbline checks show s3_bucket_versioned\n"
		    "plumbline checks new s3_bucket_named_well --checks-dir my-checks",
	.run = run,
};
