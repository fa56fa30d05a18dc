#include "cmd/forwarding.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/spec_parse.h"
#include "relay/closed.h"
#include "sys/process.h"

static bool has_scheme(const char *word)
{
	static const char *const schemes[] = { "tcp:", "unix:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (strncasecmp(word, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

/* What is not said is as it is on the side that listens: datagrams go on as datagrams. */
static int read_target(struct forwarding *f, const struct forwarding_wish *w, struct err *err)
{
	const char *word = w->options->endpoint;
	bool datagrams = spec_socktype(w->at->kind) == SOCK_DGRAM;
	struct spec_rules rules = { .one_word = true };

	if (spec_parse(&f->target, &word, 1, &rules, err))
		return -1;
	rules.udp = datagrams && !has_scheme(word) &&
	            spec_socktype(f->target.kind) == SOCK_STREAM && f->target.kind != SPEC_VSOCK;
	if (rules.udp && spec_parse(&f->target, &word, 1, &rules, err))
		return -1;
	if (f->target.kind == SPEC_UNIX_SEQPACKET)
		return err_usage(err, "--forward has no meaning for %s", f->target.text);
	if (datagrams && spec_socktype(f->target.kind) != SOCK_DGRAM)
		return err_usage(
			err, "datagrams of %s cannot be forwarded to %s, which is for connections",
			w->at->text, f->target.text);
	if (!datagrams && spec_socktype(f->target.kind) == SOCK_DGRAM)
		return err_usage(
			err, "connections to %s cannot be forwarded to %s, which is for datagrams",
			w->at->text, f->target.text);
	return 0;
}

/* Sessions have their own limit, and datagrams that are held back are lost. */
static int check_datagrams(const struct forwarding_wish *w, struct err *err)
{
	if (w->relay->rate)
		return err_usage(err, "--rate has no meaning for %s with --forward", w->at->text);
	if (w->relay->idle_timeout == NSEC_NEVER)
		return 0;
	(void)err_usage(err, "--idle-timeout has no meaning for %s with --forward", w->at->text);
	err_hint(err, "--session-timeout says when a sender is forgotten");
	return -1;
}

int forwarding_read(struct forwarding *f, const struct forwarding_wish *w, struct err *err)
{
	const struct forward_options *o = w->options;
	/* Families and the interface are those of the side that listens. */
	struct net_options net = { .numeric = w->net->numeric,
		                   .sockopt = o->sockopt,
		                   .sockopt_from = "--forward-sockopt" };

	if (read_target(f, w, err))
		return -1;
	if (o->accept_proxy_protocol && !w->trusts) {
		(void)err_usage(err, "--accept-proxy-protocol needs --allow or --allow-file");
		err_hint(err, "whoever may connect could claim to be anybody; name the proxies");
		return -1;
	}
	if (spec_socktype(w->at->kind) == SOCK_DGRAM && check_datagrams(w, err))
		return -1;
	if (net_options_sockopts(&net, &f->target, SOCKOPT_CONNECTS, &f->sockopts, err))
		return -1;
	f->request = (struct forward_request){
		.pair = {
			.rate = w->relay->rate,
			.idle_timeout = w->relay->idle_timeout,
			.ack_timeout = o->connect_timeout,
		},
		.target = {
			.spec = &f->target,
			.family = AF_UNSPEC,
			.numeric = w->net->numeric,
			.sockopts = &f->sockopts,
			.limit = o->connect_timeout,
		},
		.deadline = w->deadline,
		.deadline_after = w->relay->deadline,
		.sends = (enum proxy_version)o->proxy_protocol,
		.accepts_header = o->accept_proxy_protocol,
	};
	f->session_timeout = o->session_timeout;
	f->max_sessions = o->max_sessions;
	f->accept_timeout = w->accept_timeout;
	return 0;
}

/* One client, for as long as the loop turns. */
struct single {
	struct loop *loop;
	struct report *report;
	nsec_t began;
	struct err *err;
	int result;
	bool over;
};

static void single_tell(const struct single *s, const char *reason, const struct forward_end *end)
{
	struct closed_sums sums = { true, end->sent, end->received };

	closed_tell(s->report, reason, &sums, loop_now(s->loop) - s->began);
}

static void single_done(void *context, const struct forward_end *end)
{
	struct single *s = context;

	if (end->err) {
		*s->err = *end->err;
		s->result = -1;
	}
	single_tell(s, end->reason, end);
	s->over = true;
	loop_stop(s->loop);
}

int forwarding_run_one(struct loop *loop, struct forwarding *f, struct stream *client,
                       struct report *report, struct err *err)
{
	struct single s = { loop, report, loop_now(loop), err, 0, false };
	struct spares *shared = spares_new(FLOW_FULL_READ);
	struct forward *forward = NULL;

	f->request.pair.loop = loop;
	f->request.pair.shared = shared;
	f->request.report = f->request.dialling = report;
	if (shared)
		forward = forward_new(&f->request, client);
	if (!forward) {
		spares_free(shared);
		(void)stream_close(client);
		return err_set(err, ERR_LOCAL, ENOMEM, "relay", "%s", f->target.text);
	}
	forward_start(forward, 1, single_done, &s);
	if (!s.over && loop_run(loop, err)) {
		struct forward_end end;

		forward_cut(forward, &end);
		single_tell(&s, closed_reason(err), &end);
		s.result = -1;
	}
	int result = s.result;
	forward_free(forward);
	spares_free(shared);
	return result;
}

/* Datagrams, for as long as the loop turns. */
struct serving {
	struct loop *loop;
	const struct forwarding *forwarding;
	const struct listener *listener;
	struct datagram_forward *datagrams;
	struct timer unmet, deadline;
	struct err *err;
	bool late;
};

static void serving_late(struct serving *s, const char *op, const char *what, const char *limit,
                         nsec_t after)
{
	char subject[256];
	struct text t = TEXT_OVER(subject);

	listener_describe(s->listener, &t);
	(void)err_set(s->err, ERR_TIME, 0, op, "%s", subject);
	err_detail(s->err, "%s %g s%s", what, nsec_to_msec(after) / 1000, limit);
	s->late = true;
	loop_stop(s->loop);
}

static void serving_unmet(struct timer *timer)
{
	struct serving *s = CONTAINER_OF(timer, struct serving, unmet);

	if (datagram_forward_sessions(s->datagrams) == 0)
		serving_late(s, "accept", "nobody sent anything within", " (--accept-timeout)",
		             s->forwarding->accept_timeout);
}

static void serving_deadline(struct timer *timer)
{
	struct serving *s = CONTAINER_OF(timer, struct serving, deadline);

	serving_late(s, "relay", "cut by --deadline at", "", s->forwarding->request.deadline_after);
}

static int serving_run(struct serving *s, struct err *err)
{
	const struct forwarding *f = s->forwarding;

	s->unmet.fire = serving_unmet;
	s->deadline.fire = serving_deadline;
	loop_timer(s->loop, &s->unmet, nsec_after(loop_now(s->loop), f->accept_timeout));
	loop_timer(s->loop, &s->deadline, f->request.deadline);
	int result = loop_run(s->loop, err);
	loop_timer_cancel(s->loop, &s->unmet);
	loop_timer_cancel(s->loop, &s->deadline);
	return result || s->late ? -1 : 0;
}

static int serving_start(struct serving *s, struct report *report, struct err *err)
{
	const struct forwarding *f = s->forwarding;
	size_t count = listener_sockets(s->listener);
	OWN_MEM struct datagram_socket *sockets = calloc(count, sizeof *sockets);
	struct datagram_forward_request request = {
		.sockets = sockets,
		.socket_count = count,
		.target = f->request.target,
		.admission = listener_admission(s->listener),
		.session_timeout = f->session_timeout,
		.max_sessions = f->max_sessions,
	};

	if (!sockets)
		return err_set(err, ERR_LOCAL, ENOMEM, "relay", "%s", f->target.text);
	for (size_t i = 0; i < count; i++)
		sockets[i].fd = listener_socket(s->listener, i, &sockets[i].local);
	return datagram_forward_start(s->loop, &request, report, &s->datagrams, err);
}

int forwarding_run_datagrams(struct loop *loop, struct forwarding *f, struct listener *listener,
                             struct report *report, struct err *err)
{
	struct serving s = { .loop = loop, .forwarding = f, .listener = listener, .err = err };

	process_want_descriptors(f->max_sessions);
	int result = serving_start(&s, report, err);
	if (!result)
		result = serving_run(&s, err);
	datagram_forward_free(s.datagrams);
	listener_close(listener);
	return result;
}
