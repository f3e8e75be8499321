/* The command line: one table parses it, checks it and prints its help. */

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define WIDTH 80  /* columns of help */
#define INDENT 26 /* where the explanations start */

struct given {
	const struct option *option;
	const char *value; /* NULL for a flag; points into argv */
};

struct arguments {
	struct given *given;
	size_t given_count;
	const char **operands; /* point into argv */
	size_t operand_count;
};

/* Known to every command. */
static const struct option help_option = { "help", NULL, "print this help", false };

static const struct option *
option_find(const struct command *command, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < command->option_count; i++)
		if (strlen(command->options[i].name) == len &&
		    !memcmp(command->options[i].name, name, len))
			return &command->options[i];
	return len == 4 && !memcmp(name, "help", 4) ? &help_option : NULL;
}

static int
option_unknown(const struct command *command, const char *word, size_t len,
	       struct err *err)
{
	const char **names = mem_get((command->option_count + 1) * sizeof(*names)),
		   *nearest;
	char *name = mem_text_n(word, len);
	size_t i;

	for (i = 0; i < command->option_count; i++)
		names[i] = command->options[i].name;
	names[i] = help_option.name;
	nearest = name_nearest(name, names, command->option_count + 1);
	err_set(err, "there is no option --%s%s%s%s", name, nearest ? "; did you mean --" : "",
		nearest ? nearest : "", nearest ? "?" : "");
	free(name);
	free(names);
	return -1;
}

/* Reads the option that argv[*i] starts. Its value may be the next word, which is then
 * passed over. */
static int
option_read(const struct command *command, struct arguments *arguments, int argc,
	    char **argv, int *i, struct err *err)
{
	const char *word = argv[*i] + 2, *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : strlen(word);
	const struct option *option = option_find(command, word, len);

	if (!option)
		return option_unknown(command, word, len, err);
	if (value)
		value++;
	if (!option->value && value)
		return err_set(err, "--%s takes no value", option->name);
	if (option->value && !value) {
		if (*i + 1 >= argc)
			return err_set(err, "--%s needs a value: --%s %s", option->name,
				       option->name, option->value);
		value = argv[++*i];
		/* More likely a forgotten value than one that starts so; --name=--value
		 * says it for sure. */
		if (text_starts(value, "--"))
			return err_set(
				err,
				"--%s needs a value, and %s looks like an option; write --%s=%s "
				"if it is meant",
				option->name, value, option->name, value);
	}
	/* An empty shell variable must not choose everything. */
	if (option->value && !*value)
		return err_set(err, "--%s needs a value that is not empty: --%s %s",
			       option->name, option->name, option->value);
	if (option->value && !option->repeats && arguments_count(arguments, option->name))
		return err_set(err, "--%s is given twice", option->name);
	arguments->given[arguments->given_count++] = (struct given){ option, value };
	return 0;
}

static int
operands_check(const struct command *command, const struct arguments *arguments,
	       struct err *err)
{
	size_t most = command->operand_count, i;

	for (i = arguments->operand_count; i < most; i++)
		if (!command->operands[i].optional)
			return err_set(err, "%s is missing: %s", command->operands[i].name,
				       command->operands[i].help);
	if (arguments->operand_count > most &&
	    !(most && command->operands[most - 1].repeats))
		return err_set(err, "\"%s\" is one argument too many", arguments->operands[most]);
	return 0;
}

struct arguments *
arguments_parse(const struct command *command, int argc, char **argv, struct err *err)
{
	struct arguments *arguments = mem_get(sizeof(*arguments));
	size_t room = argc > 0 ? (size_t)argc : 1;
	bool options_end = false;
	int i;

	arguments->given = mem_get(room * sizeof(*arguments->given));
	arguments->operands = mem_get(room * sizeof(*arguments->operands));
	for (i = 1; i < argc; i++) {
		if (options_end || argv[i][0] != '-' || !argv[i][1]) {
			arguments->operands[arguments->operand_count++] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			options_end = true;
		} else if (!strcmp(argv[i], "-h")) {
			arguments->given[arguments->given_count++] =
				(struct given){ &help_option, NULL };
		} else if (argv[i][1] != '-') {
			err_set(err, "there is no option %s; options are written in full, as --%s",
				argv[i], command->option_count ? command->options[0].name : "help");
			goto bad;
		} else if (option_read(command, arguments, argc, argv, &i, err) < 0) {
			goto bad;
		}
	}
	if (!arguments_flag(arguments, "help") &&
	    operands_check(command, arguments, err) < 0)
		goto bad;
	return arguments;
bad:
	arguments_free(arguments);
	return NULL;
}

