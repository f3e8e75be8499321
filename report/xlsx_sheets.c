/* The sheets of the workbook that are told from the facts: cover, summary, controls,
 * population, gaps, pages. */

#include "report/xlsx.h"

/* The book of the rows that facts_each() gives: the facts are its own, beside it on the
 * way. */
struct told {
	struct facts facts; /* first: a copy, whose arena is not freed here */
	struct book *book;
};

static int
tell(struct book *book, struct err *err, const char *sql,
     int (*each)(struct facts *facts, sqlite3_stmt *row))
{
	struct told told = { .facts = *book->facts, .book = book };
	int status;

	told.facts.arena = (struct arena){ 0 };
	status = facts_each(&told.facts, err, sql, each);
	arena_free(&told.facts.arena);
	return status;
}

static struct book *
book_of(struct facts *facts)
{
	return ((struct told *)facts)->book;
}

static const char *
text_of(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

static void
cover_line(struct book *book, const char *name, const char *text)
{
	book->at.column = 0;
	xlsx_text(book, name, book->label);
	xlsx_text(book, text != NULL ? text : "–", book->text);
	xlsx_end_row(book);
}

static void
cover_count(struct book *book, const char *name, long count, lxw_format *format)
{
	xlsx_text(book, name, format);
	xlsx_number(book, (double)count, book->number);
	xlsx_end_row(book);
}

static void
cover_verdicts(struct book *book)
{
	const struct facts *facts = book->facts;

	book->at.row++;
	cover_count(book, "Unknown", facts->totals[UNKNOWN], book->verdicts[UNKNOWN]);
	cover_count(book, "Failed", facts->totals[FAIL], book->verdicts[FAIL]);
	cover_count(book, "Passed", facts->totals[PASS], book->verdicts[PASS]);
	cover_count(book, "Not applicable", facts->totals[NOT_APPLICABLE],
		    book->verdicts[NOT_APPLICABLE]);
	cover_count(book, "Findings", facts->findings, book->label);
	if (facts->excepted > 0)
		cover_count(book, "Failed, under an exception", facts->excepted,
			    book->label);
	xlsx_text(book, "Coverage: (passed + failed) / (passed + failed + unknown)",
		  book->label);
	xlsx_coverage(book, facts->totals);
	xlsx_end_row(book);
}

int
xlsx_cover(struct book *book, lxw_worksheet *cover, struct err *err)
{
	const struct facts *facts = book->facts;

	(void)err;
	book->at.sheet = cover;
	book->at.row = 0;
	book->at.column = 0;
	worksheet_set_column(cover, 0, 0, 52, NULL);
	worksheet_set_column(cover, 1, 1, 90, NULL);
	worksheet_gridlines(cover, LXW_HIDE_ALL_GRIDLINES);
	xlsx_text(book, "Security assessment", book->title);
	book->at.row += 2;
	cover_line(book, "AWS account", facts->account_id);
	if (facts->alias != NULL)
		cover_line(book, "Name", facts->alias);
	cover_line(book, "Started", facts->started_at);
	cover_line(book, "Finished", facts->finished_at);
	cover_line(book, "State", facts->state);
	cover_line(book, "Caller", facts->caller);
	cover_count(book, "Regions", (long)facts->region_count, book->label);
	cover_count(book, "Checks", (long)facts->check_count, book->label);
	cover_count(book, "API calls, all of them reads", facts->calls, book->label);
	cover_count(book, "of which refused", facts->refused_calls, book->label);
	cover_line(book, "Root hash of the evidence", facts->root_hash);
	cover_line(book, "Collected by Plumbline", facts->version);
	cover_line(book, "Written by Plumbline", facts->source->version);
	cover_verdicts(book);
	book->at.row++;
	cover_line(book, "To verify", "plumbline verify evidence.db");
	cover_line(book, "To judge again", "plumbline evaluate evidence.db --output DIR");
	cover_line(
		book, "Sheets",
		"Summary, Controls, Findings (all), Population (by check), Coverage (by check and "
		"region), Refused (what would settle it), Remediation (filled fixes), Decisions, Pages (why "
		"and what to do, by check)");
	if (book->left_out > 0) {
		char *note = mem_print(
			"%ld rows are more than a sheet holds: the CSV report has them all",
			book->left_out);

		cover_line(book, "Left out", note);
		free(note);
	}
	return 0;
}

static void
summary_row(struct book *book, const char *by, const char *name,
	    const long counts[VERDICTS])
{
	xlsx_text(book, by, book->text);
	xlsx_text(book, name, book->text);
	xlsx_number(book, (double)counts[FAIL], book->number);
	xlsx_number(book, (double)counts[UNKNOWN], book->number);
	xlsx_number(book, (double)counts[PASS], book->number);
	xlsx_number(book, (double)counts[NOT_APPLICABLE], book->number);
	xlsx_coverage(book, counts);
	xlsx_end_row(book);
}

static void
summary_of(struct book *book, const char *by, enum tally_kind kind)
{
	const struct facts *facts = book->facts;

	for (size_t i = 0; i < facts->tally_count; i++)
		if (facts->tallies[i].kind == kind)
			summary_row(book, by, facts->tallies[i].name,
				    facts->tallies[i].counts);
}

int
xlsx_summary(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "By", 14 },	    { "Value", 28 },  { "Failed", 12 },
		{ "Unknown", 12 },  { "Passed", 12 }, { "Not applicable", 16 },
		{ "Coverage", 12 },
	};

	(void)err;
	xlsx_open_sheet(book, "Summary", columns, COUNT(columns));
	for (int i = 0; i < SEVERITIES; i++)
		summary_row(book, "severity", severity_names[i],
			    book->facts->by_severity[i]);
	summary_of(book, "service", BY_SERVICE);
	summary_of(book, "region", BY_REGION);
	if (book->facts->accounts > 1)
		summary_of(book, "account", BY_ACCOUNT);
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

