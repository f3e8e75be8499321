/* How far a refused call casts doubt: its row, its region, or all. Rules: judging.md, section 2.
 * Refusals meet rows by hash and by region, so that neither many rows nor many refusals multiply. */

#include "checks/engine.h"

/* The first refusal that reaches, and the first among those that `applies` reads. -1: none. */
struct first {
	int any, applies;
};

struct region_doubt {
	const char *region;
	struct first first;
};

struct casting {
	const struct check_set *set;
	const struct page *page;
	const struct refusals *refusals;
	struct judgement *judgement;
	sqlite3 *db;
	struct first *own; /* per row */
	struct first all;  /* reaches every row */
	struct first some; /* reaches rows of region aws-global, whatever the refusal's own */
	struct region_doubt *regions;
	size_t region_count;
	uint32_t *named; /* hash of ARNs that refusals are about, for through: index + 1 */
	size_t named_size;
	bool has_through;
	size_t *arms; /* tables whose rows are the page's */
	size_t arm_count;
};

static const char global[] = "aws-global";

static int
compare_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare_refusals(const void *left, const void *right)
{
	const struct refusal *a = left, *b = right;
	int order = (a->operation > b->operation) - (a->operation < b->operation);

	if (order == 0)
		order = compare_text(a->region, b->region);
	if (order == 0)
		order = compare_text(a->arn, b->arn);
	if (order == 0)
		order = compare_text(a->error, b->error);
	if (order == 0)
		order = (int)a->gap - (int)b->gap;
	return order != 0 ? order : (a->call > b->call) - (a->call < b->call);
}

void
refusals_sort(struct refusals *refusals, size_t operations)
{
	size_t at = 0;

	if (refusals->count > 0)
		qsort(refusals->list, refusals->count, sizeof(*refusals->list), compare_refusals);
	refusals->first = mem_grow(refusals->first, operations + 1, sizeof(*refusals->first));
	for (size_t i = 0; i <= operations; i++) {
		while (at < refusals->count && (size_t)refusals->list[at].operation < i)
			at++;
		refusals->first[i] = at;
	}
}

static void
note(struct first *first, int refusal, bool applies)
{
	if (first->any < 0 || refusal < first->any)
		first->any = refusal;
	if (applies && (first->applies < 0 || refusal < first->applies))
		first->applies = refusal;
}

static void
note_region(struct casting *casting, const char *region, int refusal, bool applies)
{
	size_t i = 0;

	note(&casting->some, refusal, applies);
	if (strcmp(region, global) == 0) {
		note(&casting->all, refusal, applies);
		return;
	}
	while (i < casting->region_count && strcmp(casting->regions[i].region, region) != 0)
		i++;
	if (i == casting->region_count) {
		casting->regions =
			mem_grow(casting->regions, i + 1, sizeof(*casting->regions));
		casting->regions[casting->region_count++] =
			(struct region_doubt){ region, { -1, -1 } };
	}
	note(&casting->regions[i].first, refusal, applies);
}

/* The page's row that holds the row of a list inside it which is refused for; NULL: none is found.
 * *inside is set where the operation is asked about such inner rows at all. */
static const struct row *
climb(struct casting *casting, const struct refusal *refusal, bool *inside)
{
	const struct schema *schema = casting->set->schema;
	int parent = schema->operations[refusal->operation].parent;

	for (size_t t = 0; parent >= 0 && t < schema->table_count; t++) {
		char *arn = mem_text(refusal->arn);
		int table = (int)t;

		if (schema->tables[t].operation != parent || casting->page->arms[t] ||
		    !table_is_own(schema, casting->page, (int)t)) {
			free(arn);
			continue;
		}
		*inside = true;
		while (arn != NULL && table >= 0 && !casting->page->arms[table]) {
			char *sql = mem_print("SELECT parent_arn FROM \"%s\" WHERE arn = ?1",
					      schema->tables[table].name);
			sqlite3_stmt *statement = db_prepare(casting->db, NULL, sql);

			free(sql);
			sqlite3_bind_text(statement, 1, arn, -1, SQLITE_TRANSIENT);
			free(arn);
			arn = statement != NULL && sqlite3_step(statement) == SQLITE_ROW ?
				      mem_text((const char *)sqlite3_column_text(statement, 0)) :
				      NULL;
			sqlite3_finalize(statement);
			table = schema->tables[table].of;
		}
		if (arn != NULL) {
			const struct row *row = judgement_find(casting->judgement, arn);

			free(arn);
			if (row != NULL)
				return row;
		}
	}
	return NULL;
}

