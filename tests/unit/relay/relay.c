/* relay/relay: when a connection is over, and how that is told. PRODUCT.md, 'Ends of a stream'. */
#include "relay/relay.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "stream/socket.h"
#include "stream/stdio.h"
#include "sys/process.h"
#include "unit/relay/rig.h"

/* A relay between standard input and output, which are pipes, and a peer on TCP; the test holds the
 * other ends. */
struct joined {
	struct loop *loop;
	int peer, in, out;
	struct relay_request request;
	struct relay *relay;
	int calls;
	bool failed;
	struct err err;
};

static void done(void *context, const struct err *err)
{
	struct joined *j = context;

	j->calls++;
	j->failed = err != NULL;
	if (err)
		j->err = *err;
	loop_stop(j->loop);
}

static struct joined join(void)
{
	struct joined j = { 0 };
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd = peer_connect(&place);
	struct addr at = addr_loopback(AF_INET, 7);
	struct err err;

	signals_ignore_pipe();
	j.peer = peer_accept(listener);
	close(listener);
	j.loop = loop_new(&err);
	j.in = rig_standard_pipe(0);
	j.out = rig_standard_pipe(1);
	j.request = (struct relay_request){
		.peer = stream_socket_new(fd, &at, SOCK_STREAM),
		.in = stream_standard_new(0, &err),
		.out = stream_standard_new(1, &err),
		.idle_timeout = NSEC_NEVER,
		.quit_after_eof = NSEC_NEVER,
		.ack_timeout = NSEC_PER_SEC,
		/* Long enough for everything, and short where nothing would end it. */
		.deadline = nsec_after(loop_now(j.loop), NSEC_PER_SEC / 5),
		.deadline_after = NSEC_PER_SEC / 5,
	};
	return j;
}

static void begin(struct joined *j)
{
	struct err err;

	cr_assert_eq(relay_start(j->loop, &j->request, report_new(), done, j, &j->relay, &err), 0);
	cr_assert_eq(j->calls, 0, "called before the loop ran");
}

/* A second actor while the relay runs. It never outlives the test. */
static bool is_other(void)
{
	pid_t pid = must(fork(), "fork");

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(10);
	}
	return pid == 0;
}

static int status_of_other(void)
{
	int status;

	must(wait(&status), "wait");
	return status;
}

static void end_standard(int number)
{
	int fd = must(open("/dev/null", O_RDWR | O_CLOEXEC), "null");

	must(dup2(fd, number), "dup2");
	close(fd);
}

static void run(struct joined *j)
{
	struct err err;

	if (!j->relay)
		begin(j);
	cr_assert_eq(loop_run(j->loop, &err), 0);
	cr_assert_eq(j->calls, 1);
	relay_free(j->relay);
	stream_close(j->request.in);
	stream_close(j->request.out);
	stream_close(j->request.peer);
	end_standard(0);
	end_standard(1);
	loop_free(j->loop);
}

static void expect_success(const struct joined *j)
{
	cr_assert(!j->failed, "%s %s %s", j->err.op, strerror(j->err.code), j->err.detail);
}

static void expect_failure(const struct joined *j, enum err_domain domain, int code,
                           const char *detail)
{
	cr_assert(j->failed);
	cr_assert_eq(j->err.domain, domain, "domain %d, %s", (int)j->err.domain, j->err.detail);
	cr_assert_eq(j->err.code, code, "%s", strerror(j->err.code));
	cr_assert(strstr(j->err.detail, detail), "'%s' has no '%s'", j->err.detail, detail);
}

/* Cut by the deadline: nothing else ended it. */
static void expect_goes_on(const struct joined *j)
{
	expect_failure(j, ERR_TIME, 0, "cut by --deadline at 0.2 s");
}

static void put(int fd, const char *text)
{
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_text(int fd, const char *want)
{
	char got[256] = "";
	size_t at = 0;
	ssize_t n;

	do {
		cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)), "neither data nor the end");
		n = read(fd, got + at, sizeof got - 1 - at);
		at += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	cr_assert_str_eq(got, want);
}

Test(relay, both_ended)
{
	struct joined j = join();

	put(j.in, "question");
	close(j.in);
	put(j.peer, "answer");
	peer_shut(j.peer);
	run(&j);
	expect_success(&j);
	expect_text(j.out, "answer");
	expect_text(j.peer, "question");
}

