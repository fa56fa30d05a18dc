#include "net/order.h"

#include <netdb.h>
#include <string.h>

int addr_list_add(struct addr_list *list, const struct addr *a)
{
	struct addr *grown = reallocarray(list->at, list->count + 1, sizeof *grown);

	if (!grown)
		return -1;
	list->at = grown;
	list->at[list->count++] = *a;
	return 0;
}

static bool addr_list_has(const struct addr_list *list, const struct addr *a)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].len == a->len && memcmp(&list->at[i].at, &a->at, a->len) == 0)
			return true;
	return false;
}

int addr_list_from(struct addr_list *list, const struct addrinfo *info)
{
	struct addr_list made = { 0 };

	for (; info; info = info->ai_next) {
		struct addr a = addr_from(info->ai_addr, info->ai_addrlen);

		if (!addr_list_has(&made, &a) && addr_list_add(&made, &a)) {
			addr_list_free(&made);
			return -1;
		}
	}
	*list = made;
	return 0;
}

int addr_list_add_loopback(struct addr_list *list, int family, uint16_t port)
{
	static const int families[] = { AF_INET6, AF_INET };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct addr a = addr_loopback(families[i], port);

		if (family != AF_UNSPEC && family != families[i])
			continue;
		if (addr_list_add(list, &a))
			return -1;
	}
	return 0;
}

void addr_list_free(struct addr_list *list)
{
	free(list->at);
	*list = (struct addr_list){ 0 };
}

/* The first address from FROM on whose family is (or is not) FAMILY; count when there is none. */
static size_t addr_list_find(const struct addr_list *list, size_t from, int family, bool same)
{
	while (from < list->count && (list->at[from].at.any.sa_family == family) != same)
		from++;
	return from;
}

void addr_list_interleave(struct addr_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		int before = list->at[i - 1].at.any.sa_family;
		size_t other = addr_list_find(list, i, before, false);

		if (other == list->count)
			return;
		struct addr moved = list->at[other];
		memmove(&list->at[i + 1], &list->at[i], (other - i) * sizeof moved);
		list->at[i] = moved;
	}
}
