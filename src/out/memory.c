#include "out/memory.h"

#include "base/text.h"

enum { LABEL_COLUMN = 12 };

static void draw_border(struct answer *a, size_t n)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	text_pad_to(&t, LABEL_COLUMN);
	for (size_t i = 0; i < n; i++)
		text_add_str(&t, "+----");
	answer_line(a, "%s+", buf);
}

static void draw_addresses(struct answer *a, size_t first, size_t n)
{
	char buf[128];
	struct text t = TEXT_OVER(buf);

	text_add_str(&t, "address");
	text_pad_to(&t, LABEL_COLUMN + 1);
	for (size_t i = 0; i < n; i++)
		text_add(&t, " +%-3zu", first + i);
	while (t.at[t.len - 1] == ' ')
		t.at[--t.len] = '\0';
	answer_line(a, "%s", buf);
}

void memory_draw(struct answer *a, size_t first, size_t n, const struct memory_row *rows,
                 size_t count)
{
	draw_addresses(a, first, n);
	draw_border(a, n);
	for (size_t r = 0; r < count; r++) {
		char buf[128];
		struct text t = TEXT_OVER(buf);

		text_add_str(&t, rows[r].label);
		text_pad_to(&t, LABEL_COLUMN);
		for (size_t i = 0; i < n; i++)
			text_add(&t, "| %02x ", rows[r].bytes[i]);
		text_add_str(&t, "|");
		if (rows[r].note)
			text_add(&t, "  %s", rows[r].note);
		answer_line(a, "%s", buf);
		draw_border(a, n);
	}
}
