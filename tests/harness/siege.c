#include "harness/siege.h"

#include <dirent.h>
#include <errno.h>
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
#include "harness/scratch.h"

enum { SIEGE_CHUNK = 16384 };

/* One of them. */
struct besieger {
	int fd; /* -1: there is none now */
	struct data data;
	uint64_t sent, got;
	uint64_t reset_at; /* bytes that came; UINT64_MAX: it stays to the end */
	int64_t rests_until;
	bool shut;
};

static struct besieger all[SIEGE_MOST];
static struct pollfd polled[SIEGE_MOST];
static uint64_t state = 42;

struct siege siege_of(const struct place *place)
{
	bool is_big = getenv("SOCKIT_BIG") != NULL;
	bool is_long = is_big || getenv("SOCKIT_LONG") != NULL;
	double seconds = is_long ? 10 : 2;

	if (is_big)
		seconds = 60;
	return (struct siege){
		.place = place,
		.clients = is_long ? SIEGE_MOST : 100,
		.seconds = seconds,
		.longest = 300000,
	};
}

static void besieger_come(const struct siege *siege, struct besieger *b)
{
	uint64_t size = data_random(&state) % (siege->longest + 1);

	*b = (struct besieger){
		.fd = peer_connect(siege->place),
		.data = data_binary(data_random(&state), size),
		.reset_at = data_random(&state) % 5 ? UINT64_MAX : data_random(&state) % (size + 1),
	};
}

static void besieger_send(struct besieger *b)
{
	char buf[SIEGE_CHUNK];
	uint64_t left = b->data.size - b->sent, n = 1 + data_random(&state) % sizeof buf;

	n = n < left ? n : left;
	data_fill(&b->data, b->sent, buf, n);
	ssize_t sent = send(b->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN)
		fail("send after %llu: %s", (unsigned long long)b->sent, strerror(errno));
	b->sent += sent > 0 ? (uint64_t)sent : 0;
	if (data_random(&state) % 8 == 0)
		b->rests_until = clock_after((double)(data_random(&state) % 50) / 1000);
	if (b->sent == b->data.size) {
		peer_shut(b->fd);
		b->shut = true;
	}
}

/* What comes, up to its end. */
static void besieger_receive(struct siege *siege, struct besieger *b)
{
	char buf[SIEGE_CHUNK];
	ssize_t n = recv(b->fd, buf, sizeof buf, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		fail("after %llu of %llu: %s", (unsigned long long)b->got,
		     (unsigned long long)b->data.size, strerror(errno));
	if (data_compare(&b->data, b->got, buf, (size_t)n) != (size_t)n)
		fail("other bytes after %llu", (unsigned long long)b->got);
	b->got += (uint64_t)n;
	if (n > 0)
		return;
	if (b->got != b->data.size)
		fail("the end after %llu of %llu", (unsigned long long)b->got,
		     (unsigned long long)b->data.size);
	siege->whole++;
	siege->bytes += b->got;
	close(b->fd);
	b->fd = -1;
}

static void besieger_turn(struct siege *siege, struct besieger *b, short events)
{
	if (events & (POLLIN | POLLERR | POLLHUP))
		besieger_receive(siege, b);
	if (b->fd >= 0 && b->got >= b->reset_at) {
		peer_reset(b->fd);
		b->fd = -1;
		siege->resets++;
	}
	if (b->fd >= 0 && events & POLLOUT && !b->shut)
		besieger_send(b);
}

/* One look at all; how many there are. */
static unsigned siege_turn(struct siege *siege, bool more)
{
	int64_t now = clock_now();
	unsigned there = 0;

	for (unsigned i = 0; i < siege->clients; i++) {
		struct besieger *b = &all[i];

		if (b->fd < 0 && more)
			besieger_come(siege, b);
		bool sends = !b->shut && b->rests_until <= now;
		polled[i] = (struct pollfd){ .fd = b->fd,
			                     .events = (short)(POLLIN | (sends ? POLLOUT : 0)) };
		there += b->fd >= 0;
	}
	must(poll(polled, siege->clients, 5), "poll");
	for (unsigned i = 0; i < siege->clients; i++)
		if (all[i].fd >= 0)
			besieger_turn(siege, &all[i], polled[i].revents);
	return there;
}

void siege_run(struct siege *siege)
{
	int64_t end = clock_after(siege->seconds), patience;

	for (unsigned i = 0; i < siege->clients; i++)
		all[i].fd = -1;
	while (clock_now() < end)
		siege_turn(siege, true);
	patience = clock_after(PATIENCE * clock_slack());
	while (siege_turn(siege, false) > 0)
		if (clock_now() > patience)
			fail("clients are still there");
	if (siege->whole == 0 || siege->resets == 0)
		fail("%llu whole and %llu resets are no siege", (unsigned long long)siege->whole,
		     (unsigned long long)siege->resets);
}

unsigned siege_descriptors(const struct child *server)
{
	char path[64];
	unsigned count = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)server->pid);
	DIR *dir = opendir(path);
	if (!dir)
		fail("%s: %s", path, strerror(errno));
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

struct leftovers {
	const struct child *server;
	unsigned before, descriptors;
	const char *children;
};

static bool has_left_nothing(void *arg)
{
	struct leftovers *l = arg;
	char path[64];

	l->descriptors = siege_descriptors(l->server);
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)l->server->pid,
	         (int)l->server->pid);
	l->children = scratch_read(path);
	return l->descriptors <= l->before && l->children && !l->children[0];
}

void siege_expect_left_nothing(const struct child *server, unsigned before)
{
	struct leftovers l = { .server = server, .before = before };

	if (!clock_watch(has_left_nothing, &l, clock_after(PATIENCE)))
		child_blame(server, "%u descriptors instead of %u, children: %s", l.descriptors,
		            before, l.children ? l.children : "unknown");
}
