#include "stream/multicast.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/num.h"
#include "net/sockopt.h"
#include "sys/lookup.h"
#include "sys/socket.h"

const struct multicast multicast_none = { .ttl = 0 };

/* An option of the table, which has its name for the message. */
static int set_option(int fd, int level, int number, int value, struct err *err)
{
	int error = sys_setsockopt_int(fd, level, number, value);

	if (!error)
		return 0;
	return err_set(err, ERR_LOCAL, -error, "sockopt", "%s=%d",
	               sockopt_numbered(level, number)->name, value);
}

bool multicast_is_joined_at(const struct multicast *m, const struct addr *local)
{
	if (addr_is_group(local))
		return true;
	for (size_t i = 0; i < m->joins.count; i++)
		if (addr_is_wildcard(local) &&
		    m->joins.at[i].addr.at.any.sa_family == local->at.any.sa_family)
			return true;
	return false;
}

int multicast_share(int fd, int family, struct err *err)
{
	if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, err))
		return -1;
	return family == AF_INET ? set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0, err)
	                         : set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, err);
}

/* The index of NAME, which may be one itself; or a negative errno. */
static int interface_index(const char *name)
{
	int index = sys_if_nametoindex(name);
	uint64_t number;

	if (index < 0 && num_parse_uint(name, 1, INT32_MAX, &number) == NUM_OK)
		return (int)number;
	return index;
}

static int set_hops(const struct multicast *m, int fd, const struct addr *to, struct err *err)
{
	bool v4 = to->at.any.sa_family == AF_INET, group = addr_is_group(to);
	int value = (int)m->ttl;

	if (value == 0)
		return 0;
	if (v4)
		return set_option(fd, IPPROTO_IP, group ? IP_MULTICAST_TTL : IP_TTL, value, err);
	return set_option(fd, IPPROTO_IPV6, group ? IPV6_MULTICAST_HOPS : IPV6_UNICAST_HOPS, value,
	                  err);
}

/* The interface to send to the group TO by, or NULL for what the routes or SO_BINDTODEVICE say. */
static const char *interface_to(const struct multicast *m, const struct addr *to)
{
	if (m->interface)
		return NULL;
	if (m->zone[0])
		return m->zone;
	for (size_t i = 0; i < m->joins.count; i++)
		if (m->joins.at[i].interface[0] && addr_same_host(&m->joins.at[i].addr, to))
			return m->joins.at[i].interface;
	return NULL;
}

/* The interface to hear G on, or NULL for what the routes say. */
static const char *interface_of(const struct multicast *m, const struct group *g)
{
	if (g->interface[0])
		return g->interface;
	return m->zone[0] ? m->zone : m->interface;
}

static int set_interface(const struct multicast *m, int fd, const struct addr *to, struct err *err)
{
	const char *name = interface_to(m, to);
	int index = name ? interface_index(name) : 0;
	struct ip_mreqn v4 = { .imr_ifindex = index };

	if (index > 0)
		index = to->at.any.sa_family == AF_INET
		                ? sys_setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &v4, sizeof v4)
		                : sys_setsockopt_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
	return index < 0 ? err_set(err, ERR_LOCAL, -index, "interface", "%s", name) : 0;
}

int multicast_set_sending(const struct multicast *m, int fd, const struct addr *to, struct err *err)
{
	bool v4 = to->at.any.sa_family == AF_INET;

	if (set_hops(m, fd, to, err))
		return -1;
	if (m->loop_off && set_option(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
	                              v4 ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, 0, err))
		return -1;
	return addr_is_group(to) ? set_interface(m, fd, to, err) : 0;
}

static int join_fail(struct err *err, int error, const char *text, unsigned index)
{
	(void)err_set(err, ERR_LOCAL, error, "join", "%s", text);
	if (error == ENODEV && index == 0)
		err_hint(
			err,
			"no route leads there: name the interface, as in --join GROUP%%eth0, or with -I");
	if (error == ENOBUFS)
		err_hint(err,
		         "net.ipv4.igmp_max_memberships limits how many groups a socket joins");
	return -1;
}

/*
 * What the kernel takes: a struct group_source_req begins as a struct group_req does, and has the
 * source behind that.
 */
