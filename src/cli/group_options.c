#include "cli/group_options.h"

#include <string.h>

static const struct option_choice loop_choices[] = {
	{ "on", GROUP_LOOP_ON, "programs of this machine that have joined the group hear it" },
	{ "off", GROUP_LOOP_OFF, "they do not; others do" },
	{ "", 0, "" },
};

const struct option_row group_option_rows[GROUP_OPTION_COUNT] = {
	{
		.name = "join",
		LIST_FIELD(struct group_options, join),
		.arg = "GROUP",
		.only_for = FOR_UDP,
		.help = "hear a multicast group, GROUP%IF on one interface; may be repeated",
		.man = "With SOURCE@GROUP only what that source sends. Without an interface it is that of -I, or "
		       "the one that the routes lead to. The port may then be shared with others that join a "
		       "group.",
	},
	{
		.name = "ttl",
		UINT_FIELD(struct group_options, ttl),
		.arg = "N",
		.min = 1,
		.max = 255,
		.only_for = FOR_INET,
		.help = "let packets go at most N hops",
		.man = "The kernel's default is 1 for multicast and mostly 64 for the rest.",
	},
	{
		.name = "loop",
		CHOICE_FIELD(struct group_options, loop),
		.arg = "WHAT",
		.choices = loop_choices,
		.fallback = "on",
		.only_for = FOR_UDP,
		.help = "whether this machine hears what it sends to a group itself",
	},
};

int group_options_read(const struct group_options *o, const struct net_options *net,
                       struct spec *spec, struct multicast *multicast, struct err *err)
{
	char *zone = multicast->zone;

	*multicast = (struct multicast){
		.ttl = o->ttl,
		.loop_off = o->loop == GROUP_LOOP_OFF,
		.interface = net->interface,
	};
	if (spec->kind == SPEC_UDP && group_take_interface(spec->host, zone, err))
		return -1;
	if (zone[0] && net->interface && strcmp(zone, net->interface) != 0)
		return err_usage(err, "-I %s and %s exclude each other", net->interface,
		                 spec->text);
	for (size_t i = 0; i < o->join.count; i++) {
		if (group_list_add(&multicast->joins, o->join.at[i], err))
			return -1;
		bool v4 = multicast->joins.at[i].addr.at.any.sa_family == AF_INET;

		if (v4 ? net->ipv6 : net->ipv4)
			return err_usage(err, "--join %s and --%s exclude each other",
			                 o->join.at[i], v4 ? "ipv6" : "ipv4");
	}
	return 0;
}
