/* The XLSX report: the auditor's workbook, written in constant memory. Its frame, formats
 * and cells. */

#include <time.h>

#include "report/xlsx.h"

#define CELL_MOST 32000 /* bytes; Excel holds 32,767 characters in a cell */
#define ROWS_MOST LXW_ROW_MAX

void
xlsx_open_sheet(struct book *book, const char *name, const struct xlsx_column *columns,
		size_t count)
{
	book->at.sheet = workbook_add_worksheet(book->file, name);
	book->at.row = 0;
	book->at.column = 0;
	worksheet_freeze_panes(book->at.sheet, 1, 0);
	worksheet_set_landscape(book->at.sheet);
	worksheet_set_paper(book->at.sheet, 9); /* A4 */
	worksheet_fit_to_pages(book->at.sheet, 1, 0);
	worksheet_repeat_rows(book->at.sheet, 0, 0);
	for (size_t i = 0; i < count; i++) {
		worksheet_set_column(book->at.sheet, (lxw_col_t)i, (lxw_col_t)i,
				     columns[i].width, NULL);
		xlsx_text(book, columns[i].title, book->heading);
	}
	xlsx_end_row(book);
}

void
xlsx_close_sheet(struct book *book, size_t columns)
{
	lxw_row_t last = book->at.row > 0 ? book->at.row - 1 : 0;

	worksheet_autofilter(book->at.sheet, 0, 0, last, (lxw_col_t)(columns - 1));
}

void
xlsx_text(struct book *book, const char *text, lxw_format *format)
{
	lxw_error error = LXW_NO_ERROR;

	if (text != NULL && text[0] != '\0') {
		book->cell.len = 0;
		text_clean(&book->cell, text, CELL_MOST);
		error = worksheet_write_string(book->at.sheet, book->at.row, book->at.column,
					       book->cell.data, format);
	}
	if (error != LXW_NO_ERROR && book->error == LXW_NO_ERROR)
		book->error = error;
	book->at.column++;
}

void
xlsx_number(struct book *book, double number, lxw_format *format)
{
	lxw_error error = worksheet_write_number(book->at.sheet, book->at.row, book->at.column++,
						 number, format);

	if (error != LXW_NO_ERROR && book->error == LXW_NO_ERROR)
		book->error = error;
}

void
xlsx_time(struct book *book, const char *when)
{
	int64_t seconds;

	/* Days since 1899-12-30: Excel's serial dates. */
	if (when != NULL && time_read(when, &seconds) == 0)
		xlsx_number(book, (double)seconds / 86400 + 25569, book->time);
	else
		xlsx_text(book, when, book->text);
}

void
xlsx_coverage(struct book *book, const long counts[VERDICTS])
{
	double figure = coverage_figure(counts);

	if (figure < 0)
		xlsx_text(book, "–", book->text);
	else
		xlsx_number(book, figure, book->percent);
}

bool
xlsx_has_room(struct book *book)
{
	if (book->at.row < ROWS_MOST)
		return true;
	book->left_out++;
	return false;
}

void
xlsx_end_row(struct book *book)
{
	book->at.row++;
	book->at.column = 0;
}

lxw_format *
xlsx_severity(const struct book *book, const char *severity)
{
	for (int i = 0; i < SEVERITIES; i++)
		if (severity != NULL && strcmp(severity, severity_names[i]) == 0)
			return book->severities[i];
	return book->text;
}

static lxw_format *
make_format(struct book *book, lxw_color_t color, bool is_bold)
{
	lxw_format *format = workbook_add_format(book->file);

	format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
	format_set_font_name(format, "Arial");
	format_set_font_size(format, 10);
	if (color != LXW_COLOR_UNSET)
		format_set_font_color(format, color);
	if (is_bold)
		format_set_bold(format);
	return format;
}

