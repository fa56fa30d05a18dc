#include "harness/siege_lines.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/siege.h"

enum { LINE_HEAD = 16, LINE_MOST = 20000, HEARD_MOST = 1 << 20 };

/* What was said and heard of one client, by its number, from 0; kept when it has gone. */
struct account {
	uint64_t tag;
	unsigned said, heard; /* lines */
	bool whole;           /* it has sent all that it wanted to */
	bool broken;          /* its last line was heard in part */
};

/* One who is there. */
struct teller {
	int fd; /* -1: nobody */
	unsigned number;
	char line[LINE_MOST];
	size_t at, len; /* of the line */
	unsigned lines; /* it wants to say */
	uint64_t left;  /* bytes until it is reset */
	int64_t rests_until;
	bool shut; /* it waits for the end */
};

static struct teller tellers[SIEGE_MOST];
static struct pollfd polled[SIEGE_MOST + 1];
static struct account *accounts;
static unsigned known, room;
static uint64_t state = 7;
static char heard[HEARD_MOST];
static size_t heard_len;
static unsigned scraps; /* beginnings of lines too short to say whose */

/* Line N of client NUMBER, with its newline. */
static size_t make_line(unsigned number, unsigned n, char line[LINE_MOST])
{
	uint64_t seed = (uint64_t)number << 32 | n;
	size_t most = data_random(&seed) % 64 ? 200 : LINE_MOST - LINE_HEAD - 1;
	size_t len = LINE_HEAD + data_random(&seed) % most;

	snprintf(line, LINE_HEAD + 1, "%08x %06x ", number, n);
	for (size_t i = LINE_HEAD; i < len; i++)
		line[i] = (char)('a' + (seed + i) % 26);
	line[len] = '\n';
	return len + 1;
}

static void teller_come(const struct siege_lines *siege, struct teller *t)
{
	if (known == room) {
		room = room ? 2 * room : 4096;
		accounts = realloc(accounts, room * sizeof *accounts);
	}
	accounts[known] = (struct account){ .tag = 0 };
	t->fd = peer_connect(siege->place);
	t->number = known++;
	t->lines = (unsigned)(data_random(&state) % 200);
	t->left = data_random(&state) % 5 ? UINT64_MAX : data_random(&state) % 50000;
	t->at = t->len = 0;
	t->rests_until = 0;
	t->shut = false;
}

static void teller_leave(struct teller *t)
{
	close(t->fd);
	t->fd = -1;
}

/* It has said all: it goes, or goes half-way. */
static void teller_end(struct siege_lines *siege, struct teller *t)
{
	accounts[t->number].whole = true;
	siege->whole++;
	if (data_random(&state) % 2) {
		teller_leave(t);
		return;
	}
	peer_shut(t->fd);
	t->shut = true;
}

