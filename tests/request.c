/* Requests: what goes on the wire, and what is refused before it does. */

#include <stdlib.h>
#include <string.h>

#include "tests/model.h"

json_t *
tests_json(const char *text)
{
	struct err err;
	json_t *value = text ? json_read(text, strlen(text), &err) : NULL;

	if (text && !value)
		printf("# %s in %s\n", err.text, text);
	return value;
}

void
tests_expect(bool held, const char *name, const char *seen)
{
	if (!held)
		printf("# case \"%s\": %s\n", name, seen ? seen : "");
	CU_ASSERT_TRUE(held);
}

static const struct {
	const char *service, *operation, *parameters;
	const char *path, *query, *body,
		*host_prefix; /* path NULL: refused, and query is what is said */
} requests[] = {
	{ "ec2", "DescribeInstances",
	  "{\"Filters\":[{\"Name\":\"a b\",\"Values\":[\"x\",\"y&z\"]}]}", "/", NULL,
	  "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=a%20b&Filter.1.Value.1=x&Filter.1.Value.2=y%26z",
	  NULL },
	{ "ec2", "DescribeInstances", "{\"DryRun\":false,\"InstanceIds\":[\"i\"]}", "/",
	  NULL, "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i&DryRun=false",
	  NULL },
	{ "elbv2", "DescribeTags", "{\"ResourceArns\":[\"a\",\"b\"]}", "/", NULL,
	  "Action=DescribeTags&Version=2015-12-01&ResourceArns.member.1=a&ResourceArns.member.2=b",
	  NULL },
	{ "rds", "DescribeDBInstances",
	  "{\"Filters\":[{\"Name\":\"engine\",\"Values\":[\"x\"]}]}", "/", NULL,
	  "Action=DescribeDBInstances&Version=2014-10-31&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=x",
	  NULL },
	{ "cloudwatch", "DescribeAlarmHistory",
	  "{\"StartDate\":\"2026-11-24T00:00:00Z\"}", "/", NULL,
	  "{\"StartDate\":1795478400}", NULL },
	{ "s3", "ListBuckets", NULL, "/", NULL, NULL, NULL },
	{ "s3", "GetBucketEncryption", "{\"Bucket\":\"b.c\"}", "/b.c", "encryption", NULL,
	  NULL },
	{ "s3", "ListObjectsV2", "{\"Bucket\":\"b\",\"Prefix\":\"a/+\"}", "/b",
	  "list-type=2&encoding-type=url&prefix=a%2F%2B", NULL, NULL },
	{ "s3", "GetObjectAcl", "{\"Bucket\":\"b\",\"Key\":\"a/../b c\"}",
	  "/b/a/../b%20c", "acl", NULL, NULL },
	{ "lambda", "ListTags",
	  "{\"Resource\":\"arn:aws:lambda:eu-west-1:1:function:f\"}",
	  "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af", NULL,
	  NULL, NULL },
	{ "s3control", "GetPublicAccessBlock", "{\"AccountId\":\"111122223333\"}",
	  "/v20180820/configuration/publicAccessBlock", NULL, NULL, "111122223333." },
	{ "route53", "GetHostedZone", "{\"Id\":\"/hostedzone/Z1\"}",
	  "/2013-04-01/hostedzone/Z1", NULL, NULL, NULL },
	{ "glacier", "ListVaults", NULL, "/-/vaults", NULL, NULL, NULL },
	{ "guardduty", "ListFindings", "{\"DetectorId\":\"d\",\"MaxResults\":5}",
	  "/detector/d/findings", NULL, "{\"maxResults\":5}", NULL },
	{ "account", "GetContactInformation", NULL, "/getContactInformation", NULL, "{}",
	  NULL },
	{ "backup", "ListBackupJobs", "{\"ByCreatedAfter\":\"2026-11-22T04:00:00Z\"}",
	  "/backup-jobs/", "createdAfter=2026-11-22T04%3A00%3A00Z", NULL, NULL },
	{ "s3", "GetBucketAcl", NULL, NULL, "Bucket is required", NULL, NULL },
	{ "s3", "GetBucketAcl", "{\"Bucket\":\"\"}", NULL, "must not be", NULL, NULL },
	{ "s3", "GetBucketAcl", "{\"Bucket\":\"..\"}", NULL, "must not be", NULL, NULL },
	{ "s3", "GetBucketAcl", "{\"Bucket\":null}", NULL, "Bucket", NULL, NULL },
	{ "s3", "GetBucketAcl", "{\"Bukcet\":\"b\"}", NULL, "did you mean \"Bucket\"",
	  NULL, NULL },
	{ "s3", "GetBucketAcl", "{\"Bucket\":[\"b\"]}", NULL, "must be text", NULL,
	  NULL },
	{ "s3", "GetBucketAcl", "[]", NULL, "must be an object", NULL, NULL },
	{ "s3", "GetBucketAcl",
	  "{\"Bucket\":\"b\",\"ExpectedBucketOwner\":\"1\\r\\nx-evil: 1\"}", NULL,
	  "control character", NULL, NULL },
	{ "s3control", "GetPublicAccessBlock", "{\"AccountId\":\"evil.com/\"}", NULL,
	  "AccountId must be", NULL, NULL },
	{ "s3control", "GetPublicAccessBlock", "{\"AccountId\":\"\"}", NULL,
	  "AccountId must be", NULL, NULL },
	{ "ec2", "DescribeInstances", "{\"Filters\":[{\"Name\":\"a\",\"Values\":\"x\"}]}",
	  NULL, "Filters[0].Values must be a list", NULL, NULL },
	{ "backup", "ListBackupJobs", "{\"ByCreatedAfter\":\"soon\"}", NULL, "no time",
	  NULL, NULL },
	{ "sts", "GetCallerIdentity", "{\"x\":1}", NULL, "has no \"x\"", NULL, NULL },
};

