/* The CSV report: all findings as one table. */

#include "report/pieces.h"

static const char *const columns[] = {
	"finding_id",	"verdict",	 "severity",   "check_id",
	"title",	"service",	 "account_id", "region",
	"resource",	"resource_type", "observed",   "reason",
	"exception_id", "first_seen",	 "changed_at", "frameworks",
};

static void *
begin(struct facts *facts, const char *path, struct err *err)
{
	struct out *out = mem_get(sizeof(*out));

	(void)facts;
	if (out_open(out, path, err) < 0) {
		free(out);
		return NULL;
	}
	for (size_t i = 0; i < COUNT(columns); i++)
		out_csv(out, columns[i], i + 1 == COUNT(columns));
	return out;
}

static int
write_finding(void *state, const struct finding_row *row, struct err *err)
{
	const struct check_row *check = row->check;
	const char *cells[COUNT(columns)] = {
		row->id,
		row->verdict,
		row->severity,
		row->check_id,
		check != NULL ? check->title : NULL,
		check != NULL ? check->service : NULL,
		row->account_id,
		row->region,
		row->resource,
		row->type,
		row->observed,
		row->reason,
		row->exception,
		row->first_seen,
		row->changed_at,
		check != NULL ? check->frameworks : NULL,
	};

	(void)err;
	for (size_t i = 0; i < COUNT(cells); i++)
		out_csv(state, cells[i], i + 1 == COUNT(cells));
	return 0;
}

static int
end(void *state, bool is_whole, struct err *err)
{
	int status = out_close(state, is_whole ? err : NULL);

	free(state);
	return status;
}

const struct writer csv_writer = { begin, write_finding, end };
