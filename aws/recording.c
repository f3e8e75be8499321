/* Keeps answers as they came on the wire in text files, and answers calls from such files. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "aws/client.h"

#define FILE_CAP (1024u << 20)
/* Begins each record. */
#define MARK "%%% "

struct record {
	char *key; /* "REGION SERVICE OPERATION {parameters}" */
	size_t order;
	int status;
	const char *headers, *body; /* in a text of the recording */
	size_t headers_len, body_len;
};

struct recording {
	char *keep; /* folder to write to, or NULL */
	bool answers;
	struct record *records; /* sorted by key, then order */
	size_t count;
	char **texts;
	size_t text_count;
};

static int
compare_records(const void *a, const void *b)
{
	const struct record *one = a, *two = b;
	int order = strcmp(one->key, two->key);

	return order ? order : (one->order > two->order) - (one->order < two->order);
}

/* The parameters of fixtures written by hand need not be canonical. */
static char *
canonical_key(const char *line, size_t len, struct err *err)
{
	const char *brace = memchr(line, '{', len);
	json_t *parameters = brace ? json_read(brace, len - (size_t)(brace - line), err) : NULL;
	char *text, *key;

	if (!brace)
		err_set(err, "no {parameters} after the operation");
	if (!parameters)
		return NULL;
	text = json_canonical(parameters);
	key = mem_print("%.*s%s", (int)(brace - line), line, text);
	json_decref(parameters);
	free(text);
	return key;
}

/* Where the line after at begins, or end. */
static const char *
next_line(const char *at, const char *end)
{
	const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

	return stop ? stop + 1 : end;
}

static const char *
find_mark(const char *at, const char *end)
{
	while (at < end && strncmp(at, MARK, strlen(MARK)))
		at = next_line(at, end);
	return at;
}

static int
add_record(struct recording *recording, const char *at, const char *end, struct err *err)
{
	const char *status = next_line(at, end), *headers = next_line(status, end), *body = headers;
	struct record record = { .order = recording->count, .headers = headers };

	record.key = canonical_key(at + strlen(MARK), strcspn(at, "\r\n") - strlen(MARK), err);
	if (!record.key)
		return -1;
	record.status = (int)strtol(status, NULL, 10);
	if (record.status < 100 || record.status > 599) {
		free(record.key);
		return err_set(err, "the second line is not an HTTP status");
	}
	while (body < end && *body != '\n' && *body != '\r')
		body = next_line(body, end);
	record.headers_len = (size_t)(body - headers);
	record.body = next_line(body, end);
	record.body_len = (size_t)(end - record.body);
	if (record.body_len > 0 && record.body[record.body_len - 1] == '\n')
		record.body_len--;
	recording->records = mem_grow(recording->records, recording->count + 1, sizeof(*recording->records));
	recording->records[recording->count++] = record;
	return 0;
}

/* text is NUL-terminated and lives as long as the recording. */
static int
add_text(struct recording *recording, const char *name, const char *text, size_t len, struct err *err)
{
	const char *end = text + len, *at = find_mark(text, end), *next;

	for (; at < end; at = next) {
		next = find_mark(next_line(at, end), end);
		if (add_record(recording, at, next, err))
			return err_prefix(err, "recording %s, record \"%.*s\"", name, (int)strcspn(at, "\r\n"), at);
	}
	return 0;
}

static void
keep_text(struct recording *recording, char *text)
{
	recording->texts = mem_grow(recording->texts, recording->text_count + 1, sizeof(*recording->texts));
	recording->texts[recording->text_count++] = text;
}

static int
add_embedded(struct recording *recording, const struct embedded *file, struct err *err)
{
	if (!text_ends(file->name, ".txt"))
		return 0;
	keep_text(recording, embedded_text(file));
	return add_text(recording, file->name, recording->texts[recording->text_count - 1], file->len, err);
}

static int
add_file(struct recording *recording, const char *folder, const char *name, struct err *err)
{
	char *path = mem_print("%s/%s", folder, name);
	struct buf buf = { .cap = FILE_CAP };
	size_t len;
	int rc = file_read(path, FILE_CAP, &buf, err);

	len = buf.len;
	keep_text(recording, buf_take(&buf));
	if (!rc)
		rc = add_text(recording, path, recording->texts[recording->text_count - 1], len, err);
	free(path);
	return rc;
}

static int
is_text_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && text_ends(entry->d_name, ".txt");
}

