/* Which network, and how endpoints are read: shared by all commands that open connections. */
#ifndef SOCKIT_CLI_NET_OPTIONS_H
#define SOCKIT_CLI_NET_OPTIONS_H

#include "cli/option.h"
#include "net/sockopt.h"

struct net_options {
	bool ipv4;
	bool ipv6;
	bool unix_path; /* the operand is a path */
	bool udp;       /* datagrams, unless a scheme says otherwise */
	bool numeric;   /* no look-ups */
	const char *interface;
	struct option_list sockopt; /* "NAME=VALUE" each */
	const char *sockopt_from;   /* the option that they came with; NULL: --sockopt */
};

/* AF_INET, AF_INET6 or AF_UNSPEC. */
int net_options_family(const struct net_options *net);

/*
 * Read the socket options that were asked for; ROLE is the socket's. -1 with a usage error, also
 * for one that can have no meaning for SPEC or for the family that was asked for.
 */
int net_options_sockopts(const struct net_options *net, const struct spec *spec,
                         enum sockopt_place role, struct sockopt_list *list,
                         struct err *err) MUST_CHECK;

enum { NET_OPTION_COUNT = 7 };
extern const struct option_row net_option_rows[NET_OPTION_COUNT];

#endif
