/*
 * `sockit listen -u` and its kin: everybody is served, whole, and answered from the address they
 * asked.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/dgram.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/sockit.h"

/* `sockit listen -u` on a free port of loopback, with its input held by the test. */
static struct child serve(const char *const *args, struct place *place)
{
	return sockit_listen(&(struct plan){ .args = args, .in = { END_PIPE } }, NET_V4, place);
}

/* A socket connected to PLACE: it hears only answers that come from there. */
static int client_of(const struct place *place)
{
	int family = place->address.ss_family;
	int fd = must(socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	struct sockaddr nameless = { .sa_family = AF_UNIX };

	if (family == AF_UNIX)
		must(bind(fd, &nameless, sizeof nameless.sa_family), "autobind");
	must(connect(fd, (const struct sockaddr *)&place->address, place->address_size), "connect");
	return fd;
}

/* The port that FD sends from. */
static unsigned port_of(int fd)
{
	struct place any = place_any(NET_V4);
	struct place place = place_of(fd, &any);

	return (unsigned)strtoul(place.port, NULL, 10);
}

Test(mailbox, two_senders_are_both_served_and_told_apart)
{
	struct place place;
	struct child child =
		serve(WORDS("-u", "--tag", "--delim", "line", "--max-datagrams", "4"), &place);
	int a = client_of(&place), b = client_of(&place);
	char expected[200];

	dgram_send_text(a, "A1");
	dgram_send_text(b, "B1");
	dgram_send_text(a, "");
	dgram_send_text(b, "B2");
	child_expect(&child, 0);
	snprintf(expected, sizeof(expected),
	         "127.0.0.1:%u A1\n127.0.0.1:%u B1\n127.0.0.1:%u \n127.0.0.1:%u B2\n", port_of(a),
	         port_of(b), port_of(a), port_of(b));
	cr_assert_str_eq(child_out(&child), expected);
}

/* All at once, in one buffer of the kernel's: more than one call takes. */
Test(mailbox, two_hundred_senders)
{
	enum { SENDERS = 200 };
	struct place place;
	struct child child =
		serve(WORDS("-u", "--tag", "--delim", "line", "--max-datagrams", "200"), &place);
	int fds[SENDERS];
	char text[64];

	child_freeze(&child);
	for (int i = 0; i < SENDERS; i++) {
		fds[i] = client_of(&place);
		snprintf(text, sizeof(text), "number %d", i);
		dgram_send_text(fds[i], text);
	}
	child_thaw(&child);
	child_expect(&child, 0);
	cr_assert_eq(lines_count(child_out(&child)), SENDERS);
	for (int i = 0; i < SENDERS; i++) {
		snprintf(text, sizeof(text), "127.0.0.1:%u number %d\n", port_of(fds[i]), i);
		cr_assert(strstr(child_out(&child), text), "%s", text);
	}
}

/* More than fits where nobody has asked for room. */
Test(mailbox, a_burst_waits_in_the_kernel)
{
	enum { BURST = 400 };
	struct place place;
	struct child child = serve(WORDS("-u", "--max-datagrams", "400"), &place);
	int fd = client_of(&place);

	child_freeze(&child);
	for (int i = 0; i < BURST; i++)
		dgram_send_text(fd, "x");
	child_thaw(&child);
	child_expect(&child, 0);
	cr_assert_eq(child.text[1].size, BURST);
	close(fd);
}

Test(mailbox, an_empty_datagram_is_data)
{
	struct place place;
	struct child child = serve(WORDS("-u", "--delim", "len", "--max-datagrams", "3"), &place);
	int fd = client_of(&place);

	dgram_send_text(fd, "");
	dgram_send_text(fd, "x");
	dgram_send_text(fd, "");
	child_expect(&child, 0);
	cr_assert_eq(child.text[1].size, 13);
	cr_assert_arr_eq(child_out(&child), "\0\0\0\0\0\0\0\1x\0\0\0\0", 13);
}

Test(mailbox, the_longest_datagram_there_is_comes_whole)
{
	static char longest[65507];
	struct place place;
	struct child child = serve(WORDS("-u", "--max-datagrams", "1"), &place);
	int fd = client_of(&place);

	memset(longest, 'x', sizeof(longest));
	dgram_send(fd, longest, sizeof(longest));
	child_expect(&child, 0);
	cr_assert_eq(child.text[1].size, sizeof(longest));
	cr_assert_arr_eq(child_out(&child), longest, sizeof(longest));
}

Test(mailbox, one_that_is_longer_than_the_buffer_is_told_once_and_counted)
{
	struct place place;
	struct child child = serve(
		WORDS("-u", "--datagram-size", "5", "--max-datagrams", "3", "--delim", "line"),
		&place);
	int fd = client_of(&place);

	dgram_send_text(fd, "exact");
	dgram_send_text(fd, "too long");
	dgram_send_text(fd, "longer still");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "exact\ntoo l\nlonge\n");
	child_says(&child, "a datagram of 8 bytes was cut to its first 5");
	cr_assert_eq(count_of(child_err(&child), "was cut"), 1);
}

