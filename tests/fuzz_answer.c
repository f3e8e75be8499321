/* Feeds arbitrary bytes to the decoders of the five protocols, and secrets to the finder. */

#include "aws/aws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const operations[][2] = {
	{ "ec2", "DescribeSecurityGroups" }, { "iam", "GetAccountAuthorizationDetails" },
	{ "kms", "ListKeys" },		     { "lambda", "ListFunctions" },
	{ "s3", "ListBuckets" },
};

static const char *
no_header(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *names = operations[size > 0 ? data[0] % COUNT(operations) : 0];
	const struct aws_operation *operation = aws_operation_find(names[0], names[1], NULL);
	int number = 0;

	for (int status = 200; status < 500 && size > 0; status += 203) {
		json_t *tree = NULL;
		char *code = NULL, *message = NULL;

		aws_answer_decode(operation, status, (const char *)data + 1, size - 1, no_header,
				  NULL, &tree, &code, &message, NULL);
		json_decref(tree);
		free(code);
		free(message);
	}
	free(secret_redact((const char *)data, size, "PASSWORD", &number, NULL, NULL));
	return 0;
}
