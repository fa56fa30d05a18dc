/* What sockit tells about its work: shared by all commands. */
#ifndef SOCKIT_CLI_OBSERVE_OPTIONS_H
#define SOCKIT_CLI_OBSERVE_OPTIONS_H

#include "cli/option.h"
#include "out/style.h"

enum trace_mode {
	TRACE_OFF,
	TRACE_CALLS,
	TRACE_EXPLAIN,
};

struct observe_options {
	unsigned verbose;   /* 0 to 2 */
	bool json;          /* a report file alone means JSON too: see observe_wants_json */
	const char *report; /* a file, or NULL */
	enum style_when color;
	enum trace_mode trace;
	/* The parser stops at either; a command never sees them. */
	bool help, version;
};

enum { OBSERVE_OPTION_COUNT = 6, REPORT_OPTION_COUNT = 1 };
extern const struct option_row observe_option_rows[OBSERVE_OPTION_COUNT];
/* For commands whose standard output is for payload. */
extern const struct option_row report_option_rows[REPORT_OPTION_COUNT];

/* Whether events are JSON objects: asked for, or implied by a report file. */
bool observe_wants_json(const struct observe_options *observe);

#endif
