/*
 * A bad network and a bad server, on purpose: a service that wraps a service and spoils what it
 * gives. What becomes of a client depends on the seed, on its number and on what it sends, in every
 * model.
 */
#ifndef SOCKIT_SERVE_FAULT_H
#define SOCKIT_SERVE_FAULT_H

#include "base/err.h"
#include "serve/service.h"

/* What happens once so many bytes of answers are sent. */
enum fault_end {
	FAULT_END_NONE,
	FAULT_END_TRUNCATE, /* the stream ends, as if that had been all */
	FAULT_END_RESET,
	FAULT_END_HALF_CLOSE, /* it ends, and the client is read for as long as it sends */
};

#define FAULT_WHOLE INT64_C(1000000000)

struct fault_plan {
	uint64_t seed;
	nsec_t delay;   /* before an answer: what is given after a time in which nothing was */
	nsec_t jitter;  /* and up to so much more, 0 to this */
	nsec_t refuse;  /* share of the clients that are reset at once: 0 to FAULT_WHOLE */
	uint64_t rate;  /* bytes a second; 0: as fast as it goes */
	nsec_t drip;    /* from one byte to the next; NSEC_NEVER: as many as there are go at once */
	uint64_t after; /* bytes of answers, then `end` */
	enum fault_end end;
};

/*
 * "delay=200ms,jitter=100ms,refuse=20%" as sockit-echo-serve(1) has it; the seed is not touched. -1
 * with a usage error.
 */
int fault_parse(struct fault_plan *plan, const char *text, struct err *err) MUST_CHECK;

/* Add the names of all faults. */
void fault_add_names(struct text *t, const char *separator);

/* A service with faults. */
struct fault_service {
	struct service service;
	const struct service *inner;
};

/*
 * Make *F the service INNER over streams with the faults of setup->faults. *F must stay where it
 * is.
 */
void fault_wrap(struct fault_service *f, const struct service *inner);

#endif
