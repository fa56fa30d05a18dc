/*
 * serve/model_event and serve/engine: whatever call fails, in whatever way, the server stays up,
 * says what happened, and serves the next.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "net/spec_parse.h"
#include "serve/classic.h"
#include "serve/model.h"
#include "sys/call.h"

enum { CLIENTS = 6 };

/* Clients, one after the other, in a thread of their own. */
static struct place place;
static unsigned served, hurt;

static bool is_answered(int fd)
{
	char buf[8];
	struct pollfd in = { .fd = fd, .events = POLLIN };

	if (send(fd, "ping", 4, MSG_NOSIGNAL) != 4 || poll(&in, 1, 20000) != 1)
		return false;
	return recv(fd, buf, sizeof buf, 0) == 4 && memcmp(buf, "ping", 4) == 0;
}

static void *run_clients(void *arg)
{
	(void)arg;
	for (int i = 0; i < CLIENTS; i++) {
		int fd = peer_connect(&place);

		if (is_answered(fd))
			served++;
		else
			hurt++;
		close(fd);
	}
	return NULL;
}

/* The call that fails: of OP with `at` as its argument number `arg`, the nth. */
struct fault {
	enum sys_op op;
	int error;
	unsigned nth;
	const char *said; /* "": nothing need be; NULL: it must not even be heard of */
	unsigned hurts;   /* at most so many clients */
};

static const struct fault *fault;
static unsigned calls;
static bool hit;

static int veto(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (!fault || call->op != fault->op || ++calls != fault->nth)
		return 0;
	hit = true;
	return fault->error;
}

/* How they are served. */
static const struct service *service = &service_echo;
static void *(*clients_main)(void *) = run_clients;
static struct sys_observer observer = { .before = veto };

/* Serve CLIENTS clients with THREADS, FAULT meanwhile; what was said. */
static const char *serve(const struct fault *with, unsigned threads)
{
	static const char *const word = "127.0.0.1:0";
	static const struct service_setup setup;
	struct report_config config = { .verbose = 1 };
	struct spec_rules rules = { .server = true };
	struct spec spec;
	struct listen_request listen = { .spec = &spec, .backlog = 64 };
	struct server_place at = { .service = service };
	struct server_request request = {
		.places = &at,
		.place_count = 1,
		.setup = &setup,
		.max_conns = 100,
		.threads = threads,
		.max_accepts = CLIENTS,
		.idle_timeout = NSEC_NEVER,
	};
	struct server server;
	struct report *report = report_new();
	const char *said = scratch_path("said");
	pthread_t clients;
	struct err err;

	must(dup2(must(open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), said), 2),
	     "dup2");
	served = hurt = calls = 0;
	hit = false;
	cr_assert_eq(report_configure(report, &config, &err), 0);
	struct loop *loop = loop_new(&err);
	cr_assert_eq(spec_parse(&spec, &word, 1, &rules, &err), 0);
	cr_assert_eq(listener_open(loop, &listen, report, &at.listener, &err), 0);
	place = place_tcp(NET_V4, "127.0.0.1", listener_port(at.listener));
	cr_assert_eq(server_start(&server, loop, &request, report, &err), 0);
	cr_assert_eq(pthread_create(&clients, NULL, clients_main, NULL), 0);
	fault = with;
	sys_observe(&observer);
	int result = model_event.run(&server, &err);
	sys_observe(NULL);
	cr_assert_eq(result, 0, "op %d %s: %s %s", with ? (int)with->op : -1,
	             with ? strerror(with->error) : "", err.op, err.subject);
	cr_assert_eq(pthread_join(clients, NULL), 0);
	cr_assert_eq(server.totals->clients, CLIENTS);
	cr_assert_eq(server.totals->now, 0);
	server_end(&server);
	listener_close(at.listener);
	loop_free(loop);
	return scratch_read(said);
}

static void expect(const struct fault *with, unsigned threads)
{
	bool of_epoll = with->op == SYS_EPOLL_CTL || with->op == SYS_EPOLL_CREATE;

	if (of_epoll && poller_of_many == &poller_poll)
		return;
	const char *said = serve(with, threads);

	cr_assert(hit, "op %d %s was not reached", (int)with->op, strerror(with->error));
	cr_assert(hurt <= with->hurts && served + hurt == CLIENTS, "op %d %s: %u hurt",
	          (int)with->op, strerror(with->error), hurt);
	cr_assert_not_null(strstr(said, with->said), "op %d: '%s' not in: %s", (int)with->op,
	                   with->said, said);
}

