/* call: makes one read call exactly as a scanner would and prints the tree. */

#include "cmd/cmd.h"

struct result {
	struct err *err;
	const char *service, *operation;
	int status;
};

static void
print_answer(void *arg, struct aws_answer *answer)
{
	struct result *result = arg;

	if (answer->code != NULL) {
		result->status = err_set(result->err, "%s %s was refused: %s%s%s",
					 result->service, result->operation, answer->code,
					 answer->message != NULL ? ": " : "",
					 answer->message != NULL ? answer->message : "");
		return;
	}
	if (answer->body != NULL)
		json_dumpf(answer->body, stdout, JSON_INDENT(4) | JSON_SORT_KEYS);
	putchar('\n');
	result->status = 0;
}

static json_t *
read_parameters(const struct aws_operation *operation, const struct arguments *arguments,
		struct err *err)
{
	json_t *parameters = json_object();

	for (size_t i = 2; i < arguments_operands(arguments); i++) {
		const char *word = arguments_operand(arguments, i);
		const char *equals = strchr(word, '=');
		char *name;
		json_t *value;

		if (equals == NULL) {
			err_set(err, "'%s' is no NAME=VALUE", word);
			json_decref(parameters);
			return NULL;
		}
		name = mem_text_n(word, (size_t)(equals - word));
		value = aws_parameter_parse(operation, name, equals + 1, err);
		if (value != NULL)
			json_object_set_new(parameters, name, value);
		free(name);
		if (value == NULL) {
			json_decref(parameters);
			return NULL;
		}
	}
	return parameters;
}

static int
ask(const struct arguments *arguments, const struct aws_operation *operation,
    const json_t *parameters, struct err *err)
{
	struct aws_settings settings = {
		.profile = arguments_value(arguments, "profile"),
		.region = arguments_value(arguments, "region"),
		.endpoint_url = arguments_value(arguments, "endpoint-url"),
		.ca_bundle = arguments_value(arguments, "ca-bundle"),
		.replay = arguments_value(arguments, "replay"),
	};
	struct result result = { .err = err, .service = operation->service->name,
				 .operation = operation->name, .status = -1 };
	char *region = aws_region_default(&settings);
	struct aws_request request = {
		.service = operation->service->name, .operation = operation->name,
		.region = region != NULL ? region : "us-east-1",
		.parameters = parameters, .done = print_answer, .arg = &result,
	};
	struct aws_client *client = aws_client_new(&settings, err);
	int status = -1;

	if (client != NULL && aws_client_prepare(client, err) == 0) {
		aws_client_send(client, &request);
		status = aws_client_run(client, NULL, NULL, NULL, err);
	}
	aws_client_free(client);
	free(region);
	return status < 0 ? -1 : result.status;
}

static int
run(const struct arguments *arguments, struct err *err)
{
	const struct aws_operation *operation = aws_operation_find(
		arguments_operand(arguments, 0), arguments_operand(arguments, 1), err);
	json_t *parameters;
	int status;

	if (operation == NULL || check_region("--region", arguments_value(arguments, "region"), err) < 0 ||
	    check_endpoint(arguments_value(arguments, "endpoint-url"), err) < 0)
		return EXIT_USAGE;
	if (!aws_operation_is_read(operation)) {
		err_set(err, "%s %s is not a read: Plumbline cannot make it",
			operation->service->name, operation->name);
		return EXIT_USAGE;
	}
	parameters = read_parameters(operation, arguments, err);
	if (parameters == NULL || aws_check_parameters(operation, parameters, err) < 0)
		status = EXIT_USAGE;
	else
		status = ask(arguments, operation, parameters, err);
	json_decref(parameters);
	return status;
}

static const struct option options[] = {
	{ "ca-bundle", "FILE", "certificates to trust instead of the system's", false },
	{ "endpoint-url", "URL", "ask this address instead of AWS's", false },
	{ "profile", "NAME", "profile of the shared AWS files", false },
	{ "region", "NAME", "region to ask", false },
	{ "replay", "DIR", "answer from a folder of fixtures", false },
};

static const struct operand operands[] = {
	{ "SERVICE", "as the AWS CLI names it: s3control, elbv2", false, false },
	{ "OPERATION", "as the API names it: GetBucketPolicy", false, false },
	{ "NAME=VALUE", "inputs; lists and structures as JSON", true, true },
};

const struct command command_call = {
	.name = "call",
	.summary = "one read call, as a scanner makes it",
	.about = "Makes one read call with your credentials and prints the decoded answer as JSON, with "
		 "the names that the AWS CLI prints. Writes are refused before anything is sent.",
	.options = options,
	.option_count = COUNT(options),
	.operands = operands,
	.operand_count = COUNT(operands),
	.examples = "plumbline call sts GetCallerIdentity\n"
		    "plumbline call s3 GetBucketPolicy Bucket=my-bucket --region eu-west-1",
	.run = run,
};
