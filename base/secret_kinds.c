/* Secrets that their format alone gives away: one row each. */

#include "base/secret_shape.h"

#define HEAD 64 /* of a body, by which it is judged, where its format asks for no more */

struct format {
	const char *prefix, *kind;
	int body;		 /* characters */
	unsigned short min, max; /* of the body; max 0: no end */
	bool address;		 /* the prefix is an address, not part of the secret */
};

/* Sorted by prefix. Sources: each service's own documentation of its tokens' format. */
static const struct format formats[] = {
	{ "1//0", "google-token", URL64, 40, 0, false },
	{ "ABSK", "aws-bedrock-key", AN | B64, 100, 0, false },
	{ "AIza", "google-api-key", URL64, 35, 0, false },
	{ "AKCp", "artifactory-key", AN, 60, 0, false },
	{ "AKID", "tencent-key", AN, 32, 32, false },
	{ "ATATT3x", "atlassian-token", URL64, 60, 0, false },
	{ "ATBB", "atlassian-token", AN, 32, 32, false },
	{ "ATCTT3x", "atlassian-token", URL64, 60, 0, false },
	{ "CFPAT-", "contentful-token", URL64, 43, 0, false },
	{ "EAAA", "square-token", URL64, 60, 0, false },
	{ "EZAK", "easypost-key", AN, 54, 54, false },
	{ "FQoGZXIvYXdz", "aws-session-token", AN | B64, 100, 0, false },
	{ "FwoGZXIvYXdz", "aws-session-token", AN | B64, 100, 0, false },
	{ "GOCSPX-", "google-oauth-secret", URL64, 28, 0, false },
	{ "HRKU-", "heroku-key", URL64, 30, 0, false },
	{ "IQoJb3JpZ2lu", "aws-session-token", AN | B64, 100, 0, false },
	{ "LTAI", "alibaba-key", AN, 20, 20, false },
	{ "NRAK-", "newrelic-key", AN, 20, 0, false },
	{ "NRII-", "newrelic-key", URL64, 20, 0, false },
	{ "NRRA-", "newrelic-key", AN, 20, 0, false },
	{ "PMAK-", "postman-key", HEX | DASH, 59, 59, false },
	{ "SG.", "sendgrid-key", URL64 | DOT, 60, 0, false },
	{ "SK", "twilio-key", HEX, 32, 32, false },
	{ "SWMTKN-1-", "docker-token", LOW | DIG | DASH, 40, 0, false },
	{ "amzn.mws.", "amazon-mws-token", HEX | DASH, 36, 36, false },
	{ "amzn1.oa2-cs.v1.", "amazon-oauth-secret", HEX, 64, 64, false },
	{ "api_org_", "huggingface-token", AN, 30, 0, false },
	{ "bedrock-api-key-", "aws-bedrock-key", AN | B64, 40, 0, false },
	{ "da2-", "aws-appsync-key", LOW | DIG, 26, 26, false },
	{ "dapi", "databricks-token", HEX, 32, 32, false },
	{ "dckr_pat_", "docker-token", URL64, 20, 0, false },
	{ "discord.com/api/webhooks/", "discord-webhook", URL64 | B64, 60, 0, true },
	{ "discordapp.com/api/webhooks/", "discord-webhook", URL64 | B64, 60, 0, true },
	{ "doo_v1_", "digitalocean-token", HEX, 64, 64, false },
	{ "dop_v1_", "digitalocean-token", HEX, 64, 64, false },
	{ "dor_v1_", "digitalocean-token", HEX, 64, 64, false },
	{ "dp.audit.", "doppler-token", AN, 40, 0, false },
	{ "dp.ct.", "doppler-token", AN, 40, 0, false },
	{ "dp.pt.", "doppler-token", AN, 40, 0, false },
	{ "dp.sa.", "doppler-token", AN, 40, 0, false },
	{ "dp.scim.", "doppler-token", AN, 40, 0, false },
	{ "dp.st.", "doppler-token", AN | DOT | LINE | DASH, 40, 0, false },
	{ "figd_", "figma-token", URL64, 40, 0, false },
	{ "fm1_", "fly-token", AN | B64, 100, 0, false },
	{ "fm2_", "fly-token", AN | B64, 100, 0, false },
	{ "fo1_", "fly-token", URL64, 40, 0, false },
	{ "gho_", "github-token", AN, 36, 0, false },
	{ "ghp_", "github-token", AN, 36, 0, false },
	{ "ghr_", "github-token", AN, 36, 0, false },
	{ "ghs_", "github-token", AN, 36, 0, false },
	{ "ghu_", "github-token", AN, 36, 0, false },
	{ "github_pat_", "github-token", AN | LINE, 60, 0, false },
	{ "glagent-", "gitlab-token", URL64, 20, 0, false },
	{ "glc_", "grafana-token", AN | B64, 32, 0, false },
	{ "glcbt-", "gitlab-token", URL64, 20, 0, false },
	{ "gldt-", "gitlab-token", URL64, 20, 0, false },
	{ "glffct-", "gitlab-token", URL64, 20, 0, false },
	{ "glft-", "gitlab-token", URL64, 20, 0, false },
	{ "glimt-", "gitlab-token", URL64, 20, 0, false },
	{ "glpat-", "gitlab-token", URL64 | DOT, 20, 0, false },
	{ "glptt-", "gitlab-token", URL64, 20, 0, false },
	{ "glrt-", "gitlab-token", URL64, 20, 0, false },
	{ "glrtr-", "gitlab-token", URL64, 20, 0, false },
	{ "glsa_", "grafana-token", AN | LINE, 40, 0, false },
	{ "glsoat-", "gitlab-token", URL64, 20, 0, false },
	{ "gsk_", "groq-key", AN, 40, 0, false },
	{ "hf_", "huggingface-token", AN, 30, 0, false },
	{ "hooks.slack.com/services/", "slack-webhook", AN | B64, 30, 0, true },
	{ "hooks.slack.com/triggers/", "slack-webhook", AN | B64, 30, 0, true },
	{ "hooks.slack.com/workflows/", "slack-webhook", AN | B64, 30, 0, true },
	{ "hvb.", "vault-token", URL64, 24, 0, false },
	{ "hvr.", "vault-token", URL64, 24, 0, false },
	{ "hvs.", "vault-token", URL64, 24, 0, false },
	{ "key-", "mailgun-key", HEX, 32, 32, false },
	{ "lin_api_", "linear-key", AN, 32, 0, false },
	{ "md-", "mailchimp-key", AN | LINE | DASH, 22, 22, false },
	{ "mlsn.", "mailersend-key", HEX, 64, 64, false },
	{ "nfp_", "netlify-token", AN, 36, 0, false },
	{ "npm_", "npm-token", AN, 36, 0, false },
	{ "ntn_", "notion-token", AN, 40, 0, false },
	{ "nvapi-", "nvidia-key", URL64, 60, 0, false },
	{ "ops_eyJ", "1password-token", URL64, 200, 0, false },
	{ "oy2", "nuget-key", LOW | DIG, 43, 43, false },
	{ "pat-eu1-", "hubspot-token", HEX | DASH, 36, 36, false },
	{ "pat-na1-", "hubspot-token", HEX | DASH, 36, 36, false },
	{ "phx_", "posthog-key", AN, 40, 0, false },
	{ "pnu_", "prefect-key", AN, 36, 36, false },
	{ "pplx-", "perplexity-key", AN, 40, 0, false },
	{ "pscale_pw_", "planetscale-token", URL64 | DOT, 32, 0, false },
	{ "pscale_tkn_", "planetscale-token", URL64 | DOT, 32, 0, false },
	{ "pul-", "pulumi-token", HEX, 40, 40, false },
	{ "pypi-Ag", "pypi-token", URL64, 50, 0, false },
	{ "r8_", "replicate-token", AN, 37, 0, false },
	{ "rdme_", "readme-key", LOW | DIG, 70, 70, false },
	{ "rk_live_", "stripe-key", AN, 16, 0, false },
	{ "rk_test_", "stripe-key", AN, 16, 0, false },
	{ "rnd_", "render-key", AN, 30, 0, false },
	{ "rubygems_", "rubygems-key", HEX, 48, 48, false },
	{ "sb_secret_", "supabase-key", URL64, 30, 0, false },
	{ "sbp_", "supabase-key", HEX, 40, 40, false },
	{ "secret_", "notion-token", AN, 43, 43, false },
	{ "sgp_", "sourcegraph-token", HEX | LINE, 40, 0, false },
	{ "shippo_live_", "shippo-key", HEX, 40, 40, false },
	{ "shippo_test_", "shippo-key", HEX, 40, 40, false },
	{ "shpat_", "shopify-token", HEX, 32, 32, false },
	{ "shpca_", "shopify-token", HEX, 32, 32, false },
	{ "shppa_", "shopify-token", HEX, 32, 32, false },
	{ "shpss_", "shopify-token", HEX, 32, 32, false },
	{ "sk-", "openai-key", AN, 40, 0, false },
	{ "sk-admin-", "openai-key", URL64, 40, 0, false },
	{ "sk-ant-", "anthropic-key", URL64, 40, 0, false },
	{ "sk-lf-", "langfuse-key", HEX | DASH, 36, 36, false },
	{ "sk-or-v1-", "openrouter-key", HEX, 64, 64, false },
	{ "sk-proj-", "openai-key", URL64, 40, 0, false },
	{ "sk-svcacct-", "openai-key", URL64, 40, 0, false },
	{ "sk_live_", "stripe-key", AN, 16, 0, false },
	{ "sk_test_", "stripe-key", AN, 16, 0, false },
	{ "sl.", "dropbox-token", URL64 | DOT, 130, 0, false },
	{ "sntrys_", "sentry-token", URL64 | B64, 40, 0, false },
	{ "sntryu_", "sentry-token", HEX, 64, 64, false },
	{ "sq0atp-", "square-token", URL64, 22, 0, false },
	{ "sq0csp-", "square-token", URL64, 40, 0, false },
	{ "sqa_", "sonar-token", HEX, 40, 40, false },
	{ "sqp_", "sonar-token", HEX, 40, 40, false },
	{ "squ_", "sonar-token", HEX, 40, 40, false },
	{ "tfp_", "typeform-token", URL64 | DOT, 40, 0, false },
	{ "tk-us-", "scalingo-token", URL64, 48, 48, false },
	{ "tskey-", "tailscale-key", AN | DASH, 30, 0, false },
	{ "vercel_blob_rw_", "vercel-token", AN | LINE, 30, 0, false },
	{ "webhook.office.com/webhookb2/", "teams-webhook", URL64 | B64 | PCT, 60, 0,
	  true },
	{ "whsec_", "stripe-key", AN | B64, 32, 0, false },
	{ "xai-", "xai-key", AN, 70, 0, false },
	{ "xapp-", "slack-token", AN | DASH, 20, 0, false },
	{ "xkeysib-", "sendinblue-key", HEX | LOW | DASH | AN, 70, 0, false },
	{ "xoxa-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxb-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxc-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxd-", "slack-token", AN | DASH | PCT, 20, 0, false },
	{ "xoxe-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxp-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxr-", "slack-token", AN | DASH, 20, 0, false },
	{ "xoxs-", "slack-token", AN | DASH, 20, 0, false },
	{ "xsmtpsib-", "sendinblue-key", AN | DASH, 70, 0, false },
	{ "ya29.", "google-token", URL64, 40, 0, false },
};

