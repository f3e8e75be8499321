/* Walks the operations: root calls in every region, children as their parents' pages arrive. */

#include "scanners/collector.h"

#include <time.h>

enum { POLL_WAIT_MS = 500 };

/* ---- The plan. */

/* A call that hangs on no other, in one region. */
struct root {
	struct collector *collector;
	int operation;
	const char *label, *region;
};

static void
send_root(void *arg, json_t *parameters)
{
	struct root *root = arg;

	job_send(job_new(root->collector, root->operation, root->label, root->region,
			 parameters));
}

static void
ask_root(struct collector *collector, int operation, const char *label, const char *region)
{
	struct root root = { collector, operation, label, region };

	bind_each(collector, operation, NULL, NULL, label, region, send_root, &root);
}

/* Region in which a global operation is asked. */
static const char *
global_region(const struct collector *collector, const struct schema_operation *op)
{
	const struct aws_service *service = aws_service_find(op->service, NULL);

	if (op->row->regions != NULL && strcmp(op->row->regions, "home") != 0)
		return op->row->regions;
	if (service != NULL && service->global_region != NULL)
		return service->global_region;
	return collector->collect->home_region;
}

static void
ask_roots(struct collector *collector, int identity_operation, int regions_operation)
{
	const struct schema *schema = collector->collect->schema;

	for (size_t i = 0; i < schema->operation_count; i++) {
		const struct schema_operation *op = &schema->operations[i];

		if (!collector->needed[i] || op->parent >= 0 ||
		    (int)i == identity_operation || (int)i == regions_operation)
			continue;
		if (op->scope == GLOBAL ||
		    (op->row->regions != NULL && strcmp(op->row->regions, "home") == 0)) {
			ask_root(collector, (int)i, "aws-global", global_region(collector, op));
		} else if (op->row->regions != NULL) {
			ask_root(collector, (int)i, op->row->regions, op->row->regions);
		} else {
			for (size_t r = 0; r < collector->region_count; r++)
				ask_root(collector, (int)i, collector->regions[r],
					 collector->regions[r]);
		}
	}
}

static int
run_all(struct collector *collector, struct err *err)
{
	const struct collect *collect = collector->collect;
	const struct timespec wait = { 0, POLL_WAIT_MS * 1000000L };

	for (;;) {
		struct job *waiting;

		if (collect->answerer.run(collect->answerer.self, collect->stop, collect->tick,
					  collect->arg, err) < 0)
			return -1;
		if (collector->status < 0)
			return -1;
		waiting = collector->waiting;
		collector->waiting = NULL;
		if (waiting == NULL)
			return 0;
		if (collect->stop == NULL || !*collect->stop)
			nanosleep(&wait, NULL);
		while (waiting != NULL) {
			struct job *next = waiting->later;

			job_send(waiting);
			waiting = next;
		}
	}
}

static void
add_region(struct collector *collector, const char *name)
{
	collector->regions =
		mem_grow(collector->regions, collector->region_count + 1, sizeof(char *));
	collector->regions[collector->region_count++] = mem_text(name);
}

/* What DescribeRegions told: 1 enabled, 0 not, -1 not listed. */
static int
region_state(const json_t *listed, const char *name)
{
	size_t i;
	const json_t *item;

	json_array_foreach((json_t *)listed, i, item) {
		const char *there = json_string_value(json_object_get(item, "RegionName"));
		const char *state = json_string_value(json_object_get(item, "OptInStatus"));

		if (there != NULL && strcmp(there, name) == 0)
			return state == NULL || strcmp(state, "not-opted-in") != 0;
	}
	return -1;
}

/* The regions to ask: those given that are not switched off, or all that are on. */
static void
choose_regions(struct collector *collector, const json_t *listed)
{
	const struct collect *collect = collector->collect;
	const char *const *known;
	size_t count, i;
	const json_t *item;

	for (i = 0; i < collect->region_count; i++)
		if (region_state(listed, collect->regions[i]) != 0)
			add_region(collector, collect->regions[i]);
	if (collect->region_count > 0)
		return;
	json_array_foreach((json_t *)listed, i, item) {
		const char *name = json_string_value(json_object_get(item, "RegionName"));

		if (name != NULL && region_state(listed, name) == 1)
			add_region(collector, name);
	}
	if (collector->region_count > 0)
		return;
	count = aws_region_names(&known);
	for (i = 0; i < count; i++)
		add_region(collector, known[i]);
}

/* Reads back what DescribeRegions answered. New reference or NULL. */
static json_t *
listed_regions(const struct collect *collect)
{
	sqlite3_stmt *get = db_prepare(evidence_db(collect->evidence), NULL,
				       "SELECT id FROM api_call WHERE service = 'ec2' AND "
				       "operation = 'DescribeRegions' AND outcome = 'answered'");
	json_t *body = NULL, *list = NULL;

	if (get != NULL && sqlite3_step(get) == SQLITE_ROW)
		body = evidence_body(collect->evidence, sqlite3_column_int64(get, 0), NULL);
	sqlite3_finalize(get);
	list = json_incref(json_object_get(body, "Regions"));
	json_decref(body);
	return list;
}

static void
plan(struct collector *collector)
{
	const struct schema *schema = collector->collect->schema;
	static const char *const always[] = { "ec2:DescribeRegions",
					      "sts:GetCallerIdentity" };

	collector->needed = mem_get(schema->operation_count + 1);
	for (size_t i = 0; i < schema->operation_count; i++)
		for (int op = collector->collect->wanted[i] ? (int)i : -1; op >= 0;
		     op = schema->operations[op].parent)
			collector->needed[op] = true;
	for (size_t i = 0; i < COUNT(always); i++) {
		int op = schema_find_operation(schema, always[i]);

		if (op >= 0)
			collector->needed[op] = true;
	}
}

static int
collect_all(struct collector *collector, struct err *err)
{
	int identity = schema_find_operation(collector->collect->schema, "sts:GetCallerIdentity");
	int regions = schema_find_operation(collector->collect->schema, "ec2:DescribeRegions");
	json_t *listed;

	if (identity >= 0)
		ask_root(collector, identity, "aws-global", collector->collect->home_region);
	if (regions >= 0)
		ask_root(collector, regions, "aws-global", collector->collect->home_region);
	if (run_all(collector, err) < 0)
		return -1;
	listed = listed_regions(collector->collect);
	choose_regions(collector, listed);
	json_decref(listed);
	ask_roots(collector, identity, regions);
	return run_all(collector, err);
}

int
collect_run(const struct collect *collect, struct err *err)
{
	struct collector collector = { .collect = collect, .names = json_object(),
				       .err = err };
	int status;

	plan(&collector);
	status = collect_all(&collector, err);
	if (status == 0 && evidence_commit(collect->evidence, err) < 0)
		status = -1;
	for (size_t i = 0; i < collector.region_count; i++)
		free(collector.regions[i]);
	free(collector.regions);
	free(collector.needed);
	json_decref(collector.names);
	if (status < 0)
		return -1;
	return collector.stopped || (collect->stop != NULL && *collect->stop) ? 1 : 0;
}
