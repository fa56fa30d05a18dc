/*
 * The cheapest possible others.
 *
 *     helper pour MIB      write so many MiB of what lies in memory
 *     helper drain MIB     read to the end; status 0 when it was so many MiB
 *     helper trips SIZE N  write so many bytes and read them back, N times
 *     helper line PORT     serve on 127.0.0.1, one client after the other: a line for a line
 *     helper echo PORT     the same, everything as it comes until the client's end
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As much at a time as cat of the GNU coreutils. */
static char buffer[128 << 10];

static void pour(unsigned mib)
{
	uint64_t left = (uint64_t)mib << 20;

	memset(buffer, 'a', sizeof buffer);
	while (left > 0) {
		size_t most = left < sizeof buffer ? (size_t)left : sizeof buffer;
		ssize_t n = write(STDOUT_FILENO, buffer, most);

		if (n < 0)
			err(1, "write");
		left -= (uint64_t)n;
	}
}

static void drain(unsigned mib)
{
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
		bytes += (uint64_t)n;
	if (n < 0)
		err(1, "read");
	if (bytes != (uint64_t)mib << 20)
		errx(1, "%ju bytes have arrived of %u MiB", (uintmax_t)bytes, mib);
}

static void trip(size_t size)
{
	size_t got = 0;

	if (write(STDOUT_FILENO, buffer, size) != (ssize_t)size)
		err(1, "write");
	while (got < size) {
		ssize_t n = read(STDIN_FILENO, buffer, size - got);

		if (n <= 0)
			err(1, "%zu of %zu bytes have come back", got, size);
		got += (size_t)n;
	}
}

/* Ends as a user of a filter does: there is no more, and the other end is waited for. */
static void trips(size_t size, unsigned long count)
{
	while (count-- > 0)
		trip(size);
	(void)close(STDOUT_FILENO);
	if (read(STDIN_FILENO, buffer, 1) != 0)
		errx(1, "more has come back than was sent");
}

static void serve_client(int fd, bool one_line)
{
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0 && send(fd, buffer, (size_t)n, 0) == n)
		if (one_line && buffer[n - 1] == '\n')
			break;
	(void)close(fd);
}

static void serve(unsigned port, bool one_line)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port),
	};
	const int on = 1;
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) ||
	    listen(listener, 16) || setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
		err(1, "listen on port %u", port);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		serve_client(fd, one_line);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4)
		errx(2,
		     "usage: helper pour MIB | drain MIB | trips SIZE N | line PORT | echo PORT");
	unsigned number = (unsigned)strtoul(argv[2], NULL, 10);

	if (strcmp(argv[1], "trips") == 0 && argc == 4 && number <= sizeof buffer)
		trips(number, strtoul(argv[3], NULL, 10));
	else if (strcmp(argv[1], "pour") == 0)
		pour(number);
	else if (strcmp(argv[1], "drain") == 0)
		drain(number);
	else
		serve(number, strcmp(argv[1], "line") == 0);
	return 0;
}
