/* Credentials that a program of the user's prints: credential_process.
 * Source: AWS SDKs and Tools Reference Guide, "Process credential provider". */

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/client.h"

#define OUTPUT_CAP (64u << 10)
#define MOST_WORDS 64

extern char **environ;

static json_t *
text_member(const json_t *json, const char *name)
{
	json_t *value = json_object_get(json, name);

	return json_is_string(value) && json_string_length(value) ? value : NULL;
}

static char *
take_member(const json_t *json, const char *name)
{
	json_t *value = text_member(json, name);
	char *text = mem_text(json_string_value(value));

	if (value)
		mem_wipe((char *)json_string_value(value), json_string_length(value));
	return text;
}

int
credentials_from_json(char *body, size_t len, const char *token_name, struct aws_credentials *out, struct err *err)
{
	struct err ignored; /* a parser's message could quote a secret */
	json_t *json = json_read(body, len, &ignored);
	const char *expires = json_string_value(text_member(json, "Expiration"));
	int rc = -1;

	mem_wipe(body, len);
	if (!json_is_object(json))
		err_set(err, "what came is no JSON object");
	else if (!text_member(json, "AccessKeyId") || !text_member(json, "SecretAccessKey"))
		err_set(err, "what came has no AccessKeyId or no SecretAccessKey");
	else if (expires && time_read(expires, &out->expires_at))
		err_set(err, "its Expiration is not a time");
	else
		rc = 0;
	if (!rc) {
		out->access_key = take_member(json, "AccessKeyId");
		out->secret_key = take_member(json, "SecretAccessKey");
		out->token = take_member(json, token_name);
		out->account_id = take_member(json, "AccountId");
	}
	json_decref(json);
	return rc;
}

/* Splits as a shell would: quotes, and a backslash before any character. No shell is run. */
static size_t
split_words(const char *text, char **words, size_t most)
{
	size_t count = 0;

	while (*text && count < most) {
		struct buf word = { 0 };
		char quote = 0;

		text += strspn(text, " \t\n");
		if (!*text)
			break;
		for (; *text && (quote || !strchr(" \t\n", *text)); text++) {
			if (quote ? *text == quote : *text == '"' || *text == '\'')
				quote = quote ? 0 : *text;
			else if (*text == '\\' && quote != '\'' && text[1])
				buf_char(&word, *++text);
			else
				buf_char(&word, *text);
		}
		words[count++] = buf_take(&word);
	}
	return count;
}

static int
run_words(char **words, struct buf *out, int *status, struct err *err)
{
	posix_spawn_file_actions_t actions;
	int ends[2], rc;
	char part[4096];
	ssize_t got;
	pid_t pid;

	if (pipe(ends))
		return err_set(err, "a pipe cannot be made: %s", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	rc = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (rc) {
		close(ends[0]);
		return err_set(err, "%s cannot be run: %s", words[0], strerror(rc));
	}
	while ((got = read(ends[0], part, sizeof(part))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buf_add(out, part, (size_t)got);
	close(ends[0]);
	mem_wipe(part, sizeof(part));
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return err_set(err, "%s: its exit status is lost: %s", words[0], strerror(errno));
	return 0;
}

int
credentials_from_process(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	const char *command = section_value(chain->section, "credential_process");
	struct buf output = { .cap = OUTPUT_CAP };
	char *words[MOST_WORDS + 1] = { NULL };
	size_t count;
	int status = 0, rc = -1;

	if (!command)
		return err_set(err, "not configured"), 1;
	count = split_words(command, words, MOST_WORDS);
	if (count == 0)
		err_set(err, "profile %s: credential_process is empty", chain->profile);
	else if (!run_words(words, &output, &status, err)) {
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			err_set(err, "%s failed with status %d; run it by hand", words[0],
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		else if (output.over || !output.data)
			err_set(err, "%s printed %s", words[0], output.over ? "more than 64 KiB" : "nothing");
		else if (!(rc = credentials_from_json(output.data, output.len, "SessionToken", out, err)))
			out->source = mem_print("credential_process of profile %s", chain->profile);
		else
			err_prefix(err, "%s", words[0]);
	}
	if (output.data)
		mem_wipe(output.data, output.len);
	buf_free(&output);
	for (size_t i = 0; i < count; i++)
		text_wipe(words[i]);
	return rc;
}
