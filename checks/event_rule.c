/* Reads EventBridge patterns (EventBridge User Guide, "Comparison operators for use in event patterns").
 * What AWS's matcher refuses is refused. */

#include "checks/event.h"

#define PATTERN_MAX 4096 /* characters (API reference, PutRule) */
#define WAYS_MAX 1000	 /* combinations of $or (the guide, "Considerations when creating event patterns") */

struct compiler {
	struct rule *rule;
	struct buf path;
	struct way *ways; /* being made */
	size_t count;
};

static int object_compile(struct compiler *c, const struct node *object);

uint64_t
path_hash(uint64_t hash, const char *text, size_t len)
{
	for (; len; text++, len--)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

static bool
key_is(const struct node *node, const char *word)
{
	return node->key_len == strlen(word) && !memcmp(node->key, word, node->key_len);
}

/* A wildcard with its stars as STAR. Escapes are "\*" and "\\"; two stars in a row are refused. */
static int
wildcard_read(struct compiler *c, const struct node *node, struct match *match)
{
	char *out = arena_get(&c->rule->arena, node->len + 1);
	size_t i;

	match->kind = MATCH_WILDCARD;
	match->text = out;
	for (i = 0; i < node->len; i++) {
		char byte = node->text[i];

		if (byte == '\\') {
			if (++i == node->len || (node->text[i] != '*' && node->text[i] != '\\'))
				return -1;
			byte = node->text[i];
		} else if (byte == '*') {
			if (match->len && out[match->len - 1] == STAR)
				return -1;
			byte = STAR;
		}
		out[match->len++] = byte;
	}
	return 0;
}

/* "10.0.0.0/8". A range of a single address is refused, as AWS's matcher does. */
static int
cidr_compile(const struct node *node, struct match *match)
{
	const char *slash = memchr(node->text, '/', node->len);
	size_t i, len;
	int bytes;

	if (!slash)
		return -1;
	len = (size_t)(slash - node->text);
	bytes = address_read(node->text, len, match->addr);
	i = len + 1;
	i += i < node->len && node->text[i] == '+';
	if (!bytes || i >= node->len || node->len - i > 4)
		return -1;
	for (; i < node->len; i++) {
		if (node->text[i] < '0' || node->text[i] > '9')
			return -1;
		match->prefix = match->prefix * 10 + (node->text[i] - '0');
	}
	match->kind = MATCH_CIDR;
	return match->prefix < bytes * 8 ? 0 : -1;
}

static int
range_side(const struct node *op, struct match *match)
{
	struct node *bound = op->next;
	bool open = op->len == 1;
	double number;

	if (op->type != NODE_STRING || op->len < 1 || op->len > 2 || (!open && op->text[1] != '=') ||
	    !bound || bound->type != NODE_NUMBER || !number_read_exact(bound->text, bound->len, &number))
		return -1;
	if (op->text[0] == '>') {
		match->low = number;
		match->low_open = open;
		return 0;
	}
	match->high = number;
	match->high_open = open;
	return op->text[0] == '<' ? 0 : -1;
}

/* ["=", 5], [">", 0], ["<=", 5] or [">", 0, "<=", 5]; in that order. */
static int
numeric_compile(const struct node *node, struct match *match)
{
	const struct node *op = node->type == NODE_ARRAY ? node->first : NULL;

	if (!op || op->type != NODE_STRING || !op->next)
		return -1;
	match->kind = MATCH_RANGE;
	match->low = -__builtin_huge_val();
	match->high = __builtin_huge_val();
	if (op->len == 1 && *op->text == '=') {
		if (op->next->type != NODE_NUMBER ||
		    !number_read_exact(op->next->text, op->next->len, &match->low))
			return -1;
		match->high = match->low;
		return op->next->next ? -1 : 0;
	}
	if (range_side(op, match))
		return -1;
	if (!op->next->next)
		return 0;
	if (*op->text == '<' || *op->next->next->text != '<' || range_side(op->next->next, match))
		return -1;
	return op->next->next->next->next || match->low >= match->high ? -1 : 0;
}

static void
literal_compile(const struct node *node, struct match *match)
{
	match->kind = MATCH_EXACT;
	match->type = node->type;
	match->text = node->text;
	match->len = node->len;
	if (node->type == NODE_NUMBER)
		match->is_number = number_read_exact(node->text, node->len, &match->number);
}

static int
text_compile(const struct node *node, enum match_kind kind, struct match *match)
{
	match->kind = kind;
	match->text = node->text;
	match->len = node->len;
	return node->type == NODE_STRING ? 0 : -1;
}

/* One thing that the value must not be. */
static int
but_one(struct compiler *c, const struct node *item, const char *word, struct match *match)
{
	if (!word) {
		literal_compile(item, match);
		if (item->type == NODE_NUMBER && !match->is_number)
			return -1;
		return item->type == NODE_STRING || item->type == NODE_NUMBER ? 0 : -1;
	}
	if (item->type != NODE_STRING)
		return -1;
	if (!strcmp(word, "wildcard"))
		return wildcard_read(c, item, match);
	if (!strcmp(word, "equals-ignore-case"))
		return text_compile(item, MATCH_SAME, match);
	if (!item->len)
		return -1;
	return text_compile(item, !strcmp(word, "prefix") ? MATCH_PREFIX : MATCH_SUFFIX, match);
}

/* A value, a list of values of one type, or {"prefix" …: a text or a list of texts}. */
static int
but_compile(struct compiler *c, const struct node *node, struct match *match)
{
	static const char *const words[] = { "prefix", "suffix", "wildcard", "equals-ignore-case" };
	const struct node *item = node, *first;
	const char *word = NULL;
	struct match *one = match;
	size_t i;

	match->but = true;
	if (node->type == NODE_OBJECT) {
		item = node->first;
		for (i = 0; item && i < COUNT(words); i++) {
			if (key_is(item, words[i]))
				word = words[i];
		}
		if (!word || item->next)
			return -1;
	}
	if (item->type != NODE_ARRAY)
		return but_one(c, item, word, match);
	first = item = item->first;
	if (!first)
		return -1;
	for (; item; item = item->next) {
		if (item != first) {
			one->others = arena_get(&c->rule->arena, sizeof(*one));
			one = one->others;
		}
		if (item->type != first->type || but_one(c, item, word, one))
			return -1;
	}
	return 0;
}

/* "prefix" and "suffix": a text, or {"equals-ignore-case": a text}. */
static int
affix_compile(const struct node *node, bool is_prefix, struct match *match)
{
	if (node->type != NODE_OBJECT)
		return text_compile(node, is_prefix ? MATCH_PREFIX : MATCH_SUFFIX, match);
	if (!node->first || node->first->next || !key_is(node->first, "equals-ignore-case"))
		return -1;
	return text_compile(node->first, is_prefix ? MATCH_PREFIX_SAME : MATCH_SUFFIX_SAME, match);
}

static int
object_match_compile(struct compiler *c, const struct node *node, struct match *match)
{
	if (!node || node->next)
		return -1;
	if (key_is(node, "exactly"))
		return text_compile(node, MATCH_EXACT, match) ? -1 : (literal_compile(node, match), 0);
	if (key_is(node, "prefix"))
		return affix_compile(node, true, match);
	if (key_is(node, "suffix"))
		return affix_compile(node, false, match);
	if (key_is(node, "equals-ignore-case"))
		return text_compile(node, MATCH_SAME, match);
	if (key_is(node, "wildcard"))
		return node->type == NODE_STRING ? wildcard_read(c, node, match) : -1;
	if (key_is(node, "cidr"))
		return node->type == NODE_STRING ? cidr_compile(node, match) : -1;
	if (key_is(node, "numeric"))
		return numeric_compile(node, match);
	if (key_is(node, "anything-but"))
		return but_compile(c, node, match);
	if (!key_is(node, "exists"))
		return -1;
	match->kind = node->type == NODE_TRUE ? MATCH_EXISTS : MATCH_ABSENT;
	return node->type == NODE_TRUE || node->type == NODE_FALSE ? 0 : -1;
}

/* A later leaf of the same path takes the place of an earlier one. */
static void
way_add(struct compiler *c, struct way *way, struct leaf *leaf)
{
	size_t i;

	for (i = 0; i < way->count; i++) {
		if (way->leaves[i]->len == leaf->len &&
		    !memcmp(way->leaves[i]->path, leaf->path, leaf->len)) {
			way->leaves[i] = leaf;
			return;
		}
	}
	/* Room grows by doubling; what it leaves behind goes with the arena. */
	if ((way->count & (way->count - 1)) == 0) {
		struct leaf **more = arena_get(&c->rule->arena, (way->count ? way->count * 2 : 1) * sizeof(*more));

		if (way->count)
			memcpy(more, way->leaves, way->count * sizeof(*more));
		way->leaves = more;
	}
	way->leaves[way->count++] = leaf;
}

static int
leaf_compile(struct compiler *c, const struct node *array)
{
	struct leaf *leaf = arena_get(&c->rule->arena, sizeof(*leaf));
	struct match **tail = &leaf->matches, *match;
	const struct node *item;
	size_t i;

	leaf->len = c->path.len;
	leaf->path = arena_text_n(&c->rule->arena, c->path.data, c->path.len);
	leaf->hash = path_hash(PATH_HASH, leaf->path, leaf->len);
	for (item = array->first; item; item = item->next) {
		match = arena_get(&c->rule->arena, sizeof(*match));
		if (item->type == NODE_ARRAY)
			return -1;
		if (item->type != NODE_OBJECT)
			literal_compile(item, match);
		else if (object_match_compile(c, item->first, match))
			return -1;
		leaf->may_lack |= match->kind == MATCH_ABSENT;
		*tail = match;
		tail = &match->next;
	}
	if (!leaf->matches)
		return -1;
	leaf->next = c->rule->leaves;
	c->rule->leaves = leaf;
	for (i = 0; i < c->count; i++)
		way_add(c, &c->ways[i], leaf);
	return 0;
}

/* Names that make "$or" a plain field, since its items are then matches, not patterns. */
static bool
key_is_reserved(const struct node *node)
{
	static const char *const words[] = {
		"exactly", "prefix", "suffix", "anything-but", "numeric", "cidr", "wildcard", "exists",
		"equals-ignore-case", "=", "<", ">", "<=", ">=",
	};
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if (key_is(node, words[i]))
			return true;
	}
	return false;
}

