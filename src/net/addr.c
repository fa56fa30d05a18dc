#include "net/addr.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "sys/lookup.h"

struct addr addr_from(const struct sockaddr *at, socklen_t len)
{
	struct addr a = { .len = len < sizeof a.at ? len : (socklen_t)sizeof a.at };

	memcpy(&a.at, at, a.len);
	return a;
}

bool addr_looks_numeric(const char *host)
{
	if (strchr(host, ':'))
		return true;
	return host[0] >= '0' && host[0] <= '9' && text_is_of(host, "0123456789abcdefABCDEFxX.");
}

struct addr addr_wildcard(int family, uint16_t port)
{
	struct addr a = { .at.any.sa_family = (sa_family_t)family };

	/* INADDR_ANY and in6addr_any are all zeros. */
	a.len = family == AF_INET ? sizeof a.at.v4 : sizeof a.at.v6;
	addr_set_port(&a, port);
	return a;
}

/* libc's in6addr_loopback would be copied at every start. */
static const struct in6_addr loopback_v6 = IN6ADDR_LOOPBACK_INIT;

struct addr addr_loopback(int family, uint16_t port)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 };

	return addr_of_bytes(family, family == AF_INET ? v4 : loopback_v6.s6_addr, port);
}

struct addr addr_of_bytes(int family, const uint8_t *bytes, uint16_t port)
{
	struct addr a = addr_wildcard(family, port);

	if (family == AF_INET)
		memcpy(&a.at.v4.sin_addr, bytes, sizeof a.at.v4.sin_addr);
	else
		memcpy(&a.at.v6.sin6_addr, bytes, sizeof a.at.v6.sin6_addr);
	return a;
}

bool addr_of_text(struct addr *a, const char *text)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint8_t bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		return false;
	*a = addr_of_bytes(family, bytes, 0);
	return true;
}

const uint8_t *addr_bytes(const struct addr *a, size_t *n)
{
	bool v4 = a->at.any.sa_family == AF_INET;

	*n = v4 ? sizeof a->at.v4.sin_addr : sizeof a->at.v6.sin6_addr;
	return v4 ? (const uint8_t *)&a->at.v4.sin_addr : a->at.v6.sin6_addr.s6_addr;
}

int addr_local(struct addr *a, const char *path, bool abstract, struct err *err)
{
	struct addr made = { .at.local.sun_family = AF_UNIX };
	size_t len = strlen(path), room = sizeof made.at.local.sun_path - 1;

	if (len == 0)
		return err_usage(err, "unix: the path is empty");
	if (len > room)
		return err_usage(err, "unix:%s%s: the path is %zu bytes long, %zu are allowed",
		                 abstract ? "@" : "", path, len, room);
	memcpy(made.at.local.sun_path + abstract, path, len);
	/* A path ends with its NUL, an abstract name with its length. */
	made.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	*a = made;
	return 0;
}

static void *addr_port_at(struct addr *a)
{
	switch (a->at.any.sa_family) {
	case AF_INET:
		return &a->at.v4.sin_port;
	case AF_INET6:
		return &a->at.v6.sin6_port;
	default:
		return NULL;
	}
}

bool addr_is_inet(const struct addr *a)
{
	return a->at.any.sa_family == AF_INET || a->at.any.sa_family == AF_INET6;
}

uint32_t addr_port(const struct addr *a)
{
	struct addr copy = *a;
	const uint8_t *port = addr_port_at(&copy);

	if (a->at.any.sa_family == AF_VSOCK)
		return a->at.vsock.svm_port == VMADDR_PORT_ANY ? 0 : a->at.vsock.svm_port;
	return port ? (uint16_t)((unsigned)port[0] << 8 | port[1]) : 0;
}

void addr_set_port(struct addr *a, uint32_t port)
{
	uint8_t *at = addr_port_at(a);

	if (a->at.any.sa_family == AF_VSOCK)
		a->at.vsock.svm_port = port ? port : VMADDR_PORT_ANY;
	if (at) {
		at[0] = (uint8_t)(port >> 8);
		at[1] = (uint8_t)port;
	}
}

bool addr_is_wildcard(const struct addr *a)
{
	static const struct in6_addr zeros;

	switch (a->at.any.sa_family) {
	case AF_INET:
		return a->at.v4.sin_addr.s_addr == 0;
	case AF_INET6:
		return memcmp(&a->at.v6.sin6_addr, &zeros, sizeof zeros) == 0;
	case AF_VSOCK:
		return a->at.vsock.svm_cid == VMADDR_CID_ANY;
	default:
		return false;
	}
}

