/*
 * What a socket has to do with multicast: the groups that it joins (RFC 3678), what it hears of
 * others, and how far and by which way it sends.
 */
#ifndef SOCKIT_STREAM_MULTICAST_H
#define SOCKIT_STREAM_MULTICAST_H

#include "net/group.h"
#include "net/order.h"
#include "out/report.h"

struct multicast {
	struct group_list joins;
	unsigned ttl;  /* hops, to single hosts as well as to groups; 0: as the kernel has it */
	bool loop_off; /* this machine does not hear its own */
	const char *interface;           /* of the socket, by SO_BINDTODEVICE, or NULL */
	char zone[GROUP_INTERFACE_SIZE]; /* that the endpoint's group is on, or empty */
};

static inline void multicast_cleanup(struct multicast *m)
{
	group_list_free(&m->joins);
}
#define OWN_MULTICAST __attribute__((cleanup(multicast_cleanup))) struct multicast

/* Nothing was asked for. */
extern const struct multicast multicast_none;

/*
 * Whether one that is bound to LOCAL, an address of AF_INET or AF_INET6, joins: what was asked for,
 * or the group that LOCAL is.
 */
bool multicast_is_joined_at(const struct multicast *m, const struct addr *local);

/*
 * Before binding FD, a UDP socket of FAMILY that joins: others on this machine may have the port
 * too, as long as they join as well; but what only they have joined is not heard. As the next two:
 * 0, or -1 with *err, a failure of this machine.
 */
int multicast_share(int fd, int family, struct err *err) MUST_CHECK;

/*
 * How far what is sent to TO goes, whether this machine hears it, and which interface it leaves by.
 * Of another socket than UDP's it is the distance alone. A wildcard TO stands for single hosts.
 */
int multicast_set_sending(const struct multicast *m, int fd, const struct addr *to,
                          struct err *err) MUST_CHECK;

/* Join all that was asked for, or LOCAL. Told in REPORT. */
int multicast_join(const struct multicast *m, int fd, const struct addr *local,
                   struct report *report, struct err *err) MUST_CHECK;

enum multicast_role { MULTICAST_SENDS, MULTICAST_LISTENS };

/*
 * Whether all of it has a meaning for one of LIST's addresses at least; else -1 with a usage error
 * that names ENDPOINT.
 */
int multicast_check(const struct multicast *m, enum multicast_role role,
                    const struct addr_list *list, const char *endpoint, struct err *err) MUST_CHECK;

#endif
