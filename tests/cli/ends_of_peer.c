/* sockit-connect(1), 'Ends of a stream': the end of what the peer sends, a test a sentence. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/netns.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

enum { MEBIBYTE = 1 << 20, UPLOAD = 50000000 };

static void slow_stdout(enum role role, enum net net)
{
	struct session s =
		session_start(role, &(struct plan){ .in = { END_PIPE }, .out = { END_PIPE } }, net);
	struct data data = data_binary(7, 4 * MEBIBYTE);
	struct mover *source =
		source_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_SHUT });
	struct mover *sink;

	/* Nobody takes anything from stdout until the peer has said all that it could. */
	clock_pause(0.1);
	sink = sink_start(&(struct flow){
		.fd = s.child.out,
		.data = data,
		.chunk = 16384,
		.pause = 0.0002,
		.end = FLOW_CLOSE,
	});
	mover_expect_whole(source, "what the peer sent");
	child_end_input(&s.child);
	mover_expect_whole(sink, "what came out of a slow stdout");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(end_of_peer, everything_received_is_written_out_first)
{
	session_each(slow_stdout);
}

static void terminal_quits(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PTY } }, net);

	child_type(&s.child, "typed\n");
	peer_expect(s.fd, "typed\n");
	peer_send(s.fd, "bye");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "bye");
	peer_expect_end(s.fd);
	close(s.fd);
}

Test(end_of_peer, with_a_terminal_on_stdin_sockit_ends)
{
	session_each(terminal_quits);
}

/* Where nc.traditional delivers 16 KB of it, with status 0. */
static void upload_goes_on(enum role role, enum net net, enum end_kind in)
{
	struct data data = data_binary(8, UPLOAD);
	const char *path = scratch_path("upload");
	struct session s;

	data_save(&data, path);
	s = session_start(role, &(struct plan){ .in = { in, .path = path } }, net);
	peer_shut(s.fd);
	if (in == END_PIPE)
		source_start(&(struct flow){ .fd = s.child.in, .data = data, .end = FLOW_CLOSE });
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE }),
		"the upload");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(end_of_peer, what_a_file_on_stdin_gives_is_still_sent)
{
	upload_goes_on(CONNECT, NET_V4, END_FILE);
	upload_goes_on(LISTEN, NET_UNIX, END_FILE);
}

Test(end_of_peer, what_a_pipe_on_stdin_gives_is_still_sent)
{
	upload_goes_on(CONNECT, NET_V6, END_PIPE);
	upload_goes_on(LISTEN, NET_V4, END_PIPE);
}

static void peer_refuses(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);

	child_feed(&s.child, "first");
	peer_expect(s.fd, "first");
	peer_send(s.fd, "last words");
	/* TCP keeps quiet until something comes for the closed socket; Unix tells at once. */
	child_freeze(&s.child);
	close(s.fd);
	child_feed(&s.child, "more");
	child_thaw(&s.child);
	child_expect(&s.child, 1);
	cr_assert_str_eq(child_out(&s.child), "last words");
	if (net != NET_UNIX)
		child_says(&s.child, "Connection reset by peer");
	child_end_input(&s.child);
}

Test(end_of_peer, stdin_is_sent_until_the_peer_refuses)
{
	session_each(peer_refuses);
}

/*
 * The peer half-closes and is then killed; the kernel forgets its half of the connection after
 * tcp_fin_timeout without a word. Only keepalive can find out, 15 s after the peer's end.
 */
Test(end_of_peer, keepalive_finds_a_peer_that_is_gone_while_stdin_is_idle)
{
	struct session s;
	double waited;

	netns_enter();
	child_sh("echo 2 >/proc/sys/net/ipv4/tcp_fin_timeout");
	s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_V4);
	child_feed(&s.child, "acknowledged");
	peer_expect(s.fd, "acknowledged");
	peer_shut(s.fd);
	if (!child_runs_for(&s.child, 0.5))
		child_blame(&s.child, "did not wait for stdin");
	close(s.fd);
	child_finish_within(&s.child, 40);
	waited = s.child.seconds;
	child_expect(&s.child, 0);
	cr_assert(waited > 10, "a keepalive after %.1f s", waited);
}

/* As above with the link cut: no answer at all to three probes, 5 s apart. */
Test(end_of_peer, keepalive_finds_a_link_that_is_cut_while_stdin_is_idle)
{
	struct child server, client;
	struct place place;
	int far;

	only_when("SOCKIT_LONG");
	far = netns_enter_two();
	place = place_tcp(NET_V4, "10.0.0.2", 4000);
	server = child_start(&(struct plan){
		.args = WORDS("listen", "10.0.0.2:4000"), .netns = far, .err = { END_NULL } });
	proc_await_port(server.pid, &place);
	client = sockit_connect(&(struct plan){ .in = { END_PIPE }, .args = WORDS("-v") }, &place);
	child_await_err(&client, "connected");
	proc_await_idle(client.pid);
	netns_do(far, "ip link set far down");
	child_finish_within(&client, 60);
	child_expect(&client, 0);
}

static void hangup_is_seen(enum role role, enum net net)
{
	struct session s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);

	child_feed(&s.child, "all of it");
	peer_expect(s.fd, "all of it");
	peer_shut(s.fd);
	if (!child_runs_for(&s.child, 0.1))
		child_blame(&s.child, "did not wait for stdin");
	peer_reset(s.fd);
	child_finish_within(&s.child, 5);
	child_expect(&s.child, 0);
}

Test(end_of_peer, pollhup_finds_a_peer_that_is_gone_while_stdin_is_idle)
{
	session_each(hangup_is_seen);
}

static void quits_at_once(enum role role, enum net net)
{
	struct session s = session_start(
		role,
		&(struct plan){ .args = WORDS("-v", "--on-peer-close=quit"), .in = { END_PIPE } },
		net);

	peer_send(s.fd, "done");
	peer_shut(s.fd);
	child_expect(&s.child, 0);
	cr_assert_str_eq(child_out(&s.child), "done");
	/* Standard input has not ended. */
	child_silent_about(&s.child, "end of standard input");
	child_says(&s.child, "closed (the peer ended): sent 0 bytes, received 4 bytes");
	peer_expect_end(s.fd);
	close(s.fd);
}

Test(end_of_peer, quit_ends_at_once)
{
	session_each(quits_at_once);
}

static void keeps_waiting(enum role role, enum net net)
{
	struct session s = session_start(
		role, &(struct plan){ .args = WORDS("--on-peer-close", "keep"), .in = { END_PTY } },
		net);

	peer_send(s.fd, "done");
	peer_shut(s.fd);
	if (!child_runs_for(&s.child, 0.1))
		child_blame(&s.child, "did not wait for its terminal");
	child_type(&s.child, "still here\n\004");
	peer_expect(s.fd, "still here\n");
	peer_expect_end(s.fd);
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(end_of_peer, keep_waits_for_stdin_whatever_it_is)
{
	session_each(keeps_waiting);
}
