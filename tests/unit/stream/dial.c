/* stream/dial: addresses raced, and every way in which that can fail. */
#include "stream/dial.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "loop/poller.h"
#include "net/spec_parse.h"
#include "out/failure.h"
#include "sys/call.h"

struct dialed {
	struct loop *loop;
	struct stream *stream;
	struct err err;
	int calls;
};

static void done(void *context, struct stream *stream, const struct err *err)
{
	struct dialed *d = context;

	d->calls++;
	d->stream = stream;
	cr_assert_eq(stream == NULL, err != NULL);
	if (err)
		d->err = *err;
	loop_stop(d->loop);
}

static struct spec spec_of(const char *word)
{
	struct spec_rules rules = { 0 };
	struct spec spec;
	struct err err;

	cr_assert_eq(spec_parse(&spec, &word, 1, &rules, &err), 0, "%s", err.detail);
	return spec;
}

/* Dial SPEC as REQUEST says, for at most SECONDS. */
static struct dialed dial(const struct spec *spec, struct dial_request request, double seconds)
{
	struct dialed d = { 0 };
	struct dial *dial;
	struct err err;

	d.loop = loop_new(&err);
	request.spec = spec;
	request.limit = (nsec_t)(seconds * (double)NSEC_PER_SEC);
	request.deadline = loop_now(d.loop) + request.limit;
	if (dial_start(d.loop, &request, report_new(), done, &d, &dial, &err)) {
		d.err = err;
	} else {
		cr_assert_eq(d.calls, 0, "called before the loop ran");
		cr_assert_eq(loop_run(d.loop, &err), 0);
		cr_assert_eq(d.calls, 1);
	}
	loop_free(d.loop);
	return d;
}

static const char *sentence(const struct err *err)
{
	static char buf[2048];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, err);
	return buf;
}

/* "localhost" without a look-up: IPv6 first. */
static struct spec loopback(const char *port)
{
	char word[16];

	snprintf(word, sizeof word, ":%s", port);
	return spec_of(word);
}

static void expect_connected(struct dialed *d, int listener)
{
	cr_assert_not_null(d->stream, "%s", sentence(&d->err));
	close(peer_accept(listener));
	cr_assert_eq(stream_close(d->stream), 0);
}

static int fail_watch(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_EPOLL_CTL ? ENOSPC : 0;
}

/* On the loopback it is there at once, and nothing is watched. */
Test(dial, one_address)
{
	struct sys_observer observer = { .before = fail_watch };

	for (enum net net = 0; net < NET_COUNT; net++) {
		struct place place;
		int listener = peer_listen(net, &place);
		struct spec spec = spec_of(place.word);

		sys_observe(&observer);
		struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
		sys_observe(NULL);
		cr_assert_not_null(d.stream, "%s", sentence(&d.err));
		cr_assert_eq(d.stream->nature, net == NET_UNIX ? STREAM_SOCKET : STREAM_TCP);
		expect_connected(&d, listener);
		close(listener);
	}
}

Test(dial, a_refused_address_costs_nothing)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place);
	struct spec spec = loopback(place.port);
	int64_t began = clock_now();
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);

	cr_assert(clock_since(began) < 0.2, "%f s", clock_since(began));
	expect_connected(&d, listener);
}

/* A port at which nobody listens on either family. */
static const char *free_port(void)
{
	static struct place place;
	int fd = peer_listen(NET_V6, &place);

	close(fd);
	return place.port;
}

Test(dial, all_refused_names_them_all_once)
{
	const char *port = free_port();
	struct spec spec = loopback(port);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	char want[128];

	snprintf(want, sizeof want,
	         "cannot connect to localhost port %s (::1, 127.0.0.1): Connection refused", port);
	cr_assert_null(d.stream);
	cr_assert_eq(d.err.domain, ERR_NETWORK);
	cr_assert_eq(d.err.code, ECONNREFUSED);
	cr_assert_str_eq(sentence(&d.err), want);
}

