/* Writes what a judged page leaves: its text, its findings with the calls that prove them, its coverage. */

#include "checks/run.h"

int
record_prepare(struct run *run)
{
	struct buf sql = { 0 };

	run->add_finding = db_prepare(
		run->db, run->err,
		"INSERT INTO finding(id, check_id, account_id, region, resource, resource_type, "
		"verdict, severity, observed, reason, first_seen, changed_at) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)");
	run->add_call =
		db_prepare(run->db, run->err, "INSERT INTO finding_call(finding, call) VALUES(?1, ?2)");
	buf_text(&sql, "INSERT INTO finding_call(finding, call) VALUES(?, ?)");
	for (int i = 1; i < link_batch; i++)
		buf_text(&sql, ", (?, ?)");
	run->add_links = db_prepare(run->db, run->err, sql.data);
	buf_free(&sql);
	run->add_coverage = db_prepare(
		run->db, run->err,
		"INSERT INTO coverage(check_id, region, population, pass, fail, not_applicable, "
		"unknown, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	run->add_page = db_prepare(
		run->db, run->err,
		"INSERT INTO check_page(check_id, service, resource, severity, title, why, see, "
		"parameters, lineage, fix_text, fix_sh, fix_hcl, fix_yaml, error, sha256, page) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)");
	return run->add_finding == NULL || run->add_call == NULL || run->add_links == NULL ||
			       run->add_coverage == NULL ||
			       run->add_page == NULL ?
		       -1 :
		       0;
}

static void
bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static int
write_row(struct run *run, sqlite3_stmt *statement, const char *what)
{
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	return code == SQLITE_DONE ? 0 : db_error(run->db, run->err, what);
}

/* Fields are length-prefixed, so that no two differing rows give the same text. */
static void
finding_id(const struct page *page, const struct row *row, const char *account, struct buf *text,
	   char out[id_room])
{
	const char *const fields[] = { page->id, account, row->region, row->arn };
	char hex[SHA256_ROOM];

	text->len = 0;
	for (size_t i = 0; i < COUNT(fields); i++) {
		size_t len = strlen(fields[i]), rest = len, at = 24;
		char prefix[24];

		/* By hand: this runs for every finding of every page. */
		prefix[--at] = ':';
		do {
			prefix[--at] = (char)('0' + rest % 10);
			rest /= 10;
		} while (rest > 0);
		buf_add(text, prefix + at, sizeof(prefix) - at);
		buf_add(text, fields[i], len);
	}
	sha256_hex(text->data, text->len, hex);
	memcpy(out, hex, id_room - 1);
	out[id_room - 1] = '\0';
}

static int
compare_findings(const void *a, const void *b)
{
	return memcmp(((const struct finding *)a)->id, ((const struct finding *)b)->id, id_room);
}

static const char *
resource_type(const struct run *run, const struct row *row)
{
	const struct schema_table *table = &run->set->schema->tables[row->table];

	return table->type != NULL ? table->type : table->name;
}

static void
bind_link(const struct run *run, sqlite3_stmt *add, size_t link, int at)
{
	sqlite3_bind_text(add, at, run->links[link].finding, id_room - 1, SQLITE_STATIC);
	sqlite3_bind_int64(add, at + 1, run->links[link].call);
}

/* A full batch, by one statement of as many rows. */
static int
write_links(struct run *run)
{
	for (size_t i = 0; i < run->link_count; i++)
		bind_link(run, run->add_links, i, (int)i * 2 + 1);
	run->link_count = 0;
	return write_row(run, run->add_links, "cannot write a finding's calls");
}

static int
flush_links(struct run *run)
{
	for (size_t i = 0; i < run->link_count; i++) {
		bind_link(run, run->add_call, i, 1);
		if (write_row(run, run->add_call, "cannot write a finding's call") < 0)
			return -1;
	}
	return 0;
}

static int
write_finding(struct run *run, const struct page *page, const struct finding *finding)
{
	const struct row *row = &run->judgement.rows[finding->row];
	sqlite3_stmt *add = run->add_finding;
	const int64_t *calls;
	size_t count;

	bind_text(add, 1, finding->id);
	bind_text(add, 2, page->id);
	bind_text(add, 3, row->account != NULL ? row->account : run->account);
	bind_text(add, 4, row->region);
	bind_text(add, 5, row->arn);
	bind_text(add, 6, resource_type(run, row));
	bind_text(add, 7, verdict_words[row->verdict]);
	bind_text(add, 8, page->severity);
	bind_text(add, 9, row->observed);
	bind_text(add, 10, row->verdict == VERDICT_UNKNOWN && row->reason == NULL ?
				   "the evidence cannot tell" :
				   row->reason);
	bind_text(add, 11, run->started_at);
	if (write_row(run, add, "cannot write a finding") < 0)
		return -1;
	count = proof_calls(run->proof, &run->judgement, finding->row, &calls);
	for (size_t i = 0; i < count; i++) {
		run->links[run->link_count++] = (struct link){ finding->id, calls[i] };
		if (run->link_count == link_batch && write_links(run) < 0)
			return -1;
	}
	return 0;
}