struct addr addr_unmapped(const struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes = a->at.v6.sin6_addr.s6_addr;

	if (a->at.any.sa_family != AF_INET6 || memcmp(bytes, mapped, sizeof mapped) != 0)
		return *a;
	return addr_of_bytes(AF_INET, bytes + sizeof mapped, (uint16_t)addr_port(a));
}

bool addr_is_loopback(const struct addr *a)
{
	struct addr plain = addr_unmapped(a);

	if (plain.at.any.sa_family == AF_INET)
		return *(const uint8_t *)&plain.at.v4.sin_addr == 127;
	return plain.at.any.sa_family == AF_INET6 &&
	       memcmp(&plain.at.v6.sin6_addr, &loopback_v6, sizeof loopback_v6) == 0;
}

bool addr_is_group(const struct addr *a)
{
	size_t n;

	switch (a->at.any.sa_family) {
	case AF_INET:
		return (addr_bytes(a, &n)[0] & 0xf0) == 0xe0;
	case AF_INET6:
		return addr_bytes(a, &n)[0] == 0xff;
	default:
		return false;
	}
}

bool addr_is_broadcast(const struct addr *a)
{
	return a->at.any.sa_family == AF_INET && a->at.v4.sin_addr.s_addr == UINT32_MAX;
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
	size_t n, m;
	const uint8_t *one = addr_bytes(a, &n), *other = addr_bytes(b, &m);

	return a->at.any.sa_family == b->at.any.sa_family && memcmp(one, other, n) == 0;
}

bool addr_same(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && memcmp(&a->at, &b->at, a->len) == 0;
}

/* FNV-1a. */
uint32_t addr_hash(const struct addr *a)
{
	const uint8_t *at = (const uint8_t *)&a->at;
	uint32_t hash = 2166136261u;

	for (socklen_t i = 0; i < a->len; i++)
		hash = (hash ^ at[i]) * 16777619u;
	return hash;
}

static void addr_add_v6(struct text *t, const struct sockaddr_in6 *v6)
{
	char buf[INET6_ADDRSTRLEN], zone[SYS_IF_NAME_SIZE];

	text_add_str(t, inet_ntop(AF_INET6, &v6->sin6_addr, buf, sizeof buf));
	if (v6->sin6_scope_id) {
		sys_if_name(v6->sin6_scope_id, zone);
		text_add(t, "%%%s", zone);
	}
}

static void addr_add_local(struct text *t, const struct addr *a)
{
	char path[sizeof a->at.local.sun_path + 1] = "";
	size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t len = a->len > head ? a->len - head : 0;

	if (len > sizeof path - 1)
		len = sizeof path - 1;
	memcpy(path, a->at.local.sun_path, len);
	bool abstract = len > 1 && path[0] == '\0';
	text_add_str(t, abstract ? "unix:@" : "unix:");
	if (len == 0)
		text_add_str(t, "(unnamed)");
	text_add_escaped(t, path + abstract);
}

void addr_add_host(struct text *t, const struct addr *a)
{
	char buf[INET_ADDRSTRLEN];

	switch (a->at.any.sa_family) {
	case AF_INET:
		text_add_str(t, inet_ntop(AF_INET, &a->at.v4.sin_addr, buf, sizeof buf));
		break;
	case AF_INET6:
		addr_add_v6(t, &a->at.v6);
		break;
	case AF_UNIX:
		addr_add_local(t, a);
		break;
	case AF_VSOCK:
		text_add(t, addr_is_wildcard(a) ? "vsock:*" : "vsock:%u", a->at.vsock.svm_cid);
		break;
	default:
		text_add(t, "(family %d)", a->at.any.sa_family);
		break;
	}
}

static bool addr_has_port(const struct addr *a)
{
	return addr_is_inet(a) || a->at.any.sa_family == AF_VSOCK;
}

void addr_add(struct text *t, const struct addr *a)
{
	addr_add_host(t, a);
	if (addr_has_port(a))
		text_add(t, " port %u", addr_port(a));
}

void addr_add_word(struct text *t, const struct addr *a)
{
	bool v6 = a->at.any.sa_family == AF_INET6;

	text_add_str(t, v6 ? "[" : "");
	addr_add_host(t, a);
	text_add_str(t, v6 ? "]" : "");
	if (addr_has_port(a))
		text_add(t, ":%u", addr_port(a));
}
