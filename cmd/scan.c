/* scan: collect, judge, report. */

#include "cmd/cmd.h"

#include <errno.h>
#include <openssl/rand.h>
#include <signal.h>
#include <unistd.h>

#define DEFAULT_FORMATS "html,xlsx,json"

/* Set by a signal: no new calls are started, what is known is judged and reported. */
static volatile sig_atomic_t interrupted;

/* Everything that one scan holds open. */
struct state {
	const struct scan *scan;
	const struct arguments *arguments;
	struct judging judging;
	struct aws_settings settings;
	struct aws_client *client;
	struct evidence *recording;
	struct replay *replay;
	struct bender *bender;
	struct answerer answerer;
	struct progress progress;
	struct identity identity;
	struct evidence *evidence;
	char *home_region, *folder, *began;
	const char *made; /* folder that was not there before */
	int held;	  /* its lock; 0: none yet */
	char **regions;
	size_t region_count;
	json_t *options;
	int troubles;
};

static void
on_signal(int number)
{
	if (interrupted)
		_exit(128 + number);
	interrupted = 1;
}

static int
check_regions(struct state *state, struct err *err)
{
	for (size_t i = 0; i < arguments_count(state->arguments, "regions"); i++) {
		size_t more;
		char **words = cmd_split(
			arguments_value_at(state->arguments, "regions", i), &more);

		state->regions =
			mem_grow(state->regions, state->region_count + more + 1, sizeof(char *));
		for (size_t j = 0; j < more; j++)
			state->regions[state->region_count++] = words[j];
		free(words);
	}
	for (size_t i = 0; i < state->region_count; i++)
		if (check_region("--regions", state->regions[i], err) < 0)
			return -1;
	return 0;
}

static int
check_usage(struct state *state, struct err *err)
{
	const struct arguments *arguments = state->arguments;
	const char *list = arguments_value(arguments, "format");

	if (check_severity(arguments_value(arguments, "fail-on"), err) < 0 ||
	    (list != NULL && check_formats(list, err) < 0) ||
	    check_list(arguments, "regions", err) < 0 ||
	    check_region("--region", arguments_value(arguments, "region"), err) < 0 ||
	    check_endpoint(arguments_value(arguments, "endpoint-url"), err) < 0 ||
	    check_seed(arguments_value(arguments, "replay-shuffle"), err) < 0)
		return -1;
	return check_regions(state, err);
}

/* The folder must take files before the first request is made. */
static int
check_folder(const char *folder, struct err *err)
{
	if (folder != NULL && folder_make(folder, err) < 0)
		return -1;
	if (access(folder != NULL ? folder : ".", W_OK | X_OK) < 0)
		return err_set(err,
			       "cannot write to the output folder %s: %s; name another with "
			       "--output DIR",
			       folder != NULL ? folder : ".", strerror(errno));
	return 0;
}

/* Time at which a recording was made: its answers are judged as of then. */
static char *
recorded_at(struct state *state, const char *source)
{
	struct buf text = { 0 };
	sqlite3_stmt *get;
	char *when = NULL, *path;

	if (state->recording != NULL) {
		get = db_prepare(evidence_db(state->recording), NULL,
				 "SELECT started_at FROM scan");
		if (get != NULL && sqlite3_step(get) == SQLITE_ROW)
			when = mem_text((const char *)sqlite3_column_text(get, 0));
		sqlite3_finalize(get);
		return when;
	}
	for (size_t i = 0; i < state->scan->fixture_count; i++)
		if (strcmp(state->scan->fixtures[i].name, "recorded_at") == 0)
			text = (struct buf){ .data = embedded_text(&state->scan->fixtures[i]),
					     .len = state->scan->fixtures[i].len };
	if (source != NULL) {
		path = mem_print("%s/recorded_at", source);
		if (file_exists(path))
			file_read(path, 100, &text, NULL);
		free(path);
	}
	if (text.len > 0)
		when = mem_text_n(text.data, strcspn(text.data, "\r\n"));
	buf_free(&text);
	return when;
}

