#include <errno.h>

#include "loop/poller.h"
#include "sys/wait.h"

const char poller_built_in[] = "poller: poll";

/* Two arrays side by side, because poll wants its own without gaps. */
struct poller {
	struct pollfd *fds;
	void **data;
	size_t count, room;
	size_t next; /* where the next look begins: those behind a full batch get their turn */
};

struct poller *poller_new(int *error)
{
	struct poller *p = calloc(1, sizeof *p);

	*error = p ? 0 : -ENOMEM;
	return p;
}

void poller_free(struct poller *p)
{
	if (!p)
		return;
	free(p->fds);
	free(p->data);
	free(p);
}

static short to_poll(unsigned interest)
{
	return (short)((interest & READY_IN ? POLLIN : 0) | (interest & READY_OUT ? POLLOUT : 0));
}

static unsigned from_poll(short events)
{
	return (events & POLLIN ? READY_IN : 0u) | (events & POLLOUT ? READY_OUT : 0u) |
	       (events & (POLLERR | POLLHUP | POLLNVAL) ? READY_TROUBLE : 0u);
}

static int poller_grow(struct poller *p)
{
	size_t room = p->room ? p->room * 2 : 8;
	struct pollfd *fds = reallocarray(p->fds, room, sizeof *fds);
	if (!fds)
		return -ENOMEM;
	p->fds = fds;
	void **data = reallocarray(p->data, room, sizeof *data);
	if (!data)
		return -ENOMEM;
	p->data = data;
	p->room = room;
	return 0;
}

static size_t poller_find(const struct poller *p, int fd)
{
	size_t i = 0;

	while (i < p->count && p->fds[i].fd != fd)
		i++;
	return i;
}

int poller_add(struct poller *p, int fd, unsigned interest, void *data)
{
	if (p->count == p->room && poller_grow(p))
		return -ENOMEM;
	p->fds[p->count] = (struct pollfd){ .fd = fd, .events = to_poll(interest) };
	p->data[p->count++] = data;
	return 0;
}

int poller_change(struct poller *p, int fd, unsigned interest, void *data)
{
	size_t i = poller_find(p, fd);

	if (i == p->count)
		return -ENOENT;
	p->fds[i].events = to_poll(interest);
	p->data[i] = data;
	return 0;
}

void poller_remove(struct poller *p, int fd)
{
	size_t i = poller_find(p, fd);

	if (i == p->count)
		return;
	p->count--;
	p->fds[i] = p->fds[p->count];
	p->data[i] = p->data[p->count];
}

void poller_closing(struct poller *p, int fd)
{
	poller_remove(p, fd);
}

int poller_wait(struct poller *p, struct poller_event *events, size_t size, nsec_t timeout)
{
	size_t found = 0;
	int count = sys_poll(p->fds, p->count, timeout);

	if (count <= 0)
		return count;
	size_t seen = 0, at = p->next;

	for (; seen < p->count && found < size; seen++, at++) {
		at = at < p->count ? at : 0;
		if (p->fds[at].revents)
			events[found++] =
				(struct poller_event){ p->data[at], from_poll(p->fds[at].revents) };
	}
	p->next = at;
	return (int)found;
}
