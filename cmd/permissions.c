/* permissions: the IAM policy that a choice of checks needs, from their lineage. */

#include "cmd/cmd.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_actions(char ***list, size_t *count, const char *words)
{
	size_t more;
	char **some = cmd_split(words, &more);

	for (size_t i = 0; i < more; i++) {
		*list = mem_grow(*list, *count + 1, sizeof(char *));
		(*list)[(*count)++] = some[i];
	}
	free(some);
}

/* Actions of the wanted operations, of those that they hang on, and of the scan itself. */
static char **
actions(const struct schema *schema, const bool *wanted, size_t *count)
{
	char **list = NULL;

	*count = 0;
	add_actions(&list, count, "ec2:DescribeRegions sts:GetCallerIdentity");
	for (size_t i = 0; i < schema->operation_count; i++)
		for (int op = wanted[i] ? (int)i : -1; op >= 0;
		     op = schema->operations[op].parent)
			add_actions(&list, count, schema->operations[op].actions);
	qsort(list, *count, sizeof(char *), by_text);
	return list;
}

static void
print_policy(char **list, size_t count)
{
	printf("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"
	       "      \"Sid\": \"PlumblineReads\",\n      \"Effect\": \"Allow\",\n"
	       "      \"Action\": [");
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(list[i - 1], list[i]) != 0)
			printf("%s\n        \"%s\"", i > 0 ? "," : "", list[i]);
	printf("\n      ],\n      \"Resource\": \"*\"\n    }\n  ]\n}\n");
}

static int
run(const struct arguments *arguments, struct err *err)
{
	struct judging judging;
	int status = judging_open(&judging, arguments, NULL, err);

	if (status == 0) {
		bool *wanted = mem_get(judging.schema->operation_count + 1);
		size_t count;
		char **list;

		checks_operations(judging.checks, wanted);
		list = actions(judging.schema, wanted, &count);
		print_policy(list, count);
		cmd_split_free(list, count);
		free(wanted);
	}
	judging_close(&judging);
	return status;
}

static const struct option options[] = { JUDGING_OPTIONS };

const struct command command_permissions = {
	.name = "permissions",
	.summary = "print the IAM policy needed",
	.about = "Prints the smallest IAM policy with which a scan of the chosen checks sees all that "
		 "they ask about: the calls that their queries read, and the scan's own two.",
	.options = options,
	.option_count = COUNT(options),
	.examples = "plumbline permissions > plumbline-policy.json\n"
		    "plumbline permissions --checks s3_bucket_versioned",
	.run = run,
};
