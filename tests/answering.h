/* A server on loopback that answers what a test wrote down, right or wrong. */

#ifndef PLUMBLINE_TESTS_ANSWERING_H
#define PLUMBLINE_TESTS_ANSWERING_H

#include <stdbool.h>
#include <stddef.h>

enum answering_fault {
	NO_FAULT,
	CLOSES,	      /* the connection, without a word */
	ENDS_EARLY,   /* less comes than Content-Length says, then the end */
	CLAIMS_LITTLE, /* Content-Length is 10 less than the body */
	STAYS_SILENT, /* until the client goes */
	SAYS_NO_LENGTH, /* the end of the connection ends the body */
	IS_NO_HTTP,
};

struct answering_step {
	const char *status;  /* "200 OK"; NULL: no more steps */
	const char *headers; /* lines that end with \r\n, or NULL */
	const char *body;    /* NULL: none */
	enum answering_fault fault;
	size_t pad;	     /* so many blanks after the body */
};

struct answering;

/* Answers one request after another with the steps, the last again and again. The steps must outlive it. */
struct answering *answering_start(const struct answering_step *steps, size_t count);
int answering_port(const struct answering *server);
/* The request that was answered by step number index, as it came; "" where there was none. */
const char *answering_request(const struct answering *server, size_t index);
size_t answering_count(const struct answering *server);
void answering_stop(struct answering *server);

#endif
