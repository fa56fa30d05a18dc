#include "unit/relay/rig.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "stream/socket.h"
#include "stream/stdio.h"

enum { CHUNK = 65536 };

const char *const kind_names[KINDS] = {
	"TCP", "Unix", "pipe", "file", "append-mode file", "nowhere", "/dev/null",
};

struct rig_watch rig_watch;

static int watch_before(struct sys_observer *self, struct sys_call *call)
{
	int i = call->op == SYS_SENDFILE ? 3 : call->op == SYS_SPLICE ? 4 : 2;

	(void)self;
	rig_watch.of[call->op]++;
	if (call->op == SYS_SETSOCKOPT && call->arg[2] == SO_RCVLOWAT)
		rig_watch.water = *(const int *)call->arg[3];
	if (call->op == SYS_SETSOCKOPT && call->arg[1] == IPPROTO_TCP &&
	    call->arg[2] == TCP_NOTSENT_LOWAT)
		rig_watch.unsent += *(const int *)call->arg[3];
	if (rig_watch.shorten && call->op >= SYS_RECV && call->op <= SYS_SPLICE &&
	    call->op != SYS_SOCKET_QUEUE && call->op != SYS_SOCKET_MARK && call->arg[i] > 1)
		call->arg[i] = 1 + rand() % (call->arg[i] > 5000 ? 5000 : call->arg[i]);
	return call->op == rig_watch.refuse && rig_watch.of[call->op] == rig_watch.refuse_at
	               ? rig_watch.error
	               : 0;
}

void rig_observe(bool shorten)
{
	memset(&rig_watch, 0, sizeof rig_watch);
	rig_watch.observer.before = watch_before;
	rig_watch.shorten = shorten;
	sys_observe(&rig_watch.observer);
}

/* A stream of KIND as the source (number 0) or the sink (1); *mine is the test's side. */
static struct stream *end_of(struct rig *rig, enum kind kind, int number, int *mine)
{
	static struct place place;
	struct addr peer;
	struct err err;
	int fds[2];

	*mine = -1;
	switch (kind) {
	case TCP:
		fds[0] = peer_listen(NET_V4, &place);
		fds[1] = peer_connect(&place);
		*mine = peer_accept(fds[0]);
		close(fds[0]);
		peer = addr_loopback(AF_INET, 1);
		return stream_socket_new(fds[1], &peer, SOCK_STREAM);
	case LOCAL:
		must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
		     "socketpair");
		*mine = fds[0];
		cr_assert_eq(addr_local(&peer, "x", false, &err), 0);
		return stream_socket_new(fds[1], &peer, SOCK_STREAM);
	case PIPE:
		must(pipe2(fds, O_CLOEXEC), "pipe2");
		*mine = fds[!number];
		must(fcntl(*mine, F_SETFL, O_NONBLOCK), "F_SETFL");
		dup2(fds[number], number);
		close(fds[number]);
		break;
	case FILE_:
	case APPEND: {
		int flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
		const char *path = number == 0 ? scratch_path("in") : rig->out_path;
		if (number == 0)
			data_save(&rig->data, path);
		int fd = must(open(path, flags | (kind == APPEND ? O_APPEND : 0) | O_CLOEXEC, 0600),
		              path);
		dup2(fd, number);
		close(fd);
		break;
	}
	case NULL_: {
		int fd = must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null");
		dup2(fd, number);
		close(fd);
		break;
	}
	case NOWHERE:
	case KINDS:
		return NULL;
	}
	struct stream *s = stream_standard_new(number, &err);
	cr_assert_not_null(s);
	return s;
}

void rig_up(struct rig *rig, enum kind from, enum kind to, uint64_t size)
{
	*rig = (struct rig){ .data = data_binary(7, size) };
	rig->out_path = scratch_path("out");
	rig->from = end_of(rig, from, 0, &rig->feed);
	rig->to = end_of(rig, to, 1, &rig->drain);
	flow_init(&rig->flow, rig->from, rig->to, NULL);
}

