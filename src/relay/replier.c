#include "relay/replier.h"

#include <errno.h>

#include "out/failure.h"

static void replier_sent(struct replier *r, const struct mailbox_parcel *parcels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		r->bytes += parcels[i].len;
	r->datagrams += count;
}

/* A datagram of ours that is too long is our own business, whatever else was asked to be told. */
static void replier_lost(struct replier *r, const struct mailbox_parcel *parcel, int error)
{
	r->undelivered++;
	REPORT_WITH(r->report, REPORT_UNDELIVERED, error == EMSGSIZE,
	            FIELD_ADDR("peer", &parcel->to->peer), FIELD_INT("size", parcel->len),
	            FIELD_STR("reason", failure_errno_text(error)));
}

/*
 * Of a Unix socket nothing tells when one recipient has room again: it is asked again a little
 * later.
 */
static int replier_wait(const struct mailbox_parcel *parcel, int error)
{
	bool local = parcel->to->peer.at.any.sa_family == AF_UNIX;

	if (error == EAGAIN)
		return local ? -ENOBUFS : -EAGAIN;
	return error == ENOBUFS || error == ENOMEM ? -ENOBUFS : 0;
}

/*
 * What one recipient sent back, or was not to be reached for, may come with the call for another,
 * which then sends nothing: only the second failure is this one's own.
 */
static int replier_send_twice(int fd, const struct mailbox_parcel *parcels, size_t count)
{
	int n = mailbox_send(fd, parcels, count);

	if (n >= 0 || n == -EMSGSIZE || replier_wait(parcels, -n))
		return n;
	return mailbox_send(fd, parcels, count);
}

/* Send once: how many parcels are done with, or what there is to wait for. */
static int replier_send_once(struct replier *r, const struct mailbox_parcel *parcels, size_t count,
                             bool patient)
{
	r->fd = parcels->to->fd;
	int n = replier_send_twice(r->fd, parcels, count);

	if (n >= 0) {
		replier_sent(r, parcels, (size_t)n);
		return n;
	}
	int wait = replier_wait(parcels, -n);
	if (wait && (patient || n != -EAGAIN || wait == -EAGAIN))
		return wait;
	replier_lost(r, parcels, -n);
	return 1;
}

/* Several datagrams to the one who is answered. */
static int replier_send_to_one(struct replier *r, const struct datagram *datagrams, size_t count)
{
	struct mailbox_parcel parcels[DATAGRAM_BATCH];
	const struct correspondent *to = correspondents_at(r->known, 0);

	for (size_t i = 0; i < count; i++)
		parcels[i] = (struct mailbox_parcel){ datagrams[i].at, datagrams[i].len, to };
	return replier_send_once(r, parcels, count, true);
}

/* One datagram to everybody; a Unix socket that is full does not keep the others waiting. */
static int replier_send_to_all(struct replier *r, const struct datagram *d)
{
	struct mailbox_parcel parcels[MAILBOX_BATCH];
	size_t all = correspondents_count(r->known);

	while (r->next < all) {
		const struct correspondent *first = correspondents_at(r->known, r->next);
		size_t count = 0;

		for (size_t i = r->next; i < all && count < MAILBOX_BATCH; i++) {
			const struct correspondent *to = correspondents_at(r->known, i);

			if (to->fd != first->fd)
				break;
			parcels[count++] = (struct mailbox_parcel){ d->at, d->len, to };
		}
		int n = replier_send_once(r, parcels, count, false);
		if (n < 0)
			return n;
		r->next += (size_t)n;
	}
	r->next = 0;
	return 1;
}

int replier_send(void *replier, const struct datagram *datagrams, size_t count)
{
	struct replier *r = replier;

	return correspondents_count(r->known) > 1 || r->next > 0
	               ? replier_send_to_all(r, datagrams)
	               : replier_send_to_one(r, datagrams, count);
}
