#include "base/status.h"

#include <errno.h>

const struct status_row status_rows[] = {
	{ "0", "done", "what was asked for happened, whole" },
	{ "1", "network or peer",
	  "the network or the peer failed: refused, unreachable, reset in mid-stream" },
	{ "2", "usage", "usage" },
	{ "3", "name", "a name or service could not be resolved" },
	{ "4", "time limit", "a time limit, set or default, ended it" },
	{ "5", "TLS", "TLS: handshake, certificate, pin" },
	{ "6", "proxy", "a proxy refused or misbehaved" },
	{ "7", "this machine",
	  "this machine failed us: disk full, no descriptors, permission, address in use" },
	{ "8", "expectation", "an expectation was not met" },
	{ "126", "program not run", "the program to run could not be run" },
	{ "127", "program not found", "the program to run was not found" },
	{ "128+n", "signal n", "ended by signal n" },
};
const size_t status_row_count = ARRAY_LEN(status_rows);

int status_of(const struct err *e)
{
	static const int of_domain[] = {
		[ERR_NONE] = STATUS_OK,           [ERR_USAGE] = STATUS_USAGE,
		[ERR_NETWORK] = STATUS_NETWORK,   [ERR_LOCAL] = STATUS_LOCAL,
		[ERR_RESOLVE] = STATUS_RESOLVE,   [ERR_TIME] = STATUS_TIME,
		[ERR_STDOUT_GONE] = STATUS_LOCAL, [ERR_SIGNAL] = STATUS_SIGNAL,
	};

	if (e->domain == ERR_PROGRAM)
		return e->code == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	if (e->domain == ERR_ANSWER || e->domain == ERR_SHOWN)
		return e->code;
	return of_domain[e->domain] + (e->domain == ERR_SIGNAL ? e->code : 0);
}
