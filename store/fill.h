/* What filling knows of the calls while it makes rows of them, inside store only. */

#ifndef PLUMBLINE_STORE_FILL_H
#define PLUMBLINE_STORE_FILL_H

#include "store/evidence.h"

/* One page of one call, in canonical order. */
struct page {
	int64_t id;
	int operation; /* of the schema; -1: not declared any more */
	int number;    /* of the page, from 0 */
	const char *region;
	int64_t parent_id;
	int parent; /* index; -1: none */
	bool answered;
	bool refused;
	char **arns; /* all the rows it was about */
	size_t arn_count;
};

/* A call about an item of another: sorted by (parent, item, page). */
struct child {
	int parent, item, page;
	char **arns; /* of that item's rows */
	size_t arn_count;
};

struct answer_kept {
	int page;
	json_t *body, *request;
};

enum { KEPT = 512 }; /* answers held decoded at once */

struct fill {
	struct evidence *evidence;
	const struct schema *schema;
	struct page *pages;
	size_t page_count;
	struct child *children;
	size_t child_count;
	struct answer_kept kept[KEPT]; /* by page % KEPT */
	sqlite3_stmt *get_parameters, *insert, *forget, *add_gap;
	void *seen;		       /* ARNs of the table being filled: a tree of tsearch(3) */
	int *first_of, *last_of;       /* per operation: range of pages in by_operation */
	int *by_operation;	       /* pages sorted by operation, canonical within */
	json_t *scope;		       /* array of regions in scope; empty: all */
	const char *account_id, *partition;
	struct arena arena;
};

/* A row on its way to its table. */
struct row {
	struct fill *fill;
	const struct schema_table *table;
	int page;		/* that holds its item */
	int item;		/* which, where calls can refer to it; -1 */
	const struct place *place;
	const json_t *request;
	const char *parent_arn; /* NULL: none */
	const char *region;
	char *arn;
	json_t **values;	/* per column, own references */
	bool only_arn;		/* what others say is not wanted */
	struct err *err;
};

int fill_load(struct fill *fill, struct err *err);
void fill_free(struct fill *fill);
/* The decoded answer of a page; borrowed until many others were asked for. NULL where it has none. */
const struct answer_kept *fill_answer(struct fill *fill, int page);
/* Children of (parent, item): first index; *count of them. item -1: of any item. */
size_t fill_children(const struct fill *fill, int parent, int item, size_t *count);
/* Whether calls can be about the table's rows: it lists its operation's items. */
bool fill_is_listed(const struct fill *fill, const struct schema_table *table);
/* Writes not_asked (owed.c), after the tables. */
int fill_owed(struct fill *fill, struct err *err);
/* Notes that an operation's answer does not tell about the row. Takes reason over. */
int row_gap(struct row *row, int operation, int64_t call, char *reason);
/* Fills row->values, arn and region, notes gaps. 0, 1: not in scope, -1. */
int row_make(struct row *row, struct err *err);
void row_clear(struct row *row);

#endif
