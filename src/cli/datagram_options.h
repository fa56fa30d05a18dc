/*
 * How datagrams are cut, and when an exchange of them is over; for those who connect, and for those
 * who are sent some by anybody.
 */
#ifndef SOCKIT_CLI_DATAGRAM_OPTIONS_H
#define SOCKIT_CLI_DATAGRAM_OPTIONS_H

#include "cli/relay_options.h"
#include "relay/correspondents.h"
#include "relay/framing.h"

struct datagram_options {
	nsec_t reply_timeout; /* may be 0 */
	unsigned replies;     /* 0: no number */
	enum framing delim;
	uint64_t datagram_size; /* 0: what the path takes whole */
};

enum { DATAGRAM_OPTION_COUNT = 4 };
extern const struct option_row datagram_option_rows[DATAGRAM_OPTION_COUNT];

struct mailbox_options {
	enum framing delim;
	uint64_t datagram_size;
	enum reply_to reply_to;
	unsigned max_datagrams; /* 0: no number */
};

/* What datagram_size is when it is not given: the longest that UDP has. */
enum { MAILBOX_ROOM = 65535 };

enum { MAILBOX_OPTION_COUNT = 4 };
extern const struct option_row mailbox_option_rows[MAILBOX_OPTION_COUNT];

/*
 * What the rows cannot say of options beside an endpoint that keeps boundaries, and beside DELIM: a
 * usage error that names both, or 0.
 */
int datagram_options_check(const struct relay_options *relay, enum framing delim,
                           const struct spec *spec, struct err *err) MUST_CHECK;

#endif
