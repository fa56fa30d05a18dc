/*
 * A peer that is sent datagrams, under the test's control: a socket that answers whom it heard
 * first, by connecting to it. Sockets are non-blocking; each wait has PATIENCE.
 */
#ifndef HARNESS_DGRAM_H
#define HARNESS_DGRAM_H

#include <stddef.h>

#include "harness/place.h"

/* A socket bound to loopback or a fresh path, whose name as sockit's ENDPOINT is in place->word:
 * udp:HOST:PORT or unix-dgram:PATH. */
int dgram_bind(enum net net, struct place *place);

/* A listening socket for unix-seqpacket:PATH, for peer_accept(). */
int dgram_listen(struct place *place);

/* A port at which nobody is, as place->word. */
void dgram_nowhere(enum net net, struct place *place);

/*
 * Connect FD to the sender of the first datagram that is there or comes; it stays to be received.
 */
void dgram_answer_first(int fd);

/* The next datagram is exactly this. */
void dgram_expect(int fd, const char *text);
void dgram_expect_bytes(int fd, const void *bytes, size_t n);

/* Receive one of at most SIZE bytes, whatever it is. */
size_t dgram_receive(int fd, void *buf, size_t size);

/* Send one, from a connected socket. */
void dgram_send(int fd, const void *bytes, size_t n);
void dgram_send_text(int fd, const char *text);

#endif
