/* Tests of endpoints: AWS's host names, what the user sets instead, S3's addressing, regions. */

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/client.h"

int tests_endpoint(void);

static void
clear_environment(void)
{
	for (char **at = environ; *at;) {
		char *name = mem_text_n(*at, strcspn(*at, "="));

		if (text_starts(name, "AWS_"))
			unsetenv(name);
		else
			at++;
		free(name);
	}
	setenv("HOME", "/dev/null", 1);
}

static const struct aws_service services[] = {
	{ .name = "s3", .service_id = "S3", .endpoint_prefix = "s3", .signing_name = "s3" },
	{ .name = "dynamodb", .service_id = "DynamoDB", .endpoint_prefix = "dynamodb", .signing_name = "dynamodb" },
	{ .name = "ec2", .service_id = "EC2", .endpoint_prefix = "ec2", .signing_name = "ec2" },
	{ .name = "elbv2", .service_id = "Elastic Load Balancing v2", .endpoint_prefix = "elasticloadbalancing",
	  .signing_name = "elasticloadbalancing" },
	{ .name = "cloudwatch", .service_id = "CloudWatch", .endpoint_prefix = "monitoring", .signing_name = "monitoring" },
	{ .name = "ecr", .service_id = "ECR", .endpoint_prefix = "api.ecr", .signing_name = "ecr" },
	{ .name = "eks", .service_id = "EKS", .endpoint_prefix = "eks", .signing_name = "eks" },
	{ .name = "s3control", .service_id = "S3 Control", .endpoint_prefix = "s3-control", .signing_name = "s3" },
	{ .name = "iam", .service_id = "IAM", .endpoint_prefix = "iam", .signing_name = "iam", .global_region = "us-east-1" },
	{ .name = "account", .service_id = "Account", .endpoint_prefix = "account", .signing_name = "account",
	  .global_region = "us-east-1" },
	{ .name = "cloudfront", .service_id = "CloudFront", .endpoint_prefix = "cloudfront", .signing_name = "cloudfront",
	  .global_region = "us-east-1" },
	{ .name = "route53", .service_id = "Route 53", .endpoint_prefix = "route53", .signing_name = "route53",
	  .global_region = "us-east-1" },
	{ .name = "support", .service_id = "Support", .endpoint_prefix = "support", .signing_name = "support",
	  .global_region = "us-east-1" },
	{ .name = "globalaccelerator", .service_id = "Global Accelerator", .endpoint_prefix = "globalaccelerator",
	  .signing_name = "globalaccelerator", .global_region = "us-west-2" },
};

static const struct aws_service *
service_named(const char *name)
{
	for (size_t i = 0; i < COUNT(services); i++)
		if (!strcmp(services[i].name, name))
			return &services[i];
	return NULL;
}

