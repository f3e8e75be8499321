/* An open evidence file, inside store only. */

#ifndef PLUMBLINE_STORE_EVIDENCE_H
#define PLUMBLINE_STORE_EVIDENCE_H

#include "store/store.h"

#include <zstd.h>

struct evidence {
	sqlite3 *db;
	const struct schema *schema;
	sqlite3_stmt *add_call, *add_subject, *add_mark, *get_body;
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
	long since_commit; /* writes */
	double began;	   /* the transaction, monotonic */
	bool in_transaction;
	bool read_only;
};

/* The bytes that were hashed for a call: canonical JSON, or the answer as it came. *decoded tells which. */
int body_read(struct evidence *evidence, int64_t call, struct buf *out, bool *decoded, struct err *err);
/* Chains all calls in canonical order. */
int chain_root(sqlite3 *db, char root[SHA256_ROOM], struct err *err);
int evidence_begin(struct evidence *evidence, struct err *err);

/* Turns a column's value to what SQLite binds, by its type (column.c). NULL is bound for what does not fit. */
int column_bind(sqlite3_stmt *statement, int at, enum column_type type, const json_t *value);
/* Text of a value for templates and selectors; NULL for none. Caller frees. */
char *column_text(const json_t *value);
/* Tags in any spelling to one object. New reference or NULL. */
json_t *column_tags(const json_t *value);

#endif
