/* Policies: own cases for each rule of the language, and the shared samples. In the
 * tables ' stands for " and ~ for '. */

#include <CUnit/CUnit.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "checks/meaning.h"

int tests_policy(void);

static char *
quoted(const char *text)
{
	char *copy = mem_text(text);

	for (char *c = copy; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c == '~' ? '\'' : *c;
	return copy;
}

static void
expect(const char *table, const char *name, const char *want, const char *got)
{
	bool same = strcmp(want, got ? got : "NULL") == 0;

	if (!same)
		printf("\n    %s, %s: wanted %s, got %s\n", table, name, want,
		       got ? got : "NULL");
	CU_ASSERT(same);
}

#define ANN "arn:aws:iam::111122223333:user/ann"
#define DEPLOY "arn:aws:sts::111122223333:assumed-role/deploy/s1"

/* A decision on s3:GetObject of arn:aws:s3:::ledger/home/ann/a.txt by the user ann,
 * unless the request says otherwise. */
struct decision {
	const char *name, *statements, *request, *want;
};

static const struct decision decisions[] = {
	{ "no statement", "", "", "not_allowed" },
	{ "allow", "{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}", "",
	  "allowed" },
	{ "deny", "{'Effect':'Deny','Action':'s3:GetObject','Resource':'*'}", "",
	  "denied" },
	{ "deny wins",
	  "{'Effect':'Allow','Action':'*','Resource':'*'},{'Effect':'Deny','Action':'s3:*','Resource':'*'}",
	  "", "denied" },
	{ "deny wins in front",
	  "{'Effect':'Deny','Action':'s3:*','Resource':'*'},{'Effect':'Allow','Action':'*','Resource':'*'}",
	  "", "denied" },
	{ "deny of another action",
	  "{'Effect':'Allow','Action':'*','Resource':'*'},{'Effect':'Deny','Action':'s3:Put*','Resource':'*'}",
	  "", "allowed" },
	{ "action has no case",
	  "{'Effect':'Allow','Action':'S3:getOBJECT','Resource':'*'}", "", "allowed" },
	{ "request's action has no case",
	  "{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}",
	  "'action':'S3:GETOBJECT'", "allowed" },
	{ "action star inside", "{'Effect':'Allow','Action':'s3:G*ject','Resource':'*'}",
	  "", "allowed" },
	{ "action mark", "{'Effect':'Allow','Action':'s3:GetObjec?','Resource':'*'}", "",
	  "allowed" },
	{ "mark takes one", "{'Effect':'Allow','Action':'s3:GetObject?','Resource':'*'}",
	  "", "not_allowed" },
	{ "star takes none", "{'Effect':'Allow','Action':'s3:GetObject*','Resource':'*'}",
	  "", "allowed" },
	{ "two stars", "{'Effect':'Allow','Action':'s3:**Object','Resource':'*'}", "",
	  "allowed" },
	{ "stars that must go back",
	  "{'Effect':'Allow','Action':'s3:*e*e*t','Resource':'*'}", "", "allowed" },
	{ "stars in the wrong order",
	  "{'Effect':'Allow','Action':'s3:*Object*Get','Resource':'*'}", "",
	  "not_allowed" },
	{ "star for all", "{'Effect':'Allow','Action':'*:*','Resource':'*'}", "",
	  "allowed" },
	{ "other service", "{'Effect':'Allow','Action':'sqs:*','Resource':'*'}", "",
	  "not_allowed" },
	{ "prefix of a service", "{'Effect':'Allow','Action':'s:*','Resource':'*'}", "",
	  "not_allowed" },
	{ "list of actions",
	  "{'Effect':'Allow','Action':['s3:PutObject','s3:GetObject'],'Resource':['*']}",
	  "", "allowed" },
	{ "not action", "{'Effect':'Allow','NotAction':'s3:PutObject','Resource':'*'}",
	  "", "allowed" },
	{ "not action names it",
	  "{'Effect':'Allow','NotAction':['iam:*','s3:Get*'],'Resource':'*'}", "",
	  "not_allowed" },
	{ "deny not action", "{'Effect':'Deny','NotAction':'iam:*','Resource':'*'}", "",
	  "denied" },
	{ "resource",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/*'}", "",
	  "allowed" },
	{ "resource has case",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::Ledger/*'}", "",
	  "not_allowed" },
	{ "resource whole",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger'}", "",
	  "not_allowed" },
	{ "star takes slashes",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/*.txt'}", "",
	  "allowed" },
	{ "star for partition",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:*:s3:::ledger/*'}", "",
	  "allowed" },
	{ "star at a segment's end",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:*'}", "", "allowed" },
	{ "mark in a resource",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/?n?/?.txt'}",
	  "", "allowed" },
	{ "mark takes a character of several bytes",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/?'}",
	  "'resource':'arn:aws:s3:::ledger/\u20ac'", "allowed" },
	{ "marks do not take its bytes",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/*?"
	  "?'}",
	  "'resource':'arn:aws:s3:::ledger/\u20ac'", "not_allowed" },
	{ "not resource",
	  "{'Effect':'Allow','Action':'*','NotResource':'arn:aws:s3:::other/*'}", "",
	  "allowed" },
	{ "not resource names it",
	  "{'Effect':'Allow','Action':'*','NotResource':['arn:aws:s3:::x','arn:aws:s3:::ledger/*']}",
	  "", "not_allowed" },
	{ "resource not known",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/*'}",
	  "'resource':null", "unknown" },
	{ "any resource", "{'Effect':'Allow','Action':'*','Resource':'*'}",
	  "'resource':null", "allowed" },
	{ "resource star is a text",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::*'}", "'resource':'*'",
	  "not_allowed" },
	{ "variable",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${aws:username}/*'}",
	  "'context':{'aws:username':'ann'}", "allowed" },
	{ "variable has no case",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${AWS:UserName}/*'}",
	  "'context':{'aws:username':'ann'}", "allowed" },
	{ "variable of another",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${aws:username}/*'}",
	  "'context':{'aws:username':'bob'}", "not_allowed" },
	{ "variable absent",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${aws:username}*'}",
	  "", "not_allowed" },
	{ "variable absent in a list",
	  "{'Effect':'Allow','Action':'*','Resource':['arn:aws:s3:::${aws:username}','*']}",
	  "", "allowed" },
	{ "variable not known",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${aws:username}/*'}",
	  "'complete':false", "unknown" },
	{ "variable not known, text differs",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::other/${aws:username}/*'}",
	  "'complete':false", "not_allowed" },
	{ "default",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${aws:x, ~home~}/ann/*'}",
	  "", "allowed" },
	{ "default not needed",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${aws:x, ~home~}/ann/*'}",
	  "'context':{'aws:x':'away'}", "not_allowed" },
	{ "default, key not known",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${aws:x, ~home~}/ann/*'}",
	  "'complete':false", "unknown" },
	{ "value of several is no variable",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/home/${aws:TagKeys}/*'}",
	  "'context':{'aws:TagKeys':['ann','bob']}", "not_allowed" },
	{ "a variable's star is a star",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${aws:PrincipalTag/p}'}",
	  "'context':{'aws:PrincipalTag/p':'*'}", "not_allowed" },
	{ "literal star",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${*}'}",
	  "'resource':'arn:aws:s3:::ledger/*'", "allowed" },
	{ "literal star is no wildcard",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${*}'}", "",
	  "not_allowed" },
	{ "literal mark",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${?}'}",
	  "'resource':'arn:aws:s3:::ledger/?'", "allowed" },
	{ "literal dollar",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${$}x'}",
	  "'resource':'arn:aws:s3:::ledger/$x'", "allowed" },
	{ "variable that does not end",
	  "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${x'}",
	  "'resource':'arn:aws:s3:::ledger/${x'", "allowed" },
	{ "principal star", "{'Effect':'Allow','Principal':'*','Action':'*'}", "",
	  "allowed" },
	{ "principal AWS star", "{'Effect':'Allow','Principal':{'AWS':'*'},'Action':'*'}",
	  "", "allowed" },
	{ "principal user",
	  "{'Effect':'Allow','Principal':{'AWS':['" ANN "']},'Action':'*'}", "",
	  "allowed" },
	{ "principal another",
	  "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111122223333:user/bob'},"
	  "'Action':'*'}",
	  "", "not_allowed" },
	{ "principal account",
	  "{'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':'*'}", "",
	  "allowed" },
	{ "principal root",
	  "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111122223333:root'},'Action':'*'}",
	  "", "allowed" },
	{ "principal other account",
	  "{'Effect':'Allow','Principal':{'AWS':'444455556666'},'Action':'*'}", "",
	  "not_allowed" },
	{ "principal role for its session",
	  "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111122223333:role/ci/deploy'},'Action':'*'}",
	  "'principal':'" DEPLOY "'", "allowed" },
	{ "principal role of another name",
	  "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111122223333:role/deploy2'},'Action':'*'}",
	  "'principal':'" DEPLOY "'", "not_allowed" },
	{ "principal session",
	  "{'Effect':'Allow','Principal':{'AWS':'" DEPLOY "'},'Action':'*'}",
	  "'principal':'" DEPLOY "'", "allowed" },
	{ "principal service",
	  "{'Effect':'Allow','Principal':{'Service':'sns.amazonaws.com'},'Action':'*'}",
	  "'principal':'sns.amazonaws.com'", "allowed" },
	{ "principal not that service",
	  "{'Effect':'Allow','Principal':{'Service':'sns.amazonaws.com'},'Action':'*'}",
	  "", "not_allowed" },
	{ "principal deleted",
	  "{'Effect':'Allow','Principal':{'AWS':'AROAEXAMPLEEXAMPLE12'},'Action':'*'}",
	  "", "not_allowed" },
	{ "principal by id",
	  "{'Effect':'Allow','Principal':{'AWS':'AROAEXAMPLEEXAMPLE12'},'Action':'*'}",
	  "'context':{'aws:userid':'AROAEXAMPLEEXAMPLE12:s1'}", "allowed" },
	{ "any principal", "{'Effect':'Allow','Principal':'*','Action':'*'}",
	  "'principal':null", "allowed" },
	{ "principal not known, of any account",
	  "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::*:root'},'Action':'*'}",
	  "'principal':null", "unknown" },
	{ "principal not known, of a provider",
	  "{'Effect':'Allow','Principal':{'Federated':'accounts.google.com'},'Action':'*'}",
	  "'principal':null", "unknown" },
	{ "any resource, two stars", "{'Effect':'Allow','Action':'*','Resource':'**'}",
	  "'resource':null", "allowed" },
	{ "principal not known",
	  "{'Effect':'Allow','Principal':{'AWS':'" ANN "'},'Action':'*'}",
	  "'principal':null", "unknown" },
	{ "not principal",
	  "{'Effect':'Deny','NotPrincipal':{'AWS':'arn:aws:iam::111122223333:user/bob'},"
	  "'Action':'*','Resource':'*'}",
	  "", "denied" },
	{ "not principal spares",
	  "{'Effect':'Deny','NotPrincipal':{'AWS':['" ANN
	  "','111122223333']},'Action':'*','Resource':'*'}",
	  "", "not_allowed" },
	{ "not principal without its account",
	  "{'Effect':'Deny','NotPrincipal':{'AWS':'" ANN
	  "'},'Action':'*','Resource':'*'}",
	  "", "unknown" },
	{ "not principal of a session's role",
	  "{'Effect':'Deny','NotPrincipal':{'AWS':['" DEPLOY
	  "','arn:aws:iam::111122223333:role/deploy',"
	  "'111122223333']},'Action':'*','Resource':'*'}",
	  "'principal':'" DEPLOY "'", "not_allowed" },
	{ "an allow that may hold and a deny that does",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'}}},"
	  "{'Effect':'Deny','Action':'*','Resource':'*'}",
	  "'complete':false", "denied" },
	{ "a deny that may hold",
	  "{'Effect':'Allow','Action':'*','Resource':'*'},"
	  "{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'}}}",
	  "'complete':false", "unknown" },
	{ "a deny that may hold, and no allow",
	  "{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'}}}",
	  "'complete':false", "unknown" },
	{ "an allow that may hold beside one that does",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'}}},"
	  "{'Effect':'Allow','Action':'*','Resource':'*'}",
	  "'complete':false", "allowed" },
	{ "completeness not given is none",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'}}}",
	  "'complete':null", "unknown" },
	{ "several operators are all asked",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':'true'},"
	  "'StringEquals':{'a:c':'x'}}}",
	  "'context':{'a:b':'true','a:c':'y'}", "not_allowed" },
	{ "several keys are all asked",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'a:b':'x','a:c':'x'}}}",
	  "'context':{'a:b':'x','a:c':'y'}", "not_allowed" },
	{ "empty condition",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{}}", "",
	  "allowed" },
	{ "empty operator",
	  "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{}}}", "",
	  "allowed" },
};

static void
add_default(struct buf *out, const char *request, const char *name, const char *value)
{
	char *quoted_name = mem_print("'%s'", name);

	if (strstr(request, quoted_name) == NULL)
		buf_print(out, ",%s:%s", quoted_name, value);
	free(quoted_name);
}

static char *
request_text(const char *request)
{
	struct buf out = { 0 };
	char *text;

	buf_print(&out, "{%s%s'x':0", request, request[0] ? "," : "");
	add_default(&out, request, "principal", "'" ANN "'");
	add_default(&out, request, "action", "'s3:GetObject'");
	add_default(&out, request, "resource", "'arn:aws:s3:::ledger/home/ann/a.txt'");
	add_default(&out, request, "context", "{}");
	if (strstr(request, "'complete'") == NULL)
		buf_text(&out, ",'complete':true");
	buf_text(&out, "}");
	text = quoted(out.data);
	buf_free(&out);
	return text;
}

static const char *
decide(const char *version, const char *statements, const char *request)
{
	char *text = mem_print("[{%s'Statement':[%s]}]", version, statements);
	char *documents = quoted(text), *asked = request_text(request);
	const char *decision = policy_decision(documents, asked);

	free(text);
	free(documents);
	free(asked);
	return decision;
}

static void
test_decisions(void)
{
	for (size_t i = 0; i < COUNT(decisions); i++)
		expect("decision", decisions[i].name, decisions[i].want,
		       decide("'Version':'2012-10-17',", decisions[i].statements,
			      decisions[i].request));
}

/* Whether a condition holds: 1, 0, -1 not known. complete 0: other keys are not known. */
struct condition {
	const char *name, *condition, *context;
	int complete, want;
};

static const struct condition conditions[] = {
	{ "equals", "'StringEquals':{'a:k':'x'}", "'a:k':'x'", 1, 1 },
	{ "equals has case", "'StringEquals':{'a:k':'X'}", "'a:k':'x'", 1, 0 },
	{ "equals knows no star", "'StringEquals':{'a:k':'*'}", "'a:k':'x'", 1, 0 },
	{ "equals any of a list", "'StringEquals':{'a:k':['y','x']}", "'a:k':'x'", 1, 1 },
	{ "equals nothing of no list", "'StringEquals':{'a:k':[]}", "'a:k':'x'", 1, 0 },
	{ "equals absent", "'StringEquals':{'a:k':'x'}", "", 1, 0 },
	{ "equals null", "'StringEquals':{'a:k':'x'}", "'a:k':null", 1, 0 },
	{ "equals not known", "'StringEquals':{'a:k':'x'}", "", 0, -1 },
	{ "equals known to be absent", "'StringEquals':{'a:k':'x'}", "'a:k':null", 0, 0 },
	{ "equals, the key has no case", "'StringEquals':{'A:K':'x'}", "'a:k':'x'", 1,
	  1 },
	{ "the operator has no case", "'stringequals':{'a:k':'x'}", "'a:k':'x'", 1, 1 },
	{ "equals a number", "'StringEquals':{'a:k':7}", "'a:k':'7'", 1, 1 },
	{ "equals a truth", "'StringEquals':{'a:k':true}", "'a:k':'true'", 1, 1 },
	{ "context may be a truth", "'StringEquals':{'a:k':'true'}", "'a:k':true", 1, 1 },
	{ "equals a variable", "'StringEquals':{'a:k':'${a:v}'}", "'a:k':'x','a:v':'x'",
	  1, 1 },
	{ "equals within a variable", "'StringEquals':{'a:k':'${a:v}/${a:v}'}",
	  "'a:k':'x/x','a:v':'x'", 1, 1 },
	{ "equals a variable that is absent", "'StringEquals':{'a:k':'${a:v}'}",
	  "'a:k':'x'", 1, 0 },
	{ "equals a variable not known", "'StringEquals':{'a:k':'${a:v}'}", "'a:k':'x'",
	  0, -1 },
	{ "equals a variable that cannot fit", "'StringEquals':{'a:k':'y${a:v}'}",
	  "'a:k':'x'", 0, 0 },
	{ "equals a literal star", "'StringEquals':{'a:k':'${*}'}", "'a:k':'*'", 1, 1 },
	{ "not equals", "'StringNotEquals':{'a:k':'x'}", "'a:k':'y'", 1, 1 },
	{ "not equals equal", "'StringNotEquals':{'a:k':'x'}", "'a:k':'x'", 1, 0 },
	{ "not equals any of a list", "'StringNotEquals':{'a:k':['y','x']}", "'a:k':'x'",
	  1, 0 },
	{ "not equals absent", "'StringNotEquals':{'a:k':'x'}", "", 1, 1 },
	{ "not equals not known", "'StringNotEquals':{'a:k':'x'}", "", 0, -1 },
	{ "not equals nothing", "'StringNotEquals':{'a:k':[]}", "", 0, 1 },
	{ "any case", "'StringEqualsIgnoreCase':{'a:k':'RED'}", "'a:k':'Red'", 1, 1 },
	{ "not any case", "'StringNotEqualsIgnoreCase':{'a:k':'RED'}", "'a:k':'Red'", 1,
	  0 },
	{ "like", "'StringLike':{'a:k':'r*d?'}", "'a:k':'reeds'", 1, 1 },
	{ "like has case", "'StringLike':{'a:k':'R*'}", "'a:k':'reeds'", 1, 0 },
	{ "like nothing", "'StringLike':{'a:k':''}", "'a:k':''", 1, 1 },
	{ "like a bracket", "'StringLike':{'a:k':'[a]*'}", "'a:k':'a'", 1, 0 },
	{ "not like", "'StringNotLike':{'a:k':'r*'}", "'a:k':'red'", 1, 0 },
	{ "not like absent", "'StringNotLike':{'a:k':'r*'}", "", 1, 1 },
	{ "like all, not known", "'StringLike':{'a:k':'*'}", "", 0, -1 },
	{ "like all if it exists, not known", "'StringLikeIfExists':{'a:k':'*'}", "", 0,
	  1 },
	{ "any ARN if it exists, not known", "'ArnLikeIfExists':{'a:k':'*'}", "", 0, 1 },
	{ "any ARN, not known", "'ArnLike':{'a:k':'*'}", "", 0, -1 },
	{ "any address if it exists, not known",
	  "'IpAddressIfExists':{'a:k':['0.0.0.0/0','::/0']}", "", 0, 1 },
	{ "any address of IPv4 if it exists, not known",
	  "'IpAddressIfExists':{'a:k':'0.0.0.0/0'}", "", 0, -1 },
	{ "no address, not known", "'NotIpAddress':{'a:k':['0.0.0.0/0','::/0']}", "", 0, -1 },
	{ "not like all if it exists", "'StringNotLikeIfExists':{'a:k':'*'}", "", 0, -1 },
	{ "if exists absent", "'StringEqualsIfExists':{'a:k':'x'}", "", 1, 1 },
	{ "if exists present", "'StringEqualsIfExists':{'a:k':'x'}", "'a:k':'y'", 1, 0 },
	{ "if exists not known", "'StringEqualsIfExists':{'a:k':'x'}", "", 0, -1 },
	{ "number", "'NumericEquals':{'a:k':'10'}", "'a:k':'10.0'", 1, 1 },
	{ "number without quotes", "'NumericEquals':{'a:k':1.1}", "'a:k':'1.1'", 1, 1 },
	{ "number of a context", "'NumericEquals':{'a:k':'1.1'}", "'a:k':1.1", 1, 1 },
	{ "number not equal", "'NumericNotEquals':{'a:k':'10'}", "'a:k':'11'", 1, 1 },
	{ "number not equal absent", "'NumericNotEquals':{'a:k':'10'}", "", 1, 1 },
	{ "number less", "'NumericLessThan':{'a:k':'10'}", "'a:k':'-9'", 1, 1 },
	{ "number not less", "'NumericLessThan':{'a:k':'10'}", "'a:k':'10'", 1, 0 },
	{ "number at most", "'NumericLessThanEquals':{'a:k':'10'}", "'a:k':'10'", 1, 1 },
	{ "number more", "'NumericGreaterThan':{'a:k':'9'}", "'a:k':'10'", 1, 1 },
	{ "number at least", "'NumericGreaterThanEquals':{'a:k':'10'}", "'a:k':'9.99'", 1,
	  0 },
	{ "number more than one of a list", "'NumericGreaterThan':{'a:k':['99','9']}",
	  "'a:k':'10'", 1, 1 },
	{ "number of a word", "'NumericEquals':{'a:k':'10'}", "'a:k':'ten'", 1, 0 },
	{ "a policy's number that is none", "'NumericEquals':{'a:k':'ten'}", "'a:k':'10'",
	  1, -1 },
	{ "big numbers differ", "'NumericEquals':{'a:k':'9007199254740993'}",
	  "'a:k':'9007199254740992'", 1, 0 },
	{ "moment", "'DateEquals':{'a:k':'2024-02-29T12:00:00Z'}",
	  "'a:k':'2024-02-29T14:00:00+02:00'", 1, 1 },
	{ "moment of a day", "'DateEquals':{'a:k':'2024-02-29'}",
	  "'a:k':'2024-02-29T00:00:00Z'", 1, 1 },
	{ "moment in seconds", "'DateEquals':{'a:k':'1709164800'}",
	  "'a:k':'2024-02-29T00:00:00Z'", 1, 1 },
	{ "moment in milliseconds of a second",
	  "'DateLessThan':{'a:k':'2024-02-29T00:00:00.5Z'}",
	  "'a:k':'2024-02-29T00:00:00.499Z'", 1, 1 },
	{ "moment of a year", "'DateGreaterThan':{'a:k':'2024'}",
	  "'a:k':'2024-01-01T00:00:01Z'", 1, 1 },
	{ "moment of a month", "'DateLessThan':{'a:k':'2024-03'}",
	  "'a:k':'2024-02-29T23:59:59Z'", 1, 1 },
	{ "moment without seconds", "'DateEquals':{'a:k':'2024-02-29T12:30Z'}",
	  "'a:k':'2024-02-29T12:30:00Z'", 1, 1 },
	{ "moment at least", "'DateGreaterThanEquals':{'a:k':'2024-02-29T00:00:00Z'}",
	  "'a:k':'1709164800'", 1, 1 },
	{ "moment at most", "'DateLessThanEquals':{'a:k':'2024-02-29T00:00:00Z'}",
	  "'a:k':'1709164801'", 1, 0 },
	{ "moment not equal", "'DateNotEquals':{'a:k':'2024-02-29T00:00:00Z'}",
	  "'a:k':'1709164800'", 1, 0 },
	{ "moment that is none", "'DateEquals':{'a:k':'2024-13-01'}",
	  "'a:k':'1709164800'", 1, -1 },
	{ "truth", "'Bool':{'a:k':'true'}", "'a:k':'true'", 1, 1 },
	{ "truth has no case", "'Bool':{'a:k':'True'}", "'a:k':'true'", 1, 1 },
	{ "truth without quotes", "'Bool':{'a:k':false}", "'a:k':'false'", 1, 1 },
	{ "truth absent", "'Bool':{'a:k':'false'}", "", 1, 0 },
	{ "truth absent but if it exists", "'BoolIfExists':{'a:k':'false'}", "", 1, 1 },
	{ "bytes", "'BinaryEquals':{'a:k':'QUJD'}", "'a:k':'QUJD'", 1, 1 },
	{ "other bytes", "'BinaryEquals':{'a:k':'QUJD'}", "'a:k':'QUJE'", 1, 0 },
	{ "address", "'IpAddress':{'a:k':'203.0.113.0/24'}", "'a:k':'203.0.113.9'", 1,
	  1 },
	{ "address outside", "'IpAddress':{'a:k':'203.0.113.0/24'}",
	  "'a:k':'203.0.114.9'", 1, 0 },
	{ "address alone", "'IpAddress':{'a:k':'203.0.113.9'}", "'a:k':'203.0.113.9'", 1,
	  1 },
	{ "address with host bits", "'IpAddress':{'a:k':'203.0.113.77/24'}",
	  "'a:k':'203.0.113.9'", 1, 1 },
	{ "address at an odd border", "'IpAddress':{'a:k':'10.20.30.32/27'}",
	  "'a:k':'10.20.30.64'", 1, 0 },
	{ "address of six", "'IpAddress':{'a:k':'2001:db8::/33'}",
	  "'a:k':'2001:db8:7fff::1'", 1, 1 },
	{ "address of six outside", "'IpAddress':{'a:k':'2001:db8::/33'}",
	  "'a:k':'2001:db8:8000::1'", 1, 0 },
	{ "address of another family", "'IpAddress':{'a:k':'0.0.0.0/0'}",
	  "'a:k':'2001:db8::1'", 1, 0 },
	{ "address of all", "'IpAddress':{'a:k':['0.0.0.0/0','::/0']}",
	  "'a:k':'2001:db8::1'", 1, 1 },
	{ "not address", "'NotIpAddress':{'a:k':['203.0.113.0/24','10.0.0.0/8']}",
	  "'a:k':'10.1.1.1'", 1, 0 },
	{ "not address absent", "'NotIpAddress':{'a:k':'203.0.113.0/24'}", "", 1, 1 },
	{ "address that is none", "'IpAddress':{'a:k':'203.0.113.0/33'}",
	  "'a:k':'203.0.113.9'", 1, -1 },
	{ "arn", "'ArnEquals':{'a:k':'arn:aws:sns:*:111122223333:al*'}",
	  "'a:k':'arn:aws:sns:eu-west-3:111122223333:alerts'", 1, 1 },
	{ "arn has case", "'ArnLike':{'a:k':'arn:aws:sns:*:111122223333:AL*'}",
	  "'a:k':'arn:aws:sns:eu-west-3:111122223333:alerts'", 1, 0 },
	{ "arn part by part", "'ArnLike':{'a:k':'arn:aws:x:*:111122223333:f/*'}",
	  "'a:k':'arn:aws:x:us-east-2:999999999999:store/abc:111122223333:f/d'", 1, 0 },
	{ "like is not part by part",
	  "'StringLike':{'a:k':'arn:aws:x:*:111122223333:f/*'}",
	  "'a:k':'arn:aws:x:us-east-2:999999999999:store/abc:111122223333:f/d'", 1, 1 },
	{ "arn's last part has colons",
	  "'ArnLike':{'a:k':'arn:aws:lambda:*:*:function:f*'}",
	  "'a:k':'arn:aws:lambda:eu-west-3:111122223333:function:f:live'", 1, 1 },
	{ "arn star", "'ArnLike':{'a:k':'*'}", "'a:k':'arn:aws:s3:::ledger'", 1, 1 },
	{ "arn of no arn", "'ArnLike':{'a:k':'arn:aws:s3:::*'}", "'a:k':'ledger'", 1, 0 },
	{ "arn with a variable", "'ArnLike':{'a:k':'arn:aws:s3:::${a:v}'}",
	  "'a:k':'arn:aws:s3:::x','a:v':'x'", 1, 1 },
	{ "not arn", "'ArnNotLike':{'a:k':'arn:aws:s3:::*'}", "'a:k':'arn:aws:s3:::x'", 1,
	  0 },
	{ "not arn absent", "'ArnNotEquals':{'a:k':'arn:aws:s3:::*'}", "", 1, 1 },
	{ "null true, absent", "'Null':{'a:k':'true'}", "", 1, 1 },
	{ "null true, present", "'Null':{'a:k':true}", "'a:k':'x'", 1, 0 },
	{ "null false, present", "'Null':{'a:k':'false'}", "'a:k':'x'", 1, 1 },
	{ "null false, no values", "'Null':{'a:k':'false'}", "'a:k':[]", 1, 0 },
	{ "null not known", "'Null':{'a:k':'true'}", "", 0, -1 },
	{ "null either way", "'Null':{'a:k':['true','false']}", "", 0, 1 },
	{ "any value", "'ForAnyValue:StringEquals':{'a:k':['x','z']}", "'a:k':['y','x']",
	  1, 1 },
	{ "no value", "'ForAnyValue:StringEquals':{'a:k':['x','z']}", "'a:k':['y','w']",
	  1, 0 },
	{ "any of no values", "'ForAnyValue:StringEquals':{'a:k':'x'}", "'a:k':[]", 1,
	  0 },
	{ "any of an absent key", "'ForAnyValue:StringEquals':{'a:k':'x'}", "", 1, 0 },
	{ "any not of an absent key", "'ForAnyValue:StringNotEquals':{'a:k':'x'}", "", 1,
	  0 },
	{ "any value is another", "'ForAnyValue:StringNotEquals':{'a:k':'x'}",
	  "'a:k':['x','y']", 1, 1 },
	{ "no value is another", "'ForAnyValue:StringNotEquals':{'a:k':['x','y']}",
	  "'a:k':['x','y']", 1, 0 },
	{ "all values", "'ForAllValues:StringLike':{'a:k':['x*','y']}",
	  "'a:k':['y','xx']", 1, 1 },
	{ "not all values", "'ForAllValues:StringLike':{'a:k':['x*']}",
	  "'a:k':['y','xx']", 1, 0 },
	{ "all of no values", "'ForAllValues:StringEquals':{'a:k':'x'}", "'a:k':[]", 1,
	  1 },
	{ "all of an absent key", "'ForAllValues:StringEquals':{'a:k':'x'}", "", 1, 1 },
	{ "all are others", "'ForAllValues:StringNotEquals':{'a:k':'x'}",
	  "'a:k':['y','z']", 1, 1 },
	{ "not all are others", "'ForAllValues:StringNotEquals':{'a:k':'x'}",
	  "'a:k':['y','x']", 1, 0 },
	{ "all values not known", "'ForAllValues:StringEquals':{'a:k':'x'}", "", 0, -1 },
	{ "all values whatever they are", "'ForAllValues:StringLike':{'a:k':'*'}", "", 0,
	  1 },
	{ "any of numbers", "'ForAnyValue:NumericLessThan':{'a:k':'5'}",
	  "'a:k':['9','4']", 1, 1 },
	{ "one value is a list of one", "'ForAllValues:StringEquals':{'a:k':'x'}",
	  "'a:k':'x'", 1, 1 },
	{ "several values without a set, any", "'StringEquals':{'a:k':'x'}",
	  "'a:k':['y','x']", 1, 1 },
	{ "several values without a set, none", "'StringNotEquals':{'a:k':'x'}",
	  "'a:k':['y','x']", 1, 0 },
};

static void
test_conditions(void)
{
	for (size_t i = 0; i < COUNT(conditions); i++) {
		const struct condition *row = &conditions[i];
		char *statement = mem_print(
			"{'Effect':'Allow','Action':'*','Resource':'*','Condition':{%s}}",
			row->condition);
		char *request = mem_print("'context':{%s},'complete':%s", row->context,
					  row->complete ? "true" : "false");

		expect("condition", row->name,
		       row->want < 0 ? "unknown"
		       : row->want   ? "allowed"
				     : "not_allowed",
		       decide("'Version':'2012-10-17',", statement, request));
		free(statement);
		free(request);
	}
}

/* Before 2012-10-17 there are no variables. */
static void
test_versions(void)
{
	static const char statement[] =
		"{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::ledger/${a:v}'}";
	static const char of_value[] =
		"'resource':'arn:aws:s3:::ledger/x','context':{'a:v':'x'}";
	static const char of_text[] =
		"'resource':'arn:aws:s3:::ledger/${a:v}','context':{'a:v':'x'}";

	expect("version", "2012, value", "allowed",
	       decide("'Version':'2012-10-17',", statement, of_value));
	expect("version", "2012, text", "not_allowed",
	       decide("'Version':'2012-10-17',", statement, of_text));
	expect("version", "2008, value", "not_allowed",
	       decide("'Version':'2008-10-17',", statement, of_value));
	expect("version", "2008, text", "allowed",
	       decide("'Version':'2008-10-17',", statement, of_text));
	expect("version", "none, text", "allowed", decide("", statement, of_text));
}

struct pair {
	const char *name, *text, *want;
};

/* What documents may look like: the decision on the usual request. */
static const struct pair forms[] = {
	{ "one document", "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}",
	  "allowed" },
	{ "text of a document",
	  "['{\\'Statement\\':{\\'Effect\\':\\'Allow\\',\\'Action\\':\\'*\\',\\'Resource\\':\\'*\\'}}']",
	  "allowed" },
	{ "none", "[]", "not_allowed" },
	{ "null among them",
	  "[null,{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}]",
	  "allowed" },
	{ "boundary that allows",
	  "{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],"
	  "'boundary':{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'}}}",
	  "allowed" },
	{ "boundary that does not",
	  "{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],"
	  "'boundary':{'Statement':{'Effect':'Allow','Action':'ec2:*','Resource':'*'}}}",
	  "not_allowed" },
	{ "boundary alone gives nothing",
	  "{'identity':[],'boundary':{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}}",
	  "not_allowed" },
	{ "no boundary",
	  "{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],'boundary':null}",
	  "allowed" },
	{ "every level must allow",
	  "{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],'service_control':"
	  "[[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],"
	  "[{'Statement':{'Effect':'Allow','Action':'ec2:*','Resource':'*'}}]]}",
	  "not_allowed" },
	{ "a level's deny",
	  "{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],'service_control':"
	  "[[{'Statement':[{'Effect':'Allow','Action':'*','Resource':'*'},"
	  "{'Effect':'Deny','Action':'s3:*','Resource':'*'}]}]]}",
	  "denied" },
	{ "not JSON", "Allow", "unknown" },
	{ "a number", "[5]", "unknown" },
	{ "empty", "", "unknown" },
	{ "cut", "[{'Statement':[{'Effect':'Allow'", "unknown" },
	{ "one bad beside a deny",
	  "[{},{'Statement':{'Effect':'Deny','Action':'*','Resource':'*'}}]", "denied" },
	{ "one bad beside an allow",
	  "[{},{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}]",
	  "unknown" },
};

static void
test_forms(void)
{
	char *request = request_text("");

	for (size_t i = 0; i < COUNT(forms); i++) {
		char *documents = quoted(forms[i].text);

		expect("form", forms[i].name, forms[i].want,
		       policy_decision(documents, request));
		free(documents);
	}
	expect("form", "NULL", "not_allowed", policy_decision(NULL, request));
	expect("form", "no request", "unknown", policy_decision("[]", NULL));
	expect("form", "cut request", "unknown", policy_decision("[]", "{\"action\":"));
	expect("form", "no action", "unknown",
	       policy_decision("[]", "{\"complete\":true}"));
	free(request);
}

/* Documents that AWS would refuse, and a part of what is said of them. */
static const struct pair malformed[] = {
	{ "no statement", "{'Version':'2012-10-17'}", "there is no Statement" },
	{ "version", "{'Version':'2012','Statement':[]}", "Version is neither" },
	{ "effect", "{'Statement':{'Effect':'allow','Action':'*','Resource':'*'}}",
	  "Effect is neither" },
	{ "no effect", "{'Statement':{'Action':'*','Resource':'*'}}",
	  "Effect is neither" },
	{ "no action", "{'Statement':{'Effect':'Allow','Resource':'*'}}",
	  "Action is empty" },
	{ "empty list", "{'Statement':{'Effect':'Allow','Action':[],'Resource':'*'}}",
	  "Action is empty" },
	{ "both actions",
	  "{'Statement':{'Effect':'Allow','Action':'*','NotAction':'*','Resource':'*'}}",
	  "stand together" },
	{ "action without service",
	  "{'Statement':{'Effect':'Allow','Action':'GetObject','Resource':'*'}}",
	  "not SERVICE:NAME" },
	{ "star in a service",
	  "{'Statement':{'Effect':'Allow','Action':'s*:GetObject','Resource':'*'}}",
	  "names no service" },
	{ "number", "{'Statement':{'Effect':'Allow','Action':7,'Resource':'*'}}",
	  "not a string" },
	{ "list in a list",
	  "{'Statement':{'Effect':'Allow','Action':[['*']],'Resource':'*'}}",
	  "not a string" },
	{ "no resource", "{'Statement':{'Effect':'Allow','Action':'*'}}",
	  "there is no Resource" },
	{ "unknown element",
	  "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*','Conditon':{}}}",
	  "unknown element \"Conditon\"" },
	{ "which statement",
	  "{'Statement':[{'Effect':'Deny','Action':'*','Resource':'*'},7]}",
	  "statement 2" },
	{ "which document", "[{'Statement':[]},{'Statement':4}]", "document 2" },
	{ "operator",
	  "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringResembles':{}}}}",
	  "no condition operator" },
	{ "null if exists",
	  "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'NullIfExists':{}}}}",
	  "no condition operator" },
	{ "operator without keys",
	  "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':'a:b'}}}",
	  "is not an object" },
	{ "value that is an object",
	  "{'Statement':{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'a:b':{}}}}}",
	  "has no value" },
	{ "principal", "{'Statement':{'Effect':'Allow','Action':'*','Principal':'ann'}}",
	  "neither" },
	{ "kind of principal",
	  "{'Statement':{'Effect':'Allow','Action':'*','Principal':{'Aws':'*'}}}",
	  "unknown kind" },
	{ "name twice", "{'Statement':[],'Statement':[]}", "stands twice" },
	{ "byte", "{'Statement':'\xff'}", "not UTF-8" },
	{ "NUL", "{'Statement':'\\u0000'}", "broken" },
	{ "half a pair", "{'Statement':'\\ud800'}", "broken" },
	{ "rest", "{'Statement':[]}]", "behind its end" },
	{ "comma", "{'Statement':[],}", "broken" },
	{ "number with zeros", "[007]", "no value" },
};

static void
test_malformed(void)
{
	char *request = request_text("");

	for (size_t i = 0; i < COUNT(malformed); i++) {
		char *document = quoted(malformed[i].text),
		     *trouble = policy_trouble(document);
		json_t *statements = policy_statements(document),
		       *ways = policy_escalations(document);

		expect("malformed", malformed[i].name, "unknown",
		       policy_decision(document, request));
		if (trouble == NULL || strstr(trouble, malformed[i].want) == NULL)
			expect("malformed", malformed[i].name, malformed[i].want,
			       trouble);
		CU_ASSERT_EQUAL(policy_is_public(document, "111122223333"), -1);
		CU_ASSERT_PTR_NULL(statements);
		CU_ASSERT_PTR_NULL(ways);
		json_decref(statements);
		json_decref(ways);
		free(trouble);
		free(document);
	}
	free(request);
}

#define OPEN \
	"'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::ledger/*'"

static const struct {
	const char *name, *statements;
	int want;
} publics[] = {
	{ "everyone", "{" OPEN "}", 1 },
	{ "everyone in AWS",
	  "{'Effect':'Allow','Principal':{'AWS':['111122223333','*']},'Action':'*'}", 1 },
	{ "an account",
	  "{'Effect':'Allow','Principal':{'AWS':'444455556666'},'Action':'*'}", 0 },
	{ "a service",
	  "{'Effect':'Allow','Principal':{'Service':'sns.amazonaws.com'},'Action':'*'}",
	  0 },
	{ "everyone denied",
	  "{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}", 0 },
	{ "all but one",
	  "{'Effect':'Allow','NotPrincipal':{'AWS':'444455556666'},'Action':'*'}", 1 },
	{ "a public provider",
	  "{'Effect':'Allow','Principal':{'Federated':'graph.facebook.com'},'Action':'*'}",
	  1 },
	{ "an own provider",
	  "{'Effect':'Allow','Principal':{'Federated':'arn:aws:iam::111122223333:saml-provider/c'},'Action':'*'}",
	  0 },
	{ "an organisation",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}}", 0 },
	{ "two organisations",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:PrincipalOrgID':['o-1','o-2']}}}",
	  0 },
	{ "any organisation",
	  "{" OPEN ",'Condition':{'StringLike':{'aws:PrincipalOrgID':'o-*'}}}", 1 },
	{ "not an organisation",
	  "{" OPEN ",'Condition':{'StringNotEquals':{'aws:PrincipalOrgID':'o-1'}}}", 1 },
	{ "the key's case",
	  "{" OPEN ",'Condition':{'StringEquals':{'AWS:SOURCEVPCE':'vpce-1'}}}", 0 },
	{ "one wild in the list",
	  "{" OPEN ",'Condition':{'StringLike':{'aws:SourceVpc':['vpc-1','vpc-*']}}}",
	  1 },
	{ "a variable",
	  "{" OPEN
	  ",'Condition':{'StringEquals':{'aws:SourceVpc':'${aws:PrincipalTag/v}'}}}",
	  1 },
	{ "if it exists",
	  "{" OPEN ",'Condition':{'StringEqualsIfExists':{'aws:PrincipalOrgID':'o-1'}}}",
	  1 },
	{ "if it exists, and it must",
	  "{" OPEN ",'Condition':{'StringEqualsIfExists':{'aws:PrincipalOrgID':'o-1'},"
	  "'Null':{'aws:PrincipalOrgID':'false'}}}",
	  0 },
	{ "for all values",
	  "{" OPEN
	  ",'Condition':{'ForAllValues:StringEquals':{'aws:PrincipalOrgID':'o-1'}}}",
	  1 },
	{ "for any value",
	  "{" OPEN
	  ",'Condition':{'ForAnyValue:StringEquals':{'aws:PrincipalOrgID':'o-1'}}}",
	  0 },
	{ "any that has the key",
	  "{" OPEN ",'Condition':{'Null':{'aws:PrincipalOrgID':'false'}}}", 1 },
	{ "a header",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:Referer':'https://x'}}}", 1 },
	{ "a region",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:RequestedRegion':'eu-west-3'}}}",
	  1 },
	{ "TLS", "{" OPEN ",'Condition':{'Bool':{'aws:SecureTransport':'true'}}}", 1 },
	{ "one fixed key of two",
	  "{" OPEN
	  ",'Condition':{'Bool':{'aws:SecureTransport':'true'},'ArnEquals':{'aws:SourceArn':'arn:aws:s3:::x'}}}",
	  0 },
	{ "source ARN with a star",
	  "{" OPEN ",'Condition':{'ArnLike':{'aws:SourceArn':'arn:aws:s3:::*'}}}", 1 },
	{ "a range",
	  "{" OPEN ",'Condition':{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}}", 0 },
	{ "a /8", "{" OPEN ",'Condition':{'IpAddress':{'aws:SourceIp':'54.0.0.0/8'}}}",
	  0 },
	{ "a /7", "{" OPEN ",'Condition':{'IpAddress':{'aws:SourceIp':'54.0.0.0/7'}}}",
	  1 },
	{ "an IPv6 /32",
	  "{" OPEN ",'Condition':{'IpAddress':{'aws:SourceIp':'2001:db8::/32'}}}", 0 },
	{ "an IPv6 /31",
	  "{" OPEN ",'Condition':{'IpAddress':{'aws:SourceIp':'2001:db8::/31'}}}", 1 },
	{ "one broad range",
	  "{" OPEN
	  ",'Condition':{'IpAddress':{'aws:SourceIp':['10.0.0.0/8','0.0.0.0/0']}}}",
	  1 },
	{ "all but a range",
	  "{" OPEN ",'Condition':{'NotIpAddress':{'aws:SourceIp':'203.0.113.0/24'}}}",
	  1 },
	{ "a session's name",
	  "{" OPEN ",'Condition':{'StringLike':{'aws:userid':'AROAEXAMPLE:*'}}}", 1 },
	{ "a user's id",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:userid':'AIDAEXAMPLE'}}}", 0 },
	{ "access points of an account",
	  "{" OPEN
	  ",'Condition':{'ArnLike':{'s3:DataAccessPointArn':'arn:aws:s3:eu-west-3:111122223333:accesspoint/*'}}}",
	  0 },
	{ "access points of any account",
	  "{" OPEN
	  ",'Condition':{'ArnLike':{'s3:DataAccessPointArn':'arn:aws:s3:eu-west-3:*:accesspoint/a'}}}",
	  1 },
	{ "a KMS caller's account",
	  "{" OPEN ",'Condition':{'StringEquals':{'kms:CallerAccount':'111122223333'}}}",
	  0 },
	{ "second statement",
	  "{" OPEN ",'Condition':{'StringEquals':{'aws:SourceVpce':'vpce-1'}}},{" OPEN
	  "}",
	  1 },
	{ "taken back",
	  "{" OPEN "},{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}",
	  0 },
	{ "taken back in part",
	  "{" OPEN
	  "},{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'arn:aws:s3:::ledger/a/*'}",
	  1 },
	{ "taken back from one",
	  "{" OPEN "},{'Effect':'Deny','Principal':{'AWS':'444455556666'},'Action':'*',"
	  "'Resource':'*'}",
	  1 },
	{ "taken back without TLS",
	  "{" OPEN "},{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*',"
	  "'Condition':{'Bool':{'aws:SecureTransport':'false'}}}",
	  1 },
	{ "no principal", "{'Effect':'Allow','Action':'*','Resource':'*'}", -1 },
};

static void
test_public(void)
{
	for (size_t i = 0; i < COUNT(publics); i++) {
		char *text = mem_print("{'Version':'2012-10-17','Statement':[%s]}",
				       publics[i].statements);
		char *document = quoted(text), want[12], got[12];

		snprintf(want, sizeof(want), "%d", publics[i].want);
		snprintf(got, sizeof(got), "%d",
			 policy_is_public(document, "111122223333"));
		expect("public", publics[i].name, want, got);
		free(text);
		free(document);
	}
}

#define PASS "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'},"

/* Methods found, each followed by a space. */
static const struct pair escalations[] = {
	{ "nothing", "", "" },
	{ "reading",
	  "{'Effect':'Allow','Action':['iam:Get*','iam:List*','s3:*'],'Resource':'*'}",
	  "" },
	{ "one action", "{'Effect':'Allow','Action':'iam:PutUserPolicy','Resource':'*'}",
	  "iam:PutUserPolicy " },
	{ "any case", "{'Effect':'Allow','Action':'IAM:putuserPOLICY','Resource':'*'}",
	  "iam:PutUserPolicy " },
	{ "wildcard", "{'Effect':'Allow','Action':'iam:Put*','Resource':'*'}",
	  "iam:PutGroupPolicy iam:PutRolePolicy iam:PutUserPolicy " },
	{ "denied",
	  "{'Effect':'Allow','Action':'iam:Put*','Resource':'*'},"
	  "{'Effect':'Deny','Action':'iam:Put*Policy','Resource':'*'}",
	  "" },
	{ "denied in part",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'*'},"
	  "{'Effect':'Deny','Action':'iam:*','Resource':'arn:aws:iam::111122223333:role/x'}",
	  "iam:PutRolePolicy " },
	{ "denied where it is allowed",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'arn:aws:iam::111122223333:role/x'},"
	  "{'Effect':'Deny','Action':'iam:*','Resource':'arn:aws:iam::111122223333:role/*'}",
	  "" },
	{ "denied but on one resource",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'*'},"
	  "{'Effect':'Deny','Action':'iam:*','NotResource':'arn:aws:iam::111122223333:role/x'}",
	  "iam:PutRolePolicy " },
	{ "denied but elsewhere",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'arn:aws:iam::111122223333:role/y'},"
	  "{'Effect':'Deny','Action':'iam:*','NotResource':'arn:aws:iam::111122223333:role/x'}",
	  "" },
	{ "denied without a second factor",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'*'},{'Effect':'Deny','Action':'*','Resource':'*',"
	  "'Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}}",
	  "iam:PutRolePolicy " },
	{ "not action",
	  "{'Effect':'Allow','NotAction':['iam:P*','iam:A*','iam:C*','iam:S*','iam:U*','s*:*'],"
	  "'Resource':'*'}",
	  NULL },
	{ "impossible condition",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'*','Condition':{'StringEquals':{'a:b':[]}}}",
	  "" },
	{ "only to read",
	  "{'Effect':'Allow','Action':'iam:AttachRolePolicy','Resource':'*',"
	  "'Condition':{'ArnEquals':{'iam:PolicyARN':'arn:aws:iam::aws:policy/ReadOnlyAccess'}}}",
	  "" },
	{ "all but one",
	  "{'Effect':'Allow','Action':'iam:AttachRolePolicy','Resource':'*',"
	  "'Condition':{'ArnNotEquals':{'iam:PolicyARN':'arn:aws:iam::aws:policy/ReadOnlyAccess'}}}",
	  "iam:AttachRolePolicy " },
	{ "pass role alone", "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'}",
	  "" },
	{ "pass role to a machine",
	  PASS "{'Effect':'Allow','Action':'ec2:RunInstances','Resource':'*'}",
	  "iam:PassRole+ec2:RunInstances " },
	{ "half a method",
	  PASS "{'Effect':'Allow','Action':'lambda:CreateFunction','Resource':'*'}", "" },
	{ "whole method",
	  PASS
	  "{'Effect':'Allow','Action':['lambda:CreateFunction','lambda:InvokeFunction'],'Resource':'*'}",
	  "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction " },
	{ "passed to another service",
	  "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':"
	  "{'iam:PassedToService':'lambda.amazonaws.com'}}},"
	  "{'Effect':'Allow','Action':'ec2:RunInstances','Resource':'*'}",
	  "" },
	{ "passed to this service",
	  "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringLike':"
	  "{'iam:PassedToService':'ec2.amazonaws.com*'}}},"
	  "{'Effect':'Allow','Action':'ec2:RunInstances','Resource':'*'}",
	  "iam:PassRole+ec2:RunInstances " },
	{ "passed to one of two services",
	  "{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':"
	  "{'iam:PassedToService':'lambda.amazonaws.com'}}},{'Effect':'Allow','Action':['ec2:RunInstances',"
	  "'lambda:CreateFunction','lambda:InvokeFunction'],'Resource':'*'}",
	  "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction " },
	{ "own keys",
	  "{'Effect':'Allow','Action':'iam:CreateAccessKey',"
	  "'Resource':'arn:aws:iam::*:user/${aws:username}'}",
	  "" },
	{ "anyone's keys",
	  "{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws:iam::*:user/*'}",
	  "iam:CreateAccessKey " },
	{ "own policy",
	  "{'Effect':'Allow','Action':'iam:PutUserPolicy',"
	  "'Resource':'arn:aws:iam::*:user/${aws:username}'}",
	  "iam:PutUserPolicy " },
	{ "any role",
	  "{'Effect':'Allow','Action':'sts:AssumeRole','Resource':'arn:aws:iam::111122223333:role/*'}",
	  "sts:AssumeRole " },
	{ "a role",
	  "{'Effect':'Allow','Action':'sts:AssumeRole','Resource':'arn:aws:iam::111122223333:role/x'}",
	  "" },
	{ "another service's resource",
	  "{'Effect':'Allow','Action':'iam:PutRolePolicy','Resource':'arn:aws:s3:::ledger/*'}",
	  "" },
	{ "documents on machines",
	  "{'Effect':'Allow','Action':'ssm:CreateAssociation','Resource':'*'}",
	  "ssm:CreateAssociation " },
	{ "steps on machines",
	  "{'Effect':'Allow','Action':'elasticmapreduce:AddJobFlowSteps','Resource':'*'}",
	  "elasticmapreduce:AddJobFlowSteps " },
	{ "a state tried out", PASS "{'Effect':'Allow','Action':'states:TestState','Resource':'*'}",
	  "iam:PassRole+states:TestState " },
	{ "a state tried out without a role",
	  "{'Effect':'Allow','Action':'states:TestState','Resource':'*'}", "" },
	{ "a tuning job",
	  PASS "{'Effect':'Allow','Action':'sagemaker:CreateHyperParameterTuningJob',"
	       "'Resource':'*'}",
	  "iam:PassRole+sagemaker:CreateHyperParameterTuningJob " },
};

