/* plumbline.yaml: what the user sets for all scans. */

#include "cmd/cmd.h"

#define DEFAULT_FILE "plumbline.yaml"

enum { CONFIG_CAP = 1 << 20 };

/* sorted */
static const char *const keys[] = { "parameters" };

static int
check_keys(const json_t *config, const char *path, struct err *err)
{
	const char *key;
	json_t *value;

	if (json_is_null(config))
		return 0;
	if (!json_is_object(config))
		return err_set(err, "%s: expected names with values, such as 'parameters:'",
			       path);
	json_object_foreach((json_t *)config, key, value) {
		const char *near = name_nearest(key, keys, COUNT(keys));
		bool known = false;

		for (size_t i = 0; i < COUNT(keys); i++)
			known |= strcmp(keys[i], key) == 0;
		if (!known)
			return err_set(err, "%s: there is no setting '%s'%s%s%s", path, key,
				       near != NULL ? "; did you mean '" : "",
				       near != NULL ? near : "", near != NULL ? "'?" : "");
	}
	return 0;
}

json_t *
config_read(const char *path, struct err *err)
{
	struct buf text = { 0 };
	json_t *config;

	if (path == NULL && !file_exists(DEFAULT_FILE))
		return json_object();
	if (path == NULL)
		path = DEFAULT_FILE;
	if (file_read(path, CONFIG_CAP, &text, err) < 0)
		return NULL;
	config = yaml_read(text.data != NULL ? text.data : "", text.len, err);
	buf_free(&text);
	if (config == NULL) {
		err_prefix(err, "%s", path);
	} else if (check_keys(config, path, err) < 0) {
		json_decref(config);
		config = NULL;
	} else if (json_is_null(config)) {
		json_decref(config);
		config = json_object();
	}
	return config;
}