Test(dial, an_address_that_was_typed_is_not_told_twice)
{
	const char *port = free_port();
	char word[32], want[128];

	snprintf(word, sizeof word, "[::1]:%s", port);
	snprintf(want, sizeof want, "cannot connect to ::1 port %s: Connection refused", port);
	struct spec spec = spec_of(word);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	cr_assert_str_eq(sentence(&d.err), want);
}

/* Each address failed in its own way. */
static int fail_v6(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op != SYS_CONNECT)
		return 0;
	return ((const struct sockaddr *)call->arg[1])->sa_family == AF_INET6 ? ENETUNREACH : 0;
}

static int fail_v6_local(struct sys_observer *self, struct sys_call *call)
{
	return fail_v6(self, call) ? EADDRNOTAVAIL : 0;
}

Test(dial, different_failures_are_all_told)
{
	struct sys_observer observer = { .before = fail_v6 };
	struct spec spec = loopback(free_port());

	sys_observe(&observer);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	sys_observe(NULL);
	const char *text = sentence(&d.err);
	cr_assert(strstr(text, "Network is unreachable"), "%s", text);
	cr_assert(strstr(text, "Connection refused"), "%s", text);
	cr_assert(strstr(text, "127.0.0.1") && strstr(text, "::1"), "%s", text);
}

/* A refusal by the network says more than an address that this machine lacks. */
Test(dial, the_networks_answer_counts_more_than_a_local_one)
{
	struct sys_observer observer = { .before = fail_v6_local };
	struct spec spec = loopback(free_port());

	sys_observe(&observer);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	sys_observe(NULL);
	cr_assert_eq(d.err.domain, ERR_NETWORK);
	cr_assert_eq(d.err.code, ECONNREFUSED);
}

Test(dial, a_family_can_be_asked_for)
{
	const char *port = free_port();
	struct spec spec = loopback(port);
	struct dialed d = dial(&spec, (struct dial_request){ .family = AF_INET }, 5);

	cr_assert(strstr(sentence(&d.err), "(127.0.0.1): Connection refused"), "%s",
	          sentence(&d.err));
}

Test(dial, a_source_is_bound)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place);
	struct spec spec = loopback(place.port);
	struct addr source = addr_loopback(AF_INET, 0), peer = { .len = sizeof peer.at };

	/* 127.0.0.9 */
	((uint8_t *)&source.at.v4.sin_addr)[3] = 9;
	struct dialed d =
		dial(&spec, (struct dial_request){ .family = AF_INET, .source = &source }, 5);
	cr_assert_not_null(d.stream, "%s", sentence(&d.err));
	int fd = peer_accept(listener);
	must(getpeername(fd, &peer.at.any, &peer.len), "getpeername");
	cr_assert_eq(((uint8_t *)&peer.at.v4.sin_addr)[3], 9);
	stream_close(d.stream);
}

Test(dial, a_source_that_is_not_ours_is_told_as_such)
{
	struct spec spec = spec_of("127.0.0.1:9");
	struct addr source = addr_loopback(AF_INET, 0);

	/* 126.0.0.1 */
	((uint8_t *)&source.at.v4.sin_addr)[0] = 126;
	struct dialed d =
		dial(&spec, (struct dial_request){ .family = AF_INET, .source = &source }, 5);
	cr_assert_eq(d.err.domain, ERR_LOCAL);
	cr_assert_str_eq(sentence(&d.err),
	                 "cannot bind to 126.0.0.1 port 0: Cannot assign requested address");
}

Test(dial, an_interface_that_does_not_exist)
{
	struct spec spec = spec_of("127.0.0.1:9");
	struct dialed d = dial(&spec, (struct dial_request){ .interface = "nosuchif0" }, 5);

	cr_assert_null(d.stream);
	cr_assert_eq(d.err.domain, ERR_LOCAL);
	cr_assert_eq(d.err.code, ENODEV);
}

Test(dial, without_look_ups_a_name_is_refused)
{
	struct spec spec = spec_of("localhost:80");
	struct dialed d = dial(&spec, (struct dial_request){ .numeric = true }, 5);

	cr_assert_eq(d.calls, 0);
	cr_assert_eq(d.err.domain, ERR_RESOLVE);
}

