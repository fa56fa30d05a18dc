#include "serve/classic.h"

/* What came goes back from where it lies. */
static void classic_give_back(struct service_turn *turn)
{
	turn->used = turn->in_len < turn->room_len ? turn->in_len : turn->room_len;
	turn->give = turn->in;
	turn->give_len = turn->used;
}

static enum service_next classic_next(const struct service_turn *turn)
{
	return turn->used < turn->in_len ? SERVICE_AGAIN : SERVICE_READ;
}

static enum service_next echo_step(void *state, struct service_turn *turn)
{
	(void)state;
	classic_give_back(turn);
	return classic_next(turn);
}

const struct service service_echo = {
	.name = "echo",
	.help = "sends back what it gets (RFC 862)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = echo_step,
};

static enum service_next discard_step(void *state, struct service_turn *turn)
{
	(void)state;
	turn->used = turn->in_len;
	return SERVICE_READ;
}

const struct service service_discard = {
	.name = "discard",
	.help = "throws away what it gets (RFC 863)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = discard_step,
};

static enum service_next upper_step(void *state, struct service_turn *turn)
{
	(void)state;
	classic_give_back(turn);
	for (size_t i = 0; i < turn->used; i++)
		if (turn->in[i] >= 'a' && turn->in[i] <= 'z')
			turn->in[i] -= 'a' - 'A';
	return classic_next(turn);
}

const struct service service_upper = {
	.name = "upper",
	.help = "sends back what it gets in capitals",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = upper_step,
};
