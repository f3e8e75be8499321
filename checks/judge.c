/* Judges the rows of one page: what its query says, proven to be one verdict for each row of its population. */

#include "checks/engine.h"

const char *const verdict_words[] = { "", "pass", "fail", "not_applicable", "unknown" };

int
verdict_find(const char *name)
{
	for (int i = VERDICT_PASS; name != NULL && i <= VERDICT_UNKNOWN; i++)
		if (strcmp(verdict_words[i], name) == 0)
			return i;
	return VERDICT_NONE;
}

int
page_bind(const struct page *page, sqlite3_stmt *statement, struct err *err)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);
		const json_t *value = name != NULL ? json_object_get(page->parameters, name + 1) :
						     NULL;
		char *text;

		if (value == NULL)
			return page_fail(page, page->sql_line, err, "%s is no declared parameter",
					 name != NULL ? name : "?");
		if (json_is_boolean(value)) {
			sqlite3_bind_int(statement, i, json_is_true(value));
		} else if (json_is_integer(value)) {
			sqlite3_bind_int64(statement, i, json_integer_value(value));
		} else if (json_is_real(value)) {
			sqlite3_bind_double(statement, i, json_real_value(value));
		} else if (json_is_string(value)) {
			sqlite3_bind_text(statement, i, json_string_value(value), -1,
					  SQLITE_TRANSIENT);
		} else {
			text = json_canonical(value);
			sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
			free(text);
		}
	}
	return 0;
}

static int
find_columns(struct statements *out)
{
	static const char *const names[] = { "arn", "verdict", "observed", "reason", "through" };
	int *const places[] = { &out->arn, &out->verdict, &out->observed, &out->reason,
				&out->through };

	for (size_t j = 0; j < COUNT(names); j++) {
		*places[j] = -1;
		for (int i = 0; i < sqlite3_column_count(out->query); i++)
			if (strcmp(sqlite3_column_name(out->query, i), names[j]) == 0)
				*places[j] = i;
	}
	return out->arn < 0 || out->verdict < 0 || out->observed < 0 ? -1 : 0;
}

int
statements_prepare(const struct check_set *set, const struct page *page, sqlite3 *db,
		   struct statements *out, struct err *err)
{
	struct buf sql = { 0 };
	struct err inner = { "" };
	int status = -1;

	(void)set;
	buf_text(&sql, "SELECT arn, region, account_id, ");
	if (page->view >= 0)
		buf_text(&sql, "_table, ");
	else
		buf_print(&sql, "%d, ", page->table);
	buf_print(&sql, "(%s\n) FROM \"%s\"", page->applies != NULL ? page->applies : "1",
		  page->resource);
	*out = (struct statements){ .population = db_prepare(db, &inner, sql.data) };
	if (out->population == NULL) {
		page_fail(page, page->applies_line, err, "applies: %s", inner.text);
		goto out;
	}
	out->query = db_prepare(db, &inner, page->sql);
	if (out->query == NULL || find_columns(out) < 0) {
		page_fail(page, page->sql_line, err, "%s",
			  inner.text[0] != '\0' ? inner.text : "expected arn, verdict, observed");
		goto out;
	}
	if (page_bind(page, out->population, err) < 0 || page_bind(page, out->query, err) < 0)
		goto out;
	status = 0;
out:
	buf_free(&sql);
	if (status < 0)
		statements_free(out);
	return status;
}

void
statements_free(struct statements *statements)
{
	sqlite3_finalize(statements->population);
	sqlite3_finalize(statements->query);
	*statements = (struct statements){ 0 };
}

static uint64_t
hash_text(const char *text)
{
	uint64_t hash = 1469598103934665603u; /* FNV-1a */

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash ^ hash >> 29;
}

/* The slot of an ARN, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct judgement *judgement, const char *arn)
{
	size_t at = hash_text(arn) & (judgement->slot_count - 1);

	while (judgement->slots[at] != 0 &&
	       strcmp(judgement->rows[judgement->slots[at] - 1].arn, arn) != 0)
		at = (at + 1) & (judgement->slot_count - 1);
	return &judgement->slots[at];
}

struct row *
judgement_find(const struct judgement *judgement, const char *arn)
{
	uint32_t slot = judgement->slot_count > 0 ? *find_slot(judgement, arn) : 0;

	return slot > 0 ? &judgement->rows[slot - 1] : NULL;
}

static const char *
column_copy(struct arena *arena, sqlite3_stmt *statement, int column)
{
	const char *text;

	if (column < 0)
		return NULL;
	text = (const char *)sqlite3_column_text(statement, column);
	if (text == NULL)
		return NULL;
	return arena_text_n(arena, text, (size_t)sqlite3_column_bytes(statement, column));
}

static int
page_error(struct judgement *judgement, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (judgement->error[0] == '\0')
		vsnprintf(judgement->error, sizeof(judgement->error), format, list);
	va_end(list);
	return -1;
}

static int
late(void *arg)
{
	return time_monotonic() > *(double *)arg;
}

static void
step_error(struct judgement *judgement, sqlite3_stmt *statement, int code, const char *what)
{
	if (code == SQLITE_INTERRUPT)
		page_error(judgement, "%s took too long", what);
	else
		page_error(judgement, "%s failed: %s", what,
			   sqlite3_errmsg(sqlite3_db_handle(statement)));
}

static int
tri_state(sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return -1;
	return sqlite3_column_double(statement, column) != 0.0;
}

/* The rows that must each be judged once. */
static void
read_population(const struct statements *statements, const char *account,
		struct judgement *out)
{
	sqlite3_stmt *statement = statements->population;
	int code;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct row *row;

