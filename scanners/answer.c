/* What an answer means: recorded, its children and next page asked for. */

#include "scanners/collector.h"

enum { MOST_POLLS = 20 };

/* ---- Jobs. */

struct job *
job_new(struct collector *collector, int operation, const char *label, const char *region,
	json_t *parameters)
{
	struct job *job = mem_get(sizeof(*job));

	job->collector = collector;
	job->operation = operation;
	job->label = collector_intern(collector, label);
	job->region = collector_intern(collector, region);
	job->parameters = parameters;
	return job;
}

static void
job_free(struct job *job)
{
	json_decref(job->parameters);
	json_decref(job->next);
	free(job->items);
	free(job);
}

static const struct schema_operation *
job_operation(const struct job *job)
{
	return &job->collector->collect->schema->operations[job->operation];
}

const char *
collector_intern(struct collector *collector, const char *name)
{
	void *at;

	if (json_object_get(collector->names, name) == NULL)
		json_object_set_new(collector->names, name, json_true());
	at = json_object_iter_at(collector->names, name);
	return json_object_iter_key(at);
}

/* ---- What an answer means. */

/* Whether code stands in list; "Code/some_words" wants these words in the message too,
 * "Code/!some_words" a message without them. */
static bool
code_listed(const char *list, const char *code, const char *message)
{
	bool listed = false;
	const char *at = list;

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, " "), code_len = strcspn(at, " /");
		bool same = strlen(code) == code_len && strncmp(code, at, code_len) == 0;

		if (same && code_len < len) {
			bool without = at[code_len + 1] == '!';
			size_t from = code_len + 1 + without;
			char *wanted = mem_text_n(at + from, len - from);

			for (char *c = wanted; *c != '\0'; c++)
				*c = *c == '_' ? ' ' : *c;
			same = without != (message != NULL &&
					   strcasestr(message, wanted) != NULL);
			free(wanted);
		}
		listed |= same;
		at += len + (at[len] == ' ');
	}
	return listed;
}

/* A host that does not resolve, of a service that is not known to be in the region, is no fault: the list of regions that
 * the program carries may be older than the region, so it is asked all the same. */
static bool
is_not_offered(const struct job *job, const struct aws_answer *answer)
{
	return strcmp(answer->code, "CouldNotResolveHost") == 0 &&
	       !aws_service_offered(job_operation(job)->service, job->region);
}

static const char *
outcome_of(const struct job *job, const struct aws_answer *answer)
{
	const struct operation *row = job_operation(job)->row;

	if (answer->code == NULL)
		return outcome_answered;
	if (is_not_offered(job, answer))
		return outcome_not_offered;
	if (code_listed(row->absent, answer->code, answer->message))
		return outcome_absent;
	if (code_listed(row->unsubscribed, answer->code, answer->message))
		return outcome_unsubscribed;
	return outcome_refused;
}

/* Marks of secrets wait until their call has an id. */
struct mark {
	const char *kind;
	int number;
	char *keyed_hash;
};

struct marks {
	struct mark *list;
	size_t count;
};

static void
keep_mark(void *arg, const char *kind, int number, const char *keyed_hash)
{
	struct marks *marks = arg;

	marks->list = mem_grow(marks->list, marks->count + 1, sizeof(*marks->list));
	marks->list[marks->count++] =
		(struct mark){ kind, number, mem_text(keyed_hash) };
}

static int
write_marks(struct collector *collector, int64_t id, struct marks *marks)
{
	int status = 0;

	for (size_t i = 0; i < marks->count; i++) {
		const struct mark *mark = &marks->list[i];

		if (status == 0)
			status = evidence_add_mark(collector->collect->evidence, id, mark->kind,
						   mark->number, mark->keyed_hash,
						   collector->err);
		free(marks->list[i].keyed_hash);
	}
	free(marks->list);
	return status;
}

/* What is kept of a message: services quote what they were told, and we quote what could not be decoded. Caller frees. */
static char *
keepable_message(const struct operation *row, const struct aws_answer *answer)
{
	bool guarded = row->secrets != NULL || row->drop != NULL;
	int number = 0;
	char *redacted;

	if (answer->message == NULL)
		return NULL;
	if (guarded && answer->raw != NULL)
		return mem_text("the answer could not be decoded; it may hold secrets and was "
				"not kept");
	redacted = secret_redact(answer->message, strlen(answer->message), NULL, &number, NULL,
				 NULL);
	return redacted != NULL ? redacted : mem_text(answer->message);
}

/* Writes the call as it was answered. Returns its id, or -1 with the collector failed. */
static int64_t
record(struct job *job, const struct aws_answer *answer, json_t *body, const char *outcome,
       struct marks *marks)
{
	struct collector *collector = job->collector;
	const struct schema_operation *op = job_operation(job);
	struct place root = { .value = body };
	char *message = keepable_message(op->row, answer);
	struct call call = {
		.region = job->label, .service = op->service, .operation = op->operation,
		.parameters = job->parameters, .page = job->page, .parent = job->parent,
		.items = job->items, .item_count = job->item_count,
		.attempts = answer->attempts, .status = answer->status, .outcome = outcome,
		.error = answer->code, .message = message,
		.request_id = answer->request_id, .started_at = answer->started_at,
		.duration_ms = answer->duration_ms, .body = body,
	};
	int64_t id;

