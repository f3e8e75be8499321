/* What the files of the AWS client share: signing keys, shared files, HTTP, retries, rates, recordings. */

#ifndef PLUMBLINE_AWS_CLIENT_H
#define PLUMBLINE_AWS_CLIENT_H

#include "aws/aws.h"

#define USER_AGENT "plumbline/0.1.0"

/* ---- Signing keys (sigv4.c): derived once for each day, region and service. */

struct key_slot {
	char scope[160]; /* "AKID/20150830/us-east-1/service"; empty: unused */
	unsigned char key[32];
};

struct key_ring {
	struct key_slot slots[128];
};

/* aws_sign() with a ring that remembers keys; ring may be NULL. The ring is wiped by its owner. */
int sign_with_ring(struct aws_wire *wire, const struct aws_signing *signing, struct key_ring *ring, struct err *err);
/* Sets a header, replacing one of that name. 0, or -1 where the table is full. */
int wire_set_header(struct aws_wire *wire, const char *name, const char *value);
const char *wire_header(const struct aws_wire *wire, const char *name);

/* ---- Shared files (profile.c): ~/.aws/config and ~/.aws/credentials. */

enum section_kind { SECTION_PROFILE, SECTION_SSO_SESSION, SECTION_SERVICES, SECTION_OTHER };

struct property {
	char *key; /* lower case */
	char *value;
	bool of_credentials_file;
};

struct section {
	enum section_kind kind;
	char *name;
	bool is_prefixed; /* written "[profile x]" */
	struct property *properties;
	size_t count;
};

struct profiles {
	struct section *sections;
	size_t count;
	char *config_path, *credentials_path;
};

/* Reads both files; a missing file is empty. 0, or -1 with err naming file and line. */
int profiles_load(struct profiles *out, struct err *err);
/* Reads one file's text. name stands in errors. */
int profiles_parse(struct profiles *profiles, const char *text, size_t len, bool is_credentials, const char *name,
		   struct err *err);
/* Drops what loses against others of its name; once after the last file was parsed. */
void profiles_settle(struct profiles *profiles);
void profiles_free(struct profiles *profiles); /* wipes */
const struct section *profiles_find(const struct profiles *profiles, enum section_kind kind, const char *name);
const struct property *section_property(const struct section *section, const char *key); /* section may be NULL */
const char *section_value(const struct section *section, const char *key);		  /* NULL where unset or empty */
/* The value of key in the nested lines of a property. Caller frees; NULL where there is none. */
char *nested_value(const char *lines, const char *key);
/* Name of the chosen profile. *is_named: somebody asked for it, so that it must exist. */
const char *profile_chosen(const struct aws_settings *settings, bool *is_named);
/* An environment variable, or NULL where it is unset or empty. */
const char *variable(const char *name);
bool is_true(const char *value);

/* ---- Credentials (credentials.c and one file per kind of source). */

struct chain {
	const struct aws_settings *settings;
	const struct profiles *profiles;
	const char *profile;	       /* the chosen one */
	const struct section *section; /* its lines, or NULL */
	bool is_option;		       /* --profile was given */
};

/* A source of credentials. load: 0 loaded; 1 it has none, err says why; -1 it should have some and failed. */
struct provider {
	const char *name;
	int (*load)(const struct chain *chain, struct aws_credentials *out, struct err *err);
};

enum role_base { BASE_STATIC, BASE_ENVIRONMENT, BASE_INSTANCE, BASE_CONTAINER, BASE_WEB, BASE_PROCESS, BASE_SSO, BASE_LOGIN };

#define ROLE_STEPS 8

/* What a profile's role rests on, and the roles to be assumed one after another. */
struct role_chain {
	enum role_base base;
	const struct section *source;		   /* section that the base stands in */
	const struct section *roles[ROLE_STEPS]; /* first to last */
	size_t count;
};

int role_chain_find(const struct profiles *profiles, const char *name, struct role_chain *out, struct err *err);
int credentials_from_section(const struct section *section, struct aws_credentials *out, struct err *err);
int credentials_from_environment(const struct chain *chain, struct aws_credentials *out, struct err *err);
int credentials_from_role(const struct chain *chain, struct aws_credentials *out, struct err *err);
int credentials_from_web(const struct chain *chain, struct aws_credentials *out, struct err *err);
int credentials_from_process(const struct chain *chain, struct aws_credentials *out, struct err *err);
int credentials_from_container(const struct chain *chain, struct aws_credentials *out, struct err *err);
int credentials_from_instance(const struct chain *chain, struct aws_credentials *out, struct err *err);
/* The container's address from the environment: 0 with *url (caller frees), 1 not set, -1 refused. */
int container_url(char **url, struct err *err);
/* Reads {"AccessKeyId": …}; token_name is the member that holds the session token. Wipes body. */
int credentials_from_json(char *body, size_t len, const char *token_name, struct aws_credentials *out, struct err *err);
void text_wipe(char *text); /* wipes and frees */

/* ---- Endpoints (endpoint.c, partition.c). */

int endpoint_find_in(const struct profiles *profiles, const struct aws_settings *settings, const struct aws_service *service,
		     const char *region, struct aws_endpoint *out, struct err *err);
