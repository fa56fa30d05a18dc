#include "net/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { V4_OFFSET = ACCESS_BYTES - 4, ZONE_BYTES = 4 };

static const uint8_t mapped[V4_OFFSET] = { [10] = 0xff, [11] = 0xff };

static int access_grow(struct access_list *list, struct err *err)
{
	if (list->count < list->room)
		return 0;
	if (list->count >= ACCESS_LIST_MAX)
		return err_usage(err, "more than %d rules", ACCESS_LIST_MAX);
	size_t room = list->room ? 2 * list->room : 16;
	struct access_range *ranges = realloc(list->ranges, room * sizeof *ranges);
	if (!ranges)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "the access rules");
	list->ranges = ranges;
	list->room = room;
	return 0;
}

void access_map(uint8_t bytes[ACCESS_BYTES])
{
	memcpy(bytes, mapped, sizeof mapped);
}

static void access_number_bytes(uint8_t bytes[ZONE_BYTES], uint32_t number)
{
	for (unsigned i = 0; i < ZONE_BYTES; i++)
		bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void access_key_write(const struct access_key *key, uint8_t to[ACCESS_KEY])
{
	to[0] = (uint8_t)key->family;
	access_number_bytes(to + 1, key->zone);
	memcpy(to + 1 + ZONE_BYTES, key->bytes, ACCESS_BYTES);
}

int access_put(struct access_list *list, const struct access_key *key, unsigned bits,
               struct err *err)
{
	struct access_key low = *key, high = *key;

	if (access_grow(list, err))
		return -1;
	for (unsigned i = 0; i < ACCESS_BYTES; i++) {
		unsigned fixed = bits > 8 * i ? bits - 8 * i : 0;
		uint8_t mask = fixed >= 8 ? 0xff : (uint8_t)(0xff00 >> fixed);

		low.bytes[i] &= mask;
		high.bytes[i] = (uint8_t)(high.bytes[i] | ~mask);
	}
	struct access_range *r = &list->ranges[list->count++];
	access_key_write(&low, r->low);
	access_key_write(&high, r->high);
	return 0;
}

enum access_family access_family_of(const uint8_t bytes[ACCESS_BYTES])
{
	return memcmp(bytes, mapped, sizeof mapped) == 0 ? ACCESS_V4 : ACCESS_V6;
}

struct access_key access_id_key(enum access_family family, uint32_t id)
{
	struct access_key key = { .family = family };

	access_number_bytes(key.bytes + V4_OFFSET, id);
	return key;
}

/* False for what has no such address. */
static bool access_addr_key(const struct addr *a, struct access_key *key)
{
	bool v4 = a->at.any.sa_family == AF_INET;
	size_t n;

	if (!v4 && a->at.any.sa_family != AF_INET6)
		return false;
	const uint8_t *from = addr_bytes(a, &n);
	*key = (struct access_key){ 0 };
	access_map(key->bytes);
	memcpy(key->bytes + (v4 ? V4_OFFSET : 0), from, n);
	key->family = access_family_of(key->bytes);
	return true;
}

int access_add_addr(struct access_list *list, const struct addr *a, struct err *err)
{
	struct access_key key;

	return access_addr_key(a, &key) ? access_put(list, &key, 8 * ACCESS_BYTES, err) : 0;
}

static int access_compare(const void *a, const void *b)
{
	const struct access_range *x = a, *y = b;

	return memcmp(x->low, y->low, sizeof x->low);
}

void access_settle(struct access_list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->ranges, list->count, sizeof *list->ranges, access_compare);
	for (size_t i = 1; i < list->count; i++) {
		struct access_range *last = &list->ranges[kept], *next = &list->ranges[i];

		if (memcmp(next->low, last->high, ACCESS_KEY) > 0)
			list->ranges[++kept] = *next;
		else if (memcmp(next->high, last->high, ACCESS_KEY) > 0)
			memcpy(last->high, next->high, ACCESS_KEY);
	}
	list->count = kept + 1;
}

static bool access_has_key(const struct access_list *list, const struct access_key *wanted)
{
	size_t from = 0, to = list->count;
	uint8_t key[ACCESS_KEY];

	access_key_write(wanted, key);
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct access_range *r = &list->ranges[middle];

		if (memcmp(key, r->low, ACCESS_KEY) < 0)
			to = middle;
		else if (memcmp(key, r->high, ACCESS_KEY) > 0)
			from = middle + 1;
		else
			return true;
	}
	return false;
}

static bool access_has_addr(const struct access_list *list, const struct addr *a)
{
	struct access_key key;

	if (!access_addr_key(a, &key))
		return false;
	if (access_has_key(list, &key))
		return true;
	if (a->at.any.sa_family != AF_INET6 || a->at.v6.sin6_scope_id == 0)
		return false;
	key.family = ACCESS_LINK;
	key.zone = a->at.v6.sin6_scope_id;
	return access_has_key(list, &key);
}

bool access_has(const struct access_list *list, const struct access_peer *peer)
{
	if (access_has_addr(list, peer->addr))
		return true;
	if (!peer->has_ids)
		return false;
	struct access_key uid = access_id_key(ACCESS_UID, peer->uid);
	struct access_key gid = access_id_key(ACCESS_GID, peer->gid);
	return access_has_key(list, &uid) || access_has_key(list, &gid);
}

void access_free(struct access_list *list)
{
	for (size_t i = 0; i < list->name_count; i++)
		free(list->names[i].host);
	free(list->names);
	free(list->ranges);
	*list = (struct access_list){ 0 };
}
