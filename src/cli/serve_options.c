#include "cli/serve_options.h"

#include "serve/model.h"

static const struct model *const models[] = { &model_event, &model_thread, &model_fork,
	                                      &model_iterative };

static const struct option_choice model_choices[] = {
	{ "event", 0, "all clients in one thread, which waits for whoever is ready" },
	{ "thread", 1, "a thread for each client, over blocking sockets" },
	{ "fork", 2, "a process for each client, over blocking sockets" },
	{ "iterative", 3, "one client at a time, while the others wait" },
	{ NULL, 0, NULL },
};

const struct option_row serve_option_rows[SERVE_OPTION_COUNT] = {
	{
		.name = "service",
		STRING_FIELD(struct serve_options, service),
		.arg = "NAME",
		.fallback = "echo",
		.help = "what clients get at an endpoint that is written without SERVICE=",
	},
	{
		.name = "model",
		CHOICE_FIELD(struct serve_options, model),
		.arg = "MODEL",
		.choices = model_choices,
		.fallback = "event",
		.help = "how clients are served",
	},
	{
		.name = "threads",
		UINT_FIELD(struct serve_options, threads),
		.arg = "N",
		.min = 1,
		.max = 256,
		.fallback = "1",
		.help = "serve with N threads, each with clients of its own",
		.man = "For the event model.",
	},
	{
		.name = "max-conns",
		.letter = 'm',
		UINT_FIELD(struct serve_options, max_conns),
		.arg = "N",
		.min = 1,
		.max = 1000000,
		.fallback = "100",
		.only_for = FOR_STREAM,
		.help = "serve at most N clients at once; more wait until one has gone",
	},
	{
		.name = "max-accepts",
		UINT_FIELD(struct serve_options, max_accepts),
		.arg = "N",
		.min = 1,
		.only_for = FOR_STREAM,
		.help = "end with status 0 once N clients have come and gone",
	},
	{
		.name = "idle-timeout",
		.letter = 'i',
		DURATION_FIELD(struct serve_options, idle_timeout),
		.arg = "DUR",
		.min = 1,
		.only_for = FOR_STREAM,
		.help = "close a client with whom no byte has moved either way for DUR",
		.man = "Time in which the service itself waits does not count.",
	},
	{
		.name = "drain",
		DURATION_FIELD(struct serve_options, drain),
		.arg = "DUR",
		.fallback = "5s",
		.only_for = FOR_STREAM,
		.help = "after a signal, send clients what they are owed, for at most DUR",
		.man = "Nobody is accepted any more then, and nothing more is read. A client that is owed nothing "
		       "is not waited for. A second signal ends at once.",
	},
	{
		.name = "stats",
		FLAG_FIELD(struct serve_options, stats),
		.help = "at the end, tell how many clients and bytes there were",
	},
};

const struct model *serve_options_model(const struct serve_options *o)
{
	return models[o->model];
}
