/* What every report tells, read once from the evidence file: the scan, the pages, the
 * counts. */

#include "report/pieces.h"

const char *const verdict_names[VERDICTS] = { "pass", "fail", "not_applicable",
					      "unknown" };
const char *const verdict_titles[VERDICTS] = { "Passed", "Failed", "Not applicable",
					       "Unknown" };
const char *const severity_names[SEVERITIES] = { "critical", "high", "medium", "low" };

int
facts_each(struct facts *facts, struct err *err, const char *sql,
	   int (*each)(struct facts *facts, sqlite3_stmt *row))
{
	sqlite3_stmt *rows = db_prepare(facts->source->db, err, sql);
	int step;

	if (rows == NULL)
		return err_prefix(err, "cannot read the evidence file");
	while ((step = sqlite3_step(rows)) == SQLITE_ROW)
		if (each(facts, rows) < 0)
			break;
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		db_error(facts->source->db, err, "cannot read the evidence file");
	sqlite3_finalize(rows);
	return step == SQLITE_DONE ? 0 : -1;
}

const char *
facts_keep(struct facts *facts, sqlite3_stmt *row, int column)
{
	return arena_text(&facts->arena, (const char *)sqlite3_column_text(row, column));
}

static int
index_of(const char *const *names, size_t count, const char *name, int otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (name != NULL && strcmp(names[i], name) == 0)
			return (int)i;
	return otherwise;
}

static int
read_scan(struct facts *facts, sqlite3_stmt *row)
{
	facts->started_at = facts_keep(facts, row, 0);
	facts->finished_at = facts_keep(facts, row, 1);
	facts->version = facts_keep(facts, row, 2);
	facts->options = facts_keep(facts, row, 3);
	facts->caller = facts_keep(facts, row, 4);
	facts->account_id = facts_keep(facts, row, 5);
	facts->partition = facts_keep(facts, row, 6);
	facts->state = facts_keep(facts, row, 7);
	facts->root_hash = facts_keep(facts, row, 8);
	return 0;
}

static int
read_check(struct facts *facts, sqlite3_stmt *row)
{
	struct check_row *check;

	facts->checks = mem_grow(facts->checks, facts->check_count + 1, sizeof(*check));
	check = &facts->checks[facts->check_count++];
	*check = (struct check_row){
		.id = facts_keep(facts, row, 0),
		.service = facts_keep(facts, row, 1),
		.resource = facts_keep(facts, row, 2),
		.severity = facts_keep(facts, row, 3),
		.title = facts_keep(facts, row, 4),
		.why = facts_keep(facts, row, 5),
		.see = facts_keep(facts, row, 6),
		.fix_text = facts_keep(facts, row, 7),
		.error = facts_keep(facts, row, 11),
		.sha256 = facts_keep(facts, row, 12),
		.parameters = facts_keep(facts, row, 13),
		.frameworks = "",
	};
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (sqlite3_column_bytes(row, 8 + i) > 0)
			check->fix[i] = facts_keep(facts, row, 8 + i);
	check->rank =
		index_of(severity_names, SEVERITIES, check->severity, SEVERITIES - 1);
	return 0;
}

