#include "relay/sessions.h"

static bool is_of(const struct session_entry *e, const struct correspondent *c)
{
	return e->who.fd == c->fd && addr_same(&e->who.peer, &c->peer) &&
	       addr_same(&e->who.local, &c->local);
}

/* How many there are is bounded, so nobody gains by addresses that fall together. */
static size_t bucket_of(const struct correspondent *c)
{
	return addr_hash(&c->peer) % SESSIONS_BUCKETS;
}

struct session_entry *sessions_find(const struct sessions *s, const struct correspondent *c)
{
	struct session_entry *e = s->buckets[bucket_of(c)];

	while (e && !is_of(e, c))
		e = e->next;
	return e;
}

static void put_last(struct sessions *s, struct session_entry *e, nsec_t now)
{
	e->active = now;
	e->newer = NULL;
	e->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = e;
	s->newest = e;
}

static void take_out(struct sessions *s, struct session_entry *e)
{
	*(e->older ? &e->older->newer : &s->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &s->newest) = e->older;
}

void sessions_add(struct sessions *s, struct session_entry *e, nsec_t now)
{
	struct session_entry **bucket = &s->buckets[bucket_of(&e->who)];

	e->next = *bucket;
	*bucket = e;
	put_last(s, e, now);
	s->count++;
}

void sessions_touch(struct sessions *s, struct session_entry *e, nsec_t now)
{
	take_out(s, e);
	put_last(s, e, now);
}

void sessions_remove(struct sessions *s, struct session_entry *e)
{
	struct session_entry **at = &s->buckets[bucket_of(&e->who)];

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	take_out(s, e);
	s->count--;
}
