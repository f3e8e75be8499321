/* Unstructured filter patterns: which of their words stand in an event. */

#include "checks/filter.h"

#define FEW 8 /* words that are looked for one after the other */

/* A set of places in the words, which are laid end to end. */
static bool
bit_has(const uint64_t *bits, size_t place)
{
	return bits[place / 64] >> (place % 64) & 1;
}

static void
bit_set(uint64_t *bits, size_t place)
{
	bits[place / 64] |= (uint64_t)1 << (place % 64);
}

/* All words at once, so that many words take no longer than one: each character moves the
 * places reached by one, as far as it is the character of that place. Sets in `found` the
 * last place of each word that stands in event. */
static void
words_find(const struct filter *filter, size_t words, const char *event,
	   uint64_t *found)
{
	uint64_t *accepts = mem_get(258 * words * sizeof(*accepts));
	uint64_t *starts = accepts + 256 * words, *now = starts + words;
	const struct filter_term *term;
	size_t place = 0, i, w;

	for (term = filter->terms; term; term = term->next) {
		if (term->value.len)
			bit_set(starts, place);
		for (i = 0; i < term->value.len; i++, place++)
			bit_set(accepts + (unsigned char)term->value.text[i] * words,
				place);
	}
	for (; *event; event++) {
		const uint64_t *row = accepts + (unsigned char)*event * words;
		uint64_t before = 0, old;

		for (w = 0; w < words; w++) {
			old = now[w];
			now[w] = (old << 1 | before | starts[w]) & row[w];
			found[w] |= now[w];
			before = old >> 63;
		}
	}
	free(accepts);
}

/* Whether a term stands in event; behind is the place behind its last one in found. */
static bool
term_stands(const struct filter_term *term, const char *event, size_t len,
	    const uint64_t *found, size_t behind)
{
	const struct filter_value *value = &term->value;

	if (value->regex)
		return regex_matches(value->regex, event, len);
	if (value->len == 0)
		return true;
	return found ? bit_has(found, behind - 1)
		     : memmem(event, len, value->text, value->len) != NULL;
}

/* One or more words: all that must stand do, none that must not does, and of those with
 * "?" any one does. Beside other words those with "?" are without effect, as the guide
 * says. The pattern " " matches everything. */
bool
filter_terms_hold(const struct filter *filter, const char *event)
{
	size_t len = strlen(event), count = 0, places = 0, options = 0, others = 0;
	bool any = false, holds = true;
	const struct filter_term *term;
	uint64_t *found = NULL;

	for (term = filter->terms; term; term = term->next) {
		count += !term->value.regex;
		places += term->value.len;
	}
	if (count > FEW) {
		found = mem_get((places / 64 + 1) * sizeof(*found));
		words_find(filter, places / 64 + 1, event, found);
	}
	places = 0;
	for (term = filter->terms; term && holds; term = term->next) {
		places += term->value.len;
		if (term->sign == '?') {
			options++;
			any = any || term_stands(term, event, len, found, places);
			continue;
		}
		others++;
		if (!term->value.regex &&
		    strspn(term->value.text, " ") == term->value.len)
			continue;
		holds = term_stands(term, event, len, found, places) !=
			(term->sign == '-');
	}
	free(found);
	return holds && (others || !options || any);
}
