/* stream/socket: reads and writes on connected sockets, and what only a socket can be asked. */
#include "stream/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "net/sockopt.h"
#include "sys/call.h"

/* A stream connected to the test over NET; *peer is the test's side. */
static struct stream *connected(enum net net, int *peer)
{
	struct place place;
	int listener = peer_listen(net, &place), fd = peer_connect(&place);
	struct addr a = addr_from((struct sockaddr *)&place.address, place.address_size);
	struct stream *s = stream_socket_new(fd, &a, SOCK_STREAM);

	*peer = peer_accept(listener);
	close(listener);
	cr_assert_not_null(s);
	cr_assert_eq(s->nature, net == NET_UNIX ? STREAM_SOCKET : STREAM_TCP);
	return s;
}

static struct io settled_read(struct stream *s)
{
	char buf[64];

	cr_assert(peer_poll(s->fd, POLLIN, clock_after(PATIENCE)));
	return s->ops->read(s, buf, sizeof buf);
}

Test(socket, reads_and_writes_never_block)
{
	static char much[1 << 20];

	for (enum net net = 0; net < NET_COUNT; net++) {
		int peer;
		struct stream *s = connected(net, &peer);
		struct io io;

		cr_assert_eq(s->ops->read(s, much, sizeof much).kind, IO_WANT_READ);
		while ((io = s->ops->write(s, much, sizeof much)).kind == IO_DONE)
			cr_assert(io.n > 0);
		cr_assert_eq(io.kind, IO_WANT_WRITE);
		peer_send(peer, "hello");
		io = settled_read(s);
		cr_assert_eq(io.kind, IO_DONE);
		cr_assert_eq(io.n, 5);
		cr_assert_eq(s->ops->splice_fd(s), s->fd);
		cr_assert_eq(stream_close(s), 0);
		close(peer);
	}
}

Test(socket, each_direction_ends_by_itself)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		int peer;
		struct stream *s = connected(net, &peer);

		cr_assert_eq(s->ops->shut_write(s), 0);
		peer_expect_end(peer);
		peer_send(peer, "late");
		peer_shut(peer);
		cr_assert_eq(settled_read(s).kind, IO_DONE);
		cr_assert_eq(settled_read(s).kind, IO_END);
		stream_close(s);
		close(peer);
	}
}

/* Raises no SIGPIPE, whose default is in force here. */
Test(socket, a_peer_that_is_gone_is_an_errno)
{
	int peer;
	struct stream *s = connected(NET_UNIX, &peer);

	signal(SIGPIPE, SIG_DFL);
	close(peer);
	struct io io = s->ops->write(s, "x", 1);
	cr_assert_eq(io.kind, IO_FAILED);
	cr_assert_eq(io.error, EPIPE);
	stream_close(s);
	s = connected(NET_V4, &peer);
	peer_reset(peer);
	io = settled_read(s);
	cr_assert_eq(io.kind, IO_FAILED);
	cr_assert_eq(io.error, ECONNRESET);
	stream_close(s);
}

Test(socket, a_pending_error_is_told_once)
{
	int peer;
	struct stream *s = connected(NET_V6, &peer);

	cr_assert_eq(stream_pending_error(s), 0);
	peer_reset(peer);
	cr_assert(peer_poll(s->fd, POLLIN, clock_after(PATIENCE)));
	cr_assert_eq(stream_pending_error(s), ECONNRESET);
	cr_assert_eq(stream_pending_error(s), 0);
	stream_close(s);
}

static bool is_acknowledged(void *arg)
{
	return stream_unacked(arg) == 0;
}

Test(socket, unacknowledged_bytes_are_counted_on_tcp)
{
	static char much[1 << 20];
	int peer, local_peer;
	struct stream *s = connected(NET_V4, &peer), *local = connected(NET_UNIX, &local_peer);

	while (s->ops->write(s, much, sizeof much).kind == IO_DONE)
		continue;
	cr_assert(stream_unacked(s) > 0);
	while (stream_unacked(s) > 0)
		cr_assert(read(peer, much, sizeof much) != 0);
	cr_assert(clock_watch(is_acknowledged, s, clock_after(PATIENCE)));
	/* A Unix socket has no such thing. */
	cr_assert_eq(local->ops->write(local, "x", 1).kind, IO_DONE);
	cr_assert_eq(stream_unacked(local), 0);
	stream_close(s);
	stream_close(local);
}

