/* What the functions of SQL answered already. A query asks the same of a row several
 * times, and several pages ask the same of one policy. */

#include "checks/engine.h"

#define LAST 4		 /* whole texts of the last questions */
#define KEY_ROOM 33	 /* half of a SHA-256 as hex: no two questions meet by chance */
#define SHORT_MOST 512	 /* longer answers are not kept for other pages */
#define TABLE_MOST 65536 /* answers in the table; a power of two */

struct short_answer {
	char key[KEY_ROOM]; /* empty: a free place */
	char *told;
};

struct answers {
	struct {
		char *asked, *told; /* told NULL: it could not be told */
	} last[LAST];
	unsigned next;
	struct short_answer *table; /* open addressing, at most three quarters full */
	size_t count, room;
};

struct answers *
answers_make(void)
{
	return mem_get(sizeof(struct answers));
}

void
answers_free(struct answers *answers)
{
	if (answers == NULL)
		return;
	for (size_t i = 0; i < LAST; i++) {
		free(answers->last[i].asked);
		free(answers->last[i].told);
	}
	for (size_t i = 0; i < answers->room; i++)
		free(answers->table[i].told);
	free(answers->table);
	free(answers);
}

static void
make_key(const char *asked, char key[KEY_ROOM])
{
	char hash[SHA256_ROOM];

	sha256_hex(asked, strlen(asked), hash);
	memcpy(key, hash, KEY_ROOM - 1);
	key[KEY_ROOM - 1] = '\0';
}

/* The place of key, or the free one where it would stand. */
static struct short_answer *
find_place(struct short_answer *table, size_t room, const char *key)
{
	char start[9] = "";
	size_t at;

	memcpy(start, key, sizeof(start) - 1);
	at = strtoul(start, NULL, 16) & (room - 1);
	while (table[at].key[0] != '\0' && strcmp(table[at].key, key) != 0)
		at = (at + 1) & (room - 1);
	return &table[at];
}

static void
grow(struct answers *answers)
{
	size_t room = answers->room > 0 ? answers->room * 2 : 64;
	struct short_answer *table = mem_get(room * sizeof(*table));

	for (size_t i = 0; i < answers->room; i++)
		if (answers->table[i].key[0] != '\0')
			*find_place(table, room, answers->table[i].key) =
				answers->table[i];
	free(answers->table);
	answers->table = table;
	answers->room = room;
}

bool
answers_find(struct answers *answers, const char *asked, const char **told)
{
	struct short_answer *place;
	char key[KEY_ROOM];

	for (size_t i = 0; i < LAST; i++)
		if (answers->last[i].asked != NULL &&
		    strcmp(answers->last[i].asked, asked) == 0) {
			*told = answers->last[i].told;
			return true;
		}
	if (answers->count == 0)
		return false;
	make_key(asked, key);
	place = find_place(answers->table, answers->room, key);
	*told = place->told;
	return place->key[0] != '\0';
}

const char *
answers_keep(struct answers *answers, const char *asked, char *told)
{
	unsigned at = answers->next++ % LAST;
	struct short_answer *place;
	char key[KEY_ROOM];

	free(answers->last[at].asked);
	free(answers->last[at].told);
	answers->last[at].asked = mem_text(asked);
	answers->last[at].told = told;
	if (answers->count >= TABLE_MOST || (told != NULL && strlen(told) > SHORT_MOST))
		return told;
	if ((answers->count + 1) * 4 > answers->room * 3)
		grow(answers);
	make_key(asked, key);
	place = find_place(answers->table, answers->room, key);
	if (place->key[0] == '\0') {
		memcpy(place->key, key, sizeof(key));
		place->told = mem_text(told);
		answers->count++;
	}
	return told;
}
