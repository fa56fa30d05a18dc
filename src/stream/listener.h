/*
 * Being reached: bind and listen on every address of an endpoint. Connections are taken by an
 * acceptor; sockets for datagrams are bound alone, and whoever asked for them receives. A Unix path
 * that nobody answers at any more is taken over, one that somebody does is not; our own is removed
 * at the end.
 */
#ifndef SOCKIT_STREAM_LISTENER_H
#define SOCKIT_STREAM_LISTENER_H

#include "loop/loop.h"
#include "net/order.h"
#include "net/sockopt.h"
#include "net/spec.h"
#include "out/report.h"
#include "stream/admission.h"
#include "stream/mailbox.h"
#include "stream/multicast.h"
#include "stream/stream.h"
#include "stream/tune.h"

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
	/* Who may come, which those ask who accept; or NULL. Stays the caller's. */
	struct admission *admission;
};

struct listener; /* opaque */

/*
 * Bind and listen, or take the sockets that were passed. A host name is looked up first, for at
 * most 8 s, during which the loop runs. What cannot be listened on is an error, but for a family
 * that this machine lacks.
 */
int listener_open(struct loop *loop, const struct listen_request *request, struct report *report,
                  struct listener **listener, struct err *err) MUST_CHECK;

/* The port it listens on; 0 for a Unix socket. */
uint32_t listener_port(const struct listener *l);

/* Its sockets, one an address: how many, and each with the address it is bound to. They stay the
 * listener's. */
size_t listener_sockets(const struct listener *l);
int listener_socket(const struct listener *l, size_t i, struct addr *local);

/* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET. */
int listener_type(const struct listener *l);

/* The socket options that were asked for. */
struct tune listener_tune(const struct listener *l);

/* Whether its sockets are open elsewhere too, so that their flags are not ours to change. */
bool listener_is_shared(const struct listener *l);

/*
 * Take a connection of the I'th socket, which is not SOCK_DGRAM: one that blocks, if so wanted.
 * Never waits where the socket does not block; nor, but for a moment, where it is shared. Returns
 * as sys_accept.
 */
int listener_accept(const struct listener *l, size_t i, bool blocking,
                    struct addr *peer) MUST_CHECK;

/* Who may come; NULL: everybody. */
struct admission *listener_admission(const struct listener *l);

/* Append where it listens: "127.0.0.1 port 7777". */
void listener_describe(const struct listener *l, struct text *t);

/*
 * Who comes from now on is refused: the sockets are closed and the socket file removed. That it
 * cannot be is told, and is the result where nothing else has failed.
 */
void listener_stop(struct listener *l);

/* Stop, close, remove the socket file if it is still ours. NULL is allowed. */
void listener_close(struct listener *l);

#endif
