#include "serve/server.h"

#include <errno.h>
#include <stdatomic.h>

#include "out/failure.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/socket.h"

/* Counters are only added to; nothing else depends on their order. */
#define COUNT(counter, by) atomic_fetch_add_explicit(&(counter), (by), memory_order_relaxed)
#define COUNTED(counter) atomic_load_explicit(&(counter), memory_order_relaxed)

int server_start(struct server *s, struct loop *loop, const struct server_request *request,
                 struct report *report, struct err *err)
{
	*s = (struct server){ .loop = loop, .request = request, .report = report };
	s->totals = sys_shared_memory(sizeof *s->totals);
	return s->totals ? 0 : err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
}

bool server_claim(struct server *s)
{
	const struct server_request *q = s->request;

	if (atomic_fetch_add(&s->totals->now, 1) >= q->max_conns) {
		(void)atomic_fetch_sub(&s->totals->now, 1);
		return false;
	}
	if (q->max_accepts && atomic_fetch_add(&s->totals->claimed, 1) >= q->max_accepts) {
		server_unclaim(s);
		return false;
	}
	return true;
}

void server_unclaim(struct server *s)
{
	if (s->request->max_accepts)
		(void)atomic_fetch_sub(&s->totals->claimed, 1);
	(void)atomic_fetch_sub(&s->totals->now, 1);
}

bool server_is_full(const struct server *s)
{
	return COUNTED(s->totals->now) >= s->request->max_conns;
}

bool server_all_came(const struct server *s)
{
	return s->request->max_accepts && COUNTED(s->totals->clients) >= s->request->max_accepts;
}

bool server_is_done(const struct server *s)
{
	return s->request->max_accepts && atomic_load(&s->totals->now) == 0 &&
	       atomic_load(&s->totals->claimed) >= s->request->max_accepts;
}

void server_stop_listening(const struct server *s)
{
	for (size_t i = 0; i < s->request->place_count; i++)
		if (!s->request->places[i].datagrams)
			listener_stop(s->request->places[i].listener);
}

void server_moved(struct server *s, uint64_t received, uint64_t sent)
{
	COUNT(s->totals->received_bytes, received);
	COUNT(s->totals->sent_bytes, sent);
}

nsec_t server_sample(struct server *s, nsec_t now)
{
	uint64_t bytes = COUNTED(s->totals->received_bytes) + COUNTED(s->totals->sent_bytes);

	if (!s->request->stats)
		return NSEC_NEVER;
	if (s->sample_at == 0)
		s->sample_at = nsec_after(now, NSEC_PER_SEC);
	for (; now >= s->sample_at; s->sample_at += NSEC_PER_SEC) {
		plot_add(&s->plot, bytes - s->sampled);
		s->sampled = bytes;
	}
	return s->sample_at;
}

static void server_note_peak(struct server *s)
{
	struct server_totals *t = s->totals;
	uint64_t now = COUNTED(t->now), peak = COUNTED(t->peak);

	/* Claims that are about to fail count for a moment. */
	if (now > s->request->max_conns)
		now = s->request->max_conns;
	while (now > peak && !atomic_compare_exchange_weak(&t->peak, &peak, now))
		continue;
}

static const char *server_place_name(const struct server_place *place)
{
	return place->service ? place->service->name : place->name;
}

void server_client_came(struct server *s, struct server_client *client, int fd)
{
	struct addr local = { .len = sizeof local.at };

	client->id = COUNT(s->totals->clients, 1) + 1;
	client->since = sys_now();
	server_note_peak(s);
	if (!report_is_heard(s->report) || sys_getsockname(fd, &local.at.any, &local.len) != 0)
		return;
	REPORT(s->report, REPORT_CLIENT_CAME, FIELD_INT("client", client->id),
	       FIELD_ADDR("peer", client->peer), FIELD_ADDR("local", &local),
	       FIELD_STR("service", server_place_name(client->place)));
}

struct client_end client_end_of(const struct exchange *x, const char *cut)
{
	struct client_end end = {
		.received = x ? exchange_received(x) : 0,
		.sent = x ? exchange_sent(x) : 0,
		.reason = cut,
		.failed = cut != NULL,
	};
	int error;

	if (cut)
		return end;
	switch (exchange_end(x, &error)) {
	case EXCHANGE_ENDED:
		end.reason = "ended";
		break;
	case EXCHANGE_RESET:
		end.reason = "reset by the service";
		break;
	case EXCHANGE_FAILED:
		end.reason = failure_errno_text(error);
		end.failed = true;
		break;
	}
	return end;
}

