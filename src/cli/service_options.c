#include "cli/service_options.h"

#include "serve/classic.h"

const struct option_row service_option_rows[SERVICE_OPTION_COUNT] = {
	{
		.name = "quote",
		STRING_FIELD(struct service_options, quote),
		.arg = "FILE",
		.complete = COMPLETE_FILE,
		.help = "what qotd sends: all of FILE, at most 64 KiB",
		.man = "The file is read once, at start. A datagram has its first 512 bytes at most, and never "
		       "half a character of UTF-8.",
	},
	{
		.name = "fault",
		STRING_FIELD(struct service_options, fault),
		.arg = "FAULTS",
		.only_for = FOR_STREAM,
		.help = "spoil what services send, to test clients: delay=200ms,refuse=20%",
		.man = "FAULTS are NAME=VALUE with commas between them. "
		       "delay=DUR: wait so long before each answer, that is before the first byte after "
		       "something was read. "
		       "jitter=DUR: and up to so much longer. "
		       "rate=RATE: send so many bytes a second. "
		       "drip=DUR: send one byte at a time, so long apart. "
		       "truncate=N: after N bytes end the stream as if that were all. "
		       "rst-after=N: after N bytes reset the connection; what the client's side has not "
		       "received yet is lost with it. "
		       "half-close-after=N: after N bytes end the stream, and read on for as long as the "
		       "client sends. "
		       "refuse=SHARE: reset that share of the connections at once, such as 20% or 0.2. "
		       "Of truncate, rst-after and half-close-after only one can be given, and so with rate "
		       "and drip. Datagrams have no faults.",
	},
	{
		.name = "seed",
		UINT_FIELD(struct service_options, seed),
		.arg = "N",
		.fallback = "0",
		.needs = OPTION_NAMES("fault"),
		.help = "choose other faults by chance",
		.man = "The chances of a client (refuse, jitter) depend on N and on the client's number alone, "
		       "so that a run with the same N is the same again, in every model.",
	},
};

int service_options_read(const struct service_options *o, struct service_values *v, struct err *err)
{
	*v = (struct service_values){ .faults.seed = o->seed };
	if (o->fault && fault_parse(&v->faults, o->fault, err))
		return -1;
	v->setup.faults = o->fault ? &v->faults : NULL;
	if (o->quote && classic_read_quote(o->quote, &v->quote, &v->setup.quote_len, err))
		return -1;
	v->setup.quote = v->quote;
	return 0;
}

void service_values_free(struct service_values *v)
{
	free(TAKE(v->quote));
}
