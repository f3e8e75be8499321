/* Bends answers for tests: refuses some, changes the order of all. */

#include "scanners/queue.h"

struct bender {
	struct answerer inner;
	char *deny;
	struct bend bend;
	struct queue queue;
	long refused;
};

void
queue_add(struct queue *queue, const struct aws_request *request)
{
	struct queued *queued;

	if (queue->first + queue->count == queue->room) {
		if (queue->first > 0)
			memmove(queue->list, queue->list + queue->first,
				queue->count * sizeof(*queue->list));
		queue->first = 0;
		if (queue->count * 2 >= queue->room) {
			queue->room = queue->room == 0 ? 64 : queue->room * 2;
			queue->list =
				mem_grow(queue->list, queue->room, sizeof(*queue->list));
		}
	}
	queued = &queue->list[queue->first + queue->count++];
	queued->request = *request;
	queued->request.service = mem_text(request->service);
	queued->request.operation = mem_text(request->operation);
	queued->request.region = mem_text(request->region);
	queued->request.label = mem_text(request->label);
	queued->request.group = mem_text(request->group);
	queued->request.parameters = json_deep_copy(request->parameters);
}

/* Numbers that only need to differ from seed to seed (xorshift). */
static unsigned
next_random(unsigned *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

bool
queue_take(struct queue *queue, struct queued *out)
{
	size_t at = queue->first;

	if (queue->count == 0)
		return false;
	if (queue->seed != 0) {
		struct queued swap;
		size_t other = at + next_random(&queue->seed) % queue->count;

		swap = queue->list[at];
		queue->list[at] = queue->list[other];
		queue->list[other] = swap;
	}
	*out = queue->list[at];
	queue->first++;
	queue->count--;
	return true;
}

void
queued_free(struct queued *queued)
{
	free((char *)queued->request.service);
	free((char *)queued->request.operation);
	free((char *)queued->request.region);
	free((char *)queued->request.label);
	free((char *)queued->request.group);
	json_decref((json_t *)queued->request.parameters);
}

void
queue_free(struct queue *queue)
{
	struct queued queued;

	while (queue_take(queue, &queued))
		queued_free(&queued);
	free(queue->list);
}

bool
bend_denies(const struct bend *bend, const struct aws_request *request)
{
	const char *at = bend->deny;
	char *name, *there;
	bool denied = false;

	if (at == NULL)
		return false;
	name = mem_print("%s:%s", request->service, request->operation);
	there = mem_print("%s@%s", name,
			  request->label != NULL ? request->label : request->region);
	while (*at != '\0') {
		size_t len = strcspn(at, ",");

		denied |= (strlen(name) == len && strncmp(name, at, len) == 0) ||
			  (strlen(there) == len && strncmp(there, at, len) == 0);
		at += len + (at[len] == ',');
	}
	free(name);
	free(there);
	return denied;
}

void
queued_deny(struct queued *queued)
{
	char code[] = "AccessDenied", message[] = "refused for a test";
	struct aws_answer answer = { .status = 403, .code = code, .message = message,
				     .attempts = 1, .started_at = time_now() };

	queued->request.done(queued->request.arg, &answer);
}

struct bender *
bender_new(struct answerer inner, const struct bend *bend)
{
	struct bender *bender = mem_get(sizeof(*bender));

	bender->inner = inner;
	bender->deny = mem_text(bend->deny);
	bender->bend = (struct bend){ .deny = bender->deny, .shuffle = bend->shuffle };
	bender->queue.seed = bend->shuffle;
	return bender;
}

static void
bender_send(void *self, const struct aws_request *request)
{
	struct bender *bender = self;

	queue_add(&bender->queue, request);
}

static int
bender_run(void *self, volatile const int *stop, void (*tick)(void *arg), void *arg,
	   struct err *err)
{
	struct bender *bender = self;

	while (bender->queue.count > 0) {
		struct queued queued;

		/* one at a time where the order matters, all at once where it does not */
		while (queue_take(&bender->queue, &queued)) {
			bool denied = bend_denies(&bender->bend, &queued.request);

			if (denied) {
				bender->refused++;
				queued_deny(&queued);
			} else {
				bender->inner.send(bender->inner.self, &queued.request);
			}
			queued_free(&queued);
			if (bender->bend.shuffle != 0 && !denied)
				break;
		}
		if (bender->inner.run(bender->inner.self, stop, tick, arg, err) < 0)
			return -1;
	}
	return 0;
}

static struct aws_counts
bender_counts(void *self)
{
	struct bender *bender = self;
	struct aws_counts counts = bender->inner.counts(bender->inner.self);

	counts.refused += bender->refused;
	return counts;
}

struct answerer
answerer_of_bender(struct bender *bender)
{
	return (struct answerer){ bender_send, bender_run, bender_counts, bender };
}

void
bender_free(struct bender *bender)
{
	if (bender == NULL)
		return;
	queue_free(&bender->queue);
	free(bender->deny);
	free(bender);
}

/* ---- The client as an answerer. */

static void
client_send(void *self, const struct aws_request *request)
{
	aws_client_send(self, request);
}

static int
client_run(void *self, volatile const int *stop, void (*tick)(void *arg), void *arg,
	   struct err *err)
{
	return aws_client_run(self, stop, tick, arg, err);
}

static struct aws_counts
client_counts(void *self)
{
	return aws_client_counts(self);
}

struct answerer
answerer_of_client(struct aws_client *client)
{
	return (struct answerer){ client_send, client_run, client_counts, client };
}
