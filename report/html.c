/* The HTML report: one file that needs no network and no scripts. Its frame, and the
 * order of its sections. */

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "report/pieces.h"

/* id is what links point to; the count behind the name in the table of contents comes
 * from verdict, -1: none. */
static const struct {
	const char *id, *name;
	int verdict;
	int (*write)(struct page *page, struct err *err);
} sections[] = {
	{ "doubt", "Not assessed", UNKNOWN, html_doubt },
	{ "summary", "Summary", -1, html_summary },
	{ "failed", "Failed", FAIL, NULL }, /* come one by one */
	{ "controls", "Controls", -1, html_controls },
	{ "passed", "Passed", PASS, html_passed },
	{ "not-applicable", "Not applicable", NOT_APPLICABLE, html_not_applicable },
	{ "coverage", "Coverage", -1, html_coverage },
	{ "decisions", "Decisions", -1, html_decisions },
	{ "evidence", "Evidence", -1, html_evidence },
};

/* Only this very script may run and nothing may be loaded, whatever a name in the account
 * says (W3C Content Security Policy Level 3, 8.3: hashes). */
static void
write_policy(struct page *page)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	unsigned char text[4 * (SHA256_DIGEST_LENGTH / 3 + 1) + 1];

	SHA256((const unsigned char *)html_script, strlen(html_script), hash);
	EVP_EncodeBlock(text, hash, sizeof(hash));
	out_print(
		&page->out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; "
		"form-action 'none'\">\n",
		(const char *)text);
}

