/* What a value looks like: a reference, a placeholder, plain words, or a secret under its
 * name. */

#include <math.h>

#include "base/secret.h"

#define PLAIN_MAX 512 /* longer values are not looked at as words */
#define PLACEHOLDER_MAX 100
#define HEAD 64 /* whose characters are counted, to see whether there is anything at all */
#define ENTROPY_MAX 512 /* the head of a longer value tells enough */

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

static char
fold(char c)
{
	return (char)(is_upper(c) ? c + 32 : c);
}

/* The first of a sorted list's words that begins with c or more. */
static size_t
words_from(const char *const *list, size_t count, char c)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((unsigned char)list[middle][0] < (unsigned char)c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Sorted, in small letters. */
static const char *const reference_starts[] = {
	"!base64", "!encrypted", "!env", "!findinmap", "!getatt", "!if", "!importvalue",
	"!include", "!join", "!ref", "!reference", "!secret", "!select", "!split",
	"!sub", "!transform", "!vault", "$$.", "$(", "$.", "$[", "$ansible_vault",
	"$env:", "${", "/aws/", "@@", "@microsoft.keyvault", "[secret:", "aaaab3nzac1",
	"aaaac3nzac1", "ansible", "aqecah", "aqicah", "args.", "arn:", "aws::",
	"awssecret", "cloudformation:", "config.", "data.", "data:", "enc(", "enc[",
	"env.", "env:", "file(", "file://", "fileb://", "fn::", "github.", "gs://",
	"http://", "https://", "inputs.", "keyvault:", "kms:", "local.", "lookup(",
	"module.", "op://", "os.", "parameters.", "params.", "pk_live_", "pk_test_",
	"process.env", "projects/", "ref:", "resolve:", "s3://", "secret:", "secret://",
	"secrets.", "secretsmanager:", "self.", "sha1:", "sha256-", "sha256:",
	"sha384-", "sha512-", "ssh-ed25519 ", "ssh-rsa ", "ssm-secure:", "ssm:",
	"ssm://", "system.", "this.", "var.", "vault:", "{cipher}", "{{",
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
	if (i + 1 == len || value[len - 1] == ')' || value[len - 1] == ']' ||
	    value[len - 1] == ';' || value[i + 1] == '\'' || value[i + 1] == '"')
		return true;
	/* "VARCHAR(255", cut off at the bracket. */
	for (i++; i < len && is_digit(value[i]); i++)
		;
	return i == len;
}

/* Whether first stands in value with one of next straight behind it. */
static bool
has_pair(const char *value, size_t len, char first, const char *next)
{
	const char *at = value, *end = value + len;

	while (at < end && (at = memchr(at, first, (size_t)(end - at))) != NULL) {
		if (++at < end && *at && strchr(next, *at))
			return true;
	}
	return false;
}

bool
value_is_reference(const char *value, size_t len)
{
	char first = len ? fold(*value) : '\0';
	size_t i = words_from(reference_starts, COUNT(reference_starts), first);

	for (; i < COUNT(reference_starts) && reference_starts[i][0] == first; i++) {
		if (starts_nocase(value, len, reference_starts[i]))
			return true;
	}
	if (has_pair(value, len, '$', "{(") || has_pair(value, len, '{', "{"))
		return true;
	return is_variable(value, len) || is_call(value, len);
}

/* Sorted: the whole value, signs left out. */
static const char *const placeholder_words[] = {
	"apikey", "auto", "bar", "baz", "changeit", "changeme", "confidential",
	"default", "disabled", "dummy", "empty", "enabled", "encrypted", "example",
	"fake", "false", "foo", "foobar", "generated", "hidden", "key", "managed",
	"masked", "mypassword", "mysecret", "mysecretpassword", "mytoken", "nil",
	"noecho", "none", "notset", "null", "optional", "pass", "passwd", "password",
	"password1", "password123", "placeholder", "plaintext", "prompt", "pwd",
	"random", "redacted", "removed", "required", "sample", "secret", "secretkey",
	"sensitive", "string", "supersecret", "tbd", "test", "testing", "todo", "token",
	"topsecret", "true", "undefined", "unknown", "unset", "value", "yourpassword",
};

/* Sorted: what may stand anywhere in the value. */
static const char *const placeholder_parts[] = {
	"####", "****", "----", "-here", "....", "0123456789abcdef", "1234567890ab",
	"<", "????", "____", "_here", "abcdef123456", "abcdefghij", "change-me",
	"change-this", "change.me", "change_me", "change_this", "changeme",
	"changethis", "dummy", "enter-", "enter_", "example", "fake-", "fake_", "fixme",
	"foobar", "goes-here", "insert-", "insert_", "my-api", "my-pass", "my-secret",
	"my-token", "my_api", "my_pass", "my_secret", "my_token", "not-a-", "not-real",
	"not_a_", "notreal", "placeholder", "put-", "put_", "redacted", "replace",
	"sample", "set-me", "set_me", "setme", "todo", "xxxx", "your-", "your_",
	"yourkey", "yourpass", "yoursecret", "yourtoken",
};

/* Whether more than count different characters stand in value: mostly the first few
 * tell. */
static bool
has_distinct(const char *value, size_t len, size_t count)
{
	bool has[256] = { false };
	size_t i, distinct = 0;

	for (i = 0; i < len && distinct <= count; i++) {
		distinct += !has[(unsigned char)value[i]];
		has[(unsigned char)value[i]] = true;
	}
	return distinct > count;
}

/* Whether one of placeholder_parts stands in folded. */
static bool
has_placeholder(const char *folded, size_t len)
{
	size_t at, i, n;

	for (at = 0; at < len; at++) {
		i = words_from(placeholder_parts, COUNT(placeholder_parts), folded[at]);
		for (; i < COUNT(placeholder_parts) &&
		       placeholder_parts[i][0] == folded[at];
		     i++) {
			n = strlen(placeholder_parts[i]);
			/* In a long random text a short word comes up by chance. */
			if (len >= 40 && n < 7 && is_alpha(folded[at]))
				continue;
			if (n <= len - at && !memcmp(folded + at, placeholder_parts[i], n))
				return true;
		}
	}
	return false;
}

static bool
is_placeholder_word(const char *folded, size_t len)
{
	char word[24];
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (!is_alpha(folded[i]) && !is_digit(folded[i]))
			continue;
		if (n == sizeof(word) - 1)
			return false;
		word[n++] = folded[i];
	}
	word[n] = '\0';
	i = words_from(placeholder_words, COUNT(placeholder_words), *word);
	for (; i < COUNT(placeholder_words) && placeholder_words[i][0] == *word; i++) {
		if (!strcmp(word, placeholder_words[i]))
			return true;
	}
	return false;
}

