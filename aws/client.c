/* The AWS client: queues requests, keeps many in flight, and answers each exactly once. */

#include <stdlib.h>
#include <string.h>

#include "aws/exchange.h"

#define TICK 0.1	  /* seconds */
#define REPLAYED_AT_ONCE 64

static void
settings_copy(struct aws_settings *out, const struct aws_settings *settings)
{
	*out = *settings;
	out->profile = mem_text(settings->profile);
	out->region = mem_text(settings->region);
	out->endpoint_url = mem_text(settings->endpoint_url);
	out->ca_bundle = mem_text(settings->ca_bundle);
	out->record = out->replay = NULL; /* the recording has them */
	out->fixtures = NULL;
	out->fixture_count = 0;
}

static void
settings_free(struct aws_settings *settings)
{
	free((char *)settings->profile);
	free((char *)settings->region);
	free((char *)settings->endpoint_url);
	free((char *)settings->ca_bundle);
}

struct aws_client *
aws_client_new(const struct aws_settings *settings, struct err *err)
{
	struct aws_client *client = mem_get(sizeof(*client));
	struct transport_options options = { 0 };
	bool is_named;

	settings_copy(&client->settings, settings);
	client->chance = (unsigned long)time_now() * 2654435761u + (unsigned long)(size_t)client;
	client->recording = recording_open(settings, err);
	if (!client->recording)
		goto fail;
	/* A replay must not depend on the machine that it runs on. */
	if (recording_answers(client->recording))
		return client;
	if (profiles_load(&client->profiles, err))
		goto fail;
	client->section = profiles_find(&client->profiles, SECTION_PROFILE, profile_chosen(settings, &is_named));
	client->max_attempts = attempts_allowed(settings, client->section);
	ca_bundle_find(settings, client->section, &options);
	client->transport = transport_new(&options, err);
	if (client->transport)
		return client;
fail:
	aws_client_free(client);
	return NULL;
}

static void
free_jobs(struct job *job)
{
	while (job) {
		struct job *next = job->next;

		job_free(job);
		job = next;
	}
}

void
aws_client_free(struct aws_client *client)
{
	if (!client)
		return;
	transport_free(client->transport);
	for (size_t i = 0; i < COUNT(client->flying); i++)
		if (client->flying[i])
			job_free(client->flying[i]);
	free_jobs(client->waiting);
	free_jobs(client->finished);
	for (struct lane *lane = client->ring_last; lane && lane->is_open; lane = lane->next) {
		lane->is_open = false;
		free_jobs(lane->first);
	}
	client_places_free(client);
	recording_free(client->recording);
	profiles_free(&client->profiles);
	aws_credentials_free(&client->credentials);
	free(client->credentials_error);
	settings_free(&client->settings);
	mem_wipe(&client->ring, sizeof(client->ring));
	free(client);
}

static void
add_finished(struct aws_client *client, struct job *job)
{
	job->next = NULL;
	if (client->finished_last)
		client->finished_last->next = job;
	else
		client->finished = job;
	client->finished_last = job;
}

static void
lane_open(struct aws_client *client, struct lane *lane)
{
	if (lane->is_open)
		return;
	lane->is_open = true;
	if (client->ring_last) {
		lane->next = client->ring_last->next;
		client->ring_last->next = lane;
	} else {
		lane->next = lane;
	}
	client->ring_last = lane;
}

static void
lane_add(struct aws_client *client, struct job *job, bool is_first)
{
	struct lane *lane = job->lane;

	job->next = is_first ? lane->first : NULL;
	if (!lane->first)
		lane->first = lane->last = job;
	else if (is_first)
		lane->first = job;
	else
		lane->last = lane->last->next = job;
	lane_open(client, lane);
}

void
aws_client_send(struct aws_client *client, const struct aws_request *request)
{
	struct job *job = mem_get(sizeof(*job));
	struct err err = { "" };

	job->operation = aws_operation_find(request->service, request->operation, &err);
	job->region = mem_text(request->region ? request->region : "");
	job->parameters = request->parameters ? json_deep_copy(request->parameters) : json_object();
	job->done = request->done;
	job->arg = request->arg;
	client->counts.waiting++;
	if (!job->operation) {
		job_fail(job, "NoSuchOperation", err.text);
	} else if (!aws_operation_is_read(job->operation)) {
		err_set(&err, "%s:%s may change things; only reads are sent", request->service, request->operation);
		job_fail(job, "NotARead", err.text);
	} else if (!*job->region || !strcmp(job->region, "aws-global")) {
		err_set(&err, "%s:%s: name a region to ask", request->service, request->operation);
		job_fail(job, "BadRegion", err.text);
	} else {
		struct aws_request wanted = *request;

		wanted.region = job->region;
		job->lane = lane_find(client, &wanted);
		lane_add(client, job, false);
		return;
	}
	add_finished(client, job);
}

/* By due; few wait at a time. */
static void
add_waiting(struct aws_client *client, struct job *job)
{
	struct job **at = &client->waiting;

	while (*at && (*at)->due <= job->due)
		at = &(*at)->next;
	job->next = *at;
	*at = job;
}

static void
wake_waiting(struct aws_client *client, double now)
{
	while (client->waiting && client->waiting->due <= now) {
		struct job *job = client->waiting;

		client->waiting = job->next;
		lane_add(client, job, true);
	}
}