static void
test_escalations(void)
{
	for (size_t i = 0; i < COUNT(escalations); i++) {
		char *text = mem_print("[{'Version':'2012-10-17','Statement':[%s]}]",
				       escalations[i].text);
		char *documents = quoted(text);
		json_t *list = policy_escalations(documents);
		struct buf got = { 0 };

		for (size_t j = 0; j < json_array_size(list); j++)
			buf_print(&got, "%s ",
				  json_string_value(json_array_get(list, j)));
		if (escalations[i].want != NULL)
			expect("escalation", escalations[i].name, escalations[i].want,
			       got.data ? got.data : "");
		buf_free(&got);
		json_decref(list);
		free(text);
		free(documents);
	}
}

static void
test_escalation_boundary(void)
{
	char *documents = quoted(
		"{'identity':[{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}],"
		"'boundary':{'Statement':{'Effect':'Allow','Action':'ssm:*','Resource':'*'}}}");
	json_t *list = policy_escalations(documents);
	char *text = json_canonical(list);

	expect("escalation", "boundary",
	       "[\"ssm:CreateAssociation\",\"ssm:SendCommand\",\"ssm:StartSession\"]", text);
	free(text);
	json_decref(list);
	free(documents);
}

/* Who may do all has every method that needs no boundary, in order and each once. */
static void
test_escalation_table(void)
{
	char *documents =
		quoted("{'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}");
	json_t *list = policy_escalations(documents);
	size_t count = json_array_size(list);

	CU_ASSERT(count > 90);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		const char *next = json_string_value(json_array_get(list, i + 1));

		if (next != NULL && strcmp(name, next) >= 0)
			expect("methods", name, "sorted", next);
		for (const char *c = name; c != NULL;
		     c = strchr(c, '+') ? strchr(c, '+') + 1 : NULL)
			if (strcspn(c, ":") >= strcspn(c, "+") || strcspn(c, "+") > 79)
				expect("methods", name, "SERVICE:NAME", c);
	}
	json_decref(list);
	free(documents);
	documents = quoted(
		"{'identity':{'Statement':{'Effect':'Allow','Action':"
		"'iam:DeleteUserPermissionsBoundary','Resource':'*'}},'boundary':"
		"{'Statement':{'Effect':'Allow','Action':'iam:*','Resource':'*'}}}");
	list = policy_escalations(documents);
	CU_ASSERT_EQUAL(json_array_size(list), 1);
	json_decref(list);
	free(documents);
}

