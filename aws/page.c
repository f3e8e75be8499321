/* Paging: the parameters of the next page, from the tokens that the model names. */

#include <stdlib.h>
#include <string.h>

#include "aws/model.h"

/* One step of a token's path, "Name" or "Name[-1]". Advances *path behind it. */
static const json_t *
step_take(const json_t *value, const char **path)
{
	size_t len = strcspn(*path, ".[/");
	json_t *next = NULL;
	char *name = mem_text_n(*path, len);

	if (json_is_object(value))
		next = json_object_get(value, name);
	free(name);
	*path += len;
	if (**path == '[') {
		size_t count = json_array_size(next);
		long at = strtol(*path + 1, NULL, 10);

		if (at < 0)
			at += (long)count;
		next = at >= 0 ? json_array_get(next, (size_t)at) : NULL;
		*path += strcspn(*path, "]");
		*path += **path == ']';
	}
	*path += **path == '.';
	return next;
}

/* What stands at "A.B[-1].C" in body; behind a slash is tried what else may hold it.
 * Borrowed, or NULL. */
static const json_t *
token_at(const json_t *body, const char *path)
{
	while (*path) {
		const json_t *value = body;

		while (*path && *path != '/')
			value = step_take(value, &path);
		/* An empty token says the same as none. */
		if (value && !json_is_null(value) && !json_is_false(value) &&
		    !(json_is_string(value) && json_string_length(value) == 0))
			return value;
		path += *path == '/';
	}
	return NULL;
}

/* The word of list that *at stands at, cut to a copy; NULL at the end. Caller frees. */
static char *
word_next(const char **at)
{
	size_t len;
	char *word;

	if (!*at || !**at)
		return NULL;
	len = strcspn(*at, " ");
	word = mem_text_n(*at, len);
	*at += len;
	*at += **at == ' ';
	return word;
}

static bool
has_more(const struct aws_operation *operation, const json_t *body)
{
	const json_t *more = token_at(body, operation->more_results);

	/* Elastic Beanstalk and others give it as text; a missing one is false. */
	return json_is_true(more) ||
	       (json_is_string(more) && strcmp(json_string_value(more), "true") == 0);
}

json_t *
aws_next_page(const struct aws_operation *operation, const json_t *parameters,
	      const json_t *body, bool *stuck)
{
	const char *in = operation->input_token, *out = operation->output_token;
	char *ask, *path;
	bool found = false, changed = false;
	json_t *next;

	*stuck = false;
	if (!in || !out || !body)
		return NULL;
	if (operation->more_results && !has_more(operation, body))
		return NULL;
	next = parameters ? json_deep_copy(parameters) : json_object();
	while ((ask = word_next(&in)) != NULL) {
		path = word_next(&out);
		const json_t *token = path ? token_at(body, path) : NULL;

		if (token) {
			found = true;
			changed |= !json_equal(token, json_object_get(parameters, ask));
			json_object_set_new(next, ask, json_deep_copy(token));
		} else {
			json_object_del(next, ask);
		}
		free(ask);
		free(path);
	}
	/* More was promised, but there is nothing new to ask with: the list would be cut
	 * short silently. */
	*stuck = (found && !changed) || (!found && operation->more_results);
	if (found && changed)
		return next;
	json_decref(next);
	return NULL;
}

json_t *
aws_without_tokens(const struct aws_operation *operation, const json_t *parameters)
{
	json_t *rest = parameters ? json_copy((json_t *)parameters) : json_object();
	const char *in = operation->input_token;
	char *ask;

	while ((ask = word_next(&in)) != NULL) {
		json_object_del(rest, ask);
		free(ask);
	}
	return rest;
}
