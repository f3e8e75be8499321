/* The engine's inner shapes, inside checks only: pages, what they read, and what judging them gives. */

#ifndef PLUMBLINE_CHECKS_ENGINE_H
#define PLUMBLINE_CHECKS_ENGINE_H

#include "checks/checks.h"

/* ---- Pages (page.c). */

struct text_row {
	int line;
	char **cells; /* as many as the table has heads */
};

struct text_table {
	char *name; /* of the evidence table or view; NULL: the page's first */
	int line;
	char **heads;
	size_t head_count;
	struct text_row *rows;
	size_t row_count;
};

struct text_fence {
	char *name; /* "open" of ```json open */
	char *text;
};

/* A table's column; column -1: the table's mere rows. */
struct read {
	int table, column;
};

struct reads {
	struct read *list;
	size_t count, room;
};

/* How an operation reaches the verdicts of a page. */
enum reach {
	REACH_OWN = 1,	    /* fills what is read of the page's own rows, or of lists inside them */
	REACH_OTHER = 2,    /* fills another table that the query reads */
	REACH_LIST = 4,	    /* stands in the chain that lists the page's rows */
	REACH_APPLIES = 8,  /* is read by `applies` */
	REACH_WANTED = 16   /* fills a column that the page or its fixes need */
};
#define REACH_DOUBT (REACH_OWN | REACH_OTHER | REACH_LIST | REACH_APPLIES)

struct page {
	char *id, *service, *file;
	const char *text; /* NUL-terminated */
	size_t len;
	bool built_in, chosen, is_view;
	struct arena arena;

	/* A light scan of lines gives these, the parse proper all that follows. */
	char *title, *severity, *resource;

	bool with_examples; /* parse them too: only testing wants them */
	bool parsed;
	char *applies;
	int applies_line, sql_line, front_lines;
	bool doubt_account, conclusive_pass, conclusive_fail;
	json_t *defaults, *parameters; /* declared; in force */
	json_t *see;
	char *why, *sql;
	char *fix_text, *fix_sh, *fix_hcl, *fix_yaml;
	struct text_table *tables;
	size_t table_count;
	struct text_fence *fences;
	size_t fence_count;

	/* Lineage: what checks_prepare() finds. */
	int prepared; /* 0: no, 1: being prepared, 2: done */
	int table, view; /* the resource: index into schema->tables or schema->views, else -1 */
	bool *arms;	 /* per table of the schema: its rows are the page's rows */
	struct reads reads, applies_reads;
	unsigned char *reach; /* per operation of the schema: enum reach */
	bool *uses_view;      /* per view of the schema */
	bool *uses_join;      /* per join view of the set */
	bool *calls;	      /* per function of functions[] */
	bool has_through;     /* the query says on which other rows a verdict rests */
	char **columns;	      /* a join view's columns, and their declared types */
	char **types;
	size_t column_count;
};

/* Errors of a page: "file:line: message"; returns -1. */
int page_fail(const struct page *page, int line, struct err *err, const char *format, ...) PRINTF_LIKE(4, 5);
/* Finds title, severity and resource by lines alone. */
int page_scan(struct page *page, struct err *err);
int page_parse(struct page *page, struct err *err);
void page_clear(struct page *page);
/* Splits a table's line into trimmed cells, \| being a bar. Returns their number. */
size_t page_cells(struct arena *arena, const char *line, size_t len, char ***cells);
/* Reads the YAML between the two lines of dashes into the page (front.c). */
int page_read_front(struct page *page, const char *yaml, size_t len, struct err *err);

/* ---- The set (set.c). */

struct framework {
	char *name, *title, *about, *file;
	struct control_facts *controls;
	int *lines;
	size_t count;
};

struct bare;

