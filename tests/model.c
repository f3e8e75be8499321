/* The model: finding, parameters, pages, paths and its text. */

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model.h"

int tests_model(void);

/* ---- Finding. */

static const struct {
	const char *service, *operation, *said; /* said NULL: it is there */
} finds[] = {
	{ "s3", "ListBuckets", NULL },
	{ "sts", "AssumeRoleWithWebIdentity", NULL },
	{ "iam", "GenerateCredentialReport", NULL },
	{ "ec2", "DescribeSecurityGroupRules", NULL },
	{ "ec2", "GetManagedPrefixListEntries", NULL },
	{ "s3", "ListBucket", "did you mean \"ListBuckets\"" },
	{ "elb3", "DescribeTags", "did you mean \"elb\"" },
	{ "regions", "X", "no service" },
	{ "", "", "no service" },
	{ "s3", "", "no operation" },
	{ "../s3", "ListBuckets", "no service" },
};

static void
test_find(void)
{
	for (size_t i = 0; i < COUNT(finds); i++) {
		struct err err = { 0 };
		const struct aws_operation *operation =
			aws_operation_find(finds[i].service, finds[i].operation, &err);

		if (finds[i].said)
			tests_expect(!operation && strstr(err.text, finds[i].said),
				     finds[i].operation, err.text);
		else
			tests_expect(operation && strcmp(operation->name,
							 finds[i].operation) == 0,
				     finds[i].operation, err.text);
	}
}

/* Every model parses, its operations are sorted, and only the two of sts and the two jobs
 * are no plain reads. */
static void
test_all(void)
{
	const char *const *services, *const *names;
	size_t count = aws_service_names(&services), operations = 0, others = 0;

	for (size_t i = 0; i < count; i++) {
		struct err err = { 0 };
		const struct aws_service *service = aws_service_find(services[i], &err);
		size_t each = aws_operation_names(services[i], &names);

		tests_expect(service && strcmp(service->name, services[i]) == 0 &&
				     each > 0,
			     services[i], err.text);
		for (size_t k = 0; k < each; k++) {
			const struct aws_operation *operation =
				aws_operation_find(services[i], names[k], NULL);

			tests_expect(operation && (k == 0 ||
						   strcmp(names[k - 1], names[k]) < 0),
				     names[k], "not sorted");
			tests_expect(operation && (!operation->input_token ||
						   operation->output_token),
				     names[k], "half a page");
			others += !aws_operation_is_read(operation);
		}
		operations += each;
	}
	printf("# %zu services, %zu operations\n", count, operations);
	CU_ASSERT_TRUE(count >= 100 && operations >= 585);
	CU_ASSERT_EQUAL(others, 2);
}

