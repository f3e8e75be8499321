/* store: what operations, columns, tables and views are, and the evidence file that holds them. */

#ifndef PLUMBLINE_STORE_H
#define PLUMBLINE_STORE_H

#include "base/base.h"
#include <sqlite3.h>

/* ---- Declarations. Scanners fill these; zero is the sensible default. */

/* Paths walk an answer: "A.B", "A[0].B", "A[].B[]" (each item), "A[Key=x].B" (the item whose Key is
 * x), "A[Name={name}].B" (the item whose Name is the row's column `name`; none: a known gap),
 * "^X" (X of the thing that holds the item's list; ^^ one further out), "A.{B[],C[]}" (union),
 * "{A,B}" (an array of what is there), "$request.X" (what the call asked), "." (the item itself),
 * "?Name=value PATH" (only of the call whose request had Name=value), "PATH|PATH" (first that is there).
 * Behind a path, " :filter" changes the value: :json (text to JSON; made valid or the call is undecodable),
 * :count (of a list), :present (1 or 0: whether there is a value), :epoch (seconds or ms to TIME),
 * :is=X (1 or 0: whether the value is X; NULL where there is none), :list (a single value to a JSON array). */

enum column_type { TEXT, INTEGER, REAL, BOOL, TIME, JSON, TAGS };

struct column {
	const char *name;
	enum column_type type;  /* TAGS: lists of Key/Value in any spelling, or a map, to a JSON object */
	const char *operation;  /* that fills it; NULL: the table's own. "service:Name" for another service's */
	const char *path;	/* in the row's item (own operation), else from the root of that answer */
};

/* A call that reads. */
struct operation {
	const char *name;      /* as the model spells it */
	const char *service;   /* where it is not the scanner's own */
	const char *action;    /* IAM action(s), space between; NULL: PREFIX:NAME, PREFIX being the scanner's iam */
	const char *items;     /* path of the items that rows and child calls are made of; NULL: the answer itself */
	const char *parent;    /* operation each of whose items gives one call (or one of a batch) */
	const char *only;      /* "KeyManager=CUSTOMER": only such items of the parent; several: space between, all hold;
				* "Engine!=x"; "Tags": is there;
				* $region: the one that answered (operations only) */
	const char *bind;      /* inputs: "Bucket=Name Scope='REGIONAL'|'CLOUDFRONT' Max=#60 AccountId=$account"; a value is a path in the
				* parent's item, 'text' ({partition}, {account_id}, {region} are filled), #number or JSON literal behind ":" ("Owners=:[\"self\"]"), $account, $partition,
				* $region, $arn (of the row); | enumerates: one call each */
	int batch;	       /* up to so many items of the parent in one call: the bound input is a list */
	const char *region;    /* path in the parent's item of the region to ask */
	const char *regions;   /* "us-east-1": asked only there (as well as GLOBAL services) */
	const char *absent;    /* error codes that say "not configured", space between; "Code/words" only with these words in the message
				* (underscore for a space), "Code/!words" only without */
	const char *unsubscribed; /* error codes that say the account does not use the service: `absent` that coverage shows */
	const char *secrets;   /* paths whose values may hold secrets, space between: redacted before anything is stored */
	const char *drop;      /* paths of members that are secrets by nature: never kept */
	const char *poll;      /* "State=COMPLETE": asked again until so */
	json_t *(*shape)(const json_t *body); /* for the few answers that need code: the tree to keep (new reference) */
	int per_second, burst; /* documented rate; 0: the default */
	const char *group;     /* operations that share one rate */
};

struct table {
	const char *name;      /* "s3_bucket" */
	const char *type;      /* "AWS::S3::Bucket"; NULL for lists inside a resource, which are not resources themselves */
	const char *operation; /* whose items are the rows */
	const char *arn;       /* template: "arn:{partition}:s3:::{name}", columns of its own operation; NULL: column `arn`,
				* or, with `of`, rows have no ARN of their own */
	const struct column *columns;
	size_t column_count;
	const char *of;	       /* table that these rows are a part of: they have parent_arn */
	const char *path;      /* of rows: in the parent's item (same operation) or the answer. NULL: the operation's items */
	const char *only;      /* condition on an item for it to be a row, as operation.only */
	const char *home;      /* column that names the home region, where one ARN is answered by several regions: one row */
	const char *extends;   /* "account" or "region": the columns are added there, and name is NULL */
};

