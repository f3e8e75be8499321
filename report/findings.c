/* Walks the findings, most severe checks first. */

#include "report/pieces.h"

int
findings_open(struct findings *findings, const struct facts *facts, int verdict,
	      struct err *err)
{
	*findings = (struct findings){ .facts = facts, .verdict = verdict };
	findings->row = db_prepare(
		facts->source->db, err,
		"SELECT id, check_id, account_id, region, resource, resource_type, verdict, "
		"severity, observed, reason, exception_id, first_seen, changed_at "
		"FROM finding WHERE id = ?1");
	return findings->row != NULL ? 0 : err_prefix(err, "cannot read the findings");
}

int
findings_next(struct findings *findings, struct finding_row *row, struct err *err)
{
	const struct facts *facts = findings->facts;
	const struct finding_place *place;
	sqlite3_stmt *at = findings->row;
	const char **texts[] = {
		&row->id,	  &row->check_id, &row->account_id, &row->region,
		&row->resource,	  &row->type,	  &row->verdict,    &row->severity,
		&row->observed,	  &row->reason,	  &row->exception,  &row->first_seen,
		&row->changed_at,
	};

	while (findings->next < facts->order_count && findings->verdict >= 0 &&
	       (int)facts->order[findings->next].verdict != findings->verdict)
		findings->next++;
	if (findings->next >= facts->order_count)
		return 0;
	place = &facts->order[findings->next++];
	sqlite3_reset(at);
	sqlite3_bind_text(at, 1, place->id, -1, SQLITE_STATIC);
	if (sqlite3_step(at) != SQLITE_ROW)
		return db_error(facts->source->db, err, "cannot read a finding");
	for (int i = 0; i < (int)COUNT(texts); i++)
		*texts[i] = (const char *)sqlite3_column_text(at, i);
	row->check = facts_check(facts, row->check_id);
	row->kind = place->verdict;
	return 1;
}

void
findings_close(struct findings *findings)
{
	sqlite3_finalize(findings->row);
	findings->row = NULL;
}
