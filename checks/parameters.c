/* Parameters in force: the page's defaults, and what the user's plumbline.yaml says instead. */

#include "checks/engine.h"

void
checks_parameters(struct check_set *set, const json_t *overrides)
{
	set->overrides = overrides;
}

static const char *
kind_of(const json_t *value)
{
	if (json_is_boolean(value))
		return "true or false";
	if (json_is_number(value))
		return "a number";
	if (json_is_string(value))
		return "a text";
	return json_is_array(value) ? "a list" : "a value";
}

/* Whether a value may stand for the default: of its kind, and whole where that is whole. */
static bool
is_like(const json_t *value, const json_t *like)
{
	const json_t *item;
	size_t i;

	if (json_is_integer(like))
		return json_is_integer(value);
	if (json_is_real(like))
		return json_is_number(value);
	if (json_is_boolean(like))
		return json_is_boolean(value);
	if (json_is_string(like))
		return json_is_string(value);
	if (!json_is_array(like) || !json_is_array(value))
		return false;
	json_array_foreach(value, i, item)
		if (json_array_size(like) > 0 && !is_like(item, json_array_get(like, 0)))
			return false;
	return true;
}

static int
override(struct page *page, const char *name, const json_t *value, struct err *err)
{
	const json_t *like = json_object_get(page->defaults, name);

	if (!is_like(value, like))
		return err_set(err, "parameters: %s: %s: expected %s as in its default", page->id,
			       name, json_is_integer(like) ? "a whole number" : kind_of(like));
	json_object_set(page->parameters, name, (json_t *)value);
	return 0;
}

int
checks_page_parameters(struct check_set *set, struct page *page, struct err *err)
{
	const json_t *mine = json_object_get(set->overrides, page->id);
	const json_t *all = json_object_get(set->overrides, "*");
	const char *name;
	json_t *value;

	json_decref(page->parameters);
	page->parameters = json_copy(page->defaults);
	json_object_foreach(page->defaults, name, value) {
		const json_t *given = json_object_get(mine, name);

		if (given == NULL)
			given = json_object_get(all, name);
		if (given != NULL && override(page, name, given, err) < 0)
			return -1;
	}
	json_object_foreach((json_t *)mine, name, value)
		if (json_object_get(page->defaults, name) == NULL)
			return err_set(err, "parameters: %s has no parameter %s", page->id, name);
	return 0;
}

int
parameters_check(const struct check_set *set, struct err *err)
{
	const char **names, *near, *id;
	json_t *value;

	json_object_foreach((json_t *)set->overrides, id, value) {
		if (!json_is_object(value))
			return err_set(err, "parameters: %s: expected {name: value}", id);
		if (strcmp(id, "*") == 0 || set_find(set, id) >= 0)
			continue;
		names = mem_get((set->count + 1) * sizeof(*names));
		for (size_t i = 0; i < set->count; i++)
			names[i] = set->pages[i].id;
		near = name_nearest(id, names, set->count);
		free(names);
		return err_set(err, "parameters: no check is called %s%s%s%s", id,
			       near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			       near != NULL ? "?" : "");
	}
	return 0;
}
