/* Names every scanner: add a line here and its file beside it. */

#ifndef PLUMBLINE_SCANNERS_LIST_H
#define PLUMBLINE_SCANNERS_LIST_H

#include "store/store.h"

extern const struct scanner scanner_accessanalyzer;
extern const struct scanner scanner_account;
extern const struct scanner scanner_acm;
extern const struct scanner scanner_backup;
extern const struct scanner scanner_budgets;
extern const struct scanner scanner_cloudformation;
extern const struct scanner scanner_cloudfront;
extern const struct scanner scanner_cloudtrail;
extern const struct scanner scanner_cloudwatch;
extern const struct scanner scanner_config;
extern const struct scanner scanner_dynamodb;
extern const struct scanner scanner_ec2;
extern const struct scanner scanner_ecr;
extern const struct scanner scanner_ecs;
extern const struct scanner scanner_efs;
extern const struct scanner scanner_elbv2;
extern const struct scanner scanner_events;
extern const struct scanner scanner_guardduty;
extern const struct scanner scanner_iam;
extern const struct scanner scanner_kms;
extern const struct scanner scanner_lambda;
extern const struct scanner scanner_logs;
extern const struct scanner scanner_macie2;
extern const struct scanner scanner_organizations;
extern const struct scanner scanner_rds;
extern const struct scanner scanner_s3;
extern const struct scanner scanner_s3control;
extern const struct scanner scanner_secretsmanager;
extern const struct scanner scanner_securityhub;
extern const struct scanner scanner_sns;
extern const struct scanner scanner_ssm;
extern const struct scanner scanner_sts;
extern const struct scanner scanner_wafv2;

#endif
