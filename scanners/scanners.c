/* All scanners, in the order of their names. */

#include "scanners/list.h"
#include "scanners/scanners.h"

const struct scanner *const scanners[] = {
	&scanner_accessanalyzer,
	&scanner_account,
	&scanner_acm,
	&scanner_backup,
	&scanner_budgets,
	&scanner_cloudformation,
	&scanner_cloudfront,
	&scanner_cloudtrail,
	&scanner_cloudwatch,
	&scanner_config,
	&scanner_dynamodb,
	&scanner_ec2,
	&scanner_ecr,
	&scanner_ecs,
	&scanner_efs,
	&scanner_elbv2,
	&scanner_events,
	&scanner_guardduty,
	&scanner_iam,
	&scanner_kms,
	&scanner_lambda,
	&scanner_logs,
	&scanner_macie2,
	&scanner_organizations,
	&scanner_rds,
	&scanner_s3,
	&scanner_s3control,
	&scanner_secretsmanager,
	&scanner_securityhub,
	&scanner_sns,
	&scanner_ssm,
	&scanner_sts,
	&scanner_wafv2,
};

const size_t scanner_count = COUNT(scanners);
