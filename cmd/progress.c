/* Tells people how a long command goes, on stderr. */

#include "cmd/cmd.h"

#include <unistd.h>

enum { PLAIN_EVERY = 10 /* seconds */ };

void
progress_start(struct progress *progress, bool quiet)
{
	progress->quiet = quiet;
	progress->terminal = isatty(STDERR_FILENO) == 1;
	progress->started = progress->said = time_monotonic();
}

void
progress_tick(void *arg)
{
	struct progress *progress = arg;
	double now = time_monotonic();
	struct aws_counts counts;

	if (progress->quiet || progress->answerer.counts == NULL)
		return;
	if (now - progress->said < (progress->terminal ? 0.2 : PLAIN_EVERY))
		return;
	progress->said = now;
	counts = progress->answerer.counts(progress->answerer.self);
	fprintf(stderr,
		"%s%s: %ld requests made, %ld in flight, %ld waiting, %ld refused, %.0f s%s",
		progress->terminal ? "\r\033[K" : "", progress->doing, counts.sent,
		counts.in_flight, counts.waiting, counts.refused, now - progress->started,
		progress->terminal ? "" : "\n");
	fflush(stderr);
	progress->shown = progress->terminal;
}

void
progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
