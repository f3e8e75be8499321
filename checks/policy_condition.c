/* Conditions of policies. Rules: IAM User Guide, "Condition operators", "Set operators
 * for multivalued context keys", "Variables and tags". */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/policy.h"

/* Steps: what it takes to come to a value, and to read one or to find a key. */
#define TURN 6
#define READING 30

static const struct {
	const char *name;
	enum operand_type operand;
	char relation;
	bool negated;
} operators[] = {
	{ "ArnEquals", OPERAND_ARN, '=', false },
	{ "ArnLike", OPERAND_ARN, '=', false },
	{ "ArnNotEquals", OPERAND_ARN, '=', true },
	{ "ArnNotLike", OPERAND_ARN, '=', true },
	{ "BinaryEquals", OPERAND_BINARY, '=', false },
	{ "Bool", OPERAND_BOOL, '=', false },
	{ "DateEquals", OPERAND_DATE, '=', false },
	{ "DateGreaterThan", OPERAND_DATE, '>', false },
	{ "DateGreaterThanEquals", OPERAND_DATE, 'g', false },
	{ "DateLessThan", OPERAND_DATE, '<', false },
	{ "DateLessThanEquals", OPERAND_DATE, 'l', false },
	{ "DateNotEquals", OPERAND_DATE, '=', true },
	{ "IpAddress", OPERAND_ADDRESS, '=', false },
	{ "NotIpAddress", OPERAND_ADDRESS, '=', true },
	{ "Null", OPERAND_NULL, '=', false },
	{ "NumericEquals", OPERAND_NUMBER, '=', false },
	{ "NumericGreaterThan", OPERAND_NUMBER, '>', false },
	{ "NumericGreaterThanEquals", OPERAND_NUMBER, 'g', false },
	{ "NumericLessThan", OPERAND_NUMBER, '<', false },
	{ "NumericLessThanEquals", OPERAND_NUMBER, 'l', false },
	{ "NumericNotEquals", OPERAND_NUMBER, '=', true },
	{ "StringEquals", OPERAND_STRING, '=', false },
	{ "StringEqualsIgnoreCase", OPERAND_STRING_ANY_CASE, '=', false },
	{ "StringLike", OPERAND_PATTERN, '=', false },
	{ "StringNotEquals", OPERAND_STRING, '=', true },
	{ "StringNotEqualsIgnoreCase", OPERAND_STRING_ANY_CASE, '=', true },
	{ "StringNotLike", OPERAND_PATTERN, '=', true },
};

static bool
take_prefix(const char **name, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncasecmp(*name, prefix, len) != 0)
		return false;
	*name += len;
	return true;
}

int
comparison_read(const char *name, struct comparison *comparison)
{
	static const char suffix[] = "IfExists";
	size_t len;

	*comparison = (struct comparison){ 0 };
	if ((name[0] | 0x20) == 'f') {
		comparison->for_any = take_prefix(&name, "ForAnyValue:");
		comparison->for_all =
			!comparison->for_any && take_prefix(&name, "ForAllValues:");
	}
	len = strlen(name);
	if (len > strlen(suffix) &&
	    strcasecmp(name + len - strlen(suffix), suffix) == 0) {
		comparison->if_exists = true;
		len -= strlen(suffix);
	}
	for (size_t i = 0; i < COUNT(operators); i++) {
		if ((operators[i].name[0] | 0x20) != (name[0] | 0x20) ||
		    strncasecmp(operators[i].name, name, len) != 0 ||
		    operators[i].name[len] != '\0')
			continue;
		comparison->operand = operators[i].operand;
		comparison->relation = operators[i].relation;
		comparison->negated = operators[i].negated;
		/* Null asks itself whether the key is there; AWS has neither NullIfExists
		 * nor sets of it. */
		if (comparison->operand == OPERAND_NULL &&
		    (comparison->if_exists || comparison->for_any || comparison->for_all))
			return -1;
		return 0;
	}
	return -1;
}

static enum truth
relate(char relation, int order)
{
	switch (relation) {
	case '<':
		return order < 0 ? YES : NO;
	case '>':
		return order > 0 ? YES : NO;
	case 'l':
		return order <= 0 ? YES : NO;
	case 'g':
		return order >= 0 ? YES : NO;
	default:
		return order == 0 ? YES : NO;
	}
}

/* What a policy compares with and AWS could not read as that type: nobody documents what
 * then holds. */
static enum truth
compare_numbers(char relation, const char *value, const char *text)
{
	long double a, b;

	if (number_read(value, &b) < 0)
		return MAYBE;
	if (number_read(text, &a) < 0)
		return NO;
	return relate(relation, a < b ? -1 : a > b);
}

