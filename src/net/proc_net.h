/* Sockets as the tables in /proc/net tell them: man 5 proc. */
#ifndef SOCKIT_NET_PROC_NET_H
#define SOCKIT_NET_PROC_NET_H

#include "net/socket_list.h"

/* The table of KIND and FAMILY: "/proc/net/tcp6". */
const char *proc_net_path(enum socket_kind kind, int family);

/* Add the sockets of KIND and FAMILY to LIST. 0, or a negative errno, and LIST has what it had.
 * Lines that make no sense are passed over, for a Unix socket's name may hold a newline. */
int proc_net_read(enum socket_kind kind, int family, struct socket_list *list) MUST_CHECK;

/*
 * An address and port as /proc/net/tcp and tcp6 show them, "0100007F:1F90": each 32-bit word of the
 * address printed as this machine reads it, the port as a number.
 */
int proc_net_parse_addr(const char *text, struct addr *out, struct err *err) MUST_CHECK;

#endif
