/* listen --forward with the PROXY protocol, which is sent and accepted. */
#include <criterion/criterion.h>
#include <endian.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/joint.h"

Test(forward_proxy, sends_the_proxy_header)
{
	static const char *const versions[] = { "v1", "v2" };
	char wanted[128], port[8];
	struct sockaddr_in me;
	socklen_t size = sizeof me;

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct joint j =
			joint_start(NET_V4, NET_UNIX, WORDS("--proxy-protocol", versions[i]));
		char got[64] = "";
		const uint8_t *at = (const uint8_t *)got;

		must(getsockname(j.client, (struct sockaddr *)&me, &size), "getsockname");
		snprintf(port, sizeof port, "%u", (unsigned)be16toh(me.sin_port));
		peer_send(j.client, "payload");
		if (i == 0) {
			snprintf(wanted, sizeof wanted,
			         "PROXY TCP4 127.0.0.1 127.0.0.1 %s %s\r\npayload", port,
			         j.place.port);
			peer_expect(j.server, wanted);
		} else {
			peer_await_unread(j.server, 28 + 7);
			cr_assert_eq(recv(j.server, got, sizeof got, 0), 28 + 7);
			cr_assert_eq(
				memcmp(got,
			               "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\1",
			               24),
				0);
			cr_assert_eq(at[24] << 8 | at[25], (int)be16toh(me.sin_port));
			cr_assert_eq(at[26] << 8 | at[27], (int)strtol(j.place.port, NULL, 10));
			cr_assert_eq(memcmp(got + 28, "payload", 7), 0);
		}
		peer_shut(j.client);
		peer_expect_end(j.server);
		joint_part(&j);
		joint_finish(&j, 0);
	}
	struct joint j = joint_start(NET_UNIX, NET_V4, WORDS("--proxy-protocol", "v1"));
	peer_expect(j.server, "PROXY UNKNOWN\r\n");
	joint_part(&j);
	joint_finish(&j, 0);
}

/* A proxy that says what it does, in pieces, and what its client has sent. */
static void say(int fd, const char *bytes, size_t n, size_t piece)
{
	for (size_t at = 0; at < n; at += piece) {
		size_t size = n - at < piece ? n - at : piece;

		cr_assert_eq(send(fd, bytes + at, size, MSG_NOSIGNAL), (ssize_t)size);
		if (piece < n)
			peer_await_acknowledged(fd);
	}
}

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static const struct {
	const char *bytes;
	size_t size;
	const char *passed_on; /* with version 1; NULL: who has connected */
} headers[] = {
	{ "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\nhello", 44,
	  "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\nhello" },
	{ "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nhello", 45,
	  "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nhello" },
	{ V2 "\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x07\0\x01\0\x02hello", 33,
	  "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\r\nhello" },
	{ "PROXY UNKNOWN\r\nhello", 20, NULL },
	{ V2 "\x20\0\0\0hello", 21, NULL },
};

Test(forward_proxy, whom_it_names_is_passed_on)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		for (size_t piece = 1; piece <= 100; piece += 33) {
			struct joint j =
				joint_open(NET_V4, NET_V4,
			                   WORDS("--allow", "127.0.0.1", "--accept-proxy-protocol",
			                         "--proxy-protocol", "v1", "-v"),
			                   0);
			char wanted[128] = "PROXY TCP4 127.0.0.1 127.0.0.1 ";

			j.client = peer_connect(&j.place);
			say(j.client, headers[i].bytes, headers[i].size, piece);
			j.server = peer_accept(j.listener);
			peer_expect(j.server, headers[i].passed_on ? headers[i].passed_on : wanted);
			joint_part(&j);
			close(j.listener);
			child_finish(&j.child);
			if (headers[i].passed_on && strstr(headers[i].passed_on, "192.0.2.1"))
				child_says(&j.child, "192.0.2.1 port 1 is joined");
		}
	}
}

/* No byte of them reaches the target. */
Test(forward_proxy, clients_without_a_header_are_reset)
{
	static const char *const rows[] = { "GET / HTTP/1.0\r\n\r\n", "PROXY TCP4 x\r\n",
		                            "\r\n\r\nX" };

	struct joint j = joint_open(
		NET_V4, NET_V4, WORDS("-k", "--allow", "127.0.0.1", "--accept-proxy-protocol"), 0);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		j.client = peer_connect(&j.place);
		peer_send(j.client, rows[i]);
		peer_expect_reset(j.client);
		close(j.client);
	}
	child_await_err(&j.child, "did not begin with a PROXY header");
	peer_expect_nothing(j.listener, 0.02);
	joint_stop(&j);
}

Test(forward_proxy, a_header_that_does_not_come_is_not_waited_for)
{
	struct joint j = joint_open(NET_V4, NET_V4,
	                            WORDS("--allow", "127.0.0.1", "--accept-proxy-protocol"), 0);
	int64_t began = clock_now();

	j.client = peer_connect(&j.place);
	peer_send(j.client, "PROXY TCP4 192.0.2.1");
	peer_expect_reset(j.client);
	cr_assert_geq(clock_since(began), 2.9);
	close(j.client);
	joint_finish(&j, 4);
	child_says(&j.child, "in time");
}

Test(forward_proxy, needs_to_know_whom_to_trust)
{
	struct joint j = joint_open(NET_V4, NET_V4,
	                            WORDS("-k", "-v", "--deny", "127.0.0.1", "--allow", "192.0.2.1",
	                                  "--accept-proxy-protocol"),
	                            0);

	j.client = peer_connect(&j.place);
	child_await_err(&j.child, "refused 127.0.0.1");
	close(j.client);
	joint_stop(&j);
}
