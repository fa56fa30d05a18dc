/*
 * stream/tune: every row of the table tried on the kernel that there is, on a socket of every kind
 * that the row is for; and what accepted sockets have of it.
 */
#include "stream/tune.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/fail.h"
#include "harness/peer.h"
#include "sys/call.h"

static const int families[] = { AF_INET, AF_INET6, AF_UNIX };
static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

/* The I-th of a few values that every kernel of today takes for O; NULL behind the last. */
static const char *sample(const struct sockopt *o, size_t i)
{
	static const char *const flags[] = { "on", "off" }, *const lingers[] = { "off", "0", "7" };
	static char buf[64];
	struct text t = TEXT_OVER(buf);
	uint64_t numbers[] = { o->min, o->min + 1, o->max };

	switch (o->type) {
	case SOCKOPT_FLAG:
		return i < ARRAY_LEN(flags) ? flags[i] : NULL;
	case SOCKOPT_LINGER:
		return i < ARRAY_LEN(lingers) ? lingers[i] : NULL;
	case SOCKOPT_DISCOVER:
		return i < SOCKOPT_DISCOVER_COUNT ? sockopt_discover[i].name : NULL;
	case SOCKOPT_NAME:
		return i > 0 ? NULL : o->level == SOL_SOCKET ? "lo" : "reno";
	case SOCKOPT_NUMBER:
	case SOCKOPT_BITS:
	case SOCKOPT_SIZE:
	case SOCKOPT_RATE:
	case SOCKOPT_DURATION:
		break;
	}
	if (i >= ARRAY_LEN(numbers))
		return NULL;
	text_add(&t, "%llu", (unsigned long long)numbers[i]);
	if (o->unit)
		text_add_str(&t, o->unit == NSEC_PER_SEC    ? "s"
		                 : o->unit == NSEC_PER_MSEC ? "ms"
		                                            : "us");
	return buf;
}

/*
 * Where the kernel keeps something else than what it is given: it rounds, doubles, caps, or masks
 * bits out.
 */
static bool is_adjusted(const struct sockopt *o)
{
	static const char *const names[] = { "rcvbuf",           "rcvbufforce",  "sndbuf",
		                             "sndbufforce",      "ip-tos",       "ipv6-tclass",
		                             "tcp-defer-accept", "tcp-fastopen", "tcp-linger2",
		                             "tcp-window-clamp" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(o->name, names[i]) == 0)
			return true;
	return false;
}

static union sockopt_value value_of(const struct sockopt *o, const char *text)
{
	union sockopt_value value;
	struct err e;

	if (sockopt_parse_value(o, text, &value, &e))
		fail("%s=%s: %s", o->name, text, e.detail);
	return value;
}

static union sockopt_value got(int fd, const struct sockopt *o)
{
	union sockopt_value value = { .rate = 0 };
	socklen_t len = sockopt_value_room(o);

	must(getsockopt(fd, o->level, o->read ? o->read : o->number, &value, &len), o->name);
	return value;
}

static const char *text_of(const struct sockopt *o, const union sockopt_value *value)
{
	static char bufs[2][64];
	static size_t next;
	char *buf = bufs[next++ % 2];
	struct text t = text_over(buf, sizeof bufs[0]);

	sockopt_add_value(&t, o, value);
	return buf;
}

static void try_row(const struct sockopt *o, int family, int type)
{
	for (size_t i = 0; sample(o, i); i++) {
		union sockopt_value value = value_of(o, sample(o, i));
		int fd = must(socket(family, type | SOCK_CLOEXEC, 0), "socket");
		int set =
			setsockopt(fd, o->level, o->number, &value, sockopt_value_size(o, &value));

		/* Some are for the superuser. */
		if (set < 0 && (errno != EPERM || geteuid() == 0))
			fail("%s=%s: %s", o->name, sample(o, i), strerror(errno));
		if (set == 0) {
			union sockopt_value is = got(fd, o);

			if (!is_adjusted(o))
				cr_assert_str_eq(text_of(o, &is), text_of(o, &value), "%s",
				                 o->name);
		}
		close(fd);
	}
}

Test(tune, every_row_is_what_the_kernel_takes_and_gives)
{
	unsigned tried = 0;

	for (size_t i = 0; i < sockopt_row_count; i++)
		for (size_t f = 0; f < ARRAY_LEN(families); f++)
			for (size_t t = 0; t < ARRAY_LEN(types); t++) {
				unsigned places = sockopt_family_place(families[f]) |
				                  SOCKOPT_CONNECTS | SOCKOPT_LISTENS |
				                  (types[t] == SOCK_STREAM ? SOCKOPT_STREAM
				                                           : SOCKOPT_DATAGRAM);

				if (!sockopt_suits(&sockopt_rows[i], places))
					continue;
				try_row(&sockopt_rows[i], families[f], types[t]);
				tried++;
			}
	cr_assert(tried > 100);
}