static bool
is_choice(const struct node *array)
{
	return array->type == NODE_ARRAY && array->first && array->first->next;
}

/* Whether every name in the object is one of a field, and every end of it a list. */
static bool
is_pattern(const struct node *object)
{
	const struct node *node, *item;

	if (object->type != NODE_OBJECT || !object->first)
		return false;
	for (node = object->first; node; node = node->next) {
		if (key_is_reserved(node))
			return false;
		if (key_is(node, "$or")) {
			if (!is_choice(node))
				return false;
			for (item = node->first; item; item = item->next) {
				if (!is_pattern(item))
					return false;
			}
		} else if (node->type == NODE_ARRAY ? !node->first : !is_pattern(node)) {
			return false;
		}
	}
	return true;
}

static bool
is_or(const struct node *node)
{
	const struct node *item;

	if (!key_is(node, "$or") || !is_choice(node))
		return false;
	for (item = node->first; item; item = item->next) {
		if (!is_pattern(item))
			return false;
	}
	return true;
}

static void
way_copy(struct compiler *c, struct way *to, const struct way *from)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		way_add(c, to, from->leaves[i]);
}

/* Each branch continues each way that there is. */
static int
or_compile(struct compiler *c, const struct node *choice)
{
	struct way *before = c->ways, *all = NULL;
	size_t count = c->count, total = 0, i;
	const struct node *branch;
	int got = 0;

	for (branch = choice->first; branch && !got; branch = branch->next) {
		c->ways = mem_get(count * sizeof(*c->ways));
		c->count = count;
		for (i = 0; i < count; i++)
			way_copy(c, &c->ways[i], &before[i]);
		got = object_compile(c, branch);
		if (!got && total + c->count > WAYS_MAX)
			got = -1;
		if (!got) {
			all = mem_grow(all, total + c->count, sizeof(*all));
			memcpy(all + total, c->ways, c->count * sizeof(*all));
			total += c->count;
		}
		free(c->ways);
	}
	free(before);
	c->ways = all;
	c->count = total;
	return got;
}

