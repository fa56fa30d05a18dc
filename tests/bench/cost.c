#include "cost.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What of /proc/PID/stat is of use, proc_pid_stat(5). */
struct stat_line {
	int session;
	unsigned long user, system; /* in clock ticks */
	long children_user, children_system;
	long threads;
};

static bool stat_read(pid_t pid, struct stat_line *line)
{
	char path[64], text[1024];

	(void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	text[n] = '\0';
	/* The name may hold anything, parentheses too. */
	char *rest = strrchr(text, ')');

	return rest &&
	       sscanf(rest + 1,
	              " %*c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld",
	              &line->session, &line->user, &line->system, &line->children_user,
	              &line->children_system, &line->threads) == 6;
}

/*
 * A tick is 10 ms, which is much for one of a thousand processes; the clock of a process is exact,
 * and counts its threads that have ended too.
 */
static double cpu_seconds(pid_t pid, const struct stat_line *line)
{
	double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
	struct timespec used;
	clockid_t clock;
	double own = (double)(line->user + line->system) * tick;

	if (!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &used))
		own = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
	return own + (double)(line->children_user + line->children_system) * tick;
}

static uint64_t memory_bytes(pid_t pid)
{
	char path[64], line[256];
	uint64_t kib = 0;

	(void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "Pss: %" SCNu64 " kB", &kib) == 1)
			break;
	(void)fclose(file);
	return kib << 10;
}

static uint64_t kernel_bytes(void)
{
	char line[256];
	uint64_t half_kib = 0, kib;
	FILE *file = fopen("/proc/meminfo", "re");

	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "Slab: %" SCNu64 " kB", &kib) == 1)
			half_kib += kib;
		else if (sscanf(line, "KernelStack: %" SCNu64 " kB", &kib) == 1 ||
		         sscanf(line, "PageTables: %" SCNu64 " kB", &kib) == 1)
			half_kib += 2 * kib;
	(void)fclose(file);
	return half_kib << 9;
}

struct cost cost_of(pid_t session, int with_memory)
{
	struct cost cost = { 0 };
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc)
		err(1, "/proc");
	while ((entry = readdir(proc))) {
		struct stat_line line;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) || !stat_read(pid, &line) ||
		    line.session != session)
			continue;
		cost.cpu_seconds += cpu_seconds(pid, &line);
		cost.processes++;
		cost.threads += (unsigned)line.threads;
		if (with_memory)
			cost.memory_bytes += memory_bytes(pid);
	}
	(void)closedir(proc);
	if (with_memory)
		cost.kernel_bytes = kernel_bytes();
	return cost;
}
