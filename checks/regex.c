/* Regular expressions in linear time. AWS's dialect has no groups, so that an expression
 * is a choice of plain sequences: one bit for each place in them, and all places step at
 * once for each character. */

#include "checks/regex.h"

#define CODES 129	 /* ASCII, and 128 for every other character */
#define ROWS (CODES + 6) /* of words: see struct regex */
#define PLACES_MAX REGEX_PLACES_MAX
#define REPEAT_MAX 1000
#define ENDLESS (-1)

struct class
{
	bool has[CODES];
};

/* A class and how often it stands. */
struct item {
	struct class class;
	int min, max;
};

struct regex {
	size_t words;
	uint64_t *accepts; /* CODES rows of words: places whose class has the code */
	uint64_t *loops;   /* places that may stand again */
	uint64_t *options; /* places that may be left out */
	uint64_t *starts;  /* in front of each sequence */
	uint64_t *floats;  /* starts that need not be the start of the text */
	uint64_t *ends;	   /* last places, where the match is made anywhere */
	uint64_t *finals;  /* last places, where the match is made at the end of the text
			      only */
	size_t places;
};

struct reader {
	const char *at, *end;
	struct regex *regex;
	struct item *items; /* of the sequence being read */
	size_t count, room;
	bool from_start, to_end, dead;
};

