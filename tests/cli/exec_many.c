/* A program for each client of `listen --keep-open`. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/program.h"
#include "harness/scratch.h"
#include "harness/tool.h"

/* `listen -k` with MORE behind it, ready, at *PLACE. */
static struct child keep_open(const struct plan *plan, enum net net, struct place *place)
{
	*place = place_any(net);
	struct plan whole = *plan;

	whole.more = plan->args;
	whole.args = WORDS("listen", "-k", "-v", place->word);
	struct child child = child_start(&whole);

	if (net == NET_UNIX)
		proc_await_path(place);
	else
		proc_await_port(child.pid, place);
	return child;
}

static const char *read_all(int fd)
{
	const char *text = program_read(fd);

	close(fd);
	return text;
}

Test(exec_many, every_client_has_its_own)
{
	const char *const *const ways[] = { WORDS("--exec", "--", "sort"),
		                            WORDS("-i", "20", "--exec", "--", "sort"),
		                            WORDS("--sh-exec", "sort") };

	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		struct place place;
		struct child child = keep_open(&(struct plan){ .args = ways[way] }, NET_V4, &place);
		int fds[20];

		for (int i = 0; i < 20; i++) {
			char text[32];

			fds[i] = peer_connect(&place);
			snprintf(text, sizeof text, "z%d\na\n", i);
			peer_send(fds[i], text);
		}
		/* The last is served while the first is not done. */
		for (int i = 19; i >= 0; i--) {
			char text[32];

			snprintf(text, sizeof text, "a\nz%d\n", i);
			peer_shut(fds[i]);
			cr_assert_str_eq(read_all(fds[i]), text);
		}
		child_signal(&child, SIGTERM);
		child_expect(&child, 128 + SIGTERM);
		child_says(&child, "client 20: closed (ended): received ");
	}
}

Test(exec_many, max_conns_holds_the_others_back)
{
	struct place place;
	struct child child = keep_open(&(struct plan){ .args = WORDS("-m", "2", "--max-accepts",
	                                                             "3", "--exec", "--", "cat") },
	                               NET_V4, &place);
	int first = peer_connect(&place), second = peer_connect(&place), third;

	peer_send(first, "1");
	peer_expect(first, "1");
	peer_send(second, "2");
	peer_expect(second, "2");
	third = peer_connect(&place);
	peer_send(third, "3");
	peer_expect_nothing(third, 0.2);
	close(first);
	peer_expect(third, "3");
	/* It was the last that was asked for. */
	peer_shut(third);
	peer_expect_end(third);
	peer_shut(second);
	peer_expect_end(second);
	child_expect(&child, 0);
}

/* One who is reset loses its program alone, and is not told as a success. */
Test(exec_many, a_reset_ends_its_own_program)
{
	struct place place;
	struct child child = keep_open(
		&(struct plan){ .args = WORDS("--max-accepts", "2", "--sh-exec", "echo $$; cat") },
		NET_V4, &place);
	int lost = peer_connect(&place), kept = peer_connect(&place);
	char line[32] = "";
	int pid;

	cr_assert(peer_poll(lost, POLLIN, clock_after(PATIENCE)));
	cr_assert(read(lost, line, sizeof line - 1) > 0);
	cr_assert_eq(sscanf(line, "%d", &pid), 1);
	peer_reset(lost);
	program_await_gone(&pid, 1, 1 * clock_slack());
	child_await_err(&child, "client 1: closed (Connection reset by peer)");
	peer_send(kept, "still here\n");
	peer_shut(kept);
	cr_assert_not_null(strstr(read_all(kept), "still here\n"));
	child_expect(&child, 1);
	child_says(&child, "1 of 2 clients did not end well");
}

/* After a signal nothing more is read, and what a program still has to say arrives. */
Test(exec_many, a_signal_is_the_end_of_input)
{
	const char *const *const ways[] = { WORDS("--exec", "--", "sort"),
		                            WORDS("-i", "20", "--exec", "--", "sort") };

	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		struct place place;
		struct child child = keep_open(&(struct plan){ .args = ways[way] }, NET_V4, &place);
		int fd = peer_connect(&place);

		peer_send(fd, "b\na\n");
		peer_await_acknowledged(fd);
		child_await_err(&child, "has process");
		child_signal(&child, SIGTERM);
		cr_assert_str_eq(read_all(fd), "a\nb\n");
		child_expect(&child, 128 + SIGTERM);
		child_says(&child, "client 1: closed (ended): received 4 bytes, sent 4 bytes");
	}
}

/* Together, not one after the other. */
Test(exec_many, programs_that_do_not_end_are_cut_by_drain)
{
	enum { MANY = 8 };
	struct place place;
	struct child child = keep_open(
		&(struct plan){
			.args = WORDS("--drain", "0.1", "--sh-exec",
	                              "trap '' TERM; echo $$; while :; do sleep 100; done") },
		NET_V4, &place);
	int fds[MANY], pids[MANY];

	for (int i = 0; i < MANY; i++) {
		char line[32] = "";

		fds[i] = peer_connect(&place);
		cr_assert(peer_poll(fds[i], POLLIN, clock_after(PATIENCE)));
		cr_assert(read(fds[i], line, sizeof line - 1) > 0);
		cr_assert_eq(sscanf(line, "%d", &pids[i]), 1);
	}
	int64_t began = clock_now();
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_assert(clock_since(began) < 4 * clock_slack(), "%f", clock_since(began));
	program_await_gone(pids, MANY, 1 * clock_slack());
	child_says(&child, "closed (cut by --drain)");
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
}

