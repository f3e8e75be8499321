/* Paths through answers: which items there are, and what a column takes from one. */

#include "store/store.h"

#include <assert.h>

/* One walk, for items (places are kept) or for values (only they are). */
struct walk {
	struct places *places;
	json_t *values; /* array, or NULL when places are wanted */
	bool many;      /* a list was opened: the result is a list too */
	const json_t *request;
	const char *(*lookup)(void *arg, const char *column);
	void *arg;
	enum path_gap *gap;
};

static void walk(struct walk *walk, const struct place *at, const json_t *value,
		 const json_t *holder, const char *path, size_t len);

static struct place *
place_new(struct places *places, const json_t *value, const json_t *holder,
	  const struct place *up)
{
	struct place *place = arena_get(&places->arena, sizeof(*place));

	*place = (struct place){ .value = value, .holder = holder, .up = up };
	return place;
}

static void
places_add(struct places *places, struct place *place)
{
	if ((places->count & (places->count - 1)) == 0)
		places->list = mem_grow(places->list,
					places->count == 0 ? 1 : places->count * 2,
					sizeof(struct place *));
	places->list[places->count++] = place;
}

/* Length up to the first of stop outside brackets, or all of it. */
static size_t
span(const char *path, size_t len, const char *stop)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (depth == 0 && strchr(stop, path[i]) != NULL)
			return i;
		depth += (path[i] == '[' || path[i] == '{');
		depth -= (path[i] == ']' || path[i] == '}');
	}
	return len;
}

/* A scalar as text, for comparing. Returns buffer or the string itself; NULL for what is no scalar. */
static const char *
scalar_text(const json_t *value, char room[32])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (json_is_integer(value)) {
		snprintf(room, 32, "%lld", (long long)json_integer_value(value));
		return room;
	}
	if (json_is_real(value)) {
		snprintf(room, 32, "%.17g", json_real_value(value));
		return room;
	}
	return NULL;
}

static bool
scalar_is(const json_t *value, const char *text, size_t len)
{
	char room[32];
	const char *there = scalar_text(value, room);

	return there != NULL && strlen(there) == len && memcmp(there, text, len) == 0;
}

/* Finds the element whose Key is wanted: "Key=x", "Key={column}", ".=x". NULL: none. */
static const json_t *
select_item(struct walk *walk, const json_t *list, const char *selector, size_t len)
{
	size_t key_len = span(selector, len, "=");
	const char *want = selector + key_len + 1;
	size_t want_len = len > key_len ? len - key_len - 1 : 0, i;
	bool by_column = want_len > 2 && want[0] == '{' && want[want_len - 1] == '}';
	char *key = mem_text_n(selector, key_len), *column = NULL;
	const json_t *item, *found = NULL;

	if (by_column) {
		column = mem_text_n(want + 1, want_len - 2);
		want = walk->lookup != NULL ? walk->lookup(walk->arg, column) : NULL;
		want_len = want != NULL ? strlen(want) : 0;
	}
	json_array_foreach((json_t *)list, i, item) {
		const json_t *there =
			strcmp(key, ".") == 0 ? item : json_object_get(item, key);

		if (want != NULL && scalar_is(there, want, want_len)) {
			found = item;
			break;
		}
	}
	if (found == NULL && by_column && walk->gap != NULL)
		*walk->gap = GAP_NO_ITEM;
	free(key);
	free(column);
	return found;
}

static void
emit(struct walk *walk, const struct place *at, const json_t *value, const json_t *holder)
{
	size_t i;
	const json_t *item;

	if (value == NULL || json_is_null(value))
		return;
	if (walk->values != NULL) {
		json_array_append(walk->values, (json_t *)value);
		return;
	}
	if (value == at->value) {
		places_add(walk->places, place_new(walk->places, value, at->holder, at->up));
		return;
	}
	if (!json_is_array(value)) {
		places_add(walk->places, place_new(walk->places, value, holder, at));
		return;
	}
	json_array_foreach((json_t *)value, i, item)
		if (!json_is_null(item))
			places_add(walk->places, place_new(walk->places, item, holder, at));
}

/* Each element of a list is an item of its own, from which ^ climbs. */
static void
walk_list(struct walk *to, const struct place *at, const json_t *list, const json_t *holder,
	  const char *rest, size_t len)
{
	size_t i;
	const json_t *item;

	to->many = true;
	json_array_foreach((json_t *)list, i, item) {
		struct place local = { .value = item, .holder = holder, .up = at };
		const struct place *next = &local;

		if (json_is_null(item))
			continue;
		if (to->values == NULL)
			next = place_new(to->places, item, holder, at);
		walk(to, next, item, holder, rest, len);
	}
}

