/*
 * A peer under the test's control, in the test's own process: a plain socket that does what no
 * well-behaved program does. All sockets are non-blocking and close-on-exec, each wait has
 * PATIENCE, and what does not come as expected fails the test.
 */
#ifndef HARNESS_PEER_H
#define HARNESS_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/place.h"

/* A listening socket at PLACE, whose real port is stored there. peer_listen: at place_any(NET). */
int peer_listen(enum net net, struct place *place);
int peer_listen_at(struct place *place);

/* The same, with the smallest receive buffer that the kernel gives to what it accepts. */
int peer_listen_narrow(enum net net, struct place *place);

int peer_accept(int listener);

/* Connect to PLACE; while it refuses, again every 2 ms. */
int peer_connect(const struct place *place);

/* Send all; receive exactly this text. */
void peer_send(int fd, const char *text);
void peer_expect(int fd, const char *text);

/* The next thing to be read is the end of the stream. */
void peer_expect_end(int fd);

/* The next read fails with a reset. */
void peer_expect_reset(int fd);

/* Nothing comes for SECONDS: no byte, no end, no error. */
void peer_expect_nothing(int fd, double seconds);

/* Wait until the kernel says that the other side has gone (a reset, or both directions shut). */
void peer_expect_hangup(int fd);

/* Shut the sending direction; close so that TCP sends a reset. */
void peer_shut(int fd);
void peer_reset(int fd);

/* Wait until all that was sent on FD is acknowledged by the other side's kernel. */
void peer_await_acknowledged(int fd);

/* Wait until N bytes or more can be read from FD, or nothing more has come for 200 ms. */
void peer_await_unread(int fd, size_t n);

/* Wait until poll() says EVENTS for FD; false when DEADLINE comes first. */
bool peer_poll(int fd, short events, long long deadline);

#endif
