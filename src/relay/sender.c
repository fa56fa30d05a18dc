#include "relay/sender.h"

#include <errno.h>
#include <string.h>

#include "loop/poller.h"
#include "sys/clock.h"

/* What is read at once, several of the longest datagrams. */
enum { SENDER_BUFFER = 4 * (DATAGRAM_ROOM + FRAMING_OVERHEAD) };

/* How many batches one turn takes before the rest of the program has its own. */
enum { SENDER_BATCHES_A_TURN = 8 };

int sender_init(struct sender *s, struct stream *from, struct stream *to, enum framing framing,
                size_t longest, struct err *err)
{
	*s = (struct sender){
		.from = from,
		.to = to,
		.framing = framing,
		.longest = longest,
		.want_from = READY_IN,
		.want_time = NSEC_NEVER,
		.bad = FRAMING_DATAGRAM,
		.buf = malloc(SENDER_BUFFER),
	};
	return s->buf ? 0 : err_set(err, ERR_LOCAL, ENOMEM, "buffer", "standard input");
}

void sender_close(struct sender *s)
{
	free(s->buf);
	free(s->tap_in);
	s->buf = s->tap_in = NULL;
}

int sender_put_between(struct sender *s, const struct flow_between *between, struct err *err)
{
	s->tap = between->tap;
	s->pace = between->pace;
	if (s->tap)
		s->tap_in = malloc(SENDER_BUFFER);
	return !s->tap || s->tap_in ? 0
	                            : err_set(err, ERR_LOCAL, ENOMEM, "buffer", "standard input");
}

/* Queue the datagrams that are in the buffer. */
static void sender_cut(struct sender *s)
{
	struct framing_piece piece;

	s->first = s->count = 0;
	while (s->count < DATAGRAM_BATCH && s->bad == FRAMING_DATAGRAM) {
		enum framing_found found = framing_cut(s->framing, s->longest, s->buf + s->begin,
		                                       s->end - s->begin, s->from_ended, &piece);

		if (found == FRAMING_MORE)
			return;
		if (found != FRAMING_DATAGRAM) {
			s->bad = found;
			s->bad_piece = piece;
			return;
		}
		s->queue[s->count++] = (struct datagram){
			.at = s->buf + s->begin + piece.skip,
			.len = piece.len,
		};
		s->begin += piece.used;
		s->cut++;
	}
}

/* Move what is left of a datagram to the front: how many bytes may be read behind it. */
static size_t sender_make_room(struct sender *s)
{
	size_t room = SENDER_BUFFER;

	memmove(s->buf, s->buf + s->begin, s->end - s->begin);
	s->end -= s->begin;
	s->begin = 0;
	room -= s->end;
	if (s->tap)
		room = room / s->tap->growth - s->tap->extra;
	/* One read gives chunks of the full size, and one that is what remains. */
	if (s->framing == FRAMING_CHUNK)
		room -= room % s->longest;
	return room;
}

/* Read once. False when there is nothing to be had. */
static bool sender_read(struct sender *s)
{
	size_t room = sender_make_room(s);
	uint8_t *behind = s->buf + s->end;
	struct io io = s->from->ops->read(s->from, s->tap ? s->tap_in : behind, room);

	switch (io.kind) {
	case IO_DONE:
		s->end += s->tap ? s->tap->pass(s->tap, s->tap_in, io.n, behind) : io.n;
		s->drained = io.n < room;
		return true;
	case IO_WANT_READ:
		s->want_from = READY_IN;
		return false;
	case IO_WANT_WRITE:
		s->want_from = READY_OUT;
		return false;
	case IO_END:
	case IO_FAILED:
		s->end += s->tap ? s->tap->finish(s->tap, behind) : 0;
		s->tap = NULL;
		s->from_ended = true;
		s->from_error = io.kind == IO_FAILED ? io.error : 0;
		return true;
	}
	return false;
}

static void sender_end(struct sender *s)
{
	s->error = s->from_error;
	s->state = s->from_error                ? SENDER_FROM_FAILED
	           : s->bad == FRAMING_DATAGRAM ? SENDER_ENDED
	                                        : SENDER_BAD_INPUT;
}

/* Have something in the queue. False when there is nothing at the moment, or nothing any more. */
static bool sender_fill(struct sender *s)
{
	while (s->first == s->count) {
		bool last = s->from_ended;

		sender_cut(s);
		if (s->count > 0)
			return true;
		if (last || s->bad != FRAMING_DATAGRAM) {
			sender_end(s);
			return false;
		}
		/* Asking again would be a call for nothing. */
		if (s->drained && !s->from_ended) {
			s->want_from = READY_IN;
			return false;
		}
		if (!sender_read(s))
			return false;
	}
	return true;
}

