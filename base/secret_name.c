/* What a name says of its value: a password, a token, a key, or nothing. */

#include "base/secret.h"

#define WORDS_MAX 16
#define WORD_ROOM 40

struct words {
	char list[WORDS_MAX][WORD_ROOM];
	size_t count;
};

/* Sorted: endings that leave the name's meaning as it is. */
static const char *const neutral[] = {
	"a", "app", "arg", "b", "b64", "backup", "base64", "const", "current", "data",
	"db", "db1", "default", "dev", "develop", "encoded", "env", "eu", "input",
	"live", "main", "master1", "new", "old", "override", "plain", "plaintext",
	"primary", "prod", "production", "raw", "secondary", "stage", "staging",
	"string", "test", "text", "us", "v", "val", "value", "x", "y",
};

/* Sorted: endings that say the value is about a secret, not one. */
static const char *const about[] = {
	"age", "alg", "algorithm", "alias", "arn", "arns", "at", "attempts",
	"attribute", "attributes", "audience", "auth1", "authentication", "backend",
	"bucket", "cache", "changed", "characters", "checksum", "class", "column",
	"complexity", "count", "creation", "date", "days", "description", "digest",
	"dir", "directory", "disable", "disabled", "email", "enable", "enabled",
	"encoder", "endpoint", "endpoints", "endpointurl", "engine", "error",
	"expiration", "expire", "expired", "expires", "expiry", "expression", "factory",
	"field", "fields", "file", "files", "filter", "fingerprint", "folder", "format",
	"generation", "get", "group", "hash", "header", "headers", "hint", "history",
	"host", "hostname", "hours", "id", "ids", "index", "issuer", "keyid", "label",
	"len", "length", "lifetime", "limit", "location", "manager", "max", "maximum",
	"message", "method", "min", "minimum", "minutes", "mode", "mount", "name",
	"names", "nonce", "on", "pair", "pairs", "param", "parameter", "params", "path",
	"paths", "pattern", "placeholder", "policies", "policy", "port", "prefix",
	"prevention", "prompt", "provider", "queue", "rate", "ref", "reference",
	"regex", "region", "required", "reset", "reuse", "role", "rotate", "rotation",
	"rules", "scope", "scopes", "second", "seconds", "secretname", "service", "set",
	"size", "sizes", "source", "spec", "state", "status", "storage1", "store",
	"strength", "suffix", "table", "template", "thumbprint", "time", "timeout",
	"title", "tokens", "topic", "ttl", "type", "types", "uri", "url", "url1",
	"urls", "usage", "user", "username", "users", "validator", "validity", "vault",
	"version", "versions", "words",
};

/* Sorted. */
static const char *const password_words[] = {
	"adminpass", "adminpw", "bindpass", "bindpw", "dbpass", "dbpw", "dbpwd",
	"deststorepass", "keypass", "loginpass", "masterauth", "mypwd", "pass",
	"passcode", "passphrase", "passphrases", "passw", "passwd", "password",
	"passwort", "psk", "pw", "pwd", "requirepass", "rootpass", "rootpw", "smtppass",
	"srcstorepass", "storepass", "userpass",
};

/* Sorted. */
static const char *const token_words[] = {
	"accesskey", "accesstoken", "accountkey", "apikey", "appsecret", "auth",
	"authcode", "authkey", "authorization", "authtoken", "bearer", "bottoken",
	"clientsecret", "cookie", "cred", "credential", "credentials", "creds",
	"deploykey", "encryptionkey", "idtoken", "jwt", "licensekey", "masterkey",
	"pat", "privatekey", "refreshtoken", "salt", "sas", "secret", "secretkey",
	"secrets", "seed", "servicekey", "sessiontoken", "sharedaccesskey", "sharedkey",
	"sharedsecret", "signature", "signingkey", "token",
};

/* Sorted: with "key" they make what opens something. */
static const char *const key_before[] = {
	"access", "account", "admin", "aes", "algolia", "anthropic", "api", "app",
	"application", "auth", "bot", "cipher", "client", "consumer", "cookie",
	"crypto", "datadog", "db", "dd", "decrypt", "deploy", "des", "developer",
	"encrypt", "encryption", "function", "github", "gitlab", "gpg", "hmac",
	"honeycomb", "host", "ingest", "ingestion", "integration", "jwt", "license",
	"llm", "mailgun", "maps", "master", "merchant", "newrelic", "nr", "openai",
	"opsgenie", "pagerduty", "payment", "payments", "pgp", "preshared", "private",
	"project", "read", "rollbar", "root", "rsa", "secret", "security", "segment",
	"sendgrid", "server", "service", "session", "shared", "sign", "signature",
	"signing", "splunk", "ssh", "ssl", "storage", "stripe", "subscription", "sumo",
	"team", "tls", "token", "twilio", "user", "vault", "webhook", "write",
};

/* Sorted: with "key" they make what finds something. */
static const char *const key_plain[] = {
	"backend", "bucket", "cache", "color", "composite", "config", "dedup", "file",
	"foreign", "group", "hash", "header", "i18n", "idempotency", "index", "item",
	"kms", "lookup", "map", "message", "metric", "natural", "object", "ordering",
	"partition", "primary", "public", "publishable", "query", "range", "routing",
	"row", "s3", "search", "site", "sort", "state", "tag", "translation", "unique",
};

/* Sorted: with "token" they make a place in a list, or a number of a request. */
static const char *const token_plain[] = {
	"continuation", "marker", "next", "page", "pagination", "paging",
	"previous", "request", "starting", "task", "upload",
};

/* Long names that are written in one word. */
#define ENDS_MIN 5 /* letters of the shortest */
static const char *const password_ends[] = { "password", "passwd", "passphrase",
					     "passwort" };
static const char *const token_ends[] = {
	"secret",     "apikey", "secretkey", "accesskey",
	"privatekey", "token",	"authkey",   "clientsecret",
};

/* Of a sorted list. */
static bool
in_list(const char *word, const char *const *list, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(list[middle], word);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
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

static bool
ends_in(const char *word, size_t len, const char *const *ends, size_t count)
{
	size_t i, n;

	for (i = 0; i < count; i++) {
		n = strlen(ends[i]);
		if (len >= n && !memcmp(word + len - n, ends[i], n))
			return true;
	}
	return false;
}

static enum name_class
word_classify(const char *word)
{
	size_t len = strlen(word);

	if (IN(word, password_words))
		return NAME_PASSWORD;
	if (IN(word, token_words))
		return NAME_TOKEN;
	if (len < ENDS_MIN)
		return NAME_NONE;
	if (ends_in(word, len, password_ends, COUNT(password_ends)))
		return NAME_PASSWORD;
	return ends_in(word, len, token_ends, COUNT(token_ends)) ? NAME_TOKEN : NAME_NONE;
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
	if (!strcmp(last, "token") && n >= 2 && IN(words.list[n - 2], token_plain))
		return NAME_NONE;
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
