/* What a command line may say beyond its options' names: words, regions, addresses. */

#include "cmd/cmd.h"

#include <ctype.h>

static const char *const severities[] = { "critical", "high", "medium", "low" };

/* "; did you mean 'x'?", or nothing. Caller frees. */
static char *
hint(const char *word, const char *const *words, size_t count)
{
	const char *near = name_nearest(word, words, count);

	return near != NULL ? mem_print("; did you mean '%s'?", near) : mem_text("");
}

int
check_word(const char *what, const char *word, const char *const *words, size_t count, struct err *err)
{
	struct buf list = { 0 };
	char *near;

	if (word == NULL)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return 0;
		buf_print(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	}
	near = hint(word, words, count);
	err_set(err, "%s takes %s, not '%s'%s", what, list.data, word, near);
	free(near);
	buf_free(&list);
	return -1;
}

int
check_severity(const char *word, struct err *err)
{
	return check_word("--fail-on", word, severities, COUNT(severities), err);
}

int
check_region(const char *option, const char *name, struct err *err)
{
	const char *const *known;
	size_t count = aws_region_names(&known);
	char *near;

	/* of other partitions no list is at hand */
	if (name == NULL || strcmp(aws_partition(name), "aws") != 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (strcmp(known[i], name) == 0)
			return 0;
	near = hint(name, known, count);
	err_set(err, "%s: there is no region '%s'%s", option, name, near);
	free(near);
	return -1;
}

int
check_endpoint(const char *url, struct err *err)
{
	const struct aws_settings settings = { .endpoint_url = url };
	const struct aws_service *service = aws_service_find("sts", err);
	struct aws_endpoint endpoint = { 0 };
	int status;

	if (url == NULL)
		return 0;
	if (service == NULL)
		return -1;
	status = aws_endpoint_find(&settings, service, "us-east-1", &endpoint, err);
	aws_endpoint_free(&endpoint);
	if (status < 0)
		err_prefix(err, "--endpoint-url");
	return status;
}

int
check_list(const struct arguments *arguments, const char *option, struct err *err)
{
	for (size_t i = 0; i < arguments_count(arguments, option); i++) {
		const char *list = arguments_value_at(arguments, option, i);

		if (list[strspn(list, ", ")] == '\0')
			return err_set(err, "--%s: the list '%s' names nothing; leave the option out for all", option, list);
	}
	return 0;
}

int
check_seed(const char *text, struct err *err)
{
	if (text == NULL || (isdigit((unsigned char)*text) && text[strspn(text, "0123456789")] == '\0'))
		return 0;
	return err_set(err, "--replay-shuffle takes a number, not '%s'", text);
}

int
check_operations(const char *list, const struct schema *schema, struct err *err)
{
	const char **names = mem_get((schema->operation_count + 1) * sizeof(*names));
	size_t count;
	char **words = cmd_split(list, &count);
	int status = 0;

	for (size_t i = 0; i < schema->operation_count; i++)
		names[i] = schema->operations[i].name;
	for (size_t i = 0; status == 0 && i < count; i++) {
		char *name = mem_text_n(words[i], strcspn(words[i], "@"));

		if (schema_find_operation(schema, name) < 0) {
			char *near = hint(name, names, schema->operation_count);

			status = err_set(err, "--replay-deny: no scanner asks '%s'%s", name, near);
			free(near);
		}
		free(name);
	}
	cmd_split_free(words, count);
	free(names);
	return status;
}
