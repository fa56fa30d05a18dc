/*
 * The ends of a datagram server, and the state that they share with its turns. For
 * datagram_server.c alone.
 */
#ifndef SOCKIT_RELAY_DATAGRAM_SERVER_ENDS_H
#define SOCKIT_RELAY_DATAGRAM_SERVER_ENDS_H

#include "loop/loop.h"
#include "relay/collector.h"
#include "relay/datagram_server_request.h"
#include "relay/replier.h"
#include "relay/sender.h"

struct server_socket {
	struct datagram_server *server;
	struct watch watch;
	struct addr local;
};

struct datagram_server {
	struct loop *loop;
	struct report *report;
	struct datagram_server_request request;
	relay_done *done;
	void *context;
	nsec_t began;

	struct collector collector;
	struct correspondents *known;
	struct replier replier;
	struct sender sender;
	bool sending; /* the source is not over yet */
	bool resting; /* receiving is */
	bool finished;
	const char *reason; /* of the end that is under way; NULL: none is */

	struct watch in, out;
	struct timer begin, pause, rest, accept, quit, idle, deadline;
	nsec_t moved_at; /* when the last datagram went or came */
	uint64_t moved;
	nsec_t turned_at; /* when it was last received, and how many had come before */
	uint64_t turned_with;
	unsigned busy; /* turns, in quick succession */
	size_t socket_count;
	struct server_socket sockets[];
};

/* Nothing is watched or waited for any more: what comes now is others' to read. */
void server_stop(struct datagram_server *s);

/* Tell that it is over, with the counts. */
void server_tell_closed(struct datagram_server *s, const char *reason);

/* Out because of a limit: WHY is a phrase that ends with a comma. */
void server_fail_time(struct datagram_server *s, const char *why);

/* Whether there is something to be sent, or may be, and somebody to send it to. */
bool server_replies(const struct datagram_server *s);

/* Look at what has become of either direction, and end what is over. */
void server_check(struct datagram_server *s);

#endif
