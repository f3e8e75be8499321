/* A queue of requests that an answerer holds until it is run, inside scanners only. */

#ifndef PLUMBLINE_SCANNERS_QUEUE_H
#define PLUMBLINE_SCANNERS_QUEUE_H

#include "scanners/scanners.h"

struct queued {
	struct aws_request request; /* texts and parameters are own copies */
};

struct queue {
	struct queued *list;
	size_t first, count, room;
	unsigned seed; /* 0: in order */
};

void queue_add(struct queue *queue, const struct aws_request *request);
/* Takes the next, or by seed any. False: empty. queued_free() it. */
bool queue_take(struct queue *queue, struct queued *out);
void queued_free(struct queued *queued);
void queue_free(struct queue *queue);
/* Whether "service:Operation" or "service:Operation@region" of the list names the request. */
bool bend_denies(const struct bend *bend, const struct aws_request *request);
/* Calls its done() with a refusal. */
void queued_deny(struct queued *queued);

#endif