static void
take_reply(void *self, void *arg, struct reply *reply)
{
	struct aws_client *client = self;
	struct job *job = arg;

	for (size_t i = 0; i < COUNT(client->flying); i++)
		if (client->flying[i] == job)
			client->flying[i] = NULL;
	client->counts.in_flight--;
	job->lane->in_flight--;
	if (job_judge(client, job, reply)) {
		add_finished(client, job);
	} else {
		add_waiting(client, job);
	}
	client->counts.waiting++;
}

/* Starts the lane's first job. */
static void
start_first(struct aws_client *client, struct lane *lane)
{
	struct job *job = lane->first;

	lane->first = job->next;
	if (!lane->first)
		lane->last = NULL;
	if (job_prepare(client, job)) {
		add_finished(client, job);
		return;
	}
	if (recording_answers(client->recording)) {
		job_replay(client, job);
		add_finished(client, job);
		return;
	}
	if (job_start(client, job)) {
		add_finished(client, job);
		return;
	}
	for (size_t i = 0; i < COUNT(client->flying); i++)
		if (!client->flying[i]) {
			client->flying[i] = job;
			break;
		}
	client->counts.waiting--;
	client->counts.in_flight++;
	lane->in_flight++;
}

/* Starts what rates and room allow, lane by lane in turn. Returns seconds until a token comes. */
static double
start_ready(struct aws_client *client, double now)
{
	bool is_replay = recording_answers(client->recording);
	bool is_free = is_replay || client->credentials_error; /* nothing will be sent */
	int most = is_replay ? REPLAYED_AT_ONCE : MOST_IN_FLIGHT, idle = 0;
	double soonest = TICK;
	size_t lanes = 0;

	for (struct lane *lane = client->ring_last; lane; lane = lane->next == client->ring_last ? NULL : lane->next)
		lanes++;
	/* Round the ring until nothing more can start; a lane without jobs leaves it. */
	while (client->ring_last && most > 0 && (size_t)idle < lanes) {
		struct lane *before = client->ring_last, *lane = before->next;
		double wait;

		if (!lane->first) {
			client->ring_last = lane == before ? NULL : before;
			before->next = lane->next;
			lane->is_open = false;
			lanes--;
			continue;
		}
		client->ring_last = lane;
		if (!is_replay && client->counts.in_flight >= MOST_IN_FLIGHT)
			break;
		wait = is_free ? 0 : lane->in_flight >= MOST_OF_LANE ? TICK : rate_take(&lane->rate, now);
		if (wait > 0) {
			soonest = wait < soonest ? wait : soonest;
			idle++;
			continue;
		}
		idle = 0;
		most--;
		start_first(client, lane);
	}
	return soonest;
}

static void
deliver(struct aws_client *client)
{
	while (client->finished) {
		struct job *job = client->finished;

		client->finished = job->next;
		if (!client->finished)
			client->finished_last = NULL;
		client->counts.waiting--;
		client->counts.answered++;
		if (job->answer.code)
			client->counts.refused++;
		if (job->done)
			job->done(job->arg, &job->answer);
		job_free(job);
	}
}

static void
interrupt_job(struct aws_client *client, struct job *job)
{
	job_fail(job, "Interrupted", "the scan was stopped before this was answered");
	job->answer.status = 0;
	add_finished(client, job);
}

/* Everything that is not answered yet is answered now. */
static void
interrupt(struct aws_client *client)
{
	if (client->transport)
		transport_drop(client->transport);
	for (size_t i = 0; i < COUNT(client->flying); i++) {
		struct job *job = client->flying[i];

		if (!job)
			continue;
		client->flying[i] = NULL;
		job->lane->in_flight--;
		client->counts.in_flight--;
		client->counts.waiting++;
		interrupt_job(client, job);
	}
	while (client->waiting) {
		struct job *job = client->waiting;

		client->waiting = job->next;
		interrupt_job(client, job);
	}
	for (struct lane *last = client->ring_last, *lane = last; lane; lane = lane->next == last ? NULL : lane->next) {
		while (lane->first) {
			struct job *job = lane->first;

			lane->first = job->next;
			interrupt_job(client, job);
		}
		lane->last = NULL;
	}
}

static bool
is_busy(const struct aws_client *client)
{
	return client->counts.waiting > 0 || client->counts.in_flight > 0;
}

int
aws_client_run(struct aws_client *client, volatile const int *stop, void (*tick)(void *arg), void *arg, struct err *err)
{
	double ticked = time_monotonic(), now, wait;
	int rc = 0;

	client->record_error.text[0] = '\0';
	while (is_busy(client) && !rc) {
		now = time_monotonic();
		if (stop && *stop) {
			interrupt(client);
		} else {
			wake_waiting(client, now);
			wait = start_ready(client, now);
			if (client->finished)
				wait = 0;
			else if (client->waiting && client->waiting->due - now < wait)
				wait = client->waiting->due - now;
			if (client->transport)
				rc = transport_poll(client->transport, wait > 0 ? (int)(wait * 1000) + 1 : 0, take_reply, client,
						    err);
			if (rc)
				interrupt(client);
		}
		deliver(client);
		if (tick && time_monotonic() - ticked >= TICK) {
			tick(arg);
			ticked = time_monotonic();
		}
	}
	if (!rc && client->record_error.text[0])
		rc = err_set(err, "%s", client->record_error.text);
	return rc;
}

int
aws_client_prepare(struct aws_client *client, struct err *err)
{
	free(client->credentials_error);
	client->credentials_error = NULL;
	return recording_answers(client->recording) ? 0 : credentials_ready(client, err);
}

const struct aws_credentials *
aws_client_credentials(const struct aws_client *client)
{
	return &client->credentials;
}

struct aws_counts
aws_client_counts(const struct aws_client *client)
{
	return client->counts;
}
