/*
 * An endpoint as it was asked for: text turned into plain data, before anything is looked up or
 * opened (net/spec_parse.h).
 */
#ifndef SOCKIT_NET_SPEC_H
#define SOCKIT_NET_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/addr.h"

enum spec_kind {
	SPEC_TCP,
	SPEC_UNIX, /* a Unix stream socket */
	SPEC_UDP,
	SPEC_UNIX_DGRAM,
	SPEC_UNIX_SEQPACKET,
	SPEC_VSOCK, /* a stream */
};

/* A Unix socket, whatever its type. */
bool spec_is_local(enum spec_kind kind);

/* A Unix socket or one of vsock: there is one address, which is known. */
bool spec_has_address(enum spec_kind kind);

/* SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET. */
int spec_socktype(enum spec_kind kind);

/* A DNS name has at most 253 characters (RFC 1035 section 2.3.4); an address with its zone less. */
enum { SPEC_HOST_MAX = 253 };

struct spec {
	enum spec_kind kind;
	char host[SPEC_HOST_MAX + 1]; /* empty: none was named */
	uint16_t port;
	struct addr address; /* where spec_has_address() */
	/*
	 * Sockets that are open already (net/passed.h): how many, from which on. 0: it is to be
	 * bound.
	 */
	unsigned passed_first, passed_count;
	char text[SPEC_HOST_MAX + 64]; /* for messages: "db.example port 80", "unix:/path" */
};

/* How the words are to be read. */
struct spec_rules {
	bool server;      /* it will be bound: port 0, "*" and a lone "scheme:PORT" are allowed */
	bool path;        /* the word is a path, whatever it looks like (-U) */
	bool udp;         /* datagrams, unless a scheme says otherwise, which is an error (-u) */
	bool one_word;    /* there is no room for a second one */
	const char *port; /* given by an option, so that the words name a host at most; or NULL */
	const char *host; /* given by an option, so that the words name a port at most; or NULL */
};

#endif
