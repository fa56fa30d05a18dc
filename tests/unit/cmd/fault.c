#include "unit/cmd/fault.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "out/trace_rows.h"

static struct faulty {
	struct sys_observer observer;
	struct fault fault;
	struct fault_log *log;
	struct stat standard[3];
	atomic_uint random;
	int ready;
	int listening; /* the port, or -1 */
} faulty;

/* xorshift; threads may spoil each other's sequence, which does no harm. */
static unsigned random_below(unsigned limit)
{
	unsigned x = atomic_load(&faulty.random);

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	atomic_store(&faulty.random, x);
	return x % limit;
}

static bool is_standard(const struct stat *st, int fd)
{
	return st->st_dev == faulty.standard[fd].st_dev && st->st_ino == faulty.standard[fd].st_ino;
}

static int socket_option(int fd, int name)
{
	int value = 0;
	socklen_t len = sizeof value;

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

static unsigned socket_kind(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;

	if (socket_option(fd, SO_TYPE) == SOCK_DGRAM)
		return getpeername(fd, (struct sockaddr *)&peer, &len) ? ON_MAILBOX : ON_CONNECTED;
	return socket_option(fd, SO_DOMAIN) == AF_UNIX ? ON_LOCAL : ON_TCP;
}

static unsigned kind_of(long fd)
{
	struct stat st;

	if (fd < 0 || fstat((int)fd, &st))
		return 0;
	if (is_standard(&st, 2))
		return ON_ERRORS;
	if (S_ISFIFO(st.st_mode))
		return is_standard(&st, 0)   ? ON_INPUT
		       : is_standard(&st, 1) ? ON_OUTPUT
		                             : ON_OWN_PIPE;
	if (S_ISREG(st.st_mode))
		return ON_FILE;
	if (S_ISCHR(st.st_mode))
		return ON_DEVICE;
	if (!S_ISSOCK(st.st_mode))
		return 0;
	return is_standard(&st, 0) || is_standard(&st, 1) ? 0 : socket_kind((int)fd);
}

static bool is_about(const struct fault_row *row, const struct sys_call *call)
{
	/* Only adding needs memory. */
	if (call->op == SYS_EPOLL_CTL && call->arg[1] != EPOLL_CTL_ADD)
		return false;
	return row->op == call->op && (!row->from || kind_of(call->arg[0]) & row->from) &&
	       (!row->to || kind_of(call->arg[2]) & row->to);
}

/* Which argument says how many bytes, or datagrams, the call moves; 0: it moves none. */
static int size_argument(enum sys_op op)
{
	static const unsigned char argument[SYS_OP_COUNT] = {
		[SYS_RECV] = 2,     [SYS_SEND] = 2,   [SYS_READ] = 2,     [SYS_WRITE] = 2,
		[SYS_SENDFILE] = 3, [SYS_SPLICE] = 4, [SYS_RECVMMSG] = 2, [SYS_SENDMMSG] = 2,
	};

	return argument[op];
}

static void shorten(const struct fault *fault, struct sys_call *call)
{
	int i = size_argument(call->op);
	unsigned most = fault->most;

	if (!i || call->arg[i] <= 1)
		return;
	/* A datagram goes whole or not at all. */
	if (call->op == SYS_SEND && kind_of(call->arg[0]) == ON_CONNECTED)
		return;
	if (!most)
		most = 1 + random_below((unsigned)(call->arg[i] > 65536 ? 65536 : call->arg[i]));
	if (call->arg[i] > (intptr_t)most)
		call->arg[i] = (intptr_t)most;
}

/* An errno that must make no difference, for some of the calls that can have one. */
static int again(const struct sys_call *call)
{
	const struct fault_row *fitting[4];
	unsigned count = 0;

	for (size_t i = 0; i < fault_row_count && count < ARRAY_LEN(fitting); i++)
		if (fault_rows[i].answer == MAY_PASS &&
		    (fault_rows[i].error == EINTR || fault_rows[i].error == EAGAIN) &&
		    is_about(&fault_rows[i], call))
			fitting[count++] = &fault_rows[i];
	return count && random_below(3) == 0 ? fitting[random_below(count)]->error : 0;
}

static int fail_once(const struct fault *fault, const struct sys_call *call)
{
	size_t i = (size_t)(fault->row - fault_rows);

	if (!is_about(fault->row, call) ||
	    atomic_fetch_add(&faulty.log->could[i], 1) + 1 != fault->nth)
		return 0;
	atomic_store(&faulty.log->hit_fd, (int)call->arg[0]);
	atomic_store(&faulty.log->hit, true);
	return fault->row->error;
}

static void count_rows(const struct sys_call *call)
{
	for (size_t i = 0; i < fault_row_count; i++)
		if (is_about(&fault_rows[i], call))
			atomic_fetch_add(&faulty.log->could[i], 1);
}

static int fault_of(const struct fault *fault, struct sys_call *call)
{
	switch (fault->kind) {
	case FAULT_NONE:
	case FAULT_KIND_COUNT:
		count_rows(call);
		return 0;
	case FAULT_FAIL:
		return fail_once(fault, call);
	case FAULT_SHORT:
		shorten(fault, call);
		return 0;
	case FAULT_LATE:
		if (random_below(8) == 0)
			clock_pause(random_below(3000) / 1e6);
		return 0;
	case FAULT_AGAIN:
		return again(call);
	}
	return 0;
}

/* The first wait after listening: whoever connects now is waited for. */
static void tell_ready(const struct sys_call *call)
{
	uint16_t port = (uint16_t)faulty.listening;
	bool waits = call->op == SYS_EPOLL_WAIT || call->op == SYS_POLL;

	if (!waits || faulty.listening < 0 || faulty.ready < 0)
		return;
	if (write(faulty.ready, &port, sizeof port) != sizeof port)
		_exit(98);
	faulty.ready = -1;
}

static int before(struct sys_observer *observer, struct sys_call *call)
{
	(void)observer;
	atomic_fetch_add(&faulty.log->calls, 1);
	tell_ready(call);
	int error = fault_of(&faulty.fault, call);
	/* A close that fails has closed. */
	if (error && call->op == SYS_CLOSE)
		close((int)call->arg[0]);
	return error;
}

static void after(struct sys_observer *observer, const struct sys_call *call)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof at;

	bool mailbox = call->op == SYS_BIND && kind_of(call->arg[0]) == ON_MAILBOX;

	(void)observer;
	if ((call->op != SYS_LISTEN && !mailbox) || call->result < 0)
		return;
	getsockname((int)call->arg[0], (struct sockaddr *)&at, &len);
	/*
	 * The port is at the same offset in both families; a Unix socket has bytes that mean
	 * nothing.
	 */
	faulty.listening = ntohs(((struct sockaddr_in *)&at)->sin_port);
}

