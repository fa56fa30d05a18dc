/* Serving many clients: how many, for how long, and who drives them. */
#ifndef SOCKIT_CLI_SERVE_OPTIONS_H
#define SOCKIT_CLI_SERVE_OPTIONS_H

#include "cli/option.h"

struct serve_options {
	const char *service;
	unsigned model;
	unsigned threads;
	unsigned max_conns;
	unsigned max_accepts; /* 0: no limit */
	nsec_t idle_timeout;
	nsec_t drain;
	bool stats;
};

enum { SERVE_OPTION_COUNT = 8 };
extern const struct option_row serve_option_rows[SERVE_OPTION_COUNT];

/* The model that was asked for. */
const struct model *serve_options_model(const struct serve_options *o);

#endif
