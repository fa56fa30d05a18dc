/* Who may come in: --allow and --deny in every command, model and kind of endpoint. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/dgram.h"
#include "harness/echo_serve.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/netns.h"
#include "harness/peer.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const char *const models[][3] = {
	{ "--model", "event", NULL },     { "--threads", "4", NULL },
	{ "--model", "thread", NULL },    { "--model", "fork", NULL },
	{ "--model", "iterative", NULL },
};

/* The words of A and then those of B, until the next call. */
static const char *const *both(const char *const *a, const char *const *b)
{
	static const char *words[32];
	size_t n = 0;

	for (; *a; a++)
		words[n++] = *a;
	for (; *b; b++)
		words[n++] = *b;
	words[n] = NULL;
	cr_assert(n < ARRAY_LEN(words));
	return words;
}

/* A socket of TYPE that is bound to SOURCE, an address of IPv4, and connected to PLACE. */
static int from(const char *source, const struct place *place, int type)
{
	int fd = must(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_in a = { .sin_family = AF_INET };

	cr_assert_eq(inet_pton(AF_INET, source, &a.sin_addr), 1);
	must(bind(fd, (struct sockaddr *)&a, sizeof a), source);
	must(connect(fd, (const struct sockaddr *)&place->address, place->address_size), "connect");
	must(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	return fd;
}

static void is_served(int fd)
{
	peer_send(fd, "hello");
	peer_expect(fd, "hello");
	peer_shut(fd);
	peer_expect_end(fd);
	close(fd);
}

/* It is closed although it has said nothing. */
static void is_refused(int fd)
{
	peer_expect_end(fd);
	close(fd);
}

Test(access, every_model_refuses_before_it_serves)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		/* An iterative server has never more than one. */
		const char *one = strcmp(models[i][1], "iterative") == 0 ? "--stats" : "-m1";
		struct plan plan = { .args = both(models[i],
			                          WORDS("-v", "--stats", one, "--max-accepts", "2",
			                                "--deny", "127.0.0.2,10.0.0.0/8", "--deny",
			                                "::1")) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);

		for (int k = 0; k < 3; k++)
			is_refused(from("127.0.0.2", &place, SOCK_STREAM));
		is_served(peer_connect(&place));
		is_refused(from("127.0.0.2", &place, SOCK_STREAM));
		is_served(from("127.0.0.3", &place, SOCK_STREAM));
		echo_serve_expect(&server, 0);
		cr_assert_eq(count_of(child_err(&server), "refused 127.0.0.2 port "), 4, "%s: %s",
		             models[i][1], child_err(&server));
		child_says(&server, ": denied");
		child_says(&server, "clients: 2 came, 0 here, at most 1 at once");
		child_says(&server, "; 4 refused");
	}
}

Test(access, what_is_not_allowed_is_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct plan plan = { .args = both(models[i], WORDS("-v", "--allow", "127.0.0.0/30",
			                                           "--deny", "127.0.0.2")) };
		struct place place;
		struct child server = echo_serve_plan(&plan, NET_V4, &place);

		is_refused(from("127.0.0.2", &place, SOCK_STREAM));
		is_refused(from("127.0.0.4", &place, SOCK_STREAM));
		is_served(from("127.0.0.3", &place, SOCK_STREAM));
		echo_serve_end(&server);
		child_says(&server, ": denied");
		child_says(&server, ": not allowed");
	}
}

static struct child unix_server(const char *const *model, const char *const *rules,
                                struct place *place)
{
	struct plan plan = { .args = both(model, rules) };

	return echo_serve_plan(&plan, NET_UNIX, place);
}

