#include "out/decode_group.h"

#include <netinet/in.h>
#include <string.h>

#include "net/addr.h"
#include "sys/lookup.h"

/* "3 (eth0)"; 0 leaves it to the routes. */
static void add_interface(struct text *t, unsigned index)
{
	char name[SYS_IF_NAME_SIZE];

	text_add(t, "%u", index);
	if (index == 0)
		return;
	sys_if_name(index, name);
	text_add(t, " (%s)", name);
}

static void add_addr(struct text *t, const char *name, const struct sockaddr_storage *at)
{
	struct addr a = addr_from((const struct sockaddr *)at, sizeof a.at);

	text_add(t, ", %s=", name);
	addr_add_host(t, &a);
}

void decode_group_add(struct text *t, int number, const void *value, size_t len)
{
	struct group_req any;
	struct group_source_req one;
	struct ip_mreqn v4;
	unsigned index;

	text_add_str(t, "{");
	if (number == MCAST_JOIN_GROUP && len == sizeof any) {
		memcpy(&any, value, len);
		text_add_str(t, "gr_interface=");
		add_interface(t, any.gr_interface);
		add_addr(t, "gr_group", &any.gr_group);
	} else if (number == MCAST_JOIN_SOURCE_GROUP && len == sizeof one) {
		memcpy(&one, value, len);
		text_add_str(t, "gsr_interface=");
		add_interface(t, one.gsr_interface);
		add_addr(t, "gsr_group", &one.gsr_group);
		add_addr(t, "gsr_source", &one.gsr_source);
	} else if (number == IP_MULTICAST_IF && len == sizeof v4) {
		memcpy(&v4, value, len);
		text_add_str(t, "imr_ifindex=");
		add_interface(t, (unsigned)v4.imr_ifindex);
	} else if (number == IPV6_MULTICAST_IF && len == sizeof index) {
		memcpy(&index, value, len);
		add_interface(t, index);
	} else {
		text_add(t, "%zu bytes", len);
	}
	text_add_str(t, "}");
}