/* Follows "[]", "[2]" or "[Key=x]" at path. */
static void
walk_bracket(struct walk *to, const struct place *at, const json_t *value,
	     const json_t *holder, const char *path, size_t len)
{
	size_t end = 1;
	int depth = 1;

	for (; end < len && depth > 0; end++)
		depth += (path[end] == '[') - (path[end] == ']');
	end--; /* at the closing bracket */
	if (end == 1) {
		walk_list(to, at, value, holder, path + 2, len - 2);
		return;
	}
	if (path[1] == '-' || (path[1] >= '0' && path[1] <= '9')) {
		long index = strtol(path + 1, NULL, 10);
		long size = (long)json_array_size(value);

		index = index < 0 ? size + index : index;
		value = index >= 0 ? json_array_get(value, (size_t)index) : NULL;
	} else {
		value = select_item(to, value, path + 1, end - 1);
	}
	if (value != NULL)
		walk(to, at, value, holder, path + end + 1, len - end - 1);
}

/* "{A,B[]}" and what follows: each in turn. */
static void
walk_union(struct walk *to, const struct place *at, const json_t *value,
	   const json_t *holder, const char *path, size_t len)
{
	size_t close = span(path + 1, len - 1, "}") + 1;
	const char *at_part = path + 1;

	to->many = true;
	while (at_part < path + close) {
		size_t part = span(at_part, (size_t)(path + close - at_part), ",");
		size_t rest = len - close - 1;
		char *whole = mem_print("%.*s%.*s", (int)part, at_part, (int)rest,
					path + close + 1);

		walk(to, at, value, holder, whole, strlen(whole));
		free(whole);
		at_part += part + 1;
	}
}

/* Whether "[Key={column}]" follows at once: a list that is not there lacks the row's item too. */
static bool
selects_by_column(const char *path, size_t len)
{
	size_t end = len > 0 && path[0] == '[' ? span(path + 1, len - 1, "]") : 0;

	return end > 2 && end + 1 < len + 1 && path[end] == '}' &&
	       memmem(path + 1, end, "={", 2) != NULL;
}

static void
walk_name(struct walk *to, const struct place *at, const json_t *value, const char *path,
	  size_t len)
{
	size_t name_len = span(path, len, ".[");
	char *name = mem_text_n(path, name_len);
	const json_t *next = json_object_get(value, name);

	free(name);
	if (next != NULL && !json_is_null(next))
		walk(to, at, next, value, path + name_len, len - name_len);
	else if (to->gap != NULL && selects_by_column(path + name_len, len - name_len))
		*to->gap = GAP_NO_ITEM;
}

static void
walk(struct walk *to, const struct place *at, const json_t *value, const json_t *holder,
     const char *path, size_t len)
{
	if (len > 0 && path[0] == '.') {
		path++;
		len--;
	}
	if (len == 0)
		emit(to, at, value, holder);
	else if (path[0] == '[')
		walk_bracket(to, at, value, holder, path, len);
	else if (path[0] == '{')
		walk_union(to, at, value, holder, path, len);
	else
		walk_name(to, at, value, path, len);
}

struct places
path_items(const struct place *root, const char *path)
{
	struct places places = { 0 };
	struct walk to = { .places = &places };

	if (path == NULL || path[0] == '\0' || strcmp(path, ".") == 0)
		places_add(&places,
			   place_new(&places, root->value, root->holder, root->up));
	else
		walk(&to, root, root->value, root->holder, path, strlen(path));
	return places;
}

void
places_free(struct places *places)
{
	free(places->list);
	arena_free(&places->arena);
	*places = (struct places){ 0 };
}

/* One alternative of a path, from the place up to which its carets climb. */
static json_t *
value_at(struct walk *to, const struct place *place, const char *path, size_t len)
{
	struct place base = { .value = place->value };
	const struct place *from = place;
	json_t *result = NULL;

	to->values = json_array();
	to->many = false;
	if (len > 9 && strncmp(path, "$request.", 9) == 0) {
		base.value = to->request;
		walk(to, &base, base.value, NULL, path + 9, len - 9);
	} else if (len > 0 && path[0] == '^') {
		const json_t *holder = NULL;

		for (; len > 0 && path[0] == '^' && from != NULL; path++, len--) {
			holder = from->holder;
			from = from->up;
		}
		if (holder != NULL)
			walk(to, &base, holder, NULL, path, len);
		if (json_array_size(to->values) == 0 && from != NULL)
			walk(to, &base, from->value, NULL, path, len);
	} else {
		walk(to, &base, place->value, NULL, path, len);
	}
	if (to->many)
		result = json_array_size(to->values) > 0 ? json_incref(to->values) : NULL;
	else if (json_array_size(to->values) > 0)
		result = json_incref(json_array_get(to->values, 0));
	json_decref(to->values);
	to->values = NULL;
	return result;
}

