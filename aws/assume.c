/* Credentials of an assumed role: by another profile's credentials, or by a web identity's token.
 * Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider". */

#include <stdlib.h>
#include <string.h>

#include "aws/client.h"

#define TOKEN_CAP (256u << 10)

static int
role_base_of(const struct section *section, enum role_base *base, struct err *err)
{
	const char *key = section_value(section, "aws_access_key_id");
	const char *secret = section_value(section, "aws_secret_access_key");

	if (key || secret) {
		if (!key || !secret)
			return err_set(err, "profile %s: %s is missing", section->name,
				       key ? "aws_secret_access_key" : "aws_access_key_id");
		*base = BASE_STATIC;
	} else if (section_value(section, "web_identity_token_file")) {
		*base = BASE_WEB;
	} else if (section_value(section, "sso_session") || section_value(section, "sso_start_url")) {
		*base = BASE_SSO;
	} else if (section_value(section, "login_session")) {
		*base = BASE_LOGIN;
	} else if (section_value(section, "credential_process")) {
		*base = BASE_PROCESS;
	} else {
		return err_set(err, "profile %s has no credentials", section->name);
	}
	return 0;
}

static int
named_base(const struct section *section, const char *name, enum role_base *base, struct err *err)
{
	static const struct {
		const char *name;
		enum role_base base;
	} bases[] = { { "Environment", BASE_ENVIRONMENT }, { "Ec2InstanceMetadata", BASE_INSTANCE }, { "EcsContainer", BASE_CONTAINER } };

	for (size_t i = 0; i < COUNT(bases); i++)
		if (!strcmp(bases[i].name, name)) {
			*base = bases[i].base;
			return 0;
		}
	return err_set(err, "profile %s: credential_source %s is none of Environment, Ec2InstanceMetadata, EcsContainer",
		       section->name, name);
}

static bool
is_role(const struct section *section)
{
	return section_value(section, "role_arn") && !section_value(section, "web_identity_token_file");
}

static bool
is_static(const struct section *section)
{
	return section_value(section, "aws_access_key_id") || section_value(section, "aws_secret_access_key");
}

static bool
was_seen(const struct role_chain *chain, const struct section *section)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->roles[i] == section)
			return true;
	return false;
}

static void
turn_round(struct role_chain *chain)
{
	for (size_t i = 0; i < chain->count / 2; i++) {
		const struct section *one = chain->roles[i];

		chain->roles[i] = chain->roles[chain->count - 1 - i];
		chain->roles[chain->count - 1 - i] = one;
	}
}

/* One profile that has a role: what it rests on. *next is the profile to go on with, or NULL. */
static int
step_back(const struct profiles *profiles, const struct section *section, struct role_chain *out, const struct section **next,
	  struct err *err)
{
	const char *source = section_value(section, "source_profile");
	const char *named = section_value(section, "credential_source");

	*next = NULL;
	if (source && named)
		return err_set(err, "profile %s has both source_profile and credential_source; drop one", section->name);
	if (!source && !named)
		return err_set(err, "profile %s has role_arn but neither source_profile nor credential_source", section->name);
	if (out->count == ROLE_STEPS)
		return err_set(err, "profile %s: more than %d roles in a chain", section->name, ROLE_STEPS);
	out->roles[out->count++] = section;
	out->source = section;
	if (named)
		return named_base(section, named, &out->base, err);
	*next = profiles_find(profiles, SECTION_PROFILE, source);
	if (!*next)
		return err_set(err, "profile %s: its source_profile %s does not exist", section->name, source);
	/* A profile may rest on its own keys; any other way back to itself is a loop. */
	if (*next == section && !is_static(section))
		return err_set(err, "profile %s is its own source_profile but has no keys", section->name);
	if (*next != section && was_seen(out, *next))
		return err_set(err, "profile %s: the source_profile chain comes back to %s", section->name, source);
	return 0;
}

int
role_chain_find(const struct profiles *profiles, const char *name, struct role_chain *out, struct err *err)
{
	const struct section *section = profiles_find(profiles, SECTION_PROFILE, name), *next;

	memset(out, 0, sizeof(*out));
	if (!section)
		return err_set(err, "profile %s does not exist", name);
	/* Keys end the chain, except in the profile that was chosen: there the role counts. */
	while (is_role(section)) {
		if (step_back(profiles, section, out, &next, err))
			return -1;
		if (!next) {
			turn_round(out);
			return 0;
		}
		section = next;
		if (is_static(section))
			break;
	}
	if (role_base_of(section, &out->base, err))
		return -1;
	if (out->base == BASE_WEB && !section_value(section, "role_arn"))
		return err_set(err, "profile %s: web_identity_token_file needs role_arn", section->name);
	out->source = section;
	turn_round(out);
	return 0;
}

