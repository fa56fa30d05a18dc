/*
 * Who may come in: decided on the address alone, before any byte, by rules that may change while
 * sockit runs. What is denied is refused; where somebody is allowed, so is everybody else. A file
 * that has changed is read again when the next one comes; if it has become bad, the rules stay as
 * they were. A name means the addresses that it has then; until it is known, the rules stay as
 * well.
 *
 * Any thread may ask; what must wait for a name does it in the loop.
 */
#ifndef SOCKIT_STREAM_ADMISSION_H
#define SOCKIT_STREAM_ADMISSION_H

#include "loop/loop.h"
#include "out/report.h"
#include "stream/admission_draft.h"
#include "stream/mailbox.h"

struct admission; /* opaque */

/*
 * Names are looked up first, for at most 8 s each, during which LOOP runs. *ADMISSION is NULL where
 * there are no rules at all.
 */
int admission_open(struct loop *loop, const struct admission_request *request,
                   struct report *report, struct admission **admission, struct err *err) MUST_CHECK;

/*
 * Nobody turns the loop from now on: names of files that have changed are waited for where they are
 * needed.
 */
void admission_wait(struct admission *a);

/*
 * Whether PEER, who has connected as FD, may come in. One who may not is told of and counted. NULL
 * lets everybody in.
 */
bool admission_lets(struct admission *a, int fd, const struct addr *peer);

/*
 * Drop the datagrams of those who may not from the COUNT that M has received: how many are left.
 * They are counted, and the first is told of.
 */
size_t admission_sift(struct admission *a, struct mailbox *m, size_t count);

uint64_t admission_refused(const struct admission *a);

/* In the thread that opened it, which is the last to know it. NULL is allowed. */
void admission_close(struct admission *a);

#endif
