/* Credentials that the machine itself offers: a container's endpoint, or EC2's instance metadata (IMDSv2).
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider" and "IMDS credential provider". */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/client.h"

#define ANSWER_CAP (64u << 10)
#define CONTAINER_TRIES 3

/* Plain HTTP is allowed to these only. */
static const char *const container_hosts[] = {
	"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
};

static bool
is_container_host(const char *host)
{
	size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

	for (size_t i = 0; i < COUNT(container_hosts); i++)
		if (strlen(container_hosts[i]) == len && !strncmp(container_hosts[i], host, len))
			return true;
	return host_is_loopback(host);
}

int
container_url(char **url, struct err *err)
{
	const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	char *host;
	int rc = 0;

	if (relative) {
		*url = mem_print("http://169.254.170.2%s%s", *relative == '/' ? "" : "/", relative);
		return 0;
	}
	if (!full)
		return err_set(err, "not configured"), 1;
	if (!text_starts(full, "http://") && !text_starts(full, "https://"))
		return err_set(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI names no host; it must begin with http:// or https://");
	host = url_host(full);
	if (!*host)
		rc = err_set(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI names no host");
	else if (text_starts(full, "http:") && !is_container_host(host))
		rc = err_set(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is for loopback and ECS addresses, not %s", host);
	free(host);
	if (!rc)
		*url = mem_text(full);
	return rc;
}

/* The Authorization header: the file is read anew each time and wins. 0 with *token NULL: none is set. */
static int
container_token(char **token, struct err *err)
{
	const char *path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *text = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	struct buf buf = { .cap = ANSWER_CAP };

	*token = NULL;
	if (path) {
		if (file_read(path, ANSWER_CAP, &buf, err))
			return buf_free(&buf), -1;
		*token = buf_take(&buf);
	} else if (text) {
		*token = mem_text(text);
	}
	if (*token && strpbrk(*token, "\r\n")) {
		text_wipe(*token);
		*token = NULL;
		return err_set(err, "the authorization token holds a line break; write it without one");
	}
	return 0;
}

/* One request without a proxy. 0 with a reply of any status, or -1. */
static int
ask(const char *method, const char *url, const char *name, const char *value, long timeout_ms, struct reply *reply, struct err *err)
{
	struct transport_options options = { .body_cap = ANSWER_CAP, .connect_timeout_ms = timeout_ms, .timeout_ms = timeout_ms,
					     .no_proxy = true, .is_plain = text_starts(url, "http:") };
	struct aws_wire wire = { .method = method };
	int rc;

	if (name)
		wire_set_header(&wire, name, value);
	rc = transport_fetch(&options, url, &wire, reply, err);
	for (size_t i = 0; i < wire.header_count; i++) {
		free(wire.headers[i].name);
		text_wipe(wire.headers[i].value);
	}
	if (!rc && reply->failure) {
		rc = err_set(err, "%s: %s", url, reply->failure);
		reply_clear(reply);
	}
	return rc;
}

static void
wipe_reply(struct reply *reply)
{
	if (reply->body.data)
		mem_wipe(reply->body.data, reply->body.len);
	reply_clear(reply);
}

int
credentials_from_container(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	struct reply reply = { 0 };
	char *url = NULL, *token = NULL;
	int rc = container_url(&url, err);

	(void)chain;
	if (rc)
		return rc;
	rc = container_token(&token, err);
	if (!rc) {
		rc = -1;
		for (int i = 0; i < CONTAINER_TRIES && rc; i++)
			rc = ask("GET", url, token ? "Authorization" : NULL, token, 2000, &reply, err);
	}
	if (!rc && reply.status != 200)
		rc = err_set(err, "%s answered status %d", url, reply.status);
	if (!rc)
		rc = credentials_from_json(reply.body.data ? reply.body.data : (char *)"", reply.body.len, "Token", out, err);
	if (!rc)
		out->source = mem_text("container");
	wipe_reply(&reply);
	text_wipe(token);
	free(url);
	return rc;
}

static char *
metadata_base(const struct section *section)
{
	const char *base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	size_t len;

	if (!base)
		base = section_value(section, "ec2_metadata_service_endpoint");
	if (!mode)
		mode = section_value(section, "ec2_metadata_service_endpoint_mode");
	if (!base)
		base = mode && !strcasecmp(mode, "ipv6") ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
	len = strlen(base);
	while (len > 0 && base[len - 1] == '/')
		len--;
	return mem_text_n(base, len);
}

/* A session's token. 0, with *token NULL where only version 1 is spoken. */
static int
metadata_token(const char *base, const struct section *section, char **token, struct err *err)
{
	const char *no_old = variable("AWS_EC2_METADATA_V1_DISABLED");
	char *url = mem_print("%s/latest/api/token", base);
	struct reply reply = { 0 };
	int rc = ask("PUT", url, "X-aws-ec2-metadata-token-ttl-seconds", "21600", 1000, &reply, err);

	*token = NULL;
	if (!rc && reply.status == 200 && reply.body.len > 0)
		*token = mem_text(reply.body.data);
	else if (!rc && (reply.status == 403 || reply.status == 404 || reply.status == 405)) {
		if (is_true(no_old ? no_old : section_value(section, "ec2_metadata_v1_disabled")))
			rc = err_set(err, "%s offers version 1 only, which is disabled", base);
	} else if (!rc)
		rc = err_set(err, "%s answered status %d", url, reply.status);
	if (*token && strpbrk(*token, "\r\n"))
		rc = err_set(err, "%s: the token holds a line break", base);
	wipe_reply(&reply);
	free(url);
	return rc;
}

static int
metadata_get(const char *url, const char *token, struct reply *reply, struct err *err)
{
	if (ask("GET", url, token ? "X-aws-ec2-metadata-token" : NULL, token, 1000, reply, err))
		return -1;
	if (reply->status == 200 && reply->body.len > 0)
		return 0;
	err_set(err, "%s answered status %d; has the instance a role?", url, reply->status);
	wipe_reply(reply);
	return -1;
}

int
credentials_from_instance(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	char *base = metadata_base(chain->section), *token = NULL, *url = NULL, *role_url = NULL;
	struct reply reply = { 0 };
	int rc = 1;

	if (is_true(variable("AWS_EC2_METADATA_DISABLED"))) {
		err_set(err, "AWS_EC2_METADATA_DISABLED is set");
		goto out;
	}
	if (metadata_token(base, chain->section, &token, err))
		goto out;
	url = mem_print("%s/latest/meta-data/iam/security-credentials/", base);
	if (metadata_get(url, token, &reply, err))
		goto out;
	role_url = mem_print("%s%.*s", url, (int)strcspn(reply.body.data, "\r\n"), reply.body.data);
	wipe_reply(&reply);
	if (metadata_get(role_url, token, &reply, err))
		goto out;
	if (!credentials_from_json(reply.body.data, reply.body.len, "Token", out, err)) {
		out->source = mem_text("instance metadata");
		rc = 0;
	}
out:
	wipe_reply(&reply);
	text_wipe(token);
	free(base);
	free(url);
	free(role_url);
	return rc;
}