Test(dial, a_name_that_nobody_has)
{
	struct spec spec = spec_of("no-such-name.invalid:80");
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 15);

	cr_assert_eq(d.calls, 1);
	cr_assert_eq(d.err.domain, ERR_RESOLVE);
	cr_assert(strstr(sentence(&d.err), "cannot resolve no-such-name.invalid"), "%s",
	          sentence(&d.err));
}

/* A listener at PLACE whose queue is full. */
static int full_listener(struct place *place)
{
	int fd = must(socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	must(bind(fd, (struct sockaddr *)&place->address, place->address_size), "bind");
	must(listen(fd, 0), "listen");
	*place = place_of(fd, place);
	for (int i = 0; i < 3; i++) {
		int client = must(socket(place->address.ss_family,
		                         SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
		                  "socket");
		(void)!connect(client, (struct sockaddr *)&place->address, place->address_size);
	}
	return fd;
}

/* Neither the look-up nor the attempt: the loop goes on. */
Test(dial, what_cannot_be_watched_is_a_failure_of_its_own)
{
	struct sys_observer observer = { .before = fail_watch };
	struct place place = place_any(NET_V4);
	full_listener(&place);
	struct spec specs[] = { spec_of(place.word), spec_of("localhost:9") };

	/* poll(2) refuses nobody. */
	bool refuses = poller_of_many != &poller_poll;

	sys_observe(&observer);
	for (size_t i = 0; refuses && i < ARRAY_LEN(specs); i++) {
		struct dialed d = dial(&specs[i], (struct dial_request){ 0 }, 5);

		cr_assert_null(d.stream);
		cr_assert_eq(d.err.domain, ERR_LOCAL);
		cr_assert_eq(d.err.code, ENOSPC);
	}
	sys_observe(NULL);
}

Test(dial, nobody_answers_in_time)
{
	for (enum net net = NET_V4; net < NET_COUNT; net++) {
		struct place place = place_any(net);
		full_listener(&place);
		struct spec spec = spec_of(place.word);
		int64_t began = clock_now();
		struct dialed d = dial(&spec, (struct dial_request){ 0 }, 0.15);
		cr_assert_null(d.stream, "%s", place.word);
		cr_assert(clock_since(began) >= 0.15 && clock_since(began) < 1);
		cr_assert_eq(d.err.domain, ERR_TIME);
		cr_assert(strstr(sentence(&d.err), "no answer within 0.15 s"), "%s",
		          sentence(&d.err));
	}
}

Test(dial, a_unix_server_whose_queue_is_full_is_tried_again)
{
	struct place place = place_any(NET_UNIX);
	int listener = full_listener(&place);
	struct spec spec = spec_of(place.word);

	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(10);
		clock_pause(0.05);
		while (accept(listener, NULL, NULL) >= 0)
			continue;
		_exit(0);
	}
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	cr_assert_not_null(d.stream, "%s", sentence(&d.err));
	stream_close(d.stream);
}

Test(dial, a_unix_path_that_is_not_there)
{
	char word[128], want[256];
	const char *path = scratch_path("nothing");

	snprintf(word, sizeof word, "unix:%s", path);
	struct spec spec = spec_of(word);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
	snprintf(want, sizeof want, "cannot connect to %s: No such file or directory", word);
	cr_assert_str_eq(sentence(&d.err), want);
	cr_assert_eq(d.err.domain, ERR_NETWORK);
}

Test(dial, one_that_is_abandoned_leaves_nothing)
{
	struct place place = place_any(NET_V4);
	int first_fd;
	struct dialed d = { 0 };
	struct dial *dialing;
	struct err err;

	full_listener(&place);
	struct spec spec = spec_of(place.word);
	d.loop = loop_new(&err);
	first_fd = must(dup(0), "dup");
	close(first_fd);
	struct dial_request request = { .spec = &spec,
		                        .deadline = NSEC_NEVER,
		                        .limit = NSEC_NEVER };
	cr_assert_eq(dial_start(d.loop, &request, report_new(), done, &d, &dialing, &err), 0);
	/* It has its socket already. */
	cr_assert_neq(fcntl(first_fd, F_GETFD), -1);
	dial_abandon(dialing);
	dial_abandon(NULL);
	cr_assert_eq(d.calls, 0);
	int fd = must(dup(0), "dup");
	cr_assert_eq(fd, first_fd, "a descriptor was left open");
	loop_free(d.loop);
}

/* Even of what has failed already. */
Test(dial, tells_from_the_loop_alone)
{
	const char *word = scratch_path("nobody");
	struct spec spec = spec_of(word);
	struct dialed d = { 0 };
	struct dial *dialing;
	struct err err;

	d.loop = loop_new(&err);
	struct dial_request request = { .spec = &spec,
		                        .deadline = NSEC_NEVER,
		                        .limit = NSEC_NEVER };
	for (int abandons = 0; abandons < 2; abandons++) {
		cr_assert_eq(dial_start(d.loop, &request, report_new(), done, &d, &dialing, &err),
		             0);
		cr_assert_eq(d.calls, abandons);
		if (abandons)
			dial_abandon(dialing);
		else
			cr_assert_eq(loop_run(d.loop, &err), 0);
		cr_assert_eq(d.calls, 1);
	}
	cr_assert_eq(d.err.code, ENOENT);
	loop_free(d.loop);
}

/* The families of the addresses that were tried, in order; all are refused. */
static char tried[16];

static int refuse_and_note(struct sys_observer *self, struct sys_call *call)
{
	size_t len = strlen(tried);

	(void)self;
	if (call->op != SYS_CONNECT)
		return 0;
	cr_assert(len + 1 < sizeof tried);
	tried[len] = ((const struct sockaddr *)call->arg[1])->sa_family == AF_INET6 ? '6' : '4';
	return ECONNREFUSED;
}

/* RFC 8305 section 4, where getaddrinfo's order is one family after the other. */
Test(dial, families_alternate)
{
	struct sys_observer observer = { .before = refuse_and_note };

	netns_enter();
	netns_set_resolver("127.0.0.2 many\n127.0.0.3 many\n2001:db8::1 many\n2001:db8::2 many\n",
	                   NULL);
	struct spec spec = spec_of("many:80");
	sys_observe(&observer);
	struct dialed d = dial(&spec, (struct dial_request){ 0 }, 10);
	sys_observe(NULL);
	cr_assert_null(d.stream);
	cr_assert(strcmp(tried, "4646") == 0 || strcmp(tried, "6464") == 0, "%s", tried);
}

static int vsock_errno;

static int fail_socket(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SOCKET ? vsock_errno : 0;
}

/* What a kernel without vsock, or without a way to that CID, says is explained. */
Test(dial, vsock_failures_are_explained)
{
	static const struct {
		int error;
		enum err_domain domain;
		const char *hint;
	} rows[] = {
		{ EAFNOSUPPORT, ERR_LOCAL, "no vsock" },
		{ ENODEV, ERR_LOCAL, "no transport" },
		{ ECONNRESET, ERR_NETWORK, "nobody listens" },
		{ ETIMEDOUT, ERR_NETWORK, "no machine" },
	};
	struct sys_observer observer = { .before = fail_socket };
	struct spec spec = spec_of("vsock:3:70000");

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		vsock_errno = rows[i].error;
		sys_observe(&observer);
		struct dialed d = dial(&spec, (struct dial_request){ 0 }, 5);
		sys_observe(NULL);
		cr_assert_null(d.stream);
		cr_assert_eq(d.err.domain, rows[i].domain, "row %zu", i);
		cr_assert(strstr(sentence(&d.err), "vsock:3 port 70000"), "%s", sentence(&d.err));
		cr_assert(strstr(d.err.hint, rows[i].hint), "row %zu: %s", i, d.err.hint);
	}
}
