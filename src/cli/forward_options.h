/* Joining what comes in to another endpoint. */
#ifndef SOCKIT_CLI_FORWARD_OPTIONS_H
#define SOCKIT_CLI_FORWARD_OPTIONS_H

#include "cli/option.h"

struct forward_options {
	const char *endpoint; /* NULL: nothing is forwarded */
	struct option_list sockopt;
	nsec_t connect_timeout;
	nsec_t session_timeout;
	unsigned max_sessions;
	unsigned proxy_protocol; /* enum proxy_version */
	bool accept_proxy_protocol;
};

enum { FORWARD_OPTION_COUNT = 7 };
extern const struct option_row forward_option_rows[FORWARD_OPTION_COUNT];

#endif
