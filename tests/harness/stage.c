#include "harness/stage.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/launch.h"
#include "harness/netns.h"
#include "harness/scratch.h"
#include "harness/words.h"

enum { HERE, THERE, MACHINES, MAX_TERMINALS = 4 };

static const char hosts[] =
	"127.0.0.1 localhost\n::1 localhost\n"
	"192.0.2.1 here.example backup.lan\n"
	"192.0.2.7 example.com www.example.com example.org\n2001:db8::7 example.com\n"
	"192.0.2.10 there.example db.example db.lan backup.example.org ntp.lan log.lan\n"
	"192.0.2.10 calc.example telnet.example.org\n"
	"192.0.2.25 mail.example\n";

static const char set_up_here[] = "ip addr add 192.0.2.1/24 dev eth0 && "
				  "ip route add default via 192.0.2.10";
static const char set_up_there[] =
	"for a in 192.0.2.10/24 192.0.2.7/24 192.0.2.25/24 9.9.9.9/32; do "
	"ip addr add $a dev eth0; done && ip addr add 2001:db8::7/64 dev eth0 nodad && "
	"ip route add default via 192.0.2.1";

/* What the pages speak of; each lies where the commands are typed. */
static const struct {
	const char *name, *text;
} files[] = {
	{ "request", "GET / HTTP/1.1\r\nHost: db.lan\r\nConnection: close\r\n\r\n" },
	{ "answer", "42\n" },
	{ "disk.img", "the image of a disk\n" },
	{ "backup.tar", "a tar file\n" },
	{ "dump", "rows of a database\n" },
	{ "names.txt", "example.com\nlocalhost\n" },
	{ "hosts", "db.example\nmail.example\n" },
	{ "access.log", "192.0.2.7 GET /\n192.0.2.25 GET /x\n192.0.2.7 GET /y\n" },
	{ "counters", "12345678abcdefgh" },
	{ "query", "\x12\x34\x01" },
	{ "search", "M-SEARCH * HTTP/1.1\r\n\r\n" },
	{ "motd", "6*7\n" },
	{ "app.log", "started\nended\n" },
	{ "page.html", "<p>hello</p>\n" },
};

/* The services of `there`, and of localhost here. */
static const char *const served_there[] = {
	"echo=7",        "discard=9",       "daytime=13",   "qotd=17",     "chargen=19",
	"qotd=25",       "time=37",         "http=80",      "upper=5432",  "qotd=7777",
	"http=8080",     "echo=23",         "echo=udp:7",   "echo=udp:53", "echo=udp:123",
	"discard=udp:9", "discard=udp:514", "--quote=motd", NULL,
};
static const char *const served_here[] = { "echo=localhost:7", "echo=udp:localhost:7",
	                                   "echo=/run/app/control.sock", NULL };

struct terminal {
	const char *name;
	struct child child;
	int machine;
	unsigned typed;        /* steps */
	const struct step *at; /* the last of them */
	size_t begins;         /* what it has shown, in the child's output */
};

struct play {
	const struct example *example;
	const char *folders[MACHINES];
	struct terminal terminals[MAX_TERMINALS];
	size_t count;
};

static int machines[MACHINES];
static pid_t served_by[MACHINES]; /* by its services, which tell what the machine has open */
static unsigned at_rest[MACHINES];

static unsigned doors(int machine);

/* ---- The world ------------------------------------------------------------------------------- */

static void serve(int machine, const char *const *what)
{
	const char *ready = scratch_fresh();
	struct child child;

	child = child_start(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", "cd \"$0\" && exec \"$@\"", scratch_path("."), launch_sockit(),
	                      "echo-serve", "--ready-fd=1"),
		.more = what,
		.netns = machines[machine],
		.out = { END_FILE, .path = ready },
	});
	for (struct stat info; stat(ready, &info) < 0 || info.st_size == 0;) {
		if (child.ended)
			child_blame(&child, "no services");
		child_collect(&child, clock_after(0.002));
	}
	served_by[machine] = child.pid;
	at_rest[machine] = doors(machine);
}

