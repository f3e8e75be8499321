/* Amazon Macie: whether it looks at buckets of a region. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	/* Where Macie is off it refuses with the code of a denial; the message tells which. */
	{
		.name = "GetMacieSession",
		.unsubscribed = "AccessDeniedException/Macie_is_not_enabled",
	},
};

static const struct column region[] = {
	{ "macie_status", TEXT, "GetMacieSession", "status" },
	{ "macie_publishing_frequency", TEXT, "GetMacieSession",
	  "findingPublishingFrequency" },
	{ "macie_created_at", TIME, "GetMacieSession", "createdAt" },
};

static const struct table tables[] = {
	{ .extends = "region", COLUMNS(region) },
};

const struct scanner scanner_macie2 = { .service = "macie2", OPERATIONS, TABLES };
