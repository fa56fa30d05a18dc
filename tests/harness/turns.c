#include "harness/turns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Steps that neither use nor give anything, in a row, before a service counts as going round in
 * circles.
 */
enum { IDLE_STEPS_MAX = 3 };

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "a step broke its contract: %s\n", what);
	abort();
}

static void *allocated(size_t n)
{
	void *at = malloc(n > 0 ? n : 1);

	must(at, "memory");
	return at;
}

struct turns turns_start(const struct service *service)
{
	struct turns t = {
		.room = SERVICE_ROOM, .name = "", .out_most = SIZE_MAX, .service = service
	};

	t.now = NSEC_PER_SEC;
	t.peer.at.v4.sin_family = AF_INET;
	t.peer.at.v4.sin_port = htons(40000);
	t.peer.at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	t.peer.len = sizeof t.peer.at.v4;
	t.state = calloc(1, service->state_size + 1);
	t.out = calloc(1, 1);
	must(t.state && t.out, "memory");
	return t;
}

static void take_output(struct turns *t, const struct service_turn *turn)
{
	size_t keep = t->out_most - t->out_len;

	if (keep > turn->give_len)
		keep = turn->give_len;
	if (keep == 0)
		return;
	if (t->out_len + keep >= t->out_room) {
		t->out_room = 2 * (t->out_len + keep) + 1;
		t->out = realloc(t->out, t->out_room);
		must(t->out, "memory");
	}
	memcpy(t->out + t->out_len, turn->give, keep);
	t->out_len += keep;
	t->out[t->out_len] = '\0';
}

static void use_input(struct turns *t, size_t used)
{
	if (used == 0)
		return;
	uint8_t *kept = allocated(t->kept_len - used);

	memcpy(kept, t->kept + used, t->kept_len - used);
	free(t->kept);
	t->kept = kept;
	t->kept_len -= used;
}

static uint8_t *room_of(struct turns *t)
{
	if (t->room_len != t->room) {
		free(t->room_at);
		t->room_at = allocated(t->room);
		t->room_len = t->room;
	}
	return t->room_at;
}

/* Whether there is another step to be made at once. */
static bool follow(struct turns *t, const struct service_turn *turn)
{
	t->wake = turn->wake;
	if (t->out_len == t->out_most) {
		t->over = true;
		return false;
	}
	switch (t->last) {
	case SERVICE_READ:
		must(turn->wake == 0 || turn->wake > t->now,
		     "it wants input before a time that has passed");
		t->over = t->ended;
		return false;
	case SERVICE_AGAIN:
		return true;
	case SERVICE_WAIT:
		must(turn->wake > t->now, "it waits for a time that has passed");
		t->waits++;
		t->now = turn->wake;
		return true;
	case SERVICE_NAME:
		must(!t->named, "it asks for a name twice");
		t->names++;
		t->named = true;
		return true;
	case SERVICE_END:
	case SERVICE_SHUT:
	case SERVICE_RESET:
		break;
	}
	t->over = true;
	return false;
}

static void steps(struct turns *t)
{
	bool on = !t->over;

	for (unsigned idle = 0; on;) {
		size_t fed = t->kept_len;
		struct service_turn turn = { .service = t->service,
			                     .client = 1,
			                     .in = t->kept,
			                     .in_len = fed,
			                     .in_ended = t->ended,
			                     .room = room_of(t),
			                     .room_len = t->room,
			                     .now = t->now,
			                     .peer = &t->peer,
			                     .name = t->named ? t->name : NULL };

		t->last = t->service->step(t->state, &turn);
		must(turn.used <= fed, "more is used than came");
		must(turn.give_len <= t->room, "more is given than there is room for");
		must(t->last != SERVICE_READ || fed - turn.used < SERVICE_ROOM,
		     "a full input is not used");
		take_output(t, &turn);
		use_input(t, turn.used);
		idle = turn.used + turn.give_len > 0 ? 0 : idle + 1;
		must(idle <= IDLE_STEPS_MAX, "it goes round in circles");
		on = follow(t, &turn);
	}
}

/* No more than an exchange would keep. */
static size_t add_input(struct turns *t, const uint8_t *bytes, size_t n)
{
	size_t room = SERVICE_ROOM - t->kept_len, piece = n < room ? n : room;
	uint8_t *kept = allocated(t->kept_len + piece);

	if (t->kept_len > 0)
		memcpy(kept, t->kept, t->kept_len);
	memcpy(kept + t->kept_len, bytes, piece);
	free(t->kept);
	t->kept = kept;
	t->kept_len += piece;
	return piece;
}

void turns_feed(struct turns *t, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	do {
		size_t piece = add_input(t, at, n);

		at += piece;
		n -= piece;
		steps(t);
	} while (n > 0 && !t->over);
}

void turns_end_input(struct turns *t)
{
	t->ended = true;
	turns_wake(t);
}

void turns_wake(struct turns *t)
{
	turns_feed(t, "", 0);
}

void turns_finish(struct turns *t)
{
	if (t->service->end)
		t->service->end(t->state);
	free(t->state);
	free(t->kept);
	free(t->room_at);
	free(t->out);
}

enum { COMPARED = 16384 };

/* Its digits and letters become dots. */
static void hide_dates(struct turns *t)
{
	for (char *at = t->out;
	     (at = memmem(at, t->out_len - (size_t)(at - t->out), "\nDate: ", 7));)
		for (at += 7; *at && *at != '\r'; at++)
			*at = '.';
}

static struct turns tried(const struct service *service, const uint8_t *cuts, const uint8_t *in,
                          size_t n)
{
	struct turns t = turns_start(service);
	size_t i = 0;

	t.out_most = COMPARED;
	while (n > 0 && !t.over) {
		size_t piece = cuts ? (size_t)cuts[i % TURNS_CUTS] + 1 : n;

		if (piece > n)
			piece = n;
		if (cuts)
			t.room =
				(size_t)cuts[(i + 1) % TURNS_CUTS] * cuts[(i + 2) % TURNS_CUTS] + 1;
		turns_feed(&t, in, piece);
		in += piece;
		n -= piece;
		i++;
	}
	turns_end_input(&t);
	hide_dates(&t);
	return t;
}

void turns_try_cuts(const struct service *service, const uint8_t *bytes, size_t n)
{
	if (n < TURNS_CUTS)
		return;
	struct turns whole = tried(service, NULL, bytes + TURNS_CUTS, n - TURNS_CUTS);
	struct turns cut = tried(service, bytes, bytes + TURNS_CUTS, n - TURNS_CUTS);

	must(whole.out_len == cut.out_len && memcmp(whole.out, cut.out, cut.out_len) == 0,
	     "what it says depends on how its input is cut");
	must(whole.out_len == COMPARED || (whole.over && whole.last == cut.last),
	     "how it ends depends on how its input is cut");
	turns_finish(&whole);
	turns_finish(&cut);
}