Test(access, users_of_unix_sockets_by_number_and_name)
{
	char own[32], other[64], said[64];
	struct place place;

	(void)snprintf(own, sizeof own, "uid=%u", geteuid());
	(void)snprintf(other, sizeof other, "uid=%u,gid=%u", geteuid() + 1, getegid() + 1);
	(void)snprintf(said, sizeof said, " of user %u and group %u: denied", geteuid(), getegid());
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct child server = unix_server(models[i], WORDS("-v", "--deny", own), &place);

		is_refused(peer_connect(&place));
		echo_serve_end(&server);
		child_says(&server, said);
		server = unix_server(models[i], WORDS("--allow", own, "--deny", other), &place);
		is_served(peer_connect(&place));
		echo_serve_end(&server);
	}
	struct child server = unix_server(
		models[0], WORDS("--deny", "uid=nobody", "--allow", "uid=root,gid=root"), &place);
	int fd = peer_connect(&place);

	if (geteuid() == 0)
		is_served(fd);
	else
		is_refused(fd);
	echo_serve_end(&server);
}

Test(access, listen_waits_for_one_who_may)
{
	struct plan plan = { .args = WORDS("-v", "--allow", "127.0.0.3"), .out.kind = END_DEFAULT };
	struct place place;
	struct child child = sockit_listen(&plan, NET_V4, &place);

	is_refused(from("127.0.0.2", &place, SOCK_STREAM));
	is_refused(peer_connect(&place));
	int fd = from("127.0.0.3", &place, SOCK_STREAM);
	peer_send(fd, "let in");
	peer_shut(fd);
	peer_expect_end(fd);
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "let in");
	cr_assert_eq(count_of(child_err(&child), ": not allowed"), 2);
	close(fd);
}

Test(access, the_time_for_accepting_runs_while_others_are_refused)
{
	struct plan plan = { .args = WORDS("--accept-timeout", "0.5", "--deny", "127.0.0.1") };
	struct place place;
	struct child child = sockit_listen(&plan, NET_V4, &place);

	is_refused(peer_connect(&place));
	child_expect(&child, 4);
	child_says(&child, "nobody connected within");
}

Test(access, no_program_is_run_for_one_who_may_not)
{
	const char *mark = scratch_path("ran");
	char line[256];
	struct place place;

	(void)snprintf(line, sizeof line, "echo ran >>%s; cat", mark);
	struct plan plan = { .args = WORDS("--deny", "127.0.0.2", "--sh-exec", line) };
	struct child child = sockit_listen(&plan, NET_V4, &place);

	is_refused(from("127.0.0.2", &place, SOCK_STREAM));
	cr_assert_null(scratch_read(mark));
	is_served(from("127.0.0.3", &place, SOCK_STREAM));
	child_expect(&child, 0);
	cr_assert_str_eq(scratch_read(mark), "ran\n");
}

Test(access, no_program_of_many_is_run_for_one_who_may_not)
{
	struct plan plan = { .args = WORDS("-v", "-k", "--max-accepts", "2", "--deny", "127.0.0.2",
		                           "--sh-exec", "cat") };
	struct place place;
	struct child child = sockit_listen(&plan, NET_V4, &place);

	for (int i = 0; i < 2; i++) {
		is_refused(from("127.0.0.2", &place, SOCK_STREAM));
		is_served(from("127.0.0.3", &place, SOCK_STREAM));
	}
	child_expect(&child, 0);
	cr_assert_eq(count_of(child_err(&child), "refused 127.0.0.2 port "), 2);
	cr_assert_eq(count_of(child_err(&child), " has process "), 2);
}

Test(access, every_model_drops_datagrams_of_those_who_may_not)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct place place;
		const char *const *args = both(models[i], WORDS("--stats", "--deny", "127.0.0.2"));
		struct child server = echo_serve("echo", NET_V4, true, args, &place);
		char byte;
		int bad = from("127.0.0.2", &place, SOCK_DGRAM);
		int good = from("127.0.0.3", &place, SOCK_DGRAM);

		/* Between two that are answered, so that they have been looked at. */
		dgram_send_text(good, "first");
		dgram_expect(good, "first");
		for (int k = 0; k < 3; k++)
			dgram_send_text(bad, "let me in");
		dgram_send_text(good, "last");
		dgram_expect(good, "last");
		cr_assert_eq(recv(bad, &byte, 1, MSG_DONTWAIT), -1);
		close(bad);
		close(good);
		echo_serve_end(&server);
		cr_assert_eq(count_of(child_err(&server), "refused 127.0.0.2 port "), 1,
		             "it is told once: %s", child_err(&server));
		child_says(&server, "; received 2 datagrams, sent 2; 3 refused");
	}
}

