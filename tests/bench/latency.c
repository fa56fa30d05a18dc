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

/* Those that are compared. */
static const enum tool_id rivals[] = { TOOL_SOCKIT, TOOL_NC };
enum { RIVAL_COUNT = sizeof rivals / sizeof rivals[0] };

static const char line[] = "hello\n";

struct server {
	pid_t pid;
	uint16_t port;
};

static struct server server_start(const struct bench *b, const char *kind)
{
	char text[8];
	const char *const argv[] = { b->helper, kind, text, NULL };
	struct server server = { .port = port_free() };

	(void)snprintf(text, sizeof text, "%u", server.port);
	server.pid = child_start(argv, STDIN_FILENO, STDERR_FILENO);
	port_wait(server.port, kind);
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
static struct client client_start(const struct bench *b, enum tool_id id, uint16_t port,
                                  const char *first)
{
	struct pipe_ends in = pipe_new(), out = pipe_new();
	struct client client = { .tool = &tools[id], .to = in.write, .from = out.read };
	struct tool_call call;

	tool_call_make(&call, b, client.tool->connect, port);
	if (*first && write(in.write, first, strlen(first)) != (ssize_t)strlen(first))
		err(1, "write to a pipe");
	client.began = seconds_now();
	client.pid = child_start(call.argv, in.read, out.write);
	(void)close(in.read);
	(void)close(out.write);
	return client;
}

static void client_finish(struct client *client)
{
	(void)child_wait(client->pid, client->tool->name);
	(void)close(client->from);
}

/* From its start to its end, and the answer is checked after that. */
static double connect_once(const struct bench *b, enum tool_id id, uint16_t port)
{
	char answer[sizeof line];
	struct client client = client_start(b, id, port, line);

	(void)close(client.to);
	(void)child_wait(client.pid, client.tool->name);
	double took = seconds_now() - client.began;

	if (read(client.from, answer, sizeof answer) != (ssize_t)strlen(line) ||
	    memcmp(answer, line, strlen(line)) != 0)
		errx(1, "%s: not the line that was sent", client.tool->name);
	(void)close(client.from);
	return took;
}

static void round_trip(struct client *client)
{
	char byte = 'x';

	if (write(client->to, &byte, 1) != 1 || read(client->from, &byte, 1) != 1)
		errx(1, "%s: the byte does not come back", client->tool->name);
}

/* The median of many round trips through one client. */
static double round_trips(const struct bench *b, enum tool_id id, uint16_t port)
{
	struct client client = client_start(b, id, port, "");
	struct sample all = { 0 };

	for (unsigned i = 0; i < b->round_trips / 10; i++)
		round_trip(&client);
	for (unsigned i = 0; i < b->round_trips; i++) {
		double began = seconds_now();

		round_trip(&client);
		sample_add(&all, seconds_now() - began);
	}
	(void)close(client.to);
	client_finish(&client);
	return sample_median(&all);
}

static unsigned print_rivals(struct sample all[], struct bound share)
{
	double ours = sample_median(&all[0]);
	unsigned failed = 0;

	for (size_t i = 0; i < RIVAL_COUNT; i++) {
		printf("  %-16s %7.1f us [%7.1f .. %7.1f]", tools[rivals[i]].name,
		       1e6 * sample_median(&all[i]), 1e6 * sample_quantile(&all[i], 0.1),
		       1e6 * sample_quantile(&all[i], 0.9));
		if (i > 0) {
			printf("   sockit takes %4.2f of it", ours / sample_median(&all[i]));
			failed += !bound_print(share, ours / sample_median(&all[i]));
		}
		printf("\n");
	}
	return failed;
}

/* RUNS of ONCE for each rival in turn, all against a server of KIND. */
static unsigned compare(const struct bench *b, const char *kind, unsigned runs, struct bound share,
                        double (*once)(const struct bench *b, enum tool_id id, uint16_t port))
{
	struct sample *all = calloc(RIVAL_COUNT, sizeof *all);
	struct server server = server_start(b, kind);

	if (!all)
		err(1, "make room");
	for (unsigned run = 0; run < runs; run++)
		for (size_t i = 0; i < RIVAL_COUNT; i++)
			sample_add(&all[i], once(b, rivals[i], server.port));
	child_stop(server.pid);
	unsigned failed = print_rivals(all, share);
	free(all);
	return failed;
}

unsigned bench_connects(const struct bench *b)
{
	printf("\na client that sends a line and gets one, from its start to its end, %u runs\n",
	       b->connects);
	return compare(b, "line", b->connects, (struct bound){ .most = 0.75 }, connect_once);
}

unsigned bench_round_trips(const struct bench *b)
{
	printf("\none byte there and back, %u times in each of %u clients\n", b->round_trips,
	       b->clients);
	return compare(b, "echo", b->clients, (struct bound){ .most = 1.05 }, round_trips);
}
