/* Whether a resource policy is public. Rules: Amazon S3 User Guide, "Blocking public
 * access to your Amazon S3 storage", section "The meaning of "public"": a policy is
 * public unless it grants only to fixed values (no wildcard, no variable) of a principal
 * or of certain condition keys. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/policy.h"

/* Condition keys that name a party. Those of the S3 guide, and those that other services
 * and later versions of the guides for condition keys have for the same parties. Sorted.
 */
static const char *const naming_keys[] = {
	"aws:PrincipalAccount",
	"aws:PrincipalArn",
	"aws:PrincipalOrgID",
	"aws:PrincipalOrgPaths",
	"aws:PrincipalServiceName",
	"aws:PrincipalServiceNamesList",
	"aws:SourceAccount",
	"aws:SourceArn",
	"aws:SourceOrgID",
	"aws:SourceOrgPaths",
	"aws:SourceOwner",
	"aws:SourceVpc",
	"aws:SourceVpcArn",
	"aws:SourceVpce",
	"aws:VpceAccount",
	"aws:VpceOrgID",
	"aws:VpceOrgPaths",
	"aws:userid",
	"aws:username",
	"kms:CallerAccount",
	"s3:DataAccessPointAccount",
	"s3:DataAccessPointArn",
	"s3:x-amz-server-side-encryption-aws-kms-key-id",
};

static bool
names_a_party(const char *key)
{
	for (size_t i = 0; i < COUNT(naming_keys); i++)
		if (strcasecmp(naming_keys[i], key) == 0)
			return true;
	return false;
}

static bool
is_fixed(const struct statement *statement, const char *value)
{
	if (value[0] == '\0' || strpbrk(value, "*?") != NULL)
		return false;
	return !statement->has_variables || strstr(value, "${") == NULL;
}

/* "This value can contain a wildcard for the access point name … as long as the account
 * id is fixed." */
static bool
is_access_point(const struct statement *statement, const char *value)
{
	const char *name = strstr(value, ":accesspoint/"), *c = value;
	char *before;
	bool fixed;
	int colons = 0;

	if (name == NULL)
		return false;
	for (; c < name; c++)
		colons += *c == ':';
	before = mem_text_n(value, (size_t)(name - value));
	fixed = colons == 4 && strlen(strrchr(before, ':')) == 13 &&
		is_fixed(statement, before);
	free(before);
	return fixed && (!statement->has_variables || strstr(name, "${") == NULL);
}

/* "Values broader than /8 for IPv4 and /32 for IPv6 (excluding RFC1918 private ranges)"
 * are public. The private ranges are none of them broader. */
static bool
is_narrow(const char *value)
{
	struct network network;

	if (network_read(value, &network) < 0)
		return false;
	return network.prefix >= (network.family == 4 ? 8 : 32);
}

static bool
value_names(const struct statement *statement, const struct comparison *comparison,
	    const char *key, const char *value)
{
	if (comparison->operand == OPERAND_ADDRESS)
		return is_narrow(value);
	if (strcasecmp(key, "s3:DataAccessPointArn") == 0 &&
	    is_access_point(statement, value))
		return true;
	return is_fixed(statement, value);
}

/* Whether Null says of the key that it must be there. */
static bool
must_exist(struct work *work, const struct statement *statement, const char *key)
{
	const char *name, *other;
	json_t *block, *value;

	json_object_foreach((json_t *)statement->condition, name, block)
	{
		if (strcasecmp(name, "Null") != 0)
			continue;
		json_object_foreach(block, other, value)
		{
			const json_t *only =
				list_size(value) == 1 ? list_at(value, 0) : NULL;
			const char *text = json_string_value(only);

			work->steps += 4;
			if (strcasecmp(other, key) == 0 &&
			    (json_is_false(only) ||
			     (text != NULL && strcasecmp(text, "false") == 0)))
				return true;
		}
	}
	return false;
}

/* Whether one line of a condition lets only fixed, named parties through. An operator
 * that is true of an absent key lets those through who have none. */
