/* Signs requests: AWS Signature Version 4, as the IAM User Guide's "Create a signed AWS API request" has it. */

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aws/client.h"

/* A header as it stands in the canonical request. */
struct field {
	char *name; /* lower case */
	const char *value;
	size_t order; /* of equal names the one that was given first stays first */
};

/* A name and value of the query, still encoded. */
struct pair {
	const char *name, *value;
	size_t name_len, value_len;
};

struct canon {
	struct field fields[32];
	size_t count;
	char date[20]; /* 20150830T123600Z */
	char payload[SHA256_ROOM];
	struct buf signed_names;
	struct buf text;
};

/* Written anew at each signing, so that a request can be signed again. */
static const char *const own_headers[] = {
	"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token",
};

/* Proxies and the transport may change these on the way. */
static const char *const unsigned_headers[] = {
	"connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
};

static bool
is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return false;
}

const char *
wire_header(const struct aws_wire *wire, const char *name)
{
	for (size_t i = 0; i < wire->header_count; i++)
		if (!strcasecmp(wire->headers[i].name, name))
			return wire->headers[i].value;
	return NULL;
}

int
wire_set_header(struct aws_wire *wire, const char *name, const char *value)
{
	struct aws_header *header;

	for (size_t i = 0; i < wire->header_count; i++) {
		header = &wire->headers[i];
		if (strcasecmp(header->name, name))
			continue;
		text_wipe(header->value);
		header->value = mem_text(value);
		return 0;
	}
	if (wire->header_count == COUNT(wire->headers))
		return -1;
	header = &wire->headers[wire->header_count++];
	header->name = mem_text(name);
	header->value = mem_text(value);
	return 0;
}

static bool
is_unreserved(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

static void
add_encoded(struct buf *buf, const char *text, size_t len, const char *keep)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c) || (c && strchr(keep, c))) {
			buf_char(buf, (char)c);
		} else {
			char three[3] = { '%', hex[c >> 4], hex[c & 15] };

			buf_add(buf, three, sizeof(three));
		}
	}
}

/* RFC 3986 section 5.2.4, and runs of slashes become one. */
static char *
path_normal(const char *path)
{
	struct buf out = { 0 };
	const char *part = path, *end;

	while (*part) {
		while (*part == '/')
			part++;
		if (!*part)
			break;
		end = part + strcspn(part, "/");
		if (end - part == 2 && part[0] == '.' && part[1] == '.') {
			while (out.len > 0 && out.data[--out.len] != '/')
				;
		} else if (end - part != 1 || *part != '.') {
			buf_char(&out, '/');
			buf_add(&out, part, (size_t)(end - part));
		}
		part = end;
	}
	if (out.len == 0 || (part > path && part[-1] == '/'))
		buf_char(&out, '/');
	if (out.data)
		out.data[out.len] = '\0';
	return buf_take(&out);
}

static void
add_path(struct buf *text, const struct aws_wire *wire, const struct aws_signing *signing)
{
	const char *path = wire->path && *wire->path ? wire->path : "/";

	/* S3 takes the path as it is on the wire; all others take its encoding again. */
	if (signing->s3) {
		buf_text(text, path);
	} else if (signing->keep_path) {
		add_encoded(text, path, strlen(path), "/");
	} else {
		char *normal = path_normal(path);

		add_encoded(text, normal, strlen(normal), "/");
		free(normal);
	}
	buf_char(text, '\n');
}

static int
compare_part(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order)
		return order;
	return (a_len > b_len) - (a_len < b_len);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *one = a, *two = b;
	int order = compare_part(one->name, one->name_len, two->name, two->name_len);

	return order ? order : compare_part(one->value, one->value_len, two->value, two->value_len);
}

