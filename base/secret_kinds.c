/* Secrets that their format alone gives away: one row each. */

#include "base/secret.h"

/* Characters that a body may have. */
enum {
	UP = 1,
	LOW = 2,
	DIG = 4,
	HEX = 8,
	LINE = 16,
	DASH = 32,
	DOT = 64,
	B64 = 128,
	PCT = 256
};
#define BODY_MAX 8192
#define PEM_MAX 16384
#define HEAD 256
#define AN (UP | LOW | DIG)
#define URL64 (AN | LINE | DASH)

struct format {
	const char *kind, *prefix;
	int body;		 /* characters */
	unsigned short min, max; /* of the body; max 0: no end */
	bool address;		 /* the prefix is an address, not part of the secret */
};

/* Sources: each service's own documentation of its tokens' format. */
static const struct format formats[] = {
	{ "anthropic-key", "sk-ant-", URL64, 40, 0, false },
	{ "artifactory-key", "AKCp", AN, 60, 0, false },
	{ "atlassian-token", "ATATT3x", URL64, 60, 0, false },
	{ "aws-session-token", "FQoGZXIvYXdz", AN | B64, 100, 0, false },
	{ "aws-session-token", "FwoGZXIvYXdz", AN | B64, 100, 0, false },
	{ "aws-session-token", "IQoJb3JpZ2lu", AN | B64, 100, 0, false },
	{ "databricks-token", "dapi", HEX, 32, 32, false },
	{ "digitalocean-token", "doo_v1_", HEX, 64, 64, false },
	{ "digitalocean-token", "dop_v1_", HEX, 64, 64, false },
	{ "digitalocean-token", "dor_v1_", HEX, 64, 64, false },
	{ "discord-webhook", "discord.com/api/webhooks/", URL64 | B64, 60, 0, true },
	{ "discord-webhook", "discordapp.com/api/webhooks/", URL64 | B64, 60, 0, true },
	{ "docker-token", "SWMTKN-1-", LOW | DIG | DASH, 40, 0, false },
	{ "docker-token", "dckr_pat_", URL64, 20, 0, false },
	{ "doppler-token", "dp.pt.", AN, 40, 0, false },
	{ "doppler-token", "dp.st.", AN | DOT | LINE | DASH, 40, 0, false },
	{ "github-token", "ghp_", AN, 36, 0, false },
	{ "github-token", "gho_", AN, 36, 0, false },
	{ "github-token", "ghu_", AN, 36, 0, false },
	{ "github-token", "ghs_", AN, 36, 0, false },
	{ "github-token", "ghr_", AN, 36, 0, false },
	{ "github-token", "github_pat_", AN | LINE, 60, 0, false },
	{ "gitlab-token", "glpat-", URL64 | DOT, 20, 0, false },
	{ "gitlab-token", "gldt-", URL64, 20, 0, false },
	{ "gitlab-token", "glrt-", URL64, 20, 0, false },
	{ "gitlab-token", "glptt-", URL64, 20, 0, false },
	{ "gitlab-token", "glcbt-", URL64, 20, 0, false },
	{ "gitlab-token", "glsoat-", URL64, 20, 0, false },
	{ "google-api-key", "AIza", URL64, 35, 0, false },
	{ "google-oauth-secret", "GOCSPX-", URL64, 28, 0, false },
	{ "google-token", "ya29.", URL64, 40, 0, false },
	{ "google-token", "1//0", URL64, 40, 0, false },
	{ "grafana-token", "glsa_", AN | LINE, 40, 0, false },
	{ "grafana-token", "glc_", AN | B64, 32, 0, false },
	{ "groq-key", "gsk_", AN, 40, 0, false },
	{ "heroku-key", "HRKU-", URL64, 30, 0, false },
	{ "huggingface-token", "hf_", AN, 30, 0, false },
	{ "linear-key", "lin_api_", AN, 32, 0, false },
	{ "mailchimp-key", "md-", AN | LINE | DASH, 22, 22, false },
	{ "mailgun-key", "key-", HEX, 32, 32, false },
	{ "newrelic-key", "NRAK-", AN, 20, 0, false },
	{ "newrelic-key", "NRII-", URL64, 20, 0, false },
	{ "newrelic-key", "NRRA-", AN, 20, 0, false },
	{ "notion-token", "ntn_", AN, 40, 0, false },
	{ "npm-token", "npm_", AN, 36, 0, false },
	{ "openai-key", "sk-proj-", URL64, 40, 0, false },
	{ "openai-key", "sk-svcacct-", URL64, 40, 0, false },
	{ "openai-key", "sk-admin-", URL64, 40, 0, false },
	{ "openai-key", "sk-", AN, 40, 0, false },
	{ "planetscale-token", "pscale_tkn_", URL64 | DOT, 32, 0, false },
	{ "planetscale-token", "pscale_pw_", URL64 | DOT, 32, 0, false },
	{ "postman-key", "PMAK-", HEX | DASH, 59, 59, false },
	{ "pulumi-token", "pul-", HEX, 40, 40, false },
	{ "pypi-token", "pypi-Ag", URL64, 50, 0, false },
	{ "replicate-token", "r8_", AN, 37, 0, false },
	{ "rubygems-key", "rubygems_", HEX, 48, 48, false },
	{ "sendgrid-key", "SG.", URL64 | DOT, 60, 0, false },
	{ "sendinblue-key", "xkeysib-", HEX | LOW | DASH | AN, 70, 0, false },
	{ "sentry-token", "sntrys_", URL64 | B64, 40, 0, false },
	{ "shopify-token", "shpat_", HEX, 32, 32, false },
	{ "shopify-token", "shpca_", HEX, 32, 32, false },
	{ "shopify-token", "shppa_", HEX, 32, 32, false },
	{ "shopify-token", "shpss_", HEX, 32, 32, false },
	{ "slack-token", "xapp-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxa-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxb-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxe-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxp-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxr-", AN | DASH, 20, 0, false },
	{ "slack-token", "xoxs-", AN | DASH, 20, 0, false },
	{ "slack-webhook", "hooks.slack.com/services/", AN | B64, 30, 0, true },
	{ "slack-webhook", "hooks.slack.com/triggers/", AN | B64, 30, 0, true },
	{ "slack-webhook", "hooks.slack.com/workflows/", AN | B64, 30, 0, true },
	{ "square-token", "sq0atp-", URL64, 22, 0, false },
	{ "square-token", "sq0csp-", URL64, 40, 0, false },
	{ "stripe-key", "rk_live_", AN, 16, 0, false },
	{ "stripe-key", "rk_test_", AN, 16, 0, false },
	{ "stripe-key", "sk_live_", AN, 16, 0, false },
	{ "stripe-key", "sk_test_", AN, 16, 0, false },
	{ "stripe-key", "whsec_", AN | B64, 32, 0, false },
	{ "tailscale-key", "tskey-", AN | DASH, 30, 0, false },
	{ "teams-webhook", "webhook.office.com/webhookb2/", URL64 | B64 | PCT, 60, 0,
	  true },
	{ "twilio-key", "SK", HEX, 32, 32, false },
	{ "vault-token", "hvb.", URL64, 24, 0, false },
	{ "vault-token", "hvr.", URL64, 24, 0, false },
	{ "vault-token", "hvs.", URL64, 24, 0, false },
};

