#include "unit/serve/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/clock.h"
#include "harness/fail.h"
#include "harness/peer.h"
#include "net/spec_parse.h"
#include "out/failure.h"
#include "serve/classic.h"
#include "sys/file.h"
#include "sys/process.h"

struct stage_faults {
	struct sys_observer observer;
	const struct stage_plan *plan;
	struct stage_counts *counts;
};

static int stage_before(struct sys_observer *observer, struct sys_call *call)
{
	struct stage_faults *f = CONTAINER_OF(observer, struct stage_faults, observer);

	f->counts->calls[call->op]++;
	if (call->op != f->plan->op)
		return 0;
	/* What it says is said. */
	if ((call->op == SYS_READ || call->op == SYS_WRITE) && call->arg[0] <= 2)
		return 0;
	if (f->plan->late)
		clock_pause(nsec_to_msec(f->plan->late) / 1000);
	unsigned nth = f->counts->seen++;
	if (nth < f->plan->skip || nth - f->plan->skip >= f->plan->times)
		return 0;
	f->counts->failed++;
	return f->plan->error;
}

static _Noreturn void stage_fail(const struct err *err)
{
	char buf[2048];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, err);
	fprintf(stderr, "%s\n", buf);
	if (err->domain == ERR_SIGNAL)
		process_die_by(err->code);
	exit(7);
}

/* In the process of its own. */
static _Noreturn void stage_play(const struct stage_plan *plan, const struct place *place,
                                 struct stage_counts *counts, int ready)
{
	static struct stage_faults faults;
	struct report_config config = { .verbose = 1 };
	struct spec_rules rules = { .server = true };
	const char *word = place->word;
	struct server_place at = { .service = plan->service ? plan->service : &service_echo };
	struct service_setup setup = { 0 };
	struct server_request request = {
		.places = &at,
		.place_count = 1,
		.setup = &setup,
		.max_conns = plan->max_conns ? plan->max_conns : 100,
		.threads = 1,
		.max_accepts = plan->max_accepts,
		.idle_timeout = plan->idle_timeout ? plan->idle_timeout : NSEC_NEVER,
		.drain = plan->drain ? plan->drain : 5 * NSEC_PER_SEC,
	};
	struct err err;
	struct spec spec;

	signals_ignore_pipe();
	struct server server = {
		.loop = loop_new(&err),
		.request = &request,
		.totals = &counts->totals,
		.report = report_new(),
	};
	struct listen_request listen = { .spec = &spec, .backlog = 512, .unix_mode = -1 };
	if (!server.loop || report_configure(server.report, &config, &err) ||
	    spec_parse(&spec, &word, 1, &rules, &err) ||
	    listener_open(server.loop, &listen, server.report, &at.listener, &err))
		stage_fail(&err);
	uint16_t port = listener_port(at.listener);
	if (write(ready, &port, sizeof port) != sizeof port || close(ready))
		exit(99);
	faults.observer = (struct sys_observer){ .before = stage_before };
	faults.plan = plan;
	faults.counts = counts;
	sys_observe(&faults.observer);
	int result = plan->model->run(&server, &err);
	sys_observe(NULL);
	listener_close(at.listener);
	if (result)
		stage_fail(&err);
	exit(0);
}

struct stage *stage_start(const struct stage_plan *plan)
{
	struct stage *s = calloc(1, sizeof *s);
	int ready[2], errors[2];
	uint16_t port;

	s->place = place_any(plan->net);
	s->counts = mmap(NULL, sizeof *s->counts, PROT_READ | PROT_WRITE,
	                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(s->counts == MAP_FAILED ? -1 : 0, "mmap");
	must(pipe2(ready, O_CLOEXEC), "pipe2");
	must(pipe2(errors, O_CLOEXEC), "pipe2");
	s->pid = must(fork(), "fork");
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(dup2(errors[1], 2), "dup2");
		close(errors[0]);
		close(errors[1]);
		close(ready[0]);
		stage_play(plan, &s->place, s->counts, ready[1]);
	}
	close(ready[1]);
	close(errors[1]);
	s->errors = errors[0];
	if (read(ready[0], &port, sizeof port) != sizeof port) {
		stage_expect(s, 0);
		fail("it did not begin to listen");
	}
	close(ready[0]);
	if (plan->net != NET_UNIX)
		s->place = place_tcp(plan->net, s->place.host, port);
	return s;
}