void stage_enter(void)
{
	char *programs;

	netns_enter_network(machines, MACHINES);
	netns_do(machines[HERE], set_up_here);
	netns_do(machines[THERE], set_up_there);
	netns_set_resolver(hosts, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
	/* The built-in table of services is the same everywhere. */
	if (access("/etc/services", F_OK) == 0)
		must(mount(scratch_file("services", ""), "/etc/services", NULL, MS_BIND, NULL),
		     "/etc/services");
	must(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), "/run");
	child_sh("mkdir -p /run/app /run/user/1000");
	(void)scratch_file("motd", "6*7\n");
	must(mkdir(scratch_path("bin"), 0755), "bin");
	must(symlink(launch_sockit(), scratch_path("bin/sockit")), "bin/sockit");
	must(asprintf(&programs, "%s:%s", scratch_path("bin"), getenv("PATH")), "asprintf");
	must(setenv("PATH", programs, 1), "PATH");
	serve(THERE, served_there);
	serve(HERE, served_here);
}

/* ---- Sockets that are waited for ------------------------------------------------------------- */

/* Lines of a table in /proc/PID/net that hold WORD. */
static unsigned lines_with(pid_t pid, const char *table, const char *word)
{
	char path[64], line[512];
	unsigned count = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/net/%s", (int)pid, table);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		count += strstr(line, word) != NULL;
	if (file)
		fclose(file);
	return count;
}

/* Sockets of a machine where somebody may come in. */
static unsigned doors(int machine)
{
	static const struct {
		const char *table, *word;
	} kinds[] = {
		{ "tcp", ":0000 0A " },
		{ "tcp6", ":0000 0A " },
		{ "udp", " 00000000:0000 07 " },
		{ "udp6", " 00000000000000000000000000000000:0000 07 " },
		{ "unix", " 00010000 0001 " },
		{ "unix", " 00010000 0005 " },
		{ "unix", " 00000000 0002 01 " },
	};
	unsigned count = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		count += lines_with(served_by[machine], kinds[i].table, kinds[i].word);
	return count;
}

static bool serves(const char *command)
{
	return strstr(command, "sockit listen") || strstr(command, "sockit echo-serve");
}

/* ---- Playing --------------------------------------------------------------------------------- */

static void blame(const struct play *play, const struct terminal *terminal, const char *why)
{
	child_blame(&terminal->child, "%s:%u: %s$ %s\n%s; it should show\n%s", play->example->from,
	            play->example->line, terminal->name, terminal->at->command, why,
	            terminal->at->shown);
}

/* Behind each step its status stands between two control bytes. */
static const char loop[] =
	"cd \"$0\" && exec 9<&0 </dev/null 2>&1 && while IFS= read -r line <&9; do "
	"eval \"$line\" 9<&-; printf '\\036%d\\037' $?; done";

static struct terminal *terminal_of(struct play *play, const char *name)
{
	struct terminal *terminal = play->terminals;

	for (; terminal < play->terminals + play->count; terminal++)
		if (strcmp(terminal->name, name) == 0)
			return terminal;
	if (play->count++ == MAX_TERMINALS)
		fail("%s:%u: too many terminals", play->example->from, play->example->line);
	*terminal = (struct terminal){
		.name = name,
		.machine = strcmp(name, "there") == 0 ? THERE : HERE,
	};
	terminal->child = child_start(&(struct plan){
		.program = "sh",
		.args = WORDS("-c", loop, play->folders[terminal->machine]),
		.in = { END_PIPE },
		.out = { END_PTY },
		.env = WORDS("NO_COLOR=1"),
		.netns = machines[terminal->machine],
	});
	return terminal;
}

/* How many steps have ended, and the status of the last one. */
static unsigned steps_ended(const struct terminal *terminal, int *status)
{
	const char *p = child_tty(&terminal->child);
	unsigned count = 0;

	for (; (p = strchr(p, '\036')) && strchr(p, '\037'); p++, count++)
		*status = (int)strtol(p + 1, NULL, 10);
	return count;
}

static bool has_ended(const struct terminal *terminal)
{
	int status;

	return steps_ended(terminal, &status) == terminal->typed;
}

/* Whether what the step has shown is what is written. */
static bool shows(const struct terminal *terminal)
{
	char *said = strdup(child_tty(&terminal->child) + terminal->begins);
	bool same;

	said[strcspn(said, "\036")] = '\0';
	same = !*terminal->at->shown || words_match(terminal->at->shown, said);
	free(said);
	return same;
}