const char *const secret_kind_names[] = {
	"age-key",
	"anthropic-key",
	"api-key",
	"artifactory-key",
	"atlassian-token",
	"aws-access-key-id",
	"aws-secret-key",
	"aws-session-token",
	"azure-client-secret",
	"azure-sas",
	"basic-auth",
	"bearer-token",
	"databricks-token",
	"digitalocean-token",
	"discord-token",
	"discord-webhook",
	"docker-token",
	"doppler-token",
	"github-token",
	"gitlab-token",
	"google-api-key",
	"google-oauth-secret",
	"google-token",
	"grafana-token",
	"groq-key",
	"heroku-key",
	"huggingface-token",
	"jwt",
	"linear-key",
	"mailchimp-key",
	"mailgun-key",
	"newrelic-key",
	"notion-token",
	"npm-token",
	"openai-key",
	"password",
	"planetscale-token",
	"postman-key",
	"private-key",
	"pulumi-token",
	"pypi-token",
	"replicate-token",
	"rubygems-key",
	"secret",
	"sendgrid-key",
	"sendinblue-key",
	"sentry-token",
	"shopify-token",
	"slack-token",
	"slack-webhook",
	"square-token",
	"stripe-key",
	"tailscale-key",
	"teams-webhook",
	"telegram-token",
	"terraform-token",
	"token",
	"twilio-key",
	"url-password",
	"vault-token",
};
const size_t secret_kind_count = COUNT(secret_kind_names);

