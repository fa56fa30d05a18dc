/* serve/fault: what a client gets, by a clock of the test's own and a client of the test's own. */
#include "serve/fault.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/mix.h"
#include "serve/services.h"

enum { MOST = 1 << 17 };

/* What a client saw. */
struct outcome {
	uint8_t got[MOST];
	size_t n;
	nsec_t at[64]; /* when the first so many pieces came */
	size_t piece[64];
	size_t pieces, most_in_a_piece;
	size_t used; /* of what it sent */
	nsec_t ended_at;
	enum service_next end;
};

static struct outcome outcome, second;

/*
 * A client that sends LEN bytes in messages of MESSAGE, each as soon as the one before is answered,
 * and then ends its stream; or never reads more than MOST bytes.
 */
struct client {
	const char *service;
	const char *faults; /* NULL: none */
	uint64_t seed, number;
	size_t len, message;
	size_t room; /* of a step; 0: all */
};

struct run {
	const struct client *client;
	const struct service *service;
	struct service_turn turn;
	void *state;
	uint8_t *in;
	size_t sent;
	nsec_t now;
};

static void run_collect(const struct run *r, struct outcome *o)
{
	const struct service_turn *t = &r->turn;
	size_t some = t->give_len < MOST - o->n ? t->give_len : MOST - o->n;

	cr_assert(t->give_len <= t->room_len);
	if (some == 0)
		return;
	if (o->pieces < ARRAY_LEN(o->at)) {
		o->at[o->pieces] = r->now;
		o->piece[o->pieces] = some;
	}
	o->pieces++;
	o->most_in_a_piece = some > o->most_in_a_piece ? some : o->most_in_a_piece;
	memcpy(o->got + o->n, t->give, some);
	o->n += some;
}

/* What an engine does: step, send, do what has to happen. */
static void run_steps(struct run *r, struct outcome *o, const struct service_setup *setup)
{
	static uint8_t room[SERVICE_ROOM];
	const struct client *c = r->client;
	size_t in_len = 0;

	while (o->n < MOST) {
		uint8_t *copy = malloc(in_len + 1); /* of just this size, for the sanitizer */

		memcpy(copy, r->in + o->used, in_len);
		r->turn = (struct service_turn){
			.service = r->service,
			.client = c->number,
			.in = copy,
			.in_len = in_len,
			.in_ended = in_len == 0 && r->sent == c->len,
			.room = room,
			.room_len = c->room ? c->room : sizeof room,
			.now = r->now,
			.setup = setup,
		};
		enum service_next next = r->service->step(r->state, &r->turn);
		cr_assert(r->turn.used <= in_len);
		run_collect(r, o);
		free(copy);
		o->used += r->turn.used;
		in_len -= r->turn.used;
		o->end = next;
		o->ended_at = r->now;
		if (next == SERVICE_WAIT) {
			cr_assert(r->turn.wake > r->now, "would spin");
			r->now = r->turn.wake;
		} else if (next == SERVICE_READ) {
			size_t more = c->len - r->sent;

			if (r->turn.in_ended)
				return;
			more = more < c->message ? more : c->message;
			r->sent += more;
			in_len += more;
		} else if (next != SERVICE_AGAIN) {
			return;
		}
	}
}

static void run_client(const struct client *c, struct outcome *o)
{
	struct err err;
	struct fault_plan plan = { .seed = c->seed };
	struct fault_service faulty;
	struct service_setup setup = { .faults = &plan };
	struct run r = { .client = c,
		         .service = services_named(c->service, strlen(c->service)),
		         .in = malloc(c->len + 1),
		         .now = 1000 * NSEC_PER_SEC };

	memset(o, 0, sizeof *o);
	for (size_t i = 0; i < c->len; i++)
		r.in[i] = (uint8_t)mix64(i);
	if (c->faults) {
		cr_assert_eq(fault_parse(&plan, c->faults, &err), 0, "%s", err.detail);
		fault_wrap(&faulty, r.service);
		r.service = &faulty.service;
	}
	r.state = calloc(1, r.service->state_size + 1);
	nsec_t began = r.now;
	run_steps(&r, o, &setup);
	if (r.service->end)
		r.service->end(r.state);
	o->ended_at -= began;
	for (size_t i = 0; i < o->pieces && i < ARRAY_LEN(o->at); i++)
		o->at[i] -= began;
	free(r.state);
	free(r.in);
}

