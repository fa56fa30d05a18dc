/* The addresses that a dial has tried, and what is told where none of them was reached. */
#ifndef SOCKIT_STREAM_TRIES_H
#define SOCKIT_STREAM_TRIES_H

#include "loop/loop.h"
#include "net/addr.h"
#include "stream/attempt.h"
#include "stream/dial_request.h"

/* One address and what became of it. */
struct dial_try {
	struct dial *dial;
	struct watch watch; /* fd -1: not under way */
	int error;          /* an errno, or 0 */
	struct attempt attempt;
};

struct tries {
	struct addr_list list;
	struct dial_try *at; /* one for each address of the list */
	size_t started, failed;
};

/* All have failed: the failure that says most, with the addresses that it befell. */
void tries_tell_failure(const struct tries *tries, const struct dial_request *request,
                        struct err *err);

/* The time is over: of the look-up when RESOLVING, else of those that are under way. */
void tries_tell_late(const struct tries *tries, const struct dial_request *request, bool resolving,
                     struct err *err);

#endif
