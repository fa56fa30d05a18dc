/*
 * stream/acceptor: connections are taken one by one or several at once, and what fails is waited
 * out.
 */
#include "stream/acceptor.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "net/spec_parse.h"
#include "sys/call.h"

static struct loop *loop;
static struct report *report;

static struct listener *open_with(const struct sockopt_list *options, struct place *place)
{
	static const char *const word = "127.0.0.1:0";
	static struct spec spec;
	struct spec_rules rules = { .server = true };
	struct listen_request request = { .spec = &spec, .backlog = 64, .sockopts = options };
	struct listener *l;
	struct err err;

	if (!loop) {
		loop = loop_new(&err);
		report = report_new();
		/* It tells where it listens. */
		must(dup2(must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null"), 2), "dup2");
	}
	cr_assert_eq(spec_parse(&spec, &word, 1, &rules, &err), 0);
	cr_assert_eq(listener_open(loop, &request, report, &l, &err), 0, "%s", err.detail);
	*place = place_tcp(NET_V4, "127.0.0.1", listener_port(l));
	return l;
}

static struct acceptor *accept_with(struct acceptor_request request)
{
	struct err err;

	request.loop = loop;
	request.report = report;
	struct acceptor *a = acceptor_new(&request, &err);
	cr_assert_not_null(a);
	return a;
}

struct accepted {
	struct stream *stream;
	struct addr peer;
};

static void on_accepted(void *context, struct stream *stream, const struct addr *peer)
{
	struct accepted *a = context;

	a->stream = stream;
	a->peer = *peer;
	loop_stop(loop);
}

static int accepts, accept_error;
static int accept_fails(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_ACCEPT4 && accepts++ < 2 ? accept_error : 0;
}

/* Promise 4: a failing accept never ends a server, and nothing spins. */
Test(acceptor, accept_may_fail_and_goes_on)
{
	static const struct {
		int error;
		bool rests;
	} rows[] = {
		{ EMFILE, true },  { ENFILE, true },        { ENOBUFS, true }, { ENOMEM, true },
		{ EAGAIN, false }, { ECONNABORTED, false }, { EPROTO, false }, { EPERM, false },
	};
	struct sys_observer observer = { .before = accept_fails };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct place place = place_any(NET_V4);
		struct listener *l = open_with(NULL, &place);
		struct accepted a = { 0 };
		int fd = peer_connect(&place);
		int64_t began = clock_now();
		char buf[64], want[64];
		struct text t = TEXT_OVER(buf);

		accepts = 0;
		accept_error = rows[i].error;
		struct acceptor *acceptor = accept_with((struct acceptor_request){
			.listener = l, .tells = true, .accepted = on_accepted, .context = &a });
		sys_observe(&observer);
		cr_assert_eq(loop_run(loop, &err), 0);
		sys_observe(NULL);
		/* After a rest it also looks whether there are more. */
		cr_assert_eq(accepts, rows[i].rests ? 4 : 3, "%d", accepts);
		cr_assert_eq(clock_since(began) > 0.3, rows[i].rests, "%s: %f s",
		             strerror(rows[i].error), clock_since(began));
		cr_assert(clock_since(began) < 3);
		struct place mine = place_of(fd, &place);
		snprintf(want, sizeof want, "127.0.0.1 port %s", mine.port);
		a.stream->ops->describe(a.stream, &t);
		cr_assert_str_eq(buf, want);
		cr_assert_eq(stream_close(a.stream), 0);
		close(fd);
		acceptor_free(acceptor);
		listener_close(l);
	}
}

static int accept_never(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	accepts += call->op == SYS_ACCEPT4;
	return call->op == SYS_ACCEPT4 ? EPERM : 0;
}

static void stop(struct timer *timer)
{
	(void)timer;
	loop_stop(loop);
}

/* A policy may let nobody in, and keep who has come in the queue. */
Test(acceptor, who_is_refused_again_and_again_is_let_wait)
{
	struct sys_observer observer = { .before = accept_never };
	struct timer timer = { .fire = stop };
	struct place place = place_any(NET_V4);
	struct listener *l = open_with(NULL, &place);
	struct accepted a = { 0 };
	int fd = peer_connect(&place);
	struct err err;
	struct acceptor *acceptor = accept_with(
		(struct acceptor_request){ .listener = l, .accepted = on_accepted, .context = &a });

	loop_timer(loop, &timer, nsec_after(loop_now(loop), 300 * NSEC_PER_MSEC));
	sys_observe(&observer);
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert_lt(accepts, 200, "it asks again and again");
	close(fd);
	acceptor_free(acceptor);
	listener_close(l);
}

/* Each lack is told once, and a second one again. */
Test(acceptor, a_lack_is_told_once_until_it_is_over)
{
	struct sys_observer observer = { .before = accept_fails };
	struct place place;
	struct listener *l = open_with(NULL, &place);
	const char *path = scratch_path("told");
	struct report_config config = { .json = true, .file = path };
	struct accepted a = { 0 };
	unsigned told = 0;
	struct err err;

	cr_assert_eq(report_configure(report, &config, &err), 0);
	struct acceptor *acceptor = accept_with(
		(struct acceptor_request){ .listener = l, .accepted = on_accepted, .context = &a });
	accept_error = EMFILE;
	for (int i = 0; i < 2; i++) {
		int fd = peer_connect(&place);

		accepts = 0;
		sys_observe(&observer);
		cr_assert_eq(loop_run(loop, &err), 0);
		sys_observe(NULL);
		cr_assert_eq(stream_close(a.stream), 0);
		close(fd);
	}
	for (const char *at = scratch_read(path); (at = strstr(at, "accept_paused")); at++)
		told++;
	cr_assert_eq(told, 2, "%s", scratch_read(path));
	acceptor_free(acceptor);
	listener_close(l);
}

/* Who cannot be given what was asked for is let go, with a word on why; the next one is served. */
static struct stream *served;
static void serve(void *context, struct stream *stream, const struct addr *peer)
{
	(void)context;
	(void)peer;
	served = stream;
	loop_stop(loop);
}

static int refusals;
static int refuse_once_accepted(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SETSOCKOPT && call->arg[2] == SO_PRIORITY && ++refusals == 2 ? EPERM
	                                                                                    : 0;
}

Test(acceptor, an_accepted_socket_that_cannot_be_tuned_is_let_go)
{
	struct sys_observer observer = { .before = refuse_once_accepted };
	struct sockopt_list options = { .count = 0 };
	const char *said = scratch_path("said");
	struct place place = place_any(NET_V4);
	struct err err;
	int first, second;

	cr_assert_eq(sockopt_list_add(&options, "priority=3", &err), 0);
	sys_observe(&observer);
	struct listener *l = open_with(&options, &place);
	must(dup2(must(open(said, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), said), 2), "dup2");
	first = peer_connect(&place);
	second = peer_connect(&place);
	struct acceptor *a = accept_with(
		(struct acceptor_request){ .listener = l, .tells = true, .accepted = serve });
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert_eq(refusals, 3);
	peer_expect_end(first);
	cr_assert_not_null(
		strstr(scratch_read(said),
	               ": cannot set the socket option priority=3: Operation not permitted"),
		"%s", scratch_read(said));
	peer_send(second, "x");
	cr_assert(peer_poll(served->fd, POLLIN, clock_after(PATIENCE)));
	(void)stream_close(served);
	acceptor_free(a);
	listener_close(l);
}

/* Room for so many at once. */
static unsigned room, taken, missed;
static bool admit(void *context)
{
	(void)context;
	if (room == 0) {
		loop_stop(loop);
		return false;
	}
	room--;
	return true;
}
static void miss(void *context)
{
	(void)context;
	missed++;
	room++;
	loop_stop(loop);
}
static void take(void *context, struct stream *stream, const struct addr *peer)
{
	(void)context;
	(void)peer;
	taken++;
	(void)stream_close(stream);
}

static unsigned epoll_ctls;
static int count_epoll_ctls(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	epoll_ctls += call->op == SYS_EPOLL_CTL;
	return 0;
}

/* A full one takes the next as soon as there is room, and tells the kernel nothing meanwhile. */
Test(acceptor, no_more_are_taken_than_there_is_room_for)
{
	struct sys_observer observer = { .before = count_epoll_ctls };
	struct place place = place_any(NET_V4);
	struct listener *l = open_with(NULL, &place);
	struct acceptor *a = accept_with((struct acceptor_request){
		.listener = l, .at_once = 16, .admit = admit, .missed = miss, .accepted = take });
	struct err err;
	int fds[20];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = peer_connect(&place);
	room = 3;
	cr_assert_eq(loop_run(loop, &err), 0);
	cr_assert_eq(taken, 3);
	sys_observe(&observer);
	for (unsigned i = 4; i < 20; i++) {
		room = 1;
		acceptor_resume(a);
		cr_assert_eq(loop_run(loop, &err), 0);
		cr_assert(taken == i && missed == 0);
	}
	cr_assert_eq(epoll_ctls, 0, "%u", epoll_ctls);
	room = 5;
	acceptor_resume(a);
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert(taken == 20 && missed == 1 && room == 4);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	acceptor_free(a);
	listener_close(l);
}

static int naming_fails(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETNAMEINFO ? ENOMEM : 0;
}

Test(acceptor, who_comes_is_told_though_the_call_that_names_it_fails)
{
	struct sys_observer observer = { .before = naming_fails };
	struct place place;
	struct listener *l = open_with(NULL, &place);
	const char *path = scratch_path("told");
	struct report_config config = { .json = true, .file = path };
	struct accepted a = { 0 };
	struct err err;

	cr_assert_eq(report_configure(report, &config, &err), 0);
	int fd = peer_connect(&place);
	struct acceptor *acceptor = accept_with((struct acceptor_request){
		.listener = l, .tells = true, .accepted = on_accepted, .context = &a });
	sys_observe(&observer);
	cr_assert_eq(loop_run(loop, &err), 0);
	sys_observe(NULL);
	cr_assert(strstr(scratch_read(path), "\"accepted\""), "%s", scratch_read(path));
	cr_assert_eq(stream_close(a.stream), 0);
	close(fd);
	acceptor_free(acceptor);
	listener_close(l);
}
