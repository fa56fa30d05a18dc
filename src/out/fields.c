#include "out/fields.h"

#include <string.h>

#include "base/escape.h"
#include "base/hex.h"
#include "net/addr.h"
#include "sys/lookup.h"

enum { ROW = 8, VALUE_ROOM = 25, PATH_ROOM = 108, UNIX = sizeof "unix:" - 1 };

struct family {
	sa_family_t family;
	const char *name;
	size_t size; /* of its struct; 0 where its fields are not known here */
};

static const struct family families[] = {
	{ AF_INET, "AF_INET", sizeof(struct sockaddr_in) },
	{ AF_INET6, "AF_INET6", sizeof(struct sockaddr_in6) },
	{ AF_UNIX, "AF_UNIX", sizeof(sa_family_t) },
	{ AF_UNSPEC, "AF_UNSPEC", 0 },
	{ AF_NETLINK, "AF_NETLINK", 0 },
	{ AF_PACKET, "AF_PACKET", 0 },
	{ AF_VSOCK, "AF_VSOCK", 0 },
};

static const struct family *family_of(sa_family_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].family == number)
			return &families[i];
	return NULL;
}

enum order { ORDER_HOST, ORDER_NETWORK, ORDER_NONE };

struct fields {
	struct answer *answer;
	const uint8_t *at;
	size_t done, n;
};

static void field_text(struct fields *f, size_t size, const char *name, const char *order,
                       const char *value)
{
	for (size_t i = 0; i < size; i += ROW) {
		size_t n = size - i < ROW ? size - i : ROW;
		char buf[1024];
		struct text t = TEXT_OVER(buf);
		/* A long value stands beside the second row, where there is more room. */
		bool late = strlen(value) > VALUE_ROOM && size > ROW;

		text_add(&t, "%3zu  ", f->done + i);
		text_add_hex(&t, f->at + f->done + i, n);
		text_pad_to(&t, 6 + 3 * ROW);
		if (i == 0)
			text_add(&t, "%-14s  %-7s", name, order);
		if (i == 0 && !late)
			text_add(&t, "  %s", value);
		if (i == ROW && late)
			text_add_str(&t, value);
		while (t.at[t.len - 1] == ' ')
			t.at[--t.len] = '\0';
		answer_line(f->answer, "%s", buf);
	}
}

/* The next SIZE bytes. VALUE is escaped already. */
static void field(struct fields *f, size_t size, const char *name, enum order order,
                  const char *value)
{
	static const char *const orders[] = {
		[ORDER_HOST] = "host",
		[ORDER_NETWORK] = "network",
		[ORDER_NONE] = "",
	};
	char hex[3 * 1024];
	struct text t = TEXT_OVER(hex);

	if (size == 0)
		return;
	text_add_hex(&t, f->at + f->done, size);
	field_text(f, size, name, orders[order], value);
	answer_begin(f->answer, NULL, NULL);
	answer_int(f->answer, "offset", NULL, (int64_t)f->done);
	answer_str(f->answer, "name", NULL, name);
	answer_str(f->answer, "bytes", NULL, hex);
	answer_str(f->answer, "order", NULL, order == ORDER_NONE ? NULL : orders[order]);
	answer_str(f->answer, "value", NULL, value);
	answer_end(f->answer);
	f->done += size;
}

static void field_number(struct fields *f, size_t size, const char *name, enum order order,
                         uint32_t value)
{
	char buf[16];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%u", value);
	field(f, size, name, order, buf);
}

static void field_host(struct fields *f, size_t size, const char *name, const struct addr *addr)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);
	struct addr bare = *addr;

	/* The zone is a field of its own. */
	if (bare.at.any.sa_family == AF_INET6)
		bare.at.v6.sin6_scope_id = 0;
	addr_add_host(&t, &bare);
	field(f, size, name, ORDER_NETWORK, buf);
}