static const char *const all_services[] = { "echo", "discard", "upper", "chargen", "qotd", "time" };
static const char *const all_faults[] = {
	"delay=5ms",
	"jitter=7ms",
	"delay=1ms,jitter=1us",
	"rate=1MB",
	"rate=100000",
	"truncate=0",
	"truncate=1",
	"truncate=1000",
	"truncate=1000000",
	"rst-after=0",
	"rst-after=3",
	"rst-after=777",
	"half-close-after=2",
	"half-close-after=500",
	"drip=1ms",
	"drip=0",
	"refuse=50%",
	"refuse=1",
	"refuse=0",
	"rate=3K,delay=2ms,jitter=2ms,truncate=2000,refuse=0.1",
	"drip=10us,delay=1ms,rst-after=900,refuse=10%",
};

/* The property of all of them: nothing is invented, reordered or doubled. */
Test(fault, what_comes_is_the_beginning_of_what_would_have_come)
{
	static const size_t messages[] = { 1, 100, 5000, 65536 };

	for (size_t s = 0; s < ARRAY_LEN(all_services); s++)
		for (size_t f = 0; f < ARRAY_LEN(all_faults); f++)
			for (size_t m = 0; m < ARRAY_LEN(messages); m++) {
				struct client c = { all_services[s],     NULL,        1, f + 1,
					            messages[m] * 2 + 1, messages[m], 0 };

				if (strcmp(c.service, "time") == 0)
					c.len = 0;
				run_client(&c, &outcome);
				c.faults = all_faults[f];
				c.room = m % 2 ? 1000 : 0;
				run_client(&c, &second);
				cr_assert(second.n <= outcome.n, "%s %s", c.service, c.faults);
				cr_assert_eq(memcmp(outcome.got, second.got,
				                    strcmp(c.service, "time") == 0 ? 0 : second.n),
				             0, "%s %s", c.service, c.faults);
				bool cuts = strpbrk(c.faults, "fu") != NULL;
				cr_assert(cuts || second.n == outcome.n, "%s %s: %zu of %zu",
				          c.service, c.faults, second.n, outcome.n);
			}
}

Test(fault, the_same_seed_and_number_are_the_same_again)
{
	for (size_t f = 0; f < ARRAY_LEN(all_faults); f++)
		for (uint64_t number = 1; number <= 20; number++) {
			struct client c = { "echo", all_faults[f], 42, number, 2000, 300, 0 };

			run_client(&c, &outcome);
			run_client(&c, &second);
			cr_assert_eq(memcmp(&outcome, &second, sizeof outcome), 0, "%s", c.faults);
		}
}

static unsigned refused_of_1000(const char *faults, uint64_t seed, bool *which)
{
	unsigned refused = 0;

	for (uint64_t number = 1; number <= 1000; number++) {
		struct client c = { "echo", faults, seed, number, 1, 1, 0 };

		run_client(&c, &outcome);
		which[number - 1] = outcome.end == SERVICE_RESET;
		if (which[number - 1])
			cr_assert(outcome.n == 0 && outcome.used == 0);
		refused += which[number - 1];
	}
	return refused;
}

Test(fault, refuse_is_a_share_of_the_clients_and_the_seed_says_which)
{
	static bool one[1000], other[1000];

	cr_assert_eq(refused_of_1000("refuse=0", 1, one), 0);
	cr_assert_eq(refused_of_1000("refuse=100%", 1, one), 1000);
	cr_assert_eq(refused_of_1000("refuse=1", 1, one), 1000);
	unsigned refused = refused_of_1000("refuse=20%", 1, one);
	cr_assert(refused > 150 && refused < 250, "%u", refused);
	cr_assert_eq(refused_of_1000("refuse=0.2", 1, other), refused);
	cr_assert_eq(memcmp(one, other, sizeof one), 0);
	(void)refused_of_1000("refuse=20%", 2, other);
	cr_assert(memcmp(one, other, sizeof one) != 0);
}

