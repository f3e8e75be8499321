/* What a policy allows wholesale: a service, or everything, in one word. Rules: IAM User
 * Guide, "IAM JSON policy elements: Action", "NotAction", "Resource". */

#include <string.h>
#include <strings.h>

#include "checks/policy.h"

/* What no account has: only a pattern for all resources of its partition matches it. */
#define NOWHERE "none:nowhere:000000000000:nothing"

static bool
is_only(const char *text, const char *signs)
{
	return text[strspn(text, signs)] == '\0';
}

/* "s3:*", and what is everything: "*", "*:*". */
static bool
is_whole_service(const char *action)
{
	const char *colon = strchr(action, ':');

	return is_only(colon != NULL ? colon + 1 : action, "*");
}

/* All but a list leaves IAM in, and so lets its holder grant himself the rest. */
static bool
leaves_iam(const json_t *list)
{
	size_t len;

	for (size_t i = 0; i < list_size(list); i++) {
		const char *action = list_text(list, i, &len);

		if (is_only(action, "*:") || strncasecmp(action, "iam:", 4) == 0)
			return false;
	}
	return true;
}

/* "*", "arn:aws:*" and the like; each partition has its own name. */
static bool
is_every_resource(const char *pattern)
{
	char probe[80] = "arn:aws:" NOWHERE;
	size_t len = strncmp(pattern, "arn:", 4) == 0
			     ? strspn(pattern + 4, "abcdefghijklmnopqrstuvwxyz-")
			     : 0;

	if (len > 0 && len < 24 && pattern[4 + len] == ':')
		snprintf(probe, sizeof(probe), "arn:%.*s:%s", (int)len, pattern + 4,
			 NOWHERE);
	return text_matches(pattern, probe);
}

static bool
has_every_resource(const struct statement *statement)
{
	size_t len;

	if (statement->resource == NULL)
		return false;
	if (statement->not_resource)
		return true;
	for (size_t i = 0; i < list_size(statement->resource); i++)
		if (is_every_resource(list_text(statement->resource, i, &len)))
			return true;
	return false;
}

static void
add_grant(json_t *list, const char *action, bool is_everything, size_t number)
{
	json_t *grant = json_object();

	json_object_set_new(grant, "action", json_string(action));
	json_object_set_new(grant, "everything", json_integer(is_everything));
	json_object_set_new(grant, "statement", json_integer((json_int_t)number));
	json_array_append_new(list, grant);
}

static void
add_grants(json_t *list, const struct statement *statement, size_t number)
{
	size_t len;

	if (statement->denies)
		return;
	if (statement->not_action) {
		add_grant(list, "all but a list",
			  leaves_iam(statement->action) && has_every_resource(statement),
			  number);
		return;
	}
	for (size_t i = 0; i < list_size(statement->action); i++) {
		const char *action = list_text(statement->action, i, &len);

		if (is_whole_service(action))
			add_grant(list, action,
				  is_only(action, "*:") && has_every_resource(statement),
				  number);
	}
}

json_t *
policy_wholesale(const char *document)
{
	struct policies policies;
	json_t *list = NULL;

	policies_read(&policies, document);
	if (policies.malformed == 0) {
		list = json_array();
		for (size_t i = 0; i < policies.count; i++)
			add_grants(list, &policies.list[i], i + 1);
	}
	policies_free(&policies);
	return list;
}
