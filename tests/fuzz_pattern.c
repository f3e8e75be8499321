/* Feeds arbitrary patterns, and what stands behind their first line as the event, to the two matchers. */

#include "checks/meaning.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = mem_text_n((const char *)data, size);
	char *event = strchr(pattern, '\n');

	if (event != NULL)
		*event++ = '\0';
	filter_matches(pattern, event != NULL ? event : "{\"eventName\":\"DeleteTrail\"}");
	event_pattern_matches(pattern, event != NULL ? event : "{\"source\":\"aws.s3\"}");
	cidr_contains(pattern, "10.0.0.0/8");
	free(pattern);
	return 0;
}
