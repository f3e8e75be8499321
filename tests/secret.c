/* Secret detection and redaction. No secret stands here: each "<aN>" becomes N letters
 * and digits, "<hN>" N hex digits, "<bN>" N characters of base64, "<p>" a password, "<k>"
 * the body of a private key. */

#include <CUnit/CUnit.h>
#include <zlib.h>

#include "store/store.h"
#include "tests/secret_text.h"

int tests_secret(void);

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct dice {
	uint32_t state;
};

static size_t
dice_roll(struct dice *dice, size_t sides)
{
	dice->state = dice->state * 1664525u + 1013904223u;
	return (dice->state >> 8) % sides;
}

char *
secret_text(const char *template, uint32_t seed, struct buf *secrets)
{
	static const char hex[] = "0123456789abcdef";
	struct dice dice = { seed * 7919u + 1 };
	struct buf out = { 0 };
	size_t n, i;
	char kind;

	for (; *template; template ++) {
		kind = *template == '<' ? template[1] : '\0';
		if (!kind ||
		    !(strchr("pk", kind) ? template[2] == '>'
					 : strchr("ahb", kind) && template[2] >= '0' &&
						   template[2] <= '9')) {
			buf_char(&out, *template);
			continue;
		}
		n = kind == 'p'	  ? 14
		    : kind == 'k' ? 400
				  : strtoul(template + 2, NULL, 10);
		size_t start = out.len;

		for (i = 0; i < n; i++) {
			if (kind == 'k' && i % 64 == 63)
				buf_char(&out, '\n');
			else if (kind == 'p' && i == 9)
				buf_char(&out, "!#^*"[dice_roll(&dice, 4)]);
			else if (kind == 'h')
				buf_char(&out, hex[dice_roll(&dice, 16)]);
			else
				buf_char(&out,
					 letters[dice_roll(
						 &dice,
						 kind == 'b' || kind == 'k' ? 64 : 62)]);
		}
		if (secrets)
			buf_add(secrets, out.data + start, out.len - start);
		if (secrets)
			buf_char(secrets, '\0');
		template = strchr(template, '>');
	}
	return buf_take(&out);
}

