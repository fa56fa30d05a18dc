/*
 * The table in the README that compares sockit with nc.openbsd, ncat and socat: each row is tried.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/child.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "harness/proc.h"
#include "harness/scratch.h"

/* In the order of the table's columns. */
enum { SOCKIT, NC, NCAT, SOCAT, PROGRAMS };

static const char *const programs[PROGRAMS] = { NULL, "nc.openbsd", "ncat", "socat" };

static struct child start(int who, const struct plan *plan, const char *const *words)
{
	struct plan full = *plan;

	if (who != SOCKIT &&
	    child_run(&(struct plan){ .program = "sh",
	                              .args = WORDS("-c", "command -v \"$0\"", programs[who]) })
	                    .status != 0)
		skip("%s is not installed", programs[who]);
	full.program = programs[who];
	full.args = words;
	return child_start(&full);
}

static const char *joined(const char *a, const char *b)
{
	char *text;

	must(asprintf(&text, "%s%s", a, b), "asprintf");
	return text;
}

static struct child client_of(int who, const struct place *p, const struct plan *plan)
{
	const char *const *const words[PROGRAMS] = {
		[SOCKIT] = WORDS("connect", p->host, p->port),
		[NC] = WORDS(p->host, p->port),
		[NCAT] = WORDS(p->host, p->port),
		[SOCAT] = WORDS("-", joined("TCP:127.0.0.1:", p->port)),
	};

	return start(who, plan, words[who]);
}

static struct child server_at(int who, const struct place *p)
{
	const char *const *const words[PROGRAMS] = {
		[SOCKIT] = WORDS("listen", p->host, p->port),
		[NC] = WORDS("-l", p->host, p->port),
		[NCAT] = WORDS("-l", p->host, p->port),
		[SOCAT] = WORDS("-", joined("TCP-LISTEN:", p->port)),
	};

	return start(who, &(struct plan){ .in = { END_PIPE } }, words[who]);
}

static struct child local_server_at(int who, const struct place *p)
{
	const char *const *const words[PROGRAMS] = {
		[SOCKIT] = WORDS("listen", p->word),
		[NC] = WORDS("-l", "-U", p->host),
		[NCAT] = WORDS("-l", "-U", p->host),
		[SOCAT] = WORDS("-", joined("UNIX-LISTEN:", p->host)),
	};

	return start(who, &(struct plan){ 0 }, words[who]);
}

/*
 * What a row of the table says of WHO: a probe returns whether it is so. WANTED is what it says,
 * for what can only be waited for.
 */
typedef bool probe(int who, bool wanted);

static bool fails_after_a_reset(int who, bool wanted)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd;
	struct child child = client_of(who, &place, &(struct plan){ .in = { END_PIPE } });

	(void)wanted;
	fd = peer_accept(listener);
	child_feed(&child, "x");
	peer_expect(fd, "x");
	peer_send(fd, "hello");
	peer_reset(fd);
	child_end_input(&child);
	child_finish(&child);
	return child.status != 0;
}

static bool fails_on_a_full_disk(int who, bool wanted)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd;
	struct child child =
		client_of(who, &place, &(struct plan){ .in = { END_PIPE }, .out = { END_FULL } });

	(void)wanted;
	fd = peer_accept(listener);
	peer_send(fd, "hello");
	close(fd);
	child_end_input(&child);
	child_finish(&child);
	return child.status != 0;
}

static bool passes_the_end_on(int who, bool wanted)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd;
	struct child child = client_of(who, &place, &(struct plan){ 0 });

	fd = peer_accept(listener);
	if (wanted)
		peer_expect_end(fd);
	else
		peer_expect_nothing(fd, 0.3);
	close(fd);
	child_finish(&child);
	return wanted;
}

/* Longer than the 0.5 s of socat. */
static bool waits_for_a_late_answer(int who, bool wanted)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd;
	struct child child = client_of(who, &place, &(struct plan){ 0 });

	fd = peer_accept(listener);
	if (!wanted)
		child_finish(&child);
	else if (child_runs_for(&child, 0.8))
		peer_send(fd, "late");
	close(fd);
	child_finish(&child);
	return strcmp(child_out(&child), "late") == 0;
}

static bool guards_the_terminal(int who, bool wanted)
{
	struct place place;
	int listener = peer_listen(NET_V4, &place), fd;
	struct child child =
		client_of(who, &place, &(struct plan){ .in = { END_PIPE }, .out = { END_PTY } });

	(void)wanted;
	fd = peer_accept(listener);
	peer_send(fd, "\x1b]0;title\x07 end\n");
	child_await_tty(&child, " end");
	close(fd);
	child_end_input(&child);
	child_finish(&child);
	return strchr(child_tty(&child), '\x1b') == NULL;
}

static bool refuses_a_port_in_use(int who, bool wanted)
{
	struct place place = place_any(NET_V4);
	struct child first = server_at(who, &place), second;

	proc_await_port(first.pid, &place);
	second = server_at(who, &place);
	if (!wanted) {
		proc_await_port(second.pid, &place);
		child_signal(&second, SIGKILL);
	}
	child_finish(&second);
	child_signal(&first, SIGKILL);
	child_finish(&first);
	return second.signal == 0 && second.status != 0;
}

static bool removes_its_path(int who, bool wanted)
{
	struct place place = place_any(NET_UNIX);
	struct child child = local_server_at(who, &place);

	(void)wanted;
	proc_await_path(&place);
	close(peer_connect(&place));
	child_finish(&child);
	return access(place.host, F_OK) < 0;
}

/* The cell of the row that begins with WHAT: whether it begins with "yes", or with "no". */
static bool cell_of(const char *what, int column)
{
	const char *readme = scratch_read("README.md"), *at;

	if (!readme)
		fail("README.md is not here: run the tests from the top folder of the project");
	at = strstr(readme, joined("\n| ", joined(what, " |")));
	if (!at)
		fail("the README has no row '%s'", what);
	at += strlen("\n| ") + strlen(what) + strlen(" |");
	while (column-- > 0) {
		at += strcspn(at, "|\n");
		at += *at == '|';
	}
	if (strncmp(at, " yes", 4) != 0 && strncmp(at, " no", 3) != 0)
		fail("a cell of '%s' is neither yes nor no: %.20s", what, at);
	return at[1] == 'y';
}

static void compare(const char *what, probe *is_so)
{
	for (int who = 0; who < PROGRAMS; who++) {
		bool wanted = cell_of(what, who);

		if (is_so(who, wanted) != wanted)
			fail("'%s' is not %s of %s", what, wanted ? "true" : "wrong",
			     programs[who] ? programs[who] : "sockit");
	}
}

Test(compared, resets)
{
	compare("a reset in mid-stream is a failure", fails_after_a_reset);
}

Test(compared, full_disks)
{
	compare("a full disk is a failure", fails_on_a_full_disk);
}

Test(compared, ends_of_input)
{
	compare("the end of stdin reaches the peer unasked", passes_the_end_on);
}

Test(compared, late_answers)
{
	compare("an answer may come late after that", waits_for_a_late_answer);
}

Test(compared, terminals)
{
	compare("a peer cannot write to your terminal's state", guards_the_terminal);
}

Test(compared, ports_in_use)
{
	compare("a port that somebody has is refused", refuses_a_port_in_use);
}

Test(compared, paths)
{
	compare("a Unix socket's path goes at the end", removes_its_path);
}
