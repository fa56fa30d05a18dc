/* net/sockets, and with it diag, proc_net and owner: netlink and /proc/net say the same. */
#include "net/sockets.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "net/owner.h"
#include "net/proc_net.h"
#include "sys/call.h"

enum { ALL = (1u << SOCKET_KIND_COUNT) - 1 };

/* Makes calls of OP fail with ERROR from the FROMth on, and with PATH also opens of what holds
 * that. */
static struct {
	struct sys_observer observer;
	enum sys_op op;
	int error, from;
	const char *path;
} veto;

static int veto_before(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op == SYS_OPEN && veto.path)
		return strstr((const char *)call->arg[0], veto.path) ? EACCES : 0;
	return call->op == veto.op && veto.error && --veto.from <= 0 ? veto.error : 0;
}

static void veto_from(enum sys_op op, int error, int from)
{
	veto.observer.before = veto_before;
	veto.op = op;
	veto.error = error;
	veto.from = from;
	sys_observe(&veto.observer);
}

static void open_some(void)
{
	struct place v4, v6, local;

	netns_enter();
	peer_listen(NET_V4, &v4);
	peer_listen(NET_V6, &v6);
	peer_listen(NET_UNIX, &local);
	peer_connect(&v6);
}

static struct socket_list read_all(unsigned kinds, struct sockets_source *source)
{
	struct socket_list list = { 0 };
	struct err err;

	cr_assert_eq(sockets_read(&list, kinds, source, &err), 0, "%s", err.subject);
	return list;
}

static void expect_equal(const struct socket_list *a, const struct socket_list *b)
{
	cr_assert_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct socket_entry *x = &a->at[i], *y = &b->at[i];

		cr_assert(x->kind == y->kind && x->state == y->state && x->family == y->family);
		cr_assert(x->type == y->type && x->inode == y->inode);
		cr_assert_eq(memcmp(&x->local, &y->local, sizeof x->local), 0);
		cr_assert_eq(memcmp(&x->remote, &y->remote, sizeof x->remote), 0);
		cr_assert_str_eq(x->path, y->path);
		cr_assert(x->kind == SOCKET_UNIX || x->inode == 0 || x->uid == y->uid);
	}
}

/* However netlink fails, and wherever. */
Test(sockets, proc_says_the_same_as_netlink)
{
	static const struct {
		enum sys_op op;
		int error, from;
		bool both;
	} rows[] = {
		{ SYS_SOCKET, EPERM, 1, false }, { SYS_SOCKET, EMFILE, 1, false },
		{ SYS_SEND, ENOBUFS, 1, false }, { SYS_SEND, EPERM, 2, true },
		{ SYS_RECV, EAGAIN, 1, false },  { SYS_RECV, ENOMEM, 3, true },
		{ SYS_RECV, ENOBUFS, 2, false },
	};
	struct sockets_source source;
	struct socket_list netlink, proc;

	open_some();
	netlink = read_all(ALL, &source);
	cr_assert(source.netlink && !source.proc);
	cr_assert_eq(netlink.count, 5);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		veto_from(rows[i].op, rows[i].error, rows[i].from);
		proc = read_all(ALL, &source);
		sys_observe(NULL);
		cr_assert(source.proc, "row %zu", i);
		cr_assert_eq(source.netlink, rows[i].both, "row %zu", i);
		expect_equal(&netlink, &proc);
		socket_list_free(&proc);
	}
	socket_list_free(&netlink);
}

Test(sockets, of_some_kinds)
{
	struct sockets_source source;
	struct socket_list list;

	open_some();
	list = read_all(1u << SOCKET_UNIX, &source);
	cr_assert_eq(list.count, 1);
	cr_assert_eq(list.at[0].state, SOCKET_LISTENING);
	cr_assert(list.at[0].path[0]);
	socket_list_free(&list);
	list = read_all(1u << SOCKET_UDP, &source);
	cr_assert_eq(list.count, 0);
}

/* Neither the one nor the other. A kernel without IPv6 has no such table. */
Test(sockets, that_nobody_tells)
{
	struct socket_list list = { 0 };
	struct sockets_source source;
	struct err err;

	netns_enter();
	veto_from(SYS_SOCKET, EPERM, 1);
	veto.path = "/proc/net/udp";
	cr_assert_eq(sockets_read(&list, ALL, &source, &err), -1);
	cr_assert(err.domain == ERR_LOCAL && err.code == EACCES);
	cr_assert_str_eq(err.subject, "/proc/net/udp");
	socket_list_free(&list);
}

/* The address and port, and who has the socket. */
Test(sockets, and_their_owner)
{
	struct sockets_source source;
	struct socket_list list;
	struct owners owners;
	const struct owner *owner;
	size_t found = 0;

	open_some();
	list = read_all(ALL, &source);
	cr_assert_eq(owners_read(&owners), 0);
	for (size_t i = 0; i < list.count; i++) {
		owner = owners_find(&owners, list.at[i].inode);
		if (owner && owner->pid == getpid())
			found++;
		if (owner)
			cr_assert(owner->name[0]);
	}
	/* A connection that nobody has accepted belongs to nobody yet. */
	cr_assert_eq(list.count, 5);
	cr_assert_eq(found, 4);
	cr_assert_null(owners_find(&owners, 0));
	cr_assert_null(owners_find(&owners, UINT64_MAX));
	owners_free(&owners);
	socket_list_free(&list);
}

/* Parent and child have the same socket: it is the parent's, whose number is lower. */
Test(sockets, of_two_processes)
{
	int fd, go[2];
	struct sockets_source source;
	struct socket_list list;
	struct owners owners;

	netns_enter();
	struct place place;
	fd = peer_listen(NET_V4, &place);
	must(pipe(go), "pipe");
	pid_t pid = must(fork(), "fork");
	if (pid == 0) {
		char byte;

		close(go[1]);
		_exit((int)read(go[0], &byte, 1));
	}
	list = read_all(1u << SOCKET_TCP, &source);
	cr_assert_eq(list.count, 1);
	cr_assert_eq(owners_read(&owners), 0);
	cr_assert_eq(owners_find(&owners, list.at[0].inode)->pid, getpid() < pid ? getpid() : pid);
	close(fd);
	close(go[1]);
}
