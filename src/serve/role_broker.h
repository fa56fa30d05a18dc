/* The role in which what each client sends goes to all the others. */
#ifndef SOCKIT_SERVE_ROLE_BROKER_H
#define SOCKIT_SERVE_ROLE_BROKER_H

#include "serve/guest.h"

struct role_broker_request {
	struct crowd_request crowd;
	/*
	 * Whole lines, each with "<userN> " in front, where N is its client's number; escaped as
	 * for a terminal, a carriage return inside a line too.
	 */
	bool chat;
};

/* Its context is a struct role_broker_request. */
extern const struct role role_broker;

#endif
