/* `echo-serve` with datagrams: every service against the other programs, and who gets no answer. */
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* In the words, @h is the host or the path, @p the port, @n a path of the client's own. */
static const char *const askers[][NET_COUNT] = {
	{ "nc.openbsd -u @h @p", "nc.openbsd -6u @h @p", "nc.openbsd -uU @h" },
	{ "ncat -u @h @p", "ncat -6u @h @p", NULL },
	{ "socat - UDP4:@h:@p", "socat - UDP6:[@h]:@p", "socat - UNIX-SENDTO:@h,bind=@n" },
	{ "\"$SOCKIT\" connect udp:@h:@p", "\"$SOCKIT\" connect udp:[@h]:@p",
	  "\"$SOCKIT\" connect unix-dgram:@h" },
	{ "python3 -c \"$PYTHON\" 2 @h @p", "python3 -c \"$PYTHON\" 10 @h @p",
	  "python3 -c \"$PYTHON\" 1 @h ''" },
};

static const char python_program[] = "PYTHON=import socket, sys, os\n"
				     "family, host, port = sys.argv[1:]\n"
				     "s = socket.socket(int(family), socket.SOCK_DGRAM)\n"
				     "if not port: s.bind('')\n"
				     "s.connect((host, int(port)) if port else host)\n"
				     "s.send(os.read(0, 1000))\n"
				     "os.write(1, s.recv(65536))\n"
				     "os.read(0, 1)\n";

static struct child start_asker(const char *words, const struct place *place)
{
	static char sockit[300];
	char line[512] = "exec ";
	size_t n = strlen(line);

	for (; *words; words++) {
		const char *piece = (char[]){ *words, '\0' };

		if (*words == '@') {
			words++;
			piece = *words == 'h'   ? place->host
			        : *words == 'p' ? place->port
			                        : scratch_fresh();
		}
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s", piece);
	}
	snprintf(sockit, sizeof(sockit), "SOCKIT=%s", getenv("SOCKIT"));
	return child_start(&(struct plan){ .program = "sh",
	                                   .args = WORDS("-c", line),
	                                   .env = WORDS(sockit, python_program),
	                                   .in = { END_PIPE },
	                                   .out = { END_PIPE } });
}

/* What comes from FD until it has LEAST bytes. */
static size_t read_some(int fd, char *got, size_t size, size_t least)
{
	size_t n = 0;

	while (n < least) {
		if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
			fail("only %zu bytes came", n);
		ssize_t some = read(fd, got + n, size - n);
		if (some <= 0)
			fail("ended after %zu bytes", n);
		n += (size_t)some;
	}
	return n;
}

struct row {
	const char *service, *answer; /* NULL: anything */
	size_t least, most;
};

static void ask_all(enum net net, const char *model)
{
	static const struct row rows[] = {
		{ "echo", "question?\n", 10, 10 },
		{ "upper", "QUESTION?\n", 10, 10 },
		{ "time", NULL, 4, 4 },
		{ "daytime", NULL, 30, 60 },
		{ "qotd", NULL, 10, 512 },
		{ "chargen", NULL, 1, 512 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place place;
		struct child server =
			echo_serve(rows[i].service, net, true, WORDS("--model", model), &place);

		for (size_t k = 0; k < ARRAY_LEN(askers); k++) {
			char got[1000];

			if (!askers[k][net])
				continue;
			struct child child = start_asker(askers[k][net], &place);
			child_feed(&child, "question?\n");
			size_t n = read_some(child.out, got, sizeof(got), rows[i].least);
			if (n > rows[i].most)
				child_blame(&child, "%s: %zu bytes", rows[i].service, n);
			if (rows[i].answer && memcmp(got, rows[i].answer, n) != 0)
				child_blame(&child, "%s: %.*s", rows[i].service, (int)n, got);
			child_signal(&child, SIGKILL);
			child_finish(&child);
		}
		child_signal(&server, SIGTERM);
		child_expect(&server, 128 + SIGTERM);
	}
}

static const char *const models[] = { ECHO_SERVE_MODELS };

Test(echo_datagrams, udp_v4)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		ask_all(NET_V4, models[i]);
}

Test(echo_datagrams, udp_v6)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		ask_all(NET_V6, models[i]);
}

Test(echo_datagrams, unix_dgram)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		ask_all(NET_UNIX, models[i]);
}

Test(echo_datagrams, each_is_answered_also_an_empty_one_and_the_longest)
{
	static char longest[65507];

	memset(longest, 'x', sizeof(longest));
	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		struct child server = echo_serve("echo", net, true, NULL, &place);
		int fd = echo_serve_dgram(&place);

		dgram_send_text(fd, "");
		dgram_expect(fd, "");
		dgram_send(fd, longest, sizeof(longest));
		dgram_expect_bytes(fd, longest, sizeof(longest));
		for (int i = 0; i < 50; i++) {
			dgram_send_text(fd, i % 2 ? "odd" : "even");
			dgram_expect(fd, i % 2 ? "odd" : "even");
		}
		child_signal(&server, SIGTERM);
		child_expect(&server, 128 + SIGTERM);
	}
}

