/* Whether a value is the secret that its name announces. */

#include "base/secret.h"

#define PASSWORD_MAX 200 /* what is longer is none */
/* The head of a longer value is judged for all of it, and of a token even less. */
#define JUDGED_MAX (PASSWORD_MAX + 1)
#define HEAD 80

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
	return memchr(value, ' ', len) || memchr(value, '\n', len) ||
	       memchr(value, '\t', len) || memchr(value, '\r', len);
}

/* Letters of both cases in an order that no word has: too many consonants in a row, or a
 * q without its u. */
static bool
is_scrambled(const char *value, size_t len)
{
	size_t i, run = 0, longest = 0, upper = 0, lower = 0, alone = 0;

	for (i = 0; i < len; i++) {
		upper += is_upper(value[i]);
		lower += is_lower(value[i]);
		run = strchr("aeiouAEIOU", value[i]) ? 0 : run + 1;
		longest = run > longest ? run : longest;
		alone += (value[i] | 0x20) == 'q' && i + 1 < len &&
			 (value[i + 1] | 0x20) != 'u';
	}
	return len >= 10 && upper && lower && (longest >= 6 || alone);
}

/* Weak ones count as well: what is set as a password is one, but a word that a schema or
 * a form puts there ("required", "String") is not. */
static bool
is_password(const char *value, size_t len)
{
	size_t i, letters = 0, digits = 0;

	if (len < 5 || len > PASSWORD_MAX || has_space(value, len))
		return false;
	for (i = 0; i < len; i++) {
		letters += is_alpha(value[i]);
		digits += is_digit(value[i]);
	}
	if (digits == len)
		return len >= 6;
	if (letters == len)
		return value_is_mixed(value, len) || is_scrambled(value, len);
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

	if (len != 40)
		return false;
	for (i = 0; i < len; i++) {
		if (!is_alpha(value[i]) && !is_digit(value[i]) && value[i] != '/' &&
		    value[i] != '+')
			return false;
		upper += is_upper(value[i]);
		lower += is_lower(value[i]);
	}
	return upper && lower && value_entropy(value, len) > 3.8;
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

/* What a name that promises a token, a key or a secret stands for. */
static const char *
token_kind(enum name_class class, const char *name, size_t name_len, const char *value,
	   size_t len)
{
	bool strong = name_has(name, name_len, "secret") ||
		      name_has(name, name_len, "apikey");
	size_t head = len < HEAD ? len : HEAD;

	if (is_aws_secret(value, len) &&
	    (strong || name_has(name, name_len, "aws") ||
	     name_has(name, name_len, "accesskey")))
		return "aws-secret-key";
	if (class == NAME_PASSWORD)
		return is_password(value, len) ? "password" : NULL;
	if (has_space(value, len) || (value_is_uuid(value, len) && !strong))
		return NULL;
	if (class == NAME_TOKEN) {
		if (len < 10 || !value_is_random(value, head))
			return NULL;
		return name_has(name, name_len, "token") ? "token"
		       : name_has(name, name_len, "key") ? "api-key"
							 : "secret";
	}
	/* A mere "key" names identifiers too: only what is long, mixed and no hash. */
	if (len < 20 || value_is_hex(value, head) || !value_is_random(value, head) ||
	    value_entropy(value, head) < 3.6)
		return NULL;
	return "api-key";
}

const char *
value_kind(const char *name, size_t name_len, const char *value, size_t len)
{
	enum name_class class = len < 5 ? NAME_NONE : name_classify(name, name_len);
	size_t head = len < JUDGED_MAX ? len : JUDGED_MAX;

	if (class == NAME_NONE || value_is_reference(value, head) ||
	    value_is_placeholder(value, head))
		return NULL;
	/* Docker's and npm's files, and the header. */
	if (name_len >= 4 && name_len <= 13 &&
	    (!strncasecmp(name + name_len - 4, "auth", 4) || name_len == 13) &&
	    value_is_basic(value, len))
		return "basic-auth";
	return token_kind(class, name, name_len, value, head);
}
