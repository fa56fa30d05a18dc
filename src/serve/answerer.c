#include "serve/answerer.h"

#include <errno.h>
#include <string.h>

#include "out/failure.h"
#include "sys/clock.h"

/* How long receiving rests when memory is out. */
#define ANSWERER_PAUSE (200 * NSEC_PER_MSEC)

const struct mailbox_wants answerer_wants = { .peer = true, .local = true };

struct answerer_socket {
	struct answerer *answerer;
	struct watch watch;
	struct addr local;
	bool any_address; /* none was named */
};

/* Where steps write. One begins only where there is room for the largest answer. */
enum { ARENA_SIZE = 2 * SERVICE_ROOM };

struct answerer {
	struct server *server;
	const struct server_place *place;
	struct mailbox *mailbox;
	struct loop *loop; /* NULL: it is not watched */
	struct timer resume;
	bool shared;
	bool resting; /* until something was received again */
	uint64_t datagrams;
	bool told[ANSWERER_REFUSALS];
	/*
	 * What is to be sent: `count` parcels, whose bytes lie in the mailbox, the arena or the
	 * service.
	 */
	struct mailbox_parcel parcels[MAILBOX_BATCH];
	struct correspondent correspondents[MAILBOX_BATCH];
	size_t count, arena_used;
	_Alignas(max_align_t) uint8_t arena[ARENA_SIZE];
	uint16_t *ports; /* of all places for datagrams: they answer */
	size_t port_count;
	size_t socket_count;
	struct answerer_socket sockets[];
};

static void count_up(_Atomic uint64_t *total, uint64_t n)
{
	(void)atomic_fetch_add_explicit(total, n, memory_order_relaxed);
}

/* ---- What must not be answered ---- */

/* Those that answer: echo, discard, daytime, qotd, chargen, time; and 0, at which nobody is. */
static bool port_is_known(uint16_t port)
{
	static const uint16_t known[] = { 0, 7, 9, 13, 17, 19, 37 };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (port == known[i])
			return true;
	return false;
}

static bool port_answers(const struct answerer *a, const struct addr *peer)
{
	uint16_t port = (uint16_t)addr_port(peer);

	if (peer->at.any.sa_family == AF_UNIX)
		return false;
	for (size_t i = 0; i < a->port_count; i++)
		if (port == a->ports[i])
			return true;
	return port_is_known(port);
}

static enum answerer_refusal answerer_check(const struct answerer *a,
                                            const struct answerer_socket *socket,
                                            const struct letter *letter,
                                            const struct correspondent *from)
{
	bool local = from->peer.at.any.sa_family == AF_UNIX || addr_is_loopback(&from->peer);

	if (!correspondent_can_be_answered(from))
		return ANSWERER_NAMELESS;
	if (letter->sent_len > letter->len)
		return ANSWERER_CUT;
	if (port_answers(a, &from->peer))
		return ANSWERER_STORM;
	if (a->place->service->amplifies && socket->any_address && !local)
		return ANSWERER_AMPLIFIES;
	return ANSWERER_ANSWERS;
}

/* The first of a kind: more would fill the disk of whoever logs them. */
static void answerer_refuse(struct answerer *a, enum answerer_refusal why, const struct addr *peer)
{
	static const char *const reasons[ANSWERER_REFUSALS] = {
		[ANSWERER_NAMELESS] = "the sender's socket has no name",
		[ANSWERER_CUT] = "the datagram was too long to be received whole",
		[ANSWERER_STORM] = "a service at that port would answer the answer",
		[ANSWERER_AMPLIFIES] =
			"the answer is larger than the question, and no address was named to serve others",
	};

	count_up(&a->server->totals->refused, 1);
	if (a->told[why])
		return;
	a->told[why] = true;
	REPORT(a->server->report, REPORT_REFUSED_DATAGRAM,
	       FIELD_STR("service", a->place->service->name), FIELD_ADDR("peer", peer),
	       FIELD_STR("reason", reasons[why]));
}

/* ---- Sending ---- */

/*
 * Not there any more, its buffer full, an error that an earlier answer brought back: the others are
 * answered.
 */
