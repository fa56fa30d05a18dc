#include "stream/listener.h"

#include <errno.h>
#include <string.h>

#include "loop/resolver.h"
#include "net/holder.h"
#include "net/passed.h"
#include "net/vsock.h"
#include "out/failure.h"
#include "stream/bound.h"
#include "stream/local.h"
#include "stream/shared.h"
#include "stream/socket.h"
#include "stream/tune.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/socket.h"

#define LISTENER_LOOKUP_LIMIT (8 * NSEC_PER_SEC)
/* A port that the kernel chose for one family may be taken in the other. */
enum { LISTENER_PORT_TRIES = 16 };

struct listener_socket {
	int fd;
	struct addr local;
	struct shared_socket shared; /* where it was passed */
};

struct listener {
	struct loop *loop;
	struct report *report;
	struct listen_request request;
	struct addr_list list;
	struct listener_socket *sockets; /* one for each address of the list */
	size_t count;
	struct local_file file;
};

int listener_type(const struct listener *l)
{
	return spec_socktype(l->request.spec->kind);
}

bool listener_is_shared(const struct listener *l)
{
	return l->request.spec->passed_count > 0;
}

static int listener_fail(const struct listener *l, struct err *err, int error, const char *op,
                         const struct addr *a)
{
	char subject[128], holder[128];
	struct text t = TEXT_OVER(subject), who = TEXT_OVER(holder);

	addr_add(&t, a);
	(void)err_set(err, ERR_LOCAL, error, op, "%s", subject);
	vsock_explain(err, a);
	if (error != EADDRINUSE || !addr_is_inet(a))
		return -1;
	(listener_type(l) == SOCK_DGRAM ? holder_add_udp : holder_add_tcp)(&who, a);
	if (holder[0])
		err_detail(err, "(%s)", holder);
	return -1;
}

struct tune listener_tune(const struct listener *l)
{
	unsigned place = listener_type(l) == SOCK_DGRAM ? SOCKOPT_DATAGRAM : SOCKOPT_STREAM;

	return (struct tune){ l->request.sockopts, place | SOCKOPT_LISTENS, l->report };
}

/* A family that this machine lacks: not compiled in, or switched off for all interfaces. */
static bool family_is_missing(const struct listener *l, const struct addr *a, int error)
{
	if (l->list.count < 2)
		return false;
	return error == -EAFNOSUPPORT ||
	       (error == -EADDRNOTAVAIL && a->at.any.sa_family == AF_INET6);
}

static void listener_close_sockets(struct listener *l)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->sockets[i].fd >= 0 && listener_is_shared(l))
			shared_give_back(&l->sockets[i].shared, l->sockets[i].fd);
		(void)sys_close(TAKE_FD(l->sockets[i].fd));
	}
}

static void listener_add(struct listener *l, int fd, const struct addr *a)
{
	l->sockets[l->count++] = (struct listener_socket){ .fd = fd, .local = *a };
}

static int listener_start(struct listener *l, int fd, const struct addr *a, struct err *err)
{
	int error = listener_type(l) == SOCK_DGRAM ? 0 : sys_listen(fd, l->request.backlog);

	if (error) {
		(void)sys_close(fd);
		return listener_fail(l, err, -error, "listen", a);
	}
	listener_add(l, fd, a);
	return 0;
}

/* Bind and listen on every address, on the port of the first. 1: that port is taken in another
 * family. */
