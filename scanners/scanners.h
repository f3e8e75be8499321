/* scanners: what is asked of AWS, as tables, and the collector that walks them. */

#ifndef PLUMBLINE_SCANNERS_H
#define PLUMBLINE_SCANNERS_H

#include "aws/aws.h"
#include "store/store.h"

/* All scanners, sorted by service (list.h names them). */
extern const struct scanner *const scanners[];
extern const size_t scanner_count;

/* Something that answers calls: the client of aws/, or an evidence file. */
struct answerer {
	void (*send)(void *self, const struct aws_request *request);
	int (*run)(void *self, volatile const int *stop, void (*tick)(void *arg), void *arg, struct err *err);
	struct aws_counts (*counts)(void *self);
	void *self;
};

/* How tests bend the answers of a recording. */
struct bend {
	const char *deny; /* "s3:GetBucketPolicy", "ec2:DescribeVpcs@eu-west-1"; several: comma between; NULL: none */
	unsigned shuffle; /* seed of the order in which answers come; 0: as asked */
};

struct answerer answerer_of_client(struct aws_client *client);
/* Answers from an evidence file's calls (by region, service, operation, parameters, page). Caller frees. */
struct replay *replay_open(struct evidence *recording, const struct schema *schema, const struct bend *bend, struct err *err);
struct answerer answerer_of_replay(struct replay *replay);
void replay_free(struct replay *replay);
/* The same bending put before another answerer. Caller frees. */
struct bender *bender_new(struct answerer inner, const struct bend *bend);
struct answerer answerer_of_bender(struct bender *bender);
void bender_free(struct bender *bender);

struct identity {
	char *account_id, *arn, *partition;
	bool was_refused;	  /* by the service: the credentials, not the way there */
	struct aws_answer answer; /* as it came, to be recorded; without a body where none is at hand */
};

struct collect {
	const struct schema *schema;
	struct evidence *evidence;
	struct answerer answerer;
	const char *const *regions; /* to scan, from --regions; count 0: all enabled ones */
	size_t region_count;
	const char *home_region;    /* to ask sts and ec2:DescribeRegions in */
	const bool *wanted;	    /* per operation of the schema; parents are added here */
	const struct identity *identity; /* from collect_identity() */
	const char *secret_key;     /* 32 bytes for keyed hashes */
	volatile const int *stop;   /* non-zero: no new calls are started */
	void (*tick)(void *arg);
	void *arg;
};

/* Asks sts:GetCallerIdentity; err says what was refused. Needed before the evidence file has its facts. */
int collect_identity(struct answerer answerer, const char *home_region, struct identity *out, struct err *err);
void identity_free(struct identity *identity);
/* Makes all wanted calls and writes each to the evidence file, redacted. A refused call is a row, not an error. 0 done, 1 stopped. */
int collect_run(const struct collect *collect, struct err *err);

#endif