/* Taken from the rule sets of AWS's service models. variants: F for FIPS, D for dual stack. */
static const struct host {
	const char *service, *region, *variants, *url, *signing_region;
} hosts[] = {
	{ "s3", "eu-west-1", "", "https://s3.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "s3", "us-east-1", "", "https://s3.us-east-1.amazonaws.com", "us-east-1" },
	{ "s3", "eu-west-1", "D", "https://s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "s3", "eu-west-1", "FD", "https://s3-fips.dualstack.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "s3control", "eu-west-1", "", "https://s3-control.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "s3control", "eu-west-1", "D", "https://s3-control.dualstack.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "ec2", "ap-southeast-5", "", "https://ec2.ap-southeast-5.amazonaws.com", "ap-southeast-5" },
	{ "ec2", "cn-north-1", "", "https://ec2.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ "ec2", "us-iso-east-1", "", "https://ec2.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ "ec2", "us-isob-east-1", "", "https://ec2.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ "ec2", "eusc-de-east-1", "", "https://ec2.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ "ec2", "eu-west-1", "F", "https://ec2-fips.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "ec2", "eu-west-1", "D", "https://ec2.eu-west-1.api.aws", "eu-west-1" },
	{ "ec2", "eu-west-1", "FD", "https://ec2-fips.eu-west-1.api.aws", "eu-west-1" },
	{ "ec2", "us-gov-west-1", "F", "https://ec2.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
	{ "elbv2", "eu-west-1", "", "https://elasticloadbalancing.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "cloudwatch", "eu-west-1", "", "https://monitoring.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "ecr", "eu-west-1", "", "https://api.ecr.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "ecr", "eu-west-1", "D", "https://ecr.eu-west-1.api.aws", "eu-west-1" },
	{ "eks", "eu-west-1", "F", "https://fips.eks.eu-west-1.amazonaws.com", "eu-west-1" },
	{ "iam", "eu-west-1", "", "https://iam.amazonaws.com", "us-east-1" },
	{ "iam", "eu-west-1", "F", "https://iam-fips.amazonaws.com", "us-east-1" },
	{ "iam", "eu-west-1", "D", "https://iam.global.api.aws", "us-east-1" },
	{ "iam", "cn-northwest-1", "", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ "iam", "us-gov-east-1", "", "https://iam.us-gov.amazonaws.com", "us-gov-west-1" },
	{ "account", "eu-west-1", "", "https://account.us-east-1.amazonaws.com", "us-east-1" },
	{ "account", "cn-north-1", "", "https://account.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1" },
	{ "cloudfront", "eu-west-1", "", "https://cloudfront.amazonaws.com", "us-east-1" },
	{ "cloudfront", "cn-north-1", "", "https://cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1" },
	{ "route53", "eu-west-1", "", "https://route53.amazonaws.com", "us-east-1" },
	{ "route53", "us-gov-east-1", "", "https://route53.us-gov.amazonaws.com", "us-gov-west-1" },
	{ "support", "us-gov-east-1", "", "https://support.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
	{ "globalaccelerator", "eu-west-1", "", "https://globalaccelerator.us-west-2.amazonaws.com", "us-west-2" },
};

static void
test_hosts(void)
{
	struct aws_settings settings = { 0 };

	for (size_t i = 0; i < COUNT(hosts); i++) {
		const struct host *row = &hosts[i];
		struct aws_endpoint got;
		struct err err = { "" };

		clear_environment();
		if (strchr(row->variants, 'F'))
			setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
		if (strchr(row->variants, 'D'))
			setenv("AWS_USE_DUALSTACK_ENDPOINT", "true", 1);
		CU_ASSERT_EQUAL_FATAL(aws_endpoint_find(&settings, service_named(row->service), row->region, &got, &err), 0);
		if (strcmp(got.url, row->url) || strcmp(got.signing_region, row->signing_region))
			fprintf(stderr, "%s %s %s: %s signed for %s\n", row->service, row->region, row->variants, got.url,
				got.signing_region);
		CU_ASSERT_STRING_EQUAL(got.url, row->url);
		CU_ASSERT_STRING_EQUAL(got.signing_region, row->signing_region);
		CU_ASSERT_FALSE(got.custom);
		aws_endpoint_free(&got);
	}
	clear_environment();
}

/* A config file of the vectors' profiles and services. */
static char *
config_text(const json_t *suite)
{
	struct buf text = { 0 };
	const char *name, *service, *key;
	json_t *section, *inner, *value;

	json_object_foreach(json_object_get(suite, "profiles"), name, section) {
		buf_print(&text, "[profile %s]\n", name);
		json_object_foreach(section, key, value)
			buf_print(&text, "%s = %s\n", key, json_string_value(value));
	}
	json_object_foreach(json_object_get(suite, "services"), name, section) {
		buf_print(&text, "[services %s]\n", name);
		json_object_foreach(section, service, inner) {
			buf_print(&text, "%s =\n", service);
			json_object_foreach(inner, key, value)
				buf_print(&text, "  %s = %s\n", key, json_string_value(value));
		}
	}
	return buf_take(&text);
}

static void
check_configured(const json_t *suite, const json_t *test)
{
	const char *profile = json_string_value(json_object_get(test, "profile")), *name;
	const json_t *client = json_object_get(json_object_get(suite, "client_configs"),
					       json_string_value(json_object_get(test, "client_config")));
	json_t *environment = json_object_get(json_object_get(suite, "environments"),
					      json_string_value(json_object_get(test, "environment"))), *value;
	const char *expected = json_string_value(json_object_get(json_object_get(test, "output"), "endpointUrl"));
	struct aws_settings settings = { .profile = profile, .endpoint_url = json_string_value(json_object_get(client, "endpoint_url")) };
	struct aws_endpoint got;
	struct err err = { "" };

	unsetenv("AWS_ENDPOINT_URL");
	unsetenv("AWS_ENDPOINT_URL_S3");
	unsetenv("AWS_ENDPOINT_URL_DYNAMODB");
	unsetenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	json_object_foreach(environment, name, value)
		setenv(name, json_string_value(value), 1);
	/* We have no option for it; the environment's variable does the same. */
	if (json_is_true(json_object_get(client, "ignore_configured_endpoint_urls")))
		setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
	CU_ASSERT_EQUAL_FATAL(aws_endpoint_find(&settings, service_named(json_string_value(json_object_get(test, "service"))),
						"fake-region-10", &got, &err), 0);
	if (strcmp(got.url, expected))
		fprintf(stderr, "%s: %s, expected %s\n", json_string_value(json_object_get(test, "name")), got.url, expected);
	CU_ASSERT_STRING_EQUAL(got.url, expected);
	CU_ASSERT_STRING_EQUAL(got.signing_region, "fake-region-10");
	CU_ASSERT_EQUAL(got.custom, strstr(expected, "amazonaws") == NULL);
	aws_endpoint_free(&got);
}

static void
test_configured(void)
{
	const char *shared = getenv("PLUMBLINE_SHARED");
	char *path = mem_print("%s/vectors/endpoint_config/profile-tests.json", shared ? shared : "../shared");
	json_t *json = json_load_file(path, 0, NULL), *suite = json_array_get(json_object_get(json, "testSuites"), 0), *test;
	char file[] = "/tmp/plumbline-endpoint-XXXXXX", *text;
	size_t index;
	struct err err;

	free(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	clear_environment();
	close(mkstemp(file));
	text = config_text(suite);
	CU_ASSERT_EQUAL_FATAL(file_write(file, text, strlen(text), 0600, &err), 0);
	setenv("AWS_CONFIG_FILE", file, 1);
	json_array_foreach(json_object_get(suite, "endpointUrlTests"), index, test)
		check_configured(suite, test);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(suite, "endpointUrlTests")), 39);
	clear_environment();
	unlink(file);
	free(text);
	json_decref(json);
}

static const struct {
	const char *url;
	bool is_good;
	const char *host;
} urls[] = {
	{ "http://localhost:5000", true, "localhost:5000" },
	{ "https://vpce-1.s3.eu-west-1.vpce.amazonaws.com/", true, "vpce-1.s3.eu-west-1.vpce.amazonaws.com" },
	{ "https://h:443/base", true, "h" },
	{ "http://[::1]:80", true, "[::1]" },
	{ "localhost:5000", false, NULL },
	{ "ftp://h", false, NULL },
	{ "https://", false, NULL },
	{ "https:///x", false, NULL },
	{ "https://user:secret@h", false, NULL },
	{ "https://h/?x", false, NULL },
	{ "https://h\r\nX: y", false, NULL },
};

static void
test_urls(void)
{
	clear_environment();
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct aws_settings settings = { .endpoint_url = urls[i].url };
		struct aws_endpoint got;
		struct err err = { "" };
		int rc = aws_endpoint_find(&settings, service_named("s3"), "eu-west-1", &got, &err);
		char *host;

		if ((rc == 0) != urls[i].is_good)
			fprintf(stderr, "%s: %s\n", urls[i].url, err.text);
		CU_ASSERT_TRUE((rc == 0) == urls[i].is_good);
		CU_ASSERT_PTR_NULL(strstr(err.text, "secret"));
		if (rc)
			continue;
		host = url_host(got.url);
		CU_ASSERT_STRING_EQUAL(host, urls[i].host);
		CU_ASSERT_TRUE(got.custom);
		free(host);
		aws_endpoint_free(&got);
	}
}

static void
test_names(void)
{
	static const char *const regions[] = { "", "eu-west-1/", "eu west", "-x", "EU-WEST-1", "a.b", "x@y" };
	struct aws_settings settings = { 0 };
	struct aws_endpoint got;

	for (size_t i = 0; i < COUNT(regions); i++)
		CU_ASSERT_EQUAL(aws_endpoint_find(&settings, service_named("s3"), regions[i], &got, NULL), -1);
	CU_ASSERT_TRUE(bucket_is_label("abc"));
	CU_ASSERT_TRUE(bucket_is_label("a-1"));
	CU_ASSERT_FALSE(bucket_is_label("ab"));
	CU_ASSERT_FALSE(bucket_is_label("a.b.c"));
	CU_ASSERT_FALSE(bucket_is_label("Abc"));
	CU_ASSERT_FALSE(bucket_is_label("-abc"));
	CU_ASSERT_FALSE(bucket_is_label("abc-"));
	CU_ASSERT_FALSE(bucket_is_label("a_c"));
	CU_ASSERT_FALSE(bucket_is_label("a/../c"));
	CU_ASSERT_TRUE(host_is_loopback("localhost:5000"));
	CU_ASSERT_TRUE(host_is_loopback("127.0.0.1"));
	CU_ASSERT_TRUE(host_is_loopback("[::1]:80"));
	CU_ASSERT_FALSE(host_is_loopback("localhost.example.com"));
	CU_ASSERT_STRING_EQUAL(aws_partition("us-gov-east-1"), "aws-us-gov");
	CU_ASSERT_STRING_EQUAL(aws_partition("us-isob-east-1"), "aws-iso-b");
	CU_ASSERT_STRING_EQUAL(aws_partition("us-iso-west-1"), "aws-iso");
	CU_ASSERT_STRING_EQUAL(aws_partition("mx-central-1"), "aws");
}

static void
test_regions(void)
{
	const char *const *names;
	size_t count = aws_region_names(&names);
	bool is_home_there = false;

	CU_ASSERT_TRUE(count > 25);
	CU_ASSERT_EQUAL(aws_region_names(&names), count);
	for (size_t i = 0; i < count; i++) {
		is_home_there |= !strcmp(names[i], "us-east-1");
		CU_ASSERT_TRUE(i == 0 || strcmp(names[i - 1], names[i]) < 0);
	}
	CU_ASSERT_TRUE(is_home_there);
	CU_ASSERT_TRUE(aws_service_offered("ec2", "eu-west-1"));
	CU_ASSERT_TRUE(aws_service_offered("nosuch", "eu-west-1"));
	CU_ASSERT_TRUE(aws_service_offered("apprunner", "us-east-1"));
	CU_ASSERT_FALSE(aws_service_offered("codeartifact", "af-south-1"));
	CU_ASSERT_TRUE(aws_service_offered("codeartifact", "eu-west-1"));
}

int
tests_endpoint(void)
{
	CU_pSuite suite = CU_add_suite("endpoint", NULL, NULL);

	CU_add_test(suite, "hosts of AWS", test_hosts);
	CU_add_test(suite, "hosts that are configured", test_configured);
	CU_add_test(suite, "URLs that may be given", test_urls);
	CU_add_test(suite, "names of regions, buckets and hosts", test_names);
	CU_add_test(suite, "regions known at build", test_regions);
	return 0;
}
