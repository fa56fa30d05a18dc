/*
 * A load generator for echo servers: one thread, epoll, latencies.
 *
 *     load echo PORT [OPTION...]       clients that stay and ask again and again
 *     load connect PORT [OPTION...]    clients that connect, ask once and close
 *     load idle PORT [OPTION...]       clients that ask once, and then stay and are silent
 *     load port                        print a TCP port of 127.0.0.1 that nobody uses
 *     load cpu SESSION                 print the seconds of processor time that it has had
 *
 *     -a ADDR   the server's IPv4 address (127.0.0.1)      -t SECONDS   to measure (2)
 *     -c N      clients at once (50)                       -n REQUESTS  end sooner, after so many
 *     -s BYTES  a request's size (64)                      -w SECONDS   the most to wait until all
 *     -d N      requests of a client on their way (1)                   were answered once (10)
 *     -S PID    the server's session: what all its processes cost
 *
 * Prints one line of NAME=VALUE words. Status 1 when nothing was answered, or something wrong.
 */
#include "load.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t load_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

double load_cpu(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

int load_connect(const struct load *load)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t until = load_now() + 5000000000;

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			err(1, "socket");
		if (connect(fd, (const struct sockaddr *)&load->at, sizeof load->at) == 0)
			return fd;
		if (errno != ECONNREFUSED || load_now() > until)
			err(1, "connect to port %u", ntohs(load->at.sin_port));
		(void)close(fd);
		(void)nanosleep(&pause, NULL);
	}
}

/* Bytes of which no two neighbouring runs are the same, again and again. */
static const char *pattern_new(uint32_t size)
{
	size_t length = (size_t)size + LOAD_BURST;
	char *pattern = malloc(length);
	uint32_t random = 2463534242;

	if (!pattern)
		err(1, "malloc");
	for (size_t i = 0; i < length; i++) {
		random ^= random << 13;
		random ^= random >> 17;
		random ^= random << 5;
		pattern[i] = i < size ? (char)random : pattern[i - size];
	}
	return pattern;
}

static void print_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) ||
	    getsockname(fd, (struct sockaddr *)&at, &size))
		err(1, "find a free port");
	printf("%u\n", ntohs(at.sin_port));
	exit(0);
}

static double number(const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most))
		errx(2, "not a number from %g to %g: '%s'", least, most, text);
	return value;
}

static void parse_options(int argc, char **argv, struct load *load)
{
	int letter;

	while ((letter = getopt(argc, argv, "a:c:d:n:s:S:t:w:")) != -1) {
		switch (letter) {
		case 'a':
			if (inet_pton(AF_INET, optarg, &load->at.sin_addr) != 1)
				errx(2, "not an IPv4 address: '%s'", optarg);
			break;
		case 'c':
			load->clients = (uint32_t)number(optarg, 1, 100000);
			break;
		case 'd':
			load->depth = (uint32_t)number(optarg, 1, LOAD_DEPTH_MAX);
			break;
		case 'n':
			load->requests = (uint64_t)number(optarg, 1, 1e15);
			break;
		case 's':
			load->size = (uint32_t)number(optarg, 1, 1 << 20);
			break;
		case 'S':
			load->session = (pid_t)number(optarg, 1, 1 << 30);
			break;
		case 't':
			load->seconds = number(optarg, 0.01, 3600);
			break;
		case 'w':
			load->warm = number(optarg, 0, 600);
			break;
		default:
			exit(2);
		}
	}
	if (optind < argc)
		errx(2, "what is '%s'?", argv[optind]);
}

static void parse(int argc, char **argv, struct load *load)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (strcmp(mode, "port") == 0)
		print_port();
	if (strcmp(mode, "cpu") == 0 && argc == 3) {
		printf("%.6f\n", cost_of((pid_t)number(argv[2], 1, 1 << 30), false).cpu_seconds);
		exit(0);
	}
	load->reconnects = strcmp(mode, "connect") == 0;
	load->idles = strcmp(mode, "idle") == 0;
	if (argc < 3 || (strcmp(mode, "echo") != 0 && !load->reconnects && !load->idles))
		errx(2,
		     "usage: load echo|connect|idle PORT [OPTION...], load port, or: load cpu SESSION");
	load->at.sin_port = htons((uint16_t)number(argv[2], 1, 65535));
	parse_options(argc - 2, argv + 2, load);
	if (load->depth > 1 && (load->reconnects || load->idles))
		errx(2, "-d is for echo");
}

int main(int argc, char **argv)
{
	static struct finding found;
	static struct load load = {
		.at.sin_family = AF_INET,
		.clients = 50,
		.size = 64,
		.depth = 1,
		.seconds = 2,
		.warm = 10,
	};
	struct rlimit files;
	double idle_cpu = 0;

	load.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	parse(argc, argv, &load);
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	load.pattern = pattern_new(load.size);
	if (load.idles)
		load_idle(&load, &found, &idle_cpu);
	else
		load_run(&load, &found);

	printf("requests=%" PRIu64
	       " seconds=%.3f per_second=%.0f p50_us=%.1f p99_us=%.1f max_us=%.1f"
	       " load_cpu=%.3f clients=%u served=%u failed=%" PRIu64,
	       found.requests, found.seconds, (double)found.requests / found.seconds,
	       spread_quantile_us(&found.spread, 0.5), spread_quantile_us(&found.spread, 0.99),
	       (double)found.spread.most / 1e3, found.cpu_seconds, load.clients, found.served,
	       found.failed);
	if (load.session)
		printf(" cpu=%.6f processes=%u threads=%u memory_before=%" PRIu64
		       " memory_after=%" PRIu64 " kernel_before=%" PRIu64 " kernel_after=%" PRIu64
		       " idle_cpu=%.6f",
		       found.after.cpu_seconds - found.before.cpu_seconds, found.after.processes,
		       found.after.threads, found.before.memory_bytes, found.after.memory_bytes,
		       found.before.kernel_bytes, found.after.kernel_bytes, idle_cpu);
	printf("\n");
	return found.served == 0;
}
