/* AWS IAM: one paged answer holds users, groups, roles and policies; the credential report
 * says how each user signs in. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{ .name = "GetAccountAuthorizationDetails", .items = "Policies" },
	{ .name = "GenerateCredentialReport", .poll = "State=COMPLETE" },
	/* Its Content is a CSV file. */
	{
		.name = "GetCredentialReport",
		.parent = "GenerateCredentialReport",
		.shape = report_rows,
	},
	{ .name = "GetAccountSummary" },
	{ .name = "GetAccountPasswordPolicy", .absent = "NoSuchEntity" },
	{ .name = "ListAccountAliases" },
	/* The codes and pictures that seed a device are its secret. */
	{
		.name = "ListVirtualMFADevices",
		.items = "VirtualMFADevices",
		.drop = "VirtualMFADevices[].QRCodePNG VirtualMFADevices[].Base32StringSeed",
	},
	{ .name = "ListServerCertificates", .items = "ServerCertificateMetadataList" },
	{
		.name = "ListServerCertificateTags",
		.parent = "ListServerCertificates",
		.bind = "ServerCertificateName=ServerCertificateName",
	},
	{
		.name = "ListEntitiesForPolicy",
		.bind = "PolicyArn='arn:{partition}:iam::aws:policy/AWSSupportAccess'"
			" PolicyUsageFilter='PermissionsPolicy'",
		.absent = "NoSuchEntity",
	},
};

#define SUMMARY(column, type, key) \
	{ column, type, "GetAccountSummary", "SummaryMap." key }
#define PASSWORD(column, type, key) \
	{ column, type, "GetAccountPasswordPolicy", "PasswordPolicy." key }
#define ROOT(column, type, key) \
	{ column, type, "GetCredentialReport", "Content[user=<root_account>]." key }
#define REPORT(column, type, key) \
	{ column, type, "GetCredentialReport", "Content[user={name}]." key }

static const struct column account[] = {
	{ "alias", TEXT, "ListAccountAliases", "AccountAliases[0]" },
	SUMMARY("root_mfa_enabled", BOOL, "AccountMFAEnabled"),
	SUMMARY("root_password_present", BOOL, "AccountPasswordPresent"),
	SUMMARY("root_access_keys", INTEGER, "AccountAccessKeysPresent"),
	SUMMARY("root_certificates", INTEGER, "AccountSigningCertificatesPresent"),
	SUMMARY("iam_users", INTEGER, "Users"),
	PASSWORD("password_minimum_length", INTEGER, "MinimumPasswordLength"),
	PASSWORD("password_reuse_prevention", INTEGER, "PasswordReusePrevention"),
	PASSWORD("password_max_age_days", INTEGER, "MaxPasswordAge"),
	PASSWORD("password_expires", BOOL, "ExpirePasswords"),
	PASSWORD("password_hard_expiry", BOOL, "HardExpiry"),
	PASSWORD("password_require_lowercase", BOOL, "RequireLowercaseCharacters"),
	PASSWORD("password_require_uppercase", BOOL, "RequireUppercaseCharacters"),
	PASSWORD("password_require_numbers", BOOL, "RequireNumbers"),
	PASSWORD("password_require_symbols", BOOL, "RequireSymbols"),
	PASSWORD("password_users_may_change", BOOL, "AllowUsersToChangePassword"),
	ROOT("root_created_at", TIME, "user_creation_time"),
	ROOT("root_password_last_used_at", TIME, "password_last_used"),
	ROOT("root_access_key_1_active", BOOL, "access_key_1_active"),
	ROOT("root_access_key_1_last_used_at", TIME, "access_key_1_last_used_date"),
	ROOT("root_access_key_2_active", BOOL, "access_key_2_active"),
	ROOT("root_access_key_2_last_used_at", TIME, "access_key_2_last_used_date"),
	ROOT("root_certificate_1_active", BOOL, "cert_1_active"),
	ROOT("root_certificate_2_active", BOOL, "cert_2_active"),
	{ "credential_report_at", TIME, "GetCredentialReport", "GeneratedTime" },
	{ "support_users", JSON, "ListEntitiesForPolicy", "PolicyUsers[].UserName" },
	{ "support_groups", JSON, "ListEntitiesForPolicy", "PolicyGroups[].GroupName" },
	{ "support_roles", JSON, "ListEntitiesForPolicy", "PolicyRoles[].RoleName" },
	{ "support_user_count", INTEGER, "ListEntitiesForPolicy", "PolicyUsers :count" },
	{ "support_group_count", INTEGER, "ListEntitiesForPolicy", "PolicyGroups :count" },
	{ "support_role_count", INTEGER, "ListEntitiesForPolicy", "PolicyRoles :count" },
};

