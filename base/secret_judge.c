/* Whether a value is the secret that its name announces. */

#include "base/secret.h"

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_alpha(char c)
{
	return is_lower(c) || is_upper(c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
has_space(const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)value[i] <= ' ')
			return true;
	}
	return false;
}

/* Weak ones count as well: what is set as a password is one, but a word that a schema or
 * a form puts there ("required", "String") is not. */
static bool
is_password(const char *value, size_t len)
{
	size_t i, letters = 0, digits = 0;

	if (len < 5 || len > 200 || has_space(value, len))
		return false;
	for (i = 0; i < len; i++) {
		letters += is_alpha(value[i]);
		digits += is_digit(value[i]);
	}
	if (digits == len)
		return len >= 6;
	if (letters == len)
		return value_is_mixed(value, len);
	if (digits == 0 && value_is_plain(value, len))
		return false;
	if (memchr(value, '/', len) && value_is_plain(value, len))
		return false;
	return !(value[len - 2] == '(' && value[len - 1] == ')') &&
	       !(memchr(value, '.', len) && value_is_plain(value, len));
}

static bool
is_aws_secret(const char *value, size_t len)
{
	size_t i, upper = 0, lower = 0;

	for (i = 0; i < len; i++) {
		if (!is_alpha(value[i]) && !is_digit(value[i]) && value[i] != '/' &&
		    value[i] != '+')
			return false;
		upper += is_upper(value[i]);
		lower += is_lower(value[i]);
	}
	return len == 40 && upper && lower && value_entropy(value, len) > 3.8;
}

bool
value_is_basic(const char *value, size_t len)
{
	struct buf pair = { .cap = 4096 };
	bool good;

	good = len >= 8 && len < 4096 && base64_read(value, len, &pair) > 3 &&
	       open_is_text(pair.data, pair.len) && memchr(pair.data, ':', pair.len) &&
	       !memchr(pair.data, '\n', pair.len);
	if (pair.data)
		mem_wipe(pair.data, pair.len);
	buf_free(&pair);
	return good;
}

const char *
value_kind(const char *name, size_t name_len, const char *value, size_t len)
{
	enum name_class class = name_classify(name, name_len);
	bool strong;

	if (class == NAME_NONE || len < 5 || value_is_reference(value, len) ||
	    value_is_placeholder(value, len))
		return NULL;
	/* Docker's and npm's files, and the header. */
	if (name_len >= 4 && name_len <= 13 &&
	    (!strncasecmp(name + name_len - 4, "auth", 4) || name_len == 13) &&
	    value_is_basic(value, len))
		return "basic-auth";
	strong = name_has(name, name_len, "secret") || name_has(name, name_len, "apikey");
	if (is_aws_secret(value, len) && class >= NAME_KEY &&
	    (strong || name_has(name, name_len, "aws") ||
	     name_has(name, name_len, "accesskey")))
		return "aws-secret-key";
	if (class == NAME_PASSWORD)
		return is_password(value, len) ? "password" : NULL;
	if (has_space(value, len) || (value_is_uuid(value, len) && !strong))
		return NULL;
	if (class == NAME_TOKEN) {
		if (len < 10 || !value_is_random(value, len))
			return NULL;
		return name_has(name, name_len, "token") ? "token"
		       : name_has(name, name_len, "key") ? "api-key"
							 : "secret";
	}
	/* A mere "key" names identifiers too: only what is long, mixed and no hash. */
	if (len < 20 || value_is_hex(value, len) || !value_is_random(value, len) ||
	    value_entropy(value, len) < 3.6)
		return NULL;
	return "api-key";
}
