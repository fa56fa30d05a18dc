/*
 *     docgen DIR            write the completions of bash, zsh and fish to DIR
 *     docgen DIR PAGE...    write each manual page to DIR, with the parts anew that stand between
 *                           .\" begin WHAT COMMAND   and   .\" end
 */
#include "docgen/docgen.h"

#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "serve/services.h"

enum { DOCUMENT_SIZE = 256 * 1024, PATH_SIZE = 4096 };

static int fail(const char *path, const char *why)
{
	fprintf(stderr, "docgen: %s: %s\n", path, why);
	return -1;
}

static int write_document(const char *dir, const char *name, const struct text *t)
{
	char path[PATH_SIZE];
	struct text p = TEXT_OVER(path);
	FILE *file;
	size_t written;

	text_add(&p, "%s/%s", dir, name);
	if (p.cut || t->cut)
		return fail(path, "too long");
	file = fopen(path, "w");
	if (file == NULL)
		return fail(path, "cannot be written");
	written = fwrite(t->at, 1, t->len, file);
	if (fclose(file) != 0 || written != t->len)
		return fail(path, "cannot be written");
	return 0;
}

static int write_completions(const char *dir)
{
	static const struct {
		const char *name;
		void (*add)(struct text *t, const struct command *const *commands);
	} shells[] = {
		{ "sockit.bash", bash_add },
		{ "_sockit", zsh_add },
		{ "sockit.fish", fish_add },
	};
	static char buffer[DOCUMENT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		struct text t = TEXT_OVER(buffer);

		shells[i].add(&t, commands);
		if (write_document(dir, shells[i].name, &t) != 0)
			return -1;
	}
	return 0;
}

/* A part that belongs to no command: whether there is one of that name. */
static bool add_general_part(struct text *t, const char *begin)
{
	static const struct {
		const char *begin;
		void (*add)(struct text *t);
	} parts[] = {
		{ "sockopts\n", man_add_sockopts },
		{ "events\n", man_add_events },
		{ "services\n", man_add_services },
		{ "models\n", man_add_models },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (strcmp(parts[i].begin, begin) == 0) {
			parts[i].add(t);
			return true;
		}
	}
	return false;
}

/* The part that the line BEGIN asks for: "options connect", "statuses connect", "statuses sockit",
 * "results resolve", or one that belongs to no command. */
static int add_part(struct text *t, const char *path, const char *begin)
{
	static const struct {
		const char *what;
		void (*add)(struct text *t, const struct command *command);
	} parts[] = {
		{ "options", man_add_options },
		{ "statuses", man_add_statuses },
		{ "results", man_add_results },
	};
	char what[16];
	char name[32];

	if (add_general_part(t, begin))
		return 0;
	if (sscanf(begin, "%15s %31s", what, name) != 2)
		return fail(path, "a part without a name");
	if (strcmp(what, "statuses") == 0 && strcmp(name, "sockit") == 0) {
		man_add_statuses(t, NULL);
		return 0;
	}
	for (const struct command *const *c = commands; *c != NULL; c++) {
		for (size_t i = 0; strcmp((*c)->name, name) == 0 && i < ARRAY_LEN(parts); i++) {
			if (strcmp(parts[i].what, what) == 0) {
				parts[i].add(t, *c);
				return 0;
			}
		}
	}
	return fail(path, "a part that there is not");
}

/* Copies the page, leaving out what stands in its generated parts and putting them in anew. */
static int add_page(struct text *t, const char *path, FILE *page)
{
	static const char begin[] = ".\\\" begin ";
	static const char end[] = ".\\\" end\n";
	char line[1024];
	bool in_part = false;

	while (fgets(line, sizeof(line), page) != NULL) {
		if (strcmp(line, end) == 0)
			in_part = false;
		if (in_part)
			continue;
		text_add_str(t, line);
		if (strncmp(line, begin, strlen(begin)) == 0) {
			in_part = true;
			if (add_part(t, path, line + strlen(begin)) != 0)
				return -1;
		}
	}
	return in_part ? fail(path, "a part without an end") : 0;
}

static int write_page(const char *dir, const char *path)
{
	static char buffer[DOCUMENT_SIZE];
	struct text t = TEXT_OVER(buffer);
	const char *slash = strrchr(path, '/');
	FILE *page = fopen(path, "r");
	int result;

	if (page == NULL)
		return fail(path, "cannot be read");
	result = add_page(&t, path, page);
	fclose(page);
	return result != 0 ? -1 : write_document(dir, slash != NULL ? slash + 1 : path, &t);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: docgen DIR [PAGE...]\n", stderr);
		return 2;
	}
	if (argc == 2)
		return write_completions(argv[1]) != 0;
	for (int i = 2; i < argc; i++)
		if (write_page(argv[1], argv[i]) != 0)
			return 1;
	return 0;
}

void escaped_add(struct text *t, const char *str, const char *special)
{
	for (; *str != '\0'; str++) {
		if (strchr(special, *str) != NULL)
			text_add_str(t, "\\");
		text_add_bytes(t, str, 1);
	}
}

void choices_add(struct text *t, const struct option_row *row, const char *separator)
{
	for (const struct option_choice *c = row->choices; c->name[0] != '\0'; c++)
		text_add(t, "%s%s", c > row->choices ? separator : "", c->name);
}

void served_add(struct text *t, const char *end)
{
	for (size_t i = 0; i < services_count; i++)
		text_add(t, "%s%s%s", i > 0 ? " " : "", services_table[i]->name, end);
}
