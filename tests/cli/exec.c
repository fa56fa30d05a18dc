/* A program joined to a connection: every byte, both ways, whoever ends first. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/program.h"
#include "harness/scratch.h"
#include "harness/tool.h"

static void echo_whole(enum role role, enum way way, enum net net)
{
	struct session s = program_start(role, way, net, WORDS("--exec", "--", "cat"));
	struct data data = data_binary(role + 10 * way, 64 << 20);
	struct mover *sink = sink_start(
		&(struct flow){ .fd = must(dup(s.fd), "dup"), .data = data, .end = FLOW_CLOSE });

	mover_finish(source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_SHUT }));
	mover_expect_whole(sink, "what cat gave back");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(exec, cat_gives_everything_back)
{
	for (enum way way = 0; way < WAYS; way++) {
		echo_whole(LISTEN, way, NET_V4);
		echo_whole(LISTEN, way, NET_UNIX);
		echo_whole(CONNECT, way, NET_V6);
	}
}

Test(exec, answers_after_the_peers_end)
{
	for (enum way way = 0; way < WAYS; way++) {
		for (enum role role = 0; role < ROLES; role++) {
			struct session s =
				program_start(role, way, NET_V4, WORDS("--exec", "--", "wc", "-c"));

			peer_send(s.fd, "hello");
			peer_shut(s.fd);
			cr_assert_str_eq(program_read(s.fd), "5\n");
			child_expect(&s.child, 0);
			close(s.fd);
		}
	}
}

/* It ends while much of its output is still in pipes and buffers; and it has not read what came. */
Test(exec, what_it_wrote_before_it_ended_arrives)
{
	struct data data = data_binary(7, 24 << 20);
	const char *path = scratch_path("data");

	data_save(&data, path);
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_start(
			LISTEN, way, NET_V4, WORDS("--exec", "--", "head", "-c", "25165824", path));
		struct flow slow = { .fd = s.fd, .data = data, .chunk = 256 << 10, .pause = 0.01 };

		peer_send(s.fd, "nobody reads this");
		mover_expect_whole(sink_start(&slow), "what head gave");
		child_expect(&s.child, 0);
	}
}

/* Nobody would read it, and the end of the stream is the program's all the same. */
Test(exec, need_not_read_what_comes)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "exec <&-; sleep 0.2; echo done");
		struct mover *source =
			source_start(&(struct flow){ .fd = must(dup(s.fd), "dup"),
		                                     .data = data_binary(1, 32 << 20),
		                                     .end = FLOW_CLOSE });

		cr_assert_str_eq(program_read(s.fd), "done\n");
		child_expect(&s.child, 0);
		mover_finish(source);
		close(s.fd);
	}
}

Test(exec, does_not_wait_for_what_the_program_has_started)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "sleep 30 & echo $!; exit 5");
		int started = (int)strtol(program_read(s.fd), NULL, 10);

		cr_assert(started > 0 && !kill(started, SIGKILL), "what it started is gone");
		child_expect(&s.child, 5);
		if (s.child.seconds > 5 * clock_slack())
			child_blame(&s.child, "took %.1f s", s.child.seconds);
		close(s.fd);
	}
}

/*
 * One who started in the background goes on writing: what the program wrote comes, and then the
 * end.
 */
Test(exec, ends_although_somebody_goes_on_writing)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_sh(way, "sh -c 'echo $$; exec yes' & read line");
		char first[16] = "", rest[4096];
		ssize_t n;
		int64_t deadline = clock_after(PATIENCE);

		cr_assert(peer_poll(s.fd, 1, deadline));
		cr_assert(read(s.fd, first, sizeof first - 1) > 0);
		int writer = (int)strtol(first, NULL, 10);
		cr_assert(writer > 0, "'%s'", first);
		peer_send(s.fd, "\n");
		while ((n = read(s.fd, rest, sizeof rest)) != 0) {
			cr_assert(clock_now() < deadline, "no end");
			if (n < 0)
				cr_assert(peer_poll(s.fd, 1, deadline));
		}
		child_expect(&s.child, 0);
		kill(writer, SIGKILL);
		close(s.fd);
	}
}