static uint32_t flowinfo_of(const struct sockaddr_in6 *v6)
{
	uint8_t b[4];

	memcpy(b, &v6->sin6_flowinfo, sizeof b);
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void fields_of_v4(struct fields *f, const struct addr *addr)
{
	field_number(f, 2, "sin_port", ORDER_NETWORK, addr_port(addr));
	field_host(f, 4, "sin_addr", addr);
	field(f, 8, "sin_zero", ORDER_NONE, "padding");
}

static void fields_of_v6(struct fields *f, const struct addr *addr)
{
	const struct sockaddr_in6 *v6 = &addr->at.v6;
	char name[SYS_IF_NAME_SIZE], buf[64];
	struct text t = TEXT_OVER(buf);

	field_number(f, 2, "sin6_port", ORDER_NETWORK, addr_port(addr));
	field_number(f, 4, "sin6_flowinfo", ORDER_NETWORK, flowinfo_of(v6));
	field_host(f, 16, "sin6_addr", addr);
	text_add(&t, "%u", v6->sin6_scope_id);
	sys_if_name(v6->sin6_scope_id, name);
	if (v6->sin6_scope_id && strcmp(name, buf) != 0)
		text_add(&t, " (%s here)", name);
	field(f, 4, "sin6_scope_id", ORDER_HOST, buf);
}

static void fields_of_local(struct fields *f, const struct addr *addr)
{
	size_t room = f->n - f->done < PATH_ROOM ? f->n - f->done : PATH_ROOM;
	const uint8_t *path = f->at + f->done;
	char buf[PATH_ROOM * ESCAPE_GROWTH + 32];
	struct text t = TEXT_OVER(buf);
	bool abstract = room > 0 && path[0] == '\0';
	size_t len = abstract ? room : strnlen((const char *)path, room) + 1;

	addr_add_host(&t, addr);
	field(f, len < room ? len : room, "sun_path", ORDER_NONE, buf + UNIX);
}

/* What it is as a whole, for whoever does not want to read fields. */
static void fields_begin(struct answer *a, const struct addr *addr, const struct family *family)
{
	char host[PATH_ROOM * ESCAPE_GROWTH + 32], word[sizeof host], number[16];
	struct text h = TEXT_OVER(host), w = TEXT_OVER(word), n = TEXT_OVER(number);
	bool inet = addr->at.any.sa_family == AF_INET || addr->at.any.sa_family == AF_INET6;

	text_add(&n, "%u", addr->at.any.sa_family);
	addr_add_host(&h, addr);
	addr_add(&w, addr);
	answer_str(a, "family", NULL, family ? family->name : number);
	answer_str(a, NULL, family ? family->name : "family",
	           family && family->size ? word : number);
	if (inet)
		answer_str(a, "address", NULL, host);
	if (inet)
		answer_int(a, "port", NULL, addr_port(addr));
	if (addr->at.any.sa_family == AF_UNIX)
		answer_str(a, "path", NULL, host + UNIX);
}

int fields_check(const uint8_t *at, size_t n, struct err *err)
{
	sa_family_t number, swapped;
	const struct family *family;

	if (n < sizeof number)
		return err_usage(err, "%zu byte: a sockaddr begins with a family of 2", n);
	memcpy(&number, at, sizeof number);
	swapped = (sa_family_t)(number >> 8 | number << 8);
	family = family_of(number);
	if (family && n < family->size)
		return err_usage(err, "%zu bytes: a sockaddr of %s has %zu", n, family->name,
		                 family->size);
	if (!family && family_of(swapped) && swapped != AF_UNSPEC) {
		err_usage(err, "%u is no family of addresses: %02x %02x is %s in the other order",
		          number, at[0], at[1], family_of(swapped)->name);
		err_hint(err, "a family is in the byte order of its host");
		return -1;
	}
	return 0;
}

void fields_of_sockaddr(struct answer *a, const uint8_t *at, size_t n)
{
	struct fields f = { .answer = a, .at = at, .n = n };
	struct sockaddr_storage copy = { 0 };
	size_t kept = n < sizeof copy ? n : sizeof copy;
	char buf[32];
	struct text t = TEXT_OVER(buf);

	memcpy(&copy, at, kept);
	if (copy.ss_family == AF_UNIX && kept > sizeof(struct sockaddr_un))
		kept = sizeof(struct sockaddr_un);
	struct addr addr = addr_from((const struct sockaddr *)&copy, (socklen_t)kept);
	const struct family *family = family_of(copy.ss_family);

	fields_begin(a, &addr, family);
	answer_list(a, "fields", NULL);
	answer_line(a, "%3s  %-23s  %-14s  %-7s  %s", "at", "bytes", "field", "order", "value");
	if (family)
		text_add(&t, "%s (%u)", family->name, copy.ss_family);
	else
		text_add(&t, "%u", copy.ss_family);
	field(&f, sizeof copy.ss_family,
	      copy.ss_family == AF_INET    ? "sin_family"
	      : copy.ss_family == AF_INET6 ? "sin6_family"
	      : copy.ss_family == AF_UNIX  ? "sun_family"
	                                   : "sa_family",
	      ORDER_HOST, buf);
	if (copy.ss_family == AF_INET)
		fields_of_v4(&f, &addr);
	else if (copy.ss_family == AF_INET6)
		fields_of_v6(&f, &addr);
	else if (copy.ss_family == AF_UNIX)
		fields_of_local(&f, &addr);
	field(&f, n - f.done, family && family->size ? "(rest)" : "sa_data", ORDER_NONE, "");
	answer_end(a);
}
