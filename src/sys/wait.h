/*
 * Waiting for readiness, and helper threads. Functions return a result or the negative errno.
 */
#ifndef SOCKIT_SYS_WAIT_H
#define SOCKIT_SYS_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/unit.h"

int sys_epoll_create(void) MUST_CHECK;
int sys_epoll_ctl(int epfd, int op, int fd, uint32_t events, void *data) MUST_CHECK;

/* Wait for TIMEOUT (NSEC_NEVER: without limit; epoll: rounded up to milliseconds) or until a signal
 * that signals_catch has caught. An interruption gives 0 events. */
int sys_epoll_wait(int epfd, struct epoll_event *events, int size, nsec_t timeout) MUST_CHECK;
int sys_poll(struct pollfd *fds, size_t count, nsec_t timeout) MUST_CHECK;

/* As sys_read (file.h), but where FD does not block it waits until there is something to read. */
ssize_t sys_read_waiting(int fd, void *buf, size_t size) MUST_CHECK;

/* man 2 eventfd: a descriptor that becomes readable after sys_eventfd_signal. */
int sys_eventfd(void) MUST_CHECK;
void sys_eventfd_signal(int fd);

/* Run BODY(ARG) in a detached thread with every signal blocked. */
int sys_thread_start(void (*body)(void *), void *arg) MUST_CHECK;

/* The same, with a stack of STACK bytes, for a thread that has a client. */
int sys_thread_start_for_client(void (*body)(void *), void *arg, size_t stack) MUST_CHECK;

/* Do nothing at all for DURATION, which is less than a second; a signal ends it. */
void sys_nap(nsec_t duration);

#endif
