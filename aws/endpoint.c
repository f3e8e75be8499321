/* Where a service answers: AWS's host names, and what the user set instead of them. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/client.h"

/* Which of a service's hosts is asked for. */
#define PLAIN 1
#define DUAL 2
#define FIPS 4
#define BOTH 8 /* FIPS and dual stack */

/* Hosts that are not {prefix}.{region}.{suffix}. Source: the endpoint rule sets of AWS's service models.
 * {p} prefix, {r} region, {s} suffix, {d} suffix of dual stack. The first row that fits holds. */
static const struct exception {
	const char *services;  /* by their AWS CLI names */
	const char *partition; /* NULL: any */
	int variants;
	const char *host;
} exceptions[] = {
	{ "cloudfront iam route53 waf", "aws", PLAIN, "{p}.{s}" },
	{ "cloudfront iam route53 waf", "aws", FIPS, "{p}-fips.{s}" },
	{ "cloudfront iam route53", "aws", DUAL, "{p}.global.{d}" },
	{ "cloudfront iam route53", "aws", BOTH, "{p}-fips.global.{d}" },
	{ "iam route53", "aws-us-gov", PLAIN | FIPS, "{p}.us-gov.{s}" },
	{ "iam route53", "aws-us-gov", DUAL | BOTH, "{p}.us-gov.{d}" },
	{ "cloudfront", "aws-us-gov", PLAIN, "{p}.{s}" },
	{ "cloudfront", "aws-us-gov", FIPS, "{p}-fips.{s}" },
	{ "iam route53", "aws-cn", FIPS, "{p}-fips.{s}" },
	{ "iam route53", "aws-cn", DUAL, "{p}.global.{d}" },
	{ "cloudfront", "aws-cn", PLAIN | FIPS, "{p}.{r}.{s}" },
	{ "cloudfront route53", NULL, PLAIN, "{p}.{s}" },
	{ "eks-auth", NULL, PLAIN | DUAL, "{p}.{r}.{d}" },
	{ "eks-auth", NULL, FIPS | BOTH, "{p}-fips.{r}.{d}" },
	{ "batch eks", "aws", FIPS, "fips.{p}.{r}.{s}" },
	{ "sagemaker", NULL, FIPS, "api-fips.sagemaker.{r}.{s}" },
	{ "s3 s3control", NULL, DUAL, "{p}.dualstack.{r}.{s}" },
	{ "s3 s3control", NULL, BOTH, "{p}-fips.dualstack.{r}.{s}" },
	{ "cognito-identity cognito-idp", "aws", DUAL, "{p}.{r}.{s}" },
	{ "secretsmanager", NULL, DUAL, "{p}.{r}.{s}" },
	{ "secretsmanager", NULL, BOTH, "{p}-fips.{r}.{s}" },
	{ "ecr ecr-public efs", NULL, DUAL, "{n}.{r}.{d}" },
	{ "ecr efs", NULL, BOTH, "{n}-fips.{r}.{d}" },
	{ "es opensearch", NULL, DUAL, "aos.{r}.{d}" },
	{ "kafka", "aws-us-gov", BOTH, "kafka-api.{r}.{d}" },
	{ "kafka", NULL, DUAL, "kafka-api.{r}.{d}" },
	{ "kafka", NULL, BOTH, "kafka-api-fips.{r}.{d}" },
	{ "timestream-write", "aws-us-gov", BOTH, "timestream-ingest.{r}.{d}" },
	{ "timestream-write", NULL, DUAL, "timestream-ingest.{r}.{d}" },
	{ "timestream-write", NULL, BOTH, "timestream-ingest-fips.{r}.{d}" },
	{ "cloudwatch events kafkaconnect", "aws-us-gov", BOTH, "{p}.{r}.{d}" },
	{ "stepfunctions", "aws-us-gov", DUAL, "{p}-fips.{r}.{d}" },
	/* In GovCloud these meet FIPS 140 at their plain hosts. */
	{ "accessanalyzer acm acm-pca appconfig application-autoscaling autoscaling batch cloudformation cloudtrail "
	  "cloudwatch config connect databrew dlm dms docdb dynamodb ec2 eks elasticache elasticbeanstalk elb elbv2 emr "
	  "events glacier guardduty imagebuilder kafka kafkaconnect kinesis logs neptune organizations rds redshift "
	  "service-quotas sns sqs ssm sso sso-oidc stepfunctions sts support timestream-write",
	  "aws-us-gov", FIPS, "{p}.{r}.{s}" },
};