static int
write_findings(struct run *run, const struct page *page)
{
	size_t count = run->judgement.count;
	struct finding *findings = mem_get((count + 1) * sizeof(*findings));
	struct buf text = { 0 };
	int status = 0;

	for (size_t i = 0; i < count; i++) {
		const struct row *row = &run->judgement.rows[i];

		finding_id(page, row, row->account != NULL ? row->account : run->account,
			   &text, findings[i].id);
		findings[i].row = (uint32_t)i;
	}
	/* In the order of their key, which is how the table is kept. */
	if (count > 1)
		qsort(findings, count, sizeof(*findings), compare_findings);
	for (size_t i = 0; i < count && status == 0; i++)
		status = write_finding(run, page, &findings[i]);
	if (status == 0)
		status = flush_links(run);
	run->link_count = 0;
	buf_free(&text);
	free(findings);
	return status;
}

static struct coverage *
coverage_of(struct run *run, const char *region)
{
	for (size_t i = 0; i < run->coverage_count; i++)
		if (strcmp(run->coverage[i].region, region) == 0)
			return &run->coverage[i];
	if (run->coverage_count == run->coverage_room) {
		run->coverage_room = run->coverage_room * 2 + 32;
		run->coverage =
			mem_grow(run->coverage, run->coverage_room, sizeof(*run->coverage));
	}
	run->coverage[run->coverage_count] = (struct coverage){ .region = region };
	return &run->coverage[run->coverage_count++];
}

static const char *
coverage_state(const struct run *run, const struct page *page, const struct coverage *coverage)
{
	if (run->judgement.error[0] != '\0')
		return "error";
	if (coverage->population == 0)
		return strcmp(coverage->region, "aws-global") == 0 ?
			       "empty" :
			       states_empty(run->states, page, coverage->region);
	if (coverage->counts[VERDICT_UNKNOWN] == 0)
		return "assessed";
	return coverage->counts[VERDICT_UNKNOWN] == coverage->population ? "unknown" : "partial";
}

/* Whether the page asks every region, so that one without a row is worth a line. */
static bool
is_regional(const struct run *run, const struct page *page)
{
	const struct schema *schema = run->set->schema;

	for (size_t t = 0; t < schema->table_count; t++)
		if (page->arms[t] && schema->tables[t].scope == REGIONAL &&
		    strcmp(schema->tables[t].name, "account") != 0 &&
		    strcmp(schema->tables[t].name, "region") != 0)
			return true;
	return false;
}

static int
write_coverage(struct run *run, const struct page *page)
{
	const char *const *regions;
	size_t count = states_regions(run->states, &regions);

	run->coverage_count = 0;
	for (size_t i = 0; i < run->judgement.count; i++) {
		struct coverage *coverage = coverage_of(run, run->judgement.rows[i].region);

		coverage->population++;
		coverage->counts[run->judgement.rows[i].verdict]++;
	}
	if (is_regional(run, page))
		for (size_t i = 0; i < count; i++)
			coverage_of(run, regions[i]);
	else if (run->coverage_count == 0)
		coverage_of(run, "aws-global");
	for (size_t i = 0; i < run->coverage_count; i++) {
		const struct coverage *coverage = &run->coverage[i];

		bind_text(run->add_coverage, 1, page->id);
		bind_text(run->add_coverage, 2, coverage->region);
		sqlite3_bind_int64(run->add_coverage, 3, coverage->population);
		for (int v = VERDICT_PASS; v <= VERDICT_UNKNOWN; v++)
			sqlite3_bind_int64(run->add_coverage, 3 + v, coverage->counts[v]);
		bind_text(run->add_coverage, 8, coverage_state(run, page, coverage));
		if (write_row(run, run->add_coverage, "cannot write coverage") < 0)
			return -1;
	}
	return 0;
}

static int
write_page(struct run *run, const struct page *page)
{
	json_t *lineage = lineage_json(run->set, page);
	char *lineage_text = json_canonical(lineage), *see = json_canonical(page->see);
	char *parameters = json_canonical(page->parameters), hash[SHA256_ROOM];
	const char *const texts[] = {
		page->id, page->service, page->resource, page->severity, page->title, page->why,
		json_array_size(page->see) > 0 ? see : NULL, parameters, lineage_text,
		page->fix_text, page->fix_sh, page->fix_hcl, page->fix_yaml,
		run->judgement.error[0] != '\0' ? run->judgement.error : NULL,
		sha256_hex(page->text, page->len, hash), page->text,
	};
	int status;

	for (size_t i = 0; i < COUNT(texts); i++)
		bind_text(run->add_page, (int)i + 1, texts[i]);
	status = write_row(run, run->add_page, "cannot write a check's page");
	json_decref(lineage);
	free(lineage_text);
	free(see);
	free(parameters);
	return status;
}

int
record_page(struct run *run, const struct page *page)
{
	if (write_page(run, page) < 0 || write_findings(run, page) < 0)
		return -1;
	return write_coverage(run, page);
}

void
record_close(struct run *run)
{
	sqlite3_finalize(run->add_finding);
	sqlite3_finalize(run->add_call);
	sqlite3_finalize(run->add_links);
	sqlite3_finalize(run->add_coverage);
	sqlite3_finalize(run->add_page);
	free(run->coverage);
}
