#include "cmd/finding.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "net/hosts.h"
#include "out/decode.h"
#include "out/nodes.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/socket.h"

/* A result being shown. */
struct finding {
	struct query *q;
	struct answer *answer;
	bool in_batch;
};

static const char *asked(const struct query *q)
{
	return q->host ? q->host : "";
}

/*
 * A line of text alone, behind what was asked where there are several: all that is foreign is
 * escaped.
 */
static struct text line_begin(const struct finding *f, char *buf, size_t size)
{
	struct text t = text_over(buf, size);

	if (f->in_batch) {
		text_add_escaped(&t, asked(f->q));
		text_add_str(&t, "\t");
	}
	return t;
}

static void addr_into(struct text *t, const struct query *q, const struct addr *a)
{
	if (q->rules.service)
		addr_add_word(t, a);
	else
		addr_add_host(t, a);
}

static void show_address(const struct finding *f, const struct addr *a, const char *canonname)
{
	char buf[4096], host[128], family[32];
	struct text t = line_begin(f, buf, sizeof buf), h = TEXT_OVER(host), af = TEXT_OVER(family);

	addr_into(&t, f->q, a);
	if (canonname) {
		text_add_str(&t, "\t");
		text_add_escaped(&t, canonname);
	}
	answer_line(f->answer, "%s", buf);
	addr_add_host(&h, a);
	decode_add_family(&af, a->at.any.sa_family);
	answer_begin(f->answer, NULL, NULL);
	answer_str(f->answer, "address", NULL, host);
	answer_str(f->answer, "family", NULL, family);
	if (f->q->rules.service)
		answer_int(f->answer, "port", NULL, addr_port(a));
	if (canonname)
		answer_str(f->answer, "canonname", NULL, canonname);
	answer_end(f->answer);
}

static const char *canonname_of(const struct query *q)
{
	bool wanted = q->rules.hints.ai_flags & AI_CANONNAME;

	return wanted && q->list ? q->list->ai_canonname : NULL;
}

static void show_name(const struct finding *f)
{
	char buf[4096];
	struct text t = line_begin(f, buf, sizeof buf);

	text_add_escaped(&t, f->q->name);
	answer_line(f->answer, "%s", buf);
	answer_begin(f->answer, NULL, NULL);
	answer_str(f->answer, "name", NULL, f->q->name);
	answer_end(f->answer);
}

static int show_plain(const struct finding *f, struct err *err)
{
	const struct query *q = f->q;
	struct addr_list list = { 0 };

	if (addr_list_from(&list, q->list))
		return err_set(err, ERR_LOCAL, ENOMEM, "resolve", "%s", asked(q));
	answer_list(f->answer, "results", NULL);
	if (q->name)
		show_name(f);
	else if (q->is_address && !q->rules.forward)
		show_address(f, &q->address, NULL);
	for (size_t i = 0; i < list.count; i++)
		show_address(f, &list.at[i], canonname_of(q));
	answer_end(f->answer);
	addr_list_free(&list);
	return 0;
}

/*
 * The address from which this machine would send to A: by a UDP socket that is connected, which
 * sends nothing. 1 when there is no way there.
 */
static int source_for(const struct addr *a, struct addr *source, struct err *err)
{
	OWN_FD fd = sys_socket(a->at.any.sa_family, SOCK_DGRAM, IPPROTO_UDP);
	char at[128];
	struct text host = TEXT_OVER(at);

	if (fd == -EAFNOSUPPORT)
		return 1;
	if (fd < 0) {
		addr_add_host(&host, a);
		return err_socket(err, -fd, "find", "the source address for %s", at);
	}
	source->len = sizeof source->at;
	if (sys_connect(fd, &a->at.any, a->len) ||
	    sys_getsockname(fd, &source->at.any, &source->len))
		return 1;
	return 0;
}

/*
 * What was asked, above what takes several lines: where there are several, and where its spelling
 * needs to be told.
 */
static void show_title(const struct finding *f)
{
	const struct query *q = f->q;
	char buf[4096], host[64];
	struct text t = TEXT_OVER(buf), h = TEXT_OVER(host);

	if (!q->legacy && !f->in_batch)
		return;
	text_add_escaped(&t, asked(q));
	if (q->legacy) {
		addr_add_host(&h, &q->address);
		text_add(&t, " is a legacy spelling of %s", host);
	}
	answer_line(f->answer, "%s:", buf);
}

