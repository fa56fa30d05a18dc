/* serve/answerer: who gets an answer and who does not, on real sockets. */
#include "serve/answerer.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "serve/services.h"
#include "unit/serve/answerer_rig.h"

static void expect_refused(uint64_t n, int fd)
{
	cr_assert_eq(totals.refused, n);
	cr_assert(!rig_has_answer(fd), "was answered");
}

Test(answerer, echo_gives_back_each_datagram_also_an_empty_one)
{
	static char longest[65507];

	for (size_t i = 0; i < WORDS_COUNT; i++) {
		rig_begin_one("echo", rig_word(i));
		int fd = rig_client(0, NULL);

		memset(longest, 'x', sizeof longest);
		dgram_send_text(fd, "one");
		dgram_send_text(fd, "");
		dgram_send(fd, longest, sizeof longest);
		while (totals.received_datagrams < 3)
			cr_assert_eq(rig_ready(0, 0), 0);
		dgram_expect(fd, "one");
		dgram_expect(fd, "");
		dgram_expect_bytes(fd, longest, sizeof longest);
		cr_assert(totals.sent_datagrams == 3 && totals.sent_bytes == sizeof longest + 3);
		cr_assert_eq(totals.received_bytes, sizeof longest + 3);
		rig_end_one();
		close(fd);
	}
}