Test(model_event, a_call_that_fails_costs_one_client_at_most)
{
	static const struct fault rows[] = {
		{ SYS_ACCEPT4, EMFILE, 2, "Too many open files; trying again", 0 },
		{ SYS_ACCEPT4, ENFILE, 2, "trying again", 0 },
		{ SYS_ACCEPT4, ENOBUFS, 2, "trying again", 0 },
		{ SYS_ACCEPT4, ENOMEM, 2, "Cannot allocate memory; trying again", 0 },
		{ SYS_ACCEPT4, EINVAL, 2, "Invalid argument; trying again", 0 },
		{ SYS_ACCEPT4, EAGAIN, 2, "", 0 },
		{ SYS_ACCEPT4, ECONNABORTED, 2, "", 0 },
		{ SYS_ACCEPT4, EPROTO, 2, "", 0 },
		{ SYS_ACCEPT4, EPERM, 2, "", 0 },
		{ SYS_ACCEPT4, ENETDOWN, 2, "", 0 },
		{ SYS_ACCEPT4, EHOSTUNREACH, 2, "", 0 },
		/* The listener's come first. */
		{ SYS_EPOLL_CTL, ENOMEM, 1, "", 0 },
		{ SYS_EPOLL_CTL, ENOSPC, 5, "closed (No space left on device)", 1 },
		{ SYS_EPOLL_CTL, ENOMEM, 6, "closed (Cannot allocate memory)", 1 },
		{ SYS_RECV, ECONNRESET, 3, "closed (Connection reset by peer)", 1 },
		{ SYS_RECV, ETIMEDOUT, 3, "closed (Connection timed out)", 1 },
		{ SYS_RECV, ENOMEM, 3, "closed (Cannot allocate memory)", 1 },
		{ SYS_RECV, EAGAIN, 3, "", 0 },
		{ SYS_SEND, EPIPE, 3, "closed (Connection reset by peer)", 1 },
		{ SYS_SEND, ENOBUFS, 3, "closed (No buffer space available)", 1 },
		{ SYS_SEND, EHOSTUNREACH, 3, "closed (No route to host)", 1 },
		{ SYS_SEND, EAGAIN, 3, "", 0 },
		{ SYS_GETSOCKNAME, ENOBUFS, 2, "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(&rows[i], 1);
}

Test(model_event, without_its_threads_it_serves_with_those_it_has)
{
	static const struct fault rows[] = {
		{ SYS_THREAD, EAGAIN, 1,
		  "cannot start another thread: Resource temporarily unavailable; going on with 1",
		  0 },
		{ SYS_THREAD, ENOMEM, 2, "going on with 2", 0 },
		{ SYS_EPOLL_CREATE, EMFILE, 1, "going on with 1", 0 },
		{ SYS_EVENTFD, EMFILE, 4, "going on with 2", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(&rows[i], 3);
}

/* Echoes to those whose name was asked for. */
static enum service_next named_step(void *state, struct service_turn *turn)
{
	(void)state;
	if (!turn->name)
		return SERVICE_NAME;
	cr_assert_str_empty(turn->name);
	return service_echo.step(NULL, turn);
}
static const struct service named = { .name = "named", .over = SERVICE_STREAM, .step = named_step };

/* Look-ups that never come back. */
static atomic_uint hung;
static int hang(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op == SYS_GETNAMEINFO) {
		atomic_fetch_add(&hung, 1);
		for (;;)
			pause();
	}
	return 0;
}

static void *run_clients_at_once(void *arg)
{
	int fds[CLIENTS];

	(void)arg;
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = peer_connect(&place);
	for (int i = 0; i < CLIENTS; i++)
		served += is_answered(fds[i]);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	return NULL;
}

Test(model_event, names_that_do_not_come_keep_nobody_waiting_for_long)
{
	service = &named;
	clients_main = run_clients_at_once;
	observer.before = hang;
	(void)serve(NULL, 1);
	cr_assert_eq(served, CLIENTS);
	cr_assert(atomic_load(&hung) > 0);
}