struct arm {
	const char *table;
	const char *columns; /* "type='manual', size=allocated"; a column left out: that of the same name; none there: NULL */
	const char *where;
};

/* A union view, as data. Common columns (arn, account_id, region, name, tags) are always there. */
struct view {
	const char *name;
	const char *columns; /* space between, beside the common ones */
	const struct arm *arms;
	size_t arm_count;
};

enum scope { REGIONAL, GLOBAL };

struct scanner {
	const char *service; /* AWS CLI's name: "s3" */
	const char *iam;     /* prefix of actions where it differs */
	enum scope scope;
	const struct operation *operations;
	size_t operation_count;
	const struct table *tables;
	size_t table_count;
	const struct view *views; /* with arms of any table; arms of one name in several scanners are joined */
	size_t view_count;
};

#define OPERATIONS .operations = operations, .operation_count = COUNT(operations)
#define TABLES .tables = tables, .table_count = COUNT(tables)
#define VIEWS .views = views, .view_count = COUNT(views)
#define COLUMNS(array) .columns = array, .column_count = COUNT(array)
/* ---- The schema: all declarations, joined and resolved. Made once at start by schema_build(). */

struct schema_operation {
	const char *name;	      /* "s3:GetBucketEncryption", the scanner's service */
	const char *service, *operation; /* to be asked: "s3control", "GetPublicAccessBlock" */
	const struct operation *row;
	const char *actions;	      /* "s3:GetEncryptionConfiguration", space between */
	enum scope scope;	      /* GLOBAL: its refusals are of region aws-global unless `region` is set */
	int parent;		      /* index, or -1 */
	bool per_row;		      /* a refusal is about one row: it has a parent */
};

struct schema_column {
	const char *name;
	enum column_type type;
	int operation;	  /* index */
	const char *path; /* NULL: filled by the program (arn, account_id, region, parent_arn) */
	bool sibling;	  /* the path selects by {column}: a row without an item is a known gap */
};

struct schema_table {
	const char *name, *type, *arn, *path, *only, *home;
	const char *service;
	int operation;
	int of; /* index, or -1 */
	enum scope scope;
	struct schema_column *columns; /* arn, account_id, region, name, tags, [parent_arn], then declared ones */
	size_t column_count;
};

struct schema_view {
	const char *name;
	const char **columns; /* with the common ones first */
	size_t column_count;
	struct arm *arms;
	size_t arm_count;
};
struct schema {
	struct schema_operation *operations; /* sorted by name */
	size_t operation_count;
	struct schema_table *tables; /* sorted by name */
	size_t table_count;
	struct schema_view *views; /* sorted by name; `resource` is among them, the union of all tables with a type */
	size_t view_count;
	struct arena arena;
};

/* Joins scanners to a schema; a name that does not resolve is an error naming it. Caller frees. */
struct schema *schema_build(const struct scanner *const *scanners, size_t count, struct err *err);
void schema_free(struct schema *schema);
int schema_find_operation(const struct schema *schema, const char *name);
int schema_find_table(const struct schema *schema, const char *name);
int schema_find_view(const struct schema *schema, const char *name);
int schema_find_column(const struct schema_table *table, const char *name);
/* Creates typed tables, union views, api_call, call_subject, refused, known_gap, finding, check_page … in db. */
int schema_create(const struct schema *schema, sqlite3 *db, bool with_indexes, struct err *err);
/* Indexes the typed tables that are large, once they are filled. */
int schema_index(const struct schema *schema, sqlite3 *db, struct err *err);

/* ---- The evidence file. Its tables are documented in store/layout.c and printed by `plumbline schema`. */

extern const char *const outcome_answered, *const outcome_absent, *const outcome_unsubscribed,
	*const outcome_refused, *const outcome_not_offered;