static void
test_reads(void)
{
	static const struct {
		const char *service, *name, *method;
		bool is_read;
	} rows[] = {
		{ "s3", "ListBuckets", "GET", true },
		{ "s3", "DeleteBucket", "DELETE", false },
		{ "s3", "GetThenDelete", "DELETE", false },
		{ "s3", "ListAndPut", "PUT", false },
		{ "ec2", "DescribeVpcs", "POST", true },
		{ "ec2", "RunInstances", "POST", false },
		{ "s3", "HeadBucket", "HEAD", true },
		{ "iam", "GenerateCredentialReport", "POST", true },
		{ "sts", "GenerateCredentialReport", "POST", false },
		{ "sts", "AssumeRole", "POST", false },
		{ "sts", "GetSessionToken", "POST", false },
		{ "sts", "GetCallerIdentity", "POST", true },
		{ "ssm", "UnlabelParameterVersion", "POST", false },
		{ "x", "BatchGetThings", "POST", true },
		{ "x", "BatchDeleteThings", "POST", false },
		{ "x", "get_things", "POST", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct aws_service service = { .name = rows[i].service };
		const struct aws_operation operation = { .service = &service,
							 .name = rows[i].name,
							 .method = rows[i].method };

		tests_expect(aws_operation_is_read(&operation) == rows[i].is_read,
			     rows[i].name, "wrongly judged");
	}
}

/* ---- Words of the command line. */

static void
test_words(void)
{
	static const struct {
		const char *service, *operation, *name, *value,
			*parsed; /* parsed NULL: refused */
	} rows[] = {
		{ "s3", "GetBucketAcl", "Bucket", "123", "\"123\"" },
		{ "kms", "ListKeys", "Limit", "5", "5" },
		{ "kms", "ListKeys", "Limit", "five", NULL },
		{ "kms", "ListKeys", "Limit", "5.5", NULL },
		{ "kms", "ListKeys", "Limit", "", NULL },
		{ "kms", "ListKeys", "Limt", "5", NULL },
		{ "ec2", "DescribeSnapshots", "OwnerIds", "self,123",
		  "[\"self\",\"123\"]" },
		{ "ec2", "DescribeSnapshots", "OwnerIds", "[\"self\"]", "[\"self\"]" },
		{ "ec2", "DescribeSnapshots", "OwnerIds", "[1]", NULL },
		{ "ec2", "DescribeSnapshots", "DryRun", "true", "true" },
		{ "ec2", "DescribeSnapshots", "DryRun", "yes", NULL },
		{ "ec2", "DescribeSnapshots", "Filters",
		  "[{\"Name\":\"a\",\"Values\":[\"b\"]}]",
		  "[{\"Name\":\"a\",\"Values\":[\"b\"]}]" },
		{ "ec2", "DescribeSnapshots", "Filters", "a", NULL },
		{ "ec2", "DescribeSnapshots", "Filters", "[{\"Nmae\":\"a\"}]", NULL },
		{ "ec2", "DescribeSnapshots", "Filters", "[{", NULL },
		{ "cloudtrail", "LookupEvents", "StartTime", "2026-11-22T04:00:00Z",
		  "\"2026-11-22T04:00:00Z\"" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct aws_operation *operation =
			aws_operation_find(rows[i].service, rows[i].operation, NULL);
		struct err err = { 0 };
		json_t *parsed = operation ? aws_parameter_parse(operation, rows[i].name,
								 rows[i].value, &err)
					   : NULL;
		json_t *wanted = tests_json(rows[i].parsed);

		tests_expect(wanted ? json_equal(parsed, wanted) : !parsed && err.text[0],
			     rows[i].value, err.text);
		json_decref(parsed);
		json_decref(wanted);
	}
}

/* ---- Pages. */

static const struct {
	const char *service, *operation, *parameters, *body,
		*next; /* next NULL: the last page */
	bool stuck;
} pages[] = {
	{ "ec2", "DescribeVpcs", "{\"a\":1}", "{\"NextToken\":\"t\"}",
	  "{\"a\":1,\"NextToken\":\"t\"}", false },
	{ "ec2", "DescribeVpcs", "{\"NextToken\":\"t\"}", "{\"NextToken\":\"u\"}",
	  "{\"NextToken\":\"u\"}", false },
	{ "ec2", "DescribeVpcs", "{\"NextToken\":\"t\"}", "{\"NextToken\":\"t\"}", NULL,
	  true },
	{ "ec2", "DescribeVpcs", "{\"NextToken\":\"t\"}", "{}", NULL, false },
	{ "ec2", "DescribeVpcs", NULL, "{\"NextToken\":\"\"}", NULL, false },
	{ "ec2", "DescribeVpcs", NULL, "{\"NextToken\":null}", NULL, false },
	{ "iam", "ListUsers", NULL, "{\"IsTruncated\":false,\"Marker\":\"m\"}", NULL,
	  false },
	{ "iam", "ListUsers", NULL, "{\"Marker\":\"m\"}", NULL, false },
	{ "iam", "ListUsers", NULL, "{\"IsTruncated\":true,\"Marker\":\"m\"}",
	  "{\"Marker\":\"m\"}", false },
	{ "iam", "ListUsers", NULL, "{\"IsTruncated\":true}", NULL, true },
	{ "kms", "ListKeys", NULL, "{\"Truncated\":true,\"NextMarker\":\"m\"}",
	  "{\"Marker\":\"m\"}", false },
	{ "cloudfront", "ListDistributions", NULL,
	  "{\"DistributionList\":{\"IsTruncated\":true,\"NextMarker\":\"m\"}}",
	  "{\"Marker\":\"m\"}", false },
	{ "cloudfront", "ListDistributions", NULL,
	  "{\"DistributionList\":{\"IsTruncated\":false,\"NextMarker\":\"m\"}}", NULL,
	  false },
	{ "route53", "ListResourceRecordSets",
	  "{\"NextRecordIdentifier\":\"old\",\"StartRecordIdentifier\":\"old\"}",
	  "{\"IsTruncated\":true,\"NextRecordName\":\"n\",\"NextRecordType\":\"A\"}",
	  "{\"NextRecordIdentifier\":\"old\",\"StartRecordName\":\"n\",\"StartRecordType\":\"A\"}",
	  false },
	{ "kinesis", "DescribeStream", NULL,
	  "{\"StreamDescription\":{\"HasMoreShards\":true,\"Shards\":[{\"ShardId\":\"1\"},{\"ShardId\":\"2\"}]}}",
	  "{\"ExclusiveStartShardId\":\"2\"}", false },
	{ "kinesis", "DescribeStream", NULL,
	  "{\"StreamDescription\":{\"HasMoreShards\":true,\"Shards\":[]}}", NULL, true },
	{ "firehose", "ListDeliveryStreams", NULL,
	  "{\"HasMoreDeliveryStreams\":true,\"DeliveryStreamNames\":[\"a\",\"b\"]}",
	  "{\"ExclusiveStartDeliveryStreamName\":\"b\"}", false },
	{ "kinesis", "ListTagsForStream", NULL,
	  "{\"HasMoreTags\":true,\"Tags\":[{\"Key\":\"k\"}]}",
	  "{\"ExclusiveStartTagKey\":\"k\"}", false },
	{ "s3", "ListObjectsV2", NULL,
	  "{\"IsTruncated\":true,\"NextContinuationToken\":\"t\"}",
	  "{\"ContinuationToken\":\"t\"}", false },
	{ "dynamodb", "ListTables", NULL, "{\"LastEvaluatedTableName\":\"t\"}",
	  "{\"ExclusiveStartTableName\":\"t\"}", false },
	{ "apigateway", "GetRestApis", NULL, "{\"position\":\"p\"}",
	  "{\"position\":\"p\"}", false },
	{ "servicecatalog", "DescribePortfolioShares", NULL, "{\"NextPageToken\":\"p\"}",
	  "{\"PageToken\":\"p\"}", false },
	{ "wafv2", "ListWebACLs", NULL, "{\"NextMarker\":\"m\"}",
	  "{\"NextMarker\":\"m\"}", false },
	{ "sts", "GetCallerIdentity", NULL, "{\"NextToken\":\"t\"}", NULL, false },
	{ "ec2", "DescribeVpcs", NULL, "[]", NULL, false },
};

static void
test_pages(void)
{
	for (size_t i = 0; i < COUNT(pages); i++) {
		const struct aws_operation *operation =
			aws_operation_find(pages[i].service, pages[i].operation, NULL);
		json_t *parameters = tests_json(pages[i].parameters),
		       *body = tests_json(pages[i].body);
		json_t *wanted = tests_json(pages[i].next),
		       *before = json_deep_copy(parameters);
		bool stuck = false;
		json_t *next =
			operation ? aws_next_page(operation, parameters, body, &stuck)
				  : NULL;
		char *seen = next ? json_canonical(next) : NULL;

		tests_expect(operation && (wanted ? json_equal(next, wanted) : !next) &&
				     stuck == pages[i].stuck &&
				     (!parameters || json_equal(parameters, before)),
			     pages[i].body, seen);
		free(seen);
		json_decref(parameters);
		json_decref(body);
		json_decref(wanted);
		json_decref(before);
		json_decref(next);
	}
}

static void
test_without_tokens(void)
{
	const struct aws_operation *records =
		aws_operation_find("route53", "ListResourceRecordSets", NULL);
	json_t *given = tests_json(
		"{\"HostedZoneId\":\"Z\",\"StartRecordName\":\"n\",\"StartRecordType\":\"A\"}");
	json_t *wanted = tests_json("{\"HostedZoneId\":\"Z\"}"),
	       *rest = aws_without_tokens(records, given);
	json_t *none = aws_without_tokens(records, NULL);

	CU_ASSERT_TRUE(json_equal(rest, wanted));
	CU_ASSERT_EQUAL(json_object_size(given), 3);
	CU_ASSERT_TRUE(json_is_object(none) && json_object_size(none) == 0);
	json_decref(given);
	json_decref(wanted);
	json_decref(rest);
	json_decref(none);
}

/* ---- Paths. */

static const struct {
	const char *service, *operation, *path, *said; /* said NULL: it is right */
} paths[] = {
	{ "s3", "ListBuckets", "Buckets[].Name", NULL },
	{ "s3", "ListBuckets", "Buckets", NULL },
	{ "s3", "ListBuckets", ".", NULL },
	{ "s3", "ListBuckets", "Bucket[].Name", "no \"Bucket\"" },
	{ "s3", "ListBuckets", "Buckets[].Nmae", "no \"Nmae\"" },
	{ "s3", "ListBuckets", "Buckets.Name", "no \"Name\"" },
	{ "s3", "ListBuckets", "Owner[].ID", "no list" },
	{ "s3", "ListBuckets", "Buckets[].", NULL },
	{ "s3", "ListBuckets", "Buckets[", "no end" },
	{ "s3", "ListBuckets", "Buckets[].{Name,CreationDate}", NULL },
	{ "s3", "ListBuckets", "Buckets[].{Name,Creation}", "no \"Creation\"" },
	{ "s3", "ListBuckets", "{Owner,Nothing}", "no \"Nothing\"" },
	{ "s3", "GetBucketEncryption",
	  "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
	  NULL },
	{ "s3", "GetBucketEncryption", "ServerSideEncryptionConfiguration.Rules[-1].X",
	  "no \"X\"" },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].IpPermissions[].{IpRanges[],Ipv6Ranges[],PrefixListIds[],UserIdGroupPairs[]}",
	  NULL },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].IpPermissions[].IpRanges[].^IpProtocol", NULL },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].IpPermissions[].IpRanges[].^^GroupId", NULL },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].IpPermissions[].IpRanges[].^^^NextToken", NULL },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].IpPermissions[].IpRanges[].^GroupId", "no \"GroupId\"" },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].GroupId|SecurityGroups[].GroupName", NULL },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[].GroupId|SecurityGroups[].Nope", "no \"Nope\"" },
	{ "ec2", "DescribeSecurityGroups", "SecurityGroups[].Tags[Key=Name].Value",
	  NULL },
	{ "ec2", "DescribeSecurityGroups", "SecurityGroups[].Tags[Name=x].Value",
	  "no \"Name\"" },
	{ "ec2", "DescribeSecurityGroups",
	  "SecurityGroups[GroupId={id}].GroupName :is=default", NULL },
	{ "ec2", "DescribeSecurityGroups", "SecurityGroups :count", NULL },
	{ "ec2", "DescribeSecurityGroups", "$request.GroupIds", NULL },
	{ "ec2", "DescribeSecurityGroups", "$request.GroupId", "no \"GroupId\"" },
	{ "sqs", "GetQueueAttributes", "Attributes.KmsMasterKeyId", NULL },
	{ "sqs", "GetQueueAttributes", "Attributes.Policy.X", "no \"X\"" },
	{ "organizations", "ListPolicies", "?Filter=SERVICE_CONTROL_POLICY Policies[].Id",
	  NULL },
	{ "organizations", "ListPolicies", "?Filtre=X Policies[].Id", "no \"Filtre\"" },
};

