/* Whether one value of an event is what an EventBridge pattern asks for. */

#include <arpa/inet.h>
#include <float.h>
#include <math.h>

#include "checks/event.h"
#include "checks/regex.h"

#define DIGITS_ROOM 800	    /* more digits than any double has */
#define EXPONENT_MAX 100000 /* no double has it */

/* A decimal number as digits (no zeros at either end) and the place of the point. */
struct decimal {
	char digits[DIGITS_ROOM];
	size_t count;
	long exponent;
	bool minus;
};

static bool
decimal_read(const char *text, size_t len, struct decimal *d)
{
	bool point = false;
	long exponent;
	size_t i = 0;

	d->count = 0;
	d->exponent = 0;
	d->minus = text[0] == '-';
	for (i = d->minus; i < len && (text[i] | 0x20) != 'e'; i++) {
		if (text[i] == '.') {
			point = true;
			continue;
		}
		d->exponent -= point;
		if (d->count == 0 && text[i] == '0')
			continue;
		if (d->count == DIGITS_ROOM)
			return false;
		d->digits[d->count++] = text[i];
	}
	if (i < len) {
		exponent = strtol(text + i + 1, NULL, 10);
		d->exponent += exponent > EXPONENT_MAX	  ? EXPONENT_MAX
			       : exponent < -EXPONENT_MAX ? -EXPONENT_MAX
							  : exponent;
	}
	while (d->count && d->digits[d->count - 1] == '0') {
		d->count--;
		d->exponent++;
	}
	if (!d->count) {
		d->exponent = 0;
		d->minus = false;
	}
	return true;
}

bool
number_read_exact(const char *text, size_t len, double *number)
{
	struct decimal given, kept;
	char shortest[32];
	int digits;

	if (len >= DIGITS_ROOM || !decimal_read(text, len, &given))
		return false;
	*number = strtod(text, NULL);
	if (isinf(*number))
		return false;
	/* So many digits a double keeps always, unless it is very small. */
	if (given.count <= DBL_DIG)
		return given.count == 0 || fabs(*number) >= DBL_MIN;
	for (digits = DBL_DIG; digits <= 17; digits++) {
		snprintf(shortest, sizeof(shortest), "%.*e", digits - 1, *number);
		if (strtod(shortest, NULL) == *number)
			break;
	}
	return decimal_read(shortest, strlen(shortest), &kept) &&
	       given.count == kept.count && given.exponent == kept.exponent &&
	       given.minus == kept.minus &&
	       !memcmp(given.digits, kept.digits, given.count);
}

/* Four decimal numbers of at most three digits each; leading zeros are let through. */
static bool
ipv4_read(const char *text, size_t len, unsigned char addr[16])
{
	size_t i = 0;
	int part;

	for (part = 0; part < 4; part++) {
		size_t start = i;
		int byte = 0;

		for (; i < len && text[i] >= '0' && text[i] <= '9' && i - start < 3; i++)
			byte = byte * 10 + (text[i] - '0');
		if (i == start || byte > 255)
			return false;
		addr[part] = (unsigned char)byte;
		if (part < 3 && (i == len || text[i++] != '.'))
			return false;
	}
	return i == len;
}

int
address_read(const char *text, size_t len, unsigned char addr[16])
{
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
	};
	char copy[INET6_ADDRSTRLEN];

	if (ipv4_read(text, len, addr))
		return 4;
	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strspn(copy, "0123456789abcdefABCDEF:") != len ||
	    inet_pton(AF_INET6, copy, addr) != 1)
		return 0;
	if (memcmp(addr, mapped, sizeof(mapped)))
		return 16;
	memmove(addr, addr + 12, 4);
	return 4;
}

/* AWS's matcher compares addresses digit by digit in base 16, up to the digit that the
 * prefix ends in: it does not ask whether both are IPv4 or both IPv6. */
static bool
cidr_holds(const struct match *match, const struct value *value)
{
	int whole = match->prefix / 8, rest = match->prefix % 8;

	if (match->prefix / 4 >= value->bytes * 2 ||
	    memcmp(value->addr, match->addr, (size_t)whole))
		return false;
	return rest == 0 || (value->addr[whole] ^ match->addr[whole]) >> (8 - rest) == 0;
}

static bool
range_holds(const struct match *match, const struct value *value)
{
	if (!value->is_number)
		return false;
	return (match->low_open ? value->number > match->low
				: value->number >= match->low) &&
	       (match->high_open ? value->number < match->high
				 : value->number <= match->high);
}

static bool
exact_holds(const struct match *match, const struct value *value)
{
	if (match->type != value->type)
		return false;
	if (match->is_number && value->is_number)
		return match->number == value->number;
	return match->len == value->len && !memcmp(match->text, value->text, match->len);
}

static bool
one_holds(const struct match *match, const struct value *value, long *steps)
{
	switch (match->kind) {
	case MATCH_EXACT:
		return exact_holds(match, value);
	case MATCH_EXISTS:
		return true;
	case MATCH_ABSENT:
		return false;
	case MATCH_RANGE:
		return range_holds(match, value);
	case MATCH_CIDR:
		return cidr_holds(match, value);
	default:
		break;
	}
	if (value->type != NODE_STRING)
		return false;
	switch (match->kind) {
	case MATCH_PREFIX:
		return match->len <= value->len &&
		       !memcmp(value->text, match->text, match->len);
	case MATCH_SUFFIX:
		return match->len <= value->len &&
		       !memcmp(value->text + value->len - match->len, match->text,
			       match->len);
	case MATCH_WILDCARD:
		return stars_match(match->text, match->len, STAR, value->text,
				   value->len);
	default:
		return fold_holds(match, value, steps);
	}
}

/* What it takes to compare, in steps of some nanoseconds. */
static long
match_cost(const struct match *match, const struct value *value)
{
	return match->kind == MATCH_WILDCARD ? 2 + (long)value->len : 1;
}

bool
match_holds(const struct match *match, const struct value *value, long *steps)
{
	const struct match *one;

	if (!match->but) {
		*steps += match_cost(match, value);
		return one_holds(match, value, steps);
	}
	for (one = match; one; one = one->others) {
		*steps += match_cost(one, value);
		if (one_holds(one, value, steps))
			return false;
	}
	return true;
}