void sender_break(struct sender *s, int error)
{
	s->state = SENDER_TO_FAILED;
	s->error = error;
}

static bool sender_ends_line(const struct sender *s, const struct datagram *d)
{
	return s->framing == FRAMING_LINE || (d->len > 0 && d->at[d->len - 1] == '\n');
}

static void sender_sent(struct sender *s, size_t n, nsec_t now)
{
	for (; n > 0; n--) {
		const struct datagram *d = &s->queue[s->first++];

		s->bytes += d->len;
		s->datagrams++;
		if (s->pace)
			pace_passed_whole(s->pace, now, d->len, sender_ends_line(s, d));
	}
}

/*
 * How many of COUNT datagrams, of which D is the first, may go at NOW: all, or with a pace one at a
 * time.
 */
static size_t sender_share(struct sender *s, const struct datagram *d, size_t count, nsec_t now)
{
	if (!s->pace)
		return count;
	if (pace_allow_whole(s->pace, now, d->len, &s->held_until))
		return 1;
	s->want_time = s->held_until;
	return 0;
}

/*
 * Send what is queued, once. False when the kernel takes no more at the moment, or the pace allows
 * none.
 */
static bool sender_send_queued(struct sender *s)
{
	const struct datagram *first = &s->queue[s->first];
	nsec_t now = s->pace ? sys_now() : 0;
	size_t count = sender_share(s, first, s->count - s->first, now);
	if (count == 0)
		return false;
	int n = s->send ? s->send(s->send_context, first, count)
	                : datagram_send(s->to, first, count);

	if (n >= 0) {
		sender_sent(s, (size_t)n, now);
		return true;
	}
	if (n == -EAGAIN) {
		s->want_to = READY_OUT;
	} else if (n == -ENOBUFS) {
		s->want_time = nsec_after(sys_now(), SENDER_PAUSE);
	} else {
		sender_break(s, n == -EPIPE ? ECONNRESET : -n);
		s->refused = first->len;
	}
	return false;
}

void sender_run(struct sender *s)
{
	if (s->state != SENDER_RUNNING)
		return;
	s->want_from = s->want_to = 0;
	s->want_time = NSEC_NEVER;
	s->drained = false;
	for (int i = 0; i < SENDER_BATCHES_A_TURN; i++)
		if (!sender_fill(s) || !sender_send_queued(s))
			return;
	/* There may be more: come back when it can be sent, or when it can be read. */
	if (s->first < s->count || s->begin < s->end || s->from_ended)
		s->want_to = READY_OUT;
	else
		s->want_from = READY_IN;
}

bool sender_is_idle(const struct sender *s)
{
	return s->first == s->count && s->want_from != 0;
}

/* Which datagram of the input was none. */
static void sender_explain_input(const struct sender *s, struct err *err)
{
	const char *unit = s->framing == FRAMING_LINE ? "line" : "datagram";
	unsigned long long number = s->cut + 1;

	if (s->bad == FRAMING_PARTIAL) {
		(void)err_set(err, ERR_LOCAL, EBADMSG, "read", "standard input");
		err_detail(err, "(--delim len: it ends in the middle of datagram %llu) ", number);
		return;
	}
	(void)err_set(err, ERR_LOCAL, EMSGSIZE, "read", "standard input");
	if (s->framing == FRAMING_LINE)
		err_detail(err, "(line %llu has more than the %zu bytes of a datagram) ", number,
		           s->longest);
	else
		err_detail(err, "(%s %llu has %zu bytes, a datagram has at most %zu) ", unit,
		           number, s->bad_piece.len, s->longest);
	if (s->longest < DATAGRAM_LONGEST_UDP && s->bad_piece.len <= DATAGRAM_LONGEST_UDP)
		err_hint(err, "--datagram-size sets how long a datagram may be");
}

void sender_explain(const struct sender *s, struct err *err)
{
	char name[256];
	struct text t = TEXT_OVER(name);

	switch (s->state) {
	case SENDER_RUNNING:
	case SENDER_ENDED:
		break;
	case SENDER_BAD_INPUT:
		sender_explain_input(s, err);
		break;
	case SENDER_FROM_FAILED:
		s->from->ops->describe(s->from, &t);
		(void)err_set(err, ERR_LOCAL, s->error, "read", "%s", name);
		break;
	case SENDER_TO_FAILED:
		s->to->ops->describe(s->to, &t);
		if (s->error != EMSGSIZE) {
			(void)err_socket(err, s->error, "send", "%s", name);
			break;
		}
		(void)err_set(err, ERR_LOCAL, s->error, "send", "%s", name);
		err_detail(err, "(a datagram of %zu bytes) ", s->refused);
		err_hint(err, "--datagram-size SIZE sends shorter ones");
		break;
	}
}
