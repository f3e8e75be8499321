/* CIDR ranges, IPv4 and IPv6: does one contain another, is one as wide as the Internet.
 */

#include <arpa/inet.h>

#include "checks/meaning.h"
#include "checks/network.h"

#define ADDRESS_ROOM 64 /* the longest IPv6 address in text has 45 characters */

/* Wide ranges in which no host of the Internet has an address: multicast, reserved and
 * local space (IANA's special-purpose address registries). */
static const char *const not_internet[] = {
	"224.0.0.0/3", "::/8", "100::/8", "fc00::/7", "fe80::/10", "ff00::/8",
};

static int
prefix_read(const char *text, int bits)
{
	int prefix = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 3; i++)
		prefix = prefix * 10 + (text[i] - '0');
	return i == 0 || text[i] || prefix > bits ? -1 : prefix;
}

int
cidr_read(const char *text, struct cidr *cidr)
{
	char address[ADDRESS_ROOM];
	const char *slash;
	size_t len;
	int bit;

	if (!text)
		return -1;
	slash = strchr(text, '/');
	len = slash ? (size_t)(slash - text) : strlen(text);
	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	memset(cidr, 0, sizeof(*cidr));
	if (inet_pton(AF_INET, address, cidr->addr) == 1)
		cidr->bits = 32;
	else if (inet_pton(AF_INET6, address, cidr->addr) == 1)
		cidr->bits = 128;
	else
		return -1;
	cidr->prefix = slash ? prefix_read(slash + 1, cidr->bits) : cidr->bits;
	if (cidr->prefix < 0)
		return -1;
	for (bit = cidr->prefix; bit < cidr->bits; bit++)
		cidr->addr[bit / 8] &= (unsigned char)~(0x80 >> (bit % 8));
	return 0;
}

bool
cidr_covers(const struct cidr *outer, const struct cidr *inner)
{
	int whole = outer->prefix / 8, rest = outer->prefix % 8;

	if (outer->bits != inner->bits || outer->prefix > inner->prefix)
		return false;
	if (memcmp(outer->addr, inner->addr, (size_t)whole))
		return false;
	return rest == 0 || (outer->addr[whole] ^ inner->addr[whole]) >> (8 - rest) == 0;
}

int
cidr_contains(const char *outer, const char *inner)
{
	struct cidr a, b;

	if (cidr_read(outer, &a) || cidr_read(inner, &b))
		return -1;
	return cidr_covers(&a, &b);
}

/* Two halves of the Internet are the Internet to whoever adds both: as wide as AWS still
 * calls public in a condition on aws:SourceIp, wider than /8 or, for IPv6, /32 (S3 User
 * Guide, "The meaning of public"). A narrower public range is a named party, not the
 * Internet. */
int
cidr_is_internet(const char *cidr)
{
	struct cidr range, other;
	size_t i;

	if (cidr_read(cidr, &range))
		return -1;
	if (range.prefix >= (range.bits == 32 ? 8 : 32))
		return 0;
	for (i = 0; i < COUNT(not_internet); i++) {
		if (!cidr_read(not_internet[i], &other) && cidr_covers(&other, &range))
			return 0;
	}
	return 1;
}
