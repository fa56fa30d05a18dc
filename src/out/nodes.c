#include "out/nodes.h"

#include <arpa/inet.h>

#include "net/addr.h"
#include "out/decode.h"
#include "out/fields.h"

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
	fields_list(a, "ai_addr",
	            node->ai_family == AF_INET ? "ai_addr         struct sockaddr_in"
	                                       : "ai_addr         struct sockaddr_in6",
	            (const uint8_t *)node->ai_addr, node->ai_addrlen);
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