static const struct {
	int variant;
	const char *host;
} standard[] = {
	{ PLAIN, "{p}.{r}.{s}" },
	{ DUAL, "{p}.{r}.{d}" },
	{ FIPS, "{p}-fips.{r}.{s}" },
	{ BOTH, "{p}-fips.{r}.{d}" },
};

/* Services with one endpoint in the aws partition but one for each region elsewhere. */
static const char regional_elsewhere[] = "shield waf globalaccelerator";

static char *
fill_host(const char *host, const struct aws_service *service, const char *region, const char *partition)
{
	struct buf out = { 0 };

	for (; *host; host++) {
		if (*host != '{') {
			buf_char(&out, *host);
			continue;
		}
		switch (host[1]) {
		case 'p': buf_text(&out, service->endpoint_prefix); break;
		case 'n': buf_text(&out, service->name); break;
		case 'r': buf_text(&out, region); break;
		case 's': buf_text(&out, partition_suffix(partition, false)); break;
		case 'd': buf_text(&out, partition_suffix(partition, true)); break;
		}
		host += 2;
	}
	return buf_take(&out);
}

static char *
standard_url(const struct aws_service *service, const char *region, const char *partition, int variant)
{
	const char *template = NULL;
	char *host, *url;

	for (size_t i = 0; i < COUNT(exceptions) && !template; i++) {
		const struct exception *row = &exceptions[i];

		if ((row->variants & variant) && text_has_word(row->services, service->name, " ") &&
		    (!row->partition || !strcmp(row->partition, partition)))
			template = row->host;
	}
	for (size_t i = 0; i < COUNT(standard) && !template; i++)
		if (standard[i].variant == variant)
			template = standard[i].host;
	host = fill_host(template, service, region, partition);
	url = mem_print("https://%s", host);
	free(host);
	return url;
}

/* Region that a request must be signed for, and whose host is asked. */
const char *
endpoint_signing_region(const struct aws_service *service, const char *region)
{
	const char *partition = aws_partition(region);

	if (!service->global_region)
		return region;
	if (!strcmp(partition, "aws"))
		return service->global_region;
	if (text_has_word(regional_elsewhere, service->name, " "))
		return region;
	if (!strcmp(partition, "aws-cn") && text_has_word("iam support", service->name, " "))
		return "cn-north-1";
	return partition_global_region(partition);
}

static bool
is_region(const char *region)
{
	size_t len = strlen(region);

	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)region[i]) && !isdigit((unsigned char)region[i]) && region[i] != '-')
			return false;
	return len > 0 && len < 40 && region[0] != '-' && region[len - 1] != '-';
}

static char *
variable_of_service(const struct aws_service *service)
{
	char *name = mem_print("AWS_ENDPOINT_URL_%s", service->service_id);

	for (char *c = name; *c; c++)
		*c = *c == ' ' || *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return name;
}

static char *
url_from_services(const struct profiles *profiles, const struct section *section, const struct aws_service *service)
{
	const char *name = section_value(section, "services");
	const struct section *services = name ? profiles_find(profiles, SECTION_SERVICES, name) : NULL;
	char *key = mem_text(service->service_id), *url;

	for (char *c = key; *c; c++)
		*c = *c == ' ' || *c == '-' ? '_' : (char)tolower((unsigned char)*c);
	url = nested_value(section_value(services, key), "endpoint_url");
	free(key);
	return url;
}

