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
most_failed_first(const void *a, const void *b)
{
	const struct tally *left = a, *right = b;

	if (left->counts[FAIL] != right->counts[FAIL])
		return left->counts[FAIL] < right->counts[FAIL] ? 1 : -1;
	return strcmp(left->name, right->name);
}

static void
write_by(struct page *page, enum tally_kind kind)
{
	const struct facts *facts = page->facts;
	struct tally *rows = mem_get((facts->tally_count + 1) * sizeof(*rows));
	struct out *out = &page->out;
	size_t count = 0;

	for (size_t i = 0; i < facts->tally_count; i++)
		if (facts->tallies[i].kind == kind)
			rows[count++] = facts->tallies[i];
	qsort(rows, count, sizeof(*rows), most_failed_first);
	for (size_t i = 0; i < count; i++) {
		out_text(out, "<tr><th scope=\"row\">");
		out_html(out, rows[i].name);
		out_text(out, "</th>");
		write_cells(page, rows[i].counts);
		out_text(out, "<td>");
		html_bar(page, rows[i].counts);
		out_text(out, "</td></tr>\n");
	}
	free(rows);
}

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

	(void)err;
	html_open(page, "summary", "Summary");
	write_figures(page);
	out_text(out, "<div class=\"two\">\n<div>\n");
	write_by_severity(page);
	out_text(out, "<div class=\"gap\"></div>\n");
	open_table(page, "By region", "Region", true);
	write_by(page, BY_REGION);
	out_text(out, "</tbody></table></div>\n</div>\n<div>\n");
	open_table(page, "By service", "Service", true);
	write_by(page, BY_SERVICE);
	out_text(out, "</tbody></table></div>\n</div>\n</div>\n");
	if (page->facts->totals[FAIL] > 0) {
		out_text(out, "<div class=\"gap\"></div>\n");
		write_worst(page);
	}
	html_close(page);
	return 0;
}
