/* Which calls prove a finding: those about its row, and where they are few those of its region. */

#include "checks/engine.h"

/* Region-wide calls are recorded with each row only as long as rows times calls stay below this. */
enum { most_shared = 20000 };

struct wide_call {
	int64_t id;
	const char *region;
};

/* The calls of one operation that were answered. */
struct wide_calls {
	bool known;
	struct wide_call *list;
	size_t count, room;
};

struct link {
	int64_t call;
	uint32_t next; /* index + 1; 0: none */
};

/* Region-wide calls of the rows of one region. */
struct share {
	const char *region;
	size_t rows;
	int64_t *calls;
	size_t count;
};

struct proof {
	const struct check_set *set;
	sqlite3 *db;
	struct wide_calls *wide; /* per operation */
	struct link *links;
	size_t link_count, link_room;
	uint32_t *heads; /* per row */
	size_t head_room;
	struct share *shares;
	size_t share_count;
	int64_t found[proof_most * 2];
	struct arena arena;
};

struct proof *
proof_open(const struct check_set *set, sqlite3 *db)
{
	struct proof *proof = mem_get(sizeof(*proof));

	proof->set = set;
	proof->db = db;
	proof->wide = mem_get((set->schema->operation_count + 1) * sizeof(*proof->wide));
	return proof;
}

static void
clear_shares(struct proof *proof)
{
	for (size_t i = 0; i < proof->share_count; i++)
		free(proof->shares[i].calls);
	proof->share_count = 0;
}

void
proof_close(struct proof *proof)
{
	if (proof == NULL)
		return;
	clear_shares(proof);
	for (size_t i = 0; i < proof->set->schema->operation_count; i++)
		free(proof->wide[i].list);
	free(proof->wide);
	free(proof->links);
	free(proof->heads);
	free(proof->shares);
	arena_free(&proof->arena);
	free(proof);
}

static void
add_link(struct proof *proof, size_t row, int64_t call)
{
	if (call == 0)
		return;
	if (proof->link_count == proof->link_room) {
		proof->link_room = proof->link_room * 2 + 256;
		proof->links = mem_grow(proof->links, proof->link_room, sizeof(*proof->links));
	}
	proof->links[proof->link_count++] = (struct link){ call, proof->heads[row] };
	proof->heads[row] = (uint32_t)proof->link_count;
}

static void
bind_operation(const struct proof *proof, sqlite3_stmt *statement, size_t operation)
{
	const struct schema_operation *row = &proof->set->schema->operations[operation];

	sqlite3_bind_text(statement, 1, row->service, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, row->operation, -1, SQLITE_STATIC);
}

/* Calls about single rows, and the list call that the row came in. */
static int
find_about_rows(struct proof *proof, const struct judgement *judgement, size_t operation,
		struct err *err)
{
	sqlite3_stmt *statement = db_prepare(
		proof->db, err,
		"SELECT s.arn, c.id, c.parent FROM api_call c CROSS JOIN call_subject s "
		"ON s.call = c.id WHERE c.service = ?1 AND c.operation = ?2 "
		"AND c.outcome <> 'refused' AND s.arn IS NOT NULL");

	if (statement == NULL)
		return -1;
	bind_operation(proof, statement, operation);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const struct row *row = judgement_find(
			judgement, (const char *)sqlite3_column_text(statement, 0));

		if (row == NULL || row->refusal >= 0)
			continue;
		add_link(proof, (size_t)(row - judgement->rows), sqlite3_column_int64(statement, 1));
		add_link(proof, (size_t)(row - judgement->rows), sqlite3_column_int64(statement, 2));
	}
	sqlite3_finalize(statement);
	return 0;
}

static int
read_wide(struct proof *proof, size_t operation, struct err *err)
{
	struct wide_calls *wide = &proof->wide[operation];
	sqlite3_stmt *statement;
	const char *last = NULL;

	if (wide->known)
		return 0;
	statement = db_prepare(proof->db, err,
			       "SELECT id, region FROM api_call WHERE service = ?1 AND "
			       "operation = ?2 AND outcome <> 'refused' ORDER BY region, page, id");
	if (statement == NULL)
		return -1;
	bind_operation(proof, statement, operation);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *region = (const char *)sqlite3_column_text(statement, 1);

		if (last == NULL || strcmp(last, region) != 0)
			last = arena_text(&proof->arena, region);
		if (wide->count == wide->room) {
			wide->room = wide->room * 2 + 8;
			wide->list = mem_grow(wide->list, wide->room, sizeof(*wide->list));
		}
		wide->list[wide->count++] =
			(struct wide_call){ sqlite3_column_int64(statement, 0), last };
	}
	sqlite3_finalize(statement);
	wide->known = true;
	return 0;
}

static void
count_shares(struct proof *proof, const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct row *row = &judgement->rows[i];
		size_t j = 0;

		if (row->refusal >= 0)
			continue;
		while (j < proof->share_count &&
		       strcmp(proof->shares[j].region, row->region) != 0)
			j++;
		if (j == proof->share_count) {
			proof->shares = mem_grow(proof->shares, j + 1, sizeof(*proof->shares));
			proof->shares[proof->share_count++] =
				(struct share){ .region = row->region };
		}
		proof->shares[j].rows++;
	}
}

