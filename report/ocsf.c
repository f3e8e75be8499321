/* The JSON report: OCSF 1.3 compliance findings (class 2003), one a line inside a JSON
 * array. */

#include "report/pieces.h"

#define OCSF_VERSION "1.3.0"

/* Compliance status of the schema: 0 unknown, 1 pass, 2 warning, 3 fail, 99 other. */
static const struct {
	const char *name;
	int id;
} statuses[VERDICTS] = {
	[PASS] = { "Pass", 1 },
	[FAIL] = { "Fail", 3 },
	[NOT_APPLICABLE] = { "Not applicable", 99 },
	[UNKNOWN] = { "Unknown", 0 },
};

/* Severity of the schema, by name. */
static const struct {
	const char *name, *title;
	int id;
} severities[] = {
	{ "critical", "Critical", 5 },
	{ "high", "High", 4 },
	{ "medium", "Medium", 3 },
	{ "low", "Low", 2 },
};

/* What all findings of one check have in common, made once. */
struct common {
	const struct facts *facts;
	const struct check_row *check;
	char *compliance; /* "control":…,"standards":[…],"requirements":[…] */
	size_t compliance_len;
	struct out out;
	bool has_any; /* a finding was written */
	int64_t time_ms;
};

static void
write_member(struct out *out, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	out_text(out, ",\"");
	out_text(out, name);
	out_text(out, "\":");
	out_json(out, value);
}

/* Frameworks are standards, their controls requirements. */
static void
make_compliance(struct common *common)
{
	const struct facts *facts = common->facts;
	struct out out = { 0 };
	const char *framework = NULL;
	bool is_first = true;

	free(common->compliance);
	out.file = open_memstream(&common->compliance, &common->compliance_len);
	out_text(&out, "\"control\":");
	out_json(&out, common->check->id);
	out_text(&out, ",\"standards\":[");
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < facts->control_count; i++) {
			const struct control_row *control = &facts->controls[i];

			for (size_t j = 0; j < control->link_count; j++) {
				char *text;

				if (facts->links[control->first_link + j].check !=
				    common->check)
					continue;
				if (pass == 0 && framework != NULL &&
				    strcmp(framework, control->framework) == 0)
					continue;
				framework = control->framework;
				text = pass == 0 ? mem_text(framework)
						 : mem_print("%s %s", framework,
							     control->number);
				out_text(&out, is_first ? "" : ",");
				out_json(&out, text);
				free(text);
				is_first = false;
			}
		}
		out_text(&out, pass == 0 ? "],\"requirements\":[" : "]");
		is_first = true;
	}
	fclose(out.file);
}

static void
turn_check(struct common *common, const struct finding_row *row)
{
	if (common->check == row->check && common->compliance != NULL)
		return;
	common->check = row->check;
	if (row->check != NULL) {
		make_compliance(common);
	} else {
		free(common->compliance);
		common->compliance =
			mem_text("\"control\":\"\",\"standards\":[],\"requirements\":[]");
		common->compliance_len = strlen(common->compliance);
	}
}

static void
write_remediation(struct out *out, const struct common *common,
		  const struct finding_row *row)
{
	const struct check_row *check = common->check;
	const char *at = check->see, *link;
	bool is_first = true;
	size_t len;

	out_text(out, ",\"remediation\":{\"desc\":\"");
	out_json_part(out, check->fix_text != NULL && check->fix_text[0] != '\0'
				   ? check->fix_text
				   : check->title);
	for (int i = 0; i < FILL_LANGUAGES; i++) {
		if (row->fixes[i] == NULL)
			continue;
		out_text(out, "\\n\\n```");
		out_text(out, fill_names[i]);
		out_text(out, "\\n");
		out_json_part(out, row->fixes[i]);
		out_text(out, "```");
	}
	out_text(out, "\"");
	out_text(out, ",\"references\":[");
	while ((link = see_next(&at, &len)) != NULL) {
		char *url = mem_text_n(link, len);

		out_text(out, is_first ? "" : ",");
		out_json(out, url);
		is_first = false;
		free(url);
	}
	out_text(out, "]}");
}

static void
write_info(struct out *out, const struct common *common, const struct finding_row *row)
{
	const struct check_row *check = common->check;

	out_text(out, ",\"finding_info\":{\"uid\":");
	out_json(out, row->id);
	out_text(out, ",\"title\":");
	out_json(out, check != NULL ? check->title : row->check_id);
	/* What holds needs no reason: the file is half as long without. */
	if (row->kind == FAIL || row->kind == UNKNOWN)
		write_member(out, "desc", check != NULL ? check->why : NULL);
	out_text(out, ",\"types\":[\"compliance\"],\"analytic\":{\"uid\":");
	out_json(out, row->check_id);
	out_text(out, ",\"name\":");
	out_json(out, check != NULL ? check->title : row->check_id);
	out_text(out, ",\"type\":\"Rule\",\"type_id\":1}");
	write_member(out, "first_seen_time_dt", row->first_seen);
	out_text(out, "}");
}