static void
bit_set(uint64_t *words, size_t bit)
{
	words[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static bool
is_alnum(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "Supported regular expressions (regex) syntax": these and no others, brackets and other
 * signs being written \xhh. A space stands in AWS's own examples for the CDK. */
static bool
is_allowed(int c)
{
	return is_alnum(c) || (c && c < 128 && strchr(":_#=@/;,-^$?[]{}|\\*+. ", c));
}

static void
class_range(struct class *class, int low, int high)
{
	for (; low <= high; low++)
		class->has[low] = true;
}

/* \d, \s, \w and their opposites. False for another letter. */
static bool
class_named(struct class *class, char letter)
{
	struct class named = { { false } };
	int c;

	switch (letter | 0x20) {
	case 'd':
		class_range(&named, '0', '9');
		break;
	case 's':
		for (c = 0; c < 6; c++)
			named.has[(int)" \t\n\v\f\r"[c]] = true;
		break;
	case 'w':
		for (c = 0; c < 128; c++)
			named.has[c] = is_alnum(c) || c == '_';
		break;
	default:
		return false;
	}
	for (c = 0; c < CODES; c++)
		class->has[c] |= named.has[c] != (letter < 'a');
	return true;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Reads what follows a backslash. A single character is returned, a class is added and
 * gives -2; -1: refused. */
static int
escape_read(struct reader *r, struct class *class)
{
	int high, low, c;

	if (r->at == r->end)
		return -1;
	c = (unsigned char)*r->at++;
	if (class_named(class, (char)c))
		return -2;
	if (c == 'x') {
		if (r->end - r->at < 2)
			return -1;
		high = hex_value(r->at[0]);
		low = hex_value(r->at[1]);
		r->at += 2;
		return high < 0 || low < 0 || high > 7 ? -1 : high * 16 + low;
	}
	return is_alnum(c) || !is_allowed(c) ? -1 : c;
}

/* One member of [...], and what a range begins or ends with. As escape_read(). */
static int
member_read(struct reader *r, struct class *class)
{
	int c;

	if (r->at == r->end)
		return -1;
	c = (unsigned char)*r->at++;
	if (c == '\\')
		return escape_read(r, class);
	return is_allowed(c) ? c : -1;
}

/* Past "[". */
static int
set_read(struct reader *r, struct class *class)
{
	struct class set = { { false } };
	bool inverse = false, first = true;
	int low, high, c;

	if (r->at < r->end && *r->at == '^') {
		inverse = true;
		r->at++;
	}
	for (; r->at < r->end && (*r->at != ']' || first); first = false) {
		if (*r->at == ']')
			return -1; /* an empty set */
		low = member_read(r, &set);
		if (low == -1)
			return -1;
		if (low == -2)
			continue;
		high = low;
		if (r->end - r->at > 1 && *r->at == '-' && r->at[1] != ']') {
			r->at++;
			high = member_read(r, &set);
			if (high < low)
				return -1;
		}
		class_range(&set, low, high);
	}
	if (r->at == r->end || first)
		return -1;
	r->at++;
	for (c = 0; c < CODES; c++)
		class->has[c] = set.has[c] != inverse;
	return 0;
}

static int
number_read(struct reader *r)
{
	int n = -1;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && n <= REPEAT_MAX;
	     r->at++)
		n = (n < 0 ? 0 : n) * 10 + (*r->at - '0');
	return n > REPEAT_MAX ? -1 : n;
}

/* Past "{": m}, m,}, ,n} or m,n} ("Either m or n can be omitted"). */
static int
bounds_read(struct reader *r, struct item *item)
{
	bool is_open = r->end - r->at > 1 && r->at[0] == ',' && r->at[1] != '}';

	item->min = item->max = is_open ? 0 : number_read(r);
	if (item->min < 0)
		return -1;
	if (r->at < r->end && *r->at == ',') {
		r->at++;
		item->max = r->at < r->end && *r->at == '}' ? ENDLESS : number_read(r);
		if (item->max >= 0 ? item->max < item->min
				   : r->at == r->end || *r->at != '}')
			return -1;
	}
	if (r->at == r->end || *r->at != '}')
		return -1;
	r->at++;
	return 0;
}

static int
quantifier_read(struct reader *r, struct item *item)
{
	item->min = item->max = 1;
	if (r->at == r->end || !strchr("*+?{", *r->at))
		return 0;
	switch (*r->at++) {
	case '*':
		item->min = 0;
		item->max = ENDLESS;
		break;
	case '+':
		item->max = ENDLESS;
		break;
	case '?':
		item->min = 0;
		break;
	default:
		if (bounds_read(r, item))
			return -1;
	}
	/* A lazy repetition matches the same texts. */
	if (r->at < r->end && *r->at == '?')
		r->at++;
	return r->at < r->end && strchr("*+?{", *r->at) ? -1 : 0;
}

/* Whether all items of the sequence may be left out: an anchor behind them can still
 * hold. */
static bool
items_optional(const struct reader *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		if (r->items[i].min)
			return false;
	}
	return true;
}

static int
item_read(struct reader *r)
{
	struct item item = { .min = 1 };
	int c = (unsigned char)*r->at++;

	if (c == '.') {
		class_range(&item.class, 0, CODES - 1);
	} else if (c == '[') {
		if (set_read(r, &item.class))
			return -1;
	} else if (c == '\\') {
		c = escape_read(r, &item.class);
		if (c == -1)
			return -1;
		if (c >= 0)
			item.class.has[c] = true;
	} else if (!is_allowed(c) || strchr("*+?{", c)) {
		return -1;
	} else {
		item.class.has[c] = true;
	}
	if (quantifier_read(r, &item))
		return -1;
	/* Nothing can stand behind the end: such an item must be left out, or the
	 * sequence never matches. */
	if (r->to_end) {
		r->dead |= item.min > 0;
		return 0;
	}
	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 16;
		r->items = mem_grow(r->items, r->room, sizeof(*r->items));
	}
	r->items[r->count++] = item;
	return 0;
}

static int
place_add(struct regex *regex, const struct item *item, bool option, bool loop)
{
	size_t place = regex->places++;
	int c;

	if (place >= PLACES_MAX)
		return -1;
	for (c = 0; item && c < CODES; c++) {
		if (item->class.has[c])
			bit_set(regex->accepts + (size_t)c * regex->words, place);
	}
	if (option)
		bit_set(regex->options, place);
	if (loop)
		bit_set(regex->loops, place);
	return 0;
}

/* Lays the sequence that was read as places: {2,4} is two that must stand and two that
 * may. */
static int
sequence_lay(struct reader *r)
{
	struct regex *regex = r->regex;
	size_t i;
	int n;

	if (r->dead)
		return 0;
	bit_set(regex->starts, regex->places);
	if (!r->from_start)
		bit_set(regex->floats, regex->places);
	if (place_add(regex, NULL, false, false))
		return -1;
	for (i = 0; i < r->count; i++) {
		const struct item *item = &r->items[i];
		int last = item->max == ENDLESS ? (item->min ? item->min : 1) : item->max;

		for (n = 1; n <= last; n++) {
			if (place_add(regex, item, n > item->min,
				      item->max == ENDLESS && n == last))
				return -1;
		}
	}
	bit_set(r->to_end ? regex->finals : regex->ends, regex->places - 1);
	return 0;
}

static int
sequence_read(struct reader *r)
{
	r->count = 0;
	r->from_start = r->to_end = r->dead = false;
	while (r->at < r->end && *r->at != '|') {
		if (*r->at == '^') {
			r->at++;
			r->dead |= !items_optional(r);
			r->from_start = true;
			r->count = 0;
		} else if (*r->at == '$') {
			r->at++;
			r->to_end = true;
		} else if (item_read(r)) {
			return -1;
		}
	}
	return sequence_lay(r);
}

/* Where the rows of words stand in one piece of memory. */
static void
regex_lay(struct regex *regex, uint64_t *memory, size_t words)
{
	regex->words = words;
	regex->accepts = memory;
	regex->loops = memory + CODES * words;
	regex->options = regex->loops + words;
	regex->starts = regex->options + words;
	regex->floats = regex->starts + words;
	regex->ends = regex->floats + words;
	regex->finals = regex->ends + words;
}

/* Most expressions are short: keeps only the words that have places. */
static void
regex_shrink(struct regex *regex)
{
	size_t words = regex->places / 64 + 1, row;
	uint64_t *old = regex->accepts, *memory = mem_get(ROWS * words * sizeof(*memory));

	for (row = 0; row < ROWS; row++)
		memcpy(memory + row * words, old + row * regex->words,
		       words * sizeof(*memory));
	free(old);
	regex_lay(regex, memory, words);
}

struct regex *
regex_read(const char *text, size_t len)
{
	struct reader r = { .at = text, .end = text + len };
	size_t words = (PLACES_MAX + 64) / 64;
	bool good = len > 0;

	r.regex = mem_get(sizeof(*r.regex));
	regex_lay(r.regex, mem_get(ROWS * words * sizeof(uint64_t)), words);
	while (good) {
		good = !sequence_read(&r);
		if (!good || r.at == r.end)
			break;
		r.at++; /* past "|" */
	}
	free(r.items);
	if (!good) {
		regex_free(r.regex);
		return NULL;
	}
	regex_shrink(r.regex);
	return r.regex;
}

/* The places that are reached by leaving optional ones out, added to `now`. Within a run
 * of optional places, adding the run to the places reached carries through all that
 * follow. *before is the word's last place, for the next word. */
static uint64_t
places_skip(uint64_t now, uint64_t options, uint64_t *before)
{
	uint64_t seeds = (now << 1 | *before) & options;

	now |= (((seeds + options) ^ options) | seeds) & options;
	*before = now >> 63;
	return now;
}

static bool
places_meet(const uint64_t *a, const uint64_t *b, size_t used)
{
	size_t i;

	for (i = 0; i < used; i++) {
		if (a[i] & b[i])
			return true;
	}
	return false;
}

/* All places step over one character. Whether the match is made. */
static bool
places_step(const struct regex *regex, size_t used, const uint64_t *accepts,
	    uint64_t *now)
{
	uint64_t shifted = 0, before = 0, met = 0, old, word;
	size_t w;

	for (w = 0; w < used; w++) {
		old = now[w];
		word = ((old << 1 | shifted) | (old & regex->loops[w])) & accepts[w];
		word = places_skip(word | regex->floats[w], regex->options[w], &before);
		met |= word & regex->ends[w];
		now[w] = word;
		shifted = old >> 63;
	}
	return met != 0;
}

bool
regex_matches(const struct regex *regex, const char *text, size_t len)
{
	size_t used = (regex->places + 63) / 64, i;
	uint64_t now[PLACES_MAX / 64 + 1] = { 0 }, before = 0;
	unsigned char c;

	for (i = 0; i < used; i++)
		now[i] = places_skip(regex->starts[i], regex->options[i], &before);
	if (places_meet(now, regex->ends, used))
		return true;
	for (i = 0; i < len; i++) {
		c = (unsigned char)text[i];
		if (places_step(regex, used,
				regex->accepts +
					(size_t)(c < 128 ? c : 128) * regex->words,
				now))
			return true;
		/* A character of several bytes is one step. */
		while (c >= 0xc0 && i + 1 < len &&
		       ((unsigned char)text[i + 1] & 0xc0) == 0x80)
			i++;
	}
	return places_meet(now, regex->finals, used);
}

size_t
regex_places(const struct regex *regex)
{
	return regex->places;
}

void
regex_free(struct regex *regex)
{
	if (!regex)
		return;
	free(regex->accepts);
	free(regex);
}