Test(mailbox, each_datagram_is_an_event_with_all_that_the_kernel_knows)
{
	struct place place;
	struct child child = serve(
		WORDS("-u", "--json", "--datagram-size", "2", "--max-datagrams", "2"), &place);
	int fd = client_of(&place);

	dgram_send_text(fd, "ab");
	dgram_send_text(fd, "abc");
	child_expect(&child, 0);
	json_t *events = events_parse(child_err(&child));
	json_t *event = events_where(events, "event", "datagram");
	cr_assert_not_null(event);
	cr_assert_str_eq(json_string_value(json_object_get(event, "peer_addr")), "127.0.0.1");
	cr_assert_eq(json_integer_value(json_object_get(event, "peer_port")), port_of(fd));
	cr_assert_str_eq(json_string_value(json_object_get(event, "local_addr")), "127.0.0.1");
	cr_assert_eq(json_integer_value(json_object_get(event, "local_port")),
	             strtol(place.port, NULL, 10));
	cr_assert_str_eq(json_string_value(json_object_get(event, "interface")), "lo");
	cr_assert_eq(json_integer_value(json_object_get(event, "size")), 2);
	cr_assert(json_is_false(json_object_get(event, "truncated")));
	cr_assert(json_integer_value(json_object_get(event, "received_ms")) > 1700000000000);
	event = events_where(events, "event", "closed");
	cr_assert_eq(json_integer_value(json_object_get(event, "received_datagrams")), 2);
	cr_assert_eq(json_integer_value(json_object_get(event, "truncated_datagrams")), 1);
	event = events_with(events, "kept");
	cr_assert_not_null(event);
	json_decref(events);
}

Test(mailbox, input_waits_for_the_first_sender_and_stays_its_own)
{
	struct place place;
	struct child child = serve(WORDS("-u", "--max-datagrams", "4"), &place);
	int first = client_of(&place), second = client_of(&place);

	child_feed(&child, "early\n");
	peer_expect_nothing(first, 0.05);
	dgram_send_text(first, "one");
	dgram_expect(first, "early\n");
	dgram_send_text(second, "two");
	child_feed(&child, "later\n");
	dgram_expect(first, "later\n");
	peer_expect_nothing(second, 0.05);
	/* The end of standard input ends nothing. */
	child_end_input(&child);
	dgram_send_text(second, "three");
	peer_expect_nothing(first, 0.05);
	dgram_send_text(first, "four");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "onetwothreefour");
}

Test(mailbox, input_may_go_to_the_last_or_to_all)
{
	static const char *const whom[] = { "last", "all" };

	for (size_t i = 0; i < ARRAY_LEN(whom); i++) {
		struct place place;
		struct child child = serve(WORDS("-u", "-v", "--reply-to", whom[i]), &place);
		int first = client_of(&place), second = client_of(&place);

		dgram_send_text(first, "1");
		dgram_send_text(second, "22");
		child_await_err(&child, "2 bytes from");
		child_feed(&child, "answer");
		dgram_expect(second, "answer");
		if (i == 0)
			peer_expect_nothing(first, 0.05);
		else
			dgram_expect(first, "answer");
		child_signal(&child, SIGTERM);
		child_expect(&child, 128 + SIGTERM);
		child_says(&child, i == 0 ? "sent 1 datagram with 6 bytes"
		                          : "sent 2 datagrams with 12 bytes");
	}
}

Test(mailbox, the_answer_that_is_there_already_goes_before_the_end)
{
	struct place place;
	struct child child = serve(WORDS("-u", "--max-datagrams", "1"), &place);
	int fd = client_of(&place);

	child_feed(&child, "answer");
	dgram_send_text(fd, "question");
	dgram_expect(fd, "answer");
	child_expect(&child, 0);
}

/* The kernel would choose 127.0.0.1, which this client does not hear. */
Test(mailbox, an_answer_leaves_from_the_address_that_was_asked)
{
	struct child child = child_start(
		&(struct plan){ .args = WORDS("listen", "-u", "0"), .in = { END_PIPE } });
	unsigned port;

	child_await_err(&child, "listening on 0.0.0.0 ");
	cr_assert_eq(sscanf(strstr(child_err(&child), "0.0.0.0 "), "0.0.0.0 %u", &port), 1);
	struct place place = place_tcp(NET_V4, "127.0.0.2", port);
	int fd = client_of(&place);
	dgram_send_text(fd, "who are you");
	child_feed(&child, "127.0.0.2");
	dgram_expect(fd, "127.0.0.2");
}

