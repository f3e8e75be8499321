/* The table of report formats, and how a report gets to its place: under a temporary
 * name, then renamed. */

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/pieces.h"

const struct format formats[] = {
	{ "csv", "report.csv", "all findings as a table", csv_write },
	{ "fixes", "fixes", "a folder with the fixes of each failed finding",
	  fixes_write },
	{ "html", "report.html", "one page to read, filter and print", html_write },
	{ "json", "report.json", "OCSF compliance findings", ocsf_write },
	{ "xlsx", "report.xlsx", "the auditor's workbook", xlsx_write },
};
const size_t format_count = COUNT(formats);

const struct format *
format_find(const char *name, struct err *err)
{
	const char *names[COUNT(formats)], *near;

	for (size_t i = 0; i < format_count; i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
		names[i] = formats[i].name;
	}
	near = name_nearest(name, names, format_count);
	if (near != NULL)
		err_set(err, "there is no report format %s: did you mean %s?", name,
			near);
	else
		err_set(err,
			"there is no report format %s: choose from csv, fixes, html, json, xlsx",
			name);
	return NULL;
}

/* "<32 hex digits>.sh", .tf, .yaml and index.csv are ours; anything else in the folder is
 * the user's. */
static bool
is_fix_file(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	if (strcmp(name, "index.csv") == 0)
		return true;
	for (int i = 0; digits == 32 && name[32] == '.' && i < FILL_LANGUAGES; i++)
		if (strcmp(name + 33, fill_endings[i]) == 0)
			return true;
	return false;
}

/* Removes our files from folder, or, with to, moves them there. */
static int
empty_folder(const char *folder, const char *to, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int status = 0;

	if (dir == NULL)
		return err_set(err, "cannot open folder %s: %s", folder, strerror(errno));
	while (status == 0 && (entry = readdir(dir)) != NULL) {
		char *from, *target;

		if (!is_fix_file(entry->d_name))
			continue;
		from = mem_print("%s/%s", folder, entry->d_name);
		target = to != NULL ? mem_print("%s/%s", to, entry->d_name) : NULL;
		if ((to != NULL ? rename(from, target) : unlink(from)) < 0)
			status = err_set(err, "cannot put %s in place: %s", from,
					 strerror(errno));
		free(from);
		free(target);
	}
	closedir(dir);
	return status;
}

static int
place_folder(const char *temporary, const char *path, struct err *err)
{
	if (rename(temporary, path) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return err_set(err, "cannot put %s in place: %s", path, strerror(errno));
	if (empty_folder(path, NULL, err) < 0 || empty_folder(temporary, path, err) < 0)
		return -1;
	rmdir(temporary);
	return 0;
}

static void
discard(const char *temporary, bool is_folder)
{
	if (!is_folder) {
		unlink(temporary);
		return;
	}
	empty_folder(temporary, NULL, NULL);
	rmdir(temporary);
}

static int
write_one(struct facts *facts, const struct format *format,
	  const char *folder, struct err *err)
{
	bool is_folder = strchr(format->file, '.') == NULL;
	char *path = mem_print("%s/%s", folder, format->file);
	char *temporary =
		mem_print("%s/.%s.%ld.tmp", folder, format->file, (long)getpid());
	int status = 0, told;

	if (is_folder && mkdir(temporary, 0755) < 0)
		status = err_set(err, "cannot make folder %s: %s", temporary,
				 strerror(errno));
	/* A fix that cannot be filled is told, but what was written still counts: 1. */
	told = status == 0 ? format->write(facts, temporary, err) : -1;
	if (told < 0)
		status = -1;
	else if (is_folder)
		status = place_folder(temporary, path, err);
	else if (rename(temporary, path) < 0)
		status =
			err_set(err, "cannot put %s in place: %s", path, strerror(errno));
	if (status < 0)
		discard(temporary, is_folder);
	if (status == 0 && told > 0)
		status = -1;
	free(temporary);
	free(path);
	return status < 0 ? err_prefix(err, "report %s", format->name) : 0;
}

int
report_write(const struct report_source *source, const char *list, const char *folder,
	     struct err *err)
{
	char *words = mem_text(list), *rest = NULL, *word;
	struct facts facts;
	bool is_begun;
	int status = 0;

	/* All names are looked at before anything is written. */
	for (word = strtok_r(words, ", ", &rest); word != NULL;
	     word = strtok_r(NULL, ", ", &rest))
		if (format_find(word, err) == NULL)
			status = -1;
	free(words);
	if (status < 0 || folder_make(folder, err) < 0)
		return -1;
	/* One read of the file for all: each statement else locks it anew. */
	is_begun = sqlite3_get_autocommit(source->db) != 0 &&
		   db_run(source->db, err, "BEGIN") == 0;
	if (facts_load(&facts, source, err) < 0) {
		if (is_begun)
			db_run(source->db, NULL, "COMMIT");
		return -1;
	}
	words = mem_text(list);
	rest = NULL;
	for (word = strtok_r(words, ", ", &rest); status == 0 && word != NULL;
	     word = strtok_r(NULL, ", ", &rest))
		status = write_one(&facts, format_find(word, err), folder, err);
	free(words);
	facts_free(&facts);
	if (is_begun)
		db_run(source->db, NULL, "COMMIT");
	return status;
}