static const struct pair statements[] = {
	{ "single values",
	  "{'Statement':{'Sid':'a','Effect':'Allow','Principal':'*','Action':'s3:Get*','Resource':'*'}}",
	  "[{'Action':['s3:Get*'],'Effect':'Allow','Principal':{'AWS':['*']},'Public':1,'Resource':['*'],"
	  "'Sid':'a'}]" },
	{ "lists and condition",
	  "{'Statement':[{'Effect':'Deny','Principal':{'AWS':'111122223333','Service':['a.amazonaws.com']},"
	  "'NotAction':['x:y'],'NotResource':'*','Condition':{'Bool':{'aws:SecureTransport':'false'}}}]}",
	  "[{'Condition':{'Bool':{'aws:SecureTransport':'false'}},'Effect':'Deny','NotAction':['x:y'],"
	  "'NotResource':['*'],'Principal':{'AWS':['111122223333'],'Service':['a.amazonaws.com']},'Public':0}]" },
	{ "none", "{'Statement':[]}", "[]" },
};

static void
test_statements(void)
{
	for (size_t i = 0; i < COUNT(statements); i++) {
		char *document = quoted(statements[i].text),
		     *want = quoted(statements[i].want), *got;
		json_t *list = policy_statements(document);

		got = json_canonical(list);
		expect("statements", statements[i].name, want, got);
		free(got);
		free(want);
		free(document);
		json_decref(list);
	}
}

