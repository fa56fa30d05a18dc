/*
 * Being reached: bind and listen on every address of an endpoint, take connections; sockets for
 * datagrams are bound alone, and whoever asked for them receives. A Unix path that
 * nobody answers at any more is taken over, one that somebody does is not; our own is removed at the
 * end.
 */
#ifndef SOCKIT_STREAM_LISTENER_H
#define SOCKIT_STREAM_LISTENER_H

#include "loop/loop.h"
#include "net/order.h"
#include "net/sockopt.h"
#include "net/spec.h"
#include "out/report.h"
#include "stream/mailbox.h"
#include "stream/multicast.h"
#include "stream/stream.h"

struct listen_request {
	const struct spec *spec;
	int family;                          /* AF_UNSPEC, AF_INET or AF_INET6 */
	bool numeric;                        /* no look-ups */
	const char *interface;               /* SO_BINDTODEVICE, or NULL */
	const struct sockopt_list *sockopts; /* to be set, or NULL */
	const struct multicast *multicast;   /* of UDP; the distance, of TCP too; or NULL */
	int backlog;
	int unix_mode;              /* the mode of the socket file, or -1 */
	struct mailbox_wants wants; /* of datagrams, from the first that may come */
};

struct listener; /* opaque */

/* Called from the loop for each connection; STREAM is the callee's. */
typedef void listener_accepted(void *context, struct stream *stream, const struct addr *peer);

/*
 * Bind and listen. A host name is looked up first, for at most 8 s, during which the loop runs. What
 * cannot be listened on is an error, but for a family that this machine lacks.
 */
int listener_open(struct loop *loop, const struct listen_request *request, struct report *report,
                  struct listener **listener, struct err *err) MUST_CHECK;

/* The port it listens on; 0 for a Unix socket. */
uint32_t listener_port(const struct listener *l);

/* Its sockets, one an address: how many, and each with the address it is bound to. They stay the
 * listener's. */
size_t listener_sockets(const struct listener *l);
int listener_socket(const struct listener *l, size_t i, struct addr *local);

/* Append where it listens: "127.0.0.1 port 7777". */
void listener_describe(const struct listener *l, struct text *t);

/* Call ACCEPTED for each connection from now on. A lack of descriptors or memory pauses it. */
void listener_accept(struct listener *l, listener_accepted *accepted, void *context);

/* Stop, close, remove the socket file if it is still ours. NULL is allowed. */
void listener_close(struct listener *l);

#endif