/* A recording is replayed over the regions that its scan was given. */
static int
recorded_regions(struct state *state, struct err *err)
{
	json_t *options = recorded_options(state->recording, err);
	const json_t *name;
	size_t i;

	if (options == NULL)
		return -1;
	if (state->region_count == 0)
		json_array_foreach(json_object_get(options, "regions"), i, name) {
			state->regions = mem_grow(state->regions, state->region_count + 1,
						  sizeof(char *));
			state->regions[state->region_count++] =
				mem_text(json_string_value(name));
		}
	json_decref(options);
	return 0;
}

static int
open_source(struct state *state, struct err *err)
{
	const char *source = arguments_value(state->arguments, "replay");
	const char *seed = arguments_value(state->arguments, "replay-shuffle");
	struct bend bend = { .deny = arguments_value(state->arguments, "replay-deny"),
			     .shuffle = seed != NULL ? (unsigned)strtoul(seed, NULL, 10) : 0 };

	if (source != NULL && !folder_exists(source)) {
		state->recording =
			evidence_open(source, state->judging.schema, true, err);
		if (state->recording == NULL || recorded_regions(state, err) < 0)
			return -1;
		state->replay =
			replay_open(state->recording, state->judging.schema, &bend, err);
		if (state->replay == NULL)
			return -1;
		state->answerer = answerer_of_replay(state->replay);
	} else {
		state->settings.replay = source;
		state->settings.fixtures = state->scan->fixtures;
		state->settings.fixture_count = state->scan->fixture_count;
		state->client = aws_client_new(&state->settings, err);
		if (state->client == NULL || aws_client_prepare(state->client, err) < 0)
			return -1;
		state->answerer = answerer_of_client(state->client);
		if (bend.deny != NULL || bend.shuffle != 0) {
			state->bender = bender_new(state->answerer, &bend);
			state->answerer = answerer_of_bender(state->bender);
		}
	}
	if (source != NULL || state->scan->fixtures != NULL)
		state->began = recorded_at(state, source);
	return 0;
}

static void
read_settings(struct state *state)
{
	state->settings = (struct aws_settings){
		.profile = arguments_value(state->arguments, "profile"),
		.region = arguments_value(state->arguments, "region"),
		.endpoint_url = arguments_value(state->arguments, "endpoint-url"),
		.ca_bundle = arguments_value(state->arguments, "ca-bundle"),
		.record = arguments_value(state->arguments, "record"),
	};
	/* the recorded account was asked in us-east-1, whatever the user's own region is */
	if (state->scan->fixtures != NULL)
		state->home_region = mem_text("us-east-1");
	else
		state->home_region = aws_region_default(&state->settings);
	if (state->home_region == NULL)
		state->home_region = mem_text(
			state->region_count > 0 ? state->regions[0] : "us-east-1");
}

/* A second scan into the folder would take the evidence file from under this one. */
static int
hold(struct state *state, const char *folder, struct err *err)
{
	if (state->held == 0)
		state->held = folder_hold(folder, err);
	return state->held < 0 ? -1 : 0;
}

static int
open_evidence(struct state *state, struct err *err)
{
	const char *asked = arguments_value(state->arguments, "output");
	char now[TIME_ROOM];
	char *options, *path;
	struct scan_facts facts = { .version = PLUMBLINE_VERSION,
				    .caller_arn = state->identity.arn,
				    .account_id = state->identity.account_id,
				    .partition = state->identity.partition };
	int status = -1;

	if (asked == NULL)
		asked = state->scan->folder;
	if (state->began == NULL)
		state->began = mem_text(time_text(time_now(), now));
	state->folder = asked != NULL ? mem_text(asked) :
					mem_print("plumbline-%s-%s",
						  state->identity.account_id, state->began);
	if (check_folder(state->folder, err) < 0 || hold(state, state->folder, err) < 0 ||
	    keep_former(state->folder, err) < 0)
		return -1;
	state->options = judging_options(&state->judging, state->arguments,
					 state->regions, state->region_count);
	options = json_canonical(state->options);
	path = mem_print("%s/evidence.db", state->folder);
	facts.started_at = state->began;
	facts.options = options;
	state->evidence = evidence_create(path, state->judging.schema, err);
	if (state->evidence != NULL)
		status = evidence_begin_scan(state->evidence, &facts, err);
	free(options);
	free(path);
	return status;
}

