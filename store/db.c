/* SQLite's answers as ours. */

#include "store/store.h"

int
db_error(sqlite3 *db, struct err *err, const char *doing)
{
	return err_set(err, "%s: %s", doing, sqlite3_errmsg(db));
}

int
db_run(sqlite3 *db, struct err *err, const char *sql)
{
	char *message = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK)
		return 0;
	err_set(err, "cannot run SQL: %s (%.200s)", message != NULL ? message : "unknown",
		sql);
	sqlite3_free(message);
	return -1;
}

sqlite3_stmt *
db_prepare(sqlite3 *db, struct err *err, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	err_set(err, "cannot prepare SQL: %s (%.200s)", sqlite3_errmsg(db), sql);
	return NULL;
}
