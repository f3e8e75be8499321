/* Walks the findings, most severe checks first. */

#include "report/pieces.h"

int
findings_open(struct findings *findings, const struct facts *facts, const char *verdict,
	      struct err *err)
{
	findings->facts = facts;
	findings->rows = db_prepare(
		facts->source->db, err,
		"SELECT f.id, f.check_id, f.account_id, f.region, f.resource, f.resource_type, "
		"f.verdict, f.severity, f.observed, f.reason, f.exception_id, f.first_seen, "
		"f.changed_at FROM finding f LEFT JOIN check_page p ON p.check_id = f.check_id "
		"WHERE ?1 IS NULL OR f.verdict = ?1 ORDER BY CASE coalesce(p.severity, f.severity) "
		"WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, "
		"f.check_id, f.account_id, f.region, f.resource, f.id");
	if (findings->rows == NULL)
		return err_prefix(err, "cannot read the findings");
	if (verdict != NULL)
		sqlite3_bind_text(findings->rows, 1, verdict, -1, SQLITE_STATIC);
	return 0;
}

int
findings_next(struct findings *findings, struct finding_row *row, struct err *err)
{
	sqlite3_stmt *at = findings->rows;
	const char **texts[] = {
		&row->id,	  &row->check_id, &row->account_id, &row->region,
		&row->resource,	  &row->type,	  &row->verdict,    &row->severity,
		&row->observed,	  &row->reason,	  &row->exception,  &row->first_seen,
		&row->changed_at,
	};
	int step = sqlite3_step(at);

	if (step == SQLITE_DONE)
		return 0;
	if (step != SQLITE_ROW)
		return db_error(findings->facts->source->db, err,
				"cannot read the findings");
	for (int i = 0; i < (int)COUNT(texts); i++)
		*texts[i] = (const char *)sqlite3_column_text(at, i);
	row->check = facts_check(findings->facts, row->check_id);
	row->kind = UNKNOWN;
	for (int i = 0; i < VERDICTS; i++)
		if (strcmp(row->verdict, verdict_names[i]) == 0)
			row->kind = (enum verdict)i;
	return 1;
}

void
findings_close(struct findings *findings)
{
	sqlite3_finalize(findings->rows);
	findings->rows = NULL;
}
