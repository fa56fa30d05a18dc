/* Files of access rules that change while a server runs, in every model. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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

static const char *const models[][2] = {
	{ "--model", "event" }, { "--threads", "4" },       { "--model", "thread" },
	{ "--model", "fork" },  { "--model", "iterative" },
};

/* Under another name first, as editors do. */
static const char *rewrite(const char *text)
{
	static char path[256];

	(void)snprintf(path, sizeof path, "%s", scratch_path("rules"));
	must(rename(scratch_file("draft", text), path), path);
	return path;
}

static struct child server_of(size_t model, const char *option, struct place *place)
{
	struct plan plan = { .args = WORDS("-v", models[model][0], models[model][1], option,
		                           scratch_path("rules")) };

	return echo_serve_plan(&plan, NET_V4, place);
}

/* Whether one who comes now is served: the other end is seen else. */
static bool lets(const struct place *place)
{
	int fd = peer_connect(place);
	char byte;
	ssize_t n;

	peer_send(fd, "x");
	if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
		fail("nothing comes");
	n = recv(fd, &byte, 1, 0);
	close(fd);
	return n == 1;
}

Test(access_files, a_changed_file_counts_from_the_next_client_on)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;

		rewrite("10.0.0.0/8\n");
		struct child server = server_of(i, "--deny-file", &place);

		cr_assert(lets(&place));
		rewrite("10.0.0.0/8\n127.0.0.1 # me\n");
		for (int k = 0; k < 8; k++)
			cr_assert_not(lets(&place), "%s", child_err(&server));
		rewrite("");
		for (int k = 0; k < 8; k++)
			cr_assert(lets(&place), "%s", child_err(&server));
		echo_serve_end(&server);
		lines_in_order(child_err(&server),
		               WORDS("the access rules are read again: 0 to allow, 2 to deny",
		                     "refused 127.0.0.1 port ",
		                     "the access rules are read again: 0 to allow, 0 to deny"));
		cr_assert_eq(count_of(child_err(&server), "are read again"), 2, "%s",
		             child_err(&server));
	}
}

Test(access_files, one_that_became_bad_changes_nothing)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;

		rewrite("127.0.0.1\n");
		struct child server = server_of(i, "--allow-file", &place);

		rewrite("127.0.0.2\n\n127.0.0.300\n");
		for (int k = 0; k < 4; k++)
			cr_assert(lets(&place));
		must(unlink(scratch_path("rules")), "unlink");
		cr_assert(lets(&place));
		rewrite("::1");
		cr_assert_not(lets(&place));
		echo_serve_end(&server);
		cr_assert_eq(count_of(child_err(&server), "rules line 3: '127.0.0.300'"), 1, "%s",
		             child_err(&server));
		lines_in_order(child_err(&server),
		               WORDS("the access rules stay as they were: ",
		                     "the access rules stay as they were: cannot open ",
		                     "the access rules are read again: 1 to allow"));
	}
}

static bool is_let_in(void *place)
{
	return lets(place);
}

Test(access_files, names_in_a_changed_file_are_looked_up)
{
	netns_set_resolver("127.0.0.9 me.example\n127.0.0.1 me.example\n", NULL);
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;

		rewrite("10.0.0.1\n");
		struct child server = server_of(i, "--allow-file", &place);

		cr_assert_not(lets(&place));
		rewrite("me.example\n");
		cr_assert(clock_watch(is_let_in, &place, clock_after(PATIENCE)), "%s",
		          child_err(&server));
		rewrite("nobody.example\n");
		(void)lets(&place);
		child_await_err(&server, "the access rules stay as they were: cannot resolve "
		                         "nobody.example (");
		child_await_err(&server, "rules line 1): EAI_");
		cr_assert(lets(&place));
		echo_serve_end(&server);
	}
}

Test(access_files, they_count_for_datagrams_too)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;

		rewrite("10.0.0.0/8\n");
		struct child server = echo_serve(
			"echo", NET_V4, true,
			WORDS(models[i][0], models[i][1], "--deny-file", scratch_path("rules")),
			&place);
		int fd = echo_serve_dgram(&place);

		dgram_send_text(fd, "one");
		dgram_expect(fd, "one");
		rewrite("127.0.0.0/8\n");
		dgram_send_text(fd, "two");
		child_await_err(&server, "refused 127.0.0.1 port ");
		rewrite("10.0.0.0/8\n");
		dgram_send_text(fd, "three");
		dgram_expect(fd, "three");
		close(fd);
		echo_serve_end(&server);
	}
}

/*
 * Many clients in several threads while the file changes all the time: nobody is let in who never
 * may be.
 */
Test(access_files, threads_may_ask_while_it_changes)
{
	static const char *const texts[] = { "127.0.0.1\n", "127.0.0.1\n10.0.0.0/8\n",
		                             "127.0.0.1\nlocalhost\n", "bad bad\n" };
	struct place place;

	rewrite(texts[0]);
	struct child server = server_of(1, "--deny-file", &place);

	for (int i = 0; i < 200; i++) {
		int fd[4];

		for (size_t k = 0; k < ARRAY_LEN(fd); k++)
			fd[k] = peer_connect(&place);
		rewrite(texts[i % (int)ARRAY_LEN(texts)]);
		for (size_t k = 0; k < ARRAY_LEN(fd); k++) {
			peer_expect_end(fd[k]);
			close(fd[k]);
		}
	}
	echo_serve_end(&server);
	child_silent_about(&server, "connection from");
}
