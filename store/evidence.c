/* The evidence file: made, opened, written call by call, copied. */

#include "store/evidence.h"
#include "store/layout.h"

#include <sys/stat.h>
#include <unistd.h>

enum {
	APPLICATION_ID = 0x506c6d62, /* "Plmb" */
	LAYOUT_VERSION = 1,
	WRITES_PER_COMMIT = 400,
	SECONDS_PER_COMMIT = 2, /* of a slow scan that is killed no more is lost */
	PACK_LEVEL = 3,
	PACK_FROM = 160, /* bytes: shorter bodies do not get smaller */
	BODY_CAP = 256 << 20
};

/* Whether SQLite finds a folder for its temporary files by itself: unixTempFileDir() of
 * its os_unix.c. */
static bool
has_temporary_folder(void)
{
	const char *const folders[] = { sqlite3_temp_directory,
					getenv("SQLITE_TMPDIR"),
					getenv("TMPDIR"),
					"/var/tmp",
					"/usr/tmp",
					"/tmp",
					"." };
	struct stat about;

	for (size_t i = 0; i < COUNT(folders); i++)
		if (folders[i] && !stat(folders[i], &about) && S_ISDIR(about.st_mode) &&
		    !access(folders[i], W_OK | X_OK))
			return true;
	return false;
}

/* An image made from scratch or an empty root has no /tmp. Then the evidence's own folder
 * will do, which must have room anyway; where that cannot be written to, which only
 * readers meet, memory. */
static void
place_temporary_files(sqlite3 *db, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash ? mem_text_n(path, slash == path ? 1 : (size_t)(slash - path))
		      : NULL;

	if (!has_temporary_folder()) {
		if (folder && !access(folder, W_OK | X_OK))
			sqlite3_temp_directory = sqlite3_mprintf("%s", folder);
		else
			db_run(db, NULL, "PRAGMA temp_store = MEMORY");
	}
	free(folder);
}

static struct evidence *
evidence_new(sqlite3 *db, const char *path, const struct schema *schema, bool read_only)
{
	struct evidence *evidence = mem_get(sizeof(*evidence));

	place_temporary_files(db, path);
	evidence->db = db;
	evidence->schema = schema;
	evidence->read_only = read_only;
	sqlite3_busy_timeout(db, 2000);
	return evidence;
}

static int
prepare_create(sqlite3 *db, const struct schema *schema, struct err *err)
{
	char *marks = mem_print("PRAGMA application_id = %d; PRAGMA user_version = %d;",
				APPLICATION_ID, LAYOUT_VERSION);
	int status = -1;

	if (db_run(db, err, marks) == 0 &&
	    db_run(db, err, "PRAGMA synchronous = NORMAL; BEGIN") == 0 &&
	    schema_create(schema, db, true, err) == 0)
		status = db_run(db, err, "COMMIT");
	free(marks);
	return status;
}

struct evidence *
evidence_create(const char *path, const struct schema *schema, struct err *err)
{
	sqlite3 *db = NULL;
	mode_t mask = umask(0177);
	int status = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				     NULL);

	umask(mask);
	if (status == SQLITE_OK && prepare_create(db, schema, err) == 0)
		return evidence_new(db, path, schema, false);
	if (status != SQLITE_OK)
		err_set(err, "cannot make the evidence file %s: %s", path,
			sqlite3_errmsg(db));
	else
		err_prefix(err, "cannot make the evidence file %s", path);
	sqlite3_close(db);
	return NULL;
}

static int
read_pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int value = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

/* Whether db is ours: tells foreign, damaged and newer files apart. */
static int
check_layout(sqlite3 *db, const char *path, struct err *err)
{
	int id = read_pragma(db, "PRAGMA application_id");
	int version = read_pragma(db, "PRAGMA user_version");

	if (id == -1)
		return err_set(err, "%s is damaged or no evidence file: %s", path,
			       sqlite3_errmsg(db));
	if (id != APPLICATION_ID)
		return err_set(err,
			       "%s is a SQLite file, but no evidence file of Plumbline: "
			       "name the evidence.db that a scan wrote",
			       path);
	if (version != LAYOUT_VERSION)
		return err_set(err,
			       "%s has layout %d; this program reads layout %d: use the "
			       "version that wrote it",
			       path, version, LAYOUT_VERSION);
	if (read_pragma(db, "SELECT count(*) FROM scan") < 0 ||
	    read_pragma(db, "SELECT count(*) FROM api_call") < 0)
		return err_set(err, "%s is damaged: %s", path, sqlite3_errmsg(db));
	return 0;
}

