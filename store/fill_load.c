/* Loads what is known of the calls, so that rows find the answers about them. */

#include "store/fill.h"

#include <search.h>

static int
load_scope(struct fill *fill, struct err *err)
{
	sqlite3_stmt *get = db_prepare(fill->evidence->db, err,
				       "SELECT account_id, partition, options FROM scan");
	json_t *options = NULL;

	if (get == NULL)
		return -1;
	if (sqlite3_step(get) == SQLITE_ROW) {
		fill->account_id = arena_text(&fill->arena,
					      (const char *)sqlite3_column_text(get, 0));
		fill->partition = arena_text(&fill->arena,
					     (const char *)sqlite3_column_text(get, 1));
		options = json_read((const char *)sqlite3_column_text(get, 2),
				    (size_t)sqlite3_column_bytes(get, 2), NULL);
	}
	sqlite3_finalize(get);
	fill->scope = json_incref(json_object_get(options, "regions"));
	json_decref(options);
	if (!json_is_array(fill->scope)) {
		json_decref(fill->scope);
		fill->scope = json_array();
	}
	if (fill->account_id == NULL)
		return err_set(err, "the file records no scan");
	return 0;
}

static int
load_pages(struct fill *fill, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(
		fill->evidence->db, err,
		"SELECT id, region, service || ':' || operation, coalesce(parent, 0), outcome,"
		" encoding, page FROM api_call"
		" ORDER BY region, service, operation, parameters, page, sha256, id");
	size_t room = 0;
	int status;

	if (rows == NULL)
		return -1;
	while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
		const char *outcome = (const char *)sqlite3_column_text(rows, 4);
		struct page *page;

		if (fill->page_count == room) {
			room = room == 0 ? 256 : room * 2;
			fill->pages = mem_grow(fill->pages, room, sizeof(*fill->pages));
		}
		page = &fill->pages[fill->page_count++];
		*page = (struct page){
			.id = sqlite3_column_int64(rows, 0),
			.region = arena_text(&fill->arena,
					     (const char *)sqlite3_column_text(rows, 1)),
			.operation = schema_find_operation(
				fill->schema, (const char *)sqlite3_column_text(rows, 2)),
			.parent_id = sqlite3_column_int64(rows, 3),
			.parent = -1,
			.number = sqlite3_column_int(rows, 6),
			.answered = strcmp(outcome, outcome_answered) == 0 &&
				    text_starts((const char *)sqlite3_column_text(rows, 5),
						"json"),
			.refused = strcmp(outcome, outcome_refused) == 0,
		};
	}
	sqlite3_finalize(rows);
	return status == SQLITE_DONE ?
		       0 :
		       db_error(fill->evidence->db, err, "cannot read the calls");
}

struct id_index {
	int64_t id;
	int page;
};

