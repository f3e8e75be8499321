/* Reads the files that AWS's tools share, ~/.aws/config and ~/.aws/credentials.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files". */

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "aws/client.h"

#define FILE_CAP (4u << 20)

/* Where in a file the reader is. */
struct reader {
	struct profiles *profiles;
	const char *file;
	bool is_credentials;
	int line;
	bool is_begun;		    /* a section was seen */
	bool is_ignored;	    /* the section's or property's name is not valid */
	size_t section;		    /* number of the section, where not ignored */
	struct property *property; /* that a continuation would add to */
	bool is_nested;		    /* the property's lines are themselves properties */
	bool may_continue;
};

const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool
is_true(const char *value)
{
	return value && (!strcasecmp(value, "true") || !strcmp(value, "1"));
}

void
text_wipe(char *text)
{
	if (text)
		mem_wipe(text, strlen(text));
	free(text);
}

static char *
trimmed(const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)*text))
		text++, len--;
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return mem_text_n(text, len);
}

static bool
is_name(const char *name, const char *others)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(others, *c))
			return false;
	return *name != '\0';
}

static size_t
section_add(struct profiles *profiles, enum section_kind kind, const char *name, bool is_prefixed)
{
	struct section *section;

	for (size_t i = 0; i < profiles->count; i++) {
		section = &profiles->sections[i];
		if (section->kind == kind && section->is_prefixed == is_prefixed && !strcmp(section->name, name))
			return i;
	}
	profiles->sections = mem_grow(profiles->sections, profiles->count + 1, sizeof(*profiles->sections));
	section = &profiles->sections[profiles->count];
	memset(section, 0, sizeof(*section));
	section->kind = kind;
	section->name = mem_text(name);
	section->is_prefixed = is_prefixed;
	return profiles->count++;
}

/* "[profile x]" in the config file, "[x]" in the credentials file, "[default]" in both. */
static void
section_begin(struct reader *reader, char *name)
{
	static const struct {
		const char *word;
		enum section_kind kind;
	} kinds[] = { { "profile", SECTION_PROFILE }, { "sso-session", SECTION_SSO_SESSION }, { "services", SECTION_SERVICES } };
	enum section_kind kind = SECTION_PROFILE;
	bool is_prefixed = false;
	char *rest = name;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t len = strlen(kinds[i].word);

		if (strncmp(name, kinds[i].word, len) || !isspace((unsigned char)name[len]))
			continue;
		kind = kinds[i].kind;
		is_prefixed = true;
		rest = name + len + strspn(name + len, " \t");
	}
	reader->is_ignored = !is_name(rest, "-/.%@_:+") || (reader->is_credentials && is_prefixed) ||
			     (!reader->is_credentials && !is_prefixed && strcmp(rest, "default") != 0);
	if (!reader->is_ignored)
		reader->section = section_add(reader->profiles, kind, rest, is_prefixed && kind == SECTION_PROFILE);
}

static const char *
read_section_line(struct reader *reader, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len);
	char *name;

	if (!end)
		return "Profile definition must end with ']'";
	for (const char *c = end + 1; c < line + len; c++) {
		if (*c == '#' || *c == ';')
			break;
		if (!isspace((unsigned char)*c))
			return "Profile definition must end with ']'";
	}
	name = trimmed(line + 1, (size_t)(end - line - 1));
	section_begin(reader, name);
	free(name);
	reader->is_begun = true;
	reader->may_continue = false;
	reader->property = NULL;
	return NULL;
}

static struct property *
property_set(struct section *section, char *key, char *value, bool of_credentials)
{
	struct property *property = (struct property *)section_property(section, key);

	if (!property) {
		section->properties = mem_grow(section->properties, section->count + 1, sizeof(*section->properties));
		property = &section->properties[section->count++];
		memset(property, 0, sizeof(*property));
		property->key = key;
	} else {
		free(key);
	}
	text_wipe(property->value);
	property->value = value;
	property->of_credentials_file = of_credentials;
	return property;
}

