/* The chain over all calls, and the proof that a file is unchanged. */

#include "store/evidence.h"

/* ---- Links. What decides whose answer a call's is, and what it counts for, is in its link: also the outcome, the
 * message that may tell "not configured" from "not allowed", the call whose items it is about, and which of them. */

struct link {
	int64_t id;
	char hash[SHA256_ROOM];
};

struct links {
	struct link *list; /* by id */
	size_t count;
};

enum { FIELDS = 11, PARENT = 12 };

static const char record_sql[] =
	"SELECT region, service, operation, parameters, page, status, coalesce(error, ''), sha256, outcome,"
	" coalesce(message, ''), replace(encoding, '+zstd', ''), id, coalesce(parent, 0) FROM api_call ORDER BY id";

static void
add_field(struct buf *fields, const char *text, size_t len)
{
	buf_print(fields, "%zu:", len);
	if (len > 0)
		buf_add(fields, text, len);
}

static int
by_id(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The link of a call that was made before; NULL: it is not there. */
static const struct link *
find_link(const struct links *links, int64_t id)
{
	struct link key = { .id = id };

	return links->count == 0 ?
		       NULL :
		       bsearch(&key, links->list, links->count, sizeof(key), by_id);
}

/* Moves items, rows (call, item) in order, on to call id, and gives its items as "0,2,". */
static void
items_of(sqlite3_stmt *items, bool *more, int64_t id, struct buf *out)
{
	while (*more && sqlite3_column_int64(items, 0) <= id) {
		if (sqlite3_column_int64(items, 0) == id)
			buf_print(out, "%d,", sqlite3_column_int(items, 1));
		*more = sqlite3_step(items) == SQLITE_ROW;
	}
}

static void
add_link(struct links *links, sqlite3_stmt *row, sqlite3_stmt *items, bool *more)
{
	struct link link = { .id = sqlite3_column_int64(row, FIELDS) };
	const struct link *parent = find_link(links, sqlite3_column_int64(row, PARENT));
	struct buf fields = { 0 }, list = { 0 };

	for (int i = 0; i < FIELDS; i++) {
		const char *text = (const char *)sqlite3_column_text(row, i);

		add_field(&fields, text, (size_t)sqlite3_column_bytes(row, i));
	}
	items_of(items, more, link.id, &list);
	add_field(&fields, parent != NULL ? parent->hash : "", parent != NULL ? SHA256_ROOM - 1 : 0);
	add_field(&fields, list.data != NULL ? list.data : "", list.len);
	sha256_hex(fields.data, fields.len, link.hash);
	buf_free(&fields);
	buf_free(&list);
	if ((links->count & (links->count - 1)) == 0)
		links->list = mem_grow(links->list, links->count == 0 ? 1 : links->count * 2,
				       sizeof(*links->list));
	links->list[links->count++] = link;
}

static int
load_links(sqlite3 *db, struct links *links, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, record_sql);
	sqlite3_stmt *items = db_prepare(
		db, err, "SELECT DISTINCT call, item FROM call_subject ORDER BY call, item");
	bool more;
	int status = SQLITE_ERROR;

	if (rows != NULL && items != NULL) {
		more = sqlite3_step(items) == SQLITE_ROW;
		while ((status = sqlite3_step(rows)) == SQLITE_ROW)
			add_link(links, rows, items, &more);
		if (status != SQLITE_DONE)
			db_error(db, err, "cannot read the calls");
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(items);
	return status == SQLITE_DONE ? 0 : -1;
}

/* ---- The chain. */

static const char order_sql[] =
	"SELECT region, service, operation, parameters, page, sha256, id FROM api_call"
	" ORDER BY region, service, operation, parameters, page, sha256";

enum { KEYS = 6 };

static int
by_hash(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Calls of one key, which may have come in any order, are chained by their links. */
static void
chain_same(char root[SHA256_ROOM], const char **same, size_t count)
{
	if (count > 1)
		qsort(same, count, sizeof(*same), by_hash);
	for (size_t i = 0; i < count; i++) {
		struct buf fields = { 0 };

		buf_text(&fields, root);
		buf_text(&fields, same[i]);
		sha256_hex(fields.data, fields.len, root);
		buf_free(&fields);
	}
}

static int
chain_links(sqlite3 *db, const struct links *links, char root[SHA256_ROOM], struct err *err)
{
	sqlite3_stmt *rows = db_prepare(db, err, order_sql);
	const char **same = mem_get((links->count + 1) * sizeof(*same));
	struct buf former = { 0 }, key = { 0 };
	size_t count = 0;
	int status = SQLITE_ERROR;

	while (rows != NULL && (status = sqlite3_step(rows)) == SQLITE_ROW) {
		const struct link *link = find_link(links, sqlite3_column_int64(rows, KEYS));
		struct buf swap = former;

		key.len = 0;
		for (int i = 0; i < KEYS; i++)
			add_field(&key, (const char *)sqlite3_column_text(rows, i),
				  (size_t)sqlite3_column_bytes(rows, i));
		if (key.len != former.len || memcmp(key.data, former.data, key.len) != 0) {
			chain_same(root, same, count);
			count = 0;
			former = key;
			key = swap;
		}
		if (link != NULL && count < links->count)
			same[count++] = link->hash;
	}
	chain_same(root, same, count);
	if (rows != NULL && status != SQLITE_DONE)
		db_error(db, err, "cannot read the calls");
	sqlite3_finalize(rows);
	buf_free(&former);
	buf_free(&key);
	free(same);
	return status == SQLITE_DONE ? 0 : -1;
}

/* The chain begins with the facts that verdicts rest on: when, whose account, which regions and parameters. */
static int
chain_facts(sqlite3 *db, char root[SHA256_ROOM], struct err *err)
{
	sqlite3_stmt *get = db_prepare(
		db, err, "SELECT started_at, account_id, partition, options, state FROM scan");
	struct buf fields = { 0 };

	if (get == NULL)
		return -1;
	if (sqlite3_step(get) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(get); i++)
			add_field(&fields, (const char *)sqlite3_column_text(get, i),
				  (size_t)sqlite3_column_bytes(get, i));
	sqlite3_finalize(get);
	sha256_hex(fields.data != NULL ? fields.data : "", fields.len, root);
	buf_free(&fields);
	return 0;
}

int
chain_root(sqlite3 *db, char root[SHA256_ROOM], struct err *err)
{
	struct links links = { 0 };
	int status = -1;

	if (load_links(db, &links, err) == 0 && chain_facts(db, root, err) == 0)
		status = chain_links(db, &links, root, err);
	free(links.list);
	return status;
}

static int
set_facts(sqlite3 *db, const char *sql, const char *first, const char *second, struct err *err)
{
	sqlite3_stmt *set = db_prepare(db, err, sql);
	int status;

	if (set == NULL)
		return -1;
	sqlite3_bind_text(set, 1, first, -1, SQLITE_STATIC);
	if (second != NULL)
		sqlite3_bind_text(set, 2, second, -1, SQLITE_STATIC);
	status = sqlite3_step(set);
	sqlite3_finalize(set);
	return status == SQLITE_DONE ? 0 :
				       db_error(db, err, "cannot finish the scan's record");
}

int
evidence_finish(struct evidence *evidence, const char *state, const char *finished_at,
		struct err *err)
{
	char root[SHA256_ROOM];

	if (evidence_begin(evidence, err) < 0 ||
	    set_facts(evidence->db, "UPDATE scan SET state = ?, finished_at = ?", state,
		      finished_at, err) < 0 ||
	    chain_root(evidence->db, root, err) < 0 ||
	    set_facts(evidence->db, "UPDATE scan SET root_hash = ?", root, NULL, err) < 0)
		return -1;
	return evidence_commit(evidence, err);
}

/* Names a call as a person would: what, where, with which parameters. */
static char *
call_name(sqlite3_stmt *row)
{
	return mem_print("call %lld, %s:%s in %s with %.200s, page %d",
			 (long long)sqlite3_column_int64(row, FIELDS),
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

	if (body_read(evidence, sqlite3_column_int64(row, FIELDS), &bytes, &decoded, &why) < 0)
		trouble = mem_text(why.text);
	else if (strcmp(sha256_hex(bytes.data != NULL ? bytes.data : "", bytes.len, hash),
			(const char *)sqlite3_column_text(row, 7)) != 0)
		trouble = mem_text("its body is not the one that was recorded");
	buf_free(&bytes);
	return trouble;
}

/* Whether what stands beside the body fits together. NULL: it does. Caller frees. */
static char *
record_trouble(sqlite3 *db, sqlite3_stmt *row)
{
	static const char orphan_sql[] = "SELECT 1 FROM api_call WHERE id = ?1 AND id < ?2";
	const char *outcome = (const char *)sqlite3_column_text(row, 8);
	bool answered = strcmp(outcome, outcome_answered) == 0;
	sqlite3_stmt *find;
	bool found;

	if (answered != (sqlite3_column_bytes(row, 6) == 0))
		return mem_print("its outcome '%s' does not fit its error '%s'", outcome,
				 (const char *)sqlite3_column_text(row, 6));
	if (sqlite3_column_int64(row, PARENT) == 0)
		return NULL;
	find = db_prepare(db, NULL, orphan_sql);
	sqlite3_bind_int64(find, 1, sqlite3_column_int64(row, PARENT));
	sqlite3_bind_int64(find, 2, sqlite3_column_int64(row, FIELDS));
	found = sqlite3_step(find) == SQLITE_ROW;
	sqlite3_finalize(find);
	return found ? NULL : mem_text("the call whose answer led to it is not in the file");
}

static int
say_call(sqlite3_stmt *row, char *trouble, void (*say)(void *arg, const char *text), void *arg)
{
	char *name, *text;

	if (trouble == NULL)
		return 0;
	name = call_name(row);
	text = mem_print("%s: %s", name, trouble);
	say(arg, text);
	free(text);
	free(name);
	free(trouble);
	return 1;
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
				       "a call, or what the scan was, is not as it was recorded",
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
	sqlite3_stmt *rows = db_prepare(evidence->db, err, record_sql);
	char root[SHA256_ROOM];
	int status, troubles = 0, more;

	if (rows == NULL)
		return -1;
	while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
		troubles += say_call(rows, body_trouble(evidence, rows), say, arg);
		troubles += say_call(rows, record_trouble(evidence->db, rows), say, arg);
	}
	if (status != SQLITE_DONE)
		troubles = db_error(evidence->db, err, "cannot read the calls");
	sqlite3_finalize(rows);
	if (troubles < 0 || chain_root(evidence->db, root, err) < 0)
		return -1;
	more = check_root(evidence, root, say, arg, err);
	return more < 0 ? -1 : troubles + more;
}