static const struct {
	const char *kind, *text;
} positive[] = {
	{ "aws-access-key-id", "id = AKIA7Q3MXZK5WPLT2D6V" },
	{ "aws-secret-key", "export AWS_SECRET_ACCESS_KEY=<b40>" },
	{ "aws-secret-key", "{\"SecretAccessKey\": \"<b40>\"}" },
	{ "aws-secret-key", "aws configure set aws_secret_access_key <b40>" },
	{ "aws-session-token", "T: IQoJb3JpZ2luX2Vj<b300>" },
	{ "private-key",
	  "-----BEGIN RSA PRIVATE KEY-----\n<k>\n-----END RSA PRIVATE KEY-----\n" },
	{ "private-key",
	  "{\"k\": \"-----BEGIN PRIVATE KEY-----\\n<a64>\\n<a64>\\n-----END PRIVATE KEY-----\\n\"}" },
	{ "github-token", "git clone https://ghp_<a36>@github.com/a/b" },
	{ "github-token", "x=github_pat_<a22>_<a59>" },
	{ "gitlab-token", "CI=glpat-<a20>" },
	{ "slack-token", "curl -H 'Authorization: Bearer xoxb-<h12>-<h13>-<a24>'" },
	{ "slack-webhook", "https://hooks.slack.com/services/T<a8>/B<a10>/<a24>" },
	{ "stripe-key", ("P=sk_"
			 "live_<a24>") },
	{ "sendgrid-key", "SG.<a22>.<a43>" },
	{ "twilio-key", "k: SK<h32>" },
	{ "npm-token", "//npm.acme.internal/:_authToken=npm_<a36>" },
	{ "google-api-key", "https://maps.googleapis.com/maps/api/js?key=AIza<a35>" },
	{ "openai-key", "sk-proj-<a48>" },
	{ "anthropic-key", "sk-ant-api03-<a95>" },
	{ "telegram-token", "bot = 7123456789:AA<a33>" },
	{ "digitalocean-token", "dop_v1_<h64>" },
	{ "vault-token", "vault login hvs.<a90>" },
	{ "azure-sas", "https://a.blob.core.windows.net/c?sv=1&sig=<a43>%3D" },
	{ "jwt", "t eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3In0.<a43>" },
	{ "url-password", "postgres://app:<a14>@db:5432/x" },
	{ "url-password", "redis://:<a14>@cache:6379" },
	{ "password", "DB_PASSWORD=<p>\n" },
	{ "password", "  password: <p>" },
	{ "password", "Server=x;User ID=sa;Password=<p>;Encrypt=true" },
	{ "password", "jdbc:mysql://h/x?user=a&password=<p>" },
	{ "password", "<add key=\"SmtpPassword\" value=\"<p>\" />" },
	{ "password", "<password><p></password>" },
	{ "password", "ALTER USER a IDENTIFIED BY '<p>'" },
	{ "password", "CREATE ROLE a PASSWORD '<p>'" },
	{ "password", "curl -u admin:<p> https://x" },
	{ "password", "mysql -uroot -p<a14> shop" },
	{ "password", "mysqldump --password=<p> db" },
	{ "password", "echo 'root:<p>' | chpasswd" },
	{ "password", "chpasswd:\n  list: |\n    root:<p>\n" },
	{ "password", "docker login -u ci -p <p> r.x" },
	{ "password", "ENV DB_PASSWORD <p>" },
	{ "password", "net user Administrator <p> /add" },
	{ "password", "$x = ConvertTo-SecureString \"<p>\" -AsPlainText -Force" },
	{ "password", "variable \"db_password\" {\n  default = \"<p>\"\n}" },
	{ "password", "define('DB_PASSWORD', '<p>');" },
	{ "password",
	  "{\"Parameters\": {\"DBPassword\": {\"Type\": \"String\", \"Default\": \"<p>\"}}}" },
	{ "password",
	  "Parameters:\n  DBPassword:\n    Type: String\n    Default: <p>\n" },
	{ "password", "[{\"name\": \"DB_PASSWORD\", \"value\": \"<p>\"}]" },
	{ "password",
	  "[{\"ParameterValue\": \"<p>\", \"ParameterKey\": \"DbPassword\"}]" },
	{ "password", "ParameterKey=DbPassword,ParameterValue=<p>" },
	{ "password", "{\"command\": [\"app\", \"--password\", \"<p>\"]}" },
	{ "password", "{\"SecretString\": \"{\\\"password\\\":\\\"<p>\\\"}\"}" },
	{ "password", "run \"{\\\"password\\\": \\\"<p>\\\"}\"" },
	{ "password", "password: |\n  <p>\n" },
	{ "api-key", "curl -H 'X-Api-Key: <h40>'" },
	{ "api-key", "DD_API_KEY=<h32>" },
	{ "token", "TWILIO_AUTH_TOKEN: \"<h32>\"" },
	{ "secret", "JWT_SECRET=<h64>" },
	{ "bearer-token", "Authorization: Bearer <a40>" },
	{ "basic-auth", "Authorization: Basic ZGVwbG95OkZhbGNvbjEyM14h" },
	{ "basic-auth",
	  "{\"auths\": {\"r.x\": {\"auth\": \"ZGVwbG95OkZhbGNvbjEyM14h\"}}}" },
};

