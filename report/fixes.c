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
write_file(const char *folder, const char *name, const struct buf *text, struct err *err)
{
	char *path = mem_print("%s/%s", folder, name);
	struct out out;
	int status = out_open(&out, path, err);

	if (status == 0) {
		out_add(&out, text->data, text->len);
		status = out_close(&out, err);
	}
	free(path);
	return status;
}

/* Writes the files of one finding and its row of the index. 0 or -1. */
static int
write_finding(const struct remedy *remedy, const struct finding_row *row,
	      const char *folder, struct out *index, struct err *err)
{
	char names[FILL_LANGUAGES][48] = { { 0 } };
	int status = 0;

	for (int i = 0; status == 0 && i < FILL_LANGUAGES; i++) {
		struct buf text = { 0 };

		if (remedy_fill(remedy, row, (enum fill_language)i, &text)) {
			snprintf(names[i], sizeof(names[i]), "%.32s.%s", row->id,
				 fill_endings[i]);
			status = write_file(folder, names[i], &text, err);
		}
		buf_free(&text);
	}
	out_csv(index, row->id, false);
	out_csv(index, row->check_id, false);
	out_csv(index, row->severity, false);
	out_csv(index, row->region, false);
	out_csv(index, row->resource, false);
	for (int i = 0; i < FILL_LANGUAGES; i++)
		out_csv(index, names[i], i + 1 == FILL_LANGUAGES);
	return status;
}

/* The first fix that cannot be filled is told at the end, by name; all others are written
 * all the same. */
static void
note_troubles(const struct remedy *remedy, struct err *first)
{
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (remedy->troubles[i] != NULL && first->text[0] == '\0')
			err_set(first, "%s", remedy->troubles[i]);
}

/* 0, -1, or 1: written, but for fixes that cannot be filled, which err names. */
int
fixes_write(struct facts *facts, const char *path, struct err *err)
{
	char *index_path = mem_print("%s/index.csv", path);
	struct findings findings = { 0 };
	struct finding_row row;
	struct remedy remedy = { 0 };
	struct err trouble = { 0 };
	struct out index = { 0 };
	int got = -1;

	if (out_open(&index, index_path, err) < 0 ||
	    findings_open(&findings, facts, FAIL, err) < 0)
		goto out;
	out_text(&index, "finding_id,check_id,severity,region,resource,sh,tf,yaml\r\n");
	while ((got = findings_next(&findings, &row, err)) == 1) {
		remedy_of(&remedy, facts, &row);
		note_troubles(&remedy, &trouble);
		if (!is_id(row.id) || !remedy_read(&remedy, &row))
			continue;
		if (write_finding(&remedy, &row, path, &index, err) < 0) {
			got = -1;
			break;
		}
	}
out:
	remedy_close(&remedy);
	findings_close(&findings);
	if (index.file != NULL && out_close(&index, got == 0 ? err : NULL) < 0)
		got = -1;
	free(index_path);
	if (got == 0 && trouble.text[0] != '\0') {
		err_set(err, "%s", trouble.text);
		return 1;
	}
	return got;
}
