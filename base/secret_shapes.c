/* Secrets that their format alone gives away, where it is more than a prefix: keys in
 * PEM, web tokens, and those that have their mark in the middle. */

#include "base/secret_shape.h"

#define PEM_MAX 16384
#define JWT_HEADER_MAX 4096
#define JWT_TRIES 8
#define SAS_MAX 160 /* of a signature whose every sign may be written as %XX */

/* IAM User Guide, "Understanding unique ID prefixes": AKIA and ASIA are keys, AROA and
 * the rest are not. */
static size_t
access_key_at(const char *text, size_t len)
{
	size_t body;

	if (len < 20 || text[0] != 'A' ||
	    (memcmp(text, "AKIA", 4) && memcmp(text, "ASIA", 4)))
		return 0;
	body = shape_span(text + 4, len - 4 < 17 ? len - 4 : 17, UP | DIG);
	if (body != 16 || shape_is_body(len > 20 ? text[20] : ' ', AN) ||
	    value_is_placeholder(text, 20))
		return 0;
	return 20;
}

/* The header's run of base64 may hold many starts ("eyJ-eyJ-…"): where it and the two
 * parts behind it end is found once for all of them. Returns the end of the token, 0: the
 * other parts are none. */
static size_t
jwt_end(const char *text, size_t len, size_t at, struct kind_memo *memo)
{
	size_t end = at, claims, signature;

	if (at < memo->jwt_header)
		return memo->jwt_end;
	while (end < len && shape_is_body(text[end], URL64))
		end++;
	memo->jwt_header = end;
	memo->jwt_end = 0;
	memo->jwt_tries = 0;
	if (end == len || text[end++] != '.')
		return 0;
	claims = shape_span(text + end, len - end, URL64);
	end += claims;
	if (claims < 4 || end == len || text[end++] != '.')
		return 0;
	signature = shape_span(text + end, len - end, URL64);
	if (signature >= 16)
		memo->jwt_end = end + signature;
	return memo->jwt_end;
}

/* RFC 7519: header, claims and signature, the first of which decodes to an object that
 * names an algorithm. */
static size_t
jwt_at(const char *text, size_t len, size_t at, struct kind_memo *memo)
{
	size_t end = jwt_end(text, len, at, memo), header;
	struct buf object = { .cap = JWT_HEADER_MAX };
	bool good;

	header = memo->jwt_header - at;
	if (!end || header < 10 || header > JWT_HEADER_MAX ||
	    ++memo->jwt_tries > JWT_TRIES)
		return 0;
	good = base64_read(text + at, header, &object) > 0 &&
	       memmem(object.data, object.len, "\"alg\"", 5);
	buf_free(&object);
	return good ? end - at : 0;
}

/* The next "-----END " at or behind at, or len; looked for once. */
static size_t
pem_end(const char *text, size_t len, size_t at, struct kind_memo *memo)
{
	const char *end;

	if (!memo->pem_known || at > memo->pem_end) {
		end = memmem(text + at, len - at, "-----END ", 9);
		memo->pem_end = end ? (size_t)(end - text) : len;
		memo->pem_known = true;
	}
	return memo->pem_end;
}

static bool
is_pem(char c)
{
	return shape_is_body(c, AN | B64) || (c && strchr(" \\\r\n\t:,-", c));
}

/* "-----BEGIN … PRIVATE KEY-----" to its end line, or to where base64 ends. Line breaks
 * may be escaped. */
static size_t
private_key_at(const char *text, size_t len, size_t at, struct kind_memo *memo)
{
	size_t line, end, stop, body = 0, i;
	const char *dashes;

	if (len - at < 60 || memcmp(text + at, "-----BEGIN ", 11))
		return 0;
	dashes = memmem(text + at + 11, len - at - 11 < 60 ? len - at - 11 : 60, "-----",
			5);
	if (!dashes ||
	    !memmem(text + at, (size_t)(dashes - text) - at, "PRIVATE KEY", 11))
		return 0;
	line = (size_t)(dashes - text) + 5;
	stop = len - line > PEM_MAX ? line + PEM_MAX : len;
	if (memmem(text + line, stop - line < 200 ? stop - line : 200, "...", 3))
		return 0;
	end = pem_end(text, len, line, memo);
	if (end + 9 <= stop)
		stop = end;
	for (i = line; i < stop && body < 64; i++)
		body += shape_is_body(text[i], AN | B64);
	if (body < 64)
		return 0;
	if (stop == end && end < len) {
		for (i = end + 9; i < len && (shape_is_body(text[i], UP) || text[i] == ' ');
		     i++)
			;
		while (i < len && text[i] == '-')
			i++;
		return i - at;
	}
	for (i = line; i < stop && is_pem(text[i]); i++)
		;
	return i - at;
}

/* Three parts: the user's number in base64, a time, a signature. */
static size_t
discord_at(const char *text, size_t len)
{
	size_t a = shape_span(text, len, AN), b, c;

	if (!strchr("MNO", text[0]) || a < 23 || a > 28 || a == len || text[a] != '.')
		return 0;
	b = shape_span(text + a + 1, len - a - 1, URL64);
	if (b != 6 || a + b + 1 == len || text[a + b + 1] != '.')
		return 0;
	c = shape_span(text + a + b + 2, len - a - b - 2, URL64);
	return c >= 27 && c <= 40 && value_is_random(text, a) ? a + b + c + 2 : 0;
}

