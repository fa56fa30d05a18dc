/* What a query found, as `sockit resolve` shows it. */
#ifndef SOCKIT_CMD_FINDING_H
#define SOCKIT_CMD_FINDING_H

#include "cmd/query.h"
#include "out/answer.h"
#include "out/report.h"

/*
 * Show it. IN_BATCH: each line begins with what was asked. REPORT: tell the events of -v too, or
 * NULL. -1 when it is a failure after all, or the answer to --confirm is a no; it is shown all the
 * same.
 */
int finding_show(struct query *q, struct answer *a, bool in_batch, struct report *report,
                 struct err *err) MUST_CHECK;

#endif
