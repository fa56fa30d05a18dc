/*
 * One direction of a connection: bytes from one stream to another, by the cheapest way that the two
 * allow. A flow moves what it can and then says what it waits for; whoever drives it waits.
 */
#ifndef SOCKIT_RELAY_FLOW_H
#define SOCKIT_RELAY_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/unit.h"
#include "loop/poller.h"
#include "relay/pace.h"
#include "relay/spares.h"
#include "relay/tap.h"
#include "relay/telnet.h"
#include "stream/stream.h"

/* The most that one call moves, and the size of the pipes and of a grown buffer. */
enum { FLOW_CHUNK = 1 << 20 };

/* A read that gives so much tells of a sender that has more. The size of a first buffer. */
enum { FLOW_FULL_READ = 64 << 10 };

/*
 * SO_RCVLOWAT is raised to so much after so many full reads in a row; a wait with it raised is at
 * most so long. A sender on the loopback has no megabyte on its way (FLOW_UNSENT): to wait for one
 * in vain cost a tenth of the throughput.
 */
enum { FLOW_LOW_WATER = 256 << 10, FLOW_READS_BEFORE_LOW_WATER = 8 };
#define FLOW_LOW_WATER_WAIT (1 * NSEC_PER_MSEC)

/*
 * Once a sink was full, no more than this waits in it unsent: memory that is used again while it is
 * still in the caches of the processors is worth a quarter of the throughput of a machine whose
 * processors are busy.
 */
enum { FLOW_UNSENT = 128 << 10 };

enum flow_state {
	FLOW_RUNNING,
	FLOW_ENDED,       /* the source has ended and everything is delivered */
	FLOW_FROM_FAILED, /* error: what came before it is delivered */
	FLOW_TO_FAILED,   /* error */
};

struct flow;

/* What stands in a flow; NULL for what does not. Any of them makes it copy. */
struct flow_between {
	struct tap *tap;
	struct pace *pace;
	struct telnet *telnet; /* its answers are sent between the bytes, and are not held */
};

/* A way to move bytes. */
struct flow_way {
	const char *name;
	/* Move once. False when nothing more can be done this turn; want_* then say why. */
	bool (*step)(struct flow *f);
};

struct flow {
	struct stream *from;
	struct stream *to; /* NULL: what comes is dropped */
	struct flow_between between;
	enum flow_state state;
	int error;

	/* What it waits for, in READY_* of the two descriptors. */
	unsigned want_from, want_to;

	/*
	 * Held by its pace, which is told with flow_resume. It may still wait for the sink, to
	 * answer.
	 */
	bool held;
	nsec_t held_until; /* the last time that it was */

	uint64_t taken; /* bytes that the source gave */
	uint64_t given; /* bytes that the sink took */

	/* private */
	const struct flow_way *way;
	bool plain;            /* nothing stands in it */
	uint64_t taken_before; /* this turn */
	uint64_t end_at;       /* TAKEN at which the source is at its end; 0: it tells itself */
	bool from_ended;       /* or failed, with from_error */
	int from_error;
	struct spares *shared; /* or NULL */
	uint8_t *buf, *tap_in; /* made at the first use, and again at the first full read */
	size_t size;           /* of buf */
	size_t begin, end;     /* of what is in buf */
	int pipe[2];           /* of our own; -1 until the first full read */
	size_t piped;          /* bytes in it */
	bool grown;            /* much is moved: pipes and the buffer have all their room */
	bool unspliceable;     /* it was refused, or had no pipe, or met urgent data */
	unsigned full_reads;   /* in a row */
	bool low_water;        /* SO_RCVLOWAT is raised */
	bool unsent_bounded;   /* the sink was full before */
};

/*
 * The streams stay the caller's and must outlive the flow, as must what stands in it. BETWEEN may
 * be NULL.
 */
void flow_init(struct flow *f, struct stream *from, struct stream *to,
               const struct flow_between *between);
void flow_close(struct flow *f);

/*
 * For one of many in a loop, between two sockets and without a tap: it uses what SHARED has while
 * it runs, and owns no more than what its sink did not take. It leaves SO_RCVLOWAT alone.
 */
void flow_share(struct flow *f, struct spares *shared);

/*
 * These N bytes, which are copied, go before what the source gives. They count as given, not as
 * taken. To be called before the flow is woken for the first time, once; of one that shares. 0 or
 * an errno.
 */
int flow_begin_with(struct flow *f, const void *bytes, size_t n) MUST_CHECK;

/* The descriptors below have become ready. Does nothing where that is not waited for. */
void flow_wake(struct flow *f, unsigned from_ready, unsigned to_ready);

/* The hold is over, or may be: go on, if the flow was held. */
void flow_resume(struct flow *f);

/* Send the answers of the protocol as far as they go. False when they wait for the sink. */
bool flow_answer(struct flow *f);

/* Whether it waits for the source alone: nothing that was read is still to be written. */
bool flow_is_idle(const struct flow *f);

/* Whether the source has ended or failed, and how many bytes of it are still to be written. */
bool flow_source_has_ended(const struct flow *f);
size_t flow_undelivered(const struct flow *f);

/* Whether its wait for the source is to end after FLOW_LOW_WATER_WAIT with flow_lower_water. */
bool flow_waits_briefly(const struct flow *f);
void flow_lower_water(struct flow *f);

/*
 * Read no more from the source, as if it had ended: what was read is still delivered. False when it
 * has ended by itself.
 */
bool flow_end_source(struct flow *f);

/*
 * The source, a pipe, has so many BYTES in it that count: it is at its end once these are read,
 * although others may hold it open.
 */
void flow_end_source_after(struct flow *f, uint64_t bytes);

/* Drop what comes from now on, and what is still to be written; after FLOW_TO_FAILED too. */
void flow_drop_sink(struct flow *f);

/* For the ways. */
bool flow_is_socket(const struct stream *s);
extern const struct flow_way flow_way_copy, flow_way_sendfile, flow_way_splice, flow_way_through;
void flow_took(struct flow *f, size_t n, size_t asked);
void flow_from_result(struct flow *f, struct io io);
void flow_to_failed(struct flow *f, int error);
void flow_to_full(struct flow *f); /* the sink takes no more at the moment */
/* An empty buffer: for the next read, or from the pipe. False when that has failed. */
bool flow_make_buffer(struct flow *f);
bool flow_fill_from_pipe(struct flow *f);
/* False when the sink takes no more at the moment. */
bool flow_drain_buffer(struct flow *f);

#endif
