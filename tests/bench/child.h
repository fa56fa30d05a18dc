/*
 * Child processes of a benchmark: started with their own standard input and output, waited for with
 * what they cost. Whatever fails here ends the benchmark with a message.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdint.h>
#include <sys/types.h>

/* Both ends are closed in children but for what child_start gives them. */
struct pipe_ends {
	int read, write;
};
struct pipe_ends pipe_new(void);

/*
 * Start ARGV (NULL at its end, looked for in PATH) with IN as its 0 and OUT as its 1; both stay
 * open here. By vfork, so that the size of this program does not count.
 */
pid_t child_start(const char *const argv[], int in, int out);

struct child_cost {
	double cpu_seconds; /* user and system */
	double rss_mib;     /* the most that it had */
};

/* Wait for PID. Any other status than 0 ends the benchmark; WHAT names the child in the message. */
struct child_cost child_wait(pid_t pid, const char *what);

/* Tell it to end, after 2 s with SIGKILL, and wait for it, whatever it says. */
struct child_cost child_end(pid_t pid, const char *what);

/* Let it be; wait for it, whatever it says. */
void child_stop(pid_t pid);

/* CLOCK_MONOTONIC in seconds. */
double seconds_now(void);

/* A TCP port of 127.0.0.1 that nobody uses at this moment. */
uint16_t port_free(void);

/*
 * Wait, at most 5 s, until somebody listens at PLACE, a port or the path of a Unix socket. Asks
 * /proc, for a connection would be taken for the one client that most tools serve.
 */
void listener_wait(const char *place, const char *what);

/* How many bytes of IP the machine has received. */
uint64_t octets_received(void);

#endif
