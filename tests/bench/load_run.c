/* The clients of a load generator: what each has asked, and what has come back. */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

struct client {
	int fd;
	bool answered;                  /* once at least */
	bool waits_to_send;             /* the kernel has not taken all that is asked */
	uint64_t asked, sent, received; /* bytes */
	uint64_t *since;                /* when each of the last DEPTH requests was asked */
};

struct run {
	const struct load *load;
	struct finding *found;
	int epoll;
	bool measures, over;
	uint64_t start;  /* of measuring; what was asked before that has no latency */
	uint32_t number; /* of connections, for their addresses */
	struct client *clients;
};

static char received[LOAD_BURST];

static void watch(const struct run *run, struct client *client, int op, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = client };

	if (epoll_ctl(run->epoll, op, client->fd, &event))
		err(1, "epoll_ctl");
}

/*
 * Requests that are asked but not sent; at most what one call takes, the rest when there is room.
 */
static bool client_send(struct run *run, struct client *client)
{
	const struct load *load = run->load;

	while (client->sent < client->asked) {
		uint64_t n = client->asked - client->sent;

		if (n > LOAD_BURST)
			n = LOAD_BURST;
		ssize_t taken = send(client->fd, load->pattern + client->sent % load->size, n,
		                     MSG_DONTWAIT | MSG_NOSIGNAL);
		if (taken < 0 && errno != EAGAIN)
			return false;
		client->sent += taken < 0 ? 0 : (uint64_t)taken;
		if (taken < (ssize_t)n)
			break;
	}
	if (!load->reconnects && client->waits_to_send != (client->sent < client->asked)) {
		client->waits_to_send = !client->waits_to_send;
		watch(run, client, EPOLL_CTL_MOD,
		      client->waits_to_send ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
	return true;
}

static void client_ask(const struct run *run, struct client *client, uint64_t now)
{
	client->since[client->asked / run->load->size % run->load->depth] = now;
	client->asked += run->load->size;
}

static void note_answer(struct run *run, struct client *client, uint64_t since, uint64_t now)
{
	if (!client->answered) {
		client->answered = true;
		run->found->served++;
	}
	if (!run->measures)
		return;
	if (since >= run->start)
		spread_add(&run->found->spread, now - since);
	if (++run->found->requests == run->load->requests)
		run->over = true;
}

/*
 * Take what has come; false when the connection is broken. *ANSWERS is how many requests it
 * completed.
 */
static bool client_receive(struct run *run, struct client *client, unsigned *answers)
{
	const struct load *load = run->load;
	ssize_t n = recv(client->fd, received, sizeof received, MSG_DONTWAIT);

	*answers = 0;
	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	if (client->received + (uint64_t)n > client->sent ||
	    memcmp(received, load->pattern + client->received % load->size, (size_t)n) != 0)
		errx(1, "what came back is not what was sent");
	uint64_t before = client->received / load->size, now = load_now();

	client->received += (uint64_t)n;
	for (uint64_t i = before; i < client->received / load->size; i++) {
		note_answer(run, client, client->since[i % load->depth], now);
		++*answers;
		if (!load->reconnects)
			client_ask(run, client, now);
	}
	return true;
}

/*
 * Addresses of loopback in turn: those that just closed are in TIME_WAIT, and one address has
 * 28,000 ports.
 */
static struct sockaddr_in source_address(struct run *run)
{
	uint32_t n = run->number++ & 0xffff;

	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x010000 + n),
	};
}