/* 1: no hidden timer; receiving goes on until the peer ends it. */
Test(relay, the_end_of_stdin_is_not_the_end)
{
	struct joined j = join();

	put(j.in, "question");
	close(j.in);
	run(&j);
	expect_goes_on(&j);
	cr_assert(strstr(j.err.detail, "8 bytes sent and 0 received"), "%s", j.err.detail);
	expect_text(j.peer, "question");
}

Test(relay, without_half_close_the_sending_side_stays_open)
{
	struct joined j = join();

	j.request.keep_sending_side = true;
	close(j.in);
	begin(&j);
	if (is_other()) {
		clock_pause(0.05);
		char byte;
		bool open = recv(j.peer, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
		peer_shut(j.peer);
		_exit(open ? 0 : 1);
	}
	run(&j);
	expect_success(&j);
	cr_assert_eq(status_of_other(), 0, "the peer saw an end");
}

/* 2: the peer's end: what stdin gives is still sent, or not. */
Test(relay, after_the_peers_end_stdin_goes_on)
{
	struct joined j = join();

	peer_shut(j.peer);
	run(&j);
	expect_goes_on(&j);
}

Test(relay, after_the_peers_end_it_may_quit)
{
	struct joined j = join();

	j.request.on_peer_close = RELAY_QUIT;
	put(j.peer, "bye");
	peer_shut(j.peer);
	run(&j);
	expect_success(&j);
	expect_text(j.out, "bye");
}

/* The reader of stdout sees the end when the peer has ended, not when sockit does. */
Test(relay, the_peers_end_is_passed_on_at_once)
{
	struct joined j = join();

	peer_shut(j.peer);
	run(&j);
	expect_goes_on(&j);
	expect_text(j.out, "");
}

Test(relay, an_idle_stdin_and_a_peer_that_is_gone)
{
	struct joined j = join();

	/* It ended, had everything, then was reset: 0. */
	j.request.deadline = nsec_after(loop_now(j.loop), 5 * NSEC_PER_SEC);
	peer_shut(j.peer);
	begin(&j);
	if (is_other()) {
		clock_pause(0.05);
		peer_reset(j.peer);
		_exit(0);
	}
	close(j.peer);
	run(&j);
	expect_success(&j);
}

/* 3: a reset is never success, and the bytes are counted. */
Test(relay, a_reset)
{
	struct joined j = join();

	put(j.peer, "part");
	begin(&j);
	clock_pause(0.001);
	if (is_other()) {
		clock_pause(0.05);
		peer_reset(j.peer);
		_exit(0);
	}
	close(j.peer);
	run(&j);
	expect_failure(&j, ERR_NETWORK, ECONNRESET, "after 0 bytes sent and 4 received");
	expect_text(j.out, "part");
	cr_assert_str_eq(j.err.subject, "127.0.0.1 port 7");
}

/* In CLOSE_WAIT Linux tells of a reset as EPIPE. */
Test(relay, a_reset_that_comes_as_epipe)
{
	struct joined j = join();

	peer_shut(j.peer);
	begin(&j);
	if (is_other()) {
		clock_pause(0.03);
		peer_reset(j.peer);
		for (int i = 0; i < 100; i++) {
			(void)!write(j.in, "more", 4);
			clock_pause(0.0005);
		}
		_exit(0);
	}
	close(j.peer);
	run(&j);
	if (j.failed)
		expect_failure(&j, ERR_NETWORK, ECONNRESET, "bytes sent");
}

/* 4: limits. */
Test(relay, idle_for_too_long)
{
	struct joined j = join();

	j.request.idle_timeout = 30 * NSEC_PER_MSEC;
	int64_t began = clock_now();
	put(j.peer, "x");
	run(&j);
	expect_failure(&j, ERR_TIME, 0, "--idle-timeout");
	cr_assert(strstr(j.err.detail, "0 bytes sent and 1 received"), "%s", j.err.detail);
	cr_assert(clock_since(began) >= 0.03);
}

Test(relay, quit_after_eof_is_success_when_all_is_acknowledged)
{
	struct joined j = join();

	j.request.quit_after_eof = 100 * NSEC_PER_MSEC;
	put(j.in, "x");
	close(j.in);
	run(&j);
	expect_success(&j);
	expect_text(j.peer, "x");
}

/* All bytes are acknowledged; our end of the stream, which is none, need not be. */
Test(relay, quit_after_eof_does_not_wait_for_the_end_to_be_acknowledged)
{
	struct joined j = join();

	j.request.quit_after_eof = 0;
	begin(&j);
	if (is_other()) {
		put(j.in, "x");
		clock_pause(0.1);
		_exit(0);
	}
	close(j.in);
	run(&j);
	expect_success(&j);
	expect_text(j.peer, "x");
}

Test(relay, quit_after_eof_with_bytes_on_their_way)
{
	static char much[1 << 20];
	struct joined j = join();
	int small = 1;

	/* The peer reads nothing, but the kernel takes it all. */
	must(setsockopt(j.peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), "SO_RCVBUF");
	j.request.quit_after_eof = 0;
	must(fcntl(j.in, F_SETPIPE_SZ, sizeof much), "F_SETPIPE_SZ");
	cr_assert_eq(write(j.in, much, 300000), 300000);
	close(j.in);
	run(&j);
	expect_failure(&j, ERR_TIME, 0, "--quit-after-eof");
}

/* 5: one way alone. */
Test(relay, receiving_alone_shuts_the_sending_side_at_once)
{
	struct joined j = join();

	stream_close(j.request.in);
	j.request.in = NULL;
	j.request.shut_at_once = true;
	put(j.peer, "data");
	run(&j);
	expect_goes_on(&j);
	expect_text(j.peer, "");
	expect_text(j.out, "data");
}

Test(relay, without_stdin_the_sending_side_stays_open)
{
	struct joined j = join();
	char byte;

	stream_close(j.request.in);
	j.request.in = NULL;
	begin(&j);
	put(j.peer, "data");
	if (is_other()) {
		/* Nothing comes for a while: neither a byte nor the end. */
		clock_pause(0.05);
		_exit(recv(j.peer, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN ? 0 : 1);
	}
	run(&j);
	expect_goes_on(&j);
	cr_assert_eq(status_of_other(), 0);
}

Test(relay, sending_alone_ends_when_all_is_acknowledged)
{
	struct joined j = join();

	stream_close(j.request.out);
	j.request.out = NULL;
	j.request.end_when_sent = true;
	put(j.in, "all of it");
	close(j.in);
	put(j.peer, "a banner that nobody reads");
	run(&j);
	expect_success(&j);
	expect_text(j.peer, "all of it");
}

/* Section 1, Write errors. */
Test(relay, a_reader_of_stdout_that_left)
{
	struct joined j = join();

	close(j.out);
	put(j.peer, "data");
	run(&j);
	expect_failure(&j, ERR_STDOUT_GONE, EPIPE, "");
}

Test(relay, a_full_disk)
{
	struct joined j = join();
	struct err err;

	stream_close(j.request.out);
	int fd = must(open("/dev/full", O_WRONLY | O_CLOEXEC), "full");
	dup2(fd, 1);
	j.request.out = stream_standard_new(1, &err);
	put(j.peer, "data");
	run(&j);
	expect_failure(&j, ERR_LOCAL, ENOSPC, "received");
	cr_assert_str_eq(j.err.subject, "standard output");
}

/* A stalled stdout never stops sending. */
Test(relay, neither_direction_stalls_the_other)
{
	struct joined j = join();
	static char much[4 << 20];

	begin(&j);
	if (is_other()) {
		/*
		 * More than pipe and buffers hold, and nobody reads stdout; then what stdin gave
		 * comes.
		 */
		must(fcntl(j.peer, F_SETFL, O_NONBLOCK), "F_SETFL");
		for (int i = 0; i < 20; i++) {
			(void)!write(j.peer, much, sizeof much);
			clock_pause(0.002);
		}
		put(j.in, "through");
		char got[8] = "";
		size_t at = 0;
		for (int i = 0; i < 100 && at < 7; i++, clock_pause(0.001)) {
			ssize_t n = read(j.peer, got + at, 7 - at);
			at += n > 0 ? (size_t)n : 0;
		}
		_exit(strcmp(got, "through") == 0 ? 0 : 1);
	}
	run(&j);
	expect_goes_on(&j);
	cr_assert_eq(status_of_other(), 0, "stdin was not sent while stdout was stalled");
}

/* Without anything to do it waits in one call. */
Test(relay, idle_it_uses_no_cpu)
{
	struct joined j = join();
	clock_t began = clock();

	peer_shut(j.peer);
	run(&j);
	expect_goes_on(&j);
	cr_assert((double)(clock() - began) / CLOCKS_PER_SEC < 0.05, "it spins");
}

Test(relay, free_takes_null)
{
	relay_free(NULL);
}
