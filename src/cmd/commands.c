#include "cmd/commands.h"

#include <stddef.h>

#include "cmd/byteorder.h"
#include "cmd/connect.h"
#include "cmd/echo_serve.h"
#include "cmd/listen.h"
#include "cmd/resolve.h"
#include "cmd/services.h"
#include "loop/poller.h"
#include "out/report.h"

const struct command *const commands[] = {
	&resolve_command,
	&connect_command,
	&listen_command,
	&echo_serve_command,
	&byteorder_command,
	&services_command,
	NULL,
};

static const char *const built_in[] = { poller_built_in, report_built_in,
	                                "endpoints: tcp udp unix unix-dgram unix-seqpacket", NULL };

const struct program sockit_program = {
	.version = SOCKIT_VERSION,
	.built_in = built_in,
	.commands = commands,
};
