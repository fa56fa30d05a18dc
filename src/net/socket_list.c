#include "net/socket_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const socket_kind_names[SOCKET_KIND_COUNT] = {
	[SOCKET_TCP] = "tcp",
	[SOCKET_UDP] = "udp",
	[SOCKET_UNIX] = "unix",
};

const char *const socket_state_names[SOCKET_STATE_COUNT] = {
	[SOCKET_ESTABLISHED] = "ESTABLISHED",
	[SOCKET_SYN_SENT] = "SYN_SENT",
	[SOCKET_SYN_RECV] = "SYN_RECV",
	[SOCKET_FIN_WAIT1] = "FIN_WAIT1",
	[SOCKET_FIN_WAIT2] = "FIN_WAIT2",
	[SOCKET_TIME_WAIT] = "TIME_WAIT",
	[SOCKET_CLOSE] = "CLOSE",
	[SOCKET_CLOSE_WAIT] = "CLOSE_WAIT",
	[SOCKET_LAST_ACK] = "LAST_ACK",
	[SOCKET_LISTEN] = "LISTEN",
	[SOCKET_CLOSING] = "CLOSING",
	[SOCKET_LISTENING] = "LISTENING",
	[SOCKET_CONNECTED] = "CONNECTED",
};

void socket_list_free(struct socket_list *list)
{
	free(list->at);
	*list = (struct socket_list){ 0 };
}

enum { KERNEL_NEW_SYN_RECV = 12 };

static enum socket_state state_of(enum socket_kind kind, unsigned kernel_state)
{
	switch (kind) {
	case SOCKET_TCP:
		if (kernel_state == KERNEL_NEW_SYN_RECV)
			return SOCKET_SYN_RECV;
		return kernel_state <= SOCKET_CLOSING ? kernel_state : SOCKET_NO_STATE;
	case SOCKET_UDP:
		return kernel_state == SOCKET_ESTABLISHED ? SOCKET_ESTABLISHED : SOCKET_NO_STATE;
	case SOCKET_UNIX:
		return kernel_state == SOCKET_LISTEN        ? SOCKET_LISTENING
		       : kernel_state == SOCKET_ESTABLISHED ? SOCKET_CONNECTED
		                                            : SOCKET_NO_STATE;
	case SOCKET_KIND_COUNT:
		break;
	}
	return SOCKET_NO_STATE;
}

bool socket_kind_has(enum socket_kind kind, enum socket_state state)
{
	unsigned kernel_state = KERNEL_NEW_SYN_RECV;

	while (kernel_state > 0 && state_of(kind, kernel_state) != state)
		kernel_state--;
	return kernel_state > 0;
}

int socket_list_add(struct socket_list *list, const struct socket_entry *e, unsigned kernel_state)
{
	if (list->count == list->size) {
		size_t size = list->size ? 2 * list->size : 64;
		struct socket_entry *grown = realloc(list->at, size * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		list->at = grown;
		list->size = size;
	}
	list->at[list->count] = *e;
	list->at[list->count++].state = state_of(e->kind, kernel_state);
	return 0;
}

struct addr socket_end_addr(const struct socket_entry *s, const struct socket_end *end)
{
	return addr_of_bytes(s->family, end->addr, end->port);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ends(const struct socket_end *a, const struct socket_end *b)
{
	int order = compare_numbers(a->port, b->port);

	return order ? order : memcmp(a->addr, b->addr, sizeof a->addr);
}

static int compare_sockets(const void *left, const void *right)
{
	const struct socket_entry *a = left, *b = right;
	int order = compare_numbers(a->kind, b->kind);

	if (!order)
		order = compare_numbers(a->local.port, b->local.port);
	if (!order)
		order = compare_numbers((unsigned)a->family, (unsigned)b->family);
	if (!order)
		order = compare_ends(&a->local, &b->local);
	if (!order)
		order = compare_ends(&a->remote, &b->remote);
	/* Those without a name come last. */
	if (!order)
		order = compare_numbers(!a->path[0], !b->path[0]);
	if (!order)
		order = strcmp(a->path, b->path);
	if (!order)
		order = compare_numbers(a->state, b->state);
	return order ? order : compare_numbers(a->inode, b->inode);
}

void socket_list_sort(struct socket_list *list)
{
	if (list->count > 0)
		qsort(list->at, list->count, sizeof *list->at, compare_sockets);
}