/* Bad input of every size ends soon. */
static void
test_hostile(void)
{
	static const struct {
		const char *name, *before, *unit, *after;
		size_t count;
		const char *want;
	} rows[] = {
		{ "1 MiB",
		  "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"",
		  "aaaaaaaa", "\"}]}", 131072, "unknown" },
		{ "deep arrays", "", "[", "", 10000, "unknown" },
		{ "deep objects", "", "{\"Statement\":", "", 10000, "unknown" },
		{ "a pattern of stars",
		  "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::ledger/",
		  "*a", "b\"}}", 2000, "not_allowed" },
		{ "many patterns",
		  "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[\"s3:b\"",
		  ",\"s3:*a*a*a*b\"", "],\"Resource\":\"*\"}}", 30000, "not_allowed" },
		{ "many statements",
		  "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"x:y\",\"Resource\":\"*\"}",
		  ",{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"b\"}", "]}",
		  9000, "not_allowed" },
	};
	char *resource = mem_get(4096 + 1), *request;

	memset(resource, 'a', 4096);
	request = mem_print(
		"{\"action\":\"s3:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		"\"resource\":\"arn:aws:s3:::ledger/%s\",\"complete\":true}",
		resource);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf text = { 0 };
		json_t *ways, *list;
		double from;

		buf_text(&text, rows[i].before);
		for (size_t j = 0; j < rows[i].count; j++)
			buf_text(&text, rows[i].unit);
		buf_text(&text, rows[i].after);
		from = time_monotonic();
		expect("hostile", rows[i].name, rows[i].want,
		       policy_decision(text.data, request));
		policy_is_public(text.data, NULL);
		ways = policy_escalations(text.data);
		list = policy_statements(text.data);
		/* Ten times what is promised, for slow machines and sanitizers. */
		if (time_monotonic() - from > 4.0)
			expect("hostile", rows[i].name, "soon", "too slow");
		json_decref(ways);
		json_decref(list);
		buf_free(&text);
	}
	free(request);
	free(resource);
}

