/* Ways in which the holder of some policies could become administrator. The methods are
 * rows of a table; an action counts when it is allowed on some resource and not denied
 * everywhere. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/policy.h"
#include "checks/policy_escalation.h"

/* Policies that make their holder administrator, or let him make himself one. */
static const char *const strong_policies[] = {
	"arn:aws-cn:iam::aws:policy/AdministratorAccess",
	"arn:aws-us-gov:iam::aws:policy/AdministratorAccess",
	"arn:aws:iam::aws:policy/AdministratorAccess",
	"arn:aws:iam::aws:policy/IAMFullAccess",
};

struct question {
	const struct policies *policies;
	struct request request;
	const struct escalation *method;
	uint64_t services; /* that the policies name */
	bool *applies;	   /* per statement: an Allow that may let the action, a Deny that
			      takes it for sure */
	bool conditional;  /* whether a condition had a say */
	int passes_role; /* whether iam:PassRole is granted, whatever the service; -1: to
			    be asked */
};

/* "${aws:username}" and "${aws:userid}" in a user's ARN mean the caller. */
static bool
is_self(const struct statement *statement, const char *resource)
{
	return statement->has_variables && strcasestr(resource, "${aws:user") != NULL;
}

/* An ARN of another service than the action's says nothing about it. The action's
 * resources may be of ec2 (ssm:StartSession) or iam (sts:AssumeRole) as well. */
static bool
is_of_service(const char *resource, const char *action)
{
	size_t len = strcspn(action, ":");
	const char *service;

	if (strncmp(resource, "arn:", 4) != 0 ||
	    (service = strchr(resource + 4, ':')) == NULL)
		return true;
	service++;
	if (strncasecmp(service, action, len) == 0 && service[len] == ':')
		return true;
	if (memchr(service, '*', strcspn(service, ":")) != NULL ||
	    service[strcspn(service, ":")] == '\0')
		return true;
	if (strncasecmp(action, "iam:", 4) == 0)
		return false;
	return strncmp(service, "iam:", 4) == 0 || strncmp(service, "ec2:", 4) == 0;
}

/* "*" and patterns for the roles of an account, whatever their names. */
static bool
means_all_roles(const char *resource)
{
	size_t len = strlen(resource);

	return strspn(resource, "*") == len || text_ends(resource, ":role/*") ||
	       text_ends(resource, ":*") || text_ends(resource, ":role*");
}

/* Whether a Deny takes the whole of one resource pattern. */
static bool
deny_takes(struct question *question, const struct statement *deny, const char *resource)
{
	struct work *work = &question->request.work;
	size_t len;

	for (size_t i = 0; i < list_size(deny->resource); i++) {
		const char *pattern = list_text(deny->resource, i, &len);

		if (deny->has_variables && strstr(pattern, "${") != NULL)
			continue;
		if (!deny->not_resource && glob_covers(work, pattern, resource, false))
			return true;
		/* What NotResource spares is left; all else is taken. */
		if (deny->not_resource &&
		    glob_matches(work, pattern, len, resource, strlen(resource), false))
			return false;
	}
	return deny->not_resource && strpbrk(resource, "*?$") == NULL;
}

static bool
is_denied(struct question *question, const char *resource)
{
	const struct policies *policies = question->policies;

	question->request.work.steps += (long)policies->count;
	for (size_t i = 0; i < policies->count; i++) {
		const struct statement *deny = &policies->list[i];

		if (deny->denies && question->applies[i] &&
		    (deny->resource == NULL || deny_takes(question, deny, resource)))
			return true;
	}
	return false;
}

/* Whether one resource pattern of an Allow leaves the action something to act on. */
static bool
resource_counts(struct question *question, const struct statement *allow,
		const char *resource)
{
	const char *action = question->request.action;

	if (!is_of_service(resource, action))
		return false;
	if (question->method->of_others && is_self(allow, resource))
		return false;
	if (question->method->of_all && !means_all_roles(resource))
		return false;
	return !is_denied(question, resource);
}

static bool
statement_grants(struct question *question, const struct statement *allow)
{
	size_t len;

	if (allow->resource == NULL || allow->not_resource)
		return !is_denied(question, "*");
	for (size_t i = 0; i < list_size(allow->resource); i++)
		if (resource_counts(question, allow, list_text(allow->resource, i, &len)))
			return true;
	return false;
}

