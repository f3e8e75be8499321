/* aws: an AWS API client made for reading: models, signing, credentials, endpoints, transport. */

#ifndef PLUMBLINE_AWS_H
#define PLUMBLINE_AWS_H

#include "base/base.h"

/* ---- Model (model.c): facts of the API, from aws/model/<service>.txt, parsed on first use. */

enum aws_protocol { AWS_JSON, AWS_REST_JSON, AWS_QUERY, AWS_EC2, AWS_REST_XML };

struct aws_service {
	const char *name;	     /* AWS CLI's: "elbv2" */
	const char *service_id;	     /* "Elastic Load Balancing v2", for AWS_ENDPOINT_URL_… */
	enum aws_protocol protocol;
	const char *json_version;    /* "1.1" */
	const char *target_prefix;
	const char *api_version;
	const char *endpoint_prefix; /* host's first part: "elasticloadbalancing" */
	const char *signing_name;
	const char *global_region;   /* "us-east-1" where the service has one endpoint; else NULL */
	bool query_compatible;	     /* awsQueryCompatible */
	const char *xmlns;	     /* of rest-xml bodies; NULL: none */
};

struct aws_operation {
	const struct aws_service *service;
	const char *name;
	const char *method, *uri;
	const char *input_token, *output_token; /* paging; several separated by space, alternatives by '/'; NULL: none */
	const char *more_results;		/* path that must be true for another page */
	const char *limit_key;
	const char *host_prefix;		/* "{AccountId}." or NULL */
	const struct aws_shape *input, *output; /* NULL: none */
	const char *input_root, *result_wrapper; /* XML elements around a body; NULL: as usual */
	bool is_unsigned;			 /* sent without credentials */
	bool has_url_keys;			 /* S3 lists: asked for and read with EncodingType url */
};

/* The service or operation, or NULL with err naming the nearest. Owned by the model. */
const struct aws_service *aws_service_find(const char *name, struct err *err);
const struct aws_operation *aws_operation_find(const char *service, const char *name, struct err *err);
/* Names of all services and of a service's operations, for help and "did you mean". */
size_t aws_service_names(const char *const **names);
size_t aws_operation_names(const char *service, const char *const **names);
/* Whether the operation is a read by name, or one of the two named exceptions. */
bool aws_operation_is_read(const struct aws_operation *operation);
/* Checks parameters' names and types against the input shape. */
int aws_check_parameters(const struct aws_operation *operation, const json_t *parameters, struct err *err);
/* Turns a NAME=VALUE word of the command line to the type that the input wants. New reference or NULL. */
json_t *aws_parameter_parse(const struct aws_operation *operation, const char *name, const char *value, struct err *err);
/* Parameters of the next page (new reference), or NULL where body was the last or, *stuck, more is promised but no new token. */
json_t *aws_next_page(const struct aws_operation *operation, const json_t *parameters, const json_t *body, bool *stuck);
/* Parameters without page tokens (new reference), for the record. */
json_t *aws_without_tokens(const struct aws_operation *operation, const json_t *parameters);
/* Whether path, of items, row and column joined by '.', exists in the output shape: "Buckets[].Name". For the test of scanners. */
int aws_check_output_path(const struct aws_operation *operation, const char *path, struct err *err);

/* ---- Requests and answers on the wire (request.c, decode_*.c). */

struct aws_header {
	char *name, *value;
};

struct aws_wire {
	const char *method;
	char *path;  /* percent-encoded, begins with / */
	char *query; /* encoded, without ?; NULL: none */
	struct aws_header headers[24];
	size_t header_count;
	char *body;
	size_t body_len;
	char *host_prefix; /* filled, or NULL */
};

/* Lays parameters out as the protocol wants. path_style: S3 buckets stand in the path. Caller frees. */
struct aws_wire *aws_request_make(const struct aws_operation *operation, const json_t *parameters, struct err *err);
void aws_wire_free(struct aws_wire *wire);
/* Decodes an answer (any status) to one tree with the names that the AWS CLI prints. For a status of 300 or more (and S3's
 * errors under 200) *code and *message (caller frees) are set and the tree is NULL. -1 where it cannot be decoded; an empty body
 * under 200 cannot. header() looks up a response header. Lists are always lists; what did not come is not there; times are text
 * in whole seconds, "2026-11-22T04:00:00Z"; blobs base64. Unlike the CLI: IAM's documents are their plain text, GetBucketLocation
 * says "us-east-1" and "eu-west-1" for "" and "EU", x-amz-meta-* are left out. A HEAD's error has its status as code: "404". */
int aws_answer_decode(const struct aws_operation *operation, int status, const char *body, size_t len,
		      const char *(*header)(void *arg, const char *name), void *arg, json_t **tree, char **code, char **message,
		      struct err *err);

/* ---- Credentials (credentials.c). */

