/* Reads what one item of a list in an EventBridge pattern asks of a value (EventBridge User Guide,
 * "Comparison operators for use in event patterns"). What AWS's matcher refuses is refused. */

#include "checks/event.h"

bool
node_key_is(const struct node *node, const char *word)
{
	return node->key_len == strlen(word) && !memcmp(node->key, word, node->key_len);
}

/* A wildcard with its stars as STAR. Escapes are "\*" and "\\"; two stars in a row are
 * refused. */
static int
wildcard_read(struct arena *arena, const struct node *node, struct match *match)
{
	char *out = arena_get(arena, node->len + 1);
	size_t i;

	match->kind = MATCH_WILDCARD;
	match->text = out;
	for (i = 0; i < node->len; i++) {
		char byte = node->text[i];

		if (byte == '\\') {
			if (++i == node->len ||
			    (node->text[i] != '*' && node->text[i] != '\\'))
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

	if (op->type != NODE_STRING || op->len < 1 || op->len > 2 ||
	    (!open && op->text[1] != '=') || !bound || bound->type != NODE_NUMBER ||
	    !number_read_exact(bound->text, bound->len, &number))
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
	if (*op->text == '<' || *op->next->next->text != '<' ||
	    range_side(op->next->next, match))
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
		match->is_number =
			number_read_exact(node->text, node->len, &match->number);
}

static int
text_compile(struct arena *arena, const struct node *node, enum match_kind kind,
	     struct match *match)
{
	match->kind = kind;
	match->text = node->text;
	match->len = node->len;
	if (node->type != NODE_STRING)
		return -1;
	if (kind == MATCH_SAME || kind == MATCH_PREFIX_SAME || kind == MATCH_SUFFIX_SAME)
		match_fold(arena, match);
	return 0;
}

/* One thing that the value must not be. */
static int
but_one(struct arena *arena, const struct node *item, const char *word,
	struct match *match)
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
		return wildcard_read(arena, item, match);
	if (!strcmp(word, "equals-ignore-case"))
		return text_compile(arena, item, MATCH_SAME, match);
	if (!item->len)
		return -1;
	return text_compile(arena, item, !strcmp(word, "prefix") ? MATCH_PREFIX : MATCH_SUFFIX,
			    match);
}

/* A value, a list of values of one type, or {"prefix" …: a text or a list of texts}. */
static int
but_compile(struct arena *arena, const struct node *node, struct match *match)
{
	static const char *const words[] = { "prefix", "suffix", "wildcard",
					     "equals-ignore-case" };
	const struct node *item = node, *first;
	const char *word = NULL;
	struct match *one = match;
	size_t i;

	match->but = true;
	if (node->type == NODE_OBJECT) {
		item = node->first;
		for (i = 0; item && i < COUNT(words); i++) {
			if (node_key_is(item, words[i]))
				word = words[i];
		}
		if (!word || item->next)
			return -1;
	}
	if (item->type != NODE_ARRAY)
		return but_one(arena, item, word, match);
	first = item = item->first;
	if (!first)
		return -1;
	for (; item; item = item->next) {
		if (item != first) {
			one->others = arena_get(arena, sizeof(*one));
			one = one->others;
		}
		if (item->type != first->type || but_one(arena, item, word, one))
			return -1;
	}
	return 0;
}

/* "prefix" and "suffix": a text, or {"equals-ignore-case": a text}. */
static int
affix_compile(struct arena *arena, const struct node *node, bool is_prefix, struct match *match)
{
	if (node->type != NODE_OBJECT)
		return text_compile(arena, node, is_prefix ? MATCH_PREFIX : MATCH_SUFFIX, match);
	if (!node->first || node->first->next ||
	    !node_key_is(node->first, "equals-ignore-case"))
		return -1;
	return text_compile(arena, node->first,
			    is_prefix ? MATCH_PREFIX_SAME : MATCH_SUFFIX_SAME, match);
}

static int
object_compile(struct arena *arena, const struct node *node, struct match *match)
{
	if (!node || node->next)
		return -1;
	if (node_key_is(node, "exactly"))
		return text_compile(arena, node, MATCH_EXACT, match)
			       ? -1
			       : (literal_compile(node, match), 0);
	if (node_key_is(node, "prefix"))
		return affix_compile(arena, node, true, match);
	if (node_key_is(node, "suffix"))
		return affix_compile(arena, node, false, match);
	if (node_key_is(node, "equals-ignore-case"))
		return text_compile(arena, node, MATCH_SAME, match);
	if (node_key_is(node, "wildcard"))
		return node->type == NODE_STRING ? wildcard_read(arena, node, match) : -1;
	if (node_key_is(node, "cidr"))
		return node->type == NODE_STRING ? cidr_compile(node, match) : -1;
	if (node_key_is(node, "numeric"))
		return numeric_compile(node, match);
	if (node_key_is(node, "anything-but"))
		return but_compile(arena, node, match);
	if (!node_key_is(node, "exists"))
		return -1;
	match->kind = node->type == NODE_TRUE ? MATCH_EXISTS : MATCH_ABSENT;
	return node->type == NODE_TRUE || node->type == NODE_FALSE ? 0 : -1;
}

int
match_read(struct arena *arena, const struct node *item, struct match *match)
{
	if (item->type == NODE_ARRAY)
		return -1;
	if (item->type == NODE_OBJECT)
		return object_compile(arena, item->first, match);
	literal_compile(item, match);
	return 0;
}