Test(mailbox, an_answer_leaves_from_the_ipv6_address_that_was_asked)
{
	static const char *const asked[] = { "2001:db8::5", "2001:db8::6" };

	netns_enter();
	child_sh("ip addr add 2001:db8::5/128 dev lo && ip addr add 2001:db8::6/128 dev lo");
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct child child = child_start(
			&(struct plan){ .args = WORDS("listen", "-u", "0"), .in = { END_PIPE } });
		unsigned port;

		child_await_err(&child, "listening on 0.0.0.0 ");
		cr_assert_eq(sscanf(strstr(child_err(&child), ":: "), ":: %u", &port), 1);
		struct place place = place_tcp(NET_V6, asked[i], port);
		/* From ::1, as which the kernel would answer itself. */
		struct place from = place_any(NET_V6);
		int fd = must(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		              "socket");
		must(bind(fd, (struct sockaddr *)&from.address, from.address_size), "bind");
		must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
		dgram_send_text(fd, "who are you");
		child_feed(&child, asked[i]);
		dgram_expect(fd, asked[i]);
	}
}

Test(mailbox, a_second_listener_is_refused_and_told_who_has_the_port)
{
	/* Where nobody else may have TCP's port of the same number. */
	netns_enter();

	struct place place;
	struct child child = serve(WORDS("-u"), &place), second;
	char holder[64];

	snprintf(holder, sizeof(holder), "(held by sockit, pid %d)", (int)child.pid);
	second = sockit_expect(WORDS("listen", "-u", "127.0.0.1", place.port), 7);
	child_says(&second, "Address already in use");
	child_says(&second, holder);
	second = sockit_expect(WORDS("listen", "-u", place.port), 7);
	child_says(&second, holder);
	/* UDP and TCP have ports of their own. */
	second = sockit_expect(WORDS("listen", "127.0.0.1", place.port, "--accept-timeout", "0.01"),
	                       4);
}