static int
object_compile(struct compiler *c, const struct node *object)
{
	const struct node *node;
	size_t len = c->path.len;
	int got;

	if (!object->first)
		return -1;
	for (node = object->first; node; node = node->next) {
		if (is_or(node)) {
			if (or_compile(c, node))
				return -1;
			continue;
		}
		if (len)
			buf_char(&c->path, '.');
		buf_add(&c->path, node->key, node->key_len);
		got = node->type == NODE_ARRAY ? leaf_compile(c, node) :
		      node->type == NODE_OBJECT ? object_compile(c, node) : -1;
		if (got)
			return -1;
		c->path.len = len;
	}
	return 0;
}

struct rule *
rule_read(const char *pattern)
{
	struct compiler c = { .count = 1 };
	size_t i, chars = 0;
	struct node *root;
	int got = -1;

	if (!pattern)
		return NULL;
	for (i = 0; pattern[i] && chars <= PATTERN_MAX; i++)
		chars += ((unsigned char)pattern[i] & 0xc0) != 0x80;
	if (chars > PATTERN_MAX || !text_is_utf8(pattern, i))
		return NULL;
	c.rule = mem_get(sizeof(*c.rule));
	c.ways = mem_get(sizeof(*c.ways));
	root = node_read(&c.rule->arena, pattern);
	if (root && root->type == NODE_OBJECT) {
		buf_add(&c.path, "", 0);
		got = object_compile(&c, root);
	}
	if (!got) {
		c.rule->ways = arena_get(&c.rule->arena, c.count * sizeof(*c.ways));
		memcpy(c.rule->ways, c.ways, c.count * sizeof(*c.ways));
		c.rule->way_count = c.count;
	}
	free(c.ways);
	buf_free(&c.path);
	if (!got)
		return c.rule;
	rule_free(c.rule);
	return NULL;
}

void
rule_free(struct rule *rule)
{
	struct leaf *leaf;

	if (!rule)
		return;
	for (leaf = rule->leaves; leaf; leaf = leaf->next) {
		free(leaf->found);
		free(leaf->all);
	}
	arena_free(&rule->arena);
	free(rule);
}