Test(access, listen_drops_datagrams_of_those_who_may_not)
{
	const char *port = scratch_path("port");
	struct child child = child_start(&(struct plan){
		.args = WORDS("listen", "-d", "-u", "127.0.0.1:0", "--port-file", port,
	                      "--max-datagrams", "2", "--allow", "127.0.0.3"),
	});
	unsigned number;

	while (!scratch_read(port))
		cr_assert(child_runs_for(&child, 0.005), "%s", child_err(&child));
	cr_assert_eq(sscanf(scratch_read(port), "%u", &number), 1);
	struct place place = place_tcp(NET_V4, "127.0.0.1", number);
	int bad = from("127.0.0.2", &place, SOCK_DGRAM);
	int good = from("127.0.0.3", &place, SOCK_DGRAM);

	dgram_send_text(bad, "bad ");
	dgram_send_text(good, "one ");
	for (int i = 0; i < 200; i++)
		dgram_send_text(bad, "bad ");
	dgram_send_text(good, "two ");
	child_expect(&child, 0);
	cr_assert_str_eq(child_out(&child), "one two ");
	close(bad);
	close(good);
}

/* The same address on two links is two hosts. */
Test(access, an_address_of_a_link_is_told_from_that_of_another)
{
	int far = netns_enter_two();
	static const char *const rules[] = { "fe80::2%near", "fe80::2", "fe80::2%lo",
		                             "fe80::%near/64" };
	static const bool lets[] = { false, false, true, false };

	child_sh("ip addr add fe80::1/64 dev near nodad");
	netns_do(far, "ip addr add fe80::2/64 dev far nodad");
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct child server = child_start(&(struct plan){
			.args = WORDS("echo-serve", "-v", "--deny", rules[i], "[fe80::1%near]:777"),
		});
		struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(777) };

		child_await_err(&server, "listening on ");
		cr_assert_eq(inet_pton(AF_INET6, "fe80::1", &a.sin6_addr), 1);
		struct child client = child_run(&(struct plan){
			.args = WORDS("connect", "-s", "fe80::2%far", "fe80::1%far", "777"),
			.in = { .kind = END_FILE, .path = scratch_file("said", "hello") },
			.netns = far,
		});
		cr_assert_str_eq(child_out(&client), lets[i] ? "hello" : "", "%s: %s", rules[i],
		                 child_err(&server));
		echo_serve_end(&server);
	}
}

