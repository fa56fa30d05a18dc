#include "harness/peer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

enum { BACKLOG = 8 };

static int open_socket(const struct place *place)
{
	return must(socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	            "socket");
}

static int bind_and_listen(int fd, struct place *place)
{
	int on = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
	must(bind(fd, (struct sockaddr *)&place->address, place->address_size), place->word);
	must(listen(fd, BACKLOG), "listen");
	*place = place_of(fd, place);
	return fd;
}

int peer_listen_at(struct place *place)
{
	return bind_and_listen(open_socket(place), place);
}

int peer_listen(enum net net, struct place *place)
{
	*place = place_any(net);
	return peer_listen_at(place);
}

int peer_listen_narrow(enum net net, struct place *place)
{
	int least = 1;
	int fd;

	*place = place_any(net);
	fd = open_socket(place);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), "SO_RCVBUF");
	return bind_and_listen(fd, place);
}

bool peer_poll(int fd, short events, long long deadline)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return must(poll(&poll_fd, 1, clock_poll_ms(deadline)), "poll") > 0;
}

int peer_accept(int listener)
{
	if (!peer_poll(listener, POLLIN, clock_after(PATIENCE)))
		fail("nobody connected");
	return must(accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept");
}

/*
 * Our SYN was acknowledged. What then befell it, a reset, is left for a read to tell: SO_ERROR
 * would take that.
 */
static bool was_accepted(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	       info.tcpi_bytes_acked > 0;
}

/* Connect, waiting for the answer; -1 and errno when there is none to talk to. */
static int try_connect(const struct place *place)
{
	int fd = open_socket(place), error = 0;
	socklen_t size = sizeof(error);

	if (connect(fd, (const struct sockaddr *)&place->address, place->address_size) == 0)
		return fd;
	if (errno != EINPROGRESS || !peer_poll(fd, POLLOUT, clock_after(PATIENCE)))
		error = errno;
	else if (!was_accepted(fd))
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int peer_connect(const struct place *place)
{
	int64_t deadline = clock_after(PATIENCE);
	int fd;

	while ((fd = try_connect(place)) < 0) {
		if (clock_now() >= deadline)
			must(fd, place->word);
		clock_pause(0.002);
	}
	return fd;
}

void peer_send(int fd, const char *text)
{
	int64_t deadline = clock_after(PATIENCE);

	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = send(fd, text, left, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			must(-1, "send");
		if (n < 0 && !peer_poll(fd, POLLOUT, deadline))
			fail("sockit does not take what is sent to it");
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
}

static ssize_t receive(int fd, void *buffer, size_t size)
{
	if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
		fail("nothing came from sockit");
	return recv(fd, buffer, size, 0);
}

void peer_expect(int fd, const char *text)
{
	char got[4096];

	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = receive(fd, got, left < sizeof(got) ? left : sizeof(got));

		if (must((int)n, "recv") == 0)
			fail("the stream ended where '%s' was expected", text);
		if (memcmp(got, text, (size_t)n) != 0)
			fail("got '%.*s', expected '%s'", (int)n, got, text);
		text += n;
		left -= (size_t)n;
	}
}

void peer_expect_end(int fd)
{
	char got[64];
	ssize_t n = receive(fd, got, sizeof(got));

	if (must((int)n, "recv at the end of the stream") != 0)
		fail("got '%.*s', expected the end of the stream", (int)n, got);
}

void peer_expect_reset(int fd)
{
	char byte;

	if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
		fail("nothing came");
	ssize_t n = recv(fd, &byte, 1, 0);
	if (n >= 0 || errno != ECONNRESET)
		fail("no reset: %s", n > 0 ? "a byte" : n == 0 ? "the end" : strerror(errno));
}

void peer_expect_nothing(int fd, double seconds)
{
	char got[64];
	ssize_t n;

	if (!peer_poll(fd, POLLIN, clock_after(seconds)))
		return;
	n = recv(fd, got, sizeof(got), 0);
	if (n < 0)
		fail("an error came where nothing should: %s", strerror(errno));
	fail("%s came where nothing should", n ? "data" : "the end of the stream");
}

void peer_expect_hangup(int fd)
{
	struct pollfd poll_fd = { .fd = fd };

	if (must(poll(&poll_fd, 1, (int)(PATIENCE * 1000)), "poll") == 0)
		fail("the connection is still open");
}

void peer_shut(int fd)
{
	must(shutdown(fd, SHUT_WR), "shutdown");
}

void peer_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "SO_LINGER");
	close(fd);
}

static bool all_acknowledged(void *arg)
{
	int unsent;

	must(ioctl(*(int *)arg, SIOCOUTQ, &unsent), "SIOCOUTQ");
	return unsent == 0;
}

void peer_await_acknowledged(int fd)
{
	if (!clock_watch(all_acknowledged, &fd, clock_after(PATIENCE)))
		fail("sockit's kernel did not acknowledge what was sent");
}

static size_t unread(int fd)
{
	int n;

	must(ioctl(fd, FIONREAD, &n), "FIONREAD");
	return (size_t)n;
}

void peer_await_unread(int fd, size_t n)
{
	int64_t grown_at = clock_now();
	size_t seen = 0;

	while (seen < n && clock_since(grown_at) < 0.2) {
		size_t now = unread(fd);

		if (now != seen)
			grown_at = clock_now();
		seen = now;
		clock_pause(0.002);
	}
}
