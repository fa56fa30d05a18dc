/*
 * relay/datagrams under faults: what the kernel says once and takes back makes no difference, what
 * it means ends the exchange with the right domain and counts, and nothing that came is lost.
 */
#include "relay/datagrams.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/dgram.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "stream/datagram.h"
#include "stream/socket.h"
#include "stream/stdio.h"
#include "sys/call.h"
#include "unit/relay/rig.h"

/*
 * Standard input and output, which are pipes, joined to a peer on UDP; the test holds the other
 * ends.
 */
struct joined {
	struct loop *loop;
	int peer, in, out;
	struct datagrams_request request;
	int calls;
	bool failed;
	struct err err;
};

/* Makes the nth call of OP fail with ERROR. */
static struct {
	struct sys_observer observer;
	enum sys_op op;
	int error;
	unsigned nth, seen;
} fault;

static int fault_before(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == fault.op && ++fault.seen == fault.nth ? fault.error : 0;
}

static void inject(enum sys_op op, int error, unsigned nth)
{
	fault.observer.before = fault_before;
	fault.op = op;
	fault.error = error;
	fault.nth = nth;
	fault.seen = 0;
	sys_observe(&fault.observer);
}

static void done(void *context, const struct err *err)
{
	struct joined *j = context;

	j->calls++;
	j->failed = err != NULL;
	if (err)
		j->err = *err;
	loop_stop(j->loop);
}

static struct joined join(enum framing framing)
{
	struct joined j = { 0 };
	struct place place;
	struct addr at = addr_loopback(AF_INET, 7);
	struct err err;
	int fd;

	j.peer = dgram_bind(NET_V4, &place);
	fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
	must(connect(fd, (struct sockaddr *)&place.address, place.address_size), "connect");
	place = place_of(fd, &place);
	must(connect(j.peer, (struct sockaddr *)&place.address, place.address_size), "connect");
	j.loop = loop_new(&err);
	j.in = rig_standard_pipe(0);
	j.out = rig_standard_pipe(1);
	j.request = (struct datagrams_request){
		.peer = stream_socket_new(fd, &at, SOCK_DGRAM),
		.in = stream_standard_new(0, &err),
		.out = stream_standard_new(1, &err),
		.framing = framing,
		.cut = framing,
		.reply_timeout = 30 * NSEC_PER_MSEC,
		.quit_after_eof = NSEC_NEVER,
		.idle_timeout = NSEC_NEVER,
		.deadline = nsec_after(loop_now(j.loop), 10 * NSEC_PER_SEC),
		.deadline_after = 10 * NSEC_PER_SEC,
	};
	return j;
}