static const char *
find_header(void *arg, const char *name)
{
	return reply_header(arg, name);
}

static int
set_answer(const json_t *tree, const char *role, struct aws_credentials *out, struct err *err)
{
	const char *key, *secret, *token, *expires, *arn;

	if (json_unpack((json_t *)tree, "{s:{s:s, s:s, s:s}}", "Credentials", "AccessKeyId", &key, "SecretAccessKey", &secret,
			"SessionToken", &token))
		return err_set(err, "role %s: the answer of STS holds no credentials", role);
	out->access_key = mem_text(key);
	out->secret_key = mem_text(secret);
	out->token = mem_text(token);
	if (!json_unpack((json_t *)tree, "{s:{s:s}}", "Credentials", "Expiration", &expires))
		time_read(expires, &out->expires_at);
	if (!json_unpack((json_t *)tree, "{s:{s:s}}", "AssumedRoleUser", "Arn", &arn) && text_starts(arn, "arn:")) {
		/* arn:aws:sts::111122223333:assumed-role/… */
		for (int i = 0; i < 4 && arn; i++)
			arn = strchr(arn, ':') ? strchr(arn, ':') + 1 : NULL;
		if (arn)
			out->account_id = mem_text_n(arn, strcspn(arn, ":"));
	}
	out->source = mem_print("role %s", role);
	return 0;
}

static void
wipe_tree(json_t *tree)
{
	json_t *value, *credentials = json_object_get(tree, "Credentials");
	const char *name;

	json_object_foreach(credentials, name, value)
		if (json_is_string(value))
			mem_wipe((char *)json_string_value(value), json_string_length(value));
	json_decref(tree);
}

static int
read_answer(const struct aws_operation *operation, struct reply *reply, const char *role, struct aws_credentials *out, struct err *err)
{
	json_t *tree = NULL;
	char *code = NULL, *message = NULL;
	int rc;

	if (reply->failure)
		return err_set(err, "role %s: STS cannot be reached: %s", role, reply->message);
	rc = aws_answer_decode(operation, reply->status, reply->body.data ? reply->body.data : "", reply->body.len, find_header, reply,
			       &tree, &code, &message, err);
	if (!rc && code)
		rc = err_set(err, "role %s: STS answered %s: %s", role, code, message ? message : "no message");
	else if (!rc)
		rc = set_answer(tree, role, out, err);
	else
		err_prefix(err, "role %s: STS answered status %d", role, reply->status);
	wipe_tree(tree);
	free(code);
	free(message);
	return rc;
}

/* One call of STS, waited for. credentials NULL: unsigned. */
static int
ask_sts(const struct chain *chain, const struct section *section, const char *name, const json_t *parameters,
	const struct aws_credentials *credentials, struct aws_credentials *out, struct err *err)
{
	const struct aws_operation *operation = aws_operation_find("sts", name, err);
	const char *role = json_string_value(json_object_get(parameters, "RoleArn"));
	struct transport_options options = { 0 };
	char *region = aws_region_default(chain->settings), *url = NULL, *start = NULL;
	struct aws_signing signing = { .credentials = credentials, .service = "sts", .when = time_now() };
	struct aws_endpoint endpoint = { 0 };
	struct aws_wire *wire = NULL;
	struct reply reply = { 0 };
	int rc = -1;

	if (!region)
		region = mem_text(section_value(section, "region"));
	ca_bundle_find(chain->settings, chain->section, &options);
	if (!operation || endpoint_find_in(chain->profiles, chain->settings, operation->service, region ? region : "us-east-1",
					   &endpoint, err))
		goto out;
	wire = aws_request_make(operation, parameters, err);
	if (!wire)
		goto out;
	start = wire_place(wire, &endpoint, NULL);
	signing.region = endpoint.signing_region;
	if (credentials && aws_sign(wire, &signing, err))
		goto out;
	url = mem_print("%s%s", start, wire->path);
	if (!transport_fetch(&options, url, wire, &reply, err))
		rc = read_answer(operation, &reply, role, out, err);
out:
	if (reply.body.data)
		mem_wipe(reply.body.data, reply.body.len);
	reply_clear(&reply);
	aws_wire_free(wire);
	aws_endpoint_free(&endpoint);
	free(region);
	free(url);
	free(start);
	return rc;
}

static char *
session_name(const char *given)
{
	return given ? mem_text(given) : mem_print("plumbline-%lld", (long long)time_now());
}

static int
assume(const struct chain *chain, const struct section *role, const struct aws_credentials *credentials,
       struct aws_credentials *out, struct err *err)
{
	const char *duration = section_value(role, "duration_seconds"), *external = section_value(role, "external_id");
	char *name = session_name(section_value(role, "role_session_name")), *end;
	long seconds = duration ? strtol(duration, &end, 10) : 0;
	json_t *parameters;
	int rc;

