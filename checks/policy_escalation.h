/* The table of methods of escalation, inside checks/policy_escalation*.c only. */

#ifndef PLUMBLINE_CHECKS_POLICY_ESCALATION_H
#define PLUMBLINE_CHECKS_POLICY_ESCALATION_H

#include <stdbool.h>
#include <stddef.h>

struct escalation {
	const char
		*actions; /* that it takes, all of them, "+" between; its name as well */
	const char *passed_to; /* service that is passed a role, as iam:PassedToService
				  has it */
	bool of_others; /* only another's identity is worth it: one's own gives nothing
			   new */
	bool of_all;	/* only where any role may be meant: naming roles is delegation */
	bool of_bounded;    /* only for a holder whose permissions boundary is known */
	const char *source; /* who made it known, or what of AWS shows it */
};

extern const struct escalation escalations[]; /* sorted by actions */
extern const size_t escalation_count;

#endif
