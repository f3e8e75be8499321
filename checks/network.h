/* Ranges of IP addresses as bits, for network.c and event patterns. */

#ifndef PLUMBLINE_CHECKS_NETWORK_H
#define PLUMBLINE_CHECKS_NETWORK_H

#include "base/base.h"

struct cidr {
	int bits;		/* of an address: 32 or 128 */
	int prefix;		/* 0 to bits */
	unsigned char addr[16]; /* bits past the prefix are 0 */
};

/* Reads "10.0.0.0/8", "2001:db8::/32" or a bare address (a range of one). Bits past the
 * prefix are let through and cleared, as EC2 does. 0, or -1 for text that is no CIDR. */
int cidr_read(const char *text, struct cidr *cidr);
/* Whether every address of inner is in outer. IPv4 and IPv6 never contain each other. */
bool cidr_covers(const struct cidr *outer, const struct cidr *inner);

#endif
