/* AWS Lambda: functions, who may call them, and what their environment holds. */

#include "scanners/collect.h"

/* A function that went meanwhile gives the code of one without a policy or URL. */
#define NONE_THERE "ResourceNotFoundException/!Function_not_found"

static const struct operation operations[] = {
	{
		.name = "ListFunctions",
		.items = "Functions",
		.secrets = "Functions[].Environment.Variables",
	},
	{
		.name = "GetPolicy",
		.parent = "ListFunctions",
		.bind = "FunctionName=FunctionName",
		.absent = NONE_THERE,
	},
	{
		.name = "GetFunctionUrlConfig",
		.parent = "ListFunctions",
		.bind = "FunctionName=FunctionName",
		.absent = NONE_THERE,
	},
	{
		.name = "ListTags",
		.parent = "ListFunctions",
		.bind = "Resource=FunctionArn",
	},
};

static const struct column columns[] = {
	{ "arn", TEXT, NULL, "FunctionArn" },
	{ "name", TEXT, NULL, "FunctionName" },
	{ "tags", TAGS, "ListTags", "Tags" },
	{ "runtime", TEXT, NULL, "Runtime" },
	{ "package_type", TEXT, NULL, "PackageType" },
	{ "handler", TEXT, NULL, "Handler" },
	{ "role_arn", TEXT, NULL, "Role" },
	{ "environment", JSON, NULL, "Environment.Variables" },
	{ "environment_error", TEXT, NULL, "Environment.Error.ErrorCode" },
	{ "kms_key_id", TEXT, NULL, "KMSKeyArn" },
	{ "vpc_id", TEXT, NULL, "VpcConfig.VpcId" },
	{ "subnet_ids", JSON, NULL, "VpcConfig.SubnetIds" },
	{ "security_group_ids", JSON, NULL, "VpcConfig.SecurityGroupIds" },
	{ "timeout", INTEGER, NULL, "Timeout" },
	{ "memory_mib", INTEGER, NULL, "MemorySize" },
	{ "tracing", TEXT, NULL, "TracingConfig.Mode" },
	{ "dead_letter_arn", TEXT, NULL, "DeadLetterConfig.TargetArn" },
	{ "layers", JSON, NULL, "Layers[].Arn" },
	{ "log_group_name", TEXT, NULL, "LoggingConfig.LogGroup" },
	{ "updated_at", TIME, NULL, "LastModified" },
	{ "policy", JSON, "GetPolicy", "Policy :json" },
	{ "url", TEXT, "GetFunctionUrlConfig", "FunctionUrl" },
	{ "url_auth_type", TEXT, "GetFunctionUrlConfig", "AuthType" },
	{ "url_allow_origins", JSON, "GetFunctionUrlConfig", "Cors.AllowOrigins" },
};

static const struct table tables[] = {
	{
		.name = "lambda_function",
		.type = "AWS::Lambda::Function",
		.operation = "ListFunctions",
		COLUMNS(columns),
	},
};

static const struct arm policies[] = {
	{ "lambda_function", "type='lambda_function'", "policy IS NOT NULL" },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
};

const struct scanner scanner_lambda = { .service = "lambda", OPERATIONS, TABLES, VIEWS };
