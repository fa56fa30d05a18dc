/* Each way to serve many, under many clients who come, go half way and are lost. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/siege.h"
#include "harness/siege_lines.h"
#include "harness/siege_voices.h"
#include "harness/sockit.h"

struct before {
	unsigned descriptors;
	unsigned long kib;
};

static struct before before_siege(const struct child *server)
{
	return (struct before){ siege_descriptors(server), proc_resident_kib(server->pid) };
}

/* The siege of SERVER is over: nothing of it is left. */
static void relieve(struct child *server, const struct before *before)
{
	siege_expect_left_nothing(server, before->descriptors);
	unsigned long after = proc_resident_kib(server->pid);

	/*
	 * What malloc keeps of what was freed is no more after a minute than after a second. A
	 * sanitizer keeps all of it for a while.
	 */
	if (!getenv("SOCKIT_ASAN"))
		cr_assert(after < before->kib + (12 << 10), "%lu KiB, and %lu before", after,
		          before->kib);
	cr_assert(proc_peak_kib(server->pid) < (48 << 10) * clock_slack(), "%lu KiB",
	          proc_peak_kib(server->pid));
	child_signal(server, SIGTERM);
	child_expect(server, 128 + SIGTERM);
}

static void besiege(struct child *server, const struct place *place)
{
	struct before before = before_siege(server);
	struct siege siege = siege_of(place);

	siege_run(&siege);
	printf("%s: %llu clients were served whole, %llu were reset, %llu MiB\n", server->command,
	       (unsigned long long)siege.whole, (unsigned long long)siege.resets,
	       (unsigned long long)siege.bytes >> 20);
	relieve(server, &before);
}

static void besiege_listen(const char *const *args)
{
	struct place place;
	struct child server = sockit_listen(&(struct plan){ .args = args }, NET_V4, &place);

	besiege(&server, &place);
}

Test(siege, of_a_program_for_each, .timeout = 300)
{
	besiege_listen(WORDS("-k", "-m", "1000", "--exec", "--", "cat"));
}

Test(siege, of_a_program_behind_pipes, .timeout = 300)
{
	besiege_listen(WORDS("-k", "-m", "1000", "-i", "60", "--exec", "--", "cat"));
}

Test(siege, of_an_echo_server, .timeout = 300)
{
	struct place place;
	struct child server = echo_serve_plan(
		&(struct plan){ .args = WORDS("-m", "1000", "--threads", "2") }, NET_V4, &place);
	int fd = peer_connect(&place);

	/* Once it answers it has all that its threads need. */
	peer_send(fd, "ready?");
	peer_shut(fd);
	peer_expect(fd, "ready?");
	peer_expect_end(fd);
	close(fd);
	besiege(&server, &place);
}

Test(siege, of_a_forwarder, .timeout = 300)
{
	struct place target;
	struct child echo =
		echo_serve_plan(&(struct plan){ .args = WORDS("-m", "1000") }, NET_V4, &target);

	besiege_listen(WORDS("-k", "-m", "1000", "--forward", target.word));
	echo_serve_end(&echo);
}

static void besiege_with_lines(const struct plan *plan, struct siege_lines *siege)
{
	struct place place;
	struct child server = sockit_listen(plan, NET_V4, &place);
	struct before before = before_siege(&server);

	siege->place = &place;
	siege->written = server.out;
	siege_lines_run(siege);
	printf("%s: %llu clients were heard whole, %llu were reset, %llu lines\n", server.command,
	       (unsigned long long)siege->whole, (unsigned long long)siege->resets,
	       (unsigned long long)siege->lines);
	relieve(&server, &before);
}

Test(siege, of_standard_output, .timeout = 300)
{
	besiege_with_lines(&(struct plan){ .args = WORDS("-k", "-d", "-m", "1000", "--tag"),
	                                   .out = { END_PIPE } },
	                   &(struct siege_lines){ .tagged = true });
}

Test(siege, of_a_file_for_each, .timeout = 300)
{
	const char *folder = scratch_path("files");
	char template[256];

	must(mkdir(folder, 0700), folder);
	snprintf(template, sizeof template, "%s/{id}", folder);
	besiege_with_lines(
		&(struct plan){ .args = WORDS("-k", "-d", "-m", "1000", "--output", template) },
		&(struct siege_lines){ .folder = folder });
}

Test(siege, of_a_broker, .timeout = 300)
{
	struct place place;
	struct child server = sockit_listen(
		&(struct plan){ .args = WORDS("--broker", "-m", "5000") }, NET_V4, &place);
	struct before before = before_siege(&server);
	struct siege_voices siege = { .place = &place };

	siege_voices_run(&siege);
	printf("%s: %llu clients came and went, %llu with a reset; %llu MiB were said, %llu heard\n",
	       server.command, (unsigned long long)siege.came, (unsigned long long)siege.resets,
	       (unsigned long long)siege.said >> 20, (unsigned long long)siege.heard >> 20);
	relieve(&server, &before);
}
