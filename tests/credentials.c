/* Tests of the shared files, of where they are, and of the walk through the sources of credentials. */

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/client.h"

int tests_credentials(void);

static json_t *
read_vectors(const char *file)
{
	const char *shared = getenv("PLUMBLINE_SHARED");
	char *path = mem_print("%s/vectors/credentials/%s", shared ? shared : "../shared", file);
	json_t *json = json_load_file(path, 0, NULL);

	if (!json)
		fprintf(stderr, "%s cannot be read\n", path);
	free(path);
	return json;
}

static const char *
text_of(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* Only what a test sets counts; the machine's own metadata service is never asked. */
static void
clear_environment(void)
{
	for (char **at = environ; *at;) {
		char *name = mem_text_n(*at, strcspn(*at, "="));

		/* What follows moves up when one goes. */
		if (text_starts(name, "AWS_"))
			unsetenv(name);
		else
			at++;
		free(name);
	}
	setenv("HOME", "/dev/null", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

static json_t *
sections_json(const struct profiles *profiles, enum section_kind kind)
{
	json_t *all = json_object();

	for (size_t i = 0; i < profiles->count; i++) {
		const struct section *section = &profiles->sections[i];
		json_t *one = json_object();

		for (size_t j = 0; j < section->count; j++)
			json_object_set_new(one, section->properties[j].key, json_string(section->properties[j].value));
		if (section->kind == kind)
			json_object_set(all, section->name, one);
		json_decref(one);
	}
	return all;
}

static void
check_parse(const json_t *test)
{
	const json_t *input = json_object_get(test, "input"), *output = json_object_get(test, "output");
	const char *config = text_of(input, "configFile"), *credentials = text_of(input, "credentialsFile");
	const char *name = text_of(test, "name"), *wrong = text_of(output, "errorContaining");
	const json_t *expected = json_object_get(json_object_get(output, "config"), "profiles");
	const json_t *sessions = json_object_get(json_object_get(output, "config"), "sso_sessions");
	struct profiles profiles = { 0 };
	struct err err = { "" };
	json_t *got;
	int rc;

	rc = config ? profiles_parse(&profiles, config, strlen(config), false, "config", &err) : 0;
	if (!rc && credentials)
		rc = profiles_parse(&profiles, credentials, strlen(credentials), true, "credentials", &err);
	profiles_settle(&profiles);
	if (wrong) {
		if (!rc || !strstr(err.text, wrong))
			fprintf(stderr, "%s: \"%s\", expected \"%s\"\n", name, err.text, wrong);
		CU_ASSERT_TRUE(rc && strstr(err.text, wrong));
	} else {
		got = sections_json(&profiles, SECTION_PROFILE);
		if (rc || !json_equal(got, expected))
			fprintf(stderr, "%s: %s %s\n", name, err.text, json_dumps(got, 0));
		CU_ASSERT_TRUE(!rc && json_equal(got, expected));
		json_decref(got);
		got = sections_json(&profiles, SECTION_SSO_SESSION);
		CU_ASSERT_TRUE(!sessions || json_equal(got, sessions));
		json_decref(got);
	}
	profiles_free(&profiles);
}

static void
test_parse(void)
{
	json_t *json = read_vectors("profile-parser-tests.json"), *test;
	size_t index;

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	json_array_foreach(json_object_get(json, "tests"), index, test)
		check_parse(test);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "tests")), 65);
	json_decref(json);
}

static void
test_locations(void)
{
	json_t *json = read_vectors("file-location-tests.json"), *test, *value;
	struct aws_settings settings = { 0 };
	const char *name;
	size_t index, checked = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	json_array_foreach(json_object_get(json, "tests"), index, test) {
		struct profiles profiles;
		bool is_named;

		if (strcmp(text_of(test, "platform"), "linux"))
			continue;
		clear_environment();
		json_object_foreach(json_object_get(test, "environment"), name, value)
			setenv(name, json_string_value(value), 1);
		CU_ASSERT_EQUAL_FATAL(profiles_load(&profiles, NULL), 0);
		CU_ASSERT_STRING_EQUAL(profiles.config_path, text_of(test, "configLocation"));
		CU_ASSERT_STRING_EQUAL(profiles.credentials_path, text_of(test, "credentialsLocation"));
		if (text_of(test, "profile"))
			CU_ASSERT_STRING_EQUAL(profile_chosen(&settings, &is_named), text_of(test, "profile"));
		profiles_free(&profiles);
		checked++;
	}
	CU_ASSERT_EQUAL(checked, 4);
	clear_environment();
	json_decref(json);
}

