/* The front matter of a page: YAML between two lines of dashes. */

#include <yaml.h>

#include "checks/engine.h"

enum { DEEPEST = 6 }; /* also ends an alias that names what holds it */

struct front {
	struct page *page;
	yaml_document_t document;
	struct err *err;
};

struct front_key {
	const char *name;
	int (*take)(struct front *front, yaml_node_t *value, int line);
};

/* The opening dashes are line 1, and libyaml counts from 0. */
static int
line_of(const yaml_node_t *node)
{
	return (int)node->start_mark.line + 2;
}

static const char *
scalar_text(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static json_t *
scalar_value(const yaml_node_t *node)
{
	const char *text = scalar_text(node);
	char *end;

	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		if (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)
			return json_null();
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
			return json_boolean(text[0] == 't');
		if (strspn(text, "+-0123456789") == strlen(text)) {
			long long number = strtoll(text, &end, 10);

			if (*end == '\0')
				return json_integer(number);
		}
		if (strspn(text, "+-.0123456789eE") == strlen(text) &&
		    strpbrk(text, "0123456789") != NULL) {
			double number = strtod(text, &end);

			if (*end == '\0')
				return json_real(number);
		}
	}
	return json_string(text);
}

static json_t *
node_value(struct front *front, int index, int depth)
{
	yaml_node_t *node = yaml_document_get_node(&front->document, index);
	json_t *value = NULL;

	if (node == NULL || depth > DEEPEST)
		return json_null();
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return scalar_value(node);
	case YAML_SEQUENCE_NODE:
		value = json_array();
		for (yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			json_array_append_new(value, node_value(front, *item, depth + 1));
		return value;
	case YAML_MAPPING_NODE:
		value = json_object();
		for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++) {
			yaml_node_t *key = yaml_document_get_node(&front->document, pair->key);

			if (key != NULL && scalar_text(key) != NULL)
				json_object_set_new(value, scalar_text(key),
						    node_value(front, pair->value, depth + 1));
		}
		return value;
	default:
		return json_null();
	}
}

static int
expect_text(struct front *front, yaml_node_t *value, int line, const char *key, char **out)
{
	const char *text = scalar_text(value);

	if (text == NULL || text[0] == '\0')
		return page_fail(front->page, line, front->err, "%s: expected a text", key);
	*out = arena_text(&front->page->arena, text);
	return 0;
}

static int
take_applies(struct front *front, yaml_node_t *value, int line)
{
	front->page->applies_line = line;
	return expect_text(front, value, line, "applies", &front->page->applies);
}

static int
take_conclusive(struct front *front, yaml_node_t *value, int line)
{
	json_t *list = json_array(), *word;
	size_t i;
	int status = 0;

	if (value->type == YAML_SCALAR_NODE)
		json_array_append_new(list, json_string(scalar_text(value)));
	else if (value->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = value->data.sequence.items.start;
		     item < value->data.sequence.items.top; item++)
			json_array_append_new(list, node_value(front, *item, 1));
	json_array_foreach(list, i, word) {
		const char *text = json_is_string(word) ? json_string_value(word) : "";

		if (strcmp(text, "pass") == 0)
			front->page->conclusive_pass = true;
		else if (strcmp(text, "fail") == 0)
			front->page->conclusive_fail = true;
		else
			status = -1;
	}
	if (json_array_size(list) == 0)
		status = -1;
	json_decref(list);
	if (status < 0)
		return page_fail(front->page, line, front->err,
				 "conclusive: expected pass or fail");
	return 0;
}

static int
take_doubt(struct front *front, yaml_node_t *value, int line)
{
	const char *text = scalar_text(value);

	if (text == NULL || (strcmp(text, "region") != 0 && strcmp(text, "account") != 0))
		return page_fail(front->page, line, front->err,
				 "doubt: expected region or account");
	front->page->doubt_account = strcmp(text, "account") == 0;
	return 0;
}

static bool
is_plain_value(const json_t *value)
{
	const json_t *item;
	size_t i;

	if (json_is_string(value) || json_is_number(value) || json_is_boolean(value))
		return true;
	if (!json_is_array(value))
		return false;
	json_array_foreach(value, i, item)
		if (!json_is_string(item) && !json_is_number(item) && !json_is_boolean(item))
			return false;
	return true;
}

