/*
 * vsock:CID:PORT in connect and listen. What needs a kernel with vsock, or with its loopback, is
 * skipped by name where there is none.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "harness/fail.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

/* Whether a socket can be bound to CID: what the answer depends on is in the kernel alone. */
static bool kernel_has(unsigned cid)
{
	struct sockaddr_vm at = {
		.svm_family = AF_VSOCK,
		.svm_cid = cid,
		.svm_port = VMADDR_PORT_ANY,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

/* sockit listening on a free port of WORD, which goes into PORT. */
static struct child listen_on(const char *word, const char *const *args, char port[16])
{
	struct child child = child_start(
		&(struct plan){ .args = WORDS("listen", word), .more = args, .in = { END_PIPE } });

	child_await_err(&child, "\n");
	cr_assert_eq(sscanf(child_err(&child), "listening on vsock:%*s %15[0-9]\n", port), 1, "%s",
	             child_err(&child));
	return child;
}

Test(vsock, a_free_port_is_told)
{
	const char *file = scratch_path("port");
	char port[16], told[512];

	if (!kernel_has(VMADDR_CID_ANY))
		skip_kernel("no vsock");
	struct child child =
		listen_on("vsock:*:0", WORDS("--port-file", file, "--accept-timeout", "0.1"), port);
	snprintf(told, sizeof(told), "listening on vsock:* %s\n", port);
	cr_assert_eq(strncmp(child_err(&child), told, strlen(told)), 0, "%s", child_err(&child));
	cr_assert(strtoul(port, NULL, 10) > 0);
	child_expect(&child, 4);
	snprintf(told, sizeof(told), "grep -qx %s %s", port, file);
	child_sh(told);
}

Test(vsock, a_port_that_is_taken_is_refused)
{
	char port[16], word[64];

	if (!kernel_has(VMADDR_CID_ANY))
		skip_kernel("no vsock");
	struct child first = listen_on("vsock:any:0", NULL, port);
	snprintf(word, sizeof(word), "vsock:any:%s", port);
	struct child second = sockit_expect(WORDS("listen", word), 7);
	cr_assert(strstr(child_err(&second), "vsock:* port"));
	cr_assert(strstr(child_err(&second), "Address already in use"));
	child_signal(&first, SIGTERM);
	child_expect(&first, 128 + SIGTERM);
}

Test(vsock, the_calls_are_decoded)
{
	if (!kernel_has(VMADDR_CID_ANY))
		skip_kernel("no vsock");
	struct child child =
		sockit_expect(WORDS("listen", "vsock:0", "--accept-timeout", "0.01", "--trace"), 4);
	const char *text = child_err(&child);

	cr_assert(strstr(text, "socket(AF_VSOCK, SOCK_STREAM"), "%s", text);
	cr_assert(strstr(text, ", vsock:*:0) = 0"), "%s", text);
}

Test(vsock, both_ways_over_the_loopback)
{
	char port[16], word[64];

	if (!kernel_has(VMADDR_CID_LOCAL))
		skip_kernel("no vsock_loopback");
	struct child server = listen_on("vsock:local:0", NULL, port);
	snprintf(word, sizeof(word), "vsock:local:%s", port);
	struct child client = child_start(
		&(struct plan){ .args = WORDS("connect", word, "--json"), .in = { END_PIPE } });

	child_feed(&client, "question");
	child_end_input(&client);
	child_feed(&server, "answer");
	child_end_input(&server);
	child_expect(&server, 0);
	child_expect(&client, 0);
	cr_assert_str_eq(child_out(&server), "question");
	cr_assert_str_eq(child_out(&client), "answer");
	cr_assert(strstr(child_err(&client), "\"peer_addr\":\"vsock:1\""));
}

Test(vsock, a_port_where_nobody_listens)
{
	if (!kernel_has(VMADDR_CID_LOCAL))
		skip_kernel("no vsock_loopback");
	struct child child = sockit_expect(WORDS("connect", "vsock:local:4000000000"), 1);

	cr_assert(strstr(child_err(&child), "nobody listens"));
}

Test(vsock, a_kernel_without_it_is_explained)
{
	static const char *const commands[] = { "connect", "listen" };

	for (size_t i = 0; i < 2; i++) {
		struct child child = child_start(&(struct plan){
			.args = WORDS(commands[i], "vsock:local:5"),
			.wrap = WORDS("strace", "-qq", "-o", "/dev/null", "-e",
		                      "inject=socket:error=EAFNOSUPPORT"),
			.in = { END_NULL },
		});

		child_expect(&child, 7);
		cr_assert(strstr(child_err(&child), "vsock:1 port 5"));
		cr_assert(strstr(child_err(&child), "hint: this kernel has no vsock"));
	}
}

Test(vsock, the_version_names_it)
{
	struct child child = sockit_expect(WORDS("--version"), 0);

	cr_assert(strstr(child_out(&child), " vsock"));
}