static void
add_sections(struct buf *text, const char *kind, const json_t *sections)
{
	const char *name, *key;
	json_t *section, *value;

	json_object_foreach((json_t *)sections, name, section) {
		buf_print(text, "[%s %s]\n", kind, name);
		json_object_foreach(section, key, value)
			buf_print(text, "%s = %s\n", key, json_string_value(value));
	}
}

/* The first link of the chain as the vectors write it, from what role_chain_find() found. */
static void
check_chain(const char *name, const struct role_chain *chain, const json_t *expected)
{
	const json_t *first = json_array_get(expected, 0), *keys = json_object_get(first, "AccessKey");
	const char *source = text_of(first, "NamedSource");
	bool is_web = json_object_get(first, "WebIdentityToken") != NULL;

	fprintf(stderr, "%s", chain->count + 1 == json_array_size(expected) ? "" : name);
	CU_ASSERT_EQUAL(chain->count + 1, json_array_size(expected));
	if (keys) {
		CU_ASSERT_EQUAL(chain->base, BASE_STATIC);
		CU_ASSERT_STRING_EQUAL(section_value(chain->source, "aws_access_key_id"), text_of(keys, "access_key_id"));
	}
	CU_ASSERT_TRUE(!source || chain->base == BASE_INSTANCE);
	CU_ASSERT_TRUE(is_web == (chain->base == BASE_WEB));
	CU_ASSERT_TRUE((chain->base == BASE_SSO) == (json_object_get(first, "Sso") != NULL));
	for (size_t i = 0; i < chain->count && i + 1 < json_array_size(expected); i++) {
		const json_t *role = json_object_get(json_array_get(expected, i + 1), "AssumeRole");

		CU_ASSERT_STRING_EQUAL(section_value(chain->roles[i], "role_arn"), text_of(role, "role_arn"));
	}
}

static void
test_chains(void)
{
	json_t *json = read_vectors("assume-role-tests.json"), *test;
	size_t index, checked = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	json_array_foreach(json, index, test) {
		const json_t *input = json_object_get(test, "input"), *output = json_object_get(test, "output");
		const char *name = text_of(test, "docs"), *wrong = text_of(output, "Error");
		struct profiles profiles = { 0 };
		struct role_chain chain;
		struct buf text = { 0 };
		struct err err = { "" };
		int rc;

		/* Their errors on SSO's settings wait for SSO. */
		if (wrong && (strstr(wrong, "sso_") || strstr(wrong, "sso-")))
			continue;
		add_sections(&text, "profile", json_object_get(input, "profiles"));
		add_sections(&text, "sso-session", json_object_get(input, "sso_sessions"));
		CU_ASSERT_EQUAL(profiles_parse(&profiles, text.data ? text.data : "", text.len, false, "config", &err), 0);
		rc = role_chain_find(&profiles, text_of(input, "selected_profile"), &chain, &err);
		if ((rc != 0) != (wrong != NULL))
			fprintf(stderr, "%s: %d %s, expected %s\n", name, rc, err.text, wrong ? wrong : "a chain");
		CU_ASSERT_TRUE((rc != 0) == (wrong != NULL));
		if (!rc && !wrong)
			check_chain(name, &chain, json_object_get(output, "ProfileChain"));
		profiles_free(&profiles);
		buf_free(&text);
		checked++;
	}
	CU_ASSERT_EQUAL(checked, 24);
	json_decref(json);
}

static void
test_container(void)
{
	json_t *json = read_vectors("ecs-tests.json"), *test, *value;
	const char *name;
	size_t index;

	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	json_array_foreach(json_object_get(json, "tests"), index, test) {
		const char *ok = text_of(json_object_get(test, "result"), "Ok");
		struct err err = { "" };
		char *url = NULL;
		int rc;

		clear_environment();
		json_object_foreach(json_object_get(test, "env"), name, value)
			setenv(name, json_string_value(value), 1);
		rc = container_url(&url, &err);
		if ((rc == 0) != (ok != NULL))
			fprintf(stderr, "%s: %s\n", text_of(test, "docs"), err.text);
		CU_ASSERT_TRUE((rc == 0) == (ok != NULL));
		CU_ASSERT_TRUE(!ok || (url && !strcmp(url, ok)));
		free(url);
	}
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "tests")), 11);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/x", 1);
	unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	CU_ASSERT_EQUAL(container_url(&(char *){ NULL }, NULL), -1);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost.example.com/x", 1);
	CU_ASSERT_EQUAL(container_url(&(char *){ NULL }, NULL), -1);
	clear_environment();
	json_decref(json);
}