Test(exec, options_that_see_the_bytes_work)
{
	struct session s = session_start(
		LISTEN, &(struct plan){ .args = WORDS("-C", "--exec", "--", "cat") }, NET_V4);

	peer_send(s.fd, "a\nb\n");
	peer_expect(s.fd, "a\r\nb\r\n");
	peer_shut(s.fd);
	peer_expect_end(s.fd);
	child_expect(&s.child, 0);
	s = session_start(CONNECT,
	                  &(struct plan){ .args = WORDS("--rate", "2000", "--exec", "--", "head",
	                                                "-c", "3000", "/dev/zero") },
	                  NET_V4);
	mover_finish(sink_start(&(struct flow){ .fd = s.fd, .end = FLOW_LEAVE }));
	child_finish(&s.child);
	if (s.child.seconds < 0.4)
		child_blame(&s.child, "3000 bytes at 2000 a second in %.2f s", s.child.seconds);
	close(s.fd);
}

/* The program's end of output alone is passed on; it may go on reading. */
Test(exec, ends_each_way_by_itself)
{
	const char *path = scratch_path("got"), *line;
	char command[256];
	struct session s;

	snprintf(command, sizeof command, "exec >&-; cat >%s", path);
	s = program_sh(WITH_PIPES, command);
	peer_expect_end(s.fd);
	peer_send(s.fd, "still heard");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	line = scratch_read(path);
	cr_assert(line && strcmp(line, "still heard") == 0);
	close(s.fd);
}

Test(exec, joins_a_program_to_other_tools)
{
	for (enum tool tool = 0; tool < TOOL_COUNT; tool++) {
		struct place place;
		struct plan plan = { .in = { END_FILE, scratch_file("in", "b\na\n") } };
		struct child server = tool_listen(tool, &plan, NET_V4, &place);
		struct child child = sockit_connect(
			&(struct plan){ .args = WORDS("--exec", "--", "sort") }, &place);

		child_finish(&server);
		cr_assert_str_eq(child_out(&server), "a\nb\n", "%s", tool_names[tool]);
		child_expect(&child, 0);
	}
}

/* Its reads and writes are whole packets. */
Test(exec, keeps_the_boundaries_of_packets)
{
	struct place place;
	int listener = dgram_listen(&place), fd;
	struct child child = sockit_connect(
		&(struct plan){ .args = WORDS("--sh-exec", "dd bs=64 count=2 status=none; "
	                                                   "echo $SOCKIT_PROTO") },
		&place);

	fd = sockit_accept(&child, listener);
	dgram_send_text(fd, "one");
	dgram_send_text(fd, "other");
	dgram_expect(fd, "one");
	dgram_expect(fd, "other");
	dgram_expect(fd, "unix-seqpacket\n");
	child_expect(&child, 0);
	close(fd);
}

/* Sent and received, as many as there were, whoever counted. */
Test(exec, bytes_are_counted)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct session s = program_start(
			LISTEN, way, NET_V4,
			WORDS("--json", "--exec", "--", "sh", "-c", "cat; printf x; exit 3"));
		json_t *events, *e;

		peer_send(s.fd, "12345");
		peer_shut(s.fd);
		cr_assert_str_eq(program_read(s.fd), "12345x");
		close(s.fd);
		child_expect(&s.child, 3);
		events = events_parse(child_err(&s.child));
		e = events_where(events, "event", "closed");
		cr_assert_eq(json_integer_value(json_object_get(e, "sent_bytes")), 6);
		cr_assert_eq(json_integer_value(json_object_get(e, "received_bytes")), 5);
		e = events_where(events, "event", "program_started");
		cr_assert_eq(json_array_size(json_object_get(e, "argv")), 3);
		cr_assert(json_integer_value(json_object_get(e, "pid")) > 1);
		e = events_where(events, "event", "program_ended");
		cr_assert_eq(json_integer_value(json_object_get(e, "status")), 3);
		json_decref(events);
	}
}
