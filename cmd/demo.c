/* demo: a scan of the built-in account, without network or credentials. */

#include "cmd/cmd.h"

extern const struct embedded demo_fixtures[];
extern const size_t demo_fixtures_count;

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *output = arguments_value(arguments, "output");
	struct scan scan = { .arguments = arguments,
			     .fixtures = demo_fixtures,
			     .fixture_count = demo_fixtures_count,
			     .folder = output != NULL ? output : "plumbline-demo" };
	int status = scan_run(&scan, err);

	if (status == EXIT_DONE && !arguments_flag(arguments, "quiet"))
		cmd_say("Open %s/report.html in a browser. Next: 'plumbline permissions' prints "
			"what to grant,\n'plumbline scan' looks at your own account.",
			scan.folder);
	return status;
}

static const struct option options[] = {
	JUDGING_OPTIONS,
	{ "fail-on", "SEVERITY", "exit 3 where a finding of it or above failed", false },
	{ "fail-on-unknown", NULL, "exit 4 where something could not be assessed", false },
	{ "format", "LIST", "reports to write (default: html,xlsx,json)", false },
	{ "output", "DIR", "folder to write to (default: plumbline-demo)", false },
	{ "quiet", NULL, "no progress and no summary", false },
	{ "regions", "LIST", "scan only these regions", true },
	{ "replay-deny", "LIST", "for tests: refuse SERVICE:OPERATION[@REGION]", false },
	{ "replay-shuffle", "SEED", "for tests: answer in another order", false },
};

const struct command command_demo = {
	.name = "demo",
	.summary = "scan the built-in account",
	.about = "Scans the recorded account of a small made-up company: the same program, the same "
		 "reports, no network and no credentials.",
	.options = options,
	.option_count = COUNT(options),
	.examples = "plumbline demo\nplumbline demo --output out --format html,csv,fixes",
	.run = run,
};