static bool
same(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

static void
test_requests(void)
{
	for (size_t i = 0; i < COUNT(requests); i++) {
		const struct aws_operation *operation = aws_operation_find(
			requests[i].service, requests[i].operation, NULL);
		json_t *parameters = tests_json(requests[i].parameters);
		struct err err = { 0 };
		struct aws_wire *wire =
			operation ? aws_request_make(operation, parameters, &err) : NULL;
		char *seen = wire ? mem_print("%s ? %s ; %s", wire->path, wire->query,
					      wire->body)
				  : mem_text(err.text);

		if (!requests[i].path)
			tests_expect(!wire && strstr(err.text, requests[i].query),
				     requests[i].operation, seen);
		else
			tests_expect(wire && same(wire->path, requests[i].path) &&
					     same(wire->query, requests[i].query) &&
					     same(wire->body, requests[i].body) &&
					     same(wire->host_prefix,
						  requests[i].host_prefix) &&
					     wire->body_len ==
						     (wire->body ? strlen(wire->body)
								 : 0),
				     requests[i].operation, seen);
		aws_wire_free(wire);
		json_decref(parameters);
		free(seen);
	}
}

static void
test_headers(void)
{
	static const struct {
		const char *service, *operation, *parameters, *name, *value;
	} rows[] = {
		{ "kms", "ListKeys", NULL, "x-amz-target", "TrentService.ListKeys" },
		{ "kms", "ListKeys", NULL, "content-type", "application/x-amz-json-1.1" },
		{ "sqs", "ListQueues", NULL, "x-amzn-query-mode", "true" },
		{ "apigateway", "GetRestApis", NULL, "accept", "application/json" },
		{ "glacier", "ListVaults", NULL, "x-amz-glacier-version", "2012-06-01" },
		{ "iam", "ListUsers", NULL, "content-type",
		  "application/x-www-form-urlencoded; charset=utf-8" },
		{ "s3control", "GetPublicAccessBlock", "{\"AccountId\":\"1\"}",
		  "x-amz-account-id", "1" },
		{ "s3", "HeadObject",
		  "{\"Bucket\":\"b\",\"Key\":\"k\",\"IfModifiedSince\":\"2026-11-22T04:00:00Z\"}",
		  "If-Modified-Since", "Sun, 22 Nov 2026 04:00:00 GMT" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *parameters = tests_json(rows[i].parameters);
		struct err err = { 0 };
		const struct aws_operation *operation =
			aws_operation_find(rows[i].service, rows[i].operation, &err);
		struct aws_wire *wire =
			operation ? aws_request_make(operation, parameters, &err) : NULL;
		bool found = false;

		for (size_t k = 0; wire && k < wire->header_count; k++)
			found |= same(wire->headers[k].name, rows[i].name) &&
				 same(wire->headers[k].value, rows[i].value);
		tests_expect(found, rows[i].name, err.text);
		aws_wire_free(wire);
		json_decref(parameters);
	}
}

void
tests_requests(CU_pSuite suite)
{
	CU_add_test(suite, "requests", test_requests);
	CU_add_test(suite, "headers", test_headers);
}
