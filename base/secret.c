/* Secrets in texts: found, replaced by markers and reported, through JSON, base64, gzip
 * and MIME. */

#include "base/secret.h"

#define DEPTH_MAX 6		       /* of one encoding in another */
#define OPENED_MAX ((size_t)512 * 1024) /* bytes decoded for one text; user data has 16 KiB */
#define REPORT_MAX 1000
#define RUN_MIN 24 /* characters of base64 that could hold a secret */
#define WHERE_ROOM 200

struct opening {
	int *number;
	void (*seen)(void *arg, const char *kind, int number, const char *value,
		     size_t len);
	void *arg;
	json_t *report; /* where things are told; NULL: they are replaced */
	int found;
	int depth;
	size_t opened;
};

/* Where a value stands, as a chain from inside out. */
struct where {
	const struct where *outer;
	const char *key; /* or NULL: index, line, or an encoding */
	size_t index, line;
	bool encoded;
};

static char *text_open(struct opening *o, const char *text, size_t len, const char *name,
		       const struct where *where);
static void json_open(struct opening *o, json_t *value, const char *name,
		      const struct where *where);

static void
where_print(const struct where *where, struct buf *out)
{
	if (!where || out->len > WHERE_ROOM)
		return;
	where_print(where->outer, out);
	if (where->key)
		buf_print(out, "%s%.60s", out->len ? "." : "", where->key);
	else if (where->line)
		buf_print(out, "%sline %zu", out->len ? ", " : "", where->line);
	else if (where->encoded)
		buf_print(out, "%sencoded", out->len ? ", " : "");
	else
		buf_print(out, "[%zu]", where->index);
}

static void
report_add(struct opening *o, const char *kind, const struct where *where)
{
	struct buf text = { 0 };

	o->found++;
	if (json_array_size(o->report) >= REPORT_MAX)
		return;
	where_print(where, &text);
	if (text.data && !text_is_utf8(text.data, text.len))
		buf_free(&text);
	json_array_append_new(o->report, json_pack("{s:s, s:s}", "kind", kind, "where",
						   text.data ? text.data : "text"));
	buf_free(&text);
}

/* A secret of len bytes at value: told, or replaced by a marker in out. */
static void
secret_handle(struct opening *o, const char *kind, const char *value, size_t len,
	      struct buf *out, const struct where *where)
{
	if (o->report) {
		report_add(o, kind, where);
		return;
	}
	o->found++;
	++*o->number;
	if (o->seen)
		o->seen(o->arg, kind, *o->number, value, len);
	buf_print(out, "[secret:%s:%zu:%d]", kind, len, *o->number);
}

static void
markers_report(struct opening *o, const char *text, size_t len, const struct where *where)
{
	const char *at = text, *end = text + len, *line = text, *kind;
	struct where here = { .outer = where, .line = 1 };
	bool has_lines = memchr(text, '\n', len) != NULL;

	while ((at = memmem(at, (size_t)(end - at), "[secret:", 8)) != NULL) {
		for (; line < at; line++)
			here.line += *line == '\n';
		if (marker_at(at, (size_t)(end - at), &kind))
			report_add(o, kind, has_lines ? &here : where);
		at += 8;
	}
}

/* A run of base64: where secrets stand in what it holds, that is the new text. Caller
 * frees; NULL: none. */
static char *
run_open(struct opening *o, const char *text, size_t len, const struct where *where)
{
	struct where here = { .outer = where, .encoded = true };
	struct buf inner = { 0 };
	char *opened = NULL;

	inner.cap = OPENED_MAX - o->opened;
	if (o->opened >= OPENED_MAX || open_base64(text, len, &inner)) {
		buf_free(&inner);
		return NULL;
	}
	o->opened += inner.len;
	opened = text_open(o, inner.data, inner.len, NULL, &here);
	mem_wipe(inner.data, inner.len);
	buf_free(&inner);
	return opened;
}

static bool
is_base64(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '/' || c == '+' || c == '-' || c == '_';
}

/* The stretch between two secrets: copied, base64 that holds secrets opened. */
static void
stretch_open(struct opening *o, const char *text, size_t from, size_t to, struct buf *out,
	     struct where *here)
{
	size_t i = from, end, kept = from;
	char *opened;