struct evidence *
evidence_open(const char *path, const struct schema *schema, bool read_only, struct err *err)
{
	sqlite3 *db = NULL;
	int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int status;

	if (file_check_database(path, err) < 0)
		return NULL;
	status = sqlite3_open_v2(path, &db, flags, NULL);
	if (status != SQLITE_OK) {
		err_set(err, "cannot open the evidence file %s: %s", path,
			sqlite3_errmsg(db));
	} else if (check_layout(db, path, err) == 0) {
		return evidence_new(db, path, schema, read_only);
	}
	sqlite3_close(db);
	return NULL;
}

sqlite3 *
evidence_db(struct evidence *evidence)
{
	return evidence->db;
}

int
evidence_begin(struct evidence *evidence, struct err *err)
{
	if (evidence->in_transaction)
		return 0;
	if (db_run(evidence->db, err, "BEGIN IMMEDIATE") < 0)
		return -1;
	evidence->in_transaction = true;
	evidence->began = time_monotonic();
	return 0;
}

int
evidence_commit(struct evidence *evidence, struct err *err)
{
	if (!evidence->in_transaction)
		return 0;
	evidence->in_transaction = false;
	evidence->since_commit = 0;
	return db_run(evidence->db, err, "COMMIT");
}

int
evidence_copy(struct evidence *from, struct evidence *to, struct err *err)
{
	char *attach = sqlite3_mprintf("ATTACH %Q AS old",
				       sqlite3_db_filename(from->db, "main"));
	int status = -1;

	if (evidence_commit(to, err) == 0 && db_run(to->db, err, attach) == 0) {
		status = db_run(to->db, err,
				"INSERT INTO main.scan SELECT * FROM old.scan;"
				"INSERT INTO main.api_call SELECT * FROM old.api_call;"
				"INSERT INTO main.call_subject SELECT * FROM old.call_subject;"
				"INSERT INTO main.secret_mark SELECT * FROM old.secret_mark;"
				"INSERT INTO main.exception SELECT * FROM old.exception;"
				"INSERT INTO main.attestation SELECT * FROM old.attestation");
		if (db_run(to->db, status == 0 ? err : NULL, "DETACH old") < 0)
			status = -1;
	}
	sqlite3_free(attach);
	return status;
}

int
evidence_begin_scan(struct evidence *evidence, const struct scan_facts *facts,
		    struct err *err)
{
	sqlite3_stmt *add = db_prepare(
		evidence->db, err,
		"INSERT INTO scan(id, started_at, version, options, caller_arn, account_id,"
		" partition, state) VALUES (1, ?, ?, ?, ?, ?, ?, 'running')");
	const char *values[] = { facts->started_at, facts->version, facts->options,
				 facts->caller_arn, facts->account_id, facts->partition };
	int status;

	if (add == NULL)
		return -1;
	for (size_t i = 0; i < COUNT(values); i++)
		sqlite3_bind_text(add, (int)i + 1, values[i], -1, SQLITE_STATIC);
	status = sqlite3_step(add) == SQLITE_DONE ? 0 : -1;
	if (status < 0)
		db_error(evidence->db, err, "cannot write the scan's facts");
	sqlite3_finalize(add);
	return status;
}

