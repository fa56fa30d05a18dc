#include "cmd/in_use.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/owner.h"
#include "net/sockets.h"

/* The kinds that have ports come first. */
enum { PORT_KINDS = SOCKET_UNIX };

int in_use_filter_start(struct in_use_filter *f, struct err *err)
{
	*f = (struct in_use_filter){
		.kinds = (1u << SOCKET_KIND_COUNT) - 1,
		.ports = calloc(PORT_KINDS, sizeof *f->ports),
	};
	return f->ports ? 0 : err_set(err, ERR_LOCAL, ENOMEM, "buffer", "the operands");
}

void in_use_filter_free(struct in_use_filter *f)
{
	free(f->ports);
	f->ports = NULL;
}

void in_use_want(struct in_use_filter *f, uint16_t low, uint16_t high, const char *protocol)
{
	f->by_port = true;
	for (int kind = 0; kind < PORT_KINDS; kind++)
		if (!protocol[0] || strcmp(protocol, socket_kind_names[kind]) == 0)
			memset(&f->ports[kind][low], true, (size_t)(high - low) + 1);
}

static bool is_wanted(const struct in_use_filter *f, const struct socket_entry *s)
{
	if (f->state != SOCKET_NO_STATE && s->state != f->state)
		return false;
	if (!f->by_port)
		return true;
	/* Port 0 stands for none. */
	return s->kind != SOCKET_UNIX && ((s->local.port && f->ports[s->kind][s->local.port]) ||
	                                  (s->remote.port && f->ports[s->kind][s->remote.port]));
}

enum in_use_column {
	COLUMN_WORD,
	COLUMN_PROTOCOL,
	COLUMN_FAMILY,
	COLUMN_TYPE,
	COLUMN_STATE,
	COLUMN_LOCAL,
	COLUMN_LOCAL_ADDR,
	COLUMN_LOCAL_PORT,
	COLUMN_REMOTE,
	COLUMN_REMOTE_ADDR,
	COLUMN_REMOTE_PORT,
	COLUMN_PATH,
	COLUMN_SERVICE,
	COLUMN_HOLDER,
	COLUMN_PROCESS,
	COLUMN_PID,
	COLUMN_UID,
	COLUMN_INODE,
	COLUMN_COUNT
};

static const struct answer_column in_use_columns[COLUMN_COUNT] = {
	[COLUMN_WORD] = { .title = "PROTO" },
	[COLUMN_PROTOCOL] = { .key = "protocol" },
	[COLUMN_FAMILY] = { .key = "family" },
	[COLUMN_TYPE] = { .key = "type" },
	[COLUMN_STATE] = { .title = "STATE", .key = "state" },
	[COLUMN_LOCAL] = { .title = "LOCAL" },
	[COLUMN_LOCAL_ADDR] = { .key = "local_addr" },
	[COLUMN_LOCAL_PORT] = { .key = "local_port", .number = true },
	[COLUMN_REMOTE] = { .title = "REMOTE" },
	[COLUMN_REMOTE_ADDR] = { .key = "remote_addr" },
	[COLUMN_REMOTE_PORT] = { .key = "remote_port", .number = true },
	[COLUMN_PATH] = { .key = "local_path" },
	[COLUMN_SERVICE] = { .title = "SERVICE", .key = "service" },
	[COLUMN_HOLDER] = { .title = "PROCESS" },
	[COLUMN_PROCESS] = { .key = "process" },
	[COLUMN_PID] = { .key = "pid", .number = true },
	[COLUMN_UID] = { .key = "uid", .number = true },
	[COLUMN_INODE] = { .key = "inode" },
};

/* The texts of a row, as far as they have to be made. */
struct in_use_row {
	const char *cells[COLUMN_COUNT];
	char word[32], local[128], remote[128], local_addr[64], remote_addr[64];
	char local_port[8], remote_port[8], holder[96], pid[24], uid[24], inode[24];
};

/* Text over FIELD of the row R, which becomes the cell COLUMN. */
#define CELL(r, column, field)                                                                     \
	((r)->cells[column] = (r)->field, text_over((r)->field, sizeof((r)->field)))

static const char *type_name(int type)
{
	switch (type) {
	case SOCK_STREAM:
		return "stream";
	case SOCK_DGRAM:
		return "dgram";
	case SOCK_SEQPACKET:
		return "seqpacket";
	default:
		return NULL;
	}
}

/* "[::1]:80"; for no port "*" as netstat has it. */
static void add_end(struct text *t, const struct addr *a)
{
	bool v6 = a->at.any.sa_family == AF_INET6;

	if (addr_port(a)) {
		addr_add_word(t, a);
		return;
	}
	text_add_str(t, v6 ? "[" : "");
	addr_add_host(t, a);
	text_add_str(t, v6 ? "]:*" : ":*");
}