static void
add_query(struct buf *text, const char *query)
{
	struct buf encoded = { 0 };
	struct pair *pairs;
	size_t count = 0;
	char *whole;

	add_encoded(&encoded, query ? query : "", query ? strlen(query) : 0, "&=%");
	whole = buf_take(&encoded);
	pairs = mem_get((strlen(whole) / 2 + 2) * sizeof(*pairs));
	for (const char *at = whole; *at;) {
		size_t len = strcspn(at, "&"), name_len;

		if (len > 0) {
			name_len = strcspn(at, "=&");
			pairs[count].name = at;
			pairs[count].name_len = name_len;
			pairs[count].value = at + name_len + (name_len < len);
			pairs[count++].value_len = len - name_len - (name_len < len);
		}
		at += len + (at[len] == '&');
	}
	if (count > 1)
		qsort(pairs, count, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(text, '&');
		buf_add(text, pairs[i].name, pairs[i].name_len);
		buf_char(text, '=');
		/* An = inside a value is encoded; the first one separates. */
		add_encoded(text, pairs[i].value, pairs[i].value_len, "%");
	}
	buf_char(text, '\n');
	free(pairs);
	free(whole);
}

/* Trimmed, runs of white space made one space. */
static void
add_value(struct buf *text, const char *value)
{
	bool is_gap = false, is_begun = false;

	for (; *value; value++) {
		if (isspace((unsigned char)*value)) {
			is_gap = true;
			continue;
		}
		if (is_gap && is_begun)
			buf_char(text, ' ');
		is_gap = false;
		is_begun = true;
		buf_char(text, *value);
	}
}

static int
compare_fields(const void *a, const void *b)
{
	const struct field *one = a, *two = b;
	int order = strcmp(one->name, two->name);

	return order ? order : (one->order > two->order) - (one->order < two->order);
}

static void
canon_field(struct canon *canon, const char *name, const char *value)
{
	struct field *field = &canon->fields[canon->count];
	char *c;

	field->name = mem_text(name);
	for (c = field->name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	field->value = value;
	field->order = canon->count++;
}

static void
canon_fields(struct canon *canon, const struct aws_wire *wire, const struct aws_signing *signing)
{
	for (size_t i = 0; i < wire->header_count; i++) {
		const struct aws_header *header = &wire->headers[i];

		if (!is_among(header->name, own_headers, COUNT(own_headers)) &&
		    !is_among(header->name, unsigned_headers, COUNT(unsigned_headers)))
			canon_field(canon, header->name, header->value);
	}
	canon_field(canon, "x-amz-date", canon->date);
	if (signing->s3)
		canon_field(canon, "x-amz-content-sha256", canon->payload);
	if (signing->credentials->token && *signing->credentials->token)
		canon_field(canon, "x-amz-security-token", signing->credentials->token);
	qsort(canon->fields, canon->count, sizeof(*canon->fields), compare_fields);
}

static void
canon_make(struct canon *canon, const struct aws_wire *wire, const struct aws_signing *signing)
{
	time_t when = (time_t)signing->when;
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(canon->date, sizeof(canon->date), "%Y%m%dT%H%M%SZ", &tm);
	sha256_hex(wire->body ? wire->body : "", wire->body ? wire->body_len : 0, canon->payload);
	canon_fields(canon, wire, signing);
	buf_print(&canon->text, "%s\n", wire->method);
	add_path(&canon->text, wire, signing);
	add_query(&canon->text, wire->query);
	for (size_t i = 0; i < canon->count; i++) {
		const struct field *field = &canon->fields[i];

		if (i && !strcmp(field->name, field[-1].name)) {
			canon->text.len--; /* the line goes on */
			buf_char(&canon->text, ',');
		} else {
			buf_print(&canon->signed_names, "%s%s", i ? ";" : "", field->name);
			buf_print(&canon->text, "%s:", field->name);
		}
		add_value(&canon->text, field->value);
		buf_char(&canon->text, '\n');
	}
	buf_print(&canon->text, "\n%s\n%s", canon->signed_names.data, canon->payload);
}

static void
canon_free(struct canon *canon)
{
	for (size_t i = 0; i < canon->count; i++)
		free(canon->fields[i].name);
	buf_free(&canon->signed_names);
	if (canon->text.data)
		mem_wipe(canon->text.data, canon->text.len); /* it may hold the session token */
	buf_free(&canon->text);
}

static char *
string_to_sign(const struct canon *canon, const struct aws_signing *signing)
{
	char hash[SHA256_ROOM];

	sha256_hex(canon->text.data, canon->text.len, hash);
	return mem_print("AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n%s", canon->date, canon->date,
			 signing->region, signing->service, hash);
}

static void
hmac(const void *key, size_t key_len, const char *text, unsigned char out[32])
{
	unsigned int len = 32;

	HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), out, &len);
}

