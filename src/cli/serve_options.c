#include "cli/serve_options.h"

#include "serve/model.h"

const struct model *const serve_models[] = { &model_event, &model_thread, &model_fork,
	                                     &model_iterative };
const size_t serve_models_count = ARRAY_LEN(serve_models);

static const struct option_choice model_choices[] = {
	{ "event", 0, "all clients in one thread, which waits for whoever is ready" },
	{ "thread", 1, "a thread for each client, over blocking sockets" },
	{ "fork", 2, "a process for each client, over blocking sockets" },
	{ "iterative", 3, "one client at a time, while the others wait" },
	{ "", 0, "" },
};

const struct option_row serve_option_rows[SERVE_OPTION_COUNT] = {
	{
		.name = "service",
		STRING_FIELD(struct serve_options, service),
		.arg = "NAME",
		.fallback = "echo",
		.complete = COMPLETE_SERVED,
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
		.name = "stats",
		FLAG_FIELD(struct serve_options, stats),
		.help = "at the end, tell how many clients and bytes there were",
	},
};

const struct model *serve_options_model(const struct serve_options *o)
{
	return serve_models[o->model];
}