static void put(int fd, const char *text)
{
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void run(struct joined *j)
{
	struct datagrams *datagrams;
	struct err err;

	cr_assert_eq(datagrams_start(j->loop, &j->request, report_new(), done, j, &datagrams, &err),
	             0);
	cr_assert_eq(loop_run(j->loop, &err), 0);
	sys_observe(NULL);
	cr_assert_eq(j->calls, 1);
	datagrams_free(datagrams);
	stream_close(j->request.in);
	stream_close(j->request.out);
	stream_close(j->request.peer);
	loop_free(j->loop);
}

static void expect_out(struct joined *j, const char *want)
{
	char got[256] = "";
	ssize_t n = read(j->out, got, sizeof got - 1);

	cr_assert_str_eq(n > 0 ? got : "", want);
}

static void close_tests_ends(struct joined *j)
{
	int null = must(open("/dev/null", O_RDWR | O_CLOEXEC), "null");

	close(j->peer);
	close(j->out);
	must(dup2(null, 0), "dup2");
	must(dup2(null, 1), "dup2");
	close(null);
}

/* Three datagrams in either direction, by calls that take several, but for the last from stdin. */
static struct joined three_each_way(void)
{
	struct joined j = join(FRAMING_LINE);

	must(fcntl(j.out, F_SETFL, O_NONBLOCK), "nonblock");
	put(j.in, "one\n\nthree");
	close(j.in);
	dgram_send_text(j.peer, "a");
	dgram_send_text(j.peer, "");
	dgram_send_text(j.peer, "c");
	return j;
}

static const struct {
	enum sys_op op;
	int error;
} passing[] = {
	{ SYS_SEND, EINTR },     { SYS_SEND, EAGAIN },     { SYS_SEND, ENOBUFS },
	{ SYS_SENDMMSG, EINTR }, { SYS_SENDMMSG, EAGAIN }, { SYS_SENDMMSG, ENOBUFS },
	{ SYS_RECVMMSG, EINTR }, { SYS_RECVMMSG, EAGAIN }, { SYS_READ, EINTR },
	{ SYS_WRITE, EINTR },    { SYS_WRITE, EAGAIN },    { SYS_READ, EAGAIN },
};

Test(datagrams, what_passes_makes_no_difference)
{
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		for (unsigned nth = 1; nth <= 2; nth++) {
			struct joined j = three_each_way();

			inject(passing[i].op, passing[i].error, nth);
			run(&j);
			cr_assert(!j.failed, "%zu: %s", i, j.err.detail);
			cr_assert(fault.seen >= 1, "%zu: not reached", i);
			dgram_expect(j.peer, "one");
			dgram_expect(j.peer, "");
			dgram_expect(j.peer, "three");
			expect_out(&j, "a\n\nc\n");
			close_tests_ends(&j);
		}
}

static const struct {
	enum sys_op op;
	int error;
	enum err_domain domain;
	const char *counts;
} ending[] = {
	{ SYS_SENDMMSG, ECONNREFUSED, ERR_NETWORK, "after 0 datagrams sent and 3 received" },
	{ SYS_SENDMMSG, EHOSTUNREACH, ERR_NETWORK, "after 0 datagrams sent and 3 received" },
	{ SYS_SENDMMSG, EMSGSIZE, ERR_LOCAL, "after 0 datagrams sent and 3 received" },
	{ SYS_SEND, ECONNREFUSED, ERR_NETWORK, "after 2 datagrams sent and 3 received" },
	{ SYS_SEND, ENETUNREACH, ERR_NETWORK, "after 2 datagrams sent and 3 received" },
	{ SYS_SEND, EMSGSIZE, ERR_LOCAL,
	  "(a datagram of 5 bytes) after 2 datagrams sent and 3 received" },
	{ SYS_SEND, EPERM, ERR_LOCAL, "after 2 datagrams sent and 3 received" },
	{ SYS_RECVMMSG, ECONNREFUSED, ERR_NETWORK, "and 3 received" },
	{ SYS_RECVMMSG, EPROTO, ERR_NETWORK, "and 3 received" },
	{ SYS_RECVMMSG, ENETUNREACH, ERR_NETWORK, "and 3 received" },
	{ SYS_RECVMMSG, ENOPROTOOPT, ERR_NETWORK, "and 3 received" },
	{ SYS_RECVMMSG, EMSGSIZE, ERR_NETWORK, "and 3 received" },
	{ SYS_RECVMMSG, ENOMEM, ERR_LOCAL, "and 3 received" },
};

Test(datagrams, what_ends_it_is_told_after_what_came)
{
	for (size_t i = 0; i < ARRAY_LEN(ending); i++) {
		struct joined j = three_each_way();

		inject(ending[i].op, ending[i].error, 1);
		run(&j);
		cr_assert(j.failed, "%zu", i);
		cr_assert_eq(j.err.code, ending[i].error, "%zu: %s", i, strerror(j.err.code));
		cr_assert_eq(j.err.domain, ending[i].domain, "%zu", i);
		cr_assert(strstr(j.err.detail, ending[i].counts), "%zu: '%s'", i, j.err.detail);
		if (ending[i].error == EMSGSIZE)
			cr_assert(strstr(j.err.hint, "--datagram-size"), "%zu", i);
		expect_out(&j, "a\n\nc\n");
		close_tests_ends(&j);
	}
}

Test(datagrams, a_refusal_does_not_matter_once_all_replies_came)
{
	static const enum sys_op ops[] = { SYS_RECVMMSG, SYS_SEND };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		struct joined j = three_each_way();

		j.request.replies = 3;
		inject(ops[i], ECONNREFUSED, 1);
		run(&j);
		cr_assert(!j.failed, "%zu: %s", i, j.err.detail);
		expect_out(&j, "a\n\nc\n");
		close_tests_ends(&j);
	}
}

/* ENOBUFS again and again: it waits between, and loses nothing. */
static int no_room(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SENDMMSG && fault.seen++ < 20 ? ENOBUFS : 0;
}

Test(datagrams, a_kernel_without_room_is_asked_again_after_a_pause)
{
	struct joined j = three_each_way();
	int64_t began = clock_now();

	inject(SYS_SENDMMSG, ENOBUFS, 1);
	fault.observer.before = no_room;
	run(&j);
	cr_assert(!j.failed, "%s", j.err.detail);
	cr_assert(clock_since(began) >= 0.020, "%f", clock_since(began));
	cr_assert_eq(fault.seen, 21);
	dgram_expect(j.peer, "one");
	dgram_expect(j.peer, "");
	dgram_expect(j.peer, "three");
	close_tests_ends(&j);
}

Test(datagrams, a_source_that_fails_is_told_after_what_it_gave)
{
	struct joined j = three_each_way();

	inject(SYS_READ, EIO, 2);
	run(&j);
	cr_assert(j.failed);
	cr_assert_eq(j.err.domain, ERR_LOCAL);
	cr_assert_str_eq(j.err.op, "read");
	dgram_expect(j.peer, "one");
	dgram_expect(j.peer, "");
	dgram_expect(j.peer, "three");
	close_tests_ends(&j);
}

Test(datagrams, a_sink_that_fails_is_status_7)
{
	struct joined j = three_each_way();

	inject(SYS_WRITE, ENOSPC, 1);
	run(&j);
	cr_assert(j.failed);
	cr_assert_eq(j.err.domain, ERR_LOCAL);
	cr_assert_eq(j.err.code, ENOSPC);
	close_tests_ends(&j);
}

/* Calls that take several are made where several are ready, and only there. */
Test(datagrams, many_go_in_one_call)
{
	struct joined j = join(FRAMING_LINE);

	for (int i = 0; i < 3 * DATAGRAM_BATCH; i++)
		put(j.in, "x\n");
	close(j.in);
	inject(SYS_SENDMMSG, 0, 0);
	run(&j);
	cr_assert(!j.failed);
	cr_assert_eq(fault.seen, 3);
	close_tests_ends(&j);
}