/* What the user set; source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints". */
static char *
url_configured(const struct profiles *profiles, const struct aws_settings *settings, const struct section *section,
	       const struct aws_service *service)
{
	const char *ignore = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	char *name, *url;

	if (settings->endpoint_url && *settings->endpoint_url)
		return mem_text(settings->endpoint_url);
	if (is_true(ignore ? ignore : section_value(section, "ignore_configured_endpoint_urls")))
		return NULL;
	name = variable_of_service(service);
	url = mem_text(variable(name));
	free(name);
	if (!url)
		url = mem_text(variable("AWS_ENDPOINT_URL"));
	if (!url)
		url = url_from_services(profiles, section, service);
	if (!url)
		url = mem_text(section_value(section, "endpoint_url"));
	return url;
}

static int
check_url(char *url, struct err *err)
{
	const char *host = strstr(url, "://");
	size_t len = strlen(url);

	if ((!text_starts(url, "http://") && !text_starts(url, "https://")) || !host || !host[3] || host[3] == '/')
		return err_set(err, "endpoint URL \"%s\": it must look like https://host or http://host:port", url);
	for (const char *c = url; *c; c++)
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c) || *c == '?' || *c == '#' || *c == '@')
			return err_set(err, "endpoint URL \"%s\": it must have no blank, user name, query or fragment",
				       strchr(url, '@') ? "(hidden)" : url);
	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	return 0;
}

static int
variant_chosen(const struct section *section)
{
	const char *fips = variable("AWS_USE_FIPS_ENDPOINT"), *dual = variable("AWS_USE_DUALSTACK_ENDPOINT");
	bool is_fips = is_true(fips ? fips : section_value(section, "use_fips_endpoint"));
	bool is_dual = is_true(dual ? dual : section_value(section, "use_dualstack_endpoint"));

	if (is_fips)
		return is_dual ? BOTH : FIPS;
	return is_dual ? DUAL : PLAIN;
}

int
endpoint_find_in(const struct profiles *profiles, const struct aws_settings *settings, const struct aws_service *service,
		 const char *region, struct aws_endpoint *out, struct err *err)
{
	bool is_named;
	const struct section *section = profiles_find(profiles, SECTION_PROFILE, profile_chosen(settings, &is_named));
	const char *partition, *effective;

	memset(out, 0, sizeof(*out));
	if (!region || !is_region(region))
		return err_set(err, "endpoint of %s: \"%s\" is not a region's name; give one such as eu-west-1", service->name,
			       region ? region : "");
	partition = aws_partition(region);
	effective = endpoint_signing_region(service, region);
	out->url = url_configured(profiles, settings, section, service);
	out->custom = out->url != NULL;
	if (out->custom && check_url(out->url, err)) {
		free(out->url);
		out->url = NULL;
		return -1;
	}
	if (!out->custom)
		out->url = standard_url(service, effective, partition, variant_chosen(section));
	out->signing_region = mem_text(effective);
	return 0;
}

int
aws_endpoint_find(const struct aws_settings *settings, const struct aws_service *service, const char *region,
		  struct aws_endpoint *out, struct err *err)
{
	struct profiles profiles;
	int rc;

	memset(out, 0, sizeof(*out));
	if (profiles_load(&profiles, err))
		return -1;
	rc = endpoint_find_in(&profiles, settings, service, region, out, err);
	profiles_free(&profiles);
	return rc;
}

void
aws_endpoint_free(struct aws_endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->signing_region);
	memset(endpoint, 0, sizeof(*endpoint));
}

bool
bucket_is_label(const char *bucket)
{
	size_t len = strlen(bucket);

	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)bucket[i]) && !isdigit((unsigned char)bucket[i]) && bucket[i] != '-')
			return false;
	return len >= 3 && len <= 63 && bucket[0] != '-' && bucket[len - 1] != '-';
}

char *
url_host(const char *url)
{
	const char *start = strstr(url, "://");
	bool is_tls = text_starts(url, "https:");
	char *host;

	start = start ? start + 3 : url;
	host = mem_text_n(start, strcspn(start, "/?#"));
	if (text_ends(host, is_tls ? ":443" : ":80"))
		*strrchr(host, ':') = '\0';
	return host;
}

bool
host_is_loopback(const char *host)
{
	size_t len = strcspn(host, ":");

	if (text_starts(host, "[::1]") || text_starts(host, "127."))
		return true;
	return len == 9 && !strncasecmp(host, "localhost", 9);
}