/* Rule 1: the row itself, or where the refusal is about a whole list, the rows of its region. */
static void
cast_own(struct casting *casting, int index, unsigned reach)
{
	const struct refusal *refusal = &casting->refusals->list[index];
	bool applies = (reach & REACH_APPLIES) != 0, inside = false;
	const struct row *row;

	if (refusal->arn == NULL) {
		if (!(reach & REACH_LIST))
			note_region(casting, refusal->region, index, applies);
		return;
	}
	row = judgement_find(casting->judgement, refusal->arn);
	if (row == NULL)
		row = climb(casting, refusal, &inside);
	if (row != NULL)
		note(&casting->own[row - casting->judgement->rows], index, applies);
	else if (inside)
		note_region(casting, refusal->region, index, applies);
}

/* Rules 2 and 3: another table's rows. */
static void
cast_other(struct casting *casting, int index, unsigned reach)
{
	const struct refusal *refusal = &casting->refusals->list[index];
	bool applies = (reach & REACH_APPLIES) != 0;

	if (refusal->arn != NULL && casting->has_through)
		return; /* met by name */
	if (casting->page->doubt_account)
		note_region(casting, global, index, applies);
	else
		note_region(casting, refusal->region, index, applies);
}

static uint64_t
hash_text(const char *text)
{
	uint64_t hash = 1469598103934665603u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash ^ hash >> 29;
}

static uint32_t *
named_slot(const struct casting *casting, const char *arn)
{
	size_t at = hash_text(arn) & (casting->named_size - 1);

	while (casting->named[at] != 0 &&
	       strcmp(casting->refusals->list[casting->named[at] - 1].arn, arn) != 0)
		at = (at + 1) & (casting->named_size - 1);
	return &casting->named[at];
}

/* Makes refusals about single rows of other tables findable by ARN; the first of an ARN stands. */
static void
index_named(struct casting *casting)
{
	const struct refusals *refusals = casting->refusals;

	for (casting->named_size = 16; casting->named_size < refusals->count * 2;)
		casting->named_size *= 2;
	casting->named = mem_get(casting->named_size * sizeof(*casting->named));
	for (size_t i = 0; i < refusals->count; i++) {
		uint32_t *slot;

		if (refusals->list[i].arn == NULL ||
		    !(casting->page->reach[refusals->list[i].operation] & REACH_OTHER))
			continue;
		slot = named_slot(casting, refusals->list[i].arn);
		if (*slot == 0)
			*slot = (uint32_t)i + 1;
	}
}

static void
note_named(struct casting *casting, size_t row, const char *arn)
{
	uint32_t slot = *named_slot(casting, arn);

	if (slot != 0)
		note(&casting->own[row], (int)slot - 1,
		     casting->page->reach[casting->refusals->list[slot - 1].operation] &
			     REACH_APPLIES);
}

static void
cast_through(struct casting *casting)
{
	index_named(casting);
	for (size_t i = 0; i < casting->judgement->count; i++) {
		const char *through = casting->judgement->rows[i].through;
		json_t *list, *item;
		size_t j;

		if (through == NULL)
			continue;
		if (through[0] != '[') {
			note_named(casting, i, through);
			continue;
		}
		list = json_read(through, strlen(through), NULL);
		json_array_foreach(list, j, item)
			if (json_is_string(item))
				note_named(casting, i, json_string_value(item));
		json_decref(list);
	}
	free(casting->named);
}

