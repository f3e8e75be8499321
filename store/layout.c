/* The tables of the evidence file that every scan has, beside those of the scanners. */

#include "store/layout.h"

const char *const outcome_answered = "answered";
const char *const outcome_absent = "absent";
const char *const outcome_unsubscribed = "unsubscribed";
const char *const outcome_refused = "refused";
const char *const outcome_not_offered = "not_offered";

const char layout_sql[] =
	"CREATE TABLE scan("
	"id INTEGER PRIMARY KEY CHECK (id = 1), started_at TEXT NOT NULL, finished_at TEXT, version TEXT NOT NULL,"
	"options TEXT NOT NULL, caller_arn TEXT, account_id TEXT NOT NULL, partition TEXT NOT NULL, state TEXT NOT NULL,"
	"root_hash TEXT) STRICT;"
	/* outcome: answered, absent, unsubscribed, refused or not_offered; error is AWS's code, or ours for what never arrived */
	"CREATE TABLE api_call("
	"id INTEGER PRIMARY KEY, region TEXT NOT NULL, service TEXT NOT NULL, operation TEXT NOT NULL, parameters TEXT NOT NULL,"
	"page INTEGER NOT NULL, parent INTEGER, attempts INTEGER NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,"
	"error TEXT, message TEXT, request_id TEXT, started_at TEXT NOT NULL, duration_ms INTEGER NOT NULL, items INTEGER NOT NULL,"
	"wire_sha256 TEXT, sha256 TEXT NOT NULL, encoding TEXT NOT NULL, body BLOB) STRICT;"
	/* which rows a call was about: item is the index among its parent's items, arn that row's (one for each table) */
	"CREATE TABLE call_subject(call INTEGER NOT NULL, item INTEGER NOT NULL, arn TEXT) STRICT;"
	/* calls that the answers lead to and that nobody made: as good as refused. arn NULL: about a whole list */
	"CREATE TABLE not_asked(operation TEXT NOT NULL, region TEXT NOT NULL, arn TEXT) STRICT;"
	"CREATE VIEW refused(call, operation, region, arn, error) AS "
	"SELECT c.id, c.service || ':' || c.operation, c.region, s.arn, coalesce(c.error, 'error') FROM api_call c "
	"LEFT JOIN call_subject s ON s.call = c.id WHERE c.outcome = 'refused' "
	"UNION ALL SELECT NULL, operation, region, arn, 'NotAsked' FROM not_asked;"
	/* rows that an answer which was read did not hold, and the operation whose columns are therefore not known */
	"CREATE TABLE known_gap(operation TEXT NOT NULL, region TEXT NOT NULL, arn TEXT NOT NULL, call INTEGER, reason TEXT NOT NULL) STRICT;"
	/* the very text that judged, its parts as the reports need them, and its lineage as JSON */
	"CREATE TABLE check_page("
	"check_id TEXT PRIMARY KEY, service TEXT NOT NULL, resource TEXT NOT NULL, severity TEXT NOT NULL, title TEXT NOT NULL,"
	"why TEXT NOT NULL, see TEXT, parameters TEXT NOT NULL, lineage TEXT NOT NULL, fix_text TEXT, fix_sh TEXT, fix_hcl TEXT,"
	"fix_yaml TEXT, error TEXT, sha256 TEXT NOT NULL, page TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE finding("
	"id TEXT PRIMARY KEY, check_id TEXT NOT NULL, account_id TEXT NOT NULL, region TEXT NOT NULL, resource TEXT NOT NULL,"
	"resource_type TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('pass','fail','not_applicable','unknown')),"
	"severity TEXT NOT NULL, observed TEXT, reason TEXT, exception_id TEXT, first_seen TEXT, changed_at TEXT) STRICT, WITHOUT ROWID;"
	/* the calls that prove a finding, or the refused one that made it unknown */
	"CREATE TABLE finding_call(finding TEXT NOT NULL, call INTEGER NOT NULL, PRIMARY KEY (finding, call)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE coverage("
	"check_id TEXT NOT NULL, region TEXT NOT NULL, population INTEGER NOT NULL, pass INTEGER NOT NULL, fail INTEGER NOT NULL,"
	"not_applicable INTEGER NOT NULL, unknown INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (check_id, region)) STRICT, WITHOUT ROWID;"
	/* frameworks whose controls the checks answer; kind: automated or attest */
	"CREATE TABLE control("
	"framework TEXT NOT NULL, position INTEGER NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,"
	"PRIMARY KEY (framework, position)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE control_check(framework TEXT NOT NULL, position INTEGER NOT NULL, check_id TEXT NOT NULL, extent TEXT NOT NULL,"
	"PRIMARY KEY (framework, position, check_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE framework(name TEXT PRIMARY KEY, title TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE exception(id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE attestation(id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	/* that two secrets are equal, under a key that is not kept here; outside the chain */
	"CREATE TABLE secret_mark(call INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, keyed_hash TEXT NOT NULL,"
	"PRIMARY KEY (call, number)) STRICT, WITHOUT ROWID;";

const char layout_indexes_sql[] =
	"CREATE INDEX api_call_operation ON api_call(service, operation, region, page);"
	"CREATE INDEX api_call_parent ON api_call(parent);"
	"CREATE INDEX call_subject_call ON call_subject(call);"
	"CREATE INDEX call_subject_arn ON call_subject(arn);";
