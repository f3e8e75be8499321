/* Tells people how a long command goes, on stderr. */

#include "cmd/cmd.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { PLAIN_EVERY = 10 /* seconds */ };

/* Characters of a line that fit the terminal: one that wraps could not be overwritten. */
static int
room(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return 79;
	return size.ws_col - 1;
}

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
	char *line;

	if (progress->quiet || progress->answerer.counts == NULL)
		return;
	if (now - progress->said < (progress->terminal ? 0.2 : PLAIN_EVERY))
		return;
	progress->said = now;
	counts = progress->answerer.counts(progress->answerer.self);
	line = mem_print("%s: %ld requests made, %ld in flight, %ld waiting, %ld refused, %.0f s",
			 progress->doing, counts.sent, counts.in_flight, counts.waiting,
			 counts.refused, now - progress->started);
	if (progress->terminal)
		fprintf(stderr, "\r\033[K%.*s", room(), line);
	else
		fprintf(stderr, "%s\n", line);
	free(line);
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
