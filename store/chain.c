/* The chain over all calls, and the proof that a file is unchanged. */

#include "store/evidence.h"

/* What is chained, in canonical order: design.md, section 5. */
static const char order_sql[] =
	"SELECT region, service, operation, parameters, page, status, coalesce(error, ''),"
	" sha256, id, encoding FROM api_call"
	" ORDER BY region, service, operation, parameters, page, sha256";

enum { CHAINED = 8 };

/* One link: the hash so far, then each field with its length. */
static void
link_add(char root[SHA256_ROOM], sqlite3_stmt *row)
{
	struct buf fields = { 0 };

	buf_text(&fields, root);
	for (int i = 0; i < CHAINED; i++) {
		const char *text = (const char *)sqlite3_column_text(row, i);

		buf_print(&fields, "%d:", sqlite3_column_bytes(row, i));
		buf_add(&fields, text, (size_t)sqlite3_column_bytes(row, i));
	}
	sha256_hex(fields.data, fields.len, root);
	buf_free(&fields);
}

int
chain_root(sqlite3 *db, char root[SHA256_ROOM], struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, order_sql);
	int status;

	if (rows == NULL)
		return -1;
	sha256_hex("", 0, root);
	while ((status = sqlite3_step(rows)) == SQLITE_ROW)
		link_add(root, rows);
	if (status != SQLITE_DONE)
		db_error(db, err, "cannot read the calls");
	sqlite3_finalize(rows);
	return status == SQLITE_DONE ? 0 : -1;
}

int
evidence_finish(struct evidence *evidence, const char *state, const char *finished_at,
		struct err *err)
{
	char root[SHA256_ROOM];
	sqlite3_stmt *set;
	int status;

	if (chain_root(evidence->db, root, err) < 0 || evidence_begin(evidence, err) < 0)
		return -1;
	set = db_prepare(evidence->db, err,
			 "UPDATE scan SET root_hash = ?, state = ?, finished_at = ?");
	if (set == NULL)
		return -1;
	sqlite3_bind_text(set, 1, root, -1, SQLITE_STATIC);
	sqlite3_bind_text(set, 2, state, -1, SQLITE_STATIC);
	sqlite3_bind_text(set, 3, finished_at, -1, SQLITE_STATIC);
	status = sqlite3_step(set);
	sqlite3_finalize(set);
	if (status != SQLITE_DONE)
		return db_error(evidence->db, err, "cannot finish the scan's record");
	return evidence_commit(evidence, err);
}

/* Names a call as a person would: what, where, with which parameters. */
static char *
call_name(sqlite3_stmt *row)
{
	return mem_print("call %lld, %s:%s in %s with %.200s, page %d",
			 (long long)sqlite3_column_int64(row, 8),
			 (const char *)sqlite3_column_text(row, 1),
			 (const char *)sqlite3_column_text(row, 2),
			 (const char *)sqlite3_column_text(row, 0),
			 (const char *)sqlite3_column_text(row, 3),
			 sqlite3_column_int(row, 4));
}

/* Whether the body still has the hash that was chained. */
static char *
body_trouble(struct evidence *evidence, sqlite3_stmt *row)
{
	struct buf bytes = { 0 };
	struct err why = { 0 };
	char hash[SHA256_ROOM];
	char *trouble = NULL;
	bool decoded;

	if (body_read(evidence, sqlite3_column_int64(row, 8), &bytes, &decoded, &why) < 0)
		trouble = mem_text(why.text);
	else if (strcmp(sha256_hex(bytes.data != NULL ? bytes.data : "", bytes.len, hash),
			(const char *)sqlite3_column_text(row, 7)) != 0)
		trouble = mem_text("its body is not the one that was recorded");
	buf_free(&bytes);
	return trouble;
}

static int
check_root(struct evidence *evidence, const char *root,
	   void (*say)(void *arg, const char *text), void *arg, struct err *err)
{
	sqlite3_stmt *get = db_prepare(evidence->db, err,
				       "SELECT coalesce(root_hash, '') FROM scan");
	int troubles = 0;

	if (get == NULL)
		return -1;
	if (sqlite3_step(get) != SQLITE_ROW) {
		say(arg, "the file records no scan");
		troubles = 1;
	} else if (strcmp((const char *)sqlite3_column_text(get, 0), root) != 0) {
		char *text = mem_print("the chain over all calls gives %s, the file says %s: "
				       "a call was changed, added or taken away",
				       root, (const char *)sqlite3_column_text(get, 0));

		say(arg, text);
		free(text);
		troubles = 1;
	}
	sqlite3_finalize(get);
	return troubles;
}

int
evidence_verify(struct evidence *evidence, void (*say)(void *arg, const char *text),
		void *arg, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(evidence->db, err, order_sql);
	char root[SHA256_ROOM];
	int status, troubles = 0, more;

	if (rows == NULL)
		return -1;
	sha256_hex("", 0, root);
	while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
		char *trouble = body_trouble(evidence, rows);

		if (trouble != NULL) {
			char *name = call_name(rows);
			char *text = mem_print("%s: %s", name, trouble);

			say(arg, text);
			free(text);
			free(name);
			troubles++;
		}
		free(trouble);
		link_add(root, rows);
	}
	if (status != SQLITE_DONE)
		troubles = db_error(evidence->db, err, "cannot read the calls");
	sqlite3_finalize(rows);
	if (troubles < 0)
		return -1;
	more = check_root(evidence, root, say, arg, err);
	return more < 0 ? -1 : troubles + more;
}
