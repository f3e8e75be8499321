/* help: what the program can do, and what one command takes. */

#include "cmd/cmd.h"

static void
overview(void)
{
	puts("Plumbline assesses an AWS account, read-only, against security checks, keeps what it saw\n"
	     "as evidence, and writes HTML, XLSX and JSON reports with a fix for every failure.\n"
	     "\n"
	     "usage: plumbline COMMAND [OPTION…]\n");
	for (size_t i = 0; i < command_count; i++)
		printf("  %-13s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "First:  plumbline demo          a scan of a built-in account, no credentials needed\n"
	     "Then:   plumbline permissions   what to grant\n"
	     "        plumbline scan          your account\n"
	     "\n"
	     "'plumbline help COMMAND' says more.");
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const char *name = arguments_operand(arguments, 0);
	const char *near;

	if (name == NULL) {
		overview();
		return EXIT_DONE;
	}
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i]->name, name) == 0) {
			command_print_help(commands[i], stdout);
			return EXIT_DONE;
		}
	{
		const char *names[32];

		for (size_t i = 0; i < command_count && i < COUNT(names); i++)
			names[i] = commands[i]->name;
		near = name_nearest(name, names, command_count);
	}
	err_set(err, "there is no command '%s'%s%s%s", name,
		near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "");
	return EXIT_USAGE;
}

static const struct operand operands[] = {
	{ "COMMAND", "to be explained", true, false },
};

const struct command command_help = {
	.name = "help",
	.summary = "what the program can do",
	.operands = operands,
	.operand_count = COUNT(operands),
	.run = run,
};
