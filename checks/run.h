/* One judging of an evidence file, inside run.c and record.c only. */

#ifndef PLUMBLINE_CHECKS_RUN_H
#define PLUMBLINE_CHECKS_RUN_H

#include "checks/engine.h"

enum {
	id_room = 33,	/* 32 hex digits */
	link_batch = 64 /* rows that one statement writes */
};

struct link {
	const char *finding;
	int64_t call;
};

/* Of one region. */
struct coverage {
	const char *region;
	long counts[VERDICT_UNKNOWN + 1];
	long population;
};

struct finding {
	char id[id_room];
	uint32_t row;
};

struct run {
	struct check_set *set;
	sqlite3 *db;
	char *account, *started_at;
	struct refusals refusals;
	struct states *states;
	struct proof *proof;
	sqlite3_stmt *add_finding, *add_call, *add_links, *add_coverage, *add_page;
	struct link links[link_batch];
	size_t link_count;
	struct coverage *coverage;
	size_t coverage_count, coverage_room;
	struct judgement judgement; /* of the page at hand */
	struct arena arena;
	struct err *err;
};

/* What a judged page leaves in the evidence file (record.c). */
int record_prepare(struct run *run);
int record_page(struct run *run, const struct page *page); /* its page, findings, their calls, coverage */
void record_close(struct run *run);

#endif
