/* An endpoint with a host and a port (net/spec.h), and what the reading of every kind shares. */
#ifndef SOCKIT_NET_SPEC_INET_H
#define SOCKIT_NET_SPEC_INET_H

#include "net/spec.h"

struct spec_scheme {
	const char *name;
	bool known; /* its name is taken all the same */
	enum spec_kind kind;
};

/* What is being read: its parts point into what was typed. */
struct spec_words {
	const struct spec_scheme *scheme; /* NULL: none was written */
	const char *word;                 /* the first, as typed */
	const char *rest;                 /* of it, behind the scheme */
	const char *second;               /* or NULL */
	enum spec_kind kind;
	const struct spec_rules *rules;
};

/* Host and port of W into *spec, which is empty. -1 with a usage error. */
int spec_parse_inet(struct spec *spec, const struct spec_words *w, struct err *err) MUST_CHECK;

/* "WORD: WHY", with HINT. -1. */
int spec_refuse(const struct spec_words *w, const char *why, const char *hint, struct err *err);

#endif