/* Binds body, its hash and encoding. Packed where that makes it smaller. */
static void
bind_body(struct evidence *evidence, sqlite3_stmt *add, const struct call *call, int at)
{
	char hash[SHA256_ROOM];
	char *text = call->body != NULL ? json_canonical(call->body) : NULL;
	const void *bytes = text != NULL ? text : call->raw;
	size_t len = text != NULL ? strlen(text) : call->raw_len;
	const char *encoding = text != NULL ? "json" : bytes != NULL ? "raw" : "none";

	sha256_hex(bytes != NULL ? bytes : "", len, hash);
	sqlite3_bind_text(add, at, hash, -1, SQLITE_TRANSIENT);
	if (bytes != NULL && len >= PACK_FROM) {
		size_t room = ZSTD_compressBound(len), packed;
		void *out = mem_get(room);

		if (evidence->pack == NULL)
			evidence->pack = ZSTD_createCCtx();
		packed = ZSTD_compressCCtx(evidence->pack, out, room, bytes, len,
					   PACK_LEVEL);
		if (!ZSTD_isError(packed) && packed < len) {
			sqlite3_bind_blob(add, at + 2, out, (int)packed, SQLITE_TRANSIENT);
			encoding = text != NULL ? "json+zstd" : "raw+zstd";
			bytes = NULL;
		}
		free(out);
	}
	if (bytes != NULL)
		sqlite3_bind_blob(add, at + 2, bytes, (int)len, SQLITE_TRANSIENT);
	sqlite3_bind_text(add, at + 1, encoding, -1, SQLITE_STATIC);
	free(text);
}