static bool
meets(const char *region, const char *other)
{
	return strcmp(region, other) == 0 || strcmp(region, "aws-global") == 0 ||
	       strcmp(other, "aws-global") == 0;
}

static void
share_operation(struct proof *proof, const struct wide_calls *wide)
{
	for (size_t i = 0; i < proof->share_count; i++) {
		struct share *share = &proof->shares[i];
		size_t count = 0;

		for (size_t j = 0; j < wide->count && count < proof_most; j++)
			count += meets(share->region, wide->list[j].region);
		if (count * share->rows > most_shared)
			continue;
		for (size_t j = 0; j < wide->count && share->count < proof_most; j++) {
			if (!meets(share->region, wide->list[j].region))
				continue;
			if (share->calls == NULL)
				share->calls = mem_get(proof_most * sizeof(*share->calls));
			share->calls[share->count++] = wide->list[j].id;
		}
	}
}

/* Calls about the other tables' rows that a verdict says it rests on. */
static int
find_through(struct proof *proof, const struct page *page, const struct judgement *judgement,
	     struct err *err)
{
	sqlite3_stmt *statement = db_prepare(
		proof->db, err,
		"SELECT c.id, c.service || ':' || c.operation FROM call_subject s JOIN api_call c "
		"ON c.id = s.call WHERE s.arn IN (SELECT value FROM json_each(?1)) "
		"AND c.outcome <> 'refused'");

	if (statement == NULL)
		return -1;
	for (size_t i = 0; i < judgement->count; i++) {
		const struct row *row = &judgement->rows[i];
		json_t *list;
		char *text;

		if (row->through == NULL || row->refusal >= 0)
			continue;
		list = row->through[0] == '[' ?
			       json_read(row->through, strlen(row->through), NULL) :
			       json_pack("[s]", row->through);
		text = list != NULL ? json_canonical(list) : mem_text("[]");
		json_decref(list);
		sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
		free(text);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			int operation = schema_find_operation(
				proof->set->schema,
				(const char *)sqlite3_column_text(statement, 1));

			if (operation >= 0 && (page->reach[operation] & REACH_OTHER))
				add_link(proof, i, sqlite3_column_int64(statement, 0));
		}
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return 0;
}

/* Whether calls of the operation are about the page's rows one by one. */
static bool
is_about_rows(const struct proof *proof, const struct page *page, size_t operation)
{
	return proof->set->schema->operations[operation].per_row &&
	       (page->reach[operation] & (REACH_OWN | REACH_LIST | REACH_OTHER)) == REACH_OWN;
}

int
proof_find(struct proof *proof, const struct page *page, const struct judgement *judgement,
	   const struct refusals *refusals, struct err *err)
{
	const struct schema *schema = proof->set->schema;

	proof->link_count = 0;
	clear_shares(proof);
	if (proof->head_room < judgement->count) {
		proof->head_room = judgement->count;
		proof->heads = mem_grow(proof->heads, proof->head_room, sizeof(*proof->heads));
	}
	if (judgement->count == 0)
		return 0;
	memset(proof->heads, 0, judgement->count * sizeof(*proof->heads));
	count_shares(proof, judgement);
	for (size_t o = 0; o < schema->operation_count; o++) {
		if (!(page->reach[o] & REACH_DOUBT))
			continue;
		if (is_about_rows(proof, page, o) &&
		    find_about_rows(proof, judgement, o, err) < 0)
			return -1;
		/* The lists of a union view's other arms prove nothing about a row. */
		if (is_about_rows(proof, page, o) || page->view >= 0)
			continue;
		if (read_wide(proof, o, err) < 0)
			return -1;
		share_operation(proof, &proof->wide[o]);
	}
	if (page->has_through && find_through(proof, page, judgement, err) < 0)
		return -1;
	for (size_t i = 0; i < judgement->count; i++)
		if (judgement->rows[i].refusal >= 0)
			add_link(proof, i, refusals->list[judgement->rows[i].refusal].call);
	return 0;
}

static int
compare_calls(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

size_t
proof_calls(struct proof *proof, const struct judgement *judgement, size_t row,
	    const int64_t **calls)
{
	size_t count = 0, kept = 0;

	for (uint32_t at = proof->heads[row]; at != 0 && count < proof_most;
	     at = proof->links[at - 1].next)
		proof->found[count++] = proof->links[at - 1].call;
	for (size_t i = 0; i < proof->share_count && judgement->rows[row].refusal < 0; i++) {
		const struct share *share = &proof->shares[i];

		if (strcmp(share->region, judgement->rows[row].region) != 0)
			continue;
		for (size_t j = 0; j < share->count; j++)
			proof->found[count++] = share->calls[j];
	}
	if (count > 1)
		qsort(proof->found, count, sizeof(*proof->found), compare_calls);
	for (size_t i = 0; i < count && kept < proof_most; i++)
		if (kept == 0 || proof->found[kept - 1] != proof->found[i])
			proof->found[kept++] = proof->found[i];
	*calls = proof->found;
	return kept;
}
