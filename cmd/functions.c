/* functions: what SQL can call, from the table that registers them. */

#include "cmd/cmd.h"

static int
run(const struct arguments *arguments, struct err *err)
{
	(void)arguments;
	(void)err;
	for (size_t i = 0; i < function_count; i++)
		printf("%s(%s)\n    %s%s\n", functions[i].name, functions[i].arguments,
		       functions[i].answers,
		       functions[i].judging && strstr(functions[i].answers, "NULL") == NULL ?
			       "; NULL where it cannot be told" : "");
	return EXIT_DONE;
}

const struct command command_functions = {
	.name = "functions",
	.summary = "what SQL can call",
	.about = "Lists the functions that pages and 'plumbline query' can call. All are pure: they see "
		 "their arguments only, and never raise.",
	.examples = "plumbline query any.db \"SELECT cidr_is_internet('0.0.0.0/0')\"",
	.run = run,
};
