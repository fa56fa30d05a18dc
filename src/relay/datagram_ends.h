/*
 * The ends of an exchange of datagrams, and the state that they share with its turns. For
 * datagrams.c alone.
 */
#ifndef SOCKIT_RELAY_DATAGRAM_ENDS_H
#define SOCKIT_RELAY_DATAGRAM_ENDS_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/datagrams_request.h"
#include "relay/receiver.h"
#include "relay/sender.h"

struct datagrams {
	struct loop *loop;
	struct report *report;
	struct datagrams_request request;
	relay_done *done;
	void *context;
	nsec_t began;

	struct sender sender;
	struct receiver receiver;
	bool sending, receiving; /* not over yet */
	bool waiting;            /* for replies: everything is sent */
	const char *reason;      /* of the end that is under way; NULL: none is */
	bool finished;

	struct watch peer, in, out;
	struct timer begin, pause, reply, quit, idle, deadline;
	nsec_t moved_at; /* when the last datagram went or came */
	uint64_t moved;
};

/* Nothing is watched or waited for any more: what comes now is others' to read. */
void datagrams_stop(struct datagrams *d);

/* Tell of the end. */
void datagrams_tell_closed(const struct datagrams *d, const char *reason);

/*
 * Out with a failure, which is told with the counts: of the peer, or of a limit (WHY is a phrase
 * that ends with a comma). They do nothing the second time.
 */
void datagrams_fail_peer(struct datagrams *d, int error);
void datagrams_fail_time(struct datagrams *d, const char *why);

/* Receive and send no more, and end once what came is written. */
void datagrams_begin_end(struct datagrams *d, const char *reason);

/* Send nothing: shut the sending side of a connection; a socket without one has none. */
void datagrams_shut(struct datagrams *d);

/* Look at what has become of either direction, and end what is over. */
void datagrams_check(struct datagrams *d);

#endif
