#include "harness/serve.h"

#include <errno.h>
#include <signal.h>

#include "harness/clock.h"
#include "harness/fail.h"

struct child sockit_serve(const struct plan *plan, enum net net, struct place *place)
{
	return sockit_listen_with("echo-serve", plan, net, place);
}

static bool is_empty(void *arg)
{
	return kill(-*(pid_t *)arg, 0) < 0 && errno == ESRCH;
}

void sockit_serve_expect(struct child *server, int status)
{
	child_expect(server, status);
	if (!clock_watch(is_empty, &server->pid, clock_after(PATIENCE)))
		child_blame(server, "processes of its group are left");
}

void sockit_serve_end(struct child *server)
{
	child_signal(server, SIGTERM);
	sockit_serve_expect(server, 128 + SIGTERM);
}