static void
control_row(struct book *book, const struct control_row *control)
{
	const struct facts *facts = book->facts;
	struct buf checks = { 0 };

	for (size_t i = 0; i < control->link_count; i++) {
		const struct control_link *link = &facts->links[control->first_link + i];

		buf_print(&checks, "%s%s", checks.len > 0 ? "\n" : "", link->check_id);
		if (strcmp(link->extent, "full") != 0)
			buf_print(&checks, " (%s)", link->extent);
		if (link->check == NULL)
			buf_text(&checks, " (did not run)");
	}
	xlsx_text(book, control->framework, book->text);
	xlsx_text(book, control->number, book->text);
	xlsx_text(book, control->title, book->wrapped);
	xlsx_text(book, control->kind, book->text);
	xlsx_text(book, control_titles[control->state], book->states[control->state]);
	xlsx_number(book, (double)control->counts[FAIL], book->number);
	xlsx_number(book, (double)control->counts[UNKNOWN], book->number);
	xlsx_number(book, (double)control->counts[PASS], book->number);
	xlsx_number(book, (double)control->counts[NOT_APPLICABLE], book->number);
	xlsx_text(book, checks.data, book->wrapped);
	xlsx_end_row(book);
	buf_free(&checks);
}

int
xlsx_controls(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Framework", 22 }, { "Control", 14 }, { "It asks that", 60 },
		{ "Kind", 12 },	     { "Status", 16 },	{ "Failed", 10 },
		{ "Unknown", 10 },   { "Passed", 10 },	{ "Not applicable", 14 },
		{ "Checks", 60 },
	};

	(void)err;
	xlsx_open_sheet(book, "Controls", columns, COUNT(columns));
	for (size_t i = 0; i < book->facts->control_count; i++)
		control_row(book, &book->facts->controls[i]);
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

static int
population_row(struct facts *facts, sqlite3_stmt *row)
{
	struct book *book = book_of(facts);
	const struct check_row *check = facts_check(book->facts, text_of(row, 0));
	long all = 0, counted = (long)sqlite3_column_int64(row, 1);

	if (check == NULL)
		return 0;
	for (int i = 0; i < VERDICTS; i++)
		all += check->counts[i];
	xlsx_text(book, check->id, book->text);
	xlsx_text(book, check->title, book->text);
	xlsx_text(book, check->severity, xlsx_severity(book, check->severity));
	xlsx_text(book, check->service, book->text);
	xlsx_text(book, check->resource, book->text);
	xlsx_number(book, (double)counted, book->number);
	for (int i = 0; i < VERDICTS; i++)
		xlsx_number(book, (double)check->counts[i], book->number);
	xlsx_text(book, counted == all ? "yes" : "NO",
		  counted == all ? book->text : book->verdicts[FAIL]);
	xlsx_coverage(book, check->counts);
	xlsx_end_row(book);
	return 0;
}

int
xlsx_population(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Check", 46 },   { "Title", 70 },   { "Severity", 11 },
		{ "Service", 16 }, { "Table", 26 },   { "Resources", 12 },
		{ "Passed", 10 },  { "Failed", 10 },  { "Not applicable", 14 },
		{ "Unknown", 10 }, { "Adds up", 10 }, { "Coverage", 11 },
	};

	xlsx_open_sheet(book, "Population", columns, COUNT(columns));
	if (tell(book, err,
		 "SELECT p.check_id, (SELECT coalesce(sum(population), 0) FROM coverage c "
		 "WHERE c.check_id = p.check_id) FROM check_page p ORDER BY 1",
		 population_row) < 0)
		return -1;
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

static int
coverage_row(struct facts *facts, sqlite3_stmt *row)
{
	struct book *book = book_of(facts);
	long counts[VERDICTS];

	if (!xlsx_has_room(book))
		return 0;
	xlsx_text(book, text_of(row, 0), book->text);
	xlsx_text(book, check_title(book->facts, text_of(row, 0)), book->text);
	xlsx_text(book, text_of(row, 1), book->text);
	xlsx_text(book, text_of(row, 7), book->text);
	xlsx_number(book, sqlite3_column_double(row, 2), book->number);
	for (int i = 0; i < VERDICTS; i++) {
		counts[i] = (long)sqlite3_column_int64(row, 3 + i);
		xlsx_number(book, (double)counts[i], book->number);
	}
	xlsx_coverage(book, counts);
	xlsx_end_row(book);
	return 0;
}