static int option(const struct stream *s, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof value;

	must(getsockopt(s->fd, level, name, &value, &len), "getsockopt");
	return value;
}

Test(socket, keepalive_and_low_water)
{
	int peer;
	struct stream *s = connected(NET_V4, &peer);

	stream_keep_alive(s, STREAM_KEEP_IDLE);
	cr_assert_eq(option(s, SOL_SOCKET, SO_KEEPALIVE), 1);
	cr_assert_eq(option(s, IPPROTO_TCP, TCP_KEEPIDLE), 15);
	cr_assert_eq(option(s, IPPROTO_TCP, TCP_KEEPINTVL), 5);
	cr_assert_eq(option(s, IPPROTO_TCP, TCP_KEEPCNT), 3);
	stream_set_low_water(s, 1000);
	cr_assert_eq(option(s, SOL_SOCKET, SO_RCVLOWAT), 1000);
	peer_send(peer, "x");
	cr_assert(!peer_poll(s->fd, POLLIN, clock_after(0.02)));
	stream_set_low_water(s, 1);
	cr_assert(peer_poll(s->fd, POLLIN, clock_after(PATIENCE)));
	stream_close(s);
	s = connected(NET_UNIX, &peer);
	stream_keep_alive(s, NSEC_PER_SEC);
	cr_assert_eq(option(s, SOL_SOCKET, SO_KEEPALIVE), 0);
	stream_close(s);
}

/* Every number of TCP_INFO becomes 2,000: so many microseconds is the shortest round trip then. */
static void tell_of_a_distance(struct sys_observer *self, const struct sys_call *call)
{
	uint32_t *numbers = (uint32_t *)call->arg[3];

	(void)self;
	if (call->op == SYS_GETSOCKOPT && call->arg[2] == TCP_INFO)
		for (size_t i = 0; i < *(const socklen_t *)call->arg[4] / sizeof *numbers; i++)
			numbers[i] = 2000;
}

/* SO_SNDBUF, doubled by the kernel, of a connection whose options ASKED were asked for. */
static int buffer_once_bounded(enum net net, const char *asked, bool distant)
{
	struct sys_observer observer = { .after = tell_of_a_distance };
	struct sockopt_list list = { 0 };
	struct err err;
	int peer;
	struct stream *s = connected(net, &peer);

	if (asked)
		cr_assert_eq(sockopt_list_add(&list, asked, &err), 0);
	stream_keep_options(s, &list);
	if (distant)
		sys_observe(&observer);
	stream_bound_unsent(s, 1 << 16);
	sys_observe(NULL);
	if (net != NET_UNIX)
		cr_assert_eq(option(s, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 1 << 16);
	int bytes = option(s, SOL_SOCKET, SO_SNDBUF);
	stream_close(s);
	close(peer);
	return bytes;
}

Test(socket, the_loopback_keeps_as_much_as_caches_do)
{
	int unbounded = buffer_once_bounded(NET_V4, NULL, true);

	cr_assert_eq(buffer_once_bounded(NET_V4, NULL, false), 320 << 10);
	cr_assert_eq(buffer_once_bounded(NET_V6, NULL, false), 320 << 10);
	cr_assert_neq(unbounded, 320 << 10);
	/* What the user asked for stays, though nothing here has set it. */
	cr_assert_eq(buffer_once_bounded(NET_V4, "sndbuf=1M", false), unbounded);
	cr_assert_eq(buffer_once_bounded(NET_V4, "sndbufforce=1M", false), unbounded);
	cr_assert_neq(buffer_once_bounded(NET_UNIX, NULL, false), 320 << 10);
}
