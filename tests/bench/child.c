#include "child.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct pipe_ends pipe_new(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		err(1, "pipe");
	return (struct pipe_ends){ fds[0], fds[1] };
}

pid_t child_start(const char *const argv[], int in, int out)
{
	/* The start is measured too: nothing is done for it but what it needs. */
	pid_t pid = vfork();

	if (pid == 0) {
		if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
			/* execvp does not write to the words, its type is older than const. */
			(void)execvp(argv[0], (char **)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0)
		err(1, "cannot start %s", argv[0]);
	return pid;
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct child_cost reap(pid_t pid, const char *what, int *status)
{
	struct rusage usage;

	while (wait4(pid, status, 0, &usage) < 0)
		if (errno != EINTR)
			err(1, "wait for %s", what);
	return (struct child_cost){
		.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
		.rss_mib = (double)usage.ru_maxrss / 1024,
	};
}

struct child_cost child_wait(pid_t pid, const char *what)
{
	int status;
	struct child_cost cost = reap(pid, what, &status);

	if (WIFSIGNALED(status))
		errx(1, "%s was ended by signal %d", what, WTERMSIG(status));
	if (WEXITSTATUS(status))
		errx(1, "%s ended with status %d", what, WEXITSTATUS(status));
	return cost;
}

/* socat was seen to sleep on after SIGTERM, which came while it received. */
static void finish(pid_t pid)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };

	(void)kill(pid, SIGTERM);
	if (ended.fd < 0 || poll(&ended, 1, 2000) <= 0)
		(void)kill(pid, SIGKILL);
	if (ended.fd >= 0)
		(void)close(ended.fd);
}

struct child_cost child_end(pid_t pid, const char *what)
{
	int status;

	finish(pid);
	return reap(pid, what, &status);
}

void child_stop(pid_t pid)
{
	finish(pid);
	(void)waitpid(pid, NULL, 0);
}

double seconds_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint16_t port_free(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) ||
	    getsockname(fd, (struct sockaddr *)&at, &size) || close(fd))
		err(1, "find a free port");
	return ntohs(at.sin_port);
}

/*
 * proc(5). For TCP: sl local_address rem_address st; 0A is TCP_LISTEN. For Unix: Num RefCount
 * Protocol Flags Type St Inode Path; flag 00010000 is one that accepts connections.
 */
static bool has_listener(const char *place)
{
	bool is_path = *place == '/', found = false;
	FILE *table = fopen(is_path ? "/proc/net/unix" : "/proc/net/tcp", "re");
	unsigned long port = strtoul(place, NULL, 10);
	char line[512], path[256];

	if (!table)
		err(1, "/proc/net");
	while (!found && fgets(line, sizeof line, table)) {
		unsigned at, state;

		if (is_path)
			found = sscanf(line, "%*s %*x %*x %x %*x %*x %*u %255s", &state, path) ==
			                2 &&
			        (state & 0x10000) && strcmp(path, place) == 0;
		else
			found = sscanf(line, " %*d: %*8x:%4x %*8x:%*4x %2x", &at, &state) == 2 &&
			        at == port && state == 0x0A;
	}
	(void)fclose(table);
	return found;
}

void listener_wait(const char *place, const char *what)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	double until = seconds_now() + 5;

	while (!has_listener(place)) {
		if (seconds_now() > until)
			errx(1, "%s does not listen at %s", what, place);
		(void)nanosleep(&pause, NULL);
	}
}

/*
 * /proc/net/netstat has a line of names and then one of values for each kind; InOctets is the
 * seventh of IpExt.
 */
uint64_t octets_received(void)
{
	FILE *table = fopen("/proc/net/netstat", "re");
	char line[4096];
	uint64_t octets = 0;

	if (!table)
		err(1, "/proc/net/netstat");
	while (fgets(line, sizeof line, table))
		(void)sscanf(line, "IpExt: %*u %*u %*u %*u %*u %*u %" SCNu64, &octets);
	(void)fclose(table);
	return octets;
}
