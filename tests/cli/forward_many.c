/*
 * listen --keep-open --forward: all who come, at once, in little memory and with few descriptors.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/joint.h"
#include "harness/mover.h"
#include "harness/proc.h"

Test(forward_many, clients_do_not_hold_up_each_other)
{
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k"), 0);
	int clients[20], servers[20];

	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		clients[i] = peer_connect(&j.place);
		servers[i] = peer_accept(j.listener);
	}
	for (size_t i = ARRAY_LEN(clients); i-- > 0;) {
		peer_send(clients[i], "hello");
		peer_shut(clients[i]);
	}
	/* They may be joined in any order, but each is joined to one. */
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		peer_expect(servers[i], "hello");
		peer_expect_end(servers[i]);
		close(servers[i]);
		peer_expect_end(clients[i]);
		close(clients[i]);
	}
	joint_stop(&j);
}

Test(forward_many, a_target_that_is_away_costs_its_clients_alone)
{
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k"), 0);

	close(j.listener);
	for (int i = 0; i < 3; i++) {
		j.client = peer_connect(&j.place);
		peer_expect_reset(j.client);
		close(j.client);
	}
	child_await_err(&j.child, "Connection refused");
	j.listener = peer_listen_at(&j.target);
	joint_join(&j);
	peer_send(j.client, "again");
	peer_expect(j.server, "again");
	joint_part(&j);
	joint_stop(&j);
	cr_assert_eq(count_of(child_err(&j.child), "Connection refused"), 1, "told once: %s",
	             child_err(&j.child));
}

/* What was read is delivered; those who are owed nothing hold nothing up. */
Test(forward_many, drains)
{
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k", "--drain", "15"), 0);

	joint_join(&j);
	peer_send(j.client, "x");
	peer_expect(j.server, "x");
	child_signal(&j.child, SIGTERM);
	peer_expect_reset(j.client);
	peer_expect_reset(j.server);
	joint_part(&j);
	close(j.listener);
	child_expect(&j.child, 128 + SIGTERM);
	cr_assert_lt(j.child.seconds, 10);
}

/* Without a descriptor for the target a client waits, and those who are served go on. */
Test(forward_many, out_of_descriptors_it_waits)
{
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k"), 16);
	int clients[12], servers[12];
	size_t served = 0;

	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		clients[i] = peer_connect(&j.place);
	servers[served++] = peer_accept(j.listener);
	child_await_err(&j.child, "Too many open files");
	double cpu = proc_cpu_seconds(j.child.pid);
	clock_pause(0.5);
	cr_assert_lt(proc_cpu_seconds(j.child.pid) - cpu, 0.1, "it spins");
	peer_send(clients[0], "still here");
	peer_expect(servers[0], "still here");
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		if (i >= served)
			servers[served++] = peer_accept(j.listener);
		close(clients[i]);
		close(servers[i]);
	}
	joint_stop(&j);
}

/* Who comes together does not take all descriptors for itself, with none left for any target. */
Test(forward_many, a_crowd_is_served_with_few_descriptors)
{
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k"), 16);
	int clients[30], server;

	child_signal(&j.child, SIGSTOP);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		clients[i] = peer_connect(&j.place);
		peer_send(clients[i], "hello");
		peer_shut(clients[i]);
	}
	int64_t began = clock_now();
	child_signal(&j.child, SIGCONT);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		server = peer_accept(j.listener);
		peer_expect(server, "hello");
		peer_expect_end(server);
		peer_send(server, "yes");
		close(server);
	}
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		peer_expect(clients[i], "yes");
		close(clients[i]);
	}
	cr_expect(clock_since(began) < 7 * clock_slack(),
	          "some waited for all of --connect-timeout");
	joint_stop(&j);
}

/* Pairs that have moved bytes and are idle: sockit's own memory, without what the kernel has. */
Test(forward_many, idle_pairs_are_small)
{
	enum { PAIRS = 500 };
	static int clients[PAIRS], servers[PAIRS];
	static char much[300000];
	struct joint j = joint_open(NET_V4, NET_V4, WORDS("-k", "-m", "1000"), 0);
	unsigned long before = 0;

	for (int i = 0; i < PAIRS; i++) {
		struct data data = data_binary((uint64_t)i + 1, sizeof much);

		if (i == 20)
			before = proc_resident_kib(j.child.pid);
		joint_join(&j);
		clients[i] = j.client;
		servers[i] = j.server;
		struct mover *sink = sink_start(&(struct flow){
			.fd = must(dup(j.server), "dup"), .data = data, .end = FLOW_LEAVE });
		mover_finish(source_start(&(struct flow){
			.fd = must(dup(j.client), "dup"), .data = data, .end = FLOW_LEAVE }));
		mover_await(sink, sizeof much);
		peer_shut(j.client);
		mover_expect_whole(sink, "what the target got");
	}
	unsigned long each = (proc_resident_kib(j.child.pid) - before) * 1024 / (PAIRS - 20);
	if (!getenv("SOCKIT_ASAN"))
		cr_expect_leq(each, 4096u, "%lu bytes a pair", each);
	for (int i = 0; i < PAIRS; i++) {
		close(clients[i]);
		close(servers[i]);
	}
	joint_stop(&j);
}
