/*
 * A client and its service over a stream: what came and is not used up, what is given and not sent.
 * The same for all models: over a stream that does not block it comes back to wait for readiness;
 * over one that does it never has to.
 */
#ifndef SOCKIT_SERVE_EXCHANGE_H
#define SOCKIT_SERVE_EXCHANGE_H

#include "serve/service.h"
#include "stream/stream.h"

/* What an exchange waits for. */
enum exchange_wait {
	EXCHANGE_INPUT,  /* or exchange_wake, which comes first */
	EXCHANGE_OUTPUT, /* nothing is read meanwhile: who does not read costs little */
	EXCHANGE_TIME,   /* exchange_wake */
	EXCHANGE_NAME,   /* exchange_named is called */
	EXCHANGE_OVER,   /* nothing: end says how it ended */
};

enum exchange_end {
	EXCHANGE_ENDED,  /* both streams, whole */
	EXCHANGE_RESET,  /* by the service */
	EXCHANGE_FAILED, /* error is an errno */
};

/* Memory that an exchange uses only while it runs; one for each thread. */
struct exchange_scratch {
	uint8_t in[SERVICE_ROOM];
	uint8_t out[SERVICE_ROOM];
};

/*
 * To be freed with free(). Its pages begin where the memory's do, which copying is faster with.
 * NULL without memory.
 */
struct exchange_scratch *exchange_scratch_new(void) MUST_CHECK;

struct exchange; /* opaque; small while its client is idle */

/* STREAM, PEER and SETUP must outlive it. NULL without memory. */
struct exchange *exchange_new(struct stream *stream, const struct addr *peer,
                              const struct service *service, const struct service_setup *setup);

/* The client's number, for its service; before the first run. */
void exchange_number(struct exchange *x, uint64_t client);

/* Its service's state too. NULL is allowed. The stream is the caller's to close. */
void exchange_free(struct exchange *x);

/*
 * Do what can be done NOW, with one read at most: the readiness that was waited for, or the time,
 * is there. The first run waited for nothing, and reads nothing.
 */
enum exchange_wait exchange_run(struct exchange *x, struct exchange_scratch *scratch, nsec_t now);

/* The client's name, "" for none, after EXCHANGE_NAME. It is copied. */
void exchange_named(struct exchange *x, const char *name);

/*
 * From now on nothing more is read: what was read is answered and sent, and it ends. To be run
 * next, which needs no readiness.
 */
void exchange_drain(struct exchange *x);

struct stream *exchange_stream(const struct exchange *x);
nsec_t exchange_wake(const struct exchange *x); /* NSEC_NEVER: none */
enum exchange_end exchange_end(const struct exchange *x, int *error);

/*
 * Bytes that the service was given, without those that were thrown away behind its end; bytes that
 * were sent.
 */
uint64_t exchange_received(const struct exchange *x);
uint64_t exchange_sent(const struct exchange *x);

#endif
