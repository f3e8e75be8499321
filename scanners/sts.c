/* AWS STS: who is asking, and so the account itself. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{ .name = "GetCallerIdentity" },
};

static const struct column account[] = {
	{ "name", TEXT, NULL, "Account" },
};

static const struct table tables[] = {
	{
		.name = "account",
		.type = "AWS::Organizations::Account",
		.operation = "GetCallerIdentity",
		.arn = "arn:{partition}:account::{account_id}:account",
		COLUMNS(account),
	},
};

const struct scanner scanner_sts = {
	.service = "sts",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
