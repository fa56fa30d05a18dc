/*
 * --trace: the observer on sys/ that shows every call of the sockets API as it happens, decoded,
 * and the calls that move the bytes. It only listens: which calls are made does not depend on it.
 */
#ifndef SOCKIT_OUT_TRACE_H
#define SOCKIT_OUT_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "out/report.h"
#include "sys/call.h"

enum { TRACE_FDS = 1024 };

struct trace {
	struct sys_observer observer;
	struct report *report;
	struct style style; /* of stderr */
	bool explain;       /* with a phrase on what the call is for */
	/*
	 * The descriptors whose reads, writes and closes are shown: sockets and those that payload
	 * goes through, not the files that sockit reads for itself. Those beyond are all shown.
	 */
	_Atomic uint64_t payload[TRACE_FDS / 64];
};

/* From now on show calls through REPORT, until sys_observe(NULL). TRACE and REPORT must live until
 * then. */
void trace_start(struct trace *trace, struct report *report, struct style style, bool explain);

#endif