static int join_by_index(int fd, const struct group *g, unsigned index)
{
	int level = g->addr.at.any.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_req any = { .gr_interface = index };
	struct group_source_req one = { .gsr_interface = index };

	memcpy(&any.gr_group, &g->addr.at, g->addr.len);
	memcpy(&one.gsr_group, &g->addr.at, g->addr.len);
	memcpy(&one.gsr_source, &g->source.at, g->source.len);
	if (g->source.len)
		return sys_setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &one, sizeof one);
	return sys_setsockopt(fd, level, MCAST_JOIN_GROUP, &any, sizeof any);
}

static void join_tell(struct report *report, const struct group *g, const char *interface)
{
	char group[INET6_ADDRSTRLEN + 16], source[INET6_ADDRSTRLEN + 16] = "", more[160];
	struct text t = TEXT_OVER(group), s = TEXT_OVER(source), words = TEXT_OVER(more);

	addr_add_host(&t, &g->addr);
	if (g->source.len) {
		addr_add_host(&s, &g->source);
		text_add(&words, " for what %s sends", source);
	}
	if (interface)
		text_add(&words, " on %s", interface);
	REPORT(report, REPORT_JOINED, FIELD_STR("group", group),
	       FIELD_STR("source", source[0] ? source : NULL), FIELD_STR("interface", interface),
	       FIELD_WORDS(more));
}

static int join_one(const struct multicast *m, int fd, const struct group *g, struct report *report,
                    struct err *err)
{
	const char *interface = interface_of(m, g);
	int index = interface ? interface_index(interface) : 0;

	/* The address of a group on one link says which. */
	if (!interface && g->addr.at.any.sa_family == AF_INET6)
		index = (int)g->addr.at.v6.sin6_scope_id;
	int error = index < 0 ? index : join_by_index(fd, g, (unsigned)index);
	if (error)
		return join_fail(err, -error, g->text, (unsigned)index);
	join_tell(report, g, interface);
	return 0;
}

int multicast_join(const struct multicast *m, int fd, const struct addr *local,
                   struct report *report, struct err *err)
{
	char text[INET6_ADDRSTRLEN + 16];
	struct text t = TEXT_OVER(text);
	struct group own = { .addr = *local, .text = text };
	bool asked = false;

	for (size_t i = 0; i < m->joins.count; i++) {
		const struct group *g = &m->joins.at[i];

		if (g->addr.at.any.sa_family != local->at.any.sa_family)
			continue;
		asked = true;
		if (join_one(m, fd, g, report, err))
			return -1;
	}
	if (asked || !addr_is_group(local))
		return 0;
	addr_add_host(&t, local);
	addr_set_port(&own.addr, 0);
	return join_one(m, fd, &own, report, err);
}

/* Whether a socket for A can have to do with G, or with any group where that is NULL. */
static bool has_meaning(const struct group *g, enum multicast_role role, const struct addr *a)
{
	if (g && g->addr.at.any.sa_family != a->at.any.sa_family)
		return false;
	if (role == MULTICAST_SENDS || !g)
		return addr_is_group(a);
	return addr_is_wildcard(a) || addr_same_host(a, &g->addr);
}

static bool has_meaning_there(const struct group *g, enum multicast_role role,
                              const struct addr_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (has_meaning(g, role, &list->at[i]))
			return true;
	return false;
}

static int check_join(const struct group *g, enum multicast_role role, const char *endpoint,
                      struct err *err)
{
	bool v4 = g->addr.at.any.sa_family == AF_INET;

	if (role == MULTICAST_SENDS)
		return err_usage(err, "--join %s has no meaning for %s, which is no group of %s",
		                 g->text, endpoint, v4 ? "IPv4" : "IPv6");
	(void)err_usage(err,
	                "--join %s has no meaning for %s: a socket bound there does not hear it",
	                g->text, endpoint);
	err_hint(err, "listen on the port alone, or on the group itself");
	return -1;
}

int multicast_check(const struct multicast *m, enum multicast_role role,
                    const struct addr_list *list, const char *endpoint, struct err *err)
{
	bool joins = role == MULTICAST_LISTENS && m->joins.count > 0;

	for (size_t i = 0; i < m->joins.count; i++)
		if (!has_meaning_there(&m->joins.at[i], role, list))
			return check_join(&m->joins.at[i], role, endpoint, err);
	if (m->loop_off && !joins && !has_meaning_there(NULL, role, list))
		return err_usage(err, "--loop off has no meaning for %s, which is no group",
		                 endpoint);
	return 0;
}
