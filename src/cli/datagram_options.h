/* How datagrams are cut, and when an exchange of them is over. */
#ifndef SOCKIT_CLI_DATAGRAM_OPTIONS_H
#define SOCKIT_CLI_DATAGRAM_OPTIONS_H

#include "cli/option.h"
#include "relay/framing.h"

struct datagram_options {
	nsec_t reply_timeout; /* may be 0 */
	unsigned replies;     /* 0: no number */
	enum framing delim;
	uint64_t datagram_size; /* 0: what the path takes whole */
};

enum { DATAGRAM_OPTION_COUNT = 4 };
extern const struct option_row datagram_option_rows[DATAGRAM_OPTION_COUNT];

#endif