static int listener_bind_all(struct listener *l, struct err *err)
{
	uint32_t asked = addr_port(&l->list.at[0]), port = asked;
	struct bound_options options = { listener_type(l), l->request.interface, &l->request.wants,
		                         listener_tune(l), l->request.multicast };
	const char *op;

	for (size_t i = 0; i < l->list.count; i++) {
		struct addr a = l->list.at[i];

		addr_set_port(&a, port);
		int fd = bound_open(&a, &options, &op, err);
		if (fd < 0 && strcmp(op, "sockopt") == 0)
			return -1;
		if (fd < 0 && family_is_missing(l, &a, fd)) {
			REPORT(l->report, REPORT_SKIPPED, FIELD_ADDR("local", &a),
			       FIELD_STR("reason", failure_errno_text(-fd)));
			(void)listener_fail(l, err, -fd, op, &a);
			continue;
		}
		if (fd == -EADDRINUSE && asked == 0 && port != 0)
			return 1;
		if (fd < 0 && strcmp(op, "interface") == 0)
			return err_set(err, ERR_LOCAL, -fd, op, "%s", l->request.interface);
		if (fd < 0)
			return listener_fail(l, err, -fd, op, &a);
		if (listener_start(l, fd, &a, err))
			return -1;
		port = addr_port(&a);
	}
	/* All of them skipped: err has the last reason. */
	return l->count > 0 ? 0 : -1;
}

static int listener_open_tcp(struct listener *l, struct err *err)
{
	for (int i = 0; i < LISTENER_PORT_TRIES; i++) {
		int result = listener_bind_all(l, err);

		if (result != 1)
			return result;
		listener_close_sockets(l);
		l->count = 0;
	}
	return listener_fail(l, err, EADDRINUSE, "listen", &l->list.at[0]);
}

static int listener_open_local(struct listener *l, struct err *err)
{
	const struct addr *a = &l->request.spec->address;
	OWN_FD fd = sys_socket(AF_UNIX, listener_type(l), 0);
	struct tune tune = listener_tune(l);

	if (fd < 0)
		return listener_fail(l, err, -fd, "listen", a);
	if (tune_new(&tune, fd, a, err))
		return -1;
	mailbox_ask(fd, a, &l->request.wants);
	if (local_bind(fd, a, l->request.unix_mode, &l->file, err))
		return -1;
	return listener_start(l, TAKE_FD(fd), a, err);
}

/* Every interface on both families; IPv6 first, as its port is the harder to get. */
static int listener_find_wildcards(struct listener *l, struct err *err)
{
	static const int families[] = { AF_INET6, AF_INET };
	const struct multicast *joins =
		l->request.multicast->joins.count > 0 ? l->request.multicast : NULL;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct addr a = addr_wildcard(families[i], l->request.spec->port);

		/* A family without a group would keep everybody else from the port. */
		if ((l->request.family != AF_UNSPEC && l->request.family != families[i]) ||
		    (joins && !l->request.spec->host[0] && !multicast_is_joined_at(joins, &a)))
			continue;
		if (addr_list_add(&l->list, &a))
			return err_set(err, ERR_LOCAL, ENOMEM, "listen", "%s",
			               l->request.spec->text);
	}
	return 0;
}

/* Sockets that were passed, bound and listening. */
static int listener_take_passed(struct listener *l, struct err *err)
{
	struct tune tune = listener_tune(l);

	for (size_t i = 0; i < l->list.count; i++) {
		struct addr *a = &l->list.at[i];
		int fd = (int)(PASSED_FIRST + l->request.spec->passed_first + i);

		listener_add(l, fd, a);
		int error = shared_take(&l->sockets[i].shared, fd, listener_type(l));
		if (error)
			return listener_fail(l, err, -error, "listen", a);
		mailbox_ask(fd, a, &l->request.wants);
		if (tune_new(&tune, fd, a, err))
			return -1;
	}
	return 0;
}

/* Where the passed ones are. */
static int listener_find_passed(struct listener *l, struct err *err)
{
	const struct spec *spec = l->request.spec;

	for (unsigned i = 0; i < spec->passed_count; i++) {
		struct spec one;

		if (passed_endpoint(spec->passed_first + i, &one, err))
			return -1;
		if (addr_list_add(&l->list, &one.address))
			return err_set(err, ERR_LOCAL, ENOMEM, "listen", "%s", spec->text);
	}
	return 0;
}

static int listener_find(struct listener *l, struct err *err)
{
	const struct spec *spec = l->request.spec;
	struct lookup_question question = {
		.host = spec->host,
		.port = spec->port,
		.family = l->request.family,
		.numeric = l->request.numeric,
		.passive = true,
	};

	if (!spec->host[0] || strcmp(spec->host, "*") == 0)
		return listener_find_wildcards(l, err);
	int answer = lookup_numeric(&question, &l->list, err);
	if (answer != 1)
		return answer;
	REPORT(l->report, REPORT_RESOLVING, FIELD_STR("host", question.host));
	return lookup_wait(l->loop, &question, LISTENER_LOOKUP_LIMIT, &l->list, err);
}