static bool
is_body(char c, int body)
{
	if (c >= 'A' && c <= 'Z')
		return body & UP;
	if (c >= 'a' && c <= 'z')
		return (body & LOW) || ((body & HEX) && c <= 'f');
	if (c >= '0' && c <= '9')
		return body & (DIG | HEX);
	return (c == '_' && (body & LINE)) || (c == '-' && (body & DASH)) ||
	       (c == '.' && (body & DOT)) ||
	       ((c == '/' || c == '+' || c == '=') && (body & B64)) ||
	       ((c == '%' || c == '@') && (body & PCT));
}

/* No token is longer than BODY_MAX: the same text is not gone through over and over. */
static size_t
body_span(const char *text, size_t len, int body)
{
	size_t n = 0;

	if (len > BODY_MAX)
		len = BODY_MAX;
	while (n < len && is_body(text[n], body))
		n++;
	return n;
}

static size_t
format_at(const char *text, size_t len, const struct format *format, size_t *skip)
{
	size_t prefix = strlen(format->prefix), body;

	if (len <= prefix || memcmp(text, format->prefix, prefix))
		return 0;
	/* The head decides: a long text of nothing but heads is not gone through for each. */
	body = body_span(text + prefix, len - prefix < HEAD ? len - prefix : HEAD, format->body);
	if (body < format->min || value_is_placeholder(text + prefix, body) ||
	    value_entropy(text + prefix, body) < 2.5)
		return 0;
	body = body_span(text + prefix, len - prefix, format->body);
	/* A full stop that ends a sentence is none of it. */
	while (body && text[prefix + body - 1] == '.')
		body--;
	if (body < format->min || (format->max && body > format->max))
		return 0;
	*skip = format->address ? prefix : 0;
	return prefix + body - *skip;
}

/* IAM User Guide, "Understanding unique ID prefixes": AKIA and ASIA are keys, AROA and
 * the rest are not. */
static size_t
access_key_at(const char *text, size_t len)
{
	size_t body;

	if (len < 20 || text[0] != 'A' ||
	    (memcmp(text, "AKIA", 4) && memcmp(text, "ASIA", 4)))
		return 0;
	body = body_span(text + 4, len - 4, UP | DIG);
	if (body != 16 || is_body(len > 20 ? text[20] : ' ', AN) ||
	    value_is_placeholder(text, 20))
		return 0;
	return 20;
}

/* RFC 7519: header, claims and signature, the first of which decodes to an object that
 * names an algorithm. */
static size_t
jwt_at(const char *text, size_t len)
{
	struct buf header = { .cap = 4096 };
	size_t parts[3] = { 0 }, at = 0, i;
	bool good;

	for (i = 0; i < 3; i++) {
		parts[i] = body_span(text + at, len - at, URL64);
		at += parts[i];
		if (i < 2 && (at == len || text[at++] != '.'))
			return 0;
	}
	if (parts[0] < 10 || parts[1] < 4 || parts[2] < 16 || parts[0] > 4096)
		return 0;
	good = base64_read(text, parts[0], &header) > 0 &&
	       memmem(header.data, header.len, "\"alg\"", 5);
	buf_free(&header);
	return good ? at : 0;
}

/* "-----BEGIN … PRIVATE KEY-----" to its end line, or to where base64 ends. Line breaks
 * may be escaped. */
static size_t
private_key_at(const char *text, size_t len)
{
	const char *line, *end;
	size_t body = 0, room, i;

	if (len < 60 || memcmp(text, "-----BEGIN ", 11))
		return 0;
	line = memmem(text + 11, len - 11 < 60 ? len - 11 : 60, "-----", 5);
	if (!line || !memmem(text, (size_t)(line - text), "PRIVATE KEY", 11))
		return 0;
	line += 5;
	len -= (size_t)(line - text);
	room = len;
	if (len > PEM_MAX)
		len = PEM_MAX;
	end = memmem(line, len, "-----END ", 9);
	if (end)
		len = (size_t)(end - line);
	for (i = 0; i < len && body < 64; i++)
		body += is_body(line[i], AN | B64);
	if (body < 64 || memmem(line, len < 200 ? len : 200, "...", 3))
		return 0;
	if (end) {
		for (i = len + 9; i < room && (is_body(line[i], UP) || line[i] == ' ');
		     i++)
			;
		while (i < room && line[i] == '-')
			i++;
		return (size_t)(line - text) + i;
	}
	for (i = 0;
	     i < len && (is_body(line[i], AN | B64) || strchr(" \\\r\n\t:,-", line[i]));
	     i++)
		;
	return (size_t)(line - text) + i;
}

