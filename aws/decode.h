/* Answers, private to aws/decode*.c. */

#ifndef PLUMBLINE_AWS_DECODE_H
#define PLUMBLINE_AWS_DECODE_H

#include "aws/model.h"

/* An answer being decoded. The member is kept for messages, which name it but never show
 * a value. */
struct decoding {
	const struct aws_operation *operation;
	const char *body;
	size_t len;
	int status;
	const char *(*header)(void *arg, const char *name);
	void *arg;
	struct arena arena;
	const char *member;
	bool has_url_keys; /* S3: keys are URL-encoded */
	int depth;
	struct err *err;
};

/* An XML element: a tree without names' prefixes. Text is that of leaves only. */
struct element {
	const char *name;
	const char *text;
	const char **attributes; /* name, value, …, NULL; without xmlns; NULL: none */
	struct element *first, *last, *next;
};

/* Both return -1 or NULL with decoding->err set. */
int decode_fail(struct decoding *decoding, const char *why);
/* A header of the answer, or NULL. */
const char *decode_header(const struct decoding *decoding, const char *name);
/* The tree of the body, in decoding->arena. Declarations of types (and so entities) are
 * refused. */
struct element *xml_parse(struct decoding *decoding);
struct element *element_child(const struct element *element, const char *name);

/* A value of a scalar shape from text of an XML element or header. *out NULL: there is
 * none ("" where a number should be). */
int scalar_decode(struct decoding *decoding, const struct aws_shape *shape,
		  const char *text, size_t len, json_t **out);
/* A value of a scalar shape from JSON. */
int scalar_from_json(struct decoding *decoding, const struct aws_shape *shape,
		     const json_t *value, json_t **out);
/* Base64 text of bytes. New reference. */
json_t *blob_text(struct decoding *decoding, const char *data, size_t len);

/* Add the members of shape that stand in the body to tree. */
int json_decode(struct decoding *decoding, const struct aws_shape *shape,
		const json_t *value, json_t **out);
int json_members(struct decoding *decoding, const struct aws_shape *shape,
		 const json_t *value, json_t *tree);
int xml_decode(struct decoding *decoding, const struct aws_shape *shape,
	       const struct element *element, json_t **out);
int xml_members(struct decoding *decoding, const struct aws_shape *shape,
		const struct element *element, json_t *tree);

/* The code and message of an error answer, whatever its form. Callers free both. */
void error_decode(struct decoding *decoding, char **code, char **message);

#endif
