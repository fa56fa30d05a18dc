#include "serve/http_reader.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "serve/http_head.h"
#include "serve/http_syntax.h"

/* What is still to be read. */
struct input {
	const uint8_t *at;
	size_t left;
};

static void input_use(struct input *in, size_t n)
{
	in->at += n;
	in->left -= n;
}

enum taken {
	TAKEN,
	TAKEN_NOTHING, /* its end has not come */
	TAKEN_TOO_LONG,
};

/* The length of the line at IN with its end, which is LF; at most MOST. */
static enum taken line_len(const struct input *in, size_t most, size_t *len)
{
	size_t seen = in->left < most ? in->left : most;
	const uint8_t *end = seen > 0 ? memchr(in->at, '\n', seen) : NULL;

	if (!end)
		return in->left >= most ? TAKEN_TOO_LONG : TAKEN_NOTHING;
	*len = (size_t)(end - in->at) + 1;
	return TAKEN;
}

/*
 * A line before or behind the body, without its end, as a string in m->text. CR LF ends it, or LF
 * alone, as section 2.2 allows: people type requests.
 */
static enum taken take_head_line(struct http_message *m, struct input *in, size_t most, char **line,
                                 size_t *len)
{
	enum taken taken = line_len(in, most, len);

	if (taken != TAKEN)
		return taken;
	*line = m->text + m->text_len;
	memcpy(*line, in->at, *len);
	input_use(in, *len);
	m->head_len += *len;
	m->text_len += *len;
	--*len;
	if (*len > 0 && (*line)[*len - 1] == '\r')
		--*len;
	(*line)[*len] = '\0';
	return TAKEN;
}

static bool read_request_line(struct http_message *m, struct input *in)
{
	char *line;
	size_t len;

	switch (take_head_line(m, in, HTTP_LINE_MAX, &line, &len)) {
	case TAKEN:
		return http_head_request_line(m, line, len);
	case TAKEN_TOO_LONG:
		return http_message_refuse(m, 414, "the first line is longer than 8192 bytes");
	case TAKEN_NOTHING:
		break;
	}
	return false;
}

/* A header or trailer line; the empty one ends them. */
static bool read_field(struct http_message *m, struct input *in)
{
	char *line;
	size_t len;

	switch (take_head_line(m, in, HTTP_HEAD_MAX - m->head_len, &line, &len)) {
	case TAKEN:
		if (len > 0)
			return http_head_field(m, line, len);
		if (m->stage == HTTP_STAGE_FIELDS)
			return http_head_end(m);
		m->stage = HTTP_STAGE_WHOLE;
		return true;
	case TAKEN_TOO_LONG:
		return http_message_refuse(m, 431, "the header is longer than 16384 bytes");
	case TAKEN_NOTHING:
		break;
	}
	return false;
}

/*
 * Section 7.1. Nobody types this, so the line's end is CR LF: a size that two readers see
 * differently is how requests are smuggled.
 */
static bool read_chunk_size(struct http_message *m, struct input *in)
{
	char line[HTTP_CHUNK_LINE_MAX];
	size_t len = 0, digits;
	enum taken taken = line_len(in, sizeof line, &len);

	if (taken == TAKEN_TOO_LONG)
		return http_message_refuse(
			m, 400, "the line with a chunk's size is longer than 1024 bytes");
	if (taken == TAKEN_NOTHING)
		return false;
	memcpy(line, in->at, len);
	input_use(in, len);
	if (len < 2 || line[len - 2] != '\r' || !http_is_field_content(line, len - 2))
		return http_message_refuse(m, 400,
		                           "the line with a chunk's size does not end with CR LF");
	line[len - 2] = '\0';
	digits = strspn(line, "0123456789abcdefABCDEF");
	char *rest = line + digits + strspn(line + digits, " \t");
	if (*rest != '\0' && *rest != ';')
		return http_message_refuse(m, 400, "a chunk's size is not a hexadecimal number");
	line[digits] = '\0';
	switch (num_parse_digits(line, 16, &m->body_left)) {
	case NUM_OK:
		break;
	case NUM_RANGE:
		return http_message_refuse(m, 413, "the body is larger than 1 MiB");
	case NUM_EMPTY:
	case NUM_MALFORMED:
		return http_message_refuse(m, 400, "a chunk's size is not a hexadecimal number");
	}
	if (m->body_left > HTTP_BODY_MAX - m->body_len)
		return http_message_refuse(m, 413, "the body is larger than 1 MiB");
	m->stage = m->body_left > 0 ? HTTP_STAGE_CHUNK : HTTP_STAGE_TRAILERS;
	return true;
}

static bool read_chunk_end(struct http_message *m, struct input *in)
{
	if (in->left > 0 && in->at[0] != '\r')
		return http_message_refuse(m, 400, "a chunk is longer than its size says");
	if (in->left < 2)
		return false;
	if (in->at[1] != '\n')
		return http_message_refuse(m, 400, "a chunk is longer than its size says");
	input_use(in, 2);
	m->stage = HTTP_STAGE_CHUNK_SIZE;
	return true;
}

/* Memory grows with what has come, not with what was announced. */
static bool body_make_room(struct http_message *m, size_t n)
{
	size_t room = m->body_room > 0 ? m->body_room : 1024;
	uint8_t *body;

	while (room - m->body_len < n)
		room *= 2;
	if (room == m->body_room)
		return true;
	body = realloc(m->body, room);
	if (!body)
		return false;
	m->body = body;
	m->body_room = room;
	return true;
}

static bool read_body(struct http_message *m, struct input *in, enum http_progress *progress)
{
	size_t n = in->left < m->body_left ? in->left : (size_t)m->body_left;

	if (n == 0)
		return false;
	if (!body_make_room(m, n)) {
		*progress = HTTP_MEMORY;
		return false;
	}
	memcpy(m->body + m->body_len, in->at, n);
	input_use(in, n);
	m->body_len += n;
	m->body_left -= n;
	if (m->body_left == 0)
		m->stage = m->stage == HTTP_STAGE_SIZED ? HTTP_STAGE_WHOLE : HTTP_STAGE_CHUNK_END;
	return true;
}

/* False when nothing more can be read: *progress, or m->refused, says why. */
static bool read_on(struct http_message *m, struct input *in, enum http_progress *progress)
{
	switch (m->stage) {
	case HTTP_STAGE_LINE:
		return read_request_line(m, in);
	case HTTP_STAGE_FIELDS:
	case HTTP_STAGE_TRAILERS:
		return read_field(m, in);
	case HTTP_STAGE_SIZED:
	case HTTP_STAGE_CHUNK:
		return read_body(m, in, progress);
	case HTTP_STAGE_CHUNK_SIZE:
		return read_chunk_size(m, in);
	case HTTP_STAGE_CHUNK_END:
		return read_chunk_end(m, in);
	case HTTP_STAGE_WHOLE:
		break;
	}
	*progress = HTTP_WHOLE;
	return false;
}

enum http_progress http_read(struct http_message *m, const uint8_t *bytes, size_t len, size_t *used)
{
	struct input in = { .at = bytes, .left = len };
	enum http_progress progress = HTTP_HUNGRY;

	while (progress == HTTP_HUNGRY && read_on(m, &in, &progress)) {
		if (m->expects) {
			m->expects = false;
			progress = HTTP_CONTINUE;
		}
	}
	*used = len - in.left;
	assert(*used <= len);
	return m->refused ? HTTP_REFUSED : progress;
}
