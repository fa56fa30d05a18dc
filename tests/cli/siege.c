/* Each way to serve many, under many clients who come, go half way and are lost. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/echo_serve.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/siege.h"
#include "harness/sockit.h"

/* SERVER is under siege at PLACE; afterwards nothing of it is left, but for a little memory of each thread. */
static void besiege(struct child *server, const struct place *place)
{
	unsigned before = siege_descriptors(server);
	unsigned long kib = proc_resident_kib(server->pid);
	struct siege siege = siege_of(place);

	siege_run(&siege);
	siege_expect_left_nothing(server, before);
	cr_assert(proc_peak_kib(server->pid) < 48 << 10, "%lu KiB", proc_peak_kib(server->pid));
	if (!getenv("SOCKIT_ASAN"))
		cr_assert(proc_resident_kib(server->pid) < kib + 8192, "%lu KiB, before %lu",
		          proc_resident_kib(server->pid), kib);
	printf("%s: %llu clients were served whole, %llu were reset, %llu MiB\n", server->command,
	       (unsigned long long)siege.whole, (unsigned long long)siege.resets,
	       (unsigned long long)siege.bytes >> 20);
	child_signal(server, SIGTERM);
	child_expect(server, 128 + SIGTERM);
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
