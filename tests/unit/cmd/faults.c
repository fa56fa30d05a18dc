/*
 * PRODUCT.md, promise 4: any system call may fail with any errno that it can have; the answer is a
 * message and the right status. Both commands run whole, and each call of a run is made to fail once in
 * each way: never a crash, a hang, a leak, or status 0 with data missing.
 * With SOCKIT_LONG the same again with more data, which means more calls.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "harness/fail.h"
#include "unit/cmd/scene.h"

enum { STORY_SIZE = 12000, BLAMES_MAX = 12, HANGS_MAX = 2, STATUS_SIGPIPE = 141 };

/* What went wrong in the runs of a scene. */
struct blames {
	unsigned runs, wrong, hung;
	unsigned sure, missed; /* faults that must be reached, and those that were not */
	char story[STORY_SIZE];
};

static const char *complaint_about_data(const struct scene *s, const struct outcome *o)
{
	if (o->up_wrong)
		return "the peer got other bytes than stdin gave";
	if (o->down_wrong)
		return "stdout got other bytes than the peer sent";
	if (o->status == 0 && o->up != s->up)
		return "status 0, but the peer did not get everything";
	if (o->status == 0 && o->down != s->down)
		return "status 0, but stdout did not get everything";
	return NULL;
}

static bool has_message(const struct outcome *o)
{
	return strncmp(o->said, "sockit ", 7) == 0 || strstr(o->said, "\nsockit ") != NULL ||
	       strstr(o->said, "{\"error\"") != NULL;
}

static unsigned answer_of(int status)
{
	switch (status) {
	case 0:
		return MAY_PASS;
	case 1:
		return MAY_NETWORK;
	case 3:
		return MAY_RESOLVE;
	case 7:
		return MAY_LOCAL;
	case STATUS_SIGPIPE:
		return MAY_PIPE;
	default:
		return 0;
	}
}

/* What is wrong with a run, NULL for nothing. */
static const char *complaint(const struct scene *s, const struct fault *f, const struct outcome *o)
{
	bool clean = f->kind != FAULT_FAIL || !o->hit;
	unsigned allowed = clean ? MAY_PASS : f->row->answer;
	bool told_elsewhere = !clean && o->hit_fd == 2;

	if (o->status < 0)
		return "hung";
	if (o->status == 99)
		return "stopped by a sanitizer";
	if (o->status >= 128 && o->status != STATUS_SIGPIPE)
		return "crashed";
	if (complaint_about_data(s, o))
		return complaint_about_data(s, o);
	if (!(answer_of(o->status) & allowed))
		return clean ? "must have no effect" : "not the right status";
	if (o->status != 0 && o->status != STATUS_SIGPIPE && !told_elsewhere && !has_message(o))
		return "failed without a message";
	if (o->status < 128 && o->fd_left >= 0)
		return "left a descriptor open";
	return NULL;
}

static void judge(struct blames *b, const struct scene *s, const struct fault *f,
                  const struct outcome *o)
{
	const char *why = complaint(s, f, o);
	size_t used = strlen(b->story);
	char what[128];

	b->runs++;
	b->hung += o->status < 0;
	if (!why || ++b->wrong > BLAMES_MAX || used >= STORY_SIZE - 1)
		return;
	fault_describe(f, what, sizeof what);
	snprintf(
		b->story + used, STORY_SIZE - used,
		"\n%s: %s on fd %d: %s: status %d, %llu of %llu up, %llu of %llu down, %.0f ms, fd %d: %.300s",
		s->name, what, o->hit_fd, why, o->status, (unsigned long long)o->up,
		(unsigned long long)s->up, (unsigned long long)o->down, (unsigned long long)s->down,
		(double)o->took / 1e6, o->fd_left, o->said);
}

static void conclude(const struct blames *b, const struct scene *s)
{
	if (b->wrong)
		fail("%s: %u of %u runs went wrong:%s", s->name, b->wrong, b->runs, b->story);
	/* Timing decides how many calls a run needs, but not much. */
	cr_assert(b->missed * 4 <= b->sure, "%s: only %u of %u faults were reached", s->name,
	          b->sure - b->missed, b->sure);
}

/* Enough is known, or each further run would take as long as a hang. */
static bool is_hopeless(const struct blames *b)
{
	return b->hung >= HANGS_MAX;
}

/* How many calls each row is about: at least and at most, in a few clean runs. */
static void count_calls(struct blames *b, const struct scene *s, unsigned *least, unsigned *most)
{
	enum { CLEAN_RUNS = 4 };
	struct fault none = { FAULT_NONE };

	for (int run = 0; run < CLEAN_RUNS; run++) {
		unsigned could[FAULT_ROWS_MAX];
		struct outcome clean = scene_run(s, &none, could);

		judge(b, s, &none, &clean);
		cr_assert(clean.reached > 20, "the observer sees nothing");
		for (size_t i = 0; i < fault_row_count; i++) {
			least[i] = run == 0 || could[i] < least[i] ? could[i] : least[i];
			most[i] = run == 0 || could[i] > most[i] ? could[i] : most[i];
		}
	}
}

static void fail_each_call(struct blames *b, const struct scene *s)
{
	unsigned least[FAULT_ROWS_MAX], most[FAULT_ROWS_MAX];

	count_calls(b, s, least, most);
	for (size_t i = 0; i < fault_row_count; i++) {
		for (unsigned nth = 1; nth <= most[i] && !is_hopeless(b); nth++) {
			struct fault f = { FAULT_FAIL, &fault_rows[i], nth };
			struct outcome o = scene_run(s, &f, NULL);

			judge(b, s, &f, &o);
			b->sure += nth <= least[i];
			b->missed += nth <= least[i] && !o.hit;
		}
	}
}

