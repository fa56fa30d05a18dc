/* The role of --exec with --keep-open: a program is run for each client. */
#ifndef SOCKIT_SERVE_ROLE_PROGRAM_H
#define SOCKIT_SERVE_ROLE_PROGRAM_H

#include "relay/between.h"
#include "serve/role.h"

/* The context of the role; lives as long as the server. */
struct role_program_plan {
	const char *path; /* with a slash */
	const char *const *argv;
	bool allow_setuid;
	struct between_wish between;
	nsec_t idle_timeout; /* or NSEC_NEVER */
	nsec_t ack_timeout;
};

extern const struct role role_program;

#endif
