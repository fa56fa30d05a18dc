/* Many bytes: how fast, and at what cost of processor time. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"

/*
 * The file comes from the standard input itself or out of a pipe, and goes to /dev/null, into a
 * pipe or into a file of tmpfs.
 */
struct shape {
	const char *name;
	bool pipe_in, pipe_out, file_out, unix_socket;
};

static const struct shape shapes[] = {
	{ .name = "file-null" },
	{ .name = "file-pipe", .pipe_out = true },
	{ .name = "pipe-pipe", .pipe_in = true, .pipe_out = true },
	{ .name = "pipe-null", .pipe_in = true },
	{ .name = "file-file", .file_out = true },
	{ .name = "unix-file-null", .unix_socket = true },
	{ .name = "unix-pipe-pipe", .unix_socket = true, .pipe_in = true, .pipe_out = true },
};

/*
 * One file through one tool twice. Out of a pipe comes what PRODUCER makes, of the file or in its
 * stead; into a pipe it goes to CONSUMER, and without a pipe to the descriptor OUT.
 */
struct transfer {
	const struct bench *bench;
	const struct tool *tool;
	const struct shape *shape;
	const char *path;
	unsigned mib;
	const char *const *producer, *const *consumer;
	int out;
	char place[128]; /* a port, or the path of a Unix socket */
};

struct transfer_cost {
	double seconds; /* from the sender's start until everything has ended */
	double cpu_seconds;
	double rss_mib; /* of the bigger end */
};

static const struct shape *shape_named(const char *name)
{
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		if (strcmp(shapes[i].name, name) == 0)
			return &shapes[i];
	errx(2, "no shape is called '%s'", name);
}

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

static void start_receiving(struct crew *crew, const struct transfer *t)
{
	struct pipe_ends pipe = { -1, -1 };
	int null = open_or_die("/dev/null", O_RDONLY);
	struct tool_call call;

	tool_call_make(&call, t->bench,
	               t->shape->unix_socket ? t->tool->unix_listen : t->tool->listen, t->place);
	if (t->shape->pipe_out) {
		pipe = pipe_new();
		crew->consumer = child_start(t->consumer, pipe.read, STDERR_FILENO);
	}
	crew->receiver = child_start(call.argv, null, pipe.write < 0 ? t->out : pipe.write);
	(void)close(pipe.read);
	(void)close(pipe.write);
	(void)close(null);
	listener_wait(t->place, t->tool->name);
}

static void start_sending(struct crew *crew, const struct transfer *t, int file)
{
	struct pipe_ends pipe = { -1, -1 };
	int null = open_or_die("/dev/null", O_WRONLY);
	struct tool_call call;

	tool_call_make(&call, t->bench,
	               t->shape->unix_socket ? t->tool->unix_connect : t->tool->connect, t->place);
	if (t->shape->pipe_in) {
		pipe = pipe_new();
		crew->producer = child_start(t->producer, file, pipe.write);
	}
	crew->sender = child_start(call.argv, pipe.read < 0 ? file : pipe.read, null);
	(void)close(pipe.read);
	(void)close(pipe.write);
	(void)close(null);
}

static void place_choose(struct transfer *t)
{
	const char *folder = getenv("TMPDIR");

	if (!t->shape->unix_socket) {
		(void)snprintf(t->place, sizeof t->place, "%u", port_free());
		return;
	}
	(void)snprintf(t->place, sizeof t->place, "%s/bench.%d", folder ? folder : "/tmp",
	               (int)getpid());
	(void)unlink(t->place);
}

/*
 * Whoever read the file read it through this very description; a producer has its status.
 * /dev/null keeps no count of what it was given: the kernel's own count of what arrived over IP has
 * to do there, and a consumer or a file counts elsewhere.
 */
static void check_bytes(const struct transfer *t, int file, uint64_t arrived)
{
	off_t all = (off_t)t->mib << 20;
	struct stat out;

	if (!t->shape->pipe_in && lseek(file, 0, SEEK_CUR) != all)
		errx(1, "%s, %s: the file was not read to its end", t->tool->name, t->shape->name);
	if (!t->shape->unix_socket && arrived < (uint64_t)all)
		errx(1, "%s, %s: %" PRIu64 " bytes have arrived", t->tool->name, t->shape->name,
		     arrived);
	if (t->shape->file_out && (fstat(t->out, &out) || out.st_size != all))
		errx(1, "%s, %s: the file that was written has another size", t->tool->name,
		     t->shape->name);
}