struct check_set {
	const struct schema *schema;
	struct page *pages; /* sorted by id */
	size_t count;
	struct page *joins; /* join views, sorted by name */
	size_t join_count;
	struct framework *frameworks; /* sorted by name */
	size_t framework_count;
	const json_t *overrides;
	double most_seconds; /* a query that takes longer is a mistake of its page */
	struct arena arena; /* of the frameworks and the text of pages on disk */
	struct bare *bare;  /* the empty schema that lineage is found in */
	struct reads **view_reads; /* per union view: of its rows, then of each column; found on first use */
	bool **view_known;
};

/* checks_load() of other pages than those built in; they are borrowed. */
struct check_set *set_load(const struct schema *schema, const struct embedded *pages, size_t count, const char *extra,
			   struct err *err);
int set_find(const struct check_set *set, const char *id);
int framework_parse(struct check_set *set, struct framework *framework, const char *text, struct err *err);
/* Names in controls that no page has; each goes to say(). Returns how many. */
int frameworks_check(const struct check_set *set, void (*say)(void *arg, const char *text), void *arg);
/* Writes framework, control and control_check. */
int frameworks_write(const struct check_set *set, sqlite3 *db, struct err *err);

/* ---- Lineage (lineage.c, bare.c). */

struct words {
	char **ctes, **names; /* names: every word, lower case */
	size_t cte_count, name_count;
	char refused[16];
	int line; /* of the refused word, from 0 */
	struct arena arena;
};

/* Reads SQL word by word, outside strings and comments. */
void words_read(struct words *words, const char *sql);
void words_free(struct words *words);

/* What one statement reads. */
struct trace {
	struct reads reads;
	int *opened;		  /* cursors per table, then per view, then per join view */
	bool *views, *joins, *calls; /* borrowed: marked where read or called */
	sqlite3_stmt *statement;  /* prepared in the empty schema, so that its columns and parameters can be asked */
};

/* Makes the empty schema. */
int bare_open(struct check_set *set, struct err *err);
void bare_close(struct check_set *set);
/* Traces sql. line is that of its first line in the page. */
int bare_trace(struct check_set *set, const struct page *page, const char *sql, int line, struct trace *trace, struct err *err);
void trace_clear(struct trace *trace);
/* What a column of a union view (-1: its rows and its arms' conditions) reads. */
int bare_view_reads(struct check_set *set, int view, int column, struct reads *out, struct err *err);
/* Adds a join view's stand-in. */
int bare_add_join(struct check_set *set, size_t join, struct err *err);
void reads_open(struct check_set *set);
void reads_close(struct check_set *set);
void reads_add(struct reads *reads, int table, int column);
/* The same of a whole list; what long lists share may then stand twice. */
void reads_append(struct reads *reads, const struct reads *more);
bool reads_have(const struct reads *reads, int table);
/* Fetches a column of the page's resource, which puts nothing in doubt. Returns whether there is one, or -1. */
int want_column(struct check_set *set, struct page *page, const char *name, struct err *err);
/* The same for what a fix names; an unknown name, filter or missing brace is the page's error (placeholder.c). */
int want_placeholders(struct check_set *set, struct page *page, const char *text, struct err *err);
/* Prepares a page whole: lineage, reach, parameters in force. */
int lineage_prepare(struct check_set *set, struct page *page, struct err *err);
int lineage_prepare_join(struct check_set *set, size_t join, struct err *err);
/* Whether above is operation or one of its parents. */
bool operation_under(const struct schema *schema, int operation, int above);
/* Whether the table is one of the page's own: its rows, or lists inside them. */
bool table_is_own(const struct schema *schema, const struct page *page, int table);
json_t *lineage_json(const struct check_set *set, const struct page *page);

/* ---- Views made tables (view.c): a union of hundreds of arms is slow to prepare, and a row must say its arm. */

/* Expression that an arm gives for a view's column; caller frees. */
char *view_expression(const struct schema *schema, const struct arm *arm, const char *column);
/* CREATE TABLE of a stand-in for view or join view. Caller frees. */
char *view_create_sql(const struct check_set *set, int view, const char *into);
char *join_create_sql(const struct page *join, const char *into);
/* INSERT that fills it from one arm. Caller frees. */
char *view_insert_sql(const struct check_set *set, int view, size_t arm, const char *into);
/* Declared type of a table's or view's column; "" where there is none. */
const char *column_affinity(const struct check_set *set, const char *table, const char *column);
int view_find_column(const struct schema_view *view, const char *name);

