#include "out/progress.h"

#include "base/text.h"
#include "out/output.h"
#include "sys/file.h"

enum { TIMES_A_SECOND = 5 };

struct progress progress_new(void)
{
	return (struct progress){ .on = sys_is_terminal(2) && !sys_is_terminal(1) };
}

/* Every terminal knows carriage return and blanks. */
static void progress_write(struct progress *p, struct text *t)
{
	size_t shown = t->len;

	if (p->shown > t->len)
		text_pad_to(t, p->shown);
	text_add_str(t, "\r");
	(void)!output_write(2, t->at, t->len);
	p->shown = shown;
}

nsec_t progress_show(struct progress *p, nsec_t now, size_t done, size_t failed)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	if (!p->on)
		return NSEC_NEVER;
	if (now < p->next)
		return p->next;
	p->next = now + NSEC_PER_SEC / TIMES_A_SECOND;
	text_add(&t, "%zu done, %zu failed", done, failed);
	progress_write(p, &t);
	return NSEC_NEVER;
}

void progress_clear(struct progress *p)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	if (p->shown > 0)
		progress_write(p, &t);
	p->next = 0;
}
