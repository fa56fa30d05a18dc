#include "harness/sockit.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/proc.h"

static struct plan with_words(const struct plan *plan, const char *const *words)
{
	struct plan full = *plan;

	if (full.more)
		fail("`more` is taken by the helper");
	full.more = full.args;
	full.args = words;
	return full;
}

/* The port in a whole line `listening on ADDR PORT`, or in the event of --json; 0: not yet. */
static unsigned reported_port(const char *text)
{
	const char *line = strstr(text, "listening on "), *event = strstr(text, "\"local_port\":");
	unsigned port = 0;

	if (line && strchr(line, '\n'))
		sscanf(line, "listening on %*s %u", &port);
	else if (event && strchr(event, '\n'))
		sscanf(event, "\"local_port\":%u", &port);
	return port;
}

static unsigned await_port(struct child *child)
{
	int64_t deadline = clock_after(PATIENCE);
	unsigned port;

	while ((port = reported_port(child_err(child))) == 0) {
		if (child->ended || clock_now() >= deadline)
			child_blame(child, "reported no port");
		child_collect(child, deadline);
	}
	return port;
}

struct child sockit_listen_with(const char *command, const struct plan *plan, enum net net,
                                struct place *place)
{
	struct place any = place_any(net);
	struct plan full = with_words(plan, WORDS(command, any.word));
	struct child child = child_start(&full);

	if (net == NET_UNIX)
		proc_await_path(&any);
	else
		any = place_tcp(net, any.host, await_port(&child));
	*place = any;
	return child;
}

struct child sockit_listen(const struct plan *plan, enum net net, struct place *place)
{
	return sockit_listen_with("listen", plan, net, place);
}

struct child sockit_connect(const struct plan *plan, const struct place *place)
{
	struct plan full = with_words(plan, WORDS("connect", place->word));

	return child_start(&full);
}

int sockit_accept(struct child *child, int listener)
{
	int64_t deadline = clock_after(PATIENCE);

	while (!peer_poll(listener, POLLIN, clock_after(0.01))) {
		if (child->ended || clock_now() >= deadline)
			child_blame(child, "did not connect");
		child_collect(child, clock_now());
	}
	return peer_accept(listener);
}

struct child sockit_run(const char *const *words)
{
	return child_run(&(struct plan){ .args = words });
}

struct child sockit_expect(const char *const *words, int status)
{
	struct child child = sockit_run(words);

	child_expect(&child, status);
	return child;
}

void sockit_expect_late(const char *said, const char *const *words, double seconds)
{
	struct child child = sockit_expect(words, 4);

	child_says(&child, said);
	if (child.seconds < seconds * 0.9 || child.seconds > seconds + 0.5 * clock_slack())
		child_blame(&child, "after %.2f s instead of %.2f", child.seconds, seconds);
}

static struct session connect_to(int listener, const struct place *place, const struct plan *plan)
{
	struct session session = { .place = *place, .listener = listener };

	session.child = sockit_connect(plan, place);
	session.fd = sockit_accept(&session.child, listener);
	return session;
}

static struct session serve(const struct plan *plan, enum net net)
{
	struct session session = { .listener = -1 };

	session.child = sockit_listen(plan, net, &session.place);
	session.fd = peer_connect(&session.place);
	return session;
}

struct session session_start(enum role role, const struct plan *plan, enum net net)
{
	struct place place;
	int listener;

	if (role == LISTEN)
		return serve(plan, net);
	listener = peer_listen(net, &place);
	return connect_to(listener, &place, plan);
}

struct session session_start_narrow(const struct plan *plan, enum net net)
{
	struct place place;
	int listener = peer_listen_narrow(net, &place);

	return connect_to(listener, &place, plan);
}

void session_each(void (*test)(enum role role, enum net net))
{
	for (enum net net = 0; net < NET_COUNT; net++)
		for (enum role role = 0; role < ROLES; role++)
			test(role, net);
}
