#include "relay/outbox.h"

#include <errno.h>
#include <string.h>

struct block {
	unsigned users;
	uint8_t bytes[];
};

struct outbox_item {
	struct outbox_item *next;
	struct block *block;
	size_t at, end;
};

/* What a piece costs beside its bytes: its own memory, and a block's. */
enum { OUTBOX_ITEM_COST = 64 };

static void block_drop(struct block *b)
{
	if (b && --b->users == 0)
		free(b);
}

void parcel_close(struct parcel *p)
{
	block_drop(TAKE(p->block));
}

static bool parcel_keep(struct parcel *p)
{
	if (p->block)
		return true;
	p->block = malloc(sizeof *p->block + p->len);
	if (!p->block)
		return false;
	p->block->users = 1;
	memcpy(p->block->bytes, p->bytes, p->len);
	return true;
}

bool outbox_is_empty(const struct outbox *o)
{
	return !o->first;
}

static struct io outbox_keep(struct outbox *o, struct parcel *p, size_t at, size_t end)
{
	struct outbox_item *item = malloc(sizeof *item);

	if (!item || !parcel_keep(p)) {
		free(item);
		return (struct io){ .kind = IO_FAILED, .error = ENOMEM };
	}
	*item = (struct outbox_item){ .block = p->block, .at = at, .end = end };
	item->block->users++;
	*(o->first ? &o->last->next : &o->first) = item;
	o->last = item;
	o->backlog += end - at + OUTBOX_ITEM_COST;
	return io_done(0);
}

struct io outbox_give(struct outbox *o, struct stream *to, struct parcel *p, size_t begin,
                      size_t end)
{
	while (outbox_is_empty(o) && begin < end) {
		struct io io = to->ops->write(to, p->bytes + begin, end - begin);

		if (io.kind == IO_FAILED)
			return io;
		if (io.kind != IO_DONE)
			break;
		begin += io.n;
		o->sent += io.n;
	}
	return begin < end ? outbox_keep(o, p, begin, end) : io_done(0);
}

static void outbox_pop(struct outbox *o)
{
	struct outbox_item *item = o->first;

	o->first = item->next;
	o->backlog -= item->end - item->at + OUTBOX_ITEM_COST;
	block_drop(item->block);
	free(item);
}

struct io outbox_send(struct outbox *o, struct stream *to)
{
	while (!outbox_is_empty(o)) {
		struct outbox_item *item = o->first;
		struct io io =
			to->ops->write(to, item->block->bytes + item->at, item->end - item->at);

		if (io.kind != IO_DONE)
			return io;
		item->at += io.n;
		o->backlog -= io.n;
		o->sent += io.n;
		if (item->at == item->end)
			outbox_pop(o);
	}
	return io_done(0);
}

void outbox_drop(struct outbox *o)
{
	while (!outbox_is_empty(o))
		outbox_pop(o);
}