/* The region asked, or the one that a global service is signed for. */
const char *endpoint_signing_region(const struct aws_service *service, const char *region);
/* Where a bucket's name may stand in a host's name: a DNS label of 3 to 63 without dots. */
bool bucket_is_label(const char *bucket);
/* Puts host and path of an endpoint on the wire, prefix before the host. Returns the URL's first part; caller frees. */
char *wire_place(struct aws_wire *wire, const struct aws_endpoint *endpoint, const char *prefix);
/* Host with port of an URL, default ports left out. Caller frees. */
char *url_host(const char *url);
bool host_is_loopback(const char *host);
const char *partition_suffix(const char *partition, bool dual_stack);
const char *partition_global_region(const char *partition);

/* ---- HTTP (transport.c): one thread, many transfers. */

struct reply {
	int status;	     /* 0: nothing came */
	const char *failure; /* our code where nothing usable came; else NULL */
	char *message;	     /* of the failure */
	struct buf body;
	struct buf headers; /* "name\0value\0" …, lower-case names, those that matter */
};

const char *reply_header(const struct reply *reply, const char *name);
void reply_clear(struct reply *reply);

struct transport_options {
	const char *ca_bundle; /* a file, or a folder of hashed names; NULL: SSL_CERT_FILE and SSL_CERT_DIR, else the system's */
	const char *ca_source; /* who named it, for messages; static */
	size_t body_cap;       /* 0: 64 MiB */
	long connect_timeout_ms, timeout_ms; /* 0: 10 s, 60 s */
	bool no_proxy;
	bool is_plain; /* only http: is asked for, no certificate is looked for */
};

struct transport;

struct transport *transport_new(const struct transport_options *options, struct err *err);
void transport_free(struct transport *transport);
/* Starts a transfer. url and wire must live until it is done or dropped. */
void transport_start(struct transport *transport, const char *url, const struct aws_wire *wire, void *arg);
/* Waits at most wait_ms and calls done() for each finished transfer; the reply is the caller's to clear. */
int transport_poll(struct transport *transport, int wait_ms, void (*done)(void *self, void *arg, struct reply *reply), void *self,
		   struct err *err);
/* Drops everything in flight without a word. */
void transport_drop(struct transport *transport);
/* One request, waited for. */
int transport_fetch(const struct transport_options *options, const char *url, const struct aws_wire *wire, struct reply *out,
		    struct err *err);

/* ---- Certificates to trust (trust.c). */

struct trust {
	char *file;	    /* PEM, of many; NULL: none */
	char *folders;	    /* of files named by their subject's hash, separated by ':'; NULL: none */
	const char *source; /* who named them, for messages; static */
};

/* Sets ca_bundle to --ca-bundle, AWS_CA_BUNDLE, ca_bundle of the profile, or REQUESTS_CA_BUNDLE; leaves it where none is set. */
void ca_bundle_find(const struct aws_settings *settings, const struct section *section, struct transport_options *out);
/* Decides what to trust. root stands before the system's places, "" but in tests. -1 where what somebody named cannot be read; 0
 * with an empty trust where the system has none, so that only TLS fails. */
int trust_find(const struct transport_options *options, const char *root, struct trust *out, struct err *err);
void trust_free(struct trust *trust);
/* What the user can do about a certificate refused so (an X509_V_… of OpenSSL). Caller frees. */
char *trust_advice(const struct trust *trust, long verified);

/* ---- Retries (retry.c). */

enum failure_kind { FAILURE_FINAL, FAILURE_TRANSIENT, FAILURE_THROTTLE, FAILURE_CONNECT, FAILURE_RESOLVE };

struct retry_question {
	int status;
	const char *code;   /* NULL: success */
	int attempt;	    /* made so far, from 1 */
	int max_attempts;   /* the user's; 0: ours for the kind */
	double elapsed;	    /* seconds since the first attempt */
	double random;	    /* 0 to 1 */
	double retry_after; /* seconds that the server asks for; 0: it does not */
};

enum failure_kind failure_kind(int status, const char *code);
/* Seconds to wait before another attempt, or a negative number to give up. */
double retry_wait(const struct retry_question *question);
/* Whether the code may come of a wrong clock. */
bool code_is_skew(const char *code);
int attempts_allowed(const struct aws_settings *settings, const struct section *section);

/* ---- Rates (rate.c): a token bucket. Times are seconds of a monotonic clock. */

struct rate {
	double per_second, burst; /* now */
	double ceiling;		  /* per_second as documented */
	double tokens, at;
	double changed_at; /* last halving or recovery */
	bool is_unlimited;
};

void rate_start(struct rate *rate, double per_second, double burst, bool is_unlimited, double now);
/* Takes a token: 0, or seconds until there is one. */
double rate_take(struct rate *rate, double now);
void rate_throttled(struct rate *rate, double now);

/* ---- Recordings (recording.c). */

struct recording;

/* Opens what settings name (record, replay, fixtures); NULL without err->text where they name nothing. */
struct recording *recording_open(const struct aws_settings *settings, struct err *err);
bool recording_answers(const struct recording *recording);
bool recording_keeps(const struct recording *recording);
/* Fills reply from the record of this call. 0, or -1 where there is none. */
int recording_find(const struct recording *recording, const char *region, const char *service, const char *operation,
		   const char *parameters, struct reply *out);
int recording_keep(struct recording *recording, const char *region, const char *service, const char *operation,
		   const char *parameters, const struct reply *reply, struct err *err);
void recording_free(struct recording *recording);

#endif
