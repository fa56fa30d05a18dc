/*
 * Who may come in: decided on the address alone, before any byte, by rules that may change while sockit runs.
 * What is denied is refused; where somebody is allowed, so is everybody else. A file that has changed is read
 * again when the next one comes; if it has become bad, the rules stay as they were. A name means the addresses
 * that it has then.
 */
#ifndef SOCKIT_STREAM_ADMISSION_H
#define SOCKIT_STREAM_ADMISSION_H

#include "loop/loop.h"
#include "net/access.h"
#include "out/report.h"

/* Rules as net/access.h has them. */
struct admission_rules {
	const char *const *words;
	size_t count;
	const char *file; /* or NULL */
};

struct admission_request {
	struct admission_rules allow, deny; /* to live as long as the admission */
};

struct admission; /* opaque */

/* Names are looked up first, for at most 8 s each, during which LOOP runs. *ADMISSION is NULL where there are
 * no rules at all. */
int admission_open(struct loop *loop, const struct admission_request *request,
                   struct report *report, struct admission **admission, struct err *err) MUST_CHECK;

/* Whether PEER may come in, which has connected as FD (-1: it has not, its datagram has come). One that may
 * not is told of and counted. NULL lets everybody in. */
bool admission_lets(struct admission *a, int fd, const struct addr *peer);

uint64_t admission_refused(const struct admission *a);

/* NULL is allowed. */
void admission_close(struct admission *a);

#endif
