/* The yardstick: the least that one thread can do to echo over TCP with level-triggered epoll.
 *     yard_echo PORT      on 127.0.0.1 */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

static void come(int epoll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		err(1, "accept");
}

/* Of a send that the kernel takes in part the rest waits for it, as nowhere but in a yardstick. */
static void serve(int fd)
{
	ssize_t n = recv(fd, buffer, sizeof buffer, 0), sent = 0;

	while (n > 0 && sent < n) {
		ssize_t now = send(fd, buffer + sent, (size_t)(n - sent), MSG_NOSIGNAL);

		sent = now < 0 && errno != EAGAIN ? n : sent + (now < 0 ? 0 : now);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN))
		(void)close(fd);
}

int main(int argc, char **argv)
{
	uint16_t port = (uint16_t)strtoul(argc > 1 ? argv[1] : "0", NULL, 10);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int on = 1; /* accepted sockets inherit it */
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(0);
	struct epoll_event events[64] = { { .events = EPOLLIN, .data.fd = listener } };

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
	    bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, SOMAXCONN) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, events))
		err(1, "listen");
	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++)
			events[i].data.fd == listener ? come(epoll, listener)
						      : serve(events[i].data.fd);
	}
}
