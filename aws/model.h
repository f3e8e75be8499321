/* The parsed model, private to aws/: shapes, and the text that they are read from
 * (model_parse.c). */

#ifndef PLUMBLINE_AWS_MODEL_H
#define PLUMBLINE_AWS_MODEL_H

#include "aws/aws.h"

/* aws/model/, embedded at build: "s3.txt" …, and "regions.txt". Sorted by name. */
extern const struct embedded aws_models[];
extern const size_t aws_models_count;

enum aws_kind {
	KIND_NONE, /* named, but not defined */
	KIND_STRING,
	KIND_INTEGER,
	KIND_REAL,
	KIND_BOOL,
	KIND_TIME,
	KIND_BLOB,
	KIND_DOCUMENT,	/* any JSON */
	KIND_JSON_TEXT, /* JSON as text; base64 in a header */
	KIND_ESCAPED,	/* IAM's policy documents: URL-encoded on the wire */
	KIND_KEY, /* S3's keys: URL-encoded where the answer says EncodingType url */
	KIND_STRUCTURE,
	KIND_LIST,
	KIND_MAP,
};

/* How a time is written in a request where the model says; answers are read in any form.
 */
enum aws_time { TIME_BY_PLACE, TIME_ISO, TIME_EPOCH, TIME_HTTP };

enum aws_place {
	PLACE_BODY,
	PLACE_URI,
	PLACE_QUERY,
	PLACE_HEADER,
	PLACE_HEADERS,
	PLACE_STATUS
};

struct aws_shape {
	const char *name;
	enum aws_kind kind;
	enum aws_time time;
	struct aws_member *members; /* of a structure */
	size_t member_count;
	const char *payload; /* the member that is the whole body; NULL: none */
	const struct aws_shape *key, *value; /* of a map; value is the item of a list */
	const char *key_wire,
		*value_wire; /* names of XML elements and query parameters */
};

struct aws_member {
	const char *name;  /* as the AWS CLI prints it */
	const char *wire;  /* on the wire; of a flattened list: its items */
	const char *query; /* in an EC2 request */
	const struct aws_shape *shape;
	enum aws_place place;
	bool is_required;
	bool is_attribute;  /* XML attribute */
	bool is_host_label; /* stands in host_prefix */
	bool is_flat;	    /* XML list or map without an element around it */
	bool is_last_part;  /* only what stands behind the last slash is sent (Route 53's
			       "/hostedzone/Z1") */
};

struct model;

/* Parses the text of one service. NULL with err naming the line. Caller frees. */
struct model *model_parse(const char *text, size_t len, struct err *err);
void model_free(struct model *model);
const struct aws_service *model_service(const struct model *model);
/* Sorted by name. */
const struct aws_operation *model_operations(const struct model *model, size_t *count);
const struct aws_operation *model_find(const struct model *model, const char *name);
size_t model_names(const struct model *model, const char *const **names);
/* The member, or NULL. */
const struct aws_member *shape_member(const struct aws_shape *shape, const char *name);
/* "a structure", "a list" …, for messages. */
const char *shape_kind_text(const struct aws_shape *shape);
/* Checks value against shape; err names path. */
int shape_check(const struct aws_shape *shape, const json_t *value, const char *path,
		struct err *err);

#endif
