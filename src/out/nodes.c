#include "out/nodes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"
#include "out/decode.h"

/* A field of a sockaddr: where its bytes are, and how their value is read. */
struct field {
	const char *name;
	size_t at, size;
	const char *order; /* of its bytes, "host" or "network"; NULL: they are no number */
	void (*add)(struct text *t, const struct addr *a);
};

static void add_family(struct text *t, const struct addr *a)
{
	decode_add_family(t, a->at.any.sa_family);
	text_add(t, " (%u)", a->at.any.sa_family);
}

static void add_port(struct text *t, const struct addr *a)
{
	text_add(t, "%u", addr_port(a));
}

static void add_host(struct text *t, const struct addr *a)
{
	struct addr zoneless = *a;

	if (a->at.any.sa_family == AF_INET6)
		zoneless.at.v6.sin6_scope_id = 0;
	addr_add_host(t, &zoneless);
}

static void add_flowinfo(struct text *t, const struct addr *a)
{
	text_add(t, "%u", a->at.v6.sin6_flowinfo);
}

static void add_scope(struct text *t, const struct addr *a)
{
	text_add(t, "%u", a->at.v6.sin6_scope_id);
}

static void add_padding(struct text *t, const struct addr *a)
{
	(void)a;
	text_add_str(t, "padding");
}

#define FIELD_OF(type, member, order, add)                                                         \
	{                                                                                          \
#member, offsetof(struct type, member), sizeof(((struct type *)0)->member), order, \
			add                                                                        \
	}

static const struct field v4_fields[] = {
	FIELD_OF(sockaddr_in, sin_family, "host", add_family),
	FIELD_OF(sockaddr_in, sin_port, "network", add_port),
	FIELD_OF(sockaddr_in, sin_addr, NULL, add_host),
	FIELD_OF(sockaddr_in, sin_zero, NULL, add_padding),
};
static const struct field v6_fields[] = {
	FIELD_OF(sockaddr_in6, sin6_family, "host", add_family),
	FIELD_OF(sockaddr_in6, sin6_port, "network", add_port),
	FIELD_OF(sockaddr_in6, sin6_flowinfo, "network", add_flowinfo),
	FIELD_OF(sockaddr_in6, sin6_addr, NULL, add_host),
	FIELD_OF(sockaddr_in6, sin6_scope_id, "host", add_scope),
};

static void add_bytes(struct text *t, const struct addr *a, size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++)
		text_add(t, "%s%02x", i > at ? " " : "", ((const unsigned char *)&a->at)[i]);
}

static void field_show(struct answer *a, const struct addr *addr, const struct field *f)
{
	enum { LINE = 8, BYTES_COLUMN = 22, VALUE_COLUMN = 47 };
	char bytes[64], value[80], line[160];
	struct text b = TEXT_OVER(bytes), v = TEXT_OVER(value);

	add_bytes(&b, addr, f->at, f->size);
	f->add(&v, addr);
	answer_begin(a, NULL, NULL);
	answer_str(a, "field", NULL, f->name);
	answer_int(a, "offset", NULL, (int64_t)f->at);
	answer_str(a, "bytes", NULL, bytes);
	answer_str(a, "value", NULL, value);
	if (f->order)
		answer_str(a, "order", NULL, f->order);
	answer_end(a);
	if (f->order)
		text_add(&v, ", %s byte order", f->order);
	/* Eight bytes a line: the sixteen of an IPv6 address take two. */
	for (size_t done = 0; done < f->size; done += LINE) {
		struct text t = TEXT_OVER(line);
		size_t n = f->size - done < LINE ? f->size - done : LINE;

		text_add(&t, "%2zu  %s", f->at + done, done == 0 ? f->name : "");
		text_pad_to(&t, BYTES_COLUMN);
		add_bytes(&t, addr, f->at + done, n);
		text_pad_to(&t, VALUE_COLUMN);
		text_add_str(&t, done == 0 ? value : "");
		while (t.len > 0 && line[t.len - 1] == ' ')
			line[--t.len] = '\0';
		answer_line(a, "%s", line);
	}
}

static void sockaddr_show(struct answer *a, const struct addr *addr)
{
	bool v4 = addr->at.any.sa_family == AF_INET;
	const struct field *fields = v4 ? v4_fields : v6_fields;
	size_t count = v4 ? ARRAY_LEN(v4_fields) : ARRAY_LEN(v6_fields);

	answer_list(a, "ai_addr",
	            v4 ? "ai_addr         struct sockaddr_in"
	               : "ai_addr         struct sockaddr_in6");
	for (size_t i = 0; i < count; i++)
		field_show(a, addr, &fields[i]);
	answer_end(a);
}

static void show_named(struct answer *a, const char *name, void (*add)(struct text *, int),
                       int value)
{
	char buf[160];
	struct text t = TEXT_OVER(buf);

	add(&t, value);
	answer_str(a, name, name, buf);
}

static void node_show(struct answer *a, const struct addrinfo *node, int number)
{
	struct addr addr = addr_from(node->ai_addr, node->ai_addrlen);
	char title[32], next[32], host[128];
	struct text t = TEXT_OVER(title), n = TEXT_OVER(next), h = TEXT_OVER(host);

	text_add(&t, "node %d", number);
	text_add(&n, node->ai_next ? "node %d" : "NULL", number + 1);
	addr_add_host(&h, &addr);
	answer_begin(a, NULL, title);
	answer_str(a, "address", NULL, host);
	show_named(a, "ai_flags", decode_add_ai_flags, node->ai_flags);
	show_named(a, "ai_family", decode_add_family, node->ai_family);
	show_named(a, "ai_socktype", decode_add_socktype, node->ai_socktype);
	show_named(a, "ai_protocol", decode_add_protocol, node->ai_protocol);
	answer_int(a, "ai_addrlen", "ai_addrlen", node->ai_addrlen);
	sockaddr_show(a, &addr);
	answer_str(a, "ai_canonname", NULL, node->ai_canonname);
	answer_str(a, NULL, "ai_canonname", node->ai_canonname ? node->ai_canonname : "NULL");
	answer_str(a, NULL, "ai_next", next);
	answer_end(a);
}

void nodes_show(struct answer *a, const char *key, const struct addrinfo *list)
{
	int number = 1;

	answer_list(a, key, NULL);
	for (; list; list = list->ai_next)
		node_show(a, list, number++);
	answer_end(a);
}

/* A list of strings: one below the other in text, "none" when it is empty. */
static void words_show(struct answer *a, const char *name, char **words)
{
	answer_list(a, name, NULL);
	for (char **at = words; *at; at++)
		answer_str(a, "", at == words ? name : "", *at);
	if (!*words)
		answer_str(a, NULL, name, "(none)");
	answer_end(a);
}

void hostent_show(struct answer *a, const char *title, const struct hostent *host)
{
	char buf[INET6_ADDRSTRLEN];

	answer_begin(a, NULL, title);
	answer_str(a, "h_name", "h_name", host->h_name);
	words_show(a, "h_aliases", host->h_aliases);
	show_named(a, "h_addrtype", decode_add_family, host->h_addrtype);
	answer_int(a, "h_length", "h_length", host->h_length);
	answer_list(a, "h_addr_list", NULL);
	for (char **at = host->h_addr_list; *at; at++)
		answer_str(a, "", at == host->h_addr_list ? "h_addr_list" : "",
		           inet_ntop(host->h_addrtype, *at, buf, sizeof buf));
	answer_end(a);
	answer_end(a);
}