static const struct column user[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "UserName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "user_id", TEXT, NULL, "UserId" },
	{ "path", TEXT, NULL, "Path" },
	{ "created_at", TIME, NULL, "CreateDate" },
	{ "groups", JSON, NULL, "GroupList" },
	{ "group_count", INTEGER, NULL, "GroupList :count" },
	{ "attached_policy_count", INTEGER, NULL, "AttachedManagedPolicies :count" },
	{ "inline_policy_count", INTEGER, NULL, "UserPolicyList :count" },
	{ "boundary_arn", TEXT, NULL, "PermissionsBoundary.PermissionsBoundaryArn" },
	REPORT("password_enabled", BOOL, "password_enabled"),
	REPORT("password_last_used_at", TIME, "password_last_used"),
	REPORT("password_changed_at", TIME, "password_last_changed"),
	REPORT("password_next_rotation_at", TIME, "password_next_rotation"),
	REPORT("mfa_active", BOOL, "mfa_active"),
	REPORT("access_key_1_active", BOOL, "access_key_1_active"),
	REPORT("access_key_1_rotated_at", TIME, "access_key_1_last_rotated"),
	REPORT("access_key_1_last_used_at", TIME, "access_key_1_last_used_date"),
	REPORT("access_key_1_last_used_region", TEXT, "access_key_1_last_used_region"),
	REPORT("access_key_1_last_used_service", TEXT, "access_key_1_last_used_service"),
	REPORT("access_key_2_active", BOOL, "access_key_2_active"),
	REPORT("access_key_2_rotated_at", TIME, "access_key_2_last_rotated"),
	REPORT("access_key_2_last_used_at", TIME, "access_key_2_last_used_date"),
	REPORT("access_key_2_last_used_region", TEXT, "access_key_2_last_used_region"),
	REPORT("access_key_2_last_used_service", TEXT, "access_key_2_last_used_service"),
	REPORT("certificate_1_active", BOOL, "cert_1_active"),
	REPORT("certificate_1_rotated_at", TIME, "cert_1_last_rotated"),
	REPORT("certificate_2_active", BOOL, "cert_2_active"),
	REPORT("certificate_2_rotated_at", TIME, "cert_2_last_rotated"),
};

static const struct column group[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "GroupName" },
	{ "group_id", TEXT, NULL, "GroupId" },
	{ "path", TEXT, NULL, "Path" },
	{ "created_at", TIME, NULL, "CreateDate" },
	{ "attached_policy_count", INTEGER, NULL, "AttachedManagedPolicies :count" },
	{ "inline_policy_count", INTEGER, NULL, "GroupPolicyList :count" },
};

static const struct column role[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "RoleName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "role_id", TEXT, NULL, "RoleId" },
	{ "path", TEXT, NULL, "Path" },
	{ "created_at", TIME, NULL, "CreateDate" },
	{ "trust_policy", JSON, NULL, "AssumeRolePolicyDocument :json" },
	{ "attached_policy_count", INTEGER, NULL, "AttachedManagedPolicies :count" },
	{ "inline_policy_count", INTEGER, NULL, "RolePolicyList :count" },
	{ "boundary_arn", TEXT, NULL, "PermissionsBoundary.PermissionsBoundaryArn" },
	{ "last_used_at", TIME, NULL, "RoleLastUsed.LastUsedDate" },
	{ "last_used_region", TEXT, NULL, "RoleLastUsed.Region" },
};

static const struct column policy[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "PolicyName" },
	{ "policy_id", TEXT, NULL, "PolicyId" },
	{ "path", TEXT, NULL, "Path" },
	{ "created_at", TIME, NULL, "CreateDate" },
	{ "updated_at", TIME, NULL, "UpdateDate" },
	{ "default_version_id", TEXT, NULL, "DefaultVersionId" },
	{ "document", JSON, NULL, "PolicyVersionList[IsDefaultVersion=true].Document :json" },
	{ "version_count", INTEGER, NULL, "PolicyVersionList :count" },
	{ "attachment_count", INTEGER, NULL, "AttachmentCount" },
	{ "boundary_usage_count", INTEGER, NULL, "PermissionsBoundaryUsageCount" },
	{ "is_attachable", BOOL, NULL, "IsAttachable" },
};

/* The list that holds a policy is one of a user, a group or a role. */
static const struct column inline_policy[] = {
	{ "name", TEXT, NULL, "PolicyName" },
	{ "document", JSON, NULL, "PolicyDocument :json" },
	{ "owner_arn", TEXT, NULL, "^Arn" },
	{ "owner_name", TEXT, NULL, "^UserName|^GroupName|^RoleName" },
	{ "user_name", TEXT, NULL, "^UserName" },
	{ "group_name", TEXT, NULL, "^GroupName" },
	{ "role_name", TEXT, NULL, "^RoleName" },
};

