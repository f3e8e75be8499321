/* The failed findings of the HTML report, by check, each resource with its filled fix. */

#include "report/pieces.h"

#define ROWS_MOST 2000 /* failed resources shown for a check */
#define FIXES_MOST 25  /* of them with their fix */
#define ROWS_OPEN 20   /* shown without opening */

static const char *const tab_names[FILL_LANGUAGES] = { "AWS CLI", "Terraform",
						       "CloudFormation" };

static long
failed_of(const struct page *page)
{
	return page->group.check != NULL ? page->group.check->counts[FAIL] : 0;
}

static void
write_controls_of(struct page *page, const struct check_row *check)
{
	const struct facts *facts = page->facts;
	const char *framework = NULL;

	for (size_t i = 0; i < facts->control_count; i++) {
		const struct control_row *control = &facts->controls[i];

		for (size_t j = 0; j < control->link_count; j++) {
			if (facts->links[control->first_link + j].check != check)
				continue;
			if (framework == NULL ||
			    strcmp(framework, control->framework) != 0) {
				out_text(&page->out,
					 framework != NULL ? "</span><span>" : "<span>");
				framework = control->framework;
				out_html(&page->out, framework);
				out_text(&page->out, " ");
			} else {
				out_text(&page->out, ", ");
			}
			out_html(&page->out, control->number);
		}
	}
	if (framework != NULL)
		out_text(&page->out, "</span>");
}

static void
write_links(struct page *page, const char *see)
{
	struct out *out = &page->out;
	const char *link, *at = see;
	size_t len;

	while ((link = see_next(&at, &len)) != NULL) {
		char *url = mem_text_n(link, len);

		out_text(out, "<p class=\"more\">See <a rel=\"noreferrer\" href=\"");
		out_html(out, url);
		out_text(out, "\">");
		out_html(out, url);
		out_text(out, "</a></p>\n");
		free(url);
	}
}

static void
write_head_of(struct page *page, const struct finding_row *finding)
{
	const struct check_row *check = page->group.check;
	struct out *out = &page->out;
	long assessed = check != NULL ? check->counts[FAIL] + check->counts[PASS] : 0;

	html_open_check(page, "article", "check", finding, failed_of(page));
	out_text(out, "<div class=\"head\"><h4>");
	out_html(out, check != NULL ? check->title : finding->check_id);
	out_text(out, "</h4><span class=\"count\"><b class=\"fail\">");
	out_count(out, failed_of(page));
	out_text(out, "</b> of ");
	out_count(out, assessed);
	out_text(out, " failed</span>\n<div class=\"id\">");
	html_severity(page, finding->severity);
	out_text(out, "<code>");
	out_html(out, finding->check_id);
	out_text(out, "</code>");
	if (check != NULL)
		write_controls_of(page, check);
	out_text(out, "</div></div>\n<div class=\"body\">");
	if (check != NULL) {
		html_markdown(page, check->why);
		if (check->fix_text != NULL && check->fix_text[0] != '\0') {
			out_text(out, "<p class=\"lab\">How to fix it</p>\n");
			html_markdown(page, check->fix_text);
		}
		write_links(page, check->see);
	}
	for (int i = 0; i < FILL_LANGUAGES; i++)
		if (finding->remedy != NULL && finding->remedy->troubles[i] != NULL) {
			out_text(out, "<p class=\"bad card\">");
			out_html(out, finding->remedy->troubles[i]);
			out_text(out, "</p>\n");
		}
	out_text(out, "</div>\n");
}

static void
open_group(struct page *page, const struct finding_row *finding)
{
	struct out *out = &page->out;
	long failed;

	page->group.check = finding->check;
	page->group.check_id = mem_text(finding->check_id);
	page->group.rows = 0;
	page->group.has_fixes = finding->remedy != NULL && finding->remedy->has_any;
	failed = failed_of(page);
	write_head_of(page, finding);
	out_print(out, "<details class=\"rows\"%s><summary>",
		  failed <= ROWS_OPEN ? " open" : "");
	out_count(out, failed < ROWS_MOST ? failed : ROWS_MOST);
	out_print(
		out,
		" failed %s</summary>\n<div class=\"wide\"><table class=\"sort list\"><thead><tr>"
		"<th scope=\"col\">Resource</th><th scope=\"col\">Region</th>"
		"<th scope=\"col\">Observed</th></tr></thead>\n",
		html_plural(failed, "resource", "resources"));
}

