#include "net/sockets.h"

#include <errno.h>

#include "net/diag.h"
#include "net/proc_net.h"
#include "sys/file.h"

static const struct {
	enum socket_kind kind;
	int family;
	bool optional; /* a kernel may have been built without it */
} tables[] = {
	{ SOCKET_TCP, AF_INET, false },  { SOCKET_TCP, AF_INET6, true },
	{ SOCKET_UDP, AF_INET, false },  { SOCKET_UDP, AF_INET6, true },
	{ SOCKET_UNIX, AF_UNIX, false },
};

/* By netlink through *FD, which is another one after a failure: the rest of an answer must not be
 * taken for the beginning of the next. */
static bool read_netlink(int *fd, enum socket_kind kind, int family, struct socket_list *list)
{
	if (*fd < 0)
		return false;
	if (diag_read(*fd, kind, family, list) == 0)
		return true;
	(void)sys_close(*fd);
	*fd = diag_open();
	return false;
}

int sockets_read(struct socket_list *list, unsigned kinds, struct sockets_source *source,
                 struct err *err)
{
	OWN_FD fd = diag_open();

	*source = (struct sockets_source){ false, false };
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		enum socket_kind kind = tables[i].kind;
		int family = tables[i].family, error;

		if (!(kinds & 1u << kind))
			continue;
		if (read_netlink(&fd, kind, family, list)) {
			source->netlink = true;
			continue;
		}
		error = proc_net_read(kind, family, list);
		if (error && !(tables[i].optional && error == -ENOENT))
			return err_set(err, ERR_LOCAL, -error, "read", "%s",
			               proc_net_path(kind, family));
		source->proc = true;
	}
	socket_list_sort(list);
	return 0;
}
