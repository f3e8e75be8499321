/* CIDR ranges. */

#include <CUnit/CUnit.h>

#include "checks/meaning.h"

int tests_network(void);

static void
check_answer(int got, int want, const char *a, const char *b)
{
	if (got != want)
		printf("# %s %s: got %d, want %d\n", a, b, got, want);
	CU_ASSERT(got == want);
}

static void
contains(void)
{
	static const struct {
		const char *outer, *inner;
		int want;
	} cases[] = {
		{ "10.0.0.0/8", "10.20.0.0/16", 1 },
		{ "10.0.0.0/8", "10.0.0.0/8", 1 },
		{ "10.20.0.0/16", "10.0.0.0/8", 0 },
		{ "10.0.0.0/9", "10.128.0.0/9", 0 },
		{ "10.0.0.0/9", "10.127.255.255/32", 1 },
		{ "0.0.0.0/0", "255.255.255.255/32", 1 },
		{ "10.0.0.0/24", "10.0.0.7", 1 },
		{ "10.0.0.7", "10.0.0.7/32", 1 },
		{ "10.0.0.9/24", "10.0.0.0/25", 1 },
		{ "0.0.0.0/0", "::/0", 0 },
		{ "::/0", "10.0.0.0/8", 0 },
		{ "2001:db8::/32", "2001:db8:ffff::/48", 1 },
		{ "2001:db8::/32", "2001:db9::/48", 0 },
		{ "2001:db8::/33", "2001:db8:8000::/33", 0 },
		{ "::/0", "ffff::1", 1 },
		{ "::ffff:10.0.0.0/104", "::ffff:10.1.2.3/128", 1 },
		{ "2001:DB8::/127", "2001:db8:0:0:0:0:0:1/128", 1 },
		{ "10.0.0.0/33", "10.0.0.0/8", -1 },
		{ "10.0.0.0/8", "10.0.0/24", -1 },
		{ "10.0.0.0/8", "10.0.0.256/32", -1 },
		{ "10.0.0.0/", "10.0.0.0/8", -1 },
		{ "10.0.0.0/8", "", -1 },
		{ "10.0.0.0/8", "10.0.0.0/8/8", -1 },
		{ "10.0.0.0/8", "10.0.0.0/-1", -1 },
		{ "10.0.0.0/8", "10.0.0.0/8x", -1 },
		{ "10.0.0.0/8", "sg-0123", -1 },
		{ "::/129", "::/0", -1 },
		{ "2001:db8:::/32", "::/0", -1 },
		{ "fe80::1%eth0/64", "::/0", -1 },
		{ "010.0.0.0/8", "10.0.0.0/8", -1 },
		{ NULL, "10.0.0.0/8", -1 },
		{ "10.0.0.0/8", NULL, -1 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		check_answer(cidr_contains(cases[i].outer, cases[i].inner), cases[i].want,
			     cases[i].outer ? cases[i].outer : "NULL",
			     cases[i].inner ? cases[i].inner : "NULL");
}

static void
is_internet(void)
{
	static const struct {
		const char *cidr;
		int want;
	} cases[] = {
		{ "0.0.0.0/0", 1 },
		{ "::/0", 1 },
		{ "0:0:0:0:0:0:0:0/0", 1 },
		{ "10.1.2.3/0", 1 },
		{ "0.0.0.0/1", 1 },
		{ "128.0.0.0/1", 1 },
		{ "2000::/3", 1 },
		{ "2001::/16", 1 },
		{ "8.8.8.8/32", 0 },
		{ "52.0.0.0/8", 0 },
		{ "10.0.0.0/8", 0 },
		{ "172.16.0.0/12", 0 },
		{ "192.168.0.0/16", 0 },
		{ "127.0.0.0/8", 0 },
		{ "224.0.0.0/4", 0 },
		{ "100.64.0.0/10", 0 },
		{ "fc00::/7", 0 },
		{ "fe80::/10", 0 },
		{ "ff00::/8", 0 },
		{ "2001:db8::/32", 0 },
		{ "::1/128", 0 },
		{ "0.0.0.0/00", 1 },
		{ "0.0.0.0", 0 },
		{ "0.0.0.0/33", -1 },
		{ "everyone", -1 },
		{ "", -1 },
		{ NULL, -1 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		check_answer(cidr_is_internet(cases[i].cidr), cases[i].want,
			     cases[i].cidr ? cases[i].cidr : "NULL", "");
}

int
tests_network(void)
{
	CU_pSuite suite = CU_add_suite("network", NULL, NULL);

	CU_add_test(suite, "contains", contains);
	CU_add_test(suite, "is_internet", is_internet);
	return 0;
}