Test(access, a_bad_rule_stops_the_start_before_anything_is_opened)
{
	const char *junk = scratch_file("junk", "10.0.0.0/8\n\n10.0.0.0/40 # too many\n");
	const char *raw = scratch_file("raw", "\x1b]0;title\x07\n");
	const char *users = scratch_file("users", "::1\nuid=0\n");
	const char *names = scratch_file("names", "127.0.0.1\n\nnowhere.invalid\n");
	const char *legacy = scratch_file("legacy", "127.1\n");
	char line[256], lost[256];
	struct {
		const char *args[4];
		int status;
		const char *said;
	} rows[] = {
		{ { "--allow", "10.0.0.0/33" }, 2, "--allow '10.0.0.0/33': a network has 0 to 32" },
		{ { "--deny", "10.0.0.1/8" }, 2, "--deny '10.0.0.1/8': the address has more bits" },
		{ { "--allow", "0x7f000001" }, 2, "0x7f000001 is a legacy spelling of 127.0.0.1" },
		{ { "--deny-file", legacy }, 2, "127.1 is a legacy spelling of 127.0.0.1" },
		{ { "--allow", "/etc/hosts" }, 2, "--allow-file reads rules from a file" },
		{ { "--deny", "::1,,::2" }, 2, "--deny '' is no address" },
		{ { "--allow", "::1,nowhere.invalid" },
		  3,
		  "cannot resolve nowhere.invalid (--allow): EAI_" },
		{ { "--deny-file", names }, 3, lost },
		{ { "--allow", "localhost", "-n" }, 2, "--numeric" },
		{ { "--allow", "uid=0" }, 2, "--allow uid=0 has no meaning for 127.0.0.1 port 0" },
		{ { "--deny", "::1,gid=0" }, 2, "--deny gid=0 has no meaning for " },
		{ { "--allow-file", junk }, 2, line },
		{ { "--deny-file", junk }, 2, line },
		{ { "--deny-file", users },
		  2,
		  "line 2: uid=0 has no meaning for 127.0.0.1 port 0" },
		{ { "--deny-file", raw }, 2, "\\x1b]0;title" },
		{ { "--allow-file", "/none/such" }, 7, "cannot open /none/such: No such file" },
	};

	(void)snprintf(lost, sizeof lost, "cannot resolve nowhere.invalid (%s line 3): EAI_",
	               names);
	(void)snprintf(line, sizeof line, "%s line 3: '10.0.0.0/40': a network has", junk);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int k = 0; k < 2; k++) {
			const char *command = k ? "listen" : "echo-serve";
			struct child child = child_run(&(struct plan){
				.args = WORDS(command, "--trace", "127.0.0.1:0"),
				.more = rows[i].args,
			});

			child_expect(&child, rows[i].status);
			child_says(&child, rows[i].said);
			child_silent_about(&child, "bind(");
			child_silent_about(&child, "\x1b");
		}
	}
}

Test(access, a_rule_that_can_mean_nothing_is_refused)
{
	struct {
		const char *args[6];
		const char *said;
	} rows[] = {
		{ { "listen", "--allow", "::1", "unix:/x" },
		  "--allow ::1 has no meaning for unix:/x" },
		{ { "listen", "--deny", "a.example", "unix-seqpacket:/x" },
		  "--deny a.example has no" },
		{ { "listen", "--allow-file", scratch_file("addresses", "uid=0\n127.0.0.1\n"),
		    "unix:/x" },
		  "addresses line 2: 127.0.0.1 has no meaning for unix:/x" },
		{ { "listen", "--deny", "uid=0", "unix-dgram:/x" },
		  "--deny has no meaning for unix-d" },
		{ { "listen", "--allow-file", "f", "vsock:1" },
		  "--allow-file has no meaning for vsock" },
		{ { "listen", "-u", "--deny", "uid=0", ":0" }, "--deny uid=0 has no meaning for" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct child child = child_run(&(struct plan){ .args = rows[i].args });

		child_expect(&child, 2);
		child_says(&child, rows[i].said);
	}
}

Test(access, a_refusal_is_an_event_of_its_own)
{
	struct plan plan = { .args = WORDS("--json", "--stats", "--deny", "127.0.0.2") };
	struct place place;
	struct child server = echo_serve_plan(&plan, NET_V4, &place);

	is_refused(from("127.0.0.2", &place, SOCK_STREAM));
	echo_serve_end(&server);
	json_t *events = events_parse(child_err(&server));
	json_t *refused = events_where(events, "event", "refused");

	cr_assert_str_eq(json_string_value(json_object_get(refused, "peer_addr")), "127.0.0.2");
	cr_assert_str_eq(json_string_value(json_object_get(refused, "reason")), "denied");
	cr_assert_eq(json_integer_value(
			     json_object_get(events_where(events, "event", "totals"), "refused")),
	             1);
	cr_assert_null(events_where(events, "event", "accepted"));
	json_decref(events);
}