static void answerer_lose(struct answerer *a, const struct mailbox_parcel *parcel, int error)
{
	count_up(&a->server->totals->undelivered_datagrams, 1);
	if (a->told[ANSWERER_UNSENT])
		return;
	a->told[ANSWERER_UNSENT] = true;
	REPORT(a->server->report, REPORT_UNDELIVERED, FIELD_ADDR("peer", &parcel->to->peer),
	       FIELD_INT("size", parcel->len), FIELD_STR("reason", failure_errno_text(error)));
}

/*
 * Whether an error may be that of an earlier datagram, which the kernel tells with the next call.
 */
static bool error_may_be_old(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
	       error == EHOSTDOWN || error == ENOPROTOOPT;
}

static void answerer_send(struct answerer *a, int fd)
{
	uint64_t sent = 0, bytes = 0;
	bool again = true;

	for (size_t i = 0; i < a->count;) {
		int n = mailbox_send(fd, a->parcels + i, a->count - i);

		if (n > 0) {
			for (size_t end = i + (size_t)n; i < end; i++)
				bytes += a->parcels[i].len;
			sent += (uint64_t)n;
			again = true;
		} else if (again && error_may_be_old(-n)) {
			again = false;
		} else {
			answerer_lose(a, &a->parcels[i++], -n);
			again = true;
		}
	}
	count_up(&a->server->totals->sent_datagrams, sent);
	count_up(&a->server->totals->sent_bytes, bytes);
	a->count = a->arena_used = 0;
}

/* ---- Answering ---- */

