/* Socket files: whose they are, who may take them, and who removes them. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static bool exists(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

/* A socket file that nobody listens at, as a crash leaves it. */
static struct place stale_place(void)
{
	struct place place;

	close(peer_listen(NET_UNIX, &place));
	cr_assert(exists(place.host));
	return place;
}

static struct child start_at(const char *word)
{
	return child_start(&(struct plan){ .args = WORDS("listen", word) });
}

Test(unix_sockets, a_live_path_is_not_taken)
{
	struct place place;
	struct child first = sockit_listen(&(struct plan){ 0 }, NET_UNIX, &place);
	struct child second = sockit_expect(WORDS("listen", place.word), 7);
	int fd;

	child_says(&second, "Address already in use");
	child_says(&second, place.host);
	cr_assert(proc_path_is_live(place.host), "the first listener lost its socket");
	/* The probe is not a client. */
	fd = peer_connect(&place);
	peer_send(fd, "for the first");
	close(fd);
	child_expect(&first, 0);
	cr_assert_str_eq(child_out(&first), "for the first");
}

/* A listener whose queue is full is alive although it cannot be connected to. */
/* The path is the endpoint; it is told once. */
Test(unix_sockets, a_failure_names_the_path_once)
{
	static const char *const words[] = { "unix:/nosuch", "unix-dgram:/nosuch",
		                             "unix-seqpacket:/nosuch" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct child child = sockit_run(WORDS("connect", words[i]));

		child_says(&child, "No such file or directory");
		cr_assert_eq(count_of(child_err(&child), "/nosuch"), 1, "%s", child_err(&child));
	}
}

Test(unix_sockets, a_busy_path_is_not_taken)
{
	struct place place = place_any(NET_UNIX);
	int listener = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct child child;

	must(bind(listener, (struct sockaddr *)&place.address, place.address_size), "bind");
	must(listen(listener, 0), "listen");
	peer_connect(&place);
	child = child_start(&(struct plan){ .args = WORDS("listen", place.word) });
	child_finish_within(&child, 5);
	child_expect(&child, 7);
	cr_assert(exists(place.host));
}

/* Nothing tells when there is room in a queue: it asks again, and says once that it tries. */
Test(unix_sockets, a_full_queue_is_tried_as_one)
{
	struct place place = place_any(NET_UNIX);
	int listener = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct child child;
	const char *trying;

	must(bind(listener, (struct sockaddr *)&place.address, place.address_size), "bind");
	must(listen(listener, 0), "listen");
	int first = peer_connect(&place);
	child = child_start(
		&(struct plan){ .args = WORDS("connect", "-v", "-w", "0.2", place.word) });
	child_expect(&child, 4);
	trying = strstr(child_err(&child), "trying");
	cr_assert(trying && !strstr(trying + 1, "trying"), "%s", child_err(&child));
	close(first);
	close(listener);
}

Test(unix_sockets, a_stale_path_is_replaced)
{
	struct place place = stale_place();
	struct child child = start_at(place.word);

	proc_await_path(&place);
	close(peer_connect(&place));
	child_expect(&child, 0);
	cr_assert(!exists(place.host), "the socket file is left over");
}

Test(unix_sockets, a_path_left_by_kill_9_is_replaced)
{
	struct place place;
	struct child child = sockit_listen(&(struct plan){ 0 }, NET_UNIX, &place);

	child_signal(&child, SIGKILL);
	child_finish(&child);
	cr_assert(exists(place.host));
	child = start_at(place.word);
	proc_await_path(&place);
	close(peer_connect(&place));
	child_expect(&child, 0);
}

static void make_file(const char *path)
{
	fclose(fopen(path, "w"));
}

static void make_directory(const char *path)
{
	must(mkdir(path, 0700), path);
}

static void make_fifo(const char *path)
{
	must(mkfifo(path, 0600), path);
}

/* To a stale socket: following it would remove what somebody else put there. */
static void make_link(const char *path)
{
	struct place place = stale_place();

	must(symlink(place.host, path), path);
}

static void make_dangling_link(const char *path)
{
	must(symlink("/nonexistent/target", path), path);
}

Test(unix_sockets, what_is_not_a_socket_is_never_taken)
{
	static void (*const makers[])(const char *path) = {
		make_file, make_directory, make_fifo, make_link, make_dangling_link,
	};

	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		struct place place = place_any(NET_UNIX);
		struct stat before, after;

		makers[i](place.host);
		must(lstat(place.host, &before), "lstat");
		sockit_expect(WORDS("listen", place.word), 7);
		must(lstat(place.host, &after), "what was there is gone");
		cr_expect(before.st_ino == after.st_ino && before.st_mode == after.st_mode,
		          "row %zu", i);
	}
}

Test(unix_sockets, the_path_is_removed_at_the_end_and_on_signals)
{
	static const int endings[] = { 0, SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		for (int connected = 0; connected < 2; connected++) {
			struct plan plan = { .in = { END_PIPE } };
			struct place place;
			struct child child = sockit_listen(&plan, NET_UNIX, &place);
			int fd = connected || !endings[i] ? peer_connect(&place) : -1;

			child_end_input(&child);
			if (fd >= 0)
				peer_expect_end(fd);
			if (endings[i])
				child_signal(&child, endings[i]);
			else
				close(fd);
			child_expect(&child, endings[i] ? 128 + endings[i] : 0);
			cr_expect(!exists(place.host), "left over after %d", endings[i]);
		}
}

Test(unix_sockets, a_path_that_cannot_be_removed_is_told)
{
	struct place place;
	struct child child = sockit_listen(
		&(struct plan){
			.in = { END_PIPE },
			.wrap = WORDS("strace", "-fqqo", "/dev/null", "-e",
	                              "inject=/^unlink:error=EROFS"),
		},
		NET_UNIX, &place);
	int fd = peer_connect(&place);

	child_end_input(&child);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 7);
	child_says(&child, "sockit listen: cannot remove ");
	child_says(&child, "Read-only file system");
}

