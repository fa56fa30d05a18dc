/* One connection joined to standard input and output, as the relay options say. */
#ifndef SOCKIT_CMD_SESSION_H
#define SOCKIT_CMD_SESSION_H

#include "cli/command.h"
#include "cli/datagram_options.h"
#include "cli/exec_options.h"
#include "cli/relay_options.h"
#include "cmd/forwarding.h"
#include "loop/loop.h"
#include "net/spec.h"
#include "out/report.h"
#include "relay/between.h"
#include "stream/listener.h"
#include "stream/stream.h"

/*
 * What --connect-timeout is when it is not given, and what bounds the last acknowledgement in a
 * command that has no such option.
 */
#define SESSION_TIMEOUT (8 * NSEC_PER_SEC)

/* A program in the place of standard input and output. */
struct session_program {
	const struct exec_words *words;
	bool allow_setuid;
};

struct session_request {
	const struct relay_options *options;
	const struct datagram_options *datagrams; /* for a peer that has them, else NULL */
	const struct session_program *program;    /* or NULL */
	struct forwarding *forwarding; /* or NULL: then nothing else but the peer counts */
	struct stream *peer;           /* closed by session_run */
	nsec_t ack_timeout;
	nsec_t deadline; /* when all of it must be over */
};

/* What a command does once its endpoint is read and there is a loop. SPEC is its own. */
typedef int session_command(struct loop *loop, const struct command_call *call, struct spec *spec,
                            struct err *err);

/* loop_new, or loop_new_for_few. */
typedef struct loop *session_loop(struct err *err);

/* What the options want to stand between. */
struct between_wish session_wish(const struct relay_options *options);

/* Read the operands by RULES, check the options against the kind of endpoint, and run COMMAND. */
int session_begin(const struct command_call *call, const struct spec_rules *rules,
                  session_loop *loop_for, session_command *command, struct err *err) MUST_CHECK;

/* What the option rows cannot say of a program: a usage error. */
int session_check_program(const struct exec_options *exec, const struct relay_options *relay,
                          const struct spec *spec, struct err *err) MUST_CHECK;

/*
 * Turn the loop until the connection is over. With a program, until that has ended too: ERR_SHOWN
 * with its status unless that is 0 and the connection was whole.
 */
int session_run(struct loop *loop, const struct session_request *request, struct report *report,
                struct err *err) MUST_CHECK;

struct session_server_request {
	const struct relay_options *options;
	const struct mailbox_options *datagrams;
	const struct listener *listener; /* of datagram sockets; stays the caller's */
	struct mailbox_wants wants;      /* that it was opened with */
	bool tag;                        /* its sender stands in front of each */
	nsec_t accept_timeout;
	nsec_t deadline; /* when all of it must be over */
};

/* Turn the loop until receiving datagrams from anybody is over. */
int session_serve_datagrams(struct loop *loop, const struct session_server_request *request,
                            struct report *report, struct err *err) MUST_CHECK;

/* The failure when the deadline comes before there is a connection. */
int session_deadline(const struct relay_options *options, const char *op, const char *subject,
                     struct err *err);

#endif
