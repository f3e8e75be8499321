/* The summary of the HTML report: figures, and where the failures are. */

#include "report/pieces.h"

static void
write_figure(struct page *page, enum verdict verdict, const char *note)
{
	struct out *out = &page->out;

	out_print(out, "<div><dt>%s</dt><dd class=\"%s\">", verdict_titles[verdict],
		  verdict_names[verdict]);
	out_count(out, page->facts->totals[verdict]);
	out_print(out, "<small>%s</small></dd></div>\n", note);
}

static void
write_figures(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;
	char text[COVERAGE_ROOM];
	char *excepted = facts->excepted > 0 ? mem_print("%ld of them under an exception",
							 facts->excepted)
					     : mem_text("not as expected");

	out_text(out, "<dl class=\"fig\">\n");
	write_figure(page, FAIL, excepted);
	write_figure(page, UNKNOWN, "could not be assessed");
	write_figure(page, PASS, "as expected");
	write_figure(page, NOT_APPLICABLE, "the question does not arise");
	out_print(
		out,
		"<div><dt>Coverage</dt><dd>%s<small>of verdicts known: (passed + failed) / "
		"(passed + failed + unknown)</small></dd></div>\n</dl>\n",
		coverage_text(facts->totals, text));
	html_bar(page, facts->totals);
	out_text(
		out,
		"<p class=\"key\"><span class=\"fail\">failed</span><span class=\"unknown\">unknown</span>"
		"<span class=\"pass\">passed</span><span class=\"not_applicable\">not applicable</span></p>\n");
	free(excepted);
}

static void
open_table(struct page *page, const char *caption, const char *first, bool has_bar)
{
	out_print(
		&page->out,
		"<div class=\"wide\"><table class=\"sort\"><caption>%s</caption><thead><tr>"
		"<th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">Failed</th>"
		"<th scope=\"col\" class=\"n\">Unknown</th><th scope=\"col\" class=\"n\">Passed</th>",
		caption, first);
	out_text(&page->out, has_bar ? "<td></td></tr></thead>\n<tbody>\n"
				     : "</tr></thead>\n<tbody>\n");
}

static void
write_cells(struct page *page, const long counts[VERDICTS])
{
	html_count_cell(page, counts[FAIL], "fail");
	html_count_cell(page, counts[UNKNOWN], "unknown");
	html_count_cell(page, counts[PASS], "");
}

static void
write_by_severity(struct page *page)
{
	struct out *out = &page->out;

	open_table(page, "By severity", "Severity", true);
	for (int i = 0; i < SEVERITIES; i++) {
		const long *counts = page->facts->by_severity[i];

		out_print(out, "<tr><th scope=\"row\" data-k=\"%d\">", i);
		html_severity(page, severity_names[i]);
		out_text(out, "</th>");
		write_cells(page, counts);
		out_text(out, "<td>");
		html_bar(page, counts);
		out_text(out, "</td></tr>\n");
	}
	out_text(out, "</tbody></table></div>\n");
}

static int
write_row(struct facts *facts, sqlite3_stmt *row)
{
	struct page *page = facts->user;
	long counts[VERDICTS] = { 0 };

	for (int i = 0; i < VERDICTS; i++)
		counts[i] = (long)sqlite3_column_int64(row, 1 + i);
	out_text(&page->out, "<tr><th scope=\"row\">");
	out_html(&page->out, (const char *)sqlite3_column_text(row, 0));
	out_text(&page->out, "</th>");
	write_cells(page, counts);
	out_text(&page->out, "<td>");
	html_bar(page, counts);
	out_text(&page->out, "</td></tr>\n");
	return 0;
}

#define SUMS                                                                              \
	"sum(verdict = 'pass'), sum(verdict = 'fail'), sum(verdict = 'not_applicable'), " \
	"sum(verdict = 'unknown') "

/* The checks with the most to mend, as links. */
static void
write_worst(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;
	int shown = 0;

	open_table(page, "Most severe failed checks",
		   "Severity</th><th scope=\"col\">Check", false);
	for (size_t i = 0; i < facts->check_count && shown < 10; i++) {
		const struct check_row *check = &facts->checks[i];

		if (check->counts[FAIL] == 0)
			continue;
		shown++;
		out_print(out, "<tr><td data-k=\"%d\">", check->rank);
		html_severity(page, check->severity);
		out_text(out, "</td><th scope=\"row\"><a href=\"#fail-");
		out_html(out, check->id);
		out_text(out, "\">");
		out_html(out, check->title);
		out_text(out, "</a></th>");
		write_cells(page, check->counts);
		out_text(out, "</tr>\n");
	}
	out_text(out, "</tbody></table></div>\n");
}

int
html_summary(struct page *page, struct err *err)
{
	struct out *out = &page->out;

	html_open(page, "summary", "Summary");
	write_figures(page);
	out_text(out, "<div class=\"two\">\n<div>\n");
	write_by_severity(page);
	out_text(out, "<div class=\"gap\"></div>\n");
	open_table(page, "By region", "Region", true);
	if (facts_each(page->facts, err,
		       "SELECT region, " SUMS
		       "FROM finding GROUP BY 1 ORDER BY 3 DESC, 1",
		       write_row) < 0)
		return -1;
	out_text(out, "</tbody></table></div>\n</div>\n<div>\n");
	open_table(page, "By service", "Service", true);
	if (facts_each(page->facts, err,
		       "SELECT p.service, " SUMS
		       "FROM finding f JOIN check_page p ON p.check_id = f.check_id "
		       "GROUP BY 1 ORDER BY 3 DESC, 1",
		       write_row) < 0)
		return -1;
	out_text(out, "</tbody></table></div>\n</div>\n</div>\n");
	if (page->facts->totals[FAIL] > 0) {
		out_text(out, "<div class=\"gap\"></div>\n");
		write_worst(page);
	}
	html_close(page);
	return 0;
}
