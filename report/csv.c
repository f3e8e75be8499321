/* The CSV report: all findings as one table. */

#include "report/pieces.h"

static const char *const columns[] = {
	"finding_id",	"verdict",	 "severity",   "check_id",
	"title",	"service",	 "account_id", "region",
	"resource",	"resource_type", "observed",   "reason",
	"exception_id", "first_seen",	 "changed_at", "frameworks",
};

int
csv_write(struct facts *facts, const char *path, struct err *err)
{
	struct findings findings = { 0 };
	struct finding_row row;
	struct out out;
	int got = -1;

	if (out_open(&out, path, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(columns); i++)
		out_csv(&out, columns[i], i + 1 == COUNT(columns));
	if (findings_open(&findings, facts, ANY_VERDICT, err) == 0)
		while ((got = findings_next(&findings, &row, err)) == 1) {
			const struct check_row *check = row.check;
			const char *cells[] = {
				row.id,
				row.verdict,
				row.severity,
				row.check_id,
				check != NULL ? check->title : NULL,
				check != NULL ? check->service : NULL,
				row.account_id,
				row.region,
				row.resource,
				row.type,
				row.observed,
				row.reason,
				row.exception,
				row.first_seen,
				row.changed_at,
				check != NULL ? check->frameworks : NULL,
			};

			for (size_t i = 0; i < COUNT(cells); i++)
				out_csv(&out, cells[i], i + 1 == COUNT(cells));
		}
	findings_close(&findings);
	if (out_close(&out, got == 0 ? err : NULL) < 0)
		got = -1;
	return got;
}
