/* Help and version, and what colour is for. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/sockit.h"

static const char *const commands[] = { "connect", "listen" };

static struct child on_stdout(const char *const *words)
{
	struct child child = sockit_expect(words, 0);

	if (*child_err(&child))
		child_blame(&child, "something on stderr");
	if (lines_count(child_out(&child)) < 2)
		child_blame(&child, "no help on stdout");
	return child;
}

Test(help, is_on_stdout_with_status_0)
{
	static const char *const forms[][3] = {
		{ "-h" }, { "--help" }, { "help" }, { "help", "help" }, { "help", "-h" },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct child child = on_stdout(forms[i]);

		for (size_t c = 0; c < ARRAY_LEN(commands); c++)
			child_says(&child, commands[c]);
	}
}

Test(help, tells_statuses_of_any_command)
{
	struct child child = sockit_expect(WORDS("help"), 0);

	child_says(&child, "1 network or peer");
	child_says(&child, "8 expectation");
	child_silent_about(&child, "TLS");
	child = sockit_expect(WORDS("help", "resolve"), 0);
	child_silent_about(&child, "1 network or peer");
}

Test(help, of_a_command_has_one_text_in_all_its_forms)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const char *name = commands[i];
		struct child first = on_stdout(WORDS("help", name));
		const char *const *forms[] = {
			WORDS(name, "--help"),
			WORDS(name, "-h"),
			WORDS(name, "localhost:80", "--help"),
			WORDS("--help", name),
			WORDS("help", "--", name),
		};

		for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
			struct child child = on_stdout(forms[f]);

			cr_expect_str_eq(child_out(&child), child_out(&first), "%s", child.command);
		}
	}
}

Test(help, of_the_socket_options_needs_no_command)
{
	struct child one = on_stdout(WORDS("help", "sockopt")),
		     other = on_stdout(WORDS("help", "listen", "sockopt"));

	cr_assert_str_eq(child_out(&one), child_out(&other));
}

/* Everything that this version has, and nothing that it will have one day. */
Test(help, names_every_option)
{
	static const char *const shared[] = {
		"-4",
		"--ipv4",
		"-6",
		"--ipv6",
		"-U",
		"--unix",
		"-s",
		"--source",
		"-p",
		"-i",
		"--idle-timeout",
		"-q",
		"--quit-after-eof",
		"-d",
		"--no-stdin",
		"-v",
		"--verbose",
		"--deadline",
		"--exec",
		"--sh-exec",
		"--allow-setuid",
		"--send-only",
		"--recv-only",
		"--no-half-close",
		"--on-peer-close",
		"--json",
		"--report",
		"--raw",
		"-C",
		"--crlf",
		"-t",
		"--telnet",
		"--rate",
		"--line-delay",
		"--color",
		"--trace",
	};
	static const char *const later[] = {
		"--tls",
		"--check",
		"--proxy,",
		"--hexdump",
	};

	for (size_t c = 0; c < ARRAY_LEN(commands); c++) {
		struct child child = on_stdout(WORDS("help", commands[c]));

		for (size_t i = 0; i < ARRAY_LEN(shared); i++)
			child_says(&child, shared[i]);
		for (size_t i = 0; i < ARRAY_LEN(later); i++)
			child_silent_about(&child, later[i]);
	}
}

Test(help, names_the_options_of_each_command)
{
	struct child child = on_stdout(WORDS("help", "connect"));
	static const char *const of_connect[] = { "-w",
		                                  "--connect-timeout",
		                                  "--source-port",
		                                  "-n",
		                                  "-I",
		                                  "-u",
		                                  "--udp",
		                                  "--reply-timeout",
		                                  "--replies",
		                                  "--delim",
		                                  "--datagram-size" };
	static const char *const of_listen[] = { "--accept-timeout", "--backlog", "--port-file",
		                                 "--unix-mode", "--port" };

	for (size_t i = 0; i < ARRAY_LEN(of_connect); i++)
		child_says(&child, of_connect[i]);
	child = on_stdout(WORDS("help", "listen"));
	for (size_t i = 0; i < ARRAY_LEN(of_listen); i++)
		child_says(&child, of_listen[i]);
}

