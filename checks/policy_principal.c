/* Principals of resource policies: whom a statement means. Rules: IAM User Guide,
 * "Principal" and "NotPrincipal". */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

/* The identities that one caller stands for: a session stands for its role, both for
 * their account. */
struct caller {
	const char *name;
	char *role;    /* name of the role whose session this is, or NULL */
	char *account; /* twelve digits, or NULL */
};

static bool
is_account(const char *text, size_t len)
{
	return len == 12 && strspn(text, "0123456789") >= 12;
}

/* Part number `index` of an ARN, the sixth with all that is left. */
static const char *
arn_part(const char *arn, int index, size_t *len)
{
	*len = 0;
	for (; index > 0; index--) {
		arn = strchr(arn, ':');
		if (arn == NULL)
			return NULL;
		arn++;
	}
	*len = strcspn(arn, ":");
	return arn;
}

static struct caller
caller_read(const char *name)
{
	struct caller caller = { .name = name };
	const char *account, *resource, *end;
	size_t len, rest;

	if (strncmp(name, "arn:", 4) != 0)
		return caller;
	account = arn_part(name, 4, &len);
	resource = arn_part(name, 5, &rest);
	if (account == NULL || resource == NULL || !is_account(account, len))
		return caller;
	caller.account = mem_text_n(account, len);
	if (strncmp(resource, "assumed-role/", 13) == 0) {
		end = strchr(resource + 13, '/');
		caller.role =
			mem_text_n(resource + 13, end ? (size_t)(end - resource - 13)
						      : strlen(resource + 13));
	}
	return caller;
}

static void
caller_free(struct caller *caller)
{
	free(caller->role);
	free(caller->account);
}

/* "111122223333" and "arn:aws:iam::111122223333:root" mean the same: all whom the account
 * lets. */
static bool
names_account(const char *entry, const char *account)
{
	const char *part, *resource;
	size_t len, rest;

	if (account == NULL)
		return false;
	if (strcmp(entry, account) == 0)
		return true;
	part = arn_part(entry, 4, &len);
	resource = arn_part(entry, 5, &rest);
	return part != NULL && resource != NULL && strncmp(entry, "arn:", 4) == 0 &&
	       len == 12 && strncmp(part, account, 12) == 0 &&
	       strcmp(resource, "root") == 0;
}

/* The ARN of the role that the caller's session is of; the session's ARN lacks the role's
 * path. */
static bool
names_role(const char *entry, const struct caller *caller)
{
	const char *part, *resource, *name;
	size_t len, rest;

	if (caller->role == NULL || strncmp(entry, "arn:", 4) != 0)
		return false;
	part = arn_part(entry, 4, &len);
	resource = arn_part(entry, 5, &rest);
	if (part == NULL || resource == NULL || strncmp(resource, "role/", 5) != 0)
		return false;
	name = strrchr(resource, '/') + 1;
	return len == 12 && strncmp(part, caller->account, 12) == 0 &&
	       strcmp(name, caller->role) == 0;
}

/* An entry like AIDA… or AROA… is what is left of a deleted principal: it is compared
 * with aws:userid. */
static enum truth
names_deleted(struct request *request, const char *entry)
{
	const json_t *values = context_values(request, "aws:userid");
	size_t entry_len = strlen(entry), len;
	const char *id;

	if (values == NULL)
		return MAYBE;
	id = json_array_size(values) == 1 ? list_text(values, 0, &len) : NULL;
	return id != NULL && strncmp(id, entry, entry_len) == 0 &&
			       (id[entry_len] == '\0' || id[entry_len] == ':')
		       ? YES
		       : NO;
}

static bool
looks_deleted(const char *entry)
{
	size_t len = strlen(entry);

	if (len < 16 || len > 128 ||
	    (strncmp(entry, "AIDA", 4) != 0 && strncmp(entry, "AROA", 4) != 0))
		return false;
	for (; *entry != '\0'; entry++)
		if (!isalnum((unsigned char)*entry))
			return false;
	return true;
}

