/* stream/listener and stream/local: both families on one port, and files that are not ours. */
#include "stream/listener.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "net/passed.h"
#include "net/spec_parse.h"
#include "out/failure.h"
#include "sys/call.h"

static struct loop *loop;

static struct spec spec_of(const char *word)
{
	struct spec_rules rules = { .server = true };
	struct spec spec;
	struct err err;

	cr_assert_eq(spec_parse(&spec, &word, 1, &rules, &err), 0, "%s", err.detail);
	return spec;
}

/* NULL when it cannot be, with *err. */
static struct listener *open_at(const struct spec *spec, int family, int mode, struct err *err)
{
	struct listen_request request = {
		.spec = spec, .family = family, .backlog = 8, .unix_mode = mode
	};
	struct listener *l = NULL;

	if (!loop) {
		loop = loop_new(err);
		/* It tells where it listens. */
		must(dup2(must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null"), 2), "dup2");
	}
	return listener_open(loop, &request, report_new(), &l, err) ? NULL : l;
}

static const char *sentence(const struct err *err)
{
	static char buf[2048];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, err);
	return buf;
}

static bool answers(const char *host, enum net net, unsigned port)
{
	struct place place = place_tcp(net, host, port);
	int fd = must(socket(place.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	bool connected = connect(fd, (struct sockaddr *)&place.address, place.address_size) == 0;

	close(fd);
	return connected;
}

Test(listener, a_bare_port_is_both_families_on_one_port)
{
	struct spec spec = spec_of("0");
	struct err err;

	for (int i = 0; i < 20; i++) {
		struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);

		cr_assert_not_null(l, "%s", sentence(&err));
		cr_assert(listener_port(l) != 0);
		cr_assert(answers("127.0.0.1", NET_V4, listener_port(l)));
		cr_assert(answers("::1", NET_V6, listener_port(l)));
		listener_close(l);
	}
}

Test(listener, one_family_when_asked)
{
	struct spec any = spec_of("0"), v4 = spec_of("0.0.0.0:0"), v6 = spec_of("[::]:0");
	struct {
		struct spec *spec;
		int family;
		bool v4, v6;
	} rows[] = {
		{ &any, AF_INET, true, false },
		{ &any, AF_INET6, false, true },
		{ &v4, AF_UNSPEC, true, false },
		{ &v6, AF_UNSPEC, false, true },
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct listener *l = open_at(rows[i].spec, rows[i].family, -1, &err);

		cr_assert_not_null(l, "%s", sentence(&err));
		cr_assert_eq(answers("127.0.0.1", NET_V4, listener_port(l)), rows[i].v4, "row %zu",
		             i);
		cr_assert_eq(answers("::1", NET_V6, listener_port(l)), rows[i].v6, "row %zu", i);
		listener_close(l);
	}
}

/* The port that the kernel chose for IPv6 is taken for IPv4, twice. */
static int binds;
static int port_taken_twice(struct sys_observer *self, struct sys_call *call)
{
	const struct sockaddr *at = (const struct sockaddr *)call->arg[1];

	(void)self;
	return call->op == SYS_BIND && at->sa_family == AF_INET && ++binds <= 2 ? EADDRINUSE : 0;
}

Test(listener, a_port_that_is_taken_in_the_other_family_is_chosen_anew)
{
	struct sys_observer observer = { .before = port_taken_twice };
	struct spec spec = spec_of("0");
	struct err err;

	sys_observe(&observer);
	struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);
	sys_observe(NULL);
	cr_assert_not_null(l, "%s", sentence(&err));
	cr_assert_eq(binds, 3);
	cr_assert(answers("127.0.0.1", NET_V4, listener_port(l)));
	cr_assert(answers("::1", NET_V6, listener_port(l)));
	listener_close(l);
}

static int missing_family;
static int family_missing(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SOCKET &&
	                       (missing_family == AF_UNSPEC || call->arg[0] == missing_family)
	               ? EAFNOSUPPORT
	               : 0;
}

Test(listener, a_family_that_this_machine_lacks_is_skipped)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC };
	struct sys_observer observer = { .before = family_missing };
	struct spec spec = spec_of("0");
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		missing_family = families[i];
		sys_observe(&observer);
		struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);
		sys_observe(NULL);
		if (families[i] == AF_UNSPEC) {
			cr_assert_null(l);
			cr_assert_eq(err.code, EAFNOSUPPORT);
			continue;
		}
		cr_assert_not_null(l);
		cr_assert_eq(answers("127.0.0.1", NET_V4, listener_port(l)),
		             families[i] != AF_INET);
		cr_assert_eq(answers("::1", NET_V6, listener_port(l)), families[i] != AF_INET6);
		listener_close(l);
	}
}