static void slot_connect(struct run *run, struct client *client)
{
	const struct load *load = run->load;
	struct sockaddr_in from = source_address(run);
	const int on = 1;

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		err(1, "socket");
	if (ntohl(load->at.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET &&
	    (setsockopt(client->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) ||
	     bind(client->fd, (struct sockaddr *)&from, sizeof from)))
		err(1, "bind");
	client->asked = client->sent = client->received = 0;
	client_ask(run, client, load_now());
	if (connect(client->fd, (const struct sockaddr *)&load->at, sizeof load->at) &&
	    errno != EINPROGRESS)
		err(1, "connect");
	watch(run, client, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT | EPOLLET);
}

/* One request on one connection; then the slot has another. */
static void slot_run(struct run *run, struct client *client, uint32_t events)
{
	unsigned answers = 0;
	bool fine = !(events & EPOLLERR);

	if (fine && (events & EPOLLOUT))
		fine = client_send(run, client);
	if (fine && (events & EPOLLIN))
		fine = client_receive(run, client, &answers);
	if (fine && !answers)
		return;
	if (!fine)
		run->found->failed++;
	(void)close(client->fd);
	slot_connect(run, client);
}

static void client_run(struct run *run, struct client *client, uint32_t events)
{
	unsigned answers = 0;

	if (((events & ~(uint32_t)EPOLLOUT) && !client_receive(run, client, &answers)) ||
	    !client_send(run, client)) {
		run->found->failed++;
		(void)close(client->fd);
		client->fd = -1;
	}
}

static void turn(struct run *run, uint64_t until)
{
	struct epoll_event events[64];
	uint64_t now = load_now();
	int n = epoll_wait(run->epoll, events, 64,
	                   now < until ? (int)((until - now + 999999) / 1000000) : 0);

	if (n < 0 && errno != EINTR)
		err(1, "epoll_wait");
	for (int i = 0; i < n && !run->over; i++) {
		if (run->load->reconnects)
			slot_run(run, events[i].data.ptr, events[i].events);
		else
			client_run(run, events[i].data.ptr, events[i].events);
	}
}

/*
 * The next client comes when this one is answered, so that no queue of a server overflows, which
 * would cost clients a second each; but not after UNTIL.
 */
static void await_answer(const struct client *client, uint64_t until)
{
	struct pollfd poll_fd = { .fd = client->fd, .events = POLLIN };
	uint64_t now = load_now();

	if (now < until && poll(&poll_fd, 1, (int)((until - now) / 1000000)) < 0)
		err(1, "poll");
}

static void begin(struct run *run, uint64_t until)
{
	const struct load *load = run->load;

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->clients = calloc(load->clients, sizeof *run->clients);
	if (run->epoll < 0 || !run->clients)
		err(1, "begin");
	/* The first waits until there is a server; a slot that is refused later is a failure. */
	int first = load_connect(load);

	for (uint32_t i = 0; i < load->clients; i++) {
		struct client *client = &run->clients[i];

		client->since = calloc(load->depth, sizeof *client->since);
		if (!client->since)
			err(1, "begin");
		if (load->reconnects) {
			slot_connect(run, client);
			continue;
		}
		client->fd = i == 0 ? first : load_connect(load);
		watch(run, client, EPOLL_CTL_ADD, EPOLLIN);
		for (uint32_t k = 0; k < load->depth; k++)
			client_ask(run, client, load_now());
		if (!client_send(run, client))
			err(1, "send");
		await_answer(client, until);
	}
	if (load->reconnects)
		(void)close(first);
}

void load_run(const struct load *load, struct finding *found)
{
	static struct run run; /* to the end of the program */
	uint64_t until = load_now() + (uint64_t)(load->warm * 1e9);

	run.load = load;
	run.found = found;
	begin(&run, until);
	while (found->served < load->clients && load_now() < until)
		turn(&run, until);

	if (load->session)
		found->before = cost_of(load->session, false);
	double cpu = load_cpu();
	uint64_t start = load_now();

	run.measures = true;
	run.start = start;
	until = start + (uint64_t)(load->seconds * 1e9);
	while (!run.over && load_now() < until)
		turn(&run, until);
	found->seconds = (double)(load_now() - start) / 1e9;
	found->cpu_seconds = load_cpu() - cpu;
	if (load->session) {
		/*
		 * What its processor did until now; its memory is read after that, for it takes
		 * longer.
		 */
		struct cost now = cost_of(load->session, false);

		found->after = cost_of(load->session, true);
		found->after.cpu_seconds = now.cpu_seconds;
	}
}

/* One request and its whole answer, waited for. */
static void ask_once(const struct load *load, int fd)
{
	if (send(fd, load->pattern, load->size, MSG_NOSIGNAL) != (ssize_t)load->size)
		err(1, "send");
	for (uint32_t got = 0; got < load->size;) {
		ssize_t n = recv(fd, received, sizeof received, 0);

		if (n <= 0 || (size_t)n > load->size - got)
			err(1, "the answer ended after %u bytes", got);
		got += (uint32_t)n;
	}
}

void load_idle(const struct load *load, struct finding *found, double *idle_cpu)
{
	struct timespec rest = { .tv_sec = (time_t)load->seconds };
	uint64_t start = load_now();

	rest.tv_nsec = (long)((load->seconds - (double)rest.tv_sec) * 1e9);
	for (uint32_t i = 0; i < load->clients; i++) {
		int fd = load_connect(load);

		ask_once(load, fd);
		found->served++;
		found->requests++;
		if (i == 0 && load->session)
			found->before = cost_of(load->session, true);
	}
	found->seconds = (double)(load_now() - start) / 1e9;
	if (!load->session)
		return;
	found->after = cost_of(load->session, true);
	double cpu = cost_of(load->session, false).cpu_seconds;

	(void)nanosleep(&rest, NULL);
	*idle_cpu = cost_of(load->session, false).cpu_seconds - cpu;
}