/* Whether any Allow remains; only then are the Denies worth a look. */
static bool
find_statements(struct question *question)
{
	const struct policies *policies = question->policies;
	bool allows = false;

	question->request.work.steps += 2 * (long)policies->count;
	for (int denies = 0; denies <= 1; denies++) {
		for (size_t i = 0; i < policies->count; i++) {
			const struct statement *statement = &policies->list[i];

			if (statement->denies != denies)
				continue;
			question->applies[i] =
				action_matches(statement, &question->request) == YES;
			if (question->applies[i] && statement->condition != NULL) {
				question->conditional = true;
				question->applies[i] =
					condition_holds(statement, &question->request) >=
					(denies ? YES : MAYBE);
			}
			allows = allows || question->applies[i];
		}
		if (!allows)
			return false;
	}
	return true;
}

/* In every set: a boundary that does not allow an action takes it away. */
static bool
is_granted(struct question *question)
{
	const struct policies *policies = question->policies;

	if (!find_statements(question))
		return false;
	for (int set = 0; set < policies->sets; set++) {
		bool granted = false;

		question->request.work.steps += (long)policies->count;
		if (work_is_over(&question->request.work))
			return false;
		for (size_t i = 0; i < policies->count && !granted; i++) {
			const struct statement *allow = &policies->list[i];

			granted = !allow->denies && allow->set == set &&
				  question->applies[i] &&
				  statement_grants(question, allow);
		}
		if (!granted)
			return false;
	}
	return true;
}

static void
set_key(json_t *context, const char *key, const char *value)
{
	json_t *list = json_array();

	json_array_append_new(list, json_string(value));
	json_object_set_new(context, key, list);
}

/* The role goes to one service, which a condition may name; most do not. */
static bool
passes_role(struct question *question)
{
	bool granted;

	if (question->passes_role >= 0)
		return question->passes_role;
	set_key(question->request.context, "iam:passedtoservice",
		question->method->passed_to);
	question->conditional = false;
	granted = is_granted(question);
	if (!question->conditional)
		question->passes_role = granted;
	return granted;
}

/* What is known of the request that the method would make is its context. */
static bool
action_counts(struct question *question, const char *action)
{
	json_t *context = question->request.context;
	bool granted = false;

	json_object_clear(context);
	question->request.action = action;
	if (strcmp(action, "iam:PassRole") == 0)
		return passes_role(question);
	if (strncmp(action, "iam:Attach", 10) != 0)
		return is_granted(question);
	for (size_t i = 0; i < COUNT(strong_policies) && !granted; i++) {
		set_key(context, "iam:policyarn", strong_policies[i]);
		granted = is_granted(question);
	}
	return granted;
}

/* A bit for the service that an action is of; several services may share one. */
static uint64_t
service_bit(const char *action)
{
	unsigned hash = 0;

	for (; *action != '\0' && *action != ':'; action++)
		hash = hash * 31 + ((unsigned char)*action | 0x20);
	return (uint64_t)1 << hash % 64;
}

/* Most policies speak of few services: what no Allow names need not be asked about. */
static uint64_t
services_named(const struct policies *policies)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < policies->count; i++) {
		const struct statement *allow = &policies->list[i];

		if (allow->denies || allow->set != 0)
			continue;
		if (allow->not_action)
			return UINT64_MAX;
		for (size_t j = 0; j < allow->action_count; j++)
			bits |= allow->actions[j].text[0] == '*'
					? UINT64_MAX
					: service_bit(allow->actions[j].text);
	}
	return bits;
}

/* The method's name is its actions with a plus between them. The last one tells most. */
static bool
method_counts(struct question *question)
{
	const char *end = question->method->actions + strlen(question->method->actions),
		   *start;
	char action[80];

	for (; end > question->method->actions;
	     end = start > question->method->actions ? start - 1 : start) {
		start = end;
		while (start > question->method->actions && start[-1] != '+')
			start--;
		if ((size_t)(end - start) >= sizeof(action))
			return false;
		memcpy(action, start, (size_t)(end - start));
		action[end - start] = '\0';
		if ((question->services & service_bit(action)) == 0 ||
		    !action_counts(question, action))
			return false;
	}
	return true;
}

json_t *
policy_escalations(const char *documents)
{
	struct policies policies;
	struct question question = { .policies = &policies, .passes_role = -1 };
	json_t *list = NULL;

	policies_read(&policies, documents);
	question.request.context = json_object();
	if (policies.malformed > 0)
		goto out;
	list = json_array();
	question.services = services_named(&policies);
	question.applies = mem_get(policies.count * sizeof(bool));
	for (size_t i = 0; i < escalation_count && policies.count > 0; i++) {
		question.method = &escalations[i];
		if (escalations[i].of_bounded && policies.sets == 1)
			continue;
		if (method_counts(&question))
			json_array_append_new(list, json_string(escalations[i].actions));
	}
	if (work_is_over(&question.request.work)) {
		json_decref(list);
		list = NULL;
	}
out:
	free(question.applies);
	json_decref(question.request.context);
	policies_free(&policies);
	return list;
}
