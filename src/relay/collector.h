/*
 * Datagrams from anybody on their way to standard output: received, several in one call where
 * several are there, told, framed, written. Whoever drives it waits.
 */
#ifndef SOCKIT_RELAY_COLLECTOR_H
#define SOCKIT_RELAY_COLLECTOR_H

#include "out/report.h"
#include "relay/correspondents.h"
#include "relay/framer.h"
#include "stream/admission.h"
#include "sys/lookup.h"

enum collector_state {
	COLLECTOR_RUNNING,
	COLLECTOR_ENDED,     /* as many as asked for came, and all are written */
	COLLECTOR_TO_FAILED, /* error */
};

struct collector_request {
	struct stream *to; /* stays the caller's */
	struct tap *tap;   /* or NULL */
	enum framing framing;
	bool tag;                     /* who sent it stands in front */
	size_t room;                  /* for one datagram, in bytes */
	uint64_t most;                /* datagrams to be received; 0: no limit */
	struct mailbox_wants wants;   /* that were asked of the sockets */
	struct admission *admission;  /* asked of the peer, which is then wanted; or NULL */
	struct correspondents *known; /* to be told of senders, or NULL */
	struct report *report;
};

struct collector {
	struct collector_request request;
	enum collector_state state;
	int error;
	unsigned want_to; /* READY_* of the sink: nothing more is received until then */

	uint64_t datagrams, bytes, truncated; /* received */

	/* private */
	struct framer framer;
	struct mailbox *mailbox;
	size_t next, count;
	bool heard, stopped;
	unsigned interface; /* the last that was named */
	char interface_name[SYS_IF_NAME_SIZE];
};

/* -1 without memory. */
int collector_init(struct collector *c, const struct collector_request *request,
                   struct err *err) MUST_CHECK;
void collector_close(struct collector *c);

/*
 * Receive from FD, which is bound to LOCAL, until it is empty or has had its turn, and write. Not
 * while want_to is set. Returns 0, or the negative errno of receiving (never EAGAIN).
 */
int collector_receive(struct collector *c, int fd, const struct addr *local) MUST_CHECK;

/* Go on writing: the sink may be ready. */
void collector_write(struct collector *c);

/* Receive no more; what the tap holds back is written, too. */
void collector_stop(struct collector *c);

#endif
