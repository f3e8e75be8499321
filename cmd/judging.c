/* The judging half of a command: pages loaded and chosen, evidence judged, reports written. */

#include "cmd/cmd.h"

/* All values of an option that may be repeated, comma between. NULL: none. Caller frees. */
static char *
joined(const struct arguments *arguments, const char *option)
{
	struct buf list = { 0 };
	size_t count = arguments_count(arguments, option);

	if (count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		buf_print(&list, "%s%s", i > 0 ? "," : "",
			  arguments_value_at(arguments, option, i));
	return buf_take(&list);
}

static int
choose(struct judging *judging, const struct arguments *arguments, const json_t *recorded,
       struct err *err)
{
	char *ids, *frameworks;
	bool is_repeated;
	int status;

	if (check_list(arguments, "checks", err) < 0 || check_list(arguments, "framework", err) < 0)
		return EXIT_USAGE;
	ids = joined(arguments, "checks");
	frameworks = joined(arguments, "framework");
	is_repeated = ids == NULL && frameworks == NULL && recorded != NULL;
	if (is_repeated) {
		ids = mem_text(json_string_value(json_object_get(recorded, "checks")));
		frameworks =
			mem_text(json_string_value(json_object_get(recorded, "frameworks")));
	}
	status = checks_choose(judging->checks, ids, frameworks, err);
	if (status < 0 && is_repeated && arguments_value(arguments, "checks-dir") == NULL)
		err_set(err, "%s; the scan chose it: if it is a page of your own, name the folder with --checks-dir", err->text);
	free(ids);
	free(frameworks);
	return status < 0 ? EXIT_USAGE : 0;
}

/* Loads schema and pages and chooses; pages are not prepared. */
static int
load(struct judging *judging, const struct arguments *arguments, const json_t *recorded,
     struct err *err)
{
	const char *folder = arguments_value(arguments, "checks-dir");

	*judging = (struct judging){ 0 };
	if (folder != NULL && !folder_exists(folder)) {
		err_set(err, "--checks-dir: there is no folder %s", folder);
		return EXIT_USAGE;
	}
	judging->schema = cmd_schema(err);
	if (judging->schema == NULL)
		return EXIT_ERROR;
	judging->checks = checks_load(judging->schema, folder, err);
	if (judging->checks == NULL)
		return EXIT_ERROR;
	return choose(judging, arguments, recorded, err);
}

int
judging_open_listing(struct judging *judging, const struct arguments *arguments,
		     struct err *err)
{
	return load(judging, arguments, NULL, err);
}

/* Parameters of --config, of what a file recorded, or of plumbline.yaml here. */
static int
read_parameters(struct judging *judging, const struct arguments *arguments,
		const json_t *recorded, struct err *err)
{
	const char *path = arguments_value(arguments, "config");
	json_t *file;

	if (path == NULL && recorded != NULL) {
		judging->parameters =
			json_deep_copy(json_object_get(recorded, "parameters"));
		return 0;
	}
	file = config_read(path, err);
	if (file == NULL)
		return EXIT_USAGE;
	judging->parameters = json_incref(json_object_get(file, "parameters"));
	json_decref(file);
	return 0;
}

int
judging_open(struct judging *judging, const struct arguments *arguments,
	     const json_t *recorded, struct err *err)
{
	int status = load(judging, arguments, recorded, err);

	if (status == 0)
		status = read_parameters(judging, arguments, recorded, err);
	if (status != 0)
		return status;
	if (judging->parameters != NULL)
		checks_parameters(judging->checks, judging->parameters);
	return checks_prepare(judging->checks, err) < 0 ? EXIT_ERROR : 0;
}

void
judging_close(struct judging *judging)
{
	checks_free(judging->checks);
	schema_free(judging->schema);
	json_decref(judging->parameters);
}

json_t *
judging_options(const struct judging *judging, const struct arguments *arguments,
		char *const *regions, size_t region_count)
{
	char *ids = joined(arguments, "checks");
	char *frameworks = joined(arguments, "framework");
	json_t *options = json_object(), *list = json_array();

	for (size_t i = 0; i < region_count; i++)
		json_array_append_new(list, json_string(regions[i]));
	json_object_set_new(options, "regions", list);
	if (ids != NULL)
		json_object_set_new(options, "checks", json_string(ids));
	if (frameworks != NULL)
		json_object_set_new(options, "frameworks", json_string(frameworks));
	if (judging->parameters != NULL)
		json_object_set(options, "parameters", judging->parameters);
	free(ids);
	free(frameworks);
	return options;
}

json_t *
recorded_options(struct evidence *evidence, struct err *err)
{
	sqlite3_stmt *get =
		db_prepare(evidence_db(evidence), err, "SELECT options FROM scan");
	json_t *options = NULL;

	if (get == NULL)
		return NULL;
	if (sqlite3_step(get) == SQLITE_ROW)
		options = json_read((const char *)sqlite3_column_text(get, 0),
				    (size_t)sqlite3_column_bytes(get, 0), err);
	else
		err_set(err, "the evidence file records no scan");
	sqlite3_finalize(get);
	return options;
}

int
check_ended(struct evidence *evidence, const char *path, struct err *err)
{
	sqlite3_stmt *get = db_prepare(evidence_db(evidence), err,
				       "SELECT state IN ('complete', 'incomplete') FROM scan");
	bool recorded, ended;

	if (get == NULL)
		return -1;
	recorded = sqlite3_step(get) == SQLITE_ROW;
	ended = recorded && sqlite3_column_int(get, 0) == 1;
	sqlite3_finalize(get);
	if (!recorded)
		return err_set(err, "the evidence file %s records no scan", path);
	if (!ended)
		return err_set(err,
			       "the scan in %s was ended before it could finish: run 'plumbline scan "
			       "--replay %s --output DIR', which judges what was answered and marks "
			       "what was never asked as unknown",
			       path, path);
	return 0;
}

static void
say_trouble(void *arg, const char *id, const char *trouble)
{
	(void)arg;
	if (trouble != NULL)
		cmd_say("the page %s could not judge: %s", id, trouble);
}

int
judge_evidence(struct judging *judging, struct evidence *evidence, const char *state,
	       const char *finished_at, int *troubles, struct err *err)
{
	*troubles = 0;
	if (evidence_fill(evidence, err) < 0 ||
	    checks_judge(judging->checks, evidence_db(evidence), say_trouble, NULL, troubles,
			 err) < 0)
		return -1;
	return evidence_finish(evidence, state, finished_at, err);
}

int
write_reports(struct evidence *evidence, const char *list, const char *folder,
	      struct err *err)
{
	struct report_source source = { .db = evidence_db(evidence),
					.version = PLUMBLINE_VERSION };

	return report_write(&source, list, folder, err);
}

int
check_formats(const char *list, struct err *err)
{
	size_t count;
	char **words = cmd_split(list, &count);
	int status = count > 0 ? 0 : err_set(err, "--format names no format");

	for (size_t i = 0; status == 0 && i < count; i++)
		if (format_find(words[i], err) == NULL)
			status = -1;
	cmd_split_free(words, count);
	return status;
}

/* Time at which the scan in a file began; NULL where it cannot be read. Caller frees. */
static char *
started_at(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *get = NULL;
	char *text = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT started_at FROM scan", -1, &get, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(get) == SQLITE_ROW)
		text = mem_text((const char *)sqlite3_column_text(get, 0));
	sqlite3_finalize(get);
	sqlite3_close(db);
	return text;
}

int
keep_former(const char *folder, struct err *err)
{
	char *path = mem_print("%s/evidence.db", folder);
	char *when, *kept;
	int status = 0;

	if (!file_exists(path)) {
		free(path);
		return 0;
	}
	when = file_check_database(path, NULL) == 0 ? started_at(path) : NULL;
	kept = mem_print("%s/evidence-%s.db", folder, when != NULL ? when : "damaged");
	for (int n = 2; file_exists(kept) && n < 1000; n++) {
		free(kept);
		kept = mem_print("%s/evidence-%s-%d.db", folder,
				 when != NULL ? when : "damaged", n);
	}
	if (rename(path, kept) < 0)
		status = err_set(err, "cannot keep the former %s as %s: %m", path, kept);
	free(when);
	free(kept);
	free(path);
	return status;
}