Test(mailbox, limits_of_time)
{
	static const struct {
		const char *option, *value, *says;
		bool sent;
		int status;
	} rows[] = {
		{ "--accept-timeout", "0.1", "nobody has sent one within 0.1 s", false, 4 },
		{ "--idle-timeout", "0.1", "no datagram for 0.1 s (--idle-timeout)", true, 4 },
		{ "--deadline", "0.2", "cut by --deadline at 0.2 s", true, 4 },
		{ "--quit-after-eof", "0.1", "", true, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place place;
		struct child child = serve(WORDS("-u", rows[i].option, rows[i].value), &place);
		int fd = client_of(&place);

		if (rows[i].sent)
			dgram_send_text(fd, "x");
		child_end_input(&child);
		child_expect(&child, rows[i].status);
		child_says(&child, rows[i].says);
		cr_assert_str_eq(child_out(&child), rows[i].sent ? "x" : "");
	}
}

/* With TCP and Unix streams beside it that would be an end; here somebody else may still come. */
Test(mailbox, a_client_that_is_gone_ends_nothing)
{
	struct place place;
	struct child child = serve(WORDS("-u", "-v", "--reply-to", "last"), &place);
	int gone = client_of(&place);

	dgram_send_text(gone, "1");
	child_await_err(&child, "1 byte from");
	close(gone);
	child_feed(&child, "for nobody");
	proc_await_idle(child.pid);
	int fd = client_of(&place);
	dgram_send_text(fd, "22");
	child_await_err(&child, "2 bytes from");
	child_feed(&child, "answer");
	dgram_expect(fd, "answer");
}

/* What the kernel refuses for a moment, or for one datagram, does not stop the service. */
Test(mailbox, faults_of_the_calls_that_move_datagrams)
{
	static const char *const faults[] = {
		"recvmmsg:error=EINTR:when=1",        "recvmmsg:error=EAGAIN:when=1",
		"recvmmsg:error=ECONNREFUSED:when=1", "recvmmsg:error=ENETUNREACH:when=1",
		"recvmmsg:error=ENOBUFS:when=1",      "recvmmsg:error=ENOMEM:when=1",
		"sendmmsg:error=EINTR:when=1",        "sendmmsg:error=EAGAIN:when=1",
		"sendmmsg:error=ENOBUFS:when=1",      "sendmmsg:error=ECONNREFUSED:when=1..2",
		"sendmmsg:error=EMSGSIZE:when=1",     "sendmmsg:error=ENETUNREACH:when=1..2",
		"sendmmsg:error=EPERM:when=1..2",
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		char inject[64];
		struct place place;

		snprintf(inject, sizeof(inject), "inject=%s", faults[i]);
		struct child child = sockit_listen(
			&(struct plan){
				.args = WORDS("-u", "-v", "--max-datagrams", "2"),
				.wrap = WORDS("strace", "-qq", "-o", "/dev/null", "-e", inject),
				.in = { END_PIPE } },
			NET_V4, &place);
		int fd = client_of(&place);

		dgram_send_text(fd, "question");
		child_await_err(&child, "8 bytes from");
		child_feed(&child, "lost?");
		if (strstr(faults[i], "REFUSED") || strstr(faults[i], "UNREACH") ||
		    strstr(faults[i], "EMSGSIZE") || strstr(faults[i], "EPERM"))
			if (strstr(faults[i], "sendmmsg"))
				child_await_err(&child, "a datagram of 5 bytes to 127.0.0.1");
		child_feed(&child, "answer");
		dgram_send_text(fd, "last");
		child_expect(&child, 0);
		cr_assert_str_eq(child_out(&child), "questionlast", "%s", faults[i]);
		bool memory = strstr(faults[i], "recvmmsg:error=ENO");
		cr_assert_eq(strstr(child_err(&child), "cannot receive") != NULL, memory, "%s",
		             faults[i]);
	}
}

/* ---- Unix sockets ---- */

static struct child serve_local(const char *scheme, const char *const *args, struct place *place)
{
	static char word[160];

	*place = place_any(NET_UNIX);
	snprintf(word, sizeof(word), "%s:%s", scheme, place->host);
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-v", word), .more = args, .in = { END_PIPE } });
	child_await_err(&child, "listening on ");
	return child;
}

Test(mailbox, a_unix_socket_serves_everybody_and_is_removed_at_the_end)
{
	struct place place;
	struct child child = serve_local(
		"unix-dgram",
		WORDS("--unix-mode", "600", "--delim", "line", "--max-datagrams", "3"), &place);
	int a = client_of(&place), b = client_of(&place);
	struct stat st;

	cr_assert_eq(stat(place.host, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	dgram_send_text(a, "A");
	dgram_send_text(b, "");
	child_feed(&child, "answer\n");
	dgram_expect(a, "answer");
	dgram_send_text(b, "B");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "A\n\nB\n");
	cr_assert(stat(place.host, &st) < 0, "the socket file is left");
}

Test(mailbox, a_live_unix_socket_is_refused_and_a_stale_one_replaced)
{
	struct place place;
	struct child child = serve_local("unix-dgram", NULL, &place), second;
	char word[160];

	snprintf(word, sizeof(word), "unix-dgram:%s", place.host);
	second = sockit_expect(WORDS("listen", word), 7);
	child_says(&second, "Address already in use (held by sockit");
	child_signal(&child, SIGKILL);
	child_finish(&child);
	second = child_start(
		&(struct plan){ .args = WORDS("listen", word, "-v", "--max-datagrams", "1") });
	child_await_err(&second, "listening on ");
	dgram_send_text(client_of(&place), "x");
	child_expect(&second, 0);
	cr_assert_str_eq(child_out(&second), "x");
}

Test(mailbox, an_abstract_name_and_a_sender_without_one)
{
	char word[64];
	int fd = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(word, sizeof(word), "unix-dgram:@sockit-test-%d", (int)getpid());
	int len =
		snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "sockit-test-%d", (int)getpid());
	struct child child =
		child_start(&(struct plan){ .args = WORDS("listen", word, "-v"),
	                                    .more = WORDS("--tag", "--max-datagrams", "1") });
	child_await_err(&child, "listening on ");
	must((int)sendto(fd, "x", 1, 0, (struct sockaddr *)&at,
	                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)),
	     "sendto");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "unix:(unnamed) x");
}

Test(mailbox, a_seqpacket_connection_keeps_boundaries_and_has_an_end)
{
	struct place place;
	struct child child = serve_local("unix-seqpacket", WORDS("--delim", "line"), &place);
	int fd = must(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");

	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
	dgram_send_text(fd, "one");
	dgram_send_text(fd, "");
	dgram_send_text(fd, "three");
	child_feed(&child, "answer\n\nmore\n");
	dgram_expect(fd, "answer");
	dgram_expect(fd, "");
	dgram_expect(fd, "more");
	child_end_input(&child);
	close(fd);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "one\n\nthree\n");
	cr_assert(access(place.host, F_OK) < 0, "the socket file is left");
}
