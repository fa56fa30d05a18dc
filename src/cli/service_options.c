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
		.complete = COMPLETE_FAULTS,
		.only_for = FOR_STREAM,
		.help = "spoil what clients get, such as delay=200ms,refuse=20%",
		.man = "With commas between them: delay=DUR, jitter=DUR, rate=RATE, drip=DUR, truncate=N, "
		       "rst-after=N, half-close-after=N, refuse=SHARE, as told under Faults.",
	},
	{
		.name = "seed",
		UINT_FIELD(struct service_options, seed),
		.arg = "N",
		.fallback = "0",
		.needs = "fault",
		.help = "begin the chances of --fault (refuse, jitter) at N",
		.man = "A run with the same N is the same again.",
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
