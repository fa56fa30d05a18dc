#include "cli/help.h"
#include "docgen/docgen.h"
#include "net/sockopt.h"
#include "serve/fault.h"

static const char head[] =
	"# bash completion for sockit(1); written by src/docgen from the option tables.\n"
	"# shellcheck shell=bash\n"
	"\n"
	"# In all of these: cur is what is being completed, prefix what stands before it in the same\n"
	"# word and must come back in front of every answer.\n"
	"_sockit_answer()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
	"\tCOMPREPLY=(\"${COMPREPLY[@]/#/$prefix}\")\n"
	"}\n"
	"\n"
	"# Readline's own completion of files copes with quotes and blanks.\n"
	"_sockit_files()\n"
	"{\n"
	"\tif [[ $prefix ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t_sockit_answer -f\n"
	"\telse\n"
	"\t\tcompopt -o default 2>/dev/null\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# Those of /etc/hosts, which readline knows, and those that ssh has met.\n"
	"_sockit_hosts()\n"
	"{\n"
	"\tlocal names rest name list known=()\n"
	"\twhile read -r names rest; do\n"
	"\t\t[[ $names == @* ]] && names=${rest%% *}\n"
	"\t\tIFS=, read -ra list <<<\"$names\"\n"
	"\t\tfor name in \"${list[@]}\"; do\n"
	"\t\t\tname=${name#[}\n"
	"\t\t\t[[ $name == *[\\|#*?!\\\"\\'\\$\\`\\\\]* ]] || known+=(\"${name%]:*}\")\n"
	"\t\tdone\n"
	"\tdone < <(cat ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts 2>/dev/null)\n"
	"\t_sockit_answer -A hostname -W \"${known[*]}\"\n"
	"}\n"
	"\n"
	"# The program behind -- and its arguments; $1 of its words were typed.\n"
	"_sockit_program()\n"
	"{\n"
	"\tif (($1 == 0)) && [[ $cur != */* ]]; then\n"
	"\t\tlocal found name\n"
	"\t\tmapfile -t found < <(compgen -c -- \"$cur\" | sort -u)\n"
	"\t\tfor name in \"${found[@]}\"; do\n"
	"\t\t\ttype -P -- \"$name\" >/dev/null && COMPREPLY+=(\"$name\")\n"
	"\t\tdone\n"
	"\telse\n"
	"\t\t_sockit_files\n"
	"\tfi\n"
	"}\n"
	"\n"
	"_sockit_interfaces()\n"
	"{\n"
	"\tlocal names=(/sys/class/net/*)\n"
	"\t_sockit_answer -W \"${names[*]##*/}\"\n"
	"}\n"
	"\n";

