#include "cmd/byteorder_show.h"

#include "base/hex.h"
#include "out/memory.h"
#include "out/trace_rows.h"
#include "sys/order.h"

static void show_bytes(struct answer *a, const char *key, const char *label, const uint8_t *bytes,
                       size_t n)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);

	text_add_hex(&t, bytes, n);
	answer_str(a, key, label, buf);
}

static void show_picture(struct answer *a, const uint8_t *host, const uint8_t *network, size_t n)
{
	bool little = sys_is_little_endian();
	const struct memory_row rows[] = {
		{ "host", little ? "little-endian" : "big-endian", host },
		{ "network", "big-endian", network },
	};

	memory_draw(a, 0, n, rows, ARRAY_LEN(rows));
}

static void show_machine(struct answer *a, const char *label)
{
	const char *name = sys_is_little_endian() ? "little-endian" : "big-endian";
	char buf[96];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%s: the %s significant byte comes first", name,
	         sys_is_little_endian() ? "least" : "most");
	answer_str(a, "machine", NULL, name);
	answer_str(a, NULL, label, buf);
}

/* A number of OP's width in hex, and in text in decimal too. */
static void show_word(struct answer *a, const char *key, const char *label, enum sys_op op,
                      uint64_t value)
{
	char hex[32], both[64], hex_key[32];
	struct text h = TEXT_OVER(hex), b = TEXT_OVER(both), k = TEXT_OVER(hex_key);

	text_add(&h, "0x%0*llx", (int)sys_order_width(op) / 4, (unsigned long long)value);
	text_add(&b, "%s = %llu", hex, (unsigned long long)value);
	text_add(&k, "%s_hex", key);
	answer_u64(a, key, NULL, value);
	answer_str(a, hex_key, NULL, hex);
	answer_str(a, NULL, label, both);
}

/* What OP makes of GIVEN. */
static void show_call(struct answer *a, enum sys_op op, uint64_t given)
{
	char label[32];
	struct text t = TEXT_OVER(label);

	text_add(&t, "%s gives", trace_name(op));
	answer_str(a, "function", NULL, trace_name(op));
	show_word(a, "result", label, op, sys_order(op, given));
}

static void show_width(struct answer *a, unsigned width)
{
	char buf[16];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%u bits", width);
	answer_int(a, "width", NULL, width);
	answer_str(a, NULL, "width", buf);
}

/* The address that 32 bits are, and the name under which its name is asked for (RFC 1035, 3.5). */
static void show_v4(struct answer *a, const uint8_t *b)
{
	char buf[64];
	struct text t = TEXT_OVER(buf);

	text_add(&t, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	answer_str(a, "address", "address", buf);
	t = TEXT_OVER(buf);
	text_add(&t, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
	answer_str(a, "reverse_name", "reverse name", buf);
}

static void show_number(struct answer *a, const struct quantity *q, bool from_network)
{
	enum sys_op op = sys_order_op(q->width, from_network);
	size_t n = q->width / 8;
	uint64_t given = from_network ? quantity_in_network_field(q) : q->value;
	uint8_t host[QUANTITY_BYTES_MAX];
	char hex[32];
	struct text t = TEXT_OVER(hex);

	quantity_host_bytes(q, host);
	text_add(&t, "0x%0*llx", (int)q->width / 4, (unsigned long long)q->value);
	if (from_network)
		show_word(a, "given", "in the field", op, given);
	show_bytes(a, "host_order", "host order", host, n);
	show_bytes(a, "network_order", "network order", q->bytes, n);
	show_call(a, op, given);
	answer_u64(a, "value", "decimal", q->value);
	answer_str(a, "hex", "hex", hex);
	show_width(a, q->width);
	if (q->width == 32)
		show_v4(a, q->bytes);
	answer_str(a, "form", "read as", q->form);
	show_machine(a, "this machine");
	show_picture(a, host, q->bytes, n);
}

/* RFC 3596, 2.5; it is too long to stand beside a label. */
static void show_v6_name(struct answer *a, const uint8_t *bytes)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	for (int i = 15; i >= 0; i--)
		text_add(&t, "%x.%x.", bytes[i] & 15u, bytes[i] >> 4u);
	text_add_str(&t, "ip6.arpa");
	answer_str(a, "reverse_name", NULL, buf);
	answer_line(a, "reverse name");
	answer_line(a, "  %s", buf);
}

static void show_v6(struct answer *a, const struct quantity *q)
{
	struct addr addr = addr_of_bytes(AF_INET6, q->bytes, 0);
	char host[64], full[64];
	struct text h = TEXT_OVER(host), f = TEXT_OVER(full);
	const struct memory_row rows[] = { { "both orders", NULL, q->bytes },
		                           { "both orders", NULL, q->bytes + 8 } };

	addr_add_host(&h, &addr);
	for (size_t i = 0; i < 16; i += 2)
		text_add(&f, "%s%02x%02x", i > 0 ? ":" : "", q->bytes[i], q->bytes[i + 1]);
	answer_str(a, "address", "address", host);
	answer_str(a, "full", "in full", full);
	show_width(a, q->width);
	show_bytes(a, "host_order", "host order", q->bytes, 16);
	show_bytes(a, "network_order", "network order", q->bytes, 16);
	show_v6_name(a, q->bytes);
	answer_str(a, "form", "read as", q->form);
	show_machine(a, NULL);
	answer_line(a, "An IPv6 address is bytes and no number: nothing turns it round.");
	memory_draw(a, 0, 8, &rows[0], 1);
	memory_draw(a, 8, 8, &rows[1], 1);
}

void byteorder_show_proc_net(struct answer *a, const struct addr *addr)
{
	size_t n;
	const uint8_t *bytes = addr_bytes(addr, &n);
	uint32_t port = addr_port(addr);
	char host[64], word[96];
	struct text h = TEXT_OVER(host), w = TEXT_OVER(word);

	addr_add_host(&h, addr);
	addr_add(&w, addr);
	answer_str(a, NULL, "socket", word);
	answer_str(a, "address", NULL, host);
	answer_int(a, "port", NULL, port);
	show_bytes(a, "address_bytes", "address", bytes, n);
	show_bytes(a, "port_bytes", "port",
	           (const uint8_t[]){ (uint8_t)(port >> 8), (uint8_t)port }, 2);
	answer_line(a,
	            "The bytes are in network order, as in the sockaddr. /proc prints each 32-bit");
	answer_line(a, "word of the address as this machine reads it, and the port as a number.");
}

void byteorder_show_quantity(struct answer *a, const struct quantity *q, bool from_network)
{
	if (q->width == 128)
		show_v6(a, q);
	else
		show_number(a, q, from_network);
}
