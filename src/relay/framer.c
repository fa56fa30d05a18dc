#include "relay/framer.h"

#include <errno.h>
#include <string.h>

#include "loop/poller.h"

/* Room for several of the longest, and for many of the usual ones. */
enum { FRAMER_LONGEST = 4, FRAMER_LEAST = 256 << 10 };

int framer_init(struct framer *f, struct stream *to, struct tap *tap, enum framing framing,
                size_t longest, struct err *err)
{
	size_t growth = tap ? tap->growth : 1, extra = tap ? tap->extra : 0;
	size_t one = FRAMER_TAG + longest + FRAMING_OVERHEAD;
	size_t size = FRAMER_LONGEST * growth * (one + extra);

	size = size > FRAMER_LEAST ? size : FRAMER_LEAST;
	*f = (struct framer){
		.to = to,
		.tap = tap,
		.framing = framing,
		.framed = malloc(one),
		.out = malloc(size),
		.size = size,
	};
	return f->framed && f->out ? 0
	                           : err_set(err, ERR_LOCAL, ENOMEM, "buffer", "standard output");
}

void framer_close(struct framer *f)
{
	free(f->framed);
	free(f->out);
	f->framed = f->out = NULL;
}

bool framer_fits(const struct framer *f, size_t n)
{
	size_t need = FRAMER_TAG + n + FRAMING_OVERHEAD;

	if (f->tap)
		need = f->tap->growth * (need + f->tap->extra);
	return need <= f->size - f->end;
}

void framer_add(struct framer *f, const struct text *tag, const uint8_t *bytes, size_t n)
{
	size_t at = tag ? tag->len : 0;

	if (!f->to)
		return;
	uint8_t *to = f->tap ? f->framed : f->out + f->end;
	if (tag)
		memcpy(to, tag->at, tag->len);
	at += framing_add_head(f->framing, n, to + at);
	memcpy(to + at, bytes, n);
	at += n;
	at += framing_add_tail(f->framing, to + at);
	f->end += f->tap ? f->tap->pass(f->tap, to, at, f->out + f->end) : at;
}

void framer_end(struct framer *f)
{
	if (f->tap && f->to)
		f->end += f->tap->finish(f->tap, f->out + f->end);
	f->tap = NULL;
}

enum framer_state framer_write(struct framer *f)
{
	f->want_to = 0;
	while (f->begin < f->end) {
		struct io io = f->to->ops->write(f->to, f->out + f->begin, f->end - f->begin);

		if (io.kind == IO_FAILED) {
			f->error = io.error;
			return FRAMER_FAILED;
		}
		if (io.kind != IO_DONE) {
			f->want_to = io.kind == IO_WANT_READ ? READY_IN : READY_OUT;
			return FRAMER_FULL;
		}
		f->begin += io.n;
	}
	f->begin = f->end = 0;
	return FRAMER_EMPTY;
}
