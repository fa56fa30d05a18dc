#include "harness/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/child.h"
#include "harness/fail.h"
#include "harness/scratch.h"

static int own_namespace(void)
{
	return must(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "/proc/self/ns/net");
}

void netns_enter(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		skip("no network namespace here: %s", strerror(errno));
	child_sh("ip link set lo up");
}

int netns_enter_two(void)
{
	char line[256];
	int near, far;

	netns_enter();
	near = own_namespace();
	netns_enter();
	far = own_namespace();
	must(setns(near, CLONE_NEWNET), "setns");
	close(near);
	snprintf(line, sizeof(line),
	         "ip link add near type veth peer name far netns /proc/%d/fd/%d", (int)getpid(),
	         far);
	child_sh(line);
	child_sh("ip addr add 10.0.0.1/24 dev near && ip addr add 2001:db8::1/64 dev near nodad");
	netns_do(far,
	         "ip addr add 10.0.0.2/24 dev far && ip addr add 2001:db8::2/64 dev far nodad");
	netns_do(far, "ip link set far up");
	child_sh("ip link set near up");
	return far;
}

void netns_do(int far, const char *command_line)
{
	struct child child = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", command_line),
		.netns = far,
	});

	child_expect(&child, 0);
}

int netns_socket(int far, int family, int type)
{
	int near = own_namespace(), fd;

	must(setns(far, CLONE_NEWNET), "setns");
	fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	must(setns(near, CLONE_NEWNET), "setns");
	close(near);
	return must(fd, "socket");
}

void netns_add_dead_hosts(void)
{
	/* A neighbour that is known but does not exist: frames leave, nobody takes them. */
	child_sh("ip neigh add 10.0.0.99 lladdr 02:00:00:00:00:99 dev near nud permanent");
	child_sh("ip neigh add 2001:db8::98 lladdr 02:00:00:00:00:99 dev near nud permanent");
	child_sh("ip neigh add 2001:db8::99 lladdr 02:00:00:00:00:99 dev near nud permanent");
}

static void cover(const char *path, const char *name, const char *text)
{
	const char *file = scratch_file(name, text);

	must(mount(file, path, NULL, MS_BIND, NULL), path);
}

int netns_private_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	/* EINVAL: in a chroot, whose / is no mount point. */
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL ? 0 : -1;
}

void netns_set_resolver(const char *hosts, const char *resolv_conf)
{
	if (netns_private_mounts())
		skip("no mount namespace here: %s", strerror(errno));
	if (hosts)
		cover("/etc/hosts", "hosts", hosts);
	if (resolv_conf)
		cover("/etc/resolv.conf", "resolv.conf", resolv_conf);
	cover("/etc/nsswitch.conf", "nsswitch.conf", "hosts: files dns\nservices: files\n");
}
