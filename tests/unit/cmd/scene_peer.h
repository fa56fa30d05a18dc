/* The peer of a scene, and the state of a run that it shares. For scene.c alone. */
#ifndef UNIT_CMD_SCENE_PEER_H
#define UNIT_CMD_SCENE_PEER_H

#include "harness/data.h"
#include "harness/place.h"
#include "unit/cmd/scene.h"

enum { SCENE_LINE = 64 };

/* The receiving end of one direction. */
struct taken {
	struct data data;
	uint64_t at;
	bool wrong;
};

/* The test's descriptors are -1 when done with. */
struct run {
	const struct scene *scene;
	struct place place;
	struct fault_log *log;
	pid_t pid;
	int child_fds[3];
	int listener, ready, peer, feed, drain, errors, pidfd, target;
	uint64_t fed, sent;
	bool peer_shut, peer_ended;
	struct taken up, down;
	const char *in_path, *out_path, *target_word;
	struct outcome outcome;
	size_t said;
};

void put_away(int *fd);

/* One read into T. False at the end, or when there is nothing more to be had. */
bool receive(int fd, struct taken *t);

/* One write of DATA from *AT on. False when all is written or nobody wants it. */
bool give(int fd, const struct data *data, uint64_t *at);

/* Where sockit connects or listens: with the peer there, or with a stale socket in the way. */
void open_place(struct run *run);

/* Where it forwards to. */
void open_target(struct run *run);

/* What poll() has said of the descriptors of these names. */
void on_ready(struct run *run);
void on_listener(struct run *run);
void on_peer(struct run *run, short ready);
void on_target(struct run *run);

/* All that goes to sockit has been given, or nobody wants it. */
void end_feed(struct run *run);

bool peer_may_send(const struct run *run);

/* Sockit has ended: the peer takes what is left and goes. */
void peer_ends(struct run *run);

#endif