static int
by_check_id(const void *a, const void *b)
{
	const struct check_row *const *left = a, *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

static int
find_check(const void *id, const void *at)
{
	const struct check_row *const *check = at;

	return strcmp(id, (*check)->id);
}

const struct check_row *
facts_check(const struct facts *facts, const char *id)
{
	const struct check_row **found = NULL;

	if (facts->check_count > 0)
		found = bsearch(id, facts->by_id, facts->check_count,
				sizeof(*facts->by_id), find_check);
	return found != NULL ? *found : NULL;
}

static int
read_totals(struct facts *facts, sqlite3_stmt *row)
{
	facts->calls = (long)sqlite3_column_int64(row, 0);
	facts->refused_calls = (long)sqlite3_column_int64(row, 1);
	return 0;
}

static int
read_alias(struct facts *facts, sqlite3_stmt *row)
{
	facts->alias = facts_keep(facts, row, 0);
	return 0;
}

static int
read_region(struct facts *facts, sqlite3_stmt *row)
{
	struct region_row *region;

	facts->regions =
		mem_grow(facts->regions, facts->region_count + 1, sizeof(*region));
	region = &facts->regions[facts->region_count++];
	region->name = facts_keep(facts, row, 0);
	region->state = facts_keep(facts, row, 1);
	return 0;
}

static bool
has_column(struct facts *facts, const char *table, const char *column)
{
	sqlite3_stmt *rows =
		db_prepare(facts->source->db, NULL,
			   "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2");
	bool found;

	if (rows == NULL)
		return false;
	sqlite3_bind_text(rows, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_text(rows, 2, column, -1, SQLITE_STATIC);
	found = sqlite3_step(rows) == SQLITE_ROW;
	sqlite3_finalize(rows);
	return found;
}

/* The columns of account and region are the scanners' to declare: what is not there is
 * left out. */
static int
load_account(struct facts *facts, struct err *err)
{
	static const char *const states[] = { "state", "opt_in_status", "status" };
	char sql[160];

	if (has_column(facts, "account", "alias") &&
	    facts_each(facts, err, "SELECT alias FROM account LIMIT 1", read_alias) < 0)
		return -1;
	if (facts->alias == NULL && has_column(facts, "account", "name") &&
	    facts_each(facts, err,
		       "SELECT name FROM account WHERE name <> account_id LIMIT 1",
		       read_alias) < 0)
		return -1;
	if (!has_column(facts, "region", "region"))
		return 0;
	for (size_t i = 0; i < COUNT(states); i++)
		if (has_column(facts, "region", states[i])) {
			snprintf(sql, sizeof(sql),
				 "SELECT region, \"%s\" FROM region ORDER BY region",
				 states[i]);
			return facts_each(facts, err, sql, read_region);
		}
	return facts_each(facts, err, "SELECT region, NULL FROM region ORDER BY region",
			  read_region);
}

static void
index_checks(struct facts *facts)
{
	facts->by_id = arena_get(&facts->arena,
				 (facts->check_count + 1) * sizeof(*facts->by_id));
	for (size_t i = 0; i < facts->check_count; i++)
		facts->by_id[i] = &facts->checks[i];
	if (facts->check_count > 0)
		qsort(facts->by_id, facts->check_count, sizeof(*facts->by_id),
		      by_check_id);
}

int
facts_load(struct facts *facts, const struct report_source *source, struct err *err)
{
	*facts = (struct facts){ .source = source };
	if (facts_each(
		    facts, err,
		    "SELECT started_at, finished_at, version, options, caller_arn, account_id, "
		    "partition, state, root_hash FROM scan LIMIT 1",
		    read_scan) < 0 ||
	    facts_each(
		    facts, err,
		    "SELECT check_id, service, resource, severity, title, why, see, fix_text, "
		    "fix_sh, fix_hcl, fix_yaml, error, sha256, parameters "
		    "FROM check_page p ORDER BY CASE severity WHEN 'critical' THEN 0 "
		    "WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, check_id",
		    read_check) < 0)
		goto fail;
	if (facts->started_at == NULL) {
		err_set(err, "cannot report: the evidence file holds no scan");
		goto fail;
	}
	index_checks(facts);
	if (order_load(facts, err) < 0 ||
	    facts_each(facts, err,
		       "SELECT count(*), coalesce(sum(outcome = 'refused'), 0) "
		       "FROM api_call",
		       read_totals) < 0 ||
	    load_account(facts, err) < 0 || gaps_load(facts, err) < 0 ||
	    controls_load(facts, err) < 0)
		goto fail;
	return 0;
fail:
	facts_free(facts);
	return -1;
}

void
facts_free(struct facts *facts)
{
	free(facts->checks);
	free(facts->frameworks);
	free(facts->controls);
	free(facts->links);
	free(facts->refusals);
	free(facts->questions);
	free(facts->regions);
	free(facts->tallies);
	arena_free(&facts->arena);
	*facts = (struct facts){ 0 };
}

double
coverage_figure(const long counts[VERDICTS])
{
	long known = counts[PASS] + counts[FAIL], all = known + counts[UNKNOWN];

	return all == 0 ? -1 : (double)known / (double)all;
}

char *
coverage_text(const long counts[VERDICTS], char out[COVERAGE_ROOM])
{
	long known = counts[PASS] + counts[FAIL], all = known + counts[UNKNOWN];
	long tenths = all == 0 ? 0 : known * 1000 / all;

	if (all == 0)
		snprintf(out, COVERAGE_ROOM, "–");
	else if (tenths % 10 == 0)
		snprintf(out, COVERAGE_ROOM, "%ld %%", tenths / 10);
	else
		snprintf(out, COVERAGE_ROOM, "%ld.%ld %%", tenths / 10, tenths % 10);
	return out;
}

const char *
check_title(const struct facts *facts, const char *id)
{
	const struct check_row *check = facts_check(facts, id);

	return check != NULL ? check->title : id;
}

const char *
see_next(const char **at, size_t *len)
{
	const char *start = *at != NULL ? strstr(*at, "https://") : NULL;

	if (start == NULL)
		return NULL;
	*len = strcspn(start, " \t\n,\"'<>[]{}|\\^`");
	*at = start + *len;
	return start;
}