Test(listener, a_second_one_is_refused_and_told_who_holds_the_port)
{
	struct place place;
	char pid[32];
	struct err err;

	snprintf(pid, sizeof pid, "pid %d", (int)getpid());
	for (enum net net = NET_V4; net <= NET_V6; net++) {
		int fd = peer_listen(net, &place);
		struct spec spec = spec_of(place.word);

		cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
		cr_assert_eq(err.domain, ERR_LOCAL);
		cr_assert_eq(err.code, EADDRINUSE);
		cr_assert(strstr(sentence(&err), "Address already in use (held by "), "%s",
		          sentence(&err));
		cr_assert(strstr(sentence(&err), pid), "%s", sentence(&err));
		close(fd);
	}
}

/* What TIME_WAIT leaves does not hinder. */
Test(listener, the_port_of_a_served_connection_is_free_at_once)
{
	struct spec any = spec_of("127.0.0.1:0");
	struct err err;
	struct listener *l = open_at(&any, AF_UNSPEC, -1, &err);
	struct place place = place_tcp(NET_V4, "127.0.0.1", listener_port(l));
	int fd = peer_connect(&place);

	listener_close(l);
	close(fd);
	struct spec same = spec_of(place.word);
	l = open_at(&same, AF_UNSPEC, -1, &err);
	cr_assert_not_null(l, "%s", sentence(&err));
	listener_close(l);
}

static struct spec unix_spec(const char *path)
{
	char word[160];

	snprintf(word, sizeof word, "unix:%s", path);
	return spec_of(word);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

Test(listener, a_unix_path_is_made_and_removed)
{
	const char *path = scratch_path("s");
	struct spec spec = unix_spec(path);
	struct err err;
	struct stat st;
	struct listener *l = open_at(&spec, AF_UNSPEC, 0640, &err);

	cr_assert_not_null(l, "%s", sentence(&err));
	cr_assert_eq(listener_port(l), 0);
	must(stat(path, &st), path);
	cr_assert(S_ISSOCK(st.st_mode));
	cr_assert_eq(st.st_mode & 0777, 0640);
	listener_close(l);
	cr_assert(!exists(path));
}

static int lstat_fails(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_LSTAT ? EIO : 0;
}

/* For it could not be told at the end that it is ours. */
Test(listener, a_unix_path_that_cannot_be_looked_at_is_a_local_failure_and_not_left)
{
	struct sys_observer observer = { .before = lstat_fails };
	const char *path = scratch_path("s");
	struct spec spec = unix_spec(path);
	struct err err;

	sys_observe(&observer);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	sys_observe(NULL);
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, EIO);
	cr_assert(!exists(path));
}

Test(listener, a_stale_unix_path_is_taken_over)
{
	struct place place = place_any(NET_UNIX);
	struct err err;

	close(peer_listen_at(&place));
	cr_assert(exists(place.host));
	struct spec spec = unix_spec(place.host);
	struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);
	cr_assert_not_null(l, "%s", sentence(&err));
	close(peer_connect(&place));
	listener_close(l);
	cr_assert(!exists(place.host));
}

Test(listener, a_live_unix_path_is_left_alone)
{
	struct place place = place_any(NET_UNIX);
	int live = peer_listen_at(&place);
	struct spec spec = unix_spec(place.host);
	struct err err;
	char pid[32];

	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert_eq(err.code, EADDRINUSE);
	snprintf(pid, sizeof pid, "pid %d", (int)getpid());
	cr_assert(strstr(sentence(&err), pid), "%s", sentence(&err));
	close(peer_connect(&place));
	close(live);
}

/* EAGAIN is a live one too. */
Test(listener, a_live_unix_path_whose_queue_is_full_is_left_alone)
{
	struct place place = place_any(NET_UNIX);
	int live = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct err err;

	must(bind(live, (struct sockaddr *)&place.address, place.address_size), "bind");
	must(listen(live, 0), "listen");
	int client = peer_connect(&place);
	struct spec spec = unix_spec(place.host);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert_eq(err.code, EADDRINUSE);
	cr_assert(exists(place.host));
	close(client);
}

