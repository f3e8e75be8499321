/* The fixes as files: <finding id>.sh, .tf, .yaml for each failed finding, and index.csv.
 */

#include "report/pieces.h"

/* A finding's id is ours, but an evidence file may come from anywhere: only this becomes
 * a file's name. */
static bool
is_id(const char *id)
{
	return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

static int
write_file(const char *folder, const char *name, const char *text, struct err *err)
{
	char *path = mem_print("%s/%s", folder, name);
	struct out out;
	int status = out_open(&out, path, err);

	if (status == 0) {
		out_text(&out, text);
		status = out_close(&out, err);
	}
	free(path);
	return status;
}

struct fixes {
	char *folder;
	struct out index;
	struct err trouble; /* the first */
};

static void *
begin(struct facts *facts, const char *path, struct err *err)
{
	struct fixes *fixes = mem_get(sizeof(*fixes));
	char *index_path = mem_print("%s/index.csv", path);
	int status = out_open(&fixes->index, index_path, err);

	(void)facts;
	free(index_path);
	if (status < 0) {
		free(fixes);
		return NULL;
	}
	fixes->folder = mem_text(path);
	out_text(&fixes->index,
		 "finding_id,check_id,severity,region,resource,sh,tf,yaml\r\n");
	return fixes;
}

/* The first fix that cannot be filled is told at the end, by name; all others are written
 * all the same. */
static void
note_troubles(struct fixes *fixes, const struct remedy *remedy)
{
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (remedy->troubles[i] != NULL && fixes->trouble.text[0] == '\0')
			err_set(&fixes->trouble, "%s", remedy->troubles[i]);
}

/* Writes the files of one finding and its row of the index. */
static int
write_finding(void *state, const struct finding_row *row, struct err *err)
{
	struct fixes *fixes = state;
	char names[FILL_LANGUAGES][48] = { { 0 } };
	bool has_any = false;

	if (row->remedy == NULL)
		return 0;
	note_troubles(fixes, row->remedy);
	for (int i = 0; is_id(row->id) && i < FILL_LANGUAGES; i++) {
		if (row->fixes[i] == NULL)
			continue;
		has_any = true;
		snprintf(names[i], sizeof(names[i]), "%.32s.%s", row->id,
			 fill_endings[i]);
		if (write_file(fixes->folder, names[i], row->fixes[i], err) < 0)
			return -1;
	}
	if (!has_any)
		return 0;
	out_csv(&fixes->index, row->id, false);
	out_csv(&fixes->index, row->check_id, false);
	out_csv(&fixes->index, row->severity, false);
	out_csv(&fixes->index, row->region, false);
	out_csv(&fixes->index, row->resource, false);
	for (int i = 0; i < FILL_LANGUAGES; i++)
		out_csv(&fixes->index, names[i], i + 1 == FILL_LANGUAGES);
	return 0;
}

static int
end(void *state, bool is_whole, struct err *err)
{
	struct fixes *fixes = state;
	int status = out_close(&fixes->index, is_whole ? err : NULL);

	if (status == 0 && is_whole && fixes->trouble.text[0] != '\0') {
		err_set(err, "%s", fixes->trouble.text);
		status = 1;
	}
	free(fixes->folder);
	free(fixes);
	return status;
}

const struct writer fixes_writer = { begin, write_finding, end };
