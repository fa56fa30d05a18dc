#include "net/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int group_bad(const char *text, struct err *err, const char *what)
{
	(void)err_usage(err, "--join %s: %s", text, what);
	err_hint(err, "it is written GROUP, GROUP%%INTERFACE or SOURCE@GROUP%%INTERFACE");
	return -1;
}

static int group_not_one(const char *text, struct err *err)
{
	(void)err_usage(err, "--join %s: not a multicast group in numbers", text);
	err_hint(err, "groups are 224.0.0.0 to 239.255.255.255, and IPv6 addresses in ff00::/8");
	return -1;
}

/* The LEN bytes at AT as an address of its own. */
static bool read_addr(struct addr *a, const char *at, size_t len)
{
	char word[INET6_ADDRSTRLEN] = "";

	if (len >= sizeof word)
		return false;
	memcpy(word, at, len);
	return addr_of_text(a, word);
}

static int group_read(struct group *g, const char *text, struct err *err)
{
	const char *at = strchr(text, '@'), *name = at ? at + 1 : text;
	const char *zone = strchr(name, '%');
	size_t len = zone ? (size_t)(zone - name) : strlen(name);
	size_t zone_len = zone ? strlen(zone + 1) : 0;

	*g = (struct group){ .text = text };
	if (!read_addr(&g->addr, name, len) || !addr_is_group(&g->addr))
		return group_not_one(text, err);
	if (at && (!read_addr(&g->source, text, (size_t)(at - text)) || addr_is_group(&g->source) ||
	           addr_is_wildcard(&g->source)))
		return group_bad(text, err, "the source is not the address of a host");
	if (at && g->source.at.any.sa_family != g->addr.at.any.sa_family)
		return group_bad(text, err, "source and group are not of one family");
	if (zone && zone_len == 0)
		return group_bad(text, err, "the interface is empty");
	if (zone_len >= sizeof g->interface)
		return group_bad(text, err, "no interface has so long a name");
	if (zone)
		memcpy(g->interface, zone + 1, zone_len);
	return 0;
}

/* A socket hears of a group everybody, or those it named. */
static int group_check_against(const struct group *g, const struct group *other, struct err *err)
{
	if (!addr_same_host(&g->addr, &other->addr) || strcmp(g->interface, other->interface) != 0)
		return 0;
	if (!g->source.len != !other->source.len)
		return err_usage(err, "--join %s and --join %s exclude each other", other->text,
		                 g->text);
	if (!g->source.len || addr_same_host(&g->source, &other->source))
		return err_usage(err, "--join %s is there twice", g->text);
	return 0;
}

int group_list_add(struct group_list *list, const char *text, struct err *err)
{
	struct group *grown = reallocarray(list->at, list->count + 1, sizeof *grown);

	if (!grown)
		return err_set(err, ERR_LOCAL, ENOMEM, "join", "%s", text);
	list->at = grown;

	struct group *g = &grown[list->count];

	if (group_read(g, text, err))
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (group_check_against(g, &grown[i], err))
			return -1;
	list->count++;
	return 0;
}

void group_list_free(struct group_list *list)
{
	free(list->at);
	*list = (struct group_list){ 0 };
}

static bool is_of_one_link(const struct addr *a)
{
	size_t n;

	return a->at.any.sa_family == AF_INET6 && (addr_bytes(a, &n)[1] & 0x0f) == 2;
}

int group_take_interface(char *host, char interface[GROUP_INTERFACE_SIZE], struct err *err)
{
	char *zone = strchr(host, '%');
	struct addr a;

	interface[0] = '\0';
	if (!zone || !read_addr(&a, host, (size_t)(zone - host)) || !addr_is_group(&a) ||
	    is_of_one_link(&a))
		return 0;
	if (!zone[1] || strlen(zone + 1) >= GROUP_INTERFACE_SIZE)
		return err_usage(err, "%s: no interface has such a name", host);
	memcpy(interface, zone + 1, strlen(zone + 1) + 1);
	*zone = '\0';
	return 0;
}
