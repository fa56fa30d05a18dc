/*
 * Network namespaces, in which a test may drop packets, move links and change timers. The test's
 * own process enters them, its children follow, and they go with the test. Where the machine does
 * not allow them the test is skipped.
 */
#ifndef HARNESS_NETNS_H
#define HARNESS_NETNS_H

/* Enter a new network namespace that has only a loopback, up. */
void netns_enter(void);

/*
 * Enter a new namespace, make a second one, and join them: here `near` with 10.0.0.1/24 and
 * 2001:db8::1/64, there `far` with 10.0.0.2 and 2001:db8::2. Returns a descriptor of the far one,
 * for plan.netns and netns_far_do().
 */
int netns_enter_two(void);

/*
 * Enter a new namespace with a bridge, and join COUNT others to it, one for each machine of a
 * network: HOSTS gets their descriptors, used as `far` above. In the first `eth0` has 10.0.0.1/24
 * and 2001:db8::1/64, in the second 10.0.0.2 and so on. There are no other routes.
 */
void netns_enter_network(int *hosts, int count);

/* Run a shell command line in the namespace FAR; it must succeed. */
void netns_do(int far, const char *command_line);

/* A socket of socket()'s arguments that lives in the namespace FAR. */
int netns_socket(int far, int family, int type);

/*
 * Make addresses of which nothing ever comes back: what is sent to 10.0.0.99, 2001:db8::98 or
 * 2001:db8::99 crosses the link and is dropped without a word, as a firewall does.
 */
void netns_add_dead_hosts(void);

/*
 * Have mounts of its own, which nobody else sees. -1 with errno where the machine does not allow
 * it.
 */
int netns_private_mounts(void);

/*
 * Replace the resolver's files, for this process and its children only. A NULL leaves the file
 * as it is. nsswitch.conf becomes `hosts: files dns`.
 */
void netns_set_resolver(const char *hosts, const char *resolv_conf);

#endif