		if (out->count == out->room) {
			out->room = out->room * 2 + 16;
			out->rows = mem_grow(out->rows, out->room, sizeof(*out->rows));
		}
		row = &out->rows[out->count++];
		*row = (struct row){ .refusal = -1 };
		row->arn = column_copy(&out->arena, statement, 0);
		row->region = column_copy(&out->arena, statement, 1);
		row->account = column_copy(&out->arena, statement, 2);
		row->table = sqlite3_column_int(statement, 3);
		row->applies = (signed char)tri_state(statement, 4);
		if (row->region == NULL)
			row->region = "aws-global";
		if (row->account == NULL)
			row->account = account;
		if (row->arn == NULL) {
			page_error(out, "a row of the resource has no ARN");
			row->arn = arena_print(&out->arena, "(row %zu)", out->count);
		}
	}
	if (code != SQLITE_DONE)
		step_error(out, statement, code, "applies");
	sqlite3_reset(statement);
}

static void
index_population(struct judgement *out)
{
	size_t kept = 0;

	out->slot_count = 16;
	while (out->slot_count < out->count * 2)
		out->slot_count *= 2;
	out->slots = mem_grow(out->slots, out->slot_count, sizeof(*out->slots));
	memset(out->slots, 0, out->slot_count * sizeof(*out->slots));
	for (size_t i = 0; i < out->count; i++) {
		uint32_t *slot;

		out->rows[kept] = out->rows[i];
		slot = find_slot(out, out->rows[kept].arn);
		if (*slot != 0) {
			page_error(out, "the resource has two rows of one ARN: %s",
				   out->rows[kept].arn);
			continue;
		}
		*slot = (uint32_t)++kept;
	}
	out->count = kept;
}

static void
take_verdict(const struct statements *statements, struct judgement *out)
{
	sqlite3_stmt *query = statements->query;
	const char *arn = (const char *)sqlite3_column_text(query, statements->arn);
	const char *word = (const char *)sqlite3_column_text(query, statements->verdict);
	struct row *row = arn != NULL ? judgement_find(out, arn) : NULL;
	int verdict = verdict_find(word);

	if (row == NULL) {
		page_error(out, "the query has a row for %s, which is none of the resource's",
			   arn != NULL ? arn : "NULL");
		return;
	}
	if (row->verdict != VERDICT_NONE) {
		page_error(out, "the query has two rows for %s", arn);
		return;
	}
	if (verdict == VERDICT_NONE) {
		page_error(out, "the verdict for %s is %s, not pass, fail, not_applicable or unknown",
			   arn, word != NULL ? word : "NULL");
		return;
	}
	row->verdict = (unsigned char)verdict;
	row->observed = column_copy(&out->arena, query, statements->observed);
	/* A reason says why nothing else can be said; pages give the same one for every row. */
	if (verdict == VERDICT_UNKNOWN || verdict == VERDICT_NOT_APPLICABLE)
		row->reason = column_copy(&out->arena, query, statements->reason);
	row->through = column_copy(&out->arena, query, statements->through);
}

static void
read_verdicts(const struct statements *statements, struct judgement *out)
{
	int code = SQLITE_DONE;

	while (out->error[0] == '\0' && (code = sqlite3_step(statements->query)) == SQLITE_ROW)
		take_verdict(statements, out);
	if (out->error[0] == '\0' && code != SQLITE_DONE)
		step_error(out, statements->query, code, "the query");
	sqlite3_reset(statements->query);
	for (size_t i = 0; i < out->count && out->error[0] == '\0'; i++)
		if (out->rows[i].verdict == VERDICT_NONE)
			page_error(out, "the query has no row for %s", out->rows[i].arn);
}

static void
apply_error(struct judgement *out)
{
	const char *reason =
		arena_print(&out->arena, "the check's page is in error: %s", out->error);

	for (size_t i = 0; i < out->count; i++) {
		out->rows[i].verdict = VERDICT_UNKNOWN;
		out->rows[i].observed = "not judged";
		out->rows[i].reason = reason;
		out->rows[i].through = NULL;
	}
}

static void
apply_condition(const struct page *page, struct judgement *out)
{
	const char *reason;

	if (page->applies == NULL)
		return;
	reason = arena_print(&out->arena, "the question arises only where %s", page->applies);
	for (size_t i = 0; i < out->count; i++) {
		struct row *row = &out->rows[i];

		if (row->applies == 0) {
			row->verdict = VERDICT_NOT_APPLICABLE;
			row->reason = reason;
		} else if (row->applies < 0) {
			row->verdict = VERDICT_UNKNOWN;
			row->observed = "not known whether the question arises";
			row->reason = arena_print(&out->arena,
						  "the evidence does not tell whether %s",
						  page->applies);
		}
	}
}

void
judge_rows(const struct check_set *set, const struct page *page,
	   const struct statements *statements, const char *account, struct judgement *out)
{
	sqlite3 *db = sqlite3_db_handle(statements->query);
	double end = time_monotonic() + set->most_seconds;

	out->count = 0;
	out->error[0] = '\0';
	sqlite3_progress_handler(db, 20000, late, &end);
	read_population(statements, account, out);
	index_population(out);
	read_verdicts(statements, out);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	if (out->error[0] != '\0')
		apply_error(out);
	else
		apply_condition(page, out);
}

void
judgement_clear(struct judgement *judgement)
{
	free(judgement->rows);
	free(judgement->slots);
	arena_free(&judgement->arena);
	*judgement = (struct judgement){ 0 };
}