static enum truth
compare_moments(char relation, const char *value, const char *text)
{
	int64_t a, b;

	if (moment_read(value, &b) < 0)
		return MAYBE;
	if (moment_read(text, &a) < 0)
		return NO;
	return relate(relation, a < b ? -1 : a > b);
}

static enum truth
compare_addresses(const char *value, const char *text)
{
	struct network a, b;

	if (network_read(value, &b) < 0)
		return MAYBE;
	if (network_read(text, &a) < 0)
		return NO;
	return network_contains(&b, &a) ? YES : NO;
}

static enum truth
compare_bytes(const char *value, const char *text)
{
	struct buf a = { .cap = POLICY_TEXT_MAX }, b = { .cap = POLICY_TEXT_MAX };
	enum truth equal;

	if (base64_read(value, strlen(value), &b) < 0)
		equal = MAYBE;
	else if (base64_read(text, strlen(text), &a) < 0)
		equal = NO;
	else
		equal = a.len == b.len &&
					(a.len == 0 || memcmp(a.data, b.data, a.len) == 0)
				? YES
				: NO;
	buf_free(&a);
	buf_free(&b);
	return equal;
}

/* Ends of the six parts of an ARN: the first five end at a colon, the sixth has what is
 * left. */
static bool
arn_split(const char *arn, size_t len, size_t ends[6])
{
	size_t count = 0;

	for (size_t i = 0; i < len && count < 5; i++)
		if (arn[i] == ':')
			ends[count++] = i;
	ends[5] = len;
	return count == 5;
}

/* "Each of the six colon-delimited components of the ARN is checked separately." */
static enum truth
compare_arns(const struct statement *statement, struct request *request,
	     const char *value, size_t len, const char *text)
{
	struct buf pattern = { .cap = 2 * POLICY_TEXT_MAX };
	size_t ends[6], text_ends[6], p = 0, t = 0;
	enum truth result = value_expand(statement, request, value, len, true, &pattern);

	if (pattern.len == 1 && pattern.data[0] == '*')
		goto out;
	if (pattern.data == NULL || !arn_split(pattern.data, pattern.len, ends)) {
		result = truth_and(result, MAYBE);
		goto out;
	}
	if (!arn_split(text, strlen(text), text_ends))
		result = NO;
	for (size_t i = 0; i < 6 && result != NO; i++) {
		if (!glob_matches(&request->work, pattern.data + p, ends[i] - p, text + t,
				  text_ends[i] - t, false))
			result = NO;
		p = ends[i] + 1;
		t = text_ends[i] + 1;
	}
out:
	buf_free(&pattern);
	return result;
}

static enum truth
compare_text(const struct comparison *comparison, const struct statement *statement,
	     struct request *request, const char *value, size_t len, const char *text)
{
	request->work.steps += comparison->operand <= OPERAND_PATTERN ? TURN : READING;
	switch (comparison->operand) {
	case OPERAND_NUMBER:
		return compare_numbers(comparison->relation, value, text);
	case OPERAND_DATE:
		return compare_moments(comparison->relation, value, text);
	case OPERAND_ADDRESS:
		return compare_addresses(value, text);
	case OPERAND_BINARY:
		request->work.steps += (long)(len + strlen(text));
		return compare_bytes(value, text);
	case OPERAND_ARN:
		return compare_arns(statement, request, value, len, text);
	case OPERAND_PATTERN:
		return value_matches(statement, request, value, len, text, true, false);
	case OPERAND_STRING:
		return value_matches(statement, request, value, len, text, false, false);
	default: /* without regard to case: Bool as well */
		return value_matches(statement, request, value, len, text, false, true);
	}
}

/* A policy's value as text: numbers and booleans are taken as if they stood in quotes. */
static const char *
value_text(const json_t *value, char **owned, size_t *len)
{
	const char *text = json_string_value(value);

	*owned = NULL;
	*len = json_string_length(value);
	if (text != NULL)
		return text;
	if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	else
		text = *owned = number_text(value);
	*len = strlen(text);
	return text;
}

/* Whether text matches one of the policy's values; with a negated operator, none of them.
 */
static enum truth
matches_any(const struct comparison *comparison, const struct statement *statement,
	    struct request *request, const json_t *values, const char *text)
{
	enum truth matched = NO;

	for (size_t i = 0; i < list_size(values) && matched != YES; i++) {
		size_t len;
		char *owned;

		if (work_is_over(&request->work))
			return MAYBE;
		const char *value = value_text(list_at(values, i), &owned, &len);

		matched = truth_or(matched, compare_text(comparison, statement, request,
							 value, len, text));
		free(owned);
	}
	return comparison->negated ? truth_not(matched) : matched;
}

