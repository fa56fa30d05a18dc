#include "cli/help.h"
#include "cli/rule.h"
#include "docgen/docgen.h"
#include "net/sockopt.h"
#include "serve/fault.h"

static const char head[] =
	"# fish completion for sockit(1); written by src/docgen from the option tables.\n"
	"\n"
	"# Whether the command is $argv[1], options may still come, and none of the other words, which\n"
	"# are options, was typed.\n"
	"function __sockit_offer\n"
	"\tset -l words (commandline -opc)\n"
	"\ttest (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1\n"
	"\tset -e words[1..2]\n"
	"\tfor word in $words\n"
	"\t\ttest \"$word\" = --; and return 1\n"
	"\t\tcontains -- (string replace -r '=.*' '' -- $word) $argv[2..-1]; and return 1\n"
	"\tend\n"
	"\treturn 0\n"
	"end\n"
	"\n"
	"# The same for an option with a value, which may be what comes next.\n"
	"function __sockit_offer_value\n"
	"\tset -l words (commandline -opc)\n"
	"\tif contains -- $words[-1] $argv[2..-1]\n"
	"\t\ttest $words[2] = $argv[1]\n"
	"\telse\n"
	"\t\t__sockit_offer $argv\n"
	"\tend\n"
	"end\n"
	"\n"
	"function __sockit_paths\n"
	"\tset -l token $argv[1]\n"
	"\tif string match -q 'unix:*' -- $token\n"
	"\t\tprintf 'unix:%s\\n' (__fish_complete_path (string replace unix: '' -- $token))\n"
	"\telse if string match -qr '^[./~]|/' -- $token\n"
	"\t\t__fish_complete_path $token\n"
	"\tend\n"
	"end\n"
	"\n"
	"# A service in front of its endpoint, and the endpoint behind it.\n"
	"function __sockit_place\n"
	"\tset -l token (commandline -ct)\n"
	"\tif string match -qr '^[a-z]+=' -- $token\n"
	"\t\tset -l begin (string replace -r '=.*' = -- $token)\n"
	"\t\tset -l rest (string replace -r '^[a-z]+=' '' -- $token)\n"
	"\t\tfor answer in (__fish_print_hostnames) (__sockit_paths \"$rest\")\n"
	"\t\t\techo $begin$answer\n"
	"\t\tend\n"
	"\telse\n"
	"\t\tprintf '%s=\\n' (__sockit_served)\n"
	"\tend\n"
	"end\n"
	"\n"
	"# Names of services, for ports.\n"
	"function __sockit_services\n"
	"\tstring replace -rf '^([[:alpha:]][^[:space:]#]*)[[:space:]]+[0-9]+/.*' '$1' \\\n"
	"\t\t</etc/services 2>/dev/null | sort -u\n"
	"end\n"
	"\n"
	"# Whether the command is $argv[1] and what comes next is its second operand; the other words are\n"
	"# options that take the next word.\n"
	"function __sockit_second\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l operands 0\n"
	"\tset -l ended 0\n"
	"\tset -l value 0\n"
	"\ttest (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1\n"
	"\tset -e words[1..2]\n"
	"\tfor word in $words\n"
	"\t\tif test $value = 1\n"
	"\t\t\tset value 0\n"
	"\t\telse if test $ended = 0; and string match -q -- '-*' $word\n"
	"\t\t\ttest $word = --; and set ended 1\n"
	"\t\t\tcontains -- $word $argv[2..-1]; and set value 1\n"
	"\t\telse\n"
	"\t\t\tset operands (math $operands + 1)\n"
	"\t\t\tstring match -qr '^[a-z]+=' -- $word; and set operands 2\n"
	"\t\tend\n"
	"\tend\n"
	"\ttest $value = 0; and test $operands = 1; and not __sockit_in_program\n"
	"end\n"
	"\n"
	"# Whether what comes next is of the program behind --, and what there is for it.\n"
	"function __sockit_in_program\n"
	"\tset -l words (commandline -opc)\n"
	"\tcontains -- --exec $words; and contains -- -- $words\n"
	"end\n"
	"\n"
	"# Whether the command is $argv[1], and what comes next may be an operand.\n"
	"function __sockit_operand\n"
	"\tset -l words (commandline -opc)\n"
	"\ttest (count $words) -ge 2; and test $words[2] = $argv[1]; and not __sockit_in_program\n"
	"end\n"
	"\n"
	"function __sockit_program\n"
	"\tset -l words (commandline -opc)\n"
	"\tif test \"$words[-1]\" = --\n"
	"\t\tcomplete -C (commandline -ct)\n"
	"\telse\n"
	"\t\t__fish_complete_path (commandline -ct)\n"
	"\tend\n"
	"end\n"
	"\n"
	"function __sockit_help\n"
	"\tset -l words (commandline -opc)\n"
	"\ttest (count $words) -eq $argv[1]; and contains -- $words[2] help -h --help; or return 1\n"
	"\ttest $argv[1] -eq 2; or test $words[3] = $argv[2]\n"
	"end\n"
	"\n"
	"complete -c sockit -f\n"
	"complete -c sockit -n __fish_is_first_arg -s h -l help -d 'Show the help'\n"
	"complete -c sockit -n __fish_is_first_arg -s V -l version -d 'Show the version'\n"
	"complete -c sockit -n __fish_is_first_arg -a help -d 'Show the help of a command'\n"
	"complete -c sockit -n '__sockit_help 2' -a sockopt -d 'The socket options'\n"
	"complete -c sockit -n __sockit_in_program -a '(__sockit_program)'\n";

