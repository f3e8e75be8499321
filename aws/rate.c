/* Keeps a scan below the rates that an account can bear: one token bucket per region, service and group. */

#include "aws/client.h"

/* After a throttle on a bucket without a limit, this is tried first. */
#define FIRST_LIMIT 20
#define LOWEST 0.5
/* Requests in flight fail together; within this many seconds they count as one throttle. */
#define SAME_THROTTLE 1.0
/* Every so many seconds without a throttle, the rate grows by a tenth. */
#define RECOVERY 5.0
#define GROWTH 1.1

void
rate_start(struct rate *rate, double per_second, double burst, bool is_unlimited, double now)
{
	rate->per_second = rate->ceiling = per_second;
	rate->burst = burst < 1 ? 1 : burst;
	rate->tokens = rate->burst;
	rate->at = rate->changed_at = now;
	rate->is_unlimited = is_unlimited;
}

static void
recover(struct rate *rate, double now)
{
	while (rate->per_second < rate->ceiling && now - rate->changed_at >= RECOVERY) {
		rate->per_second *= GROWTH;
		rate->changed_at += RECOVERY;
	}
	if (rate->per_second > rate->ceiling)
		rate->per_second = rate->ceiling;
}

double
rate_take(struct rate *rate, double now)
{
	if (rate->is_unlimited)
		return 0;
	recover(rate, now);
	if (now > rate->at) {
		rate->tokens += (now - rate->at) * rate->per_second;
		rate->at = now;
	}
	if (rate->tokens > rate->burst)
		rate->tokens = rate->burst;
	if (rate->tokens < 0.999) /* rounding must not cost another wait */
		return (1 - rate->tokens) / rate->per_second;
	rate->tokens -= 1;
	return 0;
}

void
rate_throttled(struct rate *rate, double now)
{
	if (rate->is_unlimited) {
		rate->is_unlimited = false;
		if (rate->per_second > FIRST_LIMIT)
			rate->per_second = FIRST_LIMIT;
	} else if (now - rate->changed_at < SAME_THROTTLE && rate->per_second < rate->ceiling) {
		return;
	} else {
		rate->per_second /= 2;
	}
	if (rate->per_second < LOWEST)
		rate->per_second = LOWEST;
	if (rate->tokens > 0)
		rate->tokens = 0;
	rate->at = rate->changed_at = now;
}
