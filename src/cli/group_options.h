/* Multicast, and how far packets go: shared by connect and listen. */
#ifndef SOCKIT_CLI_GROUP_OPTIONS_H
#define SOCKIT_CLI_GROUP_OPTIONS_H

#include "cli/net_options.h"
#include "stream/multicast.h"

enum group_loop { GROUP_LOOP_ON, GROUP_LOOP_OFF };

struct group_options {
	struct option_list join; /* as net/group.h reads them */
	unsigned ttl;            /* 0: as the kernel has it */
	enum group_loop loop;
};

/*
 * What was asked for, also by the endpoint's GROUP%INTERFACE, of which SPEC then keeps the group.
 * It points into the options. -1 with a usage error.
 */
int group_options_read(const struct group_options *o, const struct net_options *net,
                       struct spec *spec, struct multicast *multicast, struct err *err) MUST_CHECK;

enum { GROUP_OPTION_COUNT = 3 };
extern const struct option_row group_option_rows[GROUP_OPTION_COUNT];

#endif