static void
write_head(struct page *page)
{
	struct out *out = &page->out;

	out_text(
		out,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	write_policy(page);
	out_text(
		out,
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n"
		"<meta name=\"generator\" content=\"Plumbline ");
	out_html(out, page->facts->source->version);
	out_text(out, "\">\n<title>Security assessment of AWS account ");
	out_html(out, page->facts->account_id);
	out_text(out, "</title>\n<style>\n");
	out_text(out, html_style);
	out_text(
		out,
		"</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n");
}

static void
write_fact(struct page *page, const char *name, long count)
{
	out_print(&page->out, "<div><dt>%s</dt><dd>", name);
	out_count(&page->out, count);
	out_text(&page->out, "</dd></div>\n");
}

static void
write_masthead(struct page *page)
{
	const struct facts *facts = page->facts;
	struct out *out = &page->out;

	out_text(
		out,
		"<header class=\"mast\"><div>\n<p class=\"brand\"><svg viewBox=\"0 0 13 60\" "
		"aria-hidden=\"true\"><path d=\"M6.5 0v38\" stroke=\"currentColor\" "
		"stroke-width=\"1\"/><path d=\"M6.5 37l4.5 5-4.5 17L2 42z\" "
		"fill=\"currentColor\"/></svg>Plumbline</p>\n<h1>Security assessment</h1>\n"
		"<p class=\"who\">AWS account ");
	out_html(out, facts->account_id);
	if (facts->alias != NULL && facts->alias[0] != '\0') {
		out_text(out, " · <bdi>");
		out_html(out, facts->alias);
		out_text(out, "</bdi>");
	}
	out_text(out, "</p>\n<dl>\n<div><dt>Assessed</dt><dd>");
	html_time(page, facts->started_at);
	out_text(out, "</dd></div>\n");
	if (facts->accounts > 1)
		write_fact(page, "Accounts", facts->accounts);
	write_fact(page, "Checks", (long)facts->check_count);
	write_fact(page, "Regions", (long)facts->region_count);
	write_fact(page, "Findings", facts->findings);
	write_fact(page, "API calls, all of them reads", facts->calls);
	out_text(out, "</dl>\n");
	out_text(out, "</div></header>\n");
}

static void
write_contents(struct page *page)
{
	struct out *out = &page->out;

	out_text(out, "<nav class=\"toc\" aria-label=\"Contents\"><ol>\n");
	for (size_t i = 0; i < COUNT(sections); i++) {
		out_print(out, "<li><a href=\"#%s\">%s", sections[i].id,
			  sections[i].name);
		if (sections[i].verdict >= 0) {
			out_text(out, "<span>");
			out_count(out, page->facts->totals[sections[i].verdict]);
			out_text(out, "</span>");
		}
		out_text(out, "</a></li>\n");
	}
	out_text(out, "</ol></nav>\n");
}

static void
write_option(struct page *page, const char *value, const char *name)
{
	out_text(&page->out, "<option value=\"");
	out_html(&page->out, value);
	out_text(&page->out, "\">");
	out_html(&page->out, name);
	out_text(&page->out, "</option>");
}

static void
open_select(struct page *page, const char *name, const char *label, const char *all)
{
	out_print(&page->out, "<select name=\"%s\" aria-label=\"%s\">", name, label);
	if (all != NULL)
		write_option(page, "", all);
}

static int
add_option(struct facts *facts, sqlite3_stmt *row)
{
	struct page *page = facts->user;
	const char *text = (const char *)sqlite3_column_text(row, 0);

	write_option(page, text, text);
	return 0;
}

/* Hidden until the script shows it: without scripts there is nothing to press. */
static int
write_filter(struct page *page, struct err *err)
{
	struct facts *facts = page->facts;
	struct out *out = &page->out;

	out_text(
		out,
		"<form id=\"filter\" role=\"search\" aria-label=\"Filter the findings\" hidden>"
		"<input name=\"q\" type=\"search\" placeholder=\"Filter by text\" "
		"aria-label=\"Text\" autocomplete=\"off\">");
	open_select(page, "v", "Verdict", "Any verdict");
	for (int i = 0; i < VERDICTS; i++)
		write_option(page, verdict_names[i], verdict_titles[i]);
	out_text(out, "</select>");
	open_select(page, "sev", "Severity", "Any severity");
	for (int i = 0; i < SEVERITIES; i++)
		write_option(page, severity_names[i], severity_names[i]);
	out_text(out, "</select>");
	open_select(page, "svc", "Service", "Any service");
	if (facts_each(facts, err, "SELECT DISTINCT service FROM check_page ORDER BY 1",
		       add_option) < 0)
		return -1;
	out_text(out, "</select>");
	open_select(page, "reg", "Region", "Any region");
	if (facts_each(facts, err, "SELECT DISTINCT region FROM finding ORDER BY 1",
		       add_option) < 0)
		return -1;
	out_text(out, "</select>");
	if (facts->framework_count > 0) {
		open_select(page, "fw", "Framework", "Any framework");
		for (size_t i = 0; i < facts->framework_count; i++)
			write_option(page, facts->frameworks[i].name,
				     facts->frameworks[i].title);
		out_text(out, "</select>");
	}
	open_select(page, "order", "Order of checks", NULL);
	write_option(page, "severity", "Order: severity");
	write_option(page, "count", "Order: number");
	write_option(page, "service", "Order: service");
	write_option(page, "title", "Order: title");
	out_text(out, "</select><button type=\"reset\">Clear</button>"
		      "<button type=\"button\" data-open=\"all\">Open all</button>"
		      "<button type=\"button\" data-open=\"none\">Close all</button>"
		      "<output aria-live=\"polite\"></output></form>\n");
	return 0;
}

static void
write_foot(struct page *page)
{
	struct out *out = &page->out;

	out_text(out, "</main>\n</div>\n<footer>Written by Plumbline ");
	out_html(out, page->facts->source->version);
	out_text(out, " from the evidence of ");
	html_time(page, page->facts->started_at);
	out_text(
		out,
		". Names of resources are shown as they are in the account; characters that "
		"cannot be seen, or that turn the direction of text, are replaced by �."
		"</footer>\n<script>");
	out_text(out, html_script);
	out_text(out, "</script>\n</body>\n</html>\n");
}

/* Writes the sections from one on, to that whose findings come one by one, or to the end. */
static int
write_sections(struct page *page, size_t from, struct err *err)
{
	page->facts->user = page;
	for (size_t i = from; i < COUNT(sections) && sections[i].write != NULL; i++)
		if (sections[i].write(page, err) < 0)
			return -1;
	return 0;
}

static size_t
failed_section(void)
{
	size_t at = 0;

	while (sections[at].write != NULL)
		at++;
	return at;
}

static void *
begin(struct facts *facts, const char *path, struct err *err)
{
	struct page *page = mem_get(sizeof(*page));

	page->facts = facts;
	facts->user = page;
	if (out_open(&page->out, path, err) < 0) {
		free(page);
		return NULL;
	}
	write_head(page);
	write_masthead(page);
	out_text(&page->out, "<div class=\"frame\">\n");
	write_contents(page);
	out_text(&page->out, "<main id=\"main\">\n");
	if (write_filter(page, err) < 0 || write_sections(page, 0, err) < 0) {
		out_close(&page->out, NULL);
		free(page);
		return NULL;
	}
	html_failed_begin(page);
	return page;
}

static int
write_finding(void *state, const struct finding_row *row, struct err *err)
{
	(void)err;
	if (row->kind == FAIL)
		html_failed_row(state, row);
	return 0;
}

static int
end(void *state, bool is_whole, struct err *err)
{
	struct page *page = state;
	int status = 0;

	html_failed_end(page);
	if (is_whole)
		status = write_sections(page, failed_section() + 1, err);
	write_foot(page);
	if (out_close(&page->out, is_whole && status == 0 ? err : NULL) < 0)
		status = -1;
	free(page);
	return status;
}

const struct writer html_writer = { begin, write_finding, end };
