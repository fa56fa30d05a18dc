/*
 * The sockets API. Each function is the call of its name (man 2 NAME) and returns its result, or
 * the negative errno. Sockets are made close-on-exec and non-blocking.
 */
#ifndef SOCKIT_SYS_SOCKET_H
#define SOCKIT_SYS_SOCKET_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/attr.h"

int sys_socket(int family, int type, int protocol) MUST_CHECK;
int sys_bind(int fd, const struct sockaddr *addr, socklen_t len) MUST_CHECK;
int sys_listen(int fd, int backlog) MUST_CHECK;
int sys_accept(int fd, struct sockaddr *addr, socklen_t *len) MUST_CHECK;
/* The same, but the new socket blocks; and so does the call, unless FD does not. */
int sys_accept_blocking(int fd, struct sockaddr *addr, socklen_t *len) MUST_CHECK;
int sys_connect(int fd, const struct sockaddr *addr, socklen_t len) MUST_CHECK;
int sys_shutdown(int fd, int how) MUST_CHECK;
int sys_getsockname(int fd, struct sockaddr *addr, socklen_t *len) MUST_CHECK;
int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len) MUST_CHECK;
int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len) MUST_CHECK;

/* The same for the usual options, which are ints. */
int sys_getsockopt_int(int fd, int level, int name, int *value) MUST_CHECK;
int sys_setsockopt_int(int fd, int level, int name, int value) MUST_CHECK;

/* Never block (MSG_DONTWAIT), whatever the flags of the descriptor, and never raise SIGPIPE. */
ssize_t sys_recv(int fd, void *buf, size_t size) MUST_CHECK;
ssize_t sys_send(int fd, const void *buf, size_t size) MUST_CHECK;

/*
 * Several datagrams in one call, as man 2 recvmmsg and sendmmsg have it; how many, or the negative
 * errno with which the first failed. FLAGS are added to those of the two above.
 */
int sys_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) MUST_CHECK;
int sys_sendmmsg(int fd, struct mmsghdr *messages, unsigned count) MUST_CHECK;

/* SIOCOUTQ: bytes sent that the peer's TCP has not acknowledged, an unacknowledged FIN counted as
 * one (man 7 tcp). */
int sys_socket_unacked(int fd, int *bytes) MUST_CHECK;

/* SIOCATMARK: whether what is read next comes after urgent data (man 7 tcp); 1 or 0. */
int sys_socket_at_mark(int fd, int *at_mark) MUST_CHECK;

#endif
