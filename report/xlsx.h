/* The workbook under way, inside the XLSX report only. */

#ifndef PLUMBLINE_REPORT_XLSX_H
#define PLUMBLINE_REPORT_XLSX_H

#include <xlsxwriter.h>

#include "report/pieces.h"

/* A column of a sheet, in the order of its cells. */
struct xlsx_column {
	const char *title;
	double width; /* in characters */
};

struct xlsx_sheet {
	lxw_worksheet *sheet;
	lxw_row_t row;	  /* next to write */
	lxw_col_t column; /* next to write in it */
};

struct book {
	const struct facts *facts;
	lxw_workbook *file;
	lxw_worksheet *cover;
	char *path;
	struct xlsx_sheet at; /* under way */
	struct xlsx_sheet findings, remediation;
	lxw_format *title, *heading, *label, *text, *wrapped, *code, *number, *percent,
		*time;
	lxw_format *verdicts[VERDICTS], *severities[SEVERITIES], *states[CONTROL_STATES];
	struct buf cell; /* for cleaning */
	lxw_error error; /* the first; 0: none */
	long left_out;	 /* rows past what a sheet holds */
};

/* A new sheet with a frozen line of headings. */
void xlsx_open_sheet(struct book *book, const char *name,
		     const struct xlsx_column *columns, size_t count);
/* Filters over all rows written. */
void xlsx_close_sheet(struct book *book, size_t columns);
/* A time of the evidence file as a date that a spreadsheet can sort. */
void xlsx_time(struct book *book, const char *when);
/* The next cells of the row. NULL: left empty. Text is never a formula. */
void xlsx_text(struct book *book, const char *text, lxw_format *format);
void xlsx_number(struct book *book, double number, lxw_format *format);
void xlsx_coverage(struct book *book, const long counts[VERDICTS]);
/* False where the sheet is full: the row is counted as left out, and not to be written.
 */
bool xlsx_has_room(struct book *book);
void xlsx_end_row(struct book *book);
lxw_format *xlsx_severity(const struct book *book, const char *severity);

/* The long sheets, whose rows come one by one. */
void xlsx_findings_open(struct book *book);
void xlsx_remediation_open(struct book *book);
void xlsx_finding(struct book *book, const struct finding_row *row);
void xlsx_findings_close(struct book *book);

int xlsx_cover(struct book *book, lxw_worksheet *cover, struct err *err);
int xlsx_summary(struct book *book, struct err *err);
int xlsx_controls(struct book *book, struct err *err);
int xlsx_population(struct book *book, struct err *err);
int xlsx_coverage_sheet(struct book *book, struct err *err);
int xlsx_refused(struct book *book, struct err *err);
int xlsx_decisions(struct book *book, struct err *err);
int xlsx_pages(struct book *book, struct err *err);

#endif
