/* All scanners, in the order of their names. */

#include "scanners/list.h"
#include "scanners/scanners.h"

const struct scanner *const scanners[] = {
	&scanner_accessanalyzer,
	&scanner_account,
	&scanner_cloudtrail,
	&scanner_cloudwatch,
	&scanner_config,
	&scanner_dynamodb,
	&scanner_ec2,
	&scanner_elbv2,
	&scanner_guardduty,
	&scanner_iam,
	&scanner_kms,
	&scanner_lambda,
	&scanner_logs,
	&scanner_organizations,
	&scanner_rds,
	&scanner_s3,
	&scanner_s3control,
	&scanner_securityhub,
	&scanner_sns,
	&scanner_sts,
};

const size_t scanner_count = COUNT(scanners);