#define CONFIG                                                                                                                 \
	"[default]\nregion = eu-west-1\naws_access_key_id = CONFIGKEY\naws_secret_access_key = hush\n"                          \
	"[profile runs]\nregion = eu-west-2\ncredential_process = /bin/sh -c \"printf '%s' "                                    \
	"'{\\\"Version\\\": 1, \\\"AccessKeyId\\\": \\\"RUNKEY\\\", \\\"SecretAccessKey\\\": \\\"hush\\\"}'\"\n"                  \
	"[profile fails]\ncredential_process = /bin/sh -c \"exit 3\"\n"                                                         \
	"[profile talks]\ncredential_process = /bin/sh -c \"echo hush\"\n"                                                      \
	"[profile missing]\ncredential_process = /dev/null/program\n"                                                        \
	"[profile half]\naws_access_key_id = HALFKEY\n"                                                                         \
	"[profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = default\nmfa_serial = arn:x\n"            \
	"[profile web]\nrole_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /dev/null/token\n"            \
	"[profile sso]\nsso_session = x\n[profile shared]\nregion = eu-central-1\n[profile empty]\noutput = json\n"
#define CREDENTIALS "[shared]\naws_access_key_id = SHAREDKEY\naws_secret_access_key = hush\naws_session_token = tok\n"

/* Which source wins, or what the message says. "hush" is the secret and must never be told. */
static const struct walk {
	const char *name, *variables; /* "A=b C=d" */
	const char *option;
	const char *key, *region, *says;
} walks[] = {
	{ "environment first", "AWS_ACCESS_KEY_ID=ENVKEY AWS_SECRET_ACCESS_KEY=hush", NULL, "ENVKEY", "eu-west-1", NULL },
	{ "AWS_PROFILE keeps it", "AWS_ACCESS_KEY_ID=ENVKEY AWS_SECRET_ACCESS_KEY=hush AWS_PROFILE=shared", NULL, "ENVKEY",
	  "eu-central-1", NULL },
	{ "--profile drops it", "AWS_ACCESS_KEY_ID=ENVKEY AWS_SECRET_ACCESS_KEY=hush", "shared", "SHAREDKEY", "eu-central-1", NULL },
	{ "--profile over AWS_PROFILE", "AWS_PROFILE=runs", "shared", "SHAREDKEY", "eu-central-1", NULL },
	{ "config file", "", NULL, "CONFIGKEY", "eu-west-1", NULL },
	{ "process", "AWS_PROFILE=runs", NULL, "RUNKEY", "eu-west-2", NULL },
	{ "AWS_REGION over the other", "AWS_REGION=us-west-1 AWS_DEFAULT_REGION=us-west-2", NULL, "CONFIGKEY", "us-west-1", NULL },
	{ "AWS_DEFAULT_REGION over the profile", "AWS_DEFAULT_REGION=us-west-2", NULL, "CONFIGKEY", "us-west-2", NULL },
	{ "half an environment", "AWS_ACCESS_KEY_ID=ENVKEY", NULL, NULL, NULL, "AWS_SECRET_ACCESS_KEY is not; set both" },
	{ "process fails", "AWS_PROFILE=fails", NULL, NULL, NULL, "credential_process: /bin/sh failed with status 3" },
	{ "process talks", "AWS_PROFILE=talks", NULL, NULL, NULL, "no JSON object" },
	{ "process missing", "AWS_PROFILE=missing", NULL, NULL, NULL, "/dev/null/program" },
	{ "half a profile", "AWS_PROFILE=half", NULL, NULL, NULL, "aws_secret_access_key is missing" },
	{ "MFA", "AWS_PROFILE=mfa", NULL, NULL, NULL, "MFA" },
	{ "web identity", "AWS_PROFILE=web", NULL, NULL, NULL, "/dev/null/token" },
	{ "sso", "AWS_PROFILE=sso", NULL, NULL, NULL, "sso: not supported yet" },
	{ "no such profile", "AWS_PROFILE=nosuch AWS_ACCESS_KEY_ID=ENVKEY AWS_SECRET_ACCESS_KEY=hush", NULL, NULL, NULL,
	  "profile nosuch: it is neither in" },
	{ "nothing", "AWS_PROFILE=empty", NULL, NULL, NULL,
	  "environment: AWS_ACCESS_KEY_ID is not set; assumed role: no role_arn in profile empty; web identity: not configured; sso: not "
	  "configured; credentials file: profile empty has no keys there; login: not configured; credential_process: not configured; "
	  "config file: profile empty has no keys there; container: not configured; instance metadata: AWS_EC2_METADATA_DISABLED is set" },
};

