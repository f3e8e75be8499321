/* The set of pages: built in and of the user, chosen by name, with parameters in force. */

#include <dirent.h>
#include <sys/stat.h>

#include "checks/engine.h"

enum { page_cap = 1 << 20 };

/* Made at build from the folder checks/. */
extern const struct embedded check_pages[];
extern const size_t check_pages_count;

struct loading {
	struct check_set *set;
	struct page *pages, *joins;
	size_t page_room, join_room;
	struct err *err;
};

static struct page *
new_page(struct page **list, size_t *count, size_t *room)
{
	if (*count == *room) {
		*room = *room * 2 + 64;
		*list = mem_grow(*list, *room, sizeof(**list));
	}
	(*list)[*count] = (struct page){ .table = -1, .view = -1 };
	return &(*list)[(*count)++];
}

/* "s3/bucket_versioned.md" is the check s3_bucket_versioned of the service s3. */
static int
add_page(struct loading *loading, const char *name, const char *file, const char *text, size_t len,
	 bool built_in)
{
	struct check_set *set = loading->set;
	bool is_view = text_starts(name, "views/");
	const char *inner = is_view ? name + strlen("views/") : name;
	struct page *page = is_view ? new_page(&set->joins, &set->join_count, &loading->join_room) :
				      new_page(&set->pages, &set->count, &loading->page_room);
	const char *slash = strchr(inner, '/');

	page->text = text;
	page->len = len;
	page->built_in = built_in;
	page->chosen = !is_view;
	page->is_view = is_view;
	page->id = arena_text_n(&page->arena, inner, strlen(inner) - strlen(".md"));
	page->service = slash != NULL ?
				arena_text_n(&page->arena, inner, (size_t)(slash - inner)) :
				arena_text(&page->arena, page->id);
	for (char *c = page->id; *c != '\0'; c++)
		if (*c == '/')
			*c = '_';
	page->file = arena_text(&page->arena, file);
	return page_scan(page, loading->err);
}

static int
add_framework(struct loading *loading, const char *name, const char *file, const char *text)
{
	struct check_set *set = loading->set;
	struct framework *framework;
	const char *inner = name + strlen("frameworks/");

	set->frameworks =
		mem_grow(set->frameworks, set->framework_count + 1, sizeof(*set->frameworks));
	framework = &set->frameworks[set->framework_count++];
	*framework = (struct framework){
		.name = arena_text_n(&set->arena, inner, strlen(inner) - strlen(".md")),
		.file = arena_text(&set->arena, file),
	};
	return framework_parse(set, framework, text, loading->err);
}

static int
add_file(struct loading *loading, const char *name, const char *file, const char *text, size_t len,
	 bool built_in)
{
	if (!text_ends(name, ".md"))
		return 0;
	if (text_starts(name, "frameworks/"))
		return add_framework(loading, name, file, text);
	return add_page(loading, name, file, text, len, built_in);
}

/* The text behind a byte order mark; NULL with err where it is none that a page can hold. */
static const char *
page_text(const char *path, const struct buf *file, size_t *len, struct err *err)
{
	const char *text = file->len > 0 ? file->data : "";
	int line = 1;

	*len = file->len;
	if (text_starts(text, "\xef\xbb\xbf")) {
		text += 3;
		*len -= 3;
	}
	for (const char *at = text; at < text + *len; line++) {
		const char *end = memchr(at, '\n', (size_t)(text + *len - at));
		size_t size = end != NULL ? (size_t)(end - at) : (size_t)(text + *len - at);

		if (!text_is_utf8(at, size) || memchr(at, '\0', size) != NULL) {
			err_set(err, "%s:%d: expected UTF-8 text", path, line);
			return NULL;
		}
		at += size + 1;
	}
	return text;
}

