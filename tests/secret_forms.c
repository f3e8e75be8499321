/* Secrets in the forms that people write: commands, calls, files of many programs, tokens
 * of many services; and what looks like them and is none. */

#include <CUnit/CUnit.h>

#include "tests/secret_text.h"

int tests_secret_forms(void);

static const char *const commands[] = {
	"mysqldump -uroot -p'<a14>' shop",
	"mysql -u root -p<a14> shop",
	"sqlcmd -S db -U sa -P <a14> -Q x",
	"redis-cli -h cache -a <a14> ping",
	"mongo --username root --password <a14>",
	"wget --http-password=<a14> https://x",
	"echo <a14> | sudo -S apt update",
	"echo -e \"<p>\\n<p>\" | passwd app",
	"echo \"<p>\" | docker login -u ci --password-stdin r",
	"useradd -p <a14> app",
	"net use Z: \\\\srv\\share <a14> /user:acme",
	"net use \\\\srv\\share <a14>",
	"net user Administrator <p> /add",
	"cmdkey /generic:x /user:svc /pass:<a14>",
	"sshpass -p '<p>' ssh root@h",
	"sshpass -p<a14> ssh root@h",
	"openssl enc -aes-256-cbc -k <a14> -in x",
	"openssl pkcs12 -in x -passin pass:<a14>",
	"keytool -storepass <a14> -keystore x",
	"java -Djavax.net.ssl.keyStorePassword=<a14> -jar a.jar",
	"aws ssm put-parameter --name /x/password --value <p> --type SecureString",
	"aws ssm put-parameter --value <p> --type SecureString --name /x",
	"aws rds create-db-instance --master-user-password <p>",
	"rabbitmqctl add_user app <a14>",
	"rabbitmqctl change_password app <a14>",
	"htpasswd -b /etc/x admin <a14>",
	"htpasswd -bc /etc/x admin <p>",
	"bindpw <p>",
	"requirepass <a14>",
	"ldapsearch -D cn=admin -w <a14>",
	"the password is <p>",
	"curl -H 'Authorization: token <a40>' https://x",
	"curl -H \"PRIVATE-TOKEN: <a26>\" https://x",
};

static const char *const calls[] = {
	"New-Object System.Net.NetworkCredential(\"svc\", \"<p>\")",
	"DriverManager.getConnection(url, \"root\", \"<p>\");",
	"requests.get(u, auth=('svc', '<p>'))",
	"requests.get(u, auth=HTTPBasicAuth('svc', '<p>'))",
	"req.SetBasicAuth(\"svc\", \"<p>\")",
	"new UsernamePasswordCredentials(user, \"<p>\")",
	"SET PASSWORD FOR 'a'@'%' = PASSWORD('<p>');",
	"define('DB_PASSWORD', '<p>');",
	"'password' => '<p>',",
	"os.environ[\"API_KEY\"] = \"<h40>\"",
};

static const char *const files[] = {
	"<property name=\"hibernate.connection.password\"><p></property>",
	"<property name=\"password\" value=\"<p>\"/>",
	"<server><id>nexus</id><username>ci</username><password><a14></password></server>",
	"db.acme.internal:5432:orders:app:<a14>\n",
	"# .pgpass\n*:*:*:app:<a14>\n",
	"machine api.acme.internal\n  login svc\n  password <p>\n",
	"[client]\nuser=root\npassword=<a14>\n",
	"spring:\n  datasource:\n    username: app\n    password: <p>\n",
	"#cloud-config\nusers:\n  - name: x\n    plain_text_passwd: <p>\n",
	"{\"Fn::Join\": [\"\", [\"export DB_PASSWORD=\", \"<p>\", \"\\n\"]]}",
	"{\"entryPoint\": [\"app\", \"--token\", \"<a40>\"]}",
	"PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 2\n<b64>\n<b40>\nPrivate-MAC: 1\n",
	"user=admin&password=<a14>&submit=1",
	"https://api.telegram.org/bot7123456789:AA<a33>/sendMessage",
};