struct aws_credentials {
	char *access_key, *secret_key, *token; /* token NULL: none; wiped when freed */
	int64_t expires_at;		       /* 0: never */
	char *source;			       /* "environment", "profile x", for messages; never a value */
	char *account_id;		       /* where the source tells; else NULL */
};

struct aws_settings {
	const char *profile;	  /* --profile */
	const char *region;	  /* --region */
	const char *endpoint_url; /* --endpoint-url */
	const char *ca_bundle;	  /* --ca-bundle */
	const char *record;	  /* folder to keep the wire's bytes in; NULL: no */
	const char *replay;	  /* folder of fixtures to answer from; NULL: network */
	const struct embedded *fixtures; /* the same, embedded; NULL: none */
	size_t fixture_count;
	int max_attempts;	  /* 0: default */
};

/* Walks the table of providers. On failure err tells each that was tried, in order. */
int aws_credentials_load(const struct aws_settings *settings, struct aws_credentials *out, struct err *err);
void aws_credentials_free(struct aws_credentials *credentials);
/* Region of settings, environment or profile; NULL where none is set. Caller frees. */
char *aws_region_default(const struct aws_settings *settings);

/* ---- Signing (sigv4.c): AWS Signature Version 4, source: IAM User Guide, "Create a signed AWS API request". */

struct aws_signing {
	const struct aws_credentials *credentials;
	const char *region, *service; /* signing name */
	int64_t when;
	bool s3; /* path neither normalised nor encoded again; x-amz-content-sha256 is added */
	bool keep_path; /* do not normalise */
};

/* Adds Authorization, X-Amz-Date and the rest to wire->headers. host must be among them. */
int aws_sign(struct aws_wire *wire, const struct aws_signing *signing, struct err *err);
/* The canonical request and string to sign of the same, for tests and --debug. Caller frees. */
char *aws_canonical_request(const struct aws_wire *wire, const struct aws_signing *signing);

/* ---- Endpoints (endpoint.c). */

struct aws_endpoint {
	char *url;	      /* "https://s3.eu-west-1.amazonaws.com", no slash at the end */
	char *signing_region;
	bool custom;	      /* set by the user: no host prefix, S3 by path */
};

int aws_endpoint_find(const struct aws_settings *settings, const struct aws_service *service, const char *region,
		      struct aws_endpoint *out, struct err *err);
void aws_endpoint_free(struct aws_endpoint *endpoint);
/* "aws", "aws-cn" … of a region. */
const char *aws_partition(const char *region);
/* Regions of the aws partition known at build, sorted; for --regions and where DescribeRegions is refused. */
size_t aws_region_names(const char *const **names);
/* Whether the service is offered in the region, as far as known at build; true where not known. */
bool aws_service_offered(const char *service, const char *region);

/* ---- The client (client.c, transport.c, retry.c, rate.c). One thread, many requests in flight. */

struct aws_answer {
	int status; /* HTTP; 0: nothing came */
	char *code, *message; /* NULL: success. Ours where nothing came: "ConnectTimeout", "Undecodable", "TooLarge", "NotRecorded" … */
	char *request_id;
	json_t *body; /* NULL on error */
	char *raw;    /* bytes where they could not be decoded */
	size_t raw_len;
	char wire_sha256[SHA256_ROOM]; /* of the body's bytes; "" where nothing came */
	int attempts;
	int64_t started_at;
	int duration_ms;
	bool more; /* a replayed recording holds another page */
};



struct aws_request {
	const char *service, *operation;
	const char *region; /* to ask: a real region, never aws-global */
	const json_t *parameters;
	int per_second, burst;	    /* 0: default rate */
	const char *group;	    /* rate shared by; NULL: the service's own */
	const char *label;	    /* what a recording calls the region; for answerers that replay */
	int page;		    /* from 0; the same */
	void (*done)(void *arg, struct aws_answer *answer); /* the answer is the client's, freed after */
	void *arg;
};

struct aws_client;

struct aws_counts {
	long sent, answered, retried, refused, in_flight, waiting;
};

/* Loads credentials lazily at the first request, unless it replays. Caller frees. */
struct aws_client *aws_client_new(const struct aws_settings *settings, struct err *err);
/* Queues a copy of request; done() is called from aws_client_run(), always, also on failure. */
void aws_client_send(struct aws_client *client, const struct aws_request *request);
/* Runs until nothing is queued or in flight, or *stop becomes non-zero (then the rest is answered "Interrupted").
 * tick() is called at least each 200 ms; may be NULL. */
int aws_client_run(struct aws_client *client, volatile const int *stop, void (*tick)(void *arg), void *arg, struct err *err);
struct aws_counts aws_client_counts(const struct aws_client *client);
/* Loads credentials now; err says what was tried. */
int aws_client_prepare(struct aws_client *client, struct err *err);
const struct aws_credentials *aws_client_credentials(const struct aws_client *client);
void aws_client_free(struct aws_client *client);

#endif
