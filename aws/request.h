/* Requests on the wire, private to aws/request*.c: what the protocols share. */

#ifndef PLUMBLINE_AWS_REQUEST_H
#define PLUMBLINE_AWS_REQUEST_H

#include "aws/model.h"

/* A request in the making. Writers latch: once failed, nothing more is added. */
struct making {
	const struct aws_operation *operation;
	const json_t *parameters; /* an object */
	struct aws_wire *wire;
	struct err *err;
	bool failed;
};

void making_fail(struct making *making, const char *format, ...) PRINTF_LIKE(2, 3);
void making_header(struct making *making, const char *name, const char *value);
/* The body; takes the text. */
void making_body(struct making *making, char *text, size_t len);

/* Adds text with all but A-Z a-z 0-9 - . _ ~ and the bytes of keep percent-encoded. */
void percent_add(struct buf *buf, const char *text, const char *keep);
/* A scalar as text for a URI, header, query or XML body. `by` is how times are written
 * where the model does not say. NULL (latched) where it cannot be. Caller frees. */
char *scalar_text(struct making *making, const struct aws_member *member,
		  const struct aws_shape *shape, const json_t *value, enum aws_time by);
/* value with times and names as they stand on the wire. New reference. */
json_t *json_wire(struct making *making, const struct aws_shape *shape,
		  const json_t *value);

void request_query(struct making *making);
void request_rest(struct making *making);
void request_xml_body(struct making *making, const struct aws_shape *shape,
		      const json_t *value, const char *root);

#endif