Test(answerer, every_service_has_an_answer_or_none)
{
	static const struct {
		const char *service, *question, *answer; /* NULL: anything */
		size_t least, most;
	} rows[] = {
		{ "upper", "quiet", "QUIET", 5, 5 }, { "time", "", NULL, 4, 4 },
		{ "daytime", "", NULL, 30, 64 },     { "qotd", "", NULL, 10, 512 },
		{ "chargen", "x", NULL, 1, 512 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[1000];

		rig_begin_one(rows[i].service, "udp:127.0.0.1:0");
		int fd = rig_client(0, NULL);
		dgram_send_text(fd, rows[i].question);
		cr_assert_eq(rig_ready(0, 0), 0);
		size_t n = dgram_receive(fd, got, sizeof got);
		cr_assert(n >= rows[i].least && n <= rows[i].most, "%s: %zu", rows[i].service, n);
		if (rows[i].answer)
			cr_assert_eq(memcmp(got, rows[i].answer, n), 0);
		rig_end_one();
	}
	rig_begin_one("discard", "udp:127.0.0.1:0");
	int fd = rig_client(0, NULL);
	dgram_send_text(fd, "x");
	cr_assert_eq(rig_ready(0, 0), 0);
	expect_refused(0, fd);
	cr_assert_eq(totals.received_datagrams, 1);
}

/* More than a batch, from two who each get their own; and answers that fill the arena. */
Test(answerer, many_at_once)
{
	rig_begin_one("daytime", "udp:127.0.0.1:0");
	int one = rig_client(0, NULL), two = rig_client(0, NULL);
	char got[100];

	for (size_t i = 0; i < 100; i++)
		dgram_send_text(i % 3 ? one : two, "");
	while (totals.received_datagrams < 100)
		cr_assert_eq(rig_ready(0, 0), 0);
	for (size_t i = 0; i < 100; i++) {
		size_t n = dgram_receive(i % 3 ? one : two, got, sizeof got);
		cr_assert(n > 30 && got[n - 1] == '\n');
	}
	cr_assert(!rig_has_answer(one) && !rig_has_answer(two));
	cr_assert_eq(totals.sent_datagrams, 100);
}

static enum service_next big_step(void *state, struct service_turn *turn)
{
	uint32_t *count = state;

	cr_assert_eq(*count, 0, "not a new state");
	*count = 1;
	memset(turn->room, (char)turn->in[0], turn->room_len);
	turn->give = turn->room;
	turn->give_len = 30000;
	return SERVICE_END;
}

Test(answerer, answers_of_a_batch_do_not_overwrite_each_other)
{
	static const struct service big = { .name = "big", .step = big_step, .state_size = 1000 };
	static char got[40000], expected[30000];

	rig_begin();
	rig_add("echo", "udp:127.0.0.1:0");
	places[0].service = &big;
	rig_add_answerers();
	int fd = rig_client(0, NULL);

	for (char c = 'a'; c <= 'd'; c++)
		dgram_send(fd, &c, 1);
	cr_assert_eq(rig_ready(0, 0), 0);
	cr_assert_eq(totals.received_datagrams, 4);
	for (char c = 'a'; c <= 'd'; c++) {
		memset(expected, c, sizeof expected);
		cr_assert_eq(dgram_receive(fd, got, sizeof got), sizeof expected);
		cr_assert_eq(memcmp(got, expected, sizeof expected), 0, "%c", c);
	}
}

Test(answerer, an_answer_leaves_from_the_address_that_was_asked)
{
	rig_begin_one("echo", "udp:0.0.0.0:0");
	struct addr at;

	(void)listener_socket(places[0].listener, 0, &at);
	struct place place = place_tcp(NET_V4, "127.0.0.2", addr_port(&at));
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
	dgram_send_text(fd, "who are you");
	cr_assert_eq(rig_ready(0, 0), 0);
	dgram_expect(fd, "who are you");
}

/* In a namespace, where all ports are free. */
Test(answerer, ports_of_services_are_not_answered)
{
	static const unsigned known[] = { 7, 9, 13, 17, 19, 37 };
	static const char *const services[] = { "echo", "chargen", "daytime",
		                                "time", "qotd",    "upper" };

	netns_enter();
	rig_begin();
	rig_add("echo", "udp:127.0.0.1:0");
	rig_add("chargen", "udp:127.0.0.1:0");
	rig_add_answerers();
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct place from = place_tcp(NET_V4, "127.0.0.1", known[i]);
		int fd = rig_client(0, &from);

		places[0].service = services_named(services[i], strlen(services[i]));
		dgram_send_text(fd, "storm");
		cr_assert_eq(rig_ready(0, 0), 0);
		expect_refused(i + 1, fd);
		close(fd);
	}
	/* The neighbours of those are nobody. */
	struct place from = place_tcp(NET_V4, "127.0.0.1", 8);
	int fd = rig_client(0, &from);
	dgram_send_text(fd, "calm");
	cr_assert_eq(rig_ready(0, 0), 0);
	dgram_expect(fd, "CALM");
	/* Its own port at another address, and that of the other place. */
	struct addr at;
	for (size_t i = 0; i < PLACES; i++) {
		(void)listener_socket(places[i].listener, 0, &at);
		from = place_tcp(NET_V4, "127.0.0.9", addr_port(&at));
		fd = rig_client(0, &from);
		dgram_send_text(fd, "storm");
		cr_assert_eq(rig_ready(0, 0), 0);
		expect_refused(ARRAY_LEN(known) + i + 1, fd);
	}
	cr_assert_eq(rig_told("\"event\":\"refused\""), 1);
	cr_assert_eq(rig_told("would answer the answer"), 1);
}

/* What nobody but root with a raw socket can send. */
Test(answerer, port_0_is_not_answered)
{
	static const uint8_t udp[] = { 0, 0, 0, 0, 0, 9, 0, 0, 'x' };
	uint8_t packet[sizeof udp];
	struct addr at;

	netns_enter();
	rig_begin_one("echo", "udp:127.0.0.1:0");
	(void)listener_socket(places[0].listener, 0, &at);
	int fd = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP), "raw");
	memcpy(packet, udp, sizeof udp);
	packet[2] = (uint8_t)(addr_port(&at) >> 8);
	packet[3] = (uint8_t)addr_port(&at);
	must((int)sendto(fd, packet, sizeof packet, 0, &at.at.any, at.len), "sendto");
	cr_assert_eq(rig_ready(0, 0), 0);
	cr_assert(totals.refused == 1 && totals.sent_datagrams == 0);
	cr_assert_eq(totals.undelivered_datagrams, 0);
}

