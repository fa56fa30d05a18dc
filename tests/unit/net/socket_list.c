/* net/socket_list: sockets as plain data, in an order of their own. */
#include "net/socket_list.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

static const struct socket_entry ordered[] = {
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 127 }, 22 }, .inode = 9 },
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 0 }, 80 }, .inode = 8 },
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 10 }, 80 }, .inode = 7 },
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 10 }, 80 }, .remote = { { 9 }, 5 } },
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 10 }, 80 }, .remote = { { 8 }, 6 } },
	{ .kind = SOCKET_TCP, .family = AF_INET6, .local = { { 0 }, 80 }, .inode = 6 },
	{ .kind = SOCKET_TCP, .family = AF_INET, .local = { { 0 }, 443 }, .inode = 10 },
	{ .kind = SOCKET_UDP, .family = AF_INET, .local = { { 0 }, 1 }, .inode = 5 },
	{ .kind = SOCKET_UDP, .family = AF_INET6, .local = { { 0 }, 1 }, .inode = 11 },
	{ .kind = SOCKET_UNIX, .family = AF_UNIX, .path = "/a", .inode = 4 },
	{ .kind = SOCKET_UNIX, .family = AF_UNIX, .path = "/b", .inode = 1 },
	{ .kind = SOCKET_UNIX, .family = AF_UNIX, .path = "/b", .inode = 3 },
	{ .kind = SOCKET_UNIX, .family = AF_UNIX, .inode = 2 },
};

Test(socket_list, order)
{
	struct socket_list list = { 0 };

	/* Thirteen is a prime, so that every step passes each of them. */
	for (size_t step = 1; step < ARRAY_LEN(ordered); step++) {
		for (size_t i = 0; i < ARRAY_LEN(ordered); i++)
			cr_assert_eq(socket_list_add(&list, &ordered[i * step % ARRAY_LEN(ordered)],
			                             SOCKET_LISTEN),
			             0);
		socket_list_sort(&list);
		for (size_t i = 0; i < ARRAY_LEN(ordered); i++) {
			const struct socket_entry *e = &list.at[i];

			cr_assert_eq(e->inode, ordered[i].inode, "step %zu, %zu", step, i);
			cr_assert_eq(e->local.port, ordered[i].local.port);
			cr_assert_eq(e->remote.port, ordered[i].remote.port);
		}
		socket_list_free(&list);
	}
}

Test(socket_list, states)
{
	struct socket_list list = { 0 };
	struct socket_entry e = { .kind = SOCKET_TCP };

	for (unsigned state = 1; state <= SOCKET_CLOSING; state++) {
		cr_assert_eq(socket_list_add(&list, &e, state), 0);
		cr_assert_eq(list.at[list.count - 1].state, state);
		cr_assert_not_null(socket_state_names[state]);
	}
	/* Whatever a kernel to come may say. */
	cr_assert_eq(socket_list_add(&list, &e, 13), 0);
	cr_assert_eq(list.at[list.count - 1].state, SOCKET_NO_STATE);
	socket_list_free(&list);
}

Test(socket_list, addresses)
{
	struct socket_entry e = { .family = AF_INET, .local = { { 192, 0, 2, 1, 99 }, 80 } };
	struct addr a = socket_end_addr(&e, &e.local);
	char buf[64];
	struct text t = TEXT_OVER(buf);

	addr_add_word(&t, &a);
	e.family = AF_INET6;
	memset(&e.local, 0, sizeof e.local);
	e.local.addr[15] = 1;
	e.local.port = 65535;
	a = socket_end_addr(&e, &e.local);
	addr_add_word(&t, &a);
	cr_assert_str_eq(buf, "192.0.2.1:80[::1]:65535");
}
