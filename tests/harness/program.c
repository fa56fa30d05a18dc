#include "harness/program.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

struct session program_start(enum role role, enum way way, enum net net, const char *const *args)
{
	static const char *words[32];
	unsigned n = 0;

	if (way == WITH_PIPES)
		words[n++] = "--idle-timeout=100";
	for (; *args && n < 31; args++)
		words[n++] = *args;
	words[n] = NULL;
	return session_start(role, &(struct plan){ .args = words }, net);
}

struct session program_sh(enum way way, const char *command_line)
{
	return program_start(LISTEN, way, NET_V4, WORDS("--sh-exec", command_line));
}

const char *program_read(int fd)
{
	static char text[64 << 10];
	size_t len = 0;
	ssize_t n;

	do {
		if (!peer_poll(fd, POLLIN, clock_after(PATIENCE)))
			fail("no end of the stream after %zu bytes", len);
		n = read(fd, text + len, sizeof text - 1 - len);
		if (n < 0 && errno != EAGAIN)
			fail("no end of the stream but error %d after %zu bytes", errno, len);
		len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && len < sizeof text - 1);
	text[len] = '\0';
	return text;
}

bool program_runs(int pid)
{
	char path[64], state = 'Z';
	FILE *stat;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return false;
	if (fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(stat);
	return state != 'Z' && state != 'X';
}

struct gone {
	const int *pids;
	unsigned count;
};

static bool all_gone(void *arg)
{
	const struct gone *gone = arg;

	for (unsigned i = 0; i < gone->count; i++)
		if (program_runs(gone->pids[i]))
			return false;
	return true;
}

void program_await_gone(const int *pids, unsigned count, double seconds)
{
	struct gone gone = { pids, count };

	if (!clock_watch(all_gone, &gone, clock_after(seconds)))
		fail("after %g s processes of the program are still there", seconds);
}
