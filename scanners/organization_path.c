/* The way of an account through its organization: the levels at which control policies are attached. */

#include "scanners/collect.h"

/* AWS nests organizational units five deep; more than this is no answer of AWS. */
enum { MOST_LEVELS = 16 };

/* Organizations API Reference, Account: "o-…/r-…/ou-…/ou-…/111122223333/". */
static const char *
level_type(const char *id, size_t len)
{
	if (len > 2 && strncmp(id, "r-", 2) == 0)
		return "ROOT";
	if (len > 3 && strncmp(id, "ou-", 3) == 0)
		return "ORGANIZATIONAL_UNIT";
	if (len == 12 && strspn(id, "0123456789") >= len)
		return "ACCOUNT";
	return NULL;
}

static int
add_level(json_t *levels, const char *id, size_t len)
{
	const char *type = level_type(id, len);
	size_t depth = json_array_size(levels);

	/* The root stands first, and only there. */
	if (type == NULL || depth >= MOST_LEVELS || (depth == 0) != (strcmp(type, "ROOT") == 0))
		return -1;
	return json_array_append_new(levels, json_pack("{s:o,s:s,s:I}", "Id",
						       json_stringn(id, len), "Type", type,
						       "Depth", (json_int_t)depth));
}

static bool
ends_in_account(const json_t *levels)
{
	const json_t *last = json_array_get(levels, json_array_size(levels) - 1);
	const char *type = json_string_value(json_object_get(last, "Type"));

	return type != NULL && strcmp(type, "ACCOUNT") == 0;
}

static json_t *
read_path(const char *path, const char *account)
{
	json_t *levels = json_array();
	const char *at = strchr(path, '/');
	int status = at != NULL && strncmp(path, "o-", 2) == 0 ? 0 : -1;

	for (at = at != NULL ? at + 1 : ""; status == 0 && *at != '\0';) {
		size_t len = strcspn(at, "/");

		status = ends_in_account(levels) ? -1 : add_level(levels, at, len);
		at += len + (at[len] == '/');
	}
	if (status == 0 && !ends_in_account(levels))
		status = add_level(levels, account, strlen(account));
	if (status == 0)
		return levels;
	json_decref(levels);
	return NULL;
}

json_t *
account_levels(const json_t *body)
{
	const json_t *account = json_object_get(body, "Account");
	const json_t *paths = json_object_get(account, "Paths");
	const char *id = json_string_value(json_object_get(account, "Id"));
	const char *path = json_string_value(json_array_get(paths, 0));
	json_t *levels, *result;

	if (json_is_array(json_object_get(body, "Levels")))
		return json_copy((json_t *)body);
	if (id == NULL || path == NULL || json_array_size(paths) != 1)
		return NULL;
	levels = read_path(path, id);
	if (levels == NULL)
		return NULL;
	result = json_copy((json_t *)body);
	json_object_set_new(result, "Levels", levels);
	return result;
}
