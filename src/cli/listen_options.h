/* Being reached: shared by the commands that listen. */
#ifndef SOCKIT_CLI_LISTEN_OPTIONS_H
#define SOCKIT_CLI_LISTEN_OPTIONS_H

#include "cli/option.h"

struct listen_options {
	unsigned backlog;
	const char *port_file;
	unsigned unix_mode;
	unsigned ready_fd; /* 0: none */
	const char *user;  /* NAME[:GROUP] */
};

/* As the kernel wants it: -1 for none. */
int listen_options_unix_mode(const struct listen_options *o);

enum { LISTEN_OPTION_COUNT = 5 };
extern const struct option_row listen_option_rows[LISTEN_OPTION_COUNT];

#endif
