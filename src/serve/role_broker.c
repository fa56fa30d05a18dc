#include "serve/role_broker.h"

#include <errno.h>
#include <string.h>

#include "serve/crowd.h"

/* The longest prefix of a line, the longest line, and when lines that go together do. */
enum {
	BROKER_PREFIX = 32,
	BROKER_LINE = BROKER_PREFIX + ESCAPE_GROWTH * (LINE_MOST + CROWD_READ + ESCAPE_HELD) + 1,
	BROKER_TOGETHER = 64 << 10,
};

struct broker {
	struct crowd crowd;
	struct role_broker_request *request;
	/* Lines that are made, to go together; memory that costs nothing before it is used. */
	size_t made;
	uint8_t scratch[CROWD_READ];
	uint8_t lines[BROKER_TOGETHER + BROKER_LINE];
};

static struct broker *broker_of(struct guest *g)
{
	return CONTAINER_OF(g->crowd, struct broker, crowd);
}

static void broker_tell(struct guest *g)
{
	struct broker *b = broker_of(g);

	crowd_give(&b->crowd, g, b->lines, b->made);
	b->made = 0;
}

/* Say a line of G, with its newline or without; broker_tell is next, or more of G's. */
static void broker_say(struct guest *g, const uint8_t *bytes, size_t n)
{
	struct broker *b = broker_of(g);
	struct text t = text_over((char *)b->lines + b->made, BROKER_PREFIX);
	struct escape escape = { .held_len = 0 };

	n -= n > 0 && bytes[n - 1] == '\n';
	n -= n > 0 && bytes[n - 1] == '\r';
	text_add_str(&t, "<user");
	text_add_number(&t, g->client.told.id);
	text_add_str(&t, "> ");
	b->made += t.len;
	b->made += escape_line(&escape, bytes, n, b->lines + b->made);
	b->made += escape_stream_end(&escape, b->lines + b->made);
	b->lines[b->made++] = '\n';
	if (b->made >= BROKER_TOGETHER)
		broker_tell(g);
}

static void broker_say_begun(struct guest *g)
{
	if (g->source.line.len > 0)
		broker_say(g, g->source.line.at, g->source.line.len);
	line_forget(&g->source.line);
}

static void broker_chat(struct guest *g, const uint8_t *bytes, size_t n)
{
	size_t ended = line_ended(bytes, n);

	for (size_t used = 0; used < ended;) {
		size_t len = (size_t)((const uint8_t *)memchr(bytes + used, '\n', n - used) -
		                      (bytes + used)) +
		             1;

		/* What it has begun, and its end; or both for themselves when that is too long. */
		if (g->source.line.len > 0 && line_hold(&g->source.line, bytes + used, len) == 0) {
			broker_say_begun(g);
		} else {
			broker_say_begun(g);
			broker_say(g, bytes + used, len);
		}
		used += len;
	}
	if (ended < n && line_hold(&g->source.line, bytes + ended, n - ended) != 0) {
		broker_say_begun(g);
		broker_say(g, bytes + ended, n - ended);
	}
	broker_tell(g);
}

static uint8_t *broker_room(struct guest *g, size_t *size)
{
	struct broker *b = broker_of(g);

	if (crowd_holds_back(&b->crowd, g))
		return NULL;
	*size = sizeof b->scratch;
	return b->scratch;
}

static void broker_took(struct guest *g, uint8_t *bytes, size_t n)
{
	struct broker *b = broker_of(g);

	if (b->request->chat)
		broker_chat(g, bytes, n);
	else
		crowd_give(&b->crowd, g, bytes, n);
}

static bool broker_ended(struct guest *g)
{
	struct crowd *crowd = g->crowd;

	broker_say_begun(g);
	broker_tell(g);
	/* It may have been the last: broker_changed. */
	loop_defer(crowd->loop, &crowd->sweep);
	return true;
}

/* All have come who may, and all have ended. */
static bool broker_is_silent(const struct crowd *crowd)
{
	const struct guest *g = crowd->guests;

	while (g && g->in_done)
		g = g->next;
	return !g && server_all_came(crowd->server);
}

static void broker_changed(struct crowd *crowd)
{
	crowd_release_ready(crowd);
	if (!crowd->source_ended && broker_is_silent(crowd))
		crowd_end_source(crowd);
}

static void broker_forget(struct guest *g)
{
	line_forget(&g->source.line);
}

static const struct crowd_ops broker_ops = {
	.room = broker_room,
	.took = broker_took,
	.ended = broker_ended,
	.changed = broker_changed,
	.forget = broker_forget,
};

static int broker_open(struct engine *engine, void *context, void **state, struct err *err)
{
	struct role_broker_request *q = context;
	struct broker *b = malloc(sizeof *b);

	if (!b)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	crowd_open(&b->crowd, engine, &q->crowd, &broker_ops, b->scratch);
	b->request = q;
	b->made = 0;
	*state = b;
	return 0;
}

static void broker_close(void *state)
{
	struct broker *b = state;

	crowd_close(&b->crowd);
	free(b);
}

static struct client *broker_new_client(void *state, const struct server_place *place,
                                        struct stream *stream)
{
	struct broker *b = state;

	(void)place;
	return crowd_new_client(&b->crowd, stream);
}

const struct role role_broker = {
	.open = broker_open,
	.close = broker_close,
	.new_client = broker_new_client,
	.start = crowd_start,
	.drain = crowd_drain,
	.cut = crowd_cut,
	.free_client = crowd_free_client,
};
