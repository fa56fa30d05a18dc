/*
 * net/proc_net: addresses and ports as the kernel prints them; its tables are tested in sockets.c.
 */
#include "net/proc_net.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct err err;

/* As the kernel prints it: each word of the address as a number of this machine. */
Test(proc_net, addresses)
{
	static const char *const hosts[] = { "127.0.0.1", "128.2.194.242", "0.0.0.0",        "::",
		                             "::1",       "2001:db8::1",   "::ffff:10.2.3.4" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		uint32_t words[4];
		bool v6 = strchr(hosts[i], ':');
		char text[64], buf[80], wanted[80];
		struct text t = TEXT_OVER(buf);
		int len = 0;
		struct addr addr;

		cr_assert_eq(inet_pton(v6 ? AF_INET6 : AF_INET, hosts[i], words), 1);
		for (size_t w = 0; w < (v6 ? 4u : 1u); w++)
			len += snprintf(text + len, sizeof text - (size_t)len,
			                i % 2 ? "%08X" : "%08x", words[w]);
		snprintf(text + len, sizeof text - (size_t)len, ":%04zX", 0xff00 + i);
		cr_assert_eq(proc_net_parse_addr(text, &addr, &err), 0, "%s: %s", text, err.detail);
		addr_add(&t, &addr);
		snprintf(wanted, sizeof wanted, "%s port %zu", hosts[i], 0xff00 + i);
		cr_assert_str_eq(buf, wanted);
	}
}

Test(proc_net, addresses_gone_wrong)
{
	static const char *const texts[] = {
		"",
		":",
		"0100007F",
		"0100007F:",
		"0100007F:1F9",
		"0100007F:1F900",
		"0100007F:1F9g",
		"0100007F:+F90",
		"0100007:1F90",
		"0100007g:1F90",
		"0x00007F:1F90",
		"127.0.0.1:1F90",
		"0000000000000000FFFF00000100007:0016",
		"0000000000000000FFFF0000010000 F:0016",
		"00000000000000000000000000000000",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct addr addr;

		cr_assert_eq(proc_net_parse_addr(texts[i], &addr, &err), -1, "'%s'", texts[i]);
		cr_assert_not_null(strstr(err.detail, "/proc/net/tcp"));
	}
}