/* An end, told with all counts. */
static void expect_totals(struct child *server, uint64_t received, uint64_t sent, uint64_t refused)
{
	child_signal(server, SIGTERM);
	child_expect(server, 128 + SIGTERM);
	json_t *events = events_parse(child_err(server));
	json_t *totals = events_where(events, "event", "totals");

	if (!totals ||
	    json_integer_value(json_object_get(totals, "received_datagrams")) !=
	            (json_int_t)received ||
	    json_integer_value(json_object_get(totals, "sent_datagrams")) != (json_int_t)sent ||
	    json_integer_value(json_object_get(totals, "refused")) != (json_int_t)refused)
		child_blame(server, "the totals are not %d, %d, %d", (int)received, (int)sent,
		            (int)refused);
	json_decref(events);
}

Test(echo_datagrams, each_is_an_event)
{
	struct place place;
	struct child server =
		echo_serve("daytime", NET_V4, true, WORDS("--json", "--stats"), &place);
	int fd = echo_serve_dgram(&place);
	char got[100];

	dgram_send_text(fd, "when");
	size_t n = dgram_receive(fd, got, sizeof(got));
	child_await_err(&server, "\"datagram\"");
	json_t *events = events_parse(child_err(&server));
	json_t *event = events_where(events, "event", "datagram");
	cr_assert_str_eq(json_string_value(json_object_get(event, "service")), "daytime");
	cr_assert_str_eq(json_string_value(json_object_get(event, "peer_addr")), "127.0.0.1");
	cr_assert_eq(json_integer_value(json_object_get(event, "size")), 4);
	cr_assert(json_is_true(json_object_get(event, "answered")));
	cr_assert_eq(json_integer_value(json_object_get(event, "answer_size")), (json_int_t)n);
	json_decref(events);
	expect_totals(&server, 1, 1, 0);
}

Test(echo_datagrams, threads_answer_alike)
{
	struct place place;
	struct child server = echo_serve("echo", NET_V4, true,
	                                 WORDS("--threads", "3", "--json", "--stats"), &place);
	int fds[20];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = echo_serve_dgram(&place);
		dgram_send(fds[i], &fds[i], sizeof(fds[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		dgram_expect_bytes(fds[i], &fds[i], sizeof(fds[i]));
	expect_totals(&server, ARRAY_LEN(fds), ARRAY_LEN(fds), 0);
}

Test(echo_datagrams, what_is_of_clients_has_no_meaning)
{
	static const char *const options[] = { "--max-conns", "--max-accepts", "--idle-timeout",
		                               "--drain" };

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct child child =
			sockit_expect(WORDS("echo-serve", "-u", options[i], "5", "0"), 2);

		child_says(&child, "has no meaning for * port 0 over UDP");
		child_says(&child, options[i]);
	}
}

/* Two services of one process, and a forged datagram that would set them on each other. */
Test(echo_datagrams, two_services_do_not_answer_each_other)
{
	static const unsigned ports[][2] = { { 7, 19 }, { 7777, 7799 } };
	unsigned char packet[] = { 0, 0, 0, 0, 0, 13, 0, 0, 's', 't', 'o', 'r', 'm' };

	netns_enter();
	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		char echo[64], chargen[64];
		struct place to = place_tcp(NET_V4, "127.0.0.1", ports[i][0]);
		int raw = must(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP), "raw socket");

		snprintf(echo, sizeof(echo), "echo=udp:127.0.0.1:%u", ports[i][0]);
		snprintf(chargen, sizeof(chargen), "chargen=udp:127.0.0.1:%u", ports[i][1]);
		struct child server = child_start(&(struct plan){
			.args = WORDS("echo-serve", echo, chargen, "--json", "--stats") });
		child_await_err(&server, i == 0 ? "\"local_port\":19" : "\"local_port\":7799");
		packet[0] = (unsigned char)(ports[i][1] >> 8);
		packet[1] = (unsigned char)ports[i][1];
		packet[2] = (unsigned char)(ports[i][0] >> 8);
		packet[3] = (unsigned char)ports[i][0];
		for (int k = 0; k < 3; k++)
			must((int)sendto(raw, packet, sizeof(packet), 0,
			                 (struct sockaddr *)&to.address, to.address_size),
			     "sendto");
		/* Others are answered meanwhile. */
		int fd = echo_serve_dgram(&to);
		dgram_send_text(fd, "calm");
		dgram_expect(fd, "calm");
		child_await_err(&server, "\"refused\"");
		cr_assert_eq(count_of(child_err(&server), "\"event\":\"refused\""), 1);
		expect_totals(&server, 4, 1, 3);
		close(raw);
		close(fd);
	}
}

