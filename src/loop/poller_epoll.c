#include <errno.h>

#include "loop/poller.h"
#include "sys/file.h"
#include "sys/wait.h"

const char poller_built_in[] = "poller: epoll";

enum { POLLER_BATCH = 64 };

struct poller {
	int epfd;
	struct epoll_event batch[POLLER_BATCH];
};

struct poller *poller_new(int *error)
{
	struct poller *p = malloc(sizeof *p);

	*error = -ENOMEM;
	if (!p)
		return NULL;
	p->epfd = sys_epoll_create();
	if (p->epfd < 0) {
		*error = p->epfd;
		free(p);
		return NULL;
	}
	return p;
}

void poller_free(struct poller *p)
{
	if (p)
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

int poller_add(struct poller *p, int fd, unsigned interest, void *data)
{
	return sys_epoll_ctl(p->epfd, EPOLL_CTL_ADD, fd, to_epoll(interest), data);
}

int poller_change(struct poller *p, int fd, unsigned interest, void *data)
{
	return sys_epoll_ctl(p->epfd, EPOLL_CTL_MOD, fd, to_epoll(interest), data);
}

void poller_remove(struct poller *p, int fd)
{
	/* Fails only for a descriptor that is not there. */
	(void)!sys_epoll_ctl(p->epfd, EPOLL_CTL_DEL, fd, 0, NULL);
}

/* Closing does it (man 7 epoll). */
void poller_closing(struct poller *p, int fd)
{
	(void)p;
	(void)fd;
}

int poller_wait(struct poller *p, struct poller_event *events, size_t size, nsec_t timeout)
{
	int room = size < POLLER_BATCH ? (int)size : POLLER_BATCH;
	int count = sys_epoll_wait(p->epfd, p->batch, room, timeout);

	for (int i = 0; i < count; i++)
		events[i] = (struct poller_event){ p->batch[i].data.ptr,
			                           from_epoll(p->batch[i].events) };
	return count;
}
