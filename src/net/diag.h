/* Sockets by netlink: man 7 netlink, man 7 sock_diag. */
#ifndef SOCKIT_NET_DIAG_H
#define SOCKIT_NET_DIAG_H

#include "net/socket_list.h"

/* A netlink socket for diag_read, to be closed by the caller; or a negative errno. */
int diag_open(void) MUST_CHECK;

/* Add the sockets of KIND and FAMILY to LIST. 0, or a negative errno, and LIST has what it had:
 * -EPROTO when the kernel's answer makes no sense, else what the kernel or a call says. */
int diag_read(int fd, enum socket_kind kind, int family, struct socket_list *list) MUST_CHECK;

/* Take one answer of the kernel, N BYTES: 1 at the end of it all, 0 when more is to come, or a
 * negative errno. For diag_read, and for tests. */
int diag_take(const void *bytes, size_t n, enum socket_kind kind,
              struct socket_list *list) MUST_CHECK;

#endif
