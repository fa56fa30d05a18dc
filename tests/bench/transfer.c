/* Many bytes: how fast, and at what cost of processor time and memory. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "sample.h"

enum shape { FILE_TO_NULL, FILE_TO_PIPE, PIPE_TO_PIPE, SHAPE_COUNT };

static const struct {
	const char *name;
	bool pipe_in, pipe_out;
	struct bound faster[TOOL_COUNT]; /* than this one, so many times */
	struct bound cpu[TOOL_COUNT];    /* our processor time as a part of this one's */
} shapes[SHAPE_COUNT] = {
	[FILE_TO_NULL] = {
		.name = "file -> TCP -> /dev/null",
		.faster = { [TOOL_NC] = { .least = 2.3 }, [TOOL_SOCAT_1M] = { .least = 1.3 } },
	},
	[FILE_TO_PIPE] = {
		.name = "file -> TCP -> pipe",
		.pipe_out = true,
		.faster = { [TOOL_NC] = { .least = 3 }, [TOOL_SOCAT_1M] = { .least = 2 } },
	},
	[PIPE_TO_PIPE] = {
		.name = "pipe -> TCP -> pipe",
		.pipe_in = true,
		.pipe_out = true,
		.faster = { [TOOL_NC] = { .least = 2.5 }, [TOOL_SOCAT_1M] = { .least = 2 } },
		.cpu = { [TOOL_NC] = { .most = 0.6 }, [TOOL_SOCAT_1M] = { .most = 0.6 } },
	},
};

/* One file through one tool twice. Out of a pipe it comes from cat, into a pipe it goes to CONSUMER;
 * without a pipe it goes to the descriptor OUT. */
struct transfer {
	const struct bench *bench;
	const struct tool *tool;
	enum shape shape;
	const char *path;
	unsigned mib;
	const char *const *consumer;
	int out;
};

struct transfer_cost {
	double seconds; /* from the sender's start until everything has ended */
	double cpu_seconds;
	double rss_mib; /* of the bigger end */
};

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* The children of one transfer; 0 for those that the shape does without. */
struct crew {
	pid_t producer, sender, receiver, consumer;
};

static void start_receiving(struct crew *crew, const struct transfer *t, uint16_t port)
{
	struct pipe_ends pipe = { -1, -1 };
	int null = open_or_die("/dev/null", O_RDONLY);
	struct tool_call call;

	tool_call_make(&call, t->bench, t->tool->listen, port);
	if (shapes[t->shape].pipe_out) {
		pipe = pipe_new();
		crew->consumer = child_start(t->consumer, pipe.read, STDERR_FILENO);
	}
	crew->receiver = child_start(call.argv, null, pipe.write < 0 ? t->out : pipe.write);
	(void)close(pipe.read);
	(void)close(pipe.write);
	(void)close(null);
	port_wait(port, t->tool->name);
}

static void start_sending(struct crew *crew, const struct transfer *t, uint16_t port, int file)
{
	struct pipe_ends pipe = { -1, -1 };
	int null = open_or_die("/dev/null", O_WRONLY);
	struct tool_call call;

	tool_call_make(&call, t->bench, t->tool->connect, port);
	if (shapes[t->shape].pipe_in) {
		pipe = pipe_new();
		crew->producer =
			child_start((const char *const[]){ "cat", NULL }, file, pipe.write);
	}
	crew->sender = child_start(call.argv, pipe.read < 0 ? file : pipe.read, null);
	(void)close(pipe.read);
	(void)close(pipe.write);
	(void)close(null);
}

static struct transfer_cost transfer_run(const struct transfer *t)
{
	int file = open_or_die(t->path, O_RDONLY);
	uint16_t port = port_free();
	struct crew crew = { 0 };

	start_receiving(&crew, t, port);
	double began = seconds_now();
	start_sending(&crew, t, port, file);
	if (crew.producer)
		(void)child_wait(crew.producer, "the producer");
	struct child_cost sender = child_wait(crew.sender, t->tool->name);
	struct child_cost receiver = child_wait(crew.receiver, t->tool->name);
	if (crew.consumer)
		(void)child_wait(crew.consumer, "the consumer");
	double ended = seconds_now();

	/* Whoever read the file read it through this very description. */
	if (lseek(file, 0, SEEK_CUR) != (off_t)t->mib << 20)
		errx(1, "%s, %s: the file was not read to its end", t->tool->name,
		     shapes[t->shape].name);
	(void)close(file);
	return (struct transfer_cost){
		.seconds = ended - began,
		.cpu_seconds = sender.cpu_seconds + receiver.cpu_seconds,
		.rss_mib = sender.rss_mib > receiver.rss_mib ? sender.rss_mib : receiver.rss_mib,
	};
}

