/* YAML to JSON trees: for front matter and plumbline.yaml. */

#include "base/base.h"

#include <yaml.h>

static json_t *node_json(yaml_document_t *document, yaml_node_t *node, int depth);

/* Plain scalars take YAML's core types; quoted ones are text. */
static json_t *
scalar_json(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	char *end;
	long long integer;
	double real;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return json_string(text);
	if (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)
		return json_null();
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(text[0] == 't');
	integer = strtoll(text, &end, 10);
	if (*end == '\0')
		return json_integer(integer);
	real = strtod(text, &end);
	if (*end == '\0' && strspn(text, "+-.0123456789eE") == strlen(text))
		return json_real(real);
	return json_string(text);
}

static json_t *
mapping_json(yaml_document_t *document, const yaml_node_t *node, int depth)
{
	json_t *object = json_object();

	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(document, pair->key);
		yaml_node_t *value = yaml_document_get_node(document, pair->value);

		if (key != NULL && key->type == YAML_SCALAR_NODE)
			json_object_set_new(object, (const char *)key->data.scalar.value,
					    node_json(document, value, depth + 1));
	}
	return object;
}

static json_t *
node_json(yaml_document_t *document, yaml_node_t *node, int depth)
{
	json_t *list;

	if (node == NULL || depth > 64)
		return json_null();
	if (node->type == YAML_SCALAR_NODE)
		return scalar_json(node);
	if (node->type == YAML_MAPPING_NODE)
		return mapping_json(document, node, depth);
	list = json_array();
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++)
		json_array_append_new(
			list, node_json(document, yaml_document_get_node(document, *item),
					depth + 1));
	return list;
}

json_t *
yaml_read(const char *text, size_t len, struct err *err)
{
	yaml_parser_t parser;
	yaml_document_t document;
	json_t *value = NULL;

	if (!yaml_parser_initialize(&parser)) {
		err_set(err, "cannot start the YAML parser");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (yaml_parser_load(&parser, &document)) {
		value = node_json(&document, yaml_document_get_root_node(&document), 0);
		yaml_document_delete(&document);
	} else {
		err_set(err, "line %zu: %s", parser.problem_mark.line + 1,
			parser.problem != NULL ? parser.problem : "no valid YAML");
	}
	yaml_parser_delete(&parser);
	return value;
}
