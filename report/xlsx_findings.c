/* The long sheets of the workbook: all findings, and the fix of each that failed. */

#include "report/xlsx.h"

int
xlsx_findings(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Verdict", 13 },    { "Severity", 11 }, { "Check", 46 },
		{ "Title", 60 },      { "Service", 14 },  { "Account", 15 },
		{ "Region", 16 },     { "Resource", 70 }, { "Type", 26 },
		{ "Observed", 60 },   { "Reason", 50 },	  { "Exception", 18 },
		{ "First seen", 21 }, { "Finding", 34 },
	};
	struct findings findings;
	struct finding_row row;
	int got;

	xlsx_open_sheet(book, "Findings", columns, COUNT(columns));
	if (findings_open(&findings, book->facts, ANY_VERDICT, err) < 0)
		return -1;
	while ((got = findings_next(&findings, &row, err)) == 1) {
		if (!xlsx_has_room(book))
			continue;
		xlsx_text(book, row.verdict, book->verdicts[row.kind]);
		xlsx_text(book, row.severity, xlsx_severity(book, row.severity));
		xlsx_text(book, row.check_id, book->text);
		xlsx_text(book, row.check != NULL ? row.check->title : NULL, book->text);
		xlsx_text(book, row.check != NULL ? row.check->service : NULL,
			  book->text);
		xlsx_text(book, row.account_id, book->text);
		xlsx_text(book, row.region, book->text);
		xlsx_text(book, row.resource, book->text);
		xlsx_text(book, row.type, book->text);
		xlsx_text(book, row.observed, book->text);
		xlsx_text(book, row.reason, book->text);
		xlsx_text(book, row.exception, book->text);
		xlsx_text(book, row.first_seen, book->text);
		xlsx_text(book, row.id, book->code);
		xlsx_end_row(book);
	}
	findings_close(&findings);
	xlsx_close_sheet(book, COUNT(columns));
	return got;
}

static void
write_fixes(struct book *book, struct remedy *remedy, const struct finding_row *row)
{
	bool has_row = remedy_read(remedy, row);

	for (int i = 0; i < FILL_LANGUAGES; i++) {
		struct buf text = { 0 };

		if (has_row && remedy_fill(remedy, row, (enum fill_language)i, &text))
			xlsx_text(book, text.data, book->code);
		else
			xlsx_text(book, remedy->troubles[i], book->text);
		buf_free(&text);
	}
}

int
xlsx_remediation(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Severity", 11 },
		{ "Check", 46 },
		{ "Title", 60 },
		{ "Account", 15 },
		{ "Region", 16 },
		{ "Resource", 70 },
		{ "Observed", 60 },
		{ "What to do", 50 },
		{ "AWS CLI (sh)", 80 },
		{ "Terraform (hcl)", 80 },
		{ "CloudFormation (yaml)", 80 },
		{ "Finding", 34 },
	};
	struct remedy remedy = { 0 };
	struct findings findings;
	struct finding_row row;
	int got;

	xlsx_open_sheet(book, "Remediation", columns, COUNT(columns));
	if (findings_open(&findings, book->facts, FAIL, err) < 0)
		return -1;
	while ((got = findings_next(&findings, &row, err)) == 1) {
		if (!xlsx_has_room(book))
			continue;
		remedy_of(&remedy, book->facts, &row);
		xlsx_text(book, row.severity, xlsx_severity(book, row.severity));
		xlsx_text(book, row.check_id, book->text);
		xlsx_text(book, row.check != NULL ? row.check->title : NULL, book->text);
		xlsx_text(book, row.account_id, book->text);
		xlsx_text(book, row.region, book->text);
		xlsx_text(book, row.resource, book->text);
		xlsx_text(book, row.observed, book->text);
		xlsx_text(book, row.check != NULL ? row.check->fix_text : NULL,
			  book->text);
		write_fixes(book, &remedy, &row);
		xlsx_text(book, row.id, book->code);
		xlsx_end_row(book);
	}
	remedy_close(&remedy);
	findings_close(&findings);
	xlsx_close_sheet(book, COUNT(columns));
	return got;
}
