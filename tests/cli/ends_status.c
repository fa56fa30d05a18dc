/*
 * sockit-connect(1), 'Ends of a stream': what the status of an ended stream says, a test a
 * sentence.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/netns.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* More than the smallest receive buffer takes, less than what the kernel keeps for sending. */
enum { TOO_MUCH_FOR_A_NARROW_PEER = 200000 };

/* The peer has ended first and does not read; all of stdin is in the kernel, unacknowledged. */
static struct session unacknowledged(const char *const *args, const struct data *data)
{
	const char *path = scratch_path("unacknowledged");
	struct session s;

	data_save(data, path);
	s = session_start_narrow(&(struct plan){ .args = args, .in = { END_FILE, .path = path } },
	                         NET_V4);
	peer_shut(s.fd);
	return s;
}

Test(end_status, sockit_waits_for_the_acknowledgement_when_the_peer_ended_first)
{
	struct data data = data_binary(1, TOO_MUCH_FOR_A_NARROW_PEER);
	struct session s = unacknowledged(NULL, &data);

	if (!child_runs_for(&s.child, 0.5))
		child_blame(&s.child, "ended before its data was acknowledged");
	mover_expect_whole(
		sink_start(&(struct flow){ .fd = s.fd, .data = data, .end = FLOW_LEAVE }),
		"what the slow peer got");
	child_expect(&s.child, 0);
	close(s.fd);
}

Test(end_status, waiting_for_the_acknowledgement_is_bounded)
{
	static const char *const bounds[] = { "-w", "--deadline" };
	struct data data = data_binary(1, TOO_MUCH_FOR_A_NARROW_PEER);

	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		struct session s = unacknowledged(WORDS(bounds[i], "1"), &data);

		child_expect(&s.child, 4);
		if (s.child.seconds < 0.9 || s.child.seconds > 2 * clock_slack())
			child_blame(&s.child, "%s 1 was not one second", bounds[i]);
		if (!*child_err(&s.child))
			child_blame(&s.child, "does not say why");
		close(s.fd);
	}
}

/* So is sending what was read, when no more of stdin is to come. */
Test(end_status, waiting_for_room_is_bounded_once_both_have_ended)
{
	static const char *const quits[] = { "auto", "quit" };
	struct data data = data_binary(1, 8 << 20);
	const char *path = scratch_path("large");

	data_save(&data, path);
	for (size_t i = 0; i < ARRAY_LEN(quits); i++) {
		bool quit = strcmp(quits[i], "quit") == 0;
		struct session s = session_start_narrow(
			&(struct plan){
				.args = WORDS("-w", "0.5", "--sockopt", "sndbuf=4096",
		                              "--on-peer-close", quits[i]),
				.in = { quit ? END_FILE : END_PIPE, .path = path },
			},
			NET_V4);

		if (!quit)
			mover_finish(source_start(&(struct flow){ .fd = s.child.in,
			                                          .data = data_binary(1, 60000),
			                                          .end = FLOW_CLOSE }));
		cr_assert(peer_poll(s.fd, POLLIN, clock_after(PATIENCE)));
		peer_shut(s.fd);
		child_expect(&s.child, 4);
		if (s.child.seconds > 2 * clock_slack())
			child_blame(&s.child, "-w 0.5 was not half a second");
		child_says(&s.child, "the peer has not acknowledged the last");
		close(s.fd);
	}
}

/* The last bytes go out to a link that is not there any more. */
Test(end_status, a_link_that_is_cut_before_the_acknowledgement_is_never_0)
{
	int far = netns_enter_two(), listener, fd;
	struct place place = place_tcp(NET_V4, "10.0.0.2", 4000);
	struct child client;

	listener = netns_socket(far, AF_INET, SOCK_STREAM);
	must(bind(listener, (struct sockaddr *)&place.address, place.address_size), "bind");
	must(listen(listener, 1), "listen");
	client = sockit_connect(&(struct plan){ .args = WORDS("-w", "1"), .in = { END_PIPE } },
	                        &place);
	fd = sockit_accept(&client, listener);
	peer_shut(fd);
	if (!child_runs_for(&client, 0.2))
		child_blame(&client, "did not wait for stdin");
	netns_do(far, "ip link set far down");
	child_feed(&client, "last bytes");
	child_end_input(&client);
	child_expect(&client, 4);
}

