#include "out/fields.h"

#include <string.h>

#include "base/escape.h"
#include "base/hex.h"
#include "net/addr.h"
#include "out/decode.h"
#include "sys/lookup.h"

enum { ROW = 8, VALUE_ROOM = 21, PATH_ROOM = 108, UNIX = sizeof "unix:" - 1 };

/* A family whose fields are known here. */
struct family {
	sa_family_t family;
	const char *field; /* that it is in */
	size_t size;       /* of its struct, at the least */
};

static const struct family families[] = {
	{ AF_INET, "sin_family", sizeof(struct sockaddr_in) },
	{ AF_INET6, "sin6_family", sizeof(struct sockaddr_in6) },
	{ AF_UNIX, "sun_family", sizeof(sa_family_t) },
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

static struct addr addr_of(const uint8_t *at, size_t n)
{
	struct sockaddr_storage copy = { 0 };
	size_t kept = n < sizeof copy ? n : sizeof copy;

	memcpy(&copy, at, kept);
	if (copy.ss_family == AF_UNIX && kept > sizeof(struct sockaddr_un))
		kept = sizeof(struct sockaddr_un);
	return addr_from((const struct sockaddr *)&copy, (socklen_t)kept);
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
		return err_usage(err, "%zu bytes: a sockaddr of %s has %zu", n,
		                 decode_family_name(number), family->size);
	if (!decode_family_name(number) && decode_family_name(swapped) && swapped != AF_UNSPEC) {
		err_usage(err, "%u is no family of addresses: %02x %02x is %s in the other order",
		          number, at[0], at[1], decode_family_name(swapped));
		err_hint(err, "a family is in the byte order of its host");
		return -1;
	}
	return 0;
}

void fields_list(struct answer *a, const char *key, const char *label, const uint8_t *at, size_t n)
{
	struct fields f = { .answer = a, .at = at, .n = n };
	struct addr addr = addr_of(at, n);
	sa_family_t number = addr.at.any.sa_family;
	const struct family *family = family_of(number);
	char buf[32];
	struct text t = TEXT_OVER(buf);

	answer_list(a, key, label);
	answer_line(a, "%3s  %-23s  %-14s  %-7s  %s", "at", "bytes", "field", "order", "value");
	decode_add_family(&t, number);
	if (decode_family_name(number))
		text_add(&t, " (%u)", number);
	field(&f, sizeof number, family ? family->field : "sa_family", ORDER_HOST, buf);
	if (number == AF_INET)
		fields_of_v4(&f, &addr);
	else if (number == AF_INET6)
		fields_of_v6(&f, &addr);
	else if (number == AF_UNIX)
		fields_of_local(&f, &addr);
	field(&f, n - f.done, family ? "(rest)" : "sa_data", ORDER_NONE, "");
	answer_end(a);
}

void fields_of_sockaddr(struct answer *a, const uint8_t *at, size_t n)
{
	struct addr addr = addr_of(at, n);
	sa_family_t number = addr.at.any.sa_family;
	char host[PATH_ROOM * ESCAPE_GROWTH + 32], word[sizeof host], digits[16], name[32];
	struct text h = TEXT_OVER(host), w = TEXT_OVER(word), d = TEXT_OVER(digits),
		    f = TEXT_OVER(name);

	addr_add_host(&h, &addr);
	addr_add(&w, &addr);
	text_add(&d, "%u", number);
	decode_add_family(&f, number);
	/* What it is as a whole, for whoever does not want to read fields. */
	answer_str(a, "family", NULL, name);
	answer_str(a, NULL, decode_family_name(number) ? name : "family",
	           family_of(number) ? word : digits);
	if (number == AF_INET || number == AF_INET6) {
		answer_str(a, "address", NULL, host);
		answer_int(a, "port", NULL, addr_port(&addr));
	} else if (number == AF_UNIX) {
		answer_str(a, "path", NULL, host + UNIX);
	}
	fields_list(a, "fields", NULL, at, n);
}