static void
derive_key(const struct aws_signing *signing, const char *date, unsigned char key[32])
{
	char *secret = mem_print("AWS4%s", signing->credentials->secret_key);
	char day[9];

	snprintf(day, sizeof(day), "%.8s", date);
	hmac(secret, strlen(secret), day, key);
	hmac(key, 32, signing->region, key);
	hmac(key, 32, signing->service, key);
	hmac(key, 32, "aws4_request", key);
	text_wipe(secret);
}

static void
find_key(struct key_ring *ring, const struct aws_signing *signing, const char *date, unsigned char key[32])
{
	char scope[sizeof(ring->slots[0].scope)];
	struct key_slot *slot;
	unsigned hash = 5381;
	int len;

	len = snprintf(scope, sizeof(scope), "%s/%.8s/%s/%s", signing->credentials->access_key, date,
		       signing->region, signing->service);
	if (!ring || len >= (int)sizeof(scope)) {
		derive_key(signing, date, key);
		return;
	}
	for (const char *c = scope; *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	slot = &ring->slots[hash % COUNT(ring->slots)];
	if (strcmp(slot->scope, scope)) {
		derive_key(signing, date, slot->key);
		snprintf(slot->scope, sizeof(slot->scope), "%s", scope);
	}
	memcpy(key, slot->key, 32);
}

static char *
authorization(const struct canon *canon, const struct aws_signing *signing, struct key_ring *ring)
{
	char *to_sign = string_to_sign(canon, signing), hex[SHA256_ROOM];
	unsigned char key[32], signature[32];

	find_key(ring, signing, canon->date, key);
	hmac(key, sizeof(key), to_sign, signature);
	for (size_t i = 0; i < sizeof(signature); i++)
		snprintf(hex + 2 * i, 3, "%02x", signature[i]);
	mem_wipe(key, sizeof(key));
	free(to_sign);
	return mem_print("AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
			 signing->credentials->access_key, canon->date, signing->region, signing->service,
			 canon->signed_names.data, hex);
}

/* Refuses what could break out of its line on the wire. */
static int
check_wire(const struct aws_wire *wire, struct err *err)
{
	bool has_host = false;

	for (size_t i = 0; i < wire->header_count; i++) {
		const struct aws_header *header = &wire->headers[i];

		if (!header->name || !header->value)
			return err_set(err, "signing a request: header %zu has no name or no value", i + 1);
		has_host |= !strcasecmp(header->name, "host");
	}
	return has_host ? 0 : err_set(err, "signing a request: it has no Host header");
}

int
sign_with_ring(struct aws_wire *wire, const struct aws_signing *signing, struct key_ring *ring, struct err *err)
{
	struct canon canon = { 0 };
	char *value;
	int rc;

	if (!signing->credentials || !signing->credentials->access_key || !signing->credentials->secret_key)
		return err_set(err, "signing a request: there are no credentials");
	if (check_wire(wire, err))
		return -1;
	canon_make(&canon, wire, signing);
	value = authorization(&canon, signing, ring);
	rc = wire_set_header(wire, "X-Amz-Date", canon.date);
	if (signing->s3)
		rc |= wire_set_header(wire, "X-Amz-Content-Sha256", canon.payload);
	if (signing->credentials->token && *signing->credentials->token)
		rc |= wire_set_header(wire, "X-Amz-Security-Token", signing->credentials->token);
	rc |= wire_set_header(wire, "Authorization", value);
	free(value);
	canon_free(&canon);
	return rc ? err_set(err, "signing a request: it has more than %zu headers", COUNT(wire->headers)) : 0;
}

int
aws_sign(struct aws_wire *wire, const struct aws_signing *signing, struct err *err)
{
	return sign_with_ring(wire, signing, NULL, err);
}

char *
aws_canonical_request(const struct aws_wire *wire, const struct aws_signing *signing)
{
	struct canon canon = { 0 };
	char *to_sign, *both;

	canon_make(&canon, wire, signing);
	to_sign = string_to_sign(&canon, signing);
	both = mem_print("%s\n\n%s", canon.text.data, to_sign);
	free(to_sign);
	canon_free(&canon);
	return both;
}
