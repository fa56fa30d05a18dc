#include "cli/joined_options.h"

#include <sys/socket.h>

#include "serve/output_name.h"

static const struct option_choice slow_choices[] = {
	{ "block", CROWD_BLOCK, "the others wait for it" },
	{ "drop", CROWD_DROP, "it misses whole lines" },
	{ "close", CROWD_CLOSE, "it is closed" },
	{ "", 0, "" },
};

const struct option_row joined_option_rows[JOINED_OPTION_COUNT] = {
	{
		.name = "tag",
		FLAG_FIELD(struct joined_options, tag),
		.excludes = "output broker chat send-only exec sh-exec",
		.only_for = FOR_STREAM | FOR_DATAGRAM,
		.help = "write who sent it and a blank in front of each datagram, or line with -k",
		.man = "Of a datagram that is its sender, as in \"192.0.2.7:5353 \", \"[2001:db8::7]:5353 \" or "
		       "\"unix:/path \"; it goes well with --delim line, and not with --delim len. With --keep-open "
		       "it is the client's number, which -v tells too.",
	},
	{
		.name = "output",
		STRING_FIELD(struct joined_options, output),
		.arg = "TEMPLATE",
		.excludes = "broker chat send-only raw exec sh-exec",
		.only_for = FOR_STREAM,
		.complete = COMPLETE_FILE,
		.help = "with -k, write what each client sends to a file of its own",
		.man = "In TEMPLATE {id} is the client's number, {peer} its address, {port} its port and {time} "
		       "when it came. A file that is there already is not touched: its client is closed.",
	},
	{
		.name = "append",
		FLAG_FIELD(struct joined_options, append),
		.needs = "output",
		.only_for = FOR_STREAM,
		.help = "add to files that are there already",
	},
	{
		.name = "slow",
		CHOICE_FIELD(struct joined_options, slow),
		.arg = "WHAT",
		.choices = slow_choices,
		.fallback = "block",
		.excludes = "no-stdin recv-only exec sh-exec",
		.only_for = FOR_STREAM,
		.help = "what to do with a client that leaves 1 MiB of what is sent to it waiting",
	},
	{
		.name = "broker",
		FLAG_FIELD(struct joined_options, broker),
		.excludes = "no-stdin send-only recv-only no-half-close raw crlf telnet "
			    "rate line-delay quit-after-eof exec sh-exec",
		.only_for = FOR_STREAM,
		.help = "send what each client sends to all the others; -k is implied",
		.man = "One that has ended, and goes before it has taken what others said, has left: that is no "
		       "failure.",
	},
	{
		.name = "chat",
		FLAG_FIELD(struct joined_options, chat),
		.excludes = "no-stdin send-only recv-only no-half-close raw crlf telnet "
			    "rate line-delay quit-after-eof exec sh-exec",
		.only_for = FOR_STREAM,
		.help = "the same by lines, each with its sender in front; --broker is implied",
		.man = "As in \"<user3> hello\". Control bytes are escaped, so that nobody can pretend to be another.",
	},
};

bool joined_options_brokers(const struct joined_options *o)
{
	return o->broker || o->chat;
}

/* What has no meaning for clients that share one input and output. */
static int joined_check_relay(const struct relay_options *relay, struct err *err)
{
	const char *name = relay->telnet                         ? "--telnet"
	                   : relay->rate                         ? "--rate"
	                   : relay->line_delay != NSEC_NEVER     ? "--line-delay"
	                   : relay->quit_after_eof != NSEC_NEVER ? "--quit-after-eof"
	                                                         : NULL;

	return name ? err_usage(
			      err,
			      "%s has no meaning beside --keep-open for clients that share standard "
			      "input and output",
			      name)
	            : 0;
}

int joined_options_check(const struct joined_options *o, const struct relay_options *relay,
                         bool keep_open, const struct spec *spec, struct err *err)
{
	const char *needy = o->tag                   ? "--tag"
	                    : o->output              ? "--output"
	                    : o->slow != CROWD_BLOCK ? "--slow"
	                                             : NULL;

	if (spec_socktype(spec->kind) == SOCK_DGRAM)
		return 0;
	if (!keep_open && needy)
		return err_usage(err, "%s needs --keep-open for %s", needy, spec->text);
	if (keep_open && spec->kind == SPEC_UNIX_SEQPACKET)
		return err_usage(err, "--keep-open has no meaning for %s without a program",
		                 spec->text);
	if (keep_open && joined_check_relay(relay, err))
		return -1;
	if (o->output &&
	    (output_name_check(o->output, err) || output_name_check_folder(o->output, err)))
		return -1;
	return 0;
}
