#include <errno.h>
#include <string.h>

#include "loop/poller.h"
#include "sys/wait.h"

/*
 * Two arrays side by side, because poll wants its own without gaps. They keep the order in which
 * things were added, and so does the telling of those that are ready.
 */
struct poller_over_poll {
	struct poller base;
	struct pollfd *fds;
	void **data;
	size_t count, room;
	size_t next; /* where the next look begins: behind a full batch, else with the first */
};

static struct poller_over_poll *of(struct poller *base)
{
	return CONTAINER_OF(base, struct poller_over_poll, base);
}

static struct poller *make(int *error)
{
	struct poller_over_poll *p = calloc(1, sizeof *p);

	if (!p) {
		*error = -ENOMEM;
		return NULL;
	}
	p->base.kind = &poller_poll;
	return &p->base;
}

static void over(struct poller *base)
{
	struct poller_over_poll *p = of(base);

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

static int grow(struct poller_over_poll *p)
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

static size_t find(const struct poller_over_poll *p, int fd)
{
	size_t i = 0;

	while (i < p->count && p->fds[i].fd != fd)
		i++;
	return i;
}

static int add(struct poller *base, int fd, unsigned interest, void *data)
{
	struct poller_over_poll *p = of(base);
	if (p->count == p->room && grow(p))
		return -ENOMEM;
	p->fds[p->count] = (struct pollfd){ .fd = fd, .events = to_poll(interest) };
	p->data[p->count++] = data;
	return 0;
}

static int change(struct poller *base, int fd, unsigned interest, void *data)
{
	struct poller_over_poll *p = of(base);
	size_t i = find(p, fd);

	if (i == p->count)
		return -ENOENT;
	p->fds[i].events = to_poll(interest);
	p->data[i] = data;
	return 0;
}

static void forget(struct poller *base, int fd)
{
	struct poller_over_poll *p = of(base);
	size_t i = find(p, fd);

	if (i == p->count)
		return;
	p->count--;
	memmove(p->fds + i, p->fds + i + 1, (p->count - i) * sizeof p->fds[0]);
	memmove(p->data + i, p->data + i + 1, (p->count - i) * sizeof p->data[0]);
}

static int wait(struct poller *base, struct poller_event *events, size_t size, nsec_t timeout)
{
	struct poller_over_poll *p = of(base);
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
	p->next = found == size ? at : 0;
	return (int)found;
}

const struct poller_kind poller_poll = {
	.make = make,
	.free = over,
	.add = add,
	.change = change,
	.remove = forget,
	.closing = forget,
	.wait = wait,
};