/* The manual says so of --user. */
Test(unix_sockets, a_path_may_stay_after_a_change_of_user)
{
	struct place place;

	if (geteuid() != 0)
		skip("only root may become somebody else");
	struct child child = sockit_listen(
		&(struct plan){ .args = WORDS("--user", "65534:1"), .in = { END_PIPE } }, NET_UNIX,
		&place);
	must(chmod(scratch_path("."), 0755), "chmod");
	int fd = peer_connect(&place);

	child_end_input(&child);
	peer_expect_end(fd);
	close(fd);
	child_expect(&child, 0);
	child_silent_about(&child, "cannot");
	cr_assert(exists(place.host));
}

/* Somebody replaces the file while sockit listens: that is not ours to remove. */
Test(unix_sockets, only_our_own_inode_is_removed)
{
	struct place place;
	struct child child = sockit_listen(&(struct plan){ 0 }, NET_UNIX, &place);

	unlink(place.host);
	make_file(place.host);
	child_signal(&child, SIGTERM);
	child_expect(&child, 128 + SIGTERM);
	cr_assert(exists(place.host), "a file of somebody else was removed");
}

Test(unix_sockets, another_listeners_socket_at_our_path_is_not_removed)
{
	struct place place;
	struct child child = sockit_listen(&(struct plan){ 0 }, NET_UNIX, &place);
	int other;

	unlink(place.host);
	other = peer_listen_at(&place);
	child_signal(&child, SIGTERM);
	child_finish(&child);
	cr_assert(exists(place.host), "the other listener lost its socket");
	close(other);
}

struct mode_row {
	const char *option; /* NULL: none */
	unsigned umask;
	unsigned want;
};

Test(unix_sockets, unix_mode_sets_the_permissions)
{
	static const struct mode_row rows[] = {
		{ "600", 022, 0600 }, { "0666", 022, 0666 }, { "777", 077, 0777 },
		{ "000", 022, 0 },    { NULL, 022, 0755 },   { NULL, 077, 0700 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const *args = WORDS("--unix-mode", rows[i].option);
		struct plan plan = { .umask = rows[i].umask, .args = rows[i].option ? args : NULL };
		struct stat info;
		struct place place;
		struct child child;

		child = sockit_listen(&plan, NET_UNIX, &place);
		must(stat(place.host, &info), place.host);
		cr_expect_eq(info.st_mode & 0777, rows[i].want, "--unix-mode %s gives %o",
		             rows[i].option ? rows[i].option : "(none)", info.st_mode & 0777);
		child_signal(&child, SIGTERM);
		child_finish(&child);
	}
}

/* A path is a path, whatever is in it. */
Test(unix_sockets, a_path_is_never_parsed)
{
	static const char *const names[] = {
		"a,b=c,fork", "with:colon:80", "with space", "@not-abstract", "[::1]:80",
		"-dash",      "caf\303\251",   "unix:twice", "%s%n",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct place place = place_unix(scratch_path(names[i]));
		struct child server = start_at(place.word), client;

		proc_await_path(&place);
		client = child_run(&(struct plan){ .args = WORDS("connect", "-U", place.host) });
		child_expect(&client, 0);
		child_expect(&server, 0);
	}
}

Test(unix_sockets, abstract_names_have_no_file)
{
	char word[64];
	struct child server, client;

	snprintf(word, sizeof(word), "unix:@sockit-test-%d", (int)getpid());
	server = child_start(&(struct plan){ .args = WORDS("listen", word, "-v") });
	child_await_err(&server, "listening");
	client = child_run(&(struct plan){ .args = WORDS("connect", word) });
	child_expect(&client, 0);
	child_expect(&server, 0);
	cr_assert(!exists(word + strlen("unix:")));
}

/* sun_path has room for 107 bytes and a NUL. */
Test(unix_sockets, a_path_of_107_bytes_works_and_one_of_108_does_not)
{
	char name[128];
	size_t folder = strlen(scratch_path(""));
	struct place place;
	struct child child;

	memset(name, 'x', sizeof(name));
	name[107 - folder] = '\0';
	place = place_unix(scratch_path(name));
	child = start_at(place.word);
	proc_await_path(&place);
	close(peer_connect(&place));
	child_expect(&child, 0);
	name[107 - folder] = 'x';
	name[108 - folder] = '\0';
	sockit_expect(WORDS("listen", "-U", scratch_path(name)), 2);
	sockit_expect(WORDS("connect", "-U", scratch_path(name)), 2);
}

Test(unix_sockets, a_path_where_nobody_is_gives_1)
{
	struct place place = place_any(NET_UNIX), stale = stale_place();
	struct child child = sockit_expect(WORDS("connect", place.word), 1);

	child_says(&child, "No such file or directory");
	child = sockit_expect(WORDS("connect", stale.word), 1);
	child_says(&child, "Connection refused");
	cr_assert(exists(stale.host), "a client removed it");
}