static void fill_ends(struct in_use_row *r, const struct socket_entry *s)
{
	struct addr local = socket_end_addr(s, &s->local), remote = socket_end_addr(s, &s->remote);
	struct text t = CELL(r, COLUMN_LOCAL, local);

	add_end(&t, &local);
	t = CELL(r, COLUMN_LOCAL_ADDR, local_addr);
	addr_add_host(&t, &local);
	t = CELL(r, COLUMN_LOCAL_PORT, local_port);
	text_add(&t, "%u", s->local.port);
	t = CELL(r, COLUMN_REMOTE, remote);
	add_end(&t, &remote);
	t = CELL(r, COLUMN_REMOTE_ADDR, remote_addr);
	addr_add_host(&t, &remote);
	t = CELL(r, COLUMN_REMOTE_PORT, remote_port);
	text_add(&t, "%u", s->remote.port);
	r->cells[COLUMN_FAMILY] = s->family == AF_INET ? "ipv4" : "ipv6";
}

static const char *service_name(const struct service_list *const services[2], uint16_t port,
                                const char *protocol)
{
	const struct service_entry *e = service_list_at(services[0], port, protocol);

	if (!e)
		e = service_list_at(services[1], port, protocol);
	return e ? e->name : NULL;
}

/* The service is that of the end with the lower port of those that have one: clients get high
 * ones. */
static const char *service_of(const struct service_list *const services[2],
                              const struct socket_entry *s)
{
	const char *protocol = socket_kind_names[s->kind];
	const char *local = service_name(services, s->local.port, protocol);
	const char *remote = service_name(services, s->remote.port, protocol);

	if (local && remote)
		return s->local.port <= s->remote.port ? local : remote;
	return local ? local : remote;
}

static void fill_local(struct in_use_row *r, const struct socket_entry *s)
{
	const char *type = type_name(s->type);
	struct text t = CELL(r, COLUMN_WORD, word);

	/* As the endpoint would be written: unix:, unix-dgram:, unix-seqpacket:. */
	text_add_str(&t, "unix");
	if (type && s->type != SOCK_STREAM)
		text_add(&t, "-%s", type);
	r->cells[COLUMN_TYPE] = type;
	if (s->path[0])
		r->cells[COLUMN_LOCAL] = r->cells[COLUMN_PATH] = s->path;
}

static void fill_holder(struct in_use_row *r, const struct socket_entry *s, struct owners *owners)
{
	const struct owner *owner;
	struct text t;

	if (s->inode == 0)
		return;
	t = CELL(r, COLUMN_INODE, inode);
	text_add(&t, "%llu", (unsigned long long)s->inode);
	if (s->kind != SOCKET_UNIX) {
		t = CELL(r, COLUMN_UID, uid);
		text_add(&t, "%u", s->uid);
	}
	owner = owners_find(owners, s->inode);
	if (!owner)
		return;
	t = CELL(r, COLUMN_HOLDER, holder);
	text_add(&t, "%s/%ld", owner->name, owner->pid);
	t = CELL(r, COLUMN_PID, pid);
	text_add(&t, "%ld", owner->pid);
	if (owner->name[0])
		r->cells[COLUMN_PROCESS] = owner->name;
}

static void show_socket(struct answer *answer, const struct socket_entry *s,
                        const struct service_list *const services[2], struct owners *owners)
{
	struct in_use_row r = { .cells = { NULL } };

	r.cells[COLUMN_PROTOCOL] = r.cells[COLUMN_WORD] = socket_kind_names[s->kind];
	r.cells[COLUMN_STATE] = socket_state_names[s->state];
	if (s->kind == SOCKET_UNIX) {
		fill_local(&r, s);
	} else {
		fill_ends(&r, s);
		r.cells[COLUMN_SERVICE] = service_of(services, s);
	}
	fill_holder(&r, s, owners);
	answer_row(answer, r.cells);
}

static const char *source_name(const struct sockets_source *source)
{
	if (source->netlink)
		return source->proc ? "netlink sock_diag and /proc/net" : "netlink sock_diag";
	return "/proc/net";
}

int in_use_show(struct answer *answer, const struct in_use_filter *f,
                const struct service_list *const services[2], struct report *report,
                struct err *err)
{
	struct socket_list list = { 0 };
	struct owners owners = { 0 };
	struct sockets_source source;
	size_t count = 0;
	int result = sockets_read(&list, f->kinds, &source, err);

	if (!result && owners_read(&owners))
		result = err_set(err, ERR_LOCAL, ENOMEM, "read", "/proc");
	answer_table(answer, in_use_columns, COLUMN_COUNT, true);
	for (size_t i = 0; !result && i < list.count; i++) {
		if (!is_wanted(f, &list.at[i]))
			continue;
		show_socket(answer, &list.at[i], services, &owners);
		count++;
	}
	answer_table_end(answer);
	if (!result && report)
		REPORT(report, REPORT_ANSWERED, FIELD_STR("source", source_name(&source)),
		       FIELD_INT("count", count));
	socket_list_free(&list);
	owners_free(&owners);
	return result;
}
