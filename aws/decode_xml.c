/* Bodies in XML: expat builds a tree, the shape is walked over it. */

#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "aws/decode.h"

#define DEEP 100
#define MANY 2000000 /* elements: about 150 MB */

struct building {
	struct decoding *decoding;
	XML_Parser parser;
	struct element *stack[DEEP];
	size_t depth, count;
	struct element *root;
	struct buf text; /* since the last tag */
	const char *fault;
};

static const char *
local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static void
build_stop(struct building *building, const char *fault)
{
	building->fault = fault;
	XML_StopParser(building->parser, XML_FALSE);
}

static const char **
attributes_keep(struct arena *arena, const char **given)
{
	size_t count = 0, used = 0;
	const char **kept;

	while (given[count])
		count++;
	kept = arena_get(arena, (count + 1) * sizeof(*kept));
	for (size_t i = 0; i < count; i += 2) {
		if (text_starts(given[i], "xmlns"))
			continue;
		kept[used++] = arena_text(arena, local_name(given[i]));
		kept[used++] = arena_text(arena, given[i + 1]);
	}
	return used ? kept : NULL;
}

static void XMLCALL
on_start(void *arg, const char *name, const char **attributes)
{
	struct building *building = arg;
	struct arena *arena = &building->decoding->arena;
	struct element *element, *parent;

	if (building->depth == DEEP || ++building->count > MANY) {
		build_stop(building, building->depth == DEEP ? "XML nested too deep"
							     : "too many XML elements");
		return;
	}
	element = arena_get(arena, sizeof(*element));
	element->name = arena_text(arena, local_name(name));
	element->text = "";
	if (attributes[0])
		element->attributes = attributes_keep(arena, attributes);
	parent = building->depth ? building->stack[building->depth - 1] : NULL;
	if (!parent)
		building->root = element;
	else if (parent->last)
		parent->last->next = element;
	else
		parent->first = element;
	if (parent)
		parent->last = element;
	building->stack[building->depth++] = element;
	building->text.len = 0;
}

static void XMLCALL
on_end(void *arg, const char *name)
{
	struct building *building = arg;
	struct element *element = building->stack[--building->depth];

	(void)name;
	if (!element->first && building->text.len)
		element->text = arena_text_n(&building->decoding->arena,
					     building->text.data, building->text.len);
	building->text.len = 0;
}

static void XMLCALL
on_text(void *arg, const char *text, int len)
{
	struct building *building = arg;

	buf_add(&building->text, text, (size_t)len);
}

/* No answer of AWS declares a type; entities, which need one, are how XML attacks its
 * reader. */
static void XMLCALL
on_doctype(void *arg, const char *name, const char *system, const char *public,
	   int has_subset)
{
	(void)name, (void)system, (void)public, (void)has_subset;
	build_stop(arg, "XML with a document type");
}

struct element *
xml_parse(struct decoding *decoding)
{
	struct building building = { .decoding = decoding };
	enum XML_Status status;

	if (decoding->len > INT_MAX / 2) {
		decode_fail(decoding, "too large");
		return NULL;
	}
	building.parser = XML_ParserCreate(NULL);
	if (!building.parser) {
		decode_fail(decoding, "no memory for the XML parser");
		return NULL;
	}
	XML_SetUserData(building.parser, &building);
	XML_SetElementHandler(building.parser, on_start, on_end);
	XML_SetCharacterDataHandler(building.parser, on_text);
	XML_SetStartDoctypeDeclHandler(building.parser, on_doctype);
	status = XML_Parse(building.parser, decoding->body, (int)decoding->len, 1);
	if (status != XML_STATUS_OK) {
		const char *fault =
			building.fault
				? building.fault
				: XML_ErrorString(XML_GetErrorCode(building.parser));
		char *why = mem_print(
			"line %lu: %s",
			(unsigned long)XML_GetCurrentLineNumber(building.parser), fault);

		decode_fail(decoding, why);
		free(why);
		building.root = NULL;
	}
	XML_ParserFree(building.parser);
	buf_free(&building.text);
	return building.root;
}

struct element *
element_child(const struct element *element, const char *name)
{
	struct element *child;

	for (child = element->first; child; child = child->next)
		if (strcmp(child->name, name) == 0)
			break;
	return child;
}