static const char *const negative[] = {
	"",
	"x",
	"GIT_COMMIT=<h40>",
	"IMAGE=web@sha256:<h64>",
	"ETAG=<h32>",
	"KMS_KEY_ID=0a1b2c3d-1111-4222-a333-444455556666",
	"DB_SECRET_ARN=arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf",
	"DB_PASSWORD=arn:aws:ssm:us-east-1:111122223333:parameter/x",
	"DB_SECRET_NAME=prod/orders/db",
	"DB_PASSWORD_FILE=/run/secrets/db_password",
	"DB_PASSWORD=/prod/db/password",
	"PASSWORD=${DB_PASSWORD}",
	"PASSWORD=$DB_PASSWORD",
	"PASSWORD=%DB_PASSWORD%",
	"password = var.db_password",
	"MasterUserPassword={{resolve:ssm-secure:/prod/db:3}}",
	"MasterUserPassword: !Ref DBPassword",
	"{\"MasterUserPassword\": {\"Ref\": \"DBPassword\"}}",
	"DB_PASSWORD=changeme",
	"DB_PASSWORD=********",
	"API_KEY=your-api-key-here",
	"API_KEY=xxxxxxxxxxxxxxxx",
	"PASSWORD=<password>",
	"GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
	"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"postgres://app@db:5432/x",
	"postgres://app:${PW}@db/x",
	"https://x.example.com:443/a",
	"PASSWORD_RESET_REQUIRED=false",
	"TOKEN_TTL_SECONDS=3600",
	"MIN_PASSWORD_LENGTH=14",
	"TOKEN_URL=https://auth.acme.com/oauth2/token",
	("STRIPE_PUBLISHABLE_KEY=pk_"
	 "live_<a24>"),
	"ROLE_ID=AROA7Q3MXZK5WPLT2D6VQ",
	"POOL=us-east-1_<a9>",
	"-----BEGIN PUBLIC KEY-----\n<k>\n-----END PUBLIC KEY-----",
	"-----BEGIN CERTIFICATE-----\n<k>\n-----END CERTIFICATE-----",
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ<b300> ops@acme",
	"LOGO=data:image/png;base64,iVBORw0KGgo<b200>",
	"HANDLER=com.acme.security.TokenAuthenticationSecretProviderFactoryImpl",
	"BUCKET_KEY=backups/2026/03/01/orders.tar.gz",
	"Never share your token or API key.",
	"api_key = get_secret('prod/api-key')",
	"const token = req.headers.authorization;",
	"curl -u \"$USER:$PASS\" https://x/",
	"docker run -u 1000:1000 nginx",
	"psql -h db -U app -p 5432",
	"password = os.environ[\"DB_PASSWORD\"]",
	"TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)",
	"PasswordAuthentication no\nPermitRootLogin no",
	"if password == \"\":\n  pass",
	"{\"password.$\": \"$.password\"}",
	"root:x:0:0:root:/root:/bin/bash",
	"Authorization: Bearer ${TOKEN}",
	"variable \"db_password\" {\n  type = string\n}",
	"DBPassword:\n  Type: String\n  NoEcho: true\n  MinLength: 12",
	"dGhpcyBpcyBqdXN0IHRleHQgaW4gYmFzZTY0IGFuZCBubyBzZWNyZXQ=",
	"[secret:password:14:1]",
	"DB_PASSWORD=[secret:password:14:1]",
};

static json_t *
report_of(const char *text)
{
	return secret_report(text, strlen(text));
}

static void
finds(void)
{
	struct secret found[8];
	size_t i, count, at;
	const char *kind;
	json_t *report;
	char *text;

	for (i = 0; i < COUNT(positive); i++) {
		text = secret_text(positive[i].text, (uint32_t)i, NULL);
		report = report_of(text);
		kind = json_string_value(
			json_object_get(json_array_get(report, 0), "kind"));
		if (json_array_size(report) != 1 ||
		    strcmp(kind ? kind : "", positive[i].kind))
			printf("# %s: %zu found, first %s, want %s\n", positive[i].text,
			       json_array_size(report), kind ? kind : "none",
			       positive[i].kind);
		CU_ASSERT(json_array_size(report) == 1 &&
			  !strcmp(kind ? kind : "", positive[i].kind));
		count = secret_find(text, strlen(text), NULL, found, COUNT(found));
		for (at = 0; at < count && at < COUNT(found); at++)
			CU_ASSERT(found[at].start + found[at].len <= strlen(text));
		json_decref(report);
		free(text);
	}
	for (i = 0; i < COUNT(negative); i++) {
		text = secret_text(negative[i], (uint32_t)i + 1000, NULL);
		count = secret_find(text, strlen(text), NULL, found, COUNT(found));
		if (count)
			printf("# %s: found %s\n", negative[i], found[0].kind);
		CU_ASSERT(count == 0);
		free(text);
	}
}

static void
named(void)
{
	static const struct {
		const char *name, *text;
		size_t want;
	} cases[] = {
		{ "DB_PASSWORD", "<p>", 1 },
		{ "DB_PASSWORD", "\n <p> \n", 1 },
		{ "masterUserPassword", "<p>", 1 },
		{ "API_KEY", "<h32>", 1 },
		{ "REGION", "<p>", 0 },
		{ "GIT_SHA", "<h40>", 0 },
		{ "DB_PASSWORD", "changeme", 0 },
		{ "DB_PASSWORD_ARN", "<a20>", 0 },
		{ "PASSWORD_2", "<p>", 1 },
		{ "TOKEN_GITHUB", "<a32>", 1 },
		{ "publicKey", "<a40>", 0 },
		{ NULL, "<p>", 0 },
		{ "URL", "mysql://a:<a12>@h/x", 1 },
		{ "DB_PASSWORD", "a sentence of words", 0 },
	};
	struct secret found[4];
	size_t i, count;
	char *text;

	for (i = 0; i < COUNT(cases); i++) {
		text = secret_text(cases[i].text, (uint32_t)i + 7, NULL);
		count = secret_find(text, strlen(text), cases[i].name, found,
				    COUNT(found));
		if (count != cases[i].want)
			printf("# %s=%s: %zu\n", cases[i].name ? cases[i].name : "NULL",
			       text, count);
		CU_ASSERT(count == cases[i].want);
		free(text);
	}
}

