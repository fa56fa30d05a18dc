#include "cli/help.h"
#include "cli/rule.h"
#include "docgen/docgen.h"
#include "net/sockopt.h"
#include "serve/fault.h"

static const char head[] =
	"#compdef sockit\n"
	"# zsh completion for sockit(1); written by src/docgen from the option tables.\n"
	"\n"
	"_sockit_endpoint() {\n"
	"\tif compset -P 'unix:'; then\n"
	"\t\t_files\n"
	"\telse\n"
	"\t\t_alternative 'hosts:host:_hosts' 'files:Unix socket:_files'\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# An endpoint, or a service and its endpoint; and what may follow.\n"
	"_sockit_place() {\n"
	"\tif compset -P '*='; then\n"
	"\t\t_sockit_endpoint\n"
	"\telse\n"
	"\t\t_alternative 'services:service:_sockit_served -S =' 'hosts:host:_hosts' \\\n"
	"\t\t\t'files:Unix socket:_files'\n"
	"\tfi\n"
	"}\n"
	"\n"
	"_sockit_further_place() {\n"
	"\tif (( ${words[(I)[a-z]##=*]} )); then _sockit_place; else _ports; fi\n"
	"}\n"
	"\n"
	"# A port, or the program behind -- and its arguments.\n"
	"_sockit_further() {\n"
	"\tlocal ended=${words[(Ie)--]}\n"
	"\tif (( ended && ended < CURRENT && ${words[(Ie)--exec]} )); then\n"
	"\t\tif (( CURRENT == ended + 1 )); then _command_names -e; else _files; fi\n"
	"\telif [[ $1 == port ]]; then\n"
	"\t\t_ports\n"
	"\tfi\n"
	"}\n"
	"\n";

static const char tail[] =
	"_sockit() {\n"
	"\tlocal curcontext=$curcontext state state_descr line ret=1\n"
	"\ttypeset -A opt_args\n"
	"\n"
	"\t_arguments -C \\\n"
	"\t\t'(- *)'{-h,--help}'[show the help]' \\\n"
	"\t\t'(- *)'{-V,--version}'[show the version]' \\\n"
	"\t\t'1:command:_sockit_commands' \\\n"
	"\t\t'*:: :->words' && ret=0\n"
	"\tif [[ $state == words ]]; then\n"
	"\t\tcurcontext=${curcontext%:*:*}:sockit-$words[1]:\n"
	"\t\t(( $+functions[_sockit_$words[1]] )) && _sockit_$words[1] && ret=0\n"
	"\tfi\n"
	"\treturn ret\n"
	"}\n"
	"\n"
	"_sockit \"$@\"\n";

static const char *const completes[] = {
	[COMPLETE_NOTHING] = " ",
	[COMPLETE_FILE] = "_files",
	[COMPLETE_HOST] = "_hosts",
	[COMPLETE_INTERFACE] = "_net_interfaces",
	[COMPLETE_SERVICE] = "_ports",
	[COMPLETE_USER] = "_users",
	[COMPLETE_PROTOCOL] = "(tcp udp unix)",
	[COMPLETE_SERVED] = "_sockit_served",
	[COMPLETE_SOCKOPT] = "_sockit_sockopts",
	[COMPLETE_FAULTS] = "_sockit_faults",
};

/* Text inside '...[here]' and '...:here:', where a quote ends the word and needs a way round. */
static void add_quoted(struct text *t, const char *str)
{
	for (; *str != '\0'; str++) {
		if (*str == '\'')
			text_add_str(t, "'\\''");
		else
			escaped_add(t, (const char[]){ *str, '\0' }, "[]:\\");
	}
}

/* The names of ROW, for the list of what may not stand beside an option. */
static void add_names(struct text *t, const struct option_row *row)
{
	if (row->letter != '\0')
		text_add(t, "-%c ", row->letter);
	text_add(t, "--%s", row->name);
}

static void add_excluded(struct text *t, const struct command *command,
                         const struct option_row *row)
{
	struct command_row other;

	text_add_str(t, "'(");
	if (!option_repeats(row))
		add_names(t, row);
	for (size_t i = 0; command_row_at(command, i, &other); i++) {
		if (other.row != row && rule_excludes(command, row, other.row)) {
			text_add_str(t, " ");
			add_names(t, other.row);
		}
	}
	text_add_str(t, option_repeats(row) ? ")*'" : ")'");
}

static void add_value(struct text *t, const struct option_row *row)
{
	if (!option_takes_value(row))
		return;
	text_add(t, "%s:", row->kind == OPTION_MAYBE_CHOICE ? ":" : "");
	add_quoted(t, row->arg);
	if (row->choices == NULL) {
		text_add(t, ":%s", completes[row->complete]);
		return;
	}
	text_add_str(t, ":((");
	for (const struct option_choice *c = row->choices; c->name[0] != '\0'; c++) {
		text_add(t, "%s%s\\:\"", c > row->choices ? " " : "", c->name);
		add_quoted(t, c->help);
		text_add_str(t, "\"");
	}
	text_add_str(t, "))");
}

