#include "harness/dnsmasq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/scratch.h"

static const char base[] = "no-resolv\nno-hosts\nport=53\nlisten-address=127.0.0.1\n"
			   "bind-interfaces\nuser=root\npid-file=\ncache-size=0\nlocal=/test/\n"
			   "local=/in-addr.arpa/\nlocal=/ip6.arpa/\n";

/* Whether somebody has port 53 (0x35) of UDP in this namespace. */
static bool is_bound(void *arg)
{
	char *table = NULL;
	size_t size = 0;
	FILE *file = fopen("/proc/thread-self/net/udp", "re");
	bool found;

	(void)arg;
	if (!file)
		return false;
	found = getdelim(&table, &size, '\0', file) > 0 && strstr(table, "0100007F:0035 ");
	fclose(file);
	free(table);
	return found;
}

struct child dnsmasq_world(const char *hosts, const char *config)
{
	struct child found = child_run(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "PATH=$PATH:/usr/sbin command -v dnsmasq | tr -d '\\n'"),
	});
	char *whole;

	if (found.status != 0 || !*child_out(&found))
		skip("dnsmasq is not installed");
	netns_enter();
	netns_set_resolver(hosts, "nameserver 127.0.0.1\n");
	must(asprintf(&whole, "%s%s", base, config), "asprintf");

	struct child server = child_start(&(struct plan){
		.program = child_out(&found),
		.args = WORDS("-k", "-C", scratch_file("dnsmasq.conf", whole)),
	});
	free(whole);
	if (!clock_watch(is_bound, NULL, clock_after(PATIENCE)))
		child_blame(&server, "dnsmasq does not serve");
	return server;
}
