#include "cli/datagram_options.h"

#include "stream/datagram.h"

static const struct option_choice delim_choices[] = {
	{ "chunk", FRAMING_CHUNK, "what one read gives, and output as it comes" },
	{ "line", FRAMING_LINE, "a line, without its newline" },
	{ "len", FRAMING_LEN, "its length in 32 bits in network order, then its bytes" },
	{ NULL, 0, NULL },
};

const struct option_row datagram_option_rows[DATAGRAM_OPTION_COUNT] = {
	{
		.name = "reply-timeout",
		DURATION_FIELD(struct datagram_options, reply_timeout),
		.arg = "DUR",
		.fallback = "2s",
		.excludes = OPTION_NAMES("quit-after-eof", "no-stdin", "recv-only", "send-only"),
		.only_for = FOR_DATAGRAM,
		.help = "end DUR after the last datagram once standard input has ended",
		.man = "Any datagram counts, sent or received. It is no failure when none came: status 0.",
	},
	{
		.name = "replies",
		UINT_FIELD(struct datagram_options, replies),
		.arg = "N",
		.min = 1,
		.excludes = OPTION_NAMES("send-only"),
		.only_for = FOR_PACKET,
		.help = "end as soon as N datagrams have come, with status 4 when fewer do",
	},
	{
		.name = "delim",
		CHOICE_FIELD(struct datagram_options, delim),
		.arg = "HOW",
		.choices = delim_choices,
		.fallback = "chunk",
		.only_for = FOR_PACKET,
		.help = "what is one datagram in standard input, and how those that come are written",
		.man = "With len nothing is lost: what one sockit writes another sends as the same datagrams.",
	},
	{
		.name = "datagram-size",
		SIZE_FIELD(struct datagram_options, datagram_size),
		.arg = "SIZE",
		.min = 1,
		.max = DATAGRAM_ROOM,
		.excludes = OPTION_NAMES("no-stdin", "recv-only"),
		.only_for = FOR_PACKET,
		.help = "send datagrams of at most SIZE bytes",
		.man = "The default is the most that the way to the peer takes in one piece (its MTU less the "
		       "headers), and on a Unix socket what the socket's buffer takes, at most 64 KiB. "
		       "A chunk is cut there; a line or a length beyond it is an error with status 7.",
	},
};
