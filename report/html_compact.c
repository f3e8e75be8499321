/* Findings of the HTML report that need no fix, as compact tables: passed, not
 * applicable, unknown. */

#include "report/pieces.h"

#define BUDGET 6000 /* rows of one verdict over all checks */
#define LEAST 10    /* of a check at any rate */
#define MOST 100

static void
open_rows(struct page *page, const struct finding_row *finding, long count,
	  const char *last)
{
	struct out *out = &page->out;

	html_open_check(page, "details", "rows", finding, count);
	out_text(out, "<summary>");
	html_severity(page, finding->severity);
	out_text(out, "<span class=\"t\">");
	out_html(out, finding->check != NULL ? finding->check->title : finding->check_id);
	out_print(out, "</span><b class=\"%s\">", finding->verdict);
	out_count(out, count);
	out_text(out, "</b></summary>\n<div class=\"more\"><code>");
	out_html(out, finding->check_id);
	out_print(
		out,
		"</code></div>\n<div class=\"wide\"><table class=\"sort list\"><thead><tr>"
		"<th scope=\"col\">Resource</th><th scope=\"col\">Region</th>"
		"<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
		last);
}

static void
close_rows(struct page *page, long count, long most)
{
	out_text(&page->out, "</tbody></table></div>\n");
	if (count > most) {
		out_text(&page->out, "<p class=\"more\">");
		out_count(&page->out, count - most);
		out_text(&page->out,
			 " more are in the workbook (report.xlsx), the CSV and JSON "
			 "reports and the evidence file.</p>\n");
	}
	out_text(&page->out, "</details>\n");
}

static void
write_row(struct page *page, const struct finding_row *finding)
{
	struct out *out = &page->out;
	const char *text = finding->kind == PASS || finding->reason == NULL
				   ? finding->observed
				   : finding->reason;

	out_text(out, "<tr data-r=\"");
	out_html(out, finding->region);
	out_text(out, "\"><th scope=\"row\">");
	html_arn(page, finding->resource);
	out_text(out, "</th><td class=\"k\">");
	out_html(out, finding->region);
	out_text(out, "</td><td><bdi>");
	out_html(out, text);
	out_text(out, "</bdi></td></tr>\n");
}

static long
count_of(const struct finding_row *finding)
{
	return finding->check != NULL ? finding->check->counts[finding->kind] : 1;
}

int
html_compact(struct page *page, enum verdict verdict, long most, struct err *err)
{
	struct findings findings;
	struct finding_row finding;
	char *check_id = NULL;
	long rows = 0, count = 0;
	int got;

	if (findings_open(&findings, page->facts, (int)verdict, err) < 0)
		return -1;
	out_text(&page->out, "<div class=\"lines\" data-g>\n");
	while ((got = findings_next(&findings, &finding, err)) == 1) {
		if (check_id == NULL || strcmp(check_id, finding.check_id) != 0) {
			if (check_id != NULL)
				close_rows(page, count, most);
			free(check_id);
			check_id = mem_text(finding.check_id);
			count = count_of(&finding);
			rows = 0;
			open_rows(page, &finding, count,
				  verdict == PASS ? "Observed" : "Reason");
		}
		if (rows++ < most)
			write_row(page, &finding);
	}
	if (check_id != NULL)
		close_rows(page, count, most);
	out_text(&page->out, "</div>\n");
	free(check_id);
	findings_close(&findings);
	return got;
}

static int
write_section(struct page *page, enum verdict verdict, const char *id, const char *title,
	      const char *lead, struct err *err)
{
	long checks = (long)page->facts->check_count;
	long most = checks > 0 ? BUDGET / checks : MOST;

	most = most < LEAST ? LEAST : most > MOST ? MOST : most;
	html_open(page, id, title);
	out_print(&page->out, "<p class=\"lead\">%s</p>\n", lead);
	if (html_compact(page, verdict, most, err) < 0)
		return -1;
	html_close(page);
	return 0;
}

int
html_passed(struct page *page, struct err *err)
{
	return write_section(
		page, PASS, "passed", "What passed",
		"Resources that are as expected, by check, with what was seen. Of long lists the "
		"first are shown; all are in the workbook.",
		err);
}

int
html_not_applicable(struct page *page, struct err *err)
{
	return write_section(
		page, NOT_APPLICABLE, "not-applicable",
		"Where the question does not arise",
		"Resources that a check looked at and that its question does not concern.",
		err);
}
