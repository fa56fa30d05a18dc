#include "cli/net_options.h"

#include <sys/socket.h>

const struct option_row net_option_rows[NET_OPTION_COUNT] = {
	{
		.name = "ipv4",
		.letter = '4',
		FLAG_FIELD(struct net_options, ipv4),
		.excludes = "ipv6",
		.only_for = FOR_INET,
		.help = "use IPv4 addresses only",
	},
	{
		.name = "ipv6",
		.letter = '6',
		FLAG_FIELD(struct net_options, ipv6),
		.only_for = FOR_INET,
		.help = "use IPv6 addresses only",
	},
	{
		.name = "udp",
		.letter = 'u',
		FLAG_FIELD(struct net_options, udp),
		.only_for = FOR_DATAGRAM,
		.help = "datagrams: UDP, or with a path a Unix datagram socket",
	},
	{
		.name = "unix",
		.letter = 'U',
		FLAG_FIELD(struct net_options, unix_path),
		.only_for = FOR_PATH,
		.help = "the operand is the path of a Unix socket, whatever it looks like",
	},
	{
		.name = "numeric",
		.letter = 'n',
		FLAG_FIELD(struct net_options, numeric),
		.only_for = FOR_INET,
		.help = "take numeric addresses only and look no name up",
		.man = "A host name is then an error. Service names are still known.",
	},
	{
		.name = "interface",
		.letter = 'I',
		STRING_FIELD(struct net_options, interface),
		.arg = "DEV",
		.only_for = FOR_INET,
		.complete = COMPLETE_INTERFACE,
		.help = "use this network interface only",
	},
	{
		.name = "sockopt",
		LIST_FIELD(struct net_options, sockopt),
		.arg = "NAME=VALUE",
		.complete = COMPLETE_SOCKOPT,
		.help = "set a socket option; may be repeated",
		.man = "NAME is one of those in sockit(1), SOCKET OPTIONS, or that of the C constant. Of an "
		       "endpoint with addresses of both families, options of IPv4 go to the IPv4 sockets and "
		       "options of IPv6 to the others. With -vv what the kernel made of each is told.",
	},
};

int net_options_family(const struct net_options *net)
{
	return net->ipv4 ? AF_INET : net->ipv6 ? AF_INET6 : AF_UNSPEC;
}

static unsigned net_options_places(const struct spec *spec)
{
	bool inet = spec->kind == SPEC_TCP || spec->kind == SPEC_UDP;
	bool datagram = spec_socktype(spec->kind) == SOCK_DGRAM;

	return (datagram ? SOCKOPT_DATAGRAM : SOCKOPT_STREAM) |
	       (inet ? SOCKOPT_IPV4 | SOCKOPT_IPV6 : SOCKOPT_UNIX);
}

/* An option of the family that was not asked for. */
static int net_options_check_family(const struct net_options *net, const struct spec *spec,
                                    const struct sockopt_list *list, enum sockopt_place role,
                                    struct err *err)
{
	unsigned type = net_options_places(spec) & (SOCKOPT_STREAM | SOCKOPT_DATAGRAM);
	unsigned family = net->ipv4 ? SOCKOPT_IPV4 : SOCKOPT_IPV6;
	const struct sockopt_setting *misfit =
		sockopt_list_misfit(list, type | (unsigned)role | family);

	if (!misfit || (!net->ipv4 && !net->ipv6))
		return 0;
	return err_usage(err, "%s %s and --%s exclude each other", sockopt_list_from(list),
	                 misfit->option->name, net->ipv4 ? "ipv4" : "ipv6");
}

int net_options_sockopts(const struct net_options *net, const struct spec *spec,
                         enum sockopt_place role, struct sockopt_list *list, struct err *err)
{
	unsigned places = net_options_places(spec) | (unsigned)role;

	list->count = 0;
	list->from = net->sockopt_from;
	for (size_t i = 0; i < net->sockopt.count; i++)
		if (sockopt_list_add(list, net->sockopt.at[i], err))
			return -1;
	const struct sockopt_setting *misfit = sockopt_list_misfit(list, places);
	if (misfit && sockopt_suits(misfit->option,
	                            net_options_places(spec) | SOCKOPT_CONNECTS | SOCKOPT_LISTENS))
		return err_usage(err, "%s %s has no meaning for a socket that %s",
		                 sockopt_list_from(list), misfit->option->name,
		                 role == SOCKOPT_LISTENS ? "listens" : "connects");
	if (misfit)
		return sockopt_refuse(list, misfit->option, spec->text, err);
	return net_options_check_family(net, spec, list, role, err);
}
