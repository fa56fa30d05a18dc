#include "relay/sender.h"

#include <errno.h>
#include <string.h>

#include "loop/poller.h"

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
		.bad = FRAMING_DATAGRAM,
		.buf = malloc(SENDER_BUFFER),
	};
	return s->buf ? 0 : err_set(err, ERR_LOCAL, ENOMEM, "read", "standard input");
}

void sender_close(struct sender *s)
{
	free(s->buf);
	s->buf = NULL;
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

/* Read once, behind what is left of a datagram. False when there is nothing to be had. */
static bool sender_read(struct sender *s)
{
	size_t room = SENDER_BUFFER;

	memmove(s->buf, s->buf + s->begin, s->end - s->begin);
	s->end -= s->begin;
	s->begin = 0;
	room -= s->end;
	/* One read gives chunks of the full size, and one that is what remains. */
	if (s->framing == FRAMING_CHUNK)
		room -= room % s->longest;
	struct io io = s->from->ops->read(s->from, s->buf + s->end, room);

	switch (io.kind) {
	case IO_DONE:
		s->end += io.n;
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

/* Have something in the queue. False when there is nothing for now, or nothing any more. */
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

static void sender_sent(struct sender *s, size_t n)
{
	for (; n > 0; n--) {
		s->bytes += s->queue[s->first++].len;
		s->datagrams++;
	}
}

/* Send what is queued, once. False when the kernel takes no more for now. */
static bool sender_send_queued(struct sender *s)
{
	const struct datagram *first = &s->queue[s->first];
	size_t count = s->count - s->first;
	int n = s->send ? s->send(s->send_context, first, count)
	                : datagram_send(s->to, first, count);

	if (n >= 0) {
		sender_sent(s, (size_t)n);
		return true;
	}
	if (n == -EAGAIN) {
		s->want_to = READY_OUT;
	} else if (n == -ENOBUFS) {
		s->want_pause = true;
	} else {
		s->state = SENDER_TO_FAILED;
		s->error = n == -EPIPE ? ECONNRESET : -n;
		s->refused = first->len;
	}
	return false;
}

void sender_run(struct sender *s)
{
	if (s->state != SENDER_RUNNING)
		return;
	s->want_from = s->want_to = 0;
	s->want_pause = s->drained = false;
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