/* Told only where it is certain. */
static const char *origin_of(const struct query *q)
{
	struct addr_list list = { 0 };
	enum hosts_source source = HOSTS_UNSURE;

	if (q->is_address && q->name) {
		/* Its name is looked for as that of the address in it. */
		struct addr bare = addr_unmapped(&q->address);

		source = hosts_source_of_addr(&bare, q->name);
	} else if (!q->is_address && q->host && !addr_list_from(&list, q->list)) {
		/* What AI_IDN made of the name is what was looked for. */
		if (!(q->rules.hints.ai_flags & AI_IDN))
			source = hosts_source_of_name(q->host, &list);
		addr_list_free(&list);
	}
	return source == HOSTS_FILE ? "/etc/hosts" : source == HOSTS_RESOLVER ? "resolver" : NULL;
}

static const struct answer_column long_columns[] = {
	{ "ADDRESS", "address", false, false },
	{ "", "port", true, false },
	{ "FAMILY", "family", false, false },
	{ "TYPE", "socktype", false, false },
	{ "PROTOCOL", "protocol", false, false },
	{ "NAME", "name", false, false },
	{ "SCOPE", "scope", false, false },
	{ "SOURCE", "source", false, false },
	{ "TIME", "", false, false },
	{ "FROM", "from", false, false },
};

static void zone_into(struct text *t, const struct addr *a)
{
	char zone[SYS_IF_NAME_SIZE];

	if (a->at.any.sa_family != AF_INET6 || !a->at.v6.sin6_scope_id)
		return;
	sys_if_name(a->at.v6.sin6_scope_id, zone);
	text_add_str(t, zone);
}

/* -1 when the source could not be asked for; the row is shown all the same. */
static int show_long_row(const struct finding *f, const struct addrinfo *node, const char *origin,
                         struct err *err)
{
	const struct query *q = f->q;
	struct addr addr = addr_from(node->ai_addr, node->ai_addrlen), source;
	char words[8][128];
	struct text t[8];
	int known = source_for(&addr, &source, err);

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		t[i] = TEXT_OVER(words[i]);
	/* JSON has the port beside the address. */
	addr_into(&t[0], q, &addr);
	text_add(&t[1], "%u", addr_port(&addr));
	decode_add_family(&t[2], node->ai_family);
	decode_add_socktype(&t[3], node->ai_socktype);
	decode_add_protocol(&t[4], node->ai_protocol);
	zone_into(&t[5], &addr);
	if (known == 0)
		addr_add_host(&t[6], &source);
	text_add(&t[7], "%.1fms", nsec_to_msec(q->took));
	const char *name = q->is_address ? q->name : q->list->ai_canonname;
	const char *const cells[] = {
		words[0],
		q->rules.service ? words[1] : NULL,
		words[2],
		words[3],
		words[4],
		name,
		t[5].len ? words[5] : NULL,
		known == 0 ? words[6] : NULL,
		words[7],
		origin,
	};
	answer_row(f->answer, cells);
	return known < 0 ? -1 : 0;
}

/* Whether NODE would be the same row as one before it: getaddrinfo gives an address as often as
 * /etc/hosts has it. */
static bool was_shown(const struct query *q, const struct addrinfo *node)
{
	for (const struct addrinfo *at = q->list; at != node; at = at->ai_next)
		if (at->ai_socktype == node->ai_socktype && at->ai_protocol == node->ai_protocol &&
		    at->ai_addrlen == node->ai_addrlen &&
		    memcmp(at->ai_addr, node->ai_addr, node->ai_addrlen) == 0)
			return true;
	return false;
}

static int show_long(const struct finding *f, struct err *err)
{
	const struct query *q = f->q;
	const char *origin = origin_of(q);
	int failed = 0;

	show_title(f);
	answer_list(f->answer, "results", NULL);
	answer_table(f->answer, long_columns, ARRAY_LEN(long_columns), true);
	for (const struct addrinfo *node = q->list; node; node = node->ai_next)
		if (!was_shown(q, node) && show_long_row(f, node, origin, err))
			failed = -1;
	answer_table_end(f->answer);
	answer_end(f->answer);
	return failed;
}

