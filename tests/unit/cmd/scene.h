/*
 * A whole command in a forked child, joined to a peer and to standard input and output that the
 * test plays, with faults injected into its system calls; and what came of it.
 */
#ifndef UNIT_CMD_SCENE_H
#define UNIT_CMD_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "unit/cmd/fault.h"

enum scene_end {
	SCENE_PIPE,
	SCENE_FILE,
	SCENE_APPEND, /* a file in append mode; as an output alone */
	SCENE_SOCKET, /* one of a Unix pair, each its own */
	SCENE_NULL,   /* /dev/null; as an output alone */
	SCENE_TARGET, /* as both: the connection that sockit makes to TARGET, a Unix socket */
};

enum scene_net {
	SCENE_V4,
	SCENE_NAME, /* localhost, looked up, on IPv4 */
	SCENE_ANY,  /* listen on every interface */
	SCENE_UNIX, /* where a stale socket file is in the way of listen */
	/*
	 * Each line of 64 bytes is a datagram, without its newline. Who connects is answered once
	 * the peer has everything; who listens gets the last line then.
	 */
	SCENE_UDP,
	SCENE_UNIX_DGRAM,
};

struct scene {
	const char *name;
	bool listens; /* sockit listen; else sockit connect */
	enum scene_net net;
	enum scene_end in, out;
	bool answers; /* the peer sends only after it has seen the end of what sockit sends */
	/*
	 * FILE is a file's name, RULES one of others' addresses, COUNT how many lines are down,
	 * TARGET an endpoint.
	 */
	const char *options[6];
	uint64_t up, down; /* bytes from stdin to the peer, and back; whole lines of datagrams */
};

static inline bool scene_has_datagrams(const struct scene *s)
{
	return s->net == SCENE_UDP || s->net == SCENE_UNIX_DGRAM;
}

/* Have it move about so many bytes up and down. */
void scene_resize(struct scene *scene, uint64_t up, uint64_t down);

struct outcome {
	int status; /* as a shell has it; -1: it hung and was killed */
	int64_t took;
	uint64_t up, down;         /* bytes that arrived */
	bool up_wrong, down_wrong; /* at that place */
	unsigned reached;          /* system calls made */
	bool hit;                  /* the fault was injected */
	int hit_fd;
	int fd_left;
	char said[4096]; /* on stderr */
};

/*
 * Run it once. COULD, unless NULL, gets the number of calls by fault row; it has FAULT_ROWS_MAX
 * places.
 */
struct outcome scene_run(const struct scene *scene, const struct fault *fault, unsigned *could);

#endif