	while (i < to) {
		if (!is_base64(text[i]) || (i > from && is_base64(text[i - 1]))) {
			here->line += text[i] == '\n';
			i++;
			continue;
		}
		end = base64_run(text, to, i);
		opened = end - i >= RUN_MIN && o->depth < DEPTH_MAX
				 ? run_open(o, text + i, end - i, here)
				 : NULL;
		if (opened) {
			buf_add(out, text + kept, i - kept);
			buf_text(out, opened);
			free(opened);
			kept = end;
		}
		for (; i < end; i++)
			here->line += text[i] == '\n';
	}
	buf_add(out, text + kept, to - kept);
}

static char *
plain_open(struct opening *o, const char *text, size_t len, const char *name,
	   const struct where *where)
{
	struct where here = { .outer = where, .line = 1 };
	bool has_lines = memchr(text, '\n', len) != NULL;
	int before = o->found;
	struct buf out = { 0 };
	struct found found;
	size_t i, at = 0;

	found_read(&found, text, len, name);
	for (i = 0; i < found.count; i++) {
		const struct secret *one = &found.list[i];

		stretch_open(o, text, at, one->start, &out, &here);
		secret_handle(o, one->kind, text + one->start, one->len, &out,
			      has_lines ? &here : where);
		for (at = one->start; at < one->start + one->len; at++)
			here.line += text[at] == '\n';
	}
	stretch_open(o, text, at, len, &out, &here);
	found_free(&found);
	if (o->report)
		markers_report(o, text, len, where);
	if (o->found > before && !o->report)
		return buf_take(&out);
	if (out.data)
		mem_wipe(out.data, out.len);
	buf_free(&out);
	return NULL;
}

/* NULL where text is no JSON object or array. */
static json_t *
json_of(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", text[i]) && text[i])
		i++;
	if (i == len || (text[i] != '{' && text[i] != '['))
		return NULL;
	return json_loadb(text, len, JSON_ALLOW_NUL, NULL);
}

/* The text with its secrets replaced, caller frees; NULL: none, or they are reported. */
static char *
text_open(struct opening *o, const char *text, size_t len, const char *name,
	  const struct where *where)
{
	struct where here = { .outer = where, .encoded = true };
	struct buf unpacked = { 0 };
	int before = o->found;
	char *opened = NULL;
	json_t *json;

	o->depth++;
	json = o->depth <= DEPTH_MAX ? json_of(text, len) : NULL;
	if (json) {
		json_open(o, json, name, where);
		if (o->found > before && !o->report)
			opened = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
		json_decref(json);
	} else if (open_is_gzip(text, len) && o->depth <= DEPTH_MAX &&
		   o->opened < OPENED_MAX) {
		unpacked.cap = OPENED_MAX - o->opened;
		if (!open_gzip(text, len, &unpacked)) {
			o->opened += unpacked.len;
			opened = text_open(o, unpacked.data, unpacked.len, name, &here);
			mem_wipe(unpacked.data, unpacked.len);
		}
		buf_free(&unpacked);
	} else {
		opened = plain_open(o, text, len, name, where);
	}
	o->depth--;
	return opened;
}

static bool
is_one_of(const char *key, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcasecmp(key, words[i]))
			return true;
	}
	return false;
}

static const char *const name_keys[] = {
	"Name",		 "Key",	       "ParameterKey", "OutputKey",
	"ParameterName", "OptionName", "Variable",
};
static const char *const value_keys[] = {
	"Value",       "ParameterValue", "OutputValue", "DefaultValue",	 "Default",
	"StringValue", "OptionSetting",	 "S",		"ResolvedValue", "Values",
	"NewValue",    "OldValue",	 "Plaintext",
};

/* What stands as a name beside a value, or NULL. */
static const char *
sibling_name(const json_t *object)
{
	const char *member, *name = NULL;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, member, value)
	{
		if (json_is_string(value) &&
		    is_one_of(member, name_keys, COUNT(name_keys)))
			name = json_string_value(value);
	}
	return name;
}

static bool
is_value_key(const char *key)
{
	return is_one_of(key, value_keys, COUNT(value_keys));
}