static void reset_in_mid_stream(enum role role, enum net net)
{
	char request[501], answer[301];
	struct session s;

	if (net == NET_UNIX)
		return;
	memset(request, 'q', sizeof(request) - 1);
	memset(answer, 'a', sizeof(answer) - 1);
	request[sizeof(request) - 1] = answer[sizeof(answer) - 1] = '\0';
	s = session_start(role, &(struct plan){ .in = { END_PIPE } }, net);
	child_feed(&s.child, request);
	peer_expect(s.fd, request);
	peer_send(s.fd, answer);
	peer_await_acknowledged(s.fd);
	proc_await_idle(s.child.pid);
	peer_reset(s.fd);
	child_expect(&s.child, 1);
	cr_assert_str_eq(child_out(&s.child), answer);
	child_says(&s.child, "Connection reset by peer");
	child_says(&s.child, "500");
	child_says(&s.child, "300");
}

/* Which nc.openbsd and socat count as success. */
Test(end_status, a_reset_in_mid_stream_is_1_and_counts_the_bytes_each_way)
{
	session_each(reset_in_mid_stream);
}

static void reset_of_an_upload(enum end_kind in)
{
	struct data data = data_binary(4, 50000000);
	const char *path = scratch_path("upload");
	struct session s;

	data_save(&data, path);
	s = session_start(CONNECT, &(struct plan){ .in = { in, .path = path } }, NET_V4);
	if (in == END_PIPE)
		source_start(&(struct flow){ .fd = s.child.in, .data = data, .end = FLOW_CLOSE });
	peer_await_unread(s.fd, 1000);
	peer_reset(s.fd);
	child_expect(&s.child, 1);
	child_says(&s.child, "Connection reset by peer");
}

/* Whoever has the same stdin afterwards reads on where the connection ended. */
Test(end_status, what_comes_with_the_reset_is_left_in_stdin)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_V4);
	siginfo_t stopped;
	int left = 0;

	proc_await_idle(s.child.pid);
	child_signal(&s.child, SIGSTOP);
	must(waitid(P_PID, (id_t)s.child.pid, &stopped, WSTOPPED | WNOWAIT), "waitid");
	peer_reset(s.fd);
	child_feed(&s.child, "for the next");
	child_signal(&s.child, SIGCONT);
	child_expect(&s.child, 1);
	must(ioctl(s.child.in, FIONREAD, &left), "FIONREAD");
	cr_assert_eq(left, (int)strlen("for the next"));
}

Test(end_status, a_reset_of_an_upload_is_1)
{
	reset_of_an_upload(END_FILE);
	reset_of_an_upload(END_PIPE);
}

Test(end_status, a_reset_after_our_end_is_1)
{
	struct session s = session_start(CONNECT, &(struct plan){ 0 }, NET_V4);

	peer_expect_end(s.fd);
	peer_send(s.fd, "half an ans");
	peer_await_acknowledged(s.fd);
	proc_await_idle(s.child.pid);
	peer_reset(s.fd);
	child_expect(&s.child, 1);
	cr_assert_str_eq(child_out(&s.child), "half an ans");
	child_says(&s.child, "Connection reset by peer");
}

/* The kernel gives up resending: ETIMEDOUT. */
Test(end_status, a_timeout_of_the_kernel_is_1)
{
	int far = netns_enter_two(), listener;
	struct place place = place_tcp(NET_V4, "10.0.0.2", 4000);
	struct child client;

	child_sh("echo 1 >/proc/sys/net/ipv4/tcp_retries2");
	listener = netns_socket(far, AF_INET, SOCK_STREAM);
	must(bind(listener, (struct sockaddr *)&place.address, place.address_size), "bind");
	must(listen(listener, 1), "listen");
	client = sockit_connect(&(struct plan){ .in = { END_PIPE } }, &place);
	sockit_accept(&client, listener);
	netns_do(far, "ip link set far down");
	child_feed(&client, "into the void");
	child_expect(&client, 1);
	child_says(&client, "Connection timed out");
}