/* A report that goes nowhere. */
static struct report *silent(unsigned verbose)
{
	int null = must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null");
	struct report *r = report_new();
	struct report_config config = { .verbose = verbose, .file = "/dev/null" };
	struct err e;

	cr_assert_eq(report_configure(r, &config, &e), 0);
	must(dup2(null, 2), "dup2");
	close(null);
	return r;
}

static struct tune tune_with(struct sockopt_list *list, const char *const *settings,
                             enum sockopt_place role)
{
	struct err e;

	*list = (struct sockopt_list){ .count = 0 };
	for (; *settings; settings++)
		if (sockopt_list_add(list, *settings, &e))
			fail("%s: %s", *settings, e.detail);
	return (struct tune){ list, SOCKOPT_STREAM | role, silent(0) };
}

struct pair {
	int listener, client, accepted;
	struct addr peer;
	union sockopt_value set; /* of the first option, as the kernel had it before listening */
};

/* A connection to a listener that was made with TUNE. */
static struct pair pair_of(const struct tune *tune, enum net net)
{
	struct place place = place_any(net);
	struct addr at = addr_from((struct sockaddr *)&place.address, place.address_size);
	struct pair p = { .peer = { .len = sizeof p.peer.at } };
	struct err e;

	p.listener = must(socket(place.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	if (tune_new(tune, p.listener, &at, &e))
		fail("%s: %s", e.subject, strerror(e.code));
	p.set = got(p.listener, tune->options->at[0].option);
	must(bind(p.listener, &at.at.any, at.len), "bind");
	must(listen(p.listener, 1), "listen");
	if (net != NET_UNIX)
		place = place_of(p.listener, &place);
	p.client = peer_connect(&place);
	p.accepted = must(accept4(p.listener, NULL, NULL, SOCK_CLOEXEC), "accept");
	p.peer = at;
	return p;
}

static void pair_close(struct pair *p)
{
	close(p->listener);
	close(p->client);
	close(p->accepted);
}

/*
 * Rows whose accepted sockets have a value of their own: the segment size is what the handshake
 * came to.
 */
static bool is_negotiated(const struct sockopt *o)
{
	return strcmp(o->name, "tcp-maxseg") == 0 || strcmp(o->name, "ipv6-v6only") == 0;
}

/* What the row is set to for this: nothing that keeps a connection on loopback from being made. */
static const char *harmless(const struct sockopt *o)
{
	switch (o->type) {
	case SOCKOPT_FLAG:
		return strcmp(o->name, "tcp-quickack") == 0 ? "off" : "on";
	case SOCKOPT_NUMBER:
		return strcmp(o->name, "bindtoifindex") == 0 ? "1" : "3";
	case SOCKOPT_BITS:
		return "0x10";
	case SOCKOPT_SIZE:
		return "20000";
	case SOCKOPT_RATE:
		return "1G";
	case SOCKOPT_DURATION:
		return o->unit == NSEC_PER_USEC ? "5us" : "5";
	case SOCKOPT_LINGER:
		return "3";
	case SOCKOPT_DISCOVER:
		return "do";
	case SOCKOPT_NAME:
		return o->level == SOL_SOCKET ? "lo" : "reno";
	}
	return NULL;
}

static void try_inheritance(const struct sockopt *o, enum net net)
{
	char setting[96];
	struct sockopt_list list;
	struct err e;

	snprintf(setting, sizeof setting, "%s=%s", o->name, harmless(o));
	struct tune tune =
		tune_with(&list, (const char *const[]){ setting, NULL }, SOCKOPT_LISTENS);
	struct pair p = pair_of(&tune, net);
	union sockopt_value wanted = p.set, is = got(p.accepted, o);
	bool same = strcmp(text_of(o, &wanted), text_of(o, &is)) == 0;

	/* What the table says of the kernel. */
	cr_assert_eq(same, net != NET_UNIX && !(o->places & SOCKOPT_FADES),
	             "%s: an accepted socket has %s, its listener had %s", setting, text_of(o, &is),
	             text_of(o, &wanted));
	if (tune_accepted(&tune, p.accepted, &p.peer, &e))
		fail("%s: %s", e.subject, strerror(e.code));
	is = got(p.accepted, o);
	cr_assert_str_eq(text_of(o, &is), text_of(o, &wanted), "%s", setting);
	pair_close(&p);
}

Test(tune, accepted_sockets_have_what_their_listener_has)
{
	static const enum net nets[] = { NET_V4, NET_V6, NET_UNIX };
	unsigned tried = 0;

	for (size_t i = 0; i < sockopt_row_count; i++) {
		const struct sockopt *o = &sockopt_rows[i];
		bool both = o->places & SOCKOPT_CONNECTS && o->places & SOCKOPT_LISTENS;

		for (size_t n = 0; n < ARRAY_LEN(nets); n++) {
			unsigned places = sockopt_family_place(families[n]) | SOCKOPT_STREAM |
			                  SOCKOPT_LISTENS;

			if (!both || is_negotiated(o) || !sockopt_suits(o, places))
				continue;
			try_inheritance(o, nets[n]);
			tried++;
		}
	}
	cr_assert(tried > 60, "%u", tried);
}

/*
 * Only what the kernel forgets is set again, and the values are asked for only when somebody hears.
 */
static unsigned sets, gets;
static void count_options(struct sys_observer *self, const struct sys_call *call)
{
	(void)self;
	sets += call->op == SYS_SETSOCKOPT;
	gets += call->op == SYS_GETSOCKOPT;
}

Test(tune, no_call_is_made_in_vain)
{
	struct sys_observer observer = { .after = count_options };
	struct sockopt_list list;
	struct tune tune =
		tune_with(&list,
	                  (const char *const[]){ "rcvbuf=20000", "priority=3", "ip-tos=8",
	                                         "ipv6-tclass=8", "tcp-defer-accept=0", NULL },
	                  SOCKOPT_LISTENS);
	struct pair p;
	struct err e;

	sys_observe(&observer);
	p = pair_of(&tune, NET_V4);
	cr_assert_eq(sets, 4);
	cr_assert_eq(tune_accepted(&tune, p.accepted, &p.peer, &e), 0);
	cr_assert_eq(sets, 5);
	cr_assert_eq(gets, 0);
	tune.report = silent(1);
	cr_assert_eq(tune_accepted(&tune, p.accepted, &p.peer, &e), 0);
	cr_assert_eq(gets, 0);
	tune.report = silent(2);
	cr_assert_eq(tune_accepted(&tune, p.accepted, &p.peer, &e), 0);
	cr_assert_eq(gets, 3);
	sys_observe(NULL);
	pair_close(&p);
}

Test(tune, no_options_are_no_calls)
{
	struct sys_observer observer = { .after = count_options };
	struct tune tune = { NULL, SOCKOPT_STREAM | SOCKOPT_CONNECTS, silent(2) };
	struct addr at = addr_loopback(AF_INET, 1);
	struct err e;

	sys_observe(&observer);
	cr_assert_eq(tune_new(&tune, -1, &at, &e), 0);
	cr_assert_eq(tune_connected(&tune, -1, &at, &e), 0);
	cr_assert_eq(tune_accepted(&tune, -1, &at, &e), 0);
	cr_assert_eq(tune_check(&tune, &at, 1, "x", &e), 0);
	sys_observe(NULL);
	cr_assert_eq(sets + gets, 0);
}

static int refuse(struct sys_observer *self, struct sys_call *call)
{
	(void)self;
	return call->op == SYS_SETSOCKOPT && call->arg[2] == SO_MARK ? ENOENT : 0;
}

/* Whatever the errno, it is this machine that says no. */
Test(tune, a_refusal_names_the_option)
{
	struct sys_observer observer = { .before = refuse };
	struct sockopt_list list;
	struct tune tune =
		tune_with(&list, (const char *const[]){ "priority=3", "SO_MARK=0x10", NULL },
	                  SOCKOPT_CONNECTS);
	int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct addr at = addr_loopback(AF_INET, 1);
	struct err e;

	sys_observe(&observer);
	cr_assert_eq(tune_new(&tune, fd, &at, &e), -1);
	sys_observe(NULL);
	cr_assert_eq(e.domain, ERR_LOCAL);
	cr_assert_eq(e.code, ENOENT);
	cr_assert_str_eq(e.op, "sockopt");
	cr_assert_str_eq(e.subject, "mark=0x10");
	close(fd);
}

Test(tune, an_option_for_none_of_the_addresses_is_a_usage_error)
{
	struct sockopt_list list;
	struct tune tune = tune_with(&list, (const char *const[]){ "rcvbuf=1K", "ip-tos=8", NULL },
	                             SOCKOPT_CONNECTS);
	struct addr both[] = { addr_loopback(AF_INET6, 1), addr_loopback(AF_INET, 1) };
	struct err e;

	cr_assert_eq(tune_check(&tune, both, 2, "h", &e), 0);
	cr_assert_eq(tune_check(&tune, both + 1, 1, "h", &e), 0);
	cr_assert_eq(tune_check(&tune, both, 1, "h port 1", &e), -1);
	cr_assert_eq(e.domain, ERR_USAGE);
	cr_assert_str_eq(e.detail, "--sockopt ip-tos has no meaning for h port 1: it is for IPv4");
}