static void
set_variables(const char *variables)
{
	while (*variables) {
		size_t len = strcspn(variables, " "), name = strcspn(variables, "=");
		char *key = mem_text_n(variables, name), *value = mem_text_n(variables + name + 1, len - name - 1);

		setenv(key, value, 1);
		free(key);
		free(value);
		variables += len + (variables[len] == ' ');
	}
}

static void
check_walk(const struct walk *row)
{
	struct aws_settings settings = { .profile = row->option };
	struct aws_credentials got;
	struct err err = { "" };
	int rc = aws_credentials_load(&settings, &got, &err);
	char *region;

	if ((rc == 0) != (row->key != NULL) || (row->key && strcmp(got.access_key, row->key)) ||
	    (row->says && !strstr(err.text, row->says)))
		fprintf(stderr, "%s: %s %s\n", row->name, rc ? "" : got.access_key, err.text);
	CU_ASSERT_TRUE((rc == 0) == (row->key != NULL));
	CU_ASSERT_PTR_NULL(strstr(err.text, "hush"));
	CU_ASSERT_TRUE(!row->says || strstr(err.text, row->says));
	if (rc)
		return;
	CU_ASSERT_STRING_EQUAL(got.access_key, row->key);
	CU_ASSERT_STRING_EQUAL(got.secret_key, "hush");
	CU_ASSERT_PTR_NOT_NULL(got.source);
	region = aws_region_default(&settings);
	CU_ASSERT_STRING_EQUAL(region, row->region);
	free(region);
	aws_credentials_free(&got);
	CU_ASSERT_PTR_NULL(got.secret_key);
}

static void
test_walk(void)
{
	char folder[] = "/tmp/plumbline-credentials-XXXXXX", *config, *credentials;
	struct err err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	config = mem_print("%s/config", folder);
	credentials = mem_print("%s/credentials", folder);
	CU_ASSERT_EQUAL_FATAL(file_write(config, CONFIG, strlen(CONFIG), 0600, &err), 0);
	CU_ASSERT_EQUAL_FATAL(file_write(credentials, CREDENTIALS, strlen(CREDENTIALS), 0600, &err), 0);
	for (size_t i = 0; i < COUNT(walks); i++) {
		clear_environment();
		setenv("AWS_CONFIG_FILE", config, 1);
		setenv("AWS_SHARED_CREDENTIALS_FILE", credentials, 1);
		set_variables(walks[i].variables);
		check_walk(&walks[i]);
	}
	clear_environment();
	unlink(config);
	unlink(credentials);
	rmdir(folder);
	free(config);
	free(credentials);
}

static void
test_bad_json(void)
{
	static const char *const bad[] = { "", "null", "[]", "{", "{\"AccessKeyId\":1,\"SecretAccessKey\":\"s\"}", "{\"AccessKeyId\":\"a\"}",
					   "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"Expiration\":\"soon\"}" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct aws_credentials got = { 0 };
		char *text = mem_text(bad[i]);
		size_t len = strlen(text);

		CU_ASSERT_EQUAL(credentials_from_json(text, len, "Token", &got, NULL), -1);
		for (size_t c = 0; c < len; c++)
			CU_ASSERT_EQUAL(text[c], 0);
		aws_credentials_free(&got);
		free(text);
	}
}

int
tests_credentials(void)
{
	CU_pSuite suite = CU_add_suite("credentials", NULL, NULL);

	CU_add_test(suite, "parsing of shared files", test_parse);
	CU_add_test(suite, "places of shared files", test_locations);
	CU_add_test(suite, "chains of roles", test_chains);
	CU_add_test(suite, "addresses of containers", test_container);
	CU_add_test(suite, "which source wins, and what is told", test_walk);
	CU_add_test(suite, "answers that hold no credentials", test_bad_json);
	return 0;
}
