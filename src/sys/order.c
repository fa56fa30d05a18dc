#include "sys/order.h"

#include <arpa/inet.h>
#include <endian.h>

enum sys_op sys_order_op(unsigned width, bool from_network)
{
	if (width == 16)
		return from_network ? SYS_NTOHS : SYS_HTONS;
	if (width == 32)
		return from_network ? SYS_NTOHL : SYS_HTONL;
	return from_network ? SYS_BE64TOH : SYS_HTOBE64;
}

unsigned sys_order_width(enum sys_op op)
{
	if (op == SYS_HTONS || op == SYS_NTOHS)
		return 16;
	if (op == SYS_HTONL || op == SYS_NTOHL)
		return 32;
	return op == SYS_HTOBE64 || op == SYS_BE64TOH ? 64 : 0;
}

static uint64_t order_of(enum sys_op op, uint64_t value)
{
	if (op == SYS_HTONS)
		return htons((uint16_t)value);
	if (op == SYS_NTOHS)
		return ntohs((uint16_t)value);
	if (op == SYS_HTONL)
		return htonl((uint32_t)value);
	if (op == SYS_NTOHL)
		return ntohl((uint32_t)value);
	return op == SYS_HTOBE64 ? htobe64(value) : be64toh(value);
}

uint64_t sys_order(enum sys_op op, uint64_t value)
{
	struct sys_call call = { op, .arg = { (intptr_t)value } };

	/* It is no call to the kernel: there is no failing, and a veto changes nothing. */
	if (UNLIKELY(sys_observer != NULL))
		(void)sys_before(&call);
	uint64_t result = order_of(op, value);
	call.result = (intptr_t)result;
	if (UNLIKELY(sys_observer != NULL))
		sys_after(&call);
	return result;
}

bool sys_is_little_endian(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}
