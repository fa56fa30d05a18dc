/*
 * One of the clients of a role that gives the same bytes to many of them (serve/crowd.h): what it
 * waits for, and how it ends. What is done with what they send is the role's (struct crowd_ops).
 * All are in one loop.
 */
#ifndef SOCKIT_SERVE_GUEST_H
#define SOCKIT_SERVE_GUEST_H

#include "relay/merger.h"
#include "relay/outbox.h"
#include "relay/patience.h"
#include "serve/role.h"

/*
 * What becomes of a client that does not take what is sent, when CROWD_BACKLOG bytes wait for it.
 * The last two are for who is slower than others: as long as all are slow, nothing is read for
 * them, unless nobody takes anything for CROWD_PATIENCE.
 */
enum crowd_slow {
	CROWD_BLOCK, /* nobody is sent anything until it has taken half of them */
	CROWD_DROP,  /* it misses what comes, whole lines of it */
	CROWD_CLOSE, /* it is closed */
};

enum { CROWD_BACKLOG = 1 << 20 };
#define CROWD_PATIENCE (200 * NSEC_PER_MSEC)

/* What is read at once where nothing else says so. */
enum { CROWD_READ = 64 << 10 };

struct crowd_request {
	enum crowd_slow slow;
	bool keep_sending_side; /* it is not shut when there is nothing more to be sent */
	bool end_when_sent;     /* a client's own end is not waited for then */
	bool quit_on_end;       /* who has ended gets nothing more */
	bool may_go;        /* that one who has ended is gone is no failure, whatever it was owed */
	nsec_t ack_timeout; /* without progress */
};

struct guest;
struct crowd;

struct crowd_ops {
	/* G has its number. This may guest_fail it. May be NULL. */
	void (*start)(struct guest *g);
	/*
	 * Where what G sends is to be put, and how much at most. NULL: G waits until crowd_release.
	 */
	uint8_t *(*room)(struct guest *g, size_t *size);
	/* N bytes were put there. */
	void (*took)(struct guest *g, uint8_t *bytes, size_t n);
	/*
	 * G sends no more. False: it is still to be written what it has sent; asked again after
	 * crowd_release.
	 */
	bool (*ended)(struct guest *g);
	/* Who is there, how full they are, or whether they drain has changed. May be NULL. */
	void (*changed)(struct crowd *crowd);
	/* G is freed next. */
	void (*forget)(struct guest *g);
};

struct crowd {
	struct crowd_request *request;
	const struct crowd_ops *ops;
	struct engine *engine;
	struct loop *loop;
	struct server *server;
	struct guest *guests;
	unsigned full;     /* of them have a full backlog */
	bool impatient;    /* all have, and did not take anything for long */
	bool moved;        /* something was sent: for that */
	bool source_ended; /* there is nothing more to be sent to anybody */
	bool draining;
	struct deferred sweep;
	struct timer patience;
	struct guest *look, *looking; /* to be looked at; and in this turn of the loop */
	struct guest *held;           /* waiting for crowd_release */
	uint8_t *scratch;             /* CROWD_READ bytes for room; the role's */
};

struct guest {
	struct watch watch;
	struct crowd *crowd;
	struct stream *stream;
	struct outbox outbox;
	struct merger_source source; /* for roles that keep lines whole */
	int file;                    /* for roles that write some; -1 */
	nsec_t file_wall;            /* when it was begun, since 1970 */
	struct client client;
	uint64_t received, dropped;
	nsec_t moved_at;
	struct timer idle, ack;
	struct patience patience;
	int queued;       /* bytes, when they were looked at last: while it is full */
	const char *fate; /* what cut it, as a phrase; NULL: nothing has */
	bool failed_here; /* and that was this machine's failure */
	struct guest *next, *previous, *next_listed;
	bool broken;   /* nothing can be sent, and what has come is read */
	bool in_ended; /* nothing more is read */
	bool in_done;  /* and all of it is where it belongs */
	bool sent_all; /* nothing more is sent */
	bool settled;  /* and all of it is known to be acknowledged */
	bool draining, full, looked_at, held, hung_up;
	bool dropping, in_line, drop_in_line; /* for CROWD_DROP: the last byte given, or dropped */
};

/* G is to be looked at before the loop waits next. */
void guest_look_at(struct guest *g);

/* Nothing more is read from G until crowd_release. */
void guest_hold(struct guest *g);

/* *AT, in the list of those who are held, leaves it and is looked at. */
void guest_release(struct guest **at);

/* Wait for what G waits for. */
void guest_watch(struct guest *g);

/* If nothing more is read from G, have what it sent go where it belongs. */
void guest_end_input(struct guest *g);

/* See whether G is at one of its ends, and wait for the next thing. It may be gone afterwards. */
void guest_turn(struct guest *g);

/* Both sides of G's connection have ended, or it is broken; nothing was read. */
void guest_hung_up(struct guest *g);

/* G is cut, for REASON, as soon as what it sent is where it belongs. */
void guest_fail(struct guest *g, const char *reason);

/* G's fate, if it has none yet, is errno ERROR of its socket. */
void guest_note_error(struct guest *g, int error);

/* Nothing can be sent to G, for ERROR: it is cut once what has come from it is read. */
void guest_break(struct guest *g, int error);

/* Nothing more is sent to G, which may go on sending. */
void guest_stop_sending(struct guest *g);

/* G is gone now, for that. */
void guest_cut(struct guest *g, const char *reason);

/* Room in its backlog, or lack of it, is counted. */
void guest_note_full(struct guest *g);

/* Tell how much of what was sent to the others G has missed. */
void guest_tell_missed(const struct guest *g);

/* Whether G is to be sent what comes. */
bool guest_receives(const struct guest *g);

#endif
