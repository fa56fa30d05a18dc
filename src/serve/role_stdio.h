/*
 * The role in which all clients are joined to standard input and output: what they send is written
 * whole lines at a time, or each client's to a file of its own; what standard input gives goes to
 * all of them.
 */
#ifndef SOCKIT_SERVE_ROLE_STDIO_H
#define SOCKIT_SERVE_ROLE_STDIO_H

#include "serve/guest.h"

struct role_stdio_request {
	struct crowd_request crowd;
	struct stream *in;  /* NULL: nothing is read; the caller's, as is: */
	struct stream *out; /* NULL: what comes goes to files, or nowhere */
	bool send_nothing;  /* the sending side of all is shut at once */
	bool crlf;
	bool tag;
	bool escape;        /* for a terminal */
	const char *output; /* a template of output_name.h, or NULL */
	bool append;        /* to files that are there */

	/* The result: a file could not be made or written, which has been told. */
	bool file_failed;
};

/* Its context is a struct role_stdio_request. */
extern const struct role role_stdio;

#endif