static void
make_formats(struct book *book)
{
	static const lxw_color_t verdicts[VERDICTS] = { 0x25643a, 0xa8281c, 0x59636b,
							0x7f5200 };
	static const lxw_color_t severities[SEVERITIES] = { 0x86123a, 0xb1391a, 0x8a6000,
							    0x4d6272 };
	static const lxw_color_t states[CONTROL_STATES] = { 0x25643a, 0x25643a, 0xa8281c,
							    0x7f5200, 0x7f5200, 0x59636b,
							    0x59636b, 0x59636b };

	book->title = make_format(book, 0x17564f, false);
	format_set_font_name(book->title, "Times New Roman");
	format_set_font_size(book->title, 22);
	book->heading = make_format(book, 0x1c2329, true);
	format_set_bg_color(book->heading, 0xeceae3);
	format_set_bottom(book->heading, LXW_BORDER_THIN);
	format_set_text_wrap(book->heading);
	book->label = make_format(book, 0x4c565e, false);
	book->text = make_format(book, LXW_COLOR_UNSET, false);
	book->wrapped = make_format(book, LXW_COLOR_UNSET, false);
	format_set_text_wrap(book->wrapped);
	book->code = make_format(book, LXW_COLOR_UNSET, false);
	format_set_font_name(book->code, "Courier New");
	format_set_font_size(book->code, 9);
	book->number = make_format(book, LXW_COLOR_UNSET, false);
	format_set_num_format(book->number, "#,##0");
	book->percent = make_format(book, LXW_COLOR_UNSET, false);
	format_set_num_format(book->percent, "0.0%");
	book->time = make_format(book, LXW_COLOR_UNSET, false);
	format_set_num_format(book->time, "yyyy-mm-dd hh:mm:ss");
	for (int i = 0; i < VERDICTS; i++)
		book->verdicts[i] = make_format(book, verdicts[i], true);
	for (int i = 0; i < SEVERITIES; i++)
		book->severities[i] = make_format(book, severities[i], true);
	for (int i = 0; i < CONTROL_STATES; i++)
		book->states[i] = make_format(book, states[i], true);
}

/* The library keeps each sheet in a temporary file: beside the report, where there is
 * room for one. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? mem_text(".")
			     : mem_text_n(path, (size_t)(slash - path) + (slash == path));
}

/* Sheets stand in the order in which they are opened; the long ones are filled later. */
static int
open_sheets(struct book *book, struct err *err)
{
	book->cover = workbook_add_worksheet(book->file, "Cover");
	if (xlsx_summary(book, err) < 0 || xlsx_controls(book, err) < 0)
		return -1;
	xlsx_findings_open(book);
	if (xlsx_population(book, err) < 0 || xlsx_coverage_sheet(book, err) < 0 ||
	    xlsx_refused(book, err) < 0)
		return -1;
	xlsx_remediation_open(book);
	return xlsx_decisions(book, err) < 0 || xlsx_pages(book, err) < 0 ? -1 : 0;
}

static int
end(void *state, bool is_whole, struct err *err)
{
	struct book *book = state;
	int status = 0;
	lxw_error closed;

	if (is_whole) {
		xlsx_findings_close(book);
		status = xlsx_cover(book, book->cover, err);
	}
	closed = workbook_close(book->file);
	if (book->error == LXW_NO_ERROR)
		book->error = closed;
	if (is_whole && status == 0 && book->error != LXW_NO_ERROR)
		status = err_set(err, "cannot write workbook %s: %s", book->path,
				 lxw_strerror(book->error));
	buf_free(&book->cell);
	free(book->path);
	free(book);
	return status;
}

static void *
begin(struct facts *facts, const char *path, struct err *err)
{
	struct book *book = mem_get(sizeof(*book));
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	lxw_doc_properties properties = { .title =
						  "Security assessment of an AWS account",
					  .company = "Plumbline",
					  .author = "Plumbline" };
	char *folder = folder_of(path);
	int64_t when = 0;

	book->facts = facts;
	options.tmpdir = folder;
	book->file = workbook_new_opt(path, &options);
	free(folder);
	if (book->file == NULL) {
		err_set(err, "cannot begin workbook %s", path);
		free(book);
		return NULL;
	}
	book->path = mem_text(path);
	if (time_read(facts->started_at, &when) == 0)
		properties.created = (time_t)when;
	workbook_set_properties(book->file, &properties);
	make_formats(book);
	if (open_sheets(book, err) < 0) {
		end(book, false, NULL);
		return NULL;
	}
	return book;
}

static int
write_finding(void *state, const struct finding_row *row, struct err *err)
{
	(void)err;
	xlsx_finding(state, row);
	return 0;
}

const struct writer xlsx_writer = { begin, write_finding, end };