	memcpy(call.wire_sha256, answer->wire_sha256, sizeof(call.wire_sha256));
	/* what cannot be decoded may hold secrets where the operation's answers do */
	if (op->row->secrets == NULL && op->row->drop == NULL) {
		call.raw = answer->raw;
		call.raw_len = answer->raw_len;
	}
	if (body != NULL && op->row->items != NULL) {
		struct places places = path_items(&root, op->row->items);

		call.count = (int)places.count;
		places_free(&places);
	}
	id = evidence_add_call(collector->collect->evidence, &call, collector->err);
	free(message);
	if (id < 0 || write_marks(collector, id, marks) < 0) {
		collector->status = -1;
		return -1;
	}
	return id;
}

/* A call that was not made is a refusal too: what it would have said is not known. */
static void
record_unmade(struct job *job, const char *outcome, const char *code, const char *message)
{
	char *code_copy = mem_text(code), *message_copy = mem_text(message);
	struct aws_answer answer = { .code = code_copy, .message = message_copy,
				     .started_at = time_now() };
	struct marks none = { 0 };

	record(job, &answer, NULL, outcome, &none);
	free(code_copy);
	free(message_copy);
	job_free(job);
}

/* ---- Children. */

struct spawning {
	struct collector *collector;
	int operation;
	const char *label, *region;
	int64_t parent;
	int item;
	struct job *batch; /* being gathered */
	char *batch_input;
};

static void
batch_flush(struct spawning *spawning)
{
	if (spawning->batch != NULL)
		job_send(spawning->batch);
	spawning->batch = NULL;
}

static void
batch_add(struct spawning *spawning, json_t *parameters)
{
	const struct operation *row =
		spawning->collector->collect->schema->operations[spawning->operation].row;
	struct job *batch = spawning->batch;
	json_t *value = json_incref(json_object_get(parameters, spawning->batch_input));

	if (batch != NULL && (batch->item_count >= (size_t)row->batch ||
			      strcmp(batch->region, spawning->region) != 0)) {
		batch_flush(spawning);
		batch = NULL;
	}
	if (batch == NULL) {
		json_object_set_new(parameters, spawning->batch_input, json_array());
		batch = job_new(spawning->collector, spawning->operation, spawning->label,
				spawning->region, json_incref(parameters));
		batch->parent = spawning->parent;
		spawning->batch = batch;
	}
	json_array_append_new(json_object_get(batch->parameters, spawning->batch_input), value);
	batch->items = mem_grow(batch->items, batch->item_count + 1, sizeof(int));
	batch->items[batch->item_count++] = spawning->item;
	json_decref(parameters);
}

static void
spawn_one(void *arg, json_t *parameters)
{
	struct spawning *spawning = arg;
	struct job *job;

	if (spawning->batch_input != NULL) {
		batch_add(spawning, parameters);
		return;
	}
	job = job_new(spawning->collector, spawning->operation, spawning->label,
		      spawning->region, parameters);
	job->parent = spawning->parent;
	job->items = mem_get(sizeof(int));
	job->items[0] = spawning->item;
	job->item_count = 1;
	job_send(job);
}

static bool
in_scope(const struct collector *collector, const char *region)
{
	for (size_t i = 0; i < collector->region_count; i++)
		if (strcmp(collector->regions[i], region) == 0)
			return true;
	return false;
}

/* Sets where the calls about an item go. False: out of scope, they are not made. */
static bool
place_item(struct spawning *spawning, const struct job *parent, const struct place *item)
{
	const struct schema_operation *op =
		&spawning->collector->collect->schema->operations[spawning->operation];
	const char *region = "us-east-1"; /* what AWS means where it names no region */
	enum path_gap gap;
	json_t *value;
	bool wanted;

	spawning->label = parent->label;
	spawning->region = parent->region;
	if (op->row->region == NULL)
		return true;
	value = path_value(item, NULL, op->row->region, NULL, NULL, &gap);
	if (json_is_string(value))
		region = json_string_value(value);
	wanted = in_scope(spawning->collector, region);
	spawning->region = collector_intern(spawning->collector, region);
	spawning->label = spawning->region;
	json_decref(value);
	return wanted;
}

/* Conditions in which $region stands for the region that answered. NULL: none. Caller frees. */
static char *
only_here(const char *only, const char *region)
{
	const char *mark = only != NULL ? strstr(only, "$region") : NULL;

	if (mark == NULL)
		return mem_text(only);
	return mem_print("%.*s%s%s", (int)(mark - only), only, region,
			 mark + strlen("$region"));
}

