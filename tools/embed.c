/* Turns the files of a folder into a C file that holds them, sorted by name: embed OUT
 * TABLE FOLDER ENDING. Run by the build, on the machine that builds. A folder that is
 * missing gives an empty table. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static size_t
embed_write_file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "rb");
	size_t len = 0;
	int c;

	if (!in)
		embed_fail("open", path);
	putc('"', out);
	while ((c = getc(in)) != EOF) {
		embed_write_char(out, c);
		len++;
	}
	putc('"', out);
	if (ferror(in))
		embed_fail("read", path);
	fclose(in);
	return len;
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
	size_t i, len;

	if (argc != 5) {
		fprintf(stderr, "Usage: embed OUT TABLE FOLDER ENDING\n");
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
		len = embed_write_file(out, path);
		fprintf(out, ", %zu },\n", len);
		free(path);
	}
	/* An array has at least one element. */
	fprintf(out, "{ 0 } };\nconst size_t %s_count = %zu;\n", argv[2], names.count);
	if (fclose(out) != 0)
		embed_fail("write", argv[1]);
	return 0;
}
