/* Values of answers as the columns of a typed table hold them. */

#include "store/evidence.h"

char *
column_text(const json_t *value)
{
	switch (value != NULL ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL:
		return NULL;
	case JSON_STRING:
		return mem_text(json_string_value(value));
	case JSON_TRUE:
		return mem_text("true");
	case JSON_FALSE:
		return mem_text("false");
	case JSON_INTEGER:
		return mem_print("%lld", (long long)json_integer_value(value));
	case JSON_REAL:
		return mem_print("%.17g", json_real_value(value));
	default:
		return json_canonical(value);
	}
}

/* Spellings of a tag's key and value in AWS's answers. */
static const char *const tag_names[][2] = {
	{ "Key", "Value" },	  { "key", "value" },	       { "TagKey", "TagValue" },
	{ "tagKey", "tagValue" }, { "Name", "Value" },
};

static void
put_tag(json_t *tags, const json_t *item)
{
	for (size_t i = 0; i < COUNT(tag_names); i++) {
		const json_t *key = json_object_get(item, tag_names[i][0]);
		json_t *value = json_object_get(item, tag_names[i][1]);

		if (!json_is_string(key))
			continue;
		if (json_is_string(value))
			json_object_set(tags, json_string_value(key), value);
		else
			json_object_set_new(tags, json_string_value(key), json_string(""));
		return;
	}
}

json_t *
column_tags(const json_t *value)
{
	json_t *tags;
	const json_t *item;
	size_t i;

	if (json_is_object(value))
		return json_copy((json_t *)value);
	if (!json_is_array(value))
		return NULL;
	tags = json_object();
	json_array_foreach((json_t *)value, i, item)
		put_tag(tags, item);
	return tags;
}

static void
bind_text(sqlite3_stmt *statement, int at, char *text)
{
	if (text != NULL)
		sqlite3_bind_text(statement, at, text, -1, free);
}

static void
bind_number(sqlite3_stmt *statement, int at, const json_t *value, bool real)
{
	char *end;

	if (json_is_boolean(value)) {
		sqlite3_bind_int(statement, at, json_is_true(value));
	} else if (json_is_number(value)) {
		if (real)
			sqlite3_bind_double(statement, at, json_number_value(value));
		else if (json_is_integer(value))
			sqlite3_bind_int64(statement, at, json_integer_value(value));
		else
			sqlite3_bind_int64(statement, at,
					   (sqlite3_int64)json_real_value(value));
	} else if (json_is_string(value) && json_string_length(value) > 0) {
		const char *text = json_string_value(value);
		double number = strtod(text, &end);

		if (*end != '\0')
			return;
		if (real)
			sqlite3_bind_double(statement, at, number);
		else
			sqlite3_bind_int64(statement, at, strtoll(text, NULL, 10));
	}
}

/* Answers spell truth as a boolean, as text in attributes and reports, and as 1 and 0. */
static void
bind_bool(sqlite3_stmt *statement, int at, const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		sqlite3_bind_int(statement, at, json_is_true(value));
	else if (json_is_integer(value))
		sqlite3_bind_int(statement, at, json_integer_value(value) != 0);
	else if (text != NULL && (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0))
		sqlite3_bind_int(statement, at, 1);
	else if (text != NULL && (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0))
		sqlite3_bind_int(statement, at, 0);
}

/* Dates that are words ("N/A", "no_information") are NULL. */
static void
bind_time(sqlite3_stmt *statement, int at, const json_t *value)
{
	char text[TIME_ROOM];
	int64_t when;

	if (json_is_number(value))
		when = (int64_t)json_number_value(value);
	else if (!json_is_string(value) || time_read(json_string_value(value), &when) < 0)
		return;
	sqlite3_bind_text(statement, at, time_text(when, text), -1, SQLITE_TRANSIENT);
}

int
column_bind(sqlite3_stmt *statement, int at, enum column_type type, const json_t *value)
{
	sqlite3_bind_null(statement, at);
	if (value == NULL || json_is_null(value))
		return 0;
	switch (type) {
	case TEXT:
		bind_text(statement, at, column_text(value));
		break;
	case INTEGER:
		bind_number(statement, at, value, false);
		break;
	case REAL:
		bind_number(statement, at, value, true);
		break;
	case BOOL:
		bind_bool(statement, at, value);
		break;
	case TIME:
		bind_time(statement, at, value);
		break;
	case JSON:
	case TAGS:
		bind_text(statement, at, json_canonical(value));
		break;
	}
	return 0;
}
