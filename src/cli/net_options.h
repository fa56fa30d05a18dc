/* Which network, and how endpoints are read: shared by all commands that open connections. */
#ifndef SOCKIT_CLI_NET_OPTIONS_H
#define SOCKIT_CLI_NET_OPTIONS_H

#include "cli/option.h"

struct net_options {
	bool ipv4;
	bool ipv6;
	bool unix_path; /* the operand is a path */
	bool udp;       /* datagrams, unless a scheme says otherwise */
	bool numeric;   /* no look-ups */
	const char *interface;
};

/* AF_INET, AF_INET6 or AF_UNSPEC. */
int net_options_family(const struct net_options *net);

enum { NET_OPTION_COUNT = 6 };
extern const struct option_row net_option_rows[NET_OPTION_COUNT];

#endif
