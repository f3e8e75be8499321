/* Secrets that usual commands and calls give away: the word behind an option, what is
 * piped in, an argument. */

#include "base/secret_span.h"

#define LINE_MAX 400

/* What of the words behind is judged, and as what. */
enum taken {
	NEXT,	/* the next one, as a password */
	SECOND, /* the one behind it */
	THIRD,
	PAIR,	/* the next one, of user:password */
	JOINED, /* what stands straight behind the word */
	PIPED,	/* the last word of the echo in front */
	SCHEME, /* the next one, of an Authorization header */
};

struct command_word {
	const char *word; /* small letters; a mere "-" and a letter has its case */
	const char *line; /* what stands in front of it in the line, or NULL */
	enum taken taken;
};

/* In the order of their words. Sources: the manual pages of each. */
static const struct command_word words[] = {
	{ "--password-stdin", NULL, PIPED },
	{ "--proxy-user", NULL, PAIR },
	{ "--stdin", NULL, PIPED },
	{ "--user", NULL, PAIR },
	{ "-P", "osql", NEXT },
	{ "-P", "sqlcmd", NEXT },
	{ "-S", "sudo", PIPED },
	{ "-a", "redis", NEXT },
	{ "-b", "htpasswd", THIRD },
	{ "-bc", "htpasswd", THIRD },
	{ "-bcB", "htpasswd", THIRD },
	{ "-cb", "htpasswd", THIRD },
	{ "-k", "openssl", NEXT },
	{ "-p", "login", NEXT },
	{ "-p", "mariadb", JOINED },
	{ "-p", "mongo", NEXT },
	{ "-p", "mysql", JOINED },
	{ "-p", "sshpass", NEXT },
	{ "-p", "sshpass", JOINED },
	{ "-p", "useradd", NEXT },
	{ "-p", "usermod", NEXT },
	{ "-string", "Secure", NEXT },
	{ "-u", NULL, PAIR },
	{ "-w", "ldap", NEXT },
	{ "add_user", "rabbitmqctl", SECOND },
	{ "basic", NULL, SCHEME },
	{ "bearer", NULL, SCHEME },
	{ "by", "IDENTIFIED", NEXT },
	{ "by", "identified", NEXT },
	{ "change_password", "rabbitmqctl", SECOND },
	{ "chpasswd", NULL, PIPED },
	{ "convertto-securestring", NULL, NEXT },
	{ "is", "password ", NEXT },
	{ "passwd", "echo ", PIPED },
	{ "token", "uthorization:", SCHEME },
	{ "user", "net ", SECOND },
};

/* Calls that take a password, and the number of the argument. Sorted by name. */
static const struct {
	const char *name;
	int which;
} calls[] = {
	{ "basic_auth", 2 },
	{ "basicauth", 2 },
	{ "basicawscredentials", 2 },
	{ "getconnection", 3 },
	{ "httpbasicauth", 2 },
	{ "networkcredential", 2 },
	{ "password", 1 },
	{ "passwordauthentication", 2 },
	{ "setbasicauth", 2 },
	{ "usernamepasswordauthenticationtoken", 2 },
	{ "usernamepasswordcredential", 3 },
	{ "usernamepasswordcredentials", 2 },
};

/* "Bearer TOKEN" and "Basic BASE64". */
static void
scheme_judge(struct assigner *a, struct span name, struct span value)
{
	const char *text = a->text + value.start;

	if (span_is(a, name, "basic")) {
		if (value_is_basic(text, value.len))
			found_add(a->found, "basic-auth", value.start, value.len);
		return;
	}
	if (value.len >= 16 && !value_is_reference(text, value.len) &&
	    !value_is_placeholder(text, value.len) && value_is_random(text, value.len))
		found_add(a->found, "bearer-token", value.start, value.len);
}

/* What is piped into a command that reads a password: the word of the echo in front. */
static void
echo_judge(struct assigner *a, size_t at)
{
	const char *echo = line_find(a, at, LINE_MAX, "echo ");
	struct span value;

	if (!echo)
		return;
	value = word_behind(a, (size_t)(echo - a->text) + 4);
	if (value.len == 2 && a->text[value.start] == '-')
		value = word_behind(a, value.start + 2);
	pair_judge(a, value, true);
}

/* mysql's "-pSECRET" and "-p'SECRET'". */
static void
joined_judge(struct assigner *a, size_t start)
{
	if (is_quote(char_at(a, start)))
		password_judge(a, value_span(a, start, start, '\0'));
	else if (!is_blank(char_at(a, start)))
		password_judge(a, bare_span(a, start));
}

static void
word_judge(struct assigner *a, const struct command_word *word, struct span name,
	   struct span value)
{
	int more = word->taken == SECOND ? 1 : word->taken == THIRD ? 2 : 0;

