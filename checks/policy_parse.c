/* Policies as text to statements: strict as AWS's grammar is, so that what AWS would
 * refuse is never taken to mean something. Rules: IAM User Guide, "Grammar of the IAM
 * JSON policy language". */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

size_t
list_size(const json_t *list)
{
	if (list == NULL)
		return 0;
	return json_is_array(list) ? json_array_size(list) : 1;
}

const json_t *
list_at(const json_t *list, size_t index)
{
	return json_is_array(list) ? json_array_get(list, index) : list;
}

const char *
list_text(const json_t *list, size_t index, size_t *len)
{
	const json_t *item = list_at(list, index);

	*len = json_string_length(item);
	return json_string_value(item);
}

/* A string, or a list of at least one string, none of them empty. */
static int
check_list(const json_t *list, const char *element, struct err *err)
{
	if (list_size(list) == 0)
		return err_set(err, "%s is empty", element);
	for (size_t i = 0; i < list_size(list); i++) {
		const json_t *item = list_at(list, i);

		if (!json_is_string(item))
			return err_set(err, "%s holds something that is not a string",
				       element);
		if (json_string_length(item) == 0)
			return err_set(err, "%s holds an empty string", element);
	}
	return 0;
}

/* "*", "*:*" or "service:Name"; IAM refuses a wildcard in the name of the service
 * ("Vendor … is not valid"). */
static int
check_action(const char *action, struct err *err)
{
	const char *colon = strchr(action, ':');
	size_t stars = strspn(action, "*");

	if (action[stars] == '\0')
		return 0;
	if (colon == NULL || colon == action || colon[1] == '\0')
		return err_set(err, "the action \"%.80s\" is not SERVICE:NAME", action);
	if (strcmp(action, "*:*") == 0)
		return 0;
	for (const char *c = action; c < colon; c++)
		if (!isalnum((unsigned char)*c) && *c != '-')
			return err_set(err, "the action \"%.80s\" names no service",
				       action);
	return 0;
}

/* A value of a condition, or a list of them. Numbers and booleans stand for their text.
 */
static int
check_values(const char *name, const char *key, const json_t *values, struct err *err)
{
	if (json_is_null(values) || json_is_object(values))
		return err_set(err, "Condition %.60s %.60s has no value", name, key);
	for (size_t i = 0; i < list_size(values); i++) {
		const json_t *value = list_at(values, i);

		if (!json_is_string(value) && !json_is_number(value) &&
		    !json_is_boolean(value))
			return err_set(
				err,
				"Condition %.60s %.60s holds something that is not a value",
				name, key);
	}
	return 0;
}

static int
check_condition(const json_t *condition, struct err *err)
{
	const char *name, *key;
	json_t *block, *values;

	if (!json_is_object(condition))
		return err_set(err, "Condition is not an object");
	json_object_foreach((json_t *)condition, name, block)
	{
		struct comparison comparison;

		if (comparison_read(name, &comparison) < 0)
			return err_set(err, "there is no condition operator \"%.80s\"",
				       name);
		if (!json_is_object(block))
			return err_set(err, "Condition %.80s is not an object", name);
		json_object_foreach(block, key,
				    values) if (check_values(name, key, values, err) <
						0) return -1;
	}
	return 0;
}

static int
check_principal(const json_t *principal, const char *element, struct err *err)
{
	static const char *const kinds[] = { "AWS", "Service", "Federated",
					     "CanonicalUser" };
	const char *kind;
	json_t *list;

	if (json_is_string(principal) && strcmp(json_string_value(principal), "*") == 0)
		return 0;
	if (!json_is_object(principal) || json_object_size(principal) == 0)
		return err_set(err, "%s is neither \"*\" nor an object", element);
	json_object_foreach((json_t *)principal, kind, list)
	{
		size_t i = 0;

		while (i < COUNT(kinds) && strcmp(kinds[i], kind) != 0)
			i++;
		if (i == COUNT(kinds))
			return err_set(err, "%s has an unknown kind \"%.60s\"", element,
				       kind);
		if (check_list(list, element, err) < 0)
			return -1;
	}
	return 0;
}