static enum truth
aws_matches(struct request *request, const struct caller *caller, const char *entry)
{
	request->work.steps += 4;
	if (strcmp(entry, "*") == 0)
		return YES;
	if (looks_deleted(entry))
		return names_deleted(request, entry);
	if (strcmp(entry, caller->name) == 0 || names_account(entry, caller->account) ||
	    names_role(entry, caller))
		return YES;
	/* AWS takes no wildcard for a part of a name, so nobody can say what it would
	 * mean. */
	return strpbrk(entry, "*?") != NULL ? MAYBE : NO;
}

static enum truth
any_matches(struct request *request, const struct caller *caller, const json_t *principal)
{
	enum truth result = NO;
	const char *kind;
	json_t *list;
	size_t len;

	if (json_is_string(principal))
		return YES; /* "*" */
	json_object_foreach((json_t *)principal, kind, list)
	{
		for (size_t i = 0; i < list_size(list) && result != YES; i++) {
			const char *entry = list_text(list, i, &len);
			bool plain = strcmp(entry, caller->name) == 0 ||
				     strcmp(entry, "*") == 0;

			result = truth_or(result,
					  strcmp(kind, "AWS") == 0
						  ? aws_matches(request, caller, entry)
						  : (plain ? YES : NO));
		}
	}
	return result;
}

static bool
has_star(const json_t *principal)
{
	const json_t *list = json_object_get(principal, "AWS");
	size_t len;

	for (size_t i = 0; i < list_size(list); i++)
		if (strcmp(list_text(list, i, &len), "*") == 0)
			return true;
	return false;
}

static bool
lists(const json_t *principal, const struct caller *caller, bool session, bool role,
      bool account)
{
	const json_t *list = json_object_get(principal, "AWS");
	size_t len;

	for (size_t i = 0; i < list_size(list); i++) {
		const char *entry = list_text(list, i, &len);

		if ((session && strcmp(entry, caller->name) == 0) ||
		    (role && names_role(entry, caller)) ||
		    (account && names_account(entry, caller->account)))
			return true;
	}
	return false;
}

/* NotPrincipal spares a caller for sure only where it lists the caller, its role and its
 * account; where some are missing, AWS says that it "might" not be spared. */
static enum truth
none_matches(struct request *request, const struct caller *caller,
	     const json_t *principal)
{
	bool self, role, account;

	if (caller->account == NULL)
		return truth_not(any_matches(request, caller, principal));
	if (json_is_string(principal) || has_star(principal))
		return NO;
	self = lists(principal, caller, true, false, false);
	role = caller->role == NULL || lists(principal, caller, false, true, false);
	account = lists(principal, caller, false, false, true);
	if (self && role && account)
		return NO;
	return self || (caller->role != NULL && role) ? MAYBE : YES;
}

enum truth
principal_matches(const struct statement *statement, struct request *request)
{
	struct caller caller;
	enum truth result;

	if (statement->principal == NULL)
		return YES;
	/* Whoever it is, "*" means him; a name with a wildcard, or an identity provider,
	 * may not. */
	if (request->principal == NULL)
		return !statement->not_principal &&
				       (json_is_string(statement->principal) ||
					has_star(statement->principal))
			       ? YES
			       : MAYBE;
	caller = caller_read(request->principal);
	result = statement->not_principal
			 ? none_matches(request, &caller, statement->principal)
			 : any_matches(request, &caller, statement->principal);
	caller_free(&caller);
	return result;
}

/* A web identity provider's own name vouches for anyone who has an account there; a
 * provider that the account has made (an ARN) is a named party. */
static bool
entry_is_open(const char *kind, const char *entry)
{
	if (strpbrk(entry, "*?") != NULL || strstr(entry, "${") != NULL)
		return true;
	return strcmp(kind, "Federated") == 0 && strncmp(entry, "arn:", 4) != 0;
}

bool
principal_is_open(const struct statement *statement)
{
	const char *kind;
	json_t *list;
	size_t len;

	if (statement->not_principal || json_is_string(statement->principal))
		return true;
	json_object_foreach(
		(json_t *)statement->principal, kind,
		list) for (size_t i = 0; i < list_size(list);
			   i++) if (entry_is_open(kind,
						  list_text(list, i, &len))) return true;
	return false;
}