/* Round up, so that a state can begin there. */
static size_t aligned(size_t n)
{
	return (n + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

/*
 * Keep what lies in the arena until it is sent: the state, and the room after it as far as it was
 * used.
 */
static void answerer_keep(struct answerer *a, const struct service_turn *turn)
{
	uintptr_t arena = (uintptr_t)a->arena, give = (uintptr_t)turn->give;

	if (give >= arena && give < arena + ARENA_SIZE)
		a->arena_used = aligned(give - arena + turn->give_len);
}

static void answerer_tell(const struct answerer *a, const struct letter *letter,
                          const struct correspondent *from, const struct service_turn *turn)
{
	char words[64];
	struct text t = TEXT_OVER(words);

	if (turn->give)
		text_add(&t, ", %zu back", turn->give_len);
	REPORT(a->server->report, REPORT_SERVED_DATAGRAM,
	       FIELD_STR("service", a->place->service->name), FIELD_ADDR("peer", &from->peer),
	       FIELD_ADDR("local", &from->local), FIELD_INT("size", letter->sent_len),
	       FIELD_BOOL("answered", turn->give != NULL), FIELD_INT("answer_size", turn->give_len),
	       FIELD_WORDS(words));
}

/* One step. It is given a copy of nothing: letters may be written to. */
static void answerer_step(struct answerer *a, const struct answerer_socket *socket, size_t i,
                          nsec_t now)
{
	const struct service *service = a->place->service;
	struct correspondent *from = &a->correspondents[a->count];
	struct letter letter = mailbox_letter(a->mailbox, i);
	uint8_t *state = a->arena + a->arena_used;

	mailbox_correspondent(a->mailbox, i, from);
	memset(state, 0, service->state_size);
	struct service_turn turn = {
		.service = service,
		.client = ++a->datagrams,
		.in = (uint8_t *)(uintptr_t)letter.at,
		.in_len = letter.len,
		.in_ended = true,
		.datagram = true,
		.room = state + aligned(service->state_size),
		.room_len = SERVICE_ROOM,
		.now = now,
		.peer = &from->peer,
		.setup = a->server->request->setup,
	};
	(void)service->step(state, &turn);
	enum answerer_refusal why =
		turn.give ? answerer_check(a, socket, &letter, from) : ANSWERER_ANSWERS;
	if (why != ANSWERER_ANSWERS) {
		answerer_refuse(a, why, &from->peer);
		return;
	}
	if (report_is_heard(a->server->report))
		answerer_tell(a, &letter, from, &turn);
	if (!turn.give)
		return;
	answerer_keep(a, &turn);
	a->parcels[a->count++] = (struct mailbox_parcel){ turn.give, turn.give_len, from };
}

int answerer_ready(struct answerer *a, size_t i)
{
	const struct answerer_socket *socket = &a->sockets[i];
	size_t most = ARENA_SIZE - SERVICE_ROOM - aligned(a->place->service->state_size);
	int n = mailbox_receive(a->mailbox, socket->watch.fd, &socket->local, MAILBOX_BATCH);
	nsec_t now = sys_now();
	uint64_t bytes = 0;

	/* Errors that the network sent back are those of answers that are gone. */
	if (n < 0)
		return n == -EAGAIN || error_may_be_old(-n) || !err_is_local(-n) ? 0 : n;
	n = (int)admission_sift(listener_admission(a->place->listener), a->mailbox, (size_t)n);
	for (size_t k = 0; k < (size_t)n; k++) {
		bytes += mailbox_letter(a->mailbox, k).sent_len;
		if (a->arena_used > most)
			answerer_send(a, socket->watch.fd);
		answerer_step(a, socket, k, now);
	}
	answerer_send(a, socket->watch.fd);
	count_up(&a->server->totals->received_datagrams, (uint64_t)n);
	count_up(&a->server->totals->received_bytes, bytes);
	return 0;
}

/* ---- Beginning and end ---- */

static void answerer_watch_sockets(struct answerer *a, bool on)
{
	for (size_t i = 0; i < a->socket_count; i++) {
		if (on)
			loop_watch(a->loop, &a->sockets[i].watch,
			           READY_IN | (a->shared ? READY_SHARED : 0));
		else
			loop_unwatch(&a->sockets[i].watch);
	}
}

static void answerer_resume(struct timer *timer)
{
	answerer_watch_sockets(CONTAINER_OF(timer, struct answerer, resume), true);
}

static void answerer_socket_ready(struct watch *watch, unsigned ready)
{
	struct answerer_socket *socket = CONTAINER_OF(watch, struct answerer_socket, watch);
	struct answerer *a = socket->answerer;
	int error = answerer_ready(a, (size_t)(socket - a->sockets));

	bool told = a->resting;

	(void)ready;
	a->resting = error != 0;
	if (error == 0)
		return;
	if (!told)
		REPORT_WITH(a->server->report, REPORT_RECEIVE_PAUSED, true,
		            FIELD_STR("reason", failure_errno_text(-error)));
	answerer_watch_sockets(a, false);
	loop_timer(a->loop, &a->resume, nsec_after(loop_now(a->loop), ANSWERER_PAUSE));
}

/* The ports of all places where datagrams come. */
static int answerer_find_ports(struct answerer *a)
{
	const struct server_request *q = a->server->request;
	struct addr local;
	size_t most = 0;

	for (size_t i = 0; i < q->place_count; i++)
		most += q->places[i].datagrams ? listener_sockets(q->places[i].listener) : 0;
	a->ports = calloc(most, sizeof *a->ports);
	if (!a->ports)
		return -1;
	for (size_t i = 0; i < q->place_count; i++) {
		const struct listener *l = q->places[i].listener;

		for (size_t k = 0; q->places[i].datagrams && k < listener_sockets(l); k++) {
			(void)listener_socket(l, k, &local);
			if (local.at.any.sa_family != AF_UNIX)
				a->ports[a->port_count++] = (uint16_t)addr_port(&local);
		}
	}
	return 0;
}

struct answerer *answerer_new(struct server *server, const struct server_place *place,
                              struct err *err)
{
	size_t count = listener_sockets(place->listener);
	struct answerer *a = calloc(1, sizeof *a + count * sizeof a->sockets[0]);

	if (a) {
		a->server = server;
		a->place = place;
		a->resume.fire = answerer_resume;
		a->mailbox = mailbox_new(DATAGRAM_ROOM, &answerer_wants);
	}
	if (!a || !a->mailbox || answerer_find_ports(a)) {
		answerer_free(a);
		(void)err_set(err, ERR_LOCAL, ENOMEM, "serve", "%s", place->service->name);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		struct answerer_socket *s = &a->sockets[a->socket_count++];

		s->answerer = a;
		s->watch.ready = answerer_socket_ready;
		s->watch.fd = listener_socket(place->listener, i, &s->local);
		s->any_address = place->any_address || addr_is_wildcard(&s->local);
	}
	return a;
}

void answerer_watch(struct answerer *a, struct loop *loop, bool shared)
{
	a->loop = loop;
	a->shared = shared;
	answerer_watch_sockets(a, true);
}

void answerer_free(struct answerer *a)
{
	if (!a)
		return;
	if (a->loop)
		loop_timer_cancel(a->loop, &a->resume);
	answerer_watch_sockets(a, false);
	mailbox_free(a->mailbox);
	free(a->ports);
	free(a);
}