void rig_down(struct rig *rig)
{
	flow_close(&rig->flow);
	stream_close(rig->from);
	stream_close(rig->to);
	close(rig->feed);
	close(rig->drain);
}

void rig_feed(struct rig *rig)
{
	static char bytes[CHUNK];
	size_t n = rig->data.size - rig->fed < CHUNK ? (size_t)(rig->data.size - rig->fed) : CHUNK;

	if (rig->feed < 0)
		return;
	data_fill(&rig->data, rig->fed, bytes, n);
	ssize_t done = n ? write(rig->feed, bytes, n) : 0;
	rig->fed += done > 0 ? (uint64_t)done : 0;
	if (rig->urgent_at > 0 && rig->fed >= rig->urgent_at &&
	    send(rig->feed, "!", 1, MSG_OOB) == 1)
		rig->urgent_at = 0;
	if (rig->fed == rig->data.size) {
		close(rig->feed);
		rig->feed = -1;
	}
}

static void drain(struct rig *rig)
{
	static char bytes[CHUNK];
	ssize_t n;

	while (rig->drain >= 0 && (n = read(rig->drain, bytes, CHUNK)) > 0) {
		cr_assert_eq(data_compare(&rig->data, rig->got, bytes, (size_t)n), (size_t)n,
		             "wrong after %llu", (unsigned long long)rig->got);
		rig->got += (uint64_t)n;
	}
}

static unsigned readiness(const struct stream *s, unsigned want)
{
	struct pollfd fd = { .fd = s ? s->fd : -1,
		             .events = (short)((want & READY_IN ? POLLIN : 0) |
		                               (want & READY_OUT ? POLLOUT : 0)) };

	if (!want || poll(&fd, 1, 0) <= 0)
		return 0;
	return (fd.revents & POLLIN ? READY_IN : 0u) | (fd.revents & POLLOUT ? READY_OUT : 0u) |
	       (fd.revents & (POLLHUP | POLLERR) ? READY_TROUBLE : 0u);
}

void rig_turn(struct rig *rig)
{
	struct flow *f = &rig->flow;

	if (f->low_water && flow_waits_briefly(f) && !readiness(rig->from, f->want_from))
		flow_lower_water(f);
	if (f->held && clock_now() >= f->held_until)
		flow_resume(f);
	cr_assert(f->want_from || f->want_to || f->held || f->state != FLOW_RUNNING,
	          "waits for nothing");
	flow_wake(f, readiness(rig->from, f->want_from), readiness(rig->to, f->want_to));
}

void rig_pump(struct rig *rig)
{
	int64_t deadline = clock_after(PATIENCE);

	while (rig->flow.state == FLOW_RUNNING) {
		cr_assert(clock_now() < deadline, "stuck after %llu bytes",
		          (unsigned long long)rig->flow.given);
		rig_feed(rig);
		rig_turn(rig);
		drain(rig);
	}
	if (rig->flow.state == FLOW_ENDED && rig->to)
		cr_assert_eq(rig->to->ops->shut_write(rig->to), 0);
	drain(rig);
}

void rig_expect_whole(struct rig *rig, enum kind from, enum kind to)
{
	cr_assert_eq(rig->flow.state, FLOW_ENDED, "%s to %s: state %d, %s", kind_names[from],
	             kind_names[to], (int)rig->flow.state, strerror(rig->flow.error));
	cr_assert_eq(rig->flow.taken, rig->data.size);
	cr_assert_eq(rig->flow.given, rig->data.size, "%s to %s", kind_names[from], kind_names[to]);
	if (rig->drain >= 0)
		cr_assert_eq(rig->got, rig->data.size, "%s to %s: %llu bytes", kind_names[from],
		             kind_names[to], (unsigned long long)rig->got);
	if (to == FILE_ || to == APPEND)
		data_expect_file(&rig->data, rig->out_path, "", kind_names[to]);
}

int rig_standard_pipe(int number)
{
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe2");
	must(dup2(ends[number], number), "dup2");
	close(ends[number]);
	return ends[!number];
}
