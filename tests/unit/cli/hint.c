#include "cli/hint.h"

#include <criterion/criterion.h>
#include <string.h>

#include "cmd/commands.h"
#include "unit/cli/sample.h"

static const struct program real_program = { .commands = commands };

static struct err hint_for(const char *command, const char *typed)
{
	struct err e;

	cr_assert_eq(hint_unknown_option(&real_program, program_command(&real_program, command),
	                                 typed, &e),
	             -1);
	cr_assert_eq(e.domain, ERR_USAGE);
	return e;
}

Test(hint, letters_of_other_tools)
{
	static const char *const letters[] = { "-l", "-e", "-c", "-N", "-r", "-b", "-W", "-X" };

	cr_assert_str_eq(hint_for("connect", "-l").detail, "-l: use 'sockit listen'");
	cr_assert_not_null(strstr(hint_for("listen", "-l").detail, "not needed"));
	cr_assert_str_eq(hint_for("listen", "-e").detail, "-e: use --exec -- PROG ARG...");
	cr_assert_str_eq(hint_for("connect", "-c").detail, "-c: use --sh-exec CMD");
	cr_assert_not_null(strstr(hint_for("connect", "-r").detail, "source port"));
	cr_assert_not_null(strstr(hint_for("listen", "-r").detail, "port 0"));
	cr_assert_not_null(strstr(hint_for("connect", "-b").detail, "not needed"));
	for (const struct command *const *c = commands; *c != NULL; c++)
		for (size_t i = 0; !(*c)->answers && i < ARRAY_LEN(letters); i++)
			cr_assert_null(strstr(hint_for((*c)->name, letters[i]).detail, "unknown"),
			               "%s %s has no hint", (*c)->name, letters[i]);
}

/* What is true of commands that move bytes need not be of those that answer. */
Test(hint, of_other_commands)
{
	cr_assert_not_null(strstr(hint_for("resolve", "-W").detail, "unknown"));
	cr_assert_str_eq(hint_for("resolve", "-x").detail,
	                 "-x: not needed, an address is turned into its name");
}

/* A hint is for what does not exist, and what it recommends must. */
Test(hint, no_hint_for_our_own)
{
	static const char *const ours[] = { "-4", "-6", "-U", "-n", "-s", "-p", "-I",
		                            "-i", "-q", "-d", "-v", "-h", "-C", "-t" };

	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		for (const struct command *const *c = commands; *c != NULL; c++)
			cr_assert_not_null(strstr(hint_for((*c)->name, ours[i]).detail, "unknown"));
	hint_before_command("-4", &e);
	cr_assert_not_null(strstr(e.detail, "-4: only --help and --version"));
	cr_assert_not_null(strstr(hint_for("connect", "--timeout").detail, "--deadline"));
	cr_assert_str_eq(hint_for("listen", "-w").detail,
	                 "-w: use --accept-timeout or --idle-timeout");
}

Test(hint, names_of_other_tools)
{
	static const struct {
		const char *command, *typed, *says;
	} rows[] = {
		{ "connect", "-z", "--send-only" },       { "connect", "-x", "no proxy protocol" },
		{ "listen", "--proxy", "no proxy" },      { "connect", "--ssl", "no TLS" },
		{ "listen", "--tls", "no TLS" },          { "connect", "--nodns", "use -n" },
		{ "connect", "--source-addr", "use -s" }, { "listen", "--source-addr", "use -s" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cr_assert_not_null(
			strstr(hint_for(rows[i].command, rows[i].typed).detail, rows[i].says),
			"%s %s", rows[i].command, rows[i].typed);
}

Test(hint, endpoints_of_socat)
{
	struct err e;

	cr_assert_eq(hint_foreign_endpoint("UNIX-CONNECT:/tmp/x", &e), -1);
	cr_assert_str_eq(e.detail, "UNIX-CONNECT:/tmp/x: there are no 'UNIX-CONNECT' endpoints");
	cr_assert_str_eq(e.hint, "sockit connect unix:PATH");
	cr_assert_eq(hint_foreign_endpoint("TCP4:h:80", &e), -1);
	cr_assert_eq(hint_foreign_endpoint("TCP-LISTEN:80,fork", &e), -1);
	cr_assert_str_eq(e.hint, "sockit listen PORT");
	cr_assert_eq(hint_foreign_endpoint("tcp4:80", &e), 0);
	cr_assert_eq(hint_foreign_endpoint("TCP:h:80", &e), 0);
	cr_assert_eq(hint_foreign_endpoint("TCP-LISTEN", &e), 0);
	cr_assert_eq(hint_foreign_endpoint("UNIX-CONNECTS:80", &e), 0);
	cr_assert_eq(hint_foreign_endpoint("", &e), 0);
}

Test(hint, reserved_letters_are_unknown)
{
	static const char *const reserved[] = { "-o", "-T" };

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		struct err e = hint_for("connect", reserved[i]);

		cr_assert_not_null(strstr(e.detail, ": unknown option"));
		cr_assert_str_empty(e.hint);
	}
}

Test(hint, option_of_another_command)
{
	cr_assert_str_eq(hint_for("connect", "--backlog").hint,
	                 "--backlog is an option of 'sockit listen'");
	cr_assert_str_eq(hint_for("listen", "--connect-timeout").hint,
	                 "--connect-timeout is an option of 'sockit connect'");
	cr_assert_str_eq(hint_for("echo-serve", "--exec").hint,
	                 "--exec is an option of 'sockit listen'");
	cr_assert_str_eq(hint_for("echo-serve", "--width").hint,
	                 "--width is an option of 'sockit byteorder'");
	cr_assert_str_eq(hint_for("resolve", "--exec").hint,
	                 "--exec is an option of 'sockit connect'");
}

Test(hint, did_you_mean_an_option)
{
	cr_assert_str_eq(hint_for("connect", "--idel-timeout").hint,
	                 "did you mean '--idle-timeout'?");
	cr_assert_str_eq(hint_for("connect", "--idle").hint, "did you mean '--idle-timeout'?");
	cr_assert_str_empty(hint_for("connect", "--no-").hint);
	cr_assert_str_empty(hint_for("connect", "--xyzzy").hint);
	cr_assert_str_empty(hint_for("connect", "--").hint);
}

Test(hint, commands)
{
	struct err e;

	hint_unknown_command(&real_program, "connet", &e);
	cr_assert_str_eq(e.detail, "'connet' is not a command");
	cr_assert_str_eq(e.hint, "did you mean 'connect'?");
	hint_unknown_command(&real_program, "lsten", &e);
	cr_assert_str_eq(e.hint, "did you mean 'listen'?");
	hint_unknown_command(&real_program, "helo", &e);
	cr_assert_str_eq(e.hint, "did you mean 'help'?");
	hint_unknown_command(&real_program, "xyzzy", &e);
	cr_assert_str_eq(e.hint, "'sockit help' lists the commands");
}