/* A bot's number, a colon, 35 characters that begin with AA. */
static size_t
telegram_at(const char *text, size_t len)
{
	size_t a = shape_span(text, len, DIG), b;

	if (a < 8 || a > 10 || len < a + 36 || memcmp(text + a, ":AA", 3))
		return 0;
	b = shape_span(text + a + 1, len - a - 1, URL64);
	return b == 35 && value_is_varied(text + a + 1, b) &&
			       !value_is_placeholder(text + a + 1, b)
		       ? a + 1 + b
		       : 0;
}

/* Three characters, a digit, "Q~", 31 to 34 characters (Microsoft Entra ID). */
static size_t
azure_at(const char *text, size_t len)
{
	size_t body = 6;

	if (len < 37 || text[4] != 'Q' || text[5] != '~' || text[3] < '0' ||
	    text[3] > '9' || shape_span(text, 3, URL64 | DOT) != 3)
		return 0;
	while (body < len && body <= 40 &&
	       (shape_is_body(text[body], URL64 | DOT) || text[body] == '~'))
		body++;
	return body >= 37 && body <= 40 ? body : 0;
}

/* The signature of a shared access URL. */
static size_t
sas_at(const char *text, size_t len, size_t *skip)
{
	size_t body;

	if (len < 44 || memcmp(text, "sig=", 4))
		return 0;
	body = shape_span(text + 4, len - 4 < SAS_MAX ? len - 4 : SAS_MAX,
			  AN | B64 | PCT);
	if (body < 40 || body == SAS_MAX || !value_is_random(text + 4, body))
		return 0;
	*skip = 4;
	return body;
}

static size_t
age_at(const char *text, size_t len)
{
	size_t body;

	if (len < 60 || memcmp(text, "AGE-SECRET-KEY-1", 16))
		return 0;
	body = shape_span(text + 16, len - 16, UP | DIG);
	return body >= 50 ? 16 + body : 0;
}

/* "14 characters.atlasv1.60 and more" (HCP Terraform). */
static size_t
terraform_at(const char *text, size_t len)
{
	size_t a = shape_span(text, len, AN), b;

	if (a != 14 || len < a + 50 || memcmp(text + a, ".atlasv1.", 9))
		return 0;
	b = shape_span(text + a + 9, len - a - 9, URL64);
	return b >= 40 ? a + 9 + b : 0;
}

/* "pat", 14 characters, a full stop, 64 of hex (Airtable). */
static size_t
airtable_at(const char *text, size_t len)
{
	if (len < 82 || memcmp(text, "pat", 3) || text[17] != '.' ||
	    shape_span(text, 17, AN) != 17 || shape_span(text + 18, 64, HEX) != 64 ||
	    (len > 82 && shape_is_body(text[82], AN)))
		return 0;
	return value_is_random(text + 18, 64) ? 82 : 0;
}

/* The lines of base64 behind "Private-Lines: 14" in PuTTY's own format. */
static size_t
putty_at(const char *text, size_t len, size_t *skip)
{
	static const char head[] = "Private-Lines: ";
	size_t at = sizeof(head) - 1, start;

	if (len < 60 || memcmp(text, head, at))
		return 0;
	at += shape_span(text + at, len - at, DIG);
	while (at < len && (text[at] == '\r' || text[at] == '\n'))
		at++;
	start = at;
	while (at < len && at < PEM_MAX &&
	       (shape_is_body(text[at], AN | B64) || text[at] == '\n' || text[at] == '\r'))
		at++;
	/* The next header is none of it. */
	if (at < len && text[at] == '-') {
		while (at > start && text[at - 1] != '\n')
			at--;
	}
	if (at - start < 40)
		return 0;
	*skip = start;
	return at - start;
}

/* Those that their first character tells. */
static size_t
lettered_at(const char *text, size_t len, const char **kind, size_t *skip)
{
	size_t n;

	switch (*text) {
	case 'p':
		*kind = "airtable-token";
		return airtable_at(text, len);
	case 'P':
		*kind = "private-key";
		return putty_at(text, len, skip);
	case 's':
		*kind = "azure-sas";
		return sas_at(text, len, skip);
	case 'A':
		*kind = "aws-access-key-id";
		n = access_key_at(text, len);
		if (n)
			return n;
		*kind = "age-key";
		return age_at(text, len);
	case 'M':
	case 'N':
	case 'O':
		*kind = "discord-token";
		return discord_at(text, len);
	default:
		*kind = "telegram-token";
		return *text >= '0' && *text <= '9' ? telegram_at(text, len) : 0;
	}
}

size_t
shape_at(const char *text, size_t len, size_t at, struct kind_memo *memo,
	 const char **kind, size_t *skip)
{
	size_t n;

	if (text[at] == '-') {
		*kind = "private-key";
		return private_key_at(text, len, at, memo);
	}
	if (!shape_is_body(text[at], URL64 | DOT))
		return 0;
	*kind = "jwt";
	n = len - at > 3 && !memcmp(text + at, "eyJ", 3) ? jwt_at(text, len, at, memo)
							 : 0;
	if (n)
		return n;
	n = lettered_at(text + at, len - at, kind, skip);
	if (n)
		return n;
	*kind = "azure-client-secret";
	n = azure_at(text + at, len - at);
	if (n)
		return n;
	*kind = "terraform-token";
	return shape_is_body(text[at], AN) ? terraform_at(text + at, len - at) : 0;
}