/* A map's entry: its key and value stand in elements that the model names. */
static int
entry_decode(struct decoding *decoding, const struct aws_shape *shape,
	     const struct element *entry, json_t *map)
{
	const struct element *key = element_child(entry, shape->key_wire);
	const struct element *value = element_child(entry, shape->value_wire);
	json_t *item = NULL;

	if (!key)
		return decode_fail(decoding, "a map's entry without a key");
	if (value && xml_decode(decoding, shape->value, value, &item) != 0)
		return -1;
	if (item)
		json_object_set_new(map, key->text, item);
	return 0;
}

/* A list or map without an element around it: all children of its name, whatever stands
 * between them. Models and Smithy's rules disagree whether the items' name or the list's
 * own counts, so either does. */
static int
flat_decode(struct decoding *decoding, const struct aws_member *member,
	    const struct element *parent, json_t **out)
{
	json_t *item;

	for (const struct element *child = parent->first; child; child = child->next) {
		if (strcmp(child->name, member->wire) != 0 &&
		    strcmp(child->name, member->name) != 0)
			continue;
		if (!*out)
			*out = member->shape->kind == KIND_LIST ? json_array()
								: json_object();
		if (member->shape->kind == KIND_MAP) {
			if (entry_decode(decoding, member->shape, child, *out) != 0)
				return -1;
			continue;
		}
		if (xml_decode(decoding, member->shape->value, child, &item) != 0)
			return -1;
		if (item)
			json_array_append_new(*out, item);
	}
	return 0;
}

static const char *
attribute_value(const struct element *element, const char *wire)
{
	for (const char **at = element->attributes; at && *at; at += 2)
		if (strcmp(*at, local_name(wire)) == 0)
			return at[1];
	return NULL;
}

static int
member_decode(struct decoding *decoding, const struct aws_member *member,
	      const struct element *element, json_t **out)
{
	const struct element *child;
	const char *text;

	if (member->is_attribute) {
		text = attribute_value(element, member->wire);
		return text ? scalar_decode(decoding, member->shape, text, strlen(text),
					    out)
			    : 0;
	}
	if (member->is_flat)
		return flat_decode(decoding, member, element, out);
	child = element_child(element, member->wire);
	return child ? xml_decode(decoding, member->shape, child, out) : 0;
}

int
xml_members(struct decoding *decoding, const struct aws_shape *shape,
	    const struct element *element, json_t *tree)
{
	for (size_t i = 0; i < shape->member_count; i++) {
		const struct aws_member *member = &shape->members[i];
		json_t *item = NULL;

		if (member->place != PLACE_BODY)
			continue;
		decoding->member = member->name;
		if (member_decode(decoding, member, element, &item) != 0) {
			json_decref(item);
			return -1;
		}
		if (item)
			json_object_set_new(tree, member->name, item);
	}
	return 0;
}

/* Every child is an item or entry, by position: what its element is called differs from
 * service to service. */
static int
children_decode(struct decoding *decoding, const struct aws_shape *shape,
		const struct element *element, json_t *out)
{
	json_t *item;

	for (const struct element *child = element->first; child; child = child->next) {
		if (shape->kind == KIND_MAP) {
			if (entry_decode(decoding, shape, child, out) != 0)
				return -1;
			continue;
		}
		if (xml_decode(decoding, shape->value, child, &item) != 0)
			return -1;
		if (item)
			json_array_append_new(out, item);
	}
	return 0;
}

int
xml_decode(struct decoding *decoding, const struct aws_shape *shape,
	   const struct element *element, json_t **out)
{
	int rc;

	*out = NULL;
	if (shape->kind == KIND_STRUCTURE) {
		*out = json_object();
		rc = xml_members(decoding, shape, element, *out);
	} else if (shape->kind == KIND_LIST || shape->kind == KIND_MAP) {
		*out = shape->kind == KIND_LIST ? json_array() : json_object();
		rc = children_decode(decoding, shape, element, *out);
	} else {
		rc = scalar_decode(decoding, shape, element->text, strlen(element->text),
				   out);
	}
	if (rc != 0) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}