int
xlsx_coverage_sheet(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Check", 46 },    { "Title", 70 },	      { "Region", 18 },
		{ "State", 16 },    { "Resources", 12 },      { "Passed", 10 },
		{ "Failed", 10 },   { "Not applicable", 14 }, { "Unknown", 10 },
		{ "Coverage", 11 },
	};

	xlsx_open_sheet(book, "Coverage", columns, COUNT(columns));
	if (tell(book, err,
		 "SELECT check_id, region, population, pass, fail, not_applicable, unknown, state "
		 "FROM coverage ORDER BY check_id, region",
		 coverage_row) < 0)
		return -1;
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

int
xlsx_refused(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Operation", 40 },	     { "Error", 30 },
		{ "Regions", 40 },	     { "Calls", 10 },
		{ "Verdicts in doubt", 12 }, { "IAM action", 40 },
		{ "What settles it", 70 },   { "Message", 80 },
	};
	const struct facts *facts = book->facts;

	(void)err;
	xlsx_open_sheet(book, "Refused", columns, COUNT(columns));
	for (size_t i = 0; i < facts->refusal_count; i++) {
		const struct refusal *refusal = &facts->refusals[i];

		xlsx_text(book, refusal->operation, book->text);
		xlsx_text(book, refusal->error, book->text);
		xlsx_text(book, refusal->regions, book->wrapped);
		xlsx_number(book, (double)refusal->calls, book->number);
		xlsx_number(book, (double)refusal->verdicts, book->number);
		xlsx_text(book, refusal->action, book->text);
		xlsx_text(book, refusal->remedy, book->wrapped);
		xlsx_text(book, refusal->message, book->wrapped);
		xlsx_end_row(book);
	}
	for (size_t i = 0; i < facts->question_count; i++) {
		const struct open_question *question = &facts->questions[i];

		xlsx_text(book, question->check_id, book->text);
		xlsx_text(book, "not to be told from the evidence", book->text);
		book->at.column = 4;
		xlsx_number(book, (double)question->verdicts, book->number);
		book->at.column = 7;
		xlsx_text(book, question->reason, book->wrapped);
		xlsx_end_row(book);
	}
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

static int
decision_row(struct facts *facts, sqlite3_stmt *row)
{
	struct book *book = book_of(facts);

	xlsx_text(book, text_of(row, 0), book->text);
	xlsx_text(book, text_of(row, 1), book->text);
	xlsx_text(book, text_of(row, 2), book->wrapped);
	xlsx_number(book, sqlite3_column_double(row, 3), book->number);
	xlsx_end_row(book);
	return 0;
}

int
xlsx_decisions(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Kind", 14 },
		{ "Id", 30 },
		{ "What was decided", 120 },
		{ "Findings", 12 },
	};

	xlsx_open_sheet(book, "Decisions", columns, COUNT(columns));
	if (tell(book, err,
		 "SELECT 'exception', e.id, e.document, coalesce(n.n, 0) FROM exception e LEFT JOIN "
		 "(SELECT exception_id x, count(*) n FROM finding WHERE exception_id IS NOT NULL "
		 "GROUP BY 1) n ON n.x = e.id ORDER BY e.id",
		 decision_row) < 0 ||
	    tell(book, err,
		 "SELECT 'attestation', id, document, 0 FROM attestation ORDER BY id",
		 decision_row) < 0)
		return -1;
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}

int
xlsx_pages(struct book *book, struct err *err)
{
	static const struct xlsx_column columns[] = {
		{ "Check", 46 },    { "Title", 70 },
		{ "Severity", 11 }, { "Service", 16 },
		{ "Why", 90 },	    { "What to do", 90 },
		{ "Parameters", 30 }, { "See", 50 },
		{ "SHA-256 of the page", 68 }, { "Trouble", 40 },
	};

	(void)err;
	xlsx_open_sheet(book, "Pages", columns, COUNT(columns));
	for (size_t i = 0; i < book->facts->check_count; i++) {
		const struct check_row *check = book->facts->by_id[i];

		xlsx_text(book, check->id, book->text);
		xlsx_text(book, check->title, book->wrapped);
		xlsx_text(book, check->severity, xlsx_severity(book, check->severity));
		xlsx_text(book, check->service, book->text);
		xlsx_text(book, check->why, book->wrapped);
		xlsx_text(book, check->fix_text, book->wrapped);
		xlsx_text(book, check->parameters, book->text);
		xlsx_text(book, check->see, book->wrapped);
		xlsx_text(book, check->sha256, book->code);
		xlsx_text(book, check->error, book->wrapped);
		xlsx_end_row(book);
	}
	xlsx_close_sheet(book, COUNT(columns));
	return 0;
}