Test(help, in_full_names_the_choices)
{
	static const char *const choices[] = {
		"auto", "quit", "keep", "always", "never", "explain"
	};

	for (size_t c = 0; c < ARRAY_LEN(commands); c++) {
		struct child child = on_stdout(WORDS("help", commands[c], "all"));

		for (size_t i = 0; i < ARRAY_LEN(choices); i++)
			child_says(&child, choices[i]);
	}
}

Test(help, bare_sockit_gives_the_short_help_on_stderr_and_2)
{
	struct child child = sockit_expect(WORDS(NULL), 2);

	cr_assert_eq(child.text[1].size, 0, "something on stdout");
	child_says(&child, "connect");
	child_says(&child, "listen");
}

Test(help, version_is_the_first_line)
{
	static const char *const forms[][3] = {
		{ "-V" },           { "--version" },         { "connect", "-V" },
		{ "listen", "-V" }, { "echo-serve", "-vV" }, { "services", "--version" },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct child child = sockit_expect(forms[i], 0);
		int major, minor, patch, end = 0;

		sscanf(child_out(&child), "sockit %d.%d.%d%n", &major, &minor, &patch, &end);
		if (end == 0 || child_out(&child)[end] != '\n')
			child_blame(&child, "the first line must be 'sockit X.Y.Z'");
		if (*child_err(&child))
			child_blame(&child, "something on stderr");
	}
}

Test(help, that_cannot_be_written_gives_7)
{
	const char *const *forms[] = { WORDS("--help"), WORDS("--version"),
		                       WORDS("help", "connect") };
	static const enum end_kind ends[] = { END_FULL, END_CLOSED };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		for (size_t e = 0; e < ARRAY_LEN(ends); e++) {
			struct child child =
				child_run(&(struct plan){ .args = forms[i], .out = { ends[e] } });

			child_expect(&child, 7);
			if (!*child_err(&child))
				child_blame(&child, "does not say why");
		}
}

struct colour_row {
	enum end_kind err;
	const char *option; /* NULL: none */
	const char *env[3];
	bool coloured;
};

/* --color, then NO_COLOR, then CLICOLOR_FORCE, then a terminal that is not dumb. */
static const struct colour_row colour_rows[] = {
	{ END_DEFAULT, NULL, { NULL }, false },
	{ END_PTY, NULL, { NULL }, true },
	{ END_PTY, NULL, { "TERM=dumb" }, false },
	{ END_PTY, NULL, { "NO_COLOR=1" }, false },
	{ END_PTY, NULL, { "NO_COLOR=" }, true },
	{ END_DEFAULT, NULL, { "CLICOLOR_FORCE=1" }, true },
	{ END_DEFAULT, NULL, { "CLICOLOR_FORCE=0" }, false },
	{ END_DEFAULT, NULL, { "CLICOLOR_FORCE=1", "NO_COLOR=1" }, false },
	{ END_DEFAULT, "--color=always", { NULL }, true },
	{ END_DEFAULT, "--color=always", { "NO_COLOR=1" }, true },
	{ END_PTY, "--color=always", { "TERM=dumb" }, true },
	{ END_PTY, "--color=never", { NULL }, false },
	{ END_DEFAULT, "--color=never", { "CLICOLOR_FORCE=1" }, false },
	{ END_PTY, "--color=auto", { NULL }, true },
	{ END_DEFAULT, "--color=auto", { NULL }, false },
};

/* Stdout is a terminal throughout: each stream is decided for itself. */
Test(help, colour_is_decided_in_order_and_for_each_stream)
{
	for (size_t i = 0; i < ARRAY_LEN(colour_rows); i++) {
		const struct colour_row *row = &colour_rows[i];
		struct child child = child_run(&(struct plan){
			.args = WORDS("connect", "127.0.0.1:1", "-v", row->option),
			.err = { row->err },
			.env = row->env,
		});
		const char *text = row->err == END_PTY ? child_tty(&child) : child_err(&child);

		child_expect(&child, 1);
		cr_expect_eq(strchr(text, '\033') != NULL, row->coloured, "row %zu: %s", i, text);
	}
}
