#include "unit/cmd/sweep.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "harness/fail.h"

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

void sweep_failures(const struct scene *s)
{
	static struct blames b;
	struct scene more = *s;

	fail_each_call(&b, s);
	for (int i = 0; getenv("SOCKIT_LONG") && i < 1; i++) {
		scene_resize(&more, more.up * 3 + 1, more.down * 3 + 1);
		fail_each_call(&b, &more);
	}
	conclude(&b, s);
}

void sweep_disturbances(const struct scene *s)
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
			if (f.most == 1)
				scene_resize(&scene, 2000 + seed, 3000 + seed);
			struct outcome o = scene_run(&scene, &f, NULL);
			judge(&b, &scene, &f, &o);
		}
	}
	conclude(&b, s);
}
