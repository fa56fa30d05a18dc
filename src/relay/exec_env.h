/*
 * The environment of a program that is joined to a connection: that of sockit, and what is known of
 * the connection, as SOCKIT_* and under the names of UCSPI (ucspi-tcp, ucspi-tcp6, ucspi-unix).
 * What sockit itself was given under such a name is left out.
 */
#ifndef SOCKIT_RELAY_EXEC_ENV_H
#define SOCKIT_RELAY_EXEC_ENV_H

#include <stdint.h>

#include "stream/stream.h"

struct exec_env; /* opaque */

/*
 * For a connection PEER, which stream_socket_new made, of the client with number CLIENT. NULL
 * without memory.
 */
struct exec_env *exec_env_new(const struct stream *peer, uint64_t client) MUST_CHECK;

/* "NAME=VALUE" each, up to a NULL. */
const char *const *exec_env_list(const struct exec_env *env);

void exec_env_free(struct exec_env *env);

#endif