static const char tail[] =
	"# The operand number $1, from 0.\n"
	"_sockit_operand()\n"
	"{\n"
	"\tif [[ $cur == */* || $cur == [.~]* || $cur == [\\'\\\"]* ]]; then\n"
	"\t\t_sockit_files\n"
	"\telif (($1 == 0)); then\n"
	"\t\t_sockit_hosts\n"
	"\telif (($1 == 1)); then\n"
	"\t\t_sockit_answer -A service\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# Beside what is offered already, a service in front of its endpoint.\n"
	"_sockit_place()\n"
	"{\n"
	"\tlocal found\n"
	"\tmapfile -t found < <(compgen -W \"$served\" -- \"$cur\")\n"
	"\t((${#COMPREPLY[@]} == 0 && ${#found[@]} > 0)) && compopt -o nospace 2>/dev/null\n"
	"\tCOMPREPLY+=(\"${found[@]}\")\n"
	"}\n"
	"\n"
	"# The options of the list $1, \"-x,--name\" each, none of whose names was typed; one with a '+'\n"
	"# behind it may be repeated.\n"
	"_sockit_options()\n"
	"{\n"
	"\tlocal item name offered=() typed=\" ${COMP_WORDS[*]:2:COMP_CWORD-2} \"\n"
	"\tfor item in $1; do\n"
	"\t\tfor name in ${item//,/ }; do\n"
	"\t\t\t[[ $item == *+ ]] && break\n"
	"\t\t\t[[ $typed == *\" $name \"* || $typed == *\" $name=\"* ]] && continue 2\n"
	"\t\tdone\n"
	"\t\titem=${item%+}\n"
	"\t\toffered+=(\"${item//,/ }\")\n"
	"\tdone\n"
	"\t_sockit_answer -W \"${offered[*]}\"\n"
	"}\n"
	"\n"
	"_sockit()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
	"\tlocal prefix='' option='' attached='' ended='' value='' inside='' exec='' after=0 operands=0 i word\n"
	"\tlocal asked='' place='' placed=''\n"
	"\tlocal commands options takes_word groups answers served\n"
	"\tCOMPREPLY=()\n"
	"\t_sockit_tables \"$command\"\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\t_sockit_answer -W \"$commands help --help --version\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $command == help || $command == -h || $command == --help ]]; then\n"
	"\t\t_sockit_tables \"${COMP_WORDS[2]}\"\n"
	"\t\t((COMP_CWORD == 2)) && _sockit_answer -W \"$commands sockopt\"\n"
	"\t\t((COMP_CWORD == 3)) && _sockit_answer -W \"$groups\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t# '=' is a word of its own where COMP_WORDBREAKS has it, as it does unless changed. An option's\n"
	"\t# value may have one too: inside is what stands before it. Or an operand: place is set behind it.\n"
	"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $word == = && $value ]]; then\n"
	"\t\t\tinside=$value value=''\n"
	"\t\telif [[ $word == = && $option ]]; then\n"
	"\t\t\tattached=1\n"
	"\t\telif [[ $word == = ]]; then\n"
	"\t\t\tplace=1 placed=1\n"
	"\t\telif [[ $inside ]]; then\n"
	"\t\t\tvalue=$word inside=''\n"
	"\t\telif [[ $place ]]; then\n"
	"\t\t\tplace=''\n"
	"\t\telif [[ $option && ($attached || $takes_word == *\" $option \"*) ]]; then\n"
	"\t\t\tasked=$option value=$word option='' attached=''\n"
	"\t\telif [[ $word == -- ]]; then\n"
	"\t\t\tended=1 option='' value=''\n"
	"\t\telif [[ ! $ended && $word == -* ]]; then\n"
	"\t\t\toption=$word value=''\n"
	"\t\t\t[[ $word == --exec ]] && exec=1\n"
	"\t\telse\n"
	"\t\t\toption='' value=''\n"
	"\t\t\t((ended ? ++after : ++operands))\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ $value && $cur == = ]]; then\n"
	"\t\tcur='' inside=$value\n"
	"\telif [[ $option && $cur == = ]]; then\n"
	"\t\tcur='' attached=1\n"
	"\telif [[ $served && $cur == = ]]; then\n"
	"\t\tcur='' place=1\n"
	"\telif [[ $served && ! $option && ! $value && $cur == [a-z]*=* ]]; then\n"
	"\t\tprefix=${cur%%=*}=\n"
	"\t\tcur=${cur#*=} place=1\n"
	"\telif [[ ! $ended && ! $attached && $cur == --*=* ]]; then\n"
	"\t\toption=${cur%%=*} attached=1\n"
	"\t\tprefix=$option=\n"
	"\t\tcur=${cur#*=}\n"
	"\tfi\n"
	"\tif [[ $ended && $exec ]]; then\n"
	"\t\t_sockit_program \"$after\"\n"
	"\telif [[ $inside && $asked == --fault ]]; then\n"
	"\t\t_sockit_faults \"$inside\"\n"
	"\telif [[ $inside ]]; then\n"
	"\t\t_sockit_sockopt_value \"$inside\"\n"
	"\telif [[ $attached || ($option && $takes_word == *\" $option \"*) ]]; then\n"
	"\t\t_sockit_value \"$command\" \"$option\"\n"
	"\telif [[ ! $ended && $cur == -* ]]; then\n"
	"\t\t_sockit_options \"$options\"\n"
	"\telif [[ $answers ]]; then\n"
	"\t\t_sockit_value \"$command\" operand\n"
	"\telif [[ $place ]]; then\n"
	"\t\t_sockit_operand 0\n"
	"\telif [[ $placed ]]; then\n"
	"\t\t_sockit_place\n"
	"\telse\n"
	"\t\t_sockit_operand \"$((operands + after))\"\n"
	"\t\t((operands + after == 0)) && _sockit_place\n"
	"\tfi\n"
	"}\n"
	"\n"
	"complete -F _sockit sockit\n";

/* "-x,--name" */
static void add_names(struct text *t, const struct option_row *row, const char *separator)
{
	if (row->letter != '\0')
		text_add(t, "-%c%s", row->letter, separator);
	text_add(t, "--%s", row->name);
}

static void add_command_tables(struct text *t, const struct command *command)
{
	struct command_row r;

	text_add(t, "\t%s)\n\t\toptions='", command->name);
	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		text_add_str(t, i > 0 ? " " : "");
		add_names(t, r.row, ",");
		text_add_str(t, option_repeats(r.row) ? "+" : "");
	}
	text_add_str(t, "'\n\t\ttakes_word=' ");
	for (size_t i = 0; command_row_at(command, i, &r); i++) {
		if (option_takes_word(r.row)) {
			add_names(t, r.row, " ");
			text_add_str(t, " ");
		}
	}
	text_add_str(t, "'\n\t\tgroups='");
	help_add_group_names(t, command, " ");
	text_add(t, "'%s", command->answers ? " answers=1" : "");
	if (command->many_endpoints) {
		text_add_str(t, " served='");
		served_add(t, "=");
		text_add_str(t, "'");
	}
	text_add_str(t, "\n\t\t;;\n");
}