/* From another machine. */
static void ask_from_afar(const char *service, const char *endpoint, enum net net, bool answered)
{
	static const char *const near[] = { [NET_V4] = "10.0.0.1", [NET_V6] = "2001:db8::1" };
	static int far = -1;
	char operand[64];
	unsigned port;

	if (far < 0)
		far = netns_enter_two();
	snprintf(operand, sizeof(operand), "%s=%s", service, endpoint);
	struct child server = echo_serve_at(operand, WORDS("--json", "--stats"), &port);
	struct place to = place_tcp(net, near[net], port);
	int fd = netns_socket(far, to.address.ss_family, SOCK_DGRAM);
	must(connect(fd, (struct sockaddr *)&to.address, to.address_size), "connect");
	dgram_send_text(fd, "question");
	if (answered) {
		char got[1000];

		cr_assert(dgram_receive(fd, got, sizeof(got)) > 0);
	} else {
		child_await_err(&server, "\"refused\"");
		child_says(&server, "no address was named");
		peer_expect_nothing(fd, 0.05);
	}
	expect_totals(&server, 1, answered, !answered);
	close(fd);
}

Test(echo_datagrams, what_amplifies_answers_strangers_where_an_address_is_named)
{
	ask_from_afar("chargen", "udp:0", NET_V4, false);
	ask_from_afar("chargen", "udp:0", NET_V6, false);
	ask_from_afar("qotd", "udp:*:0", NET_V4, false);
	ask_from_afar("chargen", "udp:0.0.0.0:0", NET_V4, false);
	ask_from_afar("chargen", "udp:10.0.0.1:0", NET_V4, true);
	ask_from_afar("qotd", "udp:[2001:db8::1]:0", NET_V6, true);
	ask_from_afar("echo", "udp:0", NET_V4, true);
	ask_from_afar("daytime", "udp:0", NET_V6, true);
}

Test(echo_datagrams, a_client_without_a_name_is_counted)
{
	struct place place;
	struct child server =
		echo_serve("echo", NET_UNIX, true, WORDS("--json", "--stats"), &place);
	int fd = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	must((int)sendto(fd, "x", 1, 0, (struct sockaddr *)&place.address, place.address_size),
	     "sendto");
	child_await_err(&server, "has no name");
	expect_totals(&server, 1, 0, 1);
}

/* What the kernel refuses for a moment, or for one datagram, does not stop the service. */
Test(echo_datagrams, faults_of_the_calls_that_move_datagrams)
{
	static const char *const faults[] = {
		"recvmmsg:error=EINTR",        "recvmmsg:error=EAGAIN",
		"recvmmsg:error=ECONNREFUSED", "recvmmsg:error=EHOSTUNREACH",
		"recvmmsg:error=ENOBUFS",      "recvmmsg:error=ENOMEM",
		"sendmmsg:error=EINTR",        "sendmmsg:error=EAGAIN",
		"sendmmsg:error=ENOBUFS",      "sendmmsg:error=ECONNREFUSED",
		"sendmmsg:error=EMSGSIZE",     "sendmmsg:error=EPERM",
		"sendmmsg:error=ENETUNREACH",  "sendmmsg:error=ENOMEM",
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		char inject[64];
		struct place place;

		snprintf(inject, sizeof(inject), "inject=%s:when=1", faults[i]);
		struct child server = child_start(&(struct plan){
			.args = WORDS("echo-serve", "-v", "--port-file", scratch_path("port"), "-u",
		                      "127.0.0.1", "0"),
			.wrap = WORDS("strace", "-f", "-qq", "-o", "/dev/null", "-e", inject) });
		child_await_err(&server, "listening on 127.0.0.1 ");
		while (!scratch_read(scratch_path("port")) || !*scratch_read(scratch_path("port")))
			clock_pause(0.002);
		place = place_tcp(NET_V4, "127.0.0.1",
		                  (unsigned)strtoul(scratch_read(scratch_path("port")), NULL, 10));
		unlink(scratch_path("port"));
		int fd = echo_serve_dgram(&place);
		dgram_send_text(fd, "first");
		if (strncmp(faults[i], "sendmmsg", 8) == 0)
			child_await_err(&server, "5 bytes from");
		else
			dgram_expect(fd, "first");
		dgram_send_text(fd, "second");
		char got[16];
		size_t n = dgram_receive(fd, got, sizeof(got));
		if (n == 5)
			n = dgram_receive(fd, got, sizeof(got));
		cr_assert(n == 6 && memcmp(got, "second", 6) == 0, "%s", faults[i]);
		child_signal(&server, SIGTERM);
		child_finish(&server);
	}
}
