/*
 * The real binary with one of its system calls made to fail by strace. Whatever fails: no crash, no
 * hang, and never status 0 with data missing. The hook of the sys floor does this for every call
 * and errno; this is a sample without any help from inside.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "harness/side.h"
#include "harness/sockit.h"

enum { SIZE = 1500000, ANY = -1, FAILS = -2 };

enum where { ANYWHERE, STDIN, STDOUT };

struct injection {
	const char *what; /* strace's inject= */
	enum where where; /* only calls on this file */
	enum end_kind in, out;
	int status; /* or ANY, or FAILS: any but 0 */
};

static const struct injection of_connect[] = {
	{ "socket:error=EMFILE", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "socket:error=ENOBUFS", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "socket:error=EACCES", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "socket:error=EAFNOSUPPORT", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "connect:error=ENETUNREACH", ANYWHERE, END_FILE, END_FILE, 1 },
	{ "connect:error=EHOSTUNREACH", ANYWHERE, END_FILE, END_FILE, 1 },
	{ "connect:error=ETIMEDOUT", ANYWHERE, END_FILE, END_FILE, 1 },
	{ "connect:error=EADDRNOTAVAIL", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "connect:error=EINTR:when=1", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "getsockopt:error=ENOBUFS", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "setsockopt:error=ENOPROTOOPT", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "shutdown:error=ENOTCONN", ANYWHERE, END_FILE, END_FILE, ANY },
};

