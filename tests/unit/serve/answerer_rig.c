#include "unit/serve/answerer_rig.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "net/spec_parse.h"
#include "serve/services.h"

struct server server;
struct server_totals totals;
struct server_place places[PLACES];
static struct spec specs[PLACES];
static struct server_request request = { .places = places };
static struct service_setup setup;
struct answerer *answerers[PLACES];

static struct listener *open_listener(const char *word, struct spec *spec)
{
	struct spec_rules rules = { .server = true };
	struct listen_request listen = { .spec = spec, .unix_mode = -1, .wants = answerer_wants };
	struct listener *l = NULL;
	struct err err;

	cr_assert_eq(spec_parse(spec, &word, 1, &rules, &err), 0, "%s", err.detail);
	cr_assert_eq(listener_open(server.loop, &listen, server.report, &l, &err), 0, "%s: %s",
	             word, err.subject);
	return l;
}

void rig_begin(void)
{
	struct report_config config = { .json = true, .file = scratch_path("told") };
	struct err err;

	/* It says where it listens. */
	must(dup2(must(open("/dev/null", O_WRONLY | O_CLOEXEC), "null"), 2), "dup2");
	server = (struct server){ .loop = loop_new(&err),
		                  .report = report_new(),
		                  .request = &request,
		                  .totals = &totals };
	request.setup = &setup;
	cr_assert_eq(report_configure(server.report, &config, &err), 0);
}

void rig_add(const char *service, const char *word)
{
	struct server_place *place = &places[request.place_count];

	*place = (struct server_place){ .service = services_named(service, strlen(service)),
		                        .datagrams = true };
	place->listener = open_listener(word, &specs[request.place_count]);
	place->any_address = !specs[request.place_count].host[0];
	request.place_count++;
}

void rig_add_answerers(void)
{
	struct err err;

	for (size_t i = 0; i < request.place_count; i++)
		cr_assert_not_null(answerers[i] = answerer_new(&server, &places[i], &err));
}

void rig_begin_one(const char *service, const char *word)
{
	memset(&totals, 0, sizeof totals);
	request.place_count = 0;
	rig_begin();
	rig_add(service, word);
	rig_add_answerers();
}

void rig_end_one(void)
{
	answerer_free(answerers[0]);
	listener_close(places[0].listener);
}

int rig_client(size_t i, const struct place *from)
{
	struct addr at;

	(void)listener_socket(places[0].listener, i, &at);
	if (addr_is_wildcard(&at))
		at = addr_loopback(at.at.any.sa_family, addr_port(&at));
	int fd = must(socket(at.at.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	              "socket");
	struct sockaddr nameless = { .sa_family = AF_UNIX };

	if (from)
		must(bind(fd, (const struct sockaddr *)&from->address, from->address_size),
		     from->word);
	else if (at.at.any.sa_family == AF_UNIX)
		must(bind(fd, &nameless, sizeof nameless.sa_family), "autobind");
	must(connect(fd, &at.at.any, at.len), "connect");
	return fd;
}

int rig_ready(size_t place, size_t i)
{
	struct addr at;
	int fd = listener_socket(places[place].listener, i, &at);

	cr_assert(peer_poll(fd, POLLIN, clock_after(PATIENCE)), "nothing came");
	return answerer_ready(answerers[place], i);
}

bool rig_has_answer(int fd)
{
	return peer_poll(fd, POLLIN, clock_now());
}

unsigned rig_told(const char *text)
{
	const char *all = scratch_read(scratch_path("told"));
	unsigned n = 0;

	for (const char *at = all; at && (at = strstr(at, text)); at++)
		n++;
	return n;
}

static const char *const words[] = { "udp:127.0.0.1:0", "udp:[::1]:0",
	                             "unix-dgram:@sockit-answerer" };

const char *rig_word(size_t i)
{
	static char word[64];

	snprintf(word, sizeof(word), i == 2 ? "%s-%d" : "%s", words[i], (int)getpid());
	return word;
}
