/* net/service_list: what the system's database and the built-in table hold, as one kind of list. */
#include "net/service_list.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "net/service.h"
#include "net/service_query.h"
#include "sys/call.h"

Test(service_list, built_in)
{
	struct service_list list = { 0 };
	struct err err;

	service_list_add_built_in(&list);
	cr_assert_eq(service_list_check(&list, &err), 0);
	cr_assert_eq(list.count, service_count);
	cr_assert(list.count >= 300, "%zu entries", list.count);
	for (size_t i = 0; i < list.count; i++) {
		cr_assert(list.at[i].built_in);
		cr_assert_str_eq(list.at[i].name, service_table[i].name);
		cr_assert_str_eq(list.at[i].protocol, service_table[i].protocol);
		cr_assert_str_eq(list.at[i].aliases, service_table[i].aliases);
		cr_assert_eq(list.at[i].port, service_table[i].port);
	}
	service_list_free(&list);
	cr_assert_eq(list.count, 0);
}

Test(service_list, by_port_gives_the_first)
{
	struct service_list list = { 0 };

	cr_assert_null(service_list_at(&list, 80, "tcp"));
	service_list_add_built_in(&list);
	service_list_sort(&list);
	for (size_t i = 0; i < list.count; i++) {
		const struct service_entry *e = &list.at[i];
		const struct service_entry *at = service_list_at(&list, e->port, e->protocol);

		cr_assert_not_null(at, "%s", e->name);
		cr_assert(at <= e && at->port == e->port);
		cr_assert_str_eq(at->protocol, e->protocol);
	}
	cr_assert_null(service_list_at(&list, 80, "sctp"));
	cr_assert_null(service_list_at(&list, 0, "tcp"));
	cr_assert_null(service_list_at(&list, 65535, "tcp"));
	service_list_free(&list);
}

/* A database that answers, but does not let itself be listed. */
static int refuse_walks(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_GETSERVENT ? EOPNOTSUPP : 0;
}

Test(service_list, what_is_asked_for_is_added_once)
{
	struct sys_observer observer = { .before = refuse_walks };
	struct service_list list = { 0 };
	struct service_query q;
	struct err err;

	sys_observe(&observer);
	service_list_add_system(&list);
	cr_assert_eq(list.count, 0);
	cr_assert_eq(service_query_parse(&q, "HTTP", &err), 0);
	service_list_ask(&list, &q);
	/* Without a database nobody answers; with one, only once. */
	size_t count = list.count;
	cr_assert(count <= 1);
	service_list_ask(&list, &q);
	cr_assert_eq(service_query_parse(&q, "80/tcp", &err), 0);
	service_list_ask(&list, &q);
	cr_assert_eq(list.count, count);
	if (count > 0) {
		cr_assert_str_eq(list.at[0].name, "http");
		cr_assert(!list.at[0].built_in);
	}
	cr_assert_eq(service_query_parse(&q, "no-such-name", &err), 0);
	service_list_ask(&list, &q);
	cr_assert_eq(list.count, count);
	service_list_free(&list);
}
