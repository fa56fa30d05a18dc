/*
 * What is said to a client, without knowing how it is driven: a service is a step. It is given what
 * the client has sent, says how much of it is used up, gives what is to be sent, and says what has
 * to happen before the next step. Every model drives every service, over streams and over
 * datagrams.
 */
#ifndef SOCKIT_SERVE_SERVICE_H
#define SOCKIT_SERVE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/unit.h"
#include "net/addr.h"

/*
 * The most input that is kept for a step, and the room that it has for output. A step that is given
 * so much input uses some of it.
 */
enum { SERVICE_ROOM = 65536 };

/*
 * What has to happen before the next step. All that a step gave is sent first. The first step of a
 * stream comes before any input.
 */
enum service_next {
	/* More input, or with turn->wake that time, which comes first; where input has ended, the
	 * same as SERVICE_END. */
	SERVICE_READ,
	SERVICE_AGAIN, /* nothing: there is more to give */
	SERVICE_WAIT,  /* time: turn->wake comes. Input stays where it is */
	SERVICE_NAME,  /* the client's name is looked up: turn->name */
	/* There is none: the stream is ended, what the client still sends is thrown away for a
	 * while so that no reset destroys what it was sent, and it is closed. */
	SERVICE_END,
	SERVICE_SHUT,  /* the same, but for as long as the client does not end its stream */
	SERVICE_RESET, /* there is none: the connection is reset */
};

/* What all clients of a service are told; made once, before the first client. */
struct service_setup {
	const char *quote; /* of qotd: quote_len bytes */
	size_t quote_len;
	const struct fault_plan *faults; /* serve/fault.h; NULL: none */
};

struct service;

struct service_turn {
	/* What a step is given. IN may be written to. */
	const struct service *service; /* whose step it is */
	uint64_t client;               /* its number, from 1; each datagram has one */
	uint8_t *in;                   /* what came and is not used up */
	size_t in_len;
	bool in_ended; /* and nothing more comes, or will be read */
	/*
	 * IN is one, whole; what is given is the answer, whole, and there is none where `give`
	 * stays NULL; there is one step.
	 */
	bool datagram;
	uint8_t *room;   /* for output, if it needs any */
	size_t room_len; /* the most that may be given, wherever that lies; 1 to SERVICE_ROOM */
	nsec_t now;      /* monotonic */
	const struct addr *peer;
	const char *name; /* of the peer: NULL before SERVICE_NAME, "" where it has none */
	const struct service_setup *setup;

	/* What a step says; all 0 when it begins. */
	size_t used;         /* bytes of IN */
	const uint8_t *give; /* to be sent: in IN, in ROOM, in the state, or constant */
	size_t give_len;
	nsec_t wake; /* for SERVICE_WAIT, and for SERVICE_READ where it is not 0 */
};

/* Where a service can be had. */
enum { SERVICE_STREAM = 1, SERVICE_DATAGRAM = 2 };

struct service {
	const char *name; /* "echo" */
	const char *help; /* a phrase, no full stop */
	unsigned over;
	/* A small datagram with a forged sender brings a large answer to somebody else: answered on
	 * loopback alone, unless an address is named. */
	bool amplifies;
	bool endless; /* it never ends by itself: a server that ends does not wait for it */
	void (*prepare)(void); /* once, before the first client; NULL: nothing */
	size_t state_size;     /* of a client's state, which begins as zeroes */
	enum service_next (*step)(void *state, struct service_turn *turn);
	void (*end)(void *state); /* free what the state owns; NULL: nothing */
};

#endif
