/* A flow between two ends of any kind, fed and drained by the test in one thread, turn by turn. */
#ifndef UNIT_RELAY_RIG_H
#define UNIT_RELAY_RIG_H

#include <stdbool.h>

#include "harness/data.h"
#include "relay/flow.h"
#include "sys/call.h"

/* Make one end of a pipe standard input (NUMBER 0) or output (1); the other is returned. */
int rig_standard_pipe(int number);

/* What stands at an end of a flow. */
enum kind { TCP, LOCAL, PIPE, FILE_, APPEND, NOWHERE, NULL_, KINDS };

extern const char *const kind_names[KINDS];

/* The two ends, and what the test keeps of them; -1: nothing. */
struct rig {
	struct stream *from, *to;
	int feed, drain;
	struct data data;
	uint64_t fed, got;
	uint64_t urgent_at; /* so much is fed, then a byte of urgent data, unread; 0: none */
	const char *out_path;
	struct flow flow;
};

/* Standard input and output become the ends that are no sockets. */
void rig_up(struct rig *rig, enum kind from, enum kind to, uint64_t size);

/* Close everything. */
void rig_down(struct rig *rig);

/* Give the source what it takes at once; its end when all is given. */
void rig_feed(struct rig *rig);

/* One turn: as a loop would, only what is waited for and ready. */
void rig_turn(struct rig *rig);

/* Feed, turn and drain until the flow has ended one way or the other. */
void rig_pump(struct rig *rig);

/* Fail the test unless the flow has ended and all of the data came out of KIND to. */
void rig_expect_whole(struct rig *rig, enum kind from, enum kind to);

/* The observer counts the calls by op, shortens them, and makes one fail. */
struct rig_watch {
	struct sys_observer observer;
	unsigned of[SYS_OP_COUNT];
	bool shorten;
	enum sys_op refuse;
	int error;
	unsigned refuse_at; /* from 1; 0: never */
	int water;          /* the last SO_RCVLOWAT */
	int unsent;         /* the sum of all TCP_NOTSENT_LOWAT */
};
extern struct rig_watch rig_watch;

/* Until sys_observe(NULL). */
void rig_observe(bool shorten);

#endif