struct told {
	int count, last;
	size_t bytes;
};

static void
tell(void *arg, const char *kind, int number, const char *value, size_t len)
{
	struct told *told = arg;

	CU_ASSERT(kind && value && len);
	told->count++;
	told->last = number;
	told->bytes += len;
}

/* What was put in must not stand in what comes out, and what comes out is told as before.
 */
static void
check_redacted(const char *template, const char *text, const struct buf *secrets)
{
	struct told told = { 0 };
	int number = 5, again = 0;
	char *redacted, *twice;
	json_t *before, *after;
	size_t at, len;

	before = report_of(text);
	redacted = secret_redact(text, strlen(text), NULL, &number, tell, &told);
	if (!redacted)
		printf("# %s: not redacted\n", template);
	CU_ASSERT_FATAL(redacted != NULL);
	for (at = 0; at < secrets->len; at += len + 1) {
		len = strlen(secrets->data + at);
		if (len >= 8 && strstr(redacted, secrets->data + at))
			printf("# %s: stands in the clear in %s\n", template, redacted);
		CU_ASSERT(len < 8 || !strstr(redacted, secrets->data + at));
	}
	CU_ASSERT(told.count == (int)json_array_size(before) && told.last == number);
	CU_ASSERT(strstr(redacted, "[secret:") != NULL);
	after = report_of(redacted);
	if (json_array_size(after) != json_array_size(before))
		printf("# %s: %zu before, %zu after: %s\n", template,
		       json_array_size(before), json_array_size(after), redacted);
	CU_ASSERT(json_array_size(after) == json_array_size(before));
	twice = secret_redact(redacted, strlen(redacted), NULL, &again, NULL, NULL);
	CU_ASSERT(twice == NULL && again == 0);
	free(twice);
	free(redacted);
	json_decref(before);
	json_decref(after);
}

static char *
base64_text(const void *data, size_t len, size_t line)
{
	const unsigned char *bytes = data;
	struct buf out = { 0 };
	size_t i, column = 0;
	uint32_t bits;

	for (i = 0; i < len; i += 3) {
		bits = (uint32_t)bytes[i] << 16 |
		       (i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0) |
		       (i + 2 < len ? bytes[i + 2] : 0);
		if (line && column == line)
			buf_text(&out, "\n");
		column = line && column == line ? 4 : column + 4;
		buf_char(&out, letters[bits >> 18 & 63]);
		buf_char(&out, letters[bits >> 12 & 63]);
		buf_char(&out, i + 1 < len ? letters[bits >> 6 & 63] : '=');
		buf_char(&out, i + 2 < len ? letters[bits & 63] : '=');
	}
	return buf_take(&out);
}

static void
gzip_add(struct buf *out, const char *text)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)text,
			    .avail_in = (uInt)strlen(text) };
	char room[4096];

	CU_ASSERT_FATAL(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8,
				     Z_DEFAULT_STRATEGY) == Z_OK);
	stream.next_out = (Bytef *)room;
	stream.avail_out = sizeof(room);
	CU_ASSERT_FATAL(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	buf_add(out, room, sizeof(room) - stream.avail_out);
	deflateEnd(&stream);
}

static void
redacts(void)
{
	struct buf secrets = { 0 };
	char *text;
	size_t i;

	for (i = 0; i < COUNT(positive); i++) {
		text = secret_text(positive[i].text, (uint32_t)i, &secrets);
		check_redacted(positive[i].text, text, &secrets);
		free(text);
		secrets.len = 0;
	}
	text = secret_text("a,b\nexport DB_PASSWORD=<a10>,<a10>;<a10>&<a10>)x y\n", 3,
		      &secrets);
	check_redacted("signs in a password", text, &secrets);
	free(text);
	buf_free(&secrets);
}