static int
add_from_disk(struct loading *loading, const char *folder, const char *name)
{
	char *path = arena_print(&loading->set->arena, "%s/%s", folder, name);
	struct buf file = { 0 };
	const char *text;
	size_t len;
	int status = -1;

	if (!text_ends(name, ".md"))
		return 0;
	if (!text_starts(name, "frameworks/") &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_/") + strlen(".md") != strlen(name))
		return err_set(loading->err, "%s: expected lower case letters, digits and _ in the name of a page and of its folder",
			       path);
	if (file_read(path, page_cap, &file, loading->err) == 0 &&
	    (text = page_text(path, &file, &len, loading->err)) != NULL)
		status = add_file(loading, name, path, arena_text_n(&loading->set->arena, text, len), len, false);
	buf_free(&file);
	return status;
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A page that lies beside the folders would be passed over in silence. */
static int
refuse_loose(struct loading *loading, const char *path, const char *name)
{
	struct buf text = { 0 };
	int status = 0;

	if (!text_ends(name, ".md"))
		return 0;
	if (file_read(path, page_cap, &text, loading->err) < 0)
		status = -1;
	else if (text.len > 0 && text_starts(text.data, "---"))
		status = err_set(loading->err, "%s: expected a page in a folder that is called like its service, as s3/%s", path,
				 name);
	buf_free(&text);
	return status;
}

/* Reads FOLDER/<service>/<condition>.md, not deeper. */
static int
add_folder(struct loading *loading, const char *folder, const char *inner)
{
	char *path = inner != NULL ? mem_print("%s/%s", folder, inner) : mem_text(folder);
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, compare_names), status = 0;

	if (count < 0) {
		err_set(loading->err, "cannot read the folder of checks %s", path);
		free(path);
		return -1;
	}
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *full = mem_print("%s/%s", path, name);
		char *below = inner != NULL ? mem_print("%s/%s", inner, name) : mem_text(name);
		struct stat about;

		if (status == 0 && name[0] != '.' && stat(full, &about) == 0) {
			if (S_ISDIR(about.st_mode) && inner == NULL)
				status = add_folder(loading, folder, name);
			else if (S_ISREG(about.st_mode))
				status = inner != NULL ? add_from_disk(loading, folder, below) :
							 refuse_loose(loading, full, name);
		}
		free(full);
		free(below);
		free(entries[i]);
	}
	free(entries);
	free(path);
	return status;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->id, ((const struct page *)b)->id);
}

static int
by_framework(const void *a, const void *b)
{
	return strcmp(((const struct framework *)a)->name, ((const struct framework *)b)->name);
}

static int
check_twins(struct page *pages, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(pages[i - 1].id, pages[i].id) == 0)
			return err_set(err, "%s and %s are both called %s: rename one",
				       pages[i - 1].file, pages[i].file, pages[i].id);
	return 0;
}

static int
sort_set(struct check_set *set, struct err *err)
{
	const struct schema *schema = set->schema;

	if (set->count > 0)
		qsort(set->pages, set->count, sizeof(*set->pages), by_id);
	if (set->join_count > 0)
		qsort(set->joins, set->join_count, sizeof(*set->joins), by_id);
	if (set->framework_count > 0)
		qsort(set->frameworks, set->framework_count, sizeof(*set->frameworks), by_framework);
	for (size_t i = 0; i < set->join_count; i++)
		if (schema_find_table(schema, set->joins[i].id) >= 0 ||
		    schema_find_view(schema, set->joins[i].id) >= 0)
			return err_set(err, "%s: there is a table or view of that name",
				       set->joins[i].file);
	for (size_t i = 1; i < set->framework_count; i++)
		if (strcmp(set->frameworks[i - 1].name, set->frameworks[i].name) == 0)
			return err_set(err, "%s and %s are both called %s: rename one", set->frameworks[i - 1].file,
				       set->frameworks[i].file, set->frameworks[i].name);
	if (check_twins(set->pages, set->count, err) < 0)
		return -1;
	return check_twins(set->joins, set->join_count, err);
}

struct check_set *
set_load(const struct schema *schema, const struct embedded *pages, size_t count, const char *extra,
	 struct err *err)
{
	struct check_set *set = mem_get(sizeof(*set));
	struct loading loading = { .set = set, .err = err };

	set->schema = schema;
	set->most_seconds = 10;
	for (size_t i = 0; i < count; i++) {
		char *file = mem_print("checks/%s", pages[i].name);
		int status = add_file(&loading, pages[i].name, file, pages[i].data,
				      pages[i].len, true);

		free(file);
		if (status < 0)
			goto fail;
	}
	if (extra != NULL && add_folder(&loading, extra, NULL) < 0)
		goto fail;
	if (sort_set(set, err) < 0)
		goto fail;
	return set;
fail:
	checks_free(set);
	return NULL;
}

struct check_set *
checks_load(const struct schema *schema, const char *extra, struct err *err)
{
	return set_load(schema, check_pages, check_pages_count, extra, err);
}

