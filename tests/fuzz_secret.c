/* Feeds the secret finder arbitrary texts: what is redacted is found by its markers alone. */

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret found[8];
	int number = 0;
	char *redacted;
	json_t *value;

	redacted = secret_redact((const char *)data, size, NULL, &number, NULL, NULL);
	if (redacted != NULL)
		json_decref(secret_report(redacted, strlen(redacted)));
	free(redacted);
	json_decref(secret_report((const char *)data, size));
	if (secret_find((const char *)data, size, "DB_PASSWORD", found, COUNT(found)) > 0 &&
	    found[0].start + found[0].len > size)
		abort();
	value = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	secret_redact_json(value, "Value", &number, NULL, NULL);
	json_decref(value);
	return 0;
}
