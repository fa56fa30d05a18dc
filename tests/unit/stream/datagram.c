/* stream/datagram: what a connected datagram socket is asked, on real sockets. */
#include "stream/datagram.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "stream/socket.h"

static uint8_t room[DATAGRAM_BATCH][DATAGRAM_ROOM];
static struct datagram got[DATAGRAM_BATCH];

/* A stream of TYPE that is connected to PLACE. */
static struct stream *connected(const struct place *place, int type)
{
	struct addr at = addr_from((const struct sockaddr *)&place->address, place->address_size);
	int fd = must(socket(place->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	              "socket");
	struct sockaddr nameless = { .sa_family = AF_UNIX };
	struct stream *s;

	if (place->net == NET_UNIX && type == SOCK_DGRAM)
		must(bind(fd, &nameless, sizeof nameless.sa_family), "autobind");
	must(connect(fd, &at.at.any, at.len), place->word);
	s = stream_socket_new(fd, &at, type);
	for (size_t i = 0; i < DATAGRAM_BATCH; i++)
		got[i].at = room[i];
	return s;
}

static int receive(struct stream *s, size_t count, bool *ended)
{
	cr_assert(peer_poll(s->fd, POLLIN, clock_after(PATIENCE)), "nothing came");
	return datagram_receive(s, got, count, ended);
}

static void send_text(struct stream *s, const char *text)
{
	struct datagram d = { .at = (uint8_t *)text, .len = strlen(text) };

	cr_assert_eq(datagram_send(s, &d, 1), 1);
}

Test(datagram, several_go_and_come_in_one_call)
{
	struct datagram out[] = { { (uint8_t *)"one", 3, 0 },
		                  { NULL, 0, 0 },
		                  { (uint8_t *)"3", 1, 0 } };

	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		int fd = dgram_bind(net, &place);
		struct stream *s = connected(&place, SOCK_DGRAM);
		bool ended = true;

		cr_assert_eq(s->nature, STREAM_DATAGRAM);
		cr_assert_eq(datagram_receive(s, got, DATAGRAM_BATCH, &ended), -EAGAIN);
		cr_assert_eq(datagram_send(s, out, 3), 3);
		dgram_answer_first(fd);
		dgram_expect(fd, "one");
		dgram_expect(fd, "");
		dgram_expect(fd, "3");
		dgram_send_text(fd, "");
		dgram_send_text(fd, "two");
		dgram_send_text(fd, "not asked for");
		cr_assert_eq(receive(s, 2, &ended), 2);
		cr_assert(!ended);
		cr_assert_eq(got[0].len, 0);
		cr_assert_eq(got[1].len, 3);
		cr_assert_arr_eq(got[1].at, "two", 3);
		stream_close(s);
		close(fd);
	}
}

Test(datagram, only_what_does_not_fit_is_cut)
{
	static char big[DATAGRAM_ROOM + 1];
	struct place place;
	int fd = dgram_bind(NET_UNIX, &place);
	struct stream *s = connected(&place, SOCK_DGRAM);
	bool ended;

	send_text(s, "x");
	dgram_answer_first(fd);
	dgram_send(fd, big, sizeof big);
	cr_assert_eq(receive(s, DATAGRAM_BATCH, &ended), 1);
	cr_assert_eq(got[0].len, DATAGRAM_ROOM);
	cr_assert_eq(got[0].sent_len, sizeof big);
	dgram_send(fd, big, sizeof big - 1);
	cr_assert_eq(receive(s, DATAGRAM_BATCH, &ended), 1);
	cr_assert_eq(got[0].len, DATAGRAM_ROOM);
	cr_assert_eq(got[0].sent_len, got[0].len);
}

/* An empty datagram before the end, and the end itself. */
Test(datagram, the_end_of_a_seqpacket_peer_is_no_datagram)
{
	struct place place;
	int listener = dgram_listen(&place);
	struct stream *s = connected(&place, SOCK_SEQPACKET);
	int fd = peer_accept(listener);
	bool ended;

	cr_assert_eq(s->nature, STREAM_SEQPACKET);
	dgram_send_text(fd, "");
	cr_assert_eq(receive(s, DATAGRAM_BATCH, &ended), 1);
	cr_assert(!ended);
	cr_assert_eq(got[0].len, 0);
	dgram_send_text(fd, "");
	dgram_send_text(fd, "z");
	dgram_send_text(fd, "");
	close(fd);
	/* The kernel gives one call what was there, and the end as often as there is room. */
	int came = 0;
	for (ended = false; !ended;) {
		int n = receive(s, DATAGRAM_BATCH, &ended);

		cr_assert(n >= 0 && came <= 3);
		came += n;
	}
	cr_assert_eq(came, 3);
}

Test(datagram, a_refusal_is_found_even_if_a_call_has_swallowed_it)
{
	struct place place;
	int pending;
	socklen_t size = sizeof pending;

	for (enum net net = 0; net < NET_UNIX; net++) {
		dgram_nowhere(net, &place);
		struct stream *s = connected(&place, SOCK_DGRAM);

		cr_assert_eq(datagram_trouble(s), 0);
		datagram_hear_errors(s);
		send_text(s, "x");
		cr_assert(peer_poll(s->fd, POLLERR, clock_after(PATIENCE)));
		must(getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &pending, &size), "SO_ERROR");
		cr_assert_eq(pending, ECONNREFUSED);
		cr_assert_eq(datagram_trouble(s), ECONNREFUSED);
		cr_assert_eq(datagram_trouble(s), 0);
		cr_assert(!peer_poll(s->fd, 0, clock_now()), "trouble is still told");
		stream_close(s);
	}
}

static size_t longest_to(enum net net, const char *host)
{
	struct place place = place_tcp(net, host, 7);
	struct stream *s = connected(&place, SOCK_DGRAM);
	size_t longest = datagram_longest(s);

	stream_close(s);
	return longest;
}

Test(datagram, the_longest_is_what_the_path_takes)
{
	struct place place;
	struct stream *s;

	netns_enter_two();
	cr_assert_eq(longest_to(NET_V4, "10.0.0.2"), 1500 - 28);
	cr_assert_eq(longest_to(NET_V6, "2001:db8::2"), 1500 - 48);
	cr_assert_eq(longest_to(NET_V4, "127.0.0.1"), 65507);
	(void)dgram_bind(NET_UNIX, &place);
	s = connected(&place, SOCK_DGRAM);
	cr_assert_eq(datagram_longest(s), DATAGRAM_ROOM);
	/* What it says is taken, and one byte more is not. */
	int small = 4096;
	must(setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), "SO_SNDBUF");
	got[0].len = datagram_longest(s);
	cr_assert_eq(datagram_send(s, got, 1), 1);
	got[0].len++;
	cr_assert_eq(datagram_send(s, got, 1), -EMSGSIZE);
}