static struct transfer_cost transfer_run(struct transfer *t)
{
	int file = open_or_die(t->path, O_RDONLY);
	struct crew crew = { 0 };

	place_choose(t);
	start_receiving(&crew, t);
	uint64_t octets = octets_received();
	double began = seconds_now();
	start_sending(&crew, t, file);
	if (crew.producer)
		(void)child_wait(crew.producer, "the producer");
	struct child_cost sender = child_wait(crew.sender, t->tool->name);
	struct child_cost receiver = child_wait(crew.receiver, t->tool->name);
	if (crew.consumer)
		(void)child_wait(crew.consumer, "the consumer");
	double ended = seconds_now();

	check_bytes(t, file, octets_received() - octets);
	(void)close(file);
	if (t->shape->unix_socket)
		(void)unlink(t->place);
	return (struct transfer_cost){
		.seconds = ended - began,
		.cpu_seconds = sender.cpu_seconds + receiver.cpu_seconds,
		.rss_mib = sender.rss_mib > receiver.rss_mib ? sender.rss_mib : receiver.rss_mib,
	};
}

/* tmpfs, and nothing of it is left when it is closed. */
static int memory_file(void)
{
	int fd = memfd_create("received", MFD_CLOEXEC);

	if (fd < 0)
		err(1, "make a file in memory");
	return fd;
}

void bench_verify(const struct bench *b, const char *shape, const char *path, unsigned mib)
{
	const char *const cat[] = { "cat", NULL }, *const compare[] = { "cmp", "-", path, NULL };

	for (enum tool_id id = TOOL_SOCKIT; id <= TOOL_YARD; id++) {
		struct transfer t = {
			.bench = b,
			.tool = &tools[id],
			.shape = shape_named(shape),
			.path = path,
			.mib = mib,
			.producer = cat,
			.consumer = compare,
			.out = memory_file(), /* and not /dev/null, so that it can be read again */
		};

		(void)transfer_run(&t);
		if (!t.shape->pipe_out) {
			if (lseek(t.out, 0, SEEK_SET))
				err(1, "read again");
			(void)child_wait(child_start(compare, t.out, STDERR_FILENO),
			                 "the comparison");
		}
		(void)close(t.out);
	}
}

static void transfer_measure(const struct bench *b, const char *scenario, struct transfer *t)
{
	char helper[512], count[16];

	(void)snprintf(helper, sizeof helper, "%s/helper", b->programs);
	(void)snprintf(count, sizeof count, "%u", t->mib);
	t->producer = (const char *const[]){ helper, "pour", count, NULL };
	t->consumer = (const char *const[]){ helper, "drain", count, NULL };
	t->out = t->shape->file_out ? memory_file() : open_or_die("/dev/null", O_WRONLY);
	struct transfer_cost cost = transfer_run(t);

	(void)close(t->out);
	printf("%s %s work=%.6f seconds=%.6f cpu=%.6f rss_mib=%.3f\n", scenario, t->tool->name,
	       t->mib / 1024.0, cost.seconds, cost.cpu_seconds, cost.rss_mib);
}

static bool is_among(const char *name, char *const who[])
{
	if (!*who)
		return true;
	while (*who && strcmp(*who, name) != 0)
		who++;
	return *who;
}

void bench_transfers(const struct bench *b, const char *scenario, const char *shape,
                     const char *path, unsigned mib, char *const who[])
{
	struct transfer t = { .bench = b, .shape = shape_named(shape), .path = path, .mib = mib };

	for (unsigned round = 0; round < b->rounds; round++)
		for (enum tool_id id = 0; id < TOOL_COUNT; id++) {
			t.tool = &tools[id];
			if (is_among(t.tool->name, who) &&
			    tool_takes_part(b, t.shape->unix_socket ? t.tool->unix_listen
			                                            : t.tool->listen))
				transfer_measure(b, scenario, &t);
		}
}
