#include "cli/exec_options.h"

#include <errno.h>
#include <string.h>

#include "sys/program.h"

const struct option_row exec_option_rows[EXEC_OPTION_COUNT] = {
	{
		.name = "exec",
		FLAG_FIELD(struct exec_options, exec),
		.excludes = "sh-exec no-stdin send-only recv-only raw no-half-close "
			    "on-peer-close quit-after-eof",
		.only_for = FOR_CONNECTION,
		.help = "join the connection to the program behind --, as in --exec -- sort -r",
		.man = "Everything behind -- is the program and its arguments; no shell reads them. It is looked "
		       "for before anything is opened.",
	},
	{
		.name = "sh-exec",
		STRING_FIELD(struct exec_options, sh_exec),
		.arg = "CMD",
		.excludes = "no-stdin send-only recv-only raw no-half-close "
			    "on-peer-close quit-after-eof",
		.only_for = FOR_CONNECTION,
		.help = "join the connection to the command line CMD, run by /bin/sh",
	},
	{
		.name = "allow-setuid",
		FLAG_FIELD(struct exec_options, allow_setuid),
		.only_for = FOR_CONNECTION,
		.help = "let the program gain privileges, by set-user-ID files for one",
		.man = "Without it, the program and all that it starts run with PR_SET_NO_NEW_PRIVS.",
	},
};

bool exec_options_given(const struct exec_options *o)
{
	return o->exec || o->sh_exec;
}

static int exec_refuse(int error, const char *name, struct err *err)
{
	(void)err_set(err, ERR_PROGRAM, -error, "run", "%s", name[0] ? name : "''");
	if (error == -ENOENT && !strchr(name, '/'))
		err_detail(err, "(in no folder of PATH)");
	return -1;
}

int exec_options_find(const struct exec_options *o, const struct command_call *call,
                      struct exec_words *words, struct err *err)
{
	if (o->allow_setuid && !exec_options_given(o))
		return err_usage(err, "--allow-setuid needs --exec or --sh-exec");
	if (!exec_options_given(o))
		return 0;
	*words = (struct exec_words){
		.argv = o->exec ? call->program : words->sh,
		.sh = { "/bin/sh", "-c", o->sh_exec, NULL },
	};
	int error = sys_program_find(words->argv[0], &words->path);
	return error ? exec_refuse(error, words->argv[0], err) : 0;
}
