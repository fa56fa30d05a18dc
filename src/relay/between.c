#include "relay/between.h"

bool between_sees(const struct between_wish *w)
{
	return w->crlf || w->telnet || w->escapes || w->rate || w->line_delay;
}

void between_init(struct between *b, const struct between_wish *w)
{
	tap_escape_init(&b->escape);
	tap_crlf_init(&b->crlf);
	telnet_init(&b->telnet);
	b->up_pace = (struct pace){ .rate = w->rate, .line_delay = w->line_delay };
	b->down_pace = (struct pace){ .rate = w->rate };
	b->up = (struct flow_between){
		.tap = tap_join(&b->up_chain, w->crlf ? &b->crlf.tap : NULL,
		                w->telnet ? &b->telnet.encode : NULL),
		.pace = w->rate || w->line_delay ? &b->up_pace : NULL,
		.telnet = w->telnet ? &b->telnet : NULL,
	};
	b->down = (struct flow_between){
		.tap = tap_join(&b->down_chain, w->telnet ? &b->telnet.decode : NULL,
		                w->escapes ? &b->escape.tap : NULL),
		.pace = w->rate && !w->drops ? &b->down_pace : NULL,
	};
}
