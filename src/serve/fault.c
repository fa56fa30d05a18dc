#include "serve/fault.h"

#include <string.h>

#include "base/mix.h"
#include "relay/pace.h"

struct fault_state {
	const struct service *inner; /* NULL before the first step */
	uint64_t random;
	uint64_t given; /* bytes of answers so far */
	struct pace pace;
	nsec_t drip_at;
	bool answering; /* an answer has begun: its delay is over or runs */
	/* The beginning of an answer, copied while its delay runs, and what its step said. */
	uint8_t *held;
	size_t held_len;
	bool released; /* it was given, and is sent by the next step */
	nsec_t due, held_wake;
	enum service_next held_next;
	_Alignas(max_align_t) unsigned char inner_state[];
};

static void fault_begin(struct fault_state *s, const struct service_turn *turn)
{
	const struct fault_plan *plan = turn->setup->faults;

	s->inner = CONTAINER_OF(turn->service, struct fault_service, service)->inner;
	s->random = mix64(plan->seed) + turn->client;
	s->pace.rate = plan->rate;
}

static bool fault_refuses(struct fault_state *s, const struct fault_plan *plan)
{
	return (nsec_t)(mix64_next(&s->random) % (uint64_t)FAULT_WHOLE) < plan->refuse;
}

static bool fault_has_ended(const struct fault_state *s, const struct fault_plan *plan)
{
	return plan->end != FAULT_END_NONE && s->given >= plan->after;
}

static enum service_next fault_end(const struct fault_plan *plan)
{
	static const enum service_next next[] = {
		[FAULT_END_NONE] = SERVICE_END,
		[FAULT_END_TRUNCATE] = SERVICE_END,
		[FAULT_END_RESET] = SERVICE_RESET,
		[FAULT_END_HALF_CLOSE] = SERVICE_SHUT,
	};

	return next[plan->end];
}

/* How much may be given now. 0: nothing before *until. */
static size_t fault_room(struct fault_state *s, const struct service_turn *turn, nsec_t *until)
{
	const struct fault_plan *plan = turn->setup->faults;
	size_t room = plan->drip == NSEC_NEVER ? turn->room_len : 1;

	if (plan->end != FAULT_END_NONE && room > plan->after - s->given)
		room = (size_t)(plan->after - s->given);
	if (turn->now < s->drip_at) {
		*until = s->drip_at;
		return 0;
	}
	return pace_allow(&s->pace, turn->now, NULL, room, until);
}

/* What TURN gives goes. */
static enum service_next fault_give(struct fault_state *s, const struct service_turn *turn,
                                    enum service_next next)
{
	const struct fault_plan *plan = turn->setup->faults;

	s->given += turn->give_len;
	pace_passed(&s->pace, turn->now, turn->give, turn->give_len);
	if (plan->drip != NSEC_NEVER)
		s->drip_at = nsec_after(turn->now, plan->drip);
	s->answering = next != SERVICE_READ;
	return fault_has_ended(s, plan) ? fault_end(plan) : next;
}

static nsec_t fault_pause(struct fault_state *s, const struct fault_plan *plan)
{
	uint64_t more = plan->jitter ? mix64_next(&s->random) % ((uint64_t)plan->jitter + 1) : 0;

	return nsec_after(plan->delay, (nsec_t)more);
}

/* Keep what TURN gives until its delay is over: where it lies now, it would not last. */
static enum service_next fault_hold(struct fault_state *s, struct service_turn *turn,
                                    enum service_next next, nsec_t pause)
{
	s->held = malloc(turn->give_len);
	if (!s->held)
		return SERVICE_RESET;
	memcpy(s->held, turn->give, turn->give_len);
	s->held_len = turn->give_len;
	s->held_next = next;
	s->held_wake = turn->wake;
	s->due = nsec_after(turn->now, pause);
	turn->give_len = 0;
	turn->wake = s->due;
	return SERVICE_WAIT;
}

static enum service_next fault_release(struct fault_state *s, struct service_turn *turn)
{
	if (turn->now < s->due) {
		turn->wake = s->due;
		return SERVICE_WAIT;
	}
	s->released = true;
	turn->give = s->held;
	turn->give_len = s->held_len;
	turn->wake = s->held_wake;
	return fault_give(s, turn, s->held_next);
}

/* A step of the service itself. */
static enum service_next fault_inner(struct fault_state *s, struct service_turn *turn, size_t room)
{
	const struct service *wrapper = turn->service;
	size_t room_len = turn->room_len;

	turn->service = s->inner;
	turn->room_len = room;
	enum service_next next = s->inner->step(s->inner_state, turn);
	turn->service = wrapper;
	turn->room_len = room_len;
	if (turn->give_len == 0) {
		s->answering = s->answering && next != SERVICE_READ;
		return next;
	}
	nsec_t pause = s->answering ? 0 : fault_pause(s, turn->setup->faults);
	return pause > 0 ? fault_hold(s, turn, next, pause) : fault_give(s, turn, next);
}

static enum service_next fault_step(void *state, struct service_turn *turn)
{
	const struct fault_plan *plan = turn->setup->faults;
	struct fault_state *s = state;

	if (!s->inner) {
		fault_begin(s, turn);
		if (fault_refuses(s, plan))
			return SERVICE_RESET;
		if (fault_has_ended(s, plan))
			return fault_end(plan);
	}
	if (s->held && !s->released)
		return fault_release(s, turn);
	free(TAKE(s->held));
	s->released = false;
	nsec_t until = 0;
	size_t room = fault_room(s, turn, &until);
	if (room > 0)
		return fault_inner(s, turn, room);
	turn->wake = until;
	return SERVICE_WAIT;
}

static void fault_state_end(void *state)
{
	struct fault_state *s = state;

	free(s->held);
	if (s->inner && s->inner->end)
		s->inner->end(s->inner_state);
}

void fault_wrap(struct fault_service *f, const struct service *inner)
{
	*f = (struct fault_service){ .service = *inner, .inner = inner };
	f->service.over = SERVICE_STREAM;
	f->service.state_size = sizeof(struct fault_state) + inner->state_size;
	f->service.step = fault_step;
	f->service.end = fault_state_end;
}
