#include "relay/telnet.h"

#include <string.h>

/* RFC 854, and IAC SE of RFC 855. */
enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };

enum {
	IN_DATA,
	IN_COMMAND,       /* after IAC */
	IN_OPTION,        /* after IAC and a verb */
	IN_SUBOPTION,     /* after IAC SB, until IAC SE */
	IN_SUBOPTION_IAC, /* after IAC there */
};

/* The two things to be asked for, how they are taken back, and the refusal. */
static const struct {
	uint8_t ask, take_back, refuse;
} verbs[TELNET_ANSWERS] = { { DO, DONT, WONT }, { WILL, WONT, DONT } };

static bool bit_test(const uint8_t *bits, uint8_t at)
{
	return bits[at / 8] >> at % 8 & 1;
}

static void bit_set(uint8_t *bits, uint8_t at, bool on)
{
	unsigned mask = 1u << at % 8;

	bits[at / 8] = (uint8_t)(on ? bits[at / 8] | mask : bits[at / 8] & ~mask);
}

static void telnet_refuse(struct telnet *t, size_t i, uint8_t option)
{
	if (bit_test(t->answered[i], option))
		return;
	bit_set(t->answered[i], option, true);
	if (bit_test(t->queued[i], option))
		return;
	bit_set(t->queued[i], option, true);
	t->answers[t->end++] = IAC;
	t->answers[t->end++] = verbs[i].refuse;
	t->answers[t->end++] = option;
}

static void telnet_hear(struct telnet *t, uint8_t option)
{
	for (size_t i = 0; i < TELNET_ANSWERS; i++) {
		if (t->verb == verbs[i].ask)
			telnet_refuse(t, i, option);
		else if (t->verb == verbs[i].take_back)
			bit_set(t->answered[i], option, false);
	}
}

/* BYTE follows an IAC. True when it is data. */
static bool telnet_command(struct telnet *t, uint8_t byte)
{
	t->state = IN_DATA;
	if (byte == SB)
		t->state = IN_SUBOPTION;
	else if (byte >= WILL && byte <= DONT)
		t->state = IN_OPTION;
	t->verb = byte;
	return byte == IAC;
}

/* Within a sequence. True when BYTE is data. */
static bool telnet_step(struct telnet *t, uint8_t byte)
{
	switch (t->state) {
	case IN_COMMAND:
		return telnet_command(t, byte);
	case IN_OPTION:
		telnet_hear(t, byte);
		t->state = IN_DATA;
		break;
	case IN_SUBOPTION:
		if (byte == IAC)
			t->state = IN_SUBOPTION_IAC;
		break;
	case IN_SUBOPTION_IAC:
		t->state = byte == SE ? IN_DATA : IN_SUBOPTION;
		break;
	}
	return false;
}

static size_t telnet_decode(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	struct telnet *t = CONTAINER_OF(tap, struct telnet, decode);
	size_t done = 0, used = 0;

	while (used < n) {
		if (t->state != IN_DATA) {
			if (telnet_step(t, in[used]))
				out[done++] = in[used];
			used++;
			continue;
		}
		const uint8_t *iac = memchr(in + used, IAC, n - used);
		size_t plain = iac ? (size_t)(iac - in) - used : n - used;

		memcpy(out + done, in + used, plain);
		done += plain;
		used += plain;
		if (iac) {
			t->state = IN_COMMAND;
			used++;
		}
	}
	return done;
}

static size_t telnet_encode(struct tap *tap, const uint8_t *in, size_t n, uint8_t *out)
{
	size_t done = 0, used = 0;

	(void)tap;
	while (used < n) {
		const uint8_t *iac = memchr(in + used, IAC, n - used);
		size_t plain = iac ? (size_t)(iac - in) - used + 1 : n - used;

		memcpy(out + done, in + used, plain);
		done += plain;
		used += plain;
		if (iac)
			out[done++] = IAC;
	}
	return done;
}

void telnet_init(struct telnet *t)
{
	*t = (struct telnet){
		.decode = { .growth = 1, .pass = telnet_decode, .finish = tap_finish_nothing },
		.encode = { .growth = 2, .pass = telnet_encode, .finish = tap_finish_nothing },
	};
}

bool telnet_has_answers(const struct telnet *t)
{
	return t->begin < t->end;
}

struct io telnet_send(struct telnet *t, struct stream *to, uint64_t *given)
{
	struct io io = io_done(0);

	while (io.kind == IO_DONE && t->begin < t->end) {
		io = to->ops->write(to, t->answers + t->begin, t->end - t->begin);
		if (io.kind != IO_DONE)
			return io;
		t->begin += io.n;
		*given += io.n;
	}
	telnet_drop_answers(t);
	return io;
}

void telnet_drop_answers(struct telnet *t)
{
	t->begin = t->end = 0;
	memset(t->queued, 0, sizeof t->queued);
}

bool telnet_is_split(const uint8_t *encoded, size_t n)
{
	size_t at = n;

	while (at > 0 && encoded[at - 1] == IAC)
		at--;
	return (n - at) % 2 == 1;
}
