#include "relay/merger.h"

#include <string.h>

/* What is read at once, where it is written as it is and where it is changed. */
enum { MERGER_READ = 128 << 10, MERGER_READ_CHANGED = 16 << 10 };

/* A number, a blank, and a newline in front. */
enum { MERGER_TAG = 24 };

/* The most that one take can become. */
enum {
	MERGER_MOST = MERGER_TAG + LINE_MOST + MERGER_READ,
	MERGER_MOST_CHANGED = MERGER_TAG + ESCAPE_GROWTH * (LINE_MOST + ESCAPE_HELD) +
	                      MERGER_TAG * MERGER_READ_CHANGED,
};

struct merger {
	struct merger_request request;
	bool changes;  /* what is read is not what is written */
	uint64_t open; /* whose line was written without its newline; 0: nobody's */
	uint64_t broke;
	size_t begin, end, most;
	uint8_t *in;   /* where bytes are put that are changed */
	uint8_t out[]; /* twice the most; only what is used costs memory */
};

struct merger *merger_new(const struct merger_request *request)
{
	bool changes = request->tag || request->escape;
	size_t most = changes ? MERGER_MOST_CHANGED : MERGER_MOST;
	size_t in = changes ? LINE_MOST + MERGER_READ_CHANGED : 0;
	struct merger *m = malloc(sizeof *m + 2 * most + in);

	if (!m)
		return NULL;
	*m = (struct merger){ .request = *request, .changes = changes, .most = most };
	m->in = m->out + 2 * most;
	return m;
}

void merger_free(struct merger *m)
{
	free(m);
}

bool merger_is_empty(const struct merger *m)
{
	return m->begin == m->end;
}

/* Whether a newline must come before what is S's. */
static bool merger_breaks(const struct merger *m, const struct merger_source *s)
{
	return m->open && m->open != s->id;
}

/*
 * Where the line that S has begun goes, with what is read behind it: at its place, or to be
 * changed.
 */
static uint8_t *merger_base(struct merger *m, const struct merger_source *s)
{
	return m->changes ? m->in : m->out + m->end + merger_breaks(m, s);
}

uint8_t *merger_room(struct merger *m, const struct merger_source *s, size_t *size)
{
	if (merger_is_empty(m))
		m->begin = m->end = 0;
	if (2 * m->most - m->end < m->most)
		return NULL;
	*size = m->changes ? MERGER_READ_CHANGED : MERGER_READ;
	return merger_base(m, s) + s->line.len;
}

static void merger_begin_line(struct merger *m, const struct merger_source *s)
{
	if (m->open == s->id)
		return;
	if (merger_breaks(m, s)) {
		m->out[m->end++] = '\n';
		m->broke = m->open;
	}
	/* What is tagged is changed, so the text's NUL falls on nothing. */
	if (m->request.tag) {
		struct text t = text_over((char *)m->out + m->end, MERGER_TAG);

		text_add_number(&t, s->id);
		text_add_str(&t, " ");
		m->end += t.len;
	}
}

/* N bytes of S, more than none: with a tag, of one line. */
static void merger_put(struct merger *m, struct merger_source *s, const uint8_t *bytes, size_t n)
{
	bool ends = bytes[n - 1] == '\n';

	merger_begin_line(m, s);
	if (m->request.escape) {
		/* Nobody is to write over another's number. */
		m->end += (m->request.tag ? escape_line : escape_stream)(&s->escape, bytes, n,
		                                                         m->out + m->end);
	} else {
		if (m->changes)
			memcpy(m->out + m->end, bytes, n);
		m->end += n;
	}
	m->open = ends ? 0 : s->id;
}

static void merger_put_lines(struct merger *m, struct merger_source *s, const uint8_t *bytes,
                             size_t n)
{
	while (n > 0) {
		const uint8_t *newline = m->request.tag ? memchr(bytes, '\n', n) : NULL;
		size_t len = newline ? (size_t)(newline - bytes) + 1 : n;

		merger_put(m, s, bytes, len);
		bytes += len;
		n -= len;
	}
}

void merger_took(struct merger *m, struct merger_source *s, size_t n)
{
	uint8_t *base = merger_base(m, s), *fresh = base + s->line.len;
	size_t ended = line_ended(fresh, n), rest = n - ended, len = s->line.len;

	if (ended == 0 && line_hold(&s->line, fresh, n) == 0)
		return;
	if (len > 0)
		memcpy(base, s->line.at, len);
	line_forget(&s->line);
	/* Too long to be held, or no memory for it: it is written as far as it goes. */
	if (ended == 0 || (rest > 0 && line_hold(&s->line, fresh + ended, rest) != 0))
		ended = n;
	merger_put_lines(m, s, base, len + ended);
}

void merger_end(struct merger *m, struct merger_source *s)
{
	uint8_t *base = merger_base(m, s);
	size_t len = s->line.len;

	if (len > 0) {
		memcpy(base, s->line.at, len);
		line_forget(&s->line);
		merger_put_lines(m, s, base, len);
	}
	if (s->escape.held_len > 0) {
		merger_begin_line(m, s);
		m->end += escape_stream_end(&s->escape, m->out + m->end);
		m->open = s->id;
	}
}

void merger_forget(struct merger_source *s)
{
	line_forget(&s->line);
}

struct io merger_write(struct merger *m)
{
	while (m->begin < m->end) {
		struct io io = m->request.to->ops->write(m->request.to, m->out + m->begin,
		                                         m->end - m->begin);

		if (io.kind != IO_DONE)
			return io;
		m->begin += io.n;
	}
	m->begin = m->end = 0;
	return io_done(0);
}

uint64_t merger_broke(struct merger *m)
{
	uint64_t broke = m->broke;

	m->broke = 0;
	return broke;
}
