/* Tests of the signer against AWS's published cases and against S3's own rules. */

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "aws/client.h"

int tests_sign(void);

static char *
read_part(const char *folder, const char *name, const char *file)
{
	char *path = mem_print("%s/%s/%s", folder, name, file);
	struct buf buf = { .cap = 1 << 20 };
	struct err err;

	if (file_read(path, buf.cap, &buf, &err)) {
		fprintf(stderr, "%s\n", err.text);
		CU_FAIL("a file of the signing vectors cannot be read");
	}
	free(path);
	return buf_take(&buf);
}

/* Lines of the header part; those that begin with white space continue the line before. */
static void
read_headers(struct aws_wire *wire, char **at)
{
	while (**at && **at != '\n') {
		char *line = *at, *end = line + strcspn(line, "\n"), *colon = strchr(line, ':');

		while (end[0] == '\n' && (end[1] == ' ' || end[1] == '\t'))
			end += 1 + strcspn(end + 1, "\n");
		wire->headers[wire->header_count].name = mem_text_n(line, (size_t)(colon - line));
		wire->headers[wire->header_count++].value =
			mem_text_n(colon + 1, (size_t)(end - colon - 1));
		*at = end + (*end == '\n');
	}
	if (**at == '\n')
		(*at)++;
}

static struct aws_wire *
read_request(char *text)
{
	struct aws_wire *wire = mem_get(sizeof(*wire));
	char *space = strchr(text, ' '), *end = strchr(text, '\n'), *target, *query, *at = end + 1;

	wire->method = mem_text_n(text, (size_t)(space - text));
	*end = '\0';
	*strrchr(space + 1, ' ') = '\0';
	target = space + 1;
	query = strchr(target, '?');
	if (query) {
		*query = '\0';
		wire->query = mem_text(query + 1);
	}
	wire->path = mem_text(target);
	read_headers(wire, &at);
	wire->body = mem_text(at);
	wire->body_len = strlen(at);
	return wire;
}

static void
free_request(struct aws_wire *wire)
{
	for (size_t i = 0; i < wire->header_count; i++) {
		free(wire->headers[i].name);
		free(wire->headers[i].value);
	}
	free((char *)wire->method);
	free(wire->path);
	free(wire->query);
	free(wire->body);
	free(wire);
}

static void
check_vector(const char *folder, const char *name)
{
	char *context = read_part(folder, name, "context.json");
	char *request = read_part(folder, name, "request.txt");
	char *canonical = read_part(folder, name, "header-canonical-request.txt");
	char *to_sign = read_part(folder, name, "header-string-to-sign.txt");
	char *signature = read_part(folder, name, "header-signature.txt");
	json_t *json = json_loads(context, 0, NULL), *keys = json_object_get(json, "credentials");
	struct aws_wire *wire = read_request(request);
	struct aws_credentials credentials = { 0 };
	struct aws_signing signing = { .credentials = &credentials };
	struct err err = { "" };
	char *both, *expected = mem_print("%s\n\n%s", canonical, to_sign);
	const char *got;

	credentials.access_key = (char *)json_string_value(json_object_get(keys, "access_key_id"));
	credentials.secret_key = (char *)json_string_value(json_object_get(keys, "secret_access_key"));
	if (!json_is_true(json_object_get(json, "omit_session_token")))
		credentials.token = (char *)json_string_value(json_object_get(keys, "token"));
	signing.region = json_string_value(json_object_get(json, "region"));
	signing.service = json_string_value(json_object_get(json, "service"));
	signing.keep_path = !json_is_true(json_object_get(json, "normalize"));
	signing.s3 = json_is_true(json_object_get(json, "sign_body"));
	time_read(json_string_value(json_object_get(json, "timestamp")), &signing.when);
	both = aws_canonical_request(wire, &signing);
	if (strcmp(both, expected))
		fprintf(stderr, "%s: canonical request is\n%s\nexpected\n%s\n", name, both, expected);
	CU_ASSERT_STRING_EQUAL(both, expected);
	/* Signed twice, as a retry does. */
	CU_ASSERT_EQUAL(aws_sign(wire, &signing, &err), 0);
	CU_ASSERT_EQUAL(aws_sign(wire, &signing, &err), 0);
	got = wire_header(wire, "authorization");
	if (!got || !text_ends(got, signature))
		fprintf(stderr, "%s: authorization is %s, expected %s\n", name, got, signature);
	CU_ASSERT_TRUE(got && text_ends(got, signature));
	free_request(wire);
	json_decref(json);
	free(both), free(expected), free(context), free(request);
	free(canonical), free(to_sign), free(signature);
}