const char *const secret_kind_names[] = {
	"1password-token", "age-key", "airtable-token", "alibaba-key",
	"amazon-mws-token", "amazon-oauth-secret", "anthropic-key", "api-key",
	"artifactory-key", "atlassian-token", "aws-access-key-id", "aws-appsync-key",
	"aws-bedrock-key", "aws-secret-key", "aws-session-token", "azure-client-secret",
	"azure-sas", "basic-auth", "bearer-token", "contentful-token",
	"databricks-token", "digitalocean-token", "discord-token", "discord-webhook",
	"docker-token", "doppler-token", "dropbox-token", "easypost-key", "figma-token",
	"fly-token", "github-token", "gitlab-token", "google-api-key",
	"google-oauth-secret", "google-token", "grafana-token", "groq-key",
	"heroku-key", "hubspot-token", "huggingface-token", "jwt", "langfuse-key",
	"linear-key", "mailchimp-key", "mailersend-key", "mailgun-key", "netlify-token",
	"newrelic-key", "notion-token", "npm-token", "nuget-key", "nvidia-key",
	"openai-key", "openrouter-key", "password", "perplexity-key",
	"planetscale-token", "posthog-key", "postman-key", "prefect-key", "private-key",
	"pulumi-token", "pypi-token", "readme-key", "render-key", "replicate-token",
	"rubygems-key", "scalingo-token", "secret", "sendgrid-key", "sendinblue-key",
	"sentry-token", "shippo-key", "shopify-token", "slack-token", "slack-webhook",
	"sonar-token", "sourcegraph-token", "square-token", "stripe-key",
	"supabase-key", "tailscale-key", "teams-webhook", "telegram-token",
	"tencent-key", "terraform-token", "token", "twilio-key", "typeform-token",
	"url-password", "vault-token", "vercel-token", "xai-key",
};
const size_t secret_kind_count = COUNT(secret_kind_names);