/* Kinds by their format alone, under names that tell nothing. */
static const struct {
	const char *kind, *text;
} tokens[] = {
	{ "1password-token", "x=ops_eyJ<a220>" },
	{ "airtable-token", "x=pat<a14>.<h64>" },
	{ "alibaba-key", "x=LTAI<a20>" },
	{ "amazon-mws-token", "x=amzn.mws.<h8>-<h4>-<h4>-<h4>-<h12>" },
	{ "amazon-oauth-secret", "x=amzn1.oa2-cs.v1.<h64>" },
	{ "atlassian-token", "x=ATBB<a32>" },
	{ "aws-appsync-key", "x=da2-<h26>" },
	{ "aws-bedrock-key", "x=ABSK<b128>" },
	{ "aws-bedrock-key", "x=bedrock-api-key-<b200>" },
	{ "contentful-token", "x=CFPAT-<a43>" },
	{ "doppler-token", "x=dp.sa.<a43>" },
	{ "dropbox-token", "x=sl.<a135>" },
	{ "figma-token", "x=figd_<a40>" },
	{ "fly-token", "x=fo1_<a43>" },
	{ "gitlab-token", "x=glft-<a20>" },
	{ "hubspot-token", "x=pat-na1-<h8>-<h4>-<h4>-<h4>-<h12>" },
	{ "langfuse-key", "x=sk-lf-<h8>-<h4>-<h4>-<h4>-<h12>" },
	{ "mailersend-key", "x=mlsn.<h64>" },
	{ "netlify-token", "x=nfp_<a36>" },
	{ "notion-token", "x=secret_<a43>" },
	{ "nvidia-key", "x=nvapi-<a64>" },
	{ "openrouter-key", "x=sk-or-v1-<h64>" },
	{ "perplexity-key", "x=pplx-<a48>" },
	{ "posthog-key", "x=phx_<a43>" },
	{ "render-key", "x=rnd_<a32>" },
	{ "sentry-token", "x=sntryu_<h64>" },
	{ "shippo-key", "x=shippo_live_<h40>" },
	{ "sonar-token", "x=squ_<h40>" },
	{ "sourcegraph-token", "x=sgp_<h40>" },
	{ "square-token", "x=EAAA<a60>" },
	{ "supabase-key", "x=sbp_<h40>" },
	{ "typeform-token", "x=tfp_<a44>" },
	{ "vercel-token", "x=vercel_blob_rw_<a16>_<a30>" },
	{ "xai-key", "x=xai-<a80>" },
};

static const char *const none[] = {
	"{\"NextToken\": \"<b60>\"}",
	"{\"continuationToken\": \"<b60>\"}",
	"{\"ClientRequestToken\": \"<a36>\"}",
	"{\"TaskToken\": \"<b60>\"}",
	"CREATE TABLE t (password VARCHAR(255) NOT NULL, token TEXT)",
	"password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6238366530633866\n",
	"DB_PASSWORD=AQICAH<b180>",
	"spring.datasource.password={cipher}<h64>",
	"the password is required",
	"The password is stored in Vault.",
	"echo \"$PASSWORD\" | passwd --stdin app",
	"mysql -u root -p shop",
	"mysql -uroot -p$MYSQL_ROOT_PASSWORD",
	"mysql -P 3306 -h db",
	"ssh -p 2222 -i key.pem ec2-user@10.0.0.1",
	"psql -h db -U app -p 5432",
	"docker run -p 8080:80 -u 1000:1000 nginx",
	"net use Z: \\\\srv\\share /user:acme",
	"net use Z: /delete",
	"htpasswd -c /etc/x admin",
	"openssl genrsa -out server.key 2048",
	"aws ssm put-parameter --name /x/url --value https://x --type String",
	"aws ssm get-parameter --name /prod/db/password --with-decryption",
	"requests.get(url, auth=(user, password))",
	"DriverManager.getConnection(url, user, password);",
	"conn = connect(host, getConnection('a', 'b'))",
	"<property name=\"password\">${db.password}</property>",
	"<property name=\"hibernate.connection.url\">jdbc:mysql://db/x</property>",
	"root:x:0:0:root:/root:/bin/bash",
	"12:30:45:10:22abc8",
	"arn:aws:iam::123456789012:role/app",
	"2026-01-01T10:00:00Z host:8080:a:b:c",
	"{\"Fn::Join\": [\"\", [\"export DB_PASSWORD=\", {\"Ref\": \"P\"}, \"<a14>\"]]}",
	"patch-<h40>",
	"secret_manager_backend_configuration_for_the_whole_account",
	"sl.acme.internal",
	"da2-endpoint.appsync-api.us-east-1.amazonaws.com",
	"api_org_settings_page_layout_of_the_admin_panel_x",
	"EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"PASSWORD_POLICY_DESCRIPTION=RequireStrengthOfThreeClasses",
};

