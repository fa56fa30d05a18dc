/* The sockets of this machine (of this network namespace) as plain data. */
#ifndef SOCKIT_NET_SOCKET_LIST_H
#define SOCKIT_NET_SOCKET_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/addr.h"

enum socket_kind { SOCKET_TCP, SOCKET_UDP, SOCKET_UNIX, SOCKET_KIND_COUNT };

/* Up to CLOSING they are numbered as the kernel does it (include/net/tcp_states.h). */
enum socket_state {
	SOCKET_NO_STATE, /* of UDP without a peer, of Unix sockets that are neither */
	SOCKET_ESTABLISHED,
	SOCKET_SYN_SENT,
	SOCKET_SYN_RECV,
	SOCKET_FIN_WAIT1,
	SOCKET_FIN_WAIT2,
	SOCKET_TIME_WAIT,
	SOCKET_CLOSE,
	SOCKET_CLOSE_WAIT,
	SOCKET_LAST_ACK,
	SOCKET_LISTEN,
	SOCKET_CLOSING,
	SOCKET_LISTENING, /* these two of Unix sockets */
	SOCKET_CONNECTED,
	SOCKET_STATE_COUNT
};

/* "tcp", "udp", "unix" */
extern const char *const socket_kind_names[SOCKET_KIND_COUNT];

/* As netstat spells them; NULL for SOCKET_NO_STATE. */
extern const char *const socket_state_names[SOCKET_STATE_COUNT];

/* Whether sockets of KIND may be in STATE, as these are told. */
bool socket_kind_has(enum socket_kind kind, enum socket_state state);

enum { SOCKET_PATH_SIZE = 109 };

struct socket_end {
	uint8_t addr[16]; /* in network order; the first four of IPv4 */
	uint16_t port;
};

struct socket_entry {
	enum socket_kind kind;
	enum socket_state state;
	int family;
	int type;                        /* SOCK_STREAM... */
	struct socket_end local, remote; /* not of Unix sockets */
	char path[SOCKET_PATH_SIZE];     /* of Unix sockets, a NUL in it as '@'; empty: no name */
	uint32_t uid;   /* who made it; only where there is an inode, not of Unix ones */
	uint64_t inode; /* 0: no process has it (any more) */
};

struct socket_list {
	struct socket_entry *at; /* owned; NULL when empty */
	size_t count, size;
};

void socket_list_free(struct socket_list *list);

/* By kind, then local port and address, then the remote ones; Unix sockets by path. The same
 * sockets have the same order, whichever way they came. */
void socket_list_sort(struct socket_list *list);

/* The address of END, which is one of S. Not for Unix sockets. */
struct addr socket_end_addr(const struct socket_entry *s, const struct socket_end *end);

/* For what reads them. E's state is what the kernel calls it, a number of TCP's; -ENOMEM. */
int socket_list_add(struct socket_list *list, const struct socket_entry *e,
                    unsigned kernel_state) MUST_CHECK;

#endif
