/*
 * sockit listen -k --output: a file for each client, in no other folder; and what has no meaning
 * beside -k.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/data.h"
#include "harness/fail.h"
#include "harness/mover.h"
#include "harness/proc.h"
#include "harness/scratch.h"
#include "harness/sockit.h"

static const char *folder(const char *name)
{
	const char *path = scratch_path(name);

	must(mkdir(path, 0700), "mkdir");
	return path;
}

static const char *in_folder(const char *path, const char *name)
{
	static char joined[512];

	snprintf(joined, sizeof joined, "%s/%s", path, name);
	return joined;
}

/* One that writes two clients' bytes to files in PATH. */
static struct child writer(const char *path, const char *name, enum net net, struct place *place)
{
	char template[512];

	snprintf(template, sizeof template, "%s/%s", path, name);
	return sockit_listen(
		&(struct plan){ .args = WORDS("-kdv", "--output", template, "--max-accepts", "2") },
		net, place);
}

Test(keep_open_files, each_client_has_its_own)
{
	const char *path = folder("logs");
	struct place place;
	struct child child = writer(path, "{id}.log", NET_V4, &place);
	struct data data = data_binary(9, 5 << 20);
	int fd = peer_connect(&place);
	struct stat st;

	child_await_err(&child, "client 1: connection");
	mover_expect_whole(source_start(&(struct flow){ .fd = peer_connect(&place), .data = data }),
	                   "sent");
	peer_send(fd, "text\nand more");
	close(fd);
	child_expect(&child, 0);
	cr_expect_str_eq(scratch_read(in_folder(path, "1.log")), "text\nand more");
	data_expect_file(&data, in_folder(path, "2.log"), "", "file");
	must(stat(in_folder(path, "1.log"), &st), "stat");
	cr_expect((st.st_mode & 07777) == 0600, "%o", st.st_mode);
	cr_expect_str_eq(child_out(&child), "");
}

Test(keep_open_files, a_file_that_is_too_large_hurts_no_other)
{
	const char *path = folder("logs");
	struct place place = place_any(NET_V4);
	char template[512], text[5000] = "";
	struct child child;

	snprintf(template, sizeof template, "%s/{id}.log", path);
	child = child_start(
		&(struct plan){ .wrap = WORDS("sh", "-c", "ulimit -f 2; exec \"$0\" \"$@\""),
	                        .args = WORDS("listen", "-kdv", "--output", template,
	                                      "--max-accepts", "2", place.word) });
	proc_await_port(child.pid, &place);
	int fd = peer_connect(&place), other = peer_connect(&place);

	child_await_err(&child, "client 2: connection");
	memset(text, 'x', sizeof text - 1);
	peer_send(fd, text);
	child_await_err(&child, "/1.log for client 1: File too large");
	peer_send(other, "fits");
	close(other);
	child_expect(&child, 7);
	close(fd);
	cr_expect_str_eq(scratch_read(in_folder(path, "2.log")), "fits");
}

/* A client whose own path is NAME, relative to the current folder. */
static int connect_as(const char *name, const struct place *place)
{
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	struct sockaddr_un own = { .sun_family = AF_UNIX };

	snprintf(own.sun_path, sizeof own.sun_path, "%s", name);
	must(bind(fd, (struct sockaddr *)&own, sizeof own), "bind");
	must(connect(fd, (const struct sockaddr *)&place->address, place->address_size), "connect");
	return fd;
}

Test(keep_open_files, no_peer_leaves_the_folder)
{
	const char *path = folder("logs");
	struct place place;

	must(chdir(folder("here")), "chdir");
	struct child child = writer(path, "{peer}", NET_UNIX, &place);
	int fd = connect_as("../evil", &place);

	peer_send(fd, "1");
	close(fd);
	fd = peer_connect(&place);
	peer_send(fd, "2");
	close(fd);
	child_expect(&child, 0);
	cr_expect_str_eq(scratch_read(in_folder(path, "unix:..%2Fevil")), "1");
	cr_expect_str_eq(scratch_read(in_folder(path, "unix:%28unnamed%29")), "2");
}

