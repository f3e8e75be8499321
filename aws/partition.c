/* Partitions, their host names, and which regions and services there are. */

#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "aws/model.h"

/* Source: partitions.json of AWS's SDKs. A region belongs where its name begins so; aws takes the rest. */
static const struct partition {
	const char *start; /* of its regions' names */
	const char *name;
	const char *suffix, *dual_suffix;
	const char *global_region; /* where its global services are signed for */
} partitions[] = {
	{ "cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1" },
	{ "eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ "eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1" },
	{ "us-gov-", "aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1" },
	{ "us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1" },
	{ "us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1" },
	{ "us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1" },
	{ "", "aws", "amazonaws.com", "api.aws", "us-east-1" },
};

static const struct partition *
find_partition(const char *name)
{
	for (size_t i = 0; i < COUNT(partitions); i++)
		if (!strcmp(partitions[i].name, name))
			return &partitions[i];
	return &partitions[COUNT(partitions) - 1];
}

const char *
aws_partition(const char *region)
{
	size_t i = 0;

	while (region && !text_starts(region, partitions[i].start))
		i++;
	return region ? partitions[i].name : "aws";
}

const char *
partition_suffix(const char *partition, bool dual_stack)
{
	const struct partition *found = find_partition(partition);

	return dual_stack ? found->dual_suffix : found->suffix;
}

const char *
partition_global_region(const char *partition)
{
	return find_partition(partition)->global_region;
}

static const char *
regions_text(void)
{
	static const char *text;

	for (size_t i = 0; text == NULL && i < aws_models_count; i++)
		if (!strcmp(aws_models[i].name, "regions.txt"))
			text = embedded_text(&aws_models[i]);
	return text != NULL ? text : "";
}

size_t
aws_region_names(const char *const **names)
{
	/* Filled once and kept, as the model is. */
	static const char *list[64];
	static size_t count;

	for (const char *line = regions_text(); *line && !(count && line == regions_text());) {
		size_t len = strcspn(line, "\n");

		if (text_starts(line, "region ") && count < COUNT(list))
			list[count++] = mem_text_n(line + 7, len - 7);
		line += len + (line[len] == '\n');
	}
	*names = list;
	return count;
}

bool
aws_service_offered(const char *service, const char *region)
{
	char *start = mem_print("service %s:", service);
	size_t start_len = strlen(start);
	const char *line = regions_text();
	bool is_offered = true; /* where nothing is known */

	while (*line) {
		size_t len = strcspn(line, "\n");

		if (!strncmp(line, start, start_len)) {
			char *words = mem_text_n(line + start_len, len - start_len);

			is_offered = text_has_word(words, "all", " ") || text_has_word(words, region, " ") ||
				     strcmp(aws_partition(region), "aws") != 0;
			free(words);
			break;
		}
		line += len + (line[len] == '\n');
	}
	free(start);
	return is_offered;
}
