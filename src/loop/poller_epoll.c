#include <errno.h>

#include "loop/poller.h"
#include "sys/file.h"
#include "sys/wait.h"

struct poller_over_epoll {
	struct poller base;
	int epfd;
	struct epoll_event batch[POLLER_BATCH];
};

static struct poller_over_epoll *of(struct poller *base)
{
	return CONTAINER_OF(base, struct poller_over_epoll, base);
}

static struct poller *make(int *error)
{
	struct poller_over_epoll *p = malloc(sizeof *p);

	*error = -ENOMEM;
	if (!p)
		return NULL;
	p->epfd = sys_epoll_create();
	if (p->epfd < 0) {
		*error = p->epfd;
		free(p);
		return NULL;
	}
	p->base.kind = &poller_epoll;
	return &p->base;
}

static void over(struct poller *base)
{
	struct poller_over_epoll *p = of(base);

	(void)sys_close(p->epfd);
	free(p);
}

static uint32_t to_epoll(unsigned interest)
{
	return (interest & READY_IN ? EPOLLIN : 0u) | (interest & READY_OUT ? EPOLLOUT : 0u) |
	       (interest & READY_SHARED ? EPOLLEXCLUSIVE : 0u);
}

static unsigned from_epoll(uint32_t events)
{
	return (events & EPOLLIN ? READY_IN : 0u) | (events & EPOLLOUT ? READY_OUT : 0u) |
	       (events & (EPOLLERR | EPOLLHUP) ? READY_TROUBLE : 0u);
}

static int add(struct poller *p, int fd, unsigned interest, void *data)
{
	return sys_epoll_ctl(of(p)->epfd, EPOLL_CTL_ADD, fd, to_epoll(interest), data);
}

static int change(struct poller *p, int fd, unsigned interest, void *data)
{
	return sys_epoll_ctl(of(p)->epfd, EPOLL_CTL_MOD, fd, to_epoll(interest), data);
}

static void forget(struct poller *p, int fd)
{
	/* Fails only for a descriptor that is not there. */
	(void)!sys_epoll_ctl(of(p)->epfd, EPOLL_CTL_DEL, fd, 0, NULL);
}

/* Closing does it (man 7 epoll). */
static void closing(struct poller *p, int fd)
{
	(void)p;
	(void)fd;
}

static int wait(struct poller *base, struct poller_event *events, size_t size, nsec_t timeout)
{
	struct poller_over_epoll *p = of(base);
	int room = size < POLLER_BATCH ? (int)size : POLLER_BATCH;
	int count = sys_epoll_wait(p->epfd, p->batch, room, timeout);

	for (int i = 0; i < count; i++)
		events[i] = (struct poller_event){ p->batch[i].data.ptr,
			                           from_epoll(p->batch[i].events) };
	return count;
}

const struct poller_kind poller_epoll = {
	.make = make,
	.free = over,
	.add = add,
	.change = change,
	.remove = forget,
	.closing = closing,
	.wait = wait,
};
