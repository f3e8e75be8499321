/* JSON beside jansson: canonical text, and reading with errors that quote nothing of the
 * input. */

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

char *
json_canonical(const json_t *value)
{
	char *text;

	if (!value)
		return mem_text("null");
	text = json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
	/* It fails for a value that holds itself (our mistake) or where memory is out. */
	if (!text) {
		fprintf(stderr,
			"plumbline: could not write JSON: a value holds itself, or memory is out\n");
		abort();
	}
	return text;
}

json_t *
json_read(const char *text, size_t len, struct err *err)
{
	json_error_t error;
	json_t *value;
	char *near;

	if (!len) {
		err_set(err, "reading JSON: the text is empty");
		return NULL;
	}
	value = json_loadb(text, len, JSON_DECODE_ANY, &error);
	if (value)
		return value;
	/* jansson quotes the text at the fault, which may be a secret. */
	near = strstr(error.text, " near '");
	if (near)
		*near = 0;
	err_set(err, "reading JSON: line %d, column %d: %s", error.line, error.column,
		error.text);
	return NULL;
}