void fault_begin(const struct fault *fault, struct fault_log *log, int ready)
{
	faulty.observer = (struct sys_observer){ before, after };
	faulty.fault = *fault;
	faulty.log = log;
	faulty.random = fault->seed * 2654435761u + 1;
	faulty.ready = ready;
	faulty.listening = -1;
	for (int fd = 0; fd < 3; fd++)
		fstat(fd, &faulty.standard[fd]);
	sys_observe(&faulty.observer);
}

void fault_describe(const struct fault *fault, char *buf, size_t size)
{
	static const char *const names[FAULT_KIND_COUNT] = {
		[FAULT_NONE] = "nothing injected",   [FAULT_FAIL] = "call",
		[FAULT_SHORT] = "short calls",       [FAULT_LATE] = "late calls",
		[FAULT_AGAIN] = "interrupted calls",
	};

	if (fault->kind == FAULT_FAIL) {
		const char *name = trace_name(fault->row->op);

		snprintf(buf, size, "%s (op %d) number %u: %s (row %zu)", name ? name : "call",
		         (int)fault->row->op, fault->nth, strerrorname_np(fault->row->error),
		         (size_t)(fault->row - fault_rows));
	} else {
		snprintf(buf, size, "%s, at most %u bytes, seed %u", names[fault->kind],
		         fault->most, fault->seed);
	}
}
