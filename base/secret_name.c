/* What a name says of its value: a password, a token, a key, or nothing. */

#include "base/secret.h"

#define WORDS_MAX 16
#define WORD_ROOM 40

struct words {
	char list[WORDS_MAX][WORD_ROOM];
	size_t count;
};

/* Endings that leave the name's meaning as it is. */
static const char *const neutral[] = {
	"value",   "val",     "string",	    "text", "plain",   "plaintext", "raw",
	"data",	   "prod",    "production", "dev",  "develop", "staging",   "stage",
	"test",	   "live",    "old",	    "new",  "current", "primary",   "secondary",
	"backup",  "default", "env",	    "b64",  "base64",  "encoded",   "main",
	"master1", "a",	      "b",	    "x",    "y",       "v",	    "override",
	"input",   "arg",     "const",	    "db",   "db1",     "app",	    "eu",
	"us",
};

/* Endings that say the value is about a secret, not one. */
static const char *const about[] = {
	"id",
	"ids",
	"arn",
	"arns",
	"name",
	"names",
	"file",
	"files",
	"path",
	"paths",
	"dir",
	"directory",
	"folder",
	"url",
	"urls",
	"uri",
	"endpoint",
	"endpoints",
	"host",
	"hostname",
	"port",
	"length",
	"len",
	"min",
	"max",
	"minimum",
	"maximum",
	"ttl",
	"second",
	"seconds",
	"minutes",
	"hours",
	"days",
	"expiry",
	"expires",
	"expire",
	"expiration",
	"expired",
	"policy",
	"policies",
	"reset",
	"enabled",
	"enable",
	"disabled",
	"disable",
	"type",
	"types",
	"version",
	"versions",
	"algorithm",
	"alg",
	"rotation",
	"rotate",
	"count",
	"size",
	"sizes",
	"format",
	"prefix",
	"suffix",
	"alias",
	"ref",
	"reference",
	"store",
	"manager",
	"region",
	"bucket",
	"table",
	"topic",
	"queue",
	"role",
	"user",
	"username",
	"users",
	"email",
	"provider",
	"class",
	"header",
	"headers",
	"field",
	"fields",
	"param",
	"params",
	"parameter",
	"label",
	"hint",
	"age",
	"history",
	"strength",
	"regex",
	"pattern",
	"location",
	"source",
	"hash",
	"digest",
	"fingerprint",
	"checksum",
	"thumbprint",
	"usage",
	"spec",
	"state",
	"status",
	"method",
	"mode",
	"scope",
	"scopes",
	"audience",
	"issuer",
	"index",
	"validity",
	"lifetime",
	"timeout",
	"attempts",
	"required",
	"changed",
	"pair",
	"pairs",
	"group",
	"vault",
	"mount",
	"engine",
	"backend",
	"service",
	"url1",
	"expression",
	"filter",
	"attribute",
	"attributes",
	"date",
	"time",
	"at",
	"on",
	"column",
	"limit",
	"rate",
	"tokens",
	"words",
	"authentication",
	"auth1",
	"prompt",
	"title",
	"description",
	"message",
	"error",
	"placeholder",
	"characters",
	"complexity",
	"reuse",
	"prevention",
	"rules",
	"validator",
	"encoder",
	"factory",
	"creation",
	"generation",
	"template",
	"set",
	"get",
	"endpointurl",
	"cache",
	"storage1",
	"secretname",
	"keyid",
	"nonce",
};

static const char *const password_words[] = {
	"password",    "passwd",     "passwort",    "pwd",   "passphrase",
	"pass",	       "pw",	     "passcode",    "passw", "psk",
	"requirepass", "masterauth", "passphrases",
};

static const char *const token_words[] = {
	"secret",     "secrets",      "token",	       "apikey",	"accesskey",
	"secretkey",  "privatekey",   "authkey",       "authtoken",	"accesstoken",
	"credential", "credentials",  "creds",	       "cred",		"auth",
	"jwt",	      "bearer",	      "pat",	       "salt",		"sas",
	"signature",  "clientsecret", "appsecret",     "sharedkey",	"accountkey",
	"masterkey",  "signingkey",   "encryptionkey", "authorization", "sharedaccesskey",
	"licensekey", "servicekey",   "deploykey",     "refreshtoken",	"sessiontoken",
	"idtoken",    "bottoken",     "sharedsecret",  "cookie",	"authcode",
	"seed",
};

/* With "key" they make what opens something. */
static const char *const key_before[] = {
	"api",	      "access",	  "secret",	 "private",   "auth",
	"encryption", "encrypt",  "decrypt",	 "signing",   "sign",
	"signature",  "hmac",	  "master",	 "account",   "service",
	"client",     "app",	  "application", "license",   "shared",
	"session",    "storage",  "host",	 "function",  "subscription",
	"admin",      "deploy",	  "ssh",	 "tls",	      "ssl",
	"dd",	      "datadog",  "stripe",	 "sendgrid",  "openai",
	"anthropic",  "llm",	  "maps",	 "aes",	      "des",
	"jwt",	      "cookie",	  "webhook",	 "consumer",  "server",
	"root",	      "write",	  "read",	 "ingest",    "ingestion",
	"developer",  "mailgun",  "twilio",	 "newrelic",  "nr",
	"rsa",	      "pgp",	  "gpg",	 "vault",     "db",
	"crypto",     "cipher",	  "security",	 "token",     "integration",
	"project",    "team",	  "user",	 "bot",	      "merchant",
	"payment",    "payments", "rollbar",	 "algolia",   "segment",
	"honeycomb",  "splunk",	  "sumo",	 "pagerduty", "opsgenie",
	"github",     "gitlab",	  "preshared",
};

