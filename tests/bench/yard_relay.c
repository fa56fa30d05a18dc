/*
 * The yardstick of relaying both ways: poll, read, write.
 *
 *     yard_relay connect PORT        standard input and output, and port PORT of 127.0.0.1
 *     yard_relay forward PORT TO     a client of port PORT, and port TO; then the next client
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

/* What came; false at the end, or when either is broken. */
static bool move(int from, int to)
{
	ssize_t n = read(from, buffer, sizeof buffer);

	for (ssize_t done = 0; done < n;) {
		ssize_t now = write(to, buffer + done, (size_t)(n - done));

		if (now < 0)
			return false;
		done += now;
	}
	return n > 0;
}

/* Until both directions have ended: IN to FD, and FD to OUT. */
static void relay(int in, int out, int fd)
{
	struct pollfd wait[] = { { .fd = in, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	while (wait[0].fd >= 0 || wait[1].fd >= 0) {
		if (poll(wait, 2, -1) < 0)
			err(1, "poll");
		if (wait[0].revents && !move(in, fd)) {
			(void)shutdown(fd, SHUT_WR);
			wait[0].fd = -1;
		}
		if (wait[1].revents && !move(fd, out)) {
			(void)shutdown(out,
			               SHUT_WR); /* of a socket; a pipe ends with this program */
			wait[1].fd = -1;
		}
	}
}

static struct sockaddr_in place(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
	};
}

static int connected(const char *port)
{
	struct sockaddr_in at = place(port);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    connect(fd, (struct sockaddr *)&at, sizeof at))
		err(1, "connect");
	return fd;
}

static void forward(const char *port, const char *to)
{
	struct sockaddr_in at = place(port);
	const int on = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0 || setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 64))
		err(1, "listen");
	for (;;) {
		int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			err(1, "accept");
		int target = connected(to);

		relay(client, client, target);
		(void)close(client);
		(void)close(target);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "connect") == 0)
		relay(STDIN_FILENO, STDOUT_FILENO, connected(argv[2]));
	else if (argc == 4 && strcmp(argv[1], "forward") == 0)
		forward(argv[2], argv[3]);
	else
		errx(2, "usage: yard_relay connect PORT | forward PORT TO");
	return 0;
}