void
arguments_free(struct arguments *arguments)
{
	if (!arguments)
		return;
	free(arguments->given);
	free(arguments->operands);
	free(arguments);
}

bool
arguments_flag(const struct arguments *arguments, const char *option)
{
	return arguments_count(arguments, option) > 0;
}

const char *
arguments_value(const struct arguments *arguments, const char *option)
{
	size_t count = arguments_count(arguments, option);

	return count ? arguments_value_at(arguments, option, count - 1) : NULL;
}

size_t
arguments_count(const struct arguments *arguments, const char *option)
{
	size_t count = 0, i;

	for (i = 0; i < arguments->given_count; i++)
		count += !strcmp(arguments->given[i].option->name, option);
	return count;
}

const char *
arguments_value_at(const struct arguments *arguments, const char *option, size_t index)
{
	size_t i;

	for (i = 0; i < arguments->given_count; i++)
		if (!strcmp(arguments->given[i].option->name, option) && index-- == 0)
			return arguments->given[i].value;
	return NULL;
}

size_t
arguments_operands(const struct arguments *arguments)
{
	return arguments->operand_count;
}

const char *
arguments_operand(const struct arguments *arguments, size_t index)
{
	return index < arguments->operand_count ? arguments->operands[index] : NULL;
}

/* Prints text from the column at which the line stands, breaking at spaces before WIDTH;
 * lines after the first start at indent. Line breaks in the text stand. */
static void
help_wrap(FILE *out, const char *text, int column, int indent)
{
	while (*text) {
		int len = (int)strcspn(text, " \n");

		if (column > indent && column + len > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		}
		fprintf(out, "%.*s", len, text);
		column += len;
		text += len;
		if (*text == '\n') {
			fprintf(out, "\n%*s", text[1] ? indent : 0, "");
			column = indent;
			text++;
		} else if (*text == ' ') {
			int spaces = (int)strspn(text, " ");

			text += spaces;
			if (column + spaces + (int)strcspn(text, " \n") <= WIDTH) {
				fprintf(out, "%*s", spaces, "");
				column += spaces;
			} else {
				fprintf(out, "\n%*s", indent, "");
				column = indent;
			}
		}
	}
	fputc('\n', out);
}

static void
help_row(FILE *out, const char *left, const char *text)
{
	int len = fprintf(out, "  %s", left);

	if (len > INDENT - 2) {
		fputc('\n', out);
		len = 0;
	}
	fprintf(out, "%*s", INDENT - len, "");
	help_wrap(out, text ? text : "", INDENT, INDENT);
}

static void
help_option_row(FILE *out, const struct option *option)
{
	char *left = mem_print("--%s%s%s%s", option->name, option->value ? " " : "",
			       option->value ? option->value : "",
			       option->repeats ? " ..." : "");

	help_row(out, left, option->help);
	free(left);
}

/* Lines that can be pasted: never broken. */
static void
help_examples(FILE *out, const char *text)
{
	fprintf(out, "\nExamples:\n");
	while (*text) {
		int len = (int)strcspn(text, "\n");

		fprintf(out, "  %.*s\n", len, text);
		text += len + (text[len] == '\n');
	}
}

static void
help_usage(FILE *out, const struct command *command)
{
	size_t i;

	fprintf(out, "Usage: plumbline %s", command->name);
	if (command->option_count)
		fprintf(out, " [OPTION ...]");
	for (i = 0; i < command->operand_count; i++)
		fprintf(out, command->operands[i].optional ? " [%s%s]" : " %s%s",
			command->operands[i].name,
			command->operands[i].repeats ? " ..." : "");
	fputc('\n', out);
}

void
command_print_help(const struct command *command, FILE *out)
{
	size_t i;

	fprintf(out, "plumbline %s: %s\n\n", command->name, command->summary);
	help_usage(out, command);
	if (command->about) {
		fputc('\n', out);
		help_wrap(out, command->about, 0, 0);
	}
	if (command->operand_count)
		fprintf(out, "\nArguments:\n");
	for (i = 0; i < command->operand_count; i++)
		help_row(out, command->operands[i].name, command->operands[i].help);
	fprintf(out, "\nOptions:\n");
	for (i = 0; i < command->option_count; i++)
		help_option_row(out, &command->options[i]);
	help_row(out, "-h, --help", help_option.help);
	if (command->examples)
		help_examples(out, command->examples);
}