/*
 * The peer ends, then resets: sockit's socket is in CLOSE_WAIT, where Linux reports the reset as
 * EPIPE. sockit is stopped meanwhile, so that it meets both and the data in one go.
 */
Test(end_status, a_reset_in_close_wait_is_told_as_a_reset)
{
	for (enum role role = 0; role < ROLES; role++) {
		struct session s =
			session_start(role, &(struct plan){ .in = { END_PIPE } }, NET_V4);

		child_freeze(&s.child);
		peer_shut(s.fd);
		peer_reset(s.fd);
		child_feed(&s.child, "for nobody");
		child_end_input(&s.child);
		child_thaw(&s.child);
		child_expect(&s.child, 1);
		child_says(&s.child, "Connection reset by peer");
		child_silent_about(&s.child, "Broken pipe");
	}
}

/* The same with nothing to send: shutdown() says ENOTCONN. Nothing is lost, so 0 is right too. */
Test(end_status, shutting_a_reset_connection_is_not_told_as_enotconn)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_V4);

	child_freeze(&s.child);
	peer_shut(s.fd);
	peer_reset(s.fd);
	child_end_input(&s.child);
	child_thaw(&s.child);
	child_finish(&s.child);
	if (s.child.status != 0)
		child_says(&s.child, "Connection reset by peer");
	cr_assert(s.child.status == 0 || s.child.status == 1, "status %d", s.child.status);
	child_silent_about(&s.child, "not connected");
}

Test(end_status, a_peer_gone_with_unacknowledged_bytes_is_1)
{
	struct data data = data_binary(1, TOO_MUCH_FOR_A_NARROW_PEER);
	struct session s = session_start_narrow(&(struct plan){ .in = { END_PIPE } }, NET_V4);
	struct mover *source =
		source_start(&(struct flow){ .fd = s.child.in, .data = data, .end = FLOW_LEAVE });

	peer_shut(s.fd);
	mover_expect_whole(source, "what sockit took");
	proc_await_idle(s.child.pid);
	peer_reset(s.fd);
	child_finish_within(&s.child, 5);
	child_expect(&s.child, 1);
}

/* A Unix socket's peer that closes with unread data resets the stream too. */
Test(end_status, a_unix_peer_that_closes_with_unread_data_is_1)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_UNIX);

	child_feed(&s.child, "never read");
	peer_await_unread(s.fd, strlen("never read"));
	close(s.fd);
	child_expect(&s.child, 1);
}

/* Also when its end came before, and nobody was owed more. */
Test(end_status, a_unix_peer_that_ends_and_then_closes_with_unread_data_is_1)
{
	struct session s = session_start(CONNECT, &(struct plan){ .in = { END_PIPE } }, NET_UNIX);

	child_feed(&s.child, "never read");
	peer_await_unread(s.fd, strlen("never read"));
	peer_shut(s.fd);
	proc_await_idle(s.child.pid);
	close(s.fd);
	child_expect(&s.child, 1);
	child_says(&s.child, "Connection reset by peer");
}

/* What sockit itself holds back the peer cannot acknowledge. */
Test(end_status, waiting_for_the_acknowledgement_begins_after_what_a_pace_holds)
{
	struct session s =
		session_start(CONNECT,
	                      &(struct plan){ .args = WORDS("-w", "0.2", "--line-delay", "0.3"),
	                                      .in = { END_PIPE } },
	                      NET_V4);

	/* The end of the input is found behind the second line. */
	child_feed(&s.child, "a\nb\nc\n");
	child_end_input(&s.child);
	peer_shut(s.fd);
	peer_expect(s.fd, "a\nb\nc\n");
	peer_expect_end(s.fd);
	close(s.fd);
	child_expect(&s.child, 0);
}
