#include "serve/hostname.h"

#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/process.h"
#include "sys/wait.h"

/* What the thread and the one who waits share; the last of them to leave frees it. */
struct hostname {
	atomic_int users;
	int done; /* an eventfd */
	struct addr addr;
	char name[HOSTNAME_SIZE];
};

static void hostname_leave(struct hostname *h)
{
	if (atomic_fetch_sub(&h->users, 1) > 1)
		return;
	(void)sys_close(h->done);
	free(h);
}

static void hostname_look_up(void *arg)
{
	struct hostname *h = arg;

	if (sys_getnameinfo(&h->addr.at.any, h->addr.len, h->name, sizeof h->name, NULL, 0,
	                    NI_NAMEREQD) != 0)
		h->name[0] = '\0';
	sys_eventfd_signal(h->done);
	hostname_leave(h);
}

static struct hostname *hostname_start(const struct addr *a)
{
	struct hostname *h = calloc(1, sizeof *h);
	int fd = h ? sys_eventfd() : -1;

	if (fd < 0) {
		free(h);
		return NULL;
	}
	*h = (struct hostname){ .users = 2, .done = fd, .addr = *a };
	if (sys_thread_start(hostname_look_up, h) == 0)
		return h;
	(void)sys_close(fd);
	free(h);
	return NULL;
}

static bool hostname_await(const struct hostname *h, nsec_t until)
{
	struct pollfd done = { .fd = h->done, .events = POLLIN };
	bool hears_signals = signals_wait_mask() != NULL;
	nsec_t now;

	while ((now = sys_now()) < until && !(hears_signals && signals_caught()))
		if (sys_poll(&done, 1, until - now) > 0)
			return true;
	return false;
}

void hostname_of(const struct addr *a, nsec_t limit, char name[HOSTNAME_SIZE])
{
	bool ip = a->at.any.sa_family != AF_UNIX;
	/* Without a thread there is no name, but there is an answer. */
	struct hostname *h = ip ? hostname_start(a) : NULL;

	name[0] = '\0';
	if (!h)
		return;
	if (hostname_await(h, nsec_after(sys_now(), limit)))
		memcpy(name, h->name, sizeof h->name);
	hostname_leave(h);
}
