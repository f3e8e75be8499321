/* Values of policy conditions as text: numbers, moments, addresses. */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks/policy.h"

static size_t
digits(const char *text)
{
	return strspn(text, "0123456789");
}

int
number_read(const char *text, long double *number)
{
	const char *c = text;
	size_t whole, part = 0;

	c += *c == '-' || *c == '+';
	whole = digits(c);
	c += whole;
	if (*c == '.') {
		part = digits(++c);
		c += part;
	}
	if (whole + part == 0)
		return -1;
	if (*c == 'e' || *c == 'E') {
		c++;
		c += *c == '-' || *c == '+';
		if (digits(c) == 0)
			return -1;
		c += digits(c);
	}
	if (*c != '\0')
		return -1;
	*number = strtold(text, NULL);
	return 0;
}

/* The shortest text that is this number, so that 1.1 is "1.1". */
char *
number_text(const json_t *number)
{
	char text[40] = "";

	if (json_is_integer(number))
		return mem_print("%lld", (long long)json_integer_value(number));
	for (int digit = 15; digit <= 17; digit++) {
		snprintf(text, sizeof(text), "%.*g", digit, json_real_value(number));
		if (strtod(text, NULL) == json_real_value(number))
			break;
	}
	return mem_text(text);
}

/* Reads exactly count digits behind the character `before` (0: none). */
static int
take_digits(const char **c, char before, int count, int *value)
{
	const char *p = *c;

	if (before != 0 && *p++ != before)
		return -1;
	*value = 0;
	for (int i = 0; i < count; i++, p++) {
		if (!isdigit((unsigned char)*p))
			return -1;
		*value = *value * 10 + (*p - '0');
	}
	*c = p;
	return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar, by counting leap days up to the year
 * before. */
static int64_t
days_from(int year, int month, int day)
{
	static const int before[] = { 0,   31,	59,  90,  120, 151,
				      181, 212, 243, 273, 304, 334 };
	int64_t years = year - 1;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return years * 365 + years / 4 - years / 100 + years / 400 + before[month - 1] +
	       (leap && month > 2) + day - 1 - 719162;
}

static int
take_zone(const char **c, int *seconds)
{
	int hours, minutes, sign;

	*seconds = 0;
	if (**c == 'Z' || **c == 'z') {
		(*c)++;
		return 0;
	}
	if (**c != '+' && **c != '-')
		return 0;
	sign = *(*c)++ == '-' ? -1 : 1;
	if (take_digits(c, 0, 2, &hours) < 0)
		return -1;
	if (take_digits(c, **c == ':' ? ':' : 0, 2, &minutes) < 0 || hours > 23 ||
	    minutes > 59)
		return -1;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return 0;
}

static int
take_fraction(const char **c, int *microseconds)
{
	int unit = 100000;

	*microseconds = 0;
	if (**c != '.')
		return 0;
	if (digits(++*c) == 0)
		return -1;
	for (; isdigit((unsigned char)**c); (*c)++, unit /= 10)
		*microseconds += (**c - '0') * unit;
	return 0;
}

/* The W3C's profile of ISO 8601 ("Date and Time Formats"), which IAM's date operators
 * take. */
static int
calendar_read(const char *c, int64_t *out)
{
	int year, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0,
		  zone = 0;

	if (take_digits(&c, 0, 4, &year) < 0 || year < 1)
		return -1;
	if (*c == '-' && take_digits(&c, '-', 2, &month) < 0)
		return -1;
	if (*c == '-' && take_digits(&c, '-', 2, &day) < 0)
		return -1;
	if (*c == 'T' || *c == 't') {
		c++;
		if (take_digits(&c, 0, 2, &hour) < 0 ||
		    take_digits(&c, ':', 2, &minute) < 0)
			return -1;
		if (*c == ':' && (take_digits(&c, ':', 2, &second) < 0 ||
				  take_fraction(&c, &micro) < 0))
			return -1;
		if (take_zone(&c, &zone) < 0)
			return -1;
	}
	if (*c != '\0' || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 ||
	    minute > 59 || second > 60)
		return -1;
	*out = ((days_from(year, month, day) * 24 + hour) * 60 + minute) * 60 + second -
	       zone;
	*out = *out * 1000000 + micro;
	return 0;
}

int
moment_read(const char *text, int64_t *microseconds)
{
	long double seconds;
	size_t len = strlen(text);

	/* Four digits are a year, any other number seconds since 1970. */
	if (!(len == 4 && digits(text) == 4) && number_read(text, &seconds) == 0) {
		if (seconds > 9e11L || seconds < -9e11L)
			return -1;
		*microseconds = (int64_t)(seconds * 1000000);
		return 0;
	}
	return calendar_read(text, microseconds);
}

int
network_read(const char *text, struct network *network)
{
	char address[64];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	int most;

	*network = (struct network){ 0 };
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, network->address) == 1)
		network->family = 4;
	else if (inet_pton(AF_INET6, address, network->address) == 1)
		network->family = 6;
	else
		return -1;
	most = network->family == 4 ? 32 : 128;
	network->prefix = most;
	if (slash == NULL)
		return 0;
	len = digits(slash + 1);
	if (len == 0 || len > 3 || slash[1 + len] != '\0')
		return -1;
	network->prefix = (int)strtol(slash + 1, NULL, 10);
	return network->prefix > most ? -1 : 0;
}

bool
network_contains(const struct network *outer, const struct network *inner)
{
	int bits = outer->prefix, whole = bits / 8;
	unsigned mask = 0xffu << (8 - bits % 8) & 0xffu;

	if (outer->family != inner->family || inner->prefix < bits)
		return false;
	if (memcmp(outer->address, inner->address, (size_t)whole) != 0)
		return false;
	return bits % 8 == 0 ||
	       ((outer->address[whole] ^ inner->address[whole]) & mask) == 0;
}
