/* Frameworks: which checks answer which control.
 *
 * checks/frameworks/NAME.md:
 *
 *	---
 *	title: CIS Amazon Web Services Foundations Benchmark 7.0
 *	---
 *	A paragraph about it.
 *
 *	| control | title                       | kind      | checks                               |
 *	|---------|-----------------------------|-----------|--------------------------------------|
 *	| 2.1     | Buckets keep old versions   | automated | s3_bucket_versioned full             |
 *	| 2.2     | Access reviews are held     | attest    |                                      |
 *	| 2.3     | Data is encrypted           | automated | s3_x full, rds_y partial             |
 *
 * kind: automated, or attest for what a person confirms. A control without a check is shown as such. A check named
 * here that no page has does not stop anything: `checks test` says so. Several tables are read as one. */

#include "checks/engine.h"

static int
fail_at(const struct framework *framework, int line, struct err *err, const char *what)
{
	return err_set(err, "%s:%d: %s", framework->file, line, what);
}

static int
add_control(struct check_set *set, struct framework *framework, char **cells, size_t count,
	    int line, struct err *err)
{
	struct control_facts *control;
	bool attest;

	if (count != 4)
		return fail_at(framework, line, err,
			       "expected four cells: control, title, kind, checks");
	attest = strcmp(cells[2], "attest") == 0;
	if (!attest && strcmp(cells[2], "automated") != 0)
		return fail_at(framework, line, err, "kind: expected automated or attest");
	(void)set;
	framework->controls = mem_grow(framework->controls, framework->count + 1,
				       sizeof(*framework->controls));
	framework->lines =
		mem_grow(framework->lines, framework->count + 1, sizeof(*framework->lines));
	control = &framework->controls[framework->count];
	*control = (struct control_facts){ cells[0], cells[1], attest, cells[3] };
	framework->lines[framework->count++] = line;
	return 0;
}

/* The next "id extent" of a list; false: no more. Where it is neither full nor partial, extent is "". */
static bool
next_check(const char **at, char *id, size_t room, char *extent, size_t extent_room)
{
	size_t len, end;

	*at += strspn(*at, ", ");
	if (**at == '\0')
		return false;
	len = strcspn(*at, ", ");
	snprintf(id, room, "%.*s", (int)len, *at);
	*at += len;
	*at += strspn(*at, " ");
	end = strcspn(*at, ",");
	while (end > 0 && (*at)[end - 1] == ' ')
		end--;
	snprintf(extent, extent_room, "%.*s", (int)end, *at);
	if (strcmp(extent, "full") != 0 && strcmp(extent, "partial") != 0)
		extent[0] = '\0';
	*at += strcspn(*at, ",");
	return true;
}

static int
check_list(const struct framework *framework, const char *list, int line, struct err *err)
{
	char id[200], extent[16];

	while (next_check(&list, id, sizeof(id), extent, sizeof(extent)))
		if (extent[0] == '\0')
			return err_set(err, "%s:%d: expected full or partial behind %s",
				       framework->file, line, id);
	return 0;
}

static int
read_line(struct check_set *set, struct framework *framework, const char *line, size_t len,
	  int number, bool *in_table, struct err *err)
{
	char **cells;
	size_t count;

	if (len == 0 || line[0] != '|') {
		*in_table = false;
		return 0;
	}
	count = page_cells(&set->arena, line, len, &cells);
	if (!*in_table) {
		*in_table = true;
		if (count != 4 || strcmp(cells[0], "control") != 0 ||
		    strcmp(cells[1], "title") != 0 || strcmp(cells[2], "kind") != 0 ||
		    strcmp(cells[3], "checks") != 0)
			return fail_at(framework, number, err,
				       "expected the head | control | title | kind | checks |");
		return 0;
	}
	if (strspn(line, "|:- \t\r") >= len)
		return 0;
	if (add_control(set, framework, cells, count, number, err) < 0)
		return -1;
	return check_list(framework, cells[3], number, err);
}

int
framework_parse(struct check_set *set, struct framework *framework, const char *text,
		struct err *err)
{
	bool in_front = false, in_table = false;
	int number = 1;

