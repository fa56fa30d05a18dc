#include "relay/collector.h"

#include <errno.h>
#include <time.h>

enum { COLLECTOR_BATCHES_A_TURN = 8 };

int collector_init(struct collector *c, const struct collector_request *request, struct err *err)
{
	*c = (struct collector){
		.request = *request,
		.heard = report_is_heard(request->report),
	};
	c->mailbox = mailbox_new(request->room, &request->wants);
	if (!c->mailbox)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "datagrams");
	return framer_init(&c->framer, request->to, request->tap, request->framing, request->room,
	                   err);
}

void collector_close(struct collector *c)
{
	framer_close(&c->framer);
	mailbox_free(c->mailbox);
	c->mailbox = NULL;
}

/* A time of the clock on the wall, as RFC 3339 has it. */
static void add_when(struct text *t, nsec_t when)
{
	time_t seconds = when / NSEC_PER_SEC;
	char date[32] = "";
	struct tm tm;

	if (when == 0 || !gmtime_r(&seconds, &tm))
		return;
	(void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	text_add(t, "%s.%09lldZ", date, (long long)(when % NSEC_PER_SEC));
}

static const char *interface_name(struct collector *c, unsigned interface)
{
	if (interface == 0)
		return NULL;
	if (interface != c->interface)
		sys_if_name(interface, c->interface_name);
	c->interface = interface;
	return c->interface_name;
}

static void collector_tell(struct collector *c, const struct letter *l,
                           const struct correspondent *from)
{
	const char *interface = interface_name(c, from->interface);
	bool cut = l->sent_len > l->len;
	char when[64], extra[160];
	struct text t = TEXT_OVER(when), words = TEXT_OVER(extra);

	add_when(&t, l->when);
	if (interface)
		text_add(&words, " by %s", interface);
	if (when[0])
		text_add(&words, " at %s", when);
	if (cut)
		text_add(&words, ", cut to its first %zu", l->len);
	REPORT(c->request.report, REPORT_DATAGRAM, FIELD_ADDR("peer", &from->peer),
	       FIELD_ADDR("local", &from->asked), FIELD_STR("interface", interface),
	       FIELD_INT("size", l->sent_len), FIELD_INT("kept", l->len),
	       FIELD_BOOL("truncated", cut), FIELD_INT("received_ms", l->when / NSEC_PER_MSEC),
	       FIELD_STR("received_at", when[0] ? when : NULL), FIELD_WORDS(extra));
}

/* Everything that is to be known of datagram I before it is written; its tag into T. */
static void collector_note(struct collector *c, size_t i, const struct letter *l, struct text *t)
{
	struct correspondent from;

	if (l->sent_len > l->len && c->truncated++ == 0)
		/*
		 * A stranger must not be able to fill the screen: the first is told, and all are
		 * counted.
		 */
		REPORT_WITH(c->request.report, REPORT_TRUNCATED, true,
		            FIELD_INT("size", l->sent_len), FIELD_INT("kept", l->len));
	c->bytes += l->len;
	if (!c->request.wants.peer)
		return;
	mailbox_correspondent(c->mailbox, i, &from);
	if (c->heard)
		collector_tell(c, l, &from);
	if (c->request.known)
		correspondents_note(c->request.known, &from);
	if (c->request.tag) {
		addr_add_word(t, &from.peer);
		text_add_str(t, " ");
	}
}

/* Frame what was received, as far as there is room for it. */
static void collector_frame(struct collector *c)
{
	for (; c->next < c->count; c->next++) {
		struct letter l = mailbox_letter(c->mailbox, c->next);
		char tag[FRAMER_TAG] = "";
		struct text t = TEXT_OVER(tag);

		if (!framer_fits(&c->framer, l.len))
			return;
		collector_note(c, c->next, &l, &t);
		framer_add(&c->framer, &t, l.at, l.len);
	}
}

void collector_write(struct collector *c)
{
	do {
		collector_frame(c);
		enum framer_state state = framer_write(&c->framer);
		c->want_to = c->framer.want_to;
		if (state == FRAMER_FAILED) {
			c->state = COLLECTOR_TO_FAILED;
			c->error = c->framer.error;
		}
		if (state != FRAMER_EMPTY)
			return;
	} while (c->next < c->count);
	if (!c->stopped && (!c->request.most || c->datagrams < c->request.most))
		return;
	framer_end(&c->framer);
	if (framer_is_empty(&c->framer))
		c->state = COLLECTOR_ENDED;
	else
		collector_write(c);
}

int collector_receive(struct collector *c, int fd, const struct addr *local)
{
	for (int i = 0; i < COLLECTOR_BATCHES_A_TURN; i++) {
		uint64_t left = c->request.most ? c->request.most - c->datagrams : MAILBOX_BATCH;
		size_t count = left < MAILBOX_BATCH ? (size_t)left : MAILBOX_BATCH;
		int n = mailbox_receive(c->mailbox, fd, local, count);

		if (n < 0)
			return n == -EAGAIN ? 0 : n;
		c->next = 0;
		c->count = admission_sift(c->request.admission, c->mailbox, (size_t)n);
		c->datagrams += c->count;
		collector_write(c);
		if (c->state != COLLECTOR_RUNNING || c->want_to || (size_t)n < count)
			return 0;
	}
	return 0;
}

void collector_stop(struct collector *c)
{
	c->stopped = true;
	collector_write(c);
}
