/* report: writes reports from an evidence file. */

#include "cmd/cmd.h"

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *list = arguments_value(arguments, "format");
	const char *folder = arguments_value(arguments, "output");
	struct schema *schema;
	struct evidence *evidence;
	int status = -1;

	if (list != NULL && check_formats(list, err) < 0)
		return EXIT_USAGE;
	schema = cmd_schema(err);
	if (schema == NULL)
		return -1;
	evidence = evidence_open(arguments_operand(arguments, 0), schema, true, err);
	if (folder == NULL)
		folder = ".";
	if (evidence != NULL &&
	    check_ended(evidence, arguments_operand(arguments, 0), err) == 0 &&
	    folder_make(folder, err) == 0)
		status = write_reports(evidence, list != NULL ? list : "html,xlsx,json",
				       folder, err);
	evidence_close(evidence);
	schema_free(schema);
	if (status == 0 && !arguments_flag(arguments, "quiet"))
		cmd_say("the reports are in %s", folder);
	return status;
}

static const struct option options[] = {
	{ "format", "LIST", "html, xlsx, json, csv, fixes (default: html,xlsx,json)", false },
	{ "output", "DIR", "folder to write to (default: the current one)", false },
	{ "quiet", NULL, "no line at the end", false },
};

static const struct operand operands[] = {
	{ "FILE", "the evidence.db of a scan", false, false },
};

const struct command command_report = {
	.name = "report",
	.summary = "write reports from an evidence file",
	.about = "Tells what an evidence file holds; nothing is asked and nothing judged again.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline report out/evidence.db --format csv,fixes --output out",
	.run = run,
};