static int
collect(struct state *state, struct err *err)
{
	bool *wanted = mem_get(state->judging.schema->operation_count + 1);
	char key[32];
	struct collect job = {
		.schema = state->judging.schema,
		.evidence = state->evidence,
		.answerer = state->answerer,
		.regions = (const char *const *)state->regions,
		.region_count = state->region_count,
		.home_region = state->home_region,
		.wanted = wanted,
		.identity = &state->identity,
		.secret_key = key,
		.stop = &interrupted,
		.tick = progress_tick,
		.arg = &state->progress,
	};
	int status;

	RAND_bytes((unsigned char *)key, sizeof(key));
	checks_operations(state->judging.checks, wanted);
	status = collect_run(&job, err);
	mem_wipe(key, sizeof(key));
	free(wanted);
	return status;
}

/* What can be done after the evidence file could not be written. */
static int
say_kept(const struct state *state, struct err *err)
{
	return err_set(err, "cannot write %s/evidence.db: %s; with room on the disk 'plumbline scan --replay %s/evidence.db "
			    "--output DIR' judges the answers that are kept",
		       state->folder, err->text, state->folder);
}

/* What the scan came to, in words and as an exit status. */
static int
finish(struct state *state, bool incomplete, struct err *err)
{
	const char *list = arguments_value(state->arguments, "format");
	char now[TIME_ROOM];
	const char *finished = time_text(time_now(), now);
	sqlite3 *db = evidence_db(state->evidence);
	int verdicts;

	if (arguments_value(state->arguments, "replay") != NULL ||
	    state->scan->fixtures != NULL)
		finished = state->began;
	if (judge_evidence(&state->judging, state->evidence,
			   incomplete ? "incomplete" : "complete", finished,
			   &state->troubles, err) < 0)
		return say_kept(state, err);
	if (write_reports(state->evidence, list != NULL ? list : DEFAULT_FORMATS, state->folder,
			  err) < 0)
		return err_set(err, "%s; the evidence is whole: 'plumbline report %s/evidence.db --output DIR' writes the reports",
			       err->text, state->folder);
	if (!arguments_flag(state->arguments, "quiet")) {
		if (summary_say(db, err) < 0)
			return -1;
		cmd_say("evidence and reports are in %s", state->folder);
	}
	if (state->troubles > 0)
		return err_set(err, "%d page(s) could not judge; see above",
			       state->troubles);
	if (incomplete) {
		cmd_say("the scan was interrupted: what was collected is kept, judged and "
			"reported as incomplete");
		return EXIT_INCOMPLETE;
	}
	verdicts = summary_status(db, arguments_value(state->arguments, "fail-on"),
				  arguments_flag(state->arguments, "fail-on-unknown"));
	return verdicts;
}

/* Whether the scan that is replayed was itself broken off. */
static bool
was_broken_off(const struct state *state)
{
	sqlite3_stmt *get;
	bool complete;

	if (state->recording == NULL)
		return false;
	get = db_prepare(evidence_db(state->recording), NULL,
			 "SELECT 1 FROM scan WHERE state = 'complete'");
	complete = get != NULL && sqlite3_step(get) == SQLITE_ROW;
	sqlite3_finalize(get);
	return !complete;
}

/* A recording may have been broken off before it held who asked: its facts tell. */
static int
identify(struct state *state, struct err *err)
{
	sqlite3_stmt *get;
	int status = collect_identity(state->answerer, state->home_region, &state->identity,
				      err);

	if (status < 0 && state->client != NULL && state->identity.was_refused)
		err_set(err, "%s; the credentials are from: %s", err->text,
			aws_client_credentials(state->client)->source);
	if (status == 0 || !was_broken_off(state))
		return status;
	get = db_prepare(evidence_db(state->recording), err,
			 "SELECT account_id, coalesce(caller_arn, ''), partition FROM scan");
	if (get != NULL && sqlite3_step(get) == SQLITE_ROW) {
		char **const facts[] = { &state->identity.account_id, &state->identity.arn,
					 &state->identity.partition };

		for (int i = 0; i < 3; i++)
			*facts[i] = mem_text((const char *)sqlite3_column_text(get, i));
		err->text[0] = '\0';
		status = 0;
	}
	sqlite3_finalize(get);
	return status;
}

