/*
 * The yardstick of a client's start: the least that connects to a numeric address, sends its
 * standard input, prints the answer and ends.
 *     yard_connect ADDR PORT
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void copy(int from, int to)
{
	static char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof buffer)) > 0)
		for (ssize_t done = 0; done < n;) {
			ssize_t now = write(to, buffer + done, (size_t)(n - done));

			if (now < 0)
				err(1, "write");
			done += now;
		}
	if (n < 0)
		err(1, "read");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
		errx(2, "usage: yard_connect ADDR PORT");
	at.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at))
		err(1, "connect");
	copy(STDIN_FILENO, fd);
	if (shutdown(fd, SHUT_WR))
		err(1, "shutdown");
	copy(fd, STDOUT_FILENO);
	return 0;
}