/* '(-i --idle-timeout)'{-i+,--idle-timeout=}'[help]:DUR: ' */
static void add_option(struct text *t, const struct command *command, const struct option_row *row)
{
	const char *after_name = option_takes_word(row)             ? "="
	                         : row->kind == OPTION_MAYBE_CHOICE ? "=-"
	                                                            : "";

	text_add_str(t, "\t\t");
	add_excluded(t, command, row);
	if (row->letter != '\0')
		text_add(t, "{-%c%s,--%s%s}'[", row->letter, option_takes_word(row) ? "+" : "",
		         row->name, after_name);
	else
		text_add(t, "'--%s%s[", row->name, after_name);
	add_quoted(t, row->help);
	text_add_str(t, "]");
	add_value(t, row);
	text_add_str(t, "' \\\n");
}

static void add_command(struct text *t, const struct command *command)
{
	struct command_row r;

	text_add(t, "_sockit_%s() {\n\t_arguments -s -S : \\\n", command->name);
	for (size_t i = 0; command_row_at(command, i, &r); i++)
		add_option(t, command, r.row);
	if (command->answers)
		text_add(t, "\t\t'*:operand:%s'\n}\n\n", completes[command->offers]);
	else if (command->many_endpoints)
		text_add_str(
			t,
			"\t\t'1:endpoint:_sockit_place' \\\n\t\t'*:endpoint: _sockit_further_place'\n}\n\n");
	else
		text_add_str(
			t,
			"\t\t'1:endpoint:_sockit_endpoint' \\\n\t\t'2:port: _sockit_further port' \\\n\t\t'*:argument:_sockit_further'\n}\n\n");
}

/* The names and, behind a '=', the values that are words. */
static void add_sockopts(struct text *t)
{
	text_add_str(t, "_sockit_sockopts() {\n\tif compset -P '*='; then\n");
	text_add_str(t, "\t\tcase ${${IPREFIX%=}##*=} in\n");
	for (size_t i = 0; i < sockopt_row_count; i++) {
		if (!sockopt_has_words(&sockopt_rows[i]))
			continue;
		text_add(t, "\t\t%s) compadd -- ", sockopt_rows[i].name);
		sockopt_add_words(t, &sockopt_rows[i], " ");
		text_add_str(t, " ;;\n");
	}
	text_add_str(t, "\t\tesac\n\t\treturn\n\tfi\n\tlocal -a names=(\n");
	for (size_t i = 0; i < sockopt_row_count; i++) {
		text_add(t, "\t\t'%s:", sockopt_rows[i].name);
		add_quoted(t, sockopt_rows[i].help);
		text_add_str(t, "'\n");
	}
	text_add_str(t, "\t)\n\t_describe -t sockopts 'socket option' names -S =\n}\n\n");
}

/* _describe's arrays of 'name:what it is'. */
static void add_commands(struct text *t, const struct command *const *commands)
{
	text_add_str(t, "_sockit_commands() {\n\tlocal -a commands=(\n");
	for (const struct command *const *c = commands; *c != NULL; c++) {
		text_add(t, "\t\t'%s:", (*c)->name);
		add_quoted(t, (*c)->summary);
		text_add_str(t, "'\n");
	}
	text_add_str(
		t,
		"\t)\n\tif [[ $1 == help ]]; then\n\t\tcommands+=('sockopt:the socket options')\n"
		"\telse\n\t\tcommands+=('help:show the help of a command')\n\tfi\n");
	text_add_str(t, "\t_describe -t commands command commands\n}\n\n");
}

static void add_help(struct text *t, const struct command *const *commands)
{
	text_add_str(t, "_sockit_groups() {\n\tcase $words[2] in\n");
	for (const struct command *const *c = commands; *c != NULL; c++) {
		text_add(t, "\t%s) compadd -- ", (*c)->name);
		help_add_group_names(t, *c, " ");
		text_add_str(t, " ;;\n");
	}
	text_add_str(t, "\tesac\n}\n\n_sockit_help() {\n\t_arguments "
	                "'1:command:_sockit_commands help' '2:group:_sockit_groups'\n}\n\n");
}

void zsh_add(struct text *t, const struct command *const *commands)
{
	text_add_str(t, head);
	add_commands(t, commands);
	add_help(t, commands);
	add_sockopts(t);
	text_add_str(t, "_sockit_served() {\n\tcompadd \"$@\" -- ");
	served_add(t, "");
	text_add_str(t, "\n}\n\n_sockit_faults() {\n\tcompset -P '*,'\n"
	                "\tcompset -P '*=' && return\n\tcompadd -S = -- ");
	fault_add_names(t, " ");
	text_add_str(t, "\n}\n\n");
	for (const struct command *const *c = commands; *c != NULL; c++)
		add_command(t, *c);
	text_add_str(t, tail);
}
