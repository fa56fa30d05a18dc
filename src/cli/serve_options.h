/* What clients are served with, and who drives them. */
#ifndef SOCKIT_CLI_SERVE_OPTIONS_H
#define SOCKIT_CLI_SERVE_OPTIONS_H

#include "cli/option.h"

struct serve_options {
	const char *service;
	unsigned model;
	unsigned threads;
	nsec_t idle_timeout;
	bool stats;
};

enum { SERVE_OPTION_COUNT = 5 };
extern const struct option_row serve_option_rows[SERVE_OPTION_COUNT];

extern const struct model *const serve_models[];
extern const size_t serve_models_count;

/* The model that was asked for. */
const struct model *serve_options_model(const struct serve_options *o);

#endif