static void
spawn_children_of(const struct job *parent, int operation, const struct places *items,
		  int64_t id)
{
	const struct operation *row =
		parent->collector->collect->schema->operations[operation].row;
	struct spawning spawning = { .collector = parent->collector,
				     .operation = operation, .parent = id };
	char *only = only_here(row->only, parent->region);

	if (row->batch > 0)
		spawning.batch_input = bind_batch_input(row);
	for (size_t i = 0; i < items->count; i++) {
		spawning.item = (int)i;
		if (path_holds(items->list[i], only) &&
		    place_item(&spawning, parent, items->list[i]))
			bind_each(parent->collector, operation, items->list[i],
				  parent->parameters, spawning.label, spawning.region,
				  spawn_one, &spawning);
	}
	batch_flush(&spawning);
	free(spawning.batch_input);
	free(only);
}

static void
spawn_children(const struct job *parent, const json_t *body, int64_t id)
{
	const struct schema *schema = parent->collector->collect->schema;
	struct place root = { .value = body };
	struct places items = path_items(&root, job_operation(parent)->row->items);

	for (size_t i = 0; i < schema->operation_count; i++)
		if (parent->collector->needed[i] &&
		    schema->operations[i].parent == parent->operation)
			spawn_children_of(parent, (int)i, &items, id);
	places_free(&items);
}

/* ---- Answers. */

static void
send_next_page(struct job *job, const struct aws_answer *answer)
{
	const struct schema_operation *op = job_operation(job);
	const struct aws_operation *model =
		aws_operation_find(op->service, op->operation, NULL);
	struct job *next;
	json_t *parameters = NULL;
	bool stuck = false;

	if (answer->more)
		parameters = json_incref(job->parameters);
	else if (model != NULL && answer->body != NULL)
		parameters = aws_next_page(model,
					   job->next != NULL ? job->next : job->parameters,
					   answer->body, &stuck);
	if (parameters == NULL && !stuck)
		return;
	next = job_new(job->collector, job->operation, job->label, job->region,
		       json_incref(job->parameters));
	next->page = job->page + 1;
	next->parent = job->parent;
	next->next = parameters;
	next->item_count = job->item_count;
	next->items = mem_get((job->item_count + 1) * sizeof(int));
	if (job->item_count > 0)
		memcpy(next->items, job->items, job->item_count * sizeof(int));
	if (stuck)
		record_unmade(next, outcome_refused, "PagingStuck",
			      "the answer gave the same page token twice: what follows is unknown");
	else
		job_send(next);
}

/* Asks a job that is not complete again later. Returns false where it is done. */
static bool
poll_again(struct job *job, const struct aws_answer *answer)
{
	const struct operation *row = job_operation(job)->row;
	struct place root = { .value = answer->body };

	if (row->poll == NULL || answer->code != NULL || path_holds(&root, row->poll) ||
	    job->polls >= MOST_POLLS)
		return false;
	job->polls++;
	job->later = job->collector->waiting;
	job->collector->waiting = job;
	return true;
}

static json_t *
keepable(struct job *job, const struct aws_answer *answer, struct marks *marks)
{
	const struct operation *row = job_operation(job)->row;
	json_t *body;

	if (answer->body == NULL)
		return NULL;
	body = row->shape != NULL ? row->shape(answer->body) : json_incref(answer->body);
	if (body != NULL && (row->secrets != NULL || row->drop != NULL))
		redact_answer(row, body, job->collector->collect->secret_key, keep_mark, marks);
	return body;
}

static void
job_answered(void *arg, struct aws_answer *answer)
{
	struct job *job = arg;
	const char *outcome = outcome_of(job, answer);
	static char undecodable[] = "Undecodable";
	struct aws_answer told = *answer;
	struct marks marks = { 0 };
	json_t *body;
	int64_t id;

	if (poll_again(job, answer))
		return;
	body = keepable(job, answer, &marks);
	if (answer->code == NULL && body == NULL) {
		/* an answer of no known shape tells nothing */
		told.code = undecodable;
		told.body = NULL;
		outcome = outcome_refused;
	}
	id = record(job, &told, body, outcome, &marks);
	if (id >= 0 && answer->code == NULL && body != NULL) {
		spawn_children(job, body, id);
		send_next_page(job, answer);
	}
	json_decref(body);
	job_free(job);
}

void
job_send(struct job *job)
{
	struct collector *collector = job->collector;
	const struct collect *collect = collector->collect;
	const struct schema_operation *op = job_operation(job);
	struct aws_answer known = collect->identity->answer;
	struct aws_request request = {
		.service = op->service, .operation = op->operation, .region = job->region,
		.parameters = job->next != NULL ? job->next : job->parameters,
		.per_second = op->row->per_second, .burst = op->row->burst,
		.group = op->row->group, .label = job->label, .page = job->page,
		.done = job_answered, .arg = job,
	};

	if (collector->status < 0) {
		job_free(job);
	} else if (known.body != NULL && strcmp(op->service, "sts") == 0 &&
		   strcmp(op->operation, "GetCallerIdentity") == 0) {
		job_answered(job, &known);
	} else if (collect->stop != NULL && *collect->stop) {
		collector->stopped = true;
		record_unmade(job, outcome_refused, "Interrupted",
			      "the scan was interrupted before this was asked");
	} else {
		collect->answerer.send(collect->answerer.self, &request);
	}
}