Test(fault, a_delay_is_before_each_answer_and_not_within_it)
{
	struct client c = { "echo", "delay=100ms", 0, 1, 30, 10, 4 };

	run_client(&c, &outcome);
	/* Three messages, each answered in pieces of 4, 4 and 2. */
	cr_assert_eq(outcome.pieces, 9);
	for (size_t i = 0; i < 9; i++)
		cr_assert_eq(outcome.at[i], (nsec_t)(i / 3 + 1) * 100 * NSEC_PER_MSEC, "%zu", i);
	/* One that speaks first is late too; one that never speaks is not. */
	c.service = "qotd";
	run_client(&c, &outcome);
	cr_assert(outcome.at[0] == 100 * NSEC_PER_MSEC && outcome.ended_at == outcome.at[0]);
	c.service = "discard";
	run_client(&c, &outcome);
	cr_assert(outcome.ended_at == 0 && outcome.used == 30);
}

Test(fault, jitter_is_up_to_so_much_more_and_differs)
{
	struct client c = { "echo", "delay=100ms,jitter=50ms", 0, 1, 60, 1, 0 };
	nsec_t least = NSEC_NEVER, most = 0, before = 0;

	run_client(&c, &outcome);
	for (size_t i = 0; i < 60; i++) {
		nsec_t took = outcome.at[i] - before;

		before = outcome.at[i];
		least = took < least ? took : least;
		most = took > most ? took : most;
	}
	cr_assert(least >= 100 * NSEC_PER_MSEC && least < 110 * NSEC_PER_MSEC);
	cr_assert(most <= 150 * NSEC_PER_MSEC && most > 140 * NSEC_PER_MSEC);
	c.number = 2;
	run_client(&c, &second);
	cr_assert(memcmp(outcome.at, second.at, sizeof outcome.at) != 0);
}

Test(fault, rate_is_in_bytes_a_second)
{
	struct client c = { "chargen", "rate=65536", 0, 1, 0, 0, 0 };

	run_client(&c, &outcome);
	/* 128 KiB. */
	cr_assert(outcome.ended_at > 1900 * NSEC_PER_MSEC &&
	                  outcome.ended_at < 2100 * NSEC_PER_MSEC,
	          "%lld", (long long)outcome.ended_at);
	cr_assert(outcome.most_in_a_piece <= 6554);
}

Test(fault, drip_is_a_byte_at_a_time)
{
	struct client c = { "upper", "drip=10ms", 0, 1, 50, 20, 0 };

	run_client(&c, &outcome);
	cr_assert_eq(outcome.pieces, 50);
	for (size_t i = 0; i < 50; i++)
		cr_assert(outcome.piece[i] == 1 && outcome.at[i] == (nsec_t)i * 10 * NSEC_PER_MSEC);
}

