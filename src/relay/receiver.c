#include "relay/receiver.h"

#include <errno.h>

#include "loop/poller.h"

enum { RECEIVER_BATCHES_A_TURN = 8 };

int receiver_init(struct receiver *r, struct stream *from, struct stream *to, struct tap *tap,
                  enum framing framing, struct err *err)
{
	*r = (struct receiver){
		.from = from,
		.want_from = READY_IN,
		.slots = malloc((size_t)DATAGRAM_BATCH * DATAGRAM_ROOM),
	};
	for (size_t i = 0; r->slots && i < DATAGRAM_BATCH; i++)
		r->got[i].at = r->slots + i * DATAGRAM_ROOM;
	if (!r->slots)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "datagrams");
	return framer_init(&r->framer, to, tap, framing, DATAGRAM_ROOM, err);
}

void receiver_tell_senders(struct receiver *r)
{
	for (size_t i = 0; i < DATAGRAM_BATCH; i++)
		r->got[i].from = &r->senders[i];
}

void receiver_close(struct receiver *r)
{
	framer_close(&r->framer);
	free(r->slots);
	r->slots = NULL;
}

static bool receiver_has_all(const struct receiver *r)
{
	return r->most && r->datagrams == r->most;
}

/* Whether nothing more is to be received. */
static bool receiver_is_over(const struct receiver *r)
{
	return r->stopped || r->peer_ended || receiver_has_all(r);
}

/* Nothing more comes: what the tap still holds, and then the end itself. */
static bool receiver_end(struct receiver *r)
{
	framer_end(&r->framer);
	if (!framer_is_empty(&r->framer))
		return true;
	/* With all that was asked for, it does not matter what became of the rest. */
	r->error = receiver_has_all(r) ? 0 : r->from_error;
	r->state = r->error ? RECEIVER_FROM_FAILED : RECEIVER_ENDED;
	return false;
}

/* Receive once. False when there is nothing at the moment, or nothing any more. */
static bool receiver_receive(struct receiver *r)
{
	uint64_t left = r->most ? r->most - r->datagrams : DATAGRAM_BATCH;
	size_t wanted = left < DATAGRAM_BATCH ? (size_t)left : DATAGRAM_BATCH;
	bool ended;

	if (receiver_is_over(r))
		return receiver_end(r);
	int n = datagram_receive(r->from, r->got, wanted, &ended);
	if (n < 0) {
		/* After a failure what had come before is still taken. */
		if (r->from_error)
			return receiver_end(r);
		if (n == -EAGAIN)
			r->want_from = READY_IN;
		else
			r->from_error = -n;
		return r->from_error != 0;
	}
	r->peer_ended = ended;
	r->next = 0;
	r->count = (size_t)n;
	r->drained = r->count < wanted;
	r->datagrams += (uint64_t)n;
	return true;
}

static void receiver_note(struct receiver *r, const struct datagram *d)
{
	r->bytes += d->len;
	if (d->from)
		REPORT(r->report, REPORT_REPLY, FIELD_ADDR("peer", d->from),
		       FIELD_INT("size", d->sent_len), FIELD_INT("kept", d->len),
		       FIELD_BOOL("truncated", d->sent_len > d->len));
	if (d->sent_len > d->len)
		REPORT_WITH(r->report, REPORT_TRUNCATED, true, FIELD_INT("size", d->sent_len),
		            FIELD_INT("kept", d->len));
}

/* Frame what was received, as far as there is room for it. */
static void receiver_frame(struct receiver *r)
{
	for (; r->next < r->count; r->next++) {
		const struct datagram *d = &r->got[r->next];

		if (!framer_fits(&r->framer, d->len))
			return;
		receiver_note(r, d);
		framer_add(&r->framer, NULL, d->at, d->len);
	}
}

/* Write what is framed. False when the sink takes no more at the moment. */
static bool receiver_write(struct receiver *r)
{
	enum framer_state state = framer_write(&r->framer);

	r->want_to = r->framer.want_to;
	if (state == FRAMER_FAILED) {
		r->state = RECEIVER_TO_FAILED;
		r->error = r->framer.error;
	}
	return state == FRAMER_EMPTY;
}

void receiver_run(struct receiver *r)
{
	if (r->state != RECEIVER_RUNNING)
		return;
	r->want_from = r->want_to = 0;
	r->drained = false;
	for (int batches = 0;; batches++) {
		do {
			receiver_frame(r);
			if (!receiver_write(r))
				return;
		} while (r->next < r->count);
		bool pauses = r->drained || batches >= RECEIVER_BATCHES_A_TURN;
		if (pauses && !r->from_error && !receiver_is_over(r)) {
			r->want_from = READY_IN;
			return;
		}
		if (!receiver_receive(r))
			return;
	}
}

bool receiver_is_idle(const struct receiver *r)
{
	return framer_is_empty(&r->framer) && r->next == r->count;
}

void receiver_stop(struct receiver *r)
{
	r->stopped = true;
	receiver_run(r);
}

void receiver_break(struct receiver *r, int error)
{
	if (!r->from_error)
		r->from_error = error;
	receiver_run(r);
}
