/* The end of the HTML report: coverage by check, what people decided, and the facts of
 * the evidence. */

#include "report/pieces.h"

static struct page *
page_of(struct facts *facts)
{
	return facts->user;
}

int
html_coverage(struct page *page, struct err *err)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;
	char text[COVERAGE_ROOM];

	(void)err;
	html_open(page, "coverage", "Coverage");
	out_print(
		out,
		"<p class=\"lead\">For each check the population adds up: resources = passed + failed + "
		"not applicable + unknown. The workbook has it by Region.</p>\n"
		"<details class=\"card rows\"><summary>%zu checks</summary>\n<div class=\"wide\">"
		"<table class=\"sort\"><thead><tr><th scope=\"col\">Check</th>"
		"<th scope=\"col\">Severity</th><th scope=\"col\" class=\"n\">Resources</th>"
		"<th scope=\"col\" class=\"n\">Passed</th><th scope=\"col\" class=\"n\">Failed</th>"
		"<th scope=\"col\" class=\"n\">Not applicable</th><th scope=\"col\" class=\"n\">Unknown</th>"
		"<th scope=\"col\" class=\"n\">Coverage</th></tr></thead>\n<tbody>\n",
		facts->check_count);
	for (size_t i = 0; i < facts->check_count; i++) {
		const struct check_row *check = &facts->checks[i];
		long all = 0;

		for (int v = 0; v < VERDICTS; v++)
			all += check->counts[v];
		out_text(out, "<tr><th scope=\"row\">");
		out_html(out, check->title);
		out_text(out, "<br><code>");
		out_html(out, check->id);
		out_print(out, "</code></th><td data-k=\"%d\">", check->rank);
		html_severity(page, check->severity);
		out_text(out, "</td>");
		html_count_cell(page, all, "");
		html_count_cell(page, check->counts[PASS], "");
		html_count_cell(page, check->counts[FAIL], "fail");
		html_count_cell(page, check->counts[NOT_APPLICABLE], "");
		html_count_cell(page, check->counts[UNKNOWN], "unknown");
		out_print(out, "<td class=\"n\" data-k=\"%.4f\">%s</td></tr>\n",
			  coverage_figure(check->counts),
			  coverage_text(check->counts, text));
	}
	out_text(out, "</tbody></table></div></details>\n");
	html_close(page);
	return 0;
}

static int
write_decision(struct facts *facts, sqlite3_stmt *row)
{
	struct page *page = page_of(facts);
	struct out *out = &page->out;
	const char *text = (const char *)sqlite3_column_text(row, 1), *key;
	json_t *document = json_read(text, strlen(text), NULL), *value;

	out_text(out, "<div class=\"card\"><h4>");
	out_html(out, (const char *)sqlite3_column_text(row, 0));
	out_text(out, "</h4>\n<dl class=\"facts\">");
	json_object_foreach(document, key, value)
	{
		char *shown =
			json_is_string(value)
				? mem_text(json_string_value(value))
				: json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS);

		out_text(out, "<dt>");
		out_html(out, key);
		out_text(out, "</dt><dd>");
		out_html(out, shown);
		out_text(out, "</dd>");
		free(shown);
	}
	out_text(out, "</dl></div>\n");
	json_decref(document);
	return 0;
}

static int
write_decisions(struct page *page, const char *title, const char *none,
		const char *count_sql, const char *sql, struct err *err)
{
	sqlite3_stmt *count = db_prepare(page->facts->source->db, err, count_sql);
	int found = count != NULL && sqlite3_step(count) == SQLITE_ROW
			    ? sqlite3_column_int(count, 0)
			    : -1;

	sqlite3_finalize(count);
	if (found < 0)
		return -1;
	out_print(&page->out, "<h3 class=\"sub\">%s</h3>\n", title);
	if (found == 0)
		out_print(&page->out, "<p class=\"more\">%s</p>\n", none);
	return facts_each(page->facts, err, sql, write_decision);
}

int
html_decisions(struct page *page, struct err *err)
{
	html_open(page, "decisions", "What people decided");
	if (write_decisions(page, "Exceptions", "None. No failure is excused.",
			    "SELECT count(*) FROM exception",
			    "SELECT id, document FROM exception ORDER BY id", err) < 0 ||
	    write_decisions(page, "Attestations", "None.",
			    "SELECT count(*) FROM attestation",
			    "SELECT id, document FROM attestation ORDER BY id", err) < 0)
		return -1;
	html_close(page);
	return 0;
}

