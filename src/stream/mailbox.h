/*
 * Unconnected datagram sockets: whole datagrams in, several a call, each with who sent it, at which
 * of our addresses it arrived and when; and whole datagrams out, from the address that was asked.
 */
#ifndef SOCKIT_STREAM_MAILBOX_H
#define SOCKIT_STREAM_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/unit.h"
#include "net/addr.h"
#include "stream/datagram.h"

/* The most that one call takes or gives. */
enum { MAILBOX_BATCH = 64 };

/* Somebody who has sent something, and where an answer must come from. */
struct correspondent {
	struct addr peer; /* len 0, or a Unix address without a name: nobody can answer */
	/* That was asked, with its port; where that is not known, as the socket is bound. */
	struct addr local;
	struct addr asked;  /* where it was sent to: that, or a group or broadcast address */
	unsigned interface; /* it came by, as an index; 0: not known */
	int fd;             /* the socket it came to */
};

bool correspondent_can_be_answered(const struct correspondent *c);

/* An empty one is as good as any. */
struct letter {
	const uint8_t *at;
	size_t len;
	size_t sent_len; /* what it was on its way: more than LEN where it was cut */
	nsec_t when;     /* of the clock on the wall, since 1970; 0: not known */
};

/* What to find out about each datagram besides its bytes. */
struct mailbox_wants {
	bool peer, local, when;
};

/*
 * Have the kernel say of what arrives at FD, which is to be bound to LOCAL, where (man 7 ip,
 * IP_PKTINFO) and when (man 7 socket, SO_TIMESTAMPNS). What it cannot say stays unknown: before
 * binding, for of what has come already it knows less.
 */
void mailbox_ask(int fd, const struct addr *local, const struct mailbox_wants *wants);

struct mailbox; /* opaque: the memory that is received into */

/* For datagrams of at most ROOM bytes, 1 or more; longer ones are cut. NULL without memory. */
struct mailbox *mailbox_new(size_t room, const struct mailbox_wants *wants) MUST_CHECK;
void mailbox_free(struct mailbox *m);

/*
 * Receive up to COUNT (1 to MAILBOX_BATCH) from FD, which is bound to LOCAL: how many came, or a
 * negative errno. What was received before is gone.
 */
int mailbox_receive(struct mailbox *m, int fd, const struct addr *local, size_t count) MUST_CHECK;

/* The I'th of those, and who sent it, as far as that was wanted. */
struct letter mailbox_letter(const struct mailbox *m, size_t i);
void mailbox_correspondent(const struct mailbox *m, size_t i, struct correspondent *c);

/* Forget the I'th; those behind it move up by one. */
void mailbox_drop(struct mailbox *m, size_t i);

/*
 * The longest that FD, which is bound to LOCAL, can send: what UDP has, or what a Unix socket's
 * buffer takes, at most DATAGRAM_ROOM.
 */
size_t mailbox_longest(int fd, const struct addr *local);

/* Bytes to send, and to whom. */
struct mailbox_parcel {
	const uint8_t *at;
	size_t len;
	const struct correspondent *to;
};

/* Send COUNT (1 to MAILBOX_BATCH) from FD: how many went, or the negative errno of the first. */
int mailbox_send(int fd, const struct mailbox_parcel *parcels, size_t count) MUST_CHECK;

#endif