static int listener_open_any(struct listener *l, struct err *err)
{
	const struct spec *spec = l->request.spec;
	struct tune tune = listener_tune(l);

	if (listener_is_shared(l)) {
		if (listener_find_passed(l, err))
			return -1;
	} else if (spec_has_address(spec->kind)) {
		if (addr_list_add(&l->list, &spec->address))
			return err_set(err, ERR_LOCAL, ENOMEM, "listen", "%s", spec->text);
	} else if (listener_find(l, err)) {
		return -1;
	}
	if (tune_check(&tune, l->list.at, l->list.count, spec->text, err) ||
	    multicast_check(l->request.multicast, MULTICAST_LISTENS, &l->list, spec->text, err))
		return -1;
	l->sockets = calloc(l->list.count, sizeof *l->sockets);
	if (!l->sockets)
		return err_set(err, ERR_LOCAL, ENOMEM, "listen", "%s", spec->text);
	if (listener_is_shared(l))
		return listener_take_passed(l, err);
	return spec_is_local(spec->kind) ? listener_open_local(l, err) : listener_open_tcp(l, err);
}

static void listener_tell(const struct listener *l)
{
	bool local = spec_is_local(l->request.spec->kind);
	bool asked = !local && addr_port(&l->list.at[0]) == 0;

	for (size_t i = 0; i < l->count; i++)
		REPORT_WITH(l->report, local ? REPORT_LISTENING_LOCAL : REPORT_LISTENING, asked,
		            FIELD_ADDR("local", &l->sockets[i].local));
}

int listener_open(struct loop *loop, const struct listen_request *request, struct report *report,
                  struct listener **listener, struct err *err)
{
	struct listener *l = calloc(1, sizeof *l);

	if (!l)
		return err_set(err, ERR_LOCAL, ENOMEM, "listen", "%s", request->spec->text);
	l->loop = loop;
	l->report = report;
	l->request = *request;
	if (!request->multicast)
		l->request.multicast = &multicast_none;
	if (listener_open_any(l, err)) {
		listener_close(l);
		return -1;
	}
	listener_tell(l);
	*listener = l;
	return 0;
}

uint32_t listener_port(const struct listener *l)
{
	return addr_port(&l->sockets[0].local);
}

size_t listener_sockets(const struct listener *l)
{
	return l->count;
}

int listener_socket(const struct listener *l, size_t i, struct addr *local)
{
	*local = l->sockets[i].local;
	return l->sockets[i].fd;
}

int listener_accept(const struct listener *l, size_t i, bool blocking, struct addr *peer)
{
	const struct listener_socket *s = &l->sockets[i];

	*peer = (struct addr){ .len = sizeof peer->at };
	if (listener_is_shared(l))
		return shared_accept(&s->shared, s->fd, blocking, peer);
	return (blocking ? sys_accept_blocking : sys_accept)(s->fd, &peer->at.any, &peer->len);
}

struct admission *listener_admission(const struct listener *l)
{
	return l->request.admission;
}

void listener_describe(const struct listener *l, struct text *t)
{
	for (size_t i = 0; i < l->count; i++) {
		text_add_str(t, i > 0 ? " and " : "");
		addr_add(t, &l->sockets[i].local);
	}
}

void listener_stop(struct listener *l)
{
	struct err err;

	/* The file first: as long as the socket lives, nobody else takes it for a stale one. */
	if (spec_is_local(l->request.spec->kind) &&
	    local_remove(&l->request.spec->address, &l->file, &err))
		report_late_failure(l->report, &err);
	/* What has its name and number from now on is another's. */
	l->file = (struct local_file){ .ino = 0 };
	listener_close_sockets(l);
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	listener_stop(l);
	addr_list_free(&l->list);
	free(l->sockets);
	free(l);
}