static int
take_parameters(struct front *front, yaml_node_t *value, int line)
{
	const char *name;
	json_t *item;

	if (value->type != YAML_MAPPING_NODE)
		return page_fail(front->page, line, front->err,
				 "parameters: expected {name: default, …}");
	for (yaml_node_pair_t *pair = value->data.mapping.pairs.start;
	     pair < value->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(&front->document, pair->key);

		if (key == NULL || scalar_text(key) == NULL)
			return page_fail(front->page, line, front->err,
					 "parameters: a name must be a word");
		json_object_set_new(front->page->defaults, scalar_text(key),
				    node_value(front, pair->value, 0));
	}
	json_object_foreach(front->page->defaults, name, item) {
		if (!is_plain_value(item))
			return page_fail(front->page, line, front->err,
					 "parameters: %s: expected a text, a number, true, "
					 "false or a list of those", name);
	}
	return 0;
}

static int
take_resource(struct front *front, yaml_node_t *value, int line)
{
	return expect_text(front, value, line, "resource", &front->page->resource);
}

static int
take_see(struct front *front, yaml_node_t *value, int line)
{
	json_t *see = front->page->see, *item;
	size_t i;

	if (value->type == YAML_SCALAR_NODE)
		json_array_append_new(see, json_string(scalar_text(value)));
	else if (value->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *at = value->data.sequence.items.start;
		     at < value->data.sequence.items.top; at++)
			json_array_append_new(see, node_value(front, *at, 1));
	json_array_foreach(see, i, item)
		if (!json_is_string(item) || !text_starts(json_string_value(item), "http"))
			return page_fail(front->page, line, front->err, "see: expected links");
	return 0;
}

static int
take_severity(struct front *front, yaml_node_t *value, int line)
{
	static const char *const severities[] = { "critical", "high", "medium", "low" };

	if (expect_text(front, value, line, "severity", &front->page->severity) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(severities); i++)
		if (strcmp(front->page->severity, severities[i]) == 0)
			return 0;
	return page_fail(front->page, line, front->err,
			 "severity: expected critical, high, medium or low, not %s",
			 front->page->severity);
}

static const struct front_key front_keys[] = {
	{ "applies", take_applies },   { "conclusive", take_conclusive },
	{ "doubt", take_doubt },       { "parameters", take_parameters },
	{ "resource", take_resource }, { "see", take_see },
	{ "severity", take_severity },
};

static int
take_key(struct front *front, const char *name, yaml_node_t *value, int line)
{
	const char *names[COUNT(front_keys)], *near;

	for (size_t i = 0; i < COUNT(front_keys); i++) {
		names[i] = front_keys[i].name;
		if (strcmp(name, names[i]) != 0)
			continue;
		if (front->page->is_view && strcmp(name, "see") != 0)
			return page_fail(front->page, line, front->err,
					 "a view's page takes no key but see, not %s", name);
		return front_keys[i].take(front, value, line);
	}
	near = name_nearest(name, names, COUNT(names));
	return page_fail(front->page, line, front->err, "no key is called %s%s%s%s", name,
			 near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			 near != NULL ? "?" : "");
}

static int
take_all(struct front *front)
{
	yaml_node_t *root = yaml_document_get_root_node(&front->document);

	if (root == NULL && front->page->is_view)
		return 0;
	if (root == NULL || root->type != YAML_MAPPING_NODE)
		return page_fail(front->page, 2, front->err,
				 "expected the front matter's keys, as in \"severity: high\"");
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	     pair < root->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(&front->document, pair->key);
		yaml_node_t *value = yaml_document_get_node(&front->document, pair->value);

		if (key == NULL || value == NULL || scalar_text(key) == NULL)
			return page_fail(front->page, 2, front->err, "a key must be a word");
		if (take_key(front, scalar_text(key), value, line_of(key)) < 0)
			return -1;
	}
	return 0;
}

int
page_read_front(struct page *page, const char *yaml, size_t len, struct err *err)
{
	struct front front = { .page = page, .err = err };
	yaml_parser_t parser;
	int status = -1;

	if (!yaml_parser_initialize(&parser))
		return err_set(err, "cannot start the YAML parser");
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
	if (!yaml_parser_load(&parser, &front.document)) {
		page_fail(page, (int)parser.problem_mark.line + 2, err,
			  "the front matter is no YAML: %s; quote a value that holds "
			  "\": \" or \" #\"",
			  parser.problem != NULL ? parser.problem : "it cannot be read");
		goto out;
	}
	status = take_all(&front);
	yaml_document_delete(&front.document);
out:
	yaml_parser_delete(&parser);
	return status;
}