static void add_tables(struct text *t, const struct command *const *commands)
{
	text_add_str(t, "# What there is; $1 is the command.\n_sockit_tables()\n{\n\tcommands='");
	for (const struct command *const *c = commands; *c != NULL; c++)
		text_add(t, "%s%s", c > commands ? " " : "", (*c)->name);
	text_add_str(t,
	             "' options='' takes_word='' groups='' answers='' served=''\n\tcase $1 in\n");
	for (const struct command *const *c = commands; *c != NULL; c++)
		add_command_tables(t, *c);
	text_add_str(t, "\tesac\n}\n\n");
}

static const char *const completes[] = {
	[COMPLETE_NOTHING] = NULL,
	[COMPLETE_FILE] = "_sockit_files",
	[COMPLETE_HOST] = "_sockit_hosts",
	[COMPLETE_INTERFACE] = "_sockit_interfaces",
	[COMPLETE_SERVICE] = "_sockit_answer -A service",
	[COMPLETE_USER] = "_sockit_answer -A user",
	[COMPLETE_PROTOCOL] = "_sockit_answer -W 'tcp udp unix'",
	[COMPLETE_SERVED] = "_sockit_served",
	[COMPLETE_SOCKOPT] = "_sockit_sockopts",
	[COMPLETE_FAULTS] = "_sockit_faults",
};

static void add_value(struct text *t, const struct command *command, const struct option_row *row)
{
	if (!option_takes_value(row) || (row->choices == NULL && completes[row->complete] == NULL))
		return;
	text_add_str(t, "\t");
	if (row->letter != '\0')
		text_add(t, "%s:-%c | ", command->name, row->letter);
	text_add(t, "%s:--%s) ", command->name, row->name);
	if (row->choices != NULL) {
		text_add_str(t, "_sockit_answer -W '");
		choices_add(t, row, " ");
		text_add_str(t, "'");
	} else {
		text_add_str(t, completes[row->complete]);
	}
	text_add_str(t, " ;;\n");
}

static void add_sockopts(struct text *t)
{
	text_add_str(
		t, "# Names of socket options, and what may follow one.\n_sockit_sockopts()\n{\n");
	text_add_str(t, "\tcompopt -o nospace 2>/dev/null\n\t_sockit_answer -W '");
	for (size_t i = 0; i < sockopt_row_count; i++)
		text_add(t, "%s%s=", i > 0 ? " " : "", sockopt_rows[i].name);
	text_add_str(t, "'\n}\n\n_sockit_sockopt_value()\n{\n\tcase $1 in\n");
	for (size_t i = 0; i < sockopt_row_count; i++) {
		if (!sockopt_has_words(&sockopt_rows[i]))
			continue;
		text_add(t, "\t%s) _sockit_answer -W '", sockopt_rows[i].name);
		sockopt_add_words(t, &sockopt_rows[i], " ");
		text_add_str(t, "' ;;\n");
	}
	text_add_str(t, "\tesac\n}\n\n");
}

static void add_faults(struct text *t)
{
	text_add_str(t, "# Faults, with commas between them; behind $1= comes a value.\n"
	                "_sockit_faults()\n{\n"
	                "\tif [[ $cur == *,* ]]; then\n"
	                "\t\tprefix+=${cur%,*}, cur=${cur##*,}\n"
	                "\telif [[ ${1-} ]]; then\n"
	                "\t\treturn\n"
	                "\tfi\n"
	                "\tcompopt -o nospace 2>/dev/null\n"
	                "\t_sockit_answer -W '");
	fault_add_names(t, "= ");
	text_add_str(t, "='\n}\n\n");
}

void bash_add(struct text *t, const struct command *const *commands)
{
	struct command_row r;

	text_add_str(t, head);
	add_tables(t, commands);
	add_sockopts(t);
	text_add_str(t,
	             "# The services of echo-serve.\n_sockit_served()\n{\n\t_sockit_answer -W '");
	served_add(t, "");
	text_add_str(t, "'\n}\n\n");
	add_faults(t);
	text_add_str(
		t, "# The value of option $2 of command $1, or its operand.\n_sockit_value()\n{\n");
	text_add_str(t, "\tcase $1:$2 in\n");
	for (const struct command *const *c = commands; *c != NULL; c++) {
		for (size_t i = 0; command_row_at(*c, i, &r); i++)
			add_value(t, *c, r.row);
		if ((*c)->answers && completes[(*c)->offers] != NULL)
			text_add(t, "\t%s:operand) %s ;;\n", (*c)->name, completes[(*c)->offers]);
	}
	text_add_str(t, "\tesac\n}\n\n");
	text_add_str(t, tail);
}
