#include "harness/joint.h"

#include <signal.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/sockit.h"

struct joint joint_open(enum net from, enum net to, const char *const *args, unsigned max_fds)
{
	struct joint j = { .client = -1, .server = -1 };
	const char *words[16] = { "--forward", j.target.word };
	size_t n = 2;

	for (; args && *args && n < ARRAY_LEN(words) - 1; args++)
		words[n++] = *args;
	j.listener = peer_listen(to, &j.target);
	j.child =
		sockit_listen(&(struct plan){ .args = words, .max_fds = max_fds }, from, &j.place);
	return j;
}

void joint_join(struct joint *j)
{
	j->client = peer_connect(&j->place);
	j->server = peer_accept(j->listener);
}

struct joint joint_start(enum net from, enum net to, const char *const *args)
{
	struct joint j = joint_open(from, to, args, 0);

	joint_join(&j);
	return j;
}

void joint_part(struct joint *j)
{
	close(j->client);
	close(j->server);
}

void joint_finish(struct joint *j, int status)
{
	close(j->listener);
	child_expect(&j->child, status);
}

void joint_stop(struct joint *j)
{
	child_signal(&j->child, SIGTERM);
	joint_finish(j, 128 + SIGTERM);
}