static const struct injection of_listen[] = {
	{ "socket:error=EMFILE", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "bind:error=EACCES", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "bind:error=EADDRINUSE", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "bind:error=EADDRNOTAVAIL", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "listen:error=EADDRINUSE", ANYWHERE, END_FILE, END_FILE, 7 },
	{ "getsockname:error=ENOBUFS", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "accept4:error=ECONNABORTED:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=EINTR:when=1..3", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=EPROTO:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=EPERM:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=EMFILE:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=ENFILE:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=ENOBUFS:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "accept4:error=ENOMEM:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
};

/* What moves the bytes: of both commands. */
static const struct injection of_both[] = {
	{ "read:error=EIO", STDIN, END_FILE, END_FILE, ANY },
	{ "read:error=EINTR:when=1..3", STDIN, END_FILE, END_FILE, 0 },
	{ "sendfile:error=EIO", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "sendfile:error=EINVAL", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "sendfile:error=ENOSYS", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "sendfile:error=EINTR:when=1..3", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "sendfile:error=ECONNRESET", ANYWHERE, END_FILE, END_FILE, 1 },
	{ "sendfile:error=EPIPE", ANYWHERE, END_FILE, END_FILE, 1 },
	{ "sendfile:error=ENOMEM", ANYWHERE, END_FILE, END_FILE, FAILS },
	{ "sendfile:error=EAGAIN:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	/* What is more than a chunk of a file. */
	{ "splice:error=EINVAL", ANYWHERE, END_FILE, END_PIPE, 0 },
	{ "splice:error=EINTR:when=1..3", ANYWHERE, END_FILE, END_PIPE, 0 },
	{ "splice:error=EAGAIN:when=2", ANYWHERE, END_FILE, END_PIPE, 0 },
	{ "splice:error=ECONNRESET:when=2", ANYWHERE, END_FILE, END_PIPE, FAILS },
	{ "splice:error=EIO:when=1", ANYWHERE, END_FILE, END_PIPE, FAILS },
	{ "pipe2:error=EMFILE", ANYWHERE, END_FILE, END_PIPE, ANY },
	{ "sendto:error=ECONNRESET", ANYWHERE, END_PIPE, END_FILE, ANY },
	{ "sendto:error=EPIPE", ANYWHERE, END_PIPE, END_FILE, ANY },
	{ "sendto:error=ENOBUFS:when=1", ANYWHERE, END_PIPE, END_FILE, ANY },
	{ "sendto:error=EINTR:when=1..3", ANYWHERE, END_PIPE, END_FILE, 0 },
	{ "sendto:error=EAGAIN:when=1", ANYWHERE, END_PIPE, END_FILE, 0 },
	{ "recvfrom:error=ECONNRESET", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "recvfrom:error=ETIMEDOUT:when=2", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "recvfrom:error=EINTR:when=1..3", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "recvfrom:error=EAGAIN:when=1", ANYWHERE, END_FILE, END_FILE, 0 },
	{ "recvfrom:error=ENOMEM:when=2", ANYWHERE, END_FILE, END_FILE, ANY },
	{ "splice:error=EINVAL", ANYWHERE, END_PIPE, END_PIPE, 0 },
	{ "splice:error=EIO:when=1", ANYWHERE, END_PIPE, END_PIPE, ANY },
	{ "splice:error=ECONNRESET:when=1", ANYWHERE, END_PIPE, END_PIPE, ANY },
	{ "splice:error=EINTR:when=1..3", ANYWHERE, END_PIPE, END_PIPE, 0 },
	{ "splice:error=EAGAIN:when=1", ANYWHERE, END_PIPE, END_PIPE, 0 },
	{ "write:error=ENOSPC", STDOUT, END_FILE, END_FILE, 7 },
	{ "write:error=EIO", STDOUT, END_FILE, END_FILE, 7 },
	{ "write:error=EDQUOT:when=2", STDOUT, END_FILE, END_FILE, ANY },
	{ "write:error=EINTR:when=1..3", STDOUT, END_FILE, END_FILE, 0 },
	{ "write:retval=1:when=1", STDOUT, END_FILE, END_FILE, ANY },
	{ "poll,ppoll:error=ENOMEM:when=1", ANYWHERE, END_PIPE, END_FILE, ANY },
	{ "poll,ppoll:error=EINTR:when=1..3", ANYWHERE, END_PIPE, END_FILE, 0 },
	{ "ioctl:error=EINVAL", ANYWHERE, END_PIPE, END_FILE, ANY },
	{ "openat:error=EMFILE:when=30+", ANYWHERE, END_PIPE, END_PIPE, ANY },
	{ "close:error=EIO:when=30+", ANYWHERE, END_FILE, END_FILE, ANY },
};

/* `write:retval=1` lies about what was written, so nothing can be said about the data. */
static bool tells_lies(const struct injection *row)
{
	return row->status == ANY && strstr(row->what, "retval=");
}

static void expect_status(const struct side *ours, const struct injection *row)
{
	const struct child *child = &ours->child;

	if (child->signal || child->status > 8)
		child_blame(child, "a crash");
	if ((row->status >= 0 && child->status != row->status) ||
	    (row->status == FAILS && child->status == 0))
		child_blame(child, "status %d, %d was expected", child->status, row->status);
	if (child->status != 0 && !strstr(child_err(child), "sockit "))
		child_blame(child, "does not say why");
}

struct run {
	enum role role;
	const struct injection *row;
	struct side ours, theirs;
};

static struct plan traced_plan(struct run *run, char *inject, size_t size)
{
	static const char *wrap[10];
	struct plan plan = side_plan(&run->ours, NULL);
	const char *path = run->row->where == STDIN    ? run->ours.in_path
	                   : run->row->where == STDOUT ? run->ours.out_path
	                                               : NULL;
	size_t n = 0;

	snprintf(inject, size, "inject=%s", run->row->what);
	wrap[n++] = "strace";
	wrap[n++] = "-fqqo";
	wrap[n++] = "/dev/null";
	wrap[n++] = "-e";
	wrap[n++] = inject;
	if (path) {
		wrap[n++] = "-P";
		wrap[n++] = path;
	}
	wrap[n] = NULL;
	plan.wrap = wrap;
	return plan;
}

/* A listener that may fail to start; true when it listens. */
static bool start_traced_listener(struct run *run, const struct plan *plan, struct place *place)
{
	struct plan full = *plan;
	struct child child;
	unsigned port = 0;

	full.args = WORDS("listen", "127.0.0.1:0");
	child = child_start(&full);
	while (!child.ended && !strstr(child_err(&child), "\n"))
		child_collect(&child, INT64_MAX / 2);
	sscanf(child_err(&child), "listening on 127.0.0.1 %u", &port);
	run->ours.child = child;
	*place = place_tcp(NET_V4, "127.0.0.1", port);
	return port != 0;
}

/* Start both; false when the traced one ended before anybody could connect. */
static bool start_both(struct run *run)
{
	char inject[128];
	struct plan plan = traced_plan(run, inject, sizeof(inject));
	struct plan their_plan = side_plan(&run->theirs, NULL);
	struct child child;
	struct place place;

	if (run->role == LISTEN) {
		if (!start_traced_listener(run, &plan, &place))
			return false;
		child = run->ours.child;
		side_begin(&run->ours, &child, &run->theirs);
		child = sockit_connect(&their_plan, &place);
		side_begin(&run->theirs, &child, &run->ours);
		return true;
	}
	child = sockit_listen(&their_plan, NET_V4, &place);
	side_begin(&run->theirs, &child, &run->ours);
	child = sockit_connect(&plan, &place);
	side_begin(&run->ours, &child, &run->theirs);
	return true;
}

static void inject(enum role role, const struct injection *row)
{
	struct run run = { .role = role, .row = row };

	run.ours = (struct side){
		.name = row->what, .in = row->in, .out = row->out, .data = data_binary(1, SIZE)
	};
	run.theirs = (struct side){ .name = "the other side",
		                    .in = END_FILE,
		                    .out = END_FILE,
		                    .data = data_binary(2, SIZE) };
	if (!start_both(&run)) {
		child_finish(&run.ours.child);
		expect_status(&run.ours, row);
		return;
	}
	child_finish(&run.ours.child);
	expect_status(&run.ours, row);
	if (run.ours.child.status == 0 && !tells_lies(row)) {
		side_expect_whole(&run.ours, &run.theirs);
		side_expect_whole(&run.theirs, &run.ours);
	} else {
		child_signal(&run.theirs.child, SIGKILL);
	}
}

static void inject_all(enum role role, const struct injection *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		inject(role, &rows[i]);
}

Test(inject, what_only_connect_does)
{
	inject_all(CONNECT, of_connect, ARRAY_LEN(of_connect));
}

Test(inject, what_only_listen_does)
{
	inject_all(LISTEN, of_listen, ARRAY_LEN(of_listen));
}

Test(inject, what_moves_the_bytes_of_connect)
{
	inject_all(CONNECT, of_both, ARRAY_LEN(of_both));
}

Test(inject, what_moves_the_bytes_of_listen)
{
	inject_all(LISTEN, of_both, ARRAY_LEN(of_both));
}

/* A client whom this machine fails counts as that, and says why, whatever it is joined to. */
static void fails_one(const char *const *args)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){ .args = args,
	                        .wrap = WORDS("strace", "-fqqo", "/dev/null", "-e",
	                                      "inject=recvfrom:error=ENOMEM:when=1") },
		NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x");
	child_expect(&child, 7);
	child_says(&child, "1 of 1 clients did not end well; client 1: Cannot allocate memory");
	close(fd);
}

