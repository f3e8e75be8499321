/* Pieces that the sections of the HTML report are made of. */

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "report/pieces.h"

#define HEADING_LEVEL 5 /* of headings inside a page's text, below the check's own */

void
html_open(struct page *page, const char *id, const char *title)
{
	out_print(
		&page->out,
		"<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n",
		id, id, id, title);
}

void
html_close(struct page *page)
{
	out_text(&page->out, "</section>\n");
}

void
html_open_check(struct page *page, const char *tag, const char *classes,
		const struct finding_row *finding, long count)
{
	const struct check_row *check = finding->check;
	struct out *out = &page->out;

	out_print(out, "<%s class=\"%s\" id=\"%s-", tag, classes, finding->verdict);
	out_html(out, finding->check_id);
	out_text(out, "\" data-c=\"");
	out_html(out, check != NULL ? check->service : "");
	out_text(out, "\" data-s=\"");
	out_html(out, check != NULL ? check->severity : finding->severity);
	out_print(out, "\" data-v=\"%s\" data-n=\"%ld\" data-o=\"%ld\" data-f=\"",
		  finding->verdict, count, ++page->serial);
	out_html(out, check != NULL ? check->frameworks : "");
	out_text(out, "\">\n");
}

/* Images become links, so that nothing is loaded, and headings go below the check's. */
static void
tame(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (event != CMARK_EVENT_ENTER)
			continue;
		if (cmark_node_get_type(node) == CMARK_NODE_IMAGE)
			cmark_node_set_type(node, CMARK_NODE_LINK);
		else if (cmark_node_get_type(node) == CMARK_NODE_HEADING)
			cmark_node_set_heading_level(node, HEADING_LEVEL);
	}
	cmark_iter_free(iter);
}

void
html_markdown(struct page *page, const char *markdown)
{
	cmark_parser *parser;
	cmark_node *document;
	struct buf clean = { 0 };
	char *html;

	if (markdown == NULL || markdown[0] == '\0')
		return;
	text_clean(&clean, markdown, 0);
	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
	cmark_parser_attach_syntax_extension(parser,
					     cmark_find_syntax_extension("table"));
	cmark_parser_feed(parser, clean.data, clean.len);
	document = cmark_parser_finish(parser);
	tame(document);
	html = cmark_render_html(document, CMARK_OPT_DEFAULT,
				 cmark_parser_get_syntax_extensions(parser));
	out_text(&page->out, "<div class=\"md\">");
	out_text(&page->out, html);
	out_text(&page->out, "</div>\n");
	free(html);
	cmark_node_free(document);
	cmark_parser_free(parser);
	buf_free(&clean);
}

void
html_arn(struct page *page, const char *arn)
{
	const char *name = arn;
	int colons = 0;

	/* arn:partition:service:region:account:resource */
	if (text_starts(arn, "arn:"))
		while (colons < 5 && *name != '\0')
			colons += *name++ == ':';
	if (*name == '\0')
		name = arn;
	out_text(&page->out, "<code dir=\"ltr\">");
	if (name > arn) {
		char *front = mem_text_n(arn, (size_t)(name - arn));

		out_html(&page->out, front);
		free(front);
	}
	out_text(&page->out, "<b>");
	out_html(&page->out, name);
	out_text(&page->out, "</b></code>");
}

void
html_severity(struct page *page, const char *severity)
{
	const char *known = "low";

	for (int i = 0; i < SEVERITIES; i++)
		if (strcmp(severity, severity_names[i]) == 0)
			known = severity_names[i];
	out_print(&page->out, "<span class=\"sev %s\">%s</span>", known, known);
}

void
html_count_cell(struct page *page, long count, const char *classes)
{
	out_print(&page->out, "<td class=\"n %s\">", count == 0 ? "z" : classes);
	out_count(&page->out, count);
	out_text(&page->out, "</td>");
}

void
html_bar(struct page *page, const long counts[VERDICTS])
{
	static const enum verdict order[] = { FAIL, UNKNOWN, PASS, NOT_APPLICABLE };

	out_text(&page->out, "<div class=\"bar\" aria-hidden=\"true\">");
	for (size_t i = 0; i < COUNT(order); i++)
		if (counts[order[i]] > 0)
			out_print(&page->out, "<i class=\"%s\" style=\"flex:%ld\"></i>",
				  verdict_names[order[i]], counts[order[i]]);
	out_text(&page->out, "</div>");
}

const char *
html_plural(long count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

void
html_time(struct page *page, const char *when)
{
	static const char *const months[] = { "January", "February", "March",
					      "April",	 "May",	     "June",
					      "July",	 "August",   "September",
					      "October", "November", "December" };
	int year, month, day, hour, minute;

	if (when == NULL) {
		out_text(&page->out, "–");
		return;
	}
	if (sscanf(when, "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) !=
		    5 ||
	    month < 1 || month > 12) {
		out_html(&page->out, when);
		return;
	}
	out_text(&page->out, "<time datetime=\"");
	out_html(&page->out, when);
	out_print(&page->out, "\">%d %s %d, %02d:%02d UTC</time>", day, months[month - 1],
		  year, hour, minute);
}