/* Takes one of two elements that exclude each other. */
static int
read_either(const json_t *object, const char *plain, const char *negative,
	    const json_t **value, bool *is_negative, struct err *err)
{
	const json_t *a = json_object_get(object, plain),
		     *b = json_object_get(object, negative);

	if (a != NULL && b != NULL)
		return err_set(err, "%s and %s stand together", plain, negative);
	*value = a != NULL ? a : b;
	*is_negative = b != NULL;
	return 0;
}

static int
check_elements(const json_t *object, const char *const *known, size_t count,
	       const char *where, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		size_t i = 0;

		while (i < count && strcmp(known[i], name) != 0)
			i++;
		if (i == count)
			return err_set(err, "%s has an unknown element \"%.60s\"", where,
				       name);
	}
	return 0;
}

static int
read_effect(const json_t *object, struct statement *out, struct err *err)
{
	const char *effect = json_string_value(json_object_get(object, "Effect"));
	const json_t *sid = json_object_get(object, "Sid");

	if (effect == NULL ||
	    (strcmp(effect, "Allow") != 0 && strcmp(effect, "Deny") != 0))
		return err_set(err, "Effect is neither Allow nor Deny");
	if (sid != NULL && !json_is_string(sid))
		return err_set(err, "Sid is not a string");
	out->denies = strcmp(effect, "Deny") == 0;
	out->sid = json_string_value(sid);
	return 0;
}

static int
read_statement(const json_t *object, struct statement *out, struct err *err)
{
	static const char *const known[] = { "Action",	  "Condition",	  "Effect",
					     "NotAction", "NotPrincipal", "NotResource",
					     "Principal", "Resource",	  "Sid" };
	size_t len;

	if (!json_is_object(object))
		return err_set(err, "it is not an object");
	if (check_elements(object, known, COUNT(known), "it", err) < 0 ||
	    read_effect(object, out, err) < 0)
		return -1;
	if (read_either(object, "Action", "NotAction", &out->action, &out->not_action,
			err) < 0 ||
	    read_either(object, "Resource", "NotResource", &out->resource,
			&out->not_resource, err) < 0 ||
	    read_either(object, "Principal", "NotPrincipal", &out->principal,
			&out->not_principal, err) < 0)
		return -1;
	if (check_list(out->action, "Action", err) < 0)
		return -1;
	for (size_t i = 0; i < list_size(out->action); i++)
		if (check_action(list_text(out->action, i, &len), err) < 0)
			return -1;
	/* Policies attached to a resource may leave it out (ECR, trust policies of
	 * roles). */
	if (out->resource != NULL ? check_list(out->resource, "Resource", err) < 0
				  : out->principal == NULL)
		return out->resource != NULL ? -1 : err_set(err, "there is no Resource");
	if (out->principal != NULL &&
	    check_principal(out->principal, "Principal", err) < 0)
		return -1;
	out->condition = json_object_get(object, "Condition");
	return out->condition != NULL ? check_condition(out->condition, err) : 0;
}

static void
add_statement(struct policies *policies, struct statement *statement)
{
	statement->action_count = list_size(statement->action);
	statement->actions = mem_get(statement->action_count * sizeof(struct pattern));
	for (size_t i = 0; i < statement->action_count; i++) {
		struct pattern *pattern = &statement->actions[i];

		pattern->text = list_text(statement->action, i, &pattern->len);
	}
	if (policies->count == policies->room) {
		policies->room = policies->room ? policies->room * 2 : 8;
		policies->list =
			mem_grow(policies->list, policies->room, sizeof(*policies->list));
	}
	policies->list[policies->count++] = *statement;
}

static void
drop_statements(struct policies *policies, size_t count)
{
	while (policies->count > count)
		free(policies->list[--policies->count].actions);
}