static const struct column attached[] = {
	{ "name", TEXT, NULL, "PolicyName" },
	{ "policy_arn", TEXT, NULL, "PolicyArn" },
};

static const struct column membership[] = {
	{ "name", TEXT, NULL, "." },
};

static const struct column profile[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "InstanceProfileName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "profile_id", TEXT, NULL, "InstanceProfileId" },
	{ "path", TEXT, NULL, "Path" },
	{ "created_at", TIME, NULL, "CreateDate" },
	{ "role_arn", TEXT, NULL, "^Arn" },
	{ "role_name", TEXT, NULL, "^RoleName" },
};

static const struct column virtual_mfa[] = {
	{ "arn", TEXT, NULL, "SerialNumber" },
	{ "name", TEXT, NULL, "SerialNumber" },
	{ "serial", TEXT, NULL, "SerialNumber" },
	{ "user_arn", TEXT, NULL, "User.Arn" },
	{ "user_name", TEXT, NULL, "User.UserName" },
	{ "enabled_at", TIME, NULL, "EnableDate" },
};

static const struct column certificate[] = {
	{ "arn", TEXT, NULL, "Arn" },
	{ "name", TEXT, NULL, "ServerCertificateName" },
	{ "tags", TAGS, "ListServerCertificateTags", "Tags" },
	{ "certificate_id", TEXT, NULL, "ServerCertificateId" },
	{ "path", TEXT, NULL, "Path" },
	{ "uploaded_at", TIME, NULL, "UploadDate" },
	{ "expires_at", TIME, NULL, "Expiration" },
};

#define DETAILS .operation = "GetAccountAuthorizationDetails"

static const struct table tables[] = {
	{ .extends = "account", COLUMNS(account) },
	{
		.name = "iam_user",
		.type = "AWS::IAM::User",
		.path = "UserDetailList",
		DETAILS,
		COLUMNS(user),
	},
	{
		.name = "iam_user_policy",
		.of = "iam_user",
		.path = "AttachedManagedPolicies",
		DETAILS,
		COLUMNS(attached),
	},
	{
		.name = "iam_user_group",
		.of = "iam_user",
		.path = "GroupList",
		DETAILS,
		COLUMNS(membership),
	},
	{
		.name = "iam_group",
		.type = "AWS::IAM::Group",
		.path = "GroupDetailList",
		DETAILS,
		COLUMNS(group),
	},
	{
		.name = "iam_group_policy",
		.of = "iam_group",
		.path = "AttachedManagedPolicies",
		DETAILS,
		COLUMNS(attached),
	},
	{
		.name = "iam_role",
		.type = "AWS::IAM::Role",
		.path = "RoleDetailList",
		DETAILS,
		COLUMNS(role),
	},
	{
		.name = "iam_role_policy",
		.of = "iam_role",
		.path = "AttachedManagedPolicies",
		DETAILS,
		COLUMNS(attached),
	},
	{
		.name = "iam_instance_profile",
		.type = "AWS::IAM::InstanceProfile",
		.path = "RoleDetailList[].InstanceProfileList[]",
		DETAILS,
		COLUMNS(profile),
	},
	{
		.name = "iam_policy",
		.type = "AWS::IAM::ManagedPolicy",
		DETAILS,
		COLUMNS(policy),
	},
	{
		.name = "iam_inline_policy",
		.type = "AWS::IAM::Policy",
		.arn = "{owner_arn}/{name}",
		.path = "{UserDetailList[].UserPolicyList[],GroupDetailList[].GroupPolicyList[],"
			"RoleDetailList[].RolePolicyList[]}",
		DETAILS,
		COLUMNS(inline_policy),
	},
	{
		.name = "iam_virtual_mfa_device",
		.type = "AWS::IAM::VirtualMFADevice",
		.operation = "ListVirtualMFADevices",
		COLUMNS(virtual_mfa),
	},
	{
		.name = "iam_server_certificate",
		.type = "AWS::IAM::ServerCertificate",
		.operation = "ListServerCertificates",
		COLUMNS(certificate),
	},
};

static const struct arm principals[] = {
	{ "iam_user", "type='iam_user'", NULL },
	{ "iam_role", "type='iam_role'", NULL },
};
static const struct arm policies[] = {
	{ "iam_role", "type='iam_role', policy=trust_policy", NULL },
};

static const struct view views[] = {
	{ "iam_principal",
	  "type path created_at boundary_arn attached_policy_count inline_policy_count",
	  principals, COUNT(principals) },
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_iam = {
	.service = "iam",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
	VIEWS,
};