/* ---- Judging (judge.c, doubt.c). */

struct refusal {
	int operation;
	const char *region, *arn, *error; /* arn NULL: a list of the region; of a gap, error is its reason */
	int64_t call;			  /* 0: none */
	bool gap;
};

/* Sorted by operation, region, arn, error; those of operation o are list[first[o]] up to list[first[o + 1]]. */
struct refusals {
	struct refusal *list;
	size_t count, room;
	size_t *first;
};

void refusals_sort(struct refusals *refusals, size_t operations);

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_FAIL, VERDICT_NOT_APPLICABLE, VERDICT_UNKNOWN };
extern const char *const verdict_words[];
int verdict_find(const char *name); /* VERDICT_NONE: no such */

struct row {
	const char *arn, *region, *account;
	const char *observed, *reason, *through;
	int table;	      /* the physical one */
	signed char applies;  /* 1, 0, -1: NULL */
	unsigned char verdict;
	bool stands_in;	      /* for rows that a refused list hid */
	int refusal;	      /* that made it unknown, -1: none */
};

struct judgement {
	struct row *rows; /* seen ones first, then stand-ins */
	size_t count, room;
	uint32_t *slots; /* hash of arn to index + 1 */
	size_t slot_count;
	struct arena arena;
	char error[1024]; /* of the page; "": none */
};

/* The two statements of a page, prepared in one database. */
struct statements {
	sqlite3_stmt *population, *query;
	int arn, verdict, observed, reason, through; /* columns of query, -1: none */
};

int statements_prepare(const struct check_set *set, const struct page *page, sqlite3 *db, struct statements *out,
		       struct err *err);
void statements_free(struct statements *statements);
/* Judges without regard to refusals. A page's error is told in judgement->error, and all its rows are unknown. */
void judge_rows(const struct check_set *set, const struct page *page, const struct statements *statements,
		const char *account, struct judgement *out);
void judgement_clear(struct judgement *judgement);
struct row *judgement_find(const struct judgement *judgement, const char *arn);
/* Overrides what the refusals put in doubt, and adds stand-ins. db is asked for the parents of lists inside lists. */
void doubt_cast(const struct check_set *set, const struct page *page, const struct refusals *refusals, sqlite3 *db,
		struct judgement *judgement);
/* What the overrides name must be there. */
int parameters_check(const struct check_set *set, struct err *err);
int checks_page_parameters(struct check_set *set, struct page *page, struct err *err);
int page_bind(const struct page *page, sqlite3_stmt *statement, struct err *err);

/* ---- What proves a finding (proof.c). */

struct proof; /* calls of the evidence by operation, read on first use */

struct proof *proof_open(const struct check_set *set, sqlite3 *db);
void proof_close(struct proof *proof);
/* Finds the calls that prove each row of the judgement. */
int proof_find(struct proof *proof, const struct page *page, const struct judgement *judgement,
	       const struct refusals *refusals, struct err *err);
/* Those of one row, ascending, at most proof_most; the list is proof's. */
enum { proof_most = 200 };
size_t proof_calls(struct proof *proof, const struct judgement *judgement, size_t row, const int64_t **calls);

/* ---- States of regions (state.c): off, or without a service. */

struct states;

struct states *states_open(const struct check_set *set, sqlite3 *db, struct err *err);
void states_close(struct states *states);
/* Rule 8: verdicts of a page about `region` where the region is off or has not the service. */
void states_apply(const struct states *states, const struct page *page, struct judgement *judgement);
/* Regions in scope, and what coverage says of one without a row. */
size_t states_regions(const struct states *states, const char *const **names);
const char *states_empty(const struct states *states, const struct page *page, const char *region);

