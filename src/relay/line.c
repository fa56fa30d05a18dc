#include "relay/line.h"

#include <errno.h>
#include <string.h>

enum { LINE_LEAST = 256 };

int line_hold(struct line *l, const uint8_t *bytes, size_t n)
{
	size_t room = l->room ? l->room : LINE_LEAST;

	if (n > LINE_MOST - l->len)
		return ENOBUFS;
	while (room < l->len + n)
		room *= 2;
	if (room != l->room) {
		uint8_t *at = realloc(l->at, room);

		if (!at)
			return ENOMEM;
		l->at = at;
		l->room = (uint32_t)room;
	}
	memcpy(l->at + l->len, bytes, n);
	l->len += (uint32_t)n;
	return 0;
}

void line_forget(struct line *l)
{
	free(l->at);
	*l = (struct line){ .at = NULL };
}

size_t line_ended(const uint8_t *bytes, size_t n)
{
	const uint8_t *newline = memrchr(bytes, '\n', n);

	return newline ? (size_t)(newline - bytes) + 1 : 0;
}