static int
run(struct state *state, struct err *err)
{
	const char *asked = arguments_value(state->arguments, "output");
	int status;

	if (check_usage(state, err) < 0)
		return EXIT_USAGE;
	status = judging_open(&state->judging, state->arguments, NULL, err);
	if (status != 0)
		return status;
	if (check_operations(arguments_value(state->arguments, "replay-deny"),
			     state->judging.schema, err) < 0)
		return EXIT_USAGE;
	state->made = asked != NULL && !folder_exists(asked) ? asked : NULL;
	if (check_folder(asked, err) < 0 || (asked != NULL && hold(state, asked, err) < 0))
		return -1;
	read_settings(state);
	if (open_source(state, err) < 0)
		return -1;
	state->progress.answerer = state->answerer;
	state->progress.doing = "collecting";
	progress_start(&state->progress, arguments_flag(state->arguments, "quiet"));
	if (identify(state, err) < 0 ||
	    open_evidence(state, err) < 0)
		return -1;
	status = collect(state, err);
	progress_end(&state->progress);
	if (status < 0)
		return say_kept(state, err);
	return finish(state, status > 0 || interrupted || was_broken_off(state), err);
}

int
scan_run(const struct scan *scan, struct err *err)
{
	struct state state = { .scan = scan, .arguments = scan->arguments };
	struct sigaction action = { .sa_handler = on_signal };
	int status;

	signal(SIGPIPE, SIG_IGN); /* a reader of progress, or a peer, that goes is no reason to stop */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = run(&state, err);
	progress_end(&state.progress);
	if (state.evidence == NULL && state.made != NULL)
		rmdir(state.made); /* it stays where something is in it */
	evidence_close(state.evidence);
	bender_free(state.bender);
	replay_free(state.replay);
	evidence_close(state.recording);
	aws_client_free(state.client);
	identity_free(&state.identity);
	judging_close(&state.judging);
	json_decref(state.options);
	for (size_t i = 0; i < state.region_count; i++)
		free(state.regions[i]);
	free(state.regions);
	if (state.held > 0)
		close(state.held);
	free(state.home_region);
	free(state.folder);
	free(state.began);
	return status;
}

static int
run_scan(const struct arguments *arguments, struct err *err)
{
	struct scan scan = { .arguments = arguments };

	return scan_run(&scan, err);
}

static const struct option options[] = {
	{ "ca-bundle", "FILE", "certificates to trust instead of the system's", false },
	JUDGING_OPTIONS,
	{ "endpoint-url", "URL", "ask this address instead of AWS's", false },
	{ "fail-on", "SEVERITY", "exit 3 where a finding of it or above failed", false },
	{ "fail-on-unknown", NULL, "exit 4 where something could not be assessed", false },
	{ "format", "LIST", "reports to write (default: " DEFAULT_FORMATS ")", false },
	{ "output", "DIR", "folder to write to (default: plumbline-ACCOUNT-TIME)", false },
	{ "profile", "NAME", "profile of the shared AWS files", false },
	{ "quiet", NULL, "no progress and no summary", false },
	{ "record", "DIR", "keep answers as they came, secrets included, for fixtures", false },
	{ "region", "NAME", "region to ask first (default: as the AWS CLI finds it)", false },
	{ "regions", "LIST", "scan only these regions (default: every enabled one)", true },
	{ "replay", "SOURCE", "answer from an evidence file or a folder of fixtures", false },
	{ "replay-deny", "LIST", "for tests: refuse SERVICE:OPERATION[@REGION]", false },
	{ "replay-shuffle", "SEED", "for tests: answer in another order", false },
};

const struct command command_scan = {
	.name = "scan",
	.summary = "collect, judge, report",
	.about = "Asks the account read-only questions, keeps every answer in DIR/evidence.db, judges "
		 "the evidence by the chosen checks and writes the reports beside it. With no options: "
		 "your default credentials, every enabled region, all checks.\n"
		 "\n"
		 "Exit status: 0 done; 1 error; 2 usage; 3 findings at or above --fail-on; 4 something "
		 "could not be assessed and --fail-on-unknown was given; 5 incomplete.",
	.options = options,
	.option_count = COUNT(options),
	.examples = "plumbline scan\n"
		    "plumbline scan --profile audit --regions eu-west-1,us-east-1 --output out\n"
		    "plumbline scan --checks 's3_*' --fail-on high",
	.run = run_scan,
};
