#include "cli/datagram_options.h"

#include <sys/socket.h>

#include "stream/datagram.h"

static const struct option_choice delim_choices[] = {
	{ "chunk", FRAMING_CHUNK, "what one read gives, and output as it comes" },
	{ "line", FRAMING_LINE, "a line, without its newline" },
	{ "len", FRAMING_LEN, "its length in 32 bits in network order, then its bytes" },
	{ "", 0, "" },
};

const struct option_row datagram_option_rows[DATAGRAM_OPTION_COUNT] = {
	{
		.name = "reply-timeout",
		DURATION_FIELD(struct datagram_options, reply_timeout),
		.arg = "DUR",
		.fallback = "2s",
		.excludes = "quit-after-eof no-stdin recv-only send-only",
		.only_for = FOR_DATAGRAM,
		.help = "end DUR after the last datagram once standard input has ended",
		.man = "Any datagram counts, sent or received. It is no failure when none came: status 0.",
	},
	{
		.name = "replies",
		UINT_FIELD(struct datagram_options, replies),
		.arg = "N",
		.min = 1,
		.excludes = "send-only exec sh-exec",
		.only_for = FOR_PACKET,
		.help = "end as soon as N datagrams have come, with status 4 when fewer do",
	},
	{
		.name = "delim",
		CHOICE_FIELD(struct datagram_options, delim),
		.arg = "HOW",
		.choices = delim_choices,
		.fallback = "chunk",
		.excludes = "exec sh-exec",
		.only_for = FOR_PACKET,
		.help = "what is one datagram in standard input, and how those that come are written",
		.man = "With line a newline is put behind each that comes, beside one that it may end with "
		       "already. With len nothing is lost: what one sockit writes another sends as the same "
		       "datagrams.",
	},
	{
		.name = "datagram-size",
		SIZE_FIELD(struct datagram_options, datagram_size),
		.arg = "SIZE",
		.min = 1,
		.max = DATAGRAM_ROOM,
		.excludes = "no-stdin recv-only exec sh-exec",
		.only_for = FOR_PACKET,
		.help = "send datagrams of at most SIZE bytes",
		.man = "The default is the most that the way to the peer takes in one piece (its MTU less the "
		       "headers), and on a Unix socket what the socket's buffer takes, at most 64 KiB. "
		       "A chunk is cut there; a line or a length beyond it is an error with status 7.",
	},
};

static const struct option_choice reply_to_choices[] = {
	{ "first", REPLY_TO_FIRST, "the first who ever sent something" },
	{ "last", REPLY_TO_LAST, "the last who has sent something" },
	{ "all", REPLY_TO_ALL, "everybody who has, as many as 1024" },
	{ "", 0, "" },
};

/* As much as a socket can be made to take. */
enum { MAILBOX_ROOM_MAX = 256 << 10 };

const struct option_row mailbox_option_rows[MAILBOX_OPTION_COUNT] = {
	{
		.name = "delim",
		CHOICE_FIELD(struct mailbox_options, delim),
		.arg = "HOW",
		.choices = delim_choices,
		.fallback = "chunk",
		.excludes = "exec sh-exec",
		.only_for = FOR_PACKET,
		.help = "how datagrams are written, and what is one in standard input",
		.man = "With line a newline is put behind each that comes, beside one that it may end with "
		       "already. With len nothing is lost: what one sockit writes another sends as the same "
		       "datagrams.",
	},
	{
		.name = "datagram-size",
		SIZE_FIELD(struct mailbox_options, datagram_size),
		.arg = "SIZE",
		.min = 1,
		.max = MAILBOX_ROOM_MAX,
		.fallback = "65535",
		.only_for = FOR_DATAGRAM,
		.help = "cut what comes to SIZE bytes, and send no longer ones",
		.man = "The first that is cut is told on standard error, and all are counted. "
		       "Without it, chunks are sent with at most 1232 bytes over UDP, which every network "
		       "carries in one piece.",
	},
	{
		.name = "reply-to",
		CHOICE_FIELD(struct mailbox_options, reply_to),
		.arg = "WHOM",
		.choices = reply_to_choices,
		.fallback = "first",
		.excludes = "no-stdin recv-only",
		.only_for = FOR_DATAGRAM,
		.help = "to whom standard input is sent",
	},
	{
		.name = "max-datagrams",
		UINT_FIELD(struct mailbox_options, max_datagrams),
		.arg = "N",
		.min = 1,
		.only_for = FOR_DATAGRAM,
		.help = "end with status 0 once N datagrams have come and are written",
	},
};

int datagram_options_check(const struct relay_options *relay, enum framing delim,
                           const struct spec *spec, struct err *err)
{
	bool silent = relay->no_stdin || relay->recv_only;

	if (spec_socktype(spec->kind) == SOCK_STREAM)
		return 0;
	if (relay->rate && silent)
		return err_usage(
			err,
			"--rate has no meaning beside %s for %s: datagrams that come are not held back",
			relay->no_stdin ? "--no-stdin" : "--recv-only", spec->text);
	if (delim != FRAMING_LEN)
		return 0;
	if (relay->crlf)
		return err_usage(err, "--crlf and --delim len exclude each other");
	if (relay->line_delay != NSEC_NEVER)
		return err_usage(err, "--line-delay and --delim len exclude each other");
	return 0;
}
