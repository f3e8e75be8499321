/* Answers: tables of good, odd and bad bodies. */

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/decode.h"

int tests_decode(void);

static const struct answer_case answers[] = {
	{ "one item is a list", "ec2", "DescribeVpcs", 200, NULL,
	  "<DescribeVpcsResponse><requestId>r</requestId><vpcSet><item><vpcId>vpc-1</vpcId><isDefault>true</isDefault></item></vpcSet></DescribeVpcsResponse>",
	  "{\"Vpcs\":[{\"VpcId\":\"vpc-1\",\"IsDefault\":true}]}", NULL, NULL },
	{ "no item is a list", "ec2", "DescribeVpcs", 200, NULL, "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>",
	  "{\"Vpcs\":[]}", NULL, NULL },
	{ "no list is no member", "ec2", "DescribeVpcs", 200, NULL, "<DescribeVpcsResponse></DescribeVpcsResponse>", "{}", NULL,
	  NULL },
	{ "empty number is no member", "rds", "DescribeDBInstances", 200, NULL,
	  "<R><DescribeDBInstancesResult><DBInstances><DBInstance><AllocatedStorage></AllocatedStorage>"
	  "<DBName/></DBInstance></DBInstances></DescribeDBInstancesResult></R>",
	  "{\"DBInstances\":[{\"DBName\":\"\"}]}", NULL, NULL },
	{ "result by another name", "sts", "GetCallerIdentity", 200, NULL,
	  "<a:R xmlns:a='u'><a:SomeResult><a:Account>000000000012</a:Account></a:SomeResult></a:R>",
	  "{\"Account\":\"000000000012\"}", NULL, NULL },
	{ "document is unescaped once", "iam", "GetRolePolicy", 200, NULL,
	  "<R><GetRolePolicyResult><RoleName>r+1</RoleName><PolicyName>p</PolicyName><PolicyDocument>"
	  "%7B%22a%22%3A%22100%2525%20x+y%22%7D</PolicyDocument></GetRolePolicyResult></R>",
	  "{\"RoleName\":\"r+1\",\"PolicyName\":\"p\",\"PolicyDocument\":\"{\\\"a\\\":\\\"100%25 x+y\\\"}\"}",
	  NULL, NULL },
	{ "time loses its fraction", "iam", "GetUser", 200, NULL,
	  "<R><GetUserResult><User><CreateDate>2026-11-22T04:00:00.987+01:00</CreateDate></User></GetUserResult></R>",
	  "{\"User\":{\"CreateDate\":\"2026-11-22T03:00:00Z\"}}", NULL, NULL },
	{ "epoch seconds", "kms", "DescribeKey", 200, NULL,
	  "{\"KeyMetadata\":{\"KeyId\":\"k\",\"CreationDate\":1.7954784E9,\"DeletionDate\":1795478400123}}",
	  "{\"KeyMetadata\":{\"KeyId\":\"k\",\"CreationDate\":\"2026-11-24T00:00:00Z\",\"DeletionDate\":\"2026-11-24T00:00:00Z\"}}",
	  NULL, NULL },
	{ "null is no member", "kms", "ListKeys", 200, NULL,
	  "{\"Keys\":null,\"Truncated\":false,\"New\":{\"x\":1}}",
	  "{\"Truncated\":false}", NULL, NULL },
	{ "oldest location", "s3", "GetBucketLocation", 200, NULL,
	  "<LocationConstraint xmlns='u'/>", "{\"LocationConstraint\":\"us-east-1\"}",
	  NULL, NULL },
	{ "policy body", "s3", "GetBucketPolicy", 200, NULL, "{\"Version\": \"x\"}",
	  "{\"Policy\":\"{\\\"Version\\\": \\\"x\\\"}\"}", NULL, NULL },
	{ "grantee's type", "s3", "GetBucketAcl", 200, NULL,
	  "<A xmlns='u'><AccessControlList><Grant><Grantee xmlns:xsi='i' xsi:type='Group'><URI>u</URI></Grantee></Grant>"
	  "</AccessControlList></A>",
	  "{\"Grants\":[{\"Grantee\":{\"URI\":\"u\",\"Type\":\"Group\"}}]}", NULL, NULL },
	{ "encoded keys", "s3", "ListObjectsV2", 200, NULL,
	  "<L><EncodingType>url</EncodingType><Contents><Key>a%20b+c%2B</Key></Contents></L>",
	  "{\"EncodingType\":\"url\",\"Contents\":[{\"Key\":\"a b c+\"}]}", NULL, NULL },
	{ "keys that are not", "s3", "ListObjectsV2", 200, NULL,
	  "<L><Contents><Key>a%20b+c</Key></Contents></L>",
	  "{\"Contents\":[{\"Key\":\"a%20b+c\"}]}", NULL, NULL },
	{ "head", "s3", "HeadBucket", 200, "{\"x-amz-bucket-region\":\"eu-west-1\"}", "",
	  "{\"BucketRegion\":\"eu-west-1\"}", NULL, NULL },
	{ "header and payload", "cloudfront", "GetDistributionConfig", 200,
	  "{\"etag\":\"E1\"}",
	  "<DistributionConfig><Comment>c</Comment><Aliases><Quantity>0</Quantity></Aliases></DistributionConfig>",
	  "{\"ETag\":\"E1\",\"DistributionConfig\":{\"Comment\":\"c\",\"Aliases\":{\"Quantity\":0}}}",
	  NULL, NULL },
	{ "credential report", "iam", "GetCredentialReport", 200, NULL,
	  "<R><GetCredentialReportResult><Content>dXNlcixh\ncm4=</Content></GetCredentialReportResult></R>",
	  "{\"Content\":\"dXNlcixhcm4=\"}", NULL, NULL },
	{ "map", "iam", "GetAccountSummary", 200, NULL,
	  "<R><GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap>"
	  "</GetAccountSummaryResult></R>",
	  "{\"SummaryMap\":{\"Users\":3}}", NULL, NULL },
	{ "names on the wire", "kafka", "ListClustersV2", 200, NULL,
	  "{\"clusterInfoList\":[{\"clusterArn\":\"a\",\"state\":\"ACTIVE\"}]}",
	  "{\"ClusterInfoList\":[{\"ClusterArn\":\"a\",\"State\":\"ACTIVE\"}]}", NULL,
	  NULL },
	{ "query error", "iam", "GetUser", 404, NULL,
	  "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>",
	  NULL, "NoSuchEntity", "none" },
	{ "ec2 error", "ec2", "DescribeVpcs", 403, NULL,
	  "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
	  NULL, "UnauthorizedOperation", "no" },
	{ "s3 error", "s3", "GetBucketPolicy", 404, NULL,
	  "<Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error>", NULL,
	  "NoSuchBucketPolicy", "m" },
	{ "s3 late error", "s3", "GetBucketAcl", 200, NULL,
	  "<Error><Code>InternalError</Code><Message>m</Message></Error>", NULL,
	  "InternalError", "m" },
	{ "ec2 late error", "ec2", "DescribeVpcs", 200, NULL,
	  "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
	  NULL, "UnauthorizedOperation", "no" },
	{ "another's late error", "s3", "ListBuckets", 200, NULL,
	  "<ErrorResponse><Error><Code>Throttling</Code><Message>m</Message></Error></ErrorResponse>",
	  NULL, "Throttling", "m" },
	{ "json late error", "dynamodb", "ListTables", 200, NULL,
	  "{\"__type\":\"com.amazon#AccessDeniedException\",\"message\":\"m\"}",
	  NULL, "AccessDeniedException", "m" },
	{ "json answer with a type", "dynamodb", "ListTables", 200, NULL,
	  "{\"__type\":\"com.amazon#ListTablesOutput\",\"TableNames\":[\"t\"]}",
	  "{\"TableNames\":[\"t\"]}", NULL, NULL },
	{ "json error", "kms", "DescribeKey", 400, NULL,
	  "{\"__type\":\"com.amazon#NotFoundException:http://x\",\"message\":\"m\"}",
	  NULL, "NotFoundException", "m" },
	{ "rest-json error", "lambda", "GetPolicy", 404,
	  "{\"x-amzn-errortype\":\"ResourceNotFoundException:http://x/\"}",
	  "{\"Message\":\"m\",\"Type\":\"User\"}", NULL, "ResourceNotFoundException",
	  "m" },
	{ "xml for json", "kms", "DescribeKey", 403, NULL,
	  "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>",
	  NULL, "AccessDenied", "m" },
	{ "old code", "sqs", "GetQueueAttributes", 400,
	  "{\"x-amzn-query-error\":\"AWS.SimpleQueueService.NonExistentQueue;Sender\"}",
	  "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"m\"}", NULL,
	  "AWS.SimpleQueueService.NonExistentQueue", "m" },
	{ "head refused", "s3", "HeadBucket", 403, NULL, "", NULL, "403", "Forbidden" },
	{ "proxy", "kms", "DescribeKey", 503, NULL, "<html><body>Sorry<br></body></html>",
	  NULL, "503", "Service Unavailable" },
	{ "half an error", "kms", "DescribeKey", 500, NULL, "{\"__type\":\"x", NULL,
	  "500", "Internal Server Error" },
};

