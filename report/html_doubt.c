/* The first section of the HTML report: what could not be assessed, and what would settle
 * it. */

#include "report/pieces.h"

#define ROWS_MOST 200 /* verdicts in doubt listed for a check */

static void
write_refusals(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;

	out_text(
		out,
		"<div class=\"card doubt wide\"><table class=\"sort stack\"><caption>Refused calls</caption>"
		"<thead><tr><th scope=\"col\">Operation</th><th scope=\"col\">AWS answered</th>"
		"<th scope=\"col\">Regions</th><th scope=\"col\" class=\"n\">Verdicts in doubt</th>"
		"<th scope=\"col\">What settles it</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < facts->refusal_count; i++) {
		const struct refusal *refusal = &facts->refusals[i];

		out_text(out, "<tr><th scope=\"row\" class=\"k\"><code><b>");
		out_html(out, refusal->operation);
		out_text(out, "</b></code></th><td data-l=\"AWS answered\"");
		if (refusal->message != NULL) {
			out_text(out, " title=\"");
			out_html(out, refusal->message);
			out_text(out, "\"");
		}
		out_text(out, ">");
		out_html(out, refusal->error);
		if (refusal->calls > 1)
			out_print(out, " <span class=\"tag\">%ld calls</span>",
				  refusal->calls);
		out_text(out, "</td><td data-l=\"Regions\">");
		out_html(out, refusal->regions);
		out_text(out,
			 "</td><td class=\"n unknown\" data-l=\"Verdicts in doubt\">");
		out_count(out, refusal->verdicts);
		out_text(out, "</td><td>");
		if (refusal->is_denied) {
			out_text(out, "<code><b>");
			out_html(out, refusal->action);
			out_text(out, "</b></code><br>");
		}
		out_html(out, refusal->remedy);
		out_text(out, "</td></tr>\n");
	}
	out_text(out, "</tbody></table></div>\n");
}

/* The actions as the statement that one would add to the caller's policy. */
static void
write_statement(struct page *page)
{
	const struct facts *facts = page->facts;
	json_t *actions = json_object();
	struct buf text = { 0 };
	const char *key;
	json_t *value;

	for (size_t i = 0; i < facts->refusal_count; i++) {
		char *words = mem_text(facts->refusals[i].action), *rest = NULL;

		if (facts->refusals[i].is_denied)
			for (char *word = strtok_r(words, " ", &rest); word != NULL;
			     word = strtok_r(NULL, " ", &rest))
				json_object_set_new(actions, word, json_true());
		free(words);
	}
	json_object_foreach(actions, key, value)
		buf_print(&text, "%s\n        \"%s\"", text.len > 0 ? "," : "", key);
	if (text.len > 0) {
		out_print(
			&page->out,
			"<details class=\"card policy\"><summary>The IAM statement that allows "
			"%s</summary>\n<pre><code>",
			json_object_size(actions) == 1 ? "this call" : "these calls");
		out_html(
			&page->out,
			"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"
			"      \"Sid\": \"PlumblineReads\",\n      \"Effect\": \"Allow\",\n"
			"      \"Action\": [");
		out_html(&page->out, text.data);
		out_html(&page->out,
			 "\n      ],\n      \"Resource\": \"*\"\n    }\n  ]\n}");
		out_text(&page->out, "</code></pre></details>\n");
	}
	buf_free(&text);
	json_decref(actions);
}

static void
write_questions(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;

	if (facts->question_count == 0)
		return;
	out_text(
		out,
		"<div class=\"card doubt wide\"><table class=\"sort\"><caption>Not to be told from the evidence"
		"</caption><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Reason</th>"
		"<th scope=\"col\" class=\"n\">Verdicts</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < facts->question_count; i++) {
		const struct open_question *question = &facts->questions[i];

		out_text(out, "<tr><th scope=\"row\">");
		out_html(out, check_title(facts, question->check_id));
		out_text(out, "</th><td>");
		out_html(out, question->reason);
		out_text(out, "</td>");
		html_count_cell(page, question->verdicts, "unknown");
		out_text(out, "</tr>\n");
	}
	out_text(out, "</tbody></table></div>\n");
}

static void
write_page_errors(struct page *page)
{
	const struct facts *facts = page->facts;

	for (size_t i = 0; i < facts->check_count; i++) {
		if (facts->checks[i].error == NULL)
			continue;
		out_text(&page->out, "<p class=\"card bad\">The page <code>");
		out_html(&page->out, facts->checks[i].id);
		out_text(&page->out, "</code> could not judge: ");
		out_html(&page->out, facts->checks[i].error);
		out_text(&page->out, "</p>\n");
	}
}

int
html_doubt(struct page *page, struct err *err)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;
	long doubt = facts->totals[UNKNOWN];

	html_open(page, "doubt", "What could not be assessed");
	if (facts->state != NULL && strcmp(facts->state, "complete") != 0) {
		out_text(out, "<p class=\"card bad\"><b>This scan is ");
		out_html(out, facts->state);
		out_text(
			out,
			".</b> It ended before all calls were made; what is known is "
			"reported. Go on with <code>plumbline scan --resume</code>.</p>\n");
	}
	if (doubt == 0) {
		out_text(
			out,
			"<p class=\"card note\">Everything that was asked could be told: no "
			"verdict is in doubt.</p>\n");
	} else {
		out_text(out, "<p class=\"lead\">");
		out_count(out, doubt);
		out_print(
			out,
			" %s unknown: neither passed nor failed, and counted as neither. "
			"A verdict that rests on several refused calls is counted at each.</p>\n",
			html_plural(doubt, "verdict is", "verdicts are"));
	}
	if (facts->refusal_count > 0) {
		write_refusals(page);
		write_statement(page);
	}
	write_questions(page);
	write_page_errors(page);
	if (doubt > 0)
		out_text(out, "<h3 class=\"sub\">Verdicts in doubt, by check</h3>\n");
	if (doubt > 0 && html_compact(page, UNKNOWN, ROWS_MOST, err) < 0)
		return -1;
	html_close(page);
	return 0;
}