struct call {
	const char *region, *service, *operation; /* service as the schema's operation names it */
	json_t *parameters;			  /* as asked, page tokens left out; borrowed */
	int page;				  /* from 0 */
	int64_t parent;				  /* id of the call whose items this one is about; 0: none */
	const int *items;			  /* which of its items (a batch has many) */
	size_t item_count;
	int attempts, status; /* HTTP; 0: no answer */
	const char *outcome, *error, *message, *request_id;
	int64_t started_at;
	int duration_ms;
	int count; /* of items in the answer */
	char wire_sha256[SHA256_ROOM];
	json_t *body;	  /* decoded and redacted; NULL: none; borrowed */
	const void *raw;  /* the answer as it came where it could not be decoded; else NULL */
	size_t raw_len;
};

struct scan_facts {
	const char *started_at, *version, *options, *caller_arn, *account_id, *partition;
};

struct evidence;
/* Makes a new file (mode 0600). Caller closes. */
struct evidence *evidence_create(const char *path, const struct schema *schema, struct err *err);
/* Opens one. A foreign or damaged file is an error that says so. read_only leaves it untouched. */
struct evidence *evidence_open(const char *path, const struct schema *schema, bool read_only, struct err *err);
/* Copies the calls and scan facts of one into a new file, for evaluate. */
int evidence_copy(struct evidence *from, struct evidence *to, struct err *err);
sqlite3 *evidence_db(struct evidence *evidence);
int evidence_begin_scan(struct evidence *evidence, const struct scan_facts *facts, struct err *err);
/* Writes a call, returns its id or -1. Redaction has been done. Commits by itself every so often. */
int64_t evidence_add_call(struct evidence *evidence, const struct call *call, struct err *err);
/* Fills typed tables, call_subject, known_gap from the calls alone. The region rows come from the facts kept. */
int evidence_fill(struct evidence *evidence, struct err *err);
/* Chains the calls, writes scan.root_hash and finished_at. state: "complete" or "incomplete". */
int evidence_finish(struct evidence *evidence, const char *state, const char *finished_at, struct err *err);
/* Checks bodies and chain; each trouble goes to say(). Returns number of troubles, -1 where it cannot be done. */
int evidence_verify(struct evidence *evidence, void (*say)(void *arg, const char *text), void *arg, struct err *err);
/* Reads the decoded body of a call (NULL where there is none). Caller decrefs. */
json_t *evidence_body(struct evidence *evidence, int64_t call, struct err *err);
/* Records that a secret was replaced in a call's answer. */
int evidence_add_mark(struct evidence *evidence, int64_t call, const char *kind, int number, const char *keyed_hash,
		      struct err *err);
int evidence_commit(struct evidence *evidence, struct err *err);
void evidence_close(struct evidence *evidence);

/* Redacts body by the operation's marked paths, in place. Returns number of secrets. */
int redact_answer(const struct operation *operation, json_t *body, const char key[32],
		  void (*seen)(void *arg, const char *kind, int number, const char *keyed_hash), void *arg);

/* ---- Paths (path.c). */

/* A value with what holds it, for ^. */
struct place {
	const json_t *value;
	const json_t *holder; /* the object that the value's list stands in */
	const struct place *up; /* the enclosing item; NULL at the root */
};

struct places {
	struct place **list;
	size_t count;
	struct arena arena;
};
enum path_gap { GAP_NONE, GAP_NO_ITEM, GAP_NOT_JSON };

/* The items that path finds under root (a place, so that climbs go on above it). A path that ends in a list gives its
 * elements; any other value is one item. NULL or "": root itself. Caller frees with places_free(). */
struct places path_items(const struct place *root, const char *path);
void places_free(struct places *places);
/* Value of a column path at a place; request is what the call asked. lookup gives the row's columns for {name}. *gap says
 * why a value is not known (else GAP_NONE). New reference, or NULL: not there. */
json_t *path_value(const struct place *place, const json_t *request, const char *path,
		   const char *(*lookup)(void *arg, const char *column), void *arg, enum path_gap *gap);
/* Whether "Key=value Key!=value Key" holds for the item. NULL holds. */
bool path_holds(const struct place *place, const char *conditions);

/* SQLite errors as ours. */
int db_error(sqlite3 *db, struct err *err, const char *doing);
int db_run(sqlite3 *db, struct err *err, const char *sql);
sqlite3_stmt *db_prepare(sqlite3 *db, struct err *err, const char *sql); /* NULL on error */

#endif
