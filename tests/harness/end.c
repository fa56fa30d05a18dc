#include "harness/end.h"

#include <fcntl.h>
#include <pty.h>
#include <stddef.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "harness/fail.h"

static void unblock(int fd)
{
	must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), "F_SETFL");
}

static struct end_fds open_pipe(bool input)
{
	struct end_fds fds = { .child = -1, .test = -1 };
	int two[2];

	must(pipe2(two, O_CLOEXEC), "pipe");
	fds.child = two[input ? 0 : 1];
	fds.test = two[input ? 1 : 0];
	unblock(fds.test);
	return fds;
}

static struct end_fds open_socket(void)
{
	int two[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two), "socketpair");
	unblock(two[1]);
	return (struct end_fds){ .child = two[0], .test = two[1] };
}

static struct end_fds open_path(const char *path, int flags)
{
	int fd = must(open(path, flags | O_CLOEXEC | O_NOCTTY, 0600), path);

	return (struct end_fds){ .child = fd, .test = -1 };
}

struct end_fds end_open(const struct end *end, int number)
{
	bool input = number == STDIN_FILENO;
	int output_flags = O_WRONLY | O_CREAT;

	switch (end->kind) {
	case END_DEFAULT:
		return input ? open_path("/dev/null", O_RDONLY) : open_pipe(false);
	case END_NULL:
		return open_path("/dev/null", input ? O_RDONLY : O_WRONLY);
	case END_PIPE:
		return open_pipe(input);
	case END_SOCKET:
		return open_socket();
	case END_FILE:
		return open_path(end->path, input ? O_RDONLY : output_flags | O_TRUNC);
	case END_APPEND:
		return open_path(end->path, output_flags | O_APPEND);
	case END_FULL:
		return open_path("/dev/full", O_RDWR);
	case END_FD:
		return (struct end_fds){ .child = end->fd, .test = -1, .lent = true };
	case END_PTY:
	case END_CLOSED:
		break;
	}
	return (struct end_fds){ .child = -1, .test = -1 };
}

struct end_fds end_open_tty(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct end_fds fds = { .child = -1, .test = -1 };
	struct termios mode;

	must(openpty(&fds.test, &fds.child, NULL, NULL, &size), "openpty");
	must(tcgetattr(fds.child, &mode), "tcgetattr");
	mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	mode.c_oflag &= ~(tcflag_t)OPOST;
	must(tcsetattr(fds.child, TCSANOW, &mode), "tcsetattr");
	must(fcntl(fds.child, F_SETFD, FD_CLOEXEC), "F_SETFD");
	must(fcntl(fds.test, F_SETFD, FD_CLOEXEC), "F_SETFD");
	unblock(fds.test);
	return fds;
}

void end_close_child_side(struct end_fds *fds)
{
	if (fds->child >= 0 && !fds->lent)
		close(fds->child);
	fds->child = -1;
}
