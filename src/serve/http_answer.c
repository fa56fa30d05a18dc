#include "serve/http_answer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "serve/http_status.h"
#include "sys/clock.h"

const char http_pattern[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+\n";
enum { PATTERN_LEN = sizeof http_pattern - 1 };

struct http_answer {
	struct http_content content;
	uint64_t sent; /* of the content */
	nsec_t next;   /* of a slow one: when its next byte is due; 0 before its first */
	bool close;
	size_t head_len, head_sent;
	char head[768];
};

/* RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". */
static void add_date(struct text *t)
{
	time_t now = (time_t)(sys_wall() / NSEC_PER_SEC);
	struct tm date;
	char buf[64];

	if (gmtime_r(&now, &date) && strftime(buf, sizeof buf, "%a, %d %b %Y %H:%M:%S GMT", &date))
		text_add(t, "Date: %s\r\n", buf);
}

/* A page with what others sent must run nothing and must not be taken for another type. */
static void add_content(struct text *t, const struct http_content *content)
{
	text_add(t, "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n", content->type,
	         content->len);
	text_add_str(t, "Vary: Accept\r\nX-Content-Type-Options: nosniff\r\n"
	                "Content-Security-Policy: default-src 'none'\r\n");
}

static void write_head(struct http_answer *a, unsigned code)
{
	struct http_status status = http_status_of(code);
	struct text t = TEXT_OVER(a->head);

	text_add(&t, "HTTP/1.1 %u %s\r\n", code, status.reason);
	add_date(&t);
	text_add_str(&t, "Server: sockit\r\nCache-Control: no-store\r\n");
	text_add_str(&t, status.fields);
	if (http_status_has_content(code))
		add_content(&t, &a->content);
	else if (code == 205)
		text_add_str(&t, "Content-Length: 0\r\n");
	text_add(&t, "Connection: %s\r\n\r\n", a->close ? "close" : "keep-alive");
	assert(!t.cut);
	a->head_len = t.len;
}

struct http_answer *http_answer_new(unsigned status, struct http_content content, bool for_head,
                                    bool close)
{
	struct http_answer *a = calloc(1, sizeof *a);

	if (!a) {
		free(content.body);
		return NULL;
	}
	a->content = content;
	a->close = close;
	write_head(a, status);
	if (for_head || !http_status_has_content(status))
		a->content.len = 0;
	return a;
}

void http_answer_free(struct http_answer *a)
{
	if (a)
		free(a->content.body);
	free(a);
}

bool http_answer_closes(const struct http_answer *a)
{
	return a->close;
}

/* N bytes of the pattern from that at FROM on. */
static void fill_pattern(uint8_t *room, size_t n, size_t from)
{
	size_t done = 0;

	while (done < n) {
		size_t piece = PATTERN_LEN - from;

		if (piece > n - done)
			piece = n - done;
		memcpy(room + done, http_pattern + from, piece);
		done += piece;
		from = 0;
	}
}

/* How many bytes of the content are due, at most MOST. */
static size_t due(struct http_answer *a, size_t most, nsec_t now)
{
	size_t n = 0;

	if (a->content.interval == 0)
		return most;
	if (a->next == 0)
		a->next = now;
	for (; n < most && a->next <= now; n++)
		a->next = nsec_after(a->next, a->content.interval);
	return n;
}

static size_t give_content(struct http_answer *a, uint8_t *room, size_t len, nsec_t now)
{
	uint64_t left = a->content.len - a->sent;
	size_t n = due(a, left < len ? (size_t)left : len, now);

	if (a->content.body)
		memcpy(room, a->content.body + a->sent, n);
	else
		fill_pattern(room, n, (size_t)(a->sent % PATTERN_LEN));
	a->sent += n;
	return n;
}

enum http_given http_answer_give(struct http_answer *a, uint8_t *room, size_t len, nsec_t now,
                                 size_t *given, nsec_t *wake)
{
	size_t n = a->head_len - a->head_sent < len ? a->head_len - a->head_sent : len;

	memcpy(room, a->head + a->head_sent, n);
	a->head_sent += n;
	if (n < len && a->sent < a->content.len)
		n += give_content(a, room + n, len - n, now);
	*given = n;
	if (a->head_sent == a->head_len && a->sent == a->content.len)
		return HTTP_GIVEN_ALL;
	if (n == len)
		return HTTP_GIVEN_SOME;
	*wake = a->next;
	return HTTP_GIVEN_EARLY;
}
