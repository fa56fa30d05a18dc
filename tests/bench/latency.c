/* Few bytes: how long a whole short-lived client takes, and one byte there and back. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "sample.h"

static const char line[] = "hello\n";

struct server {
	pid_t pid;
	char port[8];
};

static struct server server_start(const struct bench *b, const char *kind)
{
	struct server server;
	char helper[512];
	const char *const argv[] = { helper, kind, server.port, NULL };

	(void)snprintf(helper, sizeof helper, "%s/helper", b->programs);
	(void)snprintf(server.port, sizeof server.port, "%u", port_free());
	server.pid = child_start(argv, STDIN_FILENO, STDERR_FILENO);
	listener_wait(server.port, kind);
	return server;
}

/* A tool that connects, and what its standard input and output are joined to. */
struct client {
	const struct tool *tool;
	pid_t pid;
	int to, from;
	double began; /* seconds_now() */
};

/* Its standard input begins with FIRST. */
static struct client client_start(const struct bench *b, enum tool_id id, const char *port,
                                  const char *first)
{
	struct pipe_ends in = pipe_new(), out = pipe_new();
	struct client client = { .tool = &tools[id], .to = in.write, .from = out.read };
	struct tool_call call;

	tool_call_make(&call, b, client.tool->answer, port);
	if (*first && write(in.write, first, strlen(first)) != (ssize_t)strlen(first))
		err(1, "write to a pipe");
	client.began = seconds_now();
	client.pid = child_start(call.argv, in.read, out.write);
	(void)close(in.read);
	(void)close(out.write);
	return client;
}

/* Of one tool, in one round. */
struct round {
	struct sample each; /* seconds */
	double cpu_seconds;
};

static void round_print(const char *scenario, enum tool_id id, struct round *r)
{
	printf("%s %s work=%zu seconds=%.6f cpu=%.6f p50_us=%.3f p99_us=%.3f\n", scenario,
	       tools[id].name, r->each.count, sample_sum(&r->each), r->cpu_seconds,
	       1e6 * sample_quantile(&r->each, 0.5), 1e6 * sample_quantile(&r->each, 0.99));
	r->each.count = 0;
	r->cpu_seconds = 0;
}

/* From its start to its end, and the answer is checked after that. */
static void start_once(const struct bench *b, enum tool_id id, const char *port, struct round *r)
{
	char answer[sizeof line];
	struct client client = client_start(b, id, port, line);

	(void)close(client.to);
	struct child_cost cost = child_wait(client.pid, client.tool->name);

	sample_add(&r->each, seconds_now() - client.began);
	r->cpu_seconds += cost.cpu_seconds;
	if (read(client.from, answer, sizeof answer) != (ssize_t)strlen(line) ||
	    memcmp(answer, line, strlen(line)) != 0)
		errx(1, "%s: not the line that was sent", client.tool->name);
	(void)close(client.from);
}

void bench_starts(const struct bench *b, unsigned runs)
{
	static struct round rounds[TOOL_COUNT];
	struct server server = server_start(b, "line");

	for (unsigned round = 0; round < b->rounds; round++) {
		for (unsigned run = 0; run < runs; run++)
			for (enum tool_id id = 0; id < TOOL_COUNT; id++)
				if (tool_takes_part(b, tools[id].answer))
					start_once(b, id, server.port, &rounds[id]);
		for (enum tool_id id = 0; id < TOOL_COUNT; id++)
			if (rounds[id].each.count > 0)
				round_print("start", id, &rounds[id]);
	}
	child_stop(server.pid);
}

static void round_trip(struct client *client)
{
	char byte = 'x';

	if (write(client->to, &byte, 1) != 1 || read(client->from, &byte, 1) != 1)
		errx(1, "%s: the byte does not come back", client->tool->name);
}

static void round_trips(const struct bench *b, enum tool_id id, const char *port, unsigned trips)
{
	static struct round r;
	struct client client = client_start(b, id, port, "");

	for (unsigned i = 0; i < trips / 10; i++)
		round_trip(&client);
	for (unsigned i = 0; i < trips; i++) {
		double began = seconds_now();

		round_trip(&client);
		sample_add(&r.each, seconds_now() - began);
	}
	(void)close(client.to);
	r.cpu_seconds = child_wait(client.pid, client.tool->name).cpu_seconds;
	(void)close(client.from);
	round_print("trip", id, &r);
}

/*
 * The yardstick and nc.traditional copy one direction after the other, or wait for more than one
 * byte.
 */
void bench_round_trips(const struct bench *b, unsigned trips)
{
	static const enum tool_id rivals[] = { TOOL_SOCKIT, TOOL_NC, TOOL_NCAT, TOOL_SOCAT };
	struct server server = server_start(b, "echo");

	if (trips > SAMPLE_ROOM)
		errx(2, "there is room for %d round trips", SAMPLE_ROOM);
	for (unsigned round = 0; round < b->rounds; round++)
		for (size_t i = 0; i < sizeof rivals / sizeof rivals[0]; i++)
			if (tool_takes_part(b, tools[rivals[i]].answer))
				round_trips(b, rivals[i], server.port, trips);
	child_stop(server.pid);
}
