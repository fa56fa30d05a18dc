#include "harness/dgram.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"

static void set_word(struct place *place, const char *scheme)
{
	if (place->net == NET_UNIX)
		snprintf(place->word, sizeof(place->word), "%s:%.100s", scheme, place->host);
	else
		snprintf(place->word, sizeof(place->word),
		         place->net == NET_V6 ? "udp:[%.64s]:%s" : "udp:%.64s:%s", place->host,
		         place->port);
}

static int bind_at(int type, struct place *place)
{
	int fd = must(socket(place->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	              "socket");

	must(bind(fd, (struct sockaddr *)&place->address, place->address_size), place->word);
	*place = place_of(fd, place);
	return fd;
}

int dgram_bind(enum net net, struct place *place)
{
	int fd;

	*place = place_any(net);
	fd = bind_at(SOCK_DGRAM, place);
	set_word(place, "unix-dgram");
	return fd;
}

int dgram_listen(struct place *place)
{
	int fd;

	*place = place_any(NET_UNIX);
	fd = bind_at(SOCK_SEQPACKET, place);
	must(listen(fd, 4), "listen");
	set_word(place, "unix-seqpacket");
	return fd;
}

void dgram_nowhere(enum net net, struct place *place)
{
	close(dgram_bind(net, place));
}

static void await(int fd)
{
	if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
		fail("no datagram came from sockit");
}

void dgram_answer_first(int fd)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	char byte;

	await(fd);
	must((int)recvfrom(fd, &byte, 1, MSG_PEEK | MSG_TRUNC, (struct sockaddr *)&from, &size),
	     "peek");
	must(connect(fd, (struct sockaddr *)&from, size), "connect");
}

size_t dgram_receive(int fd, void *buf, size_t size)
{
	await(fd);
	return (size_t)must((int)recv(fd, buf, size, 0), "recv");
}

void dgram_expect_bytes(int fd, const void *bytes, size_t n)
{
	static char got[70000];
	size_t size = dgram_receive(fd, got, sizeof(got));

	if (size != n || memcmp(got, bytes, n) != 0)
		fail("got a datagram of %zu bytes '%.*s', expected %zu '%.*s'", size,
		     size > 50 ? 50 : (int)size, got, n, n > 50 ? 50 : (int)n, (const char *)bytes);
}

void dgram_expect(int fd, const char *text)
{
	dgram_expect_bytes(fd, text, strlen(text));
}

void dgram_send(int fd, const void *bytes, size_t n)
{
	if (!peer_poll(fd, POLLOUT, clock_after(PATIENCE)))
		fail("sockit does not take datagrams");
	must((int)send(fd, bytes, n, MSG_NOSIGNAL), "send");
}

void dgram_send_text(int fd, const char *text)
{
	dgram_send(fd, text, strlen(text));
}
