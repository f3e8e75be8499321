/* Feeds the policy functions arbitrary documents. */

#include "checks/meaning.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);

	policy_decision(text, "{\"action\":\"s3:GetObject\",\"resource\":\"arn:aws:s3:::a/b\",\"complete\":true}");
	policy_is_public(text, "111122223333");
	json_decref(policy_statements(text));
	json_decref(policy_escalations(text));
	free(policy_trouble(text));
	free(text);
	return 0;
}