static int
add_folder(struct recording *recording, const char *folder, struct err *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_text_file, alphasort), rc = 0;

	if (count < 0)
		return err_set(err, "recording %s: %s; give a folder of fixtures", folder, strerror(errno));
	if (count == 0)
		rc = err_set(err, "recording %s: there are no .txt files in it", folder);
	for (int i = 0; i < count; i++) {
		if (!rc)
			rc = add_file(recording, folder, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

struct recording *
recording_open(const struct aws_settings *settings, struct err *err)
{
	struct recording *recording = mem_get(sizeof(*recording));
	int rc = 0;

	recording->keep = mem_text(settings->record);
	recording->answers = settings->replay || settings->fixtures;
	if (settings->record)
		rc = folder_make(settings->record, err);
	if (!rc && settings->replay)
		rc = add_folder(recording, settings->replay, err);
	for (size_t i = 0; settings->fixtures && !rc && i < settings->fixture_count; i++)
		rc = add_embedded(recording, &settings->fixtures[i], err);
	if (rc) {
		recording_free(recording);
		return NULL;
	}
	if (recording->count > 1)
		qsort(recording->records, recording->count, sizeof(*recording->records), compare_records);
	return recording;
}

void
recording_free(struct recording *recording)
{
	if (!recording)
		return;
	for (size_t i = 0; i < recording->count; i++)
		free(recording->records[i].key);
	for (size_t i = 0; i < recording->text_count; i++)
		free(recording->texts[i]);
	free(recording->records);
	free(recording->texts);
	free(recording->keep);
	free(recording);
}

bool
recording_answers(const struct recording *recording)
{
	return recording->answers;
}

bool
recording_keeps(const struct recording *recording)
{
	return recording->keep != NULL;
}

static void
fill_headers(struct reply *out, const struct record *record)
{
	const char *at = record->headers, *end = at + record->headers_len;

	while (at < end) {
		size_t len = strcspn(at, "\r\n");
		const char *colon = memchr(at, ':', len);

		if (colon) {
			const char *value = colon + 1 + strspn(colon + 1, " ");

			buf_add(&out->headers, at, (size_t)(colon - at));
			buf_char(&out->headers, '\0');
			buf_add(&out->headers, value, value < at + len ? (size_t)(at + len - value) : 0);
			buf_char(&out->headers, '\0');
		}
		at = next_line(at, end);
	}
}

int
recording_find(const struct recording *recording, const char *region, const char *service, const char *operation,
	       const char *parameters, struct reply *out)
{
	char *key = mem_print("%s %s %s %s", region, service, operation, parameters);
	size_t low = 0, high = recording->count;
	const struct record *record;
	bool is_there;

	/* The last of equal ones: a folder may have been recorded into twice. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(recording->records[middle].key, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	is_there = low > 0 && !strcmp(recording->records[low - 1].key, key);
	free(key);
	memset(out, 0, sizeof(*out));
	if (!is_there)
		return -1;
	record = &recording->records[low - 1];
	out->status = record->status;
	buf_add(&out->body, record->body, record->body_len);
	fill_headers(out, record);
	return 0;
}

/* What decoding needs; the rest tells of servers, not of the account. */
static bool
is_recorded(const char *name)
{
	static const char *const left_out[] = { "x-amz-apigw-id", "x-amz-cf-id", "x-amz-cf-pop", "x-amz-id-2" };

	for (size_t i = 0; i < COUNT(left_out); i++)
		if (!strcasecmp(name, left_out[i]))
			return false;
	return !strcasecmp(name, "content-type") || !strcasecmp(name, "etag") || !strncasecmp(name, "x-amz", 5);
}

static bool
is_recordable(const struct reply *reply)
{
	const char *body = reply->body.data;

	if (reply->body.len == 0)
		return true;
	if (memchr(body, '\0', reply->body.len))
		return false;
	return find_mark(body, body + reply->body.len) == body + reply->body.len;
}

int
recording_keep(struct recording *recording, const char *region, const char *service, const char *operation, const char *parameters,
	       const struct reply *reply, struct err *err)
{
	struct buf text = { 0 };
	char *path = mem_print("%s/%s.txt", recording->keep, service);
	const char *at = reply->headers.data, *end = at + reply->headers.len;
	int fd = -1, rc = 0;

	if (!is_recordable(reply)) {
		free(path);
		return err_set(err, "recording %s:%s: its answer holds bytes that a text file cannot; leave the operation out", service,
			       operation);
	}
	buf_print(&text, "%s%s %s %s %s\n%d\n", MARK, region, service, operation, parameters, reply->status);
	while (at && at < end) {
		const char *value = at + strlen(at) + 1;

		if (is_recorded(at))
			buf_print(&text, "%s: %s\n", at, value);
		at = value + strlen(value) + 1;
	}
	buf_char(&text, '\n');
	if (reply->body.len)
		buf_add(&text, reply->body.data, reply->body.len);
	buf_char(&text, '\n');
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text.data, text.len) != (ssize_t)text.len)
		rc = err_set(err, "recording into %s: %s; is the disk full?", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_free(&text);
	free(path);
	return rc;
}
