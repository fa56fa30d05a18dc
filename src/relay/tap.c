#include "relay/tap.h"

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