static void show_hostent(const struct finding *f)
{
	char title[64];

	answer_list(f->answer, "hostent", NULL);
	for (size_t i = 0; i < ARRAY_LEN(f->q->hosts); i++) {
		const struct query_hostent *h = &f->q->hosts[i];
		struct text t = TEXT_OVER(title);

		if (!h->room)
			continue;
		text_add_str(&t, "struct hostent of ");
		text_add_str(&t, f->q->is_address ? "gethostbyaddr_r, " : "gethostbyname2_r, ");
		decode_add_family(&t, h->entry.h_addrtype);
		hostent_show(f->answer, title, &h->entry);
	}
	answer_end(f->answer);
}

static int show_confirmed(const struct finding *f, struct err *err)
{
	size_t wrong = 0;

	answer_list(f->answer, "results", NULL);
	for (size_t i = 0; i < f->q->confirmed_count; i++) {
		const struct query_confirmation *c = &f->q->confirmed[i];
		char buf[4096], host[128];
		struct text t = line_begin(f, buf, sizeof buf), h = TEXT_OVER(host);

		addr_add_host(&h, &c->addr);
		text_add(&t, "%s\t", host);
		text_add_escaped(&t, c->name ? c->name : "-");
		text_add_str(&t, c->agrees ? "\tagrees"
		                 : c->name ? "\tdisagrees"
		                           : "\thas no name");
		answer_line(f->answer, "%s", buf);
		answer_begin(f->answer, NULL, NULL);
		answer_str(f->answer, "address", NULL, host);
		answer_str(f->answer, "name", NULL, c->name);
		answer_bool(f->answer, "agrees", NULL, c->agrees);
		answer_end(f->answer);
		wrong += !c->agrees;
	}
	answer_end(f->answer);
	if (wrong == 0)
		return 0;
	(void)err_set(err, ERR_ANSWER, STATUS_EXPECTATION, "answer", "%s", asked(f->q));
	err_detail(err, "%s: %zu of %zu addresses not confirmed by their names", asked(f->q), wrong,
	           f->q->confirmed_count);
	return -1;
}

static void tell_events(const struct query *q, struct report *report)
{
	char host[64];
	struct text h = TEXT_OVER(host);
	struct addr_list list = { 0 };

	if (q->is_address)
		addr_add_host(&h, &q->address);
	if (q->legacy)
		REPORT(report, REPORT_LEGACY, FIELD_STR("host", q->host),
		       FIELD_STR("address", host));
	if (q->name)
		REPORT(report, REPORT_NAMED, FIELD_STR("host", q->host), FIELD_STR("name", q->name),
		       FIELD_TIME("time", q->took));
	else if (q->list && !addr_list_from(&list, q->list))
		REPORT(report, REPORT_RESOLVED,
		       FIELD_STR("host", q->host ? q->host : "this machine"),
		       FIELD_INT("count", list.count), FIELD_TIME("time", q->took));
	addr_list_free(&list);
}

static int show_by_mode(const struct finding *f, struct err *err)
{
	switch (f->q->rules.mode) {
	case QUERY_PLAIN:
		return show_plain(f, err);
	case QUERY_LONG:
		return show_long(f, err);
	case QUERY_CONFIRM:
		return show_confirmed(f, err);
	case QUERY_ADDRINFO:
		show_title(f);
		nodes_show(f->answer, "addrinfo", f->q->list);
		return 0;
	case QUERY_HOSTENT:
		show_title(f);
		show_hostent(f);
		return 0;
	}
	return 0;
}

int finding_show(struct query *q, struct answer *a, bool in_batch, struct report *report,
                 struct err *err)
{
	struct finding f = { q, a, in_batch };
	char host[64];
	struct text h = TEXT_OVER(host);

	if (report)
		tell_events(q, report);
	if (q->failed && !q->partial) {
		*err = q->err;
		return -1;
	}
	answer_begin(a, NULL, NULL);
	answer_str(a, "query", NULL, q->host);
	if (q->is_address) {
		addr_add_host(&h, &q->address);
		answer_str(a, "address", NULL, host);
		answer_bool(a, "legacy", NULL, q->legacy);
	}
	answer_time(a, "time", NULL, q->took);
	int failed = show_by_mode(&f, err);
	answer_end(a);
	if (!failed && q->failed)
		*err = q->err;
	return failed || q->failed ? -1 : 0;
}
