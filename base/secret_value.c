/* What a value looks like: a reference, a placeholder, plain words, or a secret under its
 * name. */

#include <math.h>

#include "base/secret.h"

#define PLAIN_MAX 512 /* longer values are not looked at as words */

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
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return is_lower(c) || is_upper(c);
}

static bool
starts_nocase(const char *value, size_t len, const char *start)
{
	size_t n = strlen(start);

	return len >= n && !strncasecmp(value, start, n);
}

static bool
has_nocase(const char *value, size_t len, const char *part)
{
	size_t n = strlen(part), i;

	for (i = 0; i + n <= len; i++) {
		if (!strncasecmp(value + i, part, n))
			return true;
	}
	return false;
}

static const char *const reference_starts[] = {
	"arn:",
	"{{",
	"${",
	"$(",
	"$[",
	"$.",
	"$$.",
	"[secret:",
	"!ref",
	"!sub",
	"!getatt",
	"!join",
	"!importvalue",
	"!select",
	"!base64",
	"ref:",
	"fn::",
	"aws::",
	"ssm:",
	"resolve:",
	"secretsmanager:",
	"vault:",
	"op://",
	"file://",
	"fileb://",
	"file(",
	"s3://",
	"http://",
	"https://",
	"ssm://",
	"gs://",
	"secret://",
	"secret:",
	"keyvault:",
	"@microsoft.keyvault",
	"@@",
	"env:",
	"env.",
	"var.",
	"local.",
	"data.",
	"module.",
	"os.",
	"process.env",
	"system.",
	"self.",
	"this.",
	"config.",
	"args.",
	"params.",
	"parameters.",
	"secrets.",
	"github.",
	"inputs.",
	"awssecret",
	"enc[",
	"enc(",
	"ansible",
	"lookup(",
	"projects/",
	"/aws/",
	"ssm-secure:",
	"cloudformation:",
	"$env:",
	"kms:",
	"sha256:",
	"sha1:",
	"sha512-",
	"sha384-",
	"sha256-",
	"data:",
	"ssh-rsa ",
	"ssh-ed25519 ",
	"aaaab3nzac1",
	"aaaac3nzac1",
	"pk_live_",
	"pk_test_",
};

/* "name", "$name", "%NAME%" and the like. */
static bool
is_variable(const char *value, size_t len)
{
	size_t i = 1;

	if (len < 2)
		return false;
	if (value[0] == '%' && value[len - 1] == '%')
		return true;
	if (value[0] == '<' && value[len - 1] == '>')
		return true;
	if (value[0] == '_' && value[1] == '_' && value[len - 1] == '_')
		return true;
	if (value[0] == '[' || value[0] == '(')
		return value[len - 1] == ']' || value[len - 1] == ')';
	if (value[0] == '#' && value[1] == '{')
		return true;
	if (value[0] != '$' || is_digit(value[1]))
		return value[0] == '$' && len == 2;
	while (i < len && (is_alpha(value[i]) || is_digit(value[i]) || value[i] == '_' ||
			   value[i] == ':'))
		i++;
	return i == len;
}

/* get_secret('x'), os.environ["X"], config[x]: a word straight before a bracket that the
 * end closes. */
static bool
is_call(const char *value, size_t len)
{
	size_t i = 0;

	while (i < len && (is_alpha(value[i]) || is_digit(value[i]) || value[i] == '_' ||
			   value[i] == '.'))
		i++;
	if (i == 0 || i == len || (value[i] != '(' && value[i] != '['))
		return false;
	return i + 1 == len || value[len - 1] == ')' || value[len - 1] == ']' ||
	       value[len - 1] == ';' || value[i + 1] == '\'' || value[i + 1] == '"';
}

bool
value_is_reference(const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < COUNT(reference_starts); i++) {
		if (starts_nocase(value, len, reference_starts[i]))
			return true;
	}
	for (i = 0; i + 1 < len; i++) {
		if ((value[i] == '$' && (value[i + 1] == '{' || value[i + 1] == '(')) ||
		    (value[i] == '{' && value[i + 1] == '{'))
			return true;
	}
	return is_variable(value, len) || is_call(value, len);
}

static const char *const placeholder_words[] = {
	"password",	"passwd",
	"pass",		"pwd",
	"secret",	"token",
	"key",		"apikey",
	"example",	"sample",
	"dummy",	"fake",
	"test",		"testing",
	"placeholder",	"redacted",
	"masked",	"hidden",
	"removed",	"todo",
	"tbd",		"none",
	"null",		"nil",
	"undefined",	"unset",
	"empty",	"true",
	"false",	"default",
	"required",	"optional",
	"string",	"value",
	"foo",		"bar",
	"foobar",	"baz",
	"notset",	"unknown",
	"changeit",	"changeme",
	"mypassword",	"mysecret",
	"mytoken",	"mysecretpassword",
	"password1",	"secretkey",
	"yourpassword", "noecho",
	"confidential", "sensitive",
	"encrypted",	"plaintext",
	"prompt",	"disabled",
	"enabled",	"managed",
	"generated",	"random",
	"auto",		"password123",
	"supersecret",	"topsecret",
};