static bool
says_denied(const char *error)
{
	static const char *const words[] = { "Denied", "Unauthorized", "Forbidden", "NotAuthorized",
					     "NotPermitted", "403" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (strstr(error, words[i]) != NULL)
			return true;
	return false;
}

/* No call in the file: nobody refused it. */
static bool
was_not_asked(const struct refusal *refusal)
{
	return refusal->call == 0 && strcmp(refusal->error, "NotAsked") == 0;
}

/* "s3:GetBucketPolicy was refused (AccessDenied) in us-east-1; allow s3:GetBucketPolicy" */
static const char *
explain(struct casting *casting, const struct refusal *refusal, const char *arn)
{
	const struct schema_operation *operation =
		&casting->set->schema->operations[refusal->operation];
	struct buf text = { 0 };
	const char *kept;

	if (refusal->gap) {
		buf_print(&text, "%s does not tell about %s: %s", operation->name, refusal->arn,
			  refusal->error);
	} else {
		if (was_not_asked(refusal))
			buf_print(&text, "%s was not asked in %s", operation->name,
				  refusal->region);
		else
			buf_print(&text, "%s was refused (%s) in %s", operation->name,
				  refusal->error, refusal->region);
		if (refusal->arn != NULL && (arn == NULL || strcmp(arn, refusal->arn) != 0))
			buf_print(&text, " for %s", refusal->arn);
		if (says_denied(refusal->error))
			buf_print(&text, "; allow %s", operation->actions);
		else
			buf_text(&text, "; scan again");
	}
	kept = arena_text(&casting->judgement->arena, text.data);
	buf_free(&text);
	return kept;
}

static const struct first *
regional_first(const struct casting *casting, const char *region)
{
	static const struct first none = { -1, -1 };

	if (strcmp(region, global) == 0)
		return &casting->some;
	for (size_t i = 0; i < casting->region_count; i++)
		if (strcmp(casting->regions[i].region, region) == 0)
			return &casting->regions[i].first;
	return &none;
}

/* The row's own refusal is the best reason, then one that reaches by region. */
static int
choose(const struct casting *casting, size_t index, bool applies_only)
{
	const struct row *row = &casting->judgement->rows[index];
	const struct first *levels[] = { &casting->own[index], &casting->all,
					 regional_first(casting, row->region) };

	for (size_t i = 0; i < COUNT(levels); i++) {
		int refusal = applies_only ? levels[i]->applies : levels[i]->any;

		if (refusal >= 0)
			return refusal;
	}
	return -1;
}

static bool
stands(const struct page *page, const struct row *row)
{
	return (page->conclusive_pass && row->verdict == VERDICT_PASS) ||
	       (page->conclusive_fail && row->verdict == VERDICT_FAIL);
}

static void
override(struct casting *casting)
{
	for (size_t i = 0; i < casting->judgement->count; i++) {
		struct row *row = &casting->judgement->rows[i];
		const struct refusal *refusal;
		int found;

		if (casting->page->applies != NULL && row->applies < 0) {
			found = choose(casting, i, true);
			found = found >= 0 ? found : choose(casting, i, false);
		} else if (row->verdict == VERDICT_UNKNOWN || stands(casting->page, row)) {
			continue;
		} else {
			found = choose(casting, i,
				       casting->page->applies != NULL && row->applies == 0);
		}
		if (found < 0)
			continue;
		refusal = &casting->refusals->list[found];
		row->verdict = VERDICT_UNKNOWN;
		row->refusal = found;
		row->reason = explain(casting, refusal, row->arn);
		row->observed = arena_print(
			&casting->judgement->arena, "not known: %s %s",
			casting->set->schema->operations[refusal->operation].name,
			refusal->gap		   ? "does not tell" :
			was_not_asked(refusal) ? "was not asked" :
						 "was refused");
	}
}

static void
add_stand_in(struct casting *casting, int index, size_t table, size_t seen)
{
	const struct refusal *refusal = &casting->refusals->list[index];
	const struct schema *schema = casting->set->schema;
	struct judgement *judgement = casting->judgement;
	const char *name = schema->operations[refusal->operation].name;
	struct row row = { .region = refusal->region, .table = (int)table, .refusal = index };

	row.arn = refusal->arn == NULL ?
			  arena_print(&judgement->arena, "%s/* (%s)", schema->tables[table].name,
				      name) :
			  arena_print(&judgement->arena, "%s/* (%s, %s)",
				      schema->tables[table].name, name, refusal->arn);
	/* Refusals are sorted, so that those of one operation, region and parent stand together. */
	for (size_t i = judgement->count; i-- > seen;)
		if (strcmp(judgement->rows[i].arn, row.arn) == 0 &&
		    strcmp(judgement->rows[i].region, row.region) == 0)
			return;
		else if (judgement->count - i >= casting->arm_count)
			break;
	row.verdict = VERDICT_UNKNOWN;
	row.stands_in = true;
	row.observed = "not listed";
	row.reason = explain(casting, refusal, NULL);
	if (judgement->count == judgement->room) {
		judgement->room = judgement->room * 2 + 16;
		judgement->rows =
			mem_grow(judgement->rows, judgement->room, sizeof(*judgement->rows));
	}
	judgement->rows[judgement->count++] = row;
}

/* Rule 5: rows that a refused list hid. */
static void
add_stand_ins(struct casting *casting)
{
	const struct schema *schema = casting->set->schema;
	size_t seen = casting->judgement->count;

	for (size_t o = 0; o < schema->operation_count; o++) {
		if (!(casting->page->reach[o] & REACH_LIST))
			continue;
		for (size_t i = casting->refusals->first[o]; i < casting->refusals->first[o + 1]; i++)
			for (size_t a = 0; a < casting->arm_count; a++) {
				size_t t = casting->arms[a];

				if (!casting->refusals->list[i].gap &&
				    operation_under(schema, schema->tables[t].operation, (int)o))
					add_stand_in(casting, (int)i, t, seen);
			}
	}
}

static void
cast_all(struct casting *casting)
{
	const struct schema *schema = casting->set->schema;

	for (size_t o = 0; o < schema->operation_count; o++) {
		unsigned reach = casting->page->reach[o];

		for (size_t i = casting->refusals->first[o];
		     (reach & REACH_DOUBT) && i < casting->refusals->first[o + 1]; i++) {
			if (reach & REACH_OWN)
				cast_own(casting, (int)i, reach);
			if (reach & REACH_OTHER)
				cast_other(casting, (int)i, reach);
		}
	}
	if (casting->has_through)
		cast_through(casting);
}

void
doubt_cast(const struct check_set *set, const struct page *page, const struct refusals *refusals,
	   sqlite3 *db, struct judgement *judgement)
{
	struct casting casting = { .set = set,
				   .page = page,
				   .refusals = refusals,
				   .judgement = judgement,
				   .db = db,
				   .all = { -1, -1 },
				   .some = { -1, -1 } };

	if (refusals->count == 0)
		return;
	casting.own = mem_get((judgement->count + 1) * sizeof(*casting.own));
	casting.has_through = page->has_through;
	for (size_t i = 0; i < judgement->count; i++)
		casting.own[i] = (struct first){ -1, -1 };
	casting.arms = mem_get((set->schema->table_count + 1) * sizeof(*casting.arms));
	for (size_t t = 0; t < set->schema->table_count; t++)
		if (page->arms[t])
			casting.arms[casting.arm_count++] = t;
	if (judgement->error[0] == '\0') {
		cast_all(&casting);
		override(&casting);
	}
	add_stand_ins(&casting);
	free(casting.own);
	free(casting.arms);
	free(casting.regions);
}
