#include "harness/example.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fail.h"
#include "harness/scratch.h"

/* What is being read: the last example of FOUND is open while `inside`. */
struct reader {
	struct examples found;
	const char *from;
	unsigned line;
	int inside;
	int carried_on;
};

static char *joined(char *before, const char *with, const char *text)
{
	char *both;

	must(asprintf(&both, "%s%s%s", before, with, text), "asprintf");
	free(before);
	return both;
}

static struct example *last(struct reader *r)
{
	return &r->found.at[r->found.count - 1];
}

static void open_example(struct reader *r)
{
	r->found.at = realloc(r->found.at, (r->found.count + 1) * sizeof *r->found.at);
	if (!r->found.at)
		fail("no memory for examples");
	r->found.at[r->found.count++] = (struct example){ .from = r->from, .line = r->line + 1 };
	r->inside = 1;
	r->carried_on = 0;
}

/* Blocks that are no session, such as a file's text, are not examples. */
static void close_example(struct reader *r)
{
	if (r->inside && last(r)->count == 0)
		r->found.count--;
	r->inside = 0;
}

/* What stands behind the prompt, or NULL when LINE begins with none. */
static const char *behind_prompt(const char *line, char terminal[16])
{
	size_t len = 0;

	while (isalpha((unsigned char)line[len]) && len < 15)
		len++;
	if (strncmp(line + len, "$ ", 2) != 0)
		return NULL;
	memcpy(terminal, line, len);
	terminal[len] = '\0';
	return line + len + 2;
}

static void add_step(struct reader *r, const char *terminal, const char *command)
{
	struct example *example = last(r);
	struct step *step = &example->steps[example->count++];

	if (example->count == EXAMPLE_STEPS)
		fail("%s:%u: too many steps", r->from, example->line);
	*step = (struct step){ .command = strdup(command), .shown = strdup("") };
	snprintf(step->terminal, sizeof step->terminal, "%s", terminal);
}

static void add_line(struct reader *r, const char *line)
{
	char terminal[16];
	const char *command = behind_prompt(line, terminal);
	struct example *example = last(r);
	struct step *step = example->count > 0 ? &example->steps[example->count - 1] : NULL;
	size_t len;

	if (r->carried_on)
		step->command = joined(step->command, "", line + strspn(line, " \t"));
	else if (command)
		add_step(r, terminal, command);
	else if (step)
		step->shown = joined(step->shown, "\n", line);
	if (!r->carried_on && !command)
		return;
	step = &example->steps[example->count - 1];
	len = strlen(step->command);
	r->carried_on = len > 0 && step->command[len - 1] == '\\';
	if (r->carried_on)
		step->command[len - 1] = '\0';
}

/* What mandoc(1) makes of a line of a literal block. */
static void add_roff_line(struct reader *r, const char *line)
{
	static const struct {
		const char *escape, *means;
	} escapes[] = {
		{ "\\e", "\\" },   { "\\-", "-" },   { "\\&", "" },    { "\\(aq", "'" },
		{ "\\(dq", "\"" }, { "\\(ti", "~" }, { "\\(ha", "^" }, { "\\(ga", "`" },
	};
	char plain[1024];
	size_t len = 0;

	while (*line && len + 1 < sizeof plain) {
		size_t i = 0;

		while (i < sizeof escapes / sizeof *escapes &&
		       strncmp(line, escapes[i].escape, strlen(escapes[i].escape)) != 0)
			i++;
		if (i == sizeof escapes / sizeof *escapes) {
			plain[len++] = *line++;
			continue;
		}
		line += strlen(escapes[i].escape);
		len += (size_t)snprintf(plain + len, sizeof plain - len, "%s", escapes[i].means);
	}
	plain[len] = '\0';
	add_line(r, plain);
}

static void page_line(struct reader *r, const char *line)
{
	if (strncmp(line, ".Bd -literal", 12) == 0)
		open_example(r);
	else if (strncmp(line, ".Ed", 3) == 0)
		close_example(r);
	else if (r->inside && line[0] != '.')
		add_roff_line(r, line);
}

static void markdown_line(struct reader *r, const char *line)
{
	if (strcmp(line, "```console") == 0)
		open_example(r);
	else if (strcmp(line, "```") == 0)
		close_example(r);
	else if (r->inside)
		add_line(r, line);
}

/* "  sockit connect example.com 80    talk to a server by hand", each an example of its own */
static void help_line(struct reader *r, const char *line)
{
	const char *end;
	char command[256];

	if (strncmp(line, "  sockit ", 9) != 0)
		return;
	line += 2;
	end = strstr(line, "  ");
	snprintf(command, sizeof command, "%.*s", end ? (int)(end - line) : 255, line);
	open_example(r);
	add_step(r, "", command);
	r->inside = 0;
}

static struct examples read_all(const char *from, const char *text,
                                void (*read_line)(struct reader *r, const char *line))
{
	struct reader r = { .from = from };
	char line[1024];

	while (*text) {
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof line, "%.*s", (int)len, text);
		r.line++;
		read_line(&r, line);
		text += len + (text[len] == '\n');
	}
	return r.found;
}

static const char *file(const char *from)
{
	const char *text = scratch_read(from);

	if (!text)
		fail("%s is not here: run the tests from the top folder of the project", from);
	return text;
}

struct examples examples_of_page(const char *from)
{
	return read_all(from, file(from), page_line);
}

struct examples examples_of_markdown(const char *from)
{
	return read_all(from, file(from), markdown_line);
}

struct examples examples_of_help(const char *from, const char *text)
{
	return read_all(from, text, help_line);
}
