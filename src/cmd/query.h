/*
 * One question to the name service, and its whole answer: what a thread of `sockit resolve` works
 * on.
 */
#ifndef SOCKIT_CMD_QUERY_H
#define SOCKIT_CMD_QUERY_H

#include <netdb.h>

#include "loop/pool.h"
#include "net/order.h"

/* What is asked for, which is how it will be shown. */
enum query_mode {
	QUERY_PLAIN,
	QUERY_LONG,
	QUERY_ADDRINFO,
	QUERY_HOSTENT,
	QUERY_CONFIRM,
};

/* The same for all questions of a run. */
struct query_rules {
	enum query_mode mode;
	struct addrinfo hints; /* for getaddrinfo */
	const char *service;   /* or NULL */
	int name_flags;        /* NI_*, for getnameinfo */
	bool forward;          /* an address is not turned into its name */
	bool nameless;         /* an address without a name is no failure */
};

/* An address, the name that it has, and whether that name has this address. */
struct query_confirmation {
	struct addr addr;
	char *name; /* NULL: it has none */
	bool agrees;
};

struct query_hostent {
	struct hostent entry;
	void *room; /* what it points to; NULL: there is none */
};

struct query {
	struct pool_job job;
	struct query_rules rules;
	void *owner; /* for whoever asks */
	/* The answer, the thread's until the job has ended. */
	nsec_t took;
	bool failed;
	bool partial;   /* and yet something was found */
	struct err err; /* why it failed */
	bool is_address;
	bool legacy;           /* a spelling such as 127.1 */
	struct addr address;   /* if it is one */
	struct addrinfo *list; /* of the name; of an address the one node */
	char *name;            /* of the address; NULL: none */
	struct query_hostent hosts[2];
	struct query_confirmation *confirmed;
	size_t confirmed_count;
	bool has_nul; /* in what was asked, which therefore ends there and is never asked for */
	/* What was asked: a name or an address; NULL asks for this machine. */
	const char *host;
	char text[];
};

/* More than this is no name; it is never asked for, but fails. */
enum { QUERY_TEXT_MAX = 1000 };

/* HOST is copied, LEN bytes of it; NULL for none. NULL without memory. */
struct query *query_new(const struct query_rules *rules, const char *host, size_t len) MUST_CHECK;
void query_free(struct query *q); /* NULL is allowed */

/* Ask and wait for the answer, however long that takes. The work of `job`. */
void query_ask(struct query *q);

#endif
