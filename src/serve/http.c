#include "serve/http.h"

#include <string.h>

#include "serve/http_answer.h"
#include "serve/http_page.h"
#include "serve/http_reader.h"
#include "serve/http_route.h"
#include "serve/http_syntax.h"

enum http_phase {
	HTTP_IDLE,       /* between requests */
	HTTP_READING,    /* message */
	HTTP_CONTINUING, /* 100 is being sent; message */
	HTTP_ASKED,      /* message is whole */
	HTTP_DELAYED,    /* the same, and its delay runs */
	HTTP_ANSWERING,  /* answer */
};

/* Of a client. Without a request it owns nothing. */
struct http {
	enum http_phase phase;
	uint8_t blanks;    /* idle: so many bytes of empty lines came */
	uint8_t continued; /* bytes of 100 that were sent */
	nsec_t until;      /* of the request's limit, or of its delay */
	struct http_message *message;
	struct http_answer *answer;
};

/* A turn, and how much of its input and room is taken. */
struct http_turn {
	struct service_turn *turn;
	size_t given;
};

enum { BLANKS_MAX = 16 };
static const char continue_line[] = "HTTP/1.1 100 Continue\r\n\r\n";

/*
 * What a phase returns: whether to go on with the next one; else *next is what the driver is told.
 */
static bool stop(enum service_next *next, enum service_next what)
{
	*next = what;
	return false;
}

/*
 * From the question to the answer. There is nothing better to say without memory than that it is
 * over.
 */
static bool answer_with(struct http *h, unsigned status, struct http_content content,
                        enum service_next *next)
{
	bool for_head = http_message_is_head(h->message);

	h->answer = http_answer_new(status, content, for_head, h->message->close);
	http_message_free(TAKE(h->message));
	h->phase = HTTP_ANSWERING;
	return h->answer ? true : stop(next, SERVICE_RESET);
}

static bool answer_status(struct http *h, unsigned status, const char *why, enum service_next *next)
{
	struct http_content content = http_page_status(status, why);

	return content.body ? answer_with(h, status, content, next) : stop(next, SERVICE_RESET);
}

static bool refuse(struct http *h, unsigned status, const char *why, enum service_next *next)
{
	http_message_refuse(h->message, status, why);
	return answer_status(h, status, why, next);
}

/* Empty lines before a request are passed over (RFC 9112 section 2.2), but not without end. */
static void skip_blanks(struct http *h, struct service_turn *turn)
{
	while (turn->used < turn->in_len && h->blanks < BLANKS_MAX) {
		const uint8_t *at = turn->in + turn->used;
		size_t n = at[0] == '\r' ? 2 : 1;

		if (turn->in_len - turn->used < n || at[n - 1] != '\n')
			return;
		h->blanks += (uint8_t)n;
		turn->used += n;
	}
}

/* What cannot begin a request, such as the hello of TLS, need not be waited for to its end. */
static bool do_idle(struct http *h, struct http_turn *t, enum service_next *next)
{
	struct service_turn *turn = t->turn;

	skip_blanks(h, turn);
	size_t left = turn->in_len - turn->used;
	const uint8_t *at = turn->in + turn->used;
	if (left == 0 || (left == 1 && at[0] == '\r'))
		return stop(next, turn->in_ended ? SERVICE_END : SERVICE_READ);
	h->blanks = 0;
	h->message = http_message_new();
	if (!h->message)
		return stop(next, SERVICE_RESET);
	h->until = nsec_after(turn->now, HTTP_REQUEST_TIME);
	h->phase = HTTP_READING;
	if (!http_is_token_char((char)at[0]))
		return refuse(h, 400, "this is not HTTP", next);
	return true;
}

static bool do_read(struct http *h, struct http_turn *t, enum service_next *next)
{
	struct service_turn *turn = t->turn;
	size_t used;
	enum http_progress progress =
		http_read(h->message, turn->in + turn->used, turn->in_len - turn->used, &used);

	turn->used += used;
	switch (progress) {
	case HTTP_HUNGRY:
		if (turn->in_ended)
			return refuse(h, 400, "the request ends too early", next);
		if (turn->now >= h->until)
			return refuse(h, 408, "the request took longer than 30 seconds", next);
		turn->wake = h->until;
		return stop(next, SERVICE_READ);
	case HTTP_CONTINUE:
		h->phase = HTTP_CONTINUING;
		h->continued = 0;
		return true;
	case HTTP_WHOLE:
		h->phase = HTTP_ASKED;
		return true;
	case HTTP_REFUSED:
		return answer_status(h, h->message->refused_status, h->message->refused, next);
	case HTTP_MEMORY:
		break;
	}
	return stop(next, SERVICE_RESET);
}