static void
test_paths(void)
{
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct err err = { 0 };
		const struct aws_operation *operation =
			aws_operation_find(paths[i].service, paths[i].operation, &err);
		int rc = operation ? aws_check_output_path(operation, paths[i].path, &err)
				   : -2;

		if (paths[i].said)
			tests_expect(rc == -1 && strstr(err.text, paths[i].said),
				     paths[i].path, err.text);
		else
			tests_expect(rc == 0, paths[i].path, err.text);
	}
}

/* ---- The text itself. */

static void
test_text(void)
{
	static const struct {
		const char *name, *text, *said; /* said NULL: it parses */
	} rows[] = {
#define FACTS "name x\nid X\nprotocol query\nversion 1\nendpoint x\nsigning x\n"
		{ "least", FACTS, NULL },
		{ "one", FACTS "O GetA POST / in=I out=I\nS I\n\tA s -! w=a\n\tB *I\n",
		  NULL },
		{ "no last line feed", FACTS "O GetA POST /", NULL },
		{ "nothing", "", "lacks" },
		{ "no facts", "O GetA POST /\n", "lacks" },
		{ "unknown shape", FACTS "O GetA POST / in=I\n", "does not define" },
		{ "unknown type", FACTS "S I\n\tA q\n", "no type" },
		{ "no type", FACTS "S I\n\tA\n", "no type" },
		{ "unknown flag", FACTS "S I\n\tA s -Z\n", "no flag" },
		{ "twice", FACTS "S I\nS I\n", "again" },
		{ "stray page", FACTS "P a|b||\n", "paging" },
		{ "half a page", FACTS "O GetA POST /\nP a|b\n", "paging" },
		{ "half an operation", FACTS "O GetA POST\n", "without a URI" },
		{ "half a map", FACTS "M X s\n", "no type" },
		{ "member without structure", FACTS "\tA s\n", "no fact" },
		{ "unknown protocol", "name x\nprotocol cbor\n", "no fact" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		struct model *model =
			model_parse(rows[i].text, strlen(rows[i].text), &err);

		tests_expect(rows[i].said ? !model && strstr(err.text, rows[i].said)
					  : model != NULL,
			     rows[i].name, err.text);
		model_free(model);
	}
	/* Cut anywhere, a model is refused or read, never followed beyond its end. */
	for (size_t len = 0; len <= strlen(rows[1].text); len++)
		model_free(model_parse(rows[1].text, len, NULL));
}

/* ---- Against the outside table of services: the protocol, the name of the target and
 * what signs. */

static bool
same(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

static void
service_row_check(char *line)
{
	char *cells[20] = { line };
	const struct aws_service *service;
	size_t count = 1;

	for (char *at = line; (at = strchr(at, '\t')) != NULL && count < COUNT(cells);) {
		*at++ = '\0';
		cells[count++] = at;
	}
	service = count >= 12 ? aws_service_find(cells[0], NULL) : NULL;
	if (!service)
		return;
	static const char *const names[] = { "json", "rest-json", "query", "ec2",
					     "rest-xml" };

	tests_expect(same(names[service->protocol], cells[4]), cells[0], "protocol");
	tests_expect(same(service->service_id, cells[1]), cells[0], "id");
	tests_expect(same(service->endpoint_prefix, cells[9]), cells[0],
		     "endpoint prefix");
	tests_expect(same(service->signing_name, cells[11]), cells[0], "signing name");
	tests_expect(service->protocol != AWS_JSON ||
			     same(service->target_prefix, cells[6]),
		     cells[0], "target");
}

static void
test_services(void)
{
	const char *shared = getenv("PLUMBLINE_SHARED");
	char *path = mem_print("%s/aws/services.tsv", shared ? shared : "../shared"),
	     *line, *next;
	struct buf buf = { 0 };
	struct err err = { 0 };

	tests_expect(file_read(path, 1 << 20, &buf, &err) == 0, path, err.text);
	line = buf.data ? strchr(buf.data, '\n') : NULL;
	for (line = line ? line + 1 : NULL; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		service_row_check(line);
	}
	buf_free(&buf);
	free(path);
}

int
tests_model(void)
{
	CU_pSuite suite = CU_add_suite("model", NULL, NULL);

	CU_add_test(suite, "find", test_find);
	CU_add_test(suite, "all", test_all);
	CU_add_test(suite, "reads", test_reads);
	tests_requests(suite);
	CU_add_test(suite, "words", test_words);
	CU_add_test(suite, "pages", test_pages);
	CU_add_test(suite, "without_tokens", test_without_tokens);
	CU_add_test(suite, "paths", test_paths);
	CU_add_test(suite, "text", test_text);
	CU_add_test(suite, "services", test_services);
	return 0;
}