static void sweep(const struct scene *s)
{
	static struct blames b;
	struct scene more = *s;

	fail_each_call(&b, s);
	for (int i = 0; getenv("SOCKIT_LONG") && i < 1; i++) {
		more.up = more.up * 3 + 1;
		more.down = more.down * 3 + 1;
		fail_each_call(&b, &more);
	}
	conclude(&b, s);
}

/* Calls that come back short, late, or with nothing yet: the data is whole, and nobody notices. */
static void disturb_all_calls(const struct scene *s)
{
	static struct blames b;
	const struct fault kinds[] = {
		{ FAULT_SHORT, .most = 1 },
		{ FAULT_SHORT, .most = 0 },
		{ FAULT_SHORT, .most = 4096 },
		{ FAULT_LATE },
		{ FAULT_AGAIN },
	};
	unsigned seeds = getenv("SOCKIT_LONG") ? 12 : 4;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (unsigned seed = 1; seed <= seeds && !is_hopeless(&b); seed++) {
			struct scene scene = *s;
			struct fault f = kinds[i];

			f.seed = seed;
			if (f.most == 1) {
				scene.up = 2000 + seed;
				scene.down = 3000 + seed;
			}
			struct outcome o = scene_run(&scene, &f, NULL);
			judge(&b, &scene, &f, &o);
		}
	}
	conclude(&b, s);
}

static const struct scene scenes[] = {
	{ "connect, pipes",
	  false,
	  SCENE_NAME,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  false,
	  { "-v" },
	  300000,
	  300001 },
	{ "connect, files",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_FILE,
	  true,
	  { "-vv", "--sockopt=sndbuf=64K", "--sockopt=tcp-quickack=on" },
	  400000,
	  400001 },
	{ "connect, append",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_APPEND,
	  false,
	  { "--json" },
	  100000,
	  100001 },
	{ "connect, /dev/null",
	  false,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_NULL,
	  false,
	  { "--json", "--report", "FILE" },
	  100000,
	  400000 },
	{ "connect, Unix",
	  false,
	  SCENE_UNIX,
	  SCENE_FILE,
	  SCENE_PIPE,
	  true,
	  { NULL },
	  300000,
	  300001 },
	{ "connect, answers",
	  false,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  true,
	  { NULL },
	  300000,
	  300001 },
	{ "connect, sockets",
	  false,
	  SCENE_V4,
	  SCENE_SOCKET,
	  SCENE_SOCKET,
	  false,
	  { NULL },
	  200000,
	  200001 },
	{ "listen, pipes",
	  true,
	  SCENE_ANY,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  false,
	  { "-v" },
	  300000,
	  300001 },
	{ "listen, files",
	  true,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_FILE,
	  false,
	  { "--port-file", "FILE", "-vv", "--sockopt=tcp-keepidle=9", "--sockopt=linger=1" },
	  400000,
	  400001 },
	{ "listen, /dev/null",
	  true,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_NULL,
	  true,
	  { NULL },
	  100000,
	  400000 },
	{ "listen, Unix",
	  true,
	  SCENE_UNIX,
	  SCENE_PIPE,
	  SCENE_FILE,
	  false,
	  { "--unix-mode", "600" },
	  300000,
	  300001 },
	{ "connect, paced",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_PIPE,
	  false,
	  { "--rate", "50M" },
	  200000,
	  200001 },
};

Test(faults, connect_pipes)
{
	sweep(&scenes[0]);
}

Test(faults, connect_files)
{
	sweep(&scenes[1]);
}

Test(faults, connect_append)
{
	sweep(&scenes[2]);
}

Test(faults, connect_null)
{
	sweep(&scenes[3]);
}

Test(faults, connect_unix)
{
	sweep(&scenes[4]);
}

Test(faults, connect_answers)
{
	sweep(&scenes[5]);
}

Test(faults, connect_sockets)
{
	sweep(&scenes[6]);
}

Test(faults, listen_pipes)
{
	sweep(&scenes[7]);
}

Test(faults, listen_files)
{
	sweep(&scenes[8]);
}

Test(faults, listen_null)
{
	sweep(&scenes[9]);
}

Test(faults, listen_unix)
{
	sweep(&scenes[10]);
}

Test(faults, connect_paced)
{
	sweep(&scenes[11]);
}

Test(disturbed, connect_pipes)
{
	disturb_all_calls(&scenes[0]);
}

Test(disturbed, connect_files)
{
	disturb_all_calls(&scenes[1]);
}

Test(disturbed, connect_append)
{
	disturb_all_calls(&scenes[2]);
}

Test(disturbed, connect_null)
{
	disturb_all_calls(&scenes[3]);
}

Test(disturbed, connect_unix)
{
	disturb_all_calls(&scenes[4]);
}

Test(disturbed, connect_answers)
{
	disturb_all_calls(&scenes[5]);
}

Test(disturbed, connect_sockets)
{
	disturb_all_calls(&scenes[6]);
}

Test(disturbed, listen_pipes)
{
	disturb_all_calls(&scenes[7]);
}

Test(disturbed, listen_files)
{
	disturb_all_calls(&scenes[8]);
}

Test(disturbed, listen_null)
{
	disturb_all_calls(&scenes[9]);
}

Test(disturbed, listen_unix)
{
	disturb_all_calls(&scenes[10]);
}

Test(disturbed, connect_paced)
{
	disturb_all_calls(&scenes[11]);
}
