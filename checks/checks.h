/* checks: pages that judge the evidence, the engine that runs them, and what SQL can call. */

#ifndef PLUMBLINE_CHECKS_H
#define PLUMBLINE_CHECKS_H

#include "store/store.h"

struct check; /* one page */

struct check_facts {
	const char *id, *service, *title, *severity, *resource;
	const char *file; /* "checks/s3/bucket_versioned.md", for messages */
	bool built_in;
	bool chosen;
};

struct check_set;

/* Reads the built-in pages and those of extra (a folder, NULL: none). Only front matter and title are read here, so
 * that listing is quick. A page with a mistake: err says file, line, what was expected. Caller frees. */
struct check_set *checks_load(const struct schema *schema, const char *extra, struct err *err);
void checks_free(struct check_set *set);
size_t checks_count(const struct check_set *set);
struct check_facts checks_at(const struct check_set *set, size_t index); /* sorted by id */
/* The page's text, NUL-terminated. */
const char *checks_text(const struct check_set *set, size_t index);
/* Join views: how many, and the name and title of each, sorted by name. */
size_t checks_view_count(const struct check_set *set);
const char *checks_view(const struct check_set *set, size_t index, const char **title);
/* Gives the connection db, which may be read-only, the join views under their names, so that any query can read them. */
int checks_name_views(struct check_set *set, sqlite3 *db, struct err *err);
/* Chooses by ids or wildcards (comma between) and by framework names; both NULL: all. An unknown one: err names the nearest. */
int checks_choose(struct check_set *set, const char *ids, const char *frameworks, struct err *err);
/* Parameters of the user's plumbline.yaml, as {"check_id": {"name": value}, "*": {…}}. Borrowed. */
void checks_parameters(struct check_set *set, const json_t *overrides);
/* Parses, prepares and finds the lineage of every chosen page. 0 or -1. */
int checks_prepare(struct check_set *set, struct err *err);
/* Operations that the chosen pages need (with their fixes' columns, without parents): wanted[schema->operation_count]. */
void checks_operations(const struct check_set *set, bool *wanted);
/* The same of one page, and the operations that can put it in doubt, parents included. */
void checks_operations_of(const struct check_set *set, size_t index, bool *wanted, bool *doubt);
/* Judges the chosen pages in db: fills check_page, finding, finding_call, coverage, control…. Clears what was there.
 * each() is called after each page (may be NULL). An error of a page is not -1: its verdicts are unknown, and *troubles counts it. */
int checks_judge(struct check_set *set, sqlite3 *db, void (*each)(void *arg, const char *id, const char *trouble), void *arg,
		 int *troubles, struct err *err);
/* Runs the examples of the chosen pages and refutes their claims. say() gets "file:line: message" of each trouble. Returns the number
 * of troubles, or -1; *cases counts what ran. */
int checks_test(struct check_set *set, void (*say)(void *arg, const char *text), void *arg, int *cases, struct err *err);

/* ---- Frameworks (frameworks.c). */

struct control_facts {
	const char *number, *title;
	bool attest;
	const char *checks; /* "id full, id partial" as the page has it */
};

size_t frameworks_count(const struct check_set *set);
const char *frameworks_name(const struct check_set *set, size_t index);  /* "cis_aws_7.0" */
const char *frameworks_title(const struct check_set *set, size_t index);
size_t frameworks_controls(const struct check_set *set, size_t index, const struct control_facts **controls);

/* ---- What SQL can call (functions.c has the table; policy.c, filter.c, event.c, network.c the meaning). */

struct function {
	const char *name, *arguments, *answers; /* for docs */
	int argument_count;
	bool judging;		  /* may answer NULL; the build forces its answers */
	const char *const *forced; /* the SQL values it is forced to, besides NULL: "0", "1", "'allowed'", "'[]'" … */
	size_t forced_count;
	void (*call)(sqlite3_context *context, int count, sqlite3_value **values);
};

extern const struct function functions[]; /* sorted by name */
extern const size_t function_count;
/* Registers all of them, the time functions bound to scan_time (seconds since 1970). */
int functions_register(sqlite3 *db, int64_t scan_time, struct err *err);

#endif