static const char *const placeholder_parts[] = {
	"changeme",	"change-me",
	"change_me",	"change.me",
	"changethis",	"change-this",
	"change_this",	"placeholder",
	"redacted",	"your-",
	"your_",	"yourpass",
	"yoursecret",	"yourtoken",
	"yourkey",	"my-secret",
	"my_secret",	"my-pass",
	"my_pass",	"my-token",
	"my_token",	"my-api",
	"my_api",	"xxxx",
	"example",	"replace",
	"insert-",	"insert_",
	"enter-",	"enter_",
	"dummy",	"sample",
	"-here",	"_here",
	"goes-here",	"****",
	"....",		"----",
	"____",		"####",
	"????",		"fixme",
	"notreal",	"not-real",
	"not-a-",	"not_a_",
	"fake-",	"fake_",
	"put-",		"put_",
	"set-me",	"set_me",
	"setme",	"<",
	"todo",		"1234567890ab",
	"abcdef123456", "0123456789abcdef",
	"abcdefghij",	"foobar",
};

static size_t
distinct_count(const char *value, size_t len)
{
	bool has[256] = { false };
	size_t i, count = 0;

	for (i = 0; i < len; i++) {
		count += !has[(unsigned char)value[i]];
		has[(unsigned char)value[i]] = true;
	}
	return count;
}

bool
value_is_placeholder(const char *value, size_t len)
{
	char folded[64];
	size_t i, n = 0;

	if (len == 0 || distinct_count(value, len) <= (len >= 20 ? 4 : len >= 8 ? 3 : 1))
		return true;
	if (len > 100)
		return false;
	for (i = 0; i < len && n < sizeof(folded) - 1; i++) {
		if (is_alpha(value[i]) || is_digit(value[i]))
			folded[n++] =
				(char)(is_upper(value[i]) ? value[i] + 32 : value[i]);
	}
	folded[n] = '\0';
	for (i = 0; n && i < COUNT(placeholder_words); i++) {
		if (!strcmp(folded, placeholder_words[i]))
			return true;
	}
	for (i = 0; i < COUNT(placeholder_parts); i++) {
		/* In a long random text a short word comes up by chance. */
		if (len >= 40 && strlen(placeholder_parts[i]) < 7 &&
		    is_alpha(placeholder_parts[i][0]))
			continue;
		if (has_nocase(value, len, placeholder_parts[i]))
			return true;
	}
	return false;
}

bool
value_is_hex(const char *value, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_digit(value[i]) &&
		    !((value[i] | 0x20) >= 'a' && (value[i] | 0x20) <= 'f'))
			return false;
	}
	return len > 0;
}

bool
value_is_uuid(const char *value, size_t len)
{
	size_t i;

	if (len != 36)
		return false;
	for (i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? value[i] != '-' : !value_is_hex(value + i, 1))
			return false;
	}
	return true;
}

double
value_entropy(const char *value, size_t len)
{
	size_t counts[256] = { 0 }, i;
	double bits = 0;

	for (i = 0; i < len; i++)
		counts[(unsigned char)value[i]]++;
	for (i = 0; i < 256; i++) {
		if (counts[i])
			bits -= (double)counts[i] / (double)len *
				log2((double)counts[i] / (double)len);
	}
	return bits;
}

/* Small and capital letters without the order that words have. */
bool
value_is_mixed(const char *text, size_t len)
{
	size_t i, turns = 0;

	for (i = 1; i < len; i++)
		turns += is_alpha(text[i]) && is_alpha(text[i - 1]) &&
			 is_upper(text[i]) != is_upper(text[i - 1]);
	return len >= 8 && turns * 100 >= len * 28;
}

/* A word as people write it: letters of one case or with capitals that begin syllables; a
 * number of few digits; a word with a short number behind it. */
static bool
is_word(const char *word, size_t len)
{
	size_t i = 0, capitals = 0, digits;

	for (; i < len && is_alpha(word[i]); i++)
		capitals += is_upper(word[i]) && (i == 0 || is_lower(word[i - 1]));
	digits = len - i;
	for (; i < len; i++) {
		if (!is_digit(word[i]))
			return false;
	}
	if (digits == len)
		return len <= 4 || len == 8 || len == 12;
	if (digits > 4 || (digits > 2 && len - digits < 3))
		return false;
	return (len - digits >= 3 * capitals && !value_is_mixed(word, len)) || len <= 3;
}

bool
value_is_plain(const char *value, size_t len)
{
	size_t start = 0, words = 0, odd = 0, i;

	if (len > PLAIN_MAX)
		return false;
	if (len &&
	    (value[0] == '/' || value[0] == '~' || starts_nocase(value, len, "./") ||
	     starts_nocase(value, len, "../")) &&
	    memchr(value, '/', len))
		return distinct_count(value, len) < 40;
	for (i = 0; i <= len; i++) {
		if (i < len && !strchr("-_./:@ ,", value[i]))
			continue;
		if (i > start) {
			words++;
			odd += !is_word(value + start, i - start) &&
			       !value_is_uuid(value + start, i - start);
		}
		start = i + 1;
	}
	/* A path may end in a name that a machine made. */
	return words > 0 && (odd == 0 || (odd == 1 && words >= 4) ||
			     (memchr(value, '/', len) && odd * 2 < words));
}

bool
value_is_random(const char *value, size_t len)
{
	size_t i, upper = 0, lower = 0, digits = 0;

	for (i = 0; i < len; i++) {
		upper += is_upper(value[i]);
		lower += is_lower(value[i]);
		digits += is_digit(value[i]);
	}
	if (value_is_hex(value, len))
		return len >= 16 && digits && digits < len &&
		       value_entropy(value, len) > 2.5;
	if (digits == len)
		return false;
	return (digits || (upper && lower)) &&
	       value_entropy(value, len) > (len < 20 ? 2.5 : 3.0) &&
	       !value_is_plain(value, len);
}
