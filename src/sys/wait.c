#include "sys/wait.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "sys/call.h"
#include "sys/file.h"
#include "sys/process.h"

int sys_epoll_create(void)
{
	struct sys_call call = { SYS_EPOLL_CREATE, .arg = { EPOLL_CLOEXEC } };

	SYS_RUN(call, epoll_create1(EPOLL_CLOEXEC));
	return (int)call.result;
}

int sys_epoll_ctl(int epfd, int op, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };
	struct sys_call call = { SYS_EPOLL_CTL, .arg = { epfd, op, fd, (intptr_t)&event } };

	SYS_RUN(call, epoll_ctl(epfd, op, fd, &event));
	return (int)call.result;
}

/* Rounded up, so that a wait never ends before its time and spins. */
static int wait_msec(nsec_t timeout)
{
	if (timeout >= INT_MAX * NSEC_PER_MSEC)
		return timeout == NSEC_NEVER ? -1 : INT_MAX;
	return timeout <= 0 ? 0 : (int)((timeout + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

int sys_epoll_wait(int epfd, struct epoll_event *events, int size, nsec_t timeout)
{
	int msec = wait_msec(timeout);
	struct sys_call call = { SYS_EPOLL_WAIT, .arg = { epfd, (intptr_t)events, size, msec } };

	SYS_RUN_ONCE(call, epoll_pwait(epfd, events, size, msec, signals_wait_mask()));
	return call.result == -EINTR ? 0 : (int)call.result;
}

int sys_poll(struct pollfd *fds, size_t count, nsec_t timeout)
{
	struct timespec limit = { .tv_sec = timeout / NSEC_PER_SEC,
		                  .tv_nsec = timeout % NSEC_PER_SEC };
	const struct timespec *limit_at = timeout == NSEC_NEVER ? NULL : &limit;
	struct sys_call call = { SYS_POLL, .arg = { (intptr_t)fds, (intptr_t)count, timeout } };

	SYS_RUN_ONCE(call, ppoll(fds, count, limit_at, signals_wait_mask()));
	return call.result == -EINTR ? 0 : (int)call.result;
}

ssize_t sys_read_waiting(int fd, void *buf, size_t size)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };
	ssize_t n = sys_read(fd, buf, size);

	while (n == -EAGAIN) {
		n = sys_poll(&in, 1, NSEC_NEVER);
		if (n >= 0)
			n = sys_read(fd, buf, size);
	}
	return n;
}

int sys_eventfd(void)
{
	struct sys_call call = { SYS_EVENTFD, .arg = { 0, EFD_CLOEXEC | EFD_NONBLOCK } };

	SYS_RUN(call, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	return (int)call.result;
}

void sys_eventfd_signal(int fd)
{
	/* Fails only when the counter is full, and then the descriptor is readable already. */
	(void)eventfd_write(fd, 1);
}

struct thread_start {
	void (*body)(void *);
	void *arg;
};

static void *thread_main(void *arg)
{
	struct thread_start start = *(struct thread_start *)arg;

	free(arg);
	start.body(start.arg);
	return NULL;
}

/* STACK 0: as usual. */
static int thread_create(struct thread_start *start, size_t stack)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int error = pthread_attr_init(&attr);

	if (error)
		return error;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (stack)
		error = pthread_attr_setstacksize(&attr, stack);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	if (!error)
		error = pthread_create(&thread, &attr, thread_main, start);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return error;
}

static int thread_run(struct sys_call call, void (*body)(void *), void *arg, size_t stack)
{
	OWN_MEM struct thread_start *start = malloc(sizeof *start);

	if (!start)
		return -ENOMEM;
	*start = (struct thread_start){ body, arg };
	SYS_RUN(call, (errno = thread_create(start, stack)) == 0 ? 0 : -1);
	if (call.result == 0)
		(void)TAKE(start);
	return (int)call.result;
}

int sys_thread_start(void (*body)(void *), void *arg)
{
	struct sys_call call = { SYS_THREAD, .arg = { (intptr_t)body, (intptr_t)arg } };

	return thread_run(call, body, arg, 0);
}

int sys_thread_start_for_client(void (*body)(void *), void *arg, size_t stack)
{
	struct sys_call call = { SYS_THREAD_OF_CLIENT,
		                 .arg = { (intptr_t)body, (intptr_t)arg, (intptr_t)stack } };

	return thread_run(call, body, arg, stack);
}

void sys_nap(nsec_t duration)
{
	struct timespec rest = { .tv_nsec = (long)duration };
	struct sys_call call = { SYS_NAP, .arg = { (intptr_t)duration } };

	/* One that is cut short by a signal is long enough. */
	SYS_RUN_ONCE(call, nanosleep(&rest, NULL));
}
