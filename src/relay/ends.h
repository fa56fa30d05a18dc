/*
 * The ends of a relay, and the state that they share with its turns. For relay.c alone.
 */
#ifndef SOCKIT_RELAY_ENDS_H
#define SOCKIT_RELAY_ENDS_H

#include "loop/loop.h"
#include "out/report.h"
#include "relay/flow.h"
#include "relay/patience.h"
#include "relay/request.h"

struct relay {
	struct loop *loop;
	struct report *report;
	struct relay_request request;
	relay_done *done;
	void *context;
	nsec_t began;

	struct flow up, down;
	bool up_open, down_open; /* flows that have not ended */
	bool peer_ended;
	bool source_cut; /* at the peer's end, before its own */
	bool sent_all;   /* the source has ended, and the sending side is shut where it is to be */
	bool fin_sent;   /* the sending side is shut */
	bool settled;    /* what was sent is known to be acknowledged */
	int broken; /* the errno with which sending failed; what was received is still delivered */
	bool hung_up; /* the peer is known to have, and nothing that is left needs it watched */
	bool finished;
	bool failed;          /* finished with a failure */
	unsigned want_answer; /* READY_* of the peer, for answers beside an ended source */

	struct watch peer, in, out;
	struct timer idle, deadline, quit, brief, ack, begin, held;
	struct patience patience;
	nsec_t moved_at; /* when bytes last moved */
	uint64_t moved;  /* bytes, both ways, at that time */
};

/*
 * Bytes each way, as they are on the connection, whatever the sink made or took of them. False
 * where somebody else uses the connection and nobody counts.
 */
bool relay_count(const struct relay *r, uint64_t *sent, uint64_t *received);

/* Tell of the end, unless somebody else does. */
void relay_tell_closed(const struct relay *r, const char *reason);

/* Nothing is watched or waited for any more: what comes now is others' to read. */
void relay_stop(struct relay *r);

/*
 * Out with a failure, which is told with the bytes each way: of the peer, of standard input or
 * output, of a limit (WHY is a phrase that ends with a comma; ERROR is ETIMEDOUT where the peer has
 * not acknowledged in time, else 0).
 */
void relay_fail_peer(struct relay *r, int error, const char *op);
void relay_fail_stdio(struct relay *r, struct stream *s, int error, const char *op);
void relay_fail_time(struct relay *r, int error, const char *why);

/* The source has ended: its time to quit, if there is one, begins, unless it has before. */
void relay_begin_quit(struct relay *r);

/* The source has ended and all it gave is handed to the kernel: shut the sending side. */
void relay_source_ended(struct relay *r);

/*
 * The peer has ended and all it sent is written: end the sink; and the source as on_peer_close
 * says.
 */
void relay_peer_ended(struct relay *r);

/*
 * Both ends have ended: finish once the peer's TCP has everything, or has had nothing of what is
 * left for too long.
 */
void relay_settle(struct relay *r);

/* The peer has hung up while a program took nothing of what came. */
void relay_peer_hung_up(struct relay *r);

/* The peer has gone for good while the source was idle, or what it gave was held. */
void relay_peer_gone(struct relay *r);

/* Timers. */
void relay_ack_due(struct timer *timer);
void relay_quit_due(struct timer *timer);
void relay_idle_due(struct timer *timer);
void relay_deadline_due(struct timer *timer);

#endif
