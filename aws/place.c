/* What the client remembers of services, rates and buckets. */

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "aws/exchange.h"

#define DEFAULT_RATE 50
#define DEFAULT_BURST 100

static int
compare_places(const void *a, const void *b)
{
	const struct place *one = a, *two = b;
	int order = strcmp(one->service, two->service);

	return order ? order : strcmp(one->region, two->region);
}

static int
compare_lanes(const void *a, const void *b)
{
	return strcmp(((const struct lane *)a)->key, ((const struct lane *)b)->key);
}

static int
compare_homes(const void *a, const void *b)
{
	return strcmp(((const struct bucket_home *)a)->bucket, ((const struct bucket_home *)b)->bucket);
}

const struct place *
place_find(struct aws_client *client, const struct aws_service *service, const char *region, struct err *err)
{
	struct place wanted = { .service = service->name, .region = (char *)region }, *place;
	struct place **there = tfind(&wanted, &client->places, compare_places);

	if (there)
		return *there;
	place = mem_get(sizeof(*place));
	if (endpoint_find_in(&client->profiles, &client->settings, service, region, &place->endpoint, err)) {
		free(place);
		return NULL;
	}
	place->service = service->name;
	place->region = mem_text(region);
	place->host = url_host(place->endpoint.url);
	place->is_loopback = place->endpoint.custom && host_is_loopback(place->host);
	tsearch(place, &client->places, compare_places);
	return place;
}

char *
wire_place(struct aws_wire *wire, const struct aws_endpoint *endpoint, const char *prefix)
{
	char *host = url_host(endpoint->url), *full = mem_print("%s%s", prefix ? prefix : "", host), *url;
	const char *path = strstr(endpoint->url, "://") + 3;

	path += strcspn(path, "/");
	if (*path) {
		char *joined = mem_print("%s%s", path, wire->path);

		free(wire->path);
		wire->path = joined;
	}
	wire_set_header(wire, "Host", full);
	url = mem_print("%s://%s", text_starts(endpoint->url, "https:") ? "https" : "http", full);
	free(host);
	free(full);
	return url;
}

struct lane *
lane_find(struct aws_client *client, const struct aws_request *request)
{
	const char *group = request->group;
	struct lane wanted, **there, *lane;

	/* A rate without a group is the operation's own. */
	if (!group)
		group = request->per_second > 0 ? request->operation : "";
	wanted.key = mem_print("%s %s %s", request->service, request->region, group);
	there = tfind(&wanted, &client->lanes, compare_lanes);
	if (there) {
		free(wanted.key);
		return *there;
	}
	lane = mem_get(sizeof(*lane));
	lane->key = wanted.key;
	rate_start(&lane->rate, request->per_second > 0 ? request->per_second : DEFAULT_RATE,
		   request->burst > 0 ? request->burst : request->per_second > 0 ? request->per_second : DEFAULT_BURST, false,
		   time_monotonic());
	tsearch(lane, &client->lanes, compare_lanes);
	return lane;
}

const char *
bucket_home_find(struct aws_client *client, const char *bucket)
{
	struct bucket_home wanted = { .bucket = (char *)bucket };
	struct bucket_home **there = tfind(&wanted, &client->homes, compare_homes);

	return there ? (*there)->region : NULL;
}

void
bucket_home_set(struct aws_client *client, const char *bucket, const char *region)
{
	struct bucket_home wanted = { .bucket = (char *)bucket }, *home;
	struct bucket_home **there = tfind(&wanted, &client->homes, compare_homes);

	if (there) {
		free((*there)->region);
		(*there)->region = mem_text(region);
		return;
	}
	home = mem_get(sizeof(*home));
	home->bucket = mem_text(bucket);
	home->region = mem_text(region);
	tsearch(home, &client->homes, compare_homes);
}

static void
place_free(void *data)
{
	struct place *place = data;

	aws_endpoint_free(&place->endpoint);
	free(place->region);
	free(place->host);
	free(place);
}

static void
lane_free(void *data)
{
	struct lane *lane = data;

	free(lane->key);
	free(lane);
}

static void
home_free(void *data)
{
	struct bucket_home *home = data;

	free(home->bucket);
	free(home->region);
	free(home);
}

void
client_places_free(struct aws_client *client)
{
	tdestroy(client->places, place_free);
	tdestroy(client->lanes, lane_free);
	tdestroy(client->homes, home_free);
}