static void collect(const struct play *play, struct terminal *terminal, int64_t deadline)
{
	if (terminal->child.ended)
		blame(play, terminal, "the shell has ended");
	if (clock_now() >= deadline)
		blame(play, terminal, "it does not end");
	child_collect(&terminal->child, clock_after(0.002));
}

/* The step has ended: as it should, and with what it should have shown. */
static void judge(const struct play *play, struct terminal *terminal)
{
	bool fails = strstr(terminal->at->shown, "\nsockit ") != NULL;
	int status = 0;

	steps_ended(terminal, &status);
	if ((status != 0) != fails)
		blame(play, terminal, "its status is not what it should be");
	if (!shows(terminal))
		blame(play, terminal, "it shows something else");
	terminal->at = NULL;
}

static void await_end(const struct play *play, struct terminal *terminal)
{
	int64_t deadline = clock_after(PATIENCE);

	while (terminal->at && !has_ended(terminal))
		collect(play, terminal, deadline);
	if (terminal->at)
		judge(play, terminal);
}

/*
 * Until the step has ended or, of a server, until as many doors are open as stay so for three
 * looks.
 */
static void await_step(const struct play *play, struct terminal *terminal, unsigned before)
{
	int64_t deadline = clock_after(PATIENCE);
	bool server = serves(terminal->at->command);
	unsigned open = before, looks = 0;

	for (;;) {
		size_t len = strlen(terminal->at->command);
		bool behind = len > 0 && terminal->at->command[len - 1] == '&';

		if (has_ended(terminal) && !(server && behind))
			break;
		if (server && doors(terminal->machine) > before)
			looks = doors(terminal->machine) == open ? looks + 1 : 0;
		open = doors(terminal->machine);
		if (looks >= 3)
			break;
		collect(play, terminal, deadline);
	}
	if (has_ended(terminal))
		judge(play, terminal);
}

static void type(struct play *play, const struct step *step)
{
	struct terminal *terminal = terminal_of(play, step->terminal);
	unsigned before;

	await_end(play, terminal);
	before = doors(terminal->machine);
	terminal->at = step;
	terminal->begins = strlen(child_tty(&terminal->child));
	terminal->typed++;
	child_feed(&terminal->child, step->command);
	child_feed(&terminal->child, "\n");
	await_step(play, terminal, before);
}

/*
 * What still runs is a server, which has shown everything, or will when it has what it waits for.
 */
static void end_terminal(const struct play *play, struct terminal *terminal)
{
	int64_t deadline = clock_after(PATIENCE);

	while (terminal->at && !has_ended(terminal) && !shows(terminal))
		collect(play, terminal, deadline);
	if (terminal->at && has_ended(terminal))
		judge(play, terminal);
	child_end_input(&terminal->child);
	if (!terminal->child.ended)
		child_signal(&terminal->child, SIGTERM);
	child_finish(&terminal->child);
}

/* What was ended may take a moment more than its shell. */
static bool is_at_rest(void *arg)
{
	(void)arg;
	return doors(HERE) <= at_rest[HERE] && doors(THERE) <= at_rest[THERE];
}

static const char *folder_with_files(void)
{
	static unsigned count;
	char name[64];
	const char *folder;

	snprintf(name, sizeof name, "folder%u", count++);
	folder = scratch_path(name);
	must(mkdir(folder, 0755), folder);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(name, sizeof name, "folder%u/%s", count - 1, files[i].name);
		(void)scratch_file(name, files[i].text);
	}
	return folder;
}

void stage_play(const struct example *example)
{
	struct play play = { .example = example };

	for (size_t i = 0; i < MACHINES; i++)
		play.folders[i] = folder_with_files();
	for (size_t i = 0; i < example->count; i++)
		type(&play, &example->steps[i]);
	for (size_t i = 0; i < play.count; i++)
		end_terminal(&play, &play.terminals[i]);
	if (!clock_watch(is_at_rest, NULL, clock_after(PATIENCE)))
		fail("%s:%u leaves sockets behind", example->from, example->line);
}
