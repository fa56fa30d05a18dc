#include "out/trace.h"

#include <stdatomic.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"
#include "out/trace_rows.h"
#include "sys/order.h"

static void payload_set(struct trace *trace, long fd, bool on)
{
	if (fd < 0 || fd >= TRACE_FDS)
		return;
	uint64_t bit = UINT64_C(1) << (fd % 64);
	if (on)
		(void)atomic_fetch_or(&trace->payload[fd / 64], bit);
	else
		(void)atomic_fetch_and(&trace->payload[fd / 64], ~bit);
}

static bool payload_has(const struct trace *trace, long fd)
{
	return fd >= TRACE_FDS || (fd >= 0 && trace->payload[fd / 64] & (UINT64_C(1) << (fd % 64)));
}

/* Keep track of the descriptors that payload goes through. */
static void payload_follow(struct trace *trace, const struct sys_call *call)
{
	static const char again[] = "/proc/self/fd/";

	if (call->result < 0)
		return;
	if (call->op == SYS_SOCKET || call->op == SYS_ACCEPT4) {
		payload_set(trace, call->result, true);
	} else if (call->op == SYS_OPEN) {
		const char *path = (const char *)call->arg[0];

		payload_set(trace, call->result, strncmp(path, again, sizeof again - 1) == 0);
	} else if (call->op == SYS_PIPE2) {
		const int *ends = (const int *)call->arg[0];

		payload_set(trace, ends[0], true);
		payload_set(trace, ends[1], true);
	} else if (call->op == SYS_CLOSE) {
		payload_set(trace, call->arg[0], false);
	}
}

/* What the call is for; for an option that is set, also what that does. */
static const char *explanation(const struct sys_call *call, struct text *t)
{
	const char *option = call->op == SYS_SETSOCKOPT
	                             ? decode_option_help((int)call->arg[1], (int)call->arg[2])
	                             : NULL;

	text_add_str(t, trace_rows[call->op].explain);
	if (option)
		text_add(t, ": %s", option);
	return t->at;
}

static void trace_show(const struct trace *trace, const struct sys_call *call)
{
	const struct trace_row *row = &trace_rows[call->op];
	char args_buf[1024], explain_buf[256], buf[2048], ordered_buf[32];
	struct text args = TEXT_OVER(args_buf), why = TEXT_OVER(explain_buf), t = TEXT_OVER(buf),
		    ordered = TEXT_OVER(ordered_buf);
	const char *explain = trace->explain ? explanation(call, &why) : NULL;
	bool orders = sys_order_width(call->op) != 0;
	const char *code = trace_failed_with(call);
	bool failed = !orders && (code || call->result < 0);
	struct report_field number = FIELD_INT("result", failed ? -1 : call->result);
	struct report_field bits = FIELD_STR("result", ordered_buf);

	trace_add_args(&args, call);
	if (orders)
		decode_add_ordered(&ordered, call->op, call->result);
	style_add(&t, trace->style, INK_BOLD);
	text_add_str(&t, row->name);
	style_add(&t, trace->style, INK_PLAIN);
	text_add(&t, "(%s) = ", args_buf);
	style_add(&t, trace->style, failed ? INK_RED : INK_PLAIN);
	trace_add_outcome(&t, call);
	style_add(&t, trace->style, INK_PLAIN);
	text_add(&t, "  %.1fms", nsec_to_msec(call->took));
	if (explain) {
		style_add(&t, trace->style, INK_DIM);
		text_add(&t, "  # %s", explain);
		style_add(&t, trace->style, INK_PLAIN);
	}
	REPORT_WITH(trace->report, REPORT_CALL, true, FIELD_STR("call", row->name),
	            FIELD_STR("args", args_buf), orders ? bits : number, FIELD_STR("code", code),
	            FIELD_TIME("time", call->took), FIELD_STR("explain", explain),
	            FIELD_WORDS(buf));
}

static void trace_after(struct sys_observer *observer, const struct sys_call *call)
{
	/* Showing a call makes calls itself, which are not shown. */
	static _Thread_local bool showing;
	struct trace *trace = CONTAINER_OF(observer, struct trace, observer);
	const struct trace_row *row = &trace_rows[call->op];
	bool hidden = row->payload && !payload_has(trace, call->arg[0]);

	if (showing)
		return;
	showing = true;
	if (row->name[0] && !hidden)
		trace_show(trace, call);
	payload_follow(trace, call);
	showing = false;
}

void trace_start(struct trace *trace, struct report *report, struct style style, bool explain)
{
	*trace = (struct trace){
		.observer = { .after = trace_after },
		.report = report,
		.style = style,
		.explain = explain,
	};
	payload_set(trace, 0, true);
	payload_set(trace, 1, true);
	sys_observe(&trace->observer);
}
