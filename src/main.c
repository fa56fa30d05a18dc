/* Look the command up, run it, turn a failure into a sentence and a status. */
#include <string.h>

#include "base/status.h"
#include "cli/front.h"
#include "cli/observe_options.h"
#include "cmd/commands.h"
#include "out/output.h"
#include "out/report.h"
#include "out/trace.h"
#include "sys/file.h"
#include "sys/process.h"

/* How failures and events are told, as far as the options were understood. */
static struct report_config report_config_for(const struct command_call *call)
{
	const struct observe_options *o = call->observe;

	return (struct report_config){
		.command = call->command ? call->command->name : NULL,
		.verbose = o ? o->verbose : 0,
		.json = o && observe_wants_json(o),
		.file = o ? o->report : NULL,
		.json_to_stdout = o && o->json && call->command && call->command->answers,
		.style = style_for(2, o ? o->color : STYLE_AUTO),
	};
}

/* Run the command under the eyes of its report and, where asked for, of a trace. */
static int run_call(struct command_call *call, struct report *report, struct err *err)
{
	const struct observe_options *o = call->observe;
	/* Both outlive the run: a look-up that was left behind may still be traced. */
	static struct trace trace;

	call->report = report;
	if (o->trace != TRACE_OFF)
		trace_start(&trace, report, style_for(2, o->color), o->trace == TRACE_EXPLAIN);
	return call->command->run(call, err);
}

/* -1 for a usage text: it is no error, but its status is. */
static int run(struct front *front, int argc, char **argv, struct report *report, struct err *err)
{
	enum front_outcome outcome = front_read(front, argc, argv, err);
	struct report_config config = report_config_for(&front->call);
	struct err unopened;

	if (outcome == FRONT_TEXT)
		return output_result(front->text.at, err);
	if (outcome == FRONT_USAGE) {
		(void)!output_write(2, front->text.at, front->text.len);
		err->domain = ERR_SHOWN;
		err->code = STATUS_USAGE;
		return -1;
	}
	if (report_configure(report, &config, outcome == FRONT_RUN ? err : &unopened) ||
	    outcome == FRONT_ERROR)
		return -1;
	return run_call(&front->call, report, err);
}

static bool is_quiet(const struct err *err)
{
	return err->domain == ERR_STDOUT_GONE || err->domain == ERR_SIGNAL ||
	       err->domain == ERR_SHOWN;
}

/* What was lost of an answer is lost once more where its failure would be a part of it (--json). */
static bool is_told(const struct err *late, int result, const struct err *err)
{
	return is_quiet(late) ||
	       (result != 0 && err->domain == late->domain && err->code == late->code &&
	        strcmp(err->subject, late->subject) == 0);
}

/* The first error has the say, but where results are lost that is. */
static int finish(struct report *report, int result, const struct err *err)
{
	struct err late;

	if (result != 0 && !is_quiet(err))
		report_failure(report, err);
	if (report_close(report, &late)) {
		if (!is_told(&late, result, err))
			report_failure(report, &late);
		if (result == 0 || (err->domain != ERR_SIGNAL && report_results_are_lost(report)))
			err = &late;
		result = -1;
	}
	if (result == 0)
		return STATUS_OK;
	/* As other filters end when their reader leaves, and as the signal would have ended us. */
	if (err->domain == ERR_STDOUT_GONE && !signals_pipe_was_ignored())
		process_die_by(SIGPIPE);
	if (err->domain == ERR_SIGNAL)
		process_die_by(err->code);
	return status_of(err);
}

int main(int argc, char **argv)
{
	/* Side by side: each page that is touched costs as much as some system calls. */
	static struct {
		struct report *report;
		struct front front;
	} all;
	struct err err;

	signals_ignore_pipe();
	signals_ignore_file_size();
	all.report = report_new();
	if (sys_fill_standard_fds() || !all.report)
		return STATUS_LOCAL;
	all.front.program = &sockit_program;
	all.front.style = style_for(1, STYLE_AUTO);
	int result = run(&all.front, argc, argv, all.report, &err);
	return finish(all.report, result, &err);
}