Test(fault, the_three_ends)
{
	static const struct {
		const char *faults;
		enum service_next end;
		size_t n;
	} rows[] = {
		{ "truncate=25", SERVICE_END, 25 },
		{ "rst-after=25", SERVICE_RESET, 25 },
		{ "half-close-after=25", SERVICE_SHUT, 25 },
		{ "truncate=0", SERVICE_END, 0 },
		{ "rst-after=0", SERVICE_RESET, 0 },
		{ "half-close-after=0", SERVICE_SHUT, 0 },
		{ "rst-after=30", SERVICE_RESET, 30 },
		/* Never reached: as without. */
		{ "rst-after=31", SERVICE_READ, 30 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t room = 0; room < 12; room++) {
			struct client c = { "echo", rows[i].faults, 0, 1, 30, 10, room };

			run_client(&c, &outcome);
			cr_assert_eq(outcome.end, rows[i].end, "%s", rows[i].faults);
			cr_assert_eq(outcome.n, rows[i].n, "%s", rows[i].faults);
			/* What need not be answered is not used. */
			cr_assert_eq(outcome.used, rows[i].n, "%s", rows[i].faults);
		}
}

/* A client may go while its answer is held. */
Test(fault, what_is_held_is_freed)
{
	struct err err;
	struct fault_plan plan = { 0 };
	struct fault_service faulty;
	struct service_setup setup = { .faults = &plan };
	uint8_t in[] = "hello";

	cr_assert_eq(fault_parse(&plan, "delay=1h", &err), 0);
	fault_wrap(&faulty, services_named("echo", 4));
	void *state = calloc(1, faulty.service.state_size);
	struct service_turn turn = {
		.service = &faulty.service, .in = in, .in_len = 5, .room_len = 10, .setup = &setup
	};
	cr_assert_eq(faulty.service.step(state, &turn), SERVICE_WAIT);
	cr_assert(turn.used == 5 && turn.give_len == 0);
	faulty.service.end(state);
	free(state);
}

Test(fault, strange_values_are_refused_and_named)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "NAME=VALUE is missing" },
		{ ",", "NAME=VALUE is missing" },
		{ "delay=1,", "NAME=VALUE is missing" },
		{ "=1", "NAME=VALUE is missing" },
		{ "delay", "delay needs a value: a duration" },
		{ "delay=", "delay needs a value: a duration" },
		{ "rate=", "rate needs a value: a rate in bytes a second" },
		{ "dely=1",
		  "'dely' is not one of delay, jitter, rate, truncate, rst-after, half-close-after, drip, refuse" },
		{ "Delay=1", "'Delay' is not one of" },
		{ " delay=1", "' delay' is not one of" },
		{ "delay=1,delay=2", "delay is given twice" },
		{ "delay=-1", "delay: '-1' is not a duration" },
		{ "delay=1e3", "delay: '1e3' is not a duration" },
		{ "jitter=99999999999999h",
		  "jitter: 99999999999999h is out of range, 1 ns to 292 years" },
		{ "rate=0", "rate: 0 is out of range, 1 to 18446744073709551615" },
		{ "rate=fast", "rate: 'fast' is not a rate" },
		{ "rate=99999999999999999999G", "is out of range" },
		{ "truncate=-1", "truncate: '-1' is not a number of bytes" },
		{ "truncate=1,rst-after=2", "truncate and rst-after exclude each other" },
		{ "half-close-after=1,rst-after=2",
		  "half-close-after and rst-after exclude each other" },
		{ "drip=1,rate=5", "drip and rate exclude each other" },
		{ "refuse=101%", "refuse: 101% is out of range, 0 to 100% or 0 to 1" },
		{ "refuse=1.5", "refuse: 1.5 is out of range" },
		{ "refuse=20", "refuse: 20 is out of range" },
		{ "refuse=%", "refuse: '%' is not a share" },
		{ "refuse=0.2s", "refuse: '0.2s' is not a share" },
		{ "refuse=.", "refuse: '.' is not a share" },
		{ "refuse=1..2", "refuse: '1..2' is not a share" },
		{ "refuse=20%%", "refuse: '20%%' is not a share" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fault_plan plan = { .seed = 7 };
		struct err err = { 0 };

		cr_assert_eq(fault_parse(&plan, rows[i].text, &err), -1, "%s", rows[i].text);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert(strstr(err.detail, "--fault: ") == err.detail);
		cr_assert(strstr(err.detail, rows[i].says), "'%s': %s", rows[i].text, err.detail);
		cr_assert(plan.seed == 7 && plan.rate == 0 && plan.delay == 0);
		if (strcmp(rows[i].text, "dely=1") == 0)
			cr_assert_str_eq(err.hint, "did you mean 'delay'?");
	}
}

Test(fault, values_are_read)
{
	struct fault_plan p = { .seed = 7 };
	struct err err;

	cr_assert_eq(
		fault_parse(&p, "delay=0.5,jitter=100ms,rate=64K,truncate=1kB,refuse=.5%", &err),
		0);
	cr_assert(p.delay == 500 * NSEC_PER_MSEC && p.jitter == 100 * NSEC_PER_MSEC);
	cr_assert(p.rate == 65536 && p.after == 1000 && p.end == FAULT_END_TRUNCATE);
	cr_assert(p.refuse == 5000000 && p.drip == NSEC_NEVER && p.seed == 7);
	cr_assert_eq(fault_parse(&p, "drip=0,half-close-after=0", &err), 0);
	cr_assert(p.drip == 0 && p.after == 0 && p.end == FAULT_END_HALF_CLOSE && p.delay == 0);
}