/* What is nested too deep is not even looked at, however well it is closed. */
static void
test_depth(void)
{
	for (size_t depth = 60; depth <= 70; depth += 10) {
		struct buf text = { 0 };
		char *trouble;

		for (size_t i = 0; i < depth; i++)
			buf_text(&text, "[");
		for (size_t i = 0; i < depth; i++)
			buf_text(&text, "]");
		trouble = policy_trouble(text.data);
		CU_ASSERT_PTR_NOT_NULL_FATAL(trouble);
		CU_ASSERT_EQUAL(strstr(trouble, "nests deeper") != NULL, depth > 64);
		free(trouble);
		buf_free(&text);
	}
}

/* ---- The shared samples. */

static const struct sample {
	const char *file, *columns;
} samples[] = {
	{ "policy_decision", "documents, request" },
	{ "policy_unknown", "documents, request" },
	{ "policy_is_public", "document, account" },
	{ "policy_escalations", "documents, key_action" },
};

/* 'a|b' accepts either; NULL is the text "NULL". */
static bool
accepts(const char *want, const char *got)
{
	return text_has_word(want, got, "|");
}

static char *
answer(const struct sample *sample, const char *a, const char *b)
{
	json_t *list;
	char *text;

	if (strcmp(sample->file, "policy_is_public") == 0) {
		int public = policy_is_public(a, b);

		return public < 0 ? mem_text("NULL") : mem_print("%d", public);
	}
	if (strcmp(sample->file, "policy_escalations") != 0)
		return mem_text(policy_decision(a, b));
	list = policy_escalations(a);
	text = list ? mem_print("%d", json_array_size(list) > 0) : mem_text("NULL");
	json_decref(list);
	return text;
}

