/* Finds credentials: a table of sources, asked in the order of the AWS CLI.
 * Source: AWS CLI User Guide, "Configuration settings and precedence". */

#include <stdlib.h>
#include <string.h>

#include "aws/client.h"

void
aws_credentials_free(struct aws_credentials *credentials)
{
	text_wipe(credentials->access_key);
	text_wipe(credentials->secret_key);
	text_wipe(credentials->token);
	free(credentials->source);
	free(credentials->account_id);
	memset(credentials, 0, sizeof(*credentials));
}

int
credentials_from_environment(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	const char *key = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
	const char *token = variable("AWS_SESSION_TOKEN"), *expires = variable("AWS_CREDENTIAL_EXPIRATION");

	if (chain && chain->is_option)
		return err_set(err, "passed over for --profile"), 1;
	if (!key && !secret)
		return err_set(err, "AWS_ACCESS_KEY_ID is not set"), 1;
	if (!key || !secret)
		return err_set(err, "%s is set but %s is not; set both", key ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
			       key ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
	if (expires && time_read(expires, &out->expires_at))
		return err_set(err, "AWS_CREDENTIAL_EXPIRATION is not a time");
	if (!token)
		token = variable("AWS_SECURITY_TOKEN");
	out->access_key = mem_text(key);
	out->secret_key = mem_text(secret);
	out->token = mem_text(token);
	out->account_id = mem_text(variable("AWS_ACCOUNT_ID"));
	out->source = mem_text("environment");
	return 0;
}

int
credentials_from_section(const struct section *section, struct aws_credentials *out, struct err *err)
{
	const char *key = section_value(section, "aws_access_key_id");
	const char *secret = section_value(section, "aws_secret_access_key");
	const char *token = section_value(section, "aws_session_token");

	if (!key && !secret)
		return err_set(err, "no aws_access_key_id in it"), 1;
	if (!key || !secret)
		return err_set(err, "profile %s: %s is missing", section->name,
			       key ? "aws_secret_access_key" : "aws_access_key_id");
	if (!token)
		token = section_value(section, "aws_security_token");
	out->access_key = mem_text(key);
	out->secret_key = mem_text(secret);
	out->token = mem_text(token);
	out->account_id = mem_text(section_value(section, "aws_account_id"));
	out->source = mem_print("profile %s", section->name);
	return 0;
}

static int
from_file(const struct chain *chain, bool of_credentials_file, struct aws_credentials *out, struct err *err)
{
	const struct property *key = section_property(chain->section, "aws_access_key_id");

	if (!chain->section)
		return err_set(err, "no profile %s", chain->profile), 1;
	if (!key)
		key = section_property(chain->section, "aws_secret_access_key");
	if (!key || key->of_credentials_file != of_credentials_file)
		return err_set(err, "profile %s has no keys there", chain->profile), 1;
	return credentials_from_section(chain->section, out, err);
}

static int
from_credentials_file(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	return from_file(chain, true, out, err);
}

static int
from_config_file(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	return from_file(chain, false, out, err);
}

static int
from_sso(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	(void)out;
	if (!section_value(chain->section, "sso_session") && !section_value(chain->section, "sso_start_url") &&
	    !section_value(chain->section, "sso_account_id"))
		return err_set(err, "not configured"), 1;
	return err_set(err, "not supported yet; run eval \"$(aws configure export-credentials --profile %s --format env)\"",
		       chain->profile);
}

static int
from_login(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	(void)out;
	if (!section_value(chain->section, "login_session"))
		return err_set(err, "not configured"), 1;
	return err_set(err, "not supported yet; run eval \"$(aws configure export-credentials --profile %s --format env)\"",
		       chain->profile);
}

/* The order of botocore's create_credential_resolver(). */
static const struct provider providers[] = {
	{ "environment", credentials_from_environment },
	{ "assumed role", credentials_from_role },
	{ "web identity", credentials_from_web },
	{ "sso", from_sso },
	{ "credentials file", from_credentials_file },
	{ "login", from_login },
	{ "credential_process", credentials_from_process },
	{ "config file", from_config_file },
	{ "container", credentials_from_container },
	{ "instance metadata", credentials_from_instance },
};

static int
walk(const struct chain *chain, struct aws_credentials *out, struct err *err)
{
	struct buf tried = { .cap = sizeof(err->text) - 200 };
	struct err why;
	int rc = 1;

	for (size_t i = 0; i < COUNT(providers) && rc == 1; i++) {
		why.text[0] = '\0';
		rc = providers[i].load(chain, out, &why);
		if (rc)
			buf_print(&tried, "%s%s: %s", tried.len ? "; " : "", providers[i].name, why.text);
	}
	/* negative: one is set up, and does not work */
	if (rc)
		err_set(err, "no AWS credentials: %s%s", tried.data ? tried.data : "",
			rc > 0 ? ". Set some up with 'aws configure', choose others with --profile, or export "
				 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
			       : "");
	buf_free(&tried);
	return rc ? -1 : 0;
}

static int
no_profile(const struct chain *chain, struct err *err)
{
	const struct profiles *profiles = chain->profiles;
	const char **list = mem_get((profiles->count + 1) * sizeof(*list)), *near;
	struct buf names = { .cap = 300 };
	size_t count = 0;

	for (size_t i = 0; i < profiles->count; i++)
		if (profiles->sections[i].kind == SECTION_PROFILE)
			list[count++] = profiles->sections[i].name;
	for (size_t i = 0; i < count; i++)
		buf_print(&names, "%s%s", i ? ", " : "", list[i]);
	near = name_nearest(chain->profile, list, count);
	err_set(err, "profile %s: it is neither in %s nor in %s; %s%s%s", chain->profile, profiles->config_path,
		profiles->credentials_path, near ? "did you mean '" : "there are: ", near ? near : names.len ? names.data : "none",
		near ? "'?" : "");
	buf_free(&names);
	free(list);
	return -1;
}

int
aws_credentials_load(const struct aws_settings *settings, struct aws_credentials *out, struct err *err)
{
	struct profiles profiles;
	struct chain chain = { .settings = settings, .profiles = &profiles, .is_option = settings->profile != NULL };
	bool is_named;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (profiles_load(&profiles, err))
		return -1;
	chain.profile = profile_chosen(settings, &is_named);
	chain.section = profiles_find(&profiles, SECTION_PROFILE, chain.profile);
	/* Falling back on another identity would assess the wrong account. */
	if (is_named && !chain.section)
		rc = no_profile(&chain, err);
	else
		rc = walk(&chain, out, err);
	if (rc)
		aws_credentials_free(out);
	profiles_free(&profiles);
	return rc;
}

char *
aws_region_default(const struct aws_settings *settings)
{
	struct profiles profiles;
	const char *region = settings->region;
	char *found;
	bool is_named;

	if (!region)
		region = variable("AWS_REGION");
	if (!region)
		region = variable("AWS_DEFAULT_REGION");
	if (region || profiles_load(&profiles, NULL))
		return mem_text(region);
	found = mem_text(section_value(profiles_find(&profiles, SECTION_PROFILE, profile_chosen(settings, &is_named)), "region"));
	profiles_free(&profiles);
	return found;
}
