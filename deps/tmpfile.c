/* The temporary files of libxlsxwriter, in the folder that it is told: the report's own, for /tmp may be missing.
 * Stands in for its third_party/tmpfileplus, which searches more places and names its files by the clock.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

FILE *tmpfileplus(const char *folder, const char *prefix, char **path, int keep);

FILE *
tmpfileplus(const char *folder, const char *prefix, char **path, int keep)
{
	char name[4096];
	FILE *file;
	int fd, fault;

	(void)prefix, (void)path, (void)keep; /* libxlsxwriter passes none of them */
	if (!folder)
		folder = ".";
	/* Never in the folder's list, so that nothing is left whatever happens. Not every file system can. */
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		int len = snprintf(name, sizeof(name), "%s/.plumbline-XXXXXX", folder);

		if (len < 0 || (size_t)len >= sizeof(name)) {
			errno = ENAMETOOLONG;
			return NULL;
		}
		fd = mkostemp(name, O_CLOEXEC);
		if (fd < 0)
			return NULL;
		unlink(name);
	}
	file = fdopen(fd, "w+b");
	if (!file) {
		fault = errno;
		close(fd);
		errno = fault;
	}
	return file;
}
