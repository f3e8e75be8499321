/* What the files of report/ share: the writer, the facts, the findings, the fixes. Inside
 * report only. */

#ifndef PLUMBLINE_REPORT_PIECES_H
#define PLUMBLINE_REPORT_PIECES_H

#include "report/report.h"

/* ---- out.c: a stream that latches its first error, and the escapes of each format. */

struct out {
	FILE *file;
	char *path;
	int error; /* errno of the first failure; 0: none */
};

int out_open(struct out *out, const char *path, struct err *err);
/* Flushes, closes, and tells the first error of all writes. */
int out_close(struct out *out, struct err *err);
void out_add(struct out *out, const void *text, size_t len);
void out_text(struct out *out, const char *text);
void out_print(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* Text and attribute values: & < > " ' are escaped, what cannot be shown becomes U+FFFD.
 */
void out_html(struct out *out, const char *text);
/* A JSON string with its quotes, exact but for broken UTF-8; NULL: null. */
void out_json(struct out *out, const char *text);
void out_json_part(struct out *out, const char *text); /* without the quotes */
/* A cell with a comma or line end behind it. A formula gets a ' in front. */
void out_csv(struct out *out, const char *text, bool last);
/* "12,345". */
void out_count(struct out *out, long count);

/* Decodes one character of UTF-8. *code is U+FFFD where it is broken. Returns bytes
 * taken, never 0. */
size_t utf8_decode(const char *text, size_t len, unsigned *code);
/* Whether it may not be shown as it is: controls but tab and line feed, and what turns
 * the direction of text, which makes a name look like another (Unicode TR 36, 3.1). */
bool text_is_unshown(unsigned code);
/* Adds text with what cannot be shown replaced, cut at cap bytes (0: whole) with a note.
 */
void text_clean(struct buf *buf, const char *text, size_t cap);
bool text_is_formula(const char *text);

/* ---- fill.c: placeholders of a fix, one complete token of the fence's language each.
 *
 * {{column}} is a token: a quoted word or string. {{column|text}} is the inside of a
 * string that is quoted there, {{column|json}} a JSON string, {{column|id}} an
 * identifier. fill_place.c finds out where a placeholder stands (plain, in quotes, a
 * here-document, a comment), and the value is written for that place: a page that asks
 * for a token inside quotes, or for a string's inside outside of any, gets a harmless one
 * all the same. */

enum fill_language { FILL_SH, FILL_HCL, FILL_YAML };
#define FILL_LANGUAGES 3
extern const char *const fill_names[FILL_LANGUAGES];   /* "sh", "hcl", "yaml" */
extern const char *const fill_endings[FILL_LANGUAGES]; /* "sh", "tf", "yaml" */

struct fix;
/* NULL with err on an unknown filter. text must outlive it. Caller frees. */
struct fix *fix_parse(enum fill_language language, const char *text, struct err *err);
void fix_free(struct fix *fill);
/* Columns named, in order, doubles kept. */
size_t fix_count(const struct fix *fill);
const char *fix_column(const struct fix *fill, size_t index);
/* values[i] is that of fix_column(i); NULL is the empty string. */
void fix_print(const struct fix *fill, const char *const *values, struct buf *out);

enum place_kind {
	PLACE_PLAIN,
	PLACE_SINGLE,
	PLACE_DOUBLE,
	PLACE_ANSI,
	PLACE_TEXT,
	PLACE_COMMENT
};

struct place_at {
	enum place_kind kind;
	bool nested;  /* inside a JSON string that stands in this string */
	bool expands; /* PLACE_TEXT: the shell expands $ there; YAML: !Sub does */
};

struct walk; /* a reader of the fence so far */
struct walk *walk_new(enum fill_language language);
void walk_over(struct walk *walk, const char *text,
	       size_t len); /* literal text, from placeholder to placeholder */
struct place_at walk_place(const struct walk *walk);
void walk_free(struct walk *walk);

/* ---- facts.c, gaps.c: what all reports tell alike, read once. */

enum verdict { PASS, FAIL, NOT_APPLICABLE, UNKNOWN };
#define VERDICTS 4
#define SEVERITIES 4 /* critical, high, medium, low */
extern const char *const verdict_names[VERDICTS];
extern const char *const verdict_titles[VERDICTS];
extern const char *const severity_names[SEVERITIES];

struct check_row {
	const char *id, *service, *resource, *severity, *title, *why, *see, *fix_text,
		*fix[FILL_LANGUAGES];
	const char *error, *sha256, *parameters;
	const char *frameworks; /* names with a space between, or "" */
	int rank;		/* of severity: 0 critical */
	long counts[VERDICTS];
	long excepted; /* of the failed ones */
};

enum control_state {
	MET,
	MET_IN_PART,
	FAILED,
	DOUBTFUL,
	NOT_ASSESSED,
	DOES_NOT_APPLY,
	ATTEST,
	NO_CHECK
};
#define CONTROL_STATES 8
extern const char *const control_titles[CONTROL_STATES];

struct control_row {
	const char *framework, *number, *title, *kind;
	int position;
	enum control_state state;
	size_t first_link, link_count; /* in facts->links */
	long counts[VERDICTS];
};

struct control_link {
	const char *check_id, *extent;
	const struct check_row *check; /* NULL: did not run */
};

struct framework_row {
	const char *name, *title;
	size_t first_control, control_count;
	long states[CONTROL_STATES];
};

/* All refused calls of one operation with one error. */
struct refusal {
	const char *operation, *error, *regions, *message;
	const char *action; /* IAM action(s) that it needs */
	const char *remedy; /* what to do, in a sentence */
	bool is_denied;	    /* the permission settles it */
	long calls, verdicts;
};

/* Unknown for another reason than a refused call. */
struct open_question {
	const char *check_id, *reason;
	long verdicts;
};

struct region_row {
	const char *name, *state;
};

/* Counts of the findings of one account, Region or service. */
enum tally_kind { BY_ACCOUNT, BY_REGION, BY_SERVICE };

struct tally {
	enum tally_kind kind;
	const char *name;
	long counts[VERDICTS];
};

/* A finding's place in the order of all reports. */
struct finding_place {
	const char *id;
	enum verdict verdict;
};

struct facts {
	void *user; /* of the writer that asks facts_each() */
	const struct report_source *source;
	struct arena arena;
	const char *started_at, *finished_at, *version, *caller, *account_id, *alias,
		*partition, *state, *root_hash, *options;
	struct check_row *checks; /* by severity, then id */
	size_t check_count;
	const struct check_row **by_id;
	struct framework_row *frameworks;
	size_t framework_count;
	struct control_row *controls;
	size_t control_count;
	struct control_link *links;
	size_t link_count;
	struct refusal *refusals;
	size_t refusal_count;
	struct open_question *questions;
	size_t question_count;
	struct region_row *regions;
	size_t region_count;
	struct finding_place *order;
	size_t order_count;
	struct tally *tallies; /* by kind, then name */
	size_t tally_count;
	long totals[VERDICTS], by_severity[SEVERITIES][VERDICTS], findings, excepted,
		calls, refused_calls, accounts;
};

int facts_load(struct facts *facts, const struct report_source *source, struct err *err);
void facts_free(struct facts *facts);
const struct check_row *facts_check(const struct facts *facts,
				    const char *id); /* NULL: none */
/* order.c: sorts and counts all findings, once for all formats. */
int order_load(struct facts *facts, struct err *err);
int gaps_load(struct facts *facts, struct err *err);
int controls_load(struct facts *facts, struct err *err);
/* Runs sql and gives each row to each(); a row's texts live in the arena where they are
 * kept by facts_keep(). */
int facts_each(struct facts *facts, struct err *err, const char *sql,
	       int (*each)(struct facts *facts, sqlite3_stmt *row));
/* A column's text in the arena, or NULL. */
const char *facts_keep(struct facts *facts, sqlite3_stmt *row, int column);
/* (pass + fail) / (pass + fail + unknown) as "98.7 %", cut and never rounded up; "–"
 * where there is nothing. Returns out. */
#define COVERAGE_ROOM 48
char *coverage_text(const long counts[VERDICTS], char out[COVERAGE_ROOM]);
double coverage_figure(const long counts[VERDICTS]); /* 0 to 1; -1: nothing */
/* Name of a check's title, or the id where the page is not there. */
const char *check_title(const struct facts *facts, const char *id);
/* The links of a page's `see`: *at moves on, *len is that of the link. NULL at the end.
 */
const char *see_next(const char **at, size_t *len);

/* ---- findings.c: in order of severity, check, region, resource. Texts live until the
 * next one. */

struct finding_row {
	const char *id, *check_id, *account_id, *region, *resource, *type, *verdict,
		*severity, *observed, *reason;
	const char *exception, *first_seen, *changed_at;
	const struct check_row *check; /* NULL: its page is not in the file */
	enum verdict kind;
	/* For the formats, where it failed: the remedy of its check and the filled fixes,
	 * NULL where there is none. */
	const struct remedy *remedy;
	const char *fixes[FILL_LANGUAGES];
};

struct findings {
	const struct facts *facts;
	sqlite3_stmt *row;
	size_t next; /* in facts->order */
	int verdict;
};

/* verdict ANY_VERDICT: all. */
#define ANY_VERDICT (-1)
int findings_open(struct findings *findings, const struct facts *facts, int verdict,
		  struct err *err);
int findings_next(struct findings *findings, struct finding_row *row,
		  struct err *err); /* 1, 0 at the end, -1 */
void findings_close(struct findings *findings);

/* ---- remedy.c: the fixes of one check, filled from the rows of its resources. */

struct remedy {
	const struct facts *facts;
	const struct check_row *check;
	struct fix *fills[FILL_LANGUAGES];
	char *troubles[FILL_LANGUAGES]; /* why a fix cannot be filled; NULL: it can */
	char **names;			/* columns to read, once each */
	size_t name_count;
	sqlite3_stmt *row;  /* finds one; NULL: not wanted so far */
	sqlite3_stmt *walk; /* all rows in the order of the findings, or NULL */
	sqlite3_stmt *read; /* whichever of both has the finding's row */
	bool has_walked;    /* walk stands at a row */
	bool has_any;
};

/* Parses the fixes of the finding's check and prepares the read of its rows, unless that
 * is done already. Trouble is kept, by name, in the remedy. */
void remedy_of(struct remedy *remedy, const struct facts *facts,
	       const struct finding_row *finding);
/* Reads the finding's row. False: it is not in the file, or there is no fix. */
bool remedy_read(struct remedy *remedy, const struct finding_row *finding);
/* After remedy_read(): the filled fix is added to out. False: none in that language. */
bool remedy_fill(const struct remedy *remedy, const struct finding_row *finding,
		 enum fill_language language, struct buf *out);
void remedy_close(struct remedy *remedy);

/* ---- html_*.c: the sections of the page, in order. */

struct page {
	struct out out;
	struct facts *facts;
	long serial; /* of what needs a name of its own */
	struct {
		const struct check_row *check;
		char *check_id; /* NULL: none */
		char *severity;
		long rows; /* so far */
		bool has_fixes;
	} group; /* the check whose failed findings are under way */
};

extern const char html_style[], html_script[];
int html_doubt(struct page *page, struct err *err);
int html_summary(struct page *page, struct err *err);
/* The failed findings come one by one, between begin and end. */
void html_failed_begin(struct page *page);
void html_failed_row(struct page *page, const struct finding_row *finding);
void html_failed_end(struct page *page);
int html_controls(struct page *page, struct err *err);
int html_passed(struct page *page, struct err *err);
int html_not_applicable(struct page *page, struct err *err);
int html_coverage(struct page *page, struct err *err);
int html_decisions(struct page *page, struct err *err);
int html_evidence(struct page *page, struct err *err);
/* A section's opening tag and heading. */
void html_open(struct page *page, const char *id, const char *title);
void html_close(struct page *page);
/* Opening tag of one check's findings of one verdict, which a filter hides or shows as
 * one. */
void html_open_check(struct page *page, const char *tag, const char *classes,
		     const struct finding_row *finding, long count);
/* Markdown as HTML in safe mode: raw HTML, images and odd links are dropped. */
void html_markdown(struct page *page, const char *markdown);
/* An ARN with its resource in bold. */
void html_arn(struct page *page, const char *arn);
void html_severity(struct page *page, const char *severity);
void html_count_cell(struct page *page, long count, const char *classes);
/* A stacked bar of the four verdicts; nothing where all are 0. */
void html_bar(struct page *page, const long counts[VERDICTS]);
const char *html_plural(long count, const char *one, const char *many);
/* "22 November 2026, 04:00 UTC"; the text itself where it is no time. */
void html_time(struct page *page, const char *when);
/* Findings of one verdict as compact tables, one per check, most rows of each cut at
 * `most`. */
int html_compact(struct page *page, enum verdict verdict, long most, struct err *err);

/* ---- The formats: all are written in one walk through the findings. */

struct writer {
	/* Opens path, a file or an empty folder. NULL: it could not. */
	void *(*begin)(struct facts *facts, const char *path, struct err *err);
	int (*finding)(void *state, const struct finding_row *row, struct err *err);
	/* Closes and frees. Not whole: what was written is thrown away after. 0, -1, or 1:
	 * written, but for fixes that cannot be filled, which err names. */
	int (*end)(void *state, bool is_whole, struct err *err);
};

extern const struct writer csv_writer, fixes_writer, html_writer, ocsf_writer,
	xlsx_writer;

#endif