static size_t
count_of(const char *text)
{
	json_t *report = secret_report(text, strlen(text));
	size_t count = json_array_size(report);

	json_decref(report);
	return count;
}

/* Each secret is found, and none of it stands in what is redacted. */
static void
check_found(const char *template, uint32_t seed)
{
	struct buf secrets = { 0 };
	char *text = secret_text(template, seed, &secrets), *redacted;
	size_t at, len;
	int number = 0;

	if (!count_of(text))
		printf("# %s: not found in %s\n", template, text);
	CU_ASSERT(count_of(text) >= 1);
	redacted = secret_redact(text, strlen(text), NULL, &number, NULL, NULL);
	for (at = 0; redacted && at < secrets.len; at += len + 1) {
		len = strlen(secrets.data + at);
		if (len >= 12 && strstr(redacted, secrets.data + at))
			printf("# %s: stands in the clear in %s\n", template, redacted);
		CU_ASSERT(len < 12 || !strstr(redacted, secrets.data + at));
	}
	free(redacted);
	free(text);
	buf_free(&secrets);
}

static void
in_commands(void)
{
	size_t i;

	for (i = 0; i < COUNT(commands); i++)
		check_found(commands[i], (uint32_t)i + 1);
}

static void
in_calls(void)
{
	size_t i;

	for (i = 0; i < COUNT(calls); i++)
		check_found(calls[i], (uint32_t)i + 50);
}

static void
in_files(void)
{
	size_t i;

	for (i = 0; i < COUNT(files); i++)
		check_found(files[i], (uint32_t)i + 100);
}

static void
by_format(void)
{
	size_t i;

	for (i = 0; i < COUNT(tokens); i++) {
		char *text = secret_text(tokens[i].text, (uint32_t)i + 150, NULL);
		json_t *report = secret_report(text, strlen(text));
		const char *kind = json_string_value(
			json_object_get(json_array_get(report, 0), "kind"));

		if (strcmp(kind ? kind : "", tokens[i].kind))
			printf("# %s: %s in %s\n", tokens[i].kind, kind ? kind : "none", text);
		CU_ASSERT(!strcmp(kind ? kind : "", tokens[i].kind));
		json_decref(report);
		free(text);
	}
}

static void
in_none(void)
{
	size_t i;

	for (i = 0; i < COUNT(none); i++) {
		char *text = secret_text(none[i], (uint32_t)i + 200, NULL);

		if (count_of(text))
			printf("# %s: found\n", text);
		CU_ASSERT(count_of(text) == 0);
		free(text);
	}
}

/* What a member's own redaction frees is not asked again for the next. */
static void
neighbours(void)
{
	json_t *value;
	char *text = secret_text("[\"--password=<p>\", \"plain\", {\"Name\": \"ghp_<a36>\","
				 " \"Value\": \"x\", \"Default\": \"y\"}]",
				 9, NULL);
	int number = 0;

	value = json_loads(text, 0, NULL);
	CU_ASSERT(secret_redact_json(value, NULL, &number, NULL, NULL) == 2);
	json_decref(value);
	free(text);
}

int
tests_secret_forms(void)
{
	CU_pSuite suite = CU_add_suite("secret_forms", NULL, NULL);

	CU_add_test(suite, "in_commands", in_commands);
	CU_add_test(suite, "in_calls", in_calls);
	CU_add_test(suite, "in_files", in_files);
	CU_add_test(suite, "by_format", by_format);
	CU_add_test(suite, "in_none", in_none);
	CU_add_test(suite, "neighbours", neighbours);
	return 0;
}
