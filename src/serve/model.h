/*
 * Who drives the clients. A model is a row; each serves until a signal or --max-accepts ends it,
 * and then drains.
 */
#ifndef SOCKIT_SERVE_MODEL_H
#define SOCKIT_SERVE_MODEL_H

#include "serve/server.h"

struct model {
	const char *name; /* "event" */
	const char *help; /* a phrase, no full stop: what it does, and what that costs */
	/*
	 * 0 when --max-accepts were served; -1 with ERR_SIGNAL after a signal, or with another
	 * error when serving itself has become impossible.
	 */
	int (*run)(struct server *server, struct err *err);
};

extern const struct model model_event, model_thread, model_fork, model_iterative;

#endif
