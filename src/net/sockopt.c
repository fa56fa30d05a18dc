#include "net/sockopt.h"

#include <string.h>

#include "base/near.h"

enum {
	FAMILIES = SOCKOPT_IPV4 | SOCKOPT_IPV6 | SOCKOPT_UNIX,
	TYPES = SOCKOPT_STREAM | SOCKOPT_DATAGRAM,
	ROLES = SOCKOPT_CONNECTS | SOCKOPT_LISTENS,
};

/* SO_RCVBUF and so_rcvbuf are rcvbuf. */
static void add_canonical(struct text *t, const char *name, size_t len)
{
	if (len >= 3 && strncasecmp(name, "so_", 3) == 0) {
		name += 3;
		len -= 3;
	}
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		text_add_bytes(t, c == '_' ? "-" : &c, 1);
	}
}

void sockopt_add_constant(struct text *t, const struct sockopt *option)
{
	text_add_str(t, option->level == SOL_SOCKET ? "SO_" : "");
	for (const char *at = option->name; *at; at++) {
		char c = *at;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		text_add_bytes(t, c == '-' ? "_" : &c, 1);
	}
}

const struct sockopt *sockopt_named(const char *name, size_t len)
{
	char buf[NEAR_WORD_MAX + 1];
	struct text t = TEXT_OVER(buf);

	add_canonical(&t, name, len);
	for (size_t i = 0; !t.cut && i < sockopt_row_count; i++)
		if (strcmp(sockopt_rows[i].name, buf) == 0)
			return &sockopt_rows[i];
	return NULL;
}

const struct sockopt *sockopt_numbered(int level, int number)
{
	for (size_t i = 0; i < sockopt_row_count; i++)
		if (sockopt_rows[i].level == level && sockopt_rows[i].number == number)
			return &sockopt_rows[i];
	return NULL;
}

/* The name without "tcp-" and the like, by which other programs call it. */
static const char *short_name(const struct sockopt *o)
{
	const char *dash = strchr(o->name, '-');

	return o->level == SOL_SOCKET || !dash ? o->name : dash + 1;
}

const char *sockopt_list_from(const struct sockopt_list *list)
{
	return list->from ? list->from : "--sockopt";
}

static int refuse_unknown(const char *from, const char *name, size_t len, struct err *err)
{
	char buf[NEAR_WORD_MAX + 1];
	struct text t = TEXT_OVER(buf);
	const struct sockopt *called = NULL;

	add_canonical(&t, name, len);
	struct near near = near_start(buf);
	for (size_t i = 0; i < sockopt_row_count; i++) {
		near_offer(&near, sockopt_rows[i].name);
		if (!called && strcmp(short_name(&sockopt_rows[i]), buf) == 0)
			called = &sockopt_rows[i];
	}
	const char *best = called ? called->name : near_best(&near);
	err_usage(err, "%s: no socket option is called '%.*s'", from, (int)len, name);
	if (best && !t.cut)
		err_hint(err, "did you mean '%s'?", best);
	else
		err_hint(err, "sockit(1) lists them under SOCKET OPTIONS");
	return -1;
}

int sockopt_list_add(struct sockopt_list *list, const char *text, struct err *err)
{
	size_t len = strcspn(text, "="), i = 0;
	const struct sockopt *option = sockopt_named(text, len);
	char form[128];
	struct text t = TEXT_OVER(form);
	const char *from = sockopt_list_from(list);
	struct err why;

	if (!option)
		return refuse_unknown(from, text, len, err);
	if (text[len] == '\0') {
		sockopt_add_form(&t, option);
		err_usage(err, "%s %s has no value", from, text);
		err_hint(err, "write %s=%s", option->name, form);
		return -1;
	}
	while (i < list->count && list->at[i].option != option)
		i++;
	if (i == SOCKOPT_LIST_MAX)
		return err_usage(err, "%s: more than %d options", from, SOCKOPT_LIST_MAX);
	if (sockopt_parse_value(option, text + len + 1, &list->at[i].value, &why))
		return err_usage(err, "%s %s", from, why.detail);
	list->at[i].option = option;
	list->at[i].asked = text + len + 1;
	if (i == list->count)
		list->count++;
	return 0;
}

bool sockopt_suits(const struct sockopt *option, unsigned places)
{
	unsigned common = option->places & places;

	return common & FAMILIES && common & TYPES && common & ROLES;
}

const struct sockopt_setting *sockopt_list_misfit(const struct sockopt_list *list, unsigned places)
{
	for (size_t i = 0; i < list->count; i++)
		if (!sockopt_suits(list->at[i].option, places))
			return &list->at[i];
	return NULL;
}

bool sockopt_list_has(const struct sockopt_list *list, int level, int number)
{
	const struct sockopt *option = sockopt_numbered(level, number);

	for (size_t i = 0; list && option && i < list->count; i++)
		if (list->at[i].option == option)
			return true;
	return false;
}

unsigned sockopt_family_place(int family)
{
	return family == AF_INET ? SOCKOPT_IPV4 : family == AF_INET6 ? SOCKOPT_IPV6 : SOCKOPT_UNIX;
}

int sockopt_refuse(const struct sockopt_list *list, const struct sockopt *option,
                   const char *endpoint, struct err *err)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	sockopt_add_places(&t, option);
	return err_usage(err, "%s %s has no meaning for %s: it is for %s", sockopt_list_from(list),
	                 option->name, endpoint, buf);
}

void sockopt_add_places(struct text *t, const struct sockopt *option)
{
	static const struct {
		unsigned places;
		const char *words;
	} rows[] = {
		{ FAMILIES | TYPES, "TCP, UDP and Unix sockets" },
		{ SOCKOPT_IPV4 | SOCKOPT_IPV6 | TYPES, "TCP and UDP" },
		{ SOCKOPT_IPV4 | SOCKOPT_IPV6 | SOCKOPT_STREAM, "TCP" },
		{ SOCKOPT_IPV4 | SOCKOPT_IPV6 | SOCKOPT_DATAGRAM, "UDP" },
		{ SOCKOPT_IPV4 | TYPES, "IPv4" },
		{ SOCKOPT_IPV6 | TYPES, "IPv6" },
		{ SOCKOPT_IPV4 | SOCKOPT_DATAGRAM, "UDP over IPv4" },
		{ SOCKOPT_IPV6 | SOCKOPT_DATAGRAM, "UDP over IPv6" },
	};
	unsigned role = option->places & ROLES;

	if (role != ROLES)
		text_add_str(t, role == SOCKOPT_LISTENS ? "listening on " : "connecting over ");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].places == (option->places & (FAMILIES | TYPES)))
			text_add_str(t, rows[i].words);
}