	for (const char *line = text; *line != '\0'; number++) {
		size_t len = strcspn(line, "\n"), whole = len;

		if (len > 0 && line[len - 1] == '\r')
			len--;
		if (len == 3 && strncmp(line, "---", 3) == 0) {
			in_front = number == 1;
		} else if (in_front) {
			if (strncmp(line, "title:", 6) == 0) {
				size_t skip = 6 + strspn(line + 6, " \"'");

				while (len > skip && strchr(" \"'", line[len - 1]) != NULL)
					len--;
				framework->title = arena_text_n(&set->arena, line + skip,
								len > skip ? len - skip : 0);
			}
		} else if (read_line(set, framework, line, len, number, &in_table, err) < 0) {
			return -1;
		} else if (framework->about == NULL && len > 0 && line[0] != '|' &&
			   line[0] != '#') {
			const char *end = strstr(line, "\n\n");

			framework->about =
				arena_text_n(&set->arena, line,
					     end != NULL ? (size_t)(end - line) : strlen(line));
		}
		line += whole + (line[whole] == '\n');
	}
	if (framework->title == NULL || framework->title[0] == '\0')
		return fail_at(framework, 1, err, "expected a title in the front matter");
	return 0;
}

int
frameworks_check(const struct check_set *set, void (*say)(void *arg, const char *text), void *arg)
{
	char id[200], extent[16];
	int troubles = 0;

	for (size_t i = 0; i < set->framework_count; i++) {
		const struct framework *framework = &set->frameworks[i];

		for (size_t j = 0; j < framework->count; j++) {
			const char *list = framework->controls[j].checks;

			while (next_check(&list, id, sizeof(id), extent, sizeof(extent))) {
				char *text;

				if (set_find(set, id) >= 0)
					continue;
				text = mem_print("%s:%d: no check is called %s", framework->file,
						 framework->lines[j], id);
				say(arg, text);
				free(text);
				troubles++;
			}
		}
	}
	return troubles;
}

static int
run_row(sqlite3 *db, sqlite3_stmt *statement, struct err *err)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	return code == SQLITE_DONE ? 0 : db_error(db, err, "cannot write the frameworks");
}

static int
write_control(const struct check_set *set, sqlite3 *db, sqlite3_stmt *add, sqlite3_stmt *link,
	      const struct framework *framework, size_t index, struct err *err)
{
	const struct control_facts *control = &framework->controls[index];
	const char *list = control->checks;
	char id[200], extent[16];

	sqlite3_bind_text(add, 1, framework->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(add, 2, (int64_t)index + 1);
	sqlite3_bind_text(add, 3, control->number, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 4, control->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(add, 5, control->attest ? "attest" : "automated", -1, SQLITE_STATIC);
	if (run_row(db, add, err) < 0)
		return -1;
	while (next_check(&list, id, sizeof(id), extent, sizeof(extent))) {
		if (set_find(set, id) < 0)
			continue;
		sqlite3_bind_text(link, 1, framework->name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(link, 2, (int64_t)index + 1);
		sqlite3_bind_text(link, 3, id, -1, SQLITE_STATIC);
		sqlite3_bind_text(link, 4, extent, -1, SQLITE_STATIC);
		if (run_row(db, link, err) < 0)
			return -1;
	}
	return 0;
}

int
frameworks_write(const struct check_set *set, sqlite3 *db, struct err *err)
{
	sqlite3_stmt *name = db_prepare(db, err, "INSERT INTO framework(name, title) VALUES(?1, ?2)");
	sqlite3_stmt *add = db_prepare(
		db, err,
		"INSERT INTO control(framework, position, number, title, kind) VALUES(?1, ?2, ?3, ?4, ?5)");
	sqlite3_stmt *link = db_prepare(
		db, err,
		"INSERT OR REPLACE INTO control_check(framework, position, check_id, extent) "
		"VALUES(?1, ?2, ?3, ?4)");
	int status = name == NULL || add == NULL || link == NULL ? -1 : 0;

	for (size_t i = 0; i < set->framework_count && status == 0; i++) {
		const struct framework *framework = &set->frameworks[i];

		sqlite3_bind_text(name, 1, framework->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(name, 2, framework->title, -1, SQLITE_STATIC);
		status = run_row(db, name, err);
		for (size_t j = 0; j < framework->count && status == 0; j++)
			status = write_control(set, db, add, link, framework, j, err);
	}
	sqlite3_finalize(name);
	sqlite3_finalize(add);
	sqlite3_finalize(link);
	return status;
}

size_t
frameworks_count(const struct check_set *set)
{
	return set->framework_count;
}

const char *
frameworks_name(const struct check_set *set, size_t index)
{
	return set->frameworks[index].name;
}

const char *
frameworks_title(const struct check_set *set, size_t index)
{
	return set->frameworks[index].title;
}

size_t
frameworks_controls(const struct check_set *set, size_t index, const struct control_facts **controls)
{
	*controls = set->frameworks[index].controls;
	return set->frameworks[index].count;
}
