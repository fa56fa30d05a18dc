/* A process for each client: the kernel keeps them apart, and takes back all that they used. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "serve/blocking.h"
#include "serve/model.h"
#include "sys/child.h"
#include "sys/file.h"
#include "sys/process.h"

/* A child process and whom it serves. */
struct fork_child {
	pid_t pid;
	struct server_client client;
	struct addr peer;
};

struct forks {
	struct blocking blocking;
	struct fork_child *children;
	unsigned count, room;
	struct exchange_scratch scratch; /* of a child: the parent leaves it untouched */
};

static int forks_make_room(struct forks *f)
{
	unsigned room = f->room ? f->room * 2 : 16;

	if (f->count < f->room)
		return 0;
	struct fork_child *more = realloc(f->children, room * sizeof *more);
	if (!more)
		return ENOMEM;
	f->children = more;
	f->room = room;
	return 0;
}

static _Noreturn void forks_be_child(struct forks *f, struct blocking_client *c)
{
	blocking_close_sockets(&f->blocking);
	blocking_client_serve(c, &f->scratch);
	child_exit(0);
}

static void forks_serve(struct blocking *b, struct blocking_client *c)
{
	struct forks *f = CONTAINER_OF(b, struct forks, blocking);
	int error = forks_make_room(f);
	pid_t pid = error ? -error : sys_fork();

	if (pid < 0) {
		blocking_client_refuse(c, "start a process", -pid);
		return;
	}
	if (pid == 0)
		forks_be_child(f, c);
	/* It lives on in the child. */
	(void)stream_close(&c->stream.stream);
	f->children[f->count++] = (struct fork_child){ pid, c->client, c->peer };
}

/* One that was killed could not tell it itself. */
static void forks_bury(struct forks *f, struct fork_child *child, int status)
{
	int number = child_ended_by(status);
	char reason[64];
	struct text t = TEXT_OVER(reason);

	if (!number && !status)
		return;
	text_add(&t, number ? "its process was ended by signal %d" : "its process failed", number);
	child->client.peer = &child->peer;
	struct client_end end = client_end_of(NULL, reason);

	server_client_gone(f->blocking.server, &child->client, &end);
}

/* Children that others left to this process are no clients. */
static void forks_reap(struct forks *f)
{
	int status = 0;
	pid_t pid;

	while (f->count > 0 && (pid = sys_wait_child(&status)) > 0)
		for (unsigned i = 0; i < f->count; i++)
			if (f->children[i].pid == pid) {
				forks_bury(f, &f->children[i], status);
				f->children[i] = f->children[--f->count];
				break;
			}
}

static unsigned forks_served(struct blocking *b, unsigned most)
{
	struct forks *f = CONTAINER_OF(b, struct forks, blocking);

	(void)most;
	if (signals_take_child())
		forks_reap(f);
	return f->count;
}

static void forks_kill(struct blocking *b)
{
	struct forks *f = CONTAINER_OF(b, struct forks, blocking);

	for (unsigned i = 0; i < f->count; i++)
		(void)!sys_kill(f->children[i].pid, SIGKILL);
}

static int forks_run(struct server *server, struct err *err)
{
	static const struct blocking_way way = { forks_serve, forks_served, forks_kill };
	OWN_MEM struct forks *f = calloc(1, sizeof *f);

	if (!f)
		return err_set(err, ERR_LOCAL, ENOMEM, "wait for", "clients");
	if (blocking_open(&f->blocking, server, &way, true, err))
		return -1;
	signals_catch_children();
	int result = blocking_run(&f->blocking, err);
	blocking_close(&f->blocking);
	free(f->children);
	return result;
}

const struct model model_fork = {
	.name = "fork",
	.help = "a process for each client; safe and simple, dear to start",
	.run = forks_run,
};
