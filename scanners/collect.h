/* What the files of scanners/ share among themselves. */

#ifndef PLUMBLINE_SCANNERS_COLLECT_H
#define PLUMBLINE_SCANNERS_COLLECT_H

#include "scanners/scanners.h"

/* Columns of the union views to which several services add arms: the same in each. */
#define POLICY_COLUMNS "type policy"
#define STORE_COLUMNS "type is_encrypted kms_key_id created_at"
#define PROTECTABLE_COLUMNS "type created_at"

/* iam_report.c: turns the answer of GetCredentialReport, whose Content is a CSV file, into
 * {"Content": [{"user": …, "mfa_active": …}], "GeneratedTime": …}. New reference, or NULL for
 * what is no such report. */
json_t *report_rows(const json_t *body);

/* organization_path.c: adds to the answer of DescribeAccount "Levels": [{"Id", "Type": "ROOT", "ORGANIZATIONAL_UNIT" or
 * "ACCOUNT", "Depth": 0 …}], from the root down to the account, as its one path has them. New reference, or NULL where
 * the answer does not tell them. */
json_t *account_levels(const json_t *body);

#endif
