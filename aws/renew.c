/* Credentials over the time of a scan: loaded at the first request, and again before they expire. */

#include <stdlib.h>
#include <string.h>

#include "aws/exchange.h"

/* Seconds before their end at which credentials are loaded again, and between two tries. */
#define RENEW_BEFORE 600
#define RENEW_PAUSE 60

static bool
is_same(const char *one, const char *two)
{
	return one && two && !strcmp(one, two);
}

/* The new ones take the place of the old only when they were loaded. */
static int
load(struct aws_client *client, struct err *err)
{
	struct aws_credentials fresh;

	client->renewed_at = time_monotonic();
	if (aws_credentials_load(&client->settings, &fresh, err))
		return -1;
	if (!is_same(fresh.access_key, client->credentials.access_key) || !is_same(fresh.token, client->credentials.token))
		client->generation++;
	aws_credentials_free(&client->credentials);
	client->credentials = fresh;
	client->has_credentials = true;
	return 0;
}

int
credentials_ready(struct aws_client *client, struct err *err)
{
	int64_t left = client->credentials.expires_at - time_now();

	if (client->credentials_error)
		return err_set(err, "%s", client->credentials_error);
	if (!client->has_credentials) {
		struct err why;

		if (!load(client, &why))
			return 0;
		client->credentials_error = mem_text(why.text);
		return err_set(err, "%s", why.text);
	}
	if (!client->credentials.expires_at || left > RENEW_BEFORE || time_monotonic() - client->renewed_at < RENEW_PAUSE)
		return 0;
	/* Old ones that still live are better than none. */
	return load(client, err) && left <= 0 ? err_prefix(err, "renewing expired credentials") : 0;
}

bool
credentials_renew(struct aws_client *client, int generation)
{
	struct err ignored;

	if (generation != client->generation)
		return true;
	if (load(client, &ignored))
		return false;
	return generation != client->generation;
}