static void
close_group(struct page *page)
{
	struct out *out = &page->out;
	long failed = failed_of(page);

	if (page->group.check_id == NULL)
		return;
	out_text(out, "</table></div></details>\n");
	if (failed > ROWS_MOST) {
		out_text(out, "<p class=\"more body\">");
		out_count(out, failed - ROWS_MOST);
		out_text(
			out,
			" more are in the workbook (report.xlsx), the CSV and JSON reports and "
			"the evidence file.</p>\n");
	}
	if (failed > FIXES_MOST && page->group.has_fixes) {
		out_print(
			out,
			"<p class=\"more body\">Fixes are shown for the first %d resources; "
			"those of all of them are in the sheet Remediation of report.xlsx and in "
			"<code>plumbline report --format fixes</code>.</p>\n",
			FIXES_MOST);
	}
	out_text(out, "</article>\n");
	free(page->group.check_id);
	page->group.check_id = NULL;
}

static void
write_fix(struct page *page, const struct finding_row *finding)
{
	struct out *out = &page->out;
	long serial = ++page->serial;
	bool is_first = true;

	out_text(out, "<tr class=\"x\"><td colspan=\"3\"><details><summary>Fix</summary>"
		      "<div class=\"tabs\">");
	for (int i = 0; i < FILL_LANGUAGES; i++) {
		if (finding->fixes[i] == NULL)
			continue;
		out_print(out,
			  "<input type=\"radio\" name=\"t%ld\" id=\"t%ld%c\"%s>"
			  "<label for=\"t%ld%c\">%s</label><pre><code>",
			  serial, serial, 'a' + i, is_first ? " checked" : "", serial,
			  'a' + i, tab_names[i]);
		out_html(out, finding->fixes[i]);
		out_text(out, "</code></pre>");
		is_first = false;
	}
	out_text(out, "</div></details></td></tr>");
}

static void
write_finding(struct page *page, const struct finding_row *finding)
{
	struct out *out = &page->out;
	bool has_fix = false;

	if (page->group.rows++ >= ROWS_MOST)
		return;
	for (int i = 0; i < FILL_LANGUAGES && page->group.rows <= FIXES_MOST; i++)
		has_fix = has_fix || finding->fixes[i] != NULL;
	out_text(out, "<tbody data-r=\"");
	out_html(out, finding->region);
	out_print(out, "\"><tr%s><th scope=\"row\">", has_fix ? " class=\"has\"" : "");
	html_arn(page, finding->resource);
	if (finding->exception != NULL) {
		out_text(out, " <span class=\"tag\">exception ");
		out_html(out, finding->exception);
		out_text(out, "</span>");
	}
	out_text(out, "</th><td class=\"k\">");
	out_html(out, finding->region);
	out_text(out, "</td><td><bdi>");
	out_html(out, finding->observed);
	out_text(out, "</bdi>");
	if (finding->reason != NULL && finding->reason[0] != '\0') {
		out_text(out, "<br><bdi>");
		out_html(out, finding->reason);
		out_text(out, "</bdi>");
	}
	out_text(out, "</td></tr>");
	if (has_fix)
		write_fix(page, finding);
	out_text(out, "</tbody>\n");
}

/* Checks of one severity are one band. */
static void
turn_band(struct page *page, const struct finding_row *finding)
{
	const char *severity =
		finding->check != NULL ? finding->check->severity : finding->severity;
	int rank = SEVERITIES - 1;

	if (page->group.severity != NULL && severity != NULL &&
	    strcmp(page->group.severity, severity) == 0)
		return;
	if (page->group.severity != NULL)
		out_text(&page->out, "</div>\n");
	free(page->group.severity);
	page->group.severity = mem_text(severity);
	for (int i = 0; i < SEVERITIES; i++)
		if (strcmp(severity_names[i], severity) == 0)
			rank = i;
	out_text(&page->out, "<div data-g><h3 class=\"band\">");
	html_severity(page, severity);
	out_text(&page->out, "<small>");
	out_count(&page->out, page->facts->by_severity[rank][FAIL]);
	out_text(&page->out, " failed</small></h3>\n");
}

void
html_failed_begin(struct page *page)
{
	html_open(page, "failed", "What failed");
	if (page->facts->totals[FAIL] == 0)
		out_text(&page->out, "<p class=\"card note\">No check failed.</p>\n");
	else
		out_text(
			&page->out,
			"<p class=\"lead\">By check, the most severe first. Each resource stands with "
			"what was seen and a fix filled with its own names: read it before you run it. "
			"<span class=\"onpaper\">Fixes are not printed: they are in the HTML page and the "
			"workbook.</span></p>\n");
}

void
html_failed_row(struct page *page, const struct finding_row *finding)
{
	if (page->group.check_id == NULL ||
	    strcmp(page->group.check_id, finding->check_id) != 0) {
		close_group(page);
		turn_band(page, finding);
		open_group(page, finding);
	}
	write_finding(page, finding);
}

void
html_failed_end(struct page *page)
{
	close_group(page);
	if (page->group.severity != NULL)
		out_text(&page->out, "</div>\n");
	free(page->group.severity);
	page->group.severity = NULL;
	html_close(page);
}
