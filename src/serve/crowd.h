/* The clients of a role that gives the same bytes to many of them: accepted, read, sent to. */
#ifndef SOCKIT_SERVE_CROWD_H
#define SOCKIT_SERVE_CROWD_H

#include "serve/guest.h"

/* For the roles' own. All must outlive CROWD; SCRATCH has CROWD_READ bytes. */
void crowd_open(struct crowd *crowd, struct engine *engine, struct crowd_request *request,
                const struct crowd_ops *ops, uint8_t *scratch);
void crowd_close(struct crowd *crowd);
struct client *crowd_new_client(struct crowd *crowd, struct stream *stream);
void crowd_start(struct client *c);
void crowd_drain(struct client *c);
void crowd_cut(struct client *c, const char *reason);
void crowd_free_client(struct client *c);

/* Send N bytes to all but EXCEPT, which may be NULL. */
void crowd_give(struct crowd *crowd, const struct guest *except, const uint8_t *bytes, size_t n);

/*
 * Whether those who get what SENDER sends, NULL for who is no client, hold it back: crowd_release,
 * or crowd_ops.changed, tells when they may do so no more.
 */
bool crowd_holds_back(struct crowd *crowd, const struct guest *sender);

/* Whether there is anybody to have what is sent. */
bool crowd_has_receivers(const struct crowd *crowd);

/* There is nothing more to be sent to anybody. */
void crowd_end_source(struct crowd *crowd);

/* Who was held back may go on. */
void crowd_release(struct crowd *crowd);

/*
 * The same for those whom crowd_holds_back does not hold back any more, and for those who are read
 * no more. The others stay: a released one that has hung up would wake the loop to be held again.
 */
void crowd_release_ready(struct crowd *crowd);

#endif
