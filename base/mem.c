/* Memory that never fails but by ending the program, and arenas. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/base.h"

#define BLOCK_LEAST ((size_t)1024)
#define BLOCK_ROOM ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *before;
	size_t used, room;
	max_align_t data[];
};

static _Noreturn void
mem_out(size_t size)
{
	fprintf(stderr, "plumbline: out of memory: could not get %zu bytes\n", size);
	exit(1);
}

void *
mem_get(size_t size)
{
	void *data = calloc(1, size ? size : 1);

	if (!data)
		mem_out(size);
	return data;
}

void *
mem_grow(void *old, size_t count, size_t size)
{
	size_t total;
	void *data;

	if (__builtin_mul_overflow(count, size, &total))
		mem_out(SIZE_MAX);
	data = realloc(old, total ? total : 1);
	if (!data)
		mem_out(total);
	return data;
}

char *
mem_text(const char *text)
{
	return text ? mem_text_n(text, strlen(text)) : NULL;
}

char *
mem_text_n(const char *text, size_t len)
{
	char *copy = mem_grow(NULL, len + 1, 1);

	if (len)
		memcpy(copy, text, len);
	copy[len] = 0;
	return copy;
}

char *
mem_print(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		mem_out(strlen(format));
	va_end(list);
	return text;
}

void
mem_wipe(void *data, size_t len)
{
	if (data)
		OPENSSL_cleanse(data, len);
}

/* Not zeroed. Blocks grow, since many arenas hold next to nothing. */
static void *
take(struct arena *arena, size_t size)
{
	struct arena_block *last = arena->last, *block;
	size_t step = sizeof(max_align_t), room;
	bool is_big = size > BLOCK_ROOM / 4;
	void *data;

	if (size > SIZE_MAX / 2)
		mem_out(size);
	size = (size + step - 1) / step * step;
	if (last && last->room - last->used >= size) {
		data = (char *)last->data + last->used;
		last->used += size;
		return data;
	}
	room = last ? last->room * 2 : BLOCK_LEAST;
	room = room > BLOCK_ROOM ? BLOCK_ROOM : room;
	room = room < size || is_big ? size : room;
	block = mem_grow(NULL, sizeof(*block) + room, 1);
	block->room = room;
	block->used = size;
	/* A big piece has a block to itself, placed behind the one that still has room.
	 */
	if (last && is_big) {
		block->before = last->before;
		last->before = block;
	} else {
		block->before = last;
		arena->last = block;
	}
	return block->data;
}

void *
arena_get(struct arena *arena, size_t size)
{
	return memset(take(arena, size), 0, size);
}

char *
arena_text(struct arena *arena, const char *text)
{
	return text ? arena_text_n(arena, text, strlen(text)) : NULL;
}

char *
arena_text_n(struct arena *arena, const char *text, size_t len)
{
	char *copy = take(arena, len + 1);

	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
arena_print(struct arena *arena, const char *format, ...)
{
	va_list list;
	char *text, *copy;
	int len;

	va_start(list, format);
	len = vasprintf(&text, format, list);
	va_end(list);
	if (len < 0)
		mem_out(strlen(format));
	copy = arena_text_n(arena, text, (size_t)len);
	free(text);
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *block, *before;

	if (!arena)
		return;
	for (block = arena->last; block; block = before) {
		before = block->before;
		free(block);
	}
	arena->last = NULL;
}
