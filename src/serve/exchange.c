#include "serve/exchange.h"

#include <errno.h>
#include <string.h>

#include "serve/kept.h"
#include "stream/socket.h"

/*
 * How long it waits for a client to end after its service has: as long as the client may still take
 * to receive what it was sent; and one that was sent nothing lately.
 */
#define EXCHANGE_LINGER (2 * NSEC_PER_SEC)
#define EXCHANGE_FAREWELL (100 * NSEC_PER_MSEC)

/* In one run, so that one client does not keep the others waiting. */
enum { EXCHANGE_STEPS = 8 };

struct exchange {
	struct stream *stream;
	const struct addr *peer;
	const struct service *service;
	const struct service_setup *setup;
	uint64_t client;
	char *name; /* no_name: it has none */
	nsec_t wake;
	uint64_t received, sent;
	struct kept kept; /* input */
	uint8_t *unsent;  /* output, in memory of its own if unsent_owned */
	uint32_t unsent_at, unsent_end;
	int error, unacked; /* an errno; bytes, when they were looked at last */
	uint8_t next;       /* enum service_next of the last step */
	uint8_t end;        /* enum exchange_end */
	bool unsent_owned;
	bool in_ended;
	bool draining;
	bool idle; /* draining found it without anything owed */
	bool shut; /* our side has ended */
	bool over;
	_Alignas(max_align_t) uint8_t state[];
};

/* One run: where input lies meanwhile. */
struct run {
	struct exchange *x;
	struct exchange_scratch *scratch;
	nsec_t now;
	uint8_t *in;
	size_t in_len;
	bool has_read;
	unsigned steps;
};

static char no_name[1];

struct exchange_scratch *exchange_scratch_new(void)
{
	return aligned_alloc(4096, sizeof(struct exchange_scratch));
}

struct exchange *exchange_new(struct stream *stream, const struct addr *peer,
                              const struct service *service, const struct service_setup *setup)
{
	struct exchange *x = calloc(1, sizeof *x + service->state_size);

	if (!x)
		return NULL;
	x->stream = stream;
	x->peer = peer;
	x->service = service;
	x->setup = setup;
	x->wake = NSEC_NEVER;
	x->next = SERVICE_AGAIN;
	return x;
}

void exchange_number(struct exchange *x, uint64_t client)
{
	x->client = client;
}

static void exchange_forget_unsent(struct exchange *x)
{
	if (x->unsent_owned)
		free(x->unsent);
	x->unsent = NULL;
	x->unsent_owned = false;
	x->unsent_at = x->unsent_end = 0;
}

void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	if (x->service->end)
		x->service->end(x->state);
	kept_forget(&x->kept);
	exchange_forget_unsent(x);
	if (x->name != no_name)
		free(x->name);
	free(x);
}

static void exchange_finish(struct exchange *x, enum exchange_end end, int error)
{
	x->over = true;
	x->end = (uint8_t)end;
	x->error = error;
}

static void exchange_fail(struct exchange *x, int error)
{
	exchange_finish(x, EXCHANGE_FAILED, stream_error(error));
}

/* Send as much of BYTES as goes; how much went. */
static size_t exchange_send(struct exchange *x, const uint8_t *bytes, size_t len)
{
	struct io io = x->stream->ops->write(x->stream, bytes, len);

	if (io.kind == IO_FAILED)
		exchange_fail(x, io.error);
	x->sent += io.n; /* 0 but for IO_DONE */
	return io.n;
}

static void exchange_send_unsent(struct exchange *x)
{
	x->unsent_at +=
		(uint32_t)exchange_send(x, x->unsent + x->unsent_at, x->unsent_end - x->unsent_at);
	if (x->unsent_at == x->unsent_end)
		exchange_forget_unsent(x);
}

static bool lies_in(const uint8_t *at, const uint8_t *memory, size_t size)
{
	return memory && (uintptr_t)at >= (uintptr_t)memory &&
	       (uintptr_t)at < (uintptr_t)memory + size;
}