static const char *const completes[] = {
	[COMPLETE_NOTHING] = "-x",
	[COMPLETE_FILE] = "-r -F",
	[COMPLETE_HOST] = "-x -a '(__fish_print_hostnames)'",
	[COMPLETE_INTERFACE] = "-x -a '(__fish_print_interfaces)'",
	[COMPLETE_SERVICE] = "-x -a '(__sockit_services)'",
	[COMPLETE_USER] = "-x -a '(__fish_complete_users)'",
	[COMPLETE_PROTOCOL] = "-x -a 'tcp udp unix'",
	[COMPLETE_SERVED] = "-x -a '(__sockit_served)'",
	[COMPLETE_SOCKOPT] = "-x -a '(__sockit_sockopts)'",
	[COMPLETE_FAULTS] = "-x -a '(__sockit_faults)'",
};

static void add_quoted(struct text *t, const char *str)
{
	text_add_str(t, "'");
	escaped_add(t, str, "'\\");
	text_add_str(t, "'");
}

static void add_names(struct text *t, const struct option_row *row)
{
	if (row->letter != '\0')
		text_add(t, " -%c", row->letter);
	text_add(t, " --%s", row->name);
}

static void add_sockopts(struct text *t)
{
	text_add_str(t, "\nfunction __sockit_sockopts\n\tprintf '%s=\\t%s\\n'");
	for (size_t i = 0; i < sockopt_row_count; i++) {
		text_add(t, " \\\n\t\t%s ", sockopt_rows[i].name);
		add_quoted(t, sockopt_rows[i].help);
	}
	text_add_str(t, "\nend\n");
}

/* Not beside itself, unless it may be repeated, nor beside what it excludes. */
static void add_condition(struct text *t, const struct command *command,
                          const struct option_row *row)
{
	struct command_row other;

	text_add(t, " -n '__sockit_offer%s %s",
	         option_takes_word(row) && !option_repeats(row) ? "_value" : "", command->name);
	if (!option_repeats(row))
		add_names(t, row);
	for (size_t i = 0; command_row_at(command, i, &other); i++)
		if (other.row != row && rule_excludes(command, row, other.row))
			add_names(t, other.row);
	text_add_str(t, "'");
}

static void add_value(struct text *t, const struct option_row *row)
{
	if (row->choices == NULL) {
		text_add(t, " %s", completes[row->complete]);
		return;
	}
	text_add(t, "%s -a '", option_takes_word(row) ? " -x" : "");
	for (const struct option_choice *c = row->choices; c->name[0] != '\0'; c++) {
		text_add(t, "%s%s\\t\"", c > row->choices ? " " : "", c->name);
		escaped_add(t, c->help, "'\"\\$");
		text_add_str(t, "\"");
	}
	text_add_str(t, "'");
}

static void add_option(struct text *t, const struct command *command, const struct option_row *row)
{
	text_add_str(t, "complete -c sockit");
	add_condition(t, command, row);
	if (row->letter != '\0')
		text_add(t, " -s %c", row->letter);
	text_add(t, " -l %s", row->name);
	if (option_takes_value(row))
		add_value(t, row);
	text_add_str(t, " -d ");
	add_quoted(t, row->help);
	text_add_str(t, "\n");
}

/* Hosts and paths, then services for the port. */
static void add_endpoint(struct text *t, const struct command *command)
{
	struct command_row r;

	text_add(t, "-a '(__fish_print_hostnames) (__sockit_paths (commandline -ct))%s'\n",
	         command->many_endpoints ? " (__sockit_place)" : "");
	text_add(t, "complete -c sockit -n '__sockit_second %s", command->name);
	for (size_t i = 0; command_row_at(command, i, &r); i++)
		if (option_takes_word(r.row))
			add_names(t, r.row);
	text_add_str(t, "' -a '(__sockit_services)'\n");
}

static void add_command(struct text *t, const struct command *command)
{
	struct command_row r;

	text_add_str(t, "\n");
	text_add(t, "complete -c sockit -n __fish_is_first_arg -a %s -d ", command->name);
	add_quoted(t, command->summary);
	text_add(t, "\ncomplete -c sockit -n '__sockit_help 2' -a %s -d ", command->name);
	add_quoted(t, command->summary);
	text_add(t, "\ncomplete -c sockit -n '__sockit_help 3 %s' -a '", command->name);
	help_add_group_names(t, command, " ");
	text_add_str(t, "'\n");
	text_add(t, "complete -c sockit -n '__sockit_operand %s' ", command->name);
	if (command->answers)
		text_add(t, "%s\n", completes[command->offers]);
	else
		add_endpoint(t, command);
	for (size_t i = 0; command_row_at(command, i, &r); i++)
		add_option(t, command, r.row);
}

void fish_add(struct text *t, const struct command *const *commands)
{
	text_add_str(t, head);
	add_sockopts(t);
	text_add_str(t, "\nfunction __sockit_served\n\tstring split ' ' '");
	served_add(t, "");
	text_add_str(t, "'\nend\n\n# With commas between them.\nfunction __sockit_faults\n"
	                "\tset -l token (string replace -r '^--fault=' '' -- (commandline -ct))\n"
	                "\tset -l begin (string replace -rf '^(.*,).*' '$1' -- $token)\n"
	                "\tfor name in ");
	fault_add_names(t, " ");
	text_add_str(t, "\n\t\techo \"$begin\"$name=\n\tend\nend\n");
	for (const struct command *const *c = commands; *c != NULL; c++)
		add_command(t, *c);
}
