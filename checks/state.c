/* States of regions: switched off, or without a service. Neither a failure nor silence. */

#include "checks/engine.h"

struct lack {
	int operation;
	bool is_offered; /* but the account has not subscribed */
	char *region;
};

struct states {
	const struct check_set *set;
	sqlite3_stmt *asked;
	const char **regions; /* in scope */
	const char **settings; /* their state, NULL: none is known */
	size_t count;
	struct lack *lacks;
	size_t lack_count;
	struct arena arena;
};

/* Values of ec2:DescribeRegions' OptInStatus, account:ListRegions' RegionOptStatus, and plain words. */
static bool
is_off(const char *setting)
{
	static const char *const off[] = { "disabled", "disabling", "not-enabled", "not-opted-in",
					   "not_enabled", "off" };

	for (size_t i = 0; setting != NULL && i < COUNT(off); i++)
		if (strcasecmp(setting, off[i]) == 0)
			return true;
	return false;
}

static int
read_regions(struct states *states, sqlite3 *db, struct err *err)
{
	const struct schema *schema = states->set->schema;
	int table = schema_find_table(schema, "region");
	bool has_state = table >= 0 && schema_find_column(&schema->tables[table], "state") >= 0;
	sqlite3_stmt *statement;

	if (table < 0)
		return 0;
	statement = db_prepare(db, err,
			       has_state ? "SELECT region, state FROM region ORDER BY region" :
					   "SELECT region, NULL FROM region ORDER BY region");
	if (statement == NULL)
		return -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *region = (const char *)sqlite3_column_text(statement, 0);

		if (region == NULL)
			continue;
		states->regions = mem_grow(states->regions, states->count + 1,
					   sizeof(*states->regions));
		states->settings = mem_grow(states->settings, states->count + 1,
					    sizeof(*states->settings));
		states->regions[states->count] = arena_text(&states->arena, region);
		region = (const char *)sqlite3_column_text(statement, 1);
		states->settings[states->count++] =
			region != NULL ? arena_text(&states->arena, region) : NULL;
	}
	sqlite3_finalize(statement);
	return 0;
}

static int
read_lacks(struct states *states, sqlite3 *db, struct err *err)
{
	sqlite3_stmt *statement = db_prepare(
		db, err,
		"SELECT DISTINCT service || ':' || operation, region, outcome FROM api_call "
		"WHERE outcome IN ('not_offered', 'unsubscribed') ORDER BY 1, 2, 3");

	if (statement == NULL)
		return -1;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct lack lack = {
			.operation = schema_find_operation(
				states->set->schema,
				(const char *)sqlite3_column_text(statement, 0)),
			.region = arena_text(&states->arena,
					     (const char *)sqlite3_column_text(statement, 1)),
			.is_offered = strcmp((const char *)sqlite3_column_text(statement, 2),
					     outcome_unsubscribed) == 0,
		};

		if (lack.operation < 0)
			continue;
		states->lacks =
			mem_grow(states->lacks, states->lack_count + 1, sizeof(*states->lacks));
		states->lacks[states->lack_count++] = lack;
	}
	sqlite3_finalize(statement);
	return 0;
}

struct states *
states_open(const struct check_set *set, sqlite3 *db, struct err *err)
{
	struct states *states = mem_get(sizeof(*states));

	states->set = set;
	states->asked = db_prepare(db, err,
				   "SELECT 1 FROM api_call WHERE service = ?1 AND operation = ?2 "
				   "AND region IN (?3, 'aws-global') LIMIT 1");
	if (states->asked == NULL || read_regions(states, db, err) < 0 ||
	    read_lacks(states, db, err) < 0) {
		states_close(states);
		return NULL;
	}
	return states;
}

void
states_close(struct states *states)
{
	if (states == NULL)
		return;
	sqlite3_finalize(states->asked);
	free(states->regions);
	free(states->settings);
	free(states->lacks);
	arena_free(&states->arena);
	free(states);
}

static const char *
setting_of(const struct states *states, const char *region)
{
	for (size_t i = 0; i < states->count; i++)
		if (strcmp(states->regions[i], region) == 0)
			return states->settings[i];
	return NULL;
}

static const struct lack *
find_lack(const struct states *states, const struct page *page, const char *region,
	  unsigned reach, unsigned without, bool is_offered)
{
	for (size_t i = 0; i < states->lack_count; i++) {
		const struct lack *lack = &states->lacks[i];
		unsigned there = page->reach[lack->operation];

		if (lack->is_offered == is_offered && (there & reach) != 0 &&
		    (there & without) == 0 && strcmp(lack->region, region) == 0)
			return lack;
	}
	return NULL;
}

void
states_apply(const struct states *states, const struct page *page, struct judgement *judgement)
{
	if (strcmp(page->resource, "region") != 0 || judgement->error[0] != '\0')
		return;
	for (size_t i = 0; i < judgement->count; i++) {
		struct row *row = &judgement->rows[i];
		const char *setting = setting_of(states, row->region);
		const struct lack *lack = find_lack(states, page, row->region, REACH_DOUBT,
						    REACH_LIST, false);

		if (row->stands_in || (!is_off(setting) && lack == NULL))
			continue;
		row->verdict = VERDICT_NOT_APPLICABLE;
		row->refusal = -1;
		if (is_off(setting)) {
			row->observed = arena_print(&judgement->arena, "the Region is %s", setting);
			row->reason = row->observed;
			continue;
		}
		row->observed = arena_print(
			&judgement->arena, "%s is not offered in %s",
			states->set->schema->operations[lack->operation].service, row->region);
		row->reason = row->observed;
	}
}

size_t
states_regions(const struct states *states, const char *const **names)
{
	*names = states->regions;
	return states->count;
}

const char *
states_empty(const struct states *states, const struct page *page, const char *region)
{
	const struct schema *schema = states->set->schema;

	if (is_off(setting_of(states, region)))
		return "disabled";
	if (find_lack(states, page, region, REACH_LIST, 0, false) != NULL)
		return "not_offered";
	if (find_lack(states, page, region, REACH_LIST, 0, true) != NULL)
		return "unsubscribed";
	for (size_t t = 0; t < schema->table_count; t++) {
		const struct schema_operation *operation =
			&schema->operations[schema->tables[t].operation];
		bool found;

		if (!page->arms[t])
			continue;
		sqlite3_bind_text(states->asked, 1, operation->service, -1, SQLITE_STATIC);
		sqlite3_bind_text(states->asked, 2, operation->operation, -1, SQLITE_STATIC);
		sqlite3_bind_text(states->asked, 3, region, -1, SQLITE_STATIC);
		found = sqlite3_step(states->asked) == SQLITE_ROW;
		sqlite3_reset(states->asked);
		if (found)
			return "empty";
		/* A child list of nothing is never asked; its parent was. */
		if (operation->parent >= 0)
			return "empty";
	}
	return "not_asked";
}
