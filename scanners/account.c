/* AWS Account Management: whom AWS asks beside the root user. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "GetAlternateContact",
		.bind = "AlternateContactType='SECURITY'|'BILLING'|'OPERATIONS'",
		.absent = "ResourceNotFoundException",
	},
};

#define CONTACT(kind, KIND) \
	{ kind "_contact_name", TEXT, "GetAlternateContact", \
	  "?AlternateContactType=" KIND " AlternateContact.Name" }, \
	{ kind "_contact_email", TEXT, "GetAlternateContact", \
	  "?AlternateContactType=" KIND " AlternateContact.EmailAddress" }, \
	{ kind "_contact_phone", TEXT, "GetAlternateContact", \
	  "?AlternateContactType=" KIND " AlternateContact.PhoneNumber" }

static const struct column account[] = {
	CONTACT("security", "SECURITY"),
	CONTACT("billing", "BILLING"),
	CONTACT("operations", "OPERATIONS"),
};

static const struct table tables[] = {
	{ .extends = "account", COLUMNS(account) },
};

const struct scanner scanner_account = {
	.service = "account",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
