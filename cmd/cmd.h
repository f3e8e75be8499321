/* cmd: what the commands share. */

#ifndef PLUMBLINE_CMD_H
#define PLUMBLINE_CMD_H

#include "checks/checks.h"
#include "report/report.h"
#include "scanners/scanners.h"

#define PLUMBLINE_VERSION "0.1.0"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_FINDINGS = 3,
	EXIT_UNKNOWN = 4,
	EXIT_INCOMPLETE = 5
};

/* One per file, in the table of main.c. */
extern const struct command command_call, command_checks, command_demo, command_evaluate,
	command_frameworks, command_functions, command_help, command_permissions,
	command_query, command_report, command_scan, command_schema, command_verify,
	command_version;
extern const struct command *const commands[]; /* sorted by name */
extern const size_t command_count;

/* Says err on stderr as "plumbline COMMAND: …" and returns status. */
int cmd_fail(const char *command, const struct err *err, int status);
/* Says a line on stderr. */
void cmd_say(const char *format, ...) PRINTF_LIKE(1, 2);

struct schema *cmd_schema(struct err *err);
/* Words of a list "a,b c" as an array; caller frees each and the array. */
char **cmd_split(const char *list, size_t *count);
void cmd_split_free(char **words, size_t count);

/* The judging half, shared by scan, evaluate and verify. */
struct judging {
	struct schema *schema;
	struct check_set *checks;
	json_t *parameters; /* of plumbline.yaml; own */
};

/* Options that judging takes: --checks, --checks-dir, --framework, --config. */
#define JUDGING_OPTIONS                                                                     \
	{ "checks", "LIST", "only these checks, by id; * and ? are wildcards", true },        \
	{ "checks-dir", "DIR", "pages of your own beside the built-in ones", false },      \
	{ "config", "FILE", "parameters (default: plumbline.yaml where it is there)", false }, \
	{ "framework", "LIST", "only the checks of these frameworks", true }

/* Loads schema and pages and chooses. Returns 0, or an exit status with err. */
int judging_open(struct judging *judging, const struct arguments *arguments,
		 const json_t *recorded, struct err *err);
/* The same without preparing the pages, which is quick. */
int judging_open_listing(struct judging *judging, const struct arguments *arguments, struct err *err);
void judging_close(struct judging *judging);
/* What was asked, for scan.options: {"checks": …, "frameworks": …, "parameters": …, "regions": […]}. New reference. */
json_t *judging_options(const struct judging *judging, const struct arguments *arguments, char *const *regions,
			size_t region_count);

/* The options that a file's scan recorded. New reference, or NULL with err. */
json_t *recorded_options(struct evidence *evidence, struct err *err);
/* Whether the file's scan came to its end, be it interrupted. -1 with err where it was killed: its verdicts, if any, are
 * of no whole scan. */
int check_ended(struct evidence *evidence, const char *path, struct err *err);
/* Fills, judges and finishes; says each page's error. */
int judge_evidence(struct judging *judging, struct evidence *evidence, const char *state,
		   const char *finished_at, int *troubles, struct err *err);
/* Writes the reports of an evidence file into folder. */
int write_reports(struct evidence *evidence, const char *formats, const char *folder,
		  struct err *err);
/* Keeps an evidence file that is there as evidence-<started_at>.db. */
int keep_former(const char *folder, struct err *err);
/* usage.c: what options may say, checked before anything is written. A value that is NULL was not given. 0, or -1 with
 * the nearest name. */
int check_word(const char *what, const char *word, const char *const *words, size_t count, struct err *err);
int check_severity(const char *word, struct err *err); /* --fail-on */
int check_region(const char *option, const char *name, struct err *err);
int check_endpoint(const char *url, struct err *err);
int check_list(const struct arguments *arguments, const char *option, struct err *err); /* no list of nothing */
int check_seed(const char *text, struct err *err);
int check_operations(const char *list, const struct schema *schema, struct err *err); /* --replay-deny */
/* Checks a list of formats; 0, or -1 with the nearest name. */
int check_formats(const char *list, struct err *err);

struct scan {
	const struct arguments *arguments;
	const struct embedded *fixtures; /* to answer from; NULL: network or --replay */
	size_t fixture_count;
	const char *folder; /* where no --output is given; NULL: by account and time */
};

int scan_run(const struct scan *scan, struct err *err);

/* The guide for authors of pages, as Markdown on stdout. */
void guide_print(const struct schema *schema, const struct check_set *set);

/* progress.c: one line on a terminal, a plain line every ten seconds elsewhere. */
struct progress {
	struct answerer answerer;
	bool quiet, terminal, shown;
	double started, said;
	const char *doing;
};

void progress_start(struct progress *progress, bool quiet);
void progress_tick(void *progress);
void progress_end(struct progress *progress);

/* The evidence's verdicts in one line each, on stderr. */
int summary_say(sqlite3 *db, struct err *err);
/* Exit status by --fail-on and --fail-on-unknown. */
int summary_status(sqlite3 *db, const char *fail_on, bool fail_on_unknown);

/* Prints rows of a statement as table, csv or json. 0 or -1. */
int rows_print(sqlite3_stmt *statement, const char *format, FILE *out, struct err *err);
/* Reads plumbline.yaml. NULL with err; an absent default file gives an empty object. */
json_t *config_read(const char *path, struct err *err);

#endif
