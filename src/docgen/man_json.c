#include <string.h>

#include "docgen/docgen.h"
#include "out/report_kinds.h"

/* ".Li peer_* ,", and ".Op Li uid ," for one that is not always there. */
static void add_fields(struct text *t, const char *fields)
{
	while (*fields != '\0') {
		size_t len = strcspn(fields, " ");
		bool maybe = fields[len - 1] == '?';

		text_add_str(t, maybe ? ".Op Li " : ".Li ");
		text_add_bytes(t, fields, len - maybe);
		fields += len;
		fields += strspn(fields, " ");
		text_add_str(t, *fields == '\0' ? "\n" : " ,\n");
	}
}

/* What is told as text: a field is what varies in it, and the others are for people. */
static void add_told(struct text *t, const char *told)
{
	char sentence[512];
	struct text s = TEXT_OVER(sentence);

	while (*told != '\0') {
		size_t plain = strcspn(told, "{");
		size_t field = strcspn(told + plain, "}");

		text_add_bytes(&s, told, plain);
		told += plain;
		if (*told == '\0')
			break;
		if (strncmp(told, "{words}", field) != 0) {
			text_add_str(&s, "\\fI");
			text_add_bytes(&s, told + 1, field - 1);
			text_add_str(&s, "\\fP");
		}
		told += field + 1;
	}
	if (s.len > 0)
		text_add(t, ".br\n%s\n", sentence);
}

static bool was_before(enum report_kind kind)
{
	for (int i = 0; i < (int)kind; i++)
		if (strcmp(report_kinds[i].name, report_kinds[kind].name) == 0)
			return true;
	return false;
}

void man_add_events(struct text *t)
{
	text_add_str(t, ".Pp\n.Bl -tag -width Ds -compact\n");
	for (int first = 0; first < REPORT_KIND_COUNT; first++) {
		for (int i = first; !was_before(first) && i < REPORT_KIND_COUNT; i++) {
			if (strcmp(report_kinds[i].name, report_kinds[first].name) != 0)
				continue;
			text_add(t, ".It Cm %s\n", report_kinds[i].name);
			add_fields(t, report_kinds[i].fields);
			add_told(t, report_kinds[i].text);
		}
	}
	text_add_str(t, ".It Cm error\n");
	add_fields(t, report_error_fields);
	text_add_str(t, ".El\n");
}

void man_add_results(struct text *t, const struct command *command)
{
	text_add_str(t, ".Pp\n.Bl -tag -width Ds -compact\n");
	for (const struct command_result *r = command->results; r && r->what; r++) {
		text_add_str(t, ".It ");
		escaped_add(t, r->what, "-");
		text_add_str(t, "\n");
		add_fields(t, r->fields);
	}
	text_add_str(t, ".El\n");
}
