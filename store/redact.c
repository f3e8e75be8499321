/* Redaction: what an operation marks as able to hold secrets is searched, and what it
 * marks as one by nature is dropped, before anything of an answer is kept. */

#include <openssl/hmac.h>

#include "store/store.h"

#define PATH_ROOM 512

struct redaction {
	const char *key; /* 32 bytes, for hashes */
	void (*seen)(void *arg, const char *kind, int number, const char *keyed_hash);
	void *arg;
	int number, found;
	bool drop; /* members are removed, not searched */
};

static void walk(struct redaction *r, json_t *value, const char *path, size_t len);

static void
value_seen(void *arg, const char *kind, int number, const char *value, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct redaction *r = arg;
	char hex[SHA256_ROOM] = "";
	unsigned int size = 0, i;

	if (!r->seen)
		return;
	HMAC(EVP_sha256(), r->key, 32, (const unsigned char *)value, len, hash, &size);
	for (i = 0; i < size && 2 * i + 2 < sizeof(hex); i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
	r->seen(r->arg, kind, number, hex);
}

/* The member at the end of a path. */
static void
member_handle(struct redaction *r, json_t *holder, const char *key)
{
	if (r->drop)
		json_object_del(holder, key);
	else
		r->found += secret_redact_json(json_object_get(holder, key),
					       secret_name(holder, key), &r->number,
					       value_seen, r);
}

/* "[Key=x]": whether the item's Key is x. */
static bool
item_fits(const json_t *item, const char *select, size_t len)
{
	const char *equal = memchr(select, '=', len), *text;
	char key[PATH_ROOM];

	if (!equal || (size_t)(equal - select) >= sizeof(key))
		return true;
	memcpy(key, select, (size_t)(equal - select));
	key[equal - select] = '\0';
	text = json_string_value(json_object_get(item, key));
	len -= (size_t)(equal - select) + 1;
	return text && strlen(text) == len && !memcmp(text, equal + 1, len);
}

/* value is what a name led to; path is what follows it: "[]", "[0]", "[Key=x]", ".more".
 */
static void
walk_on(struct redaction *r, json_t *value, const char *path, size_t len)
{
	const char *close;
	json_t *item;
	size_t i, inside;

	if (!len || *path != '[') {
		walk(r, value, path + (len > 0), len - (len > 0));
		return;
	}
	close = memchr(path, ']', len);
	if (!close)
		return;
	inside = (size_t)(close - path) - 1;
	json_array_foreach(value, i, item)
	{
		/* Which item a number means does not matter: to search more than is
		 * marked is safe. */
		if (item_fits(item, path + 1, inside))
			walk_on(r, item, close + 1, len - inside - 2);
	}
}

/* Splits "{A,B[].C}rest" and walks each with the rest behind it. */
static void
walk_union(struct redaction *r, json_t *value, const char *path, size_t len)
{
	size_t start = 1, depth = 0, end, i;

	for (end = 0; end < len; end++) {
		depth += path[end] == '{';
		depth -= path[end] == '}';
		if (!depth)
			break;
	}
	if (end == len)
		return;
	for (i = 1; i <= end; i++) {
		depth += path[i] == '{';
		depth -= i < end && path[i] == '}';
		if (i < end && (depth || path[i] != ','))
			continue;
		char *one = mem_print("%.*s%.*s", (int)(i - start), path + start,
				      (int)(len - end - 1), path + end + 1);

		walk(r, value, one, strlen(one));
		free(one);
		start = i + 1;
	}
}

/* What is left of the path is nothing but a list's brackets: then the whole list is
 * handled, since its items explain one another ("--password", "x"). */
static bool
is_last(const char *path, size_t len)
{
	return len == 0 || (len == 2 && path[0] == '[' && path[1] == ']');
}

static void
walk(struct redaction *r, json_t *value, const char *path, size_t len)
{
	char name[PATH_ROOM];
	const char *key;
	json_t *member;
	size_t n = 0;
	void *next;

	if (!value)
		return;
	if (!len || (len == 1 && *path == '.')) {
		if (!r->drop)
			r->found += secret_redact_json(value, NULL, &r->number,
						       value_seen, r);
		return;
	}
	if (*path == '{') {
		walk_union(r, value, path, len);
		return;
	}
	while (n < len && n < sizeof(name) - 1 && path[n] != '.' && path[n] != '[') {
		name[n] = path[n];
		n++;
	}
	name[n] = '\0';
	if (n == 0) {
		walk_on(r, value, path, len);
		return;
	}
	json_object_foreach_safe(value, next, key, member)
	{
		if (strcmp(name, "*") && strcmp(name, key))
			continue;
		if (is_last(path + n, len - n))
			member_handle(r, value, key);
		else
			walk_on(r, member, path + n, len - n);
	}
}

static void
walk_all(struct redaction *r, json_t *body, const char *paths)
{
	size_t len;

	for (; paths && *paths; paths += len) {
		paths += strspn(paths, " ");
		len = strcspn(paths, " ");
		if (len)
			walk(r, body, paths, len);
	}
}

int
redact_answer(const struct operation *operation, json_t *body, const char key[32],
	      void (*seen)(void *arg, const char *kind, int number,
			   const char *keyed_hash),
	      void *arg)
{
	struct redaction r = { .key = key, .seen = seen, .arg = arg, .drop = true };

	walk_all(&r, body, operation->drop);
	r.drop = false;
	walk_all(&r, body, operation->secrets);
	return r.found;
}
