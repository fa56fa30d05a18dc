/* net/order: lists of addresses, and RFC 8305's order of them. */
#include "net/order.h"

#include <criterion/criterion.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* "644" is an IPv6 address and two IPv4 ones; the port tells which of the word it was. */
static struct addr_list list_of(const char *families)
{
	struct addr_list list = { 0 };

	for (size_t i = 0; families[i]; i++) {
		struct addr a = addr_loopback(families[i] == '6' ? AF_INET6 : AF_INET, (uint16_t)i);

		cr_assert_eq(addr_list_add(&list, &a), 0);
	}
	return list;
}

static void expect_order(const char *families, const char *want)
{
	struct addr_list list = list_of(families);
	char got[32] = "";
	int last_port[2] = { -1, -1 };

	addr_list_interleave(&list);
	cr_assert_eq(list.count, strlen(families));
	for (size_t i = 0; i < list.count; i++) {
		bool v6 = list.at[i].at.any.sa_family == AF_INET6;

		got[i] = v6 ? '6' : '4';
		cr_assert((int)addr_port(&list.at[i]) > last_port[v6],
		          "%s: the order inside a family", families);
		last_port[v6] = addr_port(&list.at[i]);
	}
	cr_assert_str_eq(got, want, "%s became %s", families, got);
	addr_list_free(&list);
}

Test(order, families_alternate_beginning_with_the_first)
{
	expect_order("", "");
	expect_order("6", "6");
	expect_order("4", "4");
	expect_order("64", "64");
	expect_order("46", "46");
	expect_order("666444", "646464");
	expect_order("444666", "464646");
	expect_order("66664", "64666");
	expect_order("44446", "46444");
	expect_order("6644", "6464");
	expect_order("466", "466");
	expect_order("4666", "4666");
	expect_order("6464", "6464");
	expect_order("44466", "46464");
}

Test(order, no_address_is_lost_whatever_the_list)
{
	srand(2);
	for (int round = 0; round < 2000; round++) {
		char families[16] = "";
		size_t n = (size_t)rand() % 15, of[2] = { 0, 0 };

		for (size_t i = 0; i < n; i++)
			families[i] = rand() % 2 ? '6' : '4';
		struct addr_list list = list_of(families);
		addr_list_interleave(&list);
		uint16_t seen = 0;
		for (size_t i = 0; i < n; i++)
			seen = (uint16_t)(seen | 1 << addr_port(&list.at[i]));
		cr_assert_eq(seen, (1 << n) - 1);
		/* As long as both families have some left, neighbours differ. */
		for (size_t i = 0; i < n; i++)
			of[families[i] == '6']++;
		size_t pairs = of[0] < of[1] ? of[0] : of[1];
		for (size_t i = 1; i < 2 * pairs; i++)
			cr_assert_neq(list.at[i].at.any.sa_family, list.at[i - 1].at.any.sa_family,
			              "%s", families);
		addr_list_free(&list);
	}
}

Test(order, duplicates_are_dropped_and_the_order_stays)
{
	struct addr a = addr_loopback(AF_INET, 1), b = addr_loopback(AF_INET6, 1);
	struct addrinfo fourth = { .ai_addr = &b.at.any, .ai_addrlen = b.len };
	struct addrinfo third = { .ai_addr = &a.at.any, .ai_addrlen = a.len, .ai_next = &fourth };
	struct addrinfo second = { .ai_addr = &b.at.any, .ai_addrlen = b.len, .ai_next = &third };
	struct addrinfo first = { .ai_addr = &a.at.any, .ai_addrlen = a.len, .ai_next = &second };
	struct addr_list list;

	cr_assert_eq(addr_list_from(&list, &first), 0);
	cr_assert_eq(list.count, 2);
	cr_assert_eq(list.at[0].at.any.sa_family, AF_INET);
	cr_assert_eq(list.at[1].at.any.sa_family, AF_INET6);
	addr_list_free(&list);
	cr_assert_eq(list.count, 0);
	cr_assert_null(list.at);
	cr_assert_eq(addr_list_from(&list, NULL), 0);
	cr_assert_eq(list.count, 0);
	addr_list_free(&list);
}