static int
by_id(const void *a, const void *b)
{
	const struct id_index *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int
find_id(const struct id_index *ids, size_t count, int64_t id)
{
	struct id_index key = { .id = id };
	const struct id_index *found = bsearch(&key, ids, count, sizeof(*ids), by_id);

	return found != NULL ? found->page : -1;
}

static int
by_item(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (x->page > y->page) - (x->page < y->page);
}

static int
load_children(struct fill *fill, const struct id_index *ids, struct err *err)
{
	sqlite3_stmt *rows = db_prepare(fill->evidence->db, err,
					"SELECT DISTINCT call, item FROM call_subject");
	size_t room = 0;

	if (rows == NULL)
		return -1;
	while (sqlite3_step(rows) == SQLITE_ROW) {
		int page = find_id(ids, fill->page_count, sqlite3_column_int64(rows, 0));

		if (page < 0 || fill->pages[page].parent < 0)
			continue;
		if (fill->child_count == room) {
			room = room == 0 ? 256 : room * 2;
			fill->children = mem_grow(fill->children, room,
						  sizeof(*fill->children));
		}
		fill->children[fill->child_count++] = (struct child){
			.parent = fill->pages[page].parent,
			.item = sqlite3_column_int(rows, 1),
			.page = page,
		};
	}
	sqlite3_finalize(rows);
	if (fill->child_count > 0)
		qsort(fill->children, fill->child_count, sizeof(*fill->children), by_item);
	return 0;
}

/* Ranges of pages per operation, in canonical order within. */
static void
index_operations(struct fill *fill)
{
	size_t count = fill->schema->operation_count;
	int at = 0;

	fill->first_of = mem_get((count + 1) * sizeof(int));
	fill->last_of = mem_get((count + 1) * sizeof(int));
	fill->by_operation = mem_get((fill->page_count + 1) * sizeof(int));
	for (size_t i = 0; i < fill->page_count; i++)
		if (fill->pages[i].operation >= 0)
			fill->last_of[fill->pages[i].operation]++;
	for (size_t op = 0; op < count; op++) {
		fill->first_of[op] = at;
		at += fill->last_of[op];
		fill->last_of[op] = fill->first_of[op];
	}
	for (size_t i = 0; i < fill->page_count; i++)
		if (fill->pages[i].operation >= 0)
			fill->by_operation[fill->last_of[fill->pages[i].operation]++] =
				(int)i;
}

int
fill_load(struct fill *fill, struct err *err)
{
	struct id_index *ids;
	int status;

	if (load_scope(fill, err) < 0 || load_pages(fill, err) < 0)
		return -1;
	ids = mem_get((fill->page_count + 1) * sizeof(*ids));
	for (size_t i = 0; i < fill->page_count; i++)
		ids[i] = (struct id_index){ fill->pages[i].id, (int)i };
	qsort(ids, fill->page_count, sizeof(*ids), by_id);
	for (size_t i = 0; i < fill->page_count; i++)
		if (fill->pages[i].parent_id != 0)
			fill->pages[i].parent =
				find_id(ids, fill->page_count, fill->pages[i].parent_id);
	status = load_children(fill, ids, err);
	free(ids);
	index_operations(fill);
	return status;
}

void
fill_free(struct fill *fill)
{
	for (size_t i = 0; i < fill->page_count; i++) {
		for (size_t j = 0; j < fill->pages[i].arn_count; j++)
			free(fill->pages[i].arns[j]);
		free(fill->pages[i].arns);
	}
	for (size_t i = 0; i < fill->child_count; i++) {
		for (size_t j = 0; j < fill->children[i].arn_count; j++)
			free(fill->children[i].arns[j]);
		free(fill->children[i].arns);
	}
	for (size_t i = 0; i < KEPT; i++) {
		json_decref(fill->kept[i].body);
		json_decref(fill->kept[i].request);
	}
	sqlite3_finalize(fill->get_parameters);
	sqlite3_finalize(fill->insert);
	tdestroy(fill->seen, free);
	sqlite3_finalize(fill->forget);
	sqlite3_finalize(fill->add_gap);
	json_decref(fill->scope);
	free(fill->pages);
	free(fill->children);
	free(fill->first_of);
	free(fill->last_of);
	free(fill->by_operation);
	arena_free(&fill->arena);
}

static json_t *
load_request(struct fill *fill, int64_t id)
{
	json_t *request = NULL;

	if (fill->get_parameters == NULL)
		fill->get_parameters =
			db_prepare(fill->evidence->db, NULL,
				   "SELECT parameters FROM api_call WHERE id = ?");
	if (fill->get_parameters == NULL)
		return NULL;
	sqlite3_bind_int64(fill->get_parameters, 1, id);
	if (sqlite3_step(fill->get_parameters) == SQLITE_ROW)
		request = json_read((const char *)sqlite3_column_text(fill->get_parameters, 0),
				    (size_t)sqlite3_column_bytes(fill->get_parameters, 0),
				    NULL);
	sqlite3_reset(fill->get_parameters);
	return request;
}

const struct answer_kept *
fill_answer(struct fill *fill, int page)
{
	struct answer_kept *kept = &fill->kept[page % KEPT];

	if (!fill->pages[page].answered)
		return NULL;
	if (kept->body != NULL && kept->page == page)
		return kept;
	json_decref(kept->body);
	json_decref(kept->request);
	kept->page = page;
	kept->body = evidence_body(fill->evidence, fill->pages[page].id, NULL);
	kept->request = load_request(fill, fill->pages[page].id);
	return kept;
}

size_t
fill_children(const struct fill *fill, int parent, int item, size_t *count)
{
	size_t low = 0, high = fill->child_count, first;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct child *child = &fill->children[middle];

		if (child->parent < parent ||
		    (child->parent == parent && item >= 0 && child->item < item))
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < fill->child_count && fill->children[low].parent == parent &&
	       (item < 0 || fill->children[low].item == item))
		low++;
	*count = low - first;
	return first;
}
