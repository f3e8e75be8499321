/* The models by service and operation: found by name, parsed at first use, kept for the
 * process. */

#include <string.h>

#include "aws/model.h"

/* Reads by name, beside the words below: they start a report job that only tells what is
 * there. */
static const char *const named_reads[] = {
	"iam:GenerateCredentialReport",
	"iam:GenerateServiceLastAccessedDetails",
};

static const char *const read_words[] = {
	"BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Search",
};

/* Named like reads, but what they hand out is a credential that opens more than was open.
 */
static const char *const handed_out[] = {
	"ecr:GetAuthorizationToken",
	"s3control:GetDataAccess",
	"sts:GetFederationToken",
	"sts:GetSessionToken",
};

#define SUFFIX ".txt"

/* The one thing in the program that is kept in a static: a table beside aws_models,
 * filled on demand. */
struct cache {
	struct model **models;
	const char **names;
	size_t name_count;
};

/* Length of the service's name in a file's, or 0 where the file is not a model. */
static size_t
service_len(const struct embedded *file)
{
	size_t len = strlen(file->name);

	if (!text_ends(file->name, SUFFIX) || strcmp(file->name, "regions.txt") == 0)
		return 0;
	return len - strlen(SUFFIX);
}

static struct cache *
cache_get(void)
{
	static struct cache cache;

	if (cache.models)
		return &cache;
	cache.models = mem_get((aws_models_count + 1) * sizeof(*cache.models));
	cache.names = mem_get((aws_models_count + 1) * sizeof(*cache.names));
	for (size_t i = 0; i < aws_models_count; i++) {
		size_t len = service_len(&aws_models[i]);

		if (len)
			cache.names[cache.name_count++] =
				mem_text_n(aws_models[i].name, len);
	}
	return &cache;
}

static int
nearest_say(struct err *err, const char *sort, const char *name, const char *const *names,
	    size_t count)
{
	const char *near = name_nearest(name, names, count);

	if (near)
		return err_set(err,
			       "there is no %s \"%s\" in the model; did you mean \"%s\"?",
			       sort, name, near);
	return err_set(err, "there is no %s \"%s\" in the model", sort, name);
}

static const struct model *
model_load(const char *name, struct err *err)
{
	struct cache *cache = cache_get();

	for (size_t i = 0; i < aws_models_count; i++) {
		size_t len = service_len(&aws_models[i]);

		if (!len || len != strlen(name) ||
		    strncmp(aws_models[i].name, name, len) != 0)
			continue;
		if (!cache->models[i]) {
			char *text = embedded_text(&aws_models[i]);

			cache->models[i] = model_parse(text, aws_models[i].len, err);
			free(text);
		}
		if (!cache->models[i])
			err_prefix(err, "reading the model of %s", name);
		return cache->models[i];
	}
	nearest_say(err, "service", name, cache->names, cache->name_count);
	return NULL;
}

const struct aws_service *
aws_service_find(const char *name, struct err *err)
{
	const struct model *model = model_load(name, err);

	return model ? model_service(model) : NULL;
}

const struct aws_operation *
aws_operation_find(const char *service, const char *name, struct err *err)
{
	const struct model *model = model_load(service, err);
	const struct aws_operation *operation = model ? model_find(model, name) : NULL;
	const char *const *names;
	size_t count;

	if (operation || !model)
		return operation;
	count = model_names(model, &names);
	nearest_say(err, "operation", name, names, count);
	err_prefix(err, "%s", service);
	return NULL;
}

size_t
aws_service_names(const char *const **names)
{
	struct cache *cache = cache_get();

	*names = cache->names;
	return cache->name_count;
}

size_t
aws_operation_names(const char *service, const char *const **names)
{
	const struct model *model = model_load(service, NULL);

	*names = NULL;
	return model ? model_names(model, names) : 0;
}

static bool
is_named(const struct aws_operation *operation, const char *const *list, size_t count)
{
	size_t len = strlen(operation->service->name);

	for (size_t i = 0; i < count; i++)
		if (strncmp(list[i], operation->service->name, len) == 0 &&
		    list[i][len] == ':' &&
		    strcmp(list[i] + len + 1, operation->name) == 0)
			return true;
	return false;
}

bool
aws_operation_is_read(const struct aws_operation *operation)
{
	if (is_named(operation, named_reads, COUNT(named_reads)))
		return true;
	if (is_named(operation, handed_out, COUNT(handed_out)))
		return false;
	/* No word helps where the method says that something is put or removed. */
	if (strcmp(operation->method, "GET") != 0 &&
	    strcmp(operation->method, "POST") != 0 &&
	    strcmp(operation->method, "HEAD") != 0)
		return false;
	for (size_t i = 0; i < COUNT(read_words); i++)
		if (text_starts(operation->name, read_words[i]))
			return true;
	return false;
}
