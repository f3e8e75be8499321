/* Proves a scanner's path against the shape of an answer. store/store.h says what paths
 * may hold. */

#include <stdlib.h>
#include <string.h>

#include "aws/model.h"

#define DEEP 40

/* Where a path stands: the shape, and the items of lists that it came through, for '^'.
 */
struct place {
	const struct aws_shape *at;
	const struct aws_shape *items[DEEP];
	size_t depth;
	const char *whole;
	struct err *err;
};

static int path_walk(struct place place, const char *path);

static int
path_fail(const struct place *place, const char *why, const char *what, size_t len)
{
	return err_set(place->err, "path \"%s\": %s \"%.*s\"", place->whole, why,
		       (int)len, what);
}

/* Past one balanced "{…}" or "[…]". NULL where it does not end. */
static const char *
bracket_end(const char *open)
{
	int depth = 0;

	for (const char *at = open; *at; at++) {
		if (*at == '{' || *at == '[')
			depth++;
		if ((*at == '}' || *at == ']') && --depth == 0)
			return at + 1;
	}
	return NULL;
}

/* Each of "{A,B}rest" as "A" "rest" by itself. */
static int
union_walk(const struct place *place, const char *path)
{
	const char *end = bracket_end(path), *part = path + 1, *at;
	int depth = 0, rc = 0;

	if (!end)
		return path_fail(place, "no end of", path, strlen(path));
	for (at = part; rc == 0 && at < end; at++) {
		if (*at == '{' || *at == '[')
			depth++;
		if (depth == 0 && (*at == ',' || at == end - 1)) {
			char *one = mem_print("%.*s%s", (int)(at - part), part, end);

			rc = path_walk(*place, one);
			free(one);
			part = at + 1;
		}
		if ((*at == '}' || *at == ']') && at < end - 1)
			depth--;
	}
	return rc;
}

/* "[]", "[0]", "[-1]", "[Key=x]": the list's item. */
static int
index_walk(struct place place, const char *path)
{
	const char *end = bracket_end(path);
	size_t key = strcspn(path + 1, "=]");

	if (!end)
		return path_fail(&place, "no end of", path, strlen(path));
	if (place.at->kind == KIND_DOCUMENT)
		return 0;
	if (place.at->kind != KIND_LIST)
		return path_fail(&place, "there is no list at", path, strlen(path));
	place.at = place.at->value;
	if (path[1 + key] == '=') {
		char *name = mem_text_n(path + 1, key);
		const struct aws_member *member = shape_member(place.at, name);

		free(name);
		if (!member && place.at->kind == KIND_STRUCTURE)
			return path_fail(&place, "the items have no", path + 1, key);
	}
	if (place.depth == DEEP - 1)
		return path_fail(&place, "too deep at", path, strlen(path));
	place.items[place.depth++] = place.at;
	return path_walk(place, end);
}

static int
name_walk(struct place place, const char *path)
{
	size_t len = strcspn(path, ".[{^|");
	const struct aws_member *member;
	char *name;

	if (place.at->kind == KIND_DOCUMENT)
		return 0;
	if (place.at->kind == KIND_MAP) {
		place.at = place.at->value;
		return path_walk(place, path + len);
	}
	name = mem_text_n(path, len);
	member = shape_member(place.at, name);
	free(name);
	if (!member)
		return path_fail(&place, "the answer has no", path, len);
	place.at = member->shape;
	return path_walk(place, path + len);
}

static int
path_walk(struct place place, const char *path)
{
	path += *path == '.';
	if (!*path)
		return 0;
	if (*path == '{')
		return union_walk(&place, path);
	if (*path == '[')
		return index_walk(place, path);
	if (*path == '^') {
		/* What is above the root is another path's matter: the caller joins it in
		 * front. */
		if (place.depth == 0)
			return 0;
		place.depth--;
		place.at = place.depth ? place.items[place.depth - 1]
				       : place.items[DEEP - 1];
		return path_walk(place, path + 1);
	}
	return name_walk(place, path);
}

/* One alternative, its filter and condition cut off. */
static int
alternative_check(const struct aws_operation *operation, const char *path,
		  const char *whole, struct err *err)
{
	struct place place = { .at = operation->output, .whole = whole, .err = err };
	const struct aws_member *member;
	size_t len;
	char *name;

	if (*path == '?') {
		len = strcspn(path + 1, "=");
		name = mem_text_n(path + 1, len);
		member = shape_member(operation->input, name);
		free(name);
		if (!member)
			return path_fail(&place, "the request has no", path + 1, len);
		path += strcspn(path, " ");
		path += strspn(path, " ");
	}
	if (*path == '$') {
		if (!text_starts(path, "$request."))
			return 0;
		path += strlen("$request.");
		place.at = operation->input;
	}
	/* The last place is kept free for the root, to which '^' from the first list
	 * leads. */
	place.items[DEEP - 1] = place.at;
	if (!place.at)
		return *path && strcmp(path, ".") != 0
			       ? path_fail(&place, "nothing is there to hold", path,
					   strlen(path))
			       : 0;
	return path_walk(place, path);
}

int
aws_check_output_path(const struct aws_operation *operation, const char *path,
		      struct err *err)
{
	const char *filter = strstr(path, " :");
	size_t len = filter ? (size_t)(filter - path) : strlen(path);
	char *text = mem_text_n(path, len), *part = text;
	int depth = 0, rc = 0;

	for (char *at = text; rc == 0; at++) {
		char c = *at;

		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		if (c && (c != '|' || depth > 0))
			continue;
		*at = '\0';
		rc = alternative_check(operation, part, path, err);
		part = at + 1;
		if (!c)
			break;
	}
	if (rc != 0)
		err_prefix(err, "%s:%s", operation->service->name, operation->name);
	free(text);
	return rc;
}
