/* Turns the files of a folder into a C file that holds them, sorted by name: embed OUT
 * TABLE FOLDER ENDING HOW. HOW is "plain", or "packed" by zstd, for what is read seldom.
 * Run by the build, on the machine that builds. A folder that is missing gives an empty
 * table. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#define PACK_LEVEL 19

struct names {
	char **list;
	size_t count, room;
};

static _Noreturn void
embed_fail(const char *doing, const char *what)
{
	fprintf(stderr, "embed: could not %s %s: %s\n", doing, what, strerror(errno));
	exit(1);
}

static char *
embed_join(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *path = malloc(size);

	if (!path)
		embed_fail("get memory for", name);
	snprintf(path, size, "%s%s%s", folder, *folder ? "/" : "", name);
	return path;
}

static void
names_add(struct names *names, char *name)
{
	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 256;
		names->list = realloc(names->list, names->room * sizeof(*names->list));
		if (!names->list)
			embed_fail("get memory for", name);
	}
	names->list[names->count++] = name;
}

/* Adds the names, from root on, of all files below it that end so. */
static void
names_collect(struct names *names, const char *root, const char *below,
	      const char *ending)
{
	char *folder = *below ? embed_join(root, below) : embed_join("", root);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat facts;
	size_t len;

	if (!dir && errno != ENOENT)
		embed_fail("open folder", folder);
	while (dir && (entry = readdir(dir))) {
		char *name, *path;

		if (entry->d_name[0] == '.')
			continue;
		name = embed_join(below, entry->d_name);
		path = embed_join(root, name);
		if (stat(path, &facts) < 0)
			embed_fail("look at", path);
		len = strlen(name);
		if (S_ISDIR(facts.st_mode))
			names_collect(names, root, name, ending);
		else if (len >= strlen(ending) &&
			 !strcmp(name + len - strlen(ending), ending))
			names_add(names, embed_join("", name));
		free(path);
		free(name);
	}
	if (dir)
		closedir(dir);
	free(folder);
}

static int
names_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Octal escapes, since a hexadecimal one has no end; the question mark, since C11 has
 * trigraphs. */
static void
embed_write_char(FILE *out, int c)
{
	if (c == '\n')
		fputs("\\n\"\n\"", out);
	else if (c == '"' || c == '\\' || c == '?')
		fprintf(out, "\\%c", c);
	else if (c < 0x20 || c >= 0x7f)
		fprintf(out, "\\%03o", (unsigned)c);
	else
		putc(c, out);
}

static char *
embed_read(const char *path, size_t *len)
{
	FILE *in = fopen(path, "rb");
	size_t room = 1 << 16, got;
	char *data = malloc(room);

	if (!in)
		embed_fail("open", path);
	*len = 0;
	while (data && (got = fread(data + *len, 1, room - *len, in)) > 0) {
		*len += got;
		if (*len == room)
			data = realloc(data, room *= 2);
	}
	if (!data || ferror(in))
		embed_fail("read", path);
	fclose(in);
	return data;
}

static char *
embed_pack(const char *data, size_t len, size_t *packed)
{
	size_t room = ZSTD_compressBound(len);
	char *out = malloc(room);

	if (!out)
		embed_fail("get memory", "to pack");
	*packed = ZSTD_compress(out, room, data, len, PACK_LEVEL);
	if (ZSTD_isError(*packed)) {
		fprintf(stderr, "embed: could not pack: %s\n", ZSTD_getErrorName(*packed));
		exit(1);
	}
	return out;
}

/* The last of what struct embedded holds: data, its length, and that of the text. */
static void
embed_write_file(FILE *out, const char *path, int is_packed)
{
	size_t len, size, i;
	char *text = embed_read(path, &len), *data = text;

	size = len;
	if (is_packed)
		data = embed_pack(text, len, &size);
	putc('"', out);
	for (i = 0; i < size; i++)
		embed_write_char(out, (unsigned char)data[i]);
	fprintf(out, "\", %zu, %zu },\n", len, is_packed ? size : 0);
	if (data != text)
		free(data);
	free(text);
}

static void
embed_write_name(FILE *out, const char *name)
{
	putc('"', out);
	for (; *name; name++)
		embed_write_char(out, (unsigned char)*name);
	putc('"', out);
}

int
main(int argc, char **argv)
{
	struct names names = { 0 };
	FILE *out;
	size_t i;

	if (argc != 6) {
		fprintf(stderr, "Usage: embed OUT TABLE FOLDER ENDING plain|packed\n");
		return 2;
	}
	names_collect(&names, argv[3], "", argv[4]);
	if (names.count)
		qsort(names.list, names.count, sizeof(*names.list), names_compare);
	out = fopen(argv[1], "wb");
	if (!out)
		embed_fail("open", argv[1]);
	fprintf(out,
		"/* Files embedded by tools/embed.c. */\n\n#include \"base/base.h\"\n\n");
	fprintf(out, "const struct embedded %s[] = {\n", argv[2]);
	for (i = 0; i < names.count; i++) {
		char *path = embed_join(argv[3], names.list[i]);

		fputs("{ ", out);
		embed_write_name(out, names.list[i]);
		fputs(",\n", out);
		embed_write_file(out, path, strcmp(argv[5], "packed") == 0);
		free(path);
	}
	/* An array has at least one element. */
	fprintf(out, "{ 0 } };\nconst size_t %s_count = %zu;\n", argv[2], names.count);
	if (fclose(out) != 0)
		embed_fail("write", argv[1]);
	return 0;
}