static void server_note_failed_here(struct server *s, const struct server_client *client,
                                    const char *reason)
{
	struct text t = TEXT_OVER(s->failed_here);

	if (COUNT(s->totals->failed_here, 1) == 0)
		text_add(&t, "client %llu: %s", (unsigned long long)client->id, reason);
}

void server_client_gone(struct server *s, const struct server_client *client,
                        const struct client_end *end)
{
	COUNT(s->totals->failed, end->failed ? 1 : 0);
	if (end->failed_here)
		server_note_failed_here(s, client, end->reason);
	(void)atomic_fetch_sub(&s->totals->now, 1);
	if (!report_is_heard(s->report))
		return;
	if (end->uncounted)
		REPORT(s->report, REPORT_CLIENT_GONE_UNCOUNTED, FIELD_INT("client", client->id),
		       FIELD_STR("reason", end->reason),
		       FIELD_TIME("time", sys_now() - client->since),
		       FIELD_ADDR("peer", client->peer));
	else
		REPORT(s->report, REPORT_CLIENT_GONE, FIELD_INT("client", client->id),
		       FIELD_STR("reason", end->reason), FIELD_INT("received_bytes", end->received),
		       FIELD_INT("sent_bytes", end->sent),
		       FIELD_TIME("time", sys_now() - client->since),
		       FIELD_ADDR("peer", client->peer));
}

void server_break(struct server *s, const struct err *err)
{
	if (!s->broken)
		s->failure = *err;
	s->broken = true;
	loop_stop(s->loop);
}

/* What is only told as text where there is something to tell. */
static void totals_add_words(struct text *t, struct server_totals *totals, uint64_t refused)
{
	uint64_t received = COUNTED(totals->received_datagrams);
	uint64_t undelivered = COUNTED(totals->undelivered_datagrams);
	uint64_t failed = COUNTED(totals->failed);

	if (received > 0)
		text_add(t, "; received %llu datagrams, sent %llu", (unsigned long long)received,
		         (unsigned long long)COUNTED(totals->sent_datagrams));
	if (undelivered > 0)
		text_add(t, ", lost %llu", (unsigned long long)undelivered);
	if (refused > 0)
		text_add(t, "; %llu refused", (unsigned long long)refused);
	if (failed > 0)
		text_add(t, "; %llu failed", (unsigned long long)failed);
}

/* Those that all places together did not let in: they have one admission, if any. */
static uint64_t server_refused_comers(const struct server *s)
{
	return admission_refused(listener_admission(s->request->places[0].listener));
}

void server_tell_totals(struct server *s, bool urgent)
{
	struct server_totals *t = s->totals;
	uint64_t refused = COUNTED(t->refused) + server_refused_comers(s);
	char buf[256] = "";
	struct text words = TEXT_OVER(buf);

	totals_add_words(&words, t, refused);
	REPORT_WITH(s->report, REPORT_TOTALS, urgent, FIELD_INT("clients", COUNTED(t->clients)),
	            FIELD_INT("now", COUNTED(t->now)), FIELD_INT("peak", COUNTED(t->peak)),
	            FIELD_INT("received_bytes", COUNTED(t->received_bytes)),
	            FIELD_INT("sent_bytes", COUNTED(t->sent_bytes)),
	            FIELD_INT("received_datagrams", COUNTED(t->received_datagrams)),
	            FIELD_INT("sent_datagrams", COUNTED(t->sent_datagrams)),
	            FIELD_INT("undelivered_datagrams", COUNTED(t->undelivered_datagrams)),
	            FIELD_INT("refused", refused), FIELD_INT("failed", COUNTED(t->failed)),
	            FIELD_WORDS(buf));
}

static void server_tell_plot(struct server *s)
{
	char buf[4 * PLOT_COLUMNS];
	struct text t = TEXT_OVER(buf);

	plot_show(&s->plot, &t);
	REPORT_WITH(s->report, REPORT_PLOT, true, FIELD_INT("seconds", s->plot.seconds),
	            FIELD_WORDS(buf));
}

void server_end(struct server *s)
{
	if (s->request->stats)
		server_tell_totals(s, true);
	/* For people. */
	if (s->request->stats && s->plot.count > 0 && sys_is_terminal(2))
		server_tell_plot(s);
	sys_shared_memory_free(s->totals, sizeof *s->totals);
	s->totals = NULL;
}