#define H (LOW | HEX)
#define N (DIG | HEX)

/* From the blank on, to which of them each character of ASCII belongs. */
static const unsigned short bodies[96] = {
	0, 0, 0, 0, 0, PCT, 0, 0, 0, 0, 0, B64, 0, DASH, DOT, B64, N, N, N, N, N, N, N,
	N, N, N, 0, 0, 0, B64, 0, 0, PCT, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP,
	UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, UP, 0, 0, 0, 0, LINE, 0,
	H, H, H, H, H, H, LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW,
	LOW, LOW, LOW, LOW, LOW, LOW, LOW, LOW, 0, 0, 0, 0, 0,
};

bool
shape_is_body(char c, int body)
{
	unsigned int at = (unsigned char)c - 32u;

	return at < COUNT(bodies) && (bodies[at] & body);
}

size_t
shape_span(const char *text, size_t len, int body)
{
	size_t n = 0;

	if (len > SHAPE_MAX)
		len = SHAPE_MAX;
	while (n < len && shape_is_body(text[n], body))
		n++;
	return n;
}

static size_t
format_at(const char *text, size_t len, const struct format *format, size_t *skip)
{
	size_t prefix = strlen(format->prefix), body;
	size_t head = format->min > HEAD ? format->min : HEAD;

	if (len <= prefix || memcmp(text, format->prefix, prefix))
		return 0;
	/* The head decides: a long text of nothing but heads is not gone through for each.
	 */
	body = shape_span(text + prefix, len - prefix < head ? len - prefix : head,
			  format->body);
	if (body < format->min || !value_is_varied(text + prefix, body) ||
	    value_is_placeholder(text + prefix, body))
		return 0;
	body = shape_span(text + prefix, len - prefix, format->body);
	/* A full stop that ends a sentence is none of it. */
	while (body && text[prefix + body - 1] == '.')
		body--;
	if (body < format->min || (format->max && body > format->max))
		return 0;
	*skip = format->address ? prefix : 0;
	return prefix + body - *skip;
}

/* The first format whose prefix begins with more than c, or the end. */
static size_t
formats_behind(char c)
{
	size_t low = 0, high = COUNT(formats);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (formats[middle].prefix[0] <= c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
kind_at(const char *text, size_t len, size_t at, struct kind_memo *memo,
	const char **kind, size_t *skip)
{
	size_t i, n;

	/* Inside a longer word there is no token; "_" and "-" in front may be a name's,
	 * and "/bot" stands in the addresses of Telegram. */
	if (at > 0 && shape_is_body(text[at - 1], AN) &&
	    !(at > 1 && text[at - 2] == '\\') &&
	    !(at > 3 && !memcmp(text + at - 4, "/bot", 4)))
		return 0;
	*skip = 0;
	n = shape_at(text, len, at, memo, kind, skip);
	if (n)
		return n;
	if (!shape_is_body(text[at], AN))
		return 0;
	/* The longer of two prefixes stands behind the shorter. */
	for (i = formats_behind(text[at]); i > 0; i--) {
		if (formats[i - 1].prefix[0] != text[at])
			break;
		n = format_at(text + at, len - at, &formats[i - 1], skip);
		if (n) {
			*kind = formats[i - 1].kind;
			return n;
		}
	}
	return 0;
}