	if (section_value(role, "mfa_serial")) {
		free(name);
		return err_set(err, "profile %s needs an MFA code, for which a scan cannot stop; export credentials first, with aws "
				    "configure export-credentials", role->name);
	}
	parameters = json_pack("{s:s, s:s}", "RoleArn", section_value(role, "role_arn"), "RoleSessionName", name);
	if (external)
		json_object_set_new(parameters, "ExternalId", json_string(external));
	if (seconds > 0 && !*end)
		json_object_set_new(parameters, "DurationSeconds", json_integer(seconds));
	rc = ask_sts(chain, role, "AssumeRole", parameters, credentials, out, err);
	json_decref(parameters);
	free(name);
	return rc;
}

static int
assume_by_token(const struct chain *chain, const struct section *section, const char *role, const char *path, const char *session,
		struct aws_credentials *out, struct err *err)
{
	struct buf token = { .cap = TOKEN_CAP };
	char *name = session_name(session);
	json_t *parameters;
	int rc = file_read(path, TOKEN_CAP, &token, err);

	while (!rc && token.len > 0 && strchr(" \r\n\t", token.data[token.len - 1]))
		token.data[--token.len] = '\0';
	if (!rc) {
		parameters = json_pack("{s:s, s:s, s:s%}", "RoleArn", role, "RoleSessionName", name, "WebIdentityToken",
				       token.data ? token.data : "", token.len);
		if (parameters)
			rc = ask_sts(chain, section, "AssumeRoleWithWebIdentity", parameters, NULL, out, err);
		else
			rc = err_set(err, "%s holds no token", path);
		json_decref(parameters);
	}
	if (token.data)
		mem_wipe(token.data, token.len);
	buf_free(&token);
	free(name);
	return rc;
}

static int
web_of_section(const struct chain *chain, const struct section *section, struct aws_credentials *out, struct err *err)
{
	return assume_by_token(chain, section, section_value(section, "role_arn"), section_value(section, "web_identity_token_file"),
			       section_value(section, "role_session_name"), out, err);
}

static int
load_base(const struct chain *chain, const struct role_chain *roles, struct aws_credentials *out, struct err *err)
{
	struct chain inner = *chain;

	inner.section = roles->source;
	inner.profile = roles->source->name;
	inner.is_option = false;
	switch (roles->base) {
	case BASE_STATIC: return credentials_from_section(roles->source, out, err);
	case BASE_ENVIRONMENT: return credentials_from_environment(&inner, out, err);
	case BASE_INSTANCE: return credentials_from_instance(&inner, out, err);
	case BASE_CONTAINER: return credentials_from_container(&inner, out, err);
	case BASE_WEB: return web_of_section(&inner, roles->source, out, err);
	case BASE_PROCESS: return credentials_from_process(&inner, out, err);
	case BASE_SSO:
	case BASE_LOGIN: break;
	}
	return err_set(err, "profile %s: %s is not supported yet", inner.profile, roles->base == BASE_SSO ? "sso" : "login");
}

int
credentials_from_role(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	struct role_chain roles;
	struct aws_credentials now = { 0 };

	if (!is_role(chain->section))
		return err_set(err, "no role_arn in profile %s", chain->profile), 1;
	if (role_chain_find(chain->profiles, chain->profile, &roles, err))
		return -1;
	if (load_base(chain, &roles, &now, err)) {
		err_prefix(err, "what profile %s rests on", chain->profile);
		aws_credentials_free(&now);
		return -1;
	}
	for (size_t i = 0; i < roles.count; i++) {
		struct aws_credentials next = { 0 };
		int rc = assume(chain, roles.roles[i], &now, &next, err);

		aws_credentials_free(&now);
		now = next;
		if (rc) {
			aws_credentials_free(&now);
			return -1;
		}
	}
	*out = now;
	return 0;
}

int
credentials_from_web(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	const char *path = variable("AWS_WEB_IDENTITY_TOKEN_FILE"), *role = variable("AWS_ROLE_ARN");

	/* An explicit --profile is meant; else the environment's token comes first. */
	if (path && !chain->is_option) {
		if (!role)
			return err_set(err, "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not; set both");
		return assume_by_token(chain, chain->section, role, path, variable("AWS_ROLE_SESSION_NAME"), out, err);
	}
	if (!section_value(chain->section, "web_identity_token_file"))
		return err_set(err, "not configured"), 1;
	if (!section_value(chain->section, "role_arn"))
		return err_set(err, "profile %s: web_identity_token_file needs role_arn", chain->profile);
	return web_of_section(chain, chain->section, out, err);
}
