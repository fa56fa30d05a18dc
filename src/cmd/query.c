#include "cmd/query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "loop/resolver.h"
#include "net/service.h"
#include "out/failure.h"
#include "sys/clock.h"
#include "sys/lookup.h"

static void query_job_work(struct pool_job *job)
{
	query_ask(CONTAINER_OF(job, struct query, job));
}

static void query_job_drop(struct pool_job *job)
{
	query_free(CONTAINER_OF(job, struct query, job));
}

struct query *query_new(const struct query_rules *rules, const char *host, size_t len)
{
	struct query *q = calloc(1, sizeof *q + len + 1);

	if (!q)
		return NULL;
	q->job.work = query_job_work;
	q->job.drop = query_job_drop;
	q->rules = *rules;
	if (host) {
		memcpy(q->text, host, len);
		q->has_nul = memchr(host, '\0', len) != NULL;
		q->host = q->text;
	}
	return q;
}

void query_free(struct query *q)
{
	if (!q)
		return;
	sys_freeaddrinfo(q->list);
	free(q->name);
	for (size_t i = 0; i < ARRAY_LEN(q->hosts); i++)
		free(q->hosts[i].room);
	for (size_t i = 0; i < q->confirmed_count; i++)
		free(q->confirmed[i].name);
	free(q->confirmed);
	free(q);
}

static const char *query_subject(const struct query *q)
{
	return q->host ? q->host : "this machine";
}

/* What getaddrinfo finds first, before it looks at the host. */
static bool numeric_service_is_name(const struct query_rules *r)
{
	return r->hints.ai_flags & AI_NUMERICSERV && r->service &&
	       !text_is_of(r->service, "0123456789");
}

static int query_fail(struct query *q, int eai, int error)
{
	(void)lookup_fail(&q->err, eai, error, query_subject(q));
	if (q->err.domain == ERR_LOCAL)
		return -1;
	if (eai == EAI_SYSTEM)
		err_detail(&q->err, "(%s)", failure_errno_text(error));
	if (eai == EAI_SERVICE)
		err_detail(&q->err, "(service %s)", q->rules.service);
	if (eai == EAI_NONAME && numeric_service_is_name(&q->rules))
		err_detail(&q->err, "(service %s: --numeric-service takes only a port)",
		           q->rules.service);
	for (const char *c = q->host; eai == EAI_NONAME && c && *c; c++)
		if (*c & '\x80' && !(q->rules.hints.ai_flags & AI_IDN))
			err_hint(&q->err, "with --idn, letters beyond ASCII are encoded for DNS");
	return -1;
}

/* The port of a service that the system does not know, or knows by another case. -1: none. */
static int service_known_here(const struct query_rules *r)
{
	int type = r->hints.ai_socktype;
	int port = type == SOCK_DGRAM ? -1 : service_port(r->service, "tcp");

	if (port < 0 && type != SOCK_STREAM)
		port = service_port(r->service, "udp");
	return r->hints.ai_flags & AI_NUMERICSERV ? -1 : port;
}

static int query_getaddrinfo(struct query *q, const char *host, const struct addrinfo *hints,
                             struct addrinfo **list)
{
	const struct query_rules *r = &q->rules;
	int error, eai = sys_getaddrinfo(host, r->service, hints, list, &error);
	char port[16];

	if (eai == EAI_SERVICE && r->hints.ai_socktype != SOCK_RAW) {
		int known = service_known_here(r);

		if (known >= 0) {
			(void)snprintf(port, sizeof port, "%d", known);
			eai = sys_getaddrinfo(host, port, hints, list, &error);
		}
	}
	return eai ? query_fail(q, eai, error) : 0;
}

/* Whether it is an address: then that is in q->address. -1: it is one that cannot be had. */
static int query_read_address(struct query *q)
{
	int mapped = q->rules.hints.ai_flags & AI_V4MAPPED;
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | mapped,
		                  .ai_family = q->rules.hints.ai_family,
		                  .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	uint8_t dotted[4];
	int error;

	if (!q->host || !addr_looks_numeric(q->host))
		return 0;
	int eai = sys_getaddrinfo(q->host, NULL, &hints, &found, &error);
	if (eai == EAI_NONAME && !strchr(q->host, ':'))
		return 0;
	if (eai)
		return query_fail(q, eai, error);
	q->is_address = true;
	q->address = addr_from(found->ai_addr, found->ai_addrlen);
	q->legacy = !strchr(q->host, ':') && inet_pton(AF_INET, q->host, dotted) != 1;
	sys_freeaddrinfo(found);
	return 0;
}

/* The name of A, to be freed; NULL when it has none. An EAI_* value otherwise. */
static int name_of(const struct addr *a, int flags, char **name)
{
	/* /etc/hosts has an IPv4 address by its own spelling; the C library looks for no other. */
	struct addr bare = addr_unmapped(a);
	char host[NI_MAXHOST];
	int eai = sys_getnameinfo(&bare.at.any, bare.len, host, sizeof host, NULL, 0,
	                          flags | NI_NAMEREQD);

	*name = eai == 0 ? strdup(host) : NULL;
	if (eai == 0 && !*name)
		return EAI_MEMORY;
	return eai == EAI_NONAME ? 0 : eai;
}

static int query_ask_name(struct query *q)
{
	int eai = name_of(&q->address, q->rules.name_flags, &q->name);
	char buf[64];
	struct text t = TEXT_OVER(buf);

	if (eai)
		return query_fail(q, eai, errno);
	if (q->name || q->rules.nameless)
		return 0;
	(void)query_fail(q, EAI_NONAME, 0);
	if (q->legacy) {
		addr_add_host(&t, &q->address);
		err_hint(&q->err, "%s is a legacy spelling of %s", q->host, buf);
	}
	return -1;
}

