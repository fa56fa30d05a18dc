#include "harness/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "harness/fail.h"

enum { KINDS = 80, FIELDS = 24 };

struct field {
	char name[40];
	bool maybe;
};

struct kind {
	char what[64];
	size_t count;
	struct field fields[FIELDS];
};

struct page {
	char path[64];
	size_t count;
	struct kind kinds[KINDS];
};

/* Without the backslashes of roff. */
static void unescape(char *line)
{
	char *to = line;

	for (; *line && *line != '\n'; line++)
		if (*line != '\\')
			*to++ = *line;
	*to = '\0';
}

static void page_take_line(struct page *page, char *line)
{
	struct kind *kind = page->count > 0 ? &page->kinds[page->count - 1] : NULL;
	struct field *field = kind && kind->count < FIELDS ? &kind->fields[kind->count] : NULL;

	unescape(line);
	if (strncmp(line, ".It ", 4) == 0 && page->count < KINDS) {
		line += strncmp(line, ".It Cm ", 7) == 0 ? 7 : 4;
		snprintf(page->kinds[page->count++].what, sizeof kind->what, "%s", line);
	} else if (field && sscanf(line, ".Li %39s", field->name) == 1) {
		kind->count++;
	} else if (field && sscanf(line, ".Op Li %39s", field->name) == 1) {
		field->maybe = true;
		kind->count++;
	}
}

static void page_read(struct page *page, const char *path)
{
	char line[1024];
	bool inside = false;
	FILE *file = fopen(path, "r");

	if (!file)
		fail("%s is not here: run the tests from the top folder of the project", path);
	snprintf(page->path, sizeof page->path, "%s", path);
	while (fgets(line, sizeof line, file)) {
		if (strncmp(line, ".\\\" begin ", 10) == 0)
			inside = strncmp(line + 10, "events", 6) == 0 ||
			         strncmp(line + 10, "results", 7) == 0;
		else if (strcmp(line, ".\\\" end\n") == 0)
			inside = false;
		else if (inside)
			page_take_line(page, line);
	}
	fclose(file);
}

static const struct page *page_at(const char *path)
{
	static struct page pages[8];
	struct page *page = pages;

	while (page->path[0] && strcmp(page->path, path) != 0)
		if (++page == pages + ARRAY_LEN(pages))
			fail("too many pages of the manual");
	if (!page->path[0])
		page_read(page, path);
	return page;
}

/* Whether KEY is one of FIELD; "peer_*" is peer_addr, peer_port and peer_path. */
static bool field_is(const struct field *field, const char *key)
{
	size_t n = strcspn(field->name, "*");

	if (!field->name[n])
		return strcmp(field->name, key) == 0;
	return strncmp(field->name, key, n) == 0 &&
	       (strcmp(key + n, "addr") == 0 || strcmp(key + n, "port") == 0 ||
	        strcmp(key + n, "path") == 0);
}

static unsigned keys_of(const json_t *object, const struct field *field)
{
	const char *key;
	json_t *value;
	unsigned count = 0;

	json_object_foreach((json_t *)object, key, value) count += field_is(field, key);
	return count;
}

/* Keys beside `event` that no field has count as wrong, and so does a field without its keys. */
static bool kind_is_met(const struct kind *kind, const json_t *object)
{
	size_t known = json_object_get(object, "event") ? 1 : 0;

	for (size_t i = 0; i < kind->count; i++) {
		unsigned keys = keys_of(object, &kind->fields[i]);

		if (keys == 0 && !kind->fields[i].maybe)
			return false;
		known += keys;
	}
	return known == json_object_size(object);
}

void kinds_expect(const json_t *object, const char *path, const char *what)
{
	const struct page *page = page_at(path);

	for (size_t i = 0; i < page->count; i++)
		if (strcmp(page->kinds[i].what, what) == 0 && kind_is_met(&page->kinds[i], object))
			return;
	fail("%s has no such keys for '%s': %s", path, what, json_dumps(object, 0));
}

void kinds_expect_event(const json_t *object)
{
	const json_t *event = json_object_get(object, "event");
	const json_t *error = json_object_get(object, "error");

	if (event)
		kinds_expect(object, "man/sockit.1", json_string_value(event));
	else if (error)
		kinds_expect(error, "man/sockit.1", "error");
}
