#include "sys/lookup.h"

#include <net/if.h>
#include <stdio.h>

#include "sys/call.h"

_Static_assert(SYS_IF_NAME_SIZE == IF_NAMESIZE, "an interface name must fit");

int sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                    struct addrinfo **list, int *error)
{
	struct sys_call call = { SYS_GETADDRINFO, .arg = { (intptr_t)host, (intptr_t)service,
		                                           (intptr_t)hints, (intptr_t)list } };
	int eai = EAI_SYSTEM;

	*list = NULL;
	*error = 0;
	errno = 0;
	if (SYS_TRY(call, 0) == 0)
		call.result = eai = getaddrinfo(host, service, hints, list);
	if (eai == EAI_SYSTEM)
		*error = errno;
	call.result = eai;
	if (UNLIKELY(sys_observer != NULL))
		sys_after(&call);
	return eai;
}

void sys_freeaddrinfo(struct addrinfo *list)
{
	if (list)
		freeaddrinfo(list);
}

int sys_getnameinfo(const struct sockaddr *addr, socklen_t len, char *host, size_t host_size,
                    char *service, size_t service_size, int flags)
{
	struct sys_call call = { SYS_GETNAMEINFO, .arg = { (intptr_t)addr, len, (intptr_t)host,
		                                           (intptr_t)service, flags } };
	int eai = EAI_SYSTEM;

	if (SYS_TRY(call, 0) == 0)
		eai = getnameinfo(addr, len, host, (socklen_t)host_size, service,
		                  (socklen_t)service_size, flags);
	call.result = eai;
	if (UNLIKELY(sys_observer != NULL))
		sys_after(&call);
	return eai;
}

const char *sys_eai_text(int eai)
{
	return gai_strerror(eai);
}

void sys_if_name(unsigned index, char name[SYS_IF_NAME_SIZE])
{
	if (!if_indextoname(index, name))
		(void)snprintf(name, SYS_IF_NAME_SIZE, "%u", index);
}
