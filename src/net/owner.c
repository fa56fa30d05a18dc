#include "net/owner.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "sys/file.h"

/* Room for one more in *AT, which holds COUNT elements of SIZE bytes. */
static bool make_room(void **at, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 64;
	void *grown;

	if (count < *room)
		return true;
	grown = realloc(*at, more * size);
	if (!grown)
		return false;
	*at = grown;
	*room = more;
	return true;
}

static bool check_fd(void *context, const char *name)
{
	static const char before[] = "socket:[";
	struct owners *o = context;
	char path[64], target[64];
	struct text t = TEXT_OVER(path);
	void *sockets = o->sockets;
	uint64_t inode;

	text_add(&t, "/proc/%ld/fd/%s", o->at[o->count - 1].pid, name);
	if (t.cut || sys_readlink(path, target, sizeof target) < 0 ||
	    strncmp(target, before, sizeof before - 1) != 0)
		return true;
	target[strcspn(target, "]")] = '\0';
	if (num_parse_uint(target + sizeof before - 1, 1, UINT64_MAX, &inode) != NUM_OK)
		return true;
	o->failed = !make_room(&sockets, o->socket_count, &o->socket_size, sizeof *o->sockets);
	o->sockets = sockets;
	if (o->failed)
		return false;
	o->sockets[o->socket_count++] = (struct owned_socket){ inode, o->count - 1 };
	return true;
}

static bool check_process(void *context, const char *name)
{
	struct owners *o = context;
	void *at = o->at;
	uint64_t pid;
	char path[64];
	struct text t = TEXT_OVER(path);

	if (num_parse_uint(name, 1, INT32_MAX, &pid) != NUM_OK)
		return true;
	o->failed = !make_room(&at, o->count, &o->size, sizeof *o->at);
	o->at = at;
	if (o->failed)
		return false;
	o->at[o->count++] = (struct owner){ .pid = (long)pid };
	text_add(&t, "/proc/%s/fd", name);
	/* Those of others cannot be read. */
	(void)!sys_list(path, check_fd, o);
	return !o->failed;
}

static int compare_sockets(const void *left, const void *right, void *context)
{
	const struct owners *o = context;
	const struct owned_socket *a = left, *b = right;
	long a_pid = o->at[a->owner].pid, b_pid = o->at[b->owner].pid;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a_pid > b_pid) - (a_pid < b_pid);
}

int owners_read(struct owners *o)
{
	*o = (struct owners){ 0 };
	(void)!sys_list("/proc", check_process, o);
	if (o->failed) {
		owners_free(o);
		return -1;
	}
	if (o->socket_count > 0)
		qsort_r(o->sockets, o->socket_count, sizeof *o->sockets, compare_sockets, o);
	return 0;
}

void owners_free(struct owners *o)
{
	free(o->at);
	free(o->sockets);
	*o = (struct owners){ 0 };
}

static void read_name(struct owner *owner)
{
	char path[64];
	struct text t = TEXT_OVER(path);

	owner->named = true;
	text_add(&t, "/proc/%ld/comm", owner->pid);
	OWN_FD fd = sys_open(path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? -1 : sys_read(fd, owner->name, sizeof owner->name - 1);
	owner->name[n > 0 ? n : 0] = '\0';
	owner->name[strcspn(owner->name, "\n")] = '\0';
}

const struct owner *owners_find(struct owners *o, uint64_t inode)
{
	size_t low = 0, high = o->socket_count;
	struct owner *owner;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->sockets[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == o->socket_count || o->sockets[low].inode != inode)
		return NULL;
	owner = &o->at[o->sockets[low].owner];
	if (!owner->named)
		read_name(owner);
	return owner;
}
