/*
 * One record for every call to the operating system, and one hook that sees them all.
 *
 * A wrapper makes the call, retries it on EINTR, reads errno once, tells the observer and returns:
 * the result, or the negative errno. `--trace` is an observer (out/trace.c); tests use another to
 * make calls fail, come back short or late. The observer never changes which calls are made.
 */
#ifndef SOCKIT_SYS_CALL_H
#define SOCKIT_SYS_CALL_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/unit.h"

enum sys_op {
	/* sys/socket.h */
	SYS_SOCKET,
	SYS_BIND,
	SYS_LISTEN,
	SYS_ACCEPT4,
	SYS_CONNECT,
	SYS_SHUTDOWN,
	SYS_GETSOCKNAME,
	SYS_GETSOCKOPT,
	SYS_SETSOCKOPT,
	SYS_RECV,
	SYS_SEND,
	SYS_RECVMMSG,
	SYS_SENDMMSG,
	SYS_SOCKET_QUEUE,
	SYS_SOCKET_MARK,
	/* sys/file.h */
	SYS_READ,
	SYS_WRITE,
	SYS_SENDFILE,
	SYS_SPLICE,
	SYS_OPEN,
	SYS_CLOSE,
	SYS_PIPE2,
	SYS_PIPE_SIZE,
	SYS_FSTAT,
	SYS_STAT,
	SYS_LSTAT,
	SYS_READLINK,
	SYS_UNLINK,
	SYS_RENAME,
	SYS_CHMOD,
	SYS_FCHMOD,
	SYS_SET_FLAGS,
	SYS_SET_CLOSE_ON_EXEC,
	SYS_LIST,
	/* sys/lookup.h */
	SYS_GETADDRINFO,
	SYS_GETNAMEINFO,
	SYS_IF_NAMETOINDEX,
	/* sys/service.h */
	SYS_GETSERVBYNAME,
	SYS_GETHOSTBYNAME2_R,
	SYS_GETHOSTBYADDR_R,
	SYS_GETSERVBYPORT,
	SYS_GETSERVENT,
	/* sys/order.h */
	SYS_HTONS,
	SYS_HTONL,
	SYS_HTOBE64,
	SYS_NTOHS,
	SYS_NTOHL,
	SYS_BE64TOH,
	/* sys/wait.h */
	SYS_EPOLL_CREATE,
	SYS_EPOLL_CTL,
	SYS_EPOLL_WAIT,
	SYS_POLL,
	SYS_EVENTFD,
	SYS_NAP,
	SYS_THREAD,
	SYS_THREAD_OF_CLIENT,
	/* sys/child.h */
	SYS_FORK,
	SYS_WAITPID,
	SYS_KILL,
	/* sys/program.h */
	SYS_CLONE,
	SYS_SETPGID,
	SYS_NO_NEW_PRIVS,
	SYS_DUP2,
	SYS_EXECVE,
	SYS_REAP,
	SYS_READABLE,
	/* sys/user.h */
	SYS_SETGROUPS,
	SYS_SETRESGID,
	SYS_SETRESUID,

	SYS_OP_COUNT
};

enum { SYS_ARGS = 6 };

/* Arguments are as the call takes them, pointers included, valid until `after` returns;
 * out/trace_rows.c has the type of each. */
struct sys_call {
	enum sys_op op;
	intptr_t arg[SYS_ARGS];
	intptr_t result; /* as the call gives it, but -errno instead of -1 */
	nsec_t began, took;
};

struct sys_observer {
	/*
	 * Before each attempt. Returns 0, or an errno with which the call fails without being made;
	 * may lower a size among the arguments. May be NULL.
	 */
	int (*before)(struct sys_observer *self, struct sys_call *call);
	/* After the call, possibly in another thread. May be NULL. */
	void (*after)(struct sys_observer *self, const struct sys_call *call);
};

/* Make OBSERVER see every call from now on; NULL for nobody. It must outlive its use. */
void sys_observe(struct sys_observer *observer);

/* For the wrappers only. */
extern struct sys_observer *sys_observer;
int sys_before(struct sys_call *call);
void sys_after(struct sys_call *call);

/* Make the call EXPRESSION once, unless the observer vetoes it. */
#define SYS_TRY(call, expression)                                                                  \
	((call).result =                                                                           \
	         UNLIKELY(sys_observer != NULL) && sys_before(&(call)) != 0 ? -1 : (expression))

/* Turn the outcome into the wrapper's result. */
#define SYS_FINISH(call)                                                                           \
	do {                                                                                       \
		if ((call).result == -1)                                                           \
			(call).result = -errno;                                                    \
		if (UNLIKELY(sys_observer != NULL))                                                \
			sys_after(&(call));                                                        \
	} while (0)

/* The usual: until it is not interrupted. */
#define SYS_RUN(call, expression)                                                                  \
	do {                                                                                       \
		while (SYS_TRY(call, expression) == -1 && errno == EINTR)                          \
			continue;                                                                  \
		SYS_FINISH(call);                                                                  \
	} while (0)

/* For calls that must not be repeated (close), or whose interruption is news (waiting). */
#define SYS_RUN_ONCE(call, expression)                                                             \
	do {                                                                                       \
		(void)SYS_TRY(call, expression);                                                   \
		SYS_FINISH(call);                                                                  \
	} while (0)

#endif
