#include "cli/net_options.h"

#include <sys/socket.h>

const struct option_row net_option_rows[NET_OPTION_COUNT] = {
	{
		.name = "ipv4",
		.letter = '4',
		FLAG_FIELD(struct net_options, ipv4),
		.excludes = OPTION_NAMES("ipv6"),
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
};

int net_options_family(const struct net_options *net)
{
	return net->ipv4 ? AF_INET : net->ipv6 ? AF_INET6 : AF_UNSPEC;
}
