#include "harness/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/proc.h"

enum { MAX_TOOL_WORDS = 8 };

/* In the words, @h is the host or the path and @p the port. */
struct recipe {
	const char *name, *program;
	const char *listen[NET_COUNT][MAX_TOOL_WORDS];
	const char *connect[NET_COUNT][MAX_TOOL_WORDS];
};

/* -N: half-close at the end of stdin. -t60: socat would cut the other direction after 0.5 s. */
static const struct recipe recipes[TOOL_COUNT] = {
	[TOOL_NC] = {
		.name = "nc.openbsd", .program = "nc.openbsd",
		.listen = {
			[NET_V4] = {"-N", "-l", "@h", "@p"},
			[NET_V6] = {"-N", "-6", "-l", "@h", "@p"},
			[NET_UNIX] = {"-N", "-U", "-l", "@h"},
		},
		.connect = {
			[NET_V4] = {"-N", "@h", "@p"},
			[NET_V6] = {"-N", "-6", "@h", "@p"},
			[NET_UNIX] = {"-N", "-U", "@h"},
		},
	},
	[TOOL_NCAT] = {
		.name = "ncat", .program = "ncat",
		.listen = {
			[NET_V4] = {"-l", "@h", "@p"},
			[NET_V6] = {"-6", "-l", "@h", "@p"},
			[NET_UNIX] = {"-U", "-l", "@h"},
		},
		.connect = {
			[NET_V4] = {"@h", "@p"},
			[NET_V6] = {"-6", "@h", "@p"},
			[NET_UNIX] = {"-U", "@h"},
		},
	},
	[TOOL_SOCAT] = {
		.name = "socat", .program = "socat",
		.listen = {
			[NET_V4] = {"-t60", "-", "TCP4-LISTEN:@p,bind=@h"},
			[NET_V6] = {"-t60", "-", "TCP6-LISTEN:@p,bind=[@h]"},
			[NET_UNIX] = {"-t60", "-", "UNIX-LISTEN:@h"},
		},
		.connect = {
			[NET_V4] = {"-t60", "-", "TCP4:@h:@p"},
			[NET_V6] = {"-t60", "-", "TCP6:[@h]:@p"},
			[NET_UNIX] = {"-t60", "-", "UNIX-CONNECT:@h"},
		},
	},
};

const char *const tool_names[TOOL_COUNT] = { "nc.openbsd", "ncat", "socat" };

static const char *fill_in(const char *word, const struct place *place)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		fail("no memory");
	for (; *word; word++) {
		if (word[0] == '@' && (word[1] == 'h' || word[1] == 'p'))
			fputs(*++word == 'h' ? place->host : place->port, out);
		else
			fputc(*word, out);
	}
	fclose(out);
	return text;
}

static void need_tool(const char *program)
{
	struct child child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "command -v \"$0\"", program),
	});

	if (child.status != 0)
		skip("%s is not installed", program);
}

static struct child start(enum tool tool, const char *const *recipe, const struct plan *plan,
                          const struct place *place)
{
	const char *words[MAX_TOOL_WORDS + 1] = { NULL };
	struct plan full = *plan;

	need_tool(recipes[tool].program);
	for (int i = 0; i < MAX_TOOL_WORDS && recipe[i]; i++)
		words[i] = fill_in(recipe[i], place);
	full.program = recipes[tool].program;
	full.args = words;
	full.more = plan->args;
	return child_start(&full);
}

struct child tool_listen(enum tool tool, const struct plan *plan, enum net net, struct place *place)
{
	struct child child;

	*place = place_any(net);
	child = start(tool, recipes[tool].listen[net], plan, place);
	if (net == NET_UNIX)
		proc_await_path(place);
	else
		proc_await_port(child.pid, place);
	return child;
}

struct child tool_connect(enum tool tool, const struct plan *plan, const struct place *place)
{
	return start(tool, recipes[tool].connect[place->net], plan, place);
}
