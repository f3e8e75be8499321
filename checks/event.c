/* EventBridge patterns: does one match an event. Fields of a pattern that lead through
 * one array must all be met by the same item of it, as in AWS's matcher. */

#include "checks/event.h"

#define VALUE_STEPS 20 /* what it takes to read a value */

struct flatten {
	struct rule *rule;
	struct arena *arena;
	struct leaf **slots; /* by hash of path */
	size_t slot_count;   /* power of 2 */
	size_t path_max, places;
	size_t *ends; /* by array: the place behind its last value */
	size_t arrays;
	long steps;
};

struct search {
	const struct way *way;
	const struct member **items; /* by array: the item that was chosen, or NULL */
	const size_t *ends;
	long steps;
};

/* Lists grow by doubling. */
static void
value_add(struct value ***list, size_t *count, struct value *value)
{
	if ((*count & (*count - 1)) == 0)
		*list = mem_grow(*list, *count ? *count * 2 : 1, sizeof(**list));
	(*list)[(*count)++] = value;
}

static void
value_keep(struct flatten *f, struct leaf *leaf, struct value *value)
{
	const struct match *match;

	if (leaf->may_lack)
		value_add(&leaf->all, &leaf->all_count, value);
	for (match = leaf->matches; match && f->steps <= STEPS_MAX; match = match->next) {
		if (match_holds(match, value, &f->steps))
			break;
	}
	if (match)
		value_add(&leaf->found, &leaf->found_count, value);
}

/* A value at the end of a path: told to each leaf of the pattern that asks for that path.
 */
static void
flatten_value(struct flatten *f, const struct node *node, const char *path, size_t len,
	      uint64_t hash, const struct member *member)
{
	struct value *value = NULL;
	size_t slot = hash & (f->slot_count - 1);
	struct leaf *leaf;

	for (; f->slots[slot] && f->steps <= STEPS_MAX;
	     slot = (slot + 1) & (f->slot_count - 1)) {
		f->steps++;
		leaf = f->slots[slot];
		if (leaf->hash != hash || leaf->len != len ||
		    memcmp(leaf->path, path, len))
			continue;
		if (!value) {
			value = arena_get(f->arena, sizeof(*value));
			*value = (struct value){ .type = node->type,
						 .text = node->text,
						 .len = node->len,
						 .place = f->places,
						 .member = member };
			if (node->type == NODE_NUMBER)
				value->is_number = number_read_exact(
					node->text, node->len, &value->number);
			else if (node->type == NODE_STRING)
				value->bytes = address_read(node->text, node->len,
							    value->addr);
			f->steps += VALUE_STEPS;
		}
		value_keep(f, leaf, value);
	}
}

/* path is a buffer of path_max bytes and some: what is longer, no leaf asks for. */
static void
flatten_node(struct flatten *f, const struct node *node, char *path, size_t len,
	     uint64_t hash, const struct member *member)
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
			flatten_node(f, child, path, end,
				     path_hash(hash, path + len, end - len), member);
		}
	} else if (node->type == NODE_ARRAY) {
		array = f->arrays;
		if ((array & (array - 1)) == 0)
			f->ends = mem_grow(f->ends, array ? array * 2 : 1,
					   sizeof(*f->ends));
		f->arrays++;
		for (child = node->first; child; child = child->next) {
			/* Plain values in an array bind nothing: only fields of its
			 * objects do. */
			bool binds =
				child->type == NODE_OBJECT || child->type == NODE_ARRAY;
			struct member *inner =
				binds ? arena_get(f->arena, sizeof(*inner)) : NULL;

			if (inner)
				*inner = (struct member){ array, index, f->places,
							  member };
			flatten_node(f, child, path, len, hash, binds ? inner : member);
			index++;
		}
		f->ends[array] = f->places;
	} else {
		flatten_value(f, node, path, len, hash, member);
		f->places++;
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

/* The outermost item around a value that is another than was chosen, or NULL. */
static const struct member *
member_clash(struct search *s, const struct member *member)
{
	const struct member *clash = NULL;

	for (; member; member = member->outer) {
		s->steps++;
		if (s->items[member->array] &&
		    s->items[member->array]->index != member->index)
			clash = member;
	}
	return clash;
}

/* The first value from i on that stands in none but chosen items: past whole items of
 * others at once. */
static size_t
value_next(struct search *s, struct value *const *list, size_t count, size_t i)
{
	const struct member *clash, *chosen;
	size_t place, low, high, middle;

	for (; i < count && s->steps <= STEPS_MAX; i = low) {
		s->steps++;
		clash = member_clash(s, list[i]->member);
		if (!clash)
			return i;
		chosen = s->items[clash->array];
		place = clash->index < chosen->index ? chosen->start
						     : s->ends[clash->array];
		for (low = i + 1, high = count; low < high;) {
			middle = low + (high - low) / 2;
			if (list[middle]->place < place)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return count;
}

/* Chooses the items of member that are not yet chosen; returns the outermost part that
 * was chosen before, for items_drop(). */
static const struct member *
items_choose(struct search *s, const struct member *member)
{
	for (; member && !s->items[member->array]; member = member->outer) {
		s->items[member->array] = member;
		s->steps += 2; /* and to take it back */
	}
	return member;
}

static void
items_drop(struct search *s, const struct member *member, const struct member *stop)
{
	for (; member != stop; member = member->outer)
		s->items[member->array] = NULL;
}

/* 1, 0, or -1: too many steps. Leaves from `next` on are to be met. */
static int
search_leaf(struct search *s, size_t next)
{
	const struct member *member, *stop;
	const struct leaf *leaf;
	size_t i;
	int got;

	if (s->steps > STEPS_MAX)
		return -1;
	if (next == s->way->count)
		return 1;
	leaf = s->way->leaves[next];
	if (leaf->may_lack &&
	    value_next(s, leaf->all, leaf->all_count, 0) == leaf->all_count)
		return search_leaf(s, next + 1);
	for (i = 0; i < leaf->found_count; i++) {
		i = value_next(s, leaf->found, leaf->found_count, i);
		if (s->steps > STEPS_MAX)
			return -1;
		if (i == leaf->found_count)
			break;
		member = leaf->found[i]->member;
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
way_holds(struct search *s)
{
	size_t i;

	for (i = 0; i < s->way->count; i++) {
		if (!s->way->leaves[i]->found_count && !s->way->leaves[i]->may_lack)
			return 0;
	}
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
		s.ends = f.ends;
		answer = f.steps > STEPS_MAX ? -1 : 0;
		for (i = 0; i < rule->way_count && !answer; i++) {
			s.way = &rule->ways[i];
			answer = way_holds(&s);
		}
	}
	free(f.ends);
	arena_free(&arena);
	rule_free(rule);
	return answer;
}
