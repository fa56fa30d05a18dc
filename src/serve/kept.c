#include "serve/kept.h"

#include <errno.h>
#include <string.h>

#include "serve/service.h"

enum { KEPT_LEAST = 1024 };

void kept_forget(struct kept *k)
{
	free(k->memory);
	*k = (struct kept){ .memory = NULL };
}

int kept_keep(struct kept *k, const uint8_t *in, size_t len)
{
	if (k->memory) {
		k->at = (uint32_t)(in - k->memory);
		k->len = (uint32_t)len;
		return 0;
	}
	size_t room = len > KEPT_LEAST ? len : KEPT_LEAST;
	k->memory = malloc(room);
	if (!k->memory)
		return ENOMEM;
	memcpy(k->memory, in, len);
	k->at = 0;
	k->len = (uint32_t)len;
	k->room = (uint32_t)room;
	return 0;
}

int kept_make_room(struct kept *k, uint8_t **to, size_t *size)
{
	if (k->at > 0)
		memmove(k->memory, k->memory + k->at, k->len);
	k->at = 0;
	if (k->len == k->room) {
		uint32_t room = k->room < SERVICE_ROOM / 2 ? k->room * 2 : SERVICE_ROOM;
		uint8_t *memory = k->len < SERVICE_ROOM ? realloc(k->memory, room) : NULL;

		if (!memory)
			return k->len < SERVICE_ROOM ? ENOMEM : ENOBUFS;
		k->memory = memory;
		k->room = room;
	}
	*to = k->memory + k->len;
	*size = k->room - k->len;
	return 0;
}
