/*
 * Services as a list: what the system's database holds, and the built-in table where that has
 * nothing; and the words by which a person asks for some of them.
 */
#ifndef SOCKIT_NET_SERVICE_LIST_H
#define SOCKIT_NET_SERVICE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/service.h"

struct service_entry {
	char *name;           /* owned, and the next two with it */
	const char *protocol; /* "tcp" */
	const char *aliases;  /* separated by blanks, maybe empty */
	uint16_t port;
	bool built_in; /* from our own table, not the system's database */
};

struct service_list {
	struct service_entry *at; /* owned; NULL when empty */
	size_t count, size;
	int error;       /* an errno: something is missing; 0: nothing is */
	size_t *by_port; /* owned; indices, once service_list_sort was called */
};

/* Add all that the system's database has, in its order; or all of the built-in table. */
void service_list_add_system(struct service_list *list);
void service_list_add_built_in(struct service_list *list);
void service_list_free(struct service_list *list);

/* -1 when something is missing: memory ran out, or the database could not be read to its end. */
int service_list_check(const struct service_list *list, struct err *err) MUST_CHECK;

/* Get ready for service_list_at. Nothing may be added after. */
void service_list_sort(struct service_list *list);

/* The first with that port and protocol; NULL when there is none. */
const struct service_entry *service_list_at(const struct service_list *list, uint16_t port,
                                            const char *protocol);

/* NAME, PORT or LOW-HIGH, each with /PROTO or without. */
struct service_query {
	const char *text;             /* as it was typed */
	char name[SERVICE_WORD_SIZE]; /* empty: it is about ports */
	uint16_t low, high;
	char protocol[SERVICE_WORD_SIZE]; /* in small letters; empty: any */
};

/* Ask the system's database for Q itself, as programs do that know a name or a port, and add what
 * it answers if the list lacks it: not every database lets itself be listed. */
void service_list_ask(struct service_list *list, const struct service_query *q);

#endif
