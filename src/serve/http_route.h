/* Which paths are more than a question. */
#ifndef SOCKIT_SERVE_HTTP_ROUTE_H
#define SOCKIT_SERVE_HTTP_ROUTE_H

#include <stddef.h>

#include "base/unit.h"
#include "serve/http_message.h"

/* How a whole request is answered. */
struct http_route {
	unsigned status;
	const char *why; /* it is refused, with STATUS: without a full stop; or NULL */
	bool tells;      /* the answer is what was asked, and by whom */
	nsec_t delay;    /* before the answer */
	bool pattern;    /* the answer is so many bytes of the pattern, so far apart */
	uint64_t bytes;
	nsec_t interval;
};

/*
 *   /status/CODE   that status, 200 to 599
 *   /delay/DUR     after DUR (base/num.h), at most an hour, as any other path
 *   /bytes/SIZE    so many bytes (base/num.h), below 2^63
 *   /drip          ?numbytes=SIZE&duration=DUR: one by one; 10 over 2 s, at most 1 MiB and an hour
 *
 * and everything else tells.
 */
struct http_route http_route(const struct http_message *m);

#endif