/* Send what the step gave. What does not go now stays where it lies if it stays there. */
static void run_give(struct run *r, const uint8_t *give, size_t len)
{
	struct exchange *x = r->x;
	size_t sent = exchange_send(x, give, len);

	if (x->over || sent == len)
		return;
	give += sent;
	len -= sent;
	x->unsent_at = 0;
	x->unsent_end = (uint32_t)len;
	x->unsent_owned = lies_in(give, (const uint8_t *)r->scratch, sizeof *r->scratch) ||
	                  lies_in(give, x->kept.memory, x->kept.room);
	x->unsent = x->unsent_owned ? malloc(len) : (uint8_t *)(uintptr_t)give;
	if (!x->unsent)
		exchange_fail(x, ENOMEM);
	else if (x->unsent_owned)
		memcpy(x->unsent, give, len);
}

static void run_step(struct run *r)
{
	struct exchange *x = r->x;
	struct service_turn turn = {
		.service = x->service,
		.client = x->client,
		.in = r->in,
		.in_len = r->in_len,
		.in_ended = x->in_ended || x->draining,
		.room = r->scratch->out,
		.room_len = sizeof r->scratch->out,
		.now = r->now,
		.peer = x->peer,
		.name = x->name,
		.setup = x->setup,
	};

	r->steps++;
	x->next = (uint8_t)x->service->step(x->state, &turn);
	x->wake = turn.wake ? turn.wake : NSEC_NEVER;
	if (turn.give_len > 0)
		run_give(r, turn.give, turn.give_len);
	r->in += turn.used;
	r->in_len -= turn.used;
	if (x->next == SERVICE_READ && turn.in_ended)
		x->next = SERVICE_END;
}

/* Keep the input that lies in the scratch memory, before that is used for others. */
static void run_keep(struct run *r)
{
	struct exchange *x = r->x;

	if (r->in_len == 0 || x->over) {
		kept_forget(&x->kept);
		return;
	}
	int error = kept_keep(&x->kept, r->in, r->in_len);
	if (error)
		exchange_fail(x, error);
}

/*
 * Read once, behind what is kept, of which a step that waited for time may have used some. False
 * when there is nothing to go on with.
 */
static bool run_read(struct run *r)
{
	struct exchange *x = r->x;
	uint8_t *to = r->scratch->in;
	size_t room = sizeof r->scratch->in;

	r->has_read = true;
	if (x->kept.len > 0)
		run_keep(r);
	int error = x->kept.len > 0 ? kept_make_room(&x->kept, &to, &room) : 0;
	if (error) {
		exchange_fail(x, error);
		return false;
	}
	r->in = x->kept.len > 0 ? x->kept.memory : r->scratch->in;
	struct io io = x->stream->ops->read(x->stream, to, room);
	if (io.kind == IO_FAILED)
		exchange_fail(x, io.error);
	x->in_ended = io.kind == IO_END;
	x->received += io.n; /* 0 but for IO_DONE */
	r->in_len += io.n;
	return io.kind == IO_DONE || io.kind == IO_END;
}

/* Whether there is something for a step: input, its end, or the time for it. */
static bool run_take_input(struct run *r)
{
	struct exchange *x = r->x;

	if (r->now >= x->wake)
		return r->steps < EXCHANGE_STEPS;
	if (x->draining) {
		/* Of what it has sent no part is unanswered. */
		x->idle = r->in_len == 0;
		return true;
	}
	return !r->has_read && run_read(r);
}

static void exchange_shut(struct exchange *x, nsec_t now)
{
	int error = x->stream->ops->shut_write(x->stream);

	if (error)
		exchange_fail(x, -error);
	x->shut = true;
	x->wake = x->next == SERVICE_SHUT
	                  ? NSEC_NEVER
	                  : nsec_after(now, x->idle ? EXCHANGE_FAREWELL : EXCHANGE_LINGER);
}

/*
 * Whether the client still receives what it was sent, which a reset would lose; who drains has a
 * limit.
 */