static void teller_send(struct siege_lines *siege, struct teller *t)
{
	struct account *a = &accounts[t->number];

	if (t->at == t->len && a->said == t->lines) {
		teller_end(siege, t);
		return;
	}
	if (t->at == t->len) {
		t->len = make_line(t->number, a->said, t->line);
		t->at = 0;
	}
	size_t n = 1 + data_random(&state) % (t->len - t->at);
	n = n < t->left ? n : t->left;
	ssize_t sent = n ? send(t->fd, t->line + t->at, n, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
	if (sent < 0 && errno != EAGAIN)
		fail("send: %s", strerror(errno));
	t->at += sent > 0 ? (size_t)sent : 0;
	t->left -= sent > 0 && t->left != UINT64_MAX ? (size_t)sent : 0;
	a->said += t->at == t->len;
	if (t->left == 0) {
		peer_reset(t->fd);
		t->fd = -1;
		siege->resets++;
	} else if (data_random(&state) % 32 == 0) {
		t->rests_until = clock_after((double)(data_random(&state) % 50) / 1000);
	}
}

static void teller_turn(struct siege_lines *siege, struct teller *t, short events)
{
	char none;

	if (t->shut && events & (POLLIN | POLLERR | POLLHUP)) {
		ssize_t n = recv(t->fd, &none, 1, MSG_DONTWAIT);

		if (n != 0)
			fail("instead of the end: %s", n < 0 ? strerror(errno) : "a byte");
		teller_leave(t);
	} else if (!t->shut && events & POLLOUT) {
		teller_send(siege, t);
	}
}

/* A line without its newline; if it was not ENDED by one, it may go on. */
static void hear_line(const struct siege_lines *siege, const char *text, size_t len)
{
	char want[LINE_MOST];
	unsigned number, n;
	uint64_t tag = 0;

	if (siege->tagged) {
		char *behind;

		tag = strtoull(text, &behind, 10);
		if (tag == 0 || *behind != ' ')
			fail("no tag: %.40s", text);
		len -= (size_t)(behind + 1 - text);
		text = behind + 1;
	}
	if (len < LINE_HEAD) {
		scraps++;
		return;
	}
	if (sscanf(text, "%8x %6x ", &number, &n) != 2 || number >= known)
		fail("nobody's line: %.40s", text);

	struct account *a = &accounts[number];
	size_t whole = make_line(number, n, want) - 1;

	if (len > whole || memcmp(text, want, len) != 0)
		fail("another line than was said: %.40s", text);
	if (a->broken || n != a->heard)
		fail("line %u of %u comes after %u", n, number, a->heard);
	if (a->heard > 0 && a->tag != tag)
		fail("%u has had the tag %llu", number, (unsigned long long)a->tag);
	a->tag = tag;
	a->broken = len < whole;
	a->heard += len == whole;
}

static void hear(const struct siege_lines *siege, bool last)
{
	size_t used = 0;
	char *end;

	heard[heard_len] = '\0';
	while ((end = memchr(heard + used, '\n', heard_len - used))) {
		*end = '\0';
		hear_line(siege, heard + used, (size_t)(end - (heard + used)));
		used = (size_t)(end - heard) + 1;
	}
	if (last && used < heard_len)
		hear_line(siege, heard + used, heard_len - used);
	heard_len = last ? 0 : heard_len - used;
	memmove(heard, heard + used, heard_len);
}

static bool listen_to(const struct siege_lines *siege, int fd)
{
	ssize_t n = read(fd, heard + heard_len, sizeof heard - 1 - heard_len);

	if (n <= 0)
		return false;
	heard_len += (size_t)n;
	hear(siege, false);
	return true;
}

/* One look at all; how many are there. */
static unsigned siege_turn(struct siege_lines *siege, const struct siege *size, bool more)
{
	int64_t now = clock_now();
	unsigned there = 0;

	for (unsigned i = 0; i < size->clients; i++) {
		struct teller *t = &tellers[i];

		if (t->fd < 0 && more)
			teller_come(siege, t);
		short events = t->shut ? POLLIN : t->rests_until <= now ? POLLOUT : 0;

		polled[i] = (struct pollfd){ .fd = t->fd, .events = events };
		there += t->fd >= 0;
	}
	polled[size->clients] = (struct pollfd){ .fd = siege->written, .events = POLLIN };
	must(poll(polled, size->clients + 1, 5), "poll");
	if (polled[size->clients].revents)
		(void)listen_to(siege, siege->written);
	for (unsigned i = 0; i < size->clients; i++)
		if (tellers[i].fd >= 0)
			teller_turn(siege, &tellers[i], polled[i].revents);
	return there;
}

static const struct account *one_who_is_owed(void)
{
	for (unsigned i = 0; i < known; i++)
		if (accounts[i].whole && accounts[i].heard < accounts[i].said)
			return &accounts[i];
	return NULL;
}

static void read_files(const struct siege_lines *siege)
{
	DIR *dir = opendir(siege->folder);
	struct dirent *entry;

	if (!dir)
		fail("%s: %s", siege->folder, strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		int fd = must(openat(dirfd(dir), entry->d_name, O_RDONLY), entry->d_name);

		while (listen_to(siege, fd))
			continue;
		hear(siege, true);
		close(fd);
	}
	closedir(dir);
}

static void siege_settle(struct siege_lines *siege)
{
	int64_t patience = clock_after(PATIENCE);

	if (siege->folder)
		read_files(siege);
	while (siege->written >= 0 && one_who_is_owed() && clock_now() < patience)
		if (peer_poll(siege->written, POLLIN, patience))
			(void)listen_to(siege, siege->written);
	while (siege->written >= 0 && peer_poll(siege->written, POLLIN, clock_after(0.1)))
		(void)listen_to(siege, siege->written);
	hear(siege, true);
	for (unsigned i = 0; i < known; i++) {
		const struct account *a = &accounts[i];

		/* Of who was reset, only a newline may be missing. */
		if (a->heard > a->said + !a->whole ||
		    (a->whole && (a->heard < a->said || a->broken)))
			fail("of %u lines of %u, %u came", a->said, i, a->heard);
		siege->lines += a->heard;
	}
	if (scraps > siege->resets)
		fail("%u scraps of %llu clients who were reset", scraps,
		     (unsigned long long)siege->resets);
}

void siege_lines_run(struct siege_lines *siege)
{
	struct siege size = siege_of(siege->place);
	int64_t end = clock_after(size.seconds), patience;

	for (unsigned i = 0; i < size.clients; i++)
		tellers[i].fd = -1;
	while (clock_now() < end)
		siege_turn(siege, &size, true);
	patience = clock_after(PATIENCE * clock_slack());
	while (siege_turn(siege, &size, false) > 0)
		if (clock_now() > patience)
			fail("clients are still there");
	siege_settle(siege);
	if (siege->whole == 0 || siege->resets == 0)
		fail("%llu whole and %llu resets are no siege", (unsigned long long)siege->whole,
		     (unsigned long long)siege->resets);
}
