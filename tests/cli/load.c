/*
 * The load generator of the benchmark against sockit echo-serve: it counts, and takes no wrong byte
 * for an answer.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/launch.h"
#include "harness/proc.h"
#include "harness/sockit.h"

/* MODE with ARGS against SERVICE; the load, ended. It lies beside sockit in the build tree. */
static struct child load(const char *service, const char *mode, const char *const *args)
{
	struct place place = place_any(NET_V4);
	const char *sockit = launch_sockit();
	char program[512], word[160];

	snprintf(program, sizeof(program), "%.*sbench/load",
	         (int)(strrchr(sockit, '/') + 1 - sockit), sockit);
	snprintf(word, sizeof(word), "%s=%s", service, place.word);
	struct child server =
		child_start(&(struct plan){ .args = WORDS("echo-serve", "-m", "1000", word) });
	proc_await_port(server.pid, &place);
	struct child child = child_start(&(struct plan){
		.program = program, .args = WORDS(mode, place.port), .more = args });
	child_finish_within(&child, 60);
	child_signal(&server, SIGTERM);
	child_expect(&server, 128 + SIGTERM);
	return child;
}

Test(load, clients_that_stay)
{
	struct child child =
		load("echo", "echo",
	             WORDS("-c", "300", "-d", "4", "-s", "1000", "-n", "20000", "-t", "40"));

	child_expect(&child, 0);
	child_says(&child, "requests=20000 ");
	child_says(&child, "served=300 failed=0");
}

Test(load, clients_that_connect_ask_and_close)
{
	struct child child = load("echo", "connect", WORDS("-c", "20", "-n", "1000", "-t", "40"));

	child_expect(&child, 0);
	child_says(&child, "requests=1000 ");
	child_says(&child, "served=20 failed=0");
}

Test(load, clients_that_are_silent)
{
	struct child child = load("echo", "idle", WORDS("-c", "200", "-t", "0.01"));

	child_expect(&child, 0);
	child_says(&child, "served=200 failed=0");
}

Test(load, a_wrong_answer_ends_it)
{
	struct child child = load("upper", "echo", WORDS("-c", "5", "-n", "1000", "-t", "40"));

	child_expect(&child, 1);
	child_says(&child, "what came back is not what was sent");
}