static bool
has_value(const json_t *values, const char *wanted)
{
	for (size_t i = 0; i < list_size(values); i++) {
		size_t len;
		char *owned;
		bool found = strcasecmp(value_text(list_at(values, i), &owned, &len),
					wanted) == 0;

		free(owned);
		if (found)
			return true;
	}
	return false;
}

static enum truth
null_holds(const json_t *values, const json_t *context)
{
	bool if_absent = has_value(values, "true"),
	     if_present = has_value(values, "false");

	if (context == NULL)
		return if_absent == if_present ? (if_absent ? YES : NO) : MAYBE;
	return (json_array_size(context) > 0 ? if_present : if_absent) ? YES : NO;
}

/* The key is not there, or has no values: "If the key is not present, the condition is
 * false; with a negated operator it is true", IfExists makes it true; ForAllValues is
 * true of no values, ForAnyValue false. */
static enum truth
absent_holds(const struct comparison *comparison)
{
	if (comparison->for_all)
		return YES;
	if (comparison->for_any)
		return NO;
	return comparison->if_exists || comparison->negated ? YES : NO;
}

static enum truth
present_holds(const struct comparison *comparison, const struct statement *statement,
	      struct request *request, const json_t *values, const json_t *context)
{
	/* Several values without a set operator: any may match, and none may where that
	 * is refused. */
	bool all = comparison->for_all || (comparison->negated && !comparison->for_any);
	enum truth result = all ? YES : NO;

	for (size_t i = 0; i < json_array_size(context); i++) {
		size_t len;
		enum truth one = matches_any(comparison, statement, request, values,
					     list_text(context, i, &len));

		result = all ? truth_and(result, one) : truth_or(result, one);
		if (result == (all ? NO : YES) || work_is_over(&request->work))
			break;
	}
	return result;
}

/* Whether the values hold the whole of IPv4 and that of IPv6. */
static bool
takes_all_addresses(const json_t *values)
{
	bool whole[2] = { false, false };
	struct network network;
	size_t len;

	for (size_t i = 0; i < list_size(values); i++) {
		const char *value = list_text(values, i, &len);

		if (value != NULL && network_read(value, &network) == 0 &&
		    network.prefix == 0)
			whole[network.family == 6] = true;
	}
	return whole[0] && whole[1];
}

/* Whether every value there could be matches: a pattern of stars, both of true and false,
 * the whole of IPv4 and of IPv6. */
static bool
takes_everything(const struct comparison *comparison, const json_t *values)
{
	size_t len;

	if (comparison->operand == OPERAND_BOOL)
		return has_value(values, "true") && has_value(values, "false");
	if (comparison->operand == OPERAND_ADDRESS)
		return takes_all_addresses(values);
	if (comparison->operand != OPERAND_PATTERN && comparison->operand != OPERAND_ARN)
		return false;
	for (size_t i = 0; i < list_size(values); i++) {
		const char *value = list_text(values, i, &len);

		if (value != NULL && len > 0 && strspn(value, "*") == len &&
		    (len == 1 || comparison->operand == OPERAND_PATTERN))
			return true;
	}
	return false;
}

/* The key is not known: what holds whether it is there or not, and whatever it is. */
static enum truth
unknown_holds(const struct comparison *comparison, const json_t *values)
{
	enum truth absent = absent_holds(comparison), present = MAYBE;

	if (list_size(values) == 0)
		present = comparison->negated ? YES : NO;
	else if (takes_everything(comparison, values))
		present = comparison->negated ? NO : YES;
	return absent == present ? absent : MAYBE;
}

enum truth
condition_holds(const struct statement *statement, struct request *request)
{
	const char *name, *key;
	json_t *block, *values;
	enum truth result = YES;

	json_object_foreach((json_t *)statement->condition, name, block)
	{
		struct comparison comparison;

		if (comparison_read(name, &comparison) < 0)
			return MAYBE;
		json_object_foreach(block, key, values)
		{
			const json_t *context = context_values(request, key);
			enum truth one;

			request->work.steps += READING;
			if (comparison.operand == OPERAND_NULL)
				one = null_holds(values, context);
			else if (context == NULL)
				one = unknown_holds(&comparison, values);
			else if (json_array_size(context) == 0)
				one = absent_holds(&comparison);
			else
				one = present_holds(&comparison, statement, request,
						    values, context);
			result = truth_and(result, one);
			if (result == NO || work_is_over(&request->work))
				return result;
		}
	}
	return result;
}
