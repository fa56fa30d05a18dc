#include "harness/siege_voices.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/siege.h"

/*
 * A byte is a voice in its upper half, and how many that voice has said, as far as it goes, in the
 * lower.
 */
enum { VOICES = 16, STAY = 2 * VOICES, CHUNK = 16384 };

/* One who is there; the first VOICES have one, the first STAY of them stay. */
struct member {
	int fd; /* -1: nobody */
	bool met[VOICES];
	uint64_t said;
	/* What is heard next; of who has not stayed, up to a multiple of 16. */
	uint64_t next[VOICES];
	int64_t rests_until, leaves_at;
	bool shut;
};

static struct member members[SIEGE_MOST];
static struct pollfd polled[SIEGE_MOST];
static uint64_t state = 11;

static int64_t soon(unsigned ms)
{
	return clock_after((double)(data_random(&state) % ms) / 1000);
}

static void member_come(const struct siege_voices *siege, struct member *m)
{
	*m = (struct member){ .fd = peer_connect(siege->place), .leaves_at = INT64_MAX };
}

static void member_say(struct member *m, uint64_t most)
{
	unsigned char bytes[CHUNK];
	size_t n = 1 + data_random(&state) % most;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)((m - members) << 4 | ((m->said + i) & 15));
	ssize_t sent = send(m->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN)
		fail("send: %s", strerror(errno));
	m->said += sent > 0 ? (uint64_t)sent : 0;
}

static void member_hear(struct siege_voices *siege, struct member *m)
{
	unsigned char bytes[1 << 16];
	ssize_t n = recv(m->fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n <= 0 && !(n < 0 && errno == EAGAIN))
		fail("member %td: %s", m - members, n < 0 ? strerror(errno) : "the end");
	for (ssize_t i = 0; i < n; i++) {
		unsigned voice = bytes[i] >> 4;

		if (!m->met[voice])
			m->next[voice] = bytes[i] & 15;
		m->met[voice] = true;
		if ((m->next[voice]++ & 15) != (bytes[i] & 15))
			fail("member %td: a gap in voice %u", m - members, voice);
	}
	siege->heard += n > 0 ? (uint64_t)n : 0;
}

/* One who stays hears the first voice before the next comes: of the others, he misses nothing. */
static void member_join(struct siege_voices *siege, struct member *m)
{
	struct member *first = &members[0];
	int64_t patience = clock_after(PATIENCE);

	while (m != first && !m->met[0]) {
		if (clock_now() > patience)
			fail("who has come hears nothing");
		member_say(first, 1);
		if (peer_poll(m->fd, POLLIN, clock_after(0.02)))
			member_hear(siege, m);
	}
	/* The last sixteen at most are still on their way. */
	for (uint64_t at = first->said; m != first && m->next[0] + 16 <= at;)
		m->next[0] += 16;
	for (unsigned voice = 0; voice < VOICES; voice++)
		m->met[voice] = true;
}

static void member_go(struct siege_voices *siege, struct member *m)
{
	bool resets = data_random(&state) % 2;

	if (resets)
		peer_reset(m->fd);
	else
		close(m->fd);
	siege->resets += resets;
	m->fd = -1;
}

static void visitor_come(struct siege_voices *siege, struct member *m)
{
	member_come(siege, m);
	m->leaves_at = soon(500);
	m->shut = data_random(&state) % 3 == 0;
	if (m->shut)
		peer_shut(m->fd);
	siege->came++;
}

static void member_turn(struct siege_voices *siege, struct member *m, short events)
{
	if (events & (POLLIN | POLLERR | POLLHUP))
		member_hear(siege, m);
	if (events & POLLOUT)
		member_say(m, CHUNK);
	if (data_random(&state) % 64 == 0)
		m->rests_until = soon(20);
	if (m->leaves_at <= clock_now())
		member_go(siege, m);
}

static void siege_turn(struct siege_voices *siege, unsigned clients, bool more)
{
	for (unsigned i = 0; i < clients; i++) {
		struct member *m = &members[i];
		bool speaks = i < VOICES && more && !m->shut, rests = m->rests_until > clock_now();

		if (m->fd < 0 && more)
			visitor_come(siege, m);
		else if (i >= STAY && !more && m->fd >= 0)
			member_go(siege, m);
		polled[i] = (struct pollfd){ m->fd, (short)(POLLIN | (speaks ? POLLOUT : 0)), 0 };
		polled[i].fd = rests ? -1 : m->fd;
	}
	must(poll(polled, clients, 5), "poll");
	for (unsigned i = 0; i < clients; i++)
		if (polled[i].fd >= 0)
			member_turn(siege, &members[i], polled[i].revents);
}

static bool all_is_heard(void)
{
	for (unsigned i = 0; i < STAY; i++)
		for (unsigned voice = 0; voice < VOICES; voice++)
			if (voice != i && members[i].next[voice] < members[voice].said)
				return false;
	return true;
}

/* Every second voice is heard no more, and goes on listening. */
static void half_fall_silent(void)
{
	for (unsigned i = 1; i < VOICES; i += 2) {
		peer_shut(members[i].fd);
		members[i].shut = true;
	}
}

static void await_silence(struct siege_voices *siege, unsigned clients)
{
	int64_t patience = clock_after(PATIENCE * clock_slack());

	while (!all_is_heard()) {
		if (clock_now() > patience)
			fail("something was not heard");
		siege_turn(siege, clients, false);
	}
}

void siege_voices_run(struct siege_voices *siege)
{
	struct siege size = siege_of(siege->place);
	int64_t half, end;

	for (unsigned i = 0; i < size.clients; i++)
		members[i].fd = -1;
	for (unsigned i = 0; i < STAY; i++) {
		member_come(siege, &members[i]);
		member_join(siege, &members[i]);
	}
	half = clock_after(size.seconds / 2);
	end = clock_after(size.seconds);
	while (clock_now() < half)
		siege_turn(siege, size.clients, true);
	half_fall_silent();
	while (clock_now() < end)
		siege_turn(siege, size.clients, true);
	/*
	 * Only who is sent something tells that he has gone; and nobody is before he was accepted,
	 * which all are before one who comes now.
	 */
	siege_turn(siege, size.clients, false);
	await_silence(siege, size.clients);
	member_come(siege, &members[STAY]);
	member_join(siege, &members[STAY]);
	peer_reset(members[STAY].fd);
	members[STAY].fd = -1;
	member_say(&members[0], CHUNK);
	await_silence(siege, size.clients);
	for (unsigned i = 0; i < STAY; i++) {
		siege->said += i < VOICES ? members[i].said : 0;
		peer_reset(members[i].fd);
	}
	if (siege->came == 0 || siege->resets == 0 || siege->said < CHUNK)
		fail("this is no siege");
}
