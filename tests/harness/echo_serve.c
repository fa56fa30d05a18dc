#include "harness/echo_serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/sockit.h"

struct child echo_serve_at(const char *operand, const char *const *args, unsigned *port)
{
	struct child child = child_start(
		&(struct plan){ .args = WORDS("echo-serve", "-v", operand), .more = args });
	int64_t deadline = clock_after(PATIENCE);
	const char *line;

	while (!(line = strstr(child_err(&child), "listening")) || !strchr(line, '\n')) {
		if (child.ended || clock_now() >= deadline)
			child_blame(&child, "does not listen");
		child_collect(&child, deadline);
	}
	*port = 0;
	if (sscanf(line, "listening on %*s %u", port) != 1 && strstr(line, "\"local_port\":"))
		sscanf(strstr(line, "\"local_port\":"), "\"local_port\":%u", port);
	return child;
}

struct child echo_serve(const char *service, enum net net, bool datagrams, const char *const *args,
                        struct place *place)
{
	static const char *const schemes[2][2] = { { "", "udp:" }, { "unix:", "unix-dgram:" } };
	bool v6 = net == NET_V6, local = net == NET_UNIX;
	struct place any = place_any(net);
	char operand[160];
	unsigned port;

	snprintf(operand, sizeof(operand), "%s=%s%s%s%s%s", service, schemes[local][datagrams],
	         v6 ? "[" : "", any.host, v6 ? "]" : "", local ? "" : ":0");
	struct child child = echo_serve_at(operand, args, &port);
	*place = net == NET_UNIX ? any : place_tcp(net, any.host, port);
	return child;
}

struct child echo_serve_plan(const struct plan *plan, enum net net, struct place *place)
{
	return sockit_listen_with("echo-serve", plan, net, place);
}

static bool is_empty(void *arg)
{
	return kill(-*(pid_t *)arg, 0) < 0 && errno == ESRCH;
}

void echo_serve_expect(struct child *server, int status)
{
	child_expect(server, status);
	if (!clock_watch(is_empty, &server->pid, clock_after(PATIENCE)))
		child_blame(server, "processes of its group are left");
}

void echo_serve_end(struct child *server)
{
	child_signal(server, SIGTERM);
	echo_serve_expect(server, 128 + SIGTERM);
}

int echo_serve_try(const struct place *place)
{
	int fd = must(socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

	if (connect(fd, (const struct sockaddr *)&place->address, place->address_size) == 0)
		return fd;
	if (errno != ECONNRESET)
		must(-1, "connect");
	close(fd);
	return -1;
}

int echo_serve_dgram(const struct place *place)
{
	int fd =
		must(socket(place->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	             "socket");
	struct sockaddr_un nameless = { .sun_family = AF_UNIX };

	if (place->net == NET_UNIX)
		must(bind(fd, (struct sockaddr *)&nameless, sizeof(nameless.sun_family)), "bind");
	must(connect(fd, (const struct sockaddr *)&place->address, place->address_size), "connect");
	return fd;
}
