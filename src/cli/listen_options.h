/* Being reached: shared by the commands that listen. */
#ifndef SOCKIT_CLI_LISTEN_OPTIONS_H
#define SOCKIT_CLI_LISTEN_OPTIONS_H

#include "cli/net_options.h"
#include "cli/option.h"

struct listen_options {
	unsigned backlog;
	const char *port_file;
	bool reuse_port;
	unsigned unix_mode;
	unsigned ready_fd; /* 0: none */
	const char *user;  /* NAME[:GROUP] */
};

/* As the kernel wants it: -1 for none. */
int listen_options_unix_mode(const struct listen_options *o);

/* A usage error where SPEC has no file whose mode could be set, and --unix-mode is given. */
int listen_options_check_mode(const struct listen_options *o, const struct spec *spec,
                              struct err *err) MUST_CHECK;

/*
 * The socket options of what listens at SPEC: those of NET, and what --reuse-port stands for. -1
 * with a usage error.
 */
int listen_options_sockopts(const struct listen_options *o, const struct net_options *net,
                            const struct spec *spec, struct sockopt_list *list,
                            struct err *err) MUST_CHECK;

enum { LISTEN_OPTION_COUNT = 6 };
extern const struct option_row listen_option_rows[LISTEN_OPTION_COUNT];

#endif
