/* The long sheets of the workbook: all findings, and the fix of each that failed. */

#include "report/xlsx.h"

static const struct xlsx_column finding_columns[] = {
	{ "Verdict", 13 },  { "Severity", 11 },	  { "Check", 46 },
	{ "Title", 60 },    { "Region", 16 },	  { "Resource", 70 },
	{ "Observed", 60 }, { "Reason", 50 },	  { "Exception", 18 },
	{ "First seen", 17 }, { "Finding", 34 },  { "Account", 15 },
};

/* What the row of the same finding in the first of the sheets says is not said again. */
static const struct xlsx_column remediation_columns[] = {
	{ "Severity", 11 },
	{ "Check", 46 },
	{ "Region", 16 },
	{ "Resource", 70 },
	{ "AWS CLI (sh)", 80 },
	{ "Terraform (hcl)", 80 },
	{ "CloudFormation (yaml)", 80 },
	{ "Finding", 34 },
};

/* The last column is there where it tells something: the cover names a single account. */
static size_t
finding_column_count(const struct book *book)
{
	return COUNT(finding_columns) - (book->facts->accounts > 1 ? 0 : 1);
}

void
xlsx_findings_open(struct book *book)
{
	xlsx_open_sheet(book, "Findings", finding_columns, finding_column_count(book));
	book->findings = book->at;
}

void
xlsx_remediation_open(struct book *book)
{
	xlsx_open_sheet(book, "Remediation", remediation_columns,
			COUNT(remediation_columns));
	book->remediation = book->at;
}

static void
write_finding(struct book *book, const struct finding_row *row)
{
	xlsx_text(book, row->verdict, book->verdicts[row->kind]);
	xlsx_text(book, row->severity, xlsx_severity(book, row->severity));
	xlsx_text(book, row->check_id, book->text);
	xlsx_text(book, row->check != NULL ? row->check->title : NULL, book->text);
	xlsx_text(book, row->region, book->text);
	xlsx_text(book, row->resource, book->text);
	xlsx_text(book, row->observed, book->text);
	xlsx_text(book, row->reason, book->text);
	xlsx_text(book, row->exception, book->text);
	xlsx_time(book, row->first_seen);
	xlsx_text(book, row->id, book->code);
	if (book->facts->accounts > 1)
		xlsx_text(book, row->account_id, book->text);
	xlsx_end_row(book);
}

static void
write_remediation(struct book *book, const struct finding_row *row)
{
	xlsx_text(book, row->severity, xlsx_severity(book, row->severity));
	xlsx_text(book, row->check_id, book->text);
	xlsx_text(book, row->region, book->text);
	xlsx_text(book, row->resource, book->text);
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (row->fixes[i] != NULL)
			xlsx_text(book, row->fixes[i], book->code);
		else
			xlsx_text(book,
				  row->remedy != NULL ? row->remedy->troubles[i] : NULL,
				  book->text);
	xlsx_text(book, row->id, book->code);
	xlsx_end_row(book);
}

void
xlsx_finding(struct book *book, const struct finding_row *row)
{
	book->at = book->findings;
	if (xlsx_has_room(book))
		write_finding(book, row);
	book->findings = book->at;
	if (row->kind != FAIL)
		return;
	book->at = book->remediation;
	if (xlsx_has_room(book))
		write_remediation(book, row);
	book->remediation = book->at;
}

void
xlsx_findings_close(struct book *book)
{
	book->at = book->findings;
	xlsx_close_sheet(book, finding_column_count(book));
	book->at = book->remediation;
	xlsx_close_sheet(book, COUNT(remediation_columns));
}
