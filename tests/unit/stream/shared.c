/* stream/shared: sockets that block and are open elsewhere too. */
#include "stream/shared.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/peer.h"
#include "sys/call.h"

static int set_timeout(int fd, struct timeval timeout)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

static struct timeval timeout_of(int fd)
{
	struct timeval timeout;
	socklen_t len = sizeof timeout;

	must(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &len), "getsockopt");
	return timeout;
}

static int listening(struct place *place)
{
	int fd = peer_listen(NET_V4, place);

	must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), "fcntl");
	return fd;
}

/* Another process, which is quicker: it takes the client between poll and accept. */
static int take_it(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	if (call->op == SYS_ACCEPT4)
		close(accept((int)call->arg[0], NULL, NULL));
	return 0;
}

/* Else it would be deaf to signals in accept(2) until somebody else came. */
Test(shared, who_is_too_late_does_not_wait_though_another_has_ended)
{
	struct sys_observer observer = { .before = take_it };
	struct shared_socket first, second;
	struct place place;
	struct addr peer = { .len = sizeof peer.at };
	int fd = listening(&place);

	/* Ends it, where accept(2) waits for good. */
	alarm(10);
	cr_assert_eq(shared_take(&first, fd, SOCK_STREAM), 0);
	cr_assert_eq(shared_take(&second, fd, SOCK_STREAM), 0);
	shared_give_back(&first, fd);
	int client = peer_connect(&place);
	sys_observe(&observer);
	cr_assert_eq(shared_accept(&second, fd, false, &peer), -EAGAIN);
	sys_observe(NULL);
	close(client);
	close(fd);
}

Test(shared, none_that_ends_leaves_its_own_timeout_behind)
{
	struct shared_socket first, second;
	struct place place;
	int fd = listening(&place);

	must(set_timeout(fd, (struct timeval){ .tv_sec = 7 }), "setsockopt");
	cr_assert_eq(shared_take(&first, fd, SOCK_STREAM), 0);
	shared_give_back(&first, fd);
	cr_assert_eq(timeout_of(fd).tv_sec, 7);
	must(set_timeout(fd, (struct timeval){ 0 }), "setsockopt");
	cr_assert_eq(shared_take(&first, fd, SOCK_STREAM), 0);
	cr_assert_eq(shared_take(&second, fd, SOCK_STREAM), 0);
	cr_assert_neq(timeout_of(fd).tv_usec, 0);
	shared_give_back(&first, fd);
	shared_give_back(&second, fd);
	cr_assert_eq(timeout_of(fd).tv_sec, 0);
	cr_assert_eq(timeout_of(fd).tv_usec, 0);
	close(fd);
}

/* The second look, at what the kernel made of it. */
static int second_look_fails(struct sys_observer *self, struct sys_call *call)
{
	static unsigned looks;

	(void)self;
	return call->op == SYS_GETSOCKOPT && ++looks == 2 ? ENOBUFS : 0;
}

Test(shared, what_was_set_is_given_back_though_taking_it_failed)
{
	struct sys_observer observer = { .before = second_look_fails };
	struct shared_socket s;
	struct place place;
	int fd = listening(&place);

	must(set_timeout(fd, (struct timeval){ .tv_sec = 7 }), "setsockopt");
	sys_observe(&observer);
	cr_assert_eq(shared_take(&s, fd, SOCK_STREAM), -ENOBUFS);
	sys_observe(NULL);
	shared_give_back(&s, fd);
	cr_assert_eq(timeout_of(fd).tv_sec, 7);
	close(fd);
}
