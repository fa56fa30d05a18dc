/* echo-serve: what is the same in every model: datagrams, the other services, faults. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"

static const char *const models[] = { ECHO_SERVE_MODELS };

Test(echo_models_services, datagrams_are_answered)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (enum net net = 0; net < NET_COUNT; net++) {
			struct place place;
			struct child server =
				echo_serve("upper", net, true, WORDS("--model", models[i]), &place);
			int one = echo_serve_dgram(&place), other = echo_serve_dgram(&place);

			dgram_send_text(one, "one");
			dgram_expect(one, "ONE");
			dgram_send_text(other, "other");
			dgram_send_text(one, "");
			dgram_expect(other, "OTHER");
			dgram_expect(one, "");
			close(one);
			close(other);
			echo_serve_end(&server);
		}
}

/* Datagrams are not held up by clients, but for those of an iterative server. */
Test(echo_models_services, datagrams_and_clients_come_to_one_server)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		bool iterative = strcmp(models[i], "iterative") == 0;
		struct place place, local = place_any(NET_UNIX);
		char word[160];

		snprintf(word, sizeof(word), "echo=%s", local.word);
		struct child server = echo_serve("upper", NET_V4, true,
		                                 WORDS(word, "--model", models[i]), &place);
		int dgram = echo_serve_dgram(&place);

		dgram_send_text(dgram, "a");
		dgram_expect(dgram, "A");
		int fd = peer_connect(&local);
		peer_send(fd, "b");
		peer_expect(fd, "b");
		dgram_send_text(dgram, "c");
		if (iterative)
			close(fd);
		dgram_expect(dgram, "C");
		if (!iterative)
			close(fd);
		close(dgram);
		echo_serve_end(&server);
	}
}

/* Up to SIZE bytes of what comes until the end of the stream; then more does not count. */
static size_t receive(int fd, char *buf, size_t size)
{
	int64_t deadline = clock_after(PATIENCE);
	size_t got = 0;

	while (got < size) {
		if (!peer_poll(fd, POLLIN, deadline))
			fail("no end after %zu bytes", got);
		ssize_t n = recv(fd, buf + got, size - got, 0);

		if (n < 0 && errno != ECONNRESET)
			fail("recv: %s", strerror(errno));
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

Test(echo_models_services, services_that_speak_first_do_so)
{
	static const struct {
		const char *service;
		size_t least, most;
	} rows[] = {
		{ "chargen", 200000, 200000 },
		{ "daytime", 10, 100 },
		{ "time", 4, 4 },
		{ "qotd", 10, 1000 },
	};
	static char buf[200000];

	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			struct place place;
			struct child server = echo_serve(rows[k].service, NET_V4, false,
			                                 WORDS("--model", models[i]), &place);
			int fd = peer_connect(&place);
			size_t got = receive(fd, buf, sizeof buf);

			if (got < rows[k].least || got > rows[k].most)
				child_blame(&server, "%s, %s: %zu bytes", models[i],
				            rows[k].service, got);
			close(fd);
			echo_serve_end(&server);
		}
}

/* What happened to twenty clients, one after the other: how many bytes each got back of 100. */
static void suffer(const char *model, const char *faults, size_t got[20])
{
	struct place place;
	struct child server =
		echo_serve("echo", NET_V4, false,
	                   WORDS("--model", model, "--fault", faults, "--seed", "7"), &place);
	char sent[101], buf[200];

	memset(sent, 'x', 100);
	sent[100] = '\0';
	for (int i = 0; i < 20; i++) {
		int fd = echo_serve_try(&place);

		got[i] = 0;
		if (fd < 0)
			continue;
		(void)!send(fd, sent, 100, MSG_NOSIGNAL);
		(void)!shutdown(fd, SHUT_WR);
		got[i] = receive(fd, buf, sizeof buf);
		close(fd);
	}
	echo_serve_end(&server);
}

Test(echo_models_services, a_seed_gives_the_same_faults_in_every_model)
{
	static const char *const faults[] = { "refuse=50%", "truncate=17", "jitter=2ms,drip=10us" };

	for (size_t k = 0; k < ARRAY_LEN(faults); k++) {
		size_t first[20], got[20];

		suffer(models[0], faults[k], first);
		for (size_t i = 1; i < ARRAY_LEN(models); i++) {
			suffer(models[i], faults[k], got);
			cr_assert(memcmp(first, got, sizeof got) == 0, "%s, %s", models[i],
			          faults[k]);
		}
	}
}
