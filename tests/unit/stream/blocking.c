/* stream/blocking: it blocks, but never for good. */
#include "stream/blocking.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "net/addr.h"
#include "sys/socket.h"

/* A stream accepted from the test over NET; *peer is the test's side. */
static struct stream_blocking accepted(enum net net, int *peer)
{
	struct stream_blocking s;
	struct place place;
	struct addr a = { .len = sizeof a.at };
	int listener = peer_listen(net, &place);

	cr_assert_eq(stream_blocking_listen(listener), 0);
	cr_assert_not(must(fcntl(listener, F_GETFL), "fcntl") & O_NONBLOCK);
	*peer = peer_connect(&place);
	int fd = sys_accept_blocking(listener, &a.at.any, &a.len);
	cr_assert(fd >= 0);
	cr_assert_not(must(fcntl(fd, F_GETFL), "fcntl") & O_NONBLOCK);
	cr_assert(must(fcntl(fd, F_GETFD), "fcntl") & FD_CLOEXEC);
	close(listener);
	cr_assert_eq(stream_blocking_init(&s, fd, &a), 0);
	return s;
}

Test(stream_blocking, a_read_waits_for_nothing_that_was_not_found_to_be_there)
{
	for (enum net net = 0; net < NET_COUNT; net++) {
		char buf[16];
		int peer;
		struct stream_blocking s = accepted(net, &peer);

		cr_assert_eq(s.stream.ops->read(&s.stream, buf, sizeof buf).kind, IO_WANT_READ);
		peer_send(peer, "hello");
		cr_assert(peer_poll(s.stream.fd, POLLIN, clock_after(PATIENCE)));
		s.readable = true;
		struct io io = s.stream.ops->read(&s.stream, buf, sizeof buf);
		cr_assert(io.kind == IO_DONE && io.n == 5);
		cr_assert_eq(s.stream.ops->read(&s.stream, buf, sizeof buf).kind, IO_WANT_READ);
		cr_assert_eq(s.stream.ops->shut_write(&s.stream), 0);
		peer_expect_end(peer);
		close(peer);
		cr_assert(peer_poll(s.stream.fd, POLLIN, clock_after(PATIENCE)));
		s.readable = true;
		cr_assert_eq(s.stream.ops->read(&s.stream, buf, sizeof buf).kind, IO_END);
		cr_assert_eq(stream_close(&s.stream), 0);
	}
}

Test(stream_blocking, a_write_waits_for_room_but_not_for_good)
{
	static char much[1 << 20];

	for (enum net net = 0; net < NET_COUNT; net++) {
		int64_t start = clock_now();
		struct io io;
		int peer;
		struct stream_blocking s = accepted(net, &peer);

		while ((io = s.stream.ops->write(&s.stream, much, sizeof much)).kind == IO_DONE)
			continue;
		cr_assert_eq(io.kind, IO_WANT_WRITE);
		cr_assert_gt(clock_since(start), 0.2, "it did not wait");
		cr_assert_lt(clock_since(start), PATIENCE);
		cr_assert_eq(stream_close(&s.stream), 0);
		close(peer);
	}
}

/* Much more than any socket holds is written in one call while somebody reads. */
static void *read_all(void *arg)
{
	static char buf[65536];
	uint64_t *left = arg;
	int fd = (int)left[1];

	while (left[0] > 0 && peer_poll(fd, POLLIN, clock_after(PATIENCE))) {
		ssize_t n = recv(fd, buf, sizeof buf, 0);

		if (n <= 0)
			break;
		left[0] -= (uint64_t)n;
	}
	return NULL;
}

Test(stream_blocking, a_write_goes_on_while_there_is_room_again)
{
	enum { MUCH = 32 << 20 };
	char *much = calloc(1, MUCH);
	pthread_t reader;
	int peer;
	struct stream_blocking s = accepted(NET_V4, &peer);
	uint64_t left[2] = { MUCH, (uint64_t)peer };

	cr_assert_not_null(much);
	cr_assert_eq(pthread_create(&reader, NULL, read_all, left), 0);
	for (size_t at = 0; at < MUCH;) {
		struct io io = s.stream.ops->write(&s.stream, much + at, MUCH - at);

		cr_assert(io.kind == IO_DONE || io.kind == IO_WANT_WRITE);
		at += io.n;
	}
	pthread_join(reader, NULL);
	cr_assert_eq(left[0], 0);
	cr_assert_eq(stream_close(&s.stream), 0);
	free(much);
}

Test(stream_blocking, an_accept_that_finds_nobody_comes_back)
{
	struct addr a = { .len = sizeof a.at };
	struct place place;
	int listener = peer_listen(NET_V4, &place);

	cr_assert_eq(stream_blocking_listen(listener), 0);
	cr_assert_eq(sys_accept_blocking(listener, &a.at.any, &a.len), -EAGAIN);
}
