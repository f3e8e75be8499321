/* Plumbline: assesses an AWS account, read-only, and writes what it found.
 *
 * A map of the program, in the order in which a scan passes through it:
 *   cmd/scan.c        one scan, from options to reports
 *   checks/           which pages were chosen and, by their lineage, which calls they need
 *   scanners/         what can be asked of AWS, as tables; collect.c asks it
 *   aws/              how a call is made: model, signing, transport, decoding
 *   store/            the evidence file: every call kept, typed tables filled from them
 *   checks/judge.c    each page's SQL over the tables; verdicts, doubts
 *   report/           what the evidence file holds, told in several formats
 * Every command is one file here and one row below. */

#include "cmd/cmd.h"

#include <fcntl.h>

/* sorted */
const struct command *const commands[] = {
	&command_call,	    &command_checks,	  &command_demo,   &command_evaluate,
	&command_frameworks, &command_functions,   &command_help,   &command_permissions,
	&command_query,	    &command_report,	  &command_scan,   &command_schema,
	&command_verify,    &command_version,
};

const size_t command_count = COUNT(commands);

int
cmd_fail(const char *command, const struct err *err, int status)
{
	fprintf(stderr, "plumbline%s%s: %s\n", command != NULL ? " " : "",
		command != NULL ? command : "", err->text);
	if (status == EXIT_USAGE)
		fprintf(stderr, "Try 'plumbline help%s%s'.\n", command != NULL ? " " : "",
			command != NULL ? command : "");
	return status;
}

void
cmd_say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

struct schema *
cmd_schema(struct err *err)
{
	return schema_build(scanners, scanner_count, err);
}

char **
cmd_split(const char *list, size_t *count)
{
	char **words = NULL;

	*count = 0;
	for (const char *at = list; at != NULL && *at != '\0';) {
		size_t len = strcspn(at, ", ");

		if (len > 0) {
			words = mem_grow(words, *count + 1, sizeof(*words));
			words[(*count)++] = mem_text_n(at, len);
		}
		at += len + (at[len] != '\0');
	}
	return words;
}

void
cmd_split_free(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

static const struct command *
find_command(const char *name, struct err *err)
{
	const char *names[COUNT(commands)];
	const char *near;

	for (size_t i = 0; i < COUNT(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		names[i] = commands[i]->name;
	}
	near = name_nearest(name, names, COUNT(commands));
	err_set(err, "there is no command '%s'%s%s%s", name,
		near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		near != NULL ? "'?" : "");
	return NULL;
}

static int
run(const struct command *command, int argc, char **argv)
{
	struct err err = { 0 };
	struct arguments *arguments = arguments_parse(command, argc, argv, &err);
	int status;

	if (arguments == NULL)
		return cmd_fail(command->name, &err, EXIT_USAGE);
	if (arguments_flag(arguments, "help")) {
		command_print_help(command, stdout);
		status = EXIT_DONE;
	} else {
		status = command->run(arguments, &err);
	}
	arguments_free(arguments);
	if (status < 0)
		status = EXIT_ERROR;
	if (err.text[0] != '\0' && status != EXIT_DONE)
		cmd_fail(command->name, &err, status);
	return status;
}

/* A stream that was closed must not become a file of ours, or what is said would be written into it. */
static void
hold_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";
	const struct command *command;
	struct err err = { 0 };
	int status;

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	else if (strcmp(name, "--version") == 0)
		name = "version";
	hold_streams();
	/* One thread: no locks, and nobody asks how much memory SQLite holds. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	command = find_command(name, &err);
	if (command == NULL)
		return cmd_fail(NULL, &err, EXIT_USAGE);
	status = argc > 1 ? run(command, argc - 1, argv + 1) : run(command, argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
		err_set(&err, "cannot write to standard output");
		return cmd_fail(name, &err, EXIT_ERROR);
	}
	return status;
}