static bool
line_names(struct work *work, const struct statement *statement,
	   const struct comparison *comparison, const char *key, const json_t *values)
{
	enum operand_type operand = comparison->operand;
	bool of_text = operand == OPERAND_STRING || operand == OPERAND_STRING_ANY_CASE ||
		       operand == OPERAND_PATTERN || operand == OPERAND_ARN;
	bool of_source =
		operand == OPERAND_ADDRESS && strcasecmp(key, "aws:SourceIp") == 0;

	work->steps += 4 * (long)(COUNT(naming_keys) + list_size(values));
	if (comparison->negated || !(of_source || (of_text && names_a_party(key))))
		return false;
	if ((comparison->if_exists || comparison->for_all) && !must_exist(work, statement, key))
		return false;
	for (size_t i = 0; i < list_size(values); i++) {
		size_t len;
		const char *value = list_text(values, i, &len);

		if (value != NULL && !value_names(statement, comparison, key, value))
			return false;
	}
	return true; /* of no values nothing matches */
}

static bool
condition_names(struct work *work, const struct statement *statement)
{
	const char *name, *key;
	json_t *block, *values;

	json_object_foreach((json_t *)statement->condition, name, block)
	{
		struct comparison comparison;

		if (comparison_read(name, &comparison) < 0)
			continue;
		json_object_foreach(block, key, values)
		{
			if (work_is_over(work))
				return false;
			if (line_names(work, statement, &comparison, key, values))
				return true;
		}
	}
	return false;
}

static bool
list_covers(struct work *work, const json_t *outer, const json_t *inner, bool any_case)
{
	size_t len;

	for (size_t i = 0; i < list_size(inner); i++) {
		const char *item = list_text(inner, i, &len);
		bool covered = false;

		for (size_t j = 0; j < list_size(outer) && !covered; j++)
			covered = glob_covers(work, list_text(outer, j, &len), item,
					      any_case);
		if (!covered || work_is_over(work))
			return false;
	}
	return true;
}

static bool
list_has(const json_t *list, const char *part, bool whole)
{
	size_t len;

	for (size_t i = 0; i < list_size(list); i++) {
		const char *item = list_text(list, i, &len);

		if (item != NULL &&
		    (whole ? strcmp(item, part) == 0 : strstr(item, part) != NULL))
			return true;
	}
	return false;
}

/* Whether the statement denies something to everyone, always. */
static bool
denies_everyone(const struct statement *statement)
{
	const json_t *principal = statement->principal;

	if (!statement->denies || statement->not_action || statement->not_resource ||
	    statement->not_principal || json_object_size(statement->condition) > 0)
		return false;
	if (statement->has_variables && list_has(statement->resource, "${", false))
		return false;
	return json_is_string(principal) ||
	       list_has(json_object_get(principal, "AWS"), "*", true);
}

/* A Deny for everyone that takes all of what an Allow gives leaves nothing of it. */
static bool
is_taken_back(struct work *work, const struct policies *policies,
	      const struct statement *allow)
{
	for (size_t i = 0; i < policies->count && !work_is_over(work); i++) {
		const struct statement *deny = &policies->list[i];

		work->steps++;
		if (!denies_everyone(deny))
			continue;
		if (allow->not_action
			    ? !list_has(deny->action, "*", true)
			    : !list_covers(work, deny->action, allow->action, true))
			continue;
		if (deny->resource == NULL || list_has(deny->resource, "*", true))
			return true;
		if (allow->resource != NULL && !allow->not_resource &&
		    list_covers(work, deny->resource, allow->resource, false))
			return true;
	}
	return false;
}

static int
is_public(const struct policies *policies, const char *account)
{
	struct work work = { 0 };
	int public = 0;

	(void)account; /* a fixed party is a party of its own account or of another: S3
			  asks for no more */
	for (size_t i = 0; i < policies->count; i++) {
		const struct statement *statement = &policies->list[i];

		if (statement->principal == NULL)
			return -1; /* not the policy of a resource */
		if (public || statement->denies || !principal_is_open(statement) ||
		    condition_names(&work, statement))
			continue;
		public = !is_taken_back(&work, policies, statement);
	}
	return work_is_over(&work) ? -1 : public;
}

int
policy_is_public(const char *document, const char *account)
{
	struct policies policies;
	int answer = -1;

	policies_read(&policies, document);
	if (policies.malformed == 0)
		answer = is_public(&policies, account);
	policies_free(&policies);
	return answer;
}
