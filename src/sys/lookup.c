#include "sys/lookup.h"

#include <locale.h>
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
	/*
	 * A file or a server that it could not even open: that it has not found the name says
	 * nothing.
	 */
	if (eai != 0 && (errno == EMFILE || errno == ENFILE))
		eai = EAI_SYSTEM;
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
	if (UNLIKELY(sys_observer != NULL)) {
		int error = errno;

		sys_after(&call);
		errno = error;
	}
	return eai;
}

/* A way to ask for a struct hostent, with ROOM for what that points to. */
struct host_ask {
	const struct sys_call *call;
	struct hostent *host;
	char *room;
	size_t size;
	int h_error;
};

static int host_ask_once(struct host_ask *ask)
{
	const intptr_t *arg = ask->call->arg;
	struct hostent *found = NULL;
	int error;

	if (ask->call->op == SYS_GETHOSTBYNAME2_R)
		error = gethostbyname2_r((const char *)arg[0], (int)arg[1], ask->host, ask->room,
		                         ask->size, &found, &ask->h_error);
	else
		error = gethostbyaddr_r((const void *)arg[0], (socklen_t)arg[1], (int)arg[2],
		                        ask->host, ask->room, ask->size, &found, &ask->h_error);
	if (error == 0 && !found && ask->h_error == NETDB_SUCCESS)
		ask->h_error = HOST_NOT_FOUND;
	if (error == 0 && found)
		ask->h_error = NETDB_SUCCESS;
	else if (error && ask->h_error == NETDB_SUCCESS)
		ask->h_error = NETDB_INTERNAL;
	return error;
}

/* A name may have any number of addresses: with twice the room until it is enough. */
static void host_ask(struct host_ask *ask)
{
	enum { ROOM_FIRST = 1024, ROOM_LAST = 16 << 20 };
	int error = ERANGE;

	for (ask->size = ROOM_FIRST; error == ERANGE && ask->size <= ROOM_LAST; ask->size *= 2) {
		char *grown = realloc(ask->room, ask->size);

		if (!grown) {
			ask->h_error = NETDB_INTERNAL;
			errno = ENOMEM;
			return;
		}
		ask->room = grown;
		ask->h_error = NETDB_SUCCESS;
		error = host_ask_once(ask);
	}
	if (error)
		errno = error;
}

static int host_run(struct sys_call *call, struct hostent *host, void **room, int *error)
{
	struct host_ask ask = { .call = call, .host = host, .h_error = NETDB_INTERNAL };

	if (SYS_TRY(*call, 0) == 0)
		host_ask(&ask);
	*error = ask.h_error == NETDB_INTERNAL ? errno : 0;
	call->result = ask.h_error;
	if (UNLIKELY(sys_observer != NULL))
		sys_after(call);
	if (ask.h_error != NETDB_SUCCESS)
		free(TAKE(ask.room));
	*room = ask.room;
	return ask.h_error;
}

int sys_gethostbyname2(const char *name, int family, struct hostent *host, void **room, int *error)
{
	struct sys_call call = { SYS_GETHOSTBYNAME2_R,
		                 .arg = { (intptr_t)name, family, (intptr_t)host } };

	return host_run(&call, host, room, error);
}

int sys_gethostbyaddr(const void *addr, socklen_t len, int family, struct hostent *host,
                      void **room, int *error)
{
	struct sys_call call = { SYS_GETHOSTBYADDR_R,
		                 .arg = { (intptr_t)addr, len, family, (intptr_t)host } };

	return host_run(&call, host, room, error);
}

void sys_names_are_utf8(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		(void)setlocale(LC_CTYPE, "");
}

const char *sys_eai_text(int eai)
{
	return gai_strerror(eai);
}

const char *sys_h_errno_text(int h_error)
{
	return hstrerror(h_error);
}

int sys_if_nametoindex(const char *name)
{
	struct sys_call call = { SYS_IF_NAMETOINDEX, .arg = { (intptr_t)name } };
	unsigned index = 0;

	SYS_RUN(call, (index = if_nametoindex(name)) > 0 ? (intptr_t)index : -1);
	return (int)call.result;
}

void sys_if_name(unsigned index, char name[SYS_IF_NAME_SIZE])
{
	if (!if_indextoname(index, name))
		(void)snprintf(name, SYS_IF_NAME_SIZE, "%u", index);
}
