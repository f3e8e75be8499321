/* Policies judged: a decision on a request, and statements laid out for SQL. Rules: IAM
 * User Guide, "Policy evaluation logic". */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

static int
add_value(json_t *list, const json_t *value)
{
	char *text;

	if (json_is_string(value))
		return json_array_append(list, (json_t *)value);
	if (json_is_boolean(value))
		return json_array_append_new(
			list, json_string(json_is_true(value) ? "true" : "false"));
	if (!json_is_number(value))
		return -1;
	text = number_text(value);
	json_array_append_new(list, json_string(text));
	free(text);
	return 0;
}

/* Keys have no case: "aws:SourceIP" is "AWS:SourceIp". */
static int
read_context(const json_t *given, json_t *out)
{
	const char *key;
	json_t *value;

	if (given == NULL || json_is_null(given))
		return 0;
	if (!json_is_object(given))
		return -1;
	json_object_foreach((json_t *)given, key, value)
	{
		char *lower = mem_text(key);
		json_t *list = json_is_null(value) ? json_null() : json_array();

		for (char *c = lower; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
		json_object_set_new(out, lower, list);
		free(lower);
		for (size_t i = 0; json_is_array(list) && i < list_size(value); i++)
			if (add_value(list, list_at(value, i)) < 0)
				return -1;
	}
	return 0;
}

static int
read_text(const json_t *root, const char *name, const char **out)
{
	const json_t *value = json_object_get(root, name);

	*out = json_string_value(value);
	return value == NULL || json_is_null(value) || *out != NULL ? 0 : -1;
}

/* Texts of request are borrowed from *root, which the caller decrefs. */
static int
request_read(struct request *request, const char *text, json_t **root)
{
	const json_t *complete;

	*request = (struct request){ .context = json_object() };
	*root = NULL;
	if (text == NULL || strlen(text) > REQUEST_TEXT_MAX)
		return -1;
	*root = policy_text_read(text, strlen(text), NULL);
	if (!json_is_object(*root))
		return -1;
	if (read_text(*root, "principal", &request->principal) < 0 ||
	    read_text(*root, "action", &request->action) < 0 ||
	    read_text(*root, "resource", &request->resource) < 0)
		return -1;
	complete = json_object_get(*root, "complete");
	if (complete != NULL && !json_is_boolean(complete) && !json_is_integer(complete))
		return -1;
	request->complete = json_is_true(complete) || json_integer_value(complete) != 0;
	if (request->action == NULL)
		return -1;
	return read_context(json_object_get(*root, "context"), request->context);
}

/* Whether the statement is about this request at all. The cheap questions stand first. */
static enum truth
statement_applies(const struct statement *statement, struct request *request)
{
	enum truth result = action_matches(statement, request);

	if (result != NO)
		result = truth_and(result, resource_matches(statement, request));
	if (result != NO)
		result = truth_and(result, principal_matches(statement, request));
	if (result != NO)
		result = truth_and(result, condition_holds(statement, request));
	return result;
}

/* An explicit deny wins; without one, something must allow, in every set. */
static const char *
decide(const struct policies *policies, struct request *request)
{
	enum truth denied = policies->malformed ? MAYBE : NO, allowed = YES;
	enum truth *allows = mem_get((size_t)policies->sets * sizeof(*allows));

	for (int i = 0; i < policies->sets; i++)
		allows[i] = policies->malformed ? MAYBE : NO;
	for (size_t i = 0; i < policies->count && !work_is_over(&request->work); i++) {
		const struct statement *statement = &policies->list[i];
		enum truth applies;

		if ((statement->denies ? denied : allows[statement->set]) == YES)
			continue;
		applies = statement_applies(statement, request);
		if (statement->denies)
			denied = truth_or(denied, applies);
		else
			allows[statement->set] =
				truth_or(allows[statement->set], applies);
	}
	for (int i = 0; i < policies->sets; i++)
		allowed = truth_and(allowed, allows[i]);
	free(allows);
	if (work_is_over(&request->work))
		return "unknown";
	if (denied == YES)
		return "denied";
	if (denied == MAYBE || allowed == MAYBE)
		return "unknown";
	return allowed == YES ? "allowed" : "not_allowed";
}

const char *
policy_decision(const char *documents, const char *request_text)
{
	const char *decision = "unknown";
	struct policies policies;
	struct request request;
	json_t *root;

	policies_read(&policies, documents);
	if (request_read(&request, request_text, &root) == 0)
		decision = decide(&policies, &request);
	json_decref(request.context);
	json_decref(root);
	policies_free(&policies);
	return decision;
}

static json_t *
as_list(const json_t *value)
{
	json_t *list;

	if (json_is_array(value))
		return json_incref((json_t *)value);
	list = json_array();
	json_array_append(list, (json_t *)value);
	return list;
}

/* {"AWS": […], "Service": […] …}; "*" alone is everyone, as {"AWS": "*"} is. */
static json_t *
principal_lists(const json_t *principal)
{
	json_t *lists = json_object(), *value;
	const char *kind;

	if (json_is_string(principal)) {
		json_object_set_new(lists, "AWS", as_list(principal));
		return lists;
	}
	json_object_foreach((json_t *)principal, kind, value)
		json_object_set_new(lists, kind, as_list(value));
	return lists;
}

static json_t *
statement_object(const struct statement *statement)
{
	json_t *object = json_object();

	if (statement->sid != NULL)
		json_object_set_new(object, "Sid", json_string(statement->sid));
	json_object_set_new(object, "Effect",
			    json_string(statement->denies ? "Deny" : "Allow"));
	if (statement->principal != NULL) {
		json_object_set_new(
			object, statement->not_principal ? "NotPrincipal" : "Principal",
			principal_lists(statement->principal));
	}
	json_object_set_new(object, statement->not_action ? "NotAction" : "Action",
			    as_list(statement->action));
	if (statement->resource != NULL)
		json_object_set_new(object,
				    statement->not_resource ? "NotResource" : "Resource",
				    as_list(statement->resource));
	if (statement->condition != NULL)
		json_object_set(object, "Condition", (json_t *)statement->condition);
	json_object_set_new(object, "Public",
			    json_integer(statement->principal != NULL &&
					 principal_is_open(statement)));
	return object;
}

json_t *
policy_statements(const char *document)
{
	struct policies policies;
	json_t *list = NULL;

	policies_read(&policies, document);
	if (policies.malformed == 0) {
		list = json_array();
		for (size_t i = 0; i < policies.count; i++)
			json_array_append_new(list, statement_object(&policies.list[i]));
	}
	policies_free(&policies);
	return list;
}

char *
policy_trouble(const char *documents)
{
	struct policies policies;
	char *text = NULL;

	policies_read(&policies, documents);
	if (policies.malformed > 0)
		text = mem_print("reading the policy: %s", policies.trouble.text);
	policies_free(&policies);
	return text;
}
