/* Secret detection, between its files: secret.c (the public functions), secret_find.c
 * (what stands in the clear), secret_assign.c (what a name gives away), secret_kinds.c
 * and secret_shapes.c (formats), secret_name.c (what a name says), secret_value.c (what
 * no secret is), secret_judge.c (whether a value is what its name announces),
 * secret_open.c (encodings). */

#ifndef PLUMBLINE_BASE_SECRET_H
#define PLUMBLINE_BASE_SECRET_H

#include "base/base.h"

/* ---- What was found so far. */

struct found {
	struct secret *list;
	size_t count, room;
	char *taken; /* one byte for each of the text's */
};

/* Adds a secret unless it overlaps one that is there. */
void found_add(struct found *found, const char *kind, size_t start, size_t len);
/* All secrets of text in order, as secret_find() has them. Caller frees list and taken.
 */
void found_read(struct found *found, const char *text, size_t len, const char *name);
void found_free(struct found *found);
/* A marker "[secret:KIND:LENGTH:NUMBER]" at text, left by a redaction. Its length, 0:
 * none. */
size_t marker_at(const char *text, size_t len, const char **kind);

/* ---- secret_kinds.c: formats that need no name. */

/* What one walk through a text knows of what lies ahead, so that no stretch is gone
 * through for each place in it. Zero at the start. */
struct kind_memo {
	size_t jwt_header, jwt_end; /* of the run of base64 that was met last */
	int jwt_tries;
	size_t pem_end; /* the next "-----END " */
	bool pem_known;
};

/* A secret that starts at text[at] by its own format; at grows from call to call. Returns
 * its length, 0: none. *kind is set, and *skip to how many bytes in front of the secret
 * belong to the format (a webhook's address). */
size_t kind_at(const char *text, size_t len, size_t at, struct kind_memo *memo,
	       const char **kind, size_t *skip);
extern const char *const secret_kind_names[];
extern const size_t secret_kind_count;

/* ---- secret_name.c */

enum name_class { NAME_NONE, NAME_KEY, NAME_TOKEN, NAME_PASSWORD };

/* What a variable's or member's name says of its value. */
enum name_class name_classify(const char *name, size_t len);
bool name_has(const char *name, size_t len,
	      const char *part); /* whatever the case, signs left out */

/* ---- secret_value.c */

/* A variable, a reference to where a secret is kept, a call, a marker: never a secret
 * itself. */
bool value_is_reference(const char *value, size_t len);
/* "changeme", "********", AWS's own examples. */
bool value_is_placeholder(const char *value, size_t len);
/* Words, paths, host names, dates: what people write. */
bool value_is_plain(const char *value, size_t len);
bool value_is_uuid(const char *value, size_t len);
bool value_is_hex(const char *value, size_t len);
double value_entropy(const char *value, size_t len); /* bits per byte */
/* Whether value_entropy() is 2.5 or more. */
bool value_is_varied(const char *value, size_t len);
/* Whether nobody would have chosen it by hand: a token's body. */
bool value_is_random(const char *value, size_t len);
/* Small and capital letters without the order that words have. */
bool value_is_mixed(const char *value, size_t len);

/* ---- secret_judge.c */

/* User and password with a colon between, in base64. */
bool value_is_basic(const char *value, size_t len);
/* The kind of secret that a value under a name is, or NULL. */
const char *value_kind(const char *name, size_t name_len, const char *value, size_t len);

/* ---- secret_find.c, secret_assign.c */

void find_assignments(const char *text, size_t len, struct found *found);

/* ---- secret_open.c */

/* Where the run of base64 that starts at text[at] ends (line breaks inside let through),
 * or at. */
size_t base64_run(const char *text, size_t len, size_t at);
/* Decodes base64 or unpacks gzip: text comes out, or -1. What is over out's cap is cut off
 * (gzip) or refused. */
int open_base64(const char *text, size_t len, struct buf *out);
int open_gzip(const char *data, size_t len, struct buf *out);
bool open_is_gzip(const char *data, size_t len);
bool open_is_text(const char *data, size_t len);

#endif
