#include "relay/tap.h"

#include <assert.h>
#include <string.h>

size_t tap_finish_nothing(struct tap *tap, uint8_t *out)
{
	(void)tap;
	(void)out;
	return 0;
}

static size_t tap_escape_pass(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	return escape_stream(&CONTAINER_OF(tap, struct tap_escape, tap)->state, in, n, out);
}

static size_t tap_escape_finish(struct tap *tap, uint8_t *out)
{
	return escape_stream_end(&CONTAINER_OF(tap, struct tap_escape, tap)->state, out);
}

void tap_escape_init(struct tap_escape *t)
{
	*t = (struct tap_escape){
		.tap = {
			.growth = ESCAPE_GROWTH,
			.extra = ESCAPE_HELD,
			.pass = tap_escape_pass,
			.finish = tap_escape_finish,
		},
	};
}

static size_t tap_crlf_pass(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	struct tap_crlf *self = CONTAINER_OF(tap, struct tap_crlf, tap);
	size_t done = 0, used = 0;

	while (used < n) {
		const uint8_t *newline = memchr(in + used, '\n', n - used);
		size_t plain = newline ? (size_t)(newline - in) - used : n - used;

		memcpy(out + done, in + used, plain);
		done += plain;
		used += plain;
		if (plain > 0)
			self->after_return = in[used - 1] == '\r';
		if (!newline)
			break;
		if (!self->after_return)
			out[done++] = '\r';
		out[done++] = in[used++];
		self->after_return = false;
	}
	return done;
}

void tap_crlf_init(struct tap_crlf *t)
{
	*t = (struct tap_crlf){
		.tap = { .growth = 2, .pass = tap_crlf_pass, .finish = tap_finish_nothing },
	};
}

static size_t tap_chain_pass(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	struct tap_chain *c = CONTAINER_OF(tap, struct tap_chain, tap);
	size_t most = TAP_CHAIN_PIECE / c->first->growth - c->first->extra, done = 0;
	uint8_t between[TAP_CHAIN_PIECE]; /* what FIRST made of a piece */

	for (size_t used = 0; used < n;) {
		size_t piece = n - used < most ? n - used : most;
		size_t made = c->first->pass(c->first, in + used, piece, between);

		done += c->second->pass(c->second, between, made, out + done);
		used += piece;
	}
	return done;
}

static size_t tap_chain_finish(struct tap *tap, uint8_t *out)
{
	struct tap_chain *c = CONTAINER_OF(tap, struct tap_chain, tap);
	uint8_t between[TAP_CHAIN_PIECE];
	size_t made = c->first->finish(c->first, between);
	size_t done = c->second->pass(c->second, between, made, out);

	return done + c->second->finish(c->second, out + done);
}

struct tap *tap_join(struct tap_chain *c, struct tap *first, struct tap *second)
{
	if (!first || !second)
		return first ? first : second;
	assert(first->extra < TAP_CHAIN_PIECE / first->growth);
	c->first = first;
	c->second = second;
	c->tap = (struct tap){
		.growth = first->growth * second->growth,
		/* What SECOND holds back are bytes that FIRST has grown; rounded up. */
		.extra = first->extra + (second->extra + first->growth - 1) / first->growth,
		.pass = tap_chain_pass,
		.finish = tap_chain_finish,
	};
	return &c->tap;
}