/* Not even one that is gone meanwhile ends the server, and each such client is told. */
Test(exec_many, a_program_that_cannot_be_run_is_told)
{
	const char *program = scratch_path("program");
	struct place place;

	must(symlink("/bin/cat", program), "symlink");
	struct child child =
		keep_open(&(struct plan){ .args = WORDS("--exec", "--", program) }, NET_V4, &place);
	int fd = peer_connect(&place);

	peer_send(fd, "x");
	peer_expect(fd, "x");
	unlink(program);
	int other = peer_connect(&place);
	peer_expect_hangup(other);
	child_await_err(&child, "No such file or directory");
	peer_send(fd, "y");
	peer_expect(fd, "y");
	close(fd);
	close(other);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

/* Served at once as many as there are descriptors for; nobody is lost, and nothing spins. */
Test(exec_many, clients_beyond_the_descriptors_wait)
{
	enum { MANY = 60 };
	struct place place;
	struct child child =
		keep_open(&(struct plan){ .args = WORDS("--exec", "--", "cat"), .max_fds = 40 },
	                  NET_V4, &place);
	int fds[MANY];

	for (int i = 0; i < MANY; i++) {
		fds[i] = peer_connect(&place);
		peer_send(fds[i], "hello");
	}
	child_await_err(&child, "Too many open files");
	double cpu = proc_cpu_seconds(child.pid);
	cr_assert(child_runs_for(&child, 0.4));
	cr_assert(proc_cpu_seconds(child.pid) - cpu < 0.1, "%f", proc_cpu_seconds(child.pid) - cpu);
	for (int i = 0; i < MANY; i++) {
		peer_expect(fds[i], "hello");
		close(fds[i]);
	}
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
}

Test(exec_many, over_a_unix_socket)
{
	struct place place;
	struct child child =
		keep_open(&(struct plan){ .args = WORDS("--exec", "--", "tr", "a-z", "A-Z") },
	                  NET_UNIX, &place);

	for (int i = 0; i < 3; i++) {
		int fd = peer_connect(&place);

		peer_send(fd, "unix");
		peer_shut(fd);
		cr_assert_str_eq(read_all(fd), "UNIX");
	}
	child_signal(&child, SIGINT);
	child_expect(&child, 128 + SIGINT);
	/* Nobody counts what a program did with one. */
	child_says(&child, "client 3: closed (ended), in ");
	cr_assert(access(place.host, F_OK) < 0);
}

Test(exec_many, limits)
{
	const struct {
		const char *const *args;
		const char *said;
	} rows[] = {
		{ WORDS("--accept-timeout", "0.1", "--exec", "--", "cat"),
		  "nobody connected within 0.1 s (--accept-timeout)" },
		{ WORDS("--deadline", "0.1", "--exec", "--", "cat"), "cut by --deadline at 0.1 s" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = child_run(&(struct plan){
			.args = WORDS("listen", "-k", "127.0.0.1:0"), .more = rows[i].args });

		cr_assert_eq(child.status, 4);
		child_says(&child, rows[i].said);
	}
}

/* Who is idle is cut; the others stay. */
Test(exec_many, idle_clients_are_cut)
{
	struct place place;
	struct child child = keep_open(&(struct plan){ .args = WORDS("-i", "0.2", "--max-accepts",
	                                                             "1", "--exec", "--", "cat") },
	                               NET_V4, &place);
	int fd = peer_connect(&place);

	peer_expect_end(fd);
	child_expect(&child, 1);
	child_says(&child, "client 1: closed (cut by --idle-timeout)");
	close(fd);
}

Test(exec_many, usage)
{
	const struct {
		const char *const *args;
		const char *said;
	} rows[] = {
		{ WORDS("-m", "3", "--exec", "--", "cat"), "-m needs --keep-open" },
		{ WORDS("--max-accepts", "3", "--exec", "--", "cat"),
		  "--max-accepts needs --keep-open" },
		{ WORDS("--drain", "3", "--exec", "--", "cat"), "--drain needs --keep-open" },
		{ WORDS("-k", "-u"), "exclude each other" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = child_run(&(struct plan){
			.args = WORDS("listen", "127.0.0.1:0"), .more = rows[i].args });

		cr_assert_eq(child.status, 2);
		child_says(&child, rows[i].said);
	}
}

/* As for one client, whom sockit itself gives 127: it is not the client's fault. */
Test(exec_many, a_program_that_cannot_be_run_is_a_failure_of_this_machine)
{
	const char *script = scratch_file("script", "#!/no/such/interpreter\n");
	struct place place;

	must(chmod(script, 0755), "chmod");
	struct child child = keep_open(
		&(struct plan){ .args = WORDS("--max-accepts", "1", "--exec", "--", script) },
		NET_V4, &place);
	int fd = peer_connect(&place);

	child_expect(&child, 7);
	child_says(&child, "1 of 1 clients did not end well; client 1: No such file");
	close(fd);
}
