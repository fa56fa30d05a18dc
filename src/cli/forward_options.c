#include "cli/forward_options.h"

#include "net/proxy_header.h"

static const struct option_choice version_choices[] = {
	{ "v1", PROXY_V1, "a line of text" },
	{ "v2", PROXY_V2, "binary" },
	{ "", 0, "" },
};

const struct option_row forward_option_rows[FORWARD_OPTION_COUNT] = {
	{
		.name = "forward",
		STRING_FIELD(struct forward_options, endpoint),
		.arg = "ENDPOINT",
		.excludes = "exec sh-exec no-stdin send-only recv-only raw no-half-close "
			    "on-peer-close quit-after-eof crlf telnet line-delay delim "
			    "datagram-size tag reply-to max-datagrams output append slow "
			    "broker chat",
		.only_for = FOR_STREAM | FOR_DATAGRAM,
		.complete = COMPLETE_HOST,
		.help = "join the connection to this endpoint",
		.man = "One word, as a client names an endpoint: PORT is a port of this machine. See Forwarding, below.",
	},
	{
		.name = "forward-sockopt",
		LIST_FIELD(struct forward_options, sockopt),
		.arg = "NAME=VALUE",
		.needs = "forward",
		.complete = COMPLETE_SOCKOPT,
		.help = "set a socket option on what --forward opens; may be repeated",
		.man = "As --sockopt does on the side that listens.",
	},
	{
		.name = "connect-timeout",
		.letter = 'w',
		DURATION_FIELD(struct forward_options, connect_timeout),
		.arg = "DUR",
		.min = 1,
		.fallback = "8s",
		.needs = "forward",
		.help = "give a client up when the endpoint of --forward takes longer to reach",
		.man = "It also bounds how long the last bytes may stay unacknowledged, without any progress, "
		       "after both sides have ended.",
	},
	{
		.name = "session-timeout",
		DURATION_FIELD(struct forward_options, session_timeout),
		.arg = "DUR",
		.min = 1,
		.fallback = "60s",
		.needs = "forward",
		.only_for = FOR_DATAGRAM,
		.help = "forget who has neither sent nor got a datagram for DUR",
	},
	{
		.name = "max-sessions",
		UINT_FIELD(struct forward_options, max_sessions),
		.arg = "N",
		.min = 1,
		.max = 65535,
		.fallback = "1024",
		.needs = "forward",
		.only_for = FOR_DATAGRAM,
		.help = "remember at most N senders of datagrams at once",
		.man = "When one more comes, the one that was quiet for the longest is forgotten.",
	},
	{
		.name = "proxy-protocol",
		CHOICE_FIELD(struct forward_options, proxy_protocol),
		.arg = "VERSION",
		.choices = version_choices,
		.needs = "forward",
		.only_for = FOR_STREAM,
		.help = "tell the endpoint of --forward who the client is",
		.man = "The header of haproxy's PROXY protocol, before anything else. Clients that are not on IPv4 or "
		       "IPv6 are UNKNOWN, or in version 2 LOCAL.",
	},
	{
		.name = "accept-proxy-protocol",
		FLAG_FIELD(struct forward_options, accept_proxy_protocol),
		.needs = "forward",
		.only_for = FOR_STREAM,
		.help = "clients are proxies, which begin with who their own client is",
		.man = "The header of haproxy's PROXY protocol, of either version. Whom it names is told and passed on "
		       "as the client. It must come within 3 s, and a client without it is reset. Whoever may "
		       "connect could claim to be anybody, so --allow or --allow-file must say who may.",
	},
};