/* Bodies that must be refused, whatever they hold. */
static const struct answer_case refused[] = {
	{ "nothing at all", "kms", "ListKeys", 200, NULL, "", NULL, NULL, NULL },
	{ "nothing in xml", "ec2", "DescribeVpcs", 200, NULL, " \n", NULL, NULL, NULL },
	{ "cut xml", "ec2", "DescribeVpcs", 200, NULL, "<DescribeVpcsResponse><vpcSet><item>", NULL, NULL,
	  NULL },
	{ "cut json", "kms", "ListKeys", 200, NULL, "{\"Keys\":[", NULL, NULL, NULL },
	{ "html", "kms", "ListKeys", 200, NULL, "<html></html>", NULL, NULL, NULL },
	{ "html for xml", "s3", "GetBucketAcl", 200, NULL, "<html><body/></html>", NULL,
	  NULL, NULL },
	{ "no result", "iam", "ListUsers", 200, NULL, "<Other/>", NULL, NULL, NULL },
	{ "document type", "ec2", "DescribeVpcs", 200, NULL,
	  "<!DOCTYPE R [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><DescribeVpcsResponse><vpcSet>&b;</vpcSet></DescribeVpcsResponse>",
	  NULL, NULL, NULL },
	{ "no utf-8", "ec2", "DescribeVpcs", 200, NULL,
	  "<DescribeVpcsResponse><nextToken>\xff\xfe</nextToken></DescribeVpcsResponse>", NULL, NULL, NULL },
	{ "no utf-8 in json", "kms", "ListKeys", 200, NULL, "{\"NextMarker\":\"\xc3(\"}",
	  NULL, NULL, NULL },
	{ "document that unescapes to no utf-8", "iam", "GetRolePolicy", 200, NULL,
	  "<R><GetRolePolicyResult><PolicyDocument>%FF</PolicyDocument></GetRolePolicyResult></R>",
	  NULL, NULL, NULL },
	{ "list that is text", "kms", "ListKeys", 200, NULL, "{\"Keys\":\"a\"}", NULL,
	  NULL, NULL },
	{ "object that is a list", "kms", "DescribeKey", 200, NULL,
	  "{\"KeyMetadata\":[]}", NULL, NULL, NULL },
	{ "body that is a list", "kms", "ListKeys", 200, NULL, "[]", NULL, NULL, NULL },
	{ "no boolean", "kms", "ListKeys", 200, NULL, "{\"Truncated\":\"maybe\"}", NULL,
	  NULL, NULL },
	{ "no number", "iam", "GetAccountSummary", 200, NULL,
	  "<R><GetAccountSummaryResult><SummaryMap><entry><key>U</key><value>x</value></entry></SummaryMap>"
	  "</GetAccountSummaryResult></R>",
	  NULL, NULL, NULL },
	{ "no time", "iam", "GetUser", 200, NULL,
	  "<R><GetUserResult><User><CreateDate>soon</CreateDate></User></GetUserResult></R>",
	  NULL, NULL, NULL },
	{ "no base64", "iam", "GetCredentialReport", 200, NULL,
	  "<R><GetCredentialReportResult><Content>***</Content></GetCredentialReportResult></R>",
	  NULL, NULL, NULL },
	{ "number too large", "kms", "ListKeys", 200, NULL,
	  "{\"Truncated\":123456789012345678901234567890}", NULL, NULL, NULL },
};

