/* The table of report formats, and how a report gets to its place: under a temporary
 * name, then renamed. */

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/pieces.h"

const struct format formats[] = {
	{ "csv", "report.csv", "all findings as a table", &csv_writer },
	{ "fixes", "fixes", "a folder with the fixes of each failed finding",
	  &fixes_writer },
	{ "html", "report.html", "one page to read, filter and print", &html_writer },
	{ "json", "report.json", "OCSF compliance findings", &ocsf_writer },
	{ "xlsx", "report.xlsx", "the auditor's workbook", &xlsx_writer },
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

/* One format under way. */
struct job {
	const struct format *format;
	char *path, *temporary;
	void *state; /* NULL: not begun, failed, or done */
	bool is_folder, has_failed;
	struct err err;
};

static void
job_fail(struct job *job)
{
	if (job->state != NULL)
		job->format->writer->end(job->state, false, NULL);
	job->state = NULL;
	job->has_failed = true;
	err_prefix(&job->err, "report %s", job->format->name);
	discard(job->temporary, job->is_folder);
}

static void
job_begin(struct job *job, struct facts *facts, const char *folder)
{
	const struct format *format = job->format;

	job->is_folder = strchr(format->file, '.') == NULL;
	job->path = mem_print("%s/%s", folder, format->file);
	job->temporary =
		mem_print("%s/.%s.%ld.tmp", folder, format->file, (long)getpid());
	if (job->is_folder && mkdir(job->temporary, 0755) < 0)
		err_set(&job->err, "cannot make folder %s: %s", job->temporary,
			strerror(errno));
	else
		job->state = format->writer->begin(facts, job->temporary, &job->err);
	if (job->state == NULL)
		job_fail(job);
}

static void
job_end(struct job *job)
{
	int told;

	if (job->state == NULL)
		return;
	told = job->format->writer->end(job->state, true, &job->err);
	job->state = NULL;
	if (told >= 0 && job->is_folder)
		told = place_folder(job->temporary, job->path, &job->err) < 0 ? -1 : told;
	else if (told >= 0 && rename(job->temporary, job->path) < 0)
		told = err_set(&job->err, "cannot put %s in place: %s", job->path,
			       strerror(errno));
	if (told < 0) {
		job_fail(job);
	} else if (told > 0) {
		/* A fix that cannot be filled is told, but what was written counts. */
		job->has_failed = true;
		err_prefix(&job->err, "report %s", job->format->name);
	}
}

static void
fill_fixes(struct remedy *remedy, const struct facts *facts, struct finding_row *row,
	   struct buf fixes[FILL_LANGUAGES])
{
	row->remedy = NULL;
	for (int i = 0; i < FILL_LANGUAGES; i++)
		row->fixes[i] = NULL;
	if (row->kind != FAIL)
		return;
	remedy_of(remedy, facts, row);
	row->remedy = remedy;
	if (!remedy_read(remedy, row))
		return;
	for (int i = 0; i < FILL_LANGUAGES; i++) {
		fixes[i].len = 0;
		if (remedy_fill(remedy, row, (enum fill_language)i, &fixes[i]))
			row->fixes[i] = fixes[i].data;
	}
}

/* Gives each finding to each of the jobs. */
static int
walk(struct job *jobs, size_t count, struct facts *facts, struct err *err)
{
	struct findings findings = { 0 };
	struct finding_row row;
	struct remedy remedy = { 0 };
	struct buf fixes[FILL_LANGUAGES] = { { 0 } };
	int got = -1;

	if (findings_open(&findings, facts, ANY_VERDICT, err) == 0)
		while ((got = findings_next(&findings, &row, err)) == 1) {
			fill_fixes(&remedy, facts, &row, fixes);
			for (size_t i = 0; i < count; i++)
				if (jobs[i].state != NULL &&
				    jobs[i].format->writer->finding(
					    jobs[i].state, &row, &jobs[i].err) < 0)
					job_fail(&jobs[i]);
		}
	findings_close(&findings);
	remedy_close(&remedy);
	for (int i = 0; i < FILL_LANGUAGES; i++)
		buf_free(&fixes[i]);
	return got;
}

static int
write_all(struct job *jobs, size_t count, struct facts *facts, const char *folder,
	  struct err *err)
{
	int status;

	for (size_t i = 0; i < count; i++)
		job_begin(&jobs[i], facts, folder);
	status = walk(jobs, count, facts, err);
	for (size_t i = 0; i < count; i++) {
		if (status == 0)
			job_end(&jobs[i]);
		else if (jobs[i].state != NULL)
			job_fail(&jobs[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].has_failed && status == 0)
			status = err_set(err, "%s", jobs[i].err.text);
		free(jobs[i].path);
		free(jobs[i].temporary);
	}
	return status;
}

/* The formats of a list, each once. */
static int
read_list(const char *list, struct job *jobs, size_t *count, struct err *err)
{
	char *words = mem_text(list), *rest = NULL, *word;
	int status = 0;

	*count = 0;
	for (word = strtok_r(words, ", ", &rest); status == 0 && word != NULL;
	     word = strtok_r(NULL, ", ", &rest)) {
		const struct format *format = format_find(word, err);
		size_t at = 0;

		while (at < *count && jobs[at].format != format)
			at++;
		if (format == NULL)
			status = -1;
		else if (at == *count)
			jobs[(*count)++] = (struct job){ .format = format };
	}
	free(words);
	return status;
}

int
report_write(const struct report_source *source, const char *list, const char *folder,
	     struct err *err)
{
	struct job jobs[COUNT(formats)];
	size_t count;
	struct facts facts;
	bool is_begun;
	int status;

	/* All names are looked at before anything is written. */
	if (read_list(list, jobs, &count, err) < 0 || folder_make(folder, err) < 0)
		return -1;
	/* One read of the file for all: each statement else locks it anew. */
	is_begun = sqlite3_get_autocommit(source->db) != 0 &&
		   db_run(source->db, err, "BEGIN") == 0;
	status = facts_load(&facts, source, err);
	if (status == 0) {
		status = write_all(jobs, count, &facts, folder, err);
		facts_free(&facts);
	}
	if (is_begun)
		db_run(source->db, NULL, "COMMIT");
	return status;
}