/* User data as EC2 has it: base64 of a script, of gzip, of MIME with parts in base64. */
static void
opens(void)
{
	static const char script[] =
		"#!/bin/bash\nset -e\nexport DB_PASSWORD=<p>\nsystemctl restart app\necho done with it\n";
	struct buf secrets = { 0 }, packed = { 0 }, mime = { 0 };
	char *text = secret_text(script, 11, &secrets), *encoded, *part;

	encoded = base64_text(text, strlen(text), 0);
	check_redacted("base64", encoded, &secrets);
	part = mem_print("{\"UserData\": {\"Value\": \"%s\"}, \"other\": 1}", encoded);
	check_redacted("base64 in JSON", part, &secrets);
	free(part);
	part = base64_text(encoded, strlen(encoded), 0);
	check_redacted("base64 in base64", part, &secrets);
	free(part);
	free(encoded);
	gzip_add(&packed, text);
	encoded = base64_text(packed.data, packed.len, 0);
	check_redacted("gzip in base64", encoded, &secrets);
	free(encoded);
	encoded = base64_text(text, strlen(text), 76);
	buf_print(
		&mime,
		"Content-Type: multipart/mixed; boundary=\"==B==\"\nMIME-Version: 1.0\n\n--==B==\n"
		"Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n");
	buf_text(&mime, encoded);
	buf_text(&mime, "\n--==B==--\n");
	check_redacted("MIME", mime.data, &secrets);
	part = base64_text(mime.data, mime.len, 0);
	check_redacted("MIME in base64", part, &secrets);
	free(part);
	free(encoded);
	free(text);
	buf_free(&secrets);
	buf_free(&packed);
	buf_free(&mime);
}

static void
where(void)
{
	static const struct {
		const char *text, *where;
	} cases[] = {
		{ "a\nb\nDB_PASSWORD=<p>\n", "line 3" },
		{ "DB_PASSWORD=<p>", "text" },
		{ "{\"env\": [{\"name\": \"A\"}, {\"name\": \"DB_PASSWORD\", \"value\": \"<p>\"}]}",
		  "env[1].value" },
		{ "{\"t\": \"x\\nDB_PASSWORD=<p>\\n\"}", "t, line 2" },
	};
	json_t *report;
	const char *got;
	char *text;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		text = secret_text(cases[i].text, 5, NULL);
		report = report_of(text);
		got = json_string_value(
			json_object_get(json_array_get(report, 0), "where"));
		if (strcmp(got ? got : "", cases[i].where))
			printf("# %s: got %s, want %s\n", cases[i].text,
			       got ? got : "none", cases[i].where);
		CU_ASSERT(!strcmp(got ? got : "", cases[i].where));
		json_decref(report);
		free(text);
	}
	report = report_of(
		"x\n[secret:private-key:1700:3] and [secret:nothing:1:2] [secret:jwt:x:1]");
	CU_ASSERT(json_array_size(report) == 1);
	json_decref(report);
}

static void
kinds(void)
{
	const char *const *names;
	size_t count = secret_kinds(&names), i, j;
	bool known;

	for (i = 1; i < count; i++) {
		if (strcmp(names[i - 1], names[i]) >= 0)
			printf("# %s before %s\n", names[i - 1], names[i]);
		CU_ASSERT(strcmp(names[i - 1], names[i]) < 0);
	}
	for (i = 0; i < COUNT(positive); i++) {
		for (known = false, j = 0; j < count; j++)
			known |= !strcmp(names[j], positive[i].kind);
		CU_ASSERT(known);
	}
}

static void
mark(void *arg, const char *kind, int number, const char *keyed_hash)
{
	json_array_append_new(arg, json_pack("{s:s, s:i, s:s}", "kind", kind, "number",
					     number, "hash", keyed_hash));
}

