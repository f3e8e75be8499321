/* Answers calls from an evidence file, as they were answered when it was written. */

#include "scanners/queue.h"

struct replay {
	struct evidence *recording;
	sqlite3_stmt *find;
	struct bend bend;
	char *deny;
	struct queue queue;
	struct aws_counts counts;
};

struct replay *
replay_open(struct evidence *recording, const struct schema *schema, const struct bend *bend,
	    struct err *err)
{
	struct replay *replay = mem_get(sizeof(*replay));

	(void)schema;
	replay->recording = recording;
	replay->deny = mem_text(bend->deny);
	replay->bend = (struct bend){ .deny = replay->deny, .shuffle = bend->shuffle };
	replay->queue.seed = bend->shuffle;
	replay->find = db_prepare(evidence_db(recording), err,
				  "SELECT id, attempts, status, outcome, error, message, request_id,"
				  " wire_sha256, duration_ms, encoding FROM api_call WHERE service = ?1"
				  " AND operation = ?2 AND region = ?3 AND parameters = ?4 AND page = ?5");
	if (replay->find != NULL)
		return replay;
	replay_free(replay);
	return NULL;
}

static char *
column_copy(sqlite3_stmt *row, int at)
{
	return mem_text((const char *)sqlite3_column_text(row, at));
}

static bool
find_page(struct replay *replay, const struct aws_request *request, const char *parameters,
	  int page)
{
	sqlite3_stmt *find = replay->find;

	sqlite3_reset(find);
	sqlite3_bind_text(find, 1, request->service, -1, SQLITE_STATIC);
	sqlite3_bind_text(find, 2, request->operation, -1, SQLITE_STATIC);
	sqlite3_bind_text(find, 3, request->label != NULL ? request->label : request->region,
			  -1, SQLITE_STATIC);
	sqlite3_bind_text(find, 4, parameters, -1, SQLITE_STATIC);
	sqlite3_bind_int(find, 5, page);
	return sqlite3_step(find) == SQLITE_ROW;
}

static void
read_answer(struct replay *replay, struct aws_answer *answer)
{
	sqlite3_stmt *row = replay->find;
	const char *wire = (const char *)sqlite3_column_text(row, 7);
	struct err why = { 0 };

	answer->attempts = sqlite3_column_int(row, 1);
	answer->status = sqlite3_column_int(row, 2);
	answer->code = column_copy(row, 4);
	answer->message = column_copy(row, 5);
	answer->request_id = column_copy(row, 6);
	answer->duration_ms = sqlite3_column_int(row, 8);
	if (wire != NULL)
		snprintf(answer->wire_sha256, sizeof(answer->wire_sha256), "%s", wire);
	if (answer->code != NULL)
		return;
	answer->body = evidence_body(replay->recording, sqlite3_column_int64(row, 0), &why);
	if (answer->body == NULL) {
		answer->code = mem_text("Undecodable");
		answer->message = mem_text(why.text);
	}
}

static void
answer_one(struct replay *replay, struct queued *queued)
{
	struct aws_answer answer = { .started_at = time_now() };
	char *parameters = json_canonical(queued->request.parameters);

	replay->counts.sent++;
	if (bend_denies(&replay->bend, &queued->request)) {
		replay->counts.refused++;
		queued_deny(queued);
		free(parameters);
		return;
	}
	if (find_page(replay, &queued->request, parameters, queued->request.page)) {
		read_answer(replay, &answer);
		answer.more = answer.code == NULL &&
			      find_page(replay, &queued->request, parameters,
					queued->request.page + 1);
	} else {
		answer.code = mem_text("NotRecorded");
		answer.message = mem_text("the recording does not hold this call");
	}
	sqlite3_reset(replay->find);
	queued->request.done(queued->request.arg, &answer);
	json_decref(answer.body);
	free(answer.code);
	free(answer.message);
	free(answer.request_id);
	free(parameters);
}

static void
replay_send(void *self, const struct aws_request *request)
{
	struct replay *replay = self;

	queue_add(&replay->queue, request);
}

static int
replay_run(void *self, volatile const int *stop, void (*tick)(void *arg), void *arg,
	   struct err *err)
{
	struct replay *replay = self;
	struct queued queued;

	(void)err;
	(void)stop; /* nothing is waited for: what is queued is answered at once */
	while (queue_take(&replay->queue, &queued)) {
		answer_one(replay, &queued);
		queued_free(&queued);
		if (tick != NULL)
			tick(arg);
	}
	return 0;
}

static struct aws_counts
replay_counts(void *self)
{
	struct replay *replay = self;

	return replay->counts;
}

struct answerer
answerer_of_replay(struct replay *replay)
{
	return (struct answerer){ replay_send, replay_run, replay_counts, replay };
}

void
replay_free(struct replay *replay)
{
	if (replay == NULL)
		return;
	sqlite3_finalize(replay->find);
	queue_free(&replay->queue);
	free(replay->deny);
	free(replay);
}