bool
value_is_placeholder(const char *value, size_t len)
{
	char folded[PLACEHOLDER_MAX];
	size_t i;

	if (!has_distinct(value, len < HEAD ? len : HEAD, len >= 20 ? 4 : len >= 8 ? 3 : 1))
		return true;
	if (len > sizeof(folded))
		return false;
	for (i = 0; i < len; i++)
		folded[i] = fold(value[i]);
	return is_placeholder_word(folded, len) || has_placeholder(folded, len);
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
	unsigned short counts[256] = { 0 };
	double sum = 0;
	size_t i, used = len < ENTROPY_MAX ? len : ENTROPY_MAX;

	for (i = 0; i < used; i++)
		counts[(unsigned char)value[i]]++;
	/* Each character's share is added once, where it stands first. */
	for (i = 0; i < used; i++) {
		double count = counts[(unsigned char)value[i]];

		if (count > 1)
			sum += count * log2(count);
		counts[(unsigned char)value[i]] = 0;
	}
	return used ? log2((double)used) - sum / (double)used : 0;
}

bool
value_is_varied(const char *value, size_t len)
{
	/* Five characters have at most 2.33 bits. */
	return has_distinct(value, len, 5) && value_entropy(value, len) >= 2.5;
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

/* A value with slashes that is no path but base64: most of it stands in pieces of both
 * cases that turn between them and digits as no name does. */
static bool
is_scrambled_path(const char *value, size_t len)
{
	size_t start = 0, odd = 0, i, k;

	for (i = 0; i <= len; i++) {
		size_t turns = 0, upper = 0, lower = 0;

		if (i < len && (is_alpha(value[i]) || is_digit(value[i])))
			continue;
		for (k = start; k < i; k++) {
			upper += is_upper(value[k]);
			lower += is_lower(value[k]);
			turns += k > start &&
				 (is_upper(value[k]) != is_upper(value[k - 1]) ||
				  is_digit(value[k]) != is_digit(value[k - 1]));
		}
		if (i - start >= 4 && upper && lower && turns * 3 >= i - start)
			odd += i - start;
		start = i + 1;
	}
	return len >= 20 && odd * 2 > len;
}

bool
value_is_plain(const char *value, size_t len)
{
	size_t start = 0, words = 0, odd = 0, i;

	if (len > PLAIN_MAX)
		return false;
	if (memchr(value, '/', len) && is_scrambled_path(value, len))
		return false;
	if (len &&
	    (value[0] == '/' || value[0] == '~' || starts_nocase(value, len, "./") ||
	     starts_nocase(value, len, "../")) &&
	    memchr(value, '/', len))
		return true;
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
	bool is_hex = value_is_hex(value, len);

	/* Eight characters have at most 3 bits, five 2.33. */
	if (!has_distinct(value, len, len < 20 || is_hex ? 5 : 8))
		return false;
	for (i = 0; i < len; i++) {
		upper += is_upper(value[i]);
		lower += is_lower(value[i]);
		digits += is_digit(value[i]);
	}
	if (is_hex)
		return len >= 16 && digits && digits < len &&
		       value_entropy(value, len) > 2.5;
	if (digits == len)
		return false;
	return (digits || (upper && lower)) &&
	       value_entropy(value, len) > (len < 20 ? 2.5 : 3.0) &&
	       !value_is_plain(value, len);
}
