/* How bytes move and when a connection ends: shared by connect and listen. */
#ifndef SOCKIT_CLI_RELAY_OPTIONS_H
#define SOCKIT_CLI_RELAY_OPTIONS_H

#include "cli/option.h"

enum on_peer_close {
	ON_PEER_CLOSE_AUTO, /* quit with a terminal on stdin, else go on sending */
	ON_PEER_CLOSE_QUIT,
	ON_PEER_CLOSE_KEEP,
};

struct relay_options {
	nsec_t idle_timeout;   /* NSEC_NEVER: no limit, as for the next two */
	nsec_t quit_after_eof; /* may be 0 */
	nsec_t deadline;
	bool no_stdin;
	bool send_only;
	bool recv_only;
	bool no_half_close;
	enum on_peer_close on_peer_close;
	bool raw;
	bool crlf;
	bool telnet;
	uint64_t rate;     /* bytes a second, each way; 0: no limit */
	nsec_t line_delay; /* NSEC_NEVER: none */
};

enum { RELAY_OPTION_COUNT = 13 };
extern const struct option_row relay_option_rows[RELAY_OPTION_COUNT];

#endif