/* ---- Examples (examples.c) and refutation (refute.c). */

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT };

struct cell {
	enum cell_kind kind;
	int64_t integer;
	double real;
	const char *text;
};

struct example_row {
	int table, join; /* one of them is -1 */
	int line;
	struct cell *cells;
};

struct want {
	const char *arn, *region; /* arn NULL: a stand-in of that region */
	int verdict, line;
};

struct example {
	const char *name;
	int line;
	struct example_row *rows;
	size_t row_count, row_room;
	struct refusals refusals;
	struct want *wants;
	size_t want_count, want_room;
	bool *fills_join; /* per join view: filled directly */
};

/* A change to an example's rows, made while they are loaded. */
struct bending {
	enum { BEND_NONE, BEND_HIDE, BEND_HIDE_ALL, BEND_HIDE_ROW, BEND_MOVE, BEND_REMOVE, BEND_BLANK } kind;
	int operation;
	const char *arn;
	const json_t *keep; /* BEND_BLANK: an object whose keys are the ARNs of rows that stay whole */
};

/* What the functions of SQL are given beside their arguments. */
struct answers; /* answers.c: what was asked and told before */
struct answers *answers_make(void);
void answers_free(struct answers *answers);
/* False: not asked before. *told, NULL for what could not be told, lives until the next answers_keep(). */
bool answers_find(struct answers *answers, const char *asked, const char **told);
/* Takes told, and returns it. */
const char *answers_keep(struct answers *answers, const char *asked, char *told);

struct calling {
	int64_t scan_time;
	struct filter_memo *memo;
	struct answers *answers;
};

/* Frees what it holds, not itself. */
void calling_clear(struct calling *calling);

struct forcing {
	struct calling calling; /* first, so that a function finds it in either */
	const struct function *function;
	const char *value; /* SQL value, "NULL", or NULL: as it is */
};

struct bench {
	struct check_set *set;
	sqlite3 *db;
	sqlite3_stmt **insert, **clear;		 /* per table, then per join view */
	sqlite3_stmt **view_clear, ***view_fill; /* per view; per view and arm */
	sqlite3_stmt **join_fill;		 /* per join view */
	bool *dirty;				 /* per table, then per join view, then per view: has rows */
	struct forcing *forcing;		 /* per function */
	void (*say)(void *arg, const char *text);
	void *arg;
	int troubles, cases;
};

/* The database that examples are run in (bench.c). */
int bench_open(struct bench *bench, struct check_set *set, struct err *err);
void bench_close(struct bench *bench);
/* Says "file:line: message" and counts it; returns -1. */
int bench_trouble(struct bench *bench, const struct page *page, int line, const char *format, ...) PRINTF_LIKE(4, 5);
/* Empties the tables, fills them from the example, bent, and fills the views that the page uses. */
int bench_load(struct bench *bench, const struct page *page, const struct example *example,
	       const struct bending *bending, struct err *err);
/* Reads a page's examples (examples.c). Troubles are told; -1 where there were some. Caller frees. */
int examples_read(struct bench *bench, const struct page *page, struct arena *arena, struct example **out, size_t *count);
void examples_free(struct example *examples, size_t count);
/* One row of an example (cells.c): its values, and what is refused of it. */
int cells_read(struct bench *bench, const struct page *page, struct arena *arena, const struct text_table *table,
	       const struct text_row *row, struct example *example);
int cell_value(struct bench *bench, const struct page *page, int line, enum column_type type, const char *text,
	       struct cell *out);
/* What a bending leaves of a row: whether the row itself, and which cells (copied to cells, to be changed). */
bool bend_row(const struct check_set *set, const struct page *page, const struct bending *bending,
	      const struct example_row *row, struct cell *cells);
/* Tests the claims of a page (refute.c). */
void refute_page(struct bench *bench, const struct page *page, const struct statements *statements,
		 const struct example *examples, size_t count);
/* Runs the examples of a join view (join.c). */
void join_test(struct bench *bench, const struct page *join);

#endif