Test(inject, a_client_that_this_machine_fails)
{
	struct place target;
	int listener = peer_listen(NET_V4, &target);

	fails_one(WORDS("-k", "--max-accepts=1", "-d"));
	fails_one(WORDS("-k", "--max-accepts=1", "--broker"));
	fails_one(WORDS("-k", "--max-accepts=1", "-t", "--sh-exec", "cat"));
	fails_one(WORDS("-k", "--max-accepts=1", "--forward", target.word));
	close(listener);
}

/* Idle clients do not keep a process or a thread of a server that cannot go on. */
Test(inject, nobody_is_served_beyond_the_end_of_a_server)
{
	static const char *const models[] = { "fork", "thread" };

	for (size_t m = 0; m < ARRAY_LEN(models); m++) {
		struct place place;
		struct child child = sockit_listen_with(
			"echo-serve",
			&(struct plan){ .args = WORDS("--model", models[m]),
		                        .wrap = WORDS("strace", "-qqo", "/dev/null", "-e",
		                                      "inject=ppoll:error=ENOMEM:when=4+") },
			NET_V4, &place);
		int first = peer_connect(&place);

		peer_send(first, "x");
		peer_expect(first, "x");
		int second = peer_connect(&place);
		child_expect(&child, 7);
		child_says(&child, "cannot wait for clients: Cannot allocate memory");
		peer_expect_end(first);
		close(first);
		close(second);
	}
}
