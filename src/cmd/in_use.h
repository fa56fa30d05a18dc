/* `sockit services --in-use`: the sockets of this machine, and who has them. */
#ifndef SOCKIT_CMD_IN_USE_H
#define SOCKIT_CMD_IN_USE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/service_list.h"
#include "net/socket_list.h"
#include "out/answer.h"
#include "out/report.h"

/* What is wanted of them. */
struct in_use_filter {
	unsigned kinds;                /* bits 1 << SOCKET_TCP... */
	enum socket_state state;       /* SOCKET_NO_STATE: any */
	bool by_port;                  /* only those with a port below at either end */
	bool (*ports)[UINT16_MAX + 1]; /* by socket_kind, TCP and UDP; owned */
};

/* Everything, until something is asked for. -1 without memory. */
int in_use_filter_start(struct in_use_filter *f, struct err *err) MUST_CHECK;
void in_use_filter_free(struct in_use_filter *f);

/* Want the ports LOW to HIGH of "tcp" or "udp"; PROTOCOL empty: of both. A protocol without sockets
 * here is passed over. */
void in_use_want(struct in_use_filter *f, uint16_t low, uint16_t high, const char *protocol);

/* Put the sockets that F wants into ANSWER, with service names from the two lists, which were
 * sorted. */
int in_use_show(struct answer *answer, const struct in_use_filter *f,
                const struct service_list *const services[2], struct report *report,
                struct err *err) MUST_CHECK;

#endif
