/* out/fields: the bytes of every kind of sockaddr, made by the C library's own structs. */
#include "out/fields.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/attr.h"
#include "unit/out/written.h"

static struct err err;

/* As text or JSON; NULL when it is refused, with ERR. */
static const char *shown(const void *at, size_t n, bool json)
{
	struct answer *a;

	if (fields_check(at, n, &err))
		return NULL;
	a = written_begin(json);
	answer_begin(a, NULL, NULL);
	fields_of_sockaddr(a, at, n);
	answer_end(a);
	return written_end(a);
}

static void says(const char *text, const char *part)
{
	cr_assert_not_null(text, "%s", err.detail);
	cr_assert_not_null(strstr(text, part), "no '%s' in:\n%s", part, text);
	for (const char *line = text; *line && text[0] != '{'; line = strchr(line, '\n') + 1)
		cr_assert_leq(strcspn(line, "\n"), 80, "%s", line);
}

Test(fields, of_ipv4)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(8080) };
	const char *text;

	inet_pton(AF_INET, "128.2.194.242", &in.sin_addr);
	text = shown(&in, sizeof in, false);
	says(text, "AF_INET           128.2.194.242 port 8080\n");
	says(text, " sin_family      host     AF_INET (2)\n");
	says(text, "  2  1f 90                    sin_port        network  8080\n");
	says(text, "  4  80 02 c2 f2              sin_addr        network  128.2.194.242\n");
	says(text, "  8  00 00 00 00 00 00 00 00  sin_zero                 padding\n");
	text = shown(&in, sizeof in, true);
	says(text,
	     "{\"family\":\"AF_INET\",\"address\":\"128.2.194.242\",\"port\":8080,\"fields\":[{");
	says(text, "{\"offset\":2,\"name\":\"sin_port\",\"bytes\":\"1f 90\",\"order\":\"network\","
	           "\"value\":\"8080\"}");
	says(text, "\"name\":\"sin_zero\",\"bytes\":\"00 00 00 00 00 00 00 00\",\"order\":null");
}

Test(fields, of_ipv6)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(443),
		.sin6_flowinfo = htonl(0x12345),
		.sin6_scope_id = if_nametoindex("lo"),
	};
	const char *text;

	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	text = shown(&in6, sizeof in6, false);
	says(text, "AF_INET6          fe80::1%lo port 443\n");
	says(text, "  4  00 01 23 45              sin6_flowinfo   network  74565\n");
	says(text, "  8  fe 80 00 00 00 00 00 00  sin6_addr       network  fe80::1\n");
	says(text, " 16  00 00 00 00 00 00 00 01\n");
	says(text, "  sin6_scope_id   host     ");
	says(text, " (lo here)\n");
	/* The longest address stands where there is room for it. */
	memset(&in6.sin6_addr, 0xfd, 16);
	in6.sin6_scope_id = 0;
	text = shown(&in6, sizeof in6, false);
	says(text, "\n 16  fd fd fd fd fd fd fd fd  fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd:fdfd\n");
	says(text, "  sin6_scope_id   host     0\n");
}

Test(fields, of_unix)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/a\033b" };
	size_t head = offsetof(struct sockaddr_un, sun_path);

	says(shown(&un, head, false), "AF_UNIX           unix:(unnamed)\n");
	says(shown(&un, head + 9, false), "  sun_path                 /run/a\\x1bb\n");
	says(shown(&un, head + 9, true), "\"path\":\"/run/a\\\\x1bb\"");
	says(shown(&un, head + 12, false), " 11  00 00 00                 (rest)\n");
	memset(un.sun_path, 'x', sizeof un.sun_path);
	cr_assert_not_null(strstr(shown(&un, sizeof un, true), "xxxxxxxxxx\",\"fields"));
	memcpy(un.sun_path, "\0name", 5);
	says(shown(&un, head + 5, false), "AF_UNIX           unix:@name\n");
	says(shown(&un, head + 5, false),
	     "  2  00 6e 61 6d 65           sun_path                 @name\n");
}

Test(fields, of_others)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	struct sockaddr_storage storage = { .ss_family = AF_INET };
	sa_family_t unknown = 250, none = AF_UNSPEC;

	says(shown(&nl, sizeof nl, false), "AF_NETLINK        16\n");
	says(shown(&nl, sizeof nl, false), " sa_data\n");
	says(shown(&unknown, 2, false), "family            250\n");
	says(shown(&unknown, 2, true), "\"family\":\"250\",\"fields\":[");
	says(shown(&none, 2, false), "AF_UNSPEC         0\n");
	/* What is behind the struct is told, not dropped. */
	says(shown(&storage, sizeof storage, false), " 16  00 00 00 00 00 00 00 00  (rest)\n");
	says(shown(&storage, sizeof storage, false), "\n120  00 00 00 00 00 00 00 00\n");
}

Test(fields, that_are_too_few)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	uint16_t swapped = htons(AF_INET) == AF_INET ? AF_INET << 8 : htons(AF_INET);

	cr_assert_null(shown(&in, 1, false));
	cr_assert_not_null(strstr(err.detail, "1 byte"));
	cr_assert_null(shown(&in, sizeof in - 1, false));
	cr_assert_not_null(strstr(err.detail, "15 bytes: a sockaddr of AF_INET has 16"));
	cr_assert_null(shown(&in6, sizeof in6 - 1, false));
	cr_assert_not_null(strstr(err.detail, "AF_INET6 has 28"));
	cr_assert_null(shown(&swapped, 2, false));
	cr_assert_not_null(strstr(err.detail, "AF_INET in the other order"));
}