/* Three parts: the user's number in base64, a time, a signature. */
static size_t
discord_at(const char *text, size_t len)
{
	size_t a = body_span(text, len, AN), b, c;

	if (!strchr("MNO", text[0]) || a < 23 || a > 28 || a == len || text[a] != '.')
		return 0;
	b = body_span(text + a + 1, len - a - 1, URL64);
	if (b != 6 || a + b + 1 == len || text[a + b + 1] != '.')
		return 0;
	c = body_span(text + a + b + 2, len - a - b - 2, URL64);
	return c >= 27 && c <= 40 && value_is_random(text, a) ? a + b + c + 2 : 0;
}

/* A bot's number, a colon, 35 characters that begin with AA. */
static size_t
telegram_at(const char *text, size_t len)
{
	size_t a = body_span(text, len, DIG), b;

	if (a < 8 || a > 10 || len < a + 36 || memcmp(text + a, ":AA", 3))
		return 0;
	b = body_span(text + a + 1, len - a - 1, URL64);
	return b == 35 && value_is_random(text + a + 1, b) ? a + 1 + b : 0;
}

/* Three characters, a digit, "Q~", 31 to 34 characters (Microsoft Entra ID). */
static size_t
azure_at(const char *text, size_t len)
{
	size_t body = 6;

	if (len < 37 || text[4] != 'Q' || text[5] != '~' || text[3] < '0' ||
	    text[3] > '9')
		return 0;
	while (body < len && (is_body(text[body], URL64 | DOT) || text[body] == '~'))
		body++;
	return body_span(text, 3, URL64 | DOT) == 3 && body >= 37 && body <= 40 ? body
										: 0;
}

/* The signature of a shared access URL. */
static size_t
sas_at(const char *text, size_t len, size_t *skip)
{
	size_t body;

	if (len < 44 || memcmp(text, "sig=", 4))
		return 0;
	*skip = 4;
	body = body_span(text + 4, len - 4, AN | B64 | PCT);
	return body >= 40 && value_is_random(text + 4, body) ? body : 0;
}

static size_t
age_at(const char *text, size_t len)
{
	size_t body;

	if (len < 60 || memcmp(text, "AGE-SECRET-KEY-1", 16))
		return 0;
	body = body_span(text + 16, len - 16, UP | DIG);
	return body >= 50 ? 16 + body : 0;
}

/* "14 characters.atlasv1.60 and more" (HCP Terraform). */
static size_t
terraform_at(const char *text, size_t len)
{
	size_t a = body_span(text, len, AN), b;

	if (a != 14 || len < a + 50 || memcmp(text + a, ".atlasv1.", 9))
		return 0;
	b = body_span(text + a + 9, len - a - 9, URL64);
	return b >= 40 ? a + 9 + b : 0;
}

static size_t
special_at(const char *text, size_t len, const char **kind, size_t *skip)
{
	size_t n = 0;

	*skip = 0;
	switch (*text) {
	case '-':
		*kind = "private-key";
		return private_key_at(text, len);
	case 'e':
		*kind = "jwt";
		if (len > 3 && text[1] == 'y' && text[2] == 'J')
			return jwt_at(text, len);
		break;
	case 's':
		*kind = "azure-sas";
		n = sas_at(text, len, skip);
		break;
	case 'A':
		*kind = "aws-access-key-id";
		n = access_key_at(text, len);
		if (!n) {
			*kind = "age-key";
			n = age_at(text, len);
		}
		break;
	case 'M':
	case 'N':
	case 'O':
		*kind = "discord-token";
		n = discord_at(text, len);
		break;
	default:
		if (*text >= '0' && *text <= '9') {
			*kind = "telegram-token";
			n = telegram_at(text, len);
		}
	}
	if (n)
		return n;
	*skip = 0;
	*kind = "azure-client-secret";
	n = azure_at(text, len);
	if (n)
		return n;
	*kind = "terraform-token";
	return is_body(*text, AN) ? terraform_at(text, len) : 0;
}

size_t
kind_at(const char *text, size_t len, size_t at, const char **kind, size_t *skip)
{
	size_t i, n;

	/* Inside a longer word there is no token; "_" and "-" in front may be a name's.
	 */
	if (at > 0 && is_body(text[at - 1], AN) && !(at > 1 && text[at - 2] == '\\'))
		return 0;
	n = special_at(text + at, len - at, kind, skip);
	if (n)
		return n;
	for (i = 0; i < COUNT(formats); i++) {
		if (formats[i].prefix[0] != text[at])
			continue;
		n = format_at(text + at, len - at, &formats[i], skip);
		if (n) {
			*kind = formats[i].kind;
			return n;
		}
	}
	return 0;
}
