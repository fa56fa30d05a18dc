/*
 * relay/exec_env, for what this machine may have no sockets of: see tests/cli/exec_world.c for the
 * rest.
 */
#include "relay/exec_env.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream/socket.h"

static const char *value_of(const struct exec_env *env, const char *name)
{
	const char *const *list = exec_env_list(env);

	for (; *list; list++)
		if (strncmp(*list, name, strlen(name)) == 0 && (*list)[strlen(name)] == '=')
			return *list + strlen(name) + 1;
	return NULL;
}

Test(exec_env, a_virtual_machine_is_told_by_its_number)
{
	struct addr peer = {
		.len = sizeof peer.at.vsock,
		.at.vsock = { .svm_family = AF_VSOCK, .svm_cid = 3, .svm_port = 4000000000 },
	};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct stream *s = stream_socket_new(fd, &peer, SOCK_STREAM);
	struct exec_env *env = exec_env_new(s, 5);

	cr_assert_str_eq(value_of(env, "SOCKIT_PROTO"), "vsock");
	cr_assert_str_eq(value_of(env, "SOCKIT_PEER_ADDR"), "3");
	cr_assert_str_eq(value_of(env, "SOCKIT_PEER_PORT"), "4000000000");
	cr_assert_str_eq(value_of(env, "SOCKIT_CLIENT_ID"), "5");
	cr_assert_null(value_of(env, "PROTO"));
	cr_assert_null(value_of(env, "TCPREMOTEIP"));
	exec_env_free(env);
	(void)stream_close(s);
}