/* A document inside a string. One that says a thing twice is not read: which of the two counts is not known. */
static json_t *
filter_json(json_t *value, enum path_gap *gap)
{
	json_t *parsed;

	if (!json_is_string(value))
		return json_incref(value);
	parsed = json_loadb(json_string_value(value), json_string_length(value),
			    JSON_REJECT_DUPLICATES, NULL);
	if (parsed == NULL && gap != NULL)
		*gap = GAP_NOT_JSON;
	return parsed;
}

/* Seconds, or milliseconds, since 1970 to our time. Dates as text are read too. */
static json_t *
filter_epoch(const json_t *value)
{
	char text[TIME_ROOM];
	int64_t when;

	if (json_is_number(value)) {
		double number = json_number_value(value);

		when = (int64_t)(number > 1e11 ? number / 1000 : number);
	} else if (!json_is_string(value) ||
		   time_read(json_string_value(value), &when) < 0) {
		return NULL;
	}
	return json_string(time_text(when, text));
}

/* A word behind the path: changes value, whose reference is taken over. */
static json_t *
filter(json_t *value, const char *word, size_t len, enum path_gap *gap)
{
	json_t *result = NULL;

	if (len == 7 && strncmp(word, "present", 7) == 0)
		result = json_boolean(value != NULL);
	else if (value == NULL)
		return NULL;
	else if (len == 4 && strncmp(word, "json", 4) == 0)
		result = filter_json(value, gap);
	else if (len == 5 && strncmp(word, "count", 5) == 0)
		result = json_integer((json_int_t)(json_is_object(value) ?
							   json_object_size(value) :
							   json_array_size(value)));
	else if (len == 5 && strncmp(word, "epoch", 5) == 0)
		result = filter_epoch(value);
	else if (len > 3 && strncmp(word, "is=", 3) == 0)
		result = json_boolean(scalar_is(value, word + 3, len - 3));
	else if (len == 4 && strncmp(word, "list", 4) == 0)
		result = json_is_array(value) ? json_incref(value) : json_pack("[O]", value);
	else
		assert(!"a filter that store.h names");
	json_decref(value);
	return result;
}

/* Whether "Name=value" holds for the request. */
static bool
asked(const json_t *request, const char *condition, size_t len)
{
	size_t key_len = span(condition, len, "=");
	char *key = mem_text_n(condition, key_len);
	const json_t *there = json_object_get(request, key);
	bool holds = scalar_is(there, condition + key_len + 1, len - key_len - 1);

	free(key);
	return holds;
}

json_t *
path_value(const struct place *place, const json_t *request, const char *path,
	   const char *(*lookup)(void *arg, const char *column), void *arg,
	   enum path_gap *gap)
{
	struct walk to = { .request = request, .lookup = lookup, .arg = arg, .gap = gap };
	const char *filters, *at;
	json_t *value = NULL;
	size_t len;

	*gap = GAP_NONE;
	if (path[0] == '?') {
		len = strcspn(path, " ");
		if (!asked(request, path + 1, len - 1))
			return NULL;
		path += len + 1;
	}
	filters = strstr(path, " :");
	len = filters != NULL ? (size_t)(filters - path) : strlen(path);
	for (at = path; value == NULL && at <= path + len;) {
		size_t part = span(at, (size_t)(path + len - at), "|");

		if (part == 1 && at[0] == '.')
			value = json_incref((json_t *)place->value);
		else
			value = value_at(&to, place, at, part);
		at += part + 1;
	}
	if (value != NULL)
		*gap = GAP_NONE;
	while (filters != NULL && *gap == GAP_NONE) {
		const char *word = filters + 2;

		filters = strstr(word, " :");
		len = filters != NULL ? (size_t)(filters - word) : strlen(word);
		value = filter(value, word, len, gap);
	}
	return value;
}

static bool
condition_holds(const struct place *place, const char *word, size_t len)
{
	size_t key_len = span(word, len, "=");
	bool compares = key_len < len;
	bool unequal = compares && key_len > 0 && word[key_len - 1] == '!';
	char *key = mem_text_n(word, unequal ? key_len - 1 : key_len);
	enum path_gap gap;
	json_t *value = path_value(place, NULL, key, NULL, NULL, &gap);
	bool holds = value != NULL && !json_is_null(value);

	if (compares)
		holds = scalar_is(value, word + key_len + 1, len - key_len - 1) != unequal;
	free(key);
	json_decref(value);
	return holds;
}

bool
path_holds(const struct place *place, const char *conditions)
{
	while (conditions != NULL && *conditions != '\0') {
		size_t len = strcspn(conditions, " ");

		if (len > 0 && !condition_holds(place, conditions, len))
			return false;
		conditions += len + (conditions[len] == ' ');
	}
	return true;
}