static bool do_continue(struct http *h, struct http_turn *t, enum service_next *next)
{
	size_t left = sizeof continue_line - 1 - h->continued;
	size_t room = t->turn->room_len - t->given;
	size_t n = left < room ? left : room;

	memcpy(t->turn->room + t->given, continue_line + h->continued, n);
	t->given += n;
	h->continued += (uint8_t)n;
	if (n < left)
		return stop(next, SERVICE_AGAIN);
	h->phase = HTTP_READING;
	return true;
}

/* A Unix socket's client has no name that could be looked up. */
static bool tell(struct http *h, struct http_turn *t, enum service_next *next)
{
	struct http_asker asker = { .addr = t->turn->peer, .name = t->turn->name };

	if (!asker.name && asker.addr->at.any.sa_family != AF_UNIX)
		return stop(next, SERVICE_NAME);
	struct http_content content = http_page_wants_html(h->message)
	                                      ? http_page_html(h->message, &asker)
	                                      : http_page_json(h->message, &asker);
	return content.body ? answer_with(h, 200, content, next) : stop(next, SERVICE_RESET);
}

static bool do_answer(struct http *h, struct http_turn *t, enum service_next *next)
{
	struct http_route route = http_route(h->message);
	struct http_content pattern = { .type = "text/plain; charset=utf-8",
		                        .len = route.bytes,
		                        .interval = route.interval };

	if (h->phase == HTTP_ASKED && route.delay > 0) {
		h->until = nsec_after(t->turn->now, route.delay);
		h->phase = HTTP_DELAYED;
	}
	if (h->phase == HTTP_DELAYED && t->turn->now < h->until) {
		t->turn->wake = h->until;
		return stop(next, SERVICE_WAIT);
	}
	if (route.tells)
		return tell(h, t, next);
	if (route.pattern)
		return answer_with(h, route.status, pattern, next);
	return answer_status(h, route.status, route.why, next);
}

static bool do_give(struct http *h, struct http_turn *t, enum service_next *next)
{
	struct service_turn *turn = t->turn;
	size_t n;
	enum http_given given =
		http_answer_give(h->answer, turn->room + t->given, turn->room_len - t->given,
	                         turn->now, &n, &turn->wake);
	bool closes = http_answer_closes(h->answer);

	t->given += n;
	switch (given) {
	case HTTP_GIVEN_SOME:
		return stop(next, SERVICE_AGAIN);
	case HTTP_GIVEN_EARLY:
		return stop(next, SERVICE_WAIT);
	case HTTP_GIVEN_ALL:
		break;
	}
	http_answer_free(TAKE(h->answer));
	h->phase = HTTP_IDLE;
	return closes ? stop(next, SERVICE_END) : true;
}

/* Requests that came together are answered together, as far as there is room. */
static enum service_next http_step(void *state, struct service_turn *turn)
{
	static bool (*const phases[])(struct http *, struct http_turn *, enum service_next *) = {
		[HTTP_IDLE] = do_idle,           [HTTP_READING] = do_read,
		[HTTP_CONTINUING] = do_continue, [HTTP_ASKED] = do_answer,
		[HTTP_DELAYED] = do_answer,      [HTTP_ANSWERING] = do_give,
	};
	struct http *h = state;
	struct http_turn t = { .turn = turn };
	enum service_next next = SERVICE_AGAIN;

	while (phases[h->phase](h, &t, &next))
		continue;
	turn->give = turn->room;
	turn->give_len = t.given;
	return next;
}

static void http_end(void *state)
{
	struct http *h = state;

	http_message_free(h->message);
	http_answer_free(h->answer);
}

const struct service service_http = {
	.name = "http",
	.help = "answers any request with what it asked, as JSON or as a page",
	.over = SERVICE_STREAM,
	.state_size = sizeof(struct http),
	.step = http_step,
	.end = http_end,
};