void
checks_free(struct check_set *set)
{
	if (set == NULL)
		return;
	bare_close(set);
	for (size_t i = 0; i < set->count; i++)
		page_clear(&set->pages[i]);
	for (size_t i = 0; i < set->join_count; i++)
		page_clear(&set->joins[i]);
	for (size_t i = 0; i < set->framework_count; i++) {
		free(set->frameworks[i].controls);
		free(set->frameworks[i].lines);
	}
	free(set->pages);
	free(set->joins);
	free(set->frameworks);
	arena_free(&set->arena);
	free(set);
}

size_t
checks_count(const struct check_set *set)
{
	return set->count;
}

struct check_facts
checks_at(const struct check_set *set, size_t index)
{
	const struct page *page = &set->pages[index];

	return (struct check_facts){ page->id,	     page->service, page->title,    page->severity,
				     page->resource, page->file,    page->built_in, page->chosen };
}

const char *
checks_text(const struct check_set *set, size_t index)
{
	return set->pages[index].text;
}

int
set_find(const struct check_set *set, const char *id)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(id, set->pages[middle].id);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

static int
fail_unknown(const char *what, const char *name, const char **names, size_t count, struct err *err)
{
	const char *near = name_nearest(name, names, count);

	free(names);
	return err_set(err, "no %s is called %s%s%s%s", what, name,
		       near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		       near != NULL ? "?" : "");
}

static int
choose_ids(struct check_set *set, const char *word, struct err *err)
{
	bool found = false;
	const char **names;

	for (size_t i = 0; i < set->count; i++)
		if (text_matches(word, set->pages[i].id)) {
			set->pages[i].chosen = true;
			found = true;
		}
	if (found)
		return 0;
	names = mem_get((set->count + 1) * sizeof(*names));
	for (size_t i = 0; i < set->count; i++)
		names[i] = set->pages[i].id;
	return fail_unknown("check", word, names, set->count, err);
}

static int
choose_framework(struct check_set *set, const char *word, struct err *err)
{
	const char **names;

	for (size_t i = 0; i < set->framework_count; i++) {
		const struct framework *framework = &set->frameworks[i];

		if (strcmp(framework->name, word) != 0)
			continue;
		for (size_t j = 0; j < framework->count; j++)
			for (size_t k = 0; k < set->count; k++)
				if (text_has_word(framework->controls[j].checks, set->pages[k].id,
						  ", "))
					set->pages[k].chosen = true;
		return 0;
	}
	names = mem_get((set->framework_count + 1) * sizeof(*names));
	for (size_t i = 0; i < set->framework_count; i++)
		names[i] = set->frameworks[i].name;
	return fail_unknown("framework", word, names, set->framework_count, err);
}

static int
choose_words(struct check_set *set, const char *list,
	     int (*choose)(struct check_set *, const char *, struct err *), struct err *err)
{
	for (const char *at = list; at != NULL && *at != '\0';) {
		size_t len;
		char *word;
		int status;

		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len == 0)
			break;
		word = mem_text_n(at, len);
		status = choose(set, word, err);
		free(word);
		if (status < 0)
			return -1;
		at += len;
	}
	return 0;
}

int
checks_choose(struct check_set *set, const char *ids, const char *frameworks, struct err *err)
{
	for (size_t i = 0; i < set->count; i++)
		set->pages[i].chosen = ids == NULL && frameworks == NULL;
	if (choose_words(set, ids, choose_ids, err) < 0)
		return -1;
	return choose_words(set, frameworks, choose_framework, err);
}

int
checks_prepare(struct check_set *set, struct err *err)
{
	if (set->bare == NULL && bare_open(set, err) < 0)
		return -1;
	if (parameters_check(set, err) < 0)
		return -1;
	for (size_t i = 0; i < set->count; i++)
		if (set->pages[i].chosen && lineage_prepare(set, &set->pages[i], err) < 0)
			return -1;
	return 0;
}

void
checks_operations(const struct check_set *set, bool *wanted)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->pages[i].chosen)
			checks_operations_of(set, i, wanted, NULL);
}

void
checks_operations_of(const struct check_set *set, size_t index, bool *wanted, bool *doubt)
{
	const struct page *page = &set->pages[index];

	for (size_t o = 0; page->prepared == 2 && o < set->schema->operation_count; o++) {
		if (wanted != NULL && (page->reach[o] & REACH_WANTED))
			wanted[o] = true;
		if (doubt != NULL && (page->reach[o] & REACH_DOUBT))
			doubt[o] = true;
	}
}