/* With "key" they make what finds something. */
static const char *const key_plain[] = {
	"bucket",      "object",  "s3",	     "cache",	  "partition",	 "sort",
	"primary",     "foreign", "hash",    "range",	  "map",	 "lookup",
	"routing",     "row",	  "index",   "public",	  "publishable", "kms",
	"translation", "config",  "tag",     "color",	  "dedup",	 "idempotency",
	"group",       "unique",  "natural", "composite", "header",	 "query",
	"state",       "metric",  "item",    "file",	  "backend",	 "message",
	"ordering",    "search",  "i18n",    "site",
};

/* Long names that are written in one word. */
static const char *const password_ends[] = { "password", "passwd", "passphrase",
					     "passwort" };
static const char *const token_ends[] = {
	"secret",     "apikey", "secretkey", "accesskey",
	"privatekey", "token",	"authkey",   "clientsecret",
};

static bool
in_list(const char *word, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(word, list[i]))
			return true;
	}
	return false;
}

#define IN(word, list) in_list(word, list, COUNT(list))

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Whether a word begins at name[i]: behind a sign, at a capital after a small letter, or
 * at the last capital of several ("DBPassword"). */
static bool
word_begins(const char *name, size_t len, size_t i)
{
	if (i == 0 || !is_alnum(name[i - 1]))
		return true;
	if (!is_upper(name[i]))
		return false;
	if (!is_upper(name[i - 1]))
		return true;
	return i + 1 < len && name[i + 1] >= 'a' && name[i + 1] <= 'z';
}

/* The last words of the name, in small letters, digits at their end left out. */
static void
words_split(const char *name, size_t len, struct words *words)
{
	size_t i, n = 0;

	words->count = 0;
	if (len > 200) {
		name += len - 200;
		len = 200;
	}
	for (i = 0; i < len; i++) {
		if (!is_alnum(name[i]))
			continue;
		if (word_begins(name, len, i)) {
			if (words->count == WORDS_MAX) {
				memmove(words->list, words->list + 1,
					sizeof(words->list[0]) * (WORDS_MAX - 1));
				words->count--;
			}
			words->count++;
			n = 0;
		}
		if (n < WORD_ROOM - 1) {
			words->list[words->count - 1][n++] =
				(char)(is_upper(name[i]) ? name[i] + 32 : name[i]);
			words->list[words->count - 1][n] = '\0';
		}
	}
	for (i = 0; i < words->count; i++) {
		n = strlen(words->list[i]);
		while (n > 1 && words->list[i][n - 1] >= '0' &&
		       words->list[i][n - 1] <= '9')
			words->list[i][--n] = '\0';
	}
}

static bool
is_number(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
}

static enum name_class
word_classify(const char *word)
{
	size_t i;

	if (IN(word, password_words))
		return NAME_PASSWORD;
	if (IN(word, token_words))
		return NAME_TOKEN;
	for (i = 0; i < COUNT(password_ends); i++) {
		if (text_ends(word, password_ends[i]))
			return NAME_PASSWORD;
	}
	for (i = 0; i < COUNT(token_ends); i++) {
		if (text_ends(word, token_ends[i]))
			return NAME_TOKEN;
	}
	return NAME_NONE;
}

enum name_class
name_classify(const char *name, size_t len)
{
	enum name_class class;
	struct words words;
	const char *last;
	size_t n, i;

	words_split(name, len, &words);
	for (i = 0; i < words.count; i++) {
		if (!strcmp(words.list[i], "public") ||
		    !strcmp(words.list[i], "publishable"))
			return NAME_NONE;
	}
	n = words.count;
	while (n > 1 && (IN(words.list[n - 1], neutral) || is_number(words.list[n - 1])))
		n--;
	if (!n || IN(words.list[n - 1], about))
		return NAME_NONE;
	last = words.list[n - 1];
	if (!strcmp(last, "key") || !strcmp(last, "keys")) {
		if (n >= 2 && IN(words.list[n - 2], key_before))
			return NAME_TOKEN;
		return n >= 2 && IN(words.list[n - 2], key_plain) ? NAME_NONE : NAME_KEY;
	}
	class = word_classify(last);
	/* "TOKEN_GITHUB": the word stands further in front. */
	for (i = n - 1; class == NAME_NONE && i > 0; i--) {
		if (word_classify(words.list[i - 1]) != NAME_NONE)
			class = NAME_TOKEN;
	}
	return class;
}

bool
name_has(const char *name, size_t len, const char *part)
{
	size_t want = strlen(part), at = 0, i, start;

	for (start = 0; start < len; start++) {
		for (i = start, at = 0; i < len && at < want; i++) {
			if (!is_alnum(name[i]))
				continue;
			if ((is_upper(name[i]) ? name[i] + 32 : name[i]) != part[at])
				break;
			at++;
		}
		if (at == want)
			return true;
	}
	return false;
}
