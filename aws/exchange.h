/* The inside of the client: jobs, the lanes that they wait in, and the places that they go to. */

#ifndef PLUMBLINE_AWS_EXCHANGE_H
#define PLUMBLINE_AWS_EXCHANGE_H

#include "aws/client.h"

#define MOST_IN_FLIGHT 32
#define MOST_OF_LANE 16

/* A service's endpoint in a region. */
struct place {
	const char *service; /* the model's */
	char *region;
	struct aws_endpoint endpoint;
	char *host;
	bool is_loopback;
};

/* Requests that share a rate. */
struct lane {
	char *key;
	struct rate rate;
	struct job *first, *last;
	int in_flight;
	bool is_open; /* stands in the client's ring */
	bool is_known; /* where it leads was looked at */
	struct lane *next;
};

/* Where a bucket turned out to be. */
struct bucket_home {
	char *bucket, *region;
};

struct job {
	struct job *next;
	const struct aws_operation *operation;
	char *region; /* as asked */
	json_t *parameters;
	void (*done)(void *arg, struct aws_answer *answer); /* the answer is the client's, freed after */
	void *arg;
	struct lane *lane;
	const struct place *place;
	struct aws_wire *wire;
	char *url;
	char *moved_to;	    /* S3: region that the bucket is in */
	bool is_virtual;    /* the bucket was taken from the path into the host */
	bool is_reset, is_redirected, is_renewed; /* retried once for: clock, region, credentials */
	int generation;	    /* of the credentials it was signed with */
	double due, begun;  /* monotonic */
	struct aws_answer answer;
};

struct aws_client {
	struct aws_settings settings; /* own copies of its texts */
	struct profiles profiles;
	const struct section *section;
	struct recording *recording;
	struct transport *transport;
	struct aws_credentials credentials;
	bool has_credentials;
	char *credentials_error; /* why there are none */
	int generation;
	double renewed_at;
	int64_t clock_offset; /* seconds to add to our clock to have AWS's */
	struct key_ring ring;
	int max_attempts;
	void *places, *lanes, *homes; /* trees of tsearch(3) */
	struct lane *ring_last;	       /* lanes with something queued, in turn */
	struct job *waiting;	       /* for another attempt, by due */
	struct job *finished, *finished_last;
	struct job *flying[MOST_IN_FLIGHT];
	struct aws_counts counts;
	unsigned long chance; /* state of the random waits */
	bool is_hurried;      /* tests do not wait between attempts */
	struct err record_error;
};

/* ---- exchange.c: one job's requests and replies. */

/* Builds the request. 0, or -1 with the job's answer set. */
int job_prepare(struct aws_client *client, struct job *job);
/* Signs, and gives it to the transport. 0, or -1 with the answer set. */
int job_start(struct aws_client *client, struct job *job);
/* Answers from the recording. */
void job_replay(struct aws_client *client, struct job *job);
/* Reads a reply. True: the answer is set. False: another attempt is due at job->due. The reply is cleared. */
bool job_judge(struct aws_client *client, struct job *job, struct reply *reply);
/* Sets an error of our own as the answer; message is copied. */
void job_fail(struct job *job, const char *code, const char *message);
void job_free(struct job *job);

/* ---- place.c */

/* The endpoint of a service in a region; owned by the client. */
const struct place *place_find(struct aws_client *client, const struct aws_service *service, const char *region, struct err *err);
struct lane *lane_find(struct aws_client *client, const struct aws_request *request);
const char *bucket_home_find(struct aws_client *client, const char *bucket);
void bucket_home_set(struct aws_client *client, const char *bucket, const char *region);
void client_places_free(struct aws_client *client);

/* ---- renew.c: the client's credentials over time. */

/* Loads credentials, or loads them again where they are about to expire. */
int credentials_ready(struct aws_client *client, struct err *err);
/* After "ExpiredToken": true where there are other ones now. */
bool credentials_renew(struct aws_client *client, int generation);

#endif