static const char *
header_find(void *arg, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)arg, key,
			    value) if (strcasecmp(key, name) ==
				       0) return json_string_value(value);
	return NULL;
}

static json_t *
json_of(const char *text)
{
	struct err err;
	json_t *value = text ? json_read(text, strlen(text), &err) : NULL;

	if (text && !value)
		printf("# %s in %s\n", err.text, text);
	return value;
}

static bool
text_same(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

/* The vectors hold IAM's documents parsed; we keep their text. */
static void
documents_open(json_t *tree, const json_t *wanted)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)wanted, key, item)
	{
		const char *text = json_string_value(json_object_get(tree, key));

		if (text && json_is_object(item))
			json_object_set_new(tree, key, json_of(text));
	}
}

/* Whether decoding gives what is wanted; says what it gave where not. */
bool
answer_is(const struct aws_operation *operation, const struct answer_case *row,
	  const char *body, size_t len, const json_t *headers, const json_t *wanted)
{
	struct err err = { 0 };
	json_t *tree;
	char *code, *message;
	int rc = aws_answer_decode(operation, row->status, body, len, header_find,
				   (void *)headers, &tree, &code, &message, &err);
	documents_open(tree, wanted);
	bool same = rc == 0 && text_same(code, row->code) &&
		    (!row->message || text_same(message, row->message)) &&
		    (tree == wanted || json_equal(tree, wanted));

	if (!same) {
		char *got = tree ? json_canonical(tree) : NULL,
		     *want = wanted ? json_canonical(wanted) : NULL;

		printf("# case \"%s\": wanted %.2000s %s, got %.2000s %s: %s; %s\n",
		       row->name, want ? want : "-", row->code ? row->code : "",
		       got ? got : "-", code ? code : "", message ? message : "",
		       err.text);
		free(got);
		free(want);
	}
	json_decref(tree);
	free(code);
	free(message);
	return same;
}