const char *
secret_name(const json_t *object, const char *key)
{
	const char *name;

	if (!key || !is_value_key(key))
		return key;
	name = sibling_name(object);
	return name ? name : key;
}

static void
string_open(struct opening *o, json_t *value, const char *name, const struct where *where)
{
	char *opened = text_open(o, json_string_value(value), json_string_length(value),
				 name, where);

	if (!opened)
		return;
	/* A cut through a character would not be valid: then nothing of the text is kept.
	 */
	if (json_string_set(value, opened)) {
		free(opened);
		opened = mem_print("[secret:secret:%zu:%d]", json_string_length(value),
				   *o->number);
		json_string_set(value, opened);
	}
	free(opened);
}

/* A secret in the name of a member. */
static void
keys_open(struct opening *o, json_t *object, const struct where *where)
{
	json_t *value, *renamed = json_object();
	const char *key;
	char *opened;
	void *next;

	json_object_foreach_safe(object, next, key, value)
	{
		opened = strlen(key) >= 20 ? text_open(o, key, strlen(key), NULL, where)
					   : NULL;
		if (opened && text_is_utf8(opened, strlen(opened)))
			json_object_set(renamed, opened, value);
		if (opened)
			json_object_del(object, key);
		free(opened);
	}
	json_object_update(object, renamed);
	json_decref(renamed);
}

/* What the text in front of an item of an array names it: "--password", or "… PASSWORD="
 * as pieces of a script have it. Caller frees. */
static char *
name_before(const char *before)
{
	size_t len = strlen(before), end = len;

	if (*before == '-')
		return mem_text(before);
	if (!len || (before[len - 1] != '=' && before[len - 1] != ':'))
		return NULL;
	for (end = --len; len > 0; len--) {
		char c = before[len - 1];

		if (!is_base64(c) || c == '/' || c == '+')
			break;
	}
	return len < end ? mem_text_n(before + len, end - len) : NULL;
}

static void
array_open(struct opening *o, json_t *array, const char *name, const struct where *where)
{
	struct where here = { .outer = where };
	char *judged = NULL;
	json_t *member;
	size_t i;

	json_array_foreach(array, i, member)
	{
		here.index = i;
		json_open(o, member, judged && json_is_string(member) ? judged : name,
			  &here);
		free(judged);
		judged = json_is_string(member) ? name_before(json_string_value(member))
						: NULL;
	}
	free(judged);
}

static void
json_open(struct opening *o, json_t *value, const char *name, const struct where *where)
{
	struct where here = { .outer = where };
	const char *key, *judged;
	json_t *member;
	char *sibling;

	if (json_is_string(value)) {
		string_open(o, value, name, where);
	} else if (json_is_object(value)) {
		/* A copy: the name may hold a secret that is replaced. */
		sibling = mem_text(sibling_name(value));
		json_object_foreach(value, key, member)
		{
			here.key = key;
			judged = key;
			/* {"DBPassword": {"Type": "String", "Default": …}} */
			if ((sibling || name) && is_value_key(key))
				judged = sibling ? sibling : name;
			json_open(o, member, judged, &here);
		}
		free(sibling);
		keys_open(o, value, where);
	} else if (json_is_array(value)) {
		array_open(o, value, name, where);
	}
}

char *
secret_redact(const char *text, size_t len, const char *name, int *number,
	      void (*seen)(void *arg, const char *kind, int number, const char *value,
			   size_t len),
	      void *arg)
{
	struct opening o = { .number = number, .seen = seen, .arg = arg };

	return text ? text_open(&o, text, len, name, NULL) : NULL;
}

int
secret_redact_json(json_t *value, const char *name, int *number,
		   void (*seen)(void *arg, const char *kind, int number,
				const char *value, size_t len),
		   void *arg)
{
	struct opening o = { .number = number, .seen = seen, .arg = arg };

	if (value)
		json_open(&o, value, name, NULL);
	return o.found;
}

json_t *
secret_report(const char *text, size_t len)
{
	struct opening o = { .report = json_array() };

	if (text)
		free(text_open(&o, text, len, NULL, NULL));
	return o.report;
}

size_t
secret_kinds(const char *const **names)
{
	*names = secret_kind_names;
	return secret_kind_count;
}