static int
bind_call(struct evidence *evidence, sqlite3_stmt *add, const struct call *call)
{
	char started[TIME_ROOM];
	char *parameters = call->parameters != NULL ? json_canonical(call->parameters) :
						      mem_text("{}");
	const char *texts[] = { call->region, call->service, call->operation, parameters };
	const char *more[] = { call->outcome, call->error, call->message,
			       call->request_id };

	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(add, i + 1, texts[i], -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(add, 5, call->page);
	if (call->parent != 0)
		sqlite3_bind_int64(add, 6, call->parent);
	sqlite3_bind_int(add, 7, call->attempts);
	sqlite3_bind_int(add, 8, call->status);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(add, i + 9, more[i], -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(add, 13, time_text(call->started_at, started), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_int(add, 14, call->duration_ms);
	sqlite3_bind_int(add, 15, call->count);
	if (call->wire_sha256[0] != '\0')
		sqlite3_bind_text(add, 16, call->wire_sha256, -1, SQLITE_TRANSIENT);
	bind_body(evidence, add, call, 17);
	free(parameters);
	return 0;
}

static int
add_subjects(struct evidence *evidence, int64_t id, const struct call *call, struct err *err)
{
	if (evidence->add_subject == NULL)
		evidence->add_subject = db_prepare(
			evidence->db, err,
			"INSERT INTO call_subject(call, item) VALUES (?, ?)");
	if (evidence->add_subject == NULL)
		return -1;
	for (size_t i = 0; i < call->item_count; i++) {
		sqlite3_reset(evidence->add_subject);
		sqlite3_bind_int64(evidence->add_subject, 1, id);
		sqlite3_bind_int(evidence->add_subject, 2, call->items[i]);
		if (sqlite3_step(evidence->add_subject) != SQLITE_DONE)
			return db_error(evidence->db, err,
					"cannot write what a call was about");
	}
	sqlite3_reset(evidence->add_subject);
	return 0;
}

int64_t
evidence_add_call(struct evidence *evidence, const struct call *call, struct err *err)
{
	int64_t id;
	int status;

	if (evidence_begin(evidence, err) < 0)
		return -1;
	if (evidence->add_call == NULL)
		evidence->add_call = db_prepare(
			evidence->db, err,
			"INSERT INTO api_call(region, service, operation, parameters, page,"
			" parent, attempts, status, outcome, error, message, request_id,"
			" started_at, duration_ms, items, wire_sha256, sha256, encoding, body)"
			" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	if (evidence->add_call == NULL)
		return -1;
	bind_call(evidence, evidence->add_call, call);
	status = sqlite3_step(evidence->add_call);
	id = sqlite3_last_insert_rowid(evidence->db);
	sqlite3_reset(evidence->add_call);
	sqlite3_clear_bindings(evidence->add_call);
	if (status != SQLITE_DONE)
		return db_error(evidence->db, err, "cannot write a call to the evidence file");
	if (add_subjects(evidence, id, call, err) < 0)
		return -1;
	if ((++evidence->since_commit >= WRITES_PER_COMMIT ||
	     time_monotonic() - evidence->began >= SECONDS_PER_COMMIT) &&
	    evidence_commit(evidence, err) < 0)
		return -1;
	return id;
}

int
evidence_add_mark(struct evidence *evidence, int64_t call, const char *kind, int number,
		  const char *keyed_hash, struct err *err)
{
	sqlite3_stmt *add = evidence->add_mark;

	if (add == NULL)
		add = evidence->add_mark = db_prepare(
			evidence->db, err,
			"INSERT OR IGNORE INTO secret_mark(call, kind, number, keyed_hash)"
			" VALUES (?, ?, ?, ?)");
	if (add == NULL || evidence_begin(evidence, err) < 0)
		return -1;
	sqlite3_reset(add);
	sqlite3_bind_int64(add, 1, call);
	sqlite3_bind_text(add, 2, kind, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(add, 3, number);
	sqlite3_bind_text(add, 4, keyed_hash, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(add) != SQLITE_DONE)
		return db_error(evidence->db, err, "cannot write a secret's mark");
	sqlite3_reset(add);
	return 0;
}

/* Unpacks a blob to out. */
static int
body_unpack(struct evidence *evidence, const void *blob, size_t len, struct buf *out,
	    struct err *err)
{
	unsigned long long room = ZSTD_getFrameContentSize(blob, len);
	size_t got;
	char *bytes;

	if (room == ZSTD_CONTENTSIZE_ERROR || room == ZSTD_CONTENTSIZE_UNKNOWN ||
	    room > BODY_CAP)
		return err_set(err, "its body is damaged: no valid compressed data");
	if (evidence->unpack == NULL)
		evidence->unpack = ZSTD_createDCtx();
	bytes = mem_get((size_t)room + 1);
	got = ZSTD_decompressDCtx(evidence->unpack, bytes, (size_t)room, blob, len);
	if (!ZSTD_isError(got))
		buf_add(out, bytes, got);
	free(bytes);
	if (ZSTD_isError(got))
		return err_set(err, "its body is damaged: %s", ZSTD_getErrorName(got));
	return 0;
}

int
body_read(struct evidence *evidence, int64_t call, struct buf *out, bool *decoded,
	  struct err *err)
{
	sqlite3_stmt *get = evidence->get_body;
	const char *encoding;
	const void *blob;
	size_t len;
	int status = 0;

	if (get == NULL)
		get = evidence->get_body =
			db_prepare(evidence->db, err,
				   "SELECT encoding, body FROM api_call WHERE id = ?");
	if (get == NULL)
		return -1;
	sqlite3_bind_int64(get, 1, call);
	if (sqlite3_step(get) != SQLITE_ROW) {
		sqlite3_reset(get);
		return err_set(err, "call %lld is not in the file", (long long)call);
	}
	encoding = (const char *)sqlite3_column_text(get, 0);
	blob = sqlite3_column_blob(get, 1);
	len = (size_t)sqlite3_column_bytes(get, 1);
	*decoded = text_starts(encoding, "json");
	if (text_ends(encoding, "+zstd"))
		status = body_unpack(evidence, blob, len, out, err);
	else if (len > 0)
		buf_add(out, blob, len);
	sqlite3_reset(get);
	return status;
}

json_t *
evidence_body(struct evidence *evidence, int64_t call, struct err *err)
{
	struct buf text = { 0 };
	json_t *body = NULL;
	bool decoded;

	if (body_read(evidence, call, &text, &decoded, err) == 0 && decoded)
		body = json_read(text.data, text.len, err);
	else
		err_set(err, "call %lld has no decoded answer", (long long)call);
	buf_free(&text);
	return body;
}

void
evidence_close(struct evidence *evidence)
{
	if (evidence == NULL)
		return;
	evidence_commit(evidence, NULL);
	sqlite3_finalize(evidence->add_call);
	sqlite3_finalize(evidence->add_subject);
	sqlite3_finalize(evidence->add_mark);
	sqlite3_finalize(evidence->get_body);
	ZSTD_freeCCtx(evidence->pack);
	ZSTD_freeDCtx(evidence->unpack);
	sqlite3_close(evidence->db);
	free(evidence);
}