static void
test_vectors(void)
{
	const char *shared = getenv("PLUMBLINE_SHARED");
	char *folder = mem_print("%s/vectors/sigv4", shared ? shared : "../shared");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !text_ends(entry->d_name, ".md")) {
			check_vector(folder, entry->d_name);
			count++;
		}
	CU_ASSERT_EQUAL(count, 38);
	closedir(dir);
	free(folder);
}

/* The signatures were made by botocore's SigV4Auth and S3SigV4Auth. */
static const struct made {
	const char *name, *path, *query, *service, *token, *body, *signature;
	bool is_s3;
} made[] = {
	{ "arn in path", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aa", NULL,
		  "lambda", NULL, NULL,
		  "3e96df39ccdb2d3032e5fcf91cc4aafaa382eb7dc9eb8a88e9eb6a69aa897daf", false },
	{ "slash in arn", "/v1/x/arn%3Aaws%3Akafka%3Aeu-west-1%3A1%3Acluster%2Fa%2Fb", NULL,
		  "kafka", NULL, NULL,
		  "0c4fa66c4a602676f78741a9fd309903d2491467c76641d5531c510e76b18637", false },
	{ "unsorted query", "/", "b=2&a=1&B=3&a=0&list-type=2",
		  "backup", "tok/en==", NULL,
		  "1d80787cd7562dfa9bdc310085ddb6a52c51ebad974a02f64775ae87021d604a", false },
	{ "valueless query", "/x", "acl&b",
		  "backup", NULL, NULL,
		  "32746f7afc26c1ba2771f2b3863b7b196af667a9c0488885d45a777a6bf9e8c9", false },
	{ "json body", "/", NULL,
		  "dynamodb", "t", "{\"a\":\"\\u00e9\"}",
		  "fb064aa5001c672232357457564dcbd38d40708a38d51ee4fb8d69700f511bfe", false },
	{ "s3 odd key", "/bucket/a%20b//c/../%C3%A9%2Bd%3D", NULL,
		  "s3", NULL, NULL,
		  "71523ee8330e6e83df609583da39217f2bacf9a21bd50cb8679b9dd7ac729deb", true },
	{ "s3 subresource", "/bucket", "policy",
		  "s3", "token", NULL,
		  "e9e5918393c6dd95f0206e8d3e63c886beb116834692b80d47d757ef33cf9fc9", true },
	{ "s3 list", "/bucket", "list-type=2&prefix=a%2Fb&max-keys=7",
		  "s3", NULL, NULL,
		  "fbd05dc8a4ff4d297ae057989861d6e03cc8466cbb6c59d6f2bde404a7012ae2", true },
	{ "s3 empty path", "/", NULL,
		  "s3", NULL, NULL,
		  "c6f70f7b2a045e296e1b4962aa60dd35e6718f676d797f45f8c3f044462fa586", true },
	{ "encoded value", "/", "q=a%3Db%26c&r=%20x",
		  "iam", NULL, NULL,
		  "95229261e3950831e1047c89f9de921c1b17989679f1863c0c05ebcc2ce27dc6", false },
};