static void
test_answers(void)
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		const struct answer_case *row = &answers[i];
		const struct aws_operation *operation =
			aws_operation_find(row->service, row->operation, NULL);
		json_t *headers = json_of(row->headers), *tree = json_of(row->tree);
		bool same = operation && answer_is(operation, row, row->body,
						   strlen(row->body), headers, tree);

		if (!operation)
			printf("# case \"%s\": no operation\n", row->name);
		CU_ASSERT_TRUE(same);
		json_decref(headers);
		json_decref(tree);
	}
}

static void
test_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		const struct answer_case *row = &refused[i];
		const struct aws_operation *operation =
			aws_operation_find(row->service, row->operation, NULL);
		struct err err = { 0 };
		json_t *tree = NULL;
		char *code = NULL, *message = NULL;
		int rc = operation ? aws_answer_decode(operation, row->status, row->body,
						       strlen(row->body), NULL, NULL,
						       &tree, &code, &message, &err)
				   : 0;

		if (rc != -1 || tree || code || !strstr(err.text, row->operation))
			printf("# case \"%s\" was not refused, or not by name: %s\n",
			       row->name, err.text);
		CU_ASSERT_TRUE(rc == -1 && !tree && !code &&
			       strstr(err.text, row->operation));
	}
}

/* Deep bodies, and every prefix of two good ones, must neither crash nor hang. */
static void
test_hostile(void)
{
	static const int depths[] = { 50, 99, 100, 101, 5000, 100000 };
	const struct aws_operation *vpcs =
		aws_operation_find("ec2", "DescribeVpcs", NULL);
	const struct aws_operation *keys = aws_operation_find("kms", "ListKeys", NULL);
	const char *xml = answers[0].body,
		   *text = "{\"Keys\":[{\"KeyId\":\"a\\u00e4\"}]}";
	char *code, *message;
	json_t *tree;

	for (size_t i = 0; i < COUNT(depths); i++) {
		struct buf deep = { 0 }, json = { 0 };

		for (int level = 0; level < depths[i]; level++) {
			buf_text(&deep, "<vpcSet>");
			buf_text(&json, level ? "[" : "{\"Keys\":[");
		}
		CU_ASSERT_EQUAL(aws_answer_decode(vpcs, 200, deep.data, deep.len, NULL,
						  NULL, &tree, &code, &message, NULL),
				-1);
		CU_ASSERT_EQUAL(aws_answer_decode(keys, 200, json.data, json.len, NULL,
						  NULL, &tree, &code, &message, NULL),
				-1);
		buf_free(&deep);
		buf_free(&json);
	}
	for (size_t len = 0; len < strlen(xml); len++) {
		CU_ASSERT_EQUAL(aws_answer_decode(vpcs, 200, xml, len, NULL, NULL, &tree,
						  &code, &message, NULL),
				-1);
		aws_answer_decode(vpcs, 400, xml, len, NULL, NULL, &tree, &code, &message,
				  NULL);
		CU_ASSERT_STRING_EQUAL(code, "400");
		free(code);
		free(message);
	}
	for (size_t len = 0; len < strlen(text); len++)
		CU_ASSERT_EQUAL(aws_answer_decode(keys, 200, text, len, NULL, NULL, &tree,
						  &code, &message, NULL),
				-1);
}

int
tests_decode(void)
{
	CU_pSuite suite = CU_add_suite("decode", NULL, NULL);

	CU_add_test(suite, "answers", test_answers);
	CU_add_test(suite, "refused", test_refused);
	CU_add_test(suite, "hostile", test_hostile);
	tests_decode_vectors(suite);
	return 0;
}