Test(keep_open_files, a_file_that_is_there_is_not_touched)
{
	const char *path = folder("logs");
	struct place place;
	int fd = must(open(in_folder(path, "1.log"), O_CREAT | O_WRONLY, 0644), "open");

	must((int)write(fd, "old", 3), "write");
	close(fd);
	struct child child = writer(path, "{id}.log", NET_V4, &place);

	fd = peer_connect(&place);
	peer_expect_end(fd);
	close(fd);
	child_await_err(&child, "1.log for client 1: File exists");
	/* Others are served. */
	fd = peer_connect(&place);
	peer_send(fd, "new");
	close(fd);
	child_expect(&child, 7);
	cr_expect_str_eq(scratch_read(in_folder(path, "1.log")), "old");
	cr_expect_str_eq(scratch_read(in_folder(path, "2.log")), "new");
}

static void append_to(const char *path, const char *name, int status)
{
	struct place place;
	char template[512];

	snprintf(template, sizeof template, "%s/%s", path, name);
	struct child child =
		sockit_listen(&(struct plan){ .args = WORDS("-kd", "--output", template, "--append",
	                                                    "--max-accepts", "1") },
	                      NET_V4, &place);
	int fd = peer_connect(&place);

	if (status == 0)
		peer_send(fd, "new");
	else
		peer_expect_end(fd);
	close(fd);
	child_expect(&child, status);
}

Test(keep_open_files, appends_when_asked_but_follows_no_link)
{
	const char *path = folder("logs");
	const char *victim = scratch_file("victim", "mine");

	append_to(path, "all", 0);
	append_to(path, "all", 0);
	cr_expect_str_eq(scratch_read(in_folder(path, "all")), "newnew");
	must(symlink(victim, in_folder(path, "link")), "symlink");
	append_to(path, "link", 7);
	cr_expect_str_eq(scratch_read(victim), "mine");
	/* One that nobody reads would block everybody. */
	must(mkfifo(in_folder(path, "fifo"), 0600), "mkfifo");
	append_to(path, "fifo", 7);
}

Test(keep_open_files, a_folder_that_is_not_there_is_told_at_once)
{
	struct child child =
		sockit_expect(WORDS("listen", "0", "-k", "--output", "nowhere/{id}"), 7);

	child_says(&child, "cannot open nowhere/: No such file or directory");
	child_silent_about(&child, "listening");
	child = sockit_expect(WORDS("listen", "0", "-k", "--output", "/dev/null/{id}"), 7);
	child_says(&child, "Not a directory");
}

Test(keep_open_files, refuses_what_has_no_meaning)
{
	static const struct {
		const char *words[6], *said;
	} rows[] = {
		{ { "listen", "0", "-k", "--output", "x{nobody}" }, "'x{nobody}'" },
		{ { "listen", "0", "--output", "x" }, "--output needs --keep-open" },
		{ { "listen", "0", "--tag" }, "--tag needs --keep-open" },
		{ { "listen", "0", "--slow", "drop" }, "--slow needs --keep-open" },
		{ { "listen", "0", "--append" }, "--append needs --output" },
		{ { "listen", "0", "-k", "-t" }, "--telnet has no meaning beside --keep-open" },
		{ { "listen", "0", "-k", "--rate=1" }, "--rate has no meaning beside --keep-open" },
		{ { "listen", "0", "-k", "--line-delay=1" }, "--line-delay has no meaning beside" },
		{ { "listen", "0", "-kq", "1" }, "--quit-after-eof has no meaning beside" },
		{ { "listen", "unix-seqpacket:x", "-k" }, "--keep-open has no meaning for" },
		{ { "listen", "0", "--broker", "-d" }, "exclude each other" },
		{ { "listen", "0", "--chat", "--tag" }, "exclude each other" },
		{ { "listen", "0", "--broker", "--output=x" }, "exclude each other" },
		{ { "listen", "0", "-k", "--output=x", "--tag" }, "exclude each other" },
		{ { "listen", "0", "-k", "-d", "--slow=drop" }, "exclude each other" },
		{ { "listen", "-u", "0", "--broker" }, "exclude each other" },
		{ { "listen", "udp:0", "-k" }, "has no meaning for" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct child child = sockit_expect(rows[i].words, 2);

		child_says(&child, rows[i].said);
	}
}