static int query_ask_long(struct query *q)
{
	if (query_getaddrinfo(q, q->host, &q->rules.hints, &q->list))
		return -1;
	q->partial = true;
	return q->is_address ? query_ask_name(q) : 0;
}

static int eai_of_host(int h_error)
{
	switch (h_error) {
	case HOST_NOT_FOUND:
		return EAI_NONAME;
	case TRY_AGAIN:
		return EAI_AGAIN;
	case NO_DATA:
		return EAI_NODATA;
	case NETDB_INTERNAL:
		return EAI_SYSTEM;
	default:
		return EAI_FAIL;
	}
}

static int query_ask_host_of(struct query *q)
{
	const struct addr *a = &q->address;
	size_t n;
	const uint8_t *bytes = addr_bytes(a, &n);
	struct query_hostent *h = &q->hosts[0];
	int error, h_error = sys_gethostbyaddr(bytes, (socklen_t)n, a->at.any.sa_family, &h->entry,
	                                       &h->room, &error);

	return h_error ? query_fail(q, eai_of_host(h_error), error) : 0;
}

/*
 * For one family after the other. As with getaddrinfo, what is found for one is the answer,
 * though the name servers failed for the other; but what failed on this machine is a failure.
 */
static int query_ask_hostent(struct query *q)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int error, nothing = 0, unknown = 0;
	bool found = false;

	if (q->is_address)
		return query_ask_host_of(q);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct query_hostent *h = &q->hosts[i];

		if (q->rules.hints.ai_family && q->rules.hints.ai_family != families[i])
			continue;
		int h_error = sys_gethostbyname2(q->host, families[i], &h->entry, &h->room, &error);
		found = found || h_error == 0;
		if (h_error == NETDB_INTERNAL)
			return query_fail(q, EAI_SYSTEM, error);
		if (h_error == HOST_NOT_FOUND || h_error == NO_DATA)
			nothing = h_error;
		else if (h_error)
			unknown = h_error;
	}
	return found ? 0 : query_fail(q, eai_of_host(unknown ? unknown : nothing), 0);
}

/* Whether NAME has the address of C: an EAI_* value when nobody can tell. */
static int confirm_forward(const struct query *q, struct query_confirmation *c)
{
	struct addr want = addr_unmapped(&c->addr);
	struct addrinfo hints = { .ai_flags = q->rules.hints.ai_flags & AI_IDN,
		                  .ai_family = want.at.any.sa_family,
		                  .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	int error, eai = sys_getaddrinfo(c->name, NULL, &hints, &list, &error);

	for (const struct addrinfo *at = list; !eai && at; at = at->ai_next) {
		struct addr a = addr_from(at->ai_addr, at->ai_addrlen);

		/* A zone is this machine's alone; names do not have it. */
		if (a.at.any.sa_family == AF_INET6)
			a.at.v6.sin6_scope_id = want.at.v6.sin6_scope_id;
		addr_set_port(&a, addr_port(&want));
		c->agrees = c->agrees || (a.len == want.len && memcmp(&a.at, &want.at, a.len) == 0);
	}
	sys_freeaddrinfo(list);
	return eai == EAI_AGAIN || eai == EAI_MEMORY || eai == EAI_SYSTEM ? eai : 0;
}

static int query_ask_confirm(struct query *q)
{
	struct addr_list list = { 0 };
	int eai = 0;

	if (q->is_address ? addr_list_add(&list, &q->address)
	                  : query_getaddrinfo(q, q->host, &q->rules.hints, &q->list))
		return q->is_address ? query_fail(q, EAI_MEMORY, 0) : -1;
	if (!q->is_address && addr_list_from(&list, q->list))
		return query_fail(q, EAI_MEMORY, 0);
	q->confirmed = calloc(list.count, sizeof *q->confirmed);
	for (size_t i = 0; q->confirmed && !eai && i < list.count; i++) {
		struct query_confirmation *c = &q->confirmed[q->confirmed_count++];

		c->addr = list.at[i];
		eai = name_of(&c->addr, q->rules.name_flags, &c->name);
		if (!eai && c->name)
			eai = confirm_forward(q, c);
	}
	addr_list_free(&list);
	if (!q->confirmed)
		eai = EAI_MEMORY;
	else if (!eai && q->is_address && !q->confirmed[0].name)
		eai = EAI_NONAME;
	return eai ? query_fail(q, eai, errno) : 0;
}

static int query_ask_by_mode(struct query *q)
{
	if (q->has_nul) {
		(void)query_fail(q, EAI_NONAME, 0);
		err_hint(&q->err, "a NUL byte is no part of a name");
		return -1;
	}
	if (q->host && strlen(q->host) == QUERY_TEXT_MAX)
		return query_fail(q, EAI_NONAME, 0);
	if (q->rules.mode != QUERY_ADDRINFO && query_read_address(q))
		return -1;
	switch (q->rules.mode) {
	case QUERY_HOSTENT:
		return query_ask_hostent(q);
	case QUERY_CONFIRM:
		return query_ask_confirm(q);
	case QUERY_LONG:
		return query_ask_long(q);
	case QUERY_PLAIN:
		if (q->is_address && !q->rules.forward)
			return query_ask_name(q);
		break;
	case QUERY_ADDRINFO:
		break;
	}
	return query_getaddrinfo(q, q->host, &q->rules.hints, &q->list);
}

void query_ask(struct query *q)
{
	nsec_t began = sys_now();

	q->failed = query_ask_by_mode(q) != 0;
	q->took = sys_now() - began;
}