/* A comment begins at # or ; after white space. */
static size_t
without_comment(const char *line, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if ((line[i] == '#' || line[i] == ';') && isspace((unsigned char)line[i - 1]))
			return i;
	return len;
}

static const char *
read_property_line(struct reader *reader, const char *line, size_t len)
{
	const char *equals;
	char *key, *value;

	len = without_comment(line, len);
	equals = memchr(line, '=', len);
	if (!reader->is_begun)
		return "Expected a profile definition";
	if (!equals)
		return "Expected an '=' sign defining a property";
	key = trimmed(line, (size_t)(equals - line));
	if (!*key) {
		free(key);
		return "Property did not have a name";
	}
	reader->may_continue = true;
	reader->property = NULL;
	value = trimmed(equals + 1, len - (size_t)(equals + 1 - line));
	reader->is_nested = !*value;
	if (reader->is_ignored || !is_name(key, "-_.:@/%+")) {
		free(key);
		text_wipe(value);
		return NULL;
	}
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	reader->property = property_set(&reader->profiles->sections[reader->section], key, value, reader->is_credentials);
	return NULL;
}

static const char *
read_continuation(struct reader *reader, const char *line, size_t len)
{
	char *text, *joined;
	const char *wrong = NULL;

	if (!reader->is_begun)
		return "Expected a profile definition";
	if (!reader->may_continue)
		return "Expected a property definition, found continuation";
	text = trimmed(line, len);
	if (reader->is_nested && !strchr(text, '='))
		wrong = "Expected an '=' sign defining a sub-property";
	else if (reader->is_nested && *text == '=')
		wrong = "Sub-property did not have a name";
	if (!wrong && reader->property) {
		joined = mem_print("%s\n%s", reader->property->value, text);
		text_wipe(reader->property->value);
		reader->property->value = joined;
	}
	text_wipe(text);
	return wrong;
}

static const char *
read_line(struct reader *reader, const char *line, size_t len)
{
	size_t blank = 0;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	while (blank < len && isspace((unsigned char)line[blank]))
		blank++;
	if (blank == len || ((line[0] == '#' || line[0] == ';')))
		return NULL;
	if (blank > 0)
		return read_continuation(reader, line, len);
	if (line[0] == '[')
		return read_section_line(reader, line, len);
	return read_property_line(reader, line, len);
}

int
profiles_parse(struct profiles *profiles, const char *text, size_t len, bool is_credentials, const char *name, struct err *err)
{
	struct reader reader = { .profiles = profiles, .file = name, .is_credentials = is_credentials };
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text)), *wrong;

		if (!stop)
			stop = end;
		reader.line++;
		wrong = read_line(&reader, text, (size_t)(stop - text));
		if (wrong)
			return err_set(err, "%s, line %d: %s", name, reader.line, wrong);
		text = stop + 1;
	}
	return 0;
}

static void
section_free(struct section *section)
{
	for (size_t i = 0; i < section->count; i++) {
		free(section->properties[i].key);
		text_wipe(section->properties[i].value);
	}
	free(section->properties);
	free(section->name);
}

static void
section_drop(struct profiles *profiles, size_t index)
{
	section_free(&profiles->sections[index]);
	memmove(&profiles->sections[index], &profiles->sections[index + 1],
		(profiles->count - index - 1) * sizeof(*profiles->sections));
	profiles->count--;
}

/* What the second says is taken over; only the credentials file overrides what is there. */
static void
section_merge(struct section *into, const struct section *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct property *property = &from->properties[i];
		const struct property *there = section_property(into, property->key);

		if (!there || property->of_credentials_file)
			property_set(into, mem_text(property->key), mem_text(property->value),
				     property->of_credentials_file);
	}
}

