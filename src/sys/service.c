#include "sys/service.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stddef.h>
#include <stdlib.h>

#include "sys/call.h"

/* Room for the texts of one entry: as much as most need, and as much as any may have. */
enum { ROOM_FIRST = 1024, ROOM_MAX = 1 << 20 };

/* What is asked for. Neither a name nor a port: whatever comes next. */
struct question {
	const char *name;
	const uint16_t *port;
	const char *protocol;
};

struct room {
	char first[ROOM_FIRST];
	char *grown; /* NULL until it is needed */
	size_t size;
};

/*
 * getservent_r, which says ENOENT also where the file cannot be read any further; glibc leaves in
 * errno then why. Other values may come from a module that was asked in vain.
 */
static int ask_next(struct servent *entry, char *at, size_t size, struct servent **found)
{
	errno = 0;
	int error = getservent_r(entry, at, size, found);
	bool cut = errno == EIO || errno == EISDIR || errno == ENOMEM || errno == EMFILE ||
	           errno == ENFILE;

	return error == ENOENT && cut ? errno : error;
}

static struct servent *ask_in(const struct question *q, struct servent *entry, char *at,
                              size_t size, int *error)
{
	struct servent *found = NULL;

	if (q->name)
		*error = getservbyname_r(q->name, q->protocol, entry, at, size, &found);
	else if (q->port)
		*error = getservbyport_r(htons(*q->port), q->protocol, entry, at, size, &found);
	else
		*error = ask_next(entry, at, size, &found);
	return found;
}

/* The answer, with more and more room until it fits. NULL with errno: ENOENT when there is none. */
static struct servent *ask(const struct question *q, struct servent *entry, struct room *room)
{
	int error;
	struct servent *found = ask_in(q, entry, room->grown ? room->grown : room->first,
	                               room->grown ? room->size : sizeof room->first, &error);

	while (!found && error == ERANGE && room->size < ROOM_MAX) {
		size_t size = room->grown ? 2 * room->size : 2 * sizeof room->first;
		char *grown = realloc(room->grown, size);

		if (!grown) {
			error = ENOMEM;
			break;
		}
		room->grown = grown;
		room->size = size;
		found = ask_in(q, entry, grown, size, &error);
	}
	errno = error ? error : ENOENT;
	return found;
}

static void tell(const struct servent *entry, sys_service_found *found, void *context)
{
	struct sys_service service = {
		.name = entry->s_name,
		.aliases = entry->s_aliases,
		.port = ntohs((uint16_t)entry->s_port),
		.protocol = entry->s_proto,
	};

	found(context, &service);
}

static int ask_once(struct sys_call *call, const struct question *q, sys_service_found *found,
                    void *context)
{
	struct servent entry, *answer = NULL;
	struct room room = { .grown = NULL };

	SYS_RUN(*call, (answer = ask(q, &entry, &room)) ? ntohs((uint16_t)answer->s_port) : -1);
	if (answer && found)
		tell(answer, found, context);
	free(room.grown);
	return (int)call->result;
}

int sys_service_by_name(const char *name, const char *protocol, sys_service_found *found,
                        void *context)
{
	struct sys_call call = { SYS_GETSERVBYNAME, .arg = { (intptr_t)name, (intptr_t)protocol } };

	return ask_once(&call, &(struct question){ .name = name, .protocol = protocol }, found,
	                context);
}

int sys_service_by_port(uint16_t port, const char *protocol, sys_service_found *found,
                        void *context)
{
	struct sys_call call = { SYS_GETSERVBYPORT, .arg = { port, (intptr_t)protocol } };

	return ask_once(&call, &(struct question){ .port = &port, .protocol = protocol }, found,
	                context);
}

static int tell_each(sys_service_found *found, void *context)
{
	const struct question next = { .name = NULL };
	struct room room = { .grown = NULL };
	struct servent entry, *answer;
	int count = 0;

	setservent(1);
	for (; (answer = ask(&next, &entry, &room)); count++)
		tell(answer, found, context);
	int end = errno;
	endservent();
	free(room.grown);
	errno = end;
	return end == ENOENT ? count : -1;
}

int sys_service_each(sys_service_found *found, void *context)
{
	struct sys_call call = { .op = SYS_GETSERVENT };

	SYS_RUN(call, tell_each(found, context));
	return (int)call.result;
}
