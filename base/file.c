/* Files: whole reads with a ceiling, writes that are there whole or not at all. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "base/base.h"

int
file_read(const char *path, size_t cap, struct buf *buf, struct err *err)
{
	char part[16384];
	size_t total = 0;
	ssize_t got;
	int fd, result = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "could not open %s for reading: %s", path,
			       strerror(errno));
	for (;;) {
		got = read(fd, part, sizeof(part));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set(err, "could not read %s: %s", path, strerror(errno));
			goto out;
		}
		if (got == 0)
			break;
		total += (size_t)got;
		if (total > cap) {
			err_set(err,
				"could not read %s: it is larger than %zu bytes, the most that is accepted here",
				path, cap);
			goto out;
		}
		buf_add(buf, part, (size_t)got);
	}
	buf_add(buf, "", 0); /* an empty file gives an empty text, not NULL */
	if (buf->over)
		err_set(err,
			"could not read %s: it is larger than %zu bytes, the most that is accepted here",
			path, buf->cap);
	else
		result = 0;
out:
	close(fd);
	return result;
}

static int
file_write_all(int fd, const char *data, size_t len)
{
	ssize_t put;

	while (len) {
		put = write(fd, data, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

/* /dev/stdout, a terminal or a pipe must be written to, not replaced by a file. */
static int
file_write_device(const char *path, const void *data, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, "could not open %s for writing: %s", path,
			       strerror(errno));
	if (file_write_all(fd, data, len) < 0) {
		err_set(err, "could not write %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return close(fd) < 0
		       ? err_set(err, "could not write %s: %s", path, strerror(errno))
		       : 0;
}

/* Opens a new file beside path. The process umask applies to mode. Caller frees *name. */
static int
file_open_beside(const char *path, int mode, char **name)
{
	int fd = -1, i;

	for (i = 0; i < 100; i++) {
		*name = mem_print("%s.%ld-%d.tmp", path, (long)getpid(), i);
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			  (mode_t)mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
		free(*name);
		*name = NULL;
	}
	errno = EEXIST;
	return -1;
}

int
file_write(const char *path, const void *data, size_t len, int mode, struct err *err)
{
	struct stat facts;
	char *name = NULL;
	int fd, result = -1;

	if (stat(path, &facts) == 0) {
		if (S_ISDIR(facts.st_mode))
			return err_set(
				err, "could not write %s: a folder of that name is there",
				path);
		if (!S_ISREG(facts.st_mode))
			return file_write_device(path, data, len, err);
	}
	fd = file_open_beside(path, mode, &name);
	if (fd < 0) {
		err_set(err, "could not write %s: %s", path, strerror(errno));
		goto out;
	}
	if (file_write_all(fd, data, len) < 0 || fsync(fd) < 0) {
		err_set(err, "could not write %s: %s", path, strerror(errno));
		close(fd);
		unlink(name);
		goto out;
	}
	if (close(fd) < 0 || rename(name, path) < 0) {
		err_set(err, "could not write %s: %s", path, strerror(errno));
		unlink(name);
		goto out;
	}
	result = 0;
out:
	free(name);
	return result;
}

int
folder_make(const char *path, struct err *err)
{
	struct stat facts;
	char *part = mem_text(path), *s;
	int result = -1;

	/* Parents first; a parent that is there already is no error, whoever made it. */
	for (s = part; *s; s++) {
		if (*s != '/' || s == part)
			continue;
		*s = 0;
		if (mkdir(part, 0755) < 0 && errno != EEXIST) {
			err_set(err, "could not make folder %s: %s", part,
				strerror(errno));
			goto out;
		}
		*s = '/';
	}
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		err_set(err, "could not make folder %s: %s", path, strerror(errno));
		goto out;
	}
	if (stat(path, &facts) < 0 || !S_ISDIR(facts.st_mode)) {
		err_set(err, "could not make folder %s: a file of that name is there",
			path);
		goto out;
	}
	result = 0;
out:
	free(part);
	return result;
}

bool
file_exists(const char *path)
{
	struct stat facts;

	return stat(path, &facts) == 0;
}

int
folder_hold(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, "could not open folder %s: %s", path, strerror(errno));
	/* any other failure is of a file system that knows no locks */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		close(fd);
		return err_set(err, "another run of plumbline is writing to the folder %s: wait for it, or name another folder", path);
	}
	return fd;
}

bool
folder_exists(const char *path)
{
	struct stat facts;

	return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

int
file_check_database(const char *path, struct err *err)
{
	struct stat facts;

	if (stat(path, &facts) < 0)
		return err_set(err, "there is no file %s", path);
	if (!S_ISREG(facts.st_mode))
		return err_set(err, "%s is no regular file, so no evidence file", path);
	return 0;
}

char *
embedded_text(const struct embedded *file)
{
	char *text = mem_get(file->len + 1);

	/* What the build packed and the compiler kept cannot be broken. */
	if (file->packed == 0)
		memcpy(text, file->data, file->len);
	else if (ZSTD_decompress(text, file->len, file->data, file->packed) != file->len)
		abort();
	return text;
}