static void
test_made(void)
{
	for (size_t i = 0; i < COUNT(made); i++) {
		const struct made *row = &made[i];
		struct aws_credentials credentials = { .access_key = (char *)"AKIDEXAMPLE",
						       .secret_key = (char *)"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
						       .token = (char *)row->token };
		struct aws_signing signing = { .credentials = &credentials, .region = "eu-west-1",
					       .service = row->service, .when = 1763866800, .s3 = row->is_s3 };
		struct aws_wire wire = { .method = row->body ? "POST" : "GET", .path = (char *)row->path,
					 .query = (char *)row->query, .body = (char *)row->body };
		struct key_ring *ring = mem_get(sizeof(*ring));
		struct err err = { "" };
		const char *got;

		wire.body_len = row->body ? strlen(row->body) : 0;
		wire_set_header(&wire, "Host", "host.example.com:8080");
		for (int again = 0; again < 2; again++) {
			CU_ASSERT_EQUAL(sign_with_ring(&wire, &signing, ring, &err), 0);
			got = wire_header(&wire, "Authorization");
			if (!got || !text_ends(got, row->signature))
				fprintf(stderr, "%s: %s, expected %s\n", row->name, got, row->signature);
			CU_ASSERT_TRUE(got && text_ends(got, row->signature));
		}
		for (size_t h = 0; h < wire.header_count; h++) {
			free(wire.headers[h].name);
			free(wire.headers[h].value);
		}
		free(ring);
	}
}

/* More scopes than the ring has slots: what shares a slot must not share a key. */
static void
test_ring(void)
{
	struct aws_credentials credentials = { .access_key = (char *)"A", .secret_key = (char *)"S" };
	struct key_ring *ring = mem_get(sizeof(*ring));
	int wrong = 0;

	for (int i = 0; i < 600; i++) {
		char region[24], *first;
		struct aws_signing signing = { .credentials = &credentials, .region = region, .service = "s", .when = 1763866800 };
		struct aws_wire wire = { .method = "GET", .path = (char *)"/" };

		snprintf(region, sizeof(region), "region-%d", i % 300);
		wire_set_header(&wire, "Host", "h");
		CU_ASSERT_EQUAL(sign_with_ring(&wire, &signing, ring, NULL), 0);
		first = mem_text(wire_header(&wire, "Authorization"));
		CU_ASSERT_EQUAL(aws_sign(&wire, &signing, NULL), 0);
		wrong += strcmp(first, wire_header(&wire, "Authorization")) != 0;
		free(first);
		for (size_t h = 0; h < wire.header_count; h++) {
			free(wire.headers[h].name);
			free(wire.headers[h].value);
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	free(ring);
}

static void
test_refusals(void)
{
	struct aws_credentials credentials = { .access_key = (char *)"A", .secret_key = (char *)"hidden-value" };
	struct aws_signing signing = { .credentials = &credentials, .region = "r", .service = "s" };
	struct aws_wire wire = { .method = "GET", .path = (char *)"/" };
	struct err err = { "" };

	CU_ASSERT_EQUAL(aws_sign(&wire, &signing, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Host"));
	for (int i = 0; i < 24; i++) {
		char name[8];

		snprintf(name, sizeof(name), i ? "x-%d" : "host", i);
		CU_ASSERT_EQUAL(wire_set_header(&wire, name, "v"), 0);
	}
	CU_ASSERT_EQUAL(aws_sign(&wire, &signing, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "24 headers"));
	CU_ASSERT_PTR_NULL(strstr(err.text, "hidden-value"));
	for (size_t h = 0; h < wire.header_count; h++) {
		free(wire.headers[h].name);
		free(wire.headers[h].value);
	}
}

int
tests_sign(void)
{
	CU_pSuite suite = CU_add_suite("sign", NULL, NULL);

	CU_add_test(suite, "AWS's signing cases", test_vectors);
	CU_add_test(suite, "ARNs, odd keys, queries and S3", test_made);
	CU_add_test(suite, "keys that are remembered", test_ring);
	CU_add_test(suite, "requests that cannot be signed", test_refusals);
	return 0;
}