/* A datagram socket answers EPROTOTYPE: somebody is there. */
Test(listener, a_live_socket_of_another_type_is_left_alone)
{
	struct place place = place_any(NET_UNIX);
	int live = must(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
	struct err err;

	must(bind(live, (struct sockaddr *)&place.address, place.address_size), "bind");
	struct spec spec = unix_spec(place.host);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert(exists(place.host));
	close(live);
}

Test(listener, what_is_no_socket_is_left_alone)
{
	const char *path = scratch_file("precious", "data");
	struct spec spec = unix_spec(path);
	struct err err;

	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert_eq(err.domain, ERR_LOCAL);
	cr_assert(strstr(sentence(&err), "no socket"), "%s", sentence(&err));
	cr_assert_str_eq(scratch_read(path), "data");
}

Test(listener, a_link_to_a_socket_is_no_socket)
{
	struct place place = place_any(NET_UNIX);
	const char *path = scratch_path("link");
	struct err err;

	close(peer_listen_at(&place));
	must(symlink(place.host, path), "symlink");
	struct spec spec = unix_spec(path);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert(exists(place.host));
	struct stat st;
	cr_assert_eq(lstat(path, &st), 0);
}

Test(listener, another_ones_file_at_our_path_is_not_removed)
{
	const char *path = scratch_path("s");
	struct spec spec = unix_spec(path);
	struct err err;
	struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);

	cr_assert_not_null(l);
	must(unlink(path), path);
	scratch_file("s", "somebody else's");
	listener_close(l);
	cr_assert(exists(path));
}

Test(listener, an_abstract_name_has_no_file_and_is_exclusive)
{
	char word[64];
	struct err err;

	snprintf(word, sizeof word, "unix:@sockit-test-%d", (int)getpid());
	struct spec spec = spec_of(word);
	struct listener *l = open_at(&spec, AF_UNSPEC, -1, &err);
	cr_assert_not_null(l, "%s", sentence(&err));
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert_eq(err.code, EADDRINUSE);
	cr_assert(strstr(sentence(&err), "held by"), "%s", sentence(&err));
	listener_close(l);
	l = open_at(&spec, AF_UNSPEC, -1, &err);
	cr_assert_not_null(l, "%s", sentence(&err));
	listener_close(l);
}

/* A server's path is this machine's affair. */
Test(listener, a_directory_that_is_not_there_is_a_local_failure)
{
	struct spec spec = unix_spec("/no/such/directory/s");
	struct err err;

	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	cr_assert_eq(err.code, ENOENT);
	cr_assert_eq(err.domain, ERR_LOCAL);
}

static int timeout_fails(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SETSOCKOPT && call->arg[2] == SO_RCVTIMEO ? ENOBUFS : 0;
}

Test(listener, a_passed_socket_that_cannot_be_prepared_says_why)
{
	struct sys_observer observer = { .before = timeout_fails };
	struct place place;
	int fd = peer_listen(NET_V4, &place);
	struct spec spec = spec_of(place.word);
	struct err err;

	must(fcntl(fd, F_SETFL, 0), "fcntl");
	spec.passed_first = (unsigned)fd - PASSED_FIRST;
	spec.passed_count = 1;
	sys_observe(&observer);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	sys_observe(NULL);
	cr_assert_eq(err.code, ENOBUFS, "%s", sentence(&err));
}

/* The question whether anybody is at a path is asked with a socket of its own. */
static int probe_fails(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SOCKET &&
	                       (call->arg[1] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) == SOCK_DGRAM
	               ? EMFILE
	               : 0;
}

Test(listener, a_path_that_cannot_be_asked_for_is_not_told_as_taken)
{
	struct sys_observer observer = { .before = probe_fails };
	struct place place = place_any(NET_UNIX);
	struct err err;

	close(peer_listen_at(&place));
	struct spec spec = unix_spec(place.host);
	sys_observe(&observer);
	cr_assert_null(open_at(&spec, AF_UNSPEC, -1, &err));
	sys_observe(NULL);
	cr_assert_eq(err.code, EMFILE, "%s", sentence(&err));
	cr_assert(exists(place.host));
}
