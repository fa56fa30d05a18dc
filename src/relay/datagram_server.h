/*
 * Datagram sockets that anybody may send to, joined to a sink, and a source that those who have
 * sent are answered from. It has no end of its own: sockit-listen(1), DATAGRAMS, is the contract.
 */
#ifndef SOCKIT_RELAY_DATAGRAM_SERVER_H
#define SOCKIT_RELAY_DATAGRAM_SERVER_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/datagram_server_request.h"

struct datagram_server; /* opaque */

int datagram_server_start(struct loop *loop, const struct datagram_server_request *request,
                          struct report *report, relay_done *done, void *context,
                          struct datagram_server **server, struct err *err) MUST_CHECK;

/* It is ended from outside, which is told with the counts; DONE will not be called. */
void datagram_server_cut(struct datagram_server *server, const char *reason);

/* Stop watching and free. NULL is allowed. */
void datagram_server_free(struct datagram_server *server);

#endif
