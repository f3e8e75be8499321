/* Who is asking: the first call of every scan. */

#include "scanners/scanners.h"

struct asking {
	struct identity *out;
	struct err *err;
	int status;
};

/* A second question could be refused although the first was answered, and leave the account without its row. */
static void
keep_answer(struct identity *identity, const struct aws_answer *answer)
{
	identity->answer = *answer;
	identity->answer.body = json_incref(answer->body);
	identity->answer.request_id = mem_text(answer->request_id);
	identity->answer.message = NULL;
	identity->answer.raw = NULL;
	identity->answer.raw_len = 0;
}

static void
answered(void *arg, struct aws_answer *answer)
{
	struct asking *asking = arg;
	const char *account =
		json_string_value(json_object_get(answer->body, "Account"));
	const char *arn = json_string_value(json_object_get(answer->body, "Arn"));
	size_t len;

	if (answer->code != NULL) {
		bool undecodable = strcmp(answer->code, "Undecodable") == 0;

		asking->status = err_set(asking->err, "sts:GetCallerIdentity was %s: %s%s%s%s",
					 answer->status == 0 ? "not answered" : "refused", answer->code,
					 answer->message != NULL ? ": " : "",
					 answer->message != NULL ? answer->message : "",
					 undecodable ? "; this does not come from AWS: check the network, the "
						       "proxy and the endpoint" : "");
		asking->out->was_refused = answer->status >= 400 && answer->status < 500;
		return;
	}
	if (account == NULL || arn == NULL || !text_starts(arn, "arn:")) {
		asking->status = err_set(asking->err,
					 "sts:GetCallerIdentity answered without an account");
		return;
	}
	len = strcspn(arn + 4, ":");
	asking->out->account_id = mem_text(account);
	asking->out->arn = mem_text(arn);
	asking->out->partition = mem_text_n(arn + 4, len);
	keep_answer(asking->out, answer);
	asking->status = 0;
}

int
collect_identity(struct answerer answerer, const char *home_region, struct identity *out,
		 struct err *err)
{
	struct asking asking = { .out = out, .err = err, .status = -1 };
	json_t *none = json_object();
	struct aws_request request = { .service = "sts", .operation = "GetCallerIdentity",
				       .region = home_region, .parameters = none,
				       .label = "aws-global", .done = answered,
				       .arg = &asking };

	err_set(err, "sts:GetCallerIdentity was not answered");
	answerer.send(answerer.self, &request);
	if (answerer.run(answerer.self, NULL, NULL, NULL, err) < 0)
		asking.status = -1;
	if (asking.status == 0)
		err->text[0] = '\0';
	json_decref(none);
	return asking.status;
}

void
identity_free(struct identity *identity)
{
	free(identity->account_id);
	free(identity->arn);
	free(identity->partition);
	json_decref(identity->answer.body);
	free(identity->answer.request_id);
	*identity = (struct identity){ 0 };
}