static void
write_fact(struct page *page, const char *name, const char *text)
{
	out_print(&page->out, "<dt>%s</dt><dd>", name);
	out_html(&page->out, text != NULL ? text : "–");
	out_text(&page->out, "</dd>\n");
}

static void
write_regions(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;

	out_text(out, "<dt>Regions</dt><dd>");
	for (size_t i = 0; i < facts->region_count; i++) {
		const char *state = facts->regions[i].state;

		out_text(out, i > 0 ? ", " : "");
		out_html(out, facts->regions[i].name);
		if (state != NULL && strcmp(state, "enabled") != 0 &&
		    strcmp(state, "opt-in-not-required") != 0) {
			out_text(out, " (");
			out_html(out, state);
			out_text(out, ")");
		}
	}
	out_text(out, "</dd>\n");
}

static int
write_calls(struct facts *facts, sqlite3_stmt *row)
{
	struct page *page = page_of(facts);

	out_text(&page->out, "<tr><th scope=\"row\">");
	out_html(&page->out, (const char *)sqlite3_column_text(row, 0));
	out_text(&page->out, "</th>");
	for (int i = 1; i <= 5; i++)
		html_count_cell(page, (long)sqlite3_column_int64(row, i),
				i == 4 ? "unknown" : "");
	out_text(&page->out, "</tr>\n");
	return 0;
}

static void
write_how(struct page *page)
{
	out_text(
		&page->out,
		"<h3 class=\"sub\">How to verify this report</h3>\n<ol class=\"plain\">\n"
		"<li><code>plumbline verify evidence.db</code> checks every kept answer against its hash and the chain of "
		"all answers against the root, judges again, and names what differs.</li>\n"
		"<li><code>plumbline evaluate evidence.db --output DIR</code> reaches the same findings again from the kept "
		"answers, without AWS.</li>\n"
		"<li>The root hash above must be the one that you were given when the scan was made.</li>\n</ol>\n");
}

int
html_evidence(struct page *page, struct err *err)
{
	struct facts *facts = page->facts;
	struct out *out = &page->out;

	html_open(page, "evidence", "The evidence");
	out_text(
		out,
		"<p class=\"lead\">Every verdict rests on answers of AWS that are kept, whole and hashed, in the "
		"evidence file beside this report.</p>\n<dl class=\"facts card\">\n");
	write_fact(page, "Account", facts->account_id);
	write_fact(page, "Partition", facts->partition);
	write_fact(page, "Caller", facts->caller);
	out_text(out, "<dt>Started</dt><dd>");
	html_time(page, facts->started_at);
	out_text(out, "</dd>\n<dt>Finished</dt><dd>");
	html_time(page, facts->finished_at);
	out_text(out, "</dd>\n");
	write_fact(page, "State", facts->state);
	write_regions(page);
	out_text(out, "<dt>Calls</dt><dd>");
	out_count(out, facts->calls);
	out_text(out, ", of which ");
	out_count(out, facts->refused_calls);
	out_text(out, " refused</dd>\n<dt>Root hash</dt><dd><code>");
	out_html(out, facts->root_hash != NULL ? facts->root_hash : "–");
	out_text(out, "</code></dd>\n");
	write_fact(page, "Collected by Plumbline", facts->version);
	write_fact(page, "Written by Plumbline", facts->source->version);
	out_text(out, "</dl>\n");
	write_how(page);
	out_text(
		out,
		"<h3 class=\"sub\">Calls by service</h3>\n<div class=\"card wide\"><table class=\"sort\"><thead><tr>"
		"<th scope=\"col\">Service</th><th scope=\"col\" class=\"n\">Calls</th>"
		"<th scope=\"col\" class=\"n\">Answered</th><th scope=\"col\" class=\"n\">Not configured</th>"
		"<th scope=\"col\" class=\"n\">Refused</th><th scope=\"col\" class=\"n\">Not offered</th></tr></thead>\n<tbody>\n");
	if (facts_each(
		    facts, err,
		    "SELECT service, count(*), sum(outcome = 'answered'), sum(outcome IN ('absent', 'unsubscribed')), "
		    "sum(outcome = 'refused'), sum(outcome = 'not_offered') FROM api_call GROUP BY 1 ORDER BY 1",
		    write_calls) < 0)
		return -1;
	out_text(out, "</tbody></table></div>\n");
	html_close(page);
	return 0;
}
