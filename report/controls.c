/* What the checks say about each control of each framework. */

#include "report/pieces.h"

const char *const control_titles[CONTROL_STATES] = {
	"Met",		"Met in part",	  "Failed",    "Unknown",
	"Not assessed", "Not applicable", "To attest", "No check",
};

static int
read_framework(struct facts *facts, sqlite3_stmt *row)
{
	struct framework_row *framework;

	facts->frameworks = mem_grow(facts->frameworks, facts->framework_count + 1,
				     sizeof(*framework));
	framework = &facts->frameworks[facts->framework_count++];
	*framework = (struct framework_row){
		.name = facts_keep(facts, row, 0),
		.title = facts_keep(facts, row, 1),
	};
	return 0;
}

static int
read_control(struct facts *facts, sqlite3_stmt *row)
{
	struct control_row *control;

	facts->controls =
		mem_grow(facts->controls, facts->control_count + 1, sizeof(*control));
	control = &facts->controls[facts->control_count++];
	*control = (struct control_row){
		.framework = facts_keep(facts, row, 0),
		.position = sqlite3_column_int(row, 1),
		.number = facts_keep(facts, row, 2),
		.title = facts_keep(facts, row, 3),
		.kind = facts_keep(facts, row, 4),
	};
	return 0;
}

/* Links come by framework, so that a name that is there already is the last one. */
static void
name_framework(struct facts *facts, struct check_row *check, const char *framework)
{
	const char *last = strrchr(check->frameworks, ' ');

	if (strcmp(last != NULL ? last + 1 : check->frameworks, framework) == 0)
		return;
	check->frameworks = check->frameworks[0] == '\0'
				    ? framework
				    : arena_print(&facts->arena, "%s %s",
						  check->frameworks, framework);
}

/* Rows come in the order of the controls, so that each finds its own next to the last. */
static int
read_link(struct facts *facts, sqlite3_stmt *row)
{
	const char *framework = (const char *)sqlite3_column_text(row, 0);
	int position = sqlite3_column_int(row, 1);
	size_t low = 0, high = facts->control_count;
	struct control_link *link;

	while (low < high) {
		size_t middle = (low + high) / 2;
		struct control_row *control = &facts->controls[middle];
		int order = strcmp(framework, control->framework);

		if (order == 0)
			order = position - control->position;
		if (order == 0) {
			facts->links = mem_grow(facts->links, facts->link_count + 1,
						sizeof(*link));
			link = &facts->links[facts->link_count];
			if (control->link_count++ == 0)
				control->first_link = facts->link_count;
			facts->link_count++;
			link->check_id = facts_keep(facts, row, 2);
			link->extent = facts_keep(facts, row, 3);
			link->check = facts_check(facts, link->check_id);
			if (link->check != NULL)
				name_framework(facts, (struct check_row *)link->check,
					       control->framework);
			return 0;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

/* A control is met only where every check of it ran, none failed and none is in doubt. */
static enum control_state
judge(const struct facts *facts, struct control_row *control)
{
	bool is_full = false, is_missing = false;

	for (size_t i = 0; i < control->link_count; i++) {
		const struct control_link *link = &facts->links[control->first_link + i];

		if (link->check == NULL) {
			is_missing = true;
			continue;
		}
		for (int v = 0; v < VERDICTS; v++)
			control->counts[v] += link->check->counts[v];
		is_full = is_full || strcmp(link->extent, "full") == 0;
	}
	if (control->counts[FAIL] > 0)
		return FAILED;
	if (strcmp(control->kind, "attest") == 0)
		return ATTEST;
	if (control->link_count == 0)
		return NO_CHECK;
	if (control->counts[UNKNOWN] > 0)
		return DOUBTFUL;
	if (is_missing)
		return NOT_ASSESSED;
	if (control->counts[PASS] == 0)
		return DOES_NOT_APPLY;
	return is_full ? MET : MET_IN_PART;
}

int
controls_load(struct facts *facts, struct err *err)
{
	size_t at = 0;

	if (facts_each(
		    facts, err,
		    "SELECT DISTINCT c.framework, coalesce(f.title, c.framework) FROM control c "
		    "LEFT JOIN framework f ON f.name = c.framework ORDER BY 1",
		    read_framework) < 0 ||
	    facts_each(facts, err,
		       "SELECT framework, position, number, title, kind FROM control "
		       "ORDER BY framework, position",
		       read_control) < 0 ||
	    facts_each(facts, err,
		       "SELECT framework, position, check_id, extent FROM control_check "
		       "ORDER BY framework, position, check_id",
		       read_link) < 0)
		return -1;
	for (size_t i = 0; i < facts->framework_count; i++) {
		struct framework_row *framework = &facts->frameworks[i];

		framework->first_control = at;
		for (; at < facts->control_count &&
		       strcmp(facts->controls[at].framework, framework->name) == 0;
		     at++) {
			struct control_row *control = &facts->controls[at];

			control->state = judge(facts, control);
			framework->states[control->state]++;
			framework->control_count++;
		}
	}
	return 0;
}
