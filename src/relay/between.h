/* All that can stand in the two flows of a connection, made from what was asked for. */
#ifndef SOCKIT_RELAY_BETWEEN_H
#define SOCKIT_RELAY_BETWEEN_H

#include "relay/flow.h"
#include "relay/pace.h"
#include "relay/tap.h"
#include "relay/telnet.h"

struct between_wish {
	bool crlf, telnet;
	bool escapes;      /* what comes goes to a terminal */
	uint64_t rate;     /* bytes a second, each way; 0: no limit */
	nsec_t line_delay; /* after each line that is sent; 0: none */
	bool drops;        /* what comes is read and dropped, at once */
};

/* Whether something is wished for that has to see the bytes, or to hold them. */
bool between_sees(const struct between_wish *wish);

struct between {
	struct tap_escape escape;
	struct tap_crlf crlf;
	struct telnet telnet;
	struct tap_chain up_chain, down_chain;
	struct pace up_pace, down_pace;
	struct flow_between up, down; /* what the wish comes to; they point into this */
};

/* It is not to be moved from then on. */
void between_init(struct between *b, const struct between_wish *wish);

#endif