static void
write_cloud(struct out *out, const struct common *common, const struct finding_row *row)
{
	out_text(out, ",\"resources\":[{\"uid\":");
	out_json(out, row->resource);
	write_member(out, "type", row->type);
	write_member(out, "region", row->region);
	write_member(out, "cloud_partition", common->facts->partition);
	out_text(out, "}],\"cloud\":{\"provider\":\"AWS\",\"account\":{\"uid\":");
	out_json(out, row->account_id);
	out_text(out, ",\"type\":\"AWS Account\",\"type_id\":10}");
	write_member(out, "region", row->region);
	out_text(out, "}");
}

static void
write_finding(struct out *out, const struct common *common, const struct finding_row *row)
{
	const struct facts *facts = common->facts;
	size_t severity = 0;
	/* A failure under an exception is suppressed; what holds is resolved. */
	int state = row->kind == FAIL && row->exception != NULL ? 3
		    : row->kind == PASS				? 4
								: 1;

	while (severity + 1 < COUNT(severities) &&
	       strcmp(severities[severity].name, row->severity) != 0)
		severity++;
	out_text(out,
		 "{\"activity_id\":1,\"activity_name\":\"Create\",\"category_uid\":2,"
		 "\"category_name\":\"Findings\",\"class_uid\":2003,"
		 "\"class_name\":\"Compliance Finding\",\"type_uid\":200301,"
		 "\"type_name\":\"Compliance Finding: Create\"");
	out_print(
		out,
		",\"severity_id\":%d,\"severity\":\"%s\",\"status_id\":%d,\"status\":\"%s\"",
		severities[severity].id, severities[severity].title, state,
		state == 3   ? "Suppressed"
		: state == 4 ? "Resolved"
			     : "New");
	out_print(out, ",\"time\":%lld", (long long)common->time_ms);
	write_member(out, "time_dt", facts->started_at);
	write_member(out, "message", row->observed != NULL ? row->observed : row->reason);
	out_text(
		out,
		",\"metadata\":{\"version\":\"" OCSF_VERSION
		"\",\"profiles\":[\"cloud\",\"datetime\"],"
		"\"product\":{\"name\":\"Plumbline\",\"vendor_name\":\"Plumbline\",\"version\":");
	out_json(out, facts->version);
	out_text(out, "}");
	write_member(out, "event_code", row->check_id);
	out_text(out, "}");
	write_info(out, common, row);
	out_text(out, ",\"compliance\":{");
	out_add(out, common->compliance, common->compliance_len);
	out_print(out, ",\"status\":\"%s\",\"status_id\":%d", statuses[row->kind].name,
		  statuses[row->kind].id);
	write_member(out, "status_detail",
		     row->reason != NULL ? row->reason : row->observed);
	out_text(out, "}");
	write_cloud(out, common, row);
	if (common->check != NULL && row->kind == FAIL)
		write_remediation(out, common, row);
	out_text(out, ",\"unmapped\":{\"verdict\":");
	out_json(out, row->verdict);
	write_member(out, "observed", row->observed);
	write_member(out, "reason", row->reason);
	write_member(out, "exception_id", row->exception);
	out_text(out, "}}");
}

static void *
begin(struct facts *facts, const char *path, struct err *err)
{
	struct common *common = mem_get(sizeof(*common));
	int64_t when = 0;

	common->facts = facts;
	if (out_open(&common->out, path, err) < 0) {
		free(common);
		return NULL;
	}
	if (time_read(facts->started_at, &when) == 0)
		common->time_ms = when * 1000;
	out_text(&common->out, "[");
	return common;
}

static int
add_finding(void *state, const struct finding_row *row, struct err *err)
{
	struct common *common = state;

	(void)err;
	turn_check(common, row);
	out_text(&common->out, common->has_any ? ",\n" : "\n");
	common->has_any = true;
	write_finding(&common->out, common, row);
	return 0;
}

static int
end(void *state, bool is_whole, struct err *err)
{
	struct common *common = state;
	int status;

	out_text(&common->out, "\n]\n");
	status = out_close(&common->out, is_whole ? err : NULL);
	free(common->compliance);
	free(common);
	return status;
}

const struct writer ocsf_writer = { begin, add_finding, end };
