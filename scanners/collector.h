/* The collector's own structs, inside scanners only. */

#ifndef PLUMBLINE_SCANNERS_COLLECTOR_H
#define PLUMBLINE_SCANNERS_COLLECTOR_H

#include "scanners/scanners.h"

/* One call to be made, or in flight. */
struct job {
	struct collector *collector;
	int operation;	     /* of the schema */
	const char *label;   /* region as recorded: "aws-global" or a region; interned */
	const char *region;  /* to ask; interned */
	json_t *parameters;  /* as asked first, without page tokens */
	json_t *next;	     /* with the token of this page; NULL: parameters */
	int page;
	int64_t parent;	     /* id of the call whose items it is about; 0: none */
	int *items;
	size_t item_count;
	int polls;
	struct job *later;   /* list of those to be asked again */
};

struct collector {
	const struct collect *collect;
	bool *needed;	     /* per operation: wanted, with parents */
	char **regions;	     /* to be asked */
	size_t region_count;
	json_t *names;	     /* interned regions: keys of an object */
	struct job *waiting; /* polls that were not complete */
	bool stopped;
	int status;	     /* -1: the evidence file failed */
	struct err *err;
};

/* Reads the bindings of an operation for one item (NULL: none) and calls each() with every set of parameters
 * (enumerations give several; the reference is each()'s). Nothing where a bound value is missing. */
void bind_each(const struct collector *collector, int operation, const struct place *item,
	       const json_t *request, const char *label, const char *region,
	       void (*each)(void *arg, json_t *parameters), void *arg);
/* The input that a batch gathers into a list; NULL with err-free false where none is by path. Caller frees. */
char *bind_batch_input(const struct operation *row);
/* A job, whose parameters' reference it takes over. */
struct job *job_new(struct collector *collector, int operation, const char *label, const char *region, json_t *parameters);
/* Asks it, or records why not; the job is gone after. */
void job_send(struct job *job);
const char *collector_intern(struct collector *collector, const char *name);

#endif
