/* CloudWatch Logs filter patterns: does one match an event. Patterns and events are
 * remembered, since a check asks each filter of a log group for each event that it stands
 * for. */

#include "checks/filter.h"

#define PATTERN_SLOTS 4096
#define EVENT_SLOTS 512
#define KEPT_MAX ((size_t)64 * 1024) /* longer texts are not remembered */

struct filter_slot {
	char *text;
	uint64_t hash;
	struct filter *filter; /* of a pattern; NULL: refused */
	json_t *root;	       /* of an event; NULL: no JSON */
};

struct filter_memo {
	struct filter_slot patterns[PATTERN_SLOTS], events[EVENT_SLOTS];
};

struct filter_memo *
filter_memo_make(void)
{
	return mem_get(sizeof(struct filter_memo));
}

static void
slot_clear(struct filter_slot *slot)
{
	free(slot->text);
	filter_free(slot->filter);
	json_decref(slot->root);
	memset(slot, 0, sizeof(*slot));
}

void
filter_memo_free(struct filter_memo *memo)
{
	size_t i;

	if (!memo)
		return;
	for (i = 0; i < PATTERN_SLOTS; i++)
		slot_clear(&memo->patterns[i]);
	for (i = 0; i < EVENT_SLOTS; i++)
		slot_clear(&memo->events[i]);
	free(memo);
}

static uint64_t
text_hash(const char *text, size_t len)
{
	uint64_t hash = len * 0x9e3779b97f4a7c15u, word;

	for (; len >= 8; text += 8, len -= 8) {
		memcpy(&word, text, 8);
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	for (; len; text++, len--)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

/* The slot of text; *found says whether it holds it already, else it is empty and text is
 * put there. */
static struct filter_slot *
slot_find(struct filter_slot *slots, size_t count, const char *text, size_t len,
	  bool *found)
{
	uint64_t hash = text_hash(text, len);
	struct filter_slot *slot = &slots[hash % count];

	*found = slot->text && slot->hash == hash && !strcmp(slot->text, text);
	if (*found)
		return slot;
	slot_clear(slot);
	slot->text = mem_text_n(text, len);
	slot->hash = hash;
	return slot;
}

static json_t *
event_read(const char *event, size_t len)
{
	json_t *root = json_loadb(event, len, JSON_ALLOW_NUL, NULL);

	/* An integer of more than 64 bits is no fault of the event. */
	return root ? root
		    : json_loadb(event, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
				 NULL);
}

int
filter_matches(const char *pattern, const char *event)
{
	struct filter *filter = filter_read(pattern);
	json_t *root = NULL;
	int answer;

	if (!filter || !event) {
		filter_free(filter);
		return -1;
	}
	if (filter->kind == FILTER_JSON)
		root = event_read(event, strlen(event));
	answer = filter_holds(filter, event, root);
	json_decref(root);
	filter_free(filter);
	return answer;
}

int
filter_matches_memo(struct filter_memo *memo, const char *pattern, const char *event)
{
	struct filter_slot *slot, *told = NULL;
	size_t pattern_len, event_len;
	bool found;

	if (!pattern || !event)
		return -1;
	pattern_len = strlen(pattern);
	event_len = strlen(event);
	if (pattern_len > KEPT_MAX || event_len > KEPT_MAX)
		return filter_matches(pattern, event);
	slot = slot_find(memo->patterns, PATTERN_SLOTS, pattern, pattern_len, &found);
	if (!found)
		slot->filter = filter_read(pattern);
	if (!slot->filter)
		return -1;
	if (slot->filter->kind == FILTER_JSON) {
		told = slot_find(memo->events, EVENT_SLOTS, event, event_len, &found);
		if (!found)
			told->root = event_read(event, event_len);
	}
	return filter_holds(slot->filter, event, told ? told->root : NULL);
}
