/*
 * The yardstick of moving bytes: the cheapest calls there are, one direction, nothing looked at.
 *
 *     yard_move connect PLACE     standard input there: sendfile, or out of a pipe writes of 1 MiB
 *     yard_move listen PLACE      one client to standard output: splice, by an own pipe if need be
 *
 * PLACE is a port of 127.0.0.1, or the path of a Unix socket.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BLOCK = 1 << 20 };

union place {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

static socklen_t place_read(const char *text, union place *place)
{
	memset(place, 0, sizeof *place);
	if (*text == '/') {
		place->un.sun_family = AF_UNIX;
		(void)snprintf(place->un.sun_path, sizeof place->un.sun_path, "%s", text);
		return sizeof place->un;
	}
	place->in.sin_family = AF_INET;
	place->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	place->in.sin_port = htons((uint16_t)strtoul(text, NULL, 10));
	return sizeof place->in;
}

static int place_connect(const char *text)
{
	union place place;
	socklen_t size = place_read(text, &place);
	int fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, &place.any, size))
		err(1, "connect to %s", text);
	return fd;
}

static int place_listen(const char *text)
{
	union place place;
	socklen_t size = place_read(text, &place);
	const int on = 1;
	int fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
	    bind(fd, &place.any, size) || listen(fd, 64))
		err(1, "listen at %s", text);
	return fd;
}

static int client_take(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

static bool is_pipe(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
}

/* Both ends of a pipe that holds a megabyte, if this machine lets it. */
static void pipe_make(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		err(1, "pipe");
	(void)fcntl(ends[1], F_SETPIPE_SZ, BLOCK);
}

static void move_file(int file, int to)
{
	ssize_t n;

	do
		n = sendfile(to, file, NULL, INT_MAX - BLOCK + 1);
	while (n > 0);
	if (n < 0)
		err(1, "sendfile");
}

static void write_all(int to, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(to, data, size);

		if (n < 0)
			err(1, "write");
		data += n;
		size -= (size_t)n;
	}
}

/* A full block at a time. */
static void move_pipe(int pipe, int to)
{
	static char block[BLOCK];
	size_t held;

	(void)fcntl(pipe, F_SETPIPE_SZ, BLOCK);
	do {
		ssize_t n = 1;

		for (held = 0; n > 0 && held<BLOCK; held += n> 0 ? (size_t)n : 0)
			n = read(pipe, block + held, BLOCK - held);
		if (n < 0)
			err(1, "read");
		write_all(to, block, held);
	} while (held == BLOCK);
}

static ssize_t splice_some(int from, int to, size_t most)
{
	ssize_t n = splice(from, NULL, to, NULL, most, SPLICE_F_MOVE | SPLICE_F_MORE);

	if (n < 0)
		err(1, "splice");
	return n;
}

/*
 * Out of a socket: a wake-up is worth a quarter of a megabyte. What is less comes with the end,
 * which ends the wait too.
 */
static void move_socket(int from, int to)
{
	const int mark = 256 << 10;
	int own[2];
	ssize_t n;

	(void)setsockopt(from, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark);
	if (is_pipe(to)) {
		(void)fcntl(to, F_SETPIPE_SZ, BLOCK);
		while (splice_some(from, to, BLOCK) > 0)
			;
		return;
	}
	pipe_make(own);
	while ((n = splice_some(from, own[1], BLOCK)) > 0)
		while (n > 0)
			n -= splice_some(own[0], to, (size_t)n);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "connect") == 0 && argc == 3)
		(is_pipe(STDIN_FILENO) ? move_pipe : move_file)(STDIN_FILENO,
		                                                place_connect(argv[2]));
	else if (strcmp(what, "listen") == 0 && argc == 3)
		move_socket(client_take(place_listen(argv[2])), STDOUT_FILENO);
	else
		errx(2, "usage: yard_move connect|listen PLACE");
	return 0;
}