static int
run_sample(const struct sample *sample, const char *folder)
{
	char *path = mem_print("file:%s/cases/policy/sample/%s.db?mode=ro&immutable=1",
			       folder, sample->file);
	char *sql = mem_print(
		"SELECT id, coalesce(want, 'NULL'), %s FROM c WHERE tags NOT LIKE '%%doubtful%%'",
		sample->columns);
	sqlite3_stmt *rows = NULL;
	sqlite3 *db = NULL;
	int count = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) !=
		    SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
		printf("\n    cannot read %s: %s\n", path, sqlite3_errmsg(db));
	while (rows != NULL && sqlite3_step(rows) == SQLITE_ROW) {
		const char *want = (const char *)sqlite3_column_text(rows, 1);
		char *got = answer(sample, (const char *)sqlite3_column_text(rows, 2),
				   (const char *)sqlite3_column_text(rows, 3));

		count++;
		if (!accepts(want, got)) {
			printf("\n    %s %d: wanted %s, got %s\n", sample->file,
			       sqlite3_column_int(rows, 0), want, got);
			CU_FAIL("a shared case");
		}
		free(got);
	}
	sqlite3_finalize(rows);
	sqlite3_close(db);
	free(sql);
	free(path);
	return count;
}

static void
test_samples(void)
{
	const char *folder = getenv("PLUMBLINE_SHARED");

	for (size_t i = 0; i < COUNT(samples); i++)
		CU_ASSERT(run_sample(&samples[i], folder ? folder : "../shared") > 0);
}

int
tests_policy(void)
{
	CU_pSuite suite = CU_add_suite("policy", NULL, NULL);

	CU_add_test(suite, "decisions", test_decisions);
	CU_add_test(suite, "conditions", test_conditions);
	CU_add_test(suite, "versions", test_versions);
	CU_add_test(suite, "forms", test_forms);
	CU_add_test(suite, "malformed", test_malformed);
	CU_add_test(suite, "public", test_public);
	CU_add_test(suite, "escalations", test_escalations);
	CU_add_test(suite, "escalations within a boundary", test_escalation_boundary);
	CU_add_test(suite, "table of escalations", test_escalation_table);
	CU_add_test(suite, "statements", test_statements);
	CU_add_test(suite, "hostile", test_hostile);
	CU_add_test(suite, "depth", test_depth);
	CU_add_test(suite, "shared samples", test_samples);
	return 0;
}
