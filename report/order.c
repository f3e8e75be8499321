/* Reads all findings once: the order in which every report tells them, and their counts.
 */

#include "report/pieces.h"

/* What the order hangs on. Only the ids stay in memory. */
struct sorted {
	const char *id, *check_id, *account_id, *region, *resource;
	int rank;
	enum verdict verdict;
};

static int
by_place(const void *a, const void *b)
{
	const struct sorted *left = a, *right = b;
	const char *const texts[][2] = {
		{ left->check_id, right->check_id }, { left->account_id, right->account_id },
		{ left->region, right->region },     { left->resource, right->resource },
		{ left->id, right->id },
	};
	int order = left->rank - right->rank;

	for (size_t i = 0; order == 0 && i < COUNT(texts); i++)
		order = strcmp(texts[i][0], texts[i][1]);
	return order;
}

static int
name_rank(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count - 1; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return count - 1;
}

struct sorting {
	struct sorted *rows;
	size_t count;
	struct arena arena;
};

static struct tally *
tally_of(struct facts *facts, enum tally_kind kind, const char *name)
{
	struct tally *tally;

	for (size_t i = 0; i < facts->tally_count; i++) {
		tally = &facts->tallies[i];
		if (tally->kind == kind && strcmp(tally->name, name) == 0)
			return tally;
	}
	facts->tallies =
		mem_grow(facts->tallies, facts->tally_count + 1, sizeof(*tally));
	tally = &facts->tallies[facts->tally_count++];
	if (kind == BY_ACCOUNT)
		facts->accounts++;
	*tally = (struct tally){ .kind = kind, .name = arena_text(&facts->arena, name) };
	return tally;
}

static int
by_kind_and_name(const void *a, const void *b)
{
	const struct tally *left = a, *right = b;

	return left->kind != right->kind ? (int)left->kind - (int)right->kind
					 : strcmp(left->name, right->name);
}

/* severity is the finding's own, which an exception or a page may have changed. */
static void
count_finding(struct facts *facts, const struct sorted *finding, struct check_row *check,
	      int severity, bool is_excepted)
{
	enum verdict verdict = finding->verdict;
	long excepted = is_excepted && verdict == FAIL ? 1 : 0;

	facts->findings++;
	facts->totals[verdict]++;
	facts->by_severity[severity][verdict]++;
	facts->excepted += excepted;
	tally_of(facts, BY_ACCOUNT, finding->account_id)->counts[verdict]++;
	tally_of(facts, BY_REGION, finding->region)->counts[verdict]++;
	if (check == NULL)
		return;
	check->counts[verdict]++;
	check->excepted += excepted;
	tally_of(facts, BY_SERVICE, check->service)->counts[verdict]++;
}

static void
add_finding(struct sorting *sorting, struct facts *facts, sqlite3_stmt *row)
{
	struct check_row *check;
	const char *texts[7];
	int severity;

	for (int i = 0; i < (int)COUNT(texts); i++)
		texts[i] = sqlite3_column_type(row, i) == SQLITE_NULL
				   ? "" /* a file that others made */
				   : (const char *)sqlite3_column_text(row, i);
	check = (struct check_row *)facts_check(facts, texts[1]);
	severity = name_rank(severity_names, SEVERITIES, texts[5]);
	sorting->rows = mem_grow(sorting->rows, sorting->count + 1, sizeof(*sorting->rows));
	sorting->rows[sorting->count++] = (struct sorted){
		.id = arena_text(&sorting->arena, texts[0]),
		.check_id = check != NULL ? check->id
					  : arena_text(&sorting->arena, texts[1]),
		.account_id = strcmp(texts[2], facts->account_id) == 0
				      ? facts->account_id
				      : arena_text(&sorting->arena, texts[2]),
		.region = arena_text(&sorting->arena, texts[3]),
		.resource = arena_text(&sorting->arena, texts[4]),
		.rank = check != NULL ? check->rank : severity,
		.verdict = (enum verdict)name_rank(verdict_names, VERDICTS, texts[6]),
	};
	count_finding(facts, &sorting->rows[sorting->count - 1], check, severity,
		      sqlite3_column_int(row, 7) != 0);
}

int
order_load(struct facts *facts, struct err *err)
{
	struct sorting sorting = { 0 };
	sqlite3_stmt *rows = db_prepare(facts->source->db, err,
					"SELECT id, check_id, account_id, region, resource, "
					"severity, verdict, exception_id IS NOT NULL "
					"FROM finding");
	int step = SQLITE_ERROR;

	while (rows != NULL && (step = sqlite3_step(rows)) == SQLITE_ROW)
		add_finding(&sorting, facts, rows);
	if (rows != NULL && step != SQLITE_DONE)
		db_error(facts->source->db, err, "cannot read the findings");
	sqlite3_finalize(rows);
	if (sorting.count > 0)
		qsort(sorting.rows, sorting.count, sizeof(*sorting.rows), by_place);
	if (facts->tally_count > 0)
		qsort(facts->tallies, facts->tally_count, sizeof(*facts->tallies),
		      by_kind_and_name);
	facts->order = arena_get(&facts->arena, (sorting.count + 1) * sizeof(*facts->order));
	for (size_t i = 0; i < sorting.count; i++)
		facts->order[i] = (struct finding_place){
			.id = arena_text(&facts->arena, sorting.rows[i].id),
			.verdict = sorting.rows[i].verdict,
		};
	facts->order_count = sorting.count;
	free(sorting.rows);
	arena_free(&sorting.arena);
	return step == SQLITE_DONE ? 0 : -1;
}