static bool exchange_owes(struct exchange *x, nsec_t now)
{
	int unacked = stream_unacked(x->stream), before = x->unacked;

	x->unacked = unacked;
	if (unacked <= 0 || (!x->draining && before > 0 && unacked >= before))
		return false;
	x->wake = nsec_after(now, x->draining ? EXCHANGE_FAREWELL : EXCHANGE_LINGER);
	return true;
}

/* The service has ended: so does our side, and what still comes is thrown away. */
static void run_end(struct run *r)
{
	struct exchange *x = r->x;
	struct io io = { .kind = IO_WANT_READ };

	r->in_len = 0;
	if (x->in_ended || (x->shut && r->now >= x->wake && !exchange_owes(x, r->now))) {
		exchange_finish(x, EXCHANGE_ENDED, 0);
	} else if (!x->shut) {
		exchange_shut(x, r->now);
	} else if (!r->has_read) {
		r->has_read = true;
		io = x->stream->ops->read(x->stream, r->scratch->in, sizeof r->scratch->in);
	}
	if (io.kind == IO_END)
		exchange_finish(x, EXCHANGE_ENDED, 0);
	else if (io.kind == IO_FAILED)
		exchange_fail(x, io.error);
}

/* Steps until one has to wait, with what it waits for. */
static enum exchange_wait run_steps(struct run *r)
{
	struct exchange *x = r->x;

	while (!x->over && !x->unsent) {
		switch ((enum service_next)x->next) {
		case SERVICE_READ:
			if (!run_take_input(r))
				return EXCHANGE_INPUT;
			x->next = x->idle ? SERVICE_END : SERVICE_AGAIN;
			continue;
		case SERVICE_AGAIN:
			if (x->draining && x->service->endless) {
				x->next = SERVICE_END;
				continue;
			}
			if (r->steps == EXCHANGE_STEPS)
				return EXCHANGE_OUTPUT;
			break;
		case SERVICE_WAIT:
			if (r->now < x->wake || r->steps == EXCHANGE_STEPS)
				return EXCHANGE_TIME;
			break;
		case SERVICE_NAME:
			if (!x->name)
				return EXCHANGE_NAME;
			break;
		case SERVICE_END:
		case SERVICE_SHUT:
			run_end(r);
			return EXCHANGE_INPUT;
		case SERVICE_RESET:
			stream_reset_on_close(x->stream);
			exchange_finish(x, EXCHANGE_RESET, 0);
			continue;
		}
		run_step(r);
	}
	return EXCHANGE_OUTPUT;
}

enum exchange_wait exchange_run(struct exchange *x, struct exchange_scratch *scratch, nsec_t now)
{
	struct run r = {
		.x = x,
		.scratch = scratch,
		.now = now,
		.in = x->kept.memory ? x->kept.memory + x->kept.at : scratch->in,
		.in_len = x->kept.len,
		/* Only input that was waited for is there, and a stream that blocks must not. */
		.has_read = x->unsent || (x->next != SERVICE_READ && !x->shut),
	};

	if (x->unsent)
		exchange_send_unsent(x);
	enum exchange_wait wait = run_steps(&r);
	run_keep(&r);
	return x->over ? EXCHANGE_OVER : wait;
}

void exchange_named(struct exchange *x, const char *name)
{
	x->name = name[0] ? strdup(name) : NULL;
	if (!x->name)
		x->name = no_name;
}

void exchange_drain(struct exchange *x)
{
	x->draining = true;
	/* It is owed nothing. */
	if (x->shut && x->next == SERVICE_SHUT)
		x->wake = 0;
}

struct stream *exchange_stream(const struct exchange *x)
{
	return x->stream;
}

nsec_t exchange_wake(const struct exchange *x)
{
	return x->wake;
}

enum exchange_end exchange_end(const struct exchange *x, int *error)
{
	*error = x->error;
	return (enum exchange_end)x->end;
}

uint64_t exchange_received(const struct exchange *x)
{
	return x->received;
}

uint64_t exchange_sent(const struct exchange *x)
{
	return x->sent;
}
