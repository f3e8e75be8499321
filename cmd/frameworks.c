/* frameworks: lists them and shows the controls of one. */

#include "cmd/cmd.h"

static void
list(const struct check_set *checks)
{
	for (size_t i = 0; i < frameworks_count(checks); i++) {
		const struct control_facts *controls;
		size_t count = frameworks_controls(checks, i, &controls), answered = 0;
		size_t attest = 0;

		for (size_t j = 0; j < count; j++) {
			attest += controls[j].attest;
			answered += controls[j].checks[0] != '\0';
		}
		printf("%-22s %s: %zu controls, %zu answered by checks, %zu for a person\n",
		       frameworks_name(checks, i), frameworks_title(checks, i), count, answered,
		       attest);
	}
}

static int
show(const struct check_set *checks, const char *name, struct err *err)
{
	const char *names[64];
	const char *near;
	size_t total = frameworks_count(checks);

	for (size_t i = 0; i < total; i++) {
		const struct control_facts *controls;
		size_t count;

		if (i < COUNT(names))
			names[i] = frameworks_name(checks, i);
		if (strcmp(frameworks_name(checks, i), name) != 0)
			continue;
		count = frameworks_controls(checks, i, &controls);
		for (size_t j = 0; j < count; j++)
			printf("%-12s %s\n             %s\n", controls[j].number,
			       controls[j].title,
			       controls[j].checks[0] != '\0' ? controls[j].checks :
			       controls[j].attest	      ? "(for a person to attest)" :
								"(no check yet)");
		return EXIT_DONE;
	}
	near = name_nearest(name, names, total < COUNT(names) ? total : COUNT(names));
	err_set(err, "there is no framework '%s'%s%s%s", name,
		near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "; 'plumbline frameworks' lists them");
	return EXIT_USAGE;
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *name = arguments_operand(arguments, 0), *more = arguments_operand(arguments, 1);
	struct judging judging;
	int status;

	if (name != NULL && strcmp(name, "show") == 0) {
		if (more == NULL)
			err_set(err, "show needs the NAME of a framework; 'plumbline frameworks' has them");
		name = more;
	} else if (more != NULL) {
		err_set(err, "\"%s\" is one argument too many", more);
	} else if (name != NULL && strcmp(name, "list") == 0) {
		name = NULL;
	}
	if (err->text[0] != '\0')
		return EXIT_USAGE;
	status = judging_open_listing(&judging, arguments, err);
	if (status == 0 && name == NULL)
		list(judging.checks);
	else if (status == 0)
		status = show(judging.checks, name, err);
	judging_close(&judging);
	return status;
}

static const struct option options[] = {
	{ "checks-dir", "DIR", "pages of your own beside the built-in ones", false },
};

static const struct operand operands[] = {
	{ "list|show|NAME", "a framework's name shows its controls", true, false },
	{ "NAME", "of the framework to show", true, false },
};

const struct command command_frameworks = {
	.name = "frameworks",
	.summary = "list frameworks, show their controls",
	.about = "Lists the control frameworks, or shows each control of one with the checks that answer "
		 "it, in full or in part, or that it is for a person to attest.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline frameworks\nplumbline frameworks cis_aws_7.0",
	.run = run,
};