/* False when it has closed its standard error, or at DEADLINE. */
static bool stage_collect(struct stage *s, int64_t deadline)
{
	if (s->said_len + 1 >= sizeof s->said)
		fail("it says too much: %.2000s", s->said);
	if (!peer_poll(s->errors, POLLIN, deadline))
		return false;
	ssize_t n = read(s->errors, s->said + s->said_len, sizeof s->said - s->said_len - 1);
	if (n <= 0)
		return false;
	s->said_len += (size_t)n;
	s->said[s->said_len] = '\0';
	return true;
}

void stage_await(struct stage *s, const char *text)
{
	int64_t deadline = clock_after(PATIENCE);

	while (!strstr(s->said, text))
		if (!stage_collect(s, deadline))
			fail("it never said \"%s\": %s", text, s->said);
}

void stage_expect(struct stage *s, int status)
{
	int64_t deadline = clock_after(PATIENCE);
	int wait_status;

	while (stage_collect(s, deadline))
		continue;
	if (clock_now() >= deadline) {
		kill(s->pid, SIGKILL);
		fail("it does not end: %s", s->said);
	}
	must(waitpid(s->pid, &wait_status, 0), "waitpid");
	int got = WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
	if (got != status)
		fail("status %d instead of %d: %s", got, status, s->said);
}

void stage_end(struct stage *s)
{
	must(kill(s->pid, SIGTERM), "kill");
	stage_expect(s, 128 + SIGTERM);
}

/* The value behind KEY in a process's status; 0 when it has gone. */
static unsigned long status_of(const char *pid, const char *key, char *state)
{
	char path[64], line[256];
	unsigned long value = 0;

	snprintf(path, sizeof path, "/proc/%s/status", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file)) {
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtoul(line + strlen(key), NULL, 10);
		if (state && sscanf(line, "State: %c", state) == 1)
			continue;
	}
	fclose(file);
	return value;
}

unsigned stage_children(const struct stage *s, unsigned *zombies, pid_t *last)
{
	DIR *proc = opendir("/proc");
	unsigned count = 0;

	*zombies = 0;
	for (struct dirent *entry; (entry = readdir(proc));) {
		char state = 0;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    status_of(entry->d_name, "PPid:", &state) != (unsigned long)s->pid)
			continue;
		*last = (pid_t)strtoul(entry->d_name, NULL, 10);
		count++;
		*zombies += state == 'Z';
	}
	closedir(proc);
	return count;
}

unsigned stage_threads(const struct stage *s)
{
	char pid[16];

	snprintf(pid, sizeof pid, "%d", (int)s->pid);
	return (unsigned)status_of(pid, "Threads:", NULL);
}

unsigned stage_descriptors(const struct stage *s)
{
	char path[64];
	unsigned count = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)s->pid);
	DIR *fds = opendir(path);
	must(fds ? 0 : -1, path);
	while (readdir(fds))
		count++;
	closedir(fds);
	return count - 2;
}

struct expected {
	const struct stage *stage;
	unsigned count;
};

static bool children_are(void *arg)
{
	const struct expected *e = arg;
	unsigned zombies;
	pid_t last;

	return stage_children(e->stage, &zombies, &last) == e->count && zombies == 0;
}

void stage_await_children(struct stage *s, unsigned count)
{
	struct expected e = { s, count };
	unsigned zombies = 0;
	pid_t last;

	if (!clock_watch(children_are, &e, clock_after(PATIENCE)))
		fail("%u children, %u zombies, %u expected: %s", stage_children(s, &zombies, &last),
		     zombies, count, s->said);
}

int stage_client(const struct stage *s, const char *text)
{
	int fd = peer_connect(&s->place);

	stage_echo(fd, text);
	return fd;
}

void stage_echo(int fd, const char *text)
{
	peer_send(fd, text);
	peer_expect(fd, text);
}
