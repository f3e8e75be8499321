/* Time: UTC in seconds since 1970, and the spellings in which AWS gives it. */

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/base.h"

#define YEAR_1 (-62135596800LL)	 /* 0001-01-01T00:00:00Z */
#define YEAR_9999 253402300799LL /* 9999-12-31T23:59:59Z */

int64_t
time_now(void)
{
	return (int64_t)time(NULL);
}

double
time_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

char *
time_text(int64_t when, char out[TIME_ROOM])
{
	struct tm tm = { 0 };
	time_t t;

	t = (time_t)(when < YEAR_1 ? YEAR_1 : when > YEAR_9999 ? YEAR_9999 : when);
	gmtime_r(&t, &tm);
	snprintf(out, TIME_ROOM, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
		 (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
		 (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
	return out;
}

/* Exactly count digits. -1 where they are not there. */
static int
time_digits(const char **s, int count)
{
	int value = 0;

	for (; count > 0; count--, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static void
time_skip(const char **s, const char *chars)
{
	*s += strspn(*s, chars);
}

/* "Z", "+01:00", "+0100", "+01", or nothing. Seconds east of UTC in *offset. */
static int
time_read_offset(const char **s, int *offset)
{
	int sign = **s == '-' ? -1 : 1, hours, minutes = 0;

	*offset = 0;
	if (**s == 'Z' || **s == 'z') {
		(*s)++;
		return 0;
	}
	if (**s != '+' && **s != '-')
		return 0;
	(*s)++;
	hours = time_digits(s, 2);
	if (**s == ':') {
		(*s)++;
		minutes = time_digits(s, 2);
	} else if (isdigit((unsigned char)**s)) {
		minutes = time_digits(s, 2);
	}
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*offset = sign * (hours * 3600 + minutes * 60);
	return 0;
}

/* Checks the ranges, the days of the month too, and counts the seconds. A leap second is
 * the next one. */
static int
time_count(struct tm *tm, int offset, int64_t *when)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = tm->tm_year;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1 || year > 9999 || tm->tm_mon < 0 || tm->tm_mon > 11)
		return -1;
	if (tm->tm_mday < 1 || tm->tm_mday > days[tm->tm_mon] + (leap && tm->tm_mon == 1))
		return -1;
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || tm->tm_min < 0 || tm->tm_min > 59)
		return -1;
	if (tm->tm_sec < 0 || tm->tm_sec > 60)
		return -1;
	tm->tm_year -= 1900;
	*when = (int64_t)timegm(tm) - offset;
	return *when < YEAR_1 || *when > YEAR_9999 ? -1 : 0;
}

/* "04:00", "04:00:00", "04:00:00.123", or "040000" where the date had no dashes. */
static int
time_read_clock(const char **s, bool basic, struct tm *tm)
{
	tm->tm_hour = time_digits(s, 2);
	if (!basic && *(*s)++ != ':')
		return -1;
	tm->tm_min = time_digits(s, 2);
	if (tm->tm_hour < 0 || tm->tm_min < 0)
		return -1;
	if (!basic && **s != ':')
		return 0;
	if (!basic)
		(*s)++;
	tm->tm_sec = time_digits(s, 2);
	if (tm->tm_sec < 0)
		return -1;
	if (**s == '.' || **s == ',') {
		(*s)++;
		if (!isdigit((unsigned char)**s))
			return -1;
		time_skip(s, "0123456789");
	}
	return 0;
}

static int
time_read_iso(const char *s, int64_t *when)
{
	struct tm tm = { 0 };
	bool basic;
	int offset = 0;

	tm.tm_year = time_digits(&s, 4);
	basic = *s != '-';
	if (!basic)
		s++;
	tm.tm_mon = time_digits(&s, 2) - 1;
	if (!basic && *s++ != '-')
		return -1;
	tm.tm_mday = time_digits(&s, 2);
	if (*s == 'T' || *s == 't' || *s == ' ') {
		s++;
		if (time_read_clock(&s, basic, &tm) < 0)
			return -1;
		time_skip(&s, " ");
		if (!strncmp(s, "UTC", 3))
			s += 3;
		else if (time_read_offset(&s, &offset) < 0)
			return -1;
	} else if (basic) {
		return -1;
	}
	return *s ? -1 : time_count(&tm, offset, when);
}

static int
time_read_month(const char **s)
{
	static const char names[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		if (!strncasecmp(*s, names[i], 3)) {
			*s += 3;
			return (int)i;
		}
	}
	return -1;
}

/* RFC 822 and 1123: "Sun, 22 Nov 2026 04:00:00 GMT", the day's name and the zone may be
 * left out. */
static int
time_read_rfc(const char *s, int64_t *when)
{
	struct tm tm = { 0 };
	const char *comma = strchr(s, ',');
	int offset = 0;

	if (comma)
		s = comma + 1;
	time_skip(&s, " ");
	tm.tm_mday = time_digits(
		&s, isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) ? 2 : 1);
	time_skip(&s, " -");
	tm.tm_mon = time_read_month(&s);
	time_skip(&s, " -");
	if (isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
	    !isdigit((unsigned char)s[2])) {
		tm.tm_year = time_digits(&s, 2);
		tm.tm_year += tm.tm_year < 70
				      ? 2000
				      : 1900; /* RFC 850's years have two digits */
	} else {
		tm.tm_year = time_digits(&s, 4);
	}
	if (*s++ != ' ' || time_read_clock(&s, false, &tm) < 0)
		return -1;
	time_skip(&s, " ");
	if (!strncmp(s, "GMT", 3) || !strncmp(s, "UTC", 3))
		s += 3;
	else if (!strncmp(s, "UT", 2))
		s += 2;
	else if (time_read_offset(&s, &offset) < 0)
		return -1;
	return *s ? -1 : time_count(&tm, offset, when);
}

/* Seconds with an exponent or a fraction: JSON answers write 1.7E9. */
static int
time_read_epoch(const char *s, int64_t *when)
{
	char *end;
	double seconds;

	if (s[strspn(s, "0123456789+-.eE")])
		return -1;
	seconds = strtod(s, &end);
	if (*end || end == s || !isfinite(seconds))
		return -1;
	seconds = floor(seconds);
	if (seconds < (double)YEAR_1 || seconds > (double)YEAR_9999)
		return -1;
	*when = (int64_t)seconds;
	return 0;
}

int
time_read(const char *text, int64_t *when)
{
	char s[64];
	size_t len;

	if (!text)
		return -1;
	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (!len || len >= sizeof(s))
		return -1;
	memcpy(s, text, len);
	s[len] = 0;
	if (isalpha((unsigned char)s[0]) || strchr(s, ',') ||
	    (strchr(s, ' ') && isalpha((unsigned char)s[strspn(s, "0123456789 ")])))
		if (time_read_rfc(s, when) == 0)
			return 0;
	if (time_read_epoch(s, when) == 0)
		return 0;
	return time_read_iso(s, when);
}
