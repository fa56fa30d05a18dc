#include "harness/events.h"

#include <stdlib.h>
#include <string.h>

#include "harness/fail.h"
#include "harness/kinds.h"

json_t *events_parse(const char *text)
{
	json_t *events = json_array();

	while (*text) {
		size_t n = strcspn(text, "\n");
		json_error_t error;
		json_t *event = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);

		if (!json_is_object(event))
			fail("not a JSON object: %.*s (%s)", (int)n, text, event ? "" : error.text);
		kinds_expect_event(event);
		json_array_append_new(events, event);
		text += n + (text[n] == '\n');
	}
	return events;
}

json_t *events_with(json_t *events, const char *key)
{
	json_t *event;
	size_t i;

	json_array_foreach(events, i, event) if (json_object_get(event, key)) return event;
	return NULL;
}

json_t *events_where(json_t *events, const char *key, const char *value)
{
	json_t *event;
	size_t i;

	json_array_foreach(events, i, event)
	{
		const char *found = json_string_value(json_object_get(event, key));

		if (found && strcmp(found, value) == 0)
			return event;
	}
	return NULL;
}

void lines_in_order(const char *text, const char *const *words)
{
	const char *at = text;

	for (; *words; words++) {
		at = strstr(at, *words);
		if (!at)
			fail("'%s' is missing, or not in its place, in:\n%s", *words, text);
		at += strlen(*words);
		at += strcspn(at, "\n");
	}
}

bool line_with(const char *text, const char *a, const char *b)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (memmem(text, n, a, strlen(a)) && memmem(text, n, b, strlen(b)))
			return true;
		text += n + (text[n] == '\n');
	}
	return false;
}

unsigned lines_count(const char *text)
{
	return count_of(text, "\n");
}

unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}