/* A transfer whose consumer counts. */
static struct transfer_cost transfer_counted(const struct bench *b, enum shape shape,
                                             const struct tool *tool, const char *path,
                                             unsigned mib)
{
	char count[16];
	struct transfer t = {
		.bench = b,
		.tool = tool,
		.shape = shape,
		.path = path,
		.mib = mib,
		.consumer = (const char *const[]){ b->helper, "drain", count, NULL },
		.out = open_or_die("/dev/null", O_WRONLY),
	};

	(void)snprintf(count, sizeof count, "%u", mib);
	struct transfer_cost cost = transfer_run(&t);
	(void)close(t.out);
	return cost;
}

/* Where the timed runs have /dev/null, a file that can be read again. */
static void verify_shape(const struct bench *b, enum shape shape)
{
	const char *const compare[] = { "cmp", "-", b->data, NULL };
	FILE *received = tmpfile();
	struct transfer t = {
		.bench = b,
		.tool = &tools[TOOL_SOCKIT],
		.shape = shape,
		.path = b->data,
		.mib = b->data_mib,
		.consumer = compare,
	};

	if (!received)
		err(1, "make a file");
	t.out = fileno(received);
	(void)transfer_run(&t);
	if (!shapes[shape].pipe_out) {
		rewind(received);
		(void)child_wait(child_start(compare, t.out, STDERR_FILENO), "the comparison");
	}
	(void)fclose(received);
}

void bench_verify(const struct bench *b)
{
	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++)
		verify_shape(b, shape);
	printf("every byte of %u MiB arrives, for each of the shapes below\n", b->data_mib);
}

struct transfer_samples {
	struct sample seconds, cpu;
};

static unsigned print_tool(const struct bench *b, enum shape shape, enum tool_id id,
                           struct transfer_samples *all)
{
	double gib = b->data_mib / 1024.0;
	struct transfer_samples *own = &all[id], *ours = &all[TOOL_SOCKIT];
	double seconds = sample_median(&own->seconds), cpu = sample_median(&own->cpu);
	unsigned failed = 0;

	printf("  %-16s %5.2f [%5.2f .. %5.2f] %9.3f", tools[id].name, gib / seconds,
	       gib / sample_quantile(&own->seconds, 1), gib / sample_quantile(&own->seconds, 0),
	       cpu / gib);
	if (id != TOOL_SOCKIT) {
		double faster = seconds / sample_median(&ours->seconds);
		double share = sample_median(&ours->cpu) / cpu;

		printf("   %5.2f", faster);
		failed += !bound_print(shapes[shape].faster[id], faster);
		printf("%*s%4.2f", shapes[shape].faster[id].least > 0 ? 3 : 18, "", share);
		failed += !bound_print(shapes[shape].cpu[id], share);
	}
	printf("\n");
	return failed;
}

static unsigned bench_shape(const struct bench *b, enum shape shape)
{
	struct transfer_samples *all = calloc(TOOL_COUNT, sizeof *all);
	unsigned failed = 0;

	if (!all)
		err(1, "make room");
	for (unsigned round = 0; round < b->rounds; round++)
		for (enum tool_id id = 0; id < TOOL_COUNT; id++) {
			struct transfer_cost cost =
				transfer_counted(b, shape, &tools[id], b->data, b->data_mib);

			sample_add(&all[id].seconds, cost.seconds);
			sample_add(&all[id].cpu, cost.cpu_seconds);
		}
	printf("\n%-24s GiB/s [spread]    CPU s/GiB   sockit is faster      CPU of sockit\n",
	       shapes[shape].name);
	for (enum tool_id id = 0; id < TOOL_COUNT; id++)
		failed += print_tool(b, shape, id, all);
	free(all);
	return failed;
}

unsigned bench_transfers(const struct bench *b)
{
	unsigned failed = 0;

	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++)
		failed += bench_shape(b, shape);
	return failed;
}

unsigned bench_memory(const struct bench *b)
{
	unsigned failed = 0;

	printf("\nmost memory of either sockit, %u MiB\n", b->sparse_mib);
	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++) {
		struct transfer_cost cost =
			transfer_counted(b, shape, &tools[TOOL_SOCKIT], b->sparse, b->sparse_mib);

		printf("  %-24s %5.2f MiB", shapes[shape].name, cost.rss_mib);
		failed += !bound_print((struct bound){ .most = 8 }, cost.rss_mib);
		printf("\n");
	}
	return failed;
}
