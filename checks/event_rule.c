/* Reads EventBridge patterns (EventBridge User Guide, "Comparison operators for use in
 * event patterns"). What AWS's matcher refuses is refused. */

#include "checks/event.h"

#define PATTERN_MAX 4096 /* characters (API reference, PutRule) */
#define WAYS_MAX                                                                    \
	1000 /* combinations of $or (the guide, "Considerations when creating event \
		patterns") */

struct compiler {
	struct rule *rule;
	struct buf path;
	struct way *ways; /* being made */
	size_t count;
	long steps;
};

static int object_compile(struct compiler *c, const struct node *object);

uint64_t
path_hash(uint64_t hash, const char *text, size_t len)
{
	for (; len; text++, len--)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

/* A later leaf of the same path takes the place of an earlier one. */
static void
way_add(struct compiler *c, struct way *way, struct leaf *leaf)
{
	size_t i;

	c->steps += (long)way->count + 1;
	for (i = 0; i < way->count; i++) {
		if (way->leaves[i]->hash == leaf->hash &&
		    way->leaves[i]->len == leaf->len &&
		    !memcmp(way->leaves[i]->path, leaf->path, leaf->len)) {
			way->leaves[i] = leaf;
			return;
		}
	}
	/* Room grows by doubling; what it leaves behind goes with the arena. */
	if ((way->count & (way->count - 1)) == 0) {
		struct leaf **more =
			arena_get(&c->rule->arena,
				  (way->count ? way->count * 2 : 1) * sizeof(*more));

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
		if (match_read(&c->rule->arena, item, match))
			return -1;
		leaf->may_lack |= match->kind == MATCH_ABSENT;
		*tail = match;
		tail = &match->next;
	}
	if (!leaf->matches)
		return -1;
	leaf->next = c->rule->leaves;
	c->rule->leaves = leaf;
	for (i = 0; i < c->count && c->steps <= STEPS_MAX; i++)
		way_add(c, &c->ways[i], leaf);
	return c->steps <= STEPS_MAX ? 0 : -1;
}

/* Names that make "$or" a plain field, since its items are then matches, not patterns. */
static bool
key_is_reserved(const struct node *node)
{
	static const char *const words[] = {
		"exactly",
		"prefix",
		"suffix",
		"anything-but",
		"numeric",
		"cidr",
		"wildcard",
		"exists",
		"equals-ignore-case",
		"=",
		"<",
		">",
		"<=",
		">=",
	};
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if (node_key_is(node, words[i]))
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
		if (node_key_is(node, "$or")) {
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

	if (!node_key_is(node, "$or") || !is_choice(node))
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
	size_t room = 1;

	while (room < from->count)
		room *= 2;
	c->steps += (long)(room / 8 + 1);
	to->count = from->count;
	to->leaves = from->count
			     ? arena_get(&c->rule->arena, room * sizeof(*to->leaves))
			     : NULL;
	if (from->count)
		memcpy(to->leaves, from->leaves, from->count * sizeof(*to->leaves));
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
		got = c->steps <= STEPS_MAX ? object_compile(c, branch) : -1;
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
		got = node->type == NODE_ARRAY	  ? leaf_compile(c, node)
		      : node->type == NODE_OBJECT ? object_compile(c, node)
						  : -1;
		if (got)
			return -1;
		c->path.len = len;
	}
	return 0;
}

static int
leaf_order(const void *a, const void *b)
{
	const struct leaf *x = *(struct leaf *const *)a, *y = *(struct leaf *const *)b;
	int order = memcmp(x->path, y->path, x->len < y->len ? x->len : y->len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Leaves are met in the order of their paths, since "exists": false asks about the items
 * that leaves in front of it chose: AWS's matcher does so. All leaves are put in order
 * once, and each way by going through them. */
static void
ways_order(struct rule *rule)
{
	struct leaf **all, *leaf;
	size_t count = 0, i, n;

	for (leaf = rule->leaves; leaf; leaf = leaf->next)
		count++;
	all = arena_get(&rule->arena, count * sizeof(*all));
	for (leaf = rule->leaves, i = 0; leaf; leaf = leaf->next)
		all[i++] = leaf;
	qsort(all, count, sizeof(*all), leaf_order);
	for (i = 0; i < rule->way_count; i++) {
		struct way *way = &rule->ways[i];

		for (n = 0; n < way->count; n++)
			way->leaves[n]->in = way;
		way->count = 0;
		for (n = 0; n < count; n++) {
			if (all[n]->in == way)
				way->leaves[way->count++] = all[n];
		}
	}
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
		ways_order(c.rule);
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