	switch (word->taken) {
	case PIPED:
		echo_judge(a, name.start);
		return;
	case JOINED:
		joined_judge(a, name.start + strlen(word->word));
		return;
	case PAIR:
		pair_judge(a, value, false);
		return;
	case SCHEME:
		scheme_judge(a, name, value);
		return;
	default:
		for (; more && value.len; more--)
			value = word_behind(a, value.start + value.len +
						       is_quote(a->text[value.start - 1]));
		password_judge(a, value);
	}
}

/* Whether the name is the word; what is too short behind it is no secret anyway. */
static bool
word_is(const struct assigner *a, const struct command_word *word, struct span name,
	struct span value)
{
	const char *text = a->text + name.start;
	size_t len = strlen(word->word);
	bool joined = word->taken == JOINED;

	if (word->taken == NEXT && value.len < 5)
		return false;
	/* Short options mean another thing in capitals. */
	if (*text == '-' && len <= 4)
		return (joined ? name.len >= len && !is_blank(char_at(a, name.start + len))
			       : name.len == len) &&
		       !memcmp(text, word->word, len) && char_at(a, name.start + 1) != '-';
	return span_is(a, name, word->word);
}

/* "aws ssm put-parameter --name NAME --value VALUE --type SecureString". */
static void
parameter_judge(struct assigner *a, struct span value)
{
	const char *before = line_find(a, value.start, LINE_MAX, "--name ");
	size_t behind = value.start + value.len;
	size_t rest = a->len - behind < LINE_MAX ? a->len - behind : LINE_MAX;

	if (before)
		value_judge(a, word_behind(a, (size_t)(before - a->text) + 6), value);
	if (line_has(a, value.start, "SecureString") ||
	    memmem(a->text + behind, rest, "SecureString", 12))
		password_judge(a, value);
}

/* "net use DEVICE \\SERVER\SHARE SECRET": the word behind the one that begins with two
 * backslashes, at i or one word further on. */
static void
share_judge(struct assigner *a, size_t i)
{
	int word;

	for (word = 0; word < 2; word++) {
		bool is_share = char_at(a, i) == '\\' && char_at(a, i + 1) == '\\';

		while ((unsigned char)char_at(a, i) > ' ')
			i++;
		if (is_share && char_at(a, i + 1) != '/')
			password_judge(a, word_behind(a, i));
		if (is_share || !is_blank(char_at(a, i)))
			return;
		i++;
	}
}

void
command_judge(struct assigner *a, struct span name, size_t after)
{
	const char *text = a->text + name.start;
	struct span value = word_behind(a, after);
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if ((*text | 0x20) != words[i].word[0] || !word_is(a, &words[i], name, value) ||
		    (words[i].line && !line_has(a, name.start, words[i].line)))
			continue;
		word_judge(a, &words[i], name, value);
		return;
	}
	if (span_is(a, name, "use") && line_has(a, name.start, "net "))
		share_judge(a, after + 1);
	if (!value.len)
		return;
	if (span_is(a, name, "--value") && line_has(a, name.start, "put-parameter"))
		parameter_judge(a, value);
	else if (*text == '-' || is_quote(a->text[value.start - 1]) ||
		 name_has(text, name.len, "aws") ||
		 value_is_random(a->text + value.start, value.len))
		/* "--password x", "ENV DB_PASSWORD x", "PASSWORD 'x'", "login y password
		 * z". */
		value_judge(a, name, value);
}

struct span
argument_span(struct assigner *a, size_t i, int which)
{
	struct span none = { 0 }, value = none;
	size_t stop = i + VALUE_MAX < a->len ? i + VALUE_MAX : a->len;

	for (i++; i < stop && which > 0; i++) {
		if (is_quote(a->text[i])) {
			value = value_span(a, i, i, '\0');
			i = value.start + value.len;
			if (--which == 0)
				return value;
			continue;
		}
		if (a->text[i] == ')' || a->text[i] == '(' || a->text[i] == '\n')
			return none;
		/* An argument that is no text counts as well. */
		if (is_name(a->text[i])) {
			which--;
			while (i < stop && a->text[i] != ',' && a->text[i] != ')' &&
			       a->text[i] != '(' && a->text[i] != '\n')
				i++;
			i--;
		}
	}
	return none;
}

bool
call_judge(struct assigner *a, struct span name, size_t i)
{
	struct span last = name;
	size_t row, at;

	for (at = name.start; at < name.start + name.len; at++) {
		if (a->text[at] == '.')
			last.start = at + 1;
	}
	last.len = name.start + name.len - last.start;
	for (row = 0; row < COUNT(calls); row++) {
		if (last.len && span_is(a, last, calls[row].name)) {
			password_judge(a, argument_span(a, i, calls[row].which));
			return true;
		}
	}
	return false;
}
