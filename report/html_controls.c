/* The controls of each framework in the HTML report. */

#include "report/pieces.h"

static void
write_states(struct page *page, const struct framework_row *framework)
{
	struct out *out = &page->out;
	bool is_first = true;

	out_text(out, "<p class=\"more\">");
	for (int i = 0; i < CONTROL_STATES; i++) {
		if (framework->states[i] == 0)
			continue;
		out_print(out, "%s<span class=\"state s%d\">%ld</span> ",
			  is_first ? "" : " · ", i, framework->states[i]);
		is_first = false;
		for (const char *at = control_titles[i]; *at != '\0'; at++)
			out_print(out, "%c", at == control_titles[i] ? *at | 0x20 : *at);
	}
	out_text(out, "</p>\n");
}

static void
write_checks(struct page *page, const struct control_row *control)
{
	struct out *out = &page->out;

	for (size_t i = 0; i < control->link_count; i++) {
		const struct control_link *link =
			&page->facts->links[control->first_link + i];
		const struct check_row *check = link->check;
		bool has_link = check != NULL && check->counts[FAIL] > 0;

		out_text(out, i > 0 ? "<br>" : "");
		if (has_link) {
			out_text(out, "<a href=\"#fail-");
			out_html(out, link->check_id);
			out_text(out, "\">");
		}
		out_text(out, "<code>");
		out_html(out, link->check_id);
		out_text(out, "</code>");
		if (has_link)
			out_text(out, "</a>");
		if (strcmp(link->extent, "full") != 0) {
			out_text(out, " <span class=\"tag\">");
			out_html(out, link->extent);
			out_text(out, "</span>");
		}
		if (check == NULL)
			out_text(out, " <span class=\"tag\">did not run</span>");
	}
	if (control->link_count == 0)
		out_text(out, control->state == ATTEST ? "for a person to attest"
						       : "no check answers it yet");
}

static void
write_control(struct page *page, const struct control_row *control)
{
	struct out *out = &page->out;

	out_text(out, "<tr><th scope=\"row\" class=\"k\">");
	out_html(out, control->number);
	out_text(out, "</th><td>");
	out_html(out, control->title);
	out_print(out, "</td><td><span class=\"state s%d\">%s</span></td>",
		  (int)control->state, control_titles[control->state]);
	html_count_cell(page, control->counts[FAIL], "fail");
	html_count_cell(page, control->counts[UNKNOWN], "unknown");
	html_count_cell(page, control->counts[PASS], "");
	out_text(out, "<td>");
	write_checks(page, control);
	out_text(out, "</td></tr>\n");
}

static void
write_framework(struct page *page, const struct framework_row *framework, bool is_open)
{
	struct out *out = &page->out;

	out_text(out, "<div class=\"card\" data-fw=\"");
	out_html(out, framework->name);
	out_text(out, "\"><h3>");
	out_html(out, framework->title);
	out_text(out, "</h3>\n");
	write_states(page, framework);
	out_print(
		out,
		"<details class=\"rows\"%s><summary>%zu controls</summary>\n<div class=\"wide\">"
		"<table class=\"sort ctl\"><thead><tr>"
		"<th scope=\"col\">Control</th><th scope=\"col\">It asks that</th>"
		"<th scope=\"col\">Status</th><th scope=\"col\" class=\"n\">Failed</th>"
		"<th scope=\"col\" class=\"n\">Unknown</th><th scope=\"col\" class=\"n\">Passed</th>"
		"<th scope=\"col\">Checks</th></tr></thead>\n<tbody>\n",
		is_open ? " open" : "", framework->control_count);
	for (size_t i = 0; i < framework->control_count; i++)
		write_control(page, &page->facts->controls[framework->first_control + i]);
	out_text(out, "</tbody></table></div></details></div>\n");
}

int
html_controls(struct page *page, struct err *err)
{
	const struct facts *facts = page->facts;

	(void)err;
	html_open(page, "controls", "Controls");
	if (facts->framework_count == 0)
		out_text(&page->out,
			 "<p class=\"card note\">No framework was asked for.</p>\n");
	else
		out_text(
			&page->out,
			"<p class=\"lead\">A control is met when every check of it ran, none failed and none is in "
			"doubt; met in part when the checks cover only a part of what it asks. What no API can "
			"show is for a person to attest.</p>\n");
	for (size_t i = 0; i < facts->framework_count; i++)
		write_framework(page, &facts->frameworks[i], i < 2);
	html_close(page);
	return 0;
}
