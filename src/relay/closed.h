/* The end of a connection, as it is told. */
#ifndef SOCKIT_RELAY_CLOSED_H
#define SOCKIT_RELAY_CLOSED_H

#include "base/unit.h"
#include "out/report.h"

/* Bytes each way. */
struct closed_sums {
	bool counted; /* somebody did */
	uint64_t sent, received;
};

/* The reason for one that is cut since loop_run has ended with ERR. */
const char *closed_reason(const struct err *err);

/* REASON is a phrase; the connection has lasted for TOOK. */
void closed_tell(struct report *report, const char *reason, const struct closed_sums *sums,
                 nsec_t took);

#endif
