/* base: what every other folder stands on. Knows nothing of AWS. */

#ifndef PLUMBLINE_BASE_H
#define PLUMBLINE_BASE_H

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* ---- Errors: 0 or -1 is returned, the message says what was attempted, on what, what to do. */

struct err {
	char text[1024];
};

/* Writes the message (cut to fit; control characters made '?') and returns -1. err may be NULL. */
int err_set(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Puts "prefix: " in front of what err says already, and returns -1. */
int err_prefix(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- Memory: these never return NULL; out of memory ends the program with a message. */

void *mem_get(size_t size);			       /* zeroed; caller frees */
void *mem_grow(void *old, size_t count, size_t size); /* realloc with overflow check */
char *mem_text(const char *text);		       /* copy; NULL gives NULL */
char *mem_text_n(const char *text, size_t len);
char *mem_print(const char *format, ...) PRINTF_LIKE(1, 2);
void mem_wipe(void *data, size_t len); /* not optimised away */

/* An arena: many small allocations, freed at once. */
struct arena {
	struct arena_block *last;
};

void *arena_get(struct arena *arena, size_t size); /* zeroed */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_n(struct arena *arena, const char *text, size_t len);
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
void arena_free(struct arena *arena);

/* ---- A buffer with a ceiling. Past it, `over` latches and nothing more is added. */

struct buf {
	char *data; /* always followed by a NUL once anything was added */
	size_t len;
	size_t room;
	size_t cap; /* 0: no ceiling */
	bool over;
};

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_print(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
char *buf_take(struct buf *buf); /* the text, never NULL; buf is empty again; caller frees */
void buf_free(struct buf *buf);

/* ---- Time: seconds since 1970, UTC. */

#define TIME_ROOM 24
int64_t time_now(void);
double time_monotonic(void); /* seconds, for durations */
/* Writes "2026-11-22T04:00:00Z". Returns out. */
char *time_text(int64_t when, char out[TIME_ROOM]);
/* Reads ISO 8601 with Z, an offset or a fraction, RFC 822/1123 dates and epoch seconds. 0 or -1. */
int time_read(const char *text, int64_t *when);

/* ---- Text and hashes. */

/* Where wildcard pattern (* and ?) matches all of text. Linear time. */
bool text_matches(const char *pattern, const char *text);
bool text_matches_nocase(const char *pattern, const char *text);
bool text_ends(const char *text, const char *end);
bool text_starts(const char *text, const char *start);
/* Whether word stands in list, words of which are separated by any char of separators. */
bool text_has_word(const char *list, const char *word, const char *separators);
bool text_is_utf8(const char *text, size_t len);
#define SHA256_ROOM 65
/* Lower-case hex of SHA-256. Returns out. */
char *sha256_hex(const void *data, size_t len, char out[SHA256_ROOM]);
/* Nearest of count names by edit distance, or NULL where none is near. For "did you mean". */
const char *name_nearest(const char *name, const char *const *names, size_t count);
/* Base64 (standard or URL alphabet, white space allowed). Returns bytes decoded or -1. out is added to. */
long base64_read(const char *text, size_t len, struct buf *out);

/* ---- JSON beside jansson. */

/* Canonical text: sorted keys, no white space. Caller frees. */
char *json_canonical(const json_t *value);
/* Parses text; NULL with err on bad input, duplicate keys allowed (last wins). Caller decrefs. */
json_t *json_read(const char *text, size_t len, struct err *err);

/* Parses YAML (core types for plain scalars) to the same trees; err has the line. */
json_t *yaml_read(const char *text, size_t len, struct err *err);

/* ---- Files: a whole file of at most cap bytes into buf. */
int file_read(const char *path, size_t cap, struct buf *buf, struct err *err);
/* Writes to a temporary name beside path, syncs and renames. */
int file_write(const char *path, const void *data, size_t len, int mode, struct err *err);
int folder_make(const char *path, struct err *err); /* and its parents, mode 0755 */
bool file_exists(const char *path);
/* Holds a folder for this process alone until it ends or close()s what is returned; -1 with err where another holds it. */
int folder_hold(const char *path, struct err *err);
bool folder_exists(const char *path);
/* Whether a database can be read there: -1 with err where nothing is, or a pipe on which reading would wait. */
int file_check_database(const char *path, struct err *err);

/* ---- Files embedded at build: sorted by name. */
struct embedded {
	const char *name; /* path from its folder: "s3/bucket_versioned.md" */
	const char *data; /* NUL-terminated, but where packed */
	size_t len;	  /* of the text */
	size_t packed;	  /* bytes of data, packed by zstd; 0: the text as it is */
};
/* The text, NUL-terminated; caller frees. */
char *embedded_text(const struct embedded *file);

/* ---- Command line: one table parses, checks and prints help. */

struct option {
	const char *name;  /* "output", without dashes */
	const char *value; /* "DIR"; NULL: a flag */
	const char *help;
	bool repeats; /* may be given several times */
};

struct operand {
	const char *name; /* "FILE" */
	const char *help;
	bool optional;
	bool repeats; /* only the last may */
};

struct arguments; /* what was given */

struct command {
	const char *name;
	const char *summary; /* one line, lower case, no full stop */
	const char *about;   /* some paragraphs for its help */
	const struct option *options;
	size_t option_count;
	const struct operand *operands;
	size_t operand_count;
	const char *examples;
	int (*run)(const struct arguments *arguments, struct err *err); /* exit status, or -1: err printed, exit 1 */
};

/* Parses argv against command; argv[0] is the command's own name. NULL with err (naming the nearest option) on misuse. */
struct arguments *arguments_parse(const struct command *command, int argc, char **argv, struct err *err);
void arguments_free(struct arguments *arguments);
bool arguments_flag(const struct arguments *arguments, const char *option);
const char *arguments_value(const struct arguments *arguments, const char *option); /* last, or NULL */
size_t arguments_count(const struct arguments *arguments, const char *option);
const char *arguments_value_at(const struct arguments *arguments, const char *option, size_t index);
size_t arguments_operands(const struct arguments *arguments);
const char *arguments_operand(const struct arguments *arguments, size_t index); /* NULL past the end */
void command_print_help(const struct command *command, FILE *out);

/* ---- Secrets (secret.c). */

struct secret {
	const char *kind; /* "aws-secret-key"; static */
	size_t start, len; /* bytes of the text */
};

/* Finds secrets in text. name is what the text stands under (a variable's name), or NULL.
 * Writes at most max, returns how many were found in all. Only what stands in the clear. */
size_t secret_find(const char *text, size_t len, const char *name, struct secret *out, size_t max);
/* Redacts text: each secret becomes "[secret:KIND:LENGTH:NUMBER]". Base64, gzip and MIME parts are
 * opened where they hold secrets, and stand opened in the result. *number counts on through one
 * answer. seen (may be NULL) is told each secret's value, for keyed hashes. Returns new text, caller
 * frees, or NULL where nothing was found. */
char *secret_redact(const char *text, size_t len, const char *name, int *number,
		    void (*seen)(void *arg, const char *kind, int number, const char *value, size_t len), void *arg);
/* The same for every string in value, in place; name is the member that value stands under, or NULL.
 * Returns how many secrets were found. */
int secret_redact_json(json_t *value, const char *name, int *number,
		       void (*seen)(void *arg, const char *kind, int number, const char *value, size_t len), void *arg);
/* Under which name object[key] should be judged: a sibling ("Name", "Key", "ParameterKey" …) where key
 * is "Value" or its like, else key. */
const char *secret_name(const json_t *object, const char *key);
/* JSON array of {"kind", "where"} of secrets and of markers in text (plain, JSON or encoded). Caller decrefs. */
json_t *secret_report(const char *text, size_t len);
size_t secret_kinds(const char *const **names); /* table of kinds, for `functions` and docs */

/* With optimisation glibc makes this one a macro, which cannot be poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison sprintf vsprintf strcpy strcat strtok gets atoi

#endif
