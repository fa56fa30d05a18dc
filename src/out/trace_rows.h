/* How each call is told by --trace: its name, its arguments and its outcome, decoded. */
#ifndef SOCKIT_OUT_TRACE_ROWS_H
#define SOCKIT_OUT_TRACE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "out/decode.h"
#include "sys/call.h"

struct trace_row {
	char name[20];
	uint8_t args[SYS_ARGS]; /* enum decoder */
	bool payload;           /* shown only for descriptors that payload goes through */
	char explain[108];
};
extern const struct trace_row trace_rows[SYS_OP_COUNT];

/* Append the arguments, "5, [::1]:7", and the outcome, "-1 ECONNREFUSED (Connection refused)". */
void trace_add_args(struct text *t, const struct sys_call *call);
void trace_add_outcome(struct text *t, const struct sys_call *call);

/* The name of the call, NULL for one that is not part of the sockets API and moves no bytes. */
const char *trace_name(enum sys_op op);

/* The name of the error that the call failed with, NULL where it did not. */
const char *trace_failed_with(const struct sys_call *call);

#endif
