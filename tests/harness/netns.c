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
	/* Before that it drops what it sends, and the next try of TCP comes a second later. */
	netns_do(far, "until ip link show far | grep -q 'state UP'; do sleep 0.01; done");
	return far;
}

static int netns_new_host(int bridge)
{
	int host;

	netns_enter();
	host = own_namespace();
	must(setns(bridge, CLONE_NEWNET), "setns");
	return host;
}

/* Forwarding, and IPv6 at both ends, begin some moments after a link is up. */
static void join_host(int host, int number)
{
	char line[512];

	netns_do(host, "for f in all default; do "
	               "echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad; done");
	snprintf(line, sizeof(line),
	         "ip link add h%d type veth peer name eth0 netns /proc/%d/fd/%d && "
	         "ip link set h%d master bridge up",
	         number, (int)getpid(), host, number);
	child_sh(line);
	snprintf(
		line, sizeof(line),
		"ip addr add 10.0.0.%d/24 brd + dev eth0 && "
		"ip addr add 2001:db8::%d/64 dev eth0 nodad && ip link set eth0 up && "
		"until ip -6 route show table local dev eth0 | grep -q ff00::; do sleep 0.01; done",
		number, number);
	netns_do(host, line);
	snprintf(line, sizeof(line),
	         "until ip -d link show h%d | grep -q 'state forwarding'; do sleep 0.01; done",
	         number);
	child_sh(line);
}

void netns_enter_network(int *hosts, int count)
{
	int bridge;

	netns_enter();
	bridge = own_namespace();
	child_sh("ip link add bridge type bridge mcast_snooping 0 && ip link set bridge up");
	for (int i = 0; i < count; i++) {
		hosts[i] = netns_new_host(bridge);
		join_host(hosts[i], i + 1);
	}
	close(bridge);
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
