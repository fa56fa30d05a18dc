/*
 * Asking the kernel for the sockets of this machine: by netlink, or where that is refused by the
 * tables of /proc/net, with the same result.
 */
#ifndef SOCKIT_NET_SOCKETS_H
#define SOCKIT_NET_SOCKETS_H

#include "net/socket_list.h"

/* How the sockets came to be known. */
struct sockets_source {
	bool netlink, proc;
};

/* Add all sockets of the kinds whose bits (1 << SOCKET_TCP...) are in KINDS, sorted. -1 when
 * neither source has them: ERR_LOCAL. */
int sockets_read(struct socket_list *list, unsigned kinds, struct sockets_source *source,
                 struct err *err) MUST_CHECK;

#endif
