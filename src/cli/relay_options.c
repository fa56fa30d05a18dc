#include "cli/relay_options.h"

static const struct option_choice on_peer_close_choices[] = {
	{ "auto", ON_PEER_CLOSE_AUTO, "end with a terminal on standard input, else go on sending" },
	{ "quit", ON_PEER_CLOSE_QUIT, "end at once" },
	{ "keep", ON_PEER_CLOSE_KEEP, "go on sending until the end of standard input" },
	{ "", 0, "" },
};

const struct option_row relay_option_rows[RELAY_OPTION_COUNT] = {
	{
		.name = "idle-timeout",
		.letter = 'i',
		DURATION_FIELD(struct relay_options, idle_timeout),
		.arg = "DUR",
		.min = 1,
		.help = "end with status 4 when no byte has moved either way for DUR",
	},
	{
		.name = "quit-after-eof",
		.letter = 'q',
		DURATION_FIELD(struct relay_options, quit_after_eof),
		.arg = "DUR",
		.help = "end DUR after the end of standard input, whatever may still come",
		.man = "This is an end that you chose: status 0 if all that standard input gave has been "
		       "sent and acknowledged, else 4. What a pace holds back comes before the end.",
	},
	{
		.name = "deadline",
		DURATION_FIELD(struct relay_options, deadline),
		.arg = "DUR",
		.min = 1,
		.help = "end with status 4 when the whole has taken longer than DUR",
	},
	{
		.name = "no-stdin",
		.letter = 'd',
		FLAG_FIELD(struct relay_options, no_stdin),
		.excludes = "send-only recv-only no-half-close on-peer-close "
			    "quit-after-eof",
		.help = "do not read standard input, and keep the sending side open",
		.man = "For loops such as \"while read host\", whose input would be eaten.",
	},
	{
		.name = "send-only",
		FLAG_FIELD(struct relay_options, send_only),
		.excludes = "recv-only no-half-close raw",
		.help = "only send: what comes is read and thrown away",
		.man = "After the end of standard input it ends as soon as the peer has acknowledged "
		       "everything, without waiting for the peer's end.",
	},
	{
		.name = "recv-only",
		FLAG_FIELD(struct relay_options, recv_only),
		.excludes = "no-half-close on-peer-close quit-after-eof",
		.help = "only receive: the sending side is shut at once, standard input is not read",
	},
	{
		.name = "no-half-close",
		FLAG_FIELD(struct relay_options, no_half_close),
		.only_for = FOR_STREAM,
		.help = "keep the sending side open at the end of standard input",
		.man = "Without it the sending side is shut there, so that the peer sees the end too.",
	},
	{
		.name = "on-peer-close",
		CHOICE_FIELD(struct relay_options, on_peer_close),
		.arg = "WHAT",
		.choices = on_peer_close_choices,
		.only_for = FOR_STREAM,
		.fallback = "auto",
		.help = "what to do with standard input when the peer has sent its end",
	},
	{
		.name = "raw",
		FLAG_FIELD(struct relay_options, raw),
		.help = "write control bytes to a terminal as they come",
		.man = "Without it, control bytes from the peer are shown escaped on a terminal, for they "
		       "could change its state. Output that is not a terminal is never changed.",
	},
	{
		.name = "crlf",
		.letter = 'C',
		FLAG_FIELD(struct relay_options, crlf),
		.excludes = "no-stdin recv-only",
		.help = "send CR LF for every newline; one that has its CR keeps it",
		.man = "What comes is not changed. With --delim line each datagram is a line and its CR LF.",
	},
	{
		.name = "telnet",
		.letter = 't',
		FLAG_FIELD(struct relay_options, telnet),
		.only_for = FOR_STREAM,
		.help = "speak the telnet protocol, and refuse every option that the peer asks for",
		.man = "Commands of the protocol are taken out of what comes, and the byte 255 is doubled in what "
		       "is sent (RFC 854). A request is refused once, until it is taken back; once the sending "
		       "side is shut, nothing is answered. Carriage returns are left as they are.",
	},
	{
		.name = "rate",
		SIZE_FIELD(struct relay_options, rate),
		.arg = "RATE",
		.min = 1,
		.help = "move at most RATE bytes a second, each way for itself",
		.man = "The bytes that are written count: to "
		       "the peer, and to standard output. What --send-only throws away is not held back. "
		       "Datagrams go whole, each followed by the wait that it costs; those that come are not "
		       "held back, for the kernel would drop them.",
	},
	{
		.name = "line-delay",
		DURATION_FIELD(struct relay_options, line_delay),
		.arg = "DUR",
		.min = 1,
		.excludes = "no-stdin recv-only",
		.help = "wait DUR after each line sent, before the next one",
		.man = "A chunk that is sent as a datagram then ends with the line. The end of standard input is passed on without such a wait. Neither this wait nor that of "
		       "--rate counts as idleness for --idle-timeout; --deadline holds in both.",
	},
};
