/* sys/order: the six functions, told to the observer, and none of them can fail. */
#include "sys/order.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <endian.h>
#include <string.h>

#include "base/attr.h"

static const struct {
	enum sys_op op;
	unsigned width;
	bool from_network;
} ops[] = {
	{ SYS_HTONS, 16, false }, { SYS_HTONL, 32, false }, { SYS_HTOBE64, 64, false },
	{ SYS_NTOHS, 16, true },  { SYS_NTOHL, 32, true },  { SYS_BE64TOH, 64, true },
};

Test(order, op_and_width_belong_together)
{
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		cr_assert_eq(sys_order_op(ops[i].width, ops[i].from_network), ops[i].op);
		cr_assert_eq(sys_order_width(ops[i].op), ops[i].width);
	}
	cr_assert_eq(sys_order_width(SYS_GETADDRINFO), 0);
	cr_assert_eq(sys_order_width(SYS_EPOLL_CREATE), 0);
}

Test(order, is_that_of_the_library)
{
	static const uint64_t values[] = { 0,          1,          0xd04c,     0xffff,
		                           0x8002c2f2, UINT32_MAX, UINT64_MAX, 0x0123456789abcdef };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		uint64_t v = values[i];

		cr_assert_eq(sys_order(SYS_HTONS, v), htons((uint16_t)v));
		cr_assert_eq(sys_order(SYS_NTOHS, v), ntohs((uint16_t)v));
		cr_assert_eq(sys_order(SYS_HTONL, v), htonl((uint32_t)v));
		cr_assert_eq(sys_order(SYS_NTOHL, v), ntohl((uint32_t)v));
		cr_assert_eq(sys_order(SYS_HTOBE64, v), htobe64(v));
		cr_assert_eq(sys_order(SYS_BE64TOH, v), be64toh(v));
	}
}

Test(order, little_endian_is_where_the_first_byte_counts_least)
{
	uint16_t one = 1;
	uint8_t first;

	memcpy(&first, &one, 1);
	cr_assert_eq(sys_is_little_endian(), first == 1);
}

static struct sys_call seen;

static int veto(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	(void)call;
	return EIO;
}

static void see(struct sys_observer *self, const struct sys_call *call)
{
	(void)self;
	seen = *call;
}

Test(order, is_seen_and_cannot_be_made_to_fail)
{
	struct sys_observer observer = { veto, see };

	sys_observe(&observer);
	uint64_t result = sys_order(SYS_HTOBE64, UINT64_MAX - 1);
	sys_observe(NULL);
	cr_assert_eq(result, htobe64(UINT64_MAX - 1));
	cr_assert_eq(seen.op, SYS_HTOBE64);
	cr_assert_eq((uint64_t)seen.arg[0], UINT64_MAX - 1);
	cr_assert_eq((uint64_t)seen.result, result);
}