static void
answers(void)
{
	static const struct operation operation = {
		.secrets =
			"Functions[].Environment.Variables Stacks[].{Outputs[].OutputValue,Parameters[].ParameterValue} "
			"UserData.Value Tasks[Kind=x].Env[] Plain",
		.drop = "Client.Secret Items[].Key List[]",
	};
	static const char key[32] = "0123456789abcdef0123456789abcde";
	json_t *body = json_loads(
		"{\"Functions\": [{\"Environment\": {\"Variables\": {\"DB_PASSWORD\": \"Kx81mPq0zW\", \"STAGE\": \"prod\"}},"
		" \"Description\": \"password=Kx81mPq0zW\"}],"
		" \"Stacks\": [{\"Outputs\": [{\"OutputKey\": \"AdminPassword\", \"OutputValue\": \"Kx81mPq0zW\"},"
		" {\"OutputKey\": \"Url\", \"OutputValue\": \"Kx81mPq0zW\"}], \"Parameters\": []}],"
		" \"UserData\": {\"Value\": \"REJfUEFTU1dPUkQ9S3g4MW1QcTB6Vwo=\"}, \"Tasks\": [{\"Kind\": \"x\","
		" \"Env\": [\"--password\", \"Kx81mPq0zW\"]}], \"Client\": {\"Id\": 1, \"Secret\": \"s\"},"
		" \"Items\": [{\"Key\": \"a\", \"Id\": 2}, {\"Key\": \"b\"}], \"List\": [1], \"Plain\": null}",
		0, NULL);
	json_t *marks = json_array();
	char *text;
	size_t i;

	CU_ASSERT_FATAL(body != NULL);
	CU_ASSERT(redact_answer(&operation, body, key, mark, marks) == 4);
	text = json_dumps(body, JSON_COMPACT);
	CU_ASSERT(
		strstr(text,
		       "\"Variables\":{\"DB_PASSWORD\":\"[secret:password:10:1]\",\"STAGE\":\"prod\"}") !=
		NULL);
	CU_ASSERT(strstr(text, "\"Description\":\"password=Kx81mPq0zW\"") !=
		  NULL); /* not marked */
	CU_ASSERT(strstr(text, "\"OutputValue\":\"[secret:password:10:2]\"") != NULL);
	CU_ASSERT(strstr(text, "\"OutputKey\":\"Url\",\"OutputValue\":\"Kx81mPq0zW\"") !=
		  NULL);
	CU_ASSERT(strstr(text, "\"Value\":\"DB_PASSWORD=[secret:password:10:3]\\n\"") !=
		  NULL);
	CU_ASSERT(strstr(text, "\"Env\":[\"--password\",\"[secret:password:10:4]\"]") !=
		  NULL);
	CU_ASSERT(strstr(text, "\"Client\":{\"Id\":1}") != NULL &&
		  strstr(text, "\"Items\":[{\"Id\":2},{}]") != NULL);
	CU_ASSERT(strstr(text, "\"List\"") == NULL);
	/* One secret: one keyed hash. */
	CU_ASSERT(json_array_size(marks) == 4);
	for (i = 0; i < json_array_size(marks); i++) {
		const char *hash = json_string_value(
			json_object_get(json_array_get(marks, i), "hash"));

		CU_ASSERT(hash && strlen(hash) == 64 &&
			  !strcmp(hash, json_string_value(json_object_get(
						json_array_get(marks, 0), "hash"))));
	}
	free(text);
	json_decref(body);
	json_decref(marks);
}

static void
hostile(void)
{
	static const char *const pieces[] = {
		"sk-ant-",    "eyJ",	  "-----BEGIN PRIVATE KEY-----",
		"password=",  "://a:b",	  "AKIA7Q3MXZK5WPLT2D6V ",
		"<password>", "[secret:", "\\\\\"",
		"{\"a\":",    "[",	  "=\"",
		"Z",	      "-p",	  "Bearer ",
	};
	size_t size = 64 * 1024, i, n;
	char *text = mem_get(size + 64);
	json_t *report;
	double start;

	for (i = 0; i < COUNT(pieces); i++) {
		for (n = 0; n < size; n += strlen(pieces[i]))
			memcpy(text + n, pieces[i], strlen(pieces[i]));
		start = time_monotonic();
		report = secret_report(text, size);
		json_decref(report);
		if (time_monotonic() - start > 5)
			printf("# %s takes %.3f s\n", pieces[i],
			       time_monotonic() - start);
		CU_ASSERT(time_monotonic() - start < 5);
	}
	for (n = 0; n < size; n++)
		text[n] = (char)(n * 2654435761u >> 13);
	report = secret_report(text, size);
	CU_ASSERT(json_is_array(report));
	json_decref(report);
	report = secret_report(NULL, 0);
	CU_ASSERT(json_array_size(report) == 0);
	json_decref(report);
	memcpy(text, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
	report = secret_report(text, 64);
	CU_ASSERT(json_array_size(report) == 0);
	json_decref(report);
	free(text);
}

int
tests_secret(void)
{
	CU_pSuite suite = CU_add_suite("secret", NULL, NULL);

	CU_add_test(suite, "finds", finds);
	CU_add_test(suite, "named", named);
	CU_add_test(suite, "redacts", redacts);
	CU_add_test(suite, "opens", opens);
	CU_add_test(suite, "where", where);
	CU_add_test(suite, "kinds", kinds);
	CU_add_test(suite, "answers", answers);
	CU_add_test(suite, "hostile", hostile);
	return 0;
}
