#include <ctype.h>
#include <string.h>

#include "base/status.h"
#include "cli/fill.h"
#include "cli/rule.h"
#include "cmd/commands.h"
#include "docgen/docgen.h"
#include "net/sockopt.h"

/* A word as roff takes it: a backslash, and a dot or quote in front, stand for themselves. */
static void add_word(struct fill *f, const char *word, size_t len)
{
	char escaped[128];
	struct text t = TEXT_OVER(escaped);

	if (*word == '.' || *word == '\'')
		text_add_str(&t, "\\&");
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			text_add_str(&t, "\\e");
		else
			text_add_bytes(&t, word + i, 1);
	}
	fill_add_unbroken(f, escaped);
}

/* Sentences begin on lines of their own. */
void man_add_phrase(struct text *t, const char *str)
{
	struct fill f = fill_start(t, 0, 0);

	while (*str != '\0') {
		size_t len = strcspn(str, " ");

		add_word(&f, str, len);
		if (str[len - 1] == '.')
			fill_end(&f);
		str += len;
		str += strspn(str, " ");
	}
	fill_end(&f);
}

/* The first with a capital. */
static void add_sentences(struct text *t, const char *str)
{
	size_t first = t->len;

	man_add_phrase(t, str);
	t->at[first] = (char)toupper((unsigned char)t->at[first]);
}

/* In a macro's line a hyphen as one types it is \-, and mdoc's Fl puts one in front. */
static void add_names(struct text *t, const struct option_row *row)
{
	if (row->letter != '\0')
		text_add(t, "Fl %c , ", row->letter);
	text_add_str(t, "Fl \\-");
	escaped_add(t, row->name, "-");
}

static void add_choices(struct text *t, const struct option_row *row)
{
	if (row->choices == NULL || row->choices[1].name[0] == '\0')
		return;
	text_add_str(t, ".Bl -tag -width always -compact\n");
	for (const struct option_choice *c = row->choices; c->name[0] != '\0'; c++) {
		text_add(t, ".It Cm %s\n", c->name);
		text_add(t, "%s\n", c->help);
	}
	text_add_str(t, ".El\n");
}

/* ".Pp Not with -d, --no-stdin or ...", from both sides of each exclusion */
static void add_relations(struct text *t, const struct command *command,
                          const struct option_row *row)
{
	const char *begin = "Not with\n";
	struct command_row other;

	for (size_t i = 0; command_row_at(command, i, &other); i++) {
		if (other.row == row || !rule_excludes(command, row, other.row))
			continue;
		text_add(t, "%s.Fl \\-", begin);
		escaped_add(t, other.row->name, "-");
		begin = " ,\n";
	}
	if (begin[0] == ' ')
		text_add_str(t, " .\n");
	if (row->needs != NULL) {
		text_add_str(t, "Needs\n.Fl \\-");
		escaped_add(t, row->needs, "-");
		text_add_str(t, " .\n");
	}
}

/*
 * The endpoints that the option is for. "Not for datagrams" says nothing of a command without any.
 */
static void add_endpoints(struct text *t, const struct command *command,
                          const struct option_row *row)
{
	static const struct {
		unsigned only_for;
		const char *sentence;
	} kinds[] = {
		{ FOR_TCP, "TCP only." },
		{ FOR_UNIX, "Unix sockets only." },
		{ FOR_PATH, "Unix sockets only." },
		{ FOR_LOCAL, "Unix sockets only." },
		{ FOR_CONNECTION, "Connections only, not datagrams." },
		{ FOR_INET, "TCP and UDP only." },
		{ FOR_PORT, "Not for Unix sockets." },
		{ FOR_STREAM, "Not for datagrams." },
		{ FOR_PACKET, "Datagrams only." },
		{ FOR_DATAGRAM, "Datagrams only, and not SOCK_SEQPACKET." },
	};
	struct command_row udp;

	if (row->only_for == FOR_STREAM && !command_row_named(command, "udp", &udp))
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (row->only_for == kinds[i].only_for)
			text_add(t, "%s\n", kinds[i].sentence);
}

static void add_option(struct text *t, const struct command *command, const struct option_row *row)
{
	char help[256];
	struct text sentence = TEXT_OVER(help);

	text_add_str(t, ".It ");
	add_names(t, row);
	if (row->kind == OPTION_MAYBE_CHOICE)
		text_add(t, " Ns Op = Ns %s %s", row->choices[1].name[0] != '\0' ? "Ar" : "Cm",
		         row->arg);
	else if (row->arg != NULL)
		text_add(t, " Ar %s", row->arg);
	text_add_str(t, "\n");
	text_add(&sentence, "%s.", row->help);
	add_sentences(t, help);
	if (row->fallback != NULL)
		text_add(t, "The default is %s.\n", row->fallback);
	if (row->man != NULL)
		add_sentences(t, row->man);
	add_endpoints(t, command, row);
	add_relations(t, command, row);
	add_choices(t, row);
}

/* Whether row INDEX is the first of its group. */
static bool begins_group(const struct command *command, size_t index)
{
	struct command_row r;
	struct command_row before;

	return command_row_at(command, index, &r) &&
	       (index == 0 ||
	        (command_row_at(command, index - 1, &before) && before.group != r.group));
}

void man_add_options(struct text *t, const struct command *command)
{
	struct command_row r;

	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		if (begins_group(command, i))
			text_add(t, "%s.Ss %s\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "",
			         r.group->title);
		add_option(t, command, r.row);
	}
	text_add_str(t, ".El\n");
}

void man_add_statuses(struct text *t, const struct command *command)
{
	text_add_str(t, ".Bl -tag -width 128+n -compact\n");
	for (size_t i = 0; i < status_row_count; i++) {
		const char *number = status_rows[i].number;

		if (command ? !command_can_end_with(command, number)
		            : !program_can_end_with(&sockit_program, number))
			continue;
		text_add(t, ".It %s\n%s\n", status_rows[i].number, status_rows[i].meaning);
	}
	text_add_str(t, ".El\n");
}

/* ".It Cm tcp-keepidle Ns = Ns Ar DUR" */
static void add_sockopt(struct text *t, const struct sockopt *o)
{
	char help[256], form[128];
	struct text h = TEXT_OVER(help), f = TEXT_OVER(form);

	sockopt_add_form(&f, o);
	text_add_str(t, ".It Cm ");
	escaped_add(t, o->name, "-");
	text_add(t, " Ns = Ns Ar %s\n", form);
	text_add(&h, "%s (", o->help);
	sockopt_add_places(&h, o);
	text_add_str(&h, ").");
	add_sentences(t, help);
}

void man_add_sockopts(struct text *t)
{
	text_add_str(t, ".Bl -tag -width Ds -compact\n");
	for (size_t i = 0; i < sockopt_row_count; i++)
		add_sockopt(t, &sockopt_rows[i]);
	text_add_str(t, ".El\n");
}