/* 10.0.0.1 here is no loopback address, though nothing leaves the machine. */
Test(answerer, what_amplifies_answers_others_where_an_address_is_named)
{
	static const struct {
		const char *service, *word;
		unsigned family;
		bool loopback, others;
	} rows[] = {
		{ "chargen", "udp:0", 0, true, false },
		{ "qotd", "udp:*:0", 0, true, false },
		{ "chargen", "udp:0.0.0.0:0", AF_INET, true, false },
		{ "chargen", "udp:[::]:0", AF_INET6, true, false },
		{ "chargen", "udp:10.0.0.1:0", AF_INET, false, true },
		{ "qotd", "udp:[2001:db8::1]:0", AF_INET6, false, true },
		{ "echo", "udp:0", 0, true, true },
		{ "time", "udp:0", 0, true, true },
	};
	static const struct {
		int family;
		const char *loopback, *other;
	} families[] = { { AF_INET, "127.0.0.1", "10.0.0.1" }, { AF_INET6, "::1", "2001:db8::1" } };

	netns_enter_two();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rig_begin_one(rows[i].service, rows[i].word);
		for (size_t k = 0; k < listener_sockets(places[0].listener); k++) {
			struct addr at;

			(void)listener_socket(places[0].listener, k, &at);
			bool v6 = at.at.any.sa_family == AF_INET6;
			for (int other = 0; other < 2; other++) {
				const char *host =
					other ? families[v6].other : families[v6].loopback;
				bool answered = other ? rows[i].others : rows[i].loopback;
				struct place to =
					place_tcp(v6 ? NET_V6 : NET_V4, host, addr_port(&at));
				int fd = must(socket(families[v6].family,
				                     SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
				              "socket");

				if (!other && !rows[i].loopback)
					continue;
				must(connect(fd, (struct sockaddr *)&to.address, to.address_size),
				     "connect");
				memset(&totals, 0, sizeof totals);
				dgram_send_text(fd, "x");
				cr_assert_eq(rig_ready(0, k), 0);
				cr_assert_eq(rig_has_answer(fd), answered, "%s %s", rows[i].word,
				             host);
				cr_assert_eq(totals.refused, !answered);
			}
		}
		rig_end_one();
	}
}

Test(answerer, nobody_answers_a_socket_without_a_name)
{
	rig_begin_one("echo", rig_word(2));
	struct addr at;

	(void)listener_socket(places[0].listener, 0, &at);
	int fd = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	must((int)sendto(fd, "x", 1, 0, &at.at.any, at.len), "sendto");
	int named = rig_client(0, NULL);
	dgram_send_text(named, "y");
	cr_assert_eq(rig_ready(0, 0), 0);
	dgram_expect(named, "y");
	expect_refused(1, fd);
	cr_assert_eq(rig_told("has no name"), 1);
}

/* Its echo would not be what was sent. */
Test(answerer, one_that_is_too_long_is_not_answered)
{
	static char longer[DATAGRAM_ROOM + 1];

	rig_begin_one("echo", rig_word(2));
	int fd = rig_client(0, NULL);
	dgram_send(fd, longer, sizeof longer);
	cr_assert_eq(rig_ready(0, 0), 0);
	dgram_send(fd, longer, sizeof longer - 1);
	cr_assert_eq(rig_ready(0, 0), 0);
	dgram_expect_bytes(fd, longer, sizeof longer - 1);
	expect_refused(1, fd);
	cr_assert_eq(totals.received_bytes, 2 * sizeof longer - 1);
}

Test(answerer, one_that_is_gone_harms_nobody)
{
	for (size_t i = 0; i < WORDS_COUNT; i++) {
		rig_begin_one("echo", rig_word(i));
		int gone = rig_client(0, NULL), fd = rig_client(0, NULL);

		dgram_send_text(gone, "x");
		close(gone);
		dgram_send_text(fd, "y");
		cr_assert_eq(rig_ready(0, 0), 0);
		dgram_expect(fd, "y");
		dgram_send_text(fd, "z");
		cr_assert_eq(rig_ready(0, 0), 0);
		dgram_expect(fd, "z");
		/* UDP learns of it later, if ever. */
		cr_assert_eq(totals.undelivered_datagrams, i == 2);
		cr_assert_eq(totals.sent_datagrams, i == 2 ? 2 : 3);
		rig_end_one();
	}
}
