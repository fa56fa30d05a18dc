#include "harness/proc.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"

enum { TCP_LISTENING = 0x0a, UNIX_LISTENING = 0x10000 };

/* Call ROW for each line of a /proc file but the first, until it says true. */
static bool any_line(const char *path, bool (*row)(const char *line, void *arg), void *arg)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool found = false, header = true;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		found = !header && row(line, arg);
		header = false;
	}
	fclose(file);
	return found;
}

struct port_search {
	pid_t pid;
	struct place *place;
	unsigned port;
	unsigned long inode;
};

static bool is_inode_of(pid_t pid, unsigned long inode)
{
	char path[64], target[64], want[64];
	bool found = false;
	struct dirent *entry;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	snprintf(want, sizeof(want), "socket:[%lu]", inode);
	fds = opendir(path);
	while (fds && !found && (entry = readdir(fds))) {
		ssize_t n = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		found = strcmp(target, want) == 0;
	}
	if (fds)
		closedir(fds);
	return found;
}

static bool is_listening_row(const char *line, void *arg)
{
	struct port_search *search = arg;
	unsigned port, state;
	unsigned long inode;

	if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*u %*u %lu", &port,
	           &state, &inode) != 3)
		return false;
	search->port = port;
	return state == TCP_LISTENING && is_inode_of(search->pid, inode);
}

static bool found_port(void *arg)
{
	struct port_search *search = arg;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)search->pid,
	         search->place->net == NET_V6 ? "tcp6" : "tcp");
	return any_line(path, is_listening_row, search);
}

void proc_await_port(pid_t pid, struct place *place)
{
	struct port_search search = { .pid = pid, .place = place };

	if (!clock_watch(found_port, &search, clock_after(PATIENCE)))
		fail("process %d does not listen", (int)pid);
	*place = place_tcp(place->net, place->host, search.port);
}

static bool is_live_row(const char *line, void *arg)
{
	const char *want = arg;
	size_t size = strlen(want);
	unsigned flags;
	int path = 0;

	/* Num RefCount Protocol Flags Type St Inode Path */
	if (sscanf(line, "%*s %*x %*x %x %*x %*x %*u %n", &flags, &path) != 1 || path == 0)
		return false;
	return (flags & UNIX_LISTENING) && strncmp(line + path, want, size) == 0 &&
	       line[(size_t)path + size] == '\n';
}

static bool path_is_live(void *arg)
{
	return any_line("/proc/net/unix", is_live_row, arg);
}

bool proc_path_is_live(const char *path)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", path);
	return path_is_live(copy);
}

void proc_await_path(const struct place *place)
{
	struct place copy = *place;

	if (!clock_watch(path_is_live, copy.host, clock_after(PATIENCE)))
		fail("nobody listens at %s", place->host);
}

/* The fields of /proc/PID/stat from the third, the state, on. */
static void read_stat(pid_t pid, char *state, unsigned long ticks[2])
{
	char path[64], line[1024] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file) || !strrchr(line, ')') ||
	    sscanf(strrchr(line, ')') + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
	           state, &ticks[0], &ticks[1]) != 3)
		fail("%s cannot be read", path);
	fclose(file);
}

double proc_cpu_seconds(pid_t pid)
{
	unsigned long ticks[2];
	char state;

	read_stat(pid, &state, ticks);
	return (double)(ticks[0] + ticks[1]) / (double)sysconf(_SC_CLK_TCK);
}

/* The number after NAME in a status file of /proc; 0 when there is none. */
static unsigned long status_field(const char *path, const char *name)
{
	unsigned long value = 0;
	FILE *file = fopen(path, "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return value;
}

unsigned long proc_peak_kib(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return status_field(path, "VmHWM:");
}

unsigned long proc_resident_kib(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return status_field(path, "VmRSS:");
}

static unsigned long switches_of(pid_t pid, const char *task)
{
	char path[320];

	snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, task);
	return status_field(path, "voluntary_ctxt_switches:");
}

unsigned long proc_switches(pid_t pid)
{
	unsigned long sum = 0;
	struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			sum += switches_of(pid, entry->d_name);
	if (tasks)
		closedir(tasks);
	return sum;
}

struct idle_search {
	pid_t pid;
	unsigned long switches;
	int looks;
};

static bool looks_idle(void *arg)
{
	struct idle_search *search = arg;
	unsigned long ticks[2], switches = proc_switches(search->pid);
	char state;

	read_stat(search->pid, &state, ticks);
	search->looks = state == 'S' && switches == search->switches ? search->looks + 1 : 0;
	search->switches = switches;
	return search->looks == 3;
}

void proc_await_idle(pid_t pid)
{
	struct idle_search search = { .pid = pid };

	if (!clock_watch(looks_idle, &search, clock_after(PATIENCE)))
		fail("process %d never waits", (int)pid);
}