static int
read_version(const json_t *document, bool *has_variables, struct err *err)
{
	const json_t *version = json_object_get(document, "Version");
	const char *text = json_string_value(version);

	*has_variables = false;
	if (version == NULL || (text != NULL && strcmp(text, "2008-10-17") == 0))
		return 0;
	if (text == NULL || strcmp(text, "2012-10-17") != 0)
		return err_set(err, "Version is neither 2008-10-17 nor 2012-10-17");
	*has_variables = true;
	return 0;
}

static int
read_document(struct policies *policies, const json_t *document, int set, struct err *err)
{
	static const char *const known[] = { "Id", "Statement", "Version" };
	const json_t *list, *id;
	bool has_variables;

	if (!json_is_object(document))
		return err_set(err, "it is not an object");
	list = json_object_get(document, "Statement");
	id = json_object_get(document, "Id");
	if (check_elements(document, known, COUNT(known), "it", err) < 0 ||
	    read_version(document, &has_variables, err) < 0)
		return -1;
	if (id != NULL && !json_is_string(id))
		return err_set(err, "Id is not a string");
	if (!json_is_array(list) && !json_is_object(list))
		return err_set(err, "there is no Statement");
	for (size_t i = 0; i < list_size(list); i++) {
		struct statement statement = { .set = set,
					       .has_variables = has_variables };

		if (read_statement(list_at(list, i), &statement, err) < 0)
			return err_prefix(err, "statement %zu", i + 1);
		add_statement(policies, &statement);
	}
	return 0;
}

/* A document that cannot be read leaves none of its statements behind: what it says is
 * not known. */
static void
add_document(struct policies *policies, const json_t *document, int set)
{
	size_t before = policies->count;
	struct err err = { "" };
	json_t *own = NULL;

	if (json_is_null(document))
		return;
	if (json_is_string(document)) {
		own = policy_text_read(json_string_value(document),
				       json_string_length(document), &err);
		if (own == NULL)
			goto bad;
		json_array_append_new(policies->roots, own);
		document = own;
	}
	if (read_document(policies, document, set, &err) == 0)
		return;
bad:
	drop_statements(policies, before);
	if (policies->malformed++ == 0)
		err_set(&policies->trouble, "%s", err.text);
}

static void
add_documents(struct policies *policies, const json_t *documents, int set)
{
	for (size_t i = 0; i < list_size(documents); i++) {
		size_t bad = policies->malformed;

		add_document(policies, list_at(documents, i), set);
		if (policies->malformed == 1 && bad == 0 && json_is_array(documents))
			err_prefix(&policies->trouble, "document %zu", i + 1);
	}
}

/* {"identity": …, "boundary": …, "service_control": [level, …]}: a permissions boundary
 * and every level of control policies must allow as well (IAM User Guide, "Policy
 * evaluation logic"). */
static bool
add_sets(struct policies *policies, const json_t *root)
{
	static const char *const known[] = { "boundary", "identity", "service_control" };
	const json_t *boundary = json_object_get(root, "boundary");
	const json_t *levels = json_object_get(root, "service_control");

	if (!json_is_object(root) || json_object_get(root, "identity") == NULL ||
	    check_elements(root, known, COUNT(known), "it", NULL) < 0)
		return false;
	add_documents(policies, json_object_get(root, "identity"), 0);
	if (boundary != NULL && !json_is_null(boundary))
		add_documents(policies, boundary, policies->sets++);
	for (size_t i = 0; !json_is_null(levels) && i < list_size(levels); i++)
		add_documents(policies, list_at(levels, i), policies->sets++);
	return true;
}

void
policies_read(struct policies *policies, const char *text)
{
	struct err err = { "" };
	json_t *root;

	*policies = (struct policies){ .sets = 1, .roots = json_array() };
	if (text == NULL)
		return;
	root = policy_text_read(text, strlen(text), &err);
	if (root == NULL) {
		policies->malformed = 1;
		policies->trouble = err;
		return;
	}
	json_array_append_new(policies->roots, root);
	if (!add_sets(policies, root))
		add_documents(policies, root, 0);
}

void
policies_free(struct policies *policies)
{
	json_decref(policies->roots);
	drop_statements(policies, 0);
	free(policies->list);
	*policies = (struct policies){ .sets = 0 };
}