/* Leaves in a section what the credentials file said. */
static void
section_keep_credentials(struct section *section)
{
	size_t kept = 0;

	for (size_t i = 0; i < section->count; i++) {
		struct property property = section->properties[i];

		if (property.of_credentials_file) {
			section->properties[kept++] = property;
		} else {
			free(property.key);
			text_wipe(property.value);
		}
	}
	section->count = kept;
}

void
profiles_settle(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++) {
		for (size_t j = i + 1; j < profiles->count;) {
			struct section *one = &profiles->sections[i], *two = &profiles->sections[j];

			if (one->kind != two->kind || strcmp(one->name, two->name)) {
				j++;
				continue;
			}
			/* "[profile default]" silences the config file's "[default]". */
			if (!one->is_prefixed)
				section_keep_credentials(one);
			if (!two->is_prefixed)
				section_keep_credentials(two);
			section_merge(one, two);
			section_drop(profiles, j);
		}
	}
}

static const char *
home_folder(void)
{
	const char *home = variable("HOME");
	const struct passwd *entry;

	if (home)
		return home;
	entry = getpwuid(getuid());
	return entry && entry->pw_dir ? entry->pw_dir : "/";
}

static char *
file_location(const char *name, const char *standard)
{
	const char *path = variable(name);

	if (!path)
		path = standard;
	if (path[0] == '~' && path[1] == '/')
		return mem_print("%s%s", home_folder(), path + 1);
	return mem_text(path);
}

static int
read_file_into(struct profiles *profiles, const char *path, bool is_credentials, struct err *err)
{
	struct buf buf = { .cap = FILE_CAP };
	int rc = 0;

	if (file_exists(path)) {
		rc = file_read(path, FILE_CAP, &buf, err);
		if (!rc)
			rc = profiles_parse(profiles, buf.data ? buf.data : "", buf.len, is_credentials, path, err);
	}
	if (buf.data)
		mem_wipe(buf.data, buf.len);
	buf_free(&buf);
	return rc;
}

int
profiles_load(struct profiles *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	out->config_path = file_location("AWS_CONFIG_FILE", "~/.aws/config");
	out->credentials_path = file_location("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
	if (read_file_into(out, out->config_path, false, err) ||
	    read_file_into(out, out->credentials_path, true, err)) {
		profiles_free(out);
		return -1;
	}
	profiles_settle(out);
	return 0;
}

void
profiles_free(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->count; i++)
		section_free(&profiles->sections[i]);
	free(profiles->sections);
	free(profiles->config_path);
	free(profiles->credentials_path);
	memset(profiles, 0, sizeof(*profiles));
}

const struct section *
profiles_find(const struct profiles *profiles, enum section_kind kind, const char *name)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (profiles->sections[i].kind == kind && !strcmp(profiles->sections[i].name, name))
			return &profiles->sections[i];
	return NULL;
}

const struct property *
section_property(const struct section *section, const char *key)
{
	for (size_t i = 0; section && i < section->count; i++)
		if (!strcmp(section->properties[i].key, key))
			return &section->properties[i];
	return NULL;
}

const char *
section_value(const struct section *section, const char *key)
{
	const struct property *property = section_property(section, key);

	return property && *property->value ? property->value : NULL;
}

char *
nested_value(const char *lines, const char *key)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n");
		const char *equals = memchr(lines, '=', len);
		char *name = equals ? trimmed(lines, (size_t)(equals - lines)) : NULL;
		bool is_it = name && !strcasecmp(name, key);

		free(name);
		if (is_it)
			return trimmed(equals + 1, len - (size_t)(equals + 1 - lines));
		lines += len + (lines[len] == '\n');
	}
	return NULL;
}

const char *
profile_chosen(const struct aws_settings *settings, bool *is_named)
{
	const char *name = settings->profile;

	/* botocore looks at AWS_DEFAULT_PROFILE first, so the CLI does. */
	if (!name)
		name = variable("AWS_DEFAULT_PROFILE");
	if (!name)
		name = variable("AWS_PROFILE");
	*is_named = name != NULL;
	return name ? name : "default";
}
