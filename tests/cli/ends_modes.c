/* sockit-connect(1), 'Ends of a stream': one direction only, a test a sentence. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/launch.h"
#include "harness/mover.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static void stdin_is_left_alone(enum role role, enum net net)
{
	int fd = must(open(scratch_file("stdin", "untouched"), O_RDONLY | O_CLOEXEC), "open");
	struct plan plan = { .args = WORDS("-d"), .in = { END_FD, .fd = fd } };
	struct session s = session_start(role, &plan, net);

	peer_expect_nothing(s.fd, 0.1);
	peer_send(s.fd, "received");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	peer_expect_end(s.fd);
	cr_assert_str_eq(child_out(&s.child), "received");
	cr_assert_eq(lseek(fd, 0, SEEK_CUR), 0, "stdin was read");
	close(fd);
	close(s.fd);
}

Test(modes, no_stdin_does_not_read_stdin_and_keeps_the_sending_side_open)
{
	session_each(stdin_is_left_alone);
}

/* Without -d the first connection would eat the list that the loop reads. */
Test(modes, no_stdin_leaves_the_input_of_a_loop_alone)
{
	static const char loop[] =
		"while read -r line; do \"$0\" connect -d \"$1\" && echo \"$line\"; done";
	struct child child;
	struct place place;
	int listener = peer_listen(NET_V4, &place);

	child = child_start(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", loop, launch_sockit(), place.word),
		.in = { END_PIPE },
	});
	child_feed(&child, "one\ntwo\nthree\n");
	child_end_input(&child);
	for (int i = 0; i < 3; i++)
		close(sockit_accept(&child, listener));
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "one\ntwo\nthree\n");
}

static void nothing_is_sent(enum role role, enum net net)
{
	int fd = must(open(scratch_file("stdin", "untouched"), O_RDONLY | O_CLOEXEC), "open");
	struct plan plan = { .args = WORDS("--recv-only"), .in = { END_FD, .fd = fd } };
	struct session s = session_start(role, &plan, net);

	peer_expect_end(s.fd);
	peer_send(s.fd, "received");
	close(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "received");
	cr_assert_eq(lseek(fd, 0, SEEK_CUR), 0, "stdin was read");
	close(fd);
}

Test(modes, recv_only_sends_nothing_and_shuts_the_sending_side_at_once)
{
	session_each(nothing_is_sent);
}

/*
 * A banner that sockit leaves unread would make its close a reset, and the reset would drop what it
 * sent. The peer never ends its own stream.
 */
static void banner_is_discarded(enum role role, enum net net)
{
	struct data upload = data_binary(1, 20000000), banner = data_binary(2, 3000000);
	struct plan plan = { .args = WORDS("--send-only"), .in = { END_PIPE } };
	struct session s = session_start(role, &plan, net);
	struct mover *source;

	source = source_start(&(struct flow){ .fd = s.fd, .data = banner, .end = FLOW_LEAVE });
	mover_expect_whole(source, "the banner that sockit reads and discards");
	source_start(&(struct flow){ .fd = s.child.in, .data = upload, .end = FLOW_CLOSE });
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = upload, .end = FLOW_LEAVE }),
		"the upload");
	child_expect(&s.child, 0);
	child_silent_about(&s.child, "reset");
	cr_assert_eq(s.child.text[1].size, 0, "something came out of stdout");
	close(s.fd);
}

Test(modes, send_only_discards_what_comes_and_loses_nothing)
{
	session_each(banner_is_discarded);
}

/* A banner that comes at the very moment when sockit is done. */
Test(modes, send_only_to_a_peer_that_talks_all_the_time_loses_nothing)
{
	struct data upload = data_binary(1, 20000000), chatter = data_binary(2, UINT64_C(1) << 40);
	const char *path = scratch_path("upload");
	struct session s;

	data_save(&upload, path);
	s = session_start(
		CONNECT,
		&(struct plan){ .args = WORDS("--send-only"), .in = { END_FILE, .path = path } },
		NET_V4);
	source_start(&(struct flow){ .fd = s.fd, .data = chatter, .end = FLOW_LEAVE });
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = upload, .end = FLOW_LEAVE }),
		"the upload");
	child_expect(&s.child, 0);
}

Test(modes, send_only_waits_for_the_acknowledgement)
{
	struct data data = data_binary(1, 200000);
	const char *path = scratch_path("upload");
	struct plan plan = { .args = WORDS("--send-only"), .in = { END_FILE, .path = path } };
	struct session s;

	data_save(&data, path);
	s = session_start_narrow(&plan, NET_V4);
	if (!child_runs_for(&s.child, 0.3))
		child_blame(&s.child, "ended before its data was acknowledged");
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE }),
		"what the slow peer got");
	child_expect(&s.child, 0);
	close(s.fd);
}
