/* EventBridge patterns: does one match an event. Fields of a pattern that lead through one array must
 * all be met by the same item of it, as in AWS's matcher. */

#include "checks/event.h"

#define STEPS_MAX 3000000 /* tries to find such items; beyond them the answer is not known */

struct flatten {
	struct rule *rule;
	struct arena *arena;
	struct leaf **slots; /* by hash of path */
	size_t slot_count;   /* power of 2 */
	size_t path_max, arrays;
};

struct search {
	const struct way *way;
	size_t *items; /* by array: 0, or 1 and the item that was chosen */
	long steps;
};

static void
value_keep(struct leaf *leaf, struct value *value)
{
	const struct match *match;

	leaf->seen++;
	for (match = leaf->matches; match && !match_holds(match, value); match = match->next)
		;
	if (!match)
		return;
	if (leaf->found_count == leaf->found_room) {
		leaf->found_room = leaf->found_room ? leaf->found_room * 2 : 4;
		leaf->found = mem_grow(leaf->found, leaf->found_room, sizeof(*leaf->found));
	}
	leaf->found[leaf->found_count++] = value;
}

/* A value at the end of a path: told to each leaf of the pattern that asks for that path. */
static void
flatten_value(struct flatten *f, const struct node *node, const char *path, size_t len, uint64_t hash,
	      const struct member *member)
{
	struct value *value = NULL;
	size_t slot = hash & (f->slot_count - 1);
	struct leaf *leaf;

	for (; f->slots[slot]; slot = (slot + 1) & (f->slot_count - 1)) {
		leaf = f->slots[slot];
		if (leaf->hash != hash || leaf->len != len || memcmp(leaf->path, path, len))
			continue;
		if (!value) {
			value = arena_get(f->arena, sizeof(*value));
			*value = (struct value){ node->type, node->text, node->len, false, 0, member };
			if (node->type == NODE_NUMBER)
				value->is_number = number_read_exact(node->text, node->len, &value->number);
		}
		value_keep(leaf, value);
	}
}

/* path is a buffer of path_max bytes and some: what is longer, no leaf asks for. */
static void
flatten_node(struct flatten *f, const struct node *node, char *path, size_t len, uint64_t hash,
	     const struct member *member)
{
	const struct node *child;
	size_t index = 0, array;

	if (node->type == NODE_OBJECT) {
		for (child = node->first; child; child = child->next) {
			size_t dot = len > 0, end = len + dot + child->key_len;

			if (end > f->path_max)
				continue;
			path[len] = '.';
			memcpy(path + len + dot, child->key, child->key_len);
			flatten_node(f, child, path, end, path_hash(hash, path + len, end - len), member);
		}
	} else if (node->type == NODE_ARRAY) {
		array = f->arrays++;
		for (child = node->first; child; child = child->next) {
			/* Plain values in an array bind nothing: only fields of its objects do. */
			bool binds = child->type == NODE_OBJECT || child->type == NODE_ARRAY;
			struct member *inner = binds ? arena_get(f->arena, sizeof(*inner)) : NULL;

			if (inner)
				*inner = (struct member){ array, index, member };
			flatten_node(f, child, path, len, hash, binds ? inner : member);
			index++;
		}
	} else {
		flatten_value(f, node, path, len, hash, member);
	}
}

static void
flatten_event(struct flatten *f, const struct node *event)
{
	struct leaf *leaf;
	size_t count = 0, slot;
	char *path;

	for (leaf = f->rule->leaves; leaf; leaf = leaf->next) {
		count++;
		f->path_max = leaf->len > f->path_max ? leaf->len : f->path_max;
	}
	for (f->slot_count = 16; f->slot_count < 2 * count; f->slot_count *= 2)
		;
	f->slots = arena_get(f->arena, f->slot_count * sizeof(*f->slots));
	for (leaf = f->rule->leaves; leaf; leaf = leaf->next) {
		for (slot = leaf->hash & (f->slot_count - 1); f->slots[slot];)
			slot = (slot + 1) & (f->slot_count - 1);
		f->slots[slot] = leaf;
	}
	path = arena_get(f->arena, f->path_max + 1);
	flatten_node(f, event, path, 0, PATH_HASH, NULL);
}

static bool
member_fits(const struct search *s, const struct member *member)
{
	for (; member; member = member->outer) {
		if (s->items[member->array] && s->items[member->array] != member->index + 1)
			return false;
	}
	return true;
}

/* Chooses the items of member that are not yet chosen; returns the outermost part that was chosen
 * before, for items_drop(). */
static const struct member *
items_choose(struct search *s, const struct member *member)
{
	for (; member && !s->items[member->array]; member = member->outer)
		s->items[member->array] = member->index + 1;
	return member;
}

static void
items_drop(struct search *s, const struct member *member, const struct member *stop)
{
	for (; member != stop; member = member->outer)
		s->items[member->array] = 0;
}

/* 1, 0, or -1: too many steps. Leaves from `next` on are to be met. */
static int
search_leaf(struct search *s, size_t next)
{
	const struct member *member, *stop;
	const struct leaf *leaf;
	size_t i;
	int got;

	if (next == s->way->count)
		return 1;
	leaf = s->way->leaves[next];
	if (!leaf->seen)
		return search_leaf(s, next + 1);
	for (i = 0; i < leaf->found_count; i++) {
		if (++s->steps > STEPS_MAX)
			return -1;
		member = leaf->found[i]->member;
		if (!member_fits(s, member))
			continue;
		stop = items_choose(s, member);
		got = search_leaf(s, next + 1);
		items_drop(s, member, stop);
		/* Where nothing had to be chosen, no other value does better. */
		if (got || member == stop)
			return got;
	}
	return 0;
}

static int
leaf_order(const void *a, const void *b)
{
	const struct leaf *x = *(struct leaf *const *)a, *y = *(struct leaf *const *)b;

	return x->found_count < y->found_count ? -1 : x->found_count > y->found_count;
}

static int
way_holds(struct search *s)
{
	size_t i;

	for (i = 0; i < s->way->count; i++) {
		const struct leaf *leaf = s->way->leaves[i];

		if (leaf->seen ? !leaf->found_count : !leaf->may_lack)
			return 0;
	}
	qsort(s->way->leaves, s->way->count, sizeof(*s->way->leaves), leaf_order);
	return search_leaf(s, 0);
}

int
event_pattern_matches(const char *pattern, const char *event)
{
	struct rule *rule = rule_read(pattern);
	struct arena arena = { NULL };
	struct flatten f = { .rule = rule, .arena = &arena };
	struct search s = { 0 };
	const struct node *root;
	int answer = 0;
	size_t i;

	if (!rule || !event) {
		rule_free(rule);
		return -1;
	}
	root = node_read(&arena, event);
	if (root && root->type == NODE_OBJECT) {
		flatten_event(&f, root);
		s.items = arena_get(&arena, (f.arrays + 1) * sizeof(*s.items));
		for (i = 0; i < rule->way_count && !answer; i++) {
			s.way = &rule->ways[i];
			answer = way_holds(&s);
		}
	}
	arena_free(&arena);
	rule_free(rule);
	return answer;
}
