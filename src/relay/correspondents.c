#include "relay/correspondents.h"

enum { BUCKETS = 1024, NOBODY = -1 };

struct known {
	struct correspondent who;
	uint64_t heard; /* when it sent last, counted in datagrams */
	int next;       /* of its bucket, or NOBODY */
};

struct correspondents {
	enum reply_to reply_to;
	size_t room, count;
	uint64_t heard;
	int buckets[BUCKETS];
	struct known known[];
};

struct correspondents *correspondents_new(enum reply_to who)
{
	size_t room = who == REPLY_TO_ALL ? CORRESPONDENTS_MAX : 1;
	struct correspondents *all = calloc(1, sizeof *all + room * sizeof all->known[0]);

	if (!all)
		return NULL;
	all->reply_to = who;
	all->room = room;
	for (size_t i = 0; i < BUCKETS; i++)
		all->buckets[i] = NOBODY;
	return all;
}

void correspondents_free(struct correspondents *all)
{
	free(all);
}

static size_t bucket_of(const struct addr *a)
{
	return addr_hash(a) % BUCKETS;
}

static int find(const struct correspondents *all, const struct addr *peer)
{
	int i = all->buckets[bucket_of(peer)];

	while (i != NOBODY && !addr_same(&all->known[i].who.peer, peer))
		i = all->known[i].next;
	return i;
}

static void forget(struct correspondents *all, int which)
{
	int *at = &all->buckets[bucket_of(&all->known[which].who.peer)];

	while (*at != which)
		at = &all->known[*at].next;
	*at = all->known[which].next;
}

/* A place for one more: a new one, or that of whoever was quiet the longest. */
static int make_room(struct correspondents *all)
{
	int quiet = 0;

	if (all->count < all->room)
		return (int)all->count++;
	for (size_t i = 1; i < all->count; i++)
		if (all->known[i].heard < all->known[quiet].heard)
			quiet = (int)i;
	forget(all, quiet);
	return quiet;
}

void correspondents_note(struct correspondents *all, const struct correspondent *c)
{
	if (!correspondent_can_be_answered(c))
		return;
	if (all->reply_to == REPLY_TO_FIRST && all->count > 0 &&
	    !addr_same(&all->known[0].who.peer, &c->peer))
		return;
	int i = find(all, &c->peer);
	if (i == NOBODY) {
		i = make_room(all);
		int *bucket = &all->buckets[bucket_of(&c->peer)];
		all->known[i].next = *bucket;
		*bucket = i;
	}
	all->known[i].who = *c;
	all->known[i].heard = ++all->heard;
}

size_t correspondents_count(const struct correspondents *all)
{
	return all->count;
}

const struct correspondent *correspondents_at(const struct correspondents *all, size_t i)
{
	return &all->known[i].who;
}
